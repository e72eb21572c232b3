"""Requests to customers' applications: those that a call waits for, and notices in their order.

Each request is handed to the transport as one exchange. What the outcome means, and whether it is tried
again, is the engine's business: it gets every outcome as an input.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Final, final

from appconnect.inputs import HttpFailure, HttpResponse
from appconnect.transport import Failure, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from appconnect.effects import Fetch, Notify
    from appconnect.transport import Transport

__all__ = ["Outcome", "Webhooks"]

_log = logging.getLogger(__name__)

QUEUE_LIMIT: Final = 1_000
"""Notices of one call or conference that may wait; more are dropped, as Twilio does (15002)."""

Outcome = HttpFailure | HttpResponse


@final
class Webhooks:
    """Performs `Fetch` and `Notify` effects.

    Every effect given leads to exactly one outcome, unless the whole is closed before.
    """

    def __init__(self, transport: Transport, done: Callable[[int, Outcome], None]) -> None:
        """Prepare; nothing is started.

        Args:
            transport: Performs the exchanges; not closed with this.
            done: Takes each outcome, with the ticket that the effect was given with.
        """
        self._transport = transport
        self._done = done
        self.waiting = 0
        """How many notices were not begun yet, because it is the turn of one before them."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._queues: dict[str, deque[tuple[int, Notify]]] = {}

    def fetch(self, ticket: int, effect: Fetch) -> None:
        """Start a request that a call waits for."""
        self._start(self._attempt(ticket, effect))

    def notify(self, ticket: int, effect: Notify) -> None:
        """Start a notice when those of the same call that came before are over or have used up their time.

        Events of one conference come from several calls and wait for each other alike.
        """
        order = effect.conference or effect.call
        queue = self._queues.get(order)
        if queue is None:
            self._queues[order] = deque([(ticket, effect)])
            self._start(self._deliver(order, ticket, effect))
        elif len(queue) < QUEUE_LIMIT:
            queue.append((ticket, effect))
            self.waiting += 1
        else:
            _log.warning("%s: a notice was dropped, %d are waiting already", order, len(queue))
            asyncio.get_running_loop().call_soon(self._done, ticket, HttpFailure(effect.reply, "overloaded"))

    async def aclose(self) -> None:
        """Break off everything."""
        self._queues.clear()
        self.waiting = 0
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _deliver(self, order: str, ticket: int, effect: Notify) -> None:
        """Send a notice whose turn it is, and then the next one of the same call or conference."""
        loop = asyncio.get_running_loop()
        # A transport keeps to the total time by itself. One that does not, holds up no other notice.
        limit = loop.call_later(effect.request.total_timeout, self._next_turn, order, ticket)
        try:
            outcome = await self._exchange(effect)
        finally:
            limit.cancel()
        # The next turn first: else nothing would seem to be under way in between, and virtual time move.
        self._next_turn(order, ticket)
        self._done(ticket, outcome)

    def _next_turn(self, order: str, ticket: int) -> None:
        """End the turn of a notice, if it is still its turn; the queue vanishes with its last notice."""
        queue = self._queues.get(order)
        if not queue or queue[0][0] != ticket:
            return
        queue.popleft()
        if not queue:
            del self._queues[order]
            return
        self.waiting -= 1
        self._start(self._deliver(order, *queue[0]))

    async def _attempt(self, ticket: int, effect: Fetch) -> None:
        self._done(ticket, await self._exchange(effect))

    async def _exchange(self, effect: Fetch | Notify) -> Outcome:
        reply = effect.reply
        try:
            # Other people's code: it may return anything.
            answer: object = await self._transport.exchange(effect.request)
            match answer:
                case Response(status, headers, body):
                    return HttpResponse(reply, status, headers, body)
                case Failure(reason):
                    return HttpFailure(reply, reason)
                case _:
                    _log.error("%s: the transport returned %s", effect.call, type(answer).__name__)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            _log.exception("%s: the transport cancelled an exchange", effect.call)
        except Exception:  # noqa: BLE001 - other people's code
            _log.exception("%s: the transport raised an exception", effect.call)
        return HttpFailure(reply, "protocol")
