"""The applications of a simulation: in the process or behind real HTTP, each at an origin of its own."""

from __future__ import annotations

import inspect
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TypeAlias, final
from urllib.parse import urlsplit

from appconnect._core import Guard
from appconnect.transport import (
    AsgiTransport,
    CallableTransport,
    Failure,
    FailureReason,
    HttpRequest,
    Response,
    Transport,
    WsgiTransport,
)
from appconnect.transport.socket import SocketEnd, open_socket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from appconnect.transport import Runner, Socket, SocketRequest

__all__ = ["Applications", "VoiceApp", "is_url"]

VoiceApp: TypeAlias = Any
"""An application as a test has it.

An ASGI or a WSGI application; a function of a `FormRequest`, or of nothing, that returns TwiML as text or as
a document with `to_xml` such as `twilio.twiml.voice_response.VoiceResponse`; such a text or document itself;
the URL of a server; or a `Transport`. Frameworks name these types differently, hence `Any`.
"""

HOST: Final = "testserver"
"""Where applications in the process are, as for the test clients of Django and Starlette."""

_FIRST_PORT: Final = 8001
_PORTS: Final = {"http": 80, "https": 443}
_ASGI: Final = 3
_WSGI: Final = 2

_Origin: TypeAlias = tuple[str, str, int]


def is_url(application: VoiceApp) -> bool:
    """Whether this is the URL of a server."""
    return isinstance(application, str) and application.startswith(("http://", "https://"))


class _Exchange:
    """A request that an application works on."""

    __slots__ = ("applications", "is_over")

    def __init__(self, applications: Applications) -> None:
        self.applications = applications
        self.is_over = False


_EXCHANGES: Final[ContextVar[tuple[_Exchange, ...]]] = ContextVar("_EXCHANGES", default=())
"""What the code that runs works on. A task that it starts keeps this, also when the answer is given."""


@final
class Applications:
    """Performs the exchanges of a simulation (see `Transport`).

    A request that leads to none of its applications fails as `refused`, so that no test reaches out to the
    internet by mistake.
    """

    def __init__(self, outside: Runner | None = None) -> None:
        """Begin without any.

        Args:
            outside: Calls what must not be called inside an event loop; none if everything is.
        """
        self._outside = outside
        self._at: dict[_Origin, Transport] = {}
        self._origins: dict[tuple[int, ...], tuple[VoiceApp, str]] = {}
        self._ports = 0
        self._network: Transport | None = None

    def add(self, application: VoiceApp, at: str | None = None) -> str:
        """Take an application in, or find it again.

        Args:
            application: What answers.
            at: The origin that it answers at, such as `https://shop.example`; a port of `HOST` by default.

        Returns:
            The origin, without a slash at its end; of a URL, the URL.

        Raises:
            TypeError: It is nothing that can answer a webhook.
            ValueError: It is a text without TwiML; or the origin is not one, or is another application's.
        """
        if is_url(application):
            self._at.setdefault(_origin(application), self._http())
            return str(application)
        known = self._origins.get(_identity(application))
        if known is not None and at in {None, known[1]}:
            return known[1]
        origin = self._next_origin() if at is None else _checked_origin(at)
        if self._at.get(_origin(origin)) is not None:
            raise ValueError(f"another application is at {origin}")
        self._at[_origin(origin)] = self._transport_to(application)
        # The application is kept, so that its identity is not given to another one.
        self._origins[_identity(application)] = (application, origin)
        return origin

    def knows(self, url: str) -> bool:
        """Whether a URL leads to one of them."""
        return _origin(url) in self._at

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange (see `Transport`)."""
        transport = self._at.get((request.scheme, request.host, request.port))
        if transport is None:
            detail = (
                f"no application of the simulation is at {request.scheme}://{request.host}:{request.port}"
            )
            return Failure(FailureReason.REFUSED, detail)
        exchange = _Exchange(self)
        token = _EXCHANGES.set((*(other for other in _EXCHANGES.get() if not other.is_over), exchange))
        try:
            return await transport.exchange(request)
        finally:
            exchange.is_over = True
            _EXCHANGES.reset(token)

    def works_here(self) -> bool:
        """Whether the code that runs belongs to an application that has not answered yet."""
        return any(exchange.applications is self and not exchange.is_over for exchange in _EXCHANGES.get())

    async def open_socket(self, request: SocketRequest, account: str) -> Socket | SocketEnd:
        """Open a socket to the application that is at the `https` URL of the same place."""
        transport = self._at.get(("https", request.host, request.port))
        if transport is None:
            detail = f"no application of the simulation is at https://{request.host}:{request.port}"
            return SocketEnd("refused", detail)
        return await open_socket(transport, request, account)

    async def aclose(self) -> None:
        """End the applications' lifespans, and close connections."""
        for transport in {id(transport): transport for transport in self._at.values()}.values():
            await transport.aclose()

    def _next_origin(self) -> str:
        while True:
            port = "" if self._ports == 0 else f":{_FIRST_PORT - 1 + self._ports}"
            self._ports += 1
            origin = f"https://{HOST}{port}"
            if _origin(origin) not in self._at:
                return origin

    def _http(self) -> Transport:
        if self._network is None:
            # Only whoever gives a URL needs it.
            from appconnect.driver.http import HttpTransport  # noqa: PLC0415

            self._network = HttpTransport(Guard(allow_private=True))
        return self._network

    def _transport_to(self, application: VoiceApp) -> Transport:
        """A transport to an application, whatever it is."""
        if hasattr(application, "exchange") and hasattr(application, "aclose"):
            transport: Transport = application
            return transport
        if isinstance(application, str) and application.strip() and "<" not in application:
            raise ValueError(
                f"{application!r} is no number such as +15550199, no other address, no URL and no TwiML"
            )
        if hasattr(application, "to_xml") or isinstance(application, str | bytes):
            return CallableTransport(lambda _request: application)
        if not callable(application):
            raise TypeError(
                f"a {type(application).__name__} cannot answer a webhook: give a Flask, Django or FastAPI "
                "application, a function of the request, TwiML, or a URL"
            )
        return self._transport_by_arguments(application, _parameters(application))

    def _transport_by_arguments(self, application: VoiceApp, count: int) -> Transport:
        """A transport to something that is called, by how many arguments it takes."""
        if count == _ASGI:
            if _is_djangos(application):
                return self._transport_to_django(application)
            return AsgiTransport(application)
        runner = self._outside or _djangos_runner()
        if count == _WSGI:
            return WsgiTransport(application, runner=runner)
        if count == 0:
            return CallableTransport(lambda _request: application(), runner=runner)
        return CallableTransport(application, runner=runner)

    def _transport_to_django(self, application: VoiceApp) -> Transport:
        """A transport to Django's ASGI handler that shares the database connection of the test."""
        if self._outside is not None:
            return _FromOutside(AsgiTransport(application, lifespan=False), self._outside)
        # Called as a whole, it runs synchronous views in a thread of each request's own. In `handle` they run
        # where all of the test's do.
        return AsgiTransport(application.handle, lifespan=False)


@final
class _FromOutside:
    """Performs exchanges from outside of the event loop, in the manner of Django's own test client.

    Django's ASGI handler runs synchronous views in the thread that waits for it. Asked from inside our
    loop it would run them in another thread, with another connection to the database than the test's.
    """

    def __init__(self, transport: Transport, outside: Runner) -> None:
        """Put a transport outside."""
        self._transport = transport
        self._outside = outside

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange (see `Transport`)."""
        from asgiref.sync import async_to_sync  # noqa: PLC0415 - Django is there, so this is, too

        outcome: Response | Failure = await self._outside(
            lambda: async_to_sync(self._transport.exchange)(request)
        )
        return outcome

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()


def _identity(application: VoiceApp) -> tuple[int, ...]:
    """What makes it the same application again; a method is another object each time that it is named."""
    if inspect.ismethod(application):
        return id(application.__self__), id(application.__func__)
    return (id(application),)


def _parameters(function: Callable[..., object]) -> int:
    """How many arguments a function must be given: 3 for ASGI, 2 for WSGI, 1 or 0 for a function."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    positional = [
        parameter
        for parameter in parameters
        if parameter.kind in {parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD}
    ]
    required = sum(parameter.default is parameter.empty for parameter in positional)
    takes_more = len(positional) > required or any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return 1 if required == 0 and takes_more else required


def _is_djangos(application: VoiceApp) -> bool:
    handlers = sys.modules.get("django.core.handlers.asgi")
    return handlers is not None and isinstance(application, handlers.ASGIHandler)


def _djangos_runner() -> Runner | None:
    """Where Django's synchronous code runs in asynchronous tests; none where Django is not in use.

    Django refuses to touch its database inside an event loop.
    """
    conf = sys.modules.get("django.conf")
    if conf is None or not conf.settings.configured:
        return None
    from asgiref.sync import sync_to_async  # noqa: PLC0415 - Django is there, so this is, too

    def run(call: Callable[[], Any]) -> Awaitable[Any]:
        work: Awaitable[Any] = sync_to_async(call, thread_sensitive=True)()
        return work

    return run


def _checked_origin(at: str) -> str:
    origin = at.rstrip("/")
    _origin(origin)
    parts = urlsplit(origin)
    if parts.path or parts.query or parts.fragment:
        raise ValueError(
            f"{at!r} is more than an origin: give {parts.scheme}://{parts.netloc}, where the application has "
            "all paths"
        )
    return origin


def _origin(url: str) -> _Origin:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"{url!r} does not begin with an origin such as https://shop.example")
    return (parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])
