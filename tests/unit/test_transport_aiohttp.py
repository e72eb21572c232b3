"""What only the transport by way of aiohttp can do wrong; the rest is in the tables of all transports."""

from __future__ import annotations

import asyncio
import importlib
import sys

import aiohttp
import pytest

from appconnect.driver import aiohttp_transport
from appconnect.driver.aiohttp_transport import AiohttpTransport
from appconnect.driver.pool import Limits
from appconnect.transport import (
    Failure,
    FailureReason,
    Response,
)
from tests.unit.misbehaving import Misbehaving, OpenGuard, webhook


def response(outcome: Response | Failure) -> Response:
    assert isinstance(outcome, Response), outcome
    return outcome


def test_a_closed_transport_makes_no_new_session() -> None:
    async def work() -> None:
        async with Misbehaving() as server:
            transport = AiohttpTransport(OpenGuard())
            assert response(await transport.exchange(webhook(server.port))).status == 200
            await transport.aclose()
            with pytest.raises(RuntimeError, match="closed"):
                await transport.exchange(webhook(server.port))
            assert transport._sessions == {}

    asyncio.run(work())


def test_a_session_that_makes_room_is_never_one_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiohttp_transport, "_ACCOUNTS_KEPT", 1)
    close = aiohttp.ClientSession.close

    async def close_slowly(session: aiohttp.ClientSession) -> None:
        await close(session)
        await asyncio.sleep(0.02)

    monkeypatch.setattr(aiohttp.ClientSession, "close", close_slowly)

    async def work() -> None:
        async with Misbehaving() as server, AiohttpTransport(OpenGuard()) as transport:
            assert response(await transport.exchange(webhook(server.port, account="AC0"))).status == 200
            tasks = []
            for number in range(1, 4):
                request = webhook(server.port, account=f"AC{number}")
                tasks.append(asyncio.create_task(transport.exchange(request)))
                await asyncio.sleep(0.005)
            outcomes = await asyncio.gather(*tasks)
            assert [response(outcome).status for outcome in outcomes] == [200] * 3
            assert transport._running == {}

    asyncio.run(work())


def test_the_queue_of_an_account_is_bounded_by_way_of_aiohttp_too() -> None:
    async def work() -> None:
        limits = Limits(per_account=1, waiting=2)
        async with Misbehaving() as server, AiohttpTransport(OpenGuard(), limits=limits) as transport:
            tasks = [
                asyncio.create_task(transport.exchange(webhook(server.port, "/ok_slow"))) for _ in range(4)
            ]
            outcomes = await asyncio.gather(*tasks)
            assert [response(outcome).status for outcome in outcomes[:3]] == [200] * 3
            assert server.connections == 1
            assert isinstance(outcomes[3], Failure)
            assert outcomes[3].reason is FailureReason.OVERLOADED

    asyncio.run(work())


def test_aiohttp_missing_is_told_with_the_name_of_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    monkeypatch.delitem(sys.modules, "appconnect.driver.aiohttp_transport", raising=False)
    with pytest.raises(ImportError, match=r"twiml-appconnect\[aiohttp\]"):
        importlib.import_module("appconnect.driver.aiohttp_transport")
