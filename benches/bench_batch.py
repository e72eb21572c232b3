"""Many dispatches in one crossing, on one thread and on two.

Each thread makes an engine of its own and runs it; they share the registry. Pure Python runs on one thread in
both rows, since a second one would wait for the first. A second process would not: to compare core with core,
halve the ratio of the row with two threads.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

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

    with ExitStack() as stack:
        pools = [
            stack.enter_context(ThreadPoolExecutor(1, initializer=_take_core, initargs=(number,)))
            for number in range(threads)
        ]

        def prepare() -> list[core.Waiting]:
            made = [pool.submit(core.waiting, shared, CALLS) for pool in pools]
            return [future.result() for future in made]

        def run(states: list[core.Waiting]) -> None:
            running = zip(pools, states, strict=True)
            done = [pool.submit(core.run_batch, state, BATCH) for pool, state in running]
            for future in done:
                future.result()

        compare(
            f"dispatch, {BATCH} a batch, {threads} thread{'s' if threads > 1 else ''}",
            CALLS * threads,
            Side(prepare, run),
            Side(lambda: reference.calls(CALLS * threads), lambda calls: reference.run(python, calls)),
            correct=all(map(core.agrees, prepare())),
        )


def _take_core(number: int) -> None:
    """Keep this thread on a core of its own, as it would be in a service.

    A round is over before the scheduler has spread threads that wake each other, which draws them together.
    """
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[number % len(cores)]})
