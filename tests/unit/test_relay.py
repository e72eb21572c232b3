"""`<ConversationRelay>` with an application in the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appconnect.events import ProblemRaised, Relayed
from tests.unit.applications import run
from tests.unit.sockets import Connection, SocketApp, call

if TYPE_CHECKING:
    from appconnect.events import Event
    from appconnect.simulator import AsyncCaller

NOUN = (
    '<ConversationRelay url="wss://a.example/relay" welcomeGreeting="Welcome to the shop"'
    ' dtmfDetection="true"><Parameter name="tier" value="gold"/></ConversationRelay>'
)
VOICE = f'<Connect action="/done">{NOUN}</Connect>'
DOCUMENTS = {"/voice": VOICE, "/done": "<Say>Goodbye</Say>"}


def problems(events: list[Event]) -> list[int]:
    return [event.code for event in events if isinstance(event, ProblemRaised)]


def test_an_application_talks_with_the_caller_and_hands_over() -> None:
    async def scenario() -> list[Any]:
        frames: list[Any] = []

        async def handler(connection: Connection) -> None:
            async for frame in connection:
                frames.append(frame)
                if frame["type"] == "prompt":
                    for token in ("You want ", frame["voicePrompt"], "."):
                        await connection.send({"type": "text", "token": token, "last": token == "."})
                elif frame["type"] == "dtmf":
                    await connection.send({"type": "end", "handoffData": '{"to":"agent"}'})

        async def act(caller: AsyncCaller) -> None:
            await caller.hears("welcome to the shop")
            await caller.wait(2)
            await caller.say("blue shoes", confidence=0.9)
            await caller.hears("you want blue shoes")
            await caller.wait(5)
            await caller.press("0")
            await caller.hears("goodbye")

        app = SocketApp(DOCUMENTS, handler)
        assert problems(await call(app, act)) == []
        done = app.told("/done")[0]
        assert (done["SessionStatus"], done["HandoffData"]) == ("ended", '{"to":"agent"}')
        assert done["SessionId"] == frames[0]["sessionId"]
        return frames

    frames = run(scenario())
    assert [frame["type"] for frame in frames] == ["setup", "prompt", "dtmf"]
    assert frames[0]["customParameters"] == {"tier": "gold"}
    assert frames[1] == {"type": "prompt", "voicePrompt": "blue shoes", "lang": "en-US", "last": True}
    assert run(scenario()) == frames


def test_a_caller_who_speaks_interrupts_what_is_said() -> None:
    async def scenario() -> None:
        frames: list[Any] = []

        async def handler(connection: Connection) -> None:
            frames.extend([frame async for frame in connection])

        async def act(caller: AsyncCaller) -> None:
            await caller.hears("welcome")
            await caller.wait(0.8)
            await caller.say("stop")
            await caller.wait(3)

        assert problems(await call(SocketApp(DOCUMENTS, handler), act)) == []
        assert [frame["type"] for frame in frames] == ["setup", "interrupt", "prompt"]
        # 0.8 s at the pace of simulated speech, 15 characters a second.
        assert frames[1]["utteranceUntilInterrupt"] == "Welcome to"
        assert frames[1]["durationUntilInterruptMs"] == "800"

    run(scenario())


def test_frames_without_sense_are_answered_with_an_error() -> None:
    async def scenario() -> None:
        frames: list[Any] = []

        async def handler(connection: Connection) -> None:
            async for frame in connection:
                frames.append(frame["type"])
                if frame["type"] == "setup":
                    await connection.send("nonsense")
                    await connection.send({"type": "dance"})
                    await connection._send({"type": "websocket.send", "bytes": b"\x00"})
                if frames.count("error") == 3:
                    return

        app = SocketApp(DOCUMENTS, handler)
        events = await call(app, lambda caller: caller.hears("goodbye"))
        # Leaving without an `end` is a fault of its own.
        assert problems(events) == [31_950, 31_951, 31_950, 64_105]
        assert frames == ["setup", "error", "error", "error"]
        assert app.told("/done")[0]["ErrorCode"] == "64105"

    run(scenario())


def test_the_frames_are_in_the_timeline_and_personal_data_is_not_in_its_repr() -> None:
    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            await connection.receive()
            await connection.send({"type": "text", "token": "my secret", "last": True})
            await connection.receive()

        events = await call(SocketApp(DOCUMENTS, handler), lambda caller: caller.wait(1))
        relayed = [event for event in events if isinstance(event, Relayed)]
        assert [event.received for event in relayed] == [False, True]
        assert "my secret" in relayed[1].text
        assert "secret" not in repr(relayed[1])

    run(scenario())


def test_a_refused_handshake_fails_the_session() -> None:
    async def scenario() -> None:
        async def handler(connection: Connection) -> None:
            await connection.receive()

        app = SocketApp(DOCUMENTS, handler, accept=False)
        assert problems(await call(app, lambda caller: caller.hears("goodbye"))) == [39_001]
        done = app.told("/done")[0]
        assert (done["SessionStatus"], done["ErrorCode"]) == ("failed", "39001")

    run(scenario())
