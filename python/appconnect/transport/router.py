"""Several transports behind one: applications that live in this process, and the network for the rest."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from appconnect.transport.exchange import (
    ClosedOnExit,
    Failure,
    FailureReason,
    HttpRequest,
    Response,
    Transport,
)
from appconnect.transport.socket import Socket, SocketEnd, SocketRequest, open_socket

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class RouterTransport(ClosedOnExit):
    """Hands each exchange to the transport whose prefix fits its URL best (see `Transport`).

        RouterTransport({"bank.example": bank, "https://shop.example/ivr": shop}, default=network)

    A prefix is a host, which fits any scheme and port, or an origin with or without a path. A path fits whole
    segments: `/ivr` fits `/ivr`, `/ivr/menu` and `/ivr?x=1`, and not `/ivrs`. The longest path wins; an
    origin wins over a bare host.
    """

    def __init__(self, routes: Mapping[str, Transport], default: Transport | None = None) -> None:
        """Put transports behind one.

        Args:
            routes: Prefixes and their transports.
            default: Where everything else goes; without one it fails as `refused`.

        Raises:
            ValueError: A prefix is neither a host nor an origin, or stands there twice.
        """
        self._hosts: dict[str, Transport] = {}
        self._origins: dict[tuple[str, str, int], list[tuple[str, Transport]]] = {}
        self._default = default
        for prefix, transport in routes.items():
            self._add(prefix, transport)
        for paths in self._origins.values():
            paths.sort(key=lambda entry: len(entry[0]), reverse=True)

    def transport_for(self, request: HttpRequest) -> Transport | None:
        """Return the transport that a request goes to."""
        return self._find(request.scheme, request.host, request.port, request.target)

    def _find(self, scheme: str, host: str, port: int, target: str) -> Transport | None:
        path = target.partition("?")[0]
        for prefix, transport in self._origins.get((scheme, host, port), ()):
            if path == prefix or path.startswith(f"{prefix}/"):
                return transport
        return self._hosts.get(host, self._default)

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange (see `Transport`)."""
        transport = self.transport_for(request)
        if transport is None:
            return Failure(FailureReason.REFUSED, f"no transport leads to {request.host}")
        return await transport.exchange(request)

    async def open_socket(self, request: SocketRequest, account: str) -> Socket | SocketEnd:
        """Open a WebSocket by the transport that the `https` URL of the same place goes to."""
        transport = self._find("https", request.host, request.port, request.target)
        if transport is None:
            return SocketEnd("refused", f"no transport leads to {request.host}")
        return await open_socket(transport, request, account)

    async def aclose(self) -> None:
        """Close every transport, each of them once.

        Raises:
            ExceptionGroup: What some of them raised; all others are closed.
        """
        everything = [
            *self._hosts.values(),
            *(entry[1] for paths in self._origins.values() for entry in paths),
        ]
        if self._default is not None:
            everything.append(self._default)
        errors: list[Exception] = []
        for transport in {id(transport): transport for transport in everything}.values():
            try:
                await transport.aclose()
            except Exception as error:  # noqa: BLE001  Other people's code; raised below.
                errors.append(error)
        if errors:
            raise ExceptionGroup("not every transport could be closed", errors)

    def _add(self, prefix: str, transport: Transport) -> None:
        if "://" not in prefix:
            host = _host(prefix)
            if host in self._hosts:
                raise ValueError(f"{prefix!r} is given twice")
            self._hosts[host] = transport
            return
        parts = urlsplit(prefix)
        if (
            parts.scheme not in _DEFAULT_PORTS
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise ValueError(f"{prefix!r} is neither a host nor an origin")
        origin = (parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme])
        path = parts.path.rstrip("/")
        paths = self._origins.setdefault(origin, [])
        if any(path == known for known, _transport in paths):
            raise ValueError(f"{prefix!r} is given twice")
        paths.append((path, transport))


def _host(prefix: str) -> str:
    """Return the host that a prefix without a scheme is, as requests have it."""
    host = prefix.lower()
    if not host or any(character in host for character in "/?#@ "):
        raise ValueError(f"{prefix!r} is neither a host nor an origin")
    name, colon, _port = host.rpartition(":")
    if not colon:
        return host
    if ":" not in name or name.endswith("]"):
        raise ValueError(f"{prefix!r} names a port but no scheme: write http://{prefix}")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        ipaddress.IPv6Address(bare)
    except ValueError:
        raise ValueError(f"{prefix!r} is neither a host nor an origin") from None
    return bare
