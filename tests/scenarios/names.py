"""Names for what a scenario cannot know beforehand: `$call` is bound at first sight, and equal later."""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = re.compile(r"\$(?:(?P<dollar>\$)|(?P<name>[a-z_][a-z0-9_]*))")


class ScenarioError(Exception):
    """The call did not go as written, or the file cannot be understood."""


def pieces(text: str) -> list[tuple[bool, str]]:
    """Cut a text at its names.

    `$$` is a dollar, and so is one that no small letter or `_` follows.

    Returns:
        Pieces, each with whether it is a name.
    """
    found: list[tuple[bool, str]] = []
    plain, end = "", 0
    for match in _NAME.finditer(text):
        plain += text[end : match.start()]
        end = match.end()
        if match["dollar"]:
            plain += "$"
            continue
        if plain:
            found.append((False, plain))
            plain = ""
        found.append((True, match["name"]))
    plain += text[end:]
    return [*found, (False, plain)] if plain else found


class Names:
    """What each name stands for."""

    def __init__(self) -> None:
        self._bound: dict[str, str] = {}

    def bind(self, name: str, value: str) -> None:
        """Give a name to something."""
        if name == "_":
            return
        for other, bound in sorted(self._bound.items()):
            if bound == value:
                raise ScenarioError(f"${name} is the same as ${other}")
        self._bound[name] = value

    def fill(self, text: str) -> str:
        """Put what names stand for into a text. Only names that are bound may stand in it."""
        filled = ""
        for is_name, piece in pieces(text):
            if is_name and piece not in self._bound:
                raise ScenarioError(f"${piece} is not known here; a dollar is $$")
            filled += self._bound[piece] if is_name else piece
        return filled

    def shown(self, text: str) -> str:
        """Return a text as it should be: names that are bound are filled in, others stay."""
        return "".join(
            self._bound.get(piece, f"${piece}") if is_name else piece for is_name, piece in pieces(text)
        )

    def matches(self, wanted: str, got: str) -> bool:
        """Say whether a value is as wanted.

        Names that are not bound yet take what stands in their place, `$_` takes anything; neither takes
        nothing.
        """
        parts = pieces(wanted)
        rest = got
        for place, (is_name, piece) in enumerate(parts):
            literal = self._bound.get(piece) if is_name else piece
            if literal is not None:
                if not rest.startswith(literal):
                    return False
                rest = rest[len(literal) :]
                continue
            end = len(rest)
            if place + 1 < len(parts):
                next_is_name, following = parts[place + 1]
                until = self._bound.get(following) if next_is_name else following
                end = -1 if until is None else rest.find(until)
            if end <= 0:
                return False
            self.bind(piece, rest[:end])
            rest = rest[end:]
        return not rest
