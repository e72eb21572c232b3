"""A WebSocket over the network: judged as a webhook is, with one deadline for the whole handshake.

The protocol itself is spoken by `websockets`, which is imported with the first socket.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from appconnect.transport.exchange import Failure, FailureReason
from appconnect.transport.socket import MESSAGE_LIMIT, SocketEnd, ending

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from appconnect.driver.connect import Opener
    from appconnect.transport.socket import Socket, SocketEnding, SocketRequest

_LOGGER: Final = logging.getLogger(__name__)
_GOODBYE: Final = 1.0  # Seconds that the other side has to answer a goodbye.
_BROKEN_OFF: Final = 1006
_ALIVE: Final = 20.0  # Seconds between pings, and for the answer to one.

_ENDINGS: Final[dict[FailureReason, SocketEnding]] = {
    FailureReason.ADDRESS_DENIED: "unreachable",
    FailureReason.CERTIFICATE_EXPIRED: "tls",
    FailureReason.CERTIFICATE_NAME: "tls",
    FailureReason.CERTIFICATE_UNTRUSTED: "tls",
    FailureReason.CONNECT_TIMEOUT: "timeout",
    FailureReason.DNS: "unreachable",
    FailureReason.REFUSED: "refused",
    FailureReason.TLS: "tls",
}


class NetworkSocket:
    """A WebSocket over the network; see `Socket`.

    `send` returns when the message was handed to the operating system: what the other side makes of it, and
    when, is by the wall clock.
    """

    paced = True

    def __init__(self, connection: ClientConnection) -> None:
        """Take over an open connection."""
        self._connection = connection

    async def send(self, text: str) -> None:
        """Send a text message (see `Socket`)."""
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - see the module

        try:
            await self._connection.send(text)
        except ConnectionClosed:
            return  # `receive` says so.

    async def receive(self) -> str | bytes | SocketEnd:
        """Wait for the next message (see `Socket`)."""
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - see the module

        try:
            return await self._connection.recv()
        except ConnectionClosed as error:
            # What we had to say first says why: the message was too large, or no UTF-8.
            close = error.sent if error.sent is not None and not error.rcvd_then_sent else error.rcvd
            return ending(_BROKEN_OFF if close is None else close.code)

    async def close(self) -> None:
        """Say goodbye (see `Socket`)."""
        await self._connection.close()


async def open_socket(opener: Opener, request: SocketRequest, account: str) -> Socket | SocketEnd:
    """Open a WebSocket (see `SocketTransport`).

    Args:
        opener: Judges the address and connects.
        request: The handshake.
        account: Whose application it is.
    """
    until = asyncio.get_running_loop().time() + request.connect_ms / 1_000
    try:
        async with asyncio.timeout_at(until):
            return await _open(opener, request, account, until)
    except TimeoutError:
        return SocketEnd("timeout", "the socket was not open within the connect time")


async def _open(opener: Opener, request: SocketRequest, account: str, until: float) -> Socket | SocketEnd:
    from websockets.asyncio.client import ClientConnection  # noqa: PLC0415 - see the module
    from websockets.client import ClientProtocol  # noqa: PLC0415 - see the module
    from websockets.exceptions import WebSocketException  # noqa: PLC0415 - see the module
    from websockets.uri import WebSocketURI  # noqa: PLC0415 - see the module

    path, _, query = request.target.partition("?")
    uri = WebSocketURI(secure=True, host=request.host, port=request.port, path=path, query=query)

    def connection() -> ClientConnection:
        # Compression costs more than it saves on short frames of audio.
        protocol = ClientProtocol(uri, max_size=MESSAGE_LIMIT, logger=_LOGGER)
        return ClientConnection(protocol, ping_interval=_ALIVE, ping_timeout=_ALIVE, close_timeout=_GOODBYE)

    opened = await opener.open_tls(request.host, request.port, account, until, connection)
    if isinstance(opened, Failure):
        return SocketEnd(_ENDINGS.get(opened.reason, "unknown"), opened.detail)
    try:
        await opened.handshake(dict(request.headers), user_agent_header=None)
    except (WebSocketException, EOFError, OSError) as error:
        opened.transport.abort()
        return SocketEnd("handshake", f"the handshake failed: {type(error).__name__}")
    except BaseException:
        opened.transport.abort()
        raise
    opened.start_keepalive()
    return NetworkSocket(opened)
