"""Example Retail's application: a menu, and the hand-over to a payment company that it may not see into."""

from typing import Annotated

from fastapi import Depends, FastAPI, Response
from twilio.twiml.voice_response import Application, Dial, Gather, VoiceResponse

from appconnect.demo.signed import Form, SignedForm

__all__ = ["front_desk"]

ORDER = {"order": "1001", "amount": "49.90", "currency": "USD"}
"""The order that is paid for; these are the parameters of the hand-over."""


def front_desk(signed: SignedForm, payment_application: str) -> FastAPI:
    """Make the application.

    Args:
        signed: Verifies its webhooks.
        payment_application: The SID of the application that takes payments.
    """
    app = FastAPI(title="Front desk", openapi_url=None)

    @app.post("/voice")
    async def welcome(_: Annotated[Form, Depends(signed)]) -> Response:
        """Answer the number with a menu."""
        answer = VoiceResponse()
        gather = Gather(num_digits=1, action="/menu", timeout=10)
        gather.say("Welcome to Example Retail. For opening hours press 1. To pay for your order press 2.")
        answer.append(gather)
        answer.say("We did not hear from you. Goodbye.")
        return _twiml(answer)

    @app.post("/menu")
    async def menu(form: Annotated[Form, Depends(signed)]) -> Response:
        """Do what the caller chose."""
        answer = VoiceResponse()
        if form.get("Digits") != "2":
            answer.say("We are open from nine to five. Goodbye.")
            return _twiml(answer)
        answer.say("Your order 1001 comes to 49 dollars and 90 cents. We connect you with Example Pay.")
        dial = Dial(action="/paid", timeout=20)
        application = Application(customer_id="example-retail", copy_parent_to=True)
        application.application_sid(payment_application)
        for name, value in ORDER.items():
            application.parameter(name=name, value=value)
        dial.append(application)
        answer.append(dial)
        return _twiml(answer)

    @app.post("/paid")
    async def paid(form: Annotated[Form, Depends(signed)]) -> Response:
        """Go on with what the payment application gave back."""
        answer = VoiceResponse()
        status = form.get("DialCallStatus")
        if status == "completed" and form.get("ReturnParam_paid") == "yes":
            receipt, card = form.get("ReturnParam_receipt", ""), form.get("ReturnParam_card", "")
            answer.say(f"Thank you. Receipt {receipt}, paid with the card ending in {card}. Goodbye.")
        elif status == "busy":
            seconds = form.get("ReturnParam_retry_after", "60")
            answer.say(f"All payment lines are busy. Please call again in {seconds} seconds. Goodbye.")
        else:
            answer.say("We cannot take payments by telephone at the moment. Goodbye.")
        answer.hangup()
        return _twiml(answer)

    return app


def _twiml(answer: VoiceResponse) -> Response:
    return Response(str(answer), media_type="text/xml")
