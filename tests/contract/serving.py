"""A web server of a few lines, for tests that choose every byte of its answers."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@asynccontextmanager
async def serving(answer: Callable[[str], bytes | None]) -> AsyncIterator[int]:
    """Serve on a free port of the loopback interface, and yield the port.

    Args:
        answer: Takes the head of a request, whose body has been read, and gives all bytes of the answer, or
            none to hang up. The connection is kept if the answer does not say otherwise.
    """
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                sizes = [line[15:] for line in head.split("\r\n") if line.startswith("Content-Length:")]
                await reader.readexactly(int(sizes[0]) if sizes else 0)
                sent = answer(head)
                if sent is None:
                    break
                writer.write(sent)
                await writer.drain()
                if b"Connection: close" in sent:
                    break
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
