"""Who takes part: two accounts, a telephone number and an application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

from appconnect.registry import Account, Application, PhoneNumber, Registry

__all__ = ["CALLER", "NUMBER", "PAY", "PAY_APPLICATION", "RETAIL", "Company", "registry"]


@final
@dataclass(frozen=True, slots=True)
class Company:
    """A company and its account.

    Attributes:
        name: For people.
        sid: Its account.
        token: What its webhooks are signed with.
    """

    name: str
    sid: str
    token: str


RETAIL: Final = Company("Example Retail", "AC" + "a" * 32, "token-of-example-retail")
"""Sells things, and owns the number that is dialled."""

PAY: Final = Company("Example Pay", "AC" + "b" * 32, "token-of-example-pay")
"""Takes payments for others."""

PAY_APPLICATION: Final = "AP" + "b" * 32
"""Example Pay's application."""

CALLER: Final = "+14155550100"
"""Who calls."""

NUMBER: Final = "+18005550199"
"""Example Retail's number."""


def registry(front_desk: str, payments: str, *, public: bool) -> Registry:
    """What can be reached.

    Args:
        front_desk: Where Example Retail's application is served, without a path.
        payments: The same of Example Pay.
        public: Whether other accounts may dial Example Pay's application (`PublicApplicationConnectEnabled`).
    """
    return Registry(
        accounts=[Account(company.sid, company.token) for company in (RETAIL, PAY)],
        applications=[
            Application(
                PAY_APPLICATION,
                PAY.sid,
                voice_url=f"{payments}/voice",
                friendly_name="Take a payment",
                public_application_connect_enabled=public,
            )
        ],
        numbers=[PhoneNumber(NUMBER, RETAIL.sid, voice_url=f"{front_desk}/voice")],
    )
