"""What the transports to applications in this process share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, final

from appconnect.transport.body import Body, failure_of_coding, is_success
from appconnect.transport.exchange import BODY_LIMIT, Failure, Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


class Runner(Protocol):
    """Where an application that is no coroutine is called: for instance in another thread."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]:
        """Call it there, and give back what it returned or raised."""


def server_error() -> Response:
    """Return what a server answers when its application raises."""
    return Response(500, [("Content-Type", "text/plain; charset=utf-8")], b"Internal Server Error")


@final
class ArrivingAnswer:
    """An answer whose body comes in pieces, under the cap that holds for one from the network."""

    __slots__ = ("_body", "_failure", "_headers", "_status")

    def __init__(self, status: int, headers: list[tuple[str, str]], limit: int = BODY_LIMIT) -> None:
        """Start with status, header fields, and the bytes that the body may have."""
        coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
        self._status = status
        self._headers = headers
        self._body = Body(coding, limit)
        self._failure = failure_of_coding(coding)

    def feed(self, piece: bytes) -> bool:
        """Take the next piece of the body; whether any further one could change the outcome."""
        if self._failure is None:
            self._failure = self._body.feed(piece)
        return self._failure is None

    def outcome(self) -> Response | Failure:
        """Return what came of it; to be asked once, at the end."""
        failure = self._failure or self._body.end()
        if failure is None:
            return Response(self._status, self._headers, self._body.value())
        return failure if is_success(self._status) else Response(self._status, self._headers, b"")
