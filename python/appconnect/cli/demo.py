"""`appconnect demo`: draws the calls of `appconnect.demo` while they happen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, final

from rich.console import Console
from rich.text import Text

from appconnect.cli.wording import FAILED, OK, dollars, settlement_lines
from appconnect.demo.calls import CALLS, Settings
from appconnect.demo.calls import run as run_calls
from appconnect.demo.companies import PAY, RETAIL
from appconnect.ladder import WIDTH, Ladder, Lane

if TYPE_CHECKING:
    from appconnect.demo.calls import Call, Check, Outcome
    from appconnect.events import Event
    from appconnect.ladder import Rung

__all__ = ["run"]

_INTERRUPTED: Final = 130

_LANES: Final = (
    Lane("Caller", None, "white"),
    Lane(f"{RETAIL.name} (A)", RETAIL.sid, "blue"),
    Lane(f"{PAY.name} (B)", PAY.sid, "green"),
)
_HOP_LEGS: Final = frozenset({"application-connect", "application-hop"})
_NAMES: Final = {company.sid: company.name for company in (RETAIL, PAY)}


@final
class _Screen:
    """Draws the demo on a terminal, or into a file."""

    def __init__(self, console: Console) -> None:
        """Draw on a console."""
        self._console = console
        self._ladder = Ladder(_LANES)

    def begin(self, number: int, call: Call) -> None:
        """Print a headline and the names of the columns."""
        self._ladder = Ladder(_LANES)
        self._line("")
        self._line(f"━━ Call {number} of {len(CALLS)} ━━ {call.title} ".ljust(WIDTH, "━"), "bold")
        self._line("")
        self._lines(self._ladder.head())

    def event(self, event: Event) -> None:
        """Draw an event."""
        self._lines(self._ladder.feed(event))

    def end(self, outcome: Outcome) -> None:
        """Print what crossed, the bills, and what came true."""
        self._lines(self._ladder.rest())
        self._crossed(f"Crossed to {PAY.name}", outcome.to_payments)
        self._crossed(f"Crossed back to {RETAIL.name}", outcome.to_front_desk)
        self._title("Settlements")
        for line in settlement_lines(outcome.settlements, _NAMES):
            self._line(f"  {line}")
        if outcome.detour:
            charged = sum(bill.amount for bill in outcome.settlements if bill.leg in _HOP_LEGS)
            self._line(
                f"  By way of a phone number the hand-over would have added {dollars(outcome.detour)} "
                f"instead of {dollars(charged)}."
            )
        else:
            self._line("  Nobody was connected, so the hand-over costs nobody anything.")
        self._title("Checks")
        if outcome.failure is not None:
            self._line(f"  ✗ {outcome.failure}", "bold red")
        for check in outcome.checks:
            self._check(check)

    def last(self, check: Check) -> None:
        """Print what was tried at the end."""
        self._title("And")
        self._check(check)

    def _check(self, check: Check) -> None:
        mark = ("  ✓ ", "green") if check.came_true else ("  ✗ ", "bold red")
        self._console.print(Text.assemble(mark, check.what), soft_wrap=True)

    def _crossed(self, title: str, fields: dict[str, str]) -> None:
        self._title(title)
        width = max((len(name) for name in fields), default=0)
        for name, value in fields.items():
            self._line(f"  {name.ljust(width)}  {value}")
        if not fields:
            self._line("  nothing")

    def _title(self, title: str) -> None:
        self._line("")
        self._line(title, "bold")

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style), soft_wrap=True)

    def _lines(self, rungs: list[Rung]) -> None:
        for rung in rungs:
            self._console.print(Text.assemble(*rung.spans), soft_wrap=True)


def run(speed: float, *, virtual_time: bool = False, payments_token: str = PAY.token) -> int:
    """Run the demo.

    Args:
        speed: How much faster than life prompts are spoken.
        virtual_time: Let time jump, so that the calls take no time at all.
        payments_token: The token that Example Pay's application verifies with.

    Returns:
        The exit code: 0 only if everything came true.
    """
    console = Console(highlight=False, emoji=False)
    console.print(
        "Two web applications of two accounts, served over HTTP on this machine, and a simulated caller.\n"
        "Development mode: loopback allowed. "
        f"Prompts at {speed:g} times the speed of life; pauses take their time.",
        soft_wrap=True,
    )
    settings = Settings(speed=speed, virtual_time=virtual_time, payments_token=payments_token)
    try:
        ok = asyncio.run(run_calls(_Screen(console), settings))
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (OSError, RuntimeError) as error:
        console.print(Text(f"✗ the demo broke off: {error}", "bold red"), soft_wrap=True)
        return FAILED
    console.print(
        Text("\nEverything came true.", "bold green")
        if ok
        else Text("\nNot everything came true: see the lines with ✗.", "bold red"),
        soft_wrap=True,
    )
    return OK if ok else FAILED
