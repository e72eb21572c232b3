"""What is compared, and how a line of the table is written."""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

S = TypeVar("S")
T = TypeVar("T")

HEADINGS = ("row", "a second", "min µs", "median µs", "Python min", "median", "ratio", "correct")


@dataclass(frozen=True, slots=True)
class Side(Generic[T]):
    """One of the two things compared.

    Attributes:
        prepare: Makes what a round consumes; not timed.
        run: The round; timed.
    """

    prepare: Callable[[], T]
    run: Callable[[T], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: What was timed.
        core: Seconds a unit on the core's side, one value for each round.
        baseline: The same for pure Python; empty where there is no such side.
    """

    name: str
    core: list[float]
    baseline: list[float]

    def cells(self) -> tuple[str, ...]:
        """Write the line's cells, in the order of `HEADINGS`."""
        speed = 1 / statistics.median(self.core)
        cells = (self.name, f"{speed:,.0f}", *_least_and_median(self.core))
        if not self.baseline:
            return (*cells, "", "", "", "true")
        # Both of a round share its moment: the median of quotients is steadier than a quotient of medians.
        ratio = statistics.median([b / c for b, c in zip(self.baseline, self.core, strict=True)])
        return (*cells, *_least_and_median(self.baseline), f"{ratio:.2f}x", "true")


class Compare(Protocol):
    """What the `compare` fixture gives."""

    def __call__(
        self, name: str, units: int, core: Side[Any], baseline: Side[Any] | None = None, *, correct: bool
    ) -> None:
        """Time both sides in turns.

        Args:
            name: The row's name.
            units: How many dispatches, documents or look-ups a round is.
            core: The core's side.
            baseline: The pure-Python side; None where it would say nothing.
            correct: Whether both sides gave the same results just before.
        """


def lines(rows: Iterable[Row]) -> list[str]:
    """Lay the table out, headings first."""
    table = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join([name.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])]) for name, *numbers in table
    ]


def _least_and_median(seconds: list[float]) -> tuple[str, str]:
    return f"{min(seconds) * 1e6:.2f}", f"{statistics.median(seconds) * 1e6:.2f}"
