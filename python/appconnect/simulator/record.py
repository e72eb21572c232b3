"""What is known about a simulated call, and the questions a test asks about it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, final
from urllib.parse import urlsplit

from appconnect.errors import AppConnectError
from appconnect.events import (
    Began,
    ProblemRaised,
    Requested,
    Responded,
    Settled,
    StatusChanged,
    VerbBegan,
)
from appconnect.ladder import draw
from appconnect.ladder.wording import notable, place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from appconnect._core import Settlement
    from appconnect.clock import Clock
    from appconnect.events import Event
    from appconnect.simulator.line import Entry, Line
    from appconnect.simulator.streams import SimulatedStream

__all__ = [
    "CallRecord",
    "ExpectationError",
    "Inspection",
    "Question",
    "Webhook",
    "hides",
    "new_error",
    "report",
]

_LAST_WEBHOOKS = 3
_FIRST_LINES = 20
_LAST_LINES = 80
_MILLISECONDS = 1_000


class ExpectationError(AppConnectError, AssertionError):
    """The call did not go as was expected. The message says what happened instead, its note draws it."""

    # Where people import it from, and the name that pytest prints.
    __module__ = "appconnect.simulator"


class _Caught(Protocol):
    """What pytest knows of an exception."""

    @property
    def value(self) -> BaseException:
        """The exception."""


def hides(caught: _Caught) -> bool:
    """Whether pytest is to leave out frames of the simulator: those of an expectation say nothing."""
    return isinstance(caught.value, ExpectationError)


@final
@dataclass(slots=True)
class Webhook:
    """A request to an application, and what came of it.

    Attributes:
        at: When it was made, in milliseconds since the epoch.
        account: Whose application it is.
        call: The call that it is about.
        purpose: Why it was made: `voice`, `action`, `status-callback` and so on, as in `Requested`.
        method: `GET` or `POST`.
        url: Where it went, without credentials.
        form: Its parameters; of a repeated name, the last value.
        status: The HTTP status of the answer; none before, and when there was none.
        failure: Why there was no answer, in the words of `FailureReason`.
    """

    at: int
    account: str
    call: str
    purpose: str
    method: str
    url: str
    form: dict[str, str]
    status: int | None = None
    failure: str | None = None

    @property
    def path(self) -> str:
        """The path of the URL."""
        return urlsplit(self.url).path or "/"

    def __str__(self) -> str:
        """The request, its answer, and what tells it from others, in one line."""
        fields = "".join(f" {name}={value}" for name, value in notable(list(self.form.items())))
        answer = self.failure if self.status is None else str(self.status)
        return f"{self.method} {self.path} ({self.purpose}) → {answer or 'no answer yet'}{fields}"


@final
@dataclass(frozen=True, slots=True)
class Question:
    """What an application listens for.

    Attributes:
        call: The call whose application listens.
        keys: Whether for keys.
        speech: Whether for speech.
        language: Of the speech, as BCP 47 writes it; none without speech.
        hints: Phrases that the recogniser is told to expect.
        attributes: Of the `<Gather>`, as they are written.
    """

    call: str
    keys: bool
    speech: bool
    language: str | None = None
    hints: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@final
class CallRecord:
    """Everything that is known about one line: what was said on it, and its timeline.

    The timeline of a line has the calls that were placed from it, on lines of their own, in it.

    Attributes:
        line: What was said.
        from_: Who calls.
        to: What was dialled.
        events: The line's timeline, of all accounts, in order.
        webhooks: Requests, in the order in which they were made.
        call: The SID of the call that was dialled; none until the timeline tells.
        status: The status of that call; none until the timeline tells.
        names: What accounts are called, by SID.
        watchers: Called at every change.
    """

    __slots__ = (
        "__weakref__",
        "_answered_at",
        "_by_reply",
        "_clock",
        "_ended_at",
        "call",
        "events",
        "from_",
        "line",
        "names",
        "status",
        "to",
        "watchers",
        "webhooks",
    )

    def __init__(self, line: Line, from_: str, to: str, clock: Clock, names: Mapping[str, str]) -> None:
        """Begin with a line that rings."""
        self.line = line
        self._clock = clock
        self.from_ = from_
        self.to = to
        self.names = names
        self.events: list[Event] = []
        self.webhooks: list[Webhook] = []
        self.call: str | None = None
        self.status: str | None = None
        self.watchers = line.watchers
        self._by_reply: dict[str, Webhook] = {}
        self._answered_at: int | None = None
        self._ended_at: int | None = None

    def observe(self, event: Event) -> None:
        """Take an event of this line's timeline."""
        self.events.append(event)
        match event:
            case Began() if self.call is None:
                self.call = event.call
            case StatusChanged() if event.call == self.call:
                self.status = event.status
                if event.status == "in-progress":
                    self._answered_at = event.at
                elif event.status == "completed":
                    self._ended_at = event.at
            case Requested():
                webhook = Webhook(
                    event.at,
                    event.account,
                    event.call,
                    event.purpose,
                    event.method,
                    event.url,
                    dict(event.form),
                )
                self._by_reply[event.reply] = webhook
                self.webhooks.append(webhook)
            case Responded():
                asked = self._by_reply.pop(event.reply, None)
                if asked is not None:
                    asked.status, asked.failure = event.status, event.failure
            case _:
                pass
        for watcher in list(self.watchers):
            watcher()

    def calls(self) -> set[str]:
        """The SIDs of the calls on the line itself, one for each application that it met."""
        began = (event for event in self.events if isinstance(event, Began))
        return {event.call for event in began if event.leg == self.line.leg}

    def duration(self) -> float:
        """Seconds since the answer, up to the end if there was one; 0 when nobody answered."""
        if self._answered_at is None:
            return 0.0
        end = self._clock.now() if self._ended_at is None else self._ended_at
        return (end - self._answered_at) / _MILLISECONDS

    def last_verb(self, name: str, call: str | None = None) -> VerbBegan | None:
        """The verb of this name that began last, if one did; of one call, or of any."""
        for event in reversed(self.events):
            if isinstance(event, VerbBegan) and event.verb == name and call in {None, event.call}:
                return event
        return None

    def question(self) -> Question | None:
        """What an application listens for now, if it does."""
        collect = self.line.collecting
        if collect is None:
            return None
        verb = self.last_verb("Gather", collect.call)
        return Question(
            collect.call,
            collect.digits,
            collect.speech is not None,
            None if collect.speech is None else collect.speech.language,
            "" if collect.speech is None else collect.speech.hints,
            {} if verb is None else dict(verb.attributes),
        )


def new_error(message: str, record: CallRecord) -> ExpectationError:
    """An error with the drawing of its call as a note, which tracebacks and pytest show."""
    error = ExpectationError(message)
    error.add_note("\n" + report(record.events, record.webhooks, record.names))
    return error


def report(events: Sequence[Event], webhooks: Sequence[Webhook], names: Mapping[str, str]) -> str:
    """Draw a call for a failed test: its ladder, its last requests, and where its problems are."""
    if not events:
        return "nothing happened on the call"
    parts = [_abridged(draw(events, names))]
    if webhooks:
        parts += ["", "the last requests:", *(f"  {webhook}" for webhook in webhooks[-_LAST_WEBHOOKS:])]
    problems = [event for event in events if isinstance(event, ProblemRaised)]
    if problems:
        parts += ["", "problems:"]
        parts += [f"  {event.level} {event.code}{place(event)}: {event.message}" for event in problems]
    return "\n".join(parts)


def _abridged(drawing: str) -> str:
    """The beginning and the end of a drawing that nobody would read as a whole."""
    lines = drawing.splitlines()
    left_out = len(lines) - _FIRST_LINES - _LAST_LINES
    if left_out <= 0:
        return drawing
    words = f"       … {left_out} lines are left out here; ladder() has all of them …"
    return "\n".join([*lines[:_FIRST_LINES], words, *lines[-_LAST_LINES:]])


class Inspection(ABC):
    """What is known about a party's line and call."""

    @property
    @abstractmethod
    def record(self) -> CallRecord:
        """Where it is kept."""

    def __repr__(self) -> str:
        """Name the line."""
        return f"<{type(self).__name__} {self.leg}: {self.from_} calls {self.to}>"

    @property
    def leg(self) -> str:
        """The name of the line."""
        return self.record.line.leg

    @property
    def address(self) -> str:
        """The number or other address of the party."""
        return self.record.line.address

    @property
    def from_(self) -> str:
        """Who calls."""
        return self.record.from_

    @property
    def to(self) -> str:
        """What was dialled."""
        return self.record.to

    @property
    def call(self) -> str | None:
        """The SID of the call that was dialled; none until the timeline tells."""
        return self.record.call

    @property
    def status(self) -> str | None:
        """The `CallStatus` of that call; none until the timeline tells."""
        return self.record.status

    @property
    def answered(self) -> bool:
        """Whether the line was answered."""
        return self.record.line.answered

    @property
    def cause(self) -> str | None:
        """Why the line is gone: `"caller"` after `hang_up`, else what the engine says; none before."""
        return self.record.line.cause

    @property
    def duration(self) -> float:
        """Seconds since the answer, up to the end if there was one; 0 when nobody answered."""
        return self.record.duration()

    @property
    def transcript(self) -> list[Entry]:
        """What was said by both ends so far."""
        return list(self.record.line.transcript)

    @property
    def streams(self) -> list[SimulatedStream]:
        """The media streams of the line so far: what they were given, and what they played."""
        return list(self.record.line.streams)

    @property
    def heard(self) -> list[Entry]:
        """What the party was given to hear so far, by applications and by whom it was connected to."""
        line = self.record.line
        return [entry for entry in line.transcript if entry.speaker != line.party]

    @property
    def requests(self) -> list[Webhook]:
        """The requests to all applications that the call met, status callbacks among them."""
        return list(self.record.webhooks)

    @property
    def problems(self) -> list[ProblemRaised]:
        """What went wrong, warnings among it."""
        return [event for event in self.record.events if isinstance(event, ProblemRaised)]

    @property
    def settlements(self) -> list[Settlement]:
        """The bills, of all accounts."""
        return [event.settlement for event in self.record.events if isinstance(event, Settled)]

    @property
    def timeline(self) -> list[Event]:
        """What happened, in the views of all accounts, in order."""
        return list(self.record.events)

    def ladder(self) -> str:
        """Draw the call as plain text, one column for the caller and one for each account."""
        return draw(self.record.events, self.record.names)
