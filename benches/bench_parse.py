"""A document's bytes in, a parsed and validated document out.

The other side is lxml, which does not validate.
"""

from pathlib import Path

import pytest

from appconnect import _core
from benches import reference
from benches.table import Compare, Side

BYTES_A_ROUND = 200_000
MOST_A_ROUND = 1_000


@pytest.mark.parametrize("path", reference.CORPUS, ids=lambda path: path.stem)
def test_parse(compare: Compare, path: Path) -> None:
    """Parse one document of the corpus again and again."""
    body = path.read_bytes()
    units = max(1, min(MOST_A_ROUND, BYTES_A_ROUND // len(body)))

    def core(count: int) -> None:
        for _ in range(count):
            _core.parse(body)

    def python(count: int) -> None:
        for _ in range(count):
            reference.parse(body)

    document = _core.parse(body)
    verbs = [(verb.name, len(verb.children)) for verb in document.verbs()]
    expected = [(verb.tag, len(verb)) for verb in reference.parse(body)]
    correct = not document.problems and verbs == expected
    compare(
        f"parse {path.stem} ({len(body):,} bytes)",
        units,
        Side(lambda: units, core),
        Side(lambda: units, python),
        correct=correct,
    )
