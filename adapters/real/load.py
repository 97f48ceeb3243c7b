"""Many users of the MCP server on two instances of a loader, with the official MCP SDK for Python as client.

`load.py PROGRAM COMPONENT USERS FOLDER`. The program, which may stand with its first arguments, takes those of
`wasmtime serve`. A proxy hands each request to the next instance. Every user reads and writes in an org of their own
behind the same name, and each reply must hold the user's own word and nobody else's. Midway an instance is killed, and
started again: whatever was cut off by that is repeated by its client, and at the end every org must hold what its user
wrote last. All of it is on this machine, and bounded in count and time.

Where EGRESS names a proxy that keeps connections to the org, an instance that sends through it is timed too.
Where SALESFORCE_PLUGIN names the built program, its calls are timed too, as the same user's in the same org: once where
that keeps connections, as orgs do, and once where it ends each with its answer, so that both sides pay for a connection
with every request, as these hosts do in any case."""

import asyncio
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import re
import shlex
import signal
import socket
import ssl
import statistics
import sys
import time
import urllib.error
import urllib.request

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from round_robin import RoundRobin

PROGRAM, COMPONENT, USERS, FOLDER = sys.argv[1:]
ORG_HOST = "demo.my.salesforce.com"
ORG = f"https://{ORG_HOST}"
PORT = 8000
URL = f"http://127.0.0.1:{PORT}/mcp"
INSTANCES = [8001, 8002]
EGRESS_PORT = 8005
MODES = ["legacy", "auto"]
# Calls of each user: find, get, query, update, and again.
CALLS = 8
# How often a client repeats what was cut off.
REPEATS = 8
SECONDS_TO_START = 60
SECONDS_FOR_ALL = 420
TIMED = 100
# What the org does with a connection once it has answered.
WAYS = ["keeping", "closing"]


def users():
    return [line.split() for line in pathlib.Path(USERS).read_text().splitlines()]


def answers(port):
    """Whether an instance serves: some listen before they have compiled what they serve."""
    metadata = f"http://127.0.0.1:{port}/.well-known/oauth-protected-resource/mcp"
    request = urllib.request.Request(metadata, headers={"host": f"127.0.0.1:{PORT}"})
    with contextlib.suppress(urllib.error.URLError, ConnectionError):
        with urllib.request.urlopen(request, timeout=SECONDS_TO_START) as response:
            return response.status == 200
    return False


async def instance(port, *settings):
    """An instance, once it serves."""
    log = open(pathlib.Path(FOLDER) / f"instance-{port}", "ab")
    process = await asyncio.create_subprocess_exec(
        *shlex.split(PROGRAM), "--addr", f"127.0.0.1:{port}",
        "--env", f"SALESFORCE_MCP_URL={URL}", "--env", "SALESFORCE_DOMAIN=demo", *settings, COMPONENT,
        stdout=log, stderr=log,
    )
    log.close()
    for _ in range(SECONDS_TO_START * 20):
        if await asyncio.to_thread(answers, port):
            return process
        assert process.returncode is None, (pathlib.Path(FOLDER) / f"instance-{port}").read_text()
        await asyncio.sleep(0.05)
    raise AssertionError("the instance did not start")


class Tally:
    """What came of the calls of all users."""

    def __init__(self, total):
        self.total = total
        self.took = []
        self.crossed = 0
        self.cut_off = 0
        self.half = asyncio.Event()


def call_of(number, marker, record):
    """The tool and the arguments of a user's call; each may be repeated without harm."""
    return [
        ("salesforce_find", {"text": marker}),
        ("salesforce_get", {"object": "Account", "record": record}),
        ("salesforce_query", {"soql": "SELECT Name FROM Account WHERE Name LIKE '%Marker%'"}),
        (
            "salesforce_update",
            {"object": "Account", "record": record, "fields": {"Description": f"{marker}, {number}"}},
        ),
    ][number % 4]


async def repeated(tally, ask):
    """Asks, and asks again where the answer was cut off."""
    for attempt in range(REPEATS):
        try:
            return await ask()
        except (MCPError, httpx2.HTTPError):
            tally.cut_off += 1
            if attempt + 1 == REPEATS:
                raise
            await asyncio.sleep(0.1)


async def user(tally, number, token, marker, record):
    headers = {"authorization": f"Bearer {token}"}
    async with contextlib.AsyncExitStack() as stack:
        http_client = httpx2.AsyncClient(headers=headers, trust_env=False, timeout=120)
        await stack.enter_async_context(http_client)
        transport = streamable_http_client(URL, http_client=http_client)
        client = await stack.enter_async_context(Client(transport, mode=MODES[number % len(MODES)]))
        tools = await repeated(tally, client.list_tools)
        assert "salesforce_update" in [tool.name for tool in tools.tools]
        for call in range(CALLS):
            tool, arguments = call_of(call, marker, record)
            began = time.perf_counter()
            result = await repeated(tally, lambda: client.call_tool(tool, arguments))
            tally.took.append(time.perf_counter() - began)
            text = result.content[0].text
            assert not result.is_error, text
            seen = set(re.findall(r"Marker\d{4}", text))
            tally.crossed += bool(seen - {marker})
            assert marker in seen, (marker, text)
            if len(tally.took) * 2 >= tally.total:
                tally.half.set()


async def kill_and_start(tally, proxy, instances):
    """Kills an instance that has requests in hand, when half the calls are done, and starts it again a second later."""
    await tally.half.wait()
    # However fast it is, what it gets from here on it does not answer.
    instances[0].send_signal(signal.SIGSTOP)
    before = proxy.handed[INSTANCES[0]]
    while proxy.handed[INSTANCES[0]] == before:
        await asyncio.sleep(0.01)
    instances[0].kill()
    await instances[0].wait()
    await asyncio.sleep(1)
    instances[0] = await instance(INSTANCES[0])


def in_org(token, soql):
    """What the org itself says, past the plugin."""
    path = f"{ORG}/services/data/v65.0/query?q={urllib.request.quote(soql)}"
    request = urllib.request.Request(path, headers={"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, context=ssl.create_default_context(), timeout=30) as response:
        return json.load(response)["records"]


def post(connection, headers, method, params, **message):
    message = {"jsonrpc": "2.0", "method": method, "params": params, **message}
    connection.request("POST", "/mcp", json.dumps(message), {"content-type": "application/json", **headers})
    # Or a server that answers in two parts waits for this machine to say that it has the first.
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    answer = connection.getresponse()
    return answer, answer.read().decode()


def one_call(connection, headers, tool, arguments):
    began = time.perf_counter()
    answer, body = post(connection, headers, "tools/call", {"name": tool, "arguments": arguments}, id=1)
    took = time.perf_counter() - began
    # One message, be it as it is or as the only event of a stream.
    replies = [line.removeprefix("data:") for line in body.splitlines() if "jsonrpc" in line]
    assert answer.status == 200 and not json.loads(replies[-1])["result"].get("isError"), (answer.status, body)
    return took


def with_session(connection, headers):
    """The headers with the session that a server wants which keeps one."""
    client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "load", "version": "1"}}
    answer, _ = post(connection, headers, "initialize", client, id=0)
    if session := answer.headers["mcp-session-id"]:
        headers = {**headers, "mcp-session-id": session, "mcp-protocol-version": client["protocolVersion"]}
        post(connection, headers, "notifications/initialized", {})
    return headers


def intercepted(org, way=None):
    """How many requests the org has answered. What is said here it does with connections from now on."""
    org.request("POST" if way else "GET", "/intercepted", way)
    answer = org.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    return json.loads(body)["requests"]


def alone(servers, marker, record):
    """How long each call takes while nobody else asks, straight from each server in turn, in ms, and how many requests
    the server makes for it."""
    org = http.client.HTTPSConnection(ORG_HOST, context=ssl.create_default_context(), timeout=60)
    connections = {}
    for name, (port, headers) in servers.items():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        connections[name] = connection, with_session(connection, headers)
    changes = itertools.count()
    for way in WAYS:
        intercepted(org, way)
        figures = {name: {} for name in servers}
        for first in range(4):
            took = {name: [] for name in servers}
            asked = dict.fromkeys(servers, 0)
            for _ in range(TIMED):
                for name, (connection, headers) in connections.items():
                    # Every change is another one, so that each is written.
                    tool, arguments = call_of(first + 4 * next(changes), marker, record)
                    before = intercepted(org)
                    took[name].append(one_call(connection, headers, tool, arguments))
                    asked[name] += intercepted(org) - before
            for name in servers:
                figures[name][tool] = statistics.median(took[name]) * 1e3, asked[name] / TIMED
        print(f"{way} connections, ms a call in the middle of {TIMED} and the requests it makes:")
        for name, of_tools in figures.items():
            told = (f"{tool} {ms:.1f} ({requests:g})" for tool, (ms, requests) in of_tools.items())
            print(f"  {name}: {', '.join(told)}")
        if program := figures.pop("the program", None):
            for name, of_tools in figures.items():
                times = (f"{tool} {of_tools[tool][0] / program[tool][0]:.2f}" for tool in program)
                print(f"  {name}, times what the program takes: {', '.join(times)}")
    intercepted(org, WAYS[0])
    org.close()


@contextlib.asynccontextmanager
async def program(path, token):
    """The program as a server, which is one user's: its port, and the header with its key."""
    server = await asyncio.create_subprocess_exec(
        path, "mcp", "--org", ORG, "--http", "127.0.0.1:8003",
        env={**os.environ, "SALESFORCE_ACCESS_TOKEN": token}, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        printed = b""
        while b"authorization:" not in printed:
            line = await asyncio.wait_for(server.stdout.readline(), SECONDS_TO_START)
            assert line, "the program did not start"
            printed += line
        key = re.search(r"authorization: (.*)", printed.decode()).group(1)
        yield 8003, {"authorization": key, "accept": "application/json, text/event-stream"}
    finally:
        server.terminate()
        await server.wait()


@contextlib.asynccontextmanager
async def behind_egress(path):
    """The port of an instance whose requests go to a proxy beside it, which keeps connections to the org."""
    proxy = await asyncio.create_subprocess_exec(path, f"127.0.0.1:{EGRESS_PORT}", ORG_HOST)
    server = await instance(8004, "--env", f"SALESFORCE_EGRESS=http://127.0.0.1:{EGRESS_PORT}")
    try:
        yield 8004
    finally:
        for process in (server, proxy):
            process.terminate()
            await process.wait()


def resident(process):
    """Memory of a process in MB: now, and at most."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return [int(re.search(rf"{name}:\s+(\d+)", status).group(1)) // 1024 for name in ["VmRSS", "VmHWM"]]


async def main():
    everybody = users()
    instances = [await instance(port) for port in INSTANCES]
    token, marker, record = everybody[0]
    headers = {"authorization": f"Bearer {token}", "host": f"127.0.0.1:{PORT}"}
    servers = {"an instance": (INSTANCES[1], headers)}
    async with contextlib.AsyncExitStack() as stack:
        if path := os.environ.get("EGRESS"):
            servers["behind an egress proxy"] = await stack.enter_async_context(behind_egress(path)), headers
        if path := os.environ.get("SALESFORCE_PLUGIN"):
            servers["the program"] = await stack.enter_async_context(program(path, token))
        await asyncio.to_thread(alone, servers, marker, record)
    proxy = RoundRobin(INSTANCES)
    server = await proxy.start(PORT)
    tally = Tally(len(everybody) * CALLS)
    killing = asyncio.create_task(kill_and_start(tally, proxy, instances))
    began = time.perf_counter()
    async with asyncio.timeout(SECONDS_FOR_ALL), asyncio.TaskGroup() as group:
        for number, (token, marker, record) in enumerate(everybody):
            group.create_task(user(tally, number, token, marker, record))
    elapsed = time.perf_counter() - began
    await killing
    server.close()

    last = max(number for number in range(CALLS) if call_of(number, "", "")[0] == "salesforce_update")
    lost = 0
    for token, marker, record in everybody:
        [row] = await asyncio.to_thread(in_org, token, f"SELECT Description FROM Account WHERE Id = '{record}'")
        lost += row["Description"] != f"{marker}, {last}"
    took = sorted(tally.took)
    middle, slow = (round(took[len(took) * part // 100] * 1e3) for part in (50, 99))
    print(f"{len(everybody)} users, {len(took)} calls in {elapsed:.1f} s, {len(took) / elapsed:.0f} a second")
    print(f"{middle} ms a call in the middle, {slow} ms the slowest hundredth")
    print(f"handed to the instances: {proxy.handed}")
    print(f"cut off by the kill: {proxy.broken}; repeated by clients: {tally.cut_off}")
    print(f"replies crossed: {tally.crossed}; writes lost: {lost}; calls unanswered: {tally.total - len(took)}")
    print(f"memory of an instance, MB now and at most: {[resident(process) for process in instances]}")
    for process in instances:
        process.terminate()
        await process.wait()
    assert (tally.crossed, lost, len(took)) == (0, 0, tally.total)
    assert proxy.broken > 0, "the kill cut nothing off: the test shows nothing"


asyncio.run(main())
