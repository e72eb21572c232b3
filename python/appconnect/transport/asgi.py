"""An ASGI application in this process as the other side of an exchange: FastAPI, Starlette, Quart, Litestar.

The application sees what it would see behind a server: its lifespan is started before its first request and
ended by `aclose`; a request ends when the answer is complete, while background tasks go on. An exception that
escapes it is logged with its traceback and becomes a 500, as a server would do. An answer that grows beyond
the cap ends the application's work on it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import unquote

from appconnect.transport.asgi_socket import AsgiSocket, scope_of
from appconnect.transport.exchange import (
    ClosedOnExit,
    Failure,
    FailureReason,
    HttpRequest,
    Response,
    body_limit,
)
from appconnect.transport.inside import ArrivingAnswer, server_error
from appconnect.transport.socket import Socket, SocketEnd, SocketRequest

_LOGGER: Final = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApplication = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI 3 application. Frameworks name the types of its three arguments differently, hence `Any`."""


class AsgiTransport(ClosedOnExit):
    """Performs exchanges with an ASGI application (see `Transport`).

    It belongs to the event loop of its first exchange, as the application's lifespan does.
    """

    def __init__(self, application: AsgiApplication, *, lifespan: bool = True) -> None:
        """Put an application behind a transport.

        Args:
            application: The application.
            lifespan: Whether to start and end the application's lifespan; one that knows none is left alone.
        """
        self._application = application
        self._lifespan = _Lifespan(application) if lifespan else None
        self._tasks: set[asyncio.Task[None]] = set()

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange (see `Transport`); the total time is that of the wall clock.

        Raises:
            RuntimeError: The application's start-up failed; the next exchange tries it again.
        """
        try:
            async with asyncio.timeout(request.total_timeout):
                if self._lifespan is not None and not self._lifespan.started:
                    await self._lifespan.start()
                return await self._call(request)
        except TimeoutError:
            return Failure(FailureReason.TIMEOUT, "no complete answer within the total time")

    async def open_socket(self, request: SocketRequest, account: str) -> Socket | SocketEnd:  # noqa: ARG002
        """Open a WebSocket to the application (see `SocketTransport`); the time is that of the wall clock.

        Raises:
            RuntimeError: The application's start-up failed; the next exchange or socket tries it again.
        """
        socket: AsgiSocket | None = None
        try:
            async with asyncio.timeout(request.connect_ms / 1_000):
                if self._lifespan is not None and not self._lifespan.started:
                    await self._lifespan.start()
                state = {} if self._lifespan is None else dict(self._lifespan.state)
                socket = AsgiSocket(self._application, scope_of(request, state))
                self._tasks.add(socket.task)
                socket.task.add_done_callback(self._tasks.discard)
                await socket.answered.wait()
        except TimeoutError:
            if socket is not None:
                socket.task.cancel()
            return SocketEnd("timeout", "the application did not answer the handshake in time")
        except BaseException:
            if socket is not None:
                socket.task.cancel()
            raise
        return socket.refusal or socket

    async def aclose(self) -> None:
        """Stop what still runs in the application, and end its lifespan."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._lifespan is not None:
            await self._lifespan.end()

    async def _call(self, request: HttpRequest) -> Response | Failure:
        call = _Call(request, {} if self._lifespan is None else dict(self._lifespan.state))
        task = asyncio.create_task(self._run(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await call.answered.wait()
        except BaseException:
            task.cancel()
            raise
        if call.cut_off:
            task.cancel()
        return call.outcome()

    async def _run(self, call: _Call) -> None:
        try:
            await self._application(call.scope, call.receive, call.send)
        except Exception:
            _LOGGER.exception("the ASGI application failed at %s", call.path)
        finally:
            call.close()


class _Call:
    """One request as an ASGI application sees it."""

    def __init__(self, request: HttpRequest, state: dict[str, Any]) -> None:
        path, _, query = request.target.partition("?")
        self.path = unquote(path)
        self.answered = asyncio.Event()
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.scheme,
            "path": self.path,
            "raw_path": path.encode("ascii", "replace"),
            "query_string": query.encode("ascii", "replace"),
            "root_path": "",
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers
            ],
            "client": ("127.0.0.1", 0),
            "server": (request.host, request.port),
            "state": state,
        }
        self._body: bytes | None = request.body
        self._limit = body_limit(request)
        self._arriving: ArrivingAnswer | None = None
        self._complete = False
        self.cut_off = False
        """Whether the rest of the answer would change nothing."""

    async def receive(self) -> Message:
        """Give the body once; then wait until there is nobody left to speak to (ASGI)."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.answered.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a part of the answer (ASGI)."""
        kind = message["type"]
        if kind == "http.response.start" and self._arriving is None:
            headers = [
                (bytes(name).decode("latin-1"), bytes(value).decode("latin-1"))
                for name, value in message.get("headers", ())
            ]
            self._arriving = ArrivingAnswer(message["status"], headers, self._limit)
        elif kind == "http.response.body" and self._arriving is not None and not self._complete:
            more = bool(message.get("more_body", False))
            self.cut_off = not self._arriving.feed(bytes(message.get("body", b""))) and more
            if self.cut_off or not more:
                self._complete = True
                self.answered.set()
            if more:
                # An answer without an end must not keep the loop from what else there is to do.
                await asyncio.sleep(0)
        else:
            raise RuntimeError(f"the ASGI message {kind!r} is out of place")

    def close(self) -> None:
        """Note that the application has returned or failed."""
        if self._arriving is not None and not self._complete:
            _LOGGER.error("the ASGI application did not complete its answer at %s", self.path)
        elif self._arriving is None:
            _LOGGER.error("the ASGI application gave no answer at %s", self.path)
        self.answered.set()

    def outcome(self) -> Response | Failure:
        """Return what came of it; an answer that broke off is what a server would have made of it."""
        if self._arriving is None:
            return server_error()
        if not self._complete:
            return Failure(FailureReason.TRUNCATED, "the application broke off its answer")
        return self._arriving.outcome()


class _Lifespan:
    """Starts and ends an application's lifespan, in a task of its own as the protocol demands."""

    def __init__(self, application: AsgiApplication) -> None:
        self._application = application
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._reached = asyncio.Event()
        self._failed: str | None = None
        self._knows_lifespan = True
        self.started = False
        self.state: dict[str, Any] = {}

    async def start(self) -> None:
        """Start once, however many ask; one who gives up waiting leaves the start-up to the others."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        starting = self._starting
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if starting.cancelled() and task is not None and not task.cancelling():
                raise RuntimeError("the transport was closed during the application's start-up") from None
            raise

    async def _start(self) -> None:
        """Start; an application that raises at the very idea has no lifespan."""
        self._inbox = asyncio.Queue()
        self._task = asyncio.create_task(self._run())
        try:
            await self._tell("lifespan.startup")
            if self._failed is not None:
                failed, self._failed = self._failed, None
                self._task.cancel()
                raise RuntimeError(f"the application's start-up failed: {failed}")
            self.started = True
        finally:
            self._starting = None

    async def end(self) -> None:
        """End what was started, or is about to."""
        if self._starting is not None:
            self._starting.cancel()
        if self._task is None:
            return
        if self.started and self._knows_lifespan and not self._task.done():
            await self._tell("lifespan.shutdown")
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        self.started = False
        if self._failed is not None:
            _LOGGER.error("the application's shut-down failed: %s", self._failed)

    async def _tell(self, kind: str) -> None:
        self._reached.clear()
        self._inbox.put_nowait({"type": kind})
        await self._reached.wait()

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await self._application(scope, self._inbox.get, self._send)
        except Exception as error:  # noqa: BLE001  How an application says that it has no lifespan.
            _LOGGER.debug("the ASGI application has no lifespan: %r", error)
            self._knows_lifespan = False
        finally:
            self._reached.set()

    async def _send(self, message: Message) -> None:
        if str(message["type"]).endswith(".failed"):
            self._failed = str(message.get("message", ""))
        self._reached.set()
