"""What a dialled number or application SID resolves to, and who may dial it, among a thousand to a million.

The other side is a look-up in a Python dictionary, which is hard to beat from Python: a crossing costs as
much. Both sides make an object of what they found. `benches/routes.rs` times the core's look-up alone.
"""

import random

import pytest

from appconnect import _core
from benches import core, reference
from benches.table import Compare, Side
from tests.reference import Dispatcher

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
        route, expected = registry.resolve(to), table.resolve(to)
        if route is None or expected is None:
            return route is None and expected is None
        made = (route.account, route.application, route.voice_url)
        return made == (expected.account.sid, expected.application, expected.voice_url)

    correct = all(map(same, wanted))
    compare(
        f"route among {size:,}",
        LOOKUPS,
        Side(lambda: wanted, native),
        Side(lambda: wanted, python),
        correct=correct,
    )


@pytest.fixture(scope="module", params=[1_000, 100_000, 1_000_000])
def permissions(request: pytest.FixtureRequest) -> tuple[int, _core.Registry, Dispatcher]:
    """Give both sides the same applications of account B."""
    size = request.param
    return size, core.permissions(size), reference.permissions(size)


@pytest.mark.parametrize("kind", ["public", "private", "unknown"])
def test_admit(compare: Compare, permissions: tuple[int, _core.Registry, Dispatcher], kind: str) -> None:
    """Ask whether account A may dial an application of account B."""
    size, registry, dispatcher = permissions
    rng = random.Random(size)
    # Even applications are public, odd ones are not; from `size` on there are none.
    first = {"public": 0, "private": 1, "unknown": size}[kind]
    wanted = [reference.application_sid(first + 2 * rng.randrange(size // 2)) for _ in range(LOOKUPS)]

    def native(sids: list[str]) -> None:
        for sid in sids:
            registry.admit(reference.A.sid, sid)

    def python(sids: list[str]) -> None:
        for sid in sids:
            dispatcher.admit(reference.A, sid, 0)

    def same(sid: str) -> bool:
        expected = dispatcher.admit(reference.A, sid, 0)
        seen = expected if isinstance(expected, int) else None
        made = registry.admit(reference.A.sid, sid)
        return made.caller_sees == seen and made.allowed == (seen is None) == (kind == "public")

    compare(
        f"admit among {size:,}, {kind}",
        LOOKUPS,
        Side(lambda: wanted, native),
        Side(lambda: wanted, python),
        correct=all(map(same, wanted)),
    )
