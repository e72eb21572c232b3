"""Media streams to an application in the process: the protocol, the audio, and what goes wrong."""

from __future__ import annotations

import asyncio
import time
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from twilio.request_validator import RequestValidator

from appconnect import Config
from appconnect.events import ProblemRaised
from appconnect.simulator import Session, Simulator
from appconnect.simulator.applications import HOST
from appconnect.simulator.streams import SILENCE, TONE
from appconnect.transport import asgi_socket
from tests.unit.applications import Applications, response, run
from tests.unit.sockets import (
    CALLER,
    NUMBER,
    SENDER,
    TOKEN,
    Connection,
    SocketApp,
    audio,
    call,
    kinds,
    registry,
)

if TYPE_CHECKING:
    from appconnect.events import Event
    from appconnect.simulator import AsyncCaller

STREAM = (
    '<Stream url="wss://a.example/media" statusCallback="/status"><Parameter name="k" value="v"/></Stream>'
)
CONNECT = f"<Connect>{STREAM}</Connect><Say>after</Say>"


def problems(events: list[Event]) -> list[int]:
    return [event.code for event in events if isinstance(event, ProblemRaised)]


def test_the_application_is_told_what_twilio_tells() -> None:
    async def scenario() -> tuple[list[Any], SocketApp]:
        messages: list[Any] = []

        async def handler(connection: Connection) -> None:
            messages.extend([message async for message in connection])

        async def act(caller: AsyncCaller) -> None:
            await caller.wait(0.05)
            await caller.press("1#")
            await caller.wait(0.05)

        app = SocketApp({"/voice": CONNECT}, handler)
        assert problems(await call(app, act)) == []
        return messages, app

    messages, app = run(scenario())
    assert kinds(messages) == ["connected", "start", "media", "dtmf", "media", "stop"]
    assert messages[0] == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    sid, call_sid = messages[1]["streamSid"], app.told("/voice")[0]["CallSid"]
    assert messages[1] == {
        "event": "start",
        "sequenceNumber": "1",
        "start": {
            "accountSid": SENDER,
            "streamSid": sid,
            "callSid": call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"k": "v"},
        },
        "streamSid": sid,
    }
    assert messages[2]["media"].keys() == {"track", "chunk", "timestamp", "payload"}
    media = [message["media"] for message in messages if message["event"] == "media"]
    assert [(piece["track"], piece["chunk"], piece["timestamp"]) for piece in media] == [
        ("inbound", str(chunk), str(20 * (chunk - 1))) for chunk in range(1, 6)
    ]
    assert all(b64decode(piece["payload"]) == SILENCE for piece in media)
    dtmf = [message["dtmf"] for message in messages if message["event"] == "dtmf"]
    assert dtmf == [{"track": "inbound_track", "digit": digit} for digit in "1#"]
    assert messages[-1]["stop"] == {"accountSid": SENDER, "callSid": call_sid}
    assert [message["sequenceNumber"] for message in messages[1:]] == [
        str(number) for number in range(1, len(messages))
    ]
    assert {message["streamSid"] for message in messages[1:]} == {sid}
    assert [form["StreamEvent"] for form in app.told("/status")] == ["stream-started", "stream-stopped"]
    # The same call again says the same, down to the SIDs.
    assert run(scenario())[0] == messages


def test_the_handshake_bears_a_signature_that_the_official_validator_takes() -> None:
    async def scenario() -> SocketApp:
        async def handler(connection: Connection) -> None:
            await connection.receive()

        app = SocketApp({"/voice": CONNECT}, handler)
        await call(app, lambda caller: caller.hears("after"))
        return app

    signature = run(scenario()).headers["x-twilio-signature"]
    assert RequestValidator(TOKEN).validate("wss://a.example/media", {}, signature)
    assert not RequestValidator("another").validate("wss://a.example/media", {}, signature)


def test_a_mark_comes_back_when_its_audio_has_been_played() -> None:
    async def scenario() -> None:
        marks: list[tuple[str, int]] = []

        async def handler(connection: Connection) -> None:
            heard = 0
            async for message in connection:
                if message["event"] == "start":
                    await connection.event("mark", mark={"name": "nothing waits"})
                    await connection.event("media", media=audio(100))
                    await connection.event("mark", mark={"name": "first"})
                    await connection.event("media", media=audio(60, 2))
                    await connection.event("mark", mark={"name": "second"})
                    await connection.event("mark", mark={"name": "third"})
                elif message["event"] == "media":
                    heard += 1
                elif message["event"] == "mark":
                    marks.append((message["mark"]["name"], heard))
                if len(marks) == 4:
                    return

        async def act(caller: AsyncCaller) -> None:
            await caller.hears("after")
            stream = caller.streams[0]
            assert bytes(stream.played) == b"\x01" * 800 + b"\x02" * 480
            assert (stream.played_seconds, stream.playing, stream.attached) == (0.16, False, False)

        assert problems(await call(SocketApp({"/voice": CONNECT}, handler), act)) == []
        # What ends with a piece of 20 ms is told before that piece is heard.
        assert marks == [("nothing waits", 0), ("first", 4), ("second", 7), ("third", 7)]

    run(scenario())


def test_what_is_cleared_is_not_heard_and_its_marks_come_back_at_once() -> None:
    async def scenario() -> None:
        marks: list[str] = []

        async def handler(connection: Connection) -> None:
            heard = 0
            async for message in connection:
                if message["event"] == "start":
                    await connection.event("media", media=audio(1_000))
                    await connection.event("mark", mark={"name": "one"})
                    await connection.event("media", media=audio(1_000))
                    await connection.event("mark", mark={"name": "two"})
                elif message["event"] == "media":
                    heard += 1
                    if heard == 15:
                        await connection.event("clear")
                        await connection.event("media", media=audio(20, 3))
                        await connection.event("mark", mark={"name": "three"})
                elif message["event"] == "mark":
                    marks.append(f"{message['mark']['name']} {heard}")
                if len(marks) == 3:
                    return

        async def act(caller: AsyncCaller) -> None:
            await caller.hears("after")
            assert bytes(caller.streams[0].played) == b"\x01" * 2_400 + b"\x03" * 160
            assert caller.streams[0].cleared == 1

        assert problems(await call(SocketApp({"/voice": CONNECT}, handler), act)) == []
        assert marks == ["one 15", "two 15", "three 16"]

    run(scenario())


def test_messages_that_make_no_sense_are_told_of_and_change_nothing() -> None:
    bad: list[tuple[Any, int]] = [
        ("nonsense", 31_950),
        ("[" * 100_000, 31_950),
        ("[]", 31_951),
        ({}, 31_951),
        ({"event": "media"}, 31_951),
        ({"event": "dance", "streamSid": "SID"}, 31_951),
        ({"event": "media", "streamSid": "another"}, 31_951),
        ({"event": "media", "streamSid": "SID", "media": {"payload": "no base64!"}}, 31_951),
        ({"event": "media", "streamSid": "SID", "media": {"payload": 7}}, 31_951),
        ({"event": "mark", "streamSid": "SID", "mark": {}}, 31_951),
    ]

    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            async for message in connection:
                if message["event"] == "start":
                    for content, _ in bad:
                        own = dict(content) if isinstance(content, dict) else content
                        if isinstance(own, dict) and own.get("streamSid") == "SID":
                            own["streamSid"] = connection.sid
                        await connection.send(own)
                    await connection.event("media", media=audio(20))
                    await connection.event("mark", mark={"name": "on"})
                elif message["event"] == "mark":
                    return

        async def act(caller: AsyncCaller) -> None:
            await caller.hears("after")
            assert len(caller.streams[0].played) == 160

        events = await call(SocketApp({"/voice": CONNECT}, handler), act)
        assert problems(events) == [code for _, code in bad]

    run(scenario())


def test_a_flood_of_bad_messages_is_told_of_only_so_often() -> None:
    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            await connection.receive()
            for _ in range(500):
                await connection.send("nonsense")

        events = await call(SocketApp({"/voice": CONNECT}, handler), lambda caller: caller.hears("after"))
        assert problems(events) == [31_950] * 20

    run(scenario())


def test_a_stream_beside_the_document_hears_both_sides_and_takes_no_messages() -> None:
    async def scenario() -> None:
        sides: dict[str, list[bool]] = {"inbound": [], "outbound": []}

        async def handler(connection: Connection) -> None:
            async for message in connection:
                if message["event"] == "start":
                    assert message["start"]["tracks"] == ["inbound", "outbound"]
                    await connection.event("clear")
                elif message["event"] == "media":
                    payload = b64decode(message["media"]["payload"])
                    sides[message["media"]["track"]].append(payload == TONE)
                    assert payload in (TONE, SILENCE)

        async def act(caller: AsyncCaller) -> None:
            await caller.wait(0.1)
            await caller.say("x", at_once=True)

        stream = '<Stream url="wss://a.example/media" track="both_tracks"/>'
        twiml = f'<Start>{stream}</Start><Pause length="1"/><Say>x</Say>'
        events = await call(SocketApp({"/voice": twiml}, handler), act)
        assert problems(events) == [31_951]
        # The caller spoke from 0.1 to 0.6 s; the application speaks from 1.0 on, which nobody waited for.
        assert sides["inbound"] == [False] * 5 + [True] * 25
        assert sides["outbound"] == [False] * 30

    run(scenario())


def test_stop_says_goodbye_and_the_call_goes_on() -> None:
    async def scenario() -> None:
        messages: list[Any] = []

        async def handler(connection: Connection) -> None:
            messages.extend([message async for message in connection])

        stream = '<Stream name="ear" url="wss://a.example/media" track="outbound_track"/>'
        twiml = f'<Start>{stream}</Start><Say>x</Say><Stop><Stream name="ear"/></Stop><Say>after</Say>'
        app = SocketApp({"/voice": twiml}, handler)
        assert problems(await call(app, lambda caller: caller.hears("after"))) == []
        assert kinds(messages) == ["connected", "start", "media", "stop"]
        heard = [b64decode(m["media"]["payload"]) == TONE for m in messages if m["event"] == "media"]
        # At its last moment the sentence is over.
        assert heard == [True] * (len(heard) - 1) + heard[-1:]
        assert len(heard) in {24, 25}

    run(scenario())


@pytest.mark.parametrize("how", ["refuses", "fails at once", "fails later", "closes with an error"])
def test_an_application_that_fails_ends_its_stream(how: str) -> None:
    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            if how == "closes with an error":
                await connection.close(1002)
            elif how != "fails at once":
                await connection.receive()
            raise RuntimeError("a defect of the application")

        app = SocketApp({"/voice": CONNECT}, handler, accept=how != "refuses")
        events = await call(app, lambda caller: caller.hears("after"))
        code = {"refuses": 31_920, "closes with an error": 31_924}.get(how, 31_903)
        assert problems(events) == [code]
        assert app.told("/status")[-1]["StreamEvent"] == "stream-error"

    run(scenario())


def test_time_goes_on_without_an_application_that_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi_socket, "_PATIENCE", 0.05)

    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            await connection.receive()
            await asyncio.sleep(3600)

        began = time.monotonic()
        events = await call(SocketApp({"/voice": CONNECT}, handler), lambda caller: caller.wait(30))
        assert problems(events) == []
        assert time.monotonic() - began < 10

    run(scenario())


def test_an_application_that_is_slow_to_answer_holds_the_time() -> None:
    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            async for message in connection:
                if message["event"] == "start":
                    await asyncio.sleep(0.05)  # Real time, in which no virtual time passes.
                    await connection.event("media", media=audio(20))
                    await connection.event("mark", mark={"name": "x"})
                elif message["event"] == "mark":
                    return

        async def act(caller: AsyncCaller) -> None:
            await caller.hears("after")
            assert caller.heard[-1].at - caller.transcript[0].at == 0
            assert caller.streams[0].frames == 1

        await call(SocketApp({"/voice": CONNECT}, handler), act)

    run(scenario())


def test_a_stream_needs_a_transport_with_sockets() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response(CONNECT), "/status": ""})
        events: list[Event] = []
        async with Session(registry(), apps, on_event=events.append) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("after")
            await caller.ends()
        assert problems(events) == [31_902]

    run(scenario())


def test_more_audio_than_ten_minutes_does_not_wait() -> None:
    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            await connection.receive()
            await connection.receive()
            for _ in range(11):
                await connection.event("media", media=audio(60_000))

        events = await call(SocketApp({"/voice": CONNECT}, handler), lambda caller: caller.hears("after"))
        assert problems(events) == [31_931]

    run(scenario())


def test_a_session_that_is_left_leaves_no_socket_open() -> None:
    async def scenario() -> None:
        gone = asyncio.Event()

        async def handler(connection: Connection) -> None:
            try:
                async for _ in connection:
                    pass
            finally:
                gone.set()

        app = SocketApp({"/voice": CONNECT}, handler)
        from appconnect.transport import AsgiTransport  # noqa: PLC0415 - only here

        async with AsgiTransport(app) as transport:
            async with Session(registry(), transport, config=Config()) as session:
                caller = await session.dial(CALLER, NUMBER)
                await caller.wait(0.1)
            await asyncio.wait_for(gone.wait(), 5)

    run(scenario())


def test_what_is_said_is_transcribed_and_recorded_beside_the_document() -> None:
    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            await connection.receive()

        twiml = (
            '<Start><Transcription statusCallbackUrl="/words"/><Siprec statusCallback="/siprec"/></Start>'
            '<Say>How are you?</Say><Pause length="10"/>'
        )

        async def act(caller: AsyncCaller) -> None:
            await caller.wait(2)
            await caller.say("Fine", at_once=True)

        app = SocketApp({"/voice": twiml}, handler)
        assert problems(await call(app, act)) == []
        told = app.told("/words")
        data = [form.get("TranscriptionData") for form in told]
        assert data[1:3] == [
            '{"confidence":1.0,"transcript":"How are you?"}',
            '{"confidence":1.0,"transcript":"Fine"}',
        ]
        assert [form.get("Track") for form in told[1:3]] == ["outbound_track", "inbound_track"]
        assert [form["SiprecEvent"] for form in app.told("/siprec")] == ["siprec-started", "siprec-stopped"]

    run(scenario())


def test_a_virtual_agent_has_the_caller_for_a_while() -> None:
    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            await connection.receive()

        twiml = '<Connect action="/done"><VirtualAgent connectorName="Bot"/></Connect>'
        app = SocketApp({"/voice": twiml, "/done": "<Say>after</Say>"}, handler)
        await call(app, lambda caller: caller.hears("after"))
        assert app.told("/done")[0]["VirtualAgentStatus"] == "completed"

    run(scenario())


def test_the_public_simulator_opens_sockets_to_its_applications() -> None:
    async def handler(connection: Connection) -> None:
        async for message in connection:
            if message["event"] == "dtmf":
                await connection.event("media", media=audio(40))
                await connection.event("mark", mark={"name": "x"})
            elif message["event"] == "mark":
                return

    app = SocketApp({"/voice": CONNECT.replace("a.example", HOST)}, handler)
    with Simulator() as simulator:
        caller = simulator.call(app)
        caller.press("1")
        caller.hears("after")
        assert caller.streams[0].played_seconds == 0.04
