#!/usr/bin/env bash
# Installs each package of a folder as a newcomer would, in a clean place, and lets the official SDK of the Model Context
# Protocol use what was installed. For one that can't be tried here, a line "skipped: …".
#
# packaging/check.sh FOLDER
set -euo pipefail

MCP_SDK=2.3.0
PACKER=@anthropic-ai/mcpb@2.1.2

cd "$(dirname "$0")/.."
packages=$(realpath "${1:?the folder with the packages}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 skipped=0

skip() {
    echo "skipped: $1" >&2
    skipped=$((skipped + 1))
}

# What is installed is used by the SDK, and without a connection it says how to get one.
use() { # name, program
    echo "== $1: $("$2" --version), $SECONDS s since the start"
    mkdir -p "$work/home" "$work/$1"
    local said
    said=$(SALESFORCE_PLUGIN_HOME="$work/home" "$2" mcp 2>&1 </dev/null || true)
    grep -q 'there is no connection yet' <<<"$said" || { echo "failed: $1 says: $said" >&2; exit 1; }
    NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 SALESFORCE_PLUGIN=$2 WORK=$work/$1 \
        "$work/sdk/bin/python" host-test/cli/tests/clients/mcp_sdk.py
    passed=$((passed + 1))
}

python3 -m venv "$work/sdk"
"$work/sdk/bin/pip" install --quiet --disable-pip-version-check --no-input "mcp==$MCP_SDK"

wheel=$(find "$packages" -name '*.whl' | head -n 1)
if [ -z "$wheel" ]; then
    skip "the wheel: there is none in the folder"
else
    python3 -m venv "$work/python"
    "$work/python/bin/pip" install --quiet --disable-pip-version-check --no-input --no-index "$wheel"
    use wheel "$work/python/bin/salesforce-plugin"
fi

if ! command -v npm >/dev/null; then
    skip "the packages for npm: there is no npm"
elif ! compgen -G "$packages/salesforce-plugin-*.tgz" >/dev/null; then
    skip "the packages for npm: there are none in the folder"
else
    # The one that picks would fetch the others, which are nowhere yet: so it comes with that of this platform alone.
    npm install --silent --no-audit --no-fund --omit=optional --prefix "$work/node" "$packages"/salesforce-plugin-*.tgz
    use npm "$work/node/node_modules/.bin/salesforce-plugin"
fi

bundle=$(find "$packages" -name '*.mcpb' | head -n 1)
if [ -z "$bundle" ]; then
    skip "the bundle: there is none in the folder"
elif ! command -v npx >/dev/null; then
    skip "the bundle: there is no npx"
else
    npx --yes "$PACKER" unpack "$bundle" "$work/bundle" >/dev/null
    npx --yes "$PACKER" validate "$work/bundle/manifest.json" >/dev/null
    use bundle "$work/bundle/$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["server"]["entry_point"])' \
        "$work/bundle/manifest.json")"
fi

echo "packages: $passed used, $skipped skipped"
# A folder without any was not checked.
[ "$passed" -gt 0 ]
