#!/usr/bin/env bash
# Clients that know nothing of this project: two of Salesforce drive the served demo org, each with an org of its own,
# and the official SDKs of the Model Context Protocol, in Python and TypeScript, drive `salesforce-plugin mcp`.
#
# Exit code 0 and a line "skipped: …" where a client can't be installed; failure where one is installed and is not
# content. SALESFORCE_PLUGIN names the built program; without it cargo builds one.
set -euo pipefail

SIMPLE_SALESFORCE=1.12.10
# The last series that runs on Node 18 and 20.
JSFORCE=3.10.13
MCP_SDK=2.3.0
MCP_SDK_IN_TYPESCRIPT=1.32.2
SECONDS_TO_START=30
SECONDS_TO_INSTALL=180
SECONDS_TO_RUN=120

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
server=

stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
}

finish() {
    stop
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "${SALESFORCE_PLUGIN:-}" ]; then
    cd "$here/../../../.."
    SALESFORCE_PLUGIN=$(cargo build --quiet --bin salesforce-plugin --message-format=json |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
fi

# Starts a fresh org, and sets ORIGIN and TOKEN to where it is and what it accepts.
start() {
    "$SALESFORCE_PLUGIN" org --port 0 >"$work/org" 2>&1 &
    server=$!
    for _ in $(seq $((SECONDS_TO_START * 10))); do
        ORIGIN=$(grep -o 'http://127\.0\.0\.1:[0-9]*' "$work/org" | head -n 1 || true)
        TOKEN=$(sed -n "s/^SALESFORCE_ACCESS_TOKEN='\(.*\)'$/\1/p" "$work/org")
        if [ -n "$ORIGIN" ] && [ -n "$TOKEN" ]; then
            export ORIGIN TOKEN
            return
        fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    echo "failed: the demo org did not start" >&2
    cat "$work/org" >&2
    exit 1
}

skip() {
    echo "skipped: $1" >&2
    tail -n 3 "$work/install" >&2 2>/dev/null || true
    skipped=$((skipped + 1))
}

# Runs a client. Everything it talks to is on this machine, so no proxy of the environment has a part in it.
run() {
    local name=$1
    shift
    if NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 timeout "$SECONDS_TO_RUN" "$@"; then
        passed=$((passed + 1))
    else
        echo "failed: $name, with exit code $?" >&2
        failed=$((failed + 1))
    fi
}

# Runs a client against a fresh org.
drive() {
    start
    run "$@"
    stop
}

passed=0 skipped=0 failed=0

: >"$work/install"
if ! command -v python3 >/dev/null; then
    skip "simple-salesforce: there is no python3"
elif ! python3 -m venv "$work/python" >"$work/install" 2>&1; then
    skip "simple-salesforce: python3 makes no virtual environment"
elif ! timeout "$SECONDS_TO_INSTALL" "$work/python/bin/pip" install --quiet --disable-pip-version-check --no-input \
    "simple-salesforce==$SIMPLE_SALESFORCE" >"$work/install" 2>&1; then
    skip "simple-salesforce $SIMPLE_SALESFORCE: it can't be installed"
else
    drive "simple-salesforce $SIMPLE_SALESFORCE" "$work/python/bin/python" "$here/simple_salesforce.py"
fi

: >"$work/install"
mkdir "$work/node"
# Node looks for packages beside the script.
cp "$here/jsforce.mjs" "$work/node/"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    skip "jsforce: there is no node with npm"
elif [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 18 ]; then
    skip "jsforce: it needs Node 18, here is $(node --version)"
elif ! timeout "$SECONDS_TO_INSTALL" npm install --prefix "$work/node" --silent --no-audit --no-fund --ignore-scripts \
    "@jsforce/jsforce-node@$JSFORCE" >"$work/install" 2>&1; then
    skip "jsforce $JSFORCE: it can't be installed"
else
    drive "jsforce $JSFORCE" node "$work/node/jsforce.mjs"
fi

: >"$work/install"
if ! command -v python3 >/dev/null; then
    skip "the MCP SDK: there is no python3"
elif ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    skip "the MCP SDK: it needs Python 3.10"
elif ! python3 -m venv "$work/mcp" >"$work/install" 2>&1; then
    skip "the MCP SDK: python3 makes no virtual environment"
elif ! timeout "$SECONDS_TO_INSTALL" "$work/mcp/bin/pip" install --quiet --disable-pip-version-check --no-input \
    "mcp==$MCP_SDK" >"$work/install" 2>&1; then
    skip "the MCP SDK $MCP_SDK: it can't be installed"
else
    SALESFORCE_PLUGIN=$(realpath "$SALESFORCE_PLUGIN") WORK=$work run "the MCP SDK $MCP_SDK" \
        "$work/mcp/bin/python" "$here/mcp_sdk.py"
fi

: >"$work/install"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    skip "the MCP SDK in TypeScript: there is no node with npm"
elif [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 18 ]; then
    skip "the MCP SDK in TypeScript: it needs Node 18, here is $(node --version)"
elif ! timeout "$SECONDS_TO_INSTALL" npm install --prefix "$work/typescript" --silent --no-audit --no-fund \
    --ignore-scripts "@modelcontextprotocol/sdk@$MCP_SDK_IN_TYPESCRIPT" >"$work/install" 2>&1; then
    skip "the MCP SDK in TypeScript $MCP_SDK_IN_TYPESCRIPT: it can't be installed"
else
    cp "$here/mcp_sdk.mjs" "$work/typescript/"
    SALESFORCE_PLUGIN=$(realpath "$SALESFORCE_PLUGIN") WORK=$work run \
        "the MCP SDK in TypeScript $MCP_SDK_IN_TYPESCRIPT" node "$work/typescript/mcp_sdk.mjs"
fi

echo "clients: $passed passed, $skipped skipped, $failed failed"
[ "$failed" -eq 0 ]
