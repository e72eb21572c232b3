"""Every scenario file of this directory, as it is and with the calls saved and restored before every input.

`rust/appconnect/tests/scenarios.rs` runs the same files. Those below `refused` must fail, with the text of
their first line.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import pytest

from tests.scenarios.names import ScenarioError
from tests.scenarios.playing import play

ROOT: Final = Path(__file__).parent
FILES: Final = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.toml"))
REFUSED: Final = [name for name in FILES if name.startswith("refused")]
SCENARIOS: Final = [name for name in FILES if name not in REFUSED]


@pytest.mark.parametrize("save", [False, True], ids=["plain", "saved"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_call_goes_as_written(name: str, *, save: bool) -> None:
    text = (ROOT / name).read_text("utf-8")
    log: list[str] = []
    try:
        asyncio.run(play(text, save=save, log=log))
    except ScenarioError as error:
        happened = "".join(f"\n    {line}" for line in log)
        pytest.fail(f"{name}: {error}\n  what happened:{happened}", pytrace=False)


def test_the_example_of_the_reference_goes_as_written() -> None:
    page = (ROOT.parents[1] / "docs" / "scenarios.md").read_text("utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    asyncio.run(play(example, save=False, log=[]))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_so_is_told(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    wanted = text.splitlines()[0].removeprefix("# fails: ")
    with pytest.raises(ScenarioError) as error:
        asyncio.run(play(text, save=False, log=[]))
    assert str(error.value) == wanted
