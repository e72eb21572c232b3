"""The terms of one WebSocket: how it is opened, what goes over it, and the ways in which it ends.

A transport that opens sockets has a method `open_socket` (see `SocketTransport`); the same object performs
the webhooks of the application, so that one that lives in this process gets both. Nothing in this room opens
a network connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

MESSAGE_LIMIT: Final = 1_048_576
"""Bytes of one message that an application may send: half a minute of audio and more. Our choice."""

SocketEnding: TypeAlias = Literal[
    "broken", "closed", "handshake", "protocol", "refused", "timeout", "tls", "unknown", "unreachable"
]
"""How a socket ends, or why it cannot be opened, in the core's words (`webhooks.md` section 12.3)."""

_IN_ORDER: Final = frozenset({1000, 1001, 1005})
_VIOLATIONS: Final = frozenset({1002, 1003, 1007, 1009, 1010})


class SocketEnd(NamedTuple):
    """A socket that has ended, or was never open."""

    event: SocketEnding
    """How, in the core's words."""
    detail: str
    """A sentence for the account; holds no part of a message."""


def ending(code: int) -> SocketEnd:
    """Say what the close code means that came first, from either side (RFC 6455 section 7.4)."""
    if code in _IN_ORDER:
        return SocketEnd("closed", f"the application closed the socket ({code})")
    if code in _VIOLATIONS:
        return SocketEnd("protocol", f"the protocol of sockets was violated ({code})")
    return SocketEnd("broken", f"the application broke the socket off ({code})")


class SocketRequest(Protocol):
    """What a transport reads of the core's handshake."""

    @property
    def url(self) -> str:
        """The `wss` URL."""

    @property
    def host(self) -> str:
        """The host, in lower case, an IPv6 address without brackets."""

    @property
    def port(self) -> int:
        """The port, also when the URL leaves it out."""

    @property
    def target(self) -> str:
        """Path and query as they stand on the request line, in ASCII."""

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        """The header fields beyond those of every handshake."""

    @property
    def connect_ms(self) -> int:
        """Milliseconds for name resolution, connection, TLS and handshake together."""


class Socket(Protocol):
    """An open socket."""

    @property
    def paced(self) -> bool:
        """Whether the other side lives by the wall clock, so that virtual time must not run ahead of it."""

    async def send(self, text: str, /) -> None:
        """Send a text message, and wait until the other side has taken it.

        How much that says depends on the transport. A socket that has ended takes everything and sends
        nothing.
        """

    async def receive(self) -> str | bytes | SocketEnd:
        """Wait for the next message, or for the end; from then on it is the end again."""

    async def close(self) -> None:
        """Say goodbye and wait until the other side has taken it, for a second at most."""


@runtime_checkable
class SocketTransport(Protocol):
    """A transport that opens sockets."""

    async def open_socket(self, request: SocketRequest, account: str, /) -> Socket | SocketEnd:
        """Open a socket; what the network or the other side does wrong is a `SocketEnd`, never an exception.

        Args:
            request: The handshake.
            account: The account whose application it is.
        """


async def open_socket(transport: object, request: SocketRequest, account: str) -> Socket | SocketEnd:
    """Open a socket by any transport; one that opens none refuses."""
    if isinstance(transport, SocketTransport):
        return await transport.open_socket(request, account)
    kind = type(transport).__name__
    return SocketEnd("refused", f"a {kind} opens no sockets to {request.host}: it takes an ASGI application")
