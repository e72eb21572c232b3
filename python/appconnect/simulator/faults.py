"""What goes wrong between the engine and the applications: slow, failing, doubled, reordered, cut off.

They happen on the simulation's clock and by its seed, so a run with faults is as repeatable as one without.
"""

from __future__ import annotations

import asyncio
import fnmatch
import random
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, final
from urllib.parse import urlsplit

from appconnect.clock import VirtualClock
from appconnect.events import Requested, Responded
from appconnect.inputs import HttpResponse
from appconnect.simulator.waiting import check_seconds
from appconnect.transport import Failure, FailureReason, HttpRequest, Response
from appconnect.transport.socket import open_socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.clock import Clock
    from appconnect.events import Event
    from appconnect.inputs import Input
    from appconnect.transport import Socket, SocketEnd, SocketRequest, Transport

__all__ = ["Fault", "Faults"]

Kind: TypeAlias = Literal["duplicated", "failing", "reordered", "slow", "truncated"]

_SERVICE_UNAVAILABLE: Final = 503
_STATUSES: Final = range(100, 600)
_HELD_SECONDS: Final = 15.0
"""Seconds after which a callback is delivered that waits for a later one to overtake it (our choice)."""


@final
class Fault:
    """A fault that was asked for.

    Attributes:
        kind: What goes wrong.
        seen: How many requests it was looked up for: those that fit its URL.
        hits: How many requests it befell.
    """

    def __init__(
        self, kind: Kind, url: str | re.Pattern[str], nth: int | None, probability: float, dice: random.Random
    ) -> None:
        """Made by the methods of `Faults`."""
        if nth is not None and nth < 1:
            raise ValueError(f"nth counts from 1, and is {nth}")
        if not 0 <= probability <= 1:
            raise ValueError(f"a probability is between 0 and 1, and not {probability}")
        if isinstance(url, str) and not url.startswith(("/", "*")) and "://" not in url:
            raise ValueError(
                f"no request fits {url!r}: write a path such as /menu, a URL, or a regular expression "
                "by re.compile(); * stands for anything"
            )
        self.kind = kind
        self.seen = 0
        self.hits = 0
        self.seconds = 0.0
        self.outcome: Response | Failure | None = None
        self.held: HttpRequest | None = None
        self._url = url
        self._nth = nth
        self._probability = probability
        self._dice = dice

    def __repr__(self) -> str:
        """Tell what it is and how often it struck."""
        return f"<Fault {self.kind} at {self._url!r}: {self.hits} of {self.seen} requests>"

    def befalls(self, request: HttpRequest) -> bool:
        """Whether it strikes this request; counts it."""
        if not self.fits(request):
            return False
        self.seen += 1
        strikes = self._nth in {None, self.seen} and self._dice.random() < self._probability
        self.hits += strikes
        return strikes

    def fits(self, request: HttpRequest) -> bool:
        """Whether this is one of the requests that it is about."""
        url = _bare(request.url)
        if isinstance(self._url, re.Pattern):
            return self._url.search(url) is not None
        whole = url.partition("?")[0] if "://" in self._url else urlsplit(url).path or "/"
        return fnmatch.fnmatchcase(whole, self._url)


@final
class Faults:
    """What goes wrong in a simulation; a transport in front of another one (see `Transport`).

        simulator.faults.slow("/menu", seconds=16)
        simulator.faults.failing("/voice", status=503, nth=1)
        simulator.faults.failing("*", reason="refused", probability=0.1)

    All of them take these arguments:

        url: Which requests: a path such as `/menu`, a URL without its query, or a regular expression that is
            searched for in the URL. `*` stands for anything.
        nth: Only the n-th of these requests, from 1.
        probability: How probable it is for each of these requests, by the simulation's seed.

    Several faults may befall one request. Files of `<Play>` that are fetched are requests, too.
    """

    def __init__(self, inner: Transport, seed: int | str = 0) -> None:
        """Stand before a transport, without any fault."""
        self._inner = inner
        self._seed = seed
        self._clock: Clock = VirtualClock()
        self._submit: Callable[[Input], object] | None = None
        self._go_on: Callable[[], object] = lambda: None
        self._faults: list[Fault] = []
        self._made = 0
        self._asked: dict[str, tuple[str, str, str]] = {}
        self._repeats: defaultdict[tuple[str, str, str], list[Response]] = defaultdict(list)
        self._late: set[asyncio.Task[object]] = set()

    def bind(self, clock: Clock, submit: Callable[[Input], object], go_on: Callable[[], object]) -> None:
        """Join a simulation.

        Args:
            clock: What slow requests are slow on.
            submit: Takes answers that come twice.
            go_on: Called when nothing that was held back is under way any more.
        """
        self._clock = clock
        self._submit = submit
        self._go_on = go_on

    @property
    def idle(self) -> bool:
        """Whether nothing that was held back is under way: to the engine it is answered already."""
        return not self._late

    def slow(
        self,
        url: str | re.Pattern[str] = "*",
        *,
        seconds: float,
        nth: int | None = None,
        probability: float = 1.0,
    ) -> Fault:
        """Answer late, or not at all if that is later than the engine waits: 15 s, or what the URL says.

        The application gets the request at once.

        Args:
            url: Which requests.
            seconds: How much later.
            nth: Only the n-th of these.
            probability: Of each of these.

        Raises:
            ValueError: The seconds are negative, or not finite.
        """
        check_seconds(seconds)
        fault = self._add("slow", url, nth, probability)
        fault.seconds = seconds
        return fault

    def failing(
        self,
        url: str | re.Pattern[str] = "*",
        *,
        status: int | None = None,
        reason: FailureReason | str | None = None,
        nth: int | None = None,
        probability: float = 1.0,
    ) -> Fault:
        """Do not let the request get to the application.

        Args:
            url: Which requests.
            status: The HTTP status that is answered, without a body; 503 if there is no reason either.
            reason: Why there is no answer, in the words of `FailureReason`: `refused`, `reset`, `timeout`...
            nth: Only the n-th of these.
            probability: Of each of these.

        Raises:
            ValueError: Both a status and a reason are given, or there is no such status or reason.
        """
        if reason is not None and reason not in set(FailureReason):
            raise ValueError(f"a request cannot fail by {reason!r}; reasons are {', '.join(FailureReason)}")
        if status is not None and status not in _STATUSES:
            raise ValueError(f"an HTTP status is between 100 and 599, and not {status}")
        if status is not None and reason is not None:
            raise ValueError("a request that has a status has an answer: give a status or a reason")
        fault = self._add("failing", url, nth, probability)
        if reason is None:
            fault.outcome = Response(_SERVICE_UNAVAILABLE if status is None else status, [], b"")
        else:
            fault.outcome = Failure(FailureReason(reason), "a fault of the simulation")
        return fault

    def truncated(
        self, url: str | re.Pattern[str] = "*", *, nth: int | None = None, probability: float = 1.0
    ) -> Fault:
        """Let the answer break off half-way.

        Args:
            url: Which requests.
            nth: Only the n-th of these.
            probability: Of each of these.
        """
        return self._add("truncated", url, nth, probability)

    def duplicated(
        self, url: str | re.Pattern[str] = "*", *, nth: int | None = None, probability: float = 1.0
    ) -> Fault:
        """Deliver the request twice, and give the engine both answers, the first one first.

        Args:
            url: Which requests.
            nth: Only the n-th of these.
            probability: Of each of these.
        """
        return self._add("duplicated", url, nth, probability)

    def reordered(
        self, url: str | re.Pattern[str] = "*", *, nth: int | None = None, probability: float = 1.0
    ) -> Fault:
        """Let a callback be overtaken by the next one that fits, or come 15 s late where none follows.

        It is meant for callbacks, whose answers nobody waits for: the engine gets an empty 200 at once.

        Args:
            url: Which requests.
            nth: Only the n-th of these.
            probability: Of each of these.
        """
        return self._add("reordered", url, nth, probability)

    def clear(self) -> None:
        """Let everything go well from now on."""
        self._faults.clear()

    def observe(self, event: Event) -> None:
        """Take the timeline: it says which answers can come twice."""
        match event:
            case Requested():
                self._asked[event.reply] = (event.account, event.method, event.url)
            case Responded():
                repeats = self._repeats.get(self._asked.pop(event.reply, ("", "", "")))
                if repeats and self._submit is not None:
                    status, headers, body = repeats.pop(0)
                    self._submit(HttpResponse(event.reply, status, headers, body))
            case _:
                pass

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange (see `Transport`)."""
        delay, outcome = await self.perform(request)
        if delay:
            if isinstance(self._clock, VirtualClock):
                await self._clock.sleep(delay)
            else:
                await asyncio.sleep(delay)
        return outcome

    async def open_socket(self, request: SocketRequest, account: str) -> Socket | SocketEnd:
        """Open a socket; no fault befalls it."""
        return await open_socket(self._inner, request, account)

    async def perform(self, request: HttpRequest) -> tuple[float, Response | Failure]:
        """Perform one exchange without waiting.

        Returns:
            After how many seconds its outcome is known, and the outcome.
        """
        struck = {fault.kind: fault for fault in self._faults if fault.befalls(request)}
        overtaken = self._overtaken(request)
        reordered = struck.get("reordered")
        if reordered is not None and overtaken is None:
            self._hold(reordered, request)
            return 0.0, Response(200, [], b"")
        failing = struck.get("failing")
        if failing is not None and failing.outcome is not None:
            outcome = failing.outcome
        else:
            outcome = await self._inner.exchange(request)
            if "duplicated" in struck:
                await self._repeat(request)
        if overtaken is not None:
            await self._inner.exchange(overtaken)
        if "truncated" in struck:
            outcome = Failure(FailureReason.TRUNCATED, "a fault of the simulation")
        return self._in_time(request, struck, outcome)

    async def aclose(self) -> None:
        """Drop what was held back; the transport behind is closed by whoever made it."""
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    def _add(self, kind: Kind, url: str | re.Pattern[str], nth: int | None, probability: float) -> Fault:
        self._made += 1
        dice = random.Random(f"{self._seed} {self._made}")  # noqa: S311 - repeatable on purpose
        fault = Fault(kind, url, nth, probability, dice)
        self._faults.append(fault)
        return fault

    async def _repeat(self, request: HttpRequest) -> None:
        again = await self._inner.exchange(request)
        if isinstance(again, Response):
            self._repeats[request.account, request.method, _bare(request.url)].append(again)

    def _overtaken(self, request: HttpRequest) -> HttpRequest | None:
        """Give out what waits for such a request to overtake it."""
        for fault in self._faults:
            if fault.held is not None and fault.fits(request):
                overtaken, fault.held = fault.held, None
                return overtaken
        return None

    def _hold(self, fault: Fault, request: HttpRequest) -> None:
        """Hold a request back until another one overtakes it, or its time is over."""
        fault.held = request
        when = self._clock.now() + round(_HELD_SECONDS * 1_000)
        self._clock.call_at(when, lambda: self._release(fault, request))

    def _release(self, fault: Fault, request: HttpRequest) -> None:
        if fault.held is request:
            fault.held = None
            task: asyncio.Task[object] = asyncio.get_running_loop().create_task(self._inner.exchange(request))
            self._late.add(task)
            task.add_done_callback(self._delivered)

    def _delivered(self, task: asyncio.Task[object]) -> None:
        self._late.discard(task)
        if self.idle:
            self._go_on()

    @staticmethod
    def _in_time(
        request: HttpRequest, struck: dict[Kind, Fault], outcome: Response | Failure
    ) -> tuple[float, Response | Failure]:
        """When the outcome is known; the engine waits for none beyond its times."""
        slow = struck.get("slow")
        delay = 0.0 if slow is None else slow.seconds
        longest = min(request.read_timeout, request.total_timeout)
        if isinstance(outcome, Failure) and "failing" in struck:
            if outcome.reason is FailureReason.TIMEOUT:
                delay = longest
            elif outcome.reason is FailureReason.CONNECT_TIMEOUT:
                delay = request.connect_timeout
        if delay >= longest and not isinstance(outcome, Failure):
            return longest, Failure(FailureReason.TIMEOUT, "a fault of the simulation: no answer in time")
        return min(delay, longest), outcome


def _bare(url: str) -> str:
    """A URL without credentials, as the timeline has it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else url
