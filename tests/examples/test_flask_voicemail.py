"""A Flask application, tested without a server: a menu, and a mailbox that takes messages after hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask, Response, request
from twilio.twiml.voice_response import Gather, VoiceResponse

if TYPE_CHECKING:
    from appconnect.simulator import Simulator


class Office:
    """What the application knows: whether anybody is there, and the messages that were left."""

    def __init__(self) -> None:
        self.is_open = True
        self.messages: list[dict[str, str]] = []


def create_app(office: Office) -> Flask:
    app = Flask("office")

    def twiml(document: VoiceResponse) -> Response:
        return Response(str(document), mimetype="text/xml")

    @app.post("/voice")
    def voice() -> Response:
        document = VoiceResponse()
        if not office.is_open:
            document.redirect("/mailbox")
            return twiml(document)
        menu = Gather(num_digits=1, action="/menu", timeout=4)
        menu.say("Example Office. For opening hours, press 1. To leave a message, press 2.")
        document.append(menu)
        document.say("We did not get that.")
        document.redirect("/voice")
        return twiml(document)

    @app.post("/menu")
    def menu() -> Response:
        document = VoiceResponse()
        match request.form["Digits"]:
            case "1":
                document.say("We are open from nine to five.")
            case "2":
                document.redirect("/mailbox")
            case _:
                document.say("That is no choice.")
                document.redirect("/voice")
        return twiml(document)

    @app.post("/mailbox")
    def mailbox() -> Response:
        document = VoiceResponse()
        document.say("Please speak after the tone, and press hash.")
        document.record(action="/message", max_length=60, finish_on_key="#", timeout=5)
        document.say("You did not say anything.")
        return twiml(document)

    @app.post("/message")
    def message() -> Response:
        office.messages.append({name: request.form[name] for name in ("From", "RecordingDuration")})
        document = VoiceResponse()
        document.say("Thank you. Goodbye.")
        document.hangup()
        return twiml(document)

    return app


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def app(office: Office) -> Flask:
    return create_app(office)


def test_opening_hours(simulator: Simulator, app: Flask) -> None:
    caller = simulator.call(app)
    caller.hears("press 1")
    caller.press("1")
    caller.hears("nine to five")
    caller.ends("completed")


def test_a_message_is_left(simulator: Simulator, app: Flask, office: Office) -> None:
    caller = simulator.call(app, from_="+15550142")
    caller.hears("leave a message, press 2")
    caller.press("2")
    caller.hears("after the tone")
    caller.is_recorded(maxLength=60)
    caller.say("This is Ada. Please call me back about my order.")
    caller.press("#")
    caller.hears("thank you")
    caller.ends("completed")
    assert office.messages == [{"From": "+15550142", "RecordingDuration": "3"}]


def test_after_hours_the_mailbox_answers(simulator: Simulator, app: Flask, office: Office) -> None:
    office.is_open = False
    caller = simulator.call(app)
    caller.hears("after the tone")
    assert [asked.path for asked in caller.requests] == ["/voice", "/mailbox"]


def test_a_silent_caller_hears_the_menu_again(simulator: Simulator, app: Flask) -> None:
    caller = simulator.call(app)
    caller.hears("press 2")
    caller.hears("did not get that")
    caller.hears("press 2")
    # The menu takes 4.7 s to say, the caller has 4 s to choose, and hears for 1.3 s that nothing was pressed.
    assert simulator.now == pytest.approx(10.07, abs=0.1)


def test_a_wrong_key_leads_back_to_the_menu(simulator: Simulator, app: Flask) -> None:
    caller = simulator.call(app)
    caller.press("9")
    caller.hears("no choice")
    caller.is_asked(keys=True, speech=False, numDigits=1, timeout=4)


def test_the_caller_survives_an_outage(simulator: Simulator, app: Flask) -> None:
    simulator.faults.failing("/menu", nth=1)
    number = simulator.account("office").number("+15550100", app, fallback="/mailbox")
    caller = simulator.call(number)
    caller.press("1")
    caller.hears("after the tone")
    assert [problem.code for problem in caller.problems] == [11200]
