"""What crossing into the binding costs: an input that does nothing."""

from appconnect import _core
from benches import core, reference
from benches.table import Compare, Side

INPUTS = 1_000


def test_boundary(compare: Compare) -> None:
    """Answer a step that no call waits at; it is dropped."""
    engine = _core.Engine(core.registry(), seed=core.SEED)
    now = reference.NOW

    def one_by_one(inputs: list[_core.HttpResponse]) -> None:
        for stale in inputs:
            engine.handle(stale, now=now)

    def inputs() -> list[_core.HttpResponse]:
        return [core.answer(core.STALE_REPLY) for _ in range(INPUTS)]

    correct = engine.handle(core.answer(core.STALE_REPLY), now=now) == []
    compare("boundary, an input that does nothing", INPUTS, Side(inputs, one_by_one), correct=correct)


def test_boundary_batch(compare: Compare) -> None:
    """Answer the same step a thousand times in one crossing."""
    engine = _core.Engine(core.registry(), seed=core.SEED)
    now = reference.NOW

    def inputs() -> list[_core.HttpResponse]:
        return [core.answer(core.STALE_REPLY) for _ in range(INPUTS)]

    correct = engine.handle_many(inputs(), now=now) == ([], [])
    compare(
        f"boundary, {INPUTS:,} such inputs a batch",
        INPUTS,
        Side(inputs, lambda batch: engine.handle_many(batch, now=now)),
        correct=correct,
    )


def test_input(compare: Compare) -> None:
    """Make the input object of a dispatch."""

    def make(count: int) -> None:
        for _ in range(count):
            core.answer(core.STALE_REPLY)

    correct = core.answer(core.STALE_REPLY).body == reference.DOCUMENT
    compare("boundary, making an input", INPUTS, Side(lambda: INPUTS, make), correct=correct)
