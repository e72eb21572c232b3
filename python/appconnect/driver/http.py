"""The transport that goes out to the network: guarded, keep-alive HTTP/1.1 on asyncio.

`HttpTransport` performs exactly one exchange for each request and says how it ended; redirects, retries and
the fallback URL are the core's. One deadline covers everything: the wait for a free connection, name
resolution, TCP connect, TLS handshake, request and answer.

    async with HttpTransport(guard) as transport:
        outcome = await transport.exchange(request)

It runs on any asyncio event loop; on uvloop, if whoever runs the loop installs it, about three times as fast.

**Is a request ever sent twice?** Only in one case. A server may close a kept-alive connection in the very
moment in which the next request is on its way. Then the connection ends without a single byte of an answer,
and whether the request was read cannot be known. If the connection had served an exchange before, and the
request is a GET or carries an idempotency token, it is sent once more, on a new connection, byte for byte the
same (the token included, by which a receiver drops a repetition); `resent` counts these and each is logged.
To make the case rare, connections are given up after 4 idle seconds, and the kernel is asked before each
reuse whether the server has closed. A connection that is reset at its first exchange is never tried again
here: `reset` is reported, and the core's retry policy decides.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from appconnect.driver.connect import Connector, Opener, connect, resolve
from appconnect.driver.connection import Connection
from appconnect.driver.pool import Limits, Pool, Site, SiteKey
from appconnect.driver.socket import open_socket
from appconnect.transport.exchange import (
    AddressGuard,
    ClosedOnExit,
    Failure,
    FailureReason,
    HttpRequest,
    Resolver,
    Response,
)

if TYPE_CHECKING:
    import ssl

    from appconnect.transport.socket import Socket, SocketEnd, SocketRequest

_LOGGER: Final = logging.getLogger(__name__)
_TOKEN_HEADER: Final = "i-twilio-idempotency-token"  # noqa: S105  The name of a header field.
_SITE_BUSY: Final = Failure(
    FailureReason.TIMEOUT, "no connection to this host was free within the total time"
)
_ACCOUNT_BUSY: Final = Failure(
    FailureReason.TIMEOUT, "all exchanges of this account were busy for the total time"
)
_ALL_BUSY: Final = Failure(FailureReason.OVERLOADED, "no connection was free within the total time")


class HttpTransport(ClosedOnExit):
    """Performs exchanges over the network (see `Transport`).

    It belongs to the event loop of its first exchange. Use it as an async context manager, or call `aclose`.
    """

    def __init__(
        self,
        guard: AddressGuard,
        *,
        limits: Limits = Limits(),  # noqa: B008  A tuple cannot be changed.
        ssl_context: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
        connector: Connector = connect,
    ) -> None:
        """Prepare a transport; nothing is opened yet.

        Args:
            guard: Judges every host, port and address before it is connected to.
            limits: Bounds of concurrency and of connection reuse.
            ssl_context: How servers are verified; the system's roots and TLS 1.2 or later when none is given.
            resolver: Resolves names.
            connector: Makes TCP connections to addresses that the guard accepted.
        """
        self._opener = Opener(guard, resolver, connector, ssl_context)
        self._limits = limits
        self._pool: Pool | None = None
        self._closed = False
        self.resent = 0
        """Requests sent twice because a kept-alive connection ended under them."""

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange (see `Transport`).

        Raises:
            RuntimeError: The transport is closed, or belongs to another event loop.
        """
        pool, account = self._pool_of_this_loop(), request.account
        deadline = pool.loop.time() + request.total_timeout
        if not pool.accounts.try_enter(account):
            refused = await pool.accounts.enter(account, deadline, _ACCOUNT_BUSY)
            if refused is not None:
                return refused
        try:
            site = pool.site(SiteKey(request.scheme, request.host, request.port, account))
            try:
                return await self._exchange_in_turn(pool, site, request, deadline)
            finally:
                pool.forget_if_unused(site)
        finally:
            pool.accounts.leave(account)

    async def open_socket(self, request: SocketRequest, account: str) -> Socket | SocketEnd:
        """Open a WebSocket (see `SocketTransport`). It is not counted among the exchanges of its account.

        Raises:
            RuntimeError: The transport is closed, or belongs to another event loop.
        """
        self._pool_of_this_loop()
        return await open_socket(self._opener, request, account)

    async def aclose(self) -> None:
        """Close every connection; exchanges under way fail as `reset`."""
        self._closed = True
        if self._pool is not None:
            await self._pool.close()

    def _pool_of_this_loop(self) -> Pool:
        loop = asyncio.get_running_loop()
        if self._closed:
            raise RuntimeError("the transport is closed")
        if self._pool is None:
            self._pool = Pool(loop, self._limits)
        elif self._pool.loop is not loop:
            raise RuntimeError("the transport belongs to another event loop; make one for each loop")
        return self._pool

    async def _exchange_in_turn(
        self, pool: Pool, site: Site, request: HttpRequest, deadline: float
    ) -> Response | Failure:
        """Exchange when there is room at the site and in all."""
        if not site.turnstile.try_enter():
            refused = await site.turnstile.enter(deadline, _SITE_BUSY)
            if refused is not None:
                return refused
        try:
            if not pool.turnstile.try_enter():
                refused = await pool.turnstile.enter(deadline, _ALL_BUSY)
                if refused is not None:
                    return refused
            try:
                return await self._exchange(pool, site, request, deadline)
            finally:
                pool.turnstile.leave()
        finally:
            site.turnstile.leave()

    async def _exchange(
        self, pool: Pool, site: Site, request: HttpRequest, deadline: float
    ) -> Response | Failure:
        """Exchange over an idle connection, or a new one if there is none or it proves dead."""
        wire = request.wire
        connection = pool.take(site)
        reused = connection is not None
        while True:
            if connection is None:
                opened = await self._open(pool, request, deadline)
                if isinstance(opened, Failure):
                    return opened
                connection = opened
            try:
                outcome = await connection.exchange(wire, deadline, request.read_timeout)
            except BaseException:
                connection.abort()  # Cancelled: the answer may still come, and must not meet another request.
                raise
            pool.put_back(site, connection)
            if not reused or pool.closed or not _was_swallowed(outcome) or not _is_replayable(request):
                return outcome
            connection, reused = None, False
            self.resent += 1
            _LOGGER.info("a kept-alive connection to %s ended; the request is sent again", request.host)

    async def _open(self, pool: Pool, request: HttpRequest, deadline: float) -> Connection | Failure:
        if pool.closed:
            return Failure(FailureReason.RESET, "the transport was closed")
        pool.make_room()
        until = min(deadline, pool.loop.time() + request.connect_timeout)
        opened = await self._opener.open(request, until, pool.lost)
        if isinstance(opened, Connection):
            pool.add(opened)
        return opened


def _was_swallowed(outcome: Response | Failure) -> bool:
    return isinstance(outcome, Failure) and outcome.reason is FailureReason.RESET


def _is_replayable(request: HttpRequest) -> bool:
    """Whether a receiver can tell a repetition, so that a client may repeat it (RFC 9110 section 9.2.2)."""
    return request.method == "GET" or any(name.lower() == _TOKEN_HEADER for name, _value in request.headers)
