from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from appconnect import Config
from appconnect.events import Pressed, ProblemRaised
from appconnect.simulator import MediaModel, Session
from tests.unit.applications import CALLER, NUMBER, SENDER, Applications, registry, response, run

if TYPE_CHECKING:
    from appconnect.events import Event

PAID = "https://apps.example/paid"


def pay(attributes: str = "", prompts: str = "") -> Applications:
    """An application that takes a payment."""
    verb = f'<Pay action="{PAID}" {attributes}>{prompts}</Pay>'
    return Applications({"/voice": response(verb), "/paid": response("<Say>Thank you</Say>")})


@pytest.mark.parametrize(
    ("number", "result", "code"),
    [
        ("4111111111111111", "success", None),
        ("5555555555554444", "success", None),
        ("378282246310005", "success", None),
        ("4000000000000002", "payment-connector-error", "64012"),
        ("4000000000009995", "payment-connector-error", "64012"),
        ("4000000000000119", "payment-connector-error", "64008"),
        ("4012888888881881", "payment-connector-error", "64022"),
    ],
)
def test_the_test_connector_answers_by_the_number(number: str, result: str, code: str | None) -> None:
    async def scenario() -> None:
        apps = pay('chargeAmount="20.45" postalCode="false"', '<Parameter name="order" value="7"/>')
        events: list[Event] = []
        async with Session(registry(), apps, on_event=events.append) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("card number")
            await caller.press(f"{number}#")
            await caller.hears("expiration date")
            await caller.press("1299#")
            await caller.hears("security code")
            await caller.press("9876#" if number.startswith("37") else "987#")
            await caller.hears("thank you")
            await caller.ends()
            await session.drain()
            (receipt,) = session.payments.receipts
        told = apps.requests[1].form
        assert (told["Result"], told.get("PayErrorCode")) == (result, code)
        assert ("PaymentConfirmationCode" in told) is (code is None)
        assert (receipt.last, receipt.amount, receipt.paid) == (number[-4:], "20.45", code is None)
        assert (receipt.account, receipt.parameters) == (SENDER, (("order", "7"),))
        assert "987" not in repr([told, receipt])
        shown = repr([event.to_dict() for event in events]) + repr(caller.transcript)
        assert number not in shown
        assert {event.digits for event in events if isinstance(event, Pressed)} >= {"xxxx#"}
        problems = [event.code for event in events if isinstance(event, ProblemRaised)]
        assert problems == ([] if code is None else [int(code)])

    run(scenario())


def test_the_same_run_gives_the_same_token() -> None:
    async def scenario() -> str:
        apps = pay('securityCode="false" postalCode="false"')
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.press("4242424242424242#1299#")
            await caller.ends()
        return apps.requests[1].form["PaymentToken"]

    token = run(scenario())
    assert token == run(scenario())
    assert token.startswith("tok_")


def test_an_account_pays_as_well_as_a_card() -> None:
    async def scenario() -> None:
        apps = pay('paymentMethod="ach-debit" chargeAmount="5"')
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.press("110000000#")
            await caller.press("000123456789#")
            await caller.ends()
        told = apps.requests[1].form
        assert (told["Result"], told["BankAccountNumber"]) == ("success", "**********89")

    run(scenario())


def test_a_caller_who_gives_up_is_told_of() -> None:
    async def scenario() -> None:
        apps = pay('timeout="4" maxAttempts="2"')
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("thank you", within=60)
            await caller.ends()
        told = apps.requests[1].form
        assert (told["Result"], told["PaymentError"]) == ("too-many-failed-attempts", "input-timeout")

    run(scenario())


def test_words_in_a_message_are_written_down_but_not_those_of_a_payment() -> None:
    async def scenario(*, hang_up: bool) -> None:
        apps = Applications(
            {
                "/voice": response(
                    '<Record action="/done" transcribe="true" transcribeCallback="/words" timeout="3"/>'
                ),
                "/done": response("<Say>Bye</Say>"),
            }
        )
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.say("Please call me back")
            await caller.say("before noon")
            if hang_up:
                await caller.wait(1)
                await caller.hang_up()
            await caller.ends()
            await session.drain()
        (told,) = [request.form for request in apps.requests if request.path == "/words"]
        assert told["TranscriptionText"] == "Please call me back before noon"
        assert told["TranscriptionStatus"] == "completed"

    run(scenario(hang_up=False))
    run(scenario(hang_up=True))


def test_words_while_paying_reach_no_transcription() -> None:
    async def scenario() -> None:
        start = '<Start><Transcription statusCallbackUrl="/words"/></Start>'
        apps = Applications(
            {
                "/voice": response(f'{start}<Pay action="{PAID}"/>'),
                "/paid": response("<Say>Bye</Say>"),
                "/words": response(""),
            }
        )
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.hears("card number")
            await caller.say("four one one one", at_once=True)
            await caller.press("*")
            await caller.hears("bye")
            await caller.ends()
            await session.drain()
        told = repr([request.form for request in apps.requests])
        assert "Bye" in told
        assert "four one" not in told

    run(scenario())


@pytest.mark.parametrize(
    ("transfer", "told"),
    [
        ((202, 200), ("in-progress", "202", "200")),
        ((202, 486), ("busy", "202", "486")),
        ((405, 200), (None, "405", None)),
    ],
)
def test_a_transfer_goes_as_the_model_says(
    transfer: tuple[int, int], told: tuple[str | None, str | None, str | None]
) -> None:
    async def scenario() -> None:
        apps = Applications(
            {"/voice": response('<Refer action="/referred"><Sip>sip:bob@voice.example</Sip></Refer>')}
        )
        async with Session(registry(), apps, model=MediaModel(transfer=transfer)) as session:
            caller = await session.dial("sip:jane@voice.example", NUMBER)
            await caller.ends()
        form = apps.requests[1].form
        names = ("ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode")
        assert tuple(form.get(name) for name in names) == told

    run(scenario())


def test_an_echo_gives_back_words_and_keys() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Echo/>")})
        config = Config(timeline=True, echo="echo")
        async with Session(registry(), apps, config=config) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.wait(1)
            await caller.say("Is anybody there?", at_once=True)
            await caller.hears("anybody there")
            await caller.press("5", at_once=True)
            await caller.wait(1)
            await caller.hang_up()
            assert [entry.medium for entry in caller.heard] == ["speech", "tones"]

    run(scenario())
