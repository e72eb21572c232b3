"""What the commands say alike: exit codes, money, bills; and the error that ends a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appconnect.errors import AppConnectError
from appconnect.ladder.wording import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appconnect.events import Settlement

__all__ = [
    "FAILED",
    "OK",
    "USAGE",
    "CommandError",
    "dollars",
    "settlement_lines",
]

OK: Final = 0
"""The exit code when everything came true."""

FAILED: Final = 1
"""The exit code when something did not."""

USAGE: Final = 2
"""The exit code when there was nothing to begin with: a bad option, a file or URL that cannot be read."""

_MICRO: Final = 1_000_000
_CENT: Final = 10_000

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
