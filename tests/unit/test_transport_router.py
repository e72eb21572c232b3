"""Several transports behind one."""

from __future__ import annotations

import asyncio
import re

import pytest

from appconnect.transport import (
    CallableTransport,
    Failure,
    FailureReason,
    Response,
    RouterTransport,
    Transport,
    WsgiTransport,
)
from tests.unit.misbehaving import Webhook, webhook


def response(outcome: Response | Failure) -> Response:
    assert isinstance(outcome, Response), outcome
    return outcome


def ask(transport: Transport, request: Webhook | None = None) -> Response | Failure:
    async def work() -> Response | Failure:
        outcome = await transport.exchange(request or webhook(80, "/voice"))
        await transport.aclose()
        return outcome

    return asyncio.run(work())


def named(name: str) -> CallableTransport:
    return CallableTransport(lambda _: name)


def test_the_router_picks_the_transport_that_fits_best() -> None:
    router = RouterTransport(
        {
            "bank.example": named("bank"),
            "https://bank.example": named("bank by https"),
            "https://bank.example/ivr/": named("ivr"),
            "https://bank.example/ivr/de": named("ivr de"),
            "http://shop.example:8080": named("shop 8080"),
            "[::1]": named("six"),
        },
        default=named("rest"),
    )
    expected = {
        ("http", "bank.example", 80, "/x"): "bank",
        ("https", "bank.example", 8443, "/ivr"): "bank",
        ("https", "bank.example", 443, "/x"): "bank by https",
        ("https", "bank.example", 443, "/ivr"): "ivr",
        ("https", "bank.example", 443, "/ivr?x=/ivr/de"): "ivr",
        ("https", "bank.example", 443, "/ivr/menu"): "ivr",
        ("https", "bank.example", 443, "/ivrs"): "bank by https",
        ("https", "bank.example", 443, "/ivr/de?x"): "ivr de",
        ("http", "shop.example", 8080, "/"): "shop 8080",
        ("http", "shop.example", 80, "/"): "rest",
        ("http", "::1", 80, "/"): "six",
        ("http", "notbank.example", 80, "/"): "rest",
    }
    for (scheme, host, port, target), name in expected.items():
        outcome = response(ask(router, webhook(port, target, scheme=scheme, host=host)))
        assert outcome.body.decode() == name, (scheme, host, port, target)


def test_a_router_without_a_default_refuses_the_rest() -> None:
    outcome = ask(RouterTransport({}))
    assert isinstance(outcome, Failure)
    assert outcome.reason is FailureReason.REFUSED


@pytest.mark.parametrize("prefix", ["localhost:8000", "127.0.0.1:80", "[::1]:8000", "bank.example:"])
def test_a_host_with_a_port_needs_a_scheme(prefix: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"write http://{prefix}")):
        RouterTransport({prefix: named("x")})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("bank.example", "BANK.example"),
        ("::1", "[::1]"),
        ("https://bank.example", "https://bank.example:443/"),
        ("http://bank.example/ivr", "http://Bank.example:80/ivr/"),
    ],
)
def test_a_prefix_given_twice_is_refused(first: str, second: str) -> None:
    with pytest.raises(ValueError, match="is given twice"):
        RouterTransport({first: named("x"), second: named("y")})


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "g::h",
        "[g::h]",
        "bank.example/ivr",
        "ftp://bank.example",
        "https://",
        "https://bank.example/?x=1",
        "a@b",
        "http://u@h",
    ],
)
def test_a_prefix_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="neither a host nor an origin"):
        RouterTransport({prefix: named("x")})


def test_closing_a_router_closes_each_transport_once() -> None:
    class Closing:
        def __init__(self) -> None:
            self.closed = 0

        async def exchange(self, request: object) -> Response | Failure:
            del request
            return Response(204, [], b"")

        async def aclose(self) -> None:
            self.closed += 1

    class Failing(Closing):
        async def aclose(self) -> None:
            await super().aclose()
            raise OSError("a defect")

    shared, rest = Closing(), Closing()
    asyncio.run(RouterTransport({"a.example": shared, "https://b.example/x": shared}, default=rest).aclose())
    assert (shared.closed, rest.closed) == (1, 1)

    broken = [Failing(), Failing()]
    router = RouterTransport({"a.example": broken[0], "b.example": broken[1]}, default=rest)
    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(router.aclose())
    assert len(raised.value.exceptions) == 2
    assert [broken[0].closed, broken[1].closed, rest.closed] == [1, 1, 2]


def test_every_transport_is_left_by_async_with() -> None:
    closed: list[str] = []

    class Closing(RouterTransport):
        async def aclose(self) -> None:
            closed.append("router")
            await super().aclose()

    async def work() -> None:
        async with (
            named("function") as function,
            WsgiTransport(lambda _environ, _start: []) as wsgi,
            Closing({"a.example": function, "b.example": wsgi}) as router,
        ):
            assert response(await router.exchange(webhook(80, host="a.example"))).body == b"function"
            assert closed == []

    asyncio.run(work())
    assert closed == ["router"]
