from __future__ import annotations

import asyncio
import random
import time
from functools import partial
from typing import TYPE_CHECKING

from appconnect.clock import SystemClock, VirtualClock
from tests.unit.applications import run

if TYPE_CHECKING:
    import pytest

    from appconnect.clock import Timer


def test_timers_are_called_in_the_order_of_their_times_and_of_their_setting() -> None:
    clock = VirtualClock(1_000)
    called: list[tuple[str, int]] = []

    def note(name: str) -> None:
        called.append((name, clock.now()))

    for name, when in (("c", 1_300), ("a", 1_100), ("b", 1_100), ("late", 2_000)):
        clock.call_at(when, partial(note, name))
    clock.advance_to(1_500)
    assert called == [("a", 1_100), ("b", 1_100), ("c", 1_300)]
    assert (clock.now(), clock.next_timer()) == (1_500, 2_000)


def test_a_timer_that_a_timer_sets_is_called_on_the_way() -> None:
    clock = VirtualClock(0)
    called: list[int] = []
    clock.call_at(100, lambda: clock.call_at(250, lambda: called.append(clock.now())))
    clock.advance_to(300)
    assert called == [250]
    assert clock.now() == 300


def test_virtual_time_never_steps_back() -> None:
    clock = VirtualClock(5_000)
    seen: list[int] = []
    clock.advance_to(4_000)
    assert clock.now() == 5_000
    clock.call_at(1_000, lambda: seen.append(clock.now()))
    clock.advance_to(clock.next_timer() or 0)
    assert seen == [5_000]


def test_a_cancelled_timer_is_not_called_and_cancelling_again_is_harmless() -> None:
    clock = VirtualClock(0)
    called: list[str] = []
    timer = clock.call_at(10, lambda: called.append("no"))
    done = clock.call_at(5, lambda: called.append("yes"))
    timer.cancel()
    timer.cancel()
    assert clock.next_timer() == 5
    clock.advance_to(20)
    done.cancel()
    assert called == ["yes"]
    assert clock.next_timer() is None


def test_cancelled_timers_do_not_pile_up() -> None:
    clock = VirtualClock(0)
    kept = [clock.call_at(100_000 + number, lambda: None) for number in range(10)]
    for number in range(10_000):
        clock.call_at(1_000_000 + number, lambda: None).cancel()
    assert len(clock._timers) < 500
    assert clock.next_timer() == 100_000
    assert kept


def test_any_mixture_of_setting_cancelling_and_moving_agrees_with_a_sorted_list() -> None:
    numbers = random.Random(7)
    clock = VirtualClock(0)
    called: list[tuple[int, int]] = []
    expected: dict[int, int] = {}
    timers: dict[int, Timer] = {}

    def note(number: int) -> None:
        called.append((clock.now(), number))

    for number in range(2_000):
        when = clock.now() + numbers.randrange(1, 400)
        timers[number] = clock.call_at(when, partial(note, number))
        expected[number] = when
        if numbers.random() < 0.5:
            victim = numbers.choice(list(timers))
            timers[victim].cancel()
            if expected[victim] > clock.now():
                del expected[victim], timers[victim]
        if numbers.random() < 0.3:
            clock.advance_to(clock.now() + numbers.randrange(100))
    clock.advance_to(clock.now() + 1_000)
    assert called == sorted((when, number) for number, when in expected.items())


def test_the_system_clock_shows_the_wall_time_and_never_steps_back() -> None:
    clock = SystemClock()
    assert abs(clock.now() - time.time() * 1_000) < 1_000
    times = [clock.now() for _ in range(10_000)]
    assert times == sorted(times)


def test_all_system_clocks_agree_also_when_the_wall_clock_was_set_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = SystemClock()
    for wall in (0, 2 * time.time_ns()):
        monkeypatch.setattr(time, "time_ns", lambda wall=wall: wall)
        assert 0 <= SystemClock().now() - first.now() < 1_000


def test_the_system_clock_calls_back_at_the_time_and_at_once_when_it_has_passed() -> None:
    async def scenario() -> None:
        clock = SystemClock()
        called: list[str] = []
        start = clock.now()
        ready = asyncio.Event()
        clock.call_at(start + 50, ready.set)
        clock.call_at(start - 1_000, lambda: called.append("past"))
        clock.call_at(start + 20, lambda: called.append("cancelled")).cancel()
        assert called == []
        await ready.wait()
        assert called == ["past"]
        assert 49 <= clock.now() - start < 1_000

    run(scenario())


def test_whoever_sleeps_on_a_virtual_clock_is_counted_until_the_moment_of_waking() -> None:
    async def scenario() -> None:
        clock = VirtualClock(0)
        counted: list[int] = []
        clock.on_sleep.append(lambda: counted.append(clock.asleep))
        sleepers = [asyncio.ensure_future(clock.sleep(seconds)) for seconds in (1.0, 2.5, 9.0)]
        await asyncio.sleep(0)
        assert counted == [1, 2, 3]
        clock.advance_to(2_500)
        assert clock.asleep == 1
        # One that was woken is no longer asleep, cancelled or not.
        sleepers[1].cancel()
        sleepers[2].cancel()
        await asyncio.gather(*sleepers, return_exceptions=True)
        assert clock.asleep == 0
        assert clock.next_timer() is None
        assert sleepers[0].result() is None

    run(scenario())
