"""A FastAPI application, tested in its own event loop: reminds of an appointment, and understands speech."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import pytest
from fastapi import FastAPI, Form, Response
from twilio.twiml.voice_response import Gather, VoiceResponse

if TYPE_CHECKING:
    from appconnect.simulator import AsyncSimulator, Simulator

SURE = 0.6


def create_app(appointments: dict[str, str]) -> FastAPI:
    app = FastAPI()

    def twiml(document: VoiceResponse) -> Response:
        return Response(str(document), media_type="text/xml")

    def question(text: str) -> Response:
        document = VoiceResponse()
        gather = Gather(
            input="speech dtmf",
            num_digits=1,
            action="/answer",
            hints="confirm, cancel",
            language="en-GB",
            speech_timeout="2",
        )
        gather.say(text)
        document.append(gather)
        document.say("We will send you a message. Goodbye.")
        return twiml(document)

    @app.post("/voice")
    async def voice() -> Response:
        return question("Your appointment is tomorrow at ten. Say confirm or press 1, say cancel or press 2.")

    @app.post("/answer")
    async def answer(
        caller: Annotated[str, Form(alias="From")],
        digits: Annotated[str, Form(alias="Digits")] = "",
        speech: Annotated[str, Form(alias="SpeechResult")] = "",
        confidence: Annotated[float, Form(alias="Confidence")] = 1.0,
    ) -> Response:
        said = speech.casefold()
        if confidence < SURE or not (digits in {"1", "2"} or "confirm" in said or "cancel" in said):
            return question("Sorry, was that confirm or cancel?")
        appointments[caller] = "confirmed" if digits == "1" or "confirm" in said else "cancelled"
        document = VoiceResponse()
        document.say(f"Your appointment is {appointments[caller]}.")
        return twiml(document)

    return app


@pytest.fixture
def appointments() -> dict[str, str]:
    return {}


@pytest.fixture
def app(appointments: dict[str, str]) -> FastAPI:
    return create_app(appointments)


@pytest.mark.asyncio
async def test_it_is_confirmed_by_speech(
    simulator: AsyncSimulator, app: FastAPI, appointments: dict[str, str]
) -> None:
    caller = await simulator.call(app)
    await caller.hears("tomorrow at ten")
    question = await caller.is_asked(speech=True, keys=True, language="en-GB")
    assert question.hints == "confirm, cancel"
    await caller.say("Yes, I confirm", confidence=0.93)
    await caller.hears("is confirmed")
    await caller.ends("completed")
    assert appointments == {caller.from_: "confirmed"}
    answer = caller.requests[1]
    assert answer.form["SpeechResult"] == "Yes, I confirm"
    assert answer.form["Confidence"] == "0.93"


@pytest.mark.asyncio
async def test_what_was_not_understood_is_asked_again(simulator: AsyncSimulator, app: FastAPI) -> None:
    caller = await simulator.call(app)
    await caller.say("mumble cancel", confidence=0.2)
    await caller.hears("confirm or cancel?")
    await caller.press("2")
    await caller.hears("is cancelled")


@pytest.mark.asyncio
async def test_whoever_says_nothing_gets_a_message(simulator: AsyncSimulator, app: FastAPI) -> None:
    caller = await simulator.call(app)
    await caller.hears("we will send you a message")
    await simulator.run_until_idle()
    assert caller.status == "completed"
    assert not caller.problems


def test_a_test_without_await_does_as_well(
    simulator: Simulator, app: FastAPI, appointments: dict[str, str]
) -> None:
    caller = simulator.call(app)
    caller.press("1")
    caller.hears("is confirmed")
    assert appointments == {caller.from_: "confirmed"}
