"""A call told in lines, for a person who listens in: what is heard and pressed, requested, run and wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from rich.text import Text

from appconnect.cli.wording import settlement_lines
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
    Settlement,
    StatusChanged,
    VerbBegan,
)
from appconnect.ladder.wording import notable, place, plain, seconds, short, tag

if TYPE_CHECKING:
    from rich.console import Console

    from appconnect.events import Event

__all__ = ["Narrator"]

_CLOCK = 8
_GOOD = range(200, 300)


@final
class Narrator:
    """Prints the events of a call while it happens, and its bills at the end."""

    def __init__(self, console: Console) -> None:
        """Tell on a console."""
        self._console = console
        self._start: int | None = None
        self._requests: dict[str, Requested] = {}
        self._accounts: dict[str, str] = {}
        self._bills: list[Settlement] = []

    def event(self, event: Event) -> None:  # noqa: C901, PLR0912, PLR0915 - one flat list of the events
        """Tell an event."""
        match event:
            case Began():
                self._tell(
                    event, f"{event.direction} call {event.call} from {event.from_} to {event.to}", "dim"
                )
            case StatusChanged():
                self._tell(event, f"● {event.status}", "dim")
            case Requested():
                self._requests[event.reply] = event
            case Responded():
                self._responded(event)
            case VerbBegan():
                self._tell(event, tag(event), "cyan")
            case Heard():
                self._tell(event, f"◄ {'' if event.medium == 'speech' else '♪ '}{event.text}", "bold")
            case Pressed():
                self._tell(event, f"► {event.digits}", "bold green")
            case Said():
                self._tell(event, f"► “{event.text}”", "bold green")
            case Relayed():
                self._tell(event, f"{'◄' if event.received else '►'} {event.text}", "dim")
            case ServiceChanged():
                style = "red" if event.state == "failed" else "magenta"
                self._tell(event, f"{event.service} {event.name} {event.state}", style)
            case Dialled():
                self._tell(event, f"dials {event.application}", "magenta")
                self._fields([("CustomerId", event.customer_id), *event.parameters])
            case Placed():
                self._tell(event, f"calls {event.to}", "magenta")
            case Connected():
                self._tell(event, "● connected", "magenta")
            case Joined():
                what = "waits in" if event.waits else "joins"
                self._tell(event, f"{what} conference {event.name}", "magenta")
            case Left():
                self._tell(event, f"left the conference: {plain(event.reason)}", "magenta")
            case ConferenceStarted():
                self._tell(event, "● the conference begins", "magenta")
            case ConferenceEnded():
                self._tell(event, f"the conference is over: {plain(event.reason)}", "magenta")
            case Queued():
                self._tell(event, f"waits in queue {event.name}, place {event.position}", "magenta")
            case Dequeued():
                self._tell(event, f"left the queue: {event.result}", "magenta")
            case Returned():
                self._tell(event, f"given back: {event.status}", "magenta")
                self._fields(event.parameters)
            case Decided():
                verdict = "lets in" if event.allowed else "refuses"
                self._tell(event, f"{verdict} {event.caller_account}: {event.reason}".rstrip(": "), "dim")
            case ProblemRaised():
                style = "red" if event.level == "error" else "yellow"
                self._tell(event, f"! {event.level} {event.code}{place(event)}: {event.message}", style)
            case Settled():
                self._bills.append(event.settlement)

    def end(self, words: str, *, ok: bool) -> None:
        """Tell the bills, and how it ended."""
        if self._bills:
            self._print("")
            for line in settlement_lines(self._bills, {}):
                self._print(line, "dim")
        self._print("")
        self._print(words, "" if ok else "red")

    def hint(self, words: str) -> None:
        """Tell the person at the keyboard something."""
        self._print(words, "dim italic")

    def _responded(self, event: Responded) -> None:
        request = self._requests.pop(event.reply, None)
        if request is None:
            return
        result = str(event.status) if event.status is not None else f"failed: {event.failure}"
        style = "dim" if event.status in _GOOD else "red"
        self._tell(event, f"{request.method} {request.url} → {result}", style)
        self._fields(notable(request.form))

    def _fields(self, fields: list[tuple[str, str]]) -> None:
        for name, value in fields:
            self._print(f"{'':{_CLOCK}}    {name}={value}", "dim")

    def _tell(self, event: Event, words: str, style: str) -> None:
        """Print a line with its time, and with its account where there are several."""
        if self._start is None:
            self._start = event.at
        self._accounts.setdefault(event.account, short(event.account))
        whose = f"[{self._accounts[event.account]}] " if len(self._accounts) > 1 else ""
        clock = seconds(event.at - self._start).rjust(_CLOCK) + "  "
        line = Text.assemble((clock, "dim"), (whose, "blue"), (words, style))
        self._console.print(line, soft_wrap=True)

    def _print(self, words: str, style: str = "") -> None:
        self._console.print(Text(words, style), soft_wrap=True)
