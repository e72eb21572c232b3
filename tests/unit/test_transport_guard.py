"""The network transports under the core's own guard: what a name resolves to decides where nothing goes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from appconnect._core import Guard
from appconnect.driver.http import HttpTransport
from appconnect.transport import Failure, FailureReason, Response
from tests.unit.misbehaving import Misbehaving, webhook

if TYPE_CHECKING:
    import socket

PUBLIC = "93.184.216.34"


async def nowhere(address: str, port: int) -> socket.socket:
    raise AssertionError(f"a connection to {address}:{port} was tried")


@pytest.mark.parametrize(
    ("host", "port", "answers"),
    [
        ("mixed.example", 80, [PUBLIC, "10.0.0.1"]),
        ("mixed.example", 443, ["10.0.0.1", PUBLIC]),
        ("v6.example", 80, [PUBLIC, "::1"]),
        ("nat64.example", 80, ["64:ff9b::a9fe:a9fe"]),
        ("mapped.example", 80, ["::ffff:169.254.169.254"]),
        ("scoped.example", 80, ["fe80::1%eth0"]),
        ("cname.example", 80, ["10.1.2.3"]),
        ("127.0.0.1.nip.example", 80, ["127.0.0.1"]),
        ("odd.example", 80, ["not an address"]),
        ("127.0.0.1", 80, []),
        ("169.254.169.254", 80, []),
        ("::1", 80, []),
        ("2130706433", 80, ["127.0.0.1"]),
        ("localhost", 80, [PUBLIC]),
        ("app.example", 22, [PUBLIC]),
        ("app.example", 6379, [PUBLIC]),
        ("own.example", 8080, ["93.184.216.40"]),
        ("93.184.216.40", 8080, []),
    ],
)
def test_nothing_is_connected_to(host: str, port: int, answers: list[str]) -> None:
    async def resolver(_host: str, _port: int) -> list[str]:
        return answers

    async def work() -> None:
        guard = Guard(own=["93.184.216.40:8080"])
        async with HttpTransport(guard, resolver=resolver, connector=nowhere) as transport:
            outcome = await transport.exchange(webhook(port, host=host))
            assert isinstance(outcome, Failure)
            assert outcome.reason is FailureReason.ADDRESS_DENIED, outcome

    asyncio.run(work())


def test_loopback_is_reached_where_private_addresses_are_allowed() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(Guard(allow_private=True)) as transport:
            assert isinstance(await transport.exchange(webhook(server.port)), Response)

    asyncio.run(work())
