"""Example Pay's application: collects a card number, and returns whether it was charged."""

from typing import Annotated, final

from fastapi import Depends, FastAPI, Response
from twilio.twiml.voice_response import Gather, Hangup, Reject, VoiceResponse

from appconnect.demo.signed import Form, SignedForm

__all__ = ["PaymentLines", "payments"]

RETRY_SECONDS = 30
"""After how long a caller who found all lines busy should try again."""

_CHECK_MODULUS = 10
_LARGEST_DIGIT = 9
_SHORTEST_CARD = 12


@final
class PaymentLines:
    """How many callers can pay at a time.

    Attributes:
        free: How many more.
    """

    def __init__(self, free: int = 2) -> None:
        """Open some lines."""
        self.free = free


def payments(signed: SignedForm, lines: PaymentLines) -> FastAPI:
    """Make the application.

    Args:
        signed: Verifies its webhooks.
        lines: Callers are rejected as busy when none is free.
    """
    app = FastAPI(title="Payments", openapi_url=None)
    cards: dict[str, str] = {}
    amounts: dict[str, str] = {}

    @app.post("/voice")
    async def greet(form: Annotated[Form, Depends(signed)]) -> Response:
        """Take over a caller: the parameters say what is to be paid."""
        answer = VoiceResponse()
        if not lines.free:
            reject = Reject(reason="busy")
            reject.parameter(name="retry_after", value=str(RETRY_SECONDS))
            answer.append(reject)
            return _twiml(answer)
        call = form["CallSid"]
        amounts.setdefault(call, form.get("Param_amount", "0.00"))
        gather = Gather(input="dtmf", finish_on_key="#", timeout=10, action="/card")
        gather.say(f"Example Pay. To pay {amounts[call]} dollars, enter your card number, then press hash.")
        answer.append(gather)
        answer.append(_refusal("no card"))
        return _twiml(answer)

    @app.post("/card")
    async def card(form: Annotated[Form, Depends(signed)]) -> Response:
        """Take the card number."""
        answer = VoiceResponse()
        digits = form.get("Digits", "")
        if not is_card_number(digits):
            answer.say("That is not the number of a card.")
            answer.redirect("/voice")
            return _twiml(answer)
        cards[form["CallSid"]] = digits
        answer.say("Thank you. One moment, please.")
        answer.pause(length=1)
        answer.redirect("/charge")
        return _twiml(answer)

    @app.post("/charge")
    async def charge(form: Annotated[Form, Depends(signed)]) -> Response:
        """Charge the card, and give the call back with a receipt."""
        answer = VoiceResponse()
        number = cards.pop(form["CallSid"], None)
        amounts.pop(form["CallSid"], None)
        if number is None:
            answer.append(_refusal("no card"))
            return _twiml(answer)
        hangup = Hangup()
        hangup.parameter(name="paid", value="yes")
        hangup.parameter(name="receipt", value="R-7001")
        hangup.parameter(name="card", value=number[-4:])
        answer.append(hangup)
        return _twiml(answer)

    return app


def is_card_number(digits: str) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    if len(digits) < _SHORTEST_CARD or not digits.isascii() or not digits.isdigit():
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - _LARGEST_DIGIT if value > _LARGEST_DIGIT else value
    return total % _CHECK_MODULUS == 0


def _refusal(reason: str) -> Hangup:
    hangup = Hangup()
    hangup.parameter(name="paid", value="no")
    hangup.parameter(name="reason", value=reason)
    return hangup


def _twiml(answer: VoiceResponse) -> Response:
    return Response(str(answer), media_type="text/xml")
