from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import pytest

from appconnect import Config
from appconnect.clock import SystemClock, VirtualClock
from appconnect.errors import InputError
from appconnect.inputs import Modify, Tick
from appconnect.policy import Allow
from appconnect.simulator import ExpectationError, MediaModel, Session
from tests.unit.applications import (
    CALLER,
    NUMBER,
    RECEIVER_APP,
    Applications,
    registry,
    response,
    run,
    served,
)

if TYPE_CHECKING:
    from appconnect._core import Facts, Settlement
    from appconnect.events import Event
    from appconnect.transport import FormRequest

HOP = (
    f'<Dial action="/after"><Application><ApplicationSid>{RECEIVER_APP}</ApplicationSid></Application></Dial>'
)


def shop() -> Applications:
    """A menu that hands over to another account's application, which gives the call back."""
    return Applications(
        {
            "/voice": response(
                '<Gather numDigits="1" action="/menu"><Say>Press one for support</Say></Gather>'
            ),
            "/menu": response(f"<Say>One moment</Say>{HOP}"),
            "/hop": response(
                '<Say>Support here</Say><Pause length="3"/>'
                '<Hangup><Parameter name="rating" value="5"/></Hangup>'
            ),
            "/after": lambda request: response(f"<Say>You rated {request.form['ReturnParam_rating']}</Say>"),
        }
    )


def test_a_call_across_two_accounts() -> None:
    async def scenario() -> None:
        apps = shop()
        bills: list[Settlement] = []
        async with Session(registry(), apps, on_settlement=bills.append) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("support")
            await caller.press("1")
            await caller.hears("support HERE")
            assert caller.answered
            await caller.hears("you rated 5")
            assert await caller.ends() == "normal"
            assert caller.status == "completed"
            await session.drain()
            assert session.engine.live_legs() == 0
        assert [entry.text for entry in caller.heard] == [
            "Press one for support",
            "One moment",
            "Support here",
            "You rated 5",
        ]
        assert [entry.speaker for entry in caller.transcript].count("caller") == 1
        # Each end of the hop speaks for its own call.
        assert len({entry.call for entry in caller.heard}) == 2
        assert caller.heard[0].call == caller.call
        assert len(bills) == 3
        assert apps.paths[:4] == ["/voice", "/menu", "/hop", "/after"]

    run(scenario())


def test_the_status_is_that_of_the_call_that_was_dialled() -> None:
    async def scenario() -> None:
        apps = Applications(
            {
                "/voice": response(HOP),
                "/hop": response('<Reject reason="busy"/>'),
                "/after": lambda request: response(f"<Say>They were {request.form['DialCallStatus']}</Say>"),
            }
        )
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("they were busy")
            assert caller.status == "in-progress"
            await caller.ends()
            assert caller.status == "completed"

    run(scenario())


def test_waiting_leaves_nothing_behind() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response('<Gather timeout="600"><Say>Hello</Say></Gather>')})
        clock = VirtualClock()
        async with Session(registry(), apps, clock=clock) as session:
            caller = await session.dial(CALLER, NUMBER)
            line = session.media.line(caller.leg)
            await caller.hears("hello")
            watchers, timers = len(line.watchers), len(clock._timers)
            for _ in range(20):
                await caller.wait(1)
                with pytest.raises(ExpectationError):
                    await caller.hears("nothing", within=1)
                start = clock.now()
                given_up = asyncio.ensure_future(caller.wait(500))
                await asyncio.sleep(0)
                given_up.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await given_up
                assert clock.now() == start
            assert len(line.watchers) == watchers
            live = [timer for timer in clock._timers if timer.callback is not None]
            assert len(live) <= timers
            assert session._waiting._about_to_go_on == 0
            assert not session._waiting._waiting
            await caller.hang_up()

    run(scenario())


def test_prompts_and_pauses_take_their_time_on_the_clock() -> None:
    async def scenario() -> None:
        apps = Applications(
            {"/voice": response(f'<Say>{"a" * 150}</Say><Pause length="7"/><Play>/x.mp3</Play>')}
        )
        async with Session(
            registry(), apps, model=MediaModel(file=2.0), clock=VirtualClock(1_000)
        ) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.ends()
            assert session.clock.now() == 1_000 + 10_000 + 7_000 + 2_000
            assert [entry.at for entry in caller.heard] == [1_000, 18_000]

    run(scenario())


def test_an_hour_of_call_takes_milliseconds() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response('<Pause length="3600"/><Redirect/>')})
        async with Session(registry(), apps) as session:
            start, begun = time.monotonic(), session.clock.now()
            caller = await session.dial(CALLER, NUMBER)
            await caller.wait(3_600)
            assert time.monotonic() - start < 1
            assert session.clock.now() - begun == 3_600_000
            await caller.ends()
            assert time.monotonic() - start < 2

    run(scenario())


def trace(seed: bytes, apps: Applications) -> bytes:
    """Everything that happens in three calls at once, as bytes."""

    async def scenario() -> bytes:
        events: list[Event] = []

        async def one(session: Session, number: int) -> None:
            caller = await session.dial(f"+1415555010{number}", NUMBER)
            await caller.wait(number)
            await caller.press("1")
            await caller.hears("support here")
            await caller.ends()

        async with Session(registry(), apps, seed=seed, on_event=events.append) as session:
            await asyncio.gather(*(one(session, number) for number in range(3)))
            await session.drain()
        return "\n".join(json.dumps(event.to_dict(), default=str) for event in events).encode()

    return run(scenario())


def slowly(apps: Applications) -> Applications:
    """The same applications, each answer late by a time that has nothing to do with its place."""
    delays = iter([0.02, 0.0, 0.01, 0.005, 0.015] * 20)

    def late(path: str) -> object:
        answer = apps.answers[path]

        async def respond(request: FormRequest) -> object:
            await asyncio.sleep(next(delays))
            return answer(request) if callable(answer) else answer

        return respond

    return Applications({path: late(path) for path in apps.answers})  # type: ignore[misc]  # any answer


def test_the_same_seed_and_answers_give_the_same_trace_byte_for_byte() -> None:
    first = trace(bytes(range(32)), shop())
    assert first.count(b'"event": "began"') >= 3
    assert trace(bytes(range(32)), shop()) == first
    # However long the applications take, and in whatever order they answer.
    assert trace(bytes(range(32)), slowly(shop())) == first
    assert trace(bytes(32), shop()) != first


def test_the_same_script_runs_in_real_time() -> None:
    async def scenario() -> float:
        apps = Applications(
            {"/voice": response("<Gather><Say>Hello</Say></Gather><Say>Bye</Say>"), "/status": ""}
        )
        async with Session(registry(), apps, clock=SystemClock()) as session:
            loop = asyncio.get_running_loop()
            start = loop.time()
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("hello")
            await caller.wait(0.3)
            elapsed = loop.time() - start
            await caller.hang_up()
            await session.drain()
        assert caller.status == "completed"
        return elapsed

    assert 0.29 <= run(scenario()) < 3


def test_virtual_time_waits_for_a_real_http_server() -> None:
    async def scenario() -> None:
        async def after(_: FormRequest) -> str:
            await asyncio.sleep(0.1)
            return response("<Say>An hour later</Say>")

        apps = Applications(
            {"/voice": response('<Pause length="3600"/><Redirect>/after</Redirect>'), "/after": after}
        )
        async with served(apps) as (origin, transport), Session(registry(origin), transport) as session:
            start = session.clock.now()
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("an hour later", within=None)
            assert session.clock.now() - start == 3_600_000
            await caller.ends()
            await session.drain()
        assert apps.paths == ["/voice", "/after", "/status"]

    run(scenario())


def test_time_stands_still_while_a_webhook_or_a_policy_is_at_work() -> None:
    async def scenario() -> None:
        async def slow(_: FormRequest) -> str:
            await asyncio.sleep(0.2)
            return response(HOP)

        async def policy(_: Facts) -> Allow:
            await asyncio.sleep(0.2)
            return Allow()

        apps = Applications({"/voice": slow, "/hop": response("<Say>Hi</Say>")})
        config = Config(consult=True, timeline=True)
        async with Session(registry(), apps, policy=policy, config=config) as session:
            start = session.clock.now()
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("hi", within=1)
            assert session.clock.now() == start

    run(scenario())


def test_time_stands_still_while_nobody_waits() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Say>Hello</Say>")})
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("hello")
            start = session.clock.now()
            await asyncio.sleep(0.05)
            assert (session.clock.now(), caller.cause) == (start, None)
            await caller.ends()
            assert session.clock.now() - start == 500

    run(scenario())


def test_a_session_that_has_not_begun_says_so() -> None:
    async def scenario() -> None:
        session = Session(registry(), Applications({}))
        with pytest.raises(RuntimeError, match="nothing runs yet"):
            await session.dial(CALLER, NUMBER)
        with pytest.raises(RuntimeError, match="nothing runs yet"):
            await session.submit(Tick())

    run(scenario())


def test_what_cannot_be_dialled_ends_at_once() -> None:
    async def scenario() -> None:
        apps = Applications({})
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, "+18005550000")
            assert await caller.ends() == "not-found"
            assert not caller.answered
            with pytest.raises(
                ExpectationError, match=r"the call ended \(not-found\).*nothing more was heard"
            ):
                await caller.hears("anything")
            await session.drain()
        assert apps.requests == []

    run(scenario())


def test_an_expectation_that_is_not_met_in_time_tells_what_was_heard() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response('<Say>Welcome</Say><Pause length="600"/>')})
        async with Session(registry(), apps) as session:
            start = session.clock.now()
            caller = await session.dial(CALLER, NUMBER)
            with pytest.raises(ExpectationError, match=r"30 s passed before 'Goodbye'.*'Welcome'"):
                await caller.hears("Goodbye")
            assert session.clock.now() - start == 30_000
            with pytest.raises(ExpectationError, match="5 s passed"):
                await caller.hears("Goodbye", within=5)
            # What was not matched can still be.
            await caller.hears("welcome")
            with pytest.raises(ExpectationError):
                await caller.hears("welcome", within=1)

    run(scenario())


def test_an_expected_text_may_span_sentences_and_its_white_space_does_not_count() -> None:
    async def scenario() -> None:
        apps = Applications(
            {"/voice": response("<Say>Your  code\n is</Say><Say>one two</Say><Play>/beep.mp3</Play>")}
        )
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("CODE \t is\nONE ")
            await caller.hears("two")
            await caller.hears("beep.mp3")

    run(scenario())


def test_keys_wait_for_the_application_unless_they_are_pressed_at_once() -> None:
    async def scenario() -> None:
        apps = Applications(
            {
                "/voice": response('<Say>Please wait</Say><Gather numDigits="1" action="/got"/>'),
                "/got": lambda request: response(f"<Say>Got {request.form['Digits']}</Say>"),
            }
        )
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("please wait")
            start = session.clock.now()
            await caller.press("8", at_once=True)
            assert session.clock.now() == start
            await caller.press("9")
            assert session.clock.now() > start
            await caller.hears("got 9")

    run(scenario())


@pytest.mark.parametrize("act", ["press", "say"])
def test_a_caller_who_cannot_act_before_the_end_is_told(act: str) -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Say>Nobody is here</Say>")})
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            with pytest.raises(ExpectationError, match=r"ended.*Nobody is here"):
                await (caller.press("1") if act == "press" else caller.say("Hello"))
            assert await caller.ends() == "normal"
            await caller.wait(60)
            await caller.hang_up()
            assert caller.cause == "normal"

    run(scenario())


@pytest.mark.parametrize("keys", ["", "x", "1 2", "1w"])
def test_only_keys_can_be_pressed(keys: str) -> None:
    async def scenario() -> None:
        async with Session(registry(), Applications({"/voice": response("<Gather/>")})) as session:
            caller = await session.dial(CALLER, NUMBER)
            with pytest.raises(ValueError, match="cannot press"):
                await caller.press(keys)

    run(scenario())


def test_hanging_up_ends_the_call_even_before_its_first_document() -> None:
    async def scenario() -> None:
        async def voice(_: FormRequest) -> str:
            await asyncio.sleep(0.01)
            return response("<Say>Hello</Say>")

        apps = Applications({"/voice": voice})
        async with Session(registry(), apps) as session:
            early = await session.dial(CALLER, NUMBER)
            await early.hang_up()
            late = await session.dial(CALLER, NUMBER)
            await late.hears("hello")
            await late.hang_up()
            await session.drain()
            assert (early.status, late.status) == ("no-answer", "completed")
            assert (early.cause, late.cause) == ("caller", "caller")
            assert early.heard == []

    run(scenario())


def test_listening_gives_what_is_heard_as_it_is_heard() -> None:
    async def scenario() -> None:
        apps = Applications(
            {"/voice": response('<Say>One</Say><Pause length="5"/><Say>Two</Say><Play digits="3"/>')}
        )
        async with Session(registry(), apps) as session:
            start = session.clock.now()
            caller = await session.dial(CALLER, NUMBER)
            heard = [
                (entry.medium, entry.text, session.clock.now() - start) async for entry in caller.listen()
            ]
        assert heard == [("speech", "One", 0), ("speech", "Two", 5_500), ("tones", "3", 6_000)]

    run(scenario())


def test_a_live_call_can_be_changed_and_a_refusal_is_raised() -> None:
    async def scenario() -> None:
        apps = Applications(
            {"/voice": response('<Pause length="60"/>'), "/new": response("<Say>Changed</Say>")}
        )
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.wait(1)
            assert caller.call is not None
            await session.submit(Modify(caller.call, url="http://apps.example/new"))
            await caller.hears("changed")
            await caller.ends()
            with pytest.raises(InputError):
                await session.submit(Modify(caller.call, status="completed"))

    run(scenario())


def test_many_callers_at_once_keep_apart() -> None:
    async def scenario() -> None:
        apps = Applications(
            {
                "/voice": response('<Gather action="/got" timeout="60"><Say>Number please</Say></Gather>'),
                "/got": lambda request: response(f"<Say>You are {request.form['Digits']}</Say>"),
            }
        )

        async def one(session: Session, number: int) -> str:
            caller = await session.dial(f"+1415555{number:04}", NUMBER)
            await caller.wait(number / 7)
            await caller.hears("number please")
            await caller.press(f"{number}#")
            await caller.hears(f"you are {number}")
            return await caller.ends()

        async with Session(registry(), apps) as session:
            causes = await asyncio.gather(*(one(session, number) for number in range(200)))
            await session.drain()
            assert set(causes) == {"normal"}
            assert session.media._lines == {}
        assert apps.paths.count("/got") == 200

    run(scenario())
