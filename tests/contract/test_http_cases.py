"""What broken or hostile webhook servers do to a call: the code, then the fallback URL, and the call goes on.

The servers are those of `tests/unit/misbehaving.py`; here a whole call meets them, through transport, core,
driver and simulator.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

import pytest

from appconnect import Account, Guard, PhoneNumber, Registry
from appconnect.driver.http import HttpTransport
from appconnect.events import ProblemRaised
from appconnect.simulator import Session
from tests.contract.serving import serving
from tests.unit.misbehaving import Misbehaving

if TYPE_CHECKING:
    from appconnect.events import Event

DATA = Path(__file__).parents[1] / "data" / "http_cases.tsv"
ACCOUNT, NUMBER = "AC" + "a" * 32, "+15550199"
# Twilio's codes of failed exchanges (webhooks.md section 12.1).
CODES = {
    "bad-encoding": 11200,
    "protocol": 11206,
    "reset": 11200,
    "timeout": 11203,
    "too-large": 11750,
    "truncated": 11200,
}


class Seen(NamedTuple):
    """What became of a call."""

    problems: list[int]
    cause: str | None
    heard: list[str]


def failing() -> list[tuple[str, str]]:
    """Read the cases in which an exchange fails."""
    rows = [line.split("\t") for line in DATA.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [(name, outcome) for name, outcome, *_ in rows[1:] if outcome in CODES]


async def call(voice_url: str, fallback_url: str | None) -> Seen:
    """Call a number with these webhooks and stay until the call ends."""
    problems: list[int] = []

    def on_event(event: Event) -> None:
        if isinstance(event, ProblemRaised):
            problems.append(event.code)

    registry = Registry(
        accounts=[Account(ACCOUNT, "token")],
        numbers=[PhoneNumber(NUMBER, ACCOUNT, voice_url, voice_fallback_url=fallback_url)],
    )
    async with (
        HttpTransport(Guard(allow_private=True)) as transport,
        Session(registry, transport, on_event=on_event) as session,
    ):
        caller = await session.dial("+15550100", NUMBER)
        cause = await caller.ends()
        return Seen(problems, cause, [entry.text for entry in caller.heard])


@pytest.mark.parametrize(("name", "reason"), failing())
def test_a_failed_exchange_is_reported_and_the_fallback_takes_over(name: str, reason: str) -> None:
    async def work() -> None:
        async with Misbehaving() as server:
            # The fragment shortens the times; it is never sent.
            voice = f"http://127.0.0.1:{server.port}/{name}#tt=700&rt=700"
            seen = await call(voice, f"http://127.0.0.1:{server.port}/ok")
            assert seen == Seen([CODES[reason]], "normal", [])
            assert server.paths() == [f"/{name}", "/ok"]
            form = parse_qs(server.requests[-1].partition(b"\r\n\r\n")[2].decode())
            assert form["ErrorCode"] == [str(CODES[reason])]
            assert form["ErrorUrl"] == [f"http://127.0.0.1:{server.port}/{name}"]

    asyncio.run(work())


def test_a_refused_connection_is_reported() -> None:
    async def work() -> None:
        async with Misbehaving() as server:
            pass
        seen = await call(f"http://127.0.0.1:{server.port}/", None)
        assert seen.problems == [11202]
        assert len(seen.heard) == 1, "the apology"

    asyncio.run(work())


def test_a_private_address_is_refused_unless_allowed() -> None:
    async def work() -> None:
        problems: list[ProblemRaised] = []

        def on_event(event: Event) -> None:
            if isinstance(event, ProblemRaised):
                problems.append(event)

        async with Misbehaving() as server, HttpTransport(Guard()) as transport:
            url = f"http://127.0.0.1:{server.port}/ok"
            registry = Registry(
                accounts=[Account(ACCOUNT, "token")], numbers=[PhoneNumber(NUMBER, ACCOUNT, url)]
            )
            async with Session(registry, transport, on_event=on_event) as session:
                await (await session.dial("+15550100", NUMBER)).ends()
            assert [problem.code for problem in problems] == [11200]
            assert "private" in problems[0].message
            assert server.connections == 0

    asyncio.run(work())


def status(line: str, *fields: str, body: bytes = b"") -> bytes:
    """Make an answer."""
    head = "".join(f"{field}\r\n" for field in (*fields, f"Content-Length: {len(body)}"))
    return f"HTTP/1.1 {line}\r\n{head}\r\n".encode() + body


TWIML = b"<Response><Say>must not run</Say></Response>"
OK = status("200 OK", "Content-Type: text/xml", body=b"<Response><Say>fine</Say></Response>")


@pytest.mark.parametrize(
    ("answers", "problems", "heard"),
    [
        pytest.param([status("204 No Content")], [11770], None, id="204"),
        pytest.param([status("200 OK", "Content-Type: text/xml")], [11770], None, id="empty"),
        pytest.param([status("401 Unauthorized")], [11200], None, id="401"),
        pytest.param([status("404 None", "Content-Type: text/xml", body=TWIML)], [11200], None, id="404"),
        pytest.param([status("429 Too Many", "Retry-After: 1")], [11200], None, id="429"),
        pytest.param([status("500 Error", "Content-Type: text/xml", body=TWIML)], [11200], None, id="500"),
        pytest.param([status("503 Busy"), OK], [11200], None, id="503 then 200"),
        pytest.param([status("304 Not Modified")], [11216], None, id="304"),
        pytest.param([status("308 Permanent", "Location: /next")], [11216], None, id="308"),
        pytest.param([status("302 Found")], [11216], None, id="no location"),
        pytest.param([status("302 Found", "Location: /%0d%0aX: 1")], [11216], None, id="encoded CR LF"),
        pytest.param([status("302 Found", "Location: gopher://x/")], [11216], None, id="another scheme"),
        pytest.param([status("302 Found", "Location: /next")] * 11, [11215], None, id="eleven redirects"),
        pytest.param([*[status("302 Found", "Location: /next")] * 10, OK], [], ["fine"], id="ten redirects"),
        pytest.param([status("307 Again", "Location: /next"), OK], [], ["fine"], id="307"),
    ],
)
def test_a_status_has_its_code(answers: list[bytes], problems: list[int], heard: list[str] | None) -> None:
    async def work() -> None:
        waiting, methods = list(answers), list[str]()

        def answer(head: str) -> bytes | None:
            methods.append(head.split(maxsplit=1)[0])
            return waiting.pop(0) if waiting else None

        async with serving(answer) as port:
            seen = await call(f"http://127.0.0.1:{port}/voice", None)
        assert seen.problems == problems
        assert "must not run" not in seen.heard
        if heard is not None:
            assert seen.heard == heard
            method = "POST" if answers[0].startswith(b"HTTP/1.1 307") else "GET"
            assert methods[1:] == [method] * (len(answers) - 1)

    asyncio.run(work())


def test_a_retry_policy_in_the_url_is_kept() -> None:
    async def work() -> None:
        waiting, tokens = [status("503 Busy"), OK], list[str]()

        def answer(head: str) -> bytes:
            name = "I-Twilio-Idempotency-Token"
            tokens.extend(line for line in head.split("\r\n") if line.startswith(name))
            return waiting.pop(0)

        async with serving(answer) as port:
            seen = await call(f"http://127.0.0.1:{port}/voice#rp=5xx&rc=1", None)
        assert seen == Seen([], "normal", ["fine"])
        assert len(tokens) == 2
        assert len(set(tokens)) == 1, "the retry is the same webhook"

    asyncio.run(work())
