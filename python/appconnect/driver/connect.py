"""Making a connection: a name is resolved once, every answer judged, and a judged one connected to.

The address that was checked is the address that is connected to; TLS asks for and verifies the name all the
same (`reliability.md` T-12 and T-13). Everything here spends one budget, the connect time.

A look-up by the operating system holds a thread until it returns, however long ago its exchange gave up
waiting. So look-ups have threads of their own, and each account has a few at most (T-21): one whose name
servers are slow waits for itself.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

from appconnect.driver.connection import Connection
from appconnect.driver.turnstile import Turnstiles
from appconnect.transport.exchange import Failure, FailureReason

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from appconnect.transport.exchange import AddressGuard, HttpRequest, Resolver

_P = TypeVar("_P", bound=asyncio.BaseProtocol)

_BUFFER_SIZE: Final = 65_536  # Bytes; the largest answer that is accepted takes one or two reads.
_ADDRESSES_TRIED: Final = 4  # Of the addresses of one name; the budget is shared out among them.
_LOOKUPS: Final = ThreadPoolExecutor(32, thread_name_prefix="appconnect-lookup")
_LOOKUPS_PER_ACCOUNT: Final = 4
_LOOKUPS_WAITING: Final = 1_024  # For each account; the transport's own bounds are reached before.
_NO_ROOM: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

_NAME_CODES: Final = frozenset({62, 63, 64})  # X509_V_ERR_HOSTNAME_, EMAIL_ and IP_ADDRESS_MISMATCH
_VALIDITY_CODES: Final = frozenset({9, 10})  # X509_V_ERR_CERT_NOT_YET_VALID and CERT_HAS_EXPIRED


class Connector(Protocol):
    """Makes a TCP connection."""

    async def __call__(self, address: str, port: int, /) -> socket.socket:
        """Connect.

        Args:
            address: An address that the guard accepted, in its ordinary notation.
            port: The port.

        Returns:
            A connected socket that does not block.

        Raises:
            OSError: No connection could be made.
        """


async def resolve(host: str, port: int) -> Sequence[str]:
    """Resolve a name by the operating system's resolver (see `Resolver`)."""
    lookup = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, lookup)
    # The address comes first in both families; IPv6 brings two more fields.
    return list(dict.fromkeys(str(address[0]) for _family, _type, _protocol, _name, address in found))


async def connect(address: str, port: int) -> socket.socket:
    """Make a TCP connection (see `Connector`)."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)  # noqa: FBT003  The parameter has no name.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def default_ssl_context() -> ssl.SSLContext:
    """Return a context that verifies fully against the system's roots and speaks TLS 1.2 or later."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def is_address(host: str) -> bool:
    """Whether a host is an address in its ordinary notation; any other must go through the resolver."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def tls_failure(error: ssl.SSLError) -> Failure:
    """Say what a failed TLS handshake means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        detail = f"the certificate was refused: {error.verify_message}"
        if error.verify_code in _NAME_CODES:
            return Failure(FailureReason.CERTIFICATE_NAME, detail)
        if error.verify_code in _VALIDITY_CODES:
            return Failure(FailureReason.CERTIFICATE_EXPIRED, detail)
        return Failure(FailureReason.CERTIFICATE_UNTRUSTED, detail)
    return Failure(FailureReason.TLS, f"the TLS handshake failed: {error.reason or type(error).__name__}")


def connect_failure(error: OSError) -> Failure:
    """Say what a failed TCP connect means."""
    if isinstance(error, TimeoutError):
        return Failure(FailureReason.CONNECT_TIMEOUT, "no connection within the connect time")
    if _is_overload(error):
        return _overloaded(error)
    return Failure(
        FailureReason.REFUSED, f"no connection could be made: {error.strerror or type(error).__name__}"
    )


def _is_overload(error: OSError) -> bool:
    # The numbers of a `gaierror` are others, some of them the same.
    return error.errno in _NO_ROOM and not isinstance(error, socket.gaierror)


def _overloaded(error: OSError) -> Failure:
    return Failure(FailureReason.OVERLOADED, f"no socket could be had: {error.strerror}")


class _Dialled(NamedTuple):
    """A connected socket, and the address that it leads to."""

    address: str
    sock: socket.socket


def _abort(connection: asyncio.BaseProtocol) -> None:
    """Break a connection off that was not given to anybody."""
    if isinstance(connection, Connection):
        connection.abort()


class Opener:
    """Opens connections under a guard."""

    def __init__(
        self, guard: AddressGuard, resolver: Resolver, connector: Connector, context: ssl.SSLContext | None
    ) -> None:
        """Prepare to open connections.

        Args:
            guard: Judges hosts, ports and addresses.
            resolver: Resolves names; addresses in their ordinary notation do not reach it.
            connector: Makes TCP connections.
            context: Verifies servers; `default_ssl_context` when none is given.
        """
        self._guard = guard
        self._resolver = resolver
        self._connector = connector
        self._context = context
        self._buffer = memoryview(bytearray(_BUFFER_SIZE))
        self._lookups = Turnstiles(_LOOKUPS_PER_ACCOUNT, _LOOKUPS_WAITING)

    async def addresses(self, host: str, port: int, account: str, until: float) -> list[str] | Failure:
        """Resolve a host once and judge every answer.

        Args:
            host: The host, in lower case.
            port: The port.
            account: Whose look-up it is.
            until: When the connect time is over, in loop seconds.
        """
        denied = self._guard.check(host, port)
        if denied is not None:
            return Failure(FailureReason.ADDRESS_DENIED, denied)
        found: list[str] | Failure = [host]
        if not is_address(host):
            found = await self._look_up(host, port, account, until)
        if isinstance(found, Failure):
            return found
        denied = self._guard.check_addresses(found, port)
        return found if denied is None else Failure(FailureReason.ADDRESS_DENIED, denied)

    async def _look_up(self, host: str, port: int, account: str, until: float) -> list[str] | Failure:
        late = Failure(FailureReason.DNS, f"{host} was not resolved within the connect time")
        try:
            host.encode("idna")  # As SNI will, which takes a name that it cannot encode less kindly.
            if not self._lookups.try_enter(account):
                refused = await self._lookups.enter(account, until, late)
                if refused is not None:
                    return refused
            lookup = asyncio.ensure_future(self._resolver(host, port))
            # Its place is free when it has really returned, not when it is waited for no longer.
            lookup.add_done_callback(lambda _: self._lookups.leave(account))
            async with asyncio.timeout_at(until):
                found = list(await asyncio.shield(lookup))
        except TimeoutError:
            return late
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that is empty or too long.
            if isinstance(error, OSError) and _is_overload(error):
                return _overloaded(error)
            return Failure(FailureReason.DNS, f"{host} does not resolve: {error}")
        return found or Failure(FailureReason.DNS, f"{host} has no address")

    async def open(
        self, request: HttpRequest, until: float, on_lost: Callable[[Connection], object]
    ) -> Connection | Failure:
        """Open a connection.

        Args:
            request: Says where to, and for which account.
            until: When the connect time is over, in loop seconds.
            on_lost: Called when the connection is gone.
        """
        host = request.host
        dialled = await self._dial(host, request.port, request.account, until)
        if isinstance(dialled, Failure):
            return dialled
        loop = asyncio.get_running_loop()
        connection = Connection(loop, dialled.address, self._buffer, on_lost)
        return await self._start(dialled, request.scheme, host, until, connection)

    async def open_tls(
        self, host: str, port: int, account: str, until: float, protocol: Callable[[], _P]
    ) -> _P | Failure:
        """Open a TLS connection that another protocol than that of webhooks is spoken over.

        Args:
            host: Where to, in lower case.
            port: The port.
            account: Whose connection it is.
            until: When the connect time is over, in loop seconds.
            protocol: Makes what speaks it; the loop calls it.
        """
        dialled = await self._dial(host, port, account, until)
        if isinstance(dialled, Failure):
            return dialled
        return await self._start(dialled, "https", host, until, protocol())

    async def _dial(self, host: str, port: int, account: str, until: float) -> _Dialled | Failure:
        """Resolve a host, judge its addresses, and connect to one of them."""
        found = await self.addresses(host, port, account, until)
        if isinstance(found, Failure):
            return found
        loop = asyncio.get_running_loop()
        failure = Failure(FailureReason.REFUSED, f"{host} has no address")
        candidates = found[:_ADDRESSES_TRIED]
        for left, address in zip(range(len(candidates), 0, -1), candidates, strict=True):
            now = loop.time()
            try:
                async with asyncio.timeout_at(now + max(until - now, 0) / left):
                    return _Dialled(address, await self._connector(address, port))
            except OSError as error:  # TimeoutError is one.
                failure = connect_failure(error)
        return failure

    async def _start(
        self, dialled: _Dialled, scheme: str, host: str, until: float, connection: _P
    ) -> _P | Failure:
        """Give a connected socket to the loop, by way of TLS for `https`."""
        loop, sock = asyncio.get_running_loop(), dialled.sock
        try:
            if scheme != "https":
                await loop.create_connection(lambda: connection, sock=sock)
            else:
                if self._context is None:
                    self._context = default_ssl_context()
                # A name's trailing dot is no part of it in SNI and in certificates (RFC 6066 section 3).
                name = host.rstrip(".")
                async with asyncio.timeout_at(until):
                    await loop.create_connection(
                        lambda: connection, sock=sock, ssl=self._context, server_hostname=name
                    )
        except TimeoutError:
            failure = Failure(FailureReason.TLS, "the TLS handshake did not end within the connect time")
        except ssl.SSLError as error:
            failure = tls_failure(error)
        except OSError as error:
            reason = FailureReason.TLS if scheme == "https" else FailureReason.RESET
            failure = Failure(
                reason, f"the connection ended at once: {error.strerror or type(error).__name__}"
            )
        except BaseException:
            _abort(connection)
            sock.close()
            raise
        else:
            return connection
        _abort(connection)
        sock.close()
        return failure
