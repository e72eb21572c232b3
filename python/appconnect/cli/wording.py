"""What the commands say alike: problems, requests, verbs, money; and the error that ends a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appconnect.errors import AppConnectError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appconnect.events import ProblemRaised, Settlement, VerbBegan

__all__ = [
    "FAILED",
    "OK",
    "USAGE",
    "CommandError",
    "dollars",
    "notable",
    "place",
    "seconds",
    "settlement_lines",
    "short",
    "tag",
]

OK: Final = 0
"""The exit code when everything came true."""

FAILED: Final = 1
"""The exit code when something did not."""

USAGE: Final = 2
"""The exit code when there was nothing to begin with: a bad option, a file or URL that cannot be read."""

_MICRO: Final = 1_000_000
_CENT: Final = 10_000
_SID_LENGTH: Final = 34
_PREFIXES: Final = ("Param_", "ReturnParam_", "Dial", "Speech", "Recording", "Error")
_NAMES: Final = frozenset(
    {"CustomerId", "Digits", "FinishedOnKey", "Confidence", "AppConnect_SenderAccountSid"}
)

_LEGS: Final = {
    "application-connect": "received from another account",
    "application-hop": "the hop, dialling side",
    "inbound": "incoming call",
    "outbound": "outgoing call",
}


class CommandError(AppConnectError):
    """A command cannot do what it was asked to do; the message is one line for the person who asked."""


def dollars(micro: int) -> str:
    """An amount of micro-dollars, such as `$0.0025`."""
    whole, fraction = divmod(micro, _MICRO)
    if fraction % _CENT == 0:
        return f"${whole}.{fraction // _CENT:02}"
    return f"${whole}." + f"{fraction:06}".rstrip("0")


def seconds(milliseconds: int) -> str:
    """A time since the beginning, such as `12.05`."""
    return f"{milliseconds / 1_000:.2f}"


def short(sid: str) -> str:
    """A SID by its beginning and its end; another text as it is."""
    return f"{sid[:4]}…{sid[-4:]}" if len(sid) == _SID_LENGTH else sid


def tag(event: VerbBegan) -> str:
    """A verb as a start tag with its attributes."""
    return f"<{' '.join([event.verb, *(f'{name}={value}' for name, value in event.attributes)])}>"


def notable(form: Sequence[tuple[str, str]], *, also: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """The fields of a webhook that tell something about this step, and not about every call alike."""
    return [
        (name, value)
        for name, value in form
        if value and (name.startswith(_PREFIXES) or name in _NAMES or name in also)
    ]


def place(event: ProblemRaised) -> str:
    """Where a problem is: ` at https://…, line 1, column 2`; empty when it is nowhere."""
    parts = [] if event.url is None else [event.url]
    if event.line is not None:
        parts.append(f"line {event.line}, column {event.column}")
    return f" at {', '.join(parts)}" if parts else ""


def settlement_lines(settlements: Sequence[Settlement], names: dict[str, str]) -> list[str]:
    """A table of bills, one a line, with a headline.

    Args:
        settlements: The bills.
        names: What to call accounts; SIDs otherwise.
    """
    rows = [("account", "what", "status", "seconds", "a minute", "charged")]
    rows += [
        (
            names.get(bill.account, short(bill.account)),
            _LEGS[bill.leg],
            bill.status,
            str(bill.seconds),
            dollars(bill.rate),
            dollars(bill.amount),
        )
        for bill in settlements
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column < 3 else cell.rjust(width)  # noqa: PLR2004 - three of words, three of numbers
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
