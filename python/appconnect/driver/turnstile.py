"""Turnstiles: how many may do something at once, and how many may wait for it.

They are what keeps one account, or one site, from using up what all share (`reliability.md` T-21), and every
queue before them is bounded (I18).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import final

from appconnect.transport.exchange import Failure, FailureReason

__all__ = ["Turnstile", "Turnstiles"]


@final
class Turnstile:
    """Lets a number of exchanges in at once; the others wait in the order of their arrival."""

    __slots__ = ("_limit", "_waiting_limit", "inside", "waiting")

    def __init__(self, limit: int, waiting_limit: int) -> None:
        """Let `limit` in at once, and `waiting_limit` wait."""
        self._limit = limit
        self._waiting_limit = waiting_limit
        self.inside = 0
        """How many are inside."""
        self.waiting: deque[asyncio.Future[None]] = deque()
        """Those who wait."""

    def try_enter(self) -> bool:
        """Enter if there is room and nobody waits."""
        if self.inside < self._limit and not self.waiting:
            self.inside += 1
            return True
        return False

    async def enter(self, deadline: float, late: Failure) -> Failure | None:
        """Wait for room, where `try_enter` found none.

        Args:
            deadline: When the wait must be over, in loop seconds.
            late: What it means if there was no room until then.

        Returns:
            Why there was no room; none for whoever is inside.
        """
        if len(self.waiting) >= self._waiting_limit:
            return Failure(FailureReason.OVERLOADED, "too many exchanges wait already")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            async with asyncio.timeout_at(deadline):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.leave()  # The turn came at the moment when the wait was given up: pass it on.
            elif turn in self.waiting:
                self.waiting.remove(turn)
            if isinstance(error, TimeoutError):
                return late
            raise
        return None

    def leave(self) -> None:
        """Make room: the next who still waits is inside from now on."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.inside -= 1


@final
class Turnstiles:
    """A turnstile for each account, for as long as anybody is at it."""

    __slots__ = ("_limit", "_turnstiles", "_waiting_limit")

    def __init__(self, limit: int, waiting_limit: int) -> None:
        """Let `limit` in at once at each, and `waiting_limit` wait."""
        self._limit = limit
        self._waiting_limit = waiting_limit
        self._turnstiles: dict[str, Turnstile] = {}

    def __len__(self) -> int:
        """How many accounts are at a turnstile."""
        return len(self._turnstiles)

    def try_enter(self, account: str) -> bool:
        """Enter if there is room and nobody waits."""
        turnstile = self._turnstiles.get(account)
        if turnstile is None:
            turnstile = self._turnstiles[account] = Turnstile(self._limit, self._waiting_limit)
        return turnstile.try_enter()

    async def enter(self, account: str, deadline: float, late: Failure) -> Failure | None:
        """Wait for room, where `try_enter` found none (see `Turnstile.enter`)."""
        turnstile = self._turnstiles[account]
        try:
            return await turnstile.enter(deadline, late)
        finally:
            self._forget_if_unused(account, turnstile)

    def leave(self, account: str) -> None:
        """Make room for the next of an account."""
        turnstile = self._turnstiles[account]
        turnstile.leave()
        self._forget_if_unused(account, turnstile)

    def _forget_if_unused(self, account: str, turnstile: Turnstile) -> None:
        if not turnstile.inside and self._turnstiles.get(account) is turnstile:
            del self._turnstiles[account]
