"""Times two sides in turns, and prints one table at the end.

A machine's speed drifts by more than the differences we look for, so a number is only ever compared with one
taken in the same moment: each round times the baseline, then the core.
"""

import gc
import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benches.table import HEADINGS, Compare, Row, S, Side, T, lines

ROUNDS = 40
WARMUP_ROUNDS = 5

_ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def compare(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> Compare:
    """Time a row in interleaved rounds and put it into the table."""

    def run(name: str, units: int, core: Side[S], baseline: Side[T] | None = None, *, correct: bool) -> None:
        assert correct, f"{name}: the sides differ, so their speeds say nothing"
        spent: list[float] = []

        def one_round() -> tuple[tuple[S], dict[str, object]]:
            if baseline is not None:
                state = baseline.prepare()
                begin = time.perf_counter()
                baseline.run(state)
                spent.append((time.perf_counter() - begin) / units)
            return (core.prepare(),), {}

        # A collection would charge whichever side it falls into for the objects of both.
        gc.collect()
        gc.disable()
        try:
            benchmark.pedantic(  # type: ignore[no-untyped-call]
                core.run, setup=one_round, rounds=ROUNDS, warmup_rounds=WARMUP_ROUNDS
            )
        finally:
            gc.enable()
        if benchmark.stats is None:
            return
        row = Row(name, [seconds / units for seconds in benchmark.stats.stats.data], spent[-ROUNDS:])
        benchmark.extra_info.update(zip(HEADINGS, row.cells(), strict=True))
        request.config.stash.setdefault(_ROWS, []).append(row)

    return run


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    rows = terminalreporter.config.stash.get(_ROWS, [])
    if rows:
        terminalreporter.section("the core and pure Python, timed in turns")
        for line in lines(rows):
            terminalreporter.write_line(line)
