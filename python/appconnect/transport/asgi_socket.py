"""A WebSocket to an ASGI application in this process.

`AsgiSocket.send` returns when the application has taken all that was sent and waits for more, and a few turns
of the event loop later, so that what it hands to tasks of its own is under way: under a virtual clock, time
stands still until then, and a run is the same each time. An application that does not ask for more is waited
for a few seconds once; from then on, until it asks again, time goes on without it, and what is more than a
thousand messages is lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from appconnect.transport.socket import SocketEnd, ending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from appconnect.transport.socket import SocketRequest

_LOGGER: Final = logging.getLogger(__name__)
_PATIENCE: Final = 5.0  # Seconds, by the wall clock.
_UNREAD: Final = 1_000  # Messages that may wait for an application that does not ask for them.
_TURNS: Final = 4
_GOODBYE: Final = 1.0  # Seconds, by the wall clock.
_NO_STATUS: Final = 1005
_ABNORMAL: Final = 1006
_INTERNAL_ERROR: Final = 1011


class AsgiSocket:
    """One socket as an ASGI application sees it; see `Socket`."""

    paced = False

    def __init__(
        self, application: Callable[[Any, Any, Any], Awaitable[None]], scope: dict[str, Any]
    ) -> None:
        """Begin a handshake.

        Args:
            application: The application.
            scope: What it is told.
        """
        self.answered = asyncio.Event()
        """Whether the application has answered the handshake."""
        self.refusal: SocketEnd | None = None
        self._inbox: deque[dict[str, Any]] = deque([{"type": "websocket.connect"}])
        self._arrived = asyncio.Event()
        self._arrived.set()
        self._waits = asyncio.Event()  # The application has taken everything and asks for more.
        self._attentive = True
        self._messages: asyncio.Queue[str | bytes | SocketEnd] = asyncio.Queue()
        self._end: SocketEnd | None = None
        self.task = asyncio.create_task(self._run(application, scope))

    async def send(self, text: str) -> None:
        """Send a text message (see `Socket`)."""
        await self._give({"type": "websocket.receive", "text": text})

    async def receive(self) -> str | bytes | SocketEnd:
        """Wait for the next message (see `Socket`)."""
        if self._end is not None and self._messages.empty():
            return self._end
        return await self._messages.get()

    async def close(self) -> None:
        """Say goodbye, and give the application a moment to end (see `Socket`)."""
        if self._end is None:
            self._finish(SocketEnd("closed", ""))
            self._put({"type": "websocket.disconnect", "code": 1000, "reason": ""})
            await asyncio.wait([self.task], timeout=_GOODBYE)
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _give(self, message: dict[str, Any]) -> None:
        if self._end is not None or len(self._inbox) >= _UNREAD:
            return
        self._put(message)
        if not self._attentive:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._waits.wait()
        except TimeoutError:
            self._attentive = False
            _LOGGER.warning("the ASGI application does not receive what its socket is sent: time goes on")
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def _put(self, message: dict[str, Any]) -> None:
        self._inbox.append(message)
        self._waits.clear()
        self._arrived.set()

    async def _receive(self) -> dict[str, Any]:
        """Give the application its next message (ASGI)."""
        if not self._inbox:
            self._attentive = True
            self._waits.set()
            self._arrived.clear()
            await self._arrived.wait()
        return self._inbox.popleft()

    async def _send(self, message: dict[str, Any]) -> None:
        """Take what the application says (ASGI)."""
        kind = message["type"]
        if not self.answered.is_set():
            self._answer(kind)
        elif kind == "websocket.send":
            text = message.get("text")
            what = text if text is not None else bytes(message.get("bytes") or b"")
            if self._end is None:
                self._messages.put_nowait(what)
            await asyncio.sleep(0)  # An application that only sends must not keep the loop.
        elif kind == "websocket.close":
            self._finish(ending(int(message.get("code") or 1000)))
        elif not kind.startswith("websocket.http.response."):
            raise RuntimeError(f"the ASGI message {kind!r} is out of place")

    def _answer(self, kind: str) -> None:
        match kind:
            case "websocket.accept":
                pass
            case "websocket.close" | "websocket.http.response.start":
                self.refusal = SocketEnd("handshake", "the application refused the handshake")
                self._finish(self.refusal)
            case _:
                raise RuntimeError(f"the ASGI message {kind!r} is out of place")
        self.answered.set()

    def _finish(self, end: SocketEnd) -> None:
        if self._end is None:
            self._end = end
            self._messages.put_nowait(end)
            self._waits.set()

    async def _run(
        self, application: Callable[[Any, Any, Any], Awaitable[None]], scope: dict[str, Any]
    ) -> None:
        code = _NO_STATUS
        try:
            await application(scope, self._receive, self._send)
        except asyncio.CancelledError:
            code = _ABNORMAL
            raise
        except Exception:
            code = _INTERNAL_ERROR
            if self._end is None:  # One that ends by its own goodbye, as frameworks do, has not failed.
                _LOGGER.exception("the ASGI application failed at the socket %s", scope["path"])
        finally:
            if not self.answered.is_set():
                self.refusal = SocketEnd("handshake", "the application did not accept the handshake")
                self.answered.set()
            self._finish(self.refusal or ending(code))


def scope_of(request: SocketRequest, state: dict[str, Any]) -> dict[str, Any]:
    """Return what an ASGI application is told of a handshake."""
    path, _, query = request.target.partition("?")
    host = f"[{request.host}]" if ":" in request.host else request.host
    headers = [
        ("host", host if request.port == 443 else f"{host}:{request.port}"),  # noqa: PLR2004 - the port of wss
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "YXBwY29ubmVjdCBpbnNpZGU="),
        *((name.lower(), value) for name, value in request.headers),
    ]
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "wss",
        "path": unquote(path),
        "raw_path": path.encode("ascii", "replace"),
        "query_string": query.encode("ascii", "replace"),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 0),
        "server": (request.host, request.port),
        "subprotocols": [],
        "state": state,
        "extensions": {},
    }
