"""The ladder: a call as columns, one for each party and one for each account, drawn while it happens.

Every event stands in the column of the account that it belongs to, so what an account may not see is not in
its column. Between columns run the two moments in which a call crosses: handed over, and given back.

Nothing here knows of a terminal: a `Rung` is text with the names of styles, for whoever shows it, and `draw`
gives plain text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, final
from urllib.parse import urlsplit

from appconnect.events import (
    Began,
    ConferenceEnded,
    ConferenceStarted,
    Connected,
    Decided,
    Dequeued,
    Dialled,
    Heard,
    Joined,
    Left,
    Placed,
    Pressed,
    ProblemRaised,
    Queued,
    Relayed,
    Requested,
    Responded,
    Returned,
    Said,
    ServiceChanged,
    Settled,
    StatusChanged,
    VerbBegan,
)
from appconnect.ladder.columns import columns, cut, wrap
from appconnect.ladder.wording import notable, plain, seconds, short, tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from appconnect.events import Event

__all__ = ["WIDTH", "Ladder", "Lane", "Rung", "draw"]

WIDTH: Final = 100
"""Columns of a line, unless another width is asked for."""

_CLOCK: Final = 7
_CALLEES: Final = 2
_SUCCESS: Final = range(200, 300)
_STATUS_STYLE: Final = {
    "completed": "green",
    "in-progress": "green",
    "busy": "yellow",
    "no-answer": "yellow",
    "canceled": "yellow",
    "failed": "red",
}


class Lane(NamedTuple):
    """A column of the ladder."""

    name: str
    """What stands at its top."""
    account: str | None
    """Whose it is; none for a party."""
    style: str
    """A colour, as a terminal names it; empty for none."""
    leg: str | None = None
    """The line of a party that was called; none for the caller."""


@final
class Rung:
    """One line of a ladder.

    Attributes:
        spans: Pieces of text from left to right, each with its style: words such as `bold red`, or nothing.
    """

    __slots__ = ("spans",)

    def __init__(self) -> None:
        """Make an empty line."""
        self.spans: list[tuple[str, str]] = []

    @property
    def plain(self) -> str:
        """The text without styles."""
        return "".join(text for text, _ in self.spans)

    def append(self, text: str, style: str = "") -> None:
        """Add a piece at the right."""
        self.spans.append((text, style))

    def rstrip(self) -> Rung:
        """Cut off the white space at the end; the line itself."""
        while self.spans:
            text, style = self.spans.pop()
            if kept := text.rstrip():
                self.spans.append((kept, style))
                break
        return self


class _Cell(NamedTuple):
    """What stands in a lane, one entry a line."""

    lines: list[str]
    style: str = ""


@final
class Ladder:
    """Turns the events of a call into lines of text."""

    def __init__(self, lanes: Sequence[Lane], width: int = WIDTH) -> None:
        """Make an empty ladder.

        Args:
            lanes: From left to right; the first is the caller's.
            width: Of all lines, in columns of a terminal.
        """
        self._lanes = list(lanes)
        self._cell = (width - _CLOCK) // len(self._lanes) - 2
        self._start: int | None = None
        self._shown = ""
        self._held: Requested | VerbBegan | None = None
        self._dialled: Dialled | None = None
        self._callees: dict[str, int] = {}
        self._called: dict[str, str] = {}
        self._open: dict[str, Requested] = {}
        accounts = [number for number, lane in enumerate(self._lanes) if lane.account is not None]
        self._last = accounts[-1] if accounts else 0

    def head(self) -> list[Rung]:
        """The names at the top."""
        line = Rung()
        line.append(" " * _CLOCK)
        for lane in self._lanes:
            line.append("┬ ", "dim")
            name, _ = cut(lane.name, self._cell)
            line.append(name + " " * (self._cell - columns(name)), f"bold {lane.style}")
        return [line.rstrip()]

    def feed(self, event: Event) -> list[Rung]:
        """The lines that an event adds. Some events wait for the next one, to stand in one line with it."""
        if self._start is None:
            self._start = event.at
        if isinstance(event, Responded) and self._answers_held(event):
            return self._answered(event)
        if isinstance(event, Heard) and self._speaks_held(event):
            return self._heard(event)
        lines = self.rest()
        if isinstance(event, Requested):
            self._open[event.reply] = event
        if isinstance(event, Requested | VerbBegan):
            self._held = event
            return lines
        return lines + self._draw(event)

    def rest(self) -> list[Rung]:
        """The lines of an event that still waited."""
        held, self._held = self._held, None
        match held:
            case Requested():
                return self._row(held, [self._asked(held), *_fields(held)])
            case VerbBegan():
                return self._row(held, [tag(held)], "cyan")
            case None:
                return []

    def _draw(self, event: Event) -> list[Rung]:  # noqa: C901, PLR0911, PLR0912 - one flat list of the events
        match event:
            case Began():
                return self._began(event)
            case StatusChanged():
                return self._status(event)
            case Responded():
                return self._answered_late(event)
            case Heard():
                return self._heard(event)
            case Pressed(digits=digits):
                return self._by_caller(event, f"► presses {digits}", f"keys {digits}")
            case Said(text=text):
                return self._by_caller(event, f"► “{text}”", f"speech “{text}”")
            case Dialled():
                self._dialled = event
                lines = [f"dials {short(event.application)}", f"  CustomerId={event.customer_id}"]
                return self._row(event, lines + _parameters(event.parameters))
            case Placed(to=to):
                return self._row(event, [f"calls {to}"], "magenta")
            case Connected():
                return self._row(event, ["● connected"], "magenta")
            case Joined(name=name, waits=waits):
                return self._row(event, [f"{'waits in' if waits else 'joins'} conference {name}"], "magenta")
            case Left(reason=reason):
                return self._row(event, [f"left the conference: {plain(reason)}"], "magenta")
            case ConferenceStarted():
                return self._row(event, ["● the conference begins"], "magenta")
            case ConferenceEnded(reason=reason):
                return self._row(event, [f"the conference is over: {plain(reason)}"], "magenta")
            case Queued(name=name, position=position):
                return self._row(event, [f"waits in queue {name}, place {position}"], "magenta")
            case Dequeued(result=result):
                return self._row(event, [f"left the queue: {result}"], "magenta")
            case Returned():
                return self._returned(event)
            case Relayed():
                arrow = "◄" if event.received else "►"
                return self._row(event, [f"{arrow} {event.text}"])
            case ServiceChanged():
                style = "red" if event.state == "failed" else "magenta"
                return self._row(event, [f"{event.service} {event.name} {event.state}"], style)
            case Decided():
                return self._decided(event)
            case ProblemRaised():
                style = "red" if event.level == "error" else "yellow"
                return self._row(event, [f"! {event.level} {event.code}: {event.message}"], style)
            case Settled():
                return []  # The bills have a table of their own.
            case _:
                return []

    def _began(self, event: Began) -> list[Rung]:
        if event.direction.startswith("outbound"):
            return self._rings(event)
        dialled, self._dialled = self._dialled, None
        if dialled is None:
            caller = _Cell([f"► {event.from_}", f"  dials {event.to}"], "bold")
            return self._cells(event, {0: caller, self._lane(event.account): _Cell(["a call comes in"])})
        start, end = self._lane(dialled.account), self._lane(event.account)
        cells = {start: _Cell(["handed over"], "bold magenta"), end: _Cell(["a call comes in"])}
        return self._cells(event, cells, (start, end))

    def _rings(self, event: Began) -> list[Rung]:
        """A party is called."""
        start, end = self._lane(event.account), self._party(event)
        if end == 0:  # It has no lane of its own.
            self._called[event.call] = event.to
            return self._row(event, [f"{event.to} is called"])
        self._callees[event.call] = end
        return self._cells(event, {end: _Cell([f"{event.from_} calls"], "bold")}, (start, end))

    def _status(self, event: StatusChanged) -> list[Rung]:
        """The status of a call; that of a called party stands with the party: several are told apart."""
        style = _STATUS_STYLE.get(event.status, "")
        lane = self._party(event)
        if lane and event.call in self._callees:
            return self._cells(event, {lane: _Cell([f"● {event.status}"], style)})
        who = f"{self._called[event.call]}: " if event.call in self._called else ""
        return self._row(event, [f"● {who}{event.status}"], style)

    def _returned(self, event: Returned) -> list[Rung]:
        lane = self._lane(event.account)
        told = f"given back: {event.status}"
        start = self._callees.pop(event.child, self._last)
        crossing = self._cells(event, {lane: _Cell([told], "bold magenta")}, (start, lane))
        values = _parameters(event.parameters)
        return crossing + (self._row(event, values) if values else [])

    def _decided(self, event: Decided) -> list[Rung]:
        verdict = "lets in" if event.allowed else "refuses"
        return self._row(
            event,
            [f"{verdict} {short(event.caller_account)}", *([f"  {event.reason}"] if event.reason else [])],
            "" if event.allowed else "red",
        )

    def _heard(self, event: Heard) -> list[Rung]:
        held, self._held = self._held, None
        own = tag(held) if isinstance(held, VerbBegan) else "<Say>" if event.medium == "speech" else "<Play>"
        text = f"◄ “{event.text}”" if event.medium == "speech" else f"◄ ♪ {event.text}"
        cells = {self._party(event): _Cell([text]), self._lane(event.account): _Cell([own], "cyan")}
        return self._cells(event, cells)

    def _by_caller(self, event: Event, act: str, received: str) -> list[Rung]:
        cells = {self._party(event): _Cell([act], "bold"), self._lane(event.account): _Cell([received])}
        return self._cells(event, cells)

    def _answered(self, event: Responded) -> list[Rung]:
        held, self._held = self._held, None
        if not isinstance(held, Requested):
            return []
        self._open.pop(held.reply, None)
        lines = [f"{self._asked(held)} → {_result(event)}", *_fields(held)]
        return self._row(held, lines, _result_style(event))

    def _answered_late(self, event: Responded) -> list[Rung]:
        """An answer after other things had happened: of several, it says which."""
        asked = self._open.pop(event.reply, None)
        path = "" if asked is None else f"{urlsplit(asked.url).path or '/'} → "
        return self._row(event, [f"└ {path}{_result(event)}"], _result_style(event))

    def _answers_held(self, event: Responded) -> bool:
        return isinstance(self._held, Requested) and self._held.reply == event.reply

    def _speaks_held(self, event: Heard) -> bool:
        held = self._held
        return isinstance(held, VerbBegan) and held.call == event.call and held.verb in {"Say", "Play"}

    @staticmethod
    def _asked(event: Requested) -> str:
        return f"{event.method} {urlsplit(event.url).path or '/'}"

    def _lane(self, account: str) -> int:
        for number, lane in enumerate(self._lanes):
            if lane.account == account:
                return number
        return self._last

    def _party(self, event: Event) -> int:
        """The lane of the party on the line of an event."""
        for number, lane in enumerate(self._lanes):
            if lane.leg == event.leg:
                return number
        return 0

    def _row(self, event: Event, lines: list[str], style: str = "") -> list[Rung]:
        return self._cells(event, {self._lane(event.account): _Cell(lines, style)})

    def _cells(
        self, event: Event, cells: dict[int, _Cell], crossing: tuple[int, int] | None = None
    ) -> list[Rung]:
        """Draw cells side by side.

        Args:
            event: Says when.
            cells: By lane.
            crossing: From which lane to which an arrow runs, in the first line.
        """
        wrapped = {lane: _wrapped(cell.lines, self._cell) for lane, cell in cells.items()}
        drawn = []
        for number in range(max(len(lines) for lines in wrapped.values())):
            line = Rung()
            line.append((self._clock(event.at) if number == 0 else "").rjust(_CLOCK - 1) + " ", "dim")
            arrow = crossing if number == 0 else None
            for lane in range(len(self._lanes)):
                lines = wrapped.get(lane, [])
                text = lines[number] if number < len(lines) else ""
                style = cells[lane].style if lane in cells else ""
                self._append(line, lane, text, style, arrow)
            drawn.append(line.rstrip())
        return drawn

    def _clock(self, at: int) -> str:
        """The time, unless it is the same as in the lines before."""
        clock = seconds(at - (at if self._start is None else self._start))
        if clock == self._shown:
            return ""
        self._shown = clock
        return clock

    def _append(self, line: Rung, lane: int, text: str, style: str, crossing: tuple[int, int] | None) -> None:
        """Add a lane's cell to a line, with the part of a crossing arrow that runs through it."""
        start, end = crossing or (0, 0)
        right, left = start < end, start > end
        # The arrow fills the lanes between both ends, and the end at the left from its text on.
        filled = min(start, end) <= lane < max(start, end)
        edge = "►" if right and lane == end else "┤" if left and lane == start else "│"
        line.append(edge, "bold magenta" if edge != "│" else "dim")
        line.append("─" if filled and lane != min(start, end) else " ", "bold magenta" if filled else "")
        line.append(text, style)
        gap = self._cell - columns(text)
        if filled and gap > 1:
            run = "─" * (gap - (1 if text else 0))
            line.append(
                (" " if text else "") + (f"◄{run[1:]}" if left and lane == end else run), "bold magenta"
            )
        else:
            line.append(" " * gap)


def draw(events: Iterable[Event], names: Mapping[str, str] | None = None, width: int = WIDTH) -> str:
    """Draw a whole call as plain text.

    Args:
        events: Of one call, in their order.
        names: What to call accounts, by SID; by default by the beginning and the end of the SID.
        width: Of all lines, in characters.
    """
    events = list(events)
    known = {} if names is None else names
    accounts = dict.fromkeys(event.account for event in events)
    lanes = [Lane("Caller", None, ""), *(Lane(known.get(sid, short(sid)), sid, "") for sid in accounts)]
    called = [
        event for event in events if isinstance(event, Began) and event.direction.startswith("outbound")
    ]
    # More of them would leave no room to write in.
    lanes += [Lane(event.to, None, "", event.leg) for event in called[:_CALLEES]]
    ladder = Ladder(lanes, width)
    rungs = ladder.head()
    for event in events:
        rungs += ladder.feed(event)
    return "\n".join(rung.plain for rung in rungs + ladder.rest())


def _fields(event: Requested) -> list[str]:
    also = frozenset({"To"}) if any(name == "CustomerId" for name, _ in event.form) else frozenset()
    if event.purpose != "voice":
        # Told when the call came in; the same at every step.
        return [
            f"  {name}={value}"
            for name, value in notable(event.form)
            if name not in {"CustomerId", "DialCallSid"}
        ]
    return [f"  {name}={value}" for name, value in notable(event.form, also=also)]


def _parameters(parameters: Sequence[tuple[str, str]]) -> list[str]:
    return [f"  {name}={value}" for name, value in parameters]


def _result(event: Responded) -> str:
    return str(event.status) if event.status is not None else f"failed: {event.failure}"


def _result_style(event: Responded) -> str:
    return "" if event.status in _SUCCESS else "red"


def _wrapped(lines: list[str], width: int) -> list[str]:
    """Break lines that are too long; the rest of a line is indented a little more than its beginning."""
    broken: list[str] = []
    for line in lines:
        text = line.lstrip()
        indent = " " * (len(line) - len(text))
        broken += wrap(text, width, indent) or [""]
    return broken
