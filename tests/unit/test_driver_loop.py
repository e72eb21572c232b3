from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

import pytest

from appconnect import Config, Engine
from appconnect.clock import VirtualClock
from appconnect.driver import Driver
from appconnect.effects import Answer, HangUp, Play, Say
from appconnect.errors import InputError, InternalError
from appconnect.inputs import Digits, HungUp, IncomingCall, MediaDone, Modify, Tick
from appconnect.transport import CallableTransport
from tests.unit.applications import CALLER, NUMBER, Applications, registry, response, run, served

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from appconnect._core import Settlement
    from appconnect.driver import MediaEffect
    from appconnect.effects import Effect
    from appconnect.events import Event
    from appconnect.inputs import Input
    from appconnect.transport import FormRequest

SEED = bytes(32)


class Speaker:
    """Media that plays everything in no time."""

    def __init__(self) -> None:
        self.driver: Driver | None = None
        self.performed: list[MediaEffect] = []
        self.begun = asyncio.Event()

    def perform(self, effect: MediaEffect) -> None:
        self.performed.append(effect)
        self.begun.set()
        if self.driver is not None and isinstance(effect, Say | Play):
            self.driver.submit(MediaDone(effect.reply))


class Counting:
    """An engine that remembers how many inputs it was given at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.batches: list[int] = []

    def handle_many(
        self, inputs: Sequence[Input], now: int
    ) -> tuple[list[Effect], list[tuple[int, InputError]]]:
        self.batches.append(len(inputs))
        return self._engine.handle_many(list(inputs), now)

    def next_timeout(self) -> int | None:
        return self._engine.next_timeout()

    def live_legs(self) -> int:
        return self._engine.live_legs()


def incoming(leg: str = "leg-1") -> IncomingCall:
    return IncomingCall(leg, CALLER, NUMBER)


def new_engine(**config: bool) -> Engine:
    return Engine(registry(), SEED, Config(**config))  # type: ignore[arg-type]  # switches only


def test_a_call_runs_from_its_beginning_to_its_bill() -> None:
    async def scenario() -> None:
        media = Speaker()
        events: list[Event] = []
        bills: list[Settlement] = []
        apps = Applications({"/voice": response("<Say>Hello</Say><Play>/tune.mp3</Play>")})
        async with Driver(
            new_engine(timeline=True), apps, media=media, on_event=events.append, on_settlement=bills.append
        ) as driver:
            media.driver = driver
            driver.submit(incoming())
            idle = [driver.idle]
            await driver.drain()
            assert [*idle, driver.idle] == [False, True]
        assert [type(effect) for effect in media.performed] == [Answer, Say, Play, HangUp]
        assert apps.paths == ["/voice", "/status"]
        assert apps.requests[1].form["CallStatus"] == "completed"
        (bill,) = bills
        assert bill.status == "completed"
        assert "settled" in {event.to_dict()["event"] for event in events}
        times = [event.at for event in events]
        assert times == sorted(times)

    run(scenario())


def test_what_is_submitted_in_one_turn_is_handled_in_one_batch() -> None:
    async def scenario() -> None:
        engine = Counting(new_engine())
        apps = Applications({"/voice": response("<Reject/>")})
        async with Driver(engine, apps, media=Speaker()) as driver:  # type: ignore[arg-type]  # stands in
            await asyncio.sleep(0)
            for number in range(50):
                driver.submit(incoming(f"leg-{number}"))
            await driver.submit_checked(Tick())
            assert engine.batches == [51]
            await driver.drain()

    run(scenario())


def test_inputs_submitted_before_the_start_are_handled_with_it() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Reject/>")})
        driver = Driver(new_engine(), apps, media=Speaker())
        driver.submit(incoming())
        async with driver:
            await driver.drain()
        assert apps.paths == ["/voice", "/status"]

    run(scenario())


def test_a_refusal_goes_to_who_submitted_and_spoils_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Reject/>")})
        async with Driver(new_engine(), apps, media=Speaker()) as driver:
            driver.submit(incoming("leg-1"))
            twice = asyncio.ensure_future(driver.submit_checked(incoming("leg-1")))
            driver.submit(Modify("CA" + "0" * 32, status="completed"))
            good = asyncio.ensure_future(driver.submit_checked(incoming("leg-2")))
            with pytest.raises(InputError, match="live leg"):
                await twice
            await good
            await driver.drain()
        assert apps.paths.count("/voice") == 2

    with caplog.at_level(logging.WARNING):
        run(scenario())
    assert "no live call" in caplog.text


def test_what_is_no_input_at_all_fails_alone(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Reject/>")})
        async with Driver(new_engine(), apps, media=Speaker()) as driver:
            driver.submit(incoming("leg-1"))
            driver.submit("nonsense")  # type: ignore[arg-type]  # the point of the test
            wrong = asyncio.ensure_future(driver.submit_checked(None))  # type: ignore[arg-type]  # the same
            driver.submit(incoming("leg-2"))
            with pytest.raises(TypeError):
                await wrong
            await driver.drain()
        assert apps.paths.count("/voice") == 2

    run(scenario())
    assert "could not be given a str" in caplog.text


def test_a_batch_at_which_the_engine_fails_is_not_given_again(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Counting):
        """Handles the first input of the first batch, and fails at the second."""

        def handle_many(
            self, inputs: Sequence[Input], now: int
        ) -> tuple[list[Effect], list[tuple[int, InputError]]]:
            if not self.batches:
                self.kept, _ = super().handle_many(inputs[:1], now)
                self.batches = [len(inputs)]
                raise InternalError("a defect")
            effects, refusals = super().handle_many(inputs, now)
            effects, self.kept = [*self.kept, *effects], []
            return effects, refusals

    async def scenario() -> None:
        apps = Applications({"/voice": response("<Reject/>")})
        engine = Failing(new_engine())
        driver = Driver(engine, apps, media=Speaker())  # type: ignore[arg-type]  # stands in
        submitters = [
            asyncio.ensure_future(driver.submit_checked(incoming(f"leg-{number}"))) for number in range(3)
        ]
        await asyncio.sleep(0)
        async with driver:
            outcomes = await asyncio.gather(*submitters, return_exceptions=True)
            assert [type(outcome) for outcome in outcomes] == [InternalError] * 3
            await driver.drain()
        # What followed from the first was performed, and only that.
        assert engine.batches[:2] == [3, 0]
        assert apps.paths == ["/voice", "/status"]

    with caplog.at_level(logging.ERROR):
        run(scenario())
    assert "failed at a batch of 3" in caplog.text


def test_an_engine_that_goes_on_failing_does_not_stop_the_loop() -> None:
    class Broken(Counting):
        def handle_many(
            self, inputs: Sequence[Input], now: int
        ) -> tuple[list[Effect], list[tuple[int, InputError]]]:
            del now
            self.batches.append(len(inputs))
            raise InternalError("a defect")

    async def scenario() -> None:
        engine = Broken(new_engine())
        async with Driver(engine, Applications({}), media=Speaker()) as driver:  # type: ignore[arg-type]  # stands in
            for _ in range(2):
                with pytest.raises(InternalError):
                    await driver.submit_checked(Tick())
            assert driver.idle
        assert engine.batches == [1, 0, 1, 0]

    run(scenario())


def test_exceptions_of_other_peoples_code_are_logged_and_lose_no_call(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: object) -> None:
        raise LookupError("a defect")

    class Broken(Speaker):
        def perform(self, effect: MediaEffect) -> None:
            super().perform(effect)
            raise LookupError("a defect")

    async def scenario() -> None:
        media = Broken()
        apps = Applications({"/voice": response("<Say>Hello</Say>")})
        async with Driver(
            new_engine(timeline=True),
            apps,
            media=media,
            on_event=fail,
            on_settlement=fail,
            on_idle=lambda: fail(None),
        ) as driver:
            media.driver = driver
            await driver.submit_checked(incoming())
            await driver.drain()
        assert apps.requests[-1].form["CallStatus"] == "completed"

    with caplog.at_level(logging.ERROR):
        run(scenario())
    assert "raised an exception" in caplog.text
    assert "media plane" in caplog.text


def test_media_that_fails_counts_as_media_that_cannot_be_played() -> None:
    class Dead(Speaker):
        def perform(self, effect: MediaEffect) -> None:
            if isinstance(effect, Say) and effect.text == "Hello":
                raise OSError("no sound card")
            super().perform(effect)

    async def scenario() -> None:
        apps = Applications({"/voice": response("<Say>Hello</Say><Redirect>/next</Redirect>")})
        events: list[Event] = []
        media = Dead()
        clock = VirtualClock()
        async with Driver(
            new_engine(timeline=True), apps, media=media, on_event=events.append, clock=clock
        ) as driver:
            media.driver = driver
            driver.submit(incoming())
            # The clock stands still: only the answer of the driver itself can end the <Say>.
            await driver.drain()
        assert [type(effect) for effect in media.performed] == [Answer, Say, HangUp]
        assert any(event.to_dict()["event"] == "problem" for event in events)

    run(scenario(), seconds=5)


def test_a_broken_transport_costs_one_call_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        broken = True

        def voice(_: FormRequest) -> str:
            return response("<Reject/>")

        class Flaky(CallableTransport):
            async def exchange(self, request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
                if broken:
                    raise OSError("a defect")
                return await super().exchange(request)

        media = Speaker()
        bills: list[Settlement] = []
        async with Driver(new_engine(), Flaky(voice), media=media, on_settlement=bills.append) as driver:
            media.driver = driver
            driver.submit(incoming("leg-1"))
            await driver.drain()
            broken = False
            driver.submit(incoming("leg-2"))
            await driver.drain()
        # The first caller hears an apology.
        assert [bill.status for bill in bills] == ["completed", "no-answer"]

    run(scenario())
    assert "the transport raised an exception" in caplog.text


def test_deadlines_of_the_engine_are_kept() -> None:
    async def scenario() -> None:
        apps = Applications(
            {
                "/voice": response('<Pause length="1"/><Redirect>/later</Redirect>'),
                "/later": response("<Reject/>"),
            }
        )
        async with Driver(new_engine(), apps, media=Speaker()) as driver:
            loop = asyncio.get_running_loop()
            start = loop.time()
            driver.submit(incoming())
            await driver.drain()
            assert 0.99 <= loop.time() - start < 5
        assert apps.paths[:2] == ["/voice", "/later"]

    run(scenario())


def test_a_clock_that_rings_early_is_asked_again() -> None:
    class Hasty:
        """A clock whose timers are called before their time, as those of an operating system may be."""

        def __init__(self) -> None:
            self.time = 1_000
            self.asked: set[int] = set()

        def now(self) -> int:
            return self.time

        def call_at(self, when: int, callback: Callable[[], object]) -> asyncio.Handle:
            self.time = max(self.time, when if when in self.asked else when - 1)
            self.asked.add(when)
            return asyncio.get_running_loop().call_soon(callback)

    async def scenario() -> None:
        apps = Applications({"/voice": response('<Pause length="9"/><Reject/>')})
        clock = Hasty()
        async with Driver(new_engine(), apps, media=Speaker(), clock=clock) as driver:
            driver.submit(incoming())
            await driver.drain()
            assert clock.now() >= 10_000

    run(scenario(), seconds=5)


def test_drain_waits_for_notices_too() -> None:
    async def scenario() -> None:
        finished: list[bool] = []

        async def slow(_: FormRequest) -> str:
            await asyncio.sleep(0.1)
            finished.append(True)
            return ""

        apps = Applications({"/voice": response("<Reject/>"), "/status": slow})
        async with Driver(new_engine(), apps, media=Speaker()) as driver:
            await driver.submit_checked(incoming())
            await asyncio.gather(driver.drain(), driver.drain())
            assert finished == [True]
            await driver.drain()

    run(scenario())


def test_a_caller_who_leaves_ends_the_call() -> None:
    async def scenario() -> None:
        media = Speaker()
        apps = Applications({"/voice": response('<Gather><Pause length="60"/></Gather>')})
        async with Driver(new_engine(), apps, media=media) as driver:
            media.driver = driver
            driver.submit(incoming())
            await media.begun.wait()
            driver.submit(Digits("leg-1", "4"))
            driver.submit(HungUp("leg-1"))
            await driver.drain()
        assert apps.requests[-1].form["CallStatus"] == "completed"

    run(scenario())


def test_a_closed_driver_leaves_its_calls_to_another() -> None:
    async def scenario() -> None:
        asked, broken_off = asyncio.Event(), asyncio.Event()

        async def voice(_: FormRequest) -> str:
            asked.set()
            try:
                await asyncio.sleep(60)
            finally:
                broken_off.set()
            return ""

        apps = Applications({"/voice": voice})
        engine, media = new_engine(), Speaker()
        async with Driver(engine, apps, media=media) as first:
            await first.submit_checked(incoming())
            await asked.wait()
        assert engine.live_legs() == 1
        assert broken_off.is_set()
        first.submit(HungUp("leg-1"))
        with pytest.raises(RuntimeError, match="closed"):
            await first.submit_checked(HungUp("leg-1"))
        await first.aclose()
        await first.drain()
        async with Driver(engine, apps, media=media) as second:
            second.submit(HungUp("leg-1"))
            await second.drain()
        assert engine.live_legs() == 0
        assert apps.paths == ["/voice", "/status"]

    run(scenario())


def test_draining_before_the_start_waits_for_what_was_submitted() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Reject/>")})
        driver = Driver(new_engine(), apps, media=Speaker())
        await driver.drain()
        driver.submit(incoming())
        drained = asyncio.ensure_future(driver.drain())
        await asyncio.sleep(0.01)
        assert not drained.done()
        async with driver:
            await drained
            assert apps.paths == ["/voice", "/status"]

    run(scenario())


def test_a_driver_begins_once() -> None:
    async def scenario() -> None:
        driver = Driver(new_engine(), Applications({}), media=Speaker())
        async with driver:
            with pytest.raises(RuntimeError, match="runs already"):
                await driver.run()
            await driver.submit_checked(Tick())
        with pytest.raises(RuntimeError, match="closed"):
            await driver.run()

    run(scenario())


def test_a_close_that_is_given_up_goes_on_and_can_be_waited_for() -> None:
    async def scenario() -> None:
        asked, broken_off = asyncio.Event(), asyncio.Event()

        async def voice(_: FormRequest) -> str:
            asked.set()
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(0.02)
                broken_off.set()
            return ""

        driver = Driver(new_engine(), Applications({"/voice": voice}), media=Speaker())
        await driver.__aenter__()
        driver.submit(incoming())
        await asked.wait()
        for turns in range(3):
            closing = asyncio.ensure_future(driver.aclose())
            for _ in range(turns):
                await asyncio.sleep(0)
            closing.cancel()
            await asyncio.gather(closing, return_exceptions=True)
        await asyncio.gather(driver.aclose(), driver.aclose())
        assert broken_off.is_set()
        assert not driver._webhooks._tasks

    run(scenario())


def test_media_that_can_be_bound_is_told_where_its_inputs_go() -> None:
    class Bound(Speaker):
        def __init__(self) -> None:
            super().__init__()
            self.said: list[str] = []

        def bind(self, submit: Callable[[Input], None]) -> None:
            self.submit = submit

        def perform(self, effect: MediaEffect) -> None:
            super().perform(effect)
            if isinstance(effect, Say):
                self.submit(MediaDone(effect.reply))
                self.said.append(effect.text)

    async def scenario() -> None:
        apps = Applications({"/voice": response("<Say>Hello</Say>")})
        media = Bound()
        waiting = Driver(new_engine(), apps, media=media)
        assert not hasattr(media, "submit"), "nothing happens before it begins"
        async with waiting as driver:
            driver.submit(incoming())
            await driver.drain()
        assert media.said == ["Hello"]

    run(scenario())


def test_inputs_may_come_from_other_threads() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Reject/>")})
        driver = Driver(new_engine(), apps, media=Speaker())
        with pytest.raises(RuntimeError, match="does not run"):
            driver.submit_threadsafe(Tick())
        async with driver:
            threads = [
                threading.Thread(target=driver.submit_threadsafe, args=(incoming(f"leg-{number}"),))
                for number in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                await asyncio.to_thread(thread.join)
            await driver.drain()
        assert apps.paths.count("/voice") == 8

    run(scenario())


def test_run_lasts_until_it_is_closed_or_cancelled() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Reject/>")})
        driver = Driver(new_engine(), apps, media=Speaker())
        running = asyncio.ensure_future(driver.run())
        await driver.submit_checked(incoming())
        await driver.drain()
        assert not running.done()
        await driver.aclose()
        await running

        other = Driver(new_engine(), apps, media=Speaker())
        running = asyncio.ensure_future(other.run())
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        with pytest.raises(RuntimeError, match="closed"):
            await other.submit_checked(Tick())

    run(scenario())


def test_outcomes_can_be_kept_in_the_order_in_which_requests_began() -> None:
    async def bodies(*, in_order: bool) -> list[str]:
        """Which of two calls is answered first when the first one's application is the slower one."""

        async def voice(request: FormRequest) -> str:
            slow = request.form["From"] == CALLER
            await asyncio.sleep(0.1 if slow else 0)
            return response(f"<Say>{'first' if slow else 'second'}</Say>")

        media = Speaker()
        apps = Applications({"/voice": voice})
        async with Driver(new_engine(), apps, media=media, in_order=in_order) as driver:
            media.driver = driver
            driver.submit(incoming("leg-1"))
            driver.submit(IncomingCall("leg-2", "+14155550199", NUMBER))
            await driver.drain()
        return [effect.text for effect in media.performed if isinstance(effect, Say)]

    assert run(bodies(in_order=False)) == ["second", "first"]
    assert run(bodies(in_order=True)) == ["first", "second"]


def test_a_call_over_real_http() -> None:
    async def scenario() -> Applications:
        apps = Applications({"/voice": response("<Say>Hello</Say><Hangup/>")})
        media = Speaker()
        async with (
            served(apps) as (origin, transport),
            Driver(Engine(registry(origin), SEED), transport, media=media) as driver,
        ):
            media.driver = driver
            driver.submit(incoming())
            await driver.drain()
        assert [type(effect) for effect in media.performed] == [Answer, Say, HangUp]
        return apps

    voice, status = run(scenario()).requests
    assert (voice.method, voice.path, voice.form["From"]) == ("POST", "/voice", CALLER)
    assert voice.headers["x-twilio-signature"]
    assert (status.path, status.form["CallStatus"]) == ("/status", "completed")
