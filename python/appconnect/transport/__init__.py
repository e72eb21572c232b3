"""Transports: how a request of the core reaches an application.

A transport performs one HTTP exchange and reports a `Response` or a `Failure`; the core decides everything
else. The transports of this room keep applications in the process: `AsgiTransport`, `WsgiTransport` and
`CallableTransport`, and `RouterTransport` to put several together. Those that go out to the network are in
`appconnect.driver.http` and `appconnect.driver.aiohttp_transport`.

One that has a method `open_socket` opens WebSockets too, for streams and relays (see `SocketTransport`).
"""

from appconnect.transport.asgi import AsgiTransport
from appconnect.transport.exchange import (
    BODY_LIMIT,
    HEADER_COUNT_LIMIT,
    HEADER_LIMIT,
    INFORMATIONAL_LIMIT,
    AddressGuard,
    Failure,
    FailureReason,
    HttpRequest,
    Resolver,
    Response,
    Transport,
)
from appconnect.transport.function import CallableTransport, FormRequest, WebhookAnswer
from appconnect.transport.inside import Runner
from appconnect.transport.router import RouterTransport
from appconnect.transport.socket import (
    MESSAGE_LIMIT,
    Socket,
    SocketEnd,
    SocketEnding,
    SocketRequest,
    SocketTransport,
)
from appconnect.transport.wsgi import WsgiTransport

__all__ = [
    "BODY_LIMIT",
    "HEADER_COUNT_LIMIT",
    "HEADER_LIMIT",
    "INFORMATIONAL_LIMIT",
    "MESSAGE_LIMIT",
    "AddressGuard",
    "AsgiTransport",
    "CallableTransport",
    "Failure",
    "FailureReason",
    "FormRequest",
    "HttpRequest",
    "Resolver",
    "Response",
    "RouterTransport",
    "Runner",
    "Socket",
    "SocketEnd",
    "SocketEnding",
    "SocketRequest",
    "SocketTransport",
    "Transport",
    "WebhookAnswer",
    "WsgiTransport",
]
