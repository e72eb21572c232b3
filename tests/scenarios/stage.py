"""Where a scenario plays: the package's driver, simulated media and virtual clock, around a watched engine.

Answers that are not told to take their time are given one at a time, in the order of their requests, each
when everything has followed from the one before, so that a run is the same each time and in both languages.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from appconnect import Engine
from appconnect.clock import NEW_YEAR_2026, VirtualClock
from appconnect.driver import Driver
from appconnect.effects import (
    CloseRelay,
    CloseStream,
    Dial,
    Fetch,
    Notify,
    OpenRelay,
    OpenStream,
    Report,
    SendDtmf,
    SendRelay,
    Settle,
    StartAgent,
    StartSiprec,
    StartTranscription,
    StopAgent,
    StopSiprec,
    StopTranscription,
)
from appconnect.errors import InputError
from appconnect.events import Began, Dialled, Requested, StatusChanged
from appconnect.inputs import HungUp, Speech
from appconnect.simulator import SimulatedMedia
from appconnect.transport import Failure, Response
from tests.scenarios.matching import told
from tests.scenarios.names import ScenarioError
from tests.scenarios.seen import happening, url_of
from tests.scenarios.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from appconnect.effects import Effect, Facts, Settlement
    from appconnect.inputs import Input
    from appconnect.policy import Allow, Deny
    from appconnect.simulator.line import Line
    from appconnect.transport import HttpRequest
    from tests.scenarios.seen import Happening
    from tests.scenarios.setting import Setup

SEED: Final = bytes([7]) * 32
QUIET_TURNS: Final = 8
"""Turns of the event loop without anything new after which everything that follows has followed."""


SERVICES: Final = (
    CloseRelay,
    CloseStream,
    OpenRelay,
    OpenStream,
    SendDtmf,
    SendRelay,
    StartAgent,
    StartSiprec,
    StartTranscription,
    StopAgent,
    StopSiprec,
    StopTranscription,
)
"""What a scenario plays itself: the driver is not told, so nothing of it happens by itself."""


class WatchedEngine:
    """An engine whose effects are seen as it hands them out, the only place where their order is certain.

    With `save`, another engine goes on with snapshots of everything in it before each input.
    """

    def __init__(self, setup: Setup, observe: Callable[[Effect], None], *, save: bool) -> None:
        self._setup = setup
        self._observe = observe
        self._save = save
        self._engine = self._new()
        self.calls: set[str] = set()
        self.handled = 0

    def handle_many(
        self, inputs: Sequence[Input], now: int
    ) -> tuple[list[Effect], list[tuple[int, InputError]]]:
        """As the engine does."""
        effects: list[Effect] = []
        refused: list[tuple[int, InputError]] = []
        for place, item in enumerate(inputs):
            if self._save:
                self._save_and_restore(now)
            new, errors = self._engine.handle_many([item], now)
            effects += new
            refused += [(place, error) for _, error in errors]
        for effect in effects:
            self._observe(effect)
        self.handled += len(inputs)
        return [effect for effect in effects if not isinstance(effect, SERVICES)], refused

    def next_timeout(self) -> int | None:
        """As the engine says."""
        return self._engine.next_timeout()

    def live_legs(self) -> int:
        """As the engine says."""
        return self._engine.live_legs()

    def _new(self) -> Engine:
        return Engine(self._setup.registry, SEED, self._setup.config)

    def _save_and_restore(self, now: int) -> None:
        saved = []
        for subject in self._engine.subjects():
            saved.append(self._engine.snapshot(subject))
            self._engine.release(subject)
        assert not self._engine.subjects(), "something stays that was released"
        self._engine = self._new()
        for data in saved:
            self._engine.restore(data, now)


@dataclass(frozen=True)
class Reply:
    """An answer that is to be given to the request of these bytes."""

    wire: bytes
    outcome: Response | Failure


class HeldTransport:
    """Keeps every request until the stage answers it."""

    def __init__(self) -> None:
        self._held: defaultdict[bytes, deque[asyncio.Future[Response | Failure]]] = defaultdict(deque)
        self.arrived = 0

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Wait for the answer."""
        future: asyncio.Future[Response | Failure] = asyncio.get_running_loop().create_future()
        self._held[request.wire].append(future)
        self.arrived += 1
        return await future

    async def aclose(self) -> None:
        """Nothing to close."""

    def holds(self, reply: Reply) -> bool:
        """Whether the request of a reply has arrived; a notice may wait for those before it."""
        return bool(self._held[reply.wire])

    def answer(self, reply: Reply) -> None:
        """Answer a request that has arrived."""
        future = self._held[reply.wire].popleft()
        if not future.done():
            future.set_result(reply.outcome)


class Stage:
    """Plays one scenario; use it with `async with`."""

    def __init__(self, setup: Setup, watched: set[str], *, save: bool) -> None:
        self.names = setup.names
        self.clock = VirtualClock(NEW_YEAR_2026)
        self.seen: deque[Happening] = deque()
        self.log: list[str] = []
        self.consults: deque[asyncio.Future[Allow | Deny]] = deque()
        self.agents: dict[str, str] = {}
        """The agent that was given a line last."""
        self.statuses: dict[str, str] = {}
        self.settlements: list[Settlement] = []
        self._documents = setup.documents
        self._watched = watched
        self._broken: ScenarioError | None = None
        self._answers: deque[Reply] = deque()
        self._lines: dict[str, Line] = {}
        self._purposes: dict[str, str] = {}
        self._transport = HeldTransport()
        self._media = SimulatedMedia(self.clock, setup.model)
        self.services = Services(self._media)
        self._engine = WatchedEngine(setup, self._observe, save=save)
        self._driver = Driver(
            cast("Engine", self._engine),
            self._transport,
            media=self.services,
            policy=self._consult,
            connectors=self.services.connector,
            messages=self.services.send,
            clock=self.clock,
        )

    @property
    def elapsed(self) -> int:
        """Milliseconds since the start."""
        return self.clock.now() - NEW_YEAR_2026

    def add_line(self, leg: str) -> None:
        """A new line, which rings."""
        self._lines[leg] = self._media.line(leg)

    def leg(self, name: str) -> str:
        """The line of a name, which must be there."""
        return self._line(name).leg

    async def press(self, leg: str, keys: str) -> None:
        """The caller presses keys."""
        self._line(leg).press(keys)
        await self.settle()

    async def say(self, leg: str, text: str, confidence: float | None) -> None:
        """The caller says something, which takes its time."""
        self._line(leg).speak(text, confidence)
        await self.settle()

    async def partial(self, leg: str, text: str, confidence: float | None) -> None:
        """The recogniser has part of a sentence."""
        self._line(leg)
        await self.give(Speech(leg, text, confidence, is_final=False))

    async def hang_up(self, leg: str) -> None:
        """The caller hangs up."""
        self._line(leg).end("caller")
        await self.give(HungUp(leg))

    async def give(self, item: Input) -> None:
        """Give the engine an input and let everything follow that follows at once.

        Raises:
            InputError: The engine refused it.
        """
        await self._driver.submit_checked(item)
        await self.settle()

    async def give_or_see_refused(self, item: Input, refused: str | None) -> None:
        """Give an input; with `refused` it must be refused, with this in the message."""
        try:
            await self.give(item)
        except InputError as error:
            if refused is not None and refused in str(error):
                return
            raise
        if refused is not None:
            raise ScenarioError(f"wanted it to be refused: {refused}")

    async def decide(self, verdict: Allow | Deny) -> None:
        """Answer the oldest question to the policy."""
        if not self.consults:
            raise ScenarioError("nothing was put to the policy")
        self.consults.popleft().set_result(verdict)
        await self.settle()

    async def advance_to(self, elapsed: int) -> None:
        """Let time pass up to a moment, everything on the way included."""
        until = NEW_YEAR_2026 + elapsed
        while (due := self.clock.next_timer()) is not None and due <= until:
            await self._jump(due)
        self.clock.advance_to(until)

    async def wait(self) -> bool:
        """Let time pass until something is seen; say whether something was."""
        for _ in range(100_000):
            if self.seen:
                return True
            due = self.clock.next_timer()
            if due is None:
                return False
            await self._jump(due)
        raise ScenarioError("the call never comes to an end")

    def left_over(self) -> str | None:
        """What is not in order when everything is over."""
        if self._engine.live_legs() > 0:
            return "a leg still lives, and nothing is due any more"
        for call in sorted(self._engine.calls):
            bills = sum(bill.call == call for bill in self.settlements)
            if bills != 1:
                return f"{call} has {bills} settlements"
        for call, status in sorted(self.statuses.items()):
            if status in {"queued", "initiated", "ringing", "in-progress"}:
                return f"the last status of {call} is {status}"
        return None

    async def __aenter__(self) -> Self:
        await self._driver.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._driver.aclose()

    def _line(self, leg: str) -> Line:
        line = self._lines.get(leg)
        if line is None or line.cause is not None:
            raise ScenarioError(f'no line "{leg}" is there')
        return line

    async def _jump(self, due: int) -> None:
        self.clock.advance_to(due)
        await self.settle()

    async def settle(self) -> None:
        """Answer what waits for an answer, until nothing more follows at this moment."""
        while True:
            await self._quiet()
            if self._broken is not None:
                raise self._broken
            reply = next((reply for reply in self._answers if self._transport.holds(reply)), None)
            if reply is None:
                return
            self._answers.remove(reply)
            self._transport.answer(reply)

    async def _quiet(self) -> None:
        quiet, before = 0, (0, 0)
        while quiet < QUIET_TURNS:
            await asyncio.sleep(0)
            now = (self._engine.handled, self._transport.arrived)
            quiet = quiet + 1 if now == before else 0
            before = now

    async def _consult(self, _: Facts) -> Allow | Deny:
        future: asyncio.Future[Allow | Deny] = asyncio.get_running_loop().create_future()
        self.consults.append(future)
        return await future

    def _observe(self, effect: Effect) -> None:  # noqa: C901 - one flat list of the effects
        purpose = self._purposes.get(effect.reply) if isinstance(effect, Fetch | Notify) else None
        seen = happening(effect, purpose)
        if seen is not None:
            seen.at = self.elapsed
            self.log.append(told(seen))
            if seen.kind in self._watched:
                self.seen.append(seen)
        match effect:
            case Fetch() | Notify():
                try:
                    self._respond(effect)
                except ScenarioError as error:
                    self._broken = error
            case Settle(settlement):
                self.settlements.append(settlement)
            case Report(Requested(reply=reply, purpose=purpose)):
                self._purposes[reply] = purpose
            case Report(Began(call=call)):
                self._engine.calls.add(call)
            case Report(Dialled(child=call)):
                self._engine.calls.add(call)
            case Report(StatusChanged(call=call, status=status)):
                self.statuses[call] = status
            case StartAgent(reply=reply, leg=leg):
                self.agents[leg] = reply
            case Dial(leg):
                self._lines[leg] = self._media.line(leg)
            case _:
                pass

    def _respond(self, effect: Fetch | Notify) -> None:
        url = url_of(effect)
        answers = self._documents.get(url) or self._documents.get(url.partition("?")[0])
        if answers is None:
            if isinstance(effect, Fetch):
                raise ScenarioError(f"no document is given for {url}")
            self._answers.append(Reply(effect.request.wire, Response(204, [], b"")))
            return
        answer = answers.popleft() if len(answers) > 1 else answers[0]
        outcome = answer.outcome
        if outcome is None:
            return
        if isinstance(outcome, Response):
            try:
                body = self.names.fill(outcome.body.decode()).encode()
            except ScenarioError as error:
                raise ScenarioError(f"the document of {url}: {error}") from error
            outcome = outcome._replace(body=body)
        reply = Reply(effect.request.wire, outcome)
        if answer.after:
            self.clock.call_at(self.clock.now() + answer.after, lambda: self._answers.append(reply))
        else:
            self._answers.append(reply)
