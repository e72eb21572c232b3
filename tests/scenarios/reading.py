"""Reading a scenario file. What the format does not know is an error."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any, Final

from tests.scenarios.names import ScenarioError

ABSENT: Final = object()


def plain(value: object) -> str | None:
    """A value as it is compared: texts as they are, the rest as TOML writes it."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return None


def number(value: object) -> float | None:
    """A number, or none if it is something else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


class Fields:
    """A table that is read key by key; what is left at the end was not known."""

    def __init__(self, what: str, table: object) -> None:
        if not isinstance(table, dict):
            raise ScenarioError(f"{what} must be a table")
        self.what = what
        self._table: dict[str, Any] = dict(table)

    def take(self, key: str) -> object:
        """Any value, or `ABSENT`."""
        return self._table.pop(key, ABSENT)

    def text(self, key: str) -> str | None:
        """A text, if it is there."""
        value = self.take(key)
        if value is ABSENT or isinstance(value, str):
            return value if isinstance(value, str) else None
        raise ScenarioError(f"{self.what}: {key} must be a text")

    def flag(self, key: str) -> bool | None:
        """Whether something is so, if it is there."""
        value = self.take(key)
        if value is ABSENT or isinstance(value, bool):
            return value if isinstance(value, bool) else None
        raise ScenarioError(f"{self.what}: {key} must be true or false")

    def number(self, key: str) -> float | None:
        """A number, if it is there."""
        value = self.take(key)
        if value is ABSENT:
            return None
        result = number(value)
        if result is None:
            raise ScenarioError(f"{self.what}: {key} must be a number")
        return result

    def texts(self, key: str) -> list[str] | None:
        """A text or a list of them, if it is there."""
        value = self.take(key)
        if value is ABSENT:
            return None
        values = value if isinstance(value, list) else [value]
        texts = [text for text in values if isinstance(text, str)]
        if len(texts) < len(values):
            raise ScenarioError(f"{self.what}: {key} must be a text or a list of texts")
        return texts

    def entries(self, key: str) -> list[tuple[str, Any]]:
        """The entries of a table of this table, in the order of the file."""
        value = self.take(key)
        if value is ABSENT:
            return []
        if not isinstance(value, dict):
            raise ScenarioError(f"{self.what}: {key} must be a table")
        return list(value.items())

    def done(self) -> None:
        """Refuse what is left."""
        for key in self._table:
            raise ScenarioError(f'{self.what}: unknown key "{key}"')


@dataclass(frozen=True)
class Step:
    """One step: what it is by its first key, and its other keys."""

    number: int
    line: int
    kind: str
    value: object
    keys: dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A scenario as it was read; `setup` is everything of the file but its steps."""

    watch: list[str] | None
    setup: Fields
    steps: list[Step]


def read(text: str) -> Scenario:
    """Read a file."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"this is no TOML: {error}") from error
    file = Fields("the file", table)
    for key in ("title", "spec"):
        texts = file.texts(key)
        if not texts or not all(text.strip() for text in texts):
            raise ScenarioError(f"the file: {key} is missing")
    watch = file.texts("watch")
    steps = file.take("steps")
    if not isinstance(steps, list):
        raise ScenarioError("the file: steps must be a list of tables")
    lines = _lines_of_steps(text)
    if len(lines) != len(steps):
        raise ScenarioError("steps: each step begins on a line of its own, with {")
    pairs = enumerate(zip(steps, lines, strict=True), 1)
    return Scenario(watch, file, [_step(place, line, step) for place, (step, line) in pairs])


def _step(place: int, line: int, step: object) -> Step:
    if not isinstance(step, dict):
        raise ScenarioError("the file: steps must be a list of tables")
    if not step:
        raise ScenarioError(f"step {place} (line {line}): it is empty")
    (kind, value), *others = step.items()
    return Step(place, line, kind, value, dict(others))


def _lines_of_steps(text: str) -> list[int]:
    """The lines on which steps begin: those that start with a brace, from `steps = [` on."""
    found: list[int] = []
    begun = False
    for place, line in enumerate(text.split("\n"), 1):
        start = line.lstrip()
        begun = begun or start.startswith("steps = [")
        if begun and start.startswith("{"):
            found.append(place)
    return found
