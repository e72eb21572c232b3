"""Text by the columns that it takes up in a terminal: two for wide characters, none for combining ones."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from typing import Final

__all__ = ["columns", "cut", "wrap"]

_WIDE: Final = {"F", "W"}
_WITHOUT_WIDTH: Final = {"Cf", "Me", "Mn"}
"""Categories of characters that change others, such as accents, variation selectors and joiners."""

_CHUNK: Final = re.compile("[ ]+|[^ ]+")
_INDENT: Final = "  "


def columns(text: str) -> int:
    """How many columns a text takes up."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(text: str, width: int) -> tuple[str, str]:
    """Divide a text after the most characters that fit into a width."""
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken > width:
            return text[:index], text[index:]
    return text, ""


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Break a text into lines, as `textwrap.wrap` does.

    Args:
        text: What is broken: between words, and within those that are longer than a line.
        width: Of a line, in columns. One that is too narrow for a character gets it all the same.
        indent: Stands before the first line; the others are indented a little more.
    """
    chunks = deque(_CHUNK.findall(re.sub(r"[\t\n\v\f\r]", " ", text.expandtabs())))
    lines: list[str] = []
    while chunks:
        head = indent + _INDENT if lines else indent
        room = width - columns(head)
        if lines and chunks[0].isspace():
            chunks.popleft()
        taken = ""
        while chunks and columns(taken) + columns(chunks[0]) <= room:
            taken += chunks.popleft()
        if chunks and columns(chunks[0]) > room:
            begun, rest = cut(chunks.popleft(), room - columns(taken))
            if not taken and not begun:
                begun, rest = rest[0], rest[1:]
            taken += begun
            if rest:
                chunks.appendleft(rest)
        if taken.strip(" "):
            lines.append((head + taken).rstrip(" "))
    return lines


def _columns(character: str) -> int:
    if unicodedata.category(character) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1
