"""A payment gateway for tests: its answer depends on the number alone, and no money moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, final

from appconnect.inputs import ChargeDone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appconnect.effects import Charge

__all__ = ["Receipt", "TestConnector"]

APPROVED: Final = frozenset(
    {
        "4111111111111111",
        "4242424242424242",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "6011111111111117",
        "3530111333300000",
        "36227206271667",
        "000123456789",
    }
)
"""Numbers of test cards of each type, and of a test account, that pay."""

REFUSED: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "4000000000000002": (64012, "card declined"),
        "4000000000000069": (64012, "card expired"),
        "4000000000000127": (64012, "wrong security code"),
        "4000000000009995": (64012, "insufficient funds"),
        "4000000000000119": (64008, "processing error"),
        "000111111116": (64008, "no such account"),
    }
)
"""Numbers that do not pay: the code of the payment, and the gateway's words."""

TEST_ONLY: Final = 64022
"""The code of a number that is none of these."""


@final
@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment that was asked for.

    Attributes:
        call: The call that asked.
        account: Who is paid.
        last: The last four digits of the card or account.
        amount: As the document wrote it; none where a token was asked for.
        currency: Of the amount.
        description: What the document says of it.
        parameters: Of the document, for the gateway.
        paid: Whether it was made.
    """

    call: str
    account: str
    last: str
    amount: str | None
    currency: str
    description: str | None
    parameters: tuple[tuple[str, str], ...]
    paid: bool


@final
@dataclass(frozen=True, slots=True)
class TestConnector:
    """A `PaymentConnector` that pays with the test numbers `APPROVED`, and with no others.

    Attributes:
        receipts: What was asked for, in order.
    """

    __test__ = False

    receipts: list[Receipt] = field(default_factory=list)

    def charge(self, charge: Charge, /) -> ChargeDone:
        """Answer by the number. Tokens and confirmation codes depend on the step of the call alone."""
        details = charge.details
        number = details.card_number or details.bank_account_number or ""
        paid = number in APPROVED
        self.receipts.append(
            Receipt(
                charge.call,
                charge.account,
                number[-4:],
                charge.amount,
                charge.currency,
                charge.description,
                tuple(charge.parameters),
                paid,
            )
        )
        if not paid:
            message = "a connector in test mode takes its test numbers only"
            code, words = REFUSED.get(number, (TEST_ONLY, message))
            return ChargeDone(charge.reply, code=code, message=words, connector_error=words)
        name = sha256(charge.reply.encode()).hexdigest()[:24]
        return ChargeDone(
            charge.reply, token=f"tok_{name}", confirmation_code=f"ch_{name}", profile_id=f"cus_{name}"
        )
