"""Comparing what happened with what a step wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.scenarios.names import ScenarioError
from tests.scenarios.reading import number, plain
from tests.scenarios.setting import milliseconds, whole

if TYPE_CHECKING:
    from tests.scenarios.names import Names
    from tests.scenarios.reading import Step
    from tests.scenarios.seen import Happening

PLAIN_HEADERS: Final = frozenset({"Authorization", "Cookie", "Host"})
"""Header fields whose names have no hyphen."""


def seconds(millis: int) -> str:
    """Milliseconds as seconds, without zeros that say nothing."""
    return f"{millis // 1_000}.{millis % 1_000:03}".rstrip("0").rstrip(".")


def moment(value: object) -> int | None:
    """A moment of a step, in milliseconds."""
    result = number(value)
    return None if result is None or result < 0 else milliseconds(result)


def told(seen: Happening) -> str:
    """A happening in a few words."""
    return f'{seen.kind} "{seen.value}" at {seconds(seen.at)}'


def check(step: Step, seen: Happening, names: Names) -> None:
    """Compare a happening with a step.

    Raises:
        ScenarioError: It says what differs.
    """
    wanted = plain(step.value)
    if wanted is None:
        raise ScenarioError("an expectation must be a text, a number or true")
    shown = names.shown(_absolute(step.kind, wanted))
    if seen.kind != step.kind or not _same_value(wanted, seen, names):
        raise ScenarioError(f'wanted {step.kind} "{shown}", got {told(seen)}')
    for key, value in step.keys.items():
        _check_key(key, value, seen, names)


def _check_key(key: str, value: object, seen: Happening, names: Names) -> None:
    match key:
        case "at":
            at = moment(value)
            if at is None:
                raise ScenarioError("at must be a number of seconds")
            if at != seen.at:
                raise ScenarioError(_differs(seen, "at", seconds(at), seconds(seen.at)))
        case "has" if isinstance(value, dict):
            _compare(value, seen.parameters, seen, names)
        case "headers" if isinstance(value, dict):
            _compare(value, seen.headers, seen, names)
        case "lacks" if isinstance(value, list):
            _absent(value, seen.parameters, seen)
        case "no_headers" if isinstance(value, list):
            _absent(value, seen.headers, seen)
        case _:
            text = plain(value)
            if text is None:
                raise ScenarioError(f"{key} must be a text, a number or true or false")
            got = seen.fields.get(key, "")
            if not names.matches(text, got):
                raise ScenarioError(_differs(seen, key, _quoted(names.shown(text)), _quoted(got)))


def _differs(seen: Happening, what: str, wanted: str, got: str) -> str:
    return f"{told(seen)}: {what}: wanted {wanted}, got {got}"


def _quoted(text: str) -> str:
    return f'"{text}"' if text else "nothing"


def _absolute(kind: str, value: str) -> str:
    return whole(value) if kind in {"request", "hear"} else value


def _same_value(wanted: str, seen: Happening, names: Names) -> bool:
    """The value of a request is its URL. A query must be named, but for what a GET adds."""
    wanted = _absolute(seen.kind, wanted)
    if seen.kind == "request" and seen.fields["method"] == "GET":
        if "?" not in wanted:
            return names.matches(wanted, seen.value.partition("?")[0])
        filled = names.shown(wanted)
        return seen.value == filled or seen.value.startswith(f"{filled}&")
    return names.matches(wanted, seen.value)


def _compare(wanted: dict[str, object], pairs: list[tuple[str, str]], seen: Happening, names: Names) -> None:
    for name, value in wanted.items():
        text = plain(value)
        if text is None:
            raise ScenarioError(f"{name} must be a text, a number or true or false")
        got = _find(pairs, name)
        if got is None or not names.matches(text, got):
            found = "nothing" if got is None else f'"{got}"'
            raise ScenarioError(_differs(seen, name, f'"{names.shown(text)}"', found))


def _absent(unwanted: list[str], pairs: list[tuple[str, str]], seen: Happening) -> None:
    for name in unwanted:
        got = _find(pairs, name)
        if got is not None:
            raise ScenarioError(_differs(seen, name, "nothing", f'"{got}"'))


def _find(pairs: list[tuple[str, str]], name: str) -> str | None:
    is_header = "-" in name or name in PLAIN_HEADERS
    for key, value in pairs:
        if key == name or (is_header and key.lower() == name.lower()):
            return value
    return None
