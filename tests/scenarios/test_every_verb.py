"""Every verb and noun that is executed stands in a scenario, in each verb that takes it.

Standing there is not being tested: `tools/gut_verbs.py` takes a verb away, and sees that a scenario fails.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from appconnect import _core

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent

COMING: Final[frozenset[str]] = frozenset()
"""Verbs and nouns whose scenarios are being written."""

SCHEMA_ONLY: Final = frozenset({("Response", "Prompt"), ("Response", "Queue")})
"""Verbs by the schema alone: warned of and skipped (`twiml-voice.md` section 7)."""

ROWS: Final[dict[str, dict[str, Any]]] = {str(row["name"]): row for row in _core.schema_table()}


def _documents(value: object) -> Iterator[str]:
    """The documents among the answers of a URL, and those that an act gives."""
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from _documents(one)
        case {"twiml": str(twiml)}:
            yield twiml
        case _:
            pass


def _places() -> set[tuple[str, str]]:
    """Every element of every scenario that must pass, with the one that it stands in."""
    found: set[tuple[str, str]] = set()
    for path in ROOT.rglob("*.toml"):
        if path.parent.name == "refused":
            continue
        scenario = tomllib.loads(path.read_text("utf-8"))
        for answers in [*scenario.get("documents", {}).values(), scenario["steps"]]:
            for text in _documents(answers):
                has_root = text.lstrip().startswith(("<Response", "<?xml"))
                try:
                    root = ET.fromstring(text if has_root else f"<Response>{text}</Response>")  # noqa: S314 - our own
                except ET.ParseError:
                    continue
                found |= {(parent.tag, child.tag) for parent in root.iter() for child in parent}
    return found


def _wanted() -> set[tuple[str, str]]:
    """Where each verb and noun is executed: verbs below the root, nouns in every verb that takes them.

    What stands in nouns alone, such as a parameter, must stand in one of them.
    """
    executed = {name for name, row in ROWS.items() if row["executed"]}
    by_verb = {
        (name, child)
        for name, row in ROWS.items()
        if name in executed and row["kind"] in {"root", "verb"}
        for child in row["children"]
        if child in executed and ROWS[child]["kind"] in {"verb", "noun"}
    }
    in_verbs = {child for _, child in by_verb}
    in_nouns = {name for name in executed - in_verbs if ROWS[name]["kind"] in {"verb", "noun"}}
    return by_verb - SCHEMA_ONLY | {("", name) for name in in_nouns}


def _is_there(wanted: tuple[str, str], places: set[tuple[str, str]]) -> bool:
    parent, name = wanted
    return wanted in places if parent else any(child == name for _, child in places)


def test_every_verb_and_noun_that_is_executed_stands_in_a_scenario() -> None:
    places = _places()
    missing = [
        f"<{name}>" if not parent else f"<{name}> in <{parent}>"
        for parent, name in sorted(_wanted())
        if COMING.isdisjoint((parent, name)) and not _is_there((parent, name), places)
    ]
    assert not missing, f"no scenario of tests/scenarios has {', '.join(missing)}"


def test_what_is_there_is_no_longer_coming() -> None:
    places = _places()
    for name in sorted(COMING):
        assert name in ROWS, f"there is no <{name}>"
        wanted = {place for place in _wanted() if name in place}
        done = bool(wanted) and all(_is_there(place, places) for place in wanted)
        assert not done, f"<{name}> is executed and stands in scenarios: take it out of COMING"
