#!/usr/bin/env bash
# Installs each package of a folder as a newcomer would, in a clean place, and lets the official SDKs of the Model Context
# Protocol use what was installed. For one that can't be tried here, a line "skipped: …"; for each step that a newcomer
# waits for, its seconds.
#
# packaging/check.sh FOLDER
set -euo pipefail

UV=0.13.9
AUDITWHEEL=6.8.2

cd "$(dirname "$0")/.."
clients=$PWD/host-test/cli/tests/clients
# The same versions as the gate has, and as the bundle was packed by.
MCP_SDK=$(sed -n 's/^MCP_SDK=//p' "$clients/run.sh")
MCP_SDK_IN_TYPESCRIPT=$(sed -n 's/^MCP_SDK_IN_TYPESCRIPT=//p' "$clients/run.sh")
PACKER=$(sed -n 's/^PACKER = "\(.*\)"/\1/p' packaging/build.py)
packages=$(realpath "${1:?the folder with the packages}")
work=$(mktemp -d)
registry= server=
finish() {
    for started in $registry $server; do kill "$started" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT
passed=0 skipped=0
# Everything that is used is on this machine, so no proxy of the environment has a part in it.
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
# Nobody is before this.
export SALESFORCE_PLUGIN_NO_BROWSER=1

fail() {
    echo "failed: $1" >&2
    exit 1
}

skip() {
    echo "skipped: $1" >&2
    skipped=$((skipped + 1))
}

# Runs a command, and says how long it took.
timed() { # what, command
    local what=$1 begun hundredths
    shift
    begun=$(date +%s%N)
    "$@"
    hundredths=$((($(date +%s%N) - begun) / 10000000))
    printf '%s: %d.%02d s\n' "$what" $((hundredths / 100)) $((hundredths % 100))
}

# What is installed is used by the SDKs, and without a connection it says how to get one.
use() { # name, what starts the program, the program itself
    echo "== $1: $("$2" --version)"
    mkdir -p "$work/home" "$work/$1"
    local said
    timed "$1: the first answer" env SALESFORCE_PLUGIN_HOME="$work/home" "$2" call find '{"text":"Acme"}' >"$work/answer"
    grep -q Acme "$work/answer" || fail "$1 finds no Acme: $(cat "$work/answer")"
    tail -n 1 "$work/answer"
    said=$(SALESFORCE_PLUGIN_HOME="$work/home" "$2" mcp 2>&1 </dev/null || true)
    grep -q 'there is no connection yet' <<<"$said" || fail "$1 says: $said"
    SALESFORCE_PLUGIN=$2 WORK=$work/$1 "$work/sdk/bin/python" "$clients/mcp_sdk.py"
    if [ -d "$work/typescript" ]; then
        SALESFORCE_PLUGIN=$2 WORK=$work/$1 node "$work/typescript/mcp_sdk.mjs"
    fi
    cmp "$(realpath "$3")" "$work/program" 2>/dev/null || {
        [ ! -e "$work/program" ] || fail "$1 has another program than the packages before it"
        cp "$3" "$work/program"
    }
    passed=$((passed + 1))
}

pip() { # environment, arguments
    local environment=$1
    shift
    "$environment/bin/pip" install --quiet --disable-pip-version-check --no-input "$@"
}

python3 -m venv "$work/sdk"
pip "$work/sdk" "mcp==$MCP_SDK"
if command -v npm >/dev/null; then
    npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work/typescript" \
        "@modelcontextprotocol/sdk@$MCP_SDK_IN_TYPESCRIPT"
    # Node looks for packages beside the script.
    cp "$clients/mcp_sdk.mjs" "$work/typescript/"
fi

# ---- what they say of themselves, and of the machine they were built on ----

# Versions come from one place.
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)

# Folders whose names a build could leave behind, and on which its bytes would then depend.
sysroot=$(rustc --print sysroot 2>/dev/null || true)
for package in "$packages"/*.whl "$packages"/*.mcpb "$packages"/*.tgz; do
    [ -e "$package" ] || continue
    content=$work/content/$(basename "$package")
    mkdir -p "$content"
    case $package in
        *.tgz) tar -xzf "$package" -C "$content" ;;
        *) python3 -m zipfile -e "$package" "$content" ;;
    esac
    for path in "$PWD" "${CARGO_HOME:-$HOME/.cargo}" "${sysroot:-$PWD}" "$packages"; do
        if found=$(grep -rlF -- "$path" "$content"); then
            fail "$(basename "$package") names $path, in ${found#"$content/"}"
        fi
    done
    # Whichever of these it has.
    said=$(sed -nE 's/^(  "version": "|Version: )([^"]*).*/\2/p' "$content/manifest.json" "$content"/*.dist-info/METADATA \
        "$content/package/package.json" 2>/dev/null || true)
    [ "$said" = "$version" ] || fail "$(basename "$package") is of version ${said:-that it does not say}, not $version"
    find "$content" -name LICENSE | grep -q . || fail "$(basename "$package") has no licence"
done

# ---- the wheel ----

wheel=$(find "$packages" -name '*.whl' | head -n 1)
if [ -z "$wheel" ]; then
    skip "the wheel: there is none in the folder"
else
    python3 -m venv "$work/python"
    timed "wheel: pip install" pip "$work/python" --no-index "$wheel"
    "$work/python/bin/python" - <<'PYTHON'
from importlib.metadata import distribution
about = distribution("salesforce-plugin")
assert about.metadata["License-Expression"] == "Apache-2.0", about.metadata
assert any(str(file).endswith(".dist-info/licenses/LICENSE") for file in about.files), about.files
PYTHON
    use wheel "$work/python/bin/salesforce-plugin" "$work/python/bin/salesforce-plugin"
    # Whether the systems that its name promises have what the program needs, says who looks after those names.
    if [[ $wheel == *manylinux* ]]; then
        python3 -m venv "$work/audit"
        pip "$work/audit" "auditwheel==$AUDITWHEEL"
        named=$(sed -E 's/.*-(manylinux_[0-9]+_[0-9]+_[a-z0-9_]+)\.whl/\1/' <<<"$wheel")
        "$work/audit/bin/auditwheel" show "$wheel" >"$work/audited"
        tr '\n' ' ' <"$work/audited" | grep -q "consistent with .*\"$named\"" || fail "auditwheel: $(cat "$work/audited")"
    fi
    python3 -m venv "$work/uv"
    pip "$work/uv" "uv==$UV"
    timed "wheel: uvx" env UV_OFFLINE=1 UV_CACHE_DIR="$work/uv-cache" "$work/uv/bin/uvx" --quiet \
        --python "$(command -v python3)" --from "$wheel" salesforce-plugin --version
fi

# ---- the packages for npm ----

if ! command -v npm >/dev/null; then
    skip "the packages for npm: there is no npm"
elif ! compgen -G "$packages/salesforce-plugin-*.tgz" >/dev/null; then
    skip "the packages for npm: there are none in the folder"
else
    # As they will be once they are published: the one that people name, and npm chooses which others are for the machine.
    python3 packaging/registry.py "$packages" >"$work/registry" &
    registry=$!
    until grep -q http "$work/registry"; do
        kill -0 "$registry" || fail "the registry did not start"
        sleep 0.1
    done
    export npm_config_registry npm_config_cache=$work/npm-cache
    npm_config_registry=$(head -n 1 "$work/registry")
    timed "npm: npm install" npm install --silent --no-audit --no-fund --prefix "$work/node" salesforce-plugin
    own=$(node -p '`${process.platform}-${process.arch}`')
    [ "$(ls "$work/node/node_modules/@salesforce-plugin")" = "$own" ] ||
        fail "npm has installed $(ls "$work/node/node_modules/@salesforce-plugin"), and not $own"
    [ "$(grep -c /-/ "$work/registry")" -eq 2 ] || fail "npm has downloaded $(grep /-/ "$work/registry")"
    use npm "$work/node/node_modules/.bin/salesforce-plugin" \
        "$work/node/node_modules/@salesforce-plugin/$own/bin/salesforce-plugin"
    timed "npm: npx" npx --yes salesforce-plugin --version
    # As long as they are published nowhere: from the files, side by side.
    (unset npm_config_registry && npm install --silent --offline --no-audit --no-fund --omit=optional --global \
        --prefix "$work/global" "$packages"/salesforce-plugin-*.tgz)
    "$work/global/bin/salesforce-plugin" --version >/dev/null || fail "npm: the packages installed as files do not run"
    # Without the other package it says what is missing.
    npm install --silent --no-audit --no-fund --omit=optional --prefix "$work/alone" salesforce-plugin
    if said=$("$work/alone/node_modules/.bin/salesforce-plugin" --version 2>&1); then fail "npm: a program from nowhere"; fi
    grep -q "the package @salesforce-plugin/$own is not installed" <<<"$said" || fail "npm says: $said"
    unset npm_config_registry npm_config_cache
fi

# ---- the bundle ----

bundle=$(find "$packages" -name '*.mcpb' | head -n 1)
if [ -z "$bundle" ]; then
    skip "the bundle: there is none in the folder"
elif ! command -v npx >/dev/null; then
    skip "the bundle: there is no npx"
else
    timed "bundle: unpack" npx --yes "$PACKER" unpack "$bundle" "$work/bundle" >"$work/unpacked"
    tail -n 1 "$work/unpacked"
    npx --yes "$PACKER" validate "$work/bundle/manifest.json" >/dev/null
    entry=$work/bundle/$(node -p 'require(process.argv[1]).server.entry_point' "$work/bundle/manifest.json")
    use bundle "$entry" "$entry"
fi

# ---- the container ----

# No image is built here. The program runs as it will in one, with the files that its base has, as a user who is not root,
# and with the settings of the file that says how it is built.
setting() { sed -nE "s/^ENV .*\b$1=([^ ]*).*/\1/p" packaging/Containerfile; }
user=$(sed -n 's/^USER \([0-9]*\):.*/\1/p' packaging/Containerfile)
entry=$(sed -n 's/^ENTRYPOINT \["\(.*\)"\]/\1/p' packaging/Containerfile)
if [ ! -e "$work/program" ]; then
    skip "the container: there is no program in the folder"
elif [ "$(uname)" != Linux ] || ! unshare --user --map-user="$user" --map-group="$user" true 2>/dev/null; then
    skip "the container: this machine gives no user namespace"
elif [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
    skip "the container: there are no root certificates where Debian has them"
else
    mkdir -p "$work/root/etc/ssl/certs" "$work/root/$(dirname "$entry")"
    (umask 077 && mkdir "$work/root/$(setting SALESFORCE_PLUGIN_HOME)")
    cp -L /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/"
    ldd "$work/program" | grep -o '/[^ ]*' | xargs cp --parents -L -t "$work/root"
    install "$work/program" "$work/root/$entry"
    # A command and no function: so what is ended below is the server itself.
    inside=(env -i SALESFORCE_PLUGIN_HOME="$(setting SALESFORCE_PLUGIN_HOME)" SALESFORCE_MCP_KEY=a-key-for-this-check-alone
        SALESFORCE_PLUGIN_NO_BROWSER="$(setting SALESFORCE_PLUGIN_NO_BROWSER)"
        unshare --user --map-user="$user" --map-group="$user" --root="$work/root" --wd=/ "$entry")
    "${inside[@]}" doctor --json >"$work/doctor" || fail "the container: $(cat "$work/doctor")"
    "${inside[@]}" mcp --demo --http 127.0.0.1:0 >"$work/served" 2>/dev/null &
    server=$!
    until grep -q http "$work/served"; do
        kill -0 "$server" || fail "the container: the server did not start"
        sleep 0.1
    done
    python3 - "$(grep -o 'http://[^ ]*' "$work/served")" <<'PYTHON' || fail "the container: the server does not answer"
import json, sys, urllib.request
hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
    "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "check", "version": "1"}}}
headers = {"authorization": "Bearer a-key-for-this-check-alone", "content-type": "application/json",
           "accept": "application/json, text/event-stream"}
request = urllib.request.Request(sys.argv[1], json.dumps(hello).encode(), headers)
assert b"Salesforce" in urllib.request.urlopen(request, timeout=60).read()
PYTHON
    kill "$server"
    wait "$server" || true
    server=
    passed=$((passed + 1))
    echo "== container: served to $user"
fi

echo "packages: $passed used, $skipped skipped"
# A folder without any was not checked.
[ "$passed" -gt 0 ]
