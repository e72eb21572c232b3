"""A WSGI application in this process as the other side of an exchange: Flask, Django, Bottle."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from appconnect.transport.exchange import (
    ClosedOnExit,
    Failure,
    FailureReason,
    HttpRequest,
    Response,
    body_limit,
)
from appconnect.transport.inside import ArrivingAnswer, Runner, server_error

if TYPE_CHECKING:
    from types import TracebackType

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_LOGGER: Final = logging.getLogger(__name__)

WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]
"""A WSGI application. Frameworks name the type of `start_response` differently, hence `Any`."""


class WsgiTransport(ClosedOnExit):
    """Performs exchanges with a WSGI application (see `Transport`).

    The application runs inside `exchange`, so that a test runs the same way every time; it holds up the event
    loop for as long as it runs. `in_thread` runs it in a worker thread instead, a `runner` wherever it likes.
    """

    def __init__(
        self, application: WsgiApplication, *, in_thread: bool = False, runner: Runner | None = None
    ) -> None:
        """Put an application behind a transport.

        Args:
            application: The application.
            in_thread: Whether to run it in a worker thread; only then does the total time bound the exchange.
                The thread of one that is too slow runs on, and its answer is dropped.
            runner: Where it is called instead.
        """
        self._application = application
        self._in_thread = in_thread
        self._runner = runner

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange (see `Transport`)."""
        if self._runner is not None:
            return await self._runner(lambda: self._call(request))
        if not self._in_thread:
            return self._call(request)
        try:
            async with asyncio.timeout(request.total_timeout):
                return await asyncio.to_thread(self._call, request)
        except TimeoutError:
            return Failure(FailureReason.TIMEOUT, "no complete answer within the total time")

    def _call(self, request: HttpRequest) -> Response | Failure:
        answer = _Answer(body_limit(request))
        try:
            result = self._application(environ(request), answer.start)
            try:
                for piece in result:
                    answer.write(piece)
            finally:
                close = getattr(result, "close", None)
                if close is not None:
                    close()
            return answer.outcome()
        except _CutOffError:
            return answer.outcome()
        except Exception:
            _LOGGER.exception("the WSGI application failed at %s", request.target.partition("?")[0])
            return server_error()


def environ(request: HttpRequest) -> dict[str, Any]:
    """Return the WSGI environment of a request (PEP 3333)."""
    path, _, query = request.target.partition("?")
    variables: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": request.host,
        "SERVER_PORT": str(request.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        variables[key] = f"{variables[key]},{value}" if key in variables else value
    return variables


class _CutOffError(Exception):
    """Ends an application whose further answer would change nothing."""


class _Answer:
    """What a WSGI application says."""

    def __init__(self, limit: int) -> None:
        self._arriving: ArrivingAnswer | None = None
        self._limit = limit

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None
    ) -> Callable[[bytes], None]:
        """Take status and header fields (PEP 3333, `start_response`)."""
        if self._arriving is not None and exc_info is None:
            raise RuntimeError("start_response was called twice")
        self._arriving = ArrivingAnswer(int(status.split(" ", 1)[0]), list(headers), self._limit)
        return self.write

    def write(self, piece: bytes) -> None:
        """Take a piece of the body (PEP 3333)."""
        if piece and not self._begun().feed(piece):
            raise _CutOffError

    def outcome(self) -> Response | Failure:
        """Return what came of it; raises when the application did not begin an answer."""
        return self._begun().outcome()

    def _begun(self) -> ArrivingAnswer:
        if self._arriving is None:
            raise RuntimeError("start_response was not called")
        return self._arriving
