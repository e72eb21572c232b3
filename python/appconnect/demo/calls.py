"""The three calls of the demo: a payment, a refused hand-over, a busy one; and what should come of each."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, final
from urllib.parse import urlencode

from appconnect import Config, Guard, sign
from appconnect.clock import SystemClock, VirtualClock
from appconnect.demo.companies import CALLER, NUMBER, PAY, PAY_APPLICATION, RETAIL, registry
from appconnect.demo.front_desk import ORDER, front_desk
from appconnect.demo.payments import RETRY_SECONDS, PaymentLines, payments
from appconnect.demo.serving import serving
from appconnect.demo.signed import SignedForm
from appconnect.driver.http import HttpTransport
from appconnect.errors import AppConnectError
from appconnect.events import Event, ProblemRaised, Settled, Settlement
from appconnect.simulator import MediaModel, Script, Session

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CALLS", "CARD", "Call", "Check", "Outcome", "Settings", "Stage", "run"]

CARD: Final = "4242424242424242"
"""A test card's number."""

SPEED: Final = 8.0
"""How much faster than life prompts are spoken, unless settings say otherwise."""

_CALL_SECONDS: Final = 30.0
_FORBIDDEN: Final = 403
_INVALID_APPLICATION: Final = 21218
_RETRY: Final = str(RETRY_SECONDS)
_TO_PAYMENTS: Final = "expect press 2\nwait 0.6\npress 2\nexpect we connect you\n"
_SEED: Final = bytes(range(32))


@final
@dataclass(frozen=True, slots=True)
class Call:
    """A call of the demo.

    Attributes:
        title: What it shows.
        script: What the caller does.
        public: Whether Example Pay's application may be dialled by other accounts.
        lines: Payment lines that are free.
        dial_status: What Example Retail should be told (`DialCallStatus`).
        returned: What Example Pay should give back, by name.
    """

    title: str
    script: str
    public: bool
    lines: int
    dial_status: str
    returned: dict[str, str] = field(default_factory=dict)


CALLS: Final = (
    Call(
        "A payment: Example Pay may be dialled by other accounts",
        f"{_TO_PAYMENTS}expect enter your card number\nwait 0.6\npress {CARD}#\n"
        "expect one moment\nexpect receipt R-7001\n",
        public=True,
        lines=2,
        dial_status="completed",
        returned={"paid": "yes", "receipt": "R-7001", "card": CARD[-4:]},
    ),
    Call(
        "Not public: the same call, with PublicApplicationConnectEnabled=false",
        f"{_TO_PAYMENTS}expect cannot take payments\n",
        public=False,
        lines=2,
        dial_status="failed",
    ),
    Call(
        "Busy: Example Pay rejects the call, and says when to try again",
        f"{_TO_PAYMENTS}expect busy\nexpect {_RETRY} seconds\n",
        public=True,
        lines=0,
        dial_status="busy",
        returned={"retry_after": _RETRY},
    ),
)
"""The calls, in their order."""


@final
@dataclass(frozen=True, slots=True)
class Check:
    """Something that should have come true.

    Attributes:
        what: It.
        came_true: Whether it did.
    """

    what: str
    came_true: bool


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call.

    Attributes:
        to_payments: What crossed to Example Pay, by the name under which it arrived.
        to_front_desk: What crossed back.
        settlements: The bills.
        detour: What handing over by way of a phone number would have cost, in micro-dollars.
        checks: What should have come true.
        failure: Why the caller could not go on, if so.
    """

    to_payments: dict[str, str]
    to_front_desk: dict[str, str]
    settlements: Sequence[Settlement]
    detour: int
    checks: Sequence[Check]
    failure: str | None = None

    @property
    def ok(self) -> bool:
        """Whether everything came true."""
        return self.failure is None and all(check.came_true for check in self.checks)


class _Record(NamedTuple):
    """A call that is over, and what is known about it."""

    call: Call
    site: _Site
    events: list[Event]
    status: str | None
    config: Config


class Stage(Protocol):
    """Watches the demo."""

    def begin(self, number: int, call: Call) -> None:
        """A call begins; its number is from 1."""

    def event(self, event: Event) -> None:
        """Something happened, in one account's view."""

    def end(self, outcome: Outcome) -> None:
        """A call is over."""

    def last(self, check: Check) -> None:
        """Something was tried after the calls."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to run the demo.

    Attributes:
        speed: How much faster than life prompts are spoken.
        virtual_time: Let time jump, so that the calls take no time at all.
        payments_token: The token that Example Pay's application verifies with; a wrong one breaks the demo.
    """

    speed: float = SPEED
    virtual_time: bool = False
    payments_token: str = PAY.token


@final
class _Site:
    """Both applications, being served."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.front_desk_forms = SignedForm(RETAIL.token)
        self.payments_forms = SignedForm(settings.payments_token)
        self.lines = PaymentLines()
        self.front_desk = self.payments = ""

    async def open(self, stack: AsyncExitStack) -> None:
        self.front_desk = await stack.enter_async_context(
            serving(front_desk(self.front_desk_forms, PAY_APPLICATION))
        )
        self.payments = await stack.enter_async_context(serving(payments(self.payments_forms, self.lines)))


async def run(stage: Stage, settings: Settings) -> bool:
    """Serve both applications and place the calls.

    Args:
        stage: Watches.
        settings: How.

    Returns:
        Whether everything came true.
    """
    ok = True
    async with AsyncExitStack() as stack:
        site = _Site(settings)
        await site.open(stack)
        # Both applications are served on loopback.
        transport = await stack.enter_async_context(HttpTransport(Guard(allow_private=True)))
        for number, call in enumerate(CALLS, 1):
            stage.begin(number, call)
            outcome = await _place(call, site, transport, stage)
            stage.end(outcome)
            ok = ok and outcome.ok
        status = await asyncio.to_thread(_knock, f"{site.payments}/voice", RETAIL.token)
        check = Check(
            f"a request to {PAY.name} signed with {RETAIL.name}'s token is refused: {status}",
            status == _FORBIDDEN,
        )
        stage.last(check)
        return ok and check.came_true


async def _place(call: Call, site: _Site, transport: HttpTransport, stage: Stage) -> Outcome:
    """Place a call, and look at what came of it."""
    site.lines.free = call.lines
    del site.front_desk_forms.accepted[:], site.payments_forms.accepted[:]
    events: list[Event] = []

    def observe(event: Event) -> None:
        events.append(event)
        stage.event(event)

    pace = MediaModel().characters_per_second * site.settings.speed
    session = Session(
        registry(site.front_desk, site.payments, public=call.public),
        transport,
        seed=_SEED,
        config=(config := Config(timeline=True)),
        model=MediaModel(characters_per_second=pace, shortest_speech=0.5 / site.settings.speed),
        clock=VirtualClock() if site.settings.virtual_time else SystemClock(),
        on_event=observe,
    )
    failure = None
    async with session:
        caller = await session.dial(CALLER, NUMBER)
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                await Script.parse(call.script).run(caller)
                await caller.ends()
                await session.drain()
        except AppConnectError as error:
            failure = str(error)
        except TimeoutError:
            failure = f"the call took longer than {_CALL_SECONDS:g} s"
    return _outcome(_Record(call, site, events, caller.status, config), failure)


def _outcome(record: _Record, failure: str | None) -> Outcome:
    call, site, events, status, config = record
    asked = site.payments_forms.last("/voice")
    told = site.front_desk_forms.last("/paid")
    settlements = [event.settlement for event in events if isinstance(event, Settled)]
    connected = [bill for bill in settlements if bill.leg == "application-connect"]
    minutes = sum(bill.amount for bill in connected) // config.application_connect_rate
    checks = [
        Check(f"the caller heard Example Retail to the end ({status})", status == "completed"),
        Check(
            f"Example Retail was told DialCallStatus={told.get('DialCallStatus')}",
            told.get("DialCallStatus") == call.dial_status,
        ),
        *_crossing_checks(call, asked, told),
        *_money_checks(call, settlements, config),
        *_secrecy_checks(events, site),
    ]
    if not call.public:
        checks += _refusal_checks(events, site)
    crossed = ("To", "CustomerId", "ApplicationSid")
    return Outcome(
        to_payments={
            name: value for name, value in asked.items() if name in crossed or name.startswith("Param_")
        },
        to_front_desk={
            name: value
            for name, value in told.items()
            if name.startswith(("DialCall", "DialBridged", "ReturnParam_"))
        },
        settlements=settlements,
        detour=minutes * (config.outbound_rate + config.inbound_rate),
        checks=checks,
        failure=failure,
    )


def _crossing_checks(call: Call, asked: dict[str, str], told: dict[str, str]) -> list[Check]:
    returned = {
        name.removeprefix("ReturnParam_"): told[name] for name in told if name.startswith("ReturnParam_")
    }
    values = ", ".join(f"{name}={value}" for name, value in returned.items())
    checks = [Check(f"it got back {values or 'no parameters'}", returned == call.returned)]
    if call.public:
        wanted = {f"Param_{name}": value for name, value in ORDER.items()}
        wanted |= {"CustomerId": "example-retail", "To": NUMBER, "ApplicationSid": PAY_APPLICATION}
        arrived = all(asked.get(name) == value for name, value in wanted.items())
        checks.append(Check("Example Pay got every parameter of the hand-over", arrived))
    return checks


def _money_checks(call: Call, settlements: list[Settlement], config: Config) -> list[Check]:
    charged = {bill.leg: bill.amount for bill in settlements}
    rate = config.application_connect_rate if call.dial_status == "completed" else 0
    return [
        Check("the hop costs Example Retail nothing", charged.get("application-hop", 0) == 0),
        Check(
            f"Example Pay is charged for {'one minute' if rate else 'nothing'}",
            charged.get("application-connect", 0) == rate,
        ),
    ]


def _secrecy_checks(events: list[Event], site: _Site) -> list[Check]:
    seen = [json.dumps(event.to_dict()) for event in events if event.account == RETAIL.sid]
    forms = json.dumps(site.front_desk_forms.accepted)
    hidden = not any(CARD in entry for entry in seen) and CARD not in forms
    if not any(CARD in json.dumps(event.to_dict()) for event in events):
        return []  # Nobody entered one: there was nothing to hide.
    return [Check(f"the card number is in none of Example Retail's {len(seen)} timeline entries", hidden)]


def _refusal_checks(events: list[Event], site: _Site) -> list[Check]:
    codes = {
        event.code for event in events if isinstance(event, ProblemRaised) and event.account == RETAIL.sid
    }
    return [
        Check("Example Pay's application got no request", not site.payments_forms.accepted),
        Check(
            "Example Retail sees 21218, as for an application that does not exist",
            _INVALID_APPLICATION in codes,
        ),
    ]


def _knock(url: str, token: str) -> int:
    """Post a webhook signed with a token; the status of the answer."""
    form = {"CallSid": "CA" + "0" * 32, "Param_amount": "0.01"}
    request = urllib.request.Request(  # noqa: S310 - our own server's URL
        url, urlencode(form).encode(), {"X-Twilio-Signature": sign(token, url, form)}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
