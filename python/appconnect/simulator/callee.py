"""A simulated called party: if and when it answers, and what it then does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, final, get_args

from appconnect.events import Began
from appconnect.inputs import MachineDetected, Progress, SipFacts
from appconnect.simulator.caller import WITHIN, AsyncParty
from appconnect.simulator.line import Line
from appconnect.simulator.model import MediaModel
from appconnect.simulator.record import CallRecord, hides
from appconnect.simulator.waiting import NothingDueError, check_seconds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from appconnect.clock import Clock
    from appconnect.effects import Dial
    from appconnect.inputs import Input
    from appconnect.simulator.waiting import Waiting

__all__ = ["AnsweredBy", "AsyncCallee", "Behaviour", "Outcome"]

# Pytest looks for it here.
__tracebackhide__ = hides

Outcome: TypeAlias = Literal["answered", "busy", "failed", "no-answer"]
"""What becomes of a call to a party, in the words of `Progress`."""

AnsweredBy: TypeAlias = Literal["fax", "human", "machine", "unknown"]
"""What an answering machine detection finds."""

_ANSWERS_AFTER: Final = 3.0
"""Seconds that a called party rings before it answers, unless it is told otherwise (our choice)."""

_GREETING: Final = 1.0
"""Seconds that a person takes to say hello (our choice)."""

_MACHINE_GREETING: Final = 8.0
"""Seconds that the greeting of an answering machine takes, up to its beep (our choice)."""

_SIP_RESPONSES: Final[Mapping[Outcome, int]] = MappingProxyType(
    {"answered": 200, "busy": 486, "failed": 503, "no-answer": 480}
)
_MILLISECONDS: Final = 1_000
_SIP_FINAL: Final = range(200, 700)

_ADDRESS: Final = re.compile(r"\+[0-9]+|(client|sips?|whatsapp):.+|[A-Z]{2}[0-9a-f]{32}")
"""How parties are called once the engine has understood a document."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What a called party does.

    Attributes:
        outcome: What becomes of calls to it.
        after: Seconds until then.
        answered_by: What a machine detection finds.
        sip_response: The final response of a SIP endpoint; the usual one for the outcome by default.
        sip_headers: The header fields of that response which the application is told.

    Raises:
        ValueError: There is no such outcome, detection, time or response.
    """

    outcome: Outcome = "answered"
    after: float = _ANSWERS_AFTER
    answered_by: AnsweredBy = "human"
    sip_response: int | None = None
    sip_headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Refuse what no party can do."""
        _check("an outcome", self.outcome, get_args(Outcome))
        _check("what answers", self.answered_by, get_args(AnsweredBy))
        check_seconds(self.after)
        if self.sip_response is not None and self.sip_response not in _SIP_FINAL:
            raise ValueError(f"a final SIP response is between 200 and 699, and not {self.sip_response}")


@final
class AsyncCallee(AsyncParty):
    """A party that can be called: made by `AsyncSimulator.callee`; see `Callee`.

    Attributes:
        behaviour: What it does when it is called.
        parameters: What a client is told by the call that came last, or the headers that a SIP endpoint gets.
    """

    def __init__(
        self,
        address: str,
        behaviour: Behaviour,
        clock: Clock,
        waiting: Waiting,
        submit: Callable[[Input], Awaitable[None]],
    ) -> None:
        """Wait for calls.

        Raises:
            ValueError: Nobody can be called like this.
        """
        if not _ADDRESS.fullmatch(address):
            raise ValueError(
                f"nobody can be called at {address!r}: write + and digits, client:, sip: or whatsapp: and "
                "a name, or the SID of a SIM"
            )
        nowhere = Line("not called yet", clock, MediaModel(), _ignore)
        nowhere.party, nowhere.address = "callee", address
        super().__init__(CallRecord(nowhere, "", address, clock, {}), waiting, submit)
        self.behaviour = behaviour
        self.parameters: dict[str, str] = {}
        self._clock = clock
        self._calls = 0
        self._calls_expected = 0
        self._on_call: list[Callable[[], object]] = []

    @property
    def was_originated(self) -> bool:
        """Whether an account called it by the API, and no document on another line."""
        return any(isinstance(event, Began) and event.direction == "outbound-api" for event in self.timeline)

    async def is_called(self, *, from_: str | None = None, within: float | None = WITHIN) -> None:
        """Expect to be called; see `Callee.is_called`."""
        await self._begin(within, after=self._calls_expected)
        self._calls_expected = self._calls
        if from_ is not None and self.from_ != from_:
            raise self._error(f"{self.address} is called by {self.from_}, not by {from_}")

    def take(self, dial: Dial, record: CallRecord, submit: Callable[[Input], object]) -> None:
        """Be called.

        Args:
            dial: The call.
            record: What is known about it.
            submit: Takes what the network tells of it.
        """
        is_busy = self._calls > 0 and not self._is_gone()
        behaviour = Behaviour(outcome="busy", after=0.0) if is_busy else self.behaviour
        if not is_busy:
            self._calls += 1
            self._record = record
            self.parameters = dict(dial.endpoint.parameters)
            self._read = 0
            self._unmatched = ""
            for watcher in list(self._on_call):
                watcher()
        _Ringing(dial, behaviour, record.line, self._clock, submit).begin()

    async def _begin(self, within: float | None, *, after: int = 0) -> None:
        """Wait until there were more calls than `after`."""
        if self._calls <= after:
            try:
                await self._waiting.until(lambda: self._calls > after, self._on_call, within)
            except NothingDueError:
                raise self._error(f"nothing is due any more, and nobody has called {self.address}") from None
        if self._calls <= after:
            again = " again" if after else ""
            raise self._error(f"{within or 0:g} s passed before {self.address} was called{again}")


@final
class _Ringing:
    """A call on its way to a party: what the network tells of it, and when."""

    def __init__(
        self, dial: Dial, behaviour: Behaviour, line: Line, clock: Clock, submit: Callable[[Input], object]
    ) -> None:
        self._dial = dial
        self._behaviour = behaviour
        self._line = line
        self._clock = clock
        self._submit = submit

    def begin(self) -> None:
        """Ring, unless it never comes to that."""
        outcome = self._behaviour.outcome
        if outcome in {"answered", "no-answer"}:
            self._tell("ringing", 180)
        if outcome != "no-answer":
            response = self._behaviour.sip_response or _SIP_RESPONSES[outcome]
            self._later(self._behaviour.after, lambda: self._end(outcome, response))

    def _end(self, outcome: Outcome, response: int) -> None:
        if outcome == "answered":
            self._line.pick_up()
        self._tell(outcome, response)
        if outcome != "answered":
            # Told before, so that whoever waits for the end of the line finds the status of the call there.
            self._line.end(outcome)
        elif self._dial.machine_detection is not None:
            found, after = self._detection()
            self._later(
                after, lambda: self._submit(MachineDetected(self._line.leg, found, round(after * 1_000)))
            )

    def _detection(self) -> tuple[str, float]:
        """What is found, and after how many seconds; beyond its timeout the engine finds `unknown` itself."""
        options = self._dial.machine_detection
        if options is None:
            return "unknown", 0.0
        match self._behaviour.answered_by:
            case "machine" if options.message_end:
                return "machine_end_beep", _MACHINE_GREETING
            case "machine":
                return "machine_start", options.speech_threshold / _MILLISECONDS
            case "human":
                return "human", _GREETING + options.speech_end_threshold / _MILLISECONDS
            case "fax":
                return "fax", _GREETING
            case "unknown":
                return "unknown", options.silence_timeout / _MILLISECONDS

    def _tell(self, state: Outcome | Literal["ringing"], response: int) -> None:
        sip = None
        if self._dial.endpoint.kind == "sip":
            headers = list(self._behaviour.sip_headers.items())
            sip = SipFacts(f"{self._line.leg}@simulator", response, headers)
        self._submit(Progress(self._line.leg, state, sip))

    def _later(self, seconds: float, act: Callable[[], object]) -> None:
        def act_if_still_there() -> None:
            if self._line.cause is None:
                act()

        self._clock.call_at(self._clock.now() + round(seconds * _MILLISECONDS), act_if_still_there)


def _check(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{what} is one of {', '.join(allowed)}, and not {value!r}")


def _ignore(_item: Input) -> None:
    pass
