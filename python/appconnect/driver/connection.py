"""One keep-alive HTTP/1.1 connection: a request's bytes go out, one answer comes in, within its caps.

The parser is llhttp (by way of httptools) with none of its leniencies switched on: it refuses two
`Content-Length` fields, `Content-Length` beside `Transfer-Encoding`, bare line feeds and folded header
fields. What it does not refuse, and this module does: status codes below 100, other versions than 1.0 and
1.1, transfer codings other than `chunked`, floods of header fields, of chunk extensions and of informational
answers, and anything after a complete answer (`reliability.md` T-11).
"""

from __future__ import annotations

import asyncio
import select
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from httptools import HttpParserError, HttpResponseParser

from appconnect.transport.body import Body, failure_of_coding, is_success
from appconnect.transport.exchange import (
    HEADER_COUNT_LIMIT,
    HEADER_LIMIT,
    INFORMATIONAL_LIMIT,
    Failure,
    FailureReason,
    Response,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_FRAMING_PER_BYTE: Final = 9  # A chunk of one byte costs five bytes of framing; twice that is not a flood.
_FIRST_FINAL_STATUS: Final = 200
_FIRST_STATUS: Final = 100


class _StopParsingError(Exception):
    """Ends `feed_data` from inside one of its callbacks; the outcome is already noted."""


class Connection(asyncio.BufferedProtocol):
    """A connection to one address that the guard has accepted.

    It is idle until `exchange` is called and again after a complete answer; `is_usable` says whether it may
    serve another exchange. Bytes that arrive while it is idle belong to no request, and close it.

    A buffered protocol, because asyncio makes a buffer of 256 KiB for every read of the other kind, which
    more than doubles the cost of an exchange.
    """

    __slots__ = (
        "_answered",
        "_body",
        "_body_received",
        "_buffer",
        "_deadline",
        "_excess",
        "_failure",
        "_header_count",
        "_header_size",
        "_headers",
        "_heard",
        "_in_body",
        "_informational",
        "_keep_alive",
        "_loop",
        "_needs_eof",
        "_on_lost",
        "_parser",
        "_poll",
        "_read_timeout",
        "_received",
        "_status",
        "_timer",
        "_transport",
        "_waiter",
        "address",
        "idle_since",
        "opened",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        address: str,
        buffer: memoryview,
        on_lost: Callable[[Connection], object],
    ) -> None:
        """Prepare a connection.

        Args:
            loop: The loop that the connection lives on.
            address: The address that was checked and connected to.
            buffer: Where to read to. Connections may share it: each read is parsed before the next begins.
            on_lost: Called once, when the connection is gone.
        """
        self.address = address
        """The address that was checked and connected to."""
        self.opened = loop.time()
        """When the connection was made, in loop seconds."""
        self.idle_since = 0.0
        """When the connection became idle; written by the pool."""
        self._loop = loop
        self._buffer = buffer
        self._on_lost = on_lost
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._poll: select.poll | None = None
        self._waiter: asyncio.Future[Response | Failure] | None = None
        self._timer: asyncio.TimerHandle | None = None

    # What the pool does with it.

    def exchange(
        self, wire: bytes, deadline: float, read_timeout: float
    ) -> asyncio.Future[Response | Failure]:
        """Send a request and return the future of its outcome.

        Whoever stops waiting for that future must `abort` the connection: the answer may still come.

        Args:
            wire: The whole request.
            deadline: When the exchange must be over, in loop seconds.
            read_timeout: Seconds to the first byte, and between packets.
        """
        loop = self._loop
        waiter: asyncio.Future[Response | Failure] = loop.create_future()
        transport = self._transport
        if transport is None or transport.is_closing():
            waiter.set_result(
                Failure(FailureReason.RESET, "the connection ended before the request was sent")
            )
            return waiter
        self._waiter = waiter
        self._headers: list[tuple[str, str]] = []
        self._body: Body | None = None
        self._failure: Failure | None = None
        self._status = self._informational = 0
        self._header_count = self._header_size = self._received = self._body_received = 0
        self._answered = self._excess = self._in_body = self._needs_eof = self._keep_alive = False
        self._deadline = deadline
        self._read_timeout = read_timeout
        self._heard = loop.time()
        self._watch()
        transport.write(wire)
        return waiter

    def is_lost(self) -> bool:
        """Whether the connection is gone, and its owner has been told."""
        return self._transport is None

    def is_closing(self) -> bool:
        """Whether the connection is closed, or about to be."""
        return self._transport is None or self._transport.is_closing()

    def is_usable(self) -> bool:
        """Whether an idle connection may serve another exchange.

        Asks the kernel as well as the loop: when the loop was busy, the other side's end of the connection,
        or bytes that nobody asked for, may be waiting unread.
        """
        return not self.is_closing() and (self._poll is None or not self._poll.poll(0))

    def shut(self) -> None:
        """Close the connection because the transport closes; an exchange under way fails."""
        if self._waiter is not None:
            self._fail(FailureReason.RESET, "the transport was closed")
        else:
            self.abort()

    def abort(self) -> None:
        """Close the connection at once. An exchange under way has no outcome: nobody may wait for it."""
        self._waiter = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            # Not close(): that waits for unread output, and over TLS for the other side's farewell.
            self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the transport (asyncio)."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one, and derives from nothing.
        sock = transport.get_extra_info("socket")
        if sock is not None and hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(sock.fileno(), select.POLLIN)

    def connection_lost(self, exc: Exception | None) -> None:
        """Settle what was under way (asyncio)."""
        self._transport = None
        if self._waiter is not None:
            self._broken("was reset" if exc is not None else "ended")
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._on_lost(self)

    def eof_received(self) -> None:
        """Take the end of the other side's data (asyncio)."""
        if self._waiter is not None:
            if self._needs_eof:
                self._complete()
                self._settle()
            else:
                self._broken("ended")

    def get_buffer(self, sizehint: int) -> memoryview:
        """Give the buffer (asyncio)."""
        del sizehint
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take the bytes that have been read (asyncio)."""
        if self._waiter is None:
            self.abort()
            return
        self._heard = self._loop.time()
        self._received += nbytes
        error: HttpParserError | None = None
        try:
            self._parser.feed_data(self._buffer[:nbytes])
        except HttpParserError as caught:
            error = caught
        if self._answered or self._failure is not None:
            self._excess = self._excess or error is not None
            self._settle()
        elif error is not None:
            self._fail(FailureReason.PROTOCOL, f"not an HTTP/1.1 answer: {error}")
        elif self._received - _FRAMING_PER_BYTE * self._body_received > HEADER_LIMIT:
            self._fail(
                FailureReason.PROTOCOL, f"more than {HEADER_LIMIT} bytes of header fields or chunk framing"
            )

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Notice an answer that nobody asked for (httptools)."""
        if self._answered:
            self._excess = True
            raise _StopParsingError

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header field, or one trailer (httptools)."""
        self._header_count += 1
        self._header_size += len(name) + len(value)
        if self._header_count > HEADER_COUNT_LIMIT or self._header_size > HEADER_LIMIT:
            self._refuse(
                FailureReason.PROTOCOL,
                f"more than {HEADER_COUNT_LIMIT} fields or {HEADER_LIMIT} bytes of header",
            )
        if not self._in_body:  # A trailer must not pass for a header field.
            self._headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Judge status, version, framing and coding (httptools)."""
        parser = self._parser
        status = parser.get_status_code()
        if status < _FIRST_STATUS or parser.get_http_version() not in {"1.1", "1.0"}:
            self._refuse(
                FailureReason.PROTOCOL, f"HTTP/{parser.get_http_version()} {status:03} is no HTTP/1.x status"
            )
        if status < _FIRST_FINAL_STATUS:
            self._informational += 1
            self._headers.clear()
            if self._informational > INFORMATIONAL_LIMIT or status == HTTPStatus.SWITCHING_PROTOCOLS:
                self._refuse(
                    FailureReason.PROTOCOL,
                    f"status {status}, the {self._informational}. informational answer",
                )
            return
        self._status = status
        self._in_body = True
        self._keep_alive = parser.should_keep_alive()
        self._needs_eof = True
        coding = ""
        for name, value in self._headers:
            # Few other names have these lengths, which is cheaper to see than to lower every name.
            size = len(name)
            if size == 14 and name.lower() == "content-length":  # noqa: PLR2004
                self._needs_eof = False
            elif size == 16 and name.lower() == "content-encoding":  # noqa: PLR2004
                coding = f"{coding}, {value}" if coding else value
            elif size == 17 and name.lower() == "transfer-encoding":  # noqa: PLR2004
                self._needs_eof = False
                if value.strip().lower() != "chunked":
                    self._refuse(FailureReason.PROTOCOL, "a transfer coding other than chunked")
        failure = failure_of_coding(coding) if coding else None
        if failure is not None:
            self._body_fails(failure)
        self._body = Body(coding)

    def on_body(self, data: bytes) -> None:
        """Take a piece of the body (httptools)."""
        self._body_received += len(data)
        if self._body is not None:
            failure = self._body.feed(data)
            if failure is not None:
                self._body_fails(failure)

    def on_message_complete(self) -> None:
        """Note that the answer is complete (httptools)."""
        if self._status:
            self._complete()

    # How an exchange ends.

    def _complete(self) -> None:
        if self._body is not None and not self._answered:
            failure = self._body.end()
            if failure is not None and is_success(self._status):
                self._failure = failure
            self._answered = True

    def _body_fails(self, failure: Failure) -> None:
        """End the exchange at a body that cannot be used; a status that needs no body stands without it."""
        if is_success(self._status):
            self._failure = failure
        else:
            self._body = None
            self._answered = self._excess = True
        raise _StopParsingError

    def _refuse(self, reason: FailureReason, detail: str) -> None:
        """End the exchange from inside a callback of the parser."""
        self._failure = Failure(reason, detail)
        raise _StopParsingError

    def _broken(self, how: str) -> None:
        if self._received:
            self._fail(FailureReason.TRUNCATED, f"the connection {how} in the middle of the answer")
        else:
            self._fail(FailureReason.RESET, f"the connection {how} before the answer")

    def _fail(self, reason: FailureReason, detail: str) -> None:
        self._failure = Failure(reason, detail)
        self._settle()

    def _settle(self) -> None:
        waiter, self._waiter = self._waiter, None
        outcome: Response | Failure | None = self._failure
        if outcome is None:
            body = self._body.value() if self._body is not None else b""
            outcome = Response(self._status, self._headers, body)
        if self._excess or not self._keep_alive or self._failure is not None:
            self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_result(outcome)

    def _watch(self) -> None:
        """Make sure that the timer runs out no later than the exchange.

        The timer outlives the exchange: it is moved only when it would come too late, and looks at the time
        that is left when it fires. So a busy connection sets a timer once in many exchanges, not twice in
        each.
        """
        due = min(self._deadline, self._heard + self._read_timeout)
        timer = self._timer
        if timer is not None:
            if timer.when() <= due:
                return
            timer.cancel()
        self._timer = self._loop.call_at(due, self._time_passed)

    def _time_passed(self) -> None:
        self._timer = None
        if self._waiter is None:
            return
        now = self._loop.time()
        if now >= self._deadline:
            self._fail(FailureReason.TIMEOUT, "no complete answer within the total time")
        elif now >= self._heard + self._read_timeout:
            self._fail(FailureReason.TIMEOUT, f"nothing was heard for {self._read_timeout:g} s")
        else:
            self._watch()
