"""A Django project in one file: tells the state of an order, to Twilio only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import django
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

TOKEN = "token-of-the-orders-project"


def configure() -> None:
    """Set the project up, once a process."""
    if settings.configured:
        return
    settings.configure(
        SECRET_KEY="a test needs none",
        ALLOWED_HOSTS=["testserver"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TWILIO_AUTH_TOKEN=TOKEN,
        USE_TZ=True,
    )
    django.setup()


configure()

from django import forms  # noqa: E402 - Django wants to be configured first
from django.core.validators import RegexValidator  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse, HttpResponseForbidden  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.http import require_POST  # noqa: E402
from twilio.request_validator import RequestValidator  # noqa: E402
from twilio.twiml.voice_response import Gather, VoiceResponse  # noqa: E402

View: TypeAlias = "Callable[[HttpRequest], HttpResponse]"


class OrderForm(forms.Form):  # type: ignore[misc]  # Django carries no types
    """What the caller entered."""

    Digits = forms.CharField(validators=[RegexValidator(r"^\d{4}$")])


def from_twilio(view: View) -> View:
    """Refuse what is not signed with the token of the account."""

    def checked(request: HttpRequest) -> HttpResponse:
        validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(request.build_absolute_uri(), request.POST.dict(), signature):
            return HttpResponseForbidden("not signed by Twilio")
        return view(request)

    checked_post: View = require_POST(checked)
    return checked_post


def twiml(document: VoiceResponse) -> HttpResponse:
    return HttpResponse(str(document), content_type="text/xml")


def ask(text: str) -> HttpResponse:
    document = VoiceResponse()
    gather = Gather(num_digits=4, action="/order/")
    gather.say(text)
    document.append(gather)
    return twiml(document)


@from_twilio
def voice(_request: HttpRequest) -> HttpResponse:
    return ask("Please enter the four digits of your order.")


@from_twilio
def order(request: HttpRequest) -> HttpResponse:
    form = OrderForm(request.POST)
    if not form.is_valid():
        return ask("That is no order number. Please enter four digits.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM orders WHERE number = %s", [form.cleaned_data["Digits"]])
        row = cursor.fetchone()
    document = VoiceResponse()
    document.say(f"Your order is {row[0]}." if row else "We have no such order.")
    return twiml(document)


urlpatterns = [path("voice/", voice), path("order/", order)]
