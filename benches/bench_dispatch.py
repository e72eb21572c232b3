"""One dispatch at a time: the answer of A's voice URL in, the signed request for B's application out."""

from benches import core, reference
from benches.table import Compare, Side

CALLS = 200


def test_dispatch(compare: Compare) -> None:
    """Cross into the binding once for each answer."""
    shared = core.registry()
    python = reference.dispatcher()
    compare(
        "dispatch, one by one",
        CALLS,
        Side(lambda: core.waiting(shared, CALLS), core.run),
        Side(lambda: reference.calls(CALLS), lambda calls: reference.run(python, calls)),
        correct=core.agrees(core.waiting(shared, CALLS)),
    )
