"""Waiting for a call, in real or virtual time: the one place that moves a virtual clock."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Final, final

from appconnect.clock import VirtualClock
from appconnect.errors import AppConnectError

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.clock import Clock, Timer

__all__ = ["NothingDueError", "Waiting", "check_seconds"]

_STEP: Final = 0.02  # Seconds: a piece of audio.


class NothingDueError(AppConnectError, RuntimeError):
    """What is waited for cannot come any more: nothing at all is going to happen."""


@final
class Waiting:
    """Lets scripts wait for conditions, and moves virtual time while they do.

    Time moves while at least one script waits, none is about to go on, and nothing is outstanding. It jumps
    to the earliest timer: a deadline of the engine, the end of a prompt, or of somebody's wait.
    """

    def __init__(
        self,
        clock: Clock,
        idle: Callable[[], bool],
        paced: Callable[[], bool] = lambda: False,
        held: Callable[[], bool] = lambda: False,
    ) -> None:
        """Make the waiting room of a session.

        Args:
            clock: Moved if it is a `VirtualClock`, only read otherwise.
            idle: Whether nothing is outstanding.
            paced: Whether time must not run ahead of the wall clock, because somebody outside lives by that.
            held: Whether whoever waits is called by something that is outstanding, and would never go on.
        """
        self._clock = clock
        self._virtual = clock if isinstance(clock, VirtualClock) else None
        self._idle = idle
        self._waiting: dict[asyncio.Future[bool], Callable[[], object]] = {}
        self._paced = paced
        self._held = held
        self._followed: float | None = None
        self._about_to_go_on = 0
        self._move_is_due = False

    async def until(
        self,
        condition: Callable[[], bool],
        watchers: list[Callable[[], object]],
        seconds: float | None = None,
    ) -> bool:
        """Wait until a condition holds.

        Args:
            condition: What is waited for.
            watchers: Of the thing that the condition is about: called whenever it changes.
            seconds: The longest that is waited, by the clock.

        Returns:
            Whether the condition holds; otherwise the time is over.

        Raises:
            NothingDueError: It would be waited for for ever.
            RuntimeError: Whoever waits is held up itself.
            TypeError: The seconds are no number.
            ValueError: They are negative, or not finite.
        """
        if seconds is not None:
            check_seconds(seconds)
        if condition():
            return True
        if self._held():
            raise RuntimeError("an application cannot wait for the call: time stands still while it works")
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def look() -> None:
            if condition():
                self._wake(future, holds=True)

        timer: Timer | None = None
        if seconds is not None:
            when = self._clock.now() + round(seconds * 1_000)
            timer = self._clock.call_at(when, lambda: self._wake(future, holds=False))
        watchers.append(look)
        self._waiting[future] = look
        self.look_around()
        try:
            return await future
        finally:
            self._waiting.pop(future, None)
            if future.done() and not future.cancelled():
                self._about_to_go_on -= 1
            watchers.remove(look)
            if timer is not None:
                timer.cancel()
            self.look_around()

    def look_around(self) -> None:
        """Move time, when it is time; to be called when nothing is outstanding any more."""
        if self._virtual is not None and self._waiting and not self._move_is_due:
            self._move_is_due = True
            asyncio.get_running_loop().call_soon(self._move, self._virtual)

    def _move(self, clock: VirtualClock) -> None:
        self._move_is_due = False
        if self._about_to_go_on or all(future.done() for future in self._waiting) or not self._idle():
            return
        due = clock.next_timer()
        if due is not None and self._paced():
            self._follow_the_wall_clock(clock, due)
            return
        self._followed = None
        if due is not None:
            clock.advance_to(due)
            self.look_around()
            return
        for look in list(self._waiting.values()):
            look()
        if any(future.done() for future in self._waiting):
            return
        for future in self._waiting:
            if not future.done():
                self._about_to_go_on += 1
                future.set_exception(
                    NothingDueError("nothing is due any more: this would be waited for for ever")
                )

    def _follow_the_wall_clock(self, clock: VirtualClock, due: int) -> None:
        """Move no faster than the wall clock, step by step: what comes from outside comes at its time."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        # Time that passed while something was outstanding, or nobody waited, stood still.
        passed = 0.0 if self._followed is None else min(now - self._followed, 2 * _STEP)
        self._followed = now
        clock.advance_to(min(due, clock.now() + round(passed * 1_000)))
        self._move_is_due = True
        loop.call_later(_STEP, self._move, clock)

    def _wake(self, future: asyncio.Future[bool], *, holds: bool) -> None:
        if not future.done():
            self._about_to_go_on += 1
            future.set_result(holds)


def check_seconds(seconds: float) -> None:
    """Refuse what no time to wait for can be.

    Raises:
        TypeError: It is no number.
        ValueError: It is negative, or not finite.
    """
    if not isinstance(seconds, int | float):
        raise TypeError(f"a time is a number of seconds, and not {seconds!r}")
    if not 0 <= seconds < math.inf:
        raise ValueError(f"cannot wait for {seconds} s: it must be a number of seconds, 0 or more")
