"""Applications with sockets, in the process, for the tests of streams and relays."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from appconnect.registry import Account, PhoneNumber, Registry
from appconnect.simulator import Session
from appconnect.transport import AsgiTransport
from tests.unit.applications import CALLER, NUMBER, SENDER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from appconnect import Config
    from appconnect.events import Event
    from appconnect.simulator import AsyncCaller

ORIGIN = "https://a.example"
TOKEN = "token"

__all__ = ["CALLER", "NUMBER", "ORIGIN", "SENDER", "TOKEN", "SocketApp", "audio", "call", "kinds", "registry"]


def registry(origin: str = ORIGIN) -> Registry:
    """A number whose voice URL is `/voice`."""
    return Registry([Account(SENDER, TOKEN)], numbers=[PhoneNumber(NUMBER, SENDER, f"{origin}/voice")])


class SocketApp:
    """An ASGI application: documents by path, and one handler for every socket.

    A handler gets a connection with `receive`, which gives messages as JSON values, and `send`.
    """

    def __init__(
        self,
        documents: Mapping[str, str],
        handler: Callable[[Connection], Awaitable[None]],
        *,
        accept: bool = True,
    ) -> None:
        self.documents = documents
        self.handler = handler
        self.accept = accept
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.headers: dict[str, str] = {}

    def told(self, path: str) -> list[dict[str, str]]:
        """The forms that a path was sent."""
        return [form for own, form in self.forms if own == path]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        if scope["type"] == "lifespan":
            raise ValueError("an application without a lifespan")
        if scope["type"] == "http":
            await self._http(scope, receive, send)
            return
        assert (await receive())["type"] == "websocket.connect"
        self.headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        if not self.accept:
            await send({"type": "websocket.close", "code": 1000})
            return
        await send({"type": "websocket.accept"})
        await self.handler(Connection(receive, send))

    async def _http(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        from urllib.parse import parse_qsl  # noqa: PLC0415 - only here

        body = (await receive())["body"].decode()
        self.forms.append((scope["path"], dict(parse_qsl(body, keep_blank_values=True))))
        document = f"<Response>{self.documents.get(scope['path'], '')}</Response>"
        headers = [(b"content-type", b"text/xml")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": document.encode()})


class Connection:
    """One socket as a handler sees it."""

    def __init__(self, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        self._receive = receive
        self._send = send
        self.sid = ""

    async def receive(self) -> Any:  # noqa: ANN401 - JSON
        """The next message; none at the end."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return None
        content = json.loads(message["text"])
        self.sid = content.get("streamSid", self.sid)
        return content

    async def __aiter__(self) -> AsyncIterator[Any]:
        while (message := await self.receive()) is not None:
            yield message

    async def send(self, content: object) -> None:
        """Send a value as JSON, or a text as it is."""
        text = content if isinstance(content, str) else json.dumps(content)
        await self._send({"type": "websocket.send", "text": text})

    async def event(self, event: str, **content: object) -> None:
        """Send a message of a media stream."""
        await self.send({"event": event, "streamSid": self.sid, **content})

    async def close(self, code: int = 1000) -> None:
        """Close from this side."""
        await self._send({"type": "websocket.close", "code": code})


def audio(milliseconds: int, value: int = 1) -> dict[str, str]:
    """The `media` of so much audio."""
    return {"payload": b64encode(bytes([value]) * (8 * milliseconds)).decode()}


def kinds(messages: list[Any], name: str = "event") -> list[str]:
    """The kinds of messages, those that follow each other and are alike as one."""
    found: list[str] = []
    for message in messages:
        if not found or found[-1] != message[name]:
            found.append(message[name])
    return found


async def call(
    app: Any,  # noqa: ANN401 - any ASGI application
    act: Callable[[AsyncCaller], Awaitable[object]],
    *,
    config: Config | None = None,
) -> list[Event]:
    """Call an application, act as the caller, and wait for the end of the call and of its sockets."""
    events: list[Event] = []
    transport: AbstractAsyncContextManager[AsgiTransport] = AsgiTransport(app)
    async with (
        transport as inside,
        Session(registry(), inside, config=config, on_event=events.append) as session,
    ):
        caller = await session.dial(CALLER, NUMBER)
        await act(caller)
        await caller.hang_up()
        await session.drain()
    return events
