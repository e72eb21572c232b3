from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest

from appconnect import Config
from appconnect.inputs import ChargeDone
from appconnect.simulator import Session
from tests.unit.applications import CALLER, NUMBER, SENDER, Applications, registry, response, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.driver import Connectors, MessageHook
    from appconnect.effects import Charge, SendMessage

CARD = "4111111111111111"
PAY = response(
    '<Pay action="https://apps.example/paid" securityCode="false" postalCode="false"'
    ' chargeAmount="7" paymentConnector="Shop"/>'
)
SMS = response('<Sms action="/sent" statusCallback="/fate">Your code is 17</Sms>')


class Gateway:
    """A connector that answers what it is told to."""

    def __init__(self, answer: Callable[[Charge], object]) -> None:
        self.answer = answer
        self.charges: list[Charge] = []

    def charge(self, charge: Charge, /) -> ChargeDone:
        self.charges.append(charge)
        return self.answer(charge)  # type: ignore[return-value]  # some tests answer rubbish


async def paid_with(connectors: Connectors | None, *, config: Config | None = None) -> dict[str, str]:
    """What the application is told of a payment."""
    apps = Applications({"/voice": PAY, "/paid": response("<Hangup/>")})
    async with Session(registry(), apps, connectors=connectors, config=config) as session:
        caller = await session.dial(CALLER, NUMBER)
        await caller.press(f"{CARD}#")
        await caller.press("1299#")
        await caller.ends()
        await session.drain()
    (paid,) = [request for request in apps.requests if request.path == "/paid"]
    return dict(paid.form)


def test_a_connector_is_found_by_account_and_name_and_gets_the_whole_card() -> None:
    gateway = Gateway(lambda charge: ChargeDone(charge.reply, confirmation_code="ok-17"))
    asked: list[tuple[str, str]] = []

    def connectors(account: str, name: str) -> Gateway:
        asked.append((account, name))
        return gateway

    told = run(paid_with(connectors))
    assert asked == [(SENDER, "Shop")]
    (charge,) = gateway.charges
    assert (charge.details.card_number, charge.details.expiration_date) == (CARD, "1299")
    assert (charge.amount, charge.currency, charge.account) == ("7", "usd", SENDER)
    assert CARD not in repr(charge)
    assert "1299" not in repr(charge)
    assert (told["Result"], told["PaymentConfirmationCode"]) == ("success", "ok-17")
    assert told["PaymentCardNumber"] == "xxxxxxxxxxxx1111"


def test_a_connector_may_take_its_time() -> None:
    async def later(charge: Charge) -> ChargeDone:
        await asyncio.sleep(0.01)
        return ChargeDone(charge.reply, code=64012, message="declined")

    gateway = Gateway(later)
    told = run(paid_with(lambda _account, _name: gateway))
    assert (told["Result"], told["PayErrorCode"]) == ("payment-connector-error", "64012")


async def never(_: Charge) -> ChargeDone:
    await asyncio.Event().wait()
    raise AssertionError


async def cancelled(_: Charge) -> ChargeDone:
    raise asyncio.CancelledError


async def raises_later(_: Charge) -> ChargeDone:
    raise ValueError(CARD)


def raises(charge: Charge) -> ChargeDone:
    raise ValueError(charge.details.card_number)


def nothing(_: Charge) -> None:
    return None


def another(_: Charge) -> ChargeDone:
    return ChargeDone("CA" + "0" * 32 + ":1", token="of another payment")


@pytest.mark.parametrize(
    "answer",
    [
        raises,
        raises_later,
        cancelled,
        never,
        nothing,
        another,
    ],
)
def test_a_connector_that_fails_is_a_payment_that_failed_and_shows_no_card(
    answer: Callable[[Charge], object], caplog: pytest.LogCaptureFixture
) -> None:
    gateway = Gateway(answer)
    with caplog.at_level(logging.DEBUG):
        told = run(
            paid_with(lambda _account, _name: gateway, config=Config(timeline=True, charge_timeout_ms=200))
        )
    assert (told["Result"], told["PayErrorCode"]) == ("payment-connector-error", "64002")
    assert "of another payment" not in told.values()
    assert CARD not in caplog.text


def unlisted(_account: str, _name: str) -> None:
    return None


def broken(_account: str, _name: str) -> None:
    raise LookupError("the table of connectors is gone")


@pytest.mark.parametrize(("connectors", "code"), [(unlisted, "64004"), (broken, "64002")])
def test_without_a_connector_the_payment_fails(connectors: Connectors, code: str) -> None:
    told = run(paid_with(connectors))
    assert (told["Result"], told["PayErrorCode"]) == ("payment-connector-error", code)


async def texted_with(hook: MessageHook | None) -> Applications:
    """The requests of a call that sends a message."""
    apps = Applications({"/voice": SMS, "/sent": response("<Say>Sent</Say>")})
    async with Session(registry(), apps, messages=hook) as session:
        caller = await session.dial(CALLER, NUMBER)
        await caller.ends()
        await session.drain()
        if hook is None:
            assert [(text.to, text.body) for text in session.messages] == [(CALLER, "Your code is 17")]
    return apps


def fate(apps: Applications) -> str:
    (told,) = [request for request in apps.requests if request.path == "/fate"]
    return told.form["SmsStatus"]


def test_a_message_is_sent_by_the_hook() -> None:
    seen: list[SendMessage] = []

    async def send(message: SendMessage) -> bool:
        await asyncio.sleep(0)
        seen.append(message)
        return True

    apps = run(texted_with(send))
    (message,) = seen
    assert (message.from_, message.to, message.body, message.account) == (
        NUMBER,
        CALLER,
        "Your code is 17",
        SENDER,
    )
    assert "code is" not in repr(message)
    assert fate(apps) == "sent"
    assert "/sent" in apps.paths


def refuses(_: SendMessage) -> bool:
    return False


def fails(_: SendMessage) -> bool:
    raise OSError("the modem is gone")


async def fails_later(_: SendMessage) -> bool:
    raise OSError("the modem is gone")


@pytest.mark.parametrize("hook", [refuses, fails, fails_later])
def test_a_message_that_is_not_sent_has_failed(hook: MessageHook) -> None:
    assert fate(run(texted_with(hook))) == "failed"


def test_a_session_keeps_the_messages() -> None:
    assert fate(run(texted_with(None))) == "sent"
