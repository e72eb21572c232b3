"""Time for the engine: milliseconds since the Unix epoch, from a clock that never steps back; timers on it.

The driver and the simulator ask a clock for the time and for timers, never the operating system, so the same
code runs in real time (`SystemClock`) and in virtual time (`VirtualClock`).
"""

from __future__ import annotations

import asyncio
import heapq
import time
from typing import TYPE_CHECKING, Final, Protocol, final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Clock", "SystemClock", "Timer", "VirtualClock"]

NEW_YEAR_2026: Final = 1_767_225_600_000
"""2026-01-01T00:00:00Z, where virtual time starts unless it is told otherwise."""

_COMPACT_FROM: Final = 64
_WALL_AHEAD: Final = time.time_ns() - time.monotonic_ns()


class Timer(Protocol):
    """A callback that will be called once, unless it is cancelled before."""

    def cancel(self) -> None:
        """Make sure that the callback is not called any more. Harmless when it was called already."""


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> int:
        """The time in milliseconds since 1970-01-01T00:00:00Z; never less than it was before."""

    def call_at(self, when: int, callback: Callable[[], object]) -> Timer:
        """Call back once the clock shows `when` (milliseconds since the epoch), at once if it does already.

        The callback runs from the event loop, never from within `call_at`.
        """


@final
class SystemClock:
    """Real time: the wall clock as it was when this module was imported, moved on by the monotonic clock.

    A wall clock that is set while the process runs moves no timer and no duration, and all system clocks of a
    process show the same time, so that one driver can go on where another stopped. Times of two processes may
    differ by what their wall clocks did.
    """

    def now(self) -> int:
        """The time in milliseconds since the epoch."""
        return (_WALL_AHEAD + time.monotonic_ns()) // 1_000_000

    def call_at(self, when: int, callback: Callable[[], object]) -> asyncio.TimerHandle:
        """Call back at a time; needs a running event loop."""
        ahead = when - (_WALL_AHEAD + time.monotonic_ns()) / 1_000_000
        return asyncio.get_running_loop().call_later(max(0.0, ahead / 1_000), callback)


@final
class _VirtualTimer:
    """An entry of the heap of a `VirtualClock`."""

    __slots__ = ("_clock", "callback", "number", "when")

    def __init__(self, clock: VirtualClock, when: int, number: int, callback: Callable[[], object]) -> None:
        self._clock = clock
        self.when = when
        self.number = number
        self.callback: Callable[[], object] | None = callback

    def __lt__(self, other: _VirtualTimer) -> bool:
        return (self.when, self.number) < (other.when, other.number)

    def cancel(self) -> None:
        """Forget the callback."""
        if self.callback is not None:
            self.callback = None
            self._clock._forget_one()  # noqa: SLF001 - the timer is a part of its clock


@final
class VirtualClock:
    """Time that stands still until somebody moves it. Not safe for use from several threads.

    Timers that are due at the same millisecond are called in the order in which they were set.
    """

    def __init__(self, start: int = NEW_YEAR_2026) -> None:
        """Start at a time.

        Args:
            start: Milliseconds since the epoch.
        """
        self._now = start
        self._timers: list[_VirtualTimer] = []
        self._numbers = 0
        self._cancelled = 0
        self.asleep = 0
        """How many coroutines wait for a time by `sleep`."""
        self.on_sleep: list[Callable[[], object]] = []
        """Called whenever another one begins to."""

    def now(self) -> int:
        """The time in milliseconds since the epoch."""
        return self._now

    def call_at(self, when: int, callback: Callable[[], object]) -> Timer:
        """Call back when the clock is moved to a time or beyond it."""
        timer = _VirtualTimer(self, when, self._numbers, callback)
        self._numbers += 1
        heapq.heappush(self._timers, timer)
        return timer

    def next_timer(self) -> int | None:
        """When the earliest timer is due; none if there is no timer."""
        while self._timers and self._timers[0].callback is None:
            heapq.heappop(self._timers)
            self._cancelled -= 1
        return self._timers[0].when if self._timers else None

    def advance_to(self, when: int) -> None:
        """Move to a time, calling the timers on the way, each at its own time.

        Timers that a callback sets on the way are called too, if they are due.

        Args:
            when: Milliseconds since the epoch; one that has passed moves nothing.
        """
        while (due := self.next_timer()) is not None and due <= when:
            timer = heapq.heappop(self._timers)
            self._now = max(self._now, due)
            callback, timer.callback = timer.callback, None
            if callback is not None:
                callback()
        self._now = max(self._now, when)

    async def sleep(self, seconds: float) -> None:
        """Wait until so much time has passed, from within an exchange of a driver with this clock.

        The driver knows that such an exchange is slow, and goes on without it.
        """
        done = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not done.done():
                done.set_result(None)
                self.asleep -= 1

        self.asleep += 1
        timer = self.call_at(self._now + round(seconds * 1_000), wake)
        for listener in list(self.on_sleep):
            listener()
        try:
            await done
        except asyncio.CancelledError:
            if done.cancelled():
                self.asleep -= 1
            timer.cancel()
            raise

    def _forget_one(self) -> None:
        self._cancelled += 1
        # Deadlines move with every step of a call: without this, those of a long call would pile up.
        if self._cancelled > _COMPACT_FROM and self._cancelled * 2 > len(self._timers):
            self._timers = [timer for timer in self._timers if timer.callback is not None]
            heapq.heapify(self._timers)
            self._cancelled = 0
