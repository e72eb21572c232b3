"""Every case of `tests/data/http_cases.tsv`, against the real misbehaving server."""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from appconnect.driver.aiohttp_transport import AiohttpTransport
from appconnect.driver.http import HttpTransport
from appconnect.transport import BODY_LIMIT, Failure, Response
from tests.unit.misbehaving import CASES, TWIML, Misbehaving, OpenGuard, webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_TABLE = Path(__file__).parents[1] / "data" / "http_cases.tsv"
_SLOW = {"never_answers", "slowloris_headers", "slowloris_body", "stalled_body"}


class Row(NamedTuple):
    name: str
    outcome: str
    reuse: str
    aiohttp: str
    why: str


def rows() -> list[Row]:
    lines = [line for line in _TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return [Row(*line.split("\t")) for line in lines[1:]]


def told(outcome: Response | Failure) -> str:
    return outcome.reason.value if isinstance(outcome, Failure) else str(outcome.status)


def run_on(loop: str, work: Coroutine[object, object, None]) -> None:
    if loop == "asyncio":
        asyncio.run(work)
    else:
        run: Callable[[Coroutine[object, object, None]], None] = importlib.import_module("uvloop").run
        run(work)


def loops() -> list[str]:
    found = importlib.util.find_spec("uvloop") is not None and sys.platform != "win32"
    return ["asyncio", "uvloop"] if found else ["asyncio"]


def test_the_table_and_the_server_name_the_same_cases() -> None:
    elsewhere = {"ok_slow", "ok_then_close", "ok_then_die", "answer_twice_later"}
    assert {row.name for row in rows()} == CASES.keys() - elsewhere


@pytest.mark.parametrize("loop", loops())
@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_one_exchange_ends_as_the_table_says(row: Row, loop: str) -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            seconds = 0.4 if row.name in _SLOW else 5.0
            outcome = await transport.exchange(webhook(server.port, f"/{row.name}", total_timeout=seconds))
            assert told(outcome) == row.outcome, outcome
            assert len(server.requests) == 1
            if isinstance(outcome, Response):
                assert len(outcome.body) <= BODY_LIMIT
            # What the other side could get rid of stays near the caps: sockets' own buffers are most of it.
            assert server.flooded < 16 * 1024 * 1024
            following = await transport.exchange(webhook(server.port))
            assert told(following) == "200"
            assert isinstance(following, Response)
            assert following.body == TWIML
            assert server.connections == (1 if row.reuse == "yes" else 2)

    run_on(loop, work())


@pytest.mark.parametrize("row", [row for row in rows() if row.aiohttp != "-"], ids=lambda row: row.name)
def test_one_exchange_by_way_of_aiohttp_ends_as_the_table_says(row: Row) -> None:
    async def work() -> None:
        async with Misbehaving() as server, AiohttpTransport(OpenGuard()) as transport:
            seconds = 0.4 if row.name in _SLOW else 5.0
            outcome = await transport.exchange(webhook(server.port, f"/{row.name}", total_timeout=seconds))
            assert told(outcome) == (row.aiohttp or row.outcome), outcome
            assert len(server.requests) == 1
            assert server.flooded < 16 * 1024 * 1024

    asyncio.run(work())


@pytest.mark.parametrize(
    "name", ["ok", "ok_gzip", "ok_close", "te_chunked_ok", "ok_bytewise", "ok_after_continue"]
)
def test_status_header_and_body_arrive_whole(name: str) -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            outcome = await transport.exchange(webhook(server.port, f"/{name}"))
            assert isinstance(outcome, Response)
            assert outcome.status == 200
            assert outcome.body == TWIML
            assert outcome.headers[0] == ("Content-Type", "text/xml")
            assert "Link" not in dict(outcome.headers)

    asyncio.run(work())


def test_what_is_sent_is_the_request_byte_for_byte() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            posted = webhook(server.port, "/ok?a=%20b", body=b"x=%C3%A9&x=2")
            asked = webhook(server.port, "/ok?a=1", method="GET")
            await transport.exchange(posted)
            await transport.exchange(asked)
            assert server.requests == [posted.head + posted.body, asked.head]

    asyncio.run(work())


def test_a_trailer_never_becomes_a_header_field() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            outcome = await transport.exchange(webhook(server.port, "/te_chunked_trailer"))
            assert isinstance(outcome, Response)
            assert {name.lower() for name, _ in outcome.headers} == {"content-type", "transfer-encoding"}

    asyncio.run(work())


def test_the_total_time_bounds_a_server_that_keeps_within_the_read_time() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            started = time.perf_counter()
            outcome = await transport.exchange(
                webhook(server.port, "/slowloris_body", read_timeout=0.3, total_timeout=0.6)
            )
            assert told(outcome) == "timeout"
            assert 0.5 < time.perf_counter() - started < 1.5

    asyncio.run(work())


@pytest.mark.parametrize("name", ["never_answers", "stalled_body"])
def test_the_read_time_bounds_silence(name: str) -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            started = time.perf_counter()
            outcome = await transport.exchange(
                webhook(server.port, f"/{name}", read_timeout=0.2, total_timeout=5)
            )
            assert told(outcome) == "timeout"
            assert 0.15 < time.perf_counter() - started < 1.5

    asyncio.run(work())


def test_a_short_budget_holds_after_a_long_one_on_the_same_connection() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            await transport.exchange(webhook(server.port, total_timeout=15, read_timeout=15))
            started = time.perf_counter()
            outcome = await transport.exchange(webhook(server.port, "/never_answers", total_timeout=0.2))
            assert told(outcome) == "timeout"
            assert time.perf_counter() - started < 1
            assert server.connections == 1

    asyncio.run(work())


def test_a_long_budget_is_not_cut_short_by_the_timer_of_a_short_one() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            await transport.exchange(webhook(server.port, total_timeout=0.1))
            outcome = await transport.exchange(webhook(server.port, "/ok_slow", total_timeout=5))
            assert told(outcome) == "200"
            assert server.connections == 1

    asyncio.run(work())


def test_an_answer_after_our_timeout_meets_no_other_request() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            late = await transport.exchange(webhook(server.port, "/ok_slow", total_timeout=0.1))
            assert told(late) == "timeout"
            following = await transport.exchange(webhook(server.port, "/status_500"))
            assert told(following) == "500"
            await asyncio.sleep(0.2)
            assert told(await transport.exchange(webhook(server.port, "/status_500"))) == "500"
            assert server.connections == 2

    asyncio.run(work())
