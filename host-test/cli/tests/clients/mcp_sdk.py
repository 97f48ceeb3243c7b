"""The official MCP SDK for Python (PyPI: mcp) against `$SALESFORCE_PLUGIN mcp --demo`, over stdio and HTTP, by both lifecycles."""

import asyncio
import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

import httpx2
from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitResult

SALESFORCE_PLUGIN = os.environ["SALESFORCE_PLUGIN"]
WORK = pathlib.Path(os.environ["WORK"])
MCP = ["mcp", "--demo"]
# How a client and a server agree on a version, and the one they agree on.
LIFECYCLES = {"legacy": "2025-11-25", "auto": "2026-07-28"}

HIRE = {"object": "Account", "record": "Acme", "fields": {"Employees": 500}, "from": {"Employees": 100}}
UMBRELLA = {"object": "Account", "fields": {"Name": "Umbrella"}}


def home(settings):
    """A home of its own, with settings for the demo org."""
    root = pathlib.Path(tempfile.mkdtemp(dir=WORK))
    folder = root / "connections" / "demo"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(settings)
    return {"SALESFORCE_PLUGIN_HOME": str(root)}


@contextlib.asynccontextmanager
async def over_stdio(env):
    yield lambda: StdioServerParameters(command=SALESFORCE_PLUGIN, args=MCP, env=env)


@contextlib.asynccontextmanager
async def over_http(env):
    """Starts a server, and connects with the key it prints."""
    server = await asyncio.create_subprocess_exec(
        SALESFORCE_PLUGIN, *MCP, "--http", "127.0.0.1:0",
        env={**os.environ, **env}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        printed = b""
        while b"authorization:" not in printed:
            line = await server.stdout.readline()
            assert line, "the server did not start"
            printed += line
        url = re.search(r"http://\S+", printed.decode()).group()
        key = re.search(r"authorization: (.*)", printed.decode()).group(1)
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as stranger:
            assert (await stranger.post(url, json={})).status_code == 401
        headers = {"authorization": key}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as client:
            foreign = await client.post(url, json={}, headers={"origin": "https://evil.example"})
            assert foreign.status_code == 403
            yield lambda: streamable_http_client(url, http_client=client)
    finally:
        server.terminate()
        await server.wait()


async def lists_and_calls(target, mode, form):
    async with Client(target(), mode=mode) as client:
        assert client.protocol_version == LIFECYCLES[mode], client.protocol_version
        assert "Salesforce" in client.instructions and "Say please." in client.instructions
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"salesforce_find", "salesforce_query", "salesforce_update"} <= tools.keys()
        assert tools["salesforce_find"].annotations.read_only_hint is True
        assert tools["salesforce_update"].annotations.destructive_hint is True
        if form == "structure":
            assert all(tool.output_schema["type"] == "object" for tool in tools.values())
        else:
            assert all(tool.output_schema is None for tool in tools.values())

        # The SDK holds each structure against the schema of its tool.
        heard = []

        async def progress(done, total, message):
            heard.append(done)

        for tool, arguments in [
            ("salesforce_find", {"text": "Acme"}),
            ("salesforce_get", {"object": "Account", "record": "Acme", "related": ["contacts"]}),
            ("salesforce_query", {"soql": "SELECT * FROM Account", "limit": 2}),
            ("salesforce_query", {"soql": "SELECT StageName, COUNT(Id) FROM Opportunity GROUP BY StageName"}),
            ("salesforce_describe", {"object": "Account", "search": "industry"}),
            ("salesforce_activities", {}),
            ("salesforce_create", UMBRELLA),
            ("salesforce_update", HIRE),
        ]:
            heard.clear()
            result = await client.call_tool(tool, arguments, progress_callback=progress)
            assert not result.is_error, (tool, result.content)
            if form == "structure":
                assert result.structured_content and not result.content, tool
            else:
                assert result.structured_content is None and result.content[0].text, tool
            await asyncio.sleep(0)
        assert heard, "no progress"

        refused = await client.call_tool("salesforce_create", {"object": "Account", "fields": {"Name": "Acme"}})
        assert refused.is_error and refused.structured_content is None, refused
        if form == "structure":
            error = json.loads(refused.content[0].text)
            assert (error["kind"], error["changed"]) == ("duplicate", "no"), error
        else:
            assert refused.content[0].text.startswith("duplicate: "), refused
            assert "Nothing was written." in refused.content[0].text


async def asks_first(target, mode):
    answers, questions = [], []

    async def person(context, params):
        questions.append(params.message)
        return ElicitResult(action=answers.pop(0))

    async with Client(target(), mode=mode, elicitation_callback=person) as client:
        answers.append("decline")
        refused = await client.call_tool("salesforce_update", HIRE)
        assert refused.is_error and "said no" in refused.content[0].text, refused
        answers.append("accept")
        done = await client.call_tool("salesforce_update", HIRE)
        assert not done.is_error and "NumberOfEmployees: 100 → 500" in done.content[0].text, done
        assert len(questions) == 2 and all("Employees: 100 → 500" in question for question in questions), questions
    async with Client(target(), mode=mode) as client:
        refused = await client.call_tool("salesforce_update", HIRE)
        assert refused.is_error and "can't ask the person" in refused.content[0].text, refused


async def main():
    for transport in [over_stdio, over_http]:
        for mode in LIFECYCLES:
            for form in ["text", "structure"]:
                async with transport(home(f'instructions = "Say please."\nreplies = "{form}"')) as target:
                    await lists_and_calls(target, mode, form)
            async with transport(home('confirm = ["edit"]')) as target:
                await asks_first(target, mode)
            print(f"mcp: {transport.__name__}, {mode}: ok")


asyncio.run(main())
