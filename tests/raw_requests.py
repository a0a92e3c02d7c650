"""Thousands of requests by hand over a few connections: quick, and free to be malformed."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Mapping

_CONNECTIONS = 4


def request(method: str, target: bytes, headers: Mapping[str, bytes], body: bytes = b"") -> bytes:
    head = [method.encode() + b" " + target + b" HTTP/1.1", b"Host: hotline.test"]
    head += [name.encode() + b": " + value for name, value in headers.items()]
    head.append(b"Content-Length: " + str(len(body)).encode())
    return b"\r\n".join(head) + b"\r\n\r\n" + body


async def statuses(base: str, requests: Iterable[bytes]) -> dict[int, int]:
    """How many were answered with which status."""
    found: dict[int, int] = {}
    queue = iter(requests)
    await asyncio.gather(*[_send(base, queue, found) for _ in range(_CONNECTIONS)])
    return found


async def _send(base: str, queue: Iterator[bytes], found: dict[int, int]) -> None:
    open_one: asyncio.StreamWriter | None = None
    port = int(base.rpartition(":")[2])
    for one in queue:
        if open_one is None:
            reader, open_one = await asyncio.open_connection("127.0.0.1", port)
        open_one.write(one)
        status, closes = await _answer(reader)
        found[status] = found.get(status, 0) + 1
        if closes:
            await _close(open_one)
            open_one = None
    if open_one is not None:
        await _close(open_one)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    await reader.readexactly(length)
    return int(head.split()[1]), b"connection: close" in head
