"""Hostile and faulty answers over real HTTP, through transport, core, driver and simulator.

The cases are those of `tests/data/badinputs/cases.tsv`, which the core's own tests run without Python; its
first lines say how it is written. Each is served by a real server and run as a call to its end.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from appconnect import Account, Config, Guard, PhoneNumber, Registry
from appconnect.driver.http import HttpTransport
from appconnect.events import Event, ProblemRaised
from appconnect.simulator import Session
from tests.contract.serving import serving

DATA = Path(__file__).parents[1] / "data" / "badinputs" / "cases.tsv"
ACCOUNT, NUMBER = "AC" + "a" * 32, "+15550199"
APOLOGY = "We are sorry, an application error has occurred. Goodbye."
DOCUMENT_LIMIT = 90_003


class Case(NamedTuple):
    """A row of the data."""

    name: str
    layer: str
    content_type: str
    outcome: str
    body: bytes
    coding: str = ""


ESCAPE = re.compile(r"\\(?:\{(\d+)\*(.*?)\}|x([0-9A-F]{2})|(.))", re.DOTALL)
PLAIN = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}


def unescape(text: str, count: int = 0) -> bytes:
    """Read a body as the data writes it."""
    out, at = bytearray(), 0
    for found in ESCAPE.finditer(text):
        out += text[at : found.start()].encode()
        at = found.end()
        times, repeated, byte, plain = found.groups()
        if times:
            for number in range(int(times)):
                out += unescape(repeated, number)
        elif byte:
            out.append(int(byte, 16))
        else:
            out += str(count).encode() if plain == "#" else PLAIN[plain].encode()
    return bytes(out + text[at:].encode())


def cases() -> list[Case]:
    """Read the rows, and add those that HTTP itself spoils."""
    rows = [line.split("\t") for line in DATA.read_text("utf-8").splitlines() if not line.startswith("#")]
    found = [
        Case(name, layer, kind, outcome, unescape(body))
        for name, layer, kind, outcome, _, _, body in rows[1:]
    ]
    bomb = gzip.compress(bytes(10_000_000))
    hello = b"<Response><Say>hi</Say></Response>"
    trailing = gzip.compress(hello) + b"x"
    return [
        *found,
        Case("coding_gzip", "transport", "text/xml", "ok", gzip.compress(hello), "gzip"),
        Case("coding_gzip_bomb", "transport", "text/xml", "fatal 11750", bomb, "gzip"),
        Case("coding_gzip_twice", "transport", "text/xml", "fatal 11200", gzip.compress(bomb), "gzip, gzip"),
        Case("coding_gzip_trailing", "transport", "text/xml", "fatal 11200", trailing, "gzip"),
        Case("coding_not_offered", "transport", "text/xml", "fatal 11200", hello, "br"),
        Case("coding_lies", "transport", "text/xml", "fatal 11200", hello, "gzip"),
    ]


ALL = cases()


class Seen(NamedTuple):
    """What became of a call."""

    problems: list[int]
    heard: list[str]


async def run(case: Case) -> Seen:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(case.body)}\r\nConnection: close\r\n"
    head += f"Content-Type: {case.content_type}\r\n" if case.content_type else ""
    head += f"Content-Encoding: {case.coding}\r\n" if case.coding else ""
    answer = head.encode() + b"\r\n" + case.body
    problems: list[int] = []

    def on_event(event: Event) -> None:
        if isinstance(event, ProblemRaised):
            problems.append(event.code)

    async with serving(lambda _: answer) as port, HttpTransport(Guard(allow_private=True)) as transport:
        registry = Registry(
            accounts=[Account(ACCOUNT, "token")],
            numbers=[PhoneNumber(NUMBER, ACCOUNT, f"http://127.0.0.1:{port}/voice")],
        )
        config = Config(timeline=True, documents_per_root=20)
        async with Session(registry, transport, config=config, on_event=on_event) as session:
            caller = await session.dial("+15550100", NUMBER)
            await caller.ends()
            return Seen(problems, [entry.text for entry in caller.heard])


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    seen = asyncio.run(run(case))
    kind, *codes = case.outcome.split()
    expected = [int(code) for code in codes]
    if kind == "fatal":
        # Nothing of the document runs: the only thing heard is the apology.
        assert seen.problems == expected
        assert seen.heard == [APOLOGY]
    else:
        assert seen.problems[: len(expected)] == expected
        assert seen.problems.count(DOCUMENT_LIMIT) <= 1


def test_the_data_is_not_empty() -> None:
    assert len(ALL) > 300
    assert {case.layer for case in ALL} == {"parse", "answer", "call", "transport"}
