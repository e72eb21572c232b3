"""What a test does wrong, or waits for in vain: it is told what and where, in no more than can be read."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import pytest

from appconnect.clock import SystemClock
from appconnect.errors import RegistryError
from appconnect.simulator import AsyncSimulator, ExpectationError, MediaModel, Simulator
from appconnect.simulator.record import Inspection
from tests.unit.applications import response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from appconnect.simulator import AsyncCaller, Caller
    from appconnect.transport import FormRequest

BOB = "+15550142"
MENU = response('<Gather numDigits="1" timeout="5"><Say>Press 1</Say></Gather><Redirect/>')


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as made:
        yield made


@pytest.fixture
def caller(simulator: Simulator) -> Caller:
    return simulator.call(MENU)


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (lambda caller: caller.press(1), TypeError, "keys are written as a text, and not as 1"),
        (lambda caller: caller.say(17), TypeError, "words are written as a text, and not as 17"),
        (lambda caller: caller.say(" "), ValueError, "cannot say nothing"),
        (lambda caller: caller.hears(None), TypeError, "words are written as a text, and not as None"),
        (lambda caller: caller.hears("\n"), ValueError, "an empty text is always heard"),
        (lambda caller: caller.hears("press", within=-5), ValueError, "cannot wait for -5 s"),
        (lambda caller: caller.ends(within=math.nan), ValueError, "cannot wait for nan s"),
        (lambda caller: caller.wait(math.inf), ValueError, "cannot wait for inf s"),
        (lambda caller: caller.wait("1"), TypeError, "a time is a number of seconds, and not '1'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    caller: Caller, act: Callable[[Any], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        act(caller)
    # The call is none the worse for it.
    caller.hears("press 1")


def test_time_goes_forward_only(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="cannot wait for -1 s: it must be a number of seconds, 0 or more"):
        simulator.advance(-1)


def test_who_waits_for_ever_is_told_and_shown_the_call(simulator: Simulator) -> None:
    bob = simulator.callee(BOB)
    with pytest.raises(ExpectationError, match=r"nothing is due any more, and nobody has called \+15550142"):
        bob.say("Hello", within=None)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda caller: caller.say("Sales"), r"30 s passed before the caller could say 'Sales'"),
        (lambda caller: caller.say("Sales", within=2.5), r"2.5 s passed before the caller could say 'Sales'"),
        (lambda caller: caller.press("1"), r"30 s passed before the caller could press 1"),
        (lambda caller: caller.press("1", within=59.9), r"59.9 s passed before the caller could press 1"),
    ],
)
def test_who_gets_no_turn_in_time_is_told(
    act: Callable[[Any], object], words: str, simulator: Simulator
) -> None:
    caller = simulator.call(response('<Pause length="60"/><Gather numDigits="1"/>'))
    began = simulator.now
    with pytest.raises(ExpectationError, match=words):
        act(caller)
    assert simulator.now - began < 60
    # The turn comes later, and can be waited for.
    caller.press("1", within=60)
    assert simulator.now - began == pytest.approx(60, abs=1)


def test_a_called_party_that_is_not_called_in_time_is_told(simulator: Simulator) -> None:
    bob = simulator.callee(BOB)
    with pytest.raises(ExpectationError, match=r"^5 s passed before \+15550142 was called"):
        bob.press("1", within=5)
    assert simulator.now == 5


def test_who_cannot_act_is_told_what_the_application_listened_for(caller: Caller) -> None:
    with pytest.raises(ExpectationError) as caught:
        caller.say("Sales, please", within=None)
    message = str(caught.value)
    assert (
        "before the caller could say 'Sales, please'; it listened by <Gather numDigits=1 timeout=5>"
        in message
    )
    # Of four hours of prompts, only the end is quoted and drawn.
    assert len(message) < 600
    note = "".join(caught.value.__notes__)
    assert len(note.splitlines()) < 120
    assert "lines are left out here" in note
    assert "► +14155550100" in note
    assert "● completed" in note
    assert len(caller.ladder().splitlines()) > 1_000


def test_an_application_that_fails_is_named_in_the_first_line(simulator: Simulator) -> None:
    caller = simulator.call(lambda: (404, [("Content-Type", "text/html")], "not found"), "/nowhere")
    with pytest.raises(ExpectationError, match="error 11200: the webhook answered with HTTP status 404"):
        caller.hears("hello")


def test_an_application_may_act_on_calls_but_not_wait_for_them(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = simulator.call(response('<Pause length="60"/>'))

    def app(request: FormRequest) -> str:
        if request.path == "/wait":
            simulator.advance(5)
        simulator.modify(waiting, twiml=response("<Say>An agent is here</Say>"))
        return response("<Say>You are the agent</Say>")

    agent = simulator.call(app)
    agent.hears("you are the agent")
    waiting.hears("an agent is here")
    agent = simulator.call(app, "/wait")
    with pytest.raises(ExpectationError, match="HTTP status 500"):
        agent.hears("you are the agent")
    assert "an application cannot wait for the call: time stands still while it works" in caplog.text


def test_a_simulation_that_is_over_says_so() -> None:
    with Simulator() as simulator:
        caller = simulator.call(MENU)
    for act in (caller.hang_up, lambda: simulator.call(MENU), lambda: simulator.advance(1)):
        with pytest.raises(RuntimeError, match="the simulation is over"):
            act()
    # What is known is known still.
    assert caller.status == "in-progress"
    assert "POST /voice" in simulator.report()
    simulator.close()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda s: s.call("5551234"), "'5551234' is no number such as .15550199, no other address, no URL"),
        (lambda s: s.serve(MENU, "https://shop.example/voice"), "give https://shop.example, where"),
        (lambda s: s.callee("15550142"), "nobody can be called at '15550142': write . and digits"),
        (lambda s: s.callee(BOB, "reached"), "an outcome is one of answered, busy, .* and not 'reached'"),
        (lambda s: s.callee(BOB, answered_by="robot"), "what answers is one of fax, .* and not 'robot'"),
        (lambda s: s.callee(BOB, after=-1), "cannot wait for -1 s"),
        (lambda s: s.callee(BOB, sip_response=180), "between 200 and 699, and not 180"),
        (lambda s: s.account("shop", sid="shop"), "sid: not an identifier"),
        (lambda s: s.account("shop", auth_token=""), "the account 'shop' needs a token"),
        (lambda s: s.account("shop").number(BOB, MENU), "phone number .15550142 is there twice"),
        (lambda s: s.account("shop", sid=s.account_sid), "is there twice"),
    ],
)
def test_what_cannot_be_is_refused_where_it_is_written(
    simulator: Simulator, act: Callable[[Any], object], words: str
) -> None:
    simulator.account("office").number(BOB, MENU)
    with pytest.raises((ValueError, RegistryError), match=words):
        act(simulator)
    # What was refused is not there.
    simulator.call(BOB).hears("press 1")


def test_a_call_that_nobody_of_the_test_got_is_in_the_report(simulator: Simulator) -> None:
    simulator.originate(BOB, MENU, timeout=10)
    simulator.run_until_idle()
    assert "● no-answer" in simulator.report()


def test_what_is_known_of_nobody_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Inspection()  # type: ignore[abstract]  # that is what is tested


def test_an_application_that_has_no_sockets_is_told_which_have(simulator: Simulator) -> None:
    connect = '<Connect><Stream url="wss://testserver/media"/></Connect>'
    caller = simulator.call(lambda: response(f"{connect}<Say>Goodbye</Say>"))
    caller.hears("goodbye")
    words = "a CallableTransport opens no sockets to testserver: it takes an ASGI application"
    assert [(problem.code, words in problem.message) for problem in caller.problems] == [(31902, True)]


def test_names_as_python_writes_them_are_corrected(caller: Caller) -> None:
    with pytest.raises(ExpectationError, match=r"there is no num_digits=1 \(write numDigits\)"):
        caller.is_asked(num_digits=1)


@pytest.mark.parametrize(
    "lengths",
    [{"characters_per_second": 0}, {"file": -1}, {"texts": {"Hi": -4}}, {"files": {"/a": math.nan}}],
)
def test_nothing_takes_less_than_no_time(lengths: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be (above 0|a number of seconds, 0 or more)"):
        MediaModel(**lengths)


def test_progress_that_there_is_not_cannot_be_told(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="there is no event reached: write some of initiated, ringing"):
        simulator.originate(BOB, MENU, status_callback="/status", status_callback_events=["reached"])


@pytest.mark.parametrize(
    "wait",
    [
        lambda simulator, _: simulator.advance(5),
        lambda simulator, _: simulator.run_until_idle(),
        lambda _, caller: caller.hears("never"),
        lambda _, caller: caller.press("1"),
        lambda _, caller: caller.wait(5),
        lambda _, caller: caller.ends(),
        lambda simulator, _: simulator.callee(BOB).is_called(),
        # As a framework does that runs its handlers in tasks of their own.
        lambda simulator, _: asyncio.create_task(simulator.advance(5)),
    ],
    ids=["advance", "run_until_idle", "hears", "press", "wait", "ends", "is_called", "task"],
)
def test_an_application_that_is_awaited_may_not_wait_either(
    wait: Callable[[AsyncSimulator, AsyncCaller], Awaitable[object]], caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with AsyncSimulator() as simulator:
            other = await simulator.call(response('<Pause length="60"/>'))

            async def app(request: FormRequest) -> str:
                if request.path == "/wait":
                    await wait(simulator, other)
                await simulator.modify(other, twiml=response("<Say>An agent is here</Say>"))
                return response("<Say>You are the agent</Say>")

            agent = await simulator.call(app)
            await agent.hears("you are the agent")
            await other.hears("an agent is here")
            agent = await simulator.call(app, "/wait")
            with pytest.raises(ExpectationError, match="HTTP status 500"):
                await agent.hears("you are the agent")

    asyncio.run(asyncio.wait_for(scenario(), 5))
    assert "an application cannot wait for the call: time stands still while it works" in caplog.text


def test_an_application_may_wait_for_another_simulation_and_for_its_own_when_it_has_answered() -> None:
    async def scenario() -> None:
        later: list[asyncio.Task[None]] = []
        async with AsyncSimulator() as simulator, AsyncSimulator() as another:
            go_on = asyncio.Event()

            async def work() -> None:
                await go_on.wait()
                await simulator.advance(60)

            async def app() -> str:
                await another.advance(5)
                later.append(asyncio.create_task(work()))
                return response("<Say>Done</Say>")

            caller = await simulator.call(app)
            await caller.hears("done")
            go_on.set()
            await later[0]
            assert (simulator.now, another.now) == (60, 5)

    asyncio.run(asyncio.wait_for(scenario(), 5))


def test_in_real_time_an_application_may_wait() -> None:
    async def scenario() -> None:
        async with AsyncSimulator(clock=SystemClock()) as simulator:

            async def app() -> str:
                await simulator.advance(0.01)
                return response("<Say>Done</Say>")

            caller = await simulator.call(app)
            await caller.hears("done")

    asyncio.run(asyncio.wait_for(scenario(), 5))
