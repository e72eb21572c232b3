"""Serving an application over HTTP on loopback, in the event loop that is running."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final, final

import uvicorn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from fastapi import FastAPI

__all__ = ["serving"]

_HOST: Final = "127.0.0.1"
_STARTS_WITHIN: Final = 10.0  # Seconds.
_LOOK_EVERY: Final = 0.005  # Seconds.


@final
class _Server(uvicorn.Server):
    """A server that leaves signals to the program that it runs in."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve an application on a free port.

    Yields:
        Its URL, without a path.

    Raises:
        RuntimeError: It did not start.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, 0))
        port = listener.getsockname()[1]
        server = _Server(
            uvicorn.Config(
                app, log_level="error", access_log=False, lifespan="off", ws="none", server_header=False
            )
        )
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with asyncio.timeout(_STARTS_WITHIN):
                while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn tells nobody
                    await asyncio.sleep(_LOOK_EVERY)
            if not server.started:
                raise RuntimeError(f"the server of {app.title!r} did not start")
            yield f"http://{_HOST}:{port}"
        finally:
            server.should_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await task
