"""The terms of one HTTP exchange: what is asked, and the two ways in which it ends.

The core makes every request whole (method, URL, signed headers, body) and decides what an outcome means:
redirects, retries, the fallback URL, cookies and content types are its business. A transport performs exactly
one exchange and says what came of it. Nothing in this room opens a socket.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

BODY_LIMIT: Final = 65_536
"""Bytes of a decoded body that an application may answer with (Twilio's code 11750 above it)."""

HEADER_LIMIT: Final = 65_536
"""Bytes of status lines, header fields and chunk framing that an answer may spend."""

HEADER_COUNT_LIMIT: Final = 100
"""Header fields in one answer, those of informational answers and trailers included."""

INFORMATIONAL_LIMIT: Final = 10
"""Informational (1xx) answers that may come before the final one."""


class FailureReason(StrEnum):
    """Why an exchange has no complete answer; the core has Twilio's code for each (`webhooks.md` 7.1)."""

    ADDRESS_DENIED = "address-denied"
    """The guard refused the host, the port or one of the addresses (11200)."""
    BAD_ENCODING = "bad-encoding"
    """The content coding was not offered, or its data is damaged (11200)."""
    CERTIFICATE_EXPIRED = "certificate-expired"
    """The certificate is outside its period of validity (11236)."""
    CERTIFICATE_NAME = "certificate-name"
    """The certificate names another host (11235)."""
    CERTIFICATE_UNTRUSTED = "certificate-untrusted"
    """No trusted chain leads to the certificate (11237)."""
    CONNECT_TIMEOUT = "connect-timeout"
    """No connection within the connect time (11201)."""
    DNS = "dns"
    """The host name does not resolve, or not in time (11210)."""
    OVERLOADED = "overloaded"
    """There was no room for it here, and nothing was sent (11200; a notice is dropped, 15002)."""
    PROTOCOL = "protocol"
    """The answer is not HTTP/1.x, or is ambiguous (11206)."""
    REFUSED = "refused"
    """The connection was refused, or no route leads there (11202)."""
    RESET = "reset"
    """The connection ended before any byte of the answer (11200)."""
    TIMEOUT = "timeout"
    """No complete answer within the read or the total time (11203)."""
    TLS = "tls"
    """No TLS connection could be made (11220)."""
    TOO_LARGE = "too-large"
    """The decoded body is larger than `BODY_LIMIT` (11750)."""
    TRUNCATED = "truncated"
    """The answer broke off half-way (11200)."""


class Response(NamedTuple):
    """A complete answer.

    A tuple rather than a dataclass because one is made for every webhook, and a frozen dataclass costs five
    times as much to make.
    """

    status: int
    """The status code, 200 to 999."""
    headers: list[tuple[str, str]]
    """Header fields in the order received, names in any case, values decoded as ISO-8859-1."""
    body: bytes
    """The body after content decoding, at most `BODY_LIMIT` bytes."""


class Failure(NamedTuple):
    """An exchange without a complete answer."""

    reason: FailureReason
    """What went wrong, in the core's words."""
    detail: str
    """A sentence for a log or an alert; holds no secret and no part of a body."""


class HttpRequest(Protocol):
    """What a transport reads of the core's request."""

    @property
    def method(self) -> str:
        """`GET` or `POST`."""

    @property
    def url(self) -> str:
        """The absolute URL without a fragment. Its userinfo is not for use: the core sets `Authorization`."""

    @property
    def scheme(self) -> str:
        """`http` or `https`."""

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
    def headers(self) -> list[tuple[str, str]]:
        """Every header field of the request, `Host` and `Content-Length` included."""

    @property
    def body(self) -> bytes:
        """The body; empty for a GET."""

    @property
    def head(self) -> bytes:
        """Request line, header fields and blank line, ready for the wire."""

    @property
    def wire(self) -> bytes:
        """Head and body together, ready for the wire."""

    @property
    def connect_timeout(self) -> float:
        """Seconds for name resolution, TCP connect and TLS handshake together."""

    @property
    def read_timeout(self) -> float:
        """Seconds to the first byte of the answer, and between its packets."""

    @property
    def total_timeout(self) -> float:
        """Seconds for the whole exchange, waiting for a free connection included."""

    @property
    def account(self) -> str:
        """The account that owns the webhook; connections are never shared between accounts."""


def body_limit(request: HttpRequest) -> int:
    """Bytes that the answer to a request may have: `BODY_LIMIT`, unless it has a `body_limit` of its own.

    The core's requests have none. One for an audio file has.
    """
    limit: int = getattr(request, "body_limit", BODY_LIMIT)
    return limit


class AddressGuard(Protocol):
    """Says where a webhook may go (`reliability.md` T-12 and T-13)."""

    def check(self, host: str, port: int) -> str | None:
        """Judge a host and a port before the name is resolved; a reason when refused."""

    def check_addresses(self, addresses: list[str], port: int) -> str | None:
        """Judge every address that a name resolved to; a reason when any of them is refused."""


class Resolver(Protocol):
    """Turns a host name into addresses."""

    async def __call__(self, host: str, port: int, /) -> Sequence[str]:
        """Resolve once.

        Args:
            host: A name, never an address in its ordinary notation.
            port: The port that will be connected to.

        Returns:
            Every address, in the order of preference.

        Raises:
            OSError: The name does not resolve (`socket.gaierror`).
        """


class Transport(Protocol):
    """Performs HTTP exchanges, one request and one outcome each."""

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange; no redirect is followed and nothing is retried.

        What the network or the other side does wrong is a `Failure`, never an exception.
        """

    async def aclose(self) -> None:
        """End what is still running and free every connection."""


class ClosedOnExit:
    """A transport that `async with` closes."""

    async def __aenter__(self) -> Self:
        """Return the transport."""
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Close the transport."""
        await self.aclose()

    async def aclose(self) -> None:
        """End what is still running; here nothing."""
