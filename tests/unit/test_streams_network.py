"""Sockets over the network: a real WebSocket server, TLS, the guard, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from twilio.request_validator import RequestValidator
from websockets.asyncio.server import ServerConnection, serve

from appconnect import Config
from appconnect.clock import SystemClock
from appconnect.driver.connect import connect, default_ssl_context
from appconnect.driver.http import HttpTransport
from appconnect.events import ProblemRaised
from appconnect.simulator import Session
from appconnect.transport import RouterTransport
from tests.unit.applications import Applications, response, run
from tests.unit.misbehaving import OpenGuard
from tests.unit.sockets import CALLER, NUMBER, TOKEN, audio, registry

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Awaitable, Callable

    from appconnect.clock import Clock
    from appconnect.events import Event
    from appconnect.simulator import AsyncCaller

HOST = "media.example"
URL = f"wss://{HOST}/media"
STREAM = response(f'<Connect><Stream url="{URL}"/></Connect><Say>after</Say>')
AUTHORITY = trustme.CA()


def server_context(authority: trustme.CA = AUTHORITY) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    return context


def trusting() -> ssl.SSLContext:
    context = default_ssl_context()
    AUTHORITY.configure_trust(context)
    return context


@asynccontextmanager
async def outside(port: int, guard: OpenGuard | None = None) -> AsyncIterator[HttpTransport]:
    """A transport that finds every host at a local port."""

    async def resolve(host: str, port: int) -> list[str]:
        del host, port
        return ["127.0.0.1"]

    async def connector(address: str, own: int) -> socket.socket:
        assert own == 443
        return await connect(address, port)

    transport = HttpTransport(
        guard or OpenGuard(), ssl_context=trusting(), resolver=resolve, connector=connector
    )
    async with transport:
        yield transport


@asynccontextmanager
async def served(handler: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[HttpTransport]:
    """A server of sockets, and a transport that finds it."""
    async with (
        serve(handler, "127.0.0.1", 0, ssl=server_context()) as server,
        outside(server.sockets[0].getsockname()[1]) as transport,
    ):
        yield transport


async def call(
    transport: HttpTransport,
    act: Callable[[AsyncCaller], Awaitable[object]],
    *,
    twiml: str = STREAM,
    clock: Clock | None = None,
    connect_ms: int = 5_000,
) -> list[Event]:
    """Call an application whose webhooks are in the process and whose sockets are not."""
    events: list[Event] = []
    apps = Applications({"/voice": twiml, "/done": response("<Say>after</Say>")})
    router = RouterTransport({"a.example": apps}, transport)
    config = Config(timeline=True, socket_connect_ms=connect_ms)
    async with Session(registry(), router, config=config, clock=clock, on_event=events.append) as session:
        caller = await session.dial(CALLER, NUMBER)
        await act(caller)
        await caller.hang_up()
        await session.drain()
    return events


def problems(events: list[Event]) -> list[int]:
    return [event.code for event in events if isinstance(event, ProblemRaised)]


@pytest.mark.parametrize("real_time", [False, True])
def test_a_stream_over_the_network(real_time: bool) -> None:  # noqa: FBT001 - a parameter of the test
    async def scenario() -> None:
        messages: list[Any] = []
        signatures: list[str] = []

        async def handler(connection: ServerConnection) -> None:
            assert connection.request is not None
            signatures.append(connection.request.headers["x-twilio-signature"])
            async for text in connection:
                message = json.loads(text)
                messages.append(message)
                if message["event"] == "start":
                    sid = message["streamSid"]
                    await connection.send(
                        json.dumps({"event": "media", "streamSid": sid, "media": audio(100)})
                    )
                    await connection.send(
                        json.dumps({"event": "mark", "streamSid": sid, "mark": {"name": "x"}})
                    )
                elif message["event"] == "mark":
                    return

        async def act(caller: AsyncCaller) -> None:
            await caller.hears("after")
            assert caller.streams[0].played == b"\x01" * 800

        async with served(handler) as transport:
            clock = SystemClock() if real_time else None
            assert problems(await call(transport, act, clock=clock)) == []
        assert messages[0] == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
        assert messages[1]["event"] == "start"
        assert messages[-1]["mark"] == {"name": "x"}
        # The clock follows the wall clock, so that the application has the time that it would have.
        media = [message for message in messages if message["event"] == "media"]
        assert [message["media"]["chunk"] for message in media] == [str(n + 1) for n in range(len(media))]
        assert RequestValidator(TOKEN).validate(URL, {}, signatures[0])

    run(scenario())


def test_a_relay_over_the_network_has_the_time_that_its_application_needs() -> None:
    async def scenario() -> None:
        async def handler(connection: ServerConnection) -> None:
            async for text in connection:
                frame = json.loads(text)
                if frame["type"] == "prompt":
                    await asyncio.sleep(0.1)
                    await connection.send(json.dumps({"type": "text", "token": "Yes", "last": True}))
                elif frame["type"] == "dtmf":
                    await connection.send(json.dumps({"type": "end"}))

        async def act(caller: AsyncCaller) -> None:
            await caller.say("hello")
            await caller.hears("yes")
            await caller.press("1")
            await caller.hears("after")

        noun = f'<ConversationRelay url="{URL}" dtmfDetection="true" speechTimeout="0"/>'
        twiml = response(f'<Connect action="/done">{noun}</Connect>')
        async with served(handler) as transport:
            assert problems(await call(transport, act, twiml=twiml)) == []

    run(scenario())


async def fails(port: int, *, guard: OpenGuard | None = None, connect_ms: int = 5_000) -> list[int]:
    async with outside(port, guard) as transport:
        events = await call(transport, lambda caller: caller.hears("after"), connect_ms=connect_ms)
        return problems(events)


def test_the_guard_judges_sockets_too() -> None:
    async def scenario() -> None:
        guard = OpenGuard(addresses=("127.0.0.1",))
        assert await fails(1, guard=guard) == [31_904]
        assert guard.checked == [["127.0.0.1"]]
        assert await fails(1, guard=OpenGuard(hosts=(HOST,))) == [31_904]

    run(scenario())


def test_a_connection_that_cannot_be_made() -> None:
    async def scenario() -> None:
        listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        listener.close()
        await listener.wait_closed()
        assert await fails(port) == [31_902]

    run(scenario())


def test_a_certificate_that_nobody_trusts() -> None:
    async def scenario() -> None:
        async def handler(connection: ServerConnection) -> None:
            await connection.recv()

        async with serve(handler, "127.0.0.1", 0, ssl=server_context(trustme.CA())) as server:
            assert await fails(server.sockets[0].getsockname()[1]) == [31_910]

    run(scenario())


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 31_920),
        (b"HTTP/1.1 302 Found\r\nLocation: wss://inner.example/\r\nContent-Length: 0\r\n\r\n", 31_920),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", 31_920),
        (b"nonsense\r\n\r\n", 31_920),
        (b"", 31_920),
        (None, 31_901),
    ],
)
def test_a_server_that_speaks_no_websocket(answer: bytes | None, code: int) -> None:
    async def scenario() -> None:
        async def serve_badly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
            writer.close()

        server = await asyncio.start_server(serve_badly, "127.0.0.1", 0, ssl=server_context())
        async with server:
            port = server.sockets[0].getsockname()[1]
            assert await fails(port, connect_ms=300 if answer is None else 5_000) == [code]

    run(scenario())


@pytest.mark.parametrize(
    ("how", "code"), [("breaks off", 31_903), ("too large", 31_924), ("error", 31_903), ("in order", None)]
)
def test_a_socket_that_ends(how: str, code: int | None) -> None:
    async def scenario() -> None:
        async def handler(connection: ServerConnection) -> None:
            await connection.recv()
            match how:
                case "breaks off":
                    connection.transport.abort()
                case "too large":
                    await connection.send("x" * 1_100_000)
                case "error":
                    await connection.close(1011)
                case _:
                    pass

        async with serve(handler, "127.0.0.1", 0, ssl=server_context()) as server:
            found = await fails(server.sockets[0].getsockname()[1])
        assert found == [code] * (code is not None)

    run(scenario())
