"""Many dispatches in one crossing, on one thread and on two.

Each thread has its own engine; they share the registry. Pure Python runs on one thread in both rows, since a
second one would wait for the first. A second process would not: to compare core with core, halve the ratio of
the row with two threads.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from benches import core, reference
from benches.table import Compare, Side

CALLS = 1_000
# What a busy turn of an event loop hands over at once.
BATCH = 50


@pytest.mark.parametrize("threads", [1, 2])
def test_batch(compare: Compare, threads: int) -> None:
    """Cross into the binding once for a whole batch."""
    shared = core.registry()
    python = reference.dispatcher()

    def prepare() -> list[core.Waiting]:
        return [core.waiting(shared, CALLS) for _ in range(threads)]

    with ThreadPoolExecutor(threads) as pool:

        def run(states: list[core.Waiting]) -> None:
            if threads == 1:
                core.run_batch(states[0], BATCH)
            else:
                list(pool.map(lambda state: core.run_batch(state, BATCH), states))

        compare(
            f"dispatch, {BATCH} a batch, {threads} thread{'s' if threads > 1 else ''}",
            CALLS * threads,
            Side(prepare, run),
            Side(lambda: reference.calls(CALLS * threads), lambda calls: reference.run(python, calls)),
            correct=all(map(core.agrees, prepare())),
        )
