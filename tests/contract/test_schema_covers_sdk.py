"""The schema knows every verb, noun and attribute that the official package can write.

Nothing is typed in: the builders of the installed `twilio` package are called with every argument they have,
and what they make is looked up in the schema table.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, cast

from twilio.twiml import TwiML, voice_response
from twilio.twiml.voice_response import VoiceResponse

from appconnect import _core

if TYPE_CHECKING:
    from collections.abc import Iterator

# Builders that every element has: they add text, comments or what the caller brings along.
GENERIC = {name for name in dir(TwiML) if not name.startswith("_")}


def _children(element: TwiML) -> Iterator[TwiML]:
    """Make each kind of child that an element's builders offer, with every argument given."""
    for name, build in inspect.getmembers(element, inspect.ismethod):
        if name.startswith("_") or name in GENERIC:
            continue
        arguments = {
            parameter.name: "x"
            for parameter in inspect.signature(build).parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        }
        yield cast("TwiML", build(**arguments))


def _walk() -> dict[tuple[str, str], tuple[type[TwiML], set[str]]]:
    """Collect every pair of parent and child, with the child's class and attributes."""
    found: dict[tuple[str, str], tuple[type[TwiML], set[str]]] = {}
    open_elements: list[TwiML] = [VoiceResponse()]
    while open_elements:
        parent = open_elements.pop()
        for child in _children(parent):
            if (parent.name, child.name) not in found:
                found[parent.name, child.name] = (type(child), set(child.attrs))
                open_elements.append(child)
    return found


PAIRS = _walk()


def _rows() -> dict[str, dict[str, object]]:
    return {cast("str", row["name"]): row for row in _core.schema_table()}


def test_every_class_of_the_package_is_reached() -> None:
    """The walk overlooks no class, so the other tests say what they seem to say."""
    classes = {
        value
        for _, value in inspect.getmembers(voice_response, inspect.isclass)
        if value.__module__ == voice_response.__name__
    }
    reached = {kind for kind, _ in PAIRS.values()} | {VoiceResponse}
    assert {cls.__name__ for cls in classes - reached} == set()
    assert len(PAIRS) > 100


def test_every_element_may_stand_where_the_package_puts_it() -> None:
    """A parent of the schema names each child that the package nests in it."""
    rows = _rows()
    missing = [
        (parent, child) for parent, child in PAIRS if child not in cast("list[str]", rows[parent]["children"])
    ]
    assert missing == []


def test_every_attribute_is_known() -> None:
    """By its name or by another spelling of it."""
    rows = _rows()
    missing = []
    for (_, child), (_, attributes) in PAIRS.items():
        known: set[str] = set()
        for attribute in cast("list[dict[str, object]]", rows[child]["attributes"]):
            known |= {cast("str", attribute["name"]), *cast("list[str]", attribute["aliases"])}
        missing += [(child, name) for name in sorted(attributes - known)]
    assert missing == []
