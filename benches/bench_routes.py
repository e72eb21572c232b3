"""What a dialled number or application SID resolves to, among a thousand to a million of each.

The other side is one look-up in a Python dictionary, which is hard to beat from Python: a crossing costs as
much. `benches/routes.rs` times the look-up alone.
"""

import random

import pytest

from benches import core, reference
from benches.table import Compare, Side

LOOKUPS = 1_000
MISSES = 50


@pytest.mark.parametrize("size", [1_000, 100_000, 1_000_000])
def test_routes(compare: Compare, size: int) -> None:
    """Resolve numbers and application SIDs in random order; one in twenty does not exist."""
    registry = core.routes(size)
    table = reference.Routes(size)
    rng = random.Random(size)
    wanted = [
        (reference.number if n % 2 else reference.application_sid)(rng.randrange(size))
        for n in range(LOOKUPS)
    ]
    wanted[:MISSES] = [reference.number(size + n) for n in range(MISSES)]
    rng.shuffle(wanted)

    def native(targets: list[str]) -> None:
        for to in targets:
            registry.resolve(to)

    def python(targets: list[str]) -> None:
        for to in targets:
            table.resolve(to)

    def same(to: str) -> bool:
        route = registry.resolve(to)
        return (None if route is None else route.voice_url) == table.resolve(to)

    correct = all(map(same, wanted))
    compare(
        f"route among {size:,}",
        LOOKUPS,
        Side(lambda: wanted, native),
        Side(lambda: wanted, python),
        correct=correct,
    )
