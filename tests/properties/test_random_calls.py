"""Every document runs to an end, whatever caller and called parties do.

`APPCONNECT_TWIML_CORPUS` names a directory of documents to be run instead of `tests/data/twiml`,
`APPCONNECT_SEEDS` how many calls each of them is given. A failure names the document and the seed.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import pytest

from appconnect.events import (
    Connected,
    Dequeued,
    Dialled,
    Joined,
    Left,
    Pressed,
    Queued,
    Returned,
    Said,
    StatusChanged,
)
from appconnect.ladder import draw
from tests.properties.random_call import RandomCall

_OWN: Final = Path(__file__).parents[1] / "data" / "twiml"
_DIRECTORY: Final = Path(os.environ.get("APPCONNECT_TWIML_CORPUS", _OWN))
_SEEDS: Final = int(os.environ.get("APPCONNECT_SEEDS", "6"))

DOCUMENTS: Final = {
    file.stem: file.read_bytes() for file in sorted(_DIRECTORY.iterdir()) if file.suffix in {".twiml", ".xml"}
}


def made(name: str, seed: int) -> RandomCall:
    """A call that has ended, and met what it may meet."""
    call = RandomCall(DOCUMENTS, name, seed)
    try:
        asyncio.run(call.run())
    except Exception as error:
        error.add_note(f"document {name}, seed {seed}\n{draw(call.events, {})}")
        raise
    return call


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_runs_to_an_end_under_any_caller(name: str, caplog: pytest.LogCaptureFixture) -> None:
    for seed in range(_SEEDS):
        made(name, seed)
        assert not caplog.messages, f"document {name}, seed {seed}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_seed_gives_the_same_call_again(name: str) -> None:
    assert made(name, 1).events == made(name, 1).events


def test_the_walks_lead_everywhere() -> None:
    calls = [made(name, seed) for name in DOCUMENTS for seed in range(2)]
    kinds = {type(event) for call in calls for event in call.events}
    statuses = {event.status for call in calls for event in call.events if isinstance(event, StatusChanged)}
    assert statuses >= {"completed", "busy", "no-answer", "failed", "canceled"}
    assert kinds >= {Connected, Dequeued, Dialled, Joined, Left, Pressed, Queued, Returned, Said}
