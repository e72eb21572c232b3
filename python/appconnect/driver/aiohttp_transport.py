"""Exchanges by way of aiohttp, for those who run on it already: `twiml-appconnect[aiohttp]`.

The guard, the resolver, the caps on the body and the separation of accounts are those of
`appconnect.driver.http`. What aiohttp decides for itself: its parser is more lenient, informational answers
are bounded by the deadline alone, the connect time counts anew after name resolution, a stalled TLS handshake
is told as `connect-timeout`, and an idle connection that ends under a GET (never a POST) is replaced without
a note. It is several times slower (`benches/load/transport.py`).
"""

from __future__ import annotations

import asyncio
import contextvars
import socket
import ssl
from typing import Final

from appconnect.driver.connect import (
    Opener,
    connect,
    connect_failure,
    default_ssl_context,
    is_address,
    resolve,
    tls_failure,
)
from appconnect.driver.pool import Limits
from appconnect.transport.body import Body, failure_of_coding, is_success
from appconnect.transport.exchange import (
    HEADER_COUNT_LIMIT,
    AddressGuard,
    ClosedOnExit,
    Failure,
    FailureReason,
    HttpRequest,
    Resolver,
    Response,
)

try:
    import aiohttp
    import aiohttp.abc
    from yarl import URL
except ImportError as error:
    raise ImportError("AiohttpTransport needs aiohttp: pip install 'twiml-appconnect[aiohttp]'") from error

_ACCOUNTS_KEPT: Final = 256  # Sessions that stay open; the one used longest ago makes room.
_SKIPPED: Final = (
    "Accept",
    "Accept-Encoding",
    "Content-Type",
    "User-Agent",
)  # The core has said what it wants to say.
_DNS: Final = Failure(FailureReason.DNS, "the host name does not resolve")
_UNTRUSTED: Final = Failure(FailureReason.CERTIFICATE_UNTRUSTED, "the certificate was refused")
_HANDSHAKE: Final = Failure(FailureReason.TLS, "the TLS handshake failed")
_BROKEN: Final = Failure(FailureReason.TRUNCATED, "the connection ended in the middle of the answer")
_UNANSWERED: Final = Failure(FailureReason.RESET, "the connection ended before the answer")
_FAILURES: Final[tuple[tuple[type[Exception], Failure], ...]] = (
    (aiohttp.ClientConnectorSSLError, _HANDSHAKE),
    (
        aiohttp.ConnectionTimeoutError,
        Failure(FailureReason.CONNECT_TIMEOUT, "no connection within the connect time"),
    ),
    (TimeoutError, Failure(FailureReason.TIMEOUT, "no complete answer within the read or total time")),
    (aiohttp.ClientPayloadError, _BROKEN),
    (aiohttp.ClientResponseError, Failure(FailureReason.PROTOCOL, "the answer is not HTTP/1.1")),
    (aiohttp.InvalidURL, Failure(FailureReason.DNS, "the host name cannot be looked up")),
)
_connect_until: contextvars.ContextVar[float] = contextvars.ContextVar("connect_until")


class _RefusedError(OSError):
    """Carries a failure of name resolution or of the guard through aiohttp."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class _GuardedResolver(aiohttp.abc.AbstractResolver):
    """Resolves once, and hands on only what the guard accepts."""

    def __init__(self, opener: Opener, account: str) -> None:
        self._opener = opener
        self._account = account

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        """Resolve a name (aiohttp)."""
        del family
        found = await self._opener.addresses(host, port, self._account, _connect_until.get())
        if isinstance(found, Failure):
            raise _RefusedError(found)
        return [
            aiohttp.abc.ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Do nothing (aiohttp)."""


class AiohttpTransport(ClosedOnExit):
    """Performs exchanges by way of aiohttp (see `Transport`).

    Every account has a session, and so connections, of its own.
    """

    def __init__(
        self,
        guard: AddressGuard,
        *,
        limits: Limits = Limits(),  # noqa: B008  A tuple cannot be changed.
        ssl_context: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        """Prepare a transport; nothing is opened yet.

        Args:
            guard: Judges every host, port and address before it is connected to.
            limits: `per_site`, `per_account`, `waiting` and `idle` count here, `waiting` for each account.
            ssl_context: How servers are verified; the system's roots and TLS 1.2 or later when none is given.
            resolver: Resolves names.
        """
        self._guard = guard
        self._opener = Opener(guard, resolver, connect, None)
        self._limits = limits
        self._context = ssl_context
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._running: dict[str, int] = {}
        self._closed = False

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange (see `Transport`).

        Raises:
            RuntimeError: The transport is closed.
        """
        if self._closed:
            raise RuntimeError("the transport is closed")
        host, port, account = request.host, request.port, request.account
        if is_address(host):  # aiohttp asks the resolver for names only.
            denied = self._guard.check(host, port) or self._guard.check_addresses([host], port)
            if denied is not None:
                return Failure(FailureReason.ADDRESS_DENIED, denied)
        _connect_until.set(
            asyncio.get_running_loop().time() + min(request.connect_timeout, request.total_timeout)
        )
        running = self._running.get(account, 0)
        if running >= self._limits.per_account + self._limits.waiting:
            return Failure(FailureReason.OVERLOADED, "too many exchanges wait already")
        self._running[account] = running + 1  # From here on, no other exchange may close its session.
        try:
            session = await self._session(account)
            if session.closed:
                return Failure(FailureReason.RESET, "the transport was closed")
            return await _exchange(session, request)
        finally:
            self._running[account] -= 1
            if not self._running[account]:
                del self._running[account]

    async def aclose(self) -> None:
        """Close every session; exchanges under way fail."""
        self._closed = True
        sessions = list(self._sessions.values())
        self._sessions.clear()
        for session in sessions:
            await session.close()

    async def _session(self, account: str) -> aiohttp.ClientSession:
        session = self._sessions.pop(account, None)
        if session is None:
            if self._context is None:
                self._context = default_ssl_context()
            connector = aiohttp.TCPConnector(
                ssl=self._context,
                resolver=_GuardedResolver(self._opener, account),
                use_dns_cache=False,
                keepalive_timeout=self._limits.idle,
                limit=self._limits.per_account,
                limit_per_host=self._limits.per_site,
            )
            session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        self._sessions[account] = session  # At the end: the first of them was used longest ago.
        if len(self._sessions) > _ACCOUNTS_KEPT:
            spare = next((name for name in self._sessions if name not in self._running), None)
            if spare is not None:
                await self._sessions.pop(spare).close()
        return session


async def _exchange(session: aiohttp.ClientSession, request: HttpRequest) -> Response | Failure:
    host = f"[{request.host}]" if ":" in request.host else request.host
    # Not `request.url`: aiohttp would turn its userinfo into an Authorization header.
    url = URL(f"{request.scheme}://{host}:{request.port}{request.target}", encoded=True)
    timeout = aiohttp.ClientTimeout(
        total=request.total_timeout, sock_connect=request.connect_timeout, sock_read=request.read_timeout
    )
    begun = False
    try:
        async with session.request(
            request.method,
            url,
            data=request.body or None,
            headers=request.headers,
            skip_auto_headers=_SKIPPED,
            allow_redirects=False,
            timeout=timeout,
        ) as answer:
            begun = True
            return await _read(answer)
    except (aiohttp.ClientError, OSError) as error:
        return _failure_of(error, request.scheme, begun=begun)


def _failure_of(error: aiohttp.ClientError | OSError, scheme: str, *, begun: bool) -> Failure:
    """Say what an exception of aiohttp means; the most particular class comes first."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        refused = error.os_error
        return refused.failure if isinstance(refused, _RefusedError) else _DNS
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        inner = error.certificate_error
        return tls_failure(inner) if isinstance(inner, ssl.SSLError) else _UNTRUSTED
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(
        error, aiohttp.ClientConnectorSSLError
    ):
        # aiohttp has one class for TCP connect and TLS handshake; only the latter can be reset.
        in_handshake = scheme == "https" and isinstance(error.os_error, ConnectionResetError)
        return _HANDSHAKE if in_handshake else connect_failure(error.os_error)
    for kind, failure in _FAILURES:
        if isinstance(error, kind):
            return failure
    return _BROKEN if begun else _UNANSWERED


async def _read(answer: aiohttp.ClientResponse) -> Response | Failure:
    """Read the body piece by piece under the cap; the connection of one not read to its end is closed."""
    status = answer.status
    if len(answer.raw_headers) > HEADER_COUNT_LIMIT:
        return Failure(FailureReason.PROTOCOL, f"more than {HEADER_COUNT_LIMIT} header fields")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers]
    coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    failure = failure_of_coding(coding)
    body = Body(coding)
    while failure is None:
        piece = await answer.content.readany()
        if not piece:
            failure = body.end()
            break
        failure = body.feed(piece)
    if failure is None:
        return Response(status, headers, body.value())
    answer.close()
    return failure if is_success(status) else Response(status, headers, b"")
