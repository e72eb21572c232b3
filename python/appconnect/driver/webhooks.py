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
            self._start(self._deliver(order))
        elif len(queue) < QUEUE_LIMIT:
            queue.append((ticket, effect))
        else:
            _log.warning("%s: a notice was dropped, %d are waiting already", order, len(queue))
            asyncio.get_running_loop().call_soon(self._done, ticket, HttpFailure(effect.reply, "overloaded"))

    async def aclose(self) -> None:
        """Break off everything."""
        self._queues.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _deliver(self, order: str) -> None:
        """Send the notices of one call or conference until none is left; then the queue vanishes."""
        queue = self._queues[order]
        while queue:
            ticket, effect = queue[0]
            attempt = self._start(self._attempt(ticket, effect))
            # A transport keeps to the total time by itself. One that does not, holds up no other notice.
            await asyncio.wait((attempt,), timeout=effect.request.total_timeout)
            queue.popleft()
        self._queues.pop(order, None)

    async def _attempt(self, ticket: int, effect: Fetch | Notify) -> None:
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
