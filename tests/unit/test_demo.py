from __future__ import annotations

import asyncio
import re
from contextlib import redirect_stdout
from io import StringIO

import pytest

from appconnect.cli.demo import run
from appconnect.demo.calls import CALLS, CARD, Outcome, Settings, _knock
from appconnect.demo.calls import run as run_calls
from appconnect.demo.companies import PAY, PAY_APPLICATION, RETAIL
from appconnect.demo.front_desk import front_desk
from appconnect.demo.payments import PaymentLines, is_card_number, payments
from appconnect.demo.serving import serving
from appconnect.demo.signed import SignedForm

# The column of Example Retail in the ladder.
RETAIL_LANE = slice(7 + 31, 7 + 62)


def ladders(printed: str) -> list[list[str]]:
    """The lines of each call's ladder."""
    found: list[list[str]] = []
    for line in printed.splitlines():
        if "┬ Caller" in line:
            found.append([])
        elif found and re.match(r"[ .\d]{7}[│►]", line):
            found[-1].append(line)
    return found


@pytest.fixture(scope="module")
def printed() -> str:
    """What a demo prints that goes right."""
    with redirect_stdout(StringIO()) as output:
        assert run(1.0, virtual_time=True) == 0
    return output.getvalue()


def test_the_demo_comes_true(printed: str) -> None:
    assert "✗" not in printed
    assert "\x1b" not in printed
    assert max(map(len, printed.splitlines())) <= 100
    for text in (
        "Development mode: loopback allowed.",
        "Param_order     1001",
        "CustomerId      example-retail",
        "ReturnParam_receipt  R-7001",
        "would have added $0.0225 instead of $0.0025.",
        "Example Retail was told DialCallStatus=completed",
        "Example Retail was told DialCallStatus=failed",
        "Example Retail was told DialCallStatus=busy",
        "ReturnParam_retry_after  30",
        "✓ Example Pay's application got no request",
        "signed with Example Retail's token is refused: 403",
        "Everything came true.",
    ):
        assert text in printed
    assert re.search(
        r"Example Pay +received from another account +completed +\d+ +\$0\.0025 +\$0\.0025", printed
    )
    assert re.search(r"Example Retail +the hop, dialling side +completed +\d+ +\$0\.00 +\$0\.00", printed)


def test_an_account_sees_only_its_own_side(printed: str) -> None:
    paid, refused, busy = ladders(printed)
    own = "\n".join(line[RETAIL_LANE] for line in paid)
    assert "POST /paid" in own
    assert not any(text in own for text in (CARD, "/card", "/charge", "Redirect", "finishOnKey"))
    assert any(CARD in line for line in paid)
    assert any("◄─" in line for line in paid)
    assert not any("POST" in line[69:] for line in refused)
    assert any("<Reject reason=busy>" in line[69:] for line in busy)


def test_a_demo_that_goes_wrong_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(1.0, virtual_time=True, payments_token="not the token") == 1
    printed = capsys.readouterr().out
    assert "Not everything came true" in printed
    assert "✗ line 5 (expect enter your card number)" in printed
    assert "✗ Example Retail was told DialCallStatus=failed" in printed
    assert "POST /voice → 403" in printed


class Watcher:
    """Collects what came of the calls."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.events = 0

    def begin(self, number: int, call: object) -> None:
        assert CALLS[number - 1] is call

    def event(self, _: object) -> None:
        self.events += 1

    def end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def last(self, check: object) -> None:
        assert check


def test_what_crosses() -> None:
    watcher = Watcher()
    assert asyncio.run(run_calls(watcher, Settings(virtual_time=True)))
    assert [outcome.to_front_desk["DialCallStatus"] for outcome in watcher.outcomes] == [
        "completed",
        "failed",
        "busy",
    ]
    assert [len(outcome.to_payments) for outcome in watcher.outcomes] == [6, 0, 6]
    assert [outcome.detour for outcome in watcher.outcomes] == [22_500, 0, 0]
    assert [[bill.amount for bill in outcome.settlements] for outcome in watcher.outcomes] == [
        [2_500, 0, 8_500],
        [8_500],
        [0, 0, 8_500],
    ]


@pytest.mark.parametrize(("token", "status"), [(PAY.token, 200), (RETAIL.token, 403), ("", 403)])
def test_the_payment_application_takes_what_its_own_token_signed(token: str, status: int) -> None:
    async def scenario() -> None:
        signed = SignedForm(PAY.token)
        async with serving(payments(signed, PaymentLines())) as url:
            assert await asyncio.to_thread(_knock, f"{url}/voice", token) == status
        assert (len(signed.accepted), signed.refused) == ((1, 0) if status == 200 else (0, 1))

    asyncio.run(scenario())


@pytest.mark.parametrize("path", ["/voice", "/menu", "/paid"])
def test_the_front_desk_refuses_wrong_signatures_everywhere(path: str) -> None:
    async def scenario() -> None:
        signed = SignedForm(RETAIL.token)
        async with serving(front_desk(signed, PAY_APPLICATION)) as url:
            assert await asyncio.to_thread(_knock, url + path, PAY.token) == 403
            assert await asyncio.to_thread(_knock, url + path, RETAIL.token) == 200

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("digits", "good"),
    [
        (CARD, True),
        ("4242424242424241", False),
        ("", False),
        ("0", False),
        ("12*4", False),
        ("5555555555554444", True),
    ],
)
def test_card_numbers_have_a_check_digit(digits: str, good: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert is_card_number(digits) is good
