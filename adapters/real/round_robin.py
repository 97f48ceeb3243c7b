"""A proxy that hands each request to the next of several servers, whoever asks: no client stays with one.

Where a server takes no connection, the next one gets the request, which nobody has seen. Where one breaks off after it
got the request, the client is told so with status 502, since only the client knows whether it may repeat it."""

import asyncio
import itertools


async def head_of(reader):
    """The head of a message with its body's length, or none where the connection ended."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None, 0
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return head, length


def closing(head):
    """The head with the connection ending after this message, so that the end of a reply is its end."""
    lines = [line for line in head.split(b"\r\n") if line and not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"connection: close"]) + b"\r\n\r\n"


class RoundRobin:
    """Counts what it hands to whom."""

    def __init__(self, ports):
        self.ports = ports
        self.turns = itertools.count()
        self.handed = dict.fromkeys(ports, 0)
        # Those who got a request and have not answered.
        self.awaited = dict.fromkeys(ports, 0)
        self.broken = 0

    async def connected(self):
        """A connection to the server whose turn it is, or to the first after it that takes one."""
        turn = next(self.turns)
        for after in range(len(self.ports)):
            port = self.ports[(turn + after) % len(self.ports)]
            try:
                streams = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                continue
            self.handed[port] += 1
            return port, streams
        return None, None

    async def answer(self, head, body):
        """What a server answers, in full, or that none did."""
        port, streams = await self.connected()
        if port is None:
            return b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        reader, writer = streams
        self.awaited[port] += 1
        try:
            writer.write(closing(head) + body)
            await writer.drain()
            answer, length = await head_of(reader)
            if answer is not None:
                rest = await reader.read(-1)
                is_chunked = b"transfer-encoding: chunked" in answer.lower()
                whole = rest.endswith(b"0\r\n\r\n") if is_chunked else len(rest) == length
                if whole:
                    return answer + rest
        except ConnectionError:
            pass
        finally:
            self.awaited[port] -= 1
            writer.close()
        self.broken += 1
        return b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

    async def converse(self, reader, writer):
        try:
            head, length = await head_of(reader)
            if head is not None:
                writer.write(await self.answer(head, await reader.readexactly(length)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def start(self, port):
        return await asyncio.start_server(self.converse, "127.0.0.1", port, limit=1 << 20, backlog=1024)
