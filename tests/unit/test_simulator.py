from __future__ import annotations

import asyncio
import contextvars
import re
from typing import TYPE_CHECKING

import flask
import pytest
from starlette.applications import Starlette
from starlette.responses import Response as StarletteResponse
from starlette.routing import Route
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from appconnect import Config
from appconnect.clock import SystemClock
from appconnect.errors import InputError
from appconnect.events import Began
from appconnect.inputs import Digits, IncomingSip
from appconnect.policy import Deny
from appconnect.simulator import (
    AsyncSimulator,
    ExpectationError,
    MediaModel,
    Session,
    Simulator,
)
from appconnect.simulator.blocking import PrivateLoop
from appconnect.transport import CallableTransport, FormRequest
from tests.unit.applications import Applications, response, run, served

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request

MENU = response('<Gather numDigits="1" action="/menu"><Say>For sales, press 1.</Say></Gather>')
context = contextvars.ContextVar("context", default="nothing")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as made:
        yield made


def menu(request: FormRequest) -> str:
    """A menu with one choice."""
    if request.path == "/voice":
        return MENU
    return response(f"<Say>You pressed {request.form['Digits']}</Say>")


def test_a_call_in_five_lines(simulator: Simulator) -> None:
    caller = simulator.call(menu)
    caller.hears("press 1")
    caller.press("1")
    caller.hears("YOU pressed  1")
    assert caller.ends("completed") == "normal"
    assert [(request.path, request.status, request.purpose) for request in caller.requests] == [
        ("/voice", 200, "voice"),
        ("/menu", 200, "action"),
    ]
    assert caller.requests[1].form["Digits"] == "1"
    assert [entry.text for entry in caller.heard] == ["For sales, press 1.", "You pressed 1"]
    assert not caller.problems
    assert [bill.status for bill in caller.settlements] == ["completed"]
    assert simulator.settlements == caller.settlements
    assert simulator.timeline == caller.timeline


def test_the_same_call_awaited() -> None:
    async def scenario() -> None:
        async with AsyncSimulator() as simulator:
            caller = await simulator.call(menu)
            await caller.hears("press 1")
            await caller.is_asked(keys=True, numDigits=1)
            await caller.press("1")
            await caller.hears(re.compile("pressed [0-9]"))
            await caller.ends("completed")
            await simulator.run_until_idle()

    run(scenario())


# What an application may be.


def flask_app() -> flask.Flask:
    app = flask.Flask("shop")

    @app.post("/voice")
    def voice() -> str:
        return response(f"<Say>Flask at {flask.request.url}</Say>")

    return app


def starlette_app() -> Starlette:
    async def voice(request: Request) -> StarletteResponse:
        return StarletteResponse(response(f"<Say>Starlette at {request.url}</Say>"), media_type="text/xml")

    return Starlette(routes=[Route("/voice", voice, methods=["POST"])])


def twilio_document() -> VoiceResponse:
    document = VoiceResponse()
    document.say("A document")
    return document


async def coroutine(request: FormRequest) -> str:
    await asyncio.sleep(0)
    return response(f"<Say>A coroutine at {request.url}</Say>")


@pytest.mark.parametrize(
    ("app", "words"),
    [
        pytest.param(flask_app(), "Flask at https://testserver/voice", id="flask"),
        pytest.param(starlette_app(), "Starlette at https://testserver/voice", id="starlette"),
        pytest.param(lambda request: response(f"<Say>At {request.path}</Say>"), "At /voice", id="function"),
        pytest.param(lambda: response("<Say>No argument</Say>"), "No argument", id="no argument"),
        pytest.param(twilio_document, "A document", id="returns a document"),
        pytest.param(twilio_document(), "A document", id="a document"),
        pytest.param(response("<Say>A text</Say>"), "A text", id="a text"),
        pytest.param(coroutine, "A coroutine at https://testserver/voice", id="coroutine"),
        pytest.param(CallableTransport(menu), "For sales", id="transport"),
    ],
)
def test_every_kind_of_application_answers(app: object, words: str, simulator: Simulator) -> None:
    simulator.call(app).hears(words)

    async def awaited() -> None:
        async with AsyncSimulator() as other:
            await (await other.call(app)).hears(words)

    run(awaited())


def test_a_url_is_asked_over_http() -> None:
    async def scenario() -> None:
        apps = Applications({"/hello": response("<Say>Over the wire</Say><Redirect>/next</Redirect>")})
        async with served(apps) as (origin, _), AsyncSimulator() as simulator:
            caller = await simulator.call(f"{origin}/hello")
            await caller.hears("over the wire")
            await caller.ends()
            assert apps.paths == ["/hello", "/next"]

    run(scenario())


@pytest.mark.parametrize("app", [17, None, object()])
def test_what_cannot_answer_is_refused(app: object, simulator: Simulator) -> None:
    with pytest.raises(TypeError, match="cannot answer a webhook: give a Flask"):
        simulator.call(app)


def test_a_request_to_an_unknown_host_never_leaves_the_process(simulator: Simulator) -> None:
    caller = simulator.call(response("<Redirect>https://example.com/</Redirect>"))
    caller.ends()
    assert caller.requests[-1].failure == "refused"
    assert [problem.code for problem in caller.problems][:1] == [11202]


def test_an_application_at_an_origin_of_its_own(simulator: Simulator) -> None:
    assert simulator.serve(menu, "https://shop.example/") == "https://shop.example"
    simulator.call(response("<Redirect>https://shop.example/voice</Redirect>")).hears("for sales")
    with pytest.raises(ValueError, match=r"another application is at https://shop\.example"):
        simulator.serve(lambda: MENU, "https://shop.example")
    with pytest.raises(ValueError, match="does not begin with an origin"):
        simulator.serve(lambda: MENU, "shop.example")


def test_an_application_keeps_its_origin_and_others_get_their_own(simulator: Simulator) -> None:
    first, second = flask_app(), flask_app()
    simulator.call(first).hears("https://testserver/voice")
    simulator.call(second).hears("https://testserver:8001/voice")
    caller = simulator.call(first)
    caller.hears("https://testserver/voice")
    assert caller.to == "+18005550199"


def test_a_method_is_the_same_application_each_time(simulator: Simulator) -> None:
    class Desk:
        def __init__(self, words: str) -> None:
            self.words = words

        def voice(self) -> str:
            return response(f"<Say>{self.words}</Say>")

    first, second = Desk("First"), Desk("Second")
    assert simulator.call(first.voice).to == simulator.call(first.voice).to
    simulator.call(second.voice).hears("second")
    simulator.call(first.voice).hears("first")


def test_requests_are_signed_with_the_token_of_the_account() -> None:
    seen: list[bool] = []

    def app(request: FormRequest) -> str:
        validator = RequestValidator("secret")
        seen.append(
            validator.validate(request.url, request.form, request.headers["x-twilio-signature"])
            and request.form["AccountSid"] == "AC" + "d" * 32
        )
        return MENU

    with Simulator(account_sid="AC" + "d" * 32, auth_token="secret") as simulator:
        assert simulator.account_sid == "AC" + "d" * 32
        assert simulator.auth_token == "secret"
        simulator.call(app).hears("press 1")
    assert seen == [True]


# Accounts that dial each other.


def payments(request: FormRequest) -> str:
    return response(
        f"<Say>Pay {request.form['Param_amount']}</Say>"
        '<Hangup><Parameter name="paid" value="yes"/><Parameter name="no" value="17"/></Hangup>'
    )


def shop(application: str) -> str:
    return response(
        f'<Dial action="/paid"><Application><ApplicationSid>{application}</ApplicationSid>'
        '<Parameter name="amount" value="9.50"/></Application></Dial>'
    )


def test_a_call_across_accounts(simulator: Simulator) -> None:
    bank = simulator.account("bank").application(payments, "/pay", public=True)
    store = simulator.account("store")

    def app(request: FormRequest) -> str:
        if request.path == "/paid":
            return response(f"<Say>Receipt {request.form['ReturnParam_no']}</Say>")
        return shop(bank.sid)

    caller = simulator.call(store.number("+15550199", app, status_callback="/done"))
    call = caller.is_connected_to(bank)
    caller.hears("pay 9.50")
    assert caller.was_returned(paid="yes", status="completed") == {"paid": "yes", "no": "17"}
    caller.hears("receipt 17")
    caller.ends("completed")
    simulator.run_until_idle()
    assert caller.requests[-1].path == "/done"
    began = [event for event in simulator.timeline if isinstance(event, Began)]
    assert began[-1].call == call
    assert began[-1].account == simulator.account("bank").sid
    assert "┬ store" in caller.ladder()
    assert "┬ bank" in caller.ladder()
    with pytest.raises(ExpectationError, match="before an application gave the call back"):
        caller.was_returned()


def test_what_is_returned_is_compared(simulator: Simulator) -> None:
    bank = simulator.account("bank").application(payments, public=True)
    caller = simulator.call(shop(bank.sid))
    with pytest.raises(
        ExpectationError,
        match="status is completed, not busy; paid is 'yes', not 'no'; there is no tip=1",
    ):
        caller.was_returned({"paid": "no"}, tip="1", status="busy")


def test_a_private_application_is_not_connected(simulator: Simulator) -> None:
    bank = simulator.account("bank").application(payments)
    caller = simulator.call(shop(bank.sid))
    with pytest.raises(ExpectationError, match=f"before the caller was connected to {bank.sid}; to no"):
        caller.is_connected_to(bank.sid)
    assert 21218 in [problem.code for problem in caller.problems]


def test_a_policy_decides() -> None:
    with Simulator(policy=lambda _: Deny("not today"), config=Config(timeline=True, consult=True)) as world:
        bank = world.account("bank").application(payments, public=True)
        caller = world.call(shop(bank.sid))
        with pytest.raises(ExpectationError):
            caller.is_connected_to(bank)


def test_a_simulation_without_a_timeline_is_refused() -> None:
    with pytest.raises(ValueError, match=r"write Config\(timeline=True"):
        Simulator(config=Config(play_failure="skip"))


def test_clients_and_sip_domains_can_be_called(simulator: Simulator) -> None:
    account = simulator.account("office")
    alice = account.client("alice", response("<Say>Alice's assistant</Say>"))
    domain = account.sip_domain("office.sip.example", response("<Say>The switchboard</Say>"))
    application = account.application(response("<Say>An app</Say>"), sid="AP" + "e" * 32)
    simulator.call(alice).hears("alice's assistant")
    simulator.call("client:alice").hears("alice's assistant")
    simulator.call(domain).hears("switchboard")
    simulator.call("sip:bob@office.sip.example").hears("switchboard")
    simulator.call(application).hears("an app")
    simulator.call("AP" + "e" * 32).hears("an app")


def test_a_call_by_sip_says_so(simulator: Simulator) -> None:
    forms: list[Mapping[str, str]] = []

    def app(request: FormRequest) -> str:
        forms.append(request.form)
        return response("<Hangup/>")

    domain = simulator.account("office").sip_domain("office.sip.example", app)
    simulator.call(domain).ends()
    sip = IncomingSip("abc@phone.example", headers=[("X-Desk", "7")], source_ip="203.0.113.7")
    simulator.call(domain, sip=sip).ends()
    first, second = forms
    assert first["SipDomain"] == "office.sip.example"
    assert first["SipCallId"].endswith("@simulator")
    names = ("SipCallId", "SipSourceIp", "SipHeader_X-Desk")
    assert [second[name] for name in names] == ["abc@phone.example", "203.0.113.7", "7"]


def test_what_nobody_owns_is_not_found(simulator: Simulator) -> None:
    caller = simulator.call("+19995550123")
    assert caller.ends() == "not-found"
    assert caller.status is None
    with pytest.raises(ValueError, match="no call to modify"):
        simulator.modify(caller, status="completed")
    assert "nothing happened on the call" in simulator.report()


def test_an_account_has_one_sid() -> None:
    with Simulator() as simulator:
        account = simulator.account("shop", sid="AC" + "1" * 32)
        assert simulator.account("shop") is account
        assert account.auth_token not in repr(account)
        with pytest.raises(ValueError, match="'shop' has another SID or token"):
            simulator.account("shop", sid="AC" + "2" * 32)


# Expectations.


def test_a_regular_expression_gives_its_groups(simulator: Simulator) -> None:
    caller = simulator.call(response("<Say>Your number is   4711.</Say><Say>Keep it.</Say>"))
    assert caller.hears(re.compile(r"number is (\d+)"))[1] == "4711"
    caller.hears(re.compile("keep", re.IGNORECASE))
    with pytest.raises(ExpectationError, match=r"before 'Your' was heard; heard instead: 'it\.'"):
        caller.hears(re.compile("Your"))


def test_questions(simulator: Simulator) -> None:
    caller = simulator.call(
        response(
            '<Say>Hello</Say><Gather input="speech dtmf" language="de-DE" hints="ja, nein" timeout="7"/>'
        )
    )
    question = caller.is_asked(speech=True, keys=True, language="de-DE", timeout=7)
    assert question.hints == "ja, nein"
    assert question.attributes["timeout"] == "7"
    with pytest.raises(
        ExpectationError, match="speech is True, not False; timeout is '7', not '5'; there is no numDigits=1"
    ):
        caller.is_asked(speech=False, timeout=5, numDigits=1)
    caller.ends()
    with pytest.raises(ExpectationError, match=r"ended \(normal\) before the application listened"):
        caller.is_asked()


def test_messages_are_recorded(simulator: Simulator) -> None:
    caller = simulator.call(response('<Say>Speak</Say><Record maxLength="30" playBeep="false" timeout="3"/>'))
    with pytest.raises(ExpectationError, match="recorded otherwise: maxLength is '30', not '20'"):
        caller.is_recorded(maxLength=20, playBeep=False)
    caller.is_recorded(maxLength=30)
    caller.say("Call me")
    caller.ends()
    with pytest.raises(ExpectationError, match="before a message was recorded"):
        caller.is_recorded()


def test_endings_are_compared(simulator: Simulator) -> None:
    caller = simulator.call(response("<Say>Hm</Say><Pause length='90'/>"))
    with pytest.raises(ExpectationError, match="60 s passed before the call ended"):
        caller.ends(within=60)
    with pytest.raises(ExpectationError, match=r"ended as completed \(normal\), not as busy"):
        caller.ends("busy")
    with pytest.raises(ExpectationError, match=r"ended by normal \(completed\), not by rejected"):
        caller.ends(cause="rejected")
    assert simulator.call(response('<Reject reason="busy"/>')).ends("busy") == "busy"


def test_a_failed_expectation_draws_the_call(simulator: Simulator) -> None:
    caller = simulator.call(response("<Say>Hello</Say><Redirect>/nowhere</Redirect>"), from_="+15550142")
    with pytest.raises(ExpectationError) as caught:
        caller.hears("goodbye")
    assert "\n" not in str(caught.value)
    (note,) = caught.value.__notes__
    assert "│ ► +15550142" in note
    assert "│ ◄ “Hello”" in note
    assert "POST /nowhere (redirect) → 200" in note
    assert not re.search(r"\x1b\[", note)


def test_hanging_up_is_seen_by_the_application(simulator: Simulator) -> None:
    told: list[str] = []

    def app(request: FormRequest) -> str:
        told.append(f"{request.path} {request.form['CallStatus']}")
        return MENU

    caller = simulator.call(simulator.account("shop").number("+15550123", app, status_callback="/status"))
    caller.hears("press 1")
    caller.hang_up()
    caller.hang_up()
    simulator.run_until_idle()
    assert caller.ends("completed") == "caller"
    assert told == ["/voice ringing", "/status completed"]


# Time.


def test_time_moves_only_when_it_is_asked_to(simulator: Simulator) -> None:
    caller = simulator.call(response("<Say>One</Say><Pause length='3599'/><Say>An hour later</Say>"))
    assert simulator.now == 0
    assert caller.duration == 0
    simulator.advance(600)
    assert simulator.now == 600
    assert caller.duration == 600
    assert len(caller.heard) == 1
    caller.wait(3_000)
    assert len(caller.heard) == 2
    simulator.run_until_idle()
    assert caller.status == "completed"
    assert caller.duration == pytest.approx(3_600, abs=1)
    simulator.run_until_idle()


def test_two_calls_share_a_clock(simulator: Simulator) -> None:
    first, second = simulator.call(menu), simulator.call(menu)
    first.hears("press")
    second.press("1")
    second.ends()
    first.ends()
    assert {call.leg for call in (first, second)} == {event.leg for event in simulator.timeline}
    assert simulator.report().count("dials +18005550199") == 2


def test_the_length_of_prompts_can_be_set() -> None:
    document = response("<Say>Short</Say><Say>Told</Say><Play>https://files.example/a.mp3</Play>")
    model = MediaModel(
        texts={"Short": 12.0},
        files={"https://files.example/a.mp3": 7.5},
        length=lambda effect: 100.0 if getattr(effect, "text", "") == "Told" else None,
    )
    with Simulator(media=model) as world:
        caller = world.call(document)
        caller.ends()
        assert caller.duration == 12 + 100 + 7.5


def test_real_time_is_possible() -> None:
    with Simulator(
        clock=SystemClock(), media=MediaModel(shortest_speech=0.0, characters_per_second=1e6)
    ) as world:
        caller = world.call(response("<Say>Quick</Say>"))
        caller.hears("quick")
        world.run_until_idle()
        assert caller.status == "completed"


def test_a_seed_makes_runs_alike() -> None:
    def timeline(seed: int | str) -> list[object]:
        with Simulator(seed=seed) as world:
            caller = world.call(menu)
            caller.press("1")
            world.run_until_idle()
            return [event.to_dict() for event in world.timeline]

    assert timeline(1) == timeline("1")
    assert timeline(1) != timeline(2)


# What an account does to a live call.


def test_a_live_call_is_modified(simulator: Simulator) -> None:
    caller = simulator.call(response("<Pause length='600'/>"))
    simulator.advance(1)
    simulator.modify(caller, twiml=response("<Say>Hurry up</Say><Pause length='600'/>"))
    caller.hears("hurry up")
    simulator.modify(caller, status="completed")
    caller.ends("completed")
    with pytest.raises(InputError):
        simulator.submit(Digits("no-such-leg", "1x"))


# The private loop.


def test_a_live_call_is_given_a_path_or_a_document(simulator: Simulator) -> None:
    def app(request: FormRequest) -> str:
        return response(f"<Say>At {request.path}</Say><Pause length='60'/>")

    caller = simulator.call(app)
    caller.hears("at /voice")
    simulator.modify(caller, url="/agent")
    caller.hears("at /agent")
    simulator.modify(caller, twiml=twilio_document())
    caller.hears("a document")


def test_functions_run_outside_of_the_loop_in_the_context_of_the_test(simulator: Simulator) -> None:
    seen: list[str] = []

    def app() -> str:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        seen.append(context.get())
        # An application may well use a loop of its own.
        asyncio.run(asyncio.sleep(0))
        context.set("set by the application")
        return MENU

    token = context.set("the test's")
    try:
        simulator.call(app).hears("press 1")
        assert context.get() == "set by the application"
    finally:
        context.reset(token)
    assert seen == ["the test's"]


def test_an_application_that_raises_is_a_server_error(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    def app() -> str:
        raise LookupError("no such order")

    caller = simulator.call(app)
    caller.ends()
    assert caller.requests[0].status == 500
    assert "no such order" in caplog.text


def test_an_interrupt_gets_through_and_leaves_nothing_behind() -> None:
    def app() -> str:
        raise KeyboardInterrupt

    with Simulator() as simulator, pytest.raises(KeyboardInterrupt):
        simulator.call(app).hears("anything")


def test_the_blocking_flavour_says_what_to_use_in_a_loop() -> None:
    simulator = Simulator()

    async def scenario() -> None:
        with pytest.raises(RuntimeError, match="use AsyncSimulator"):
            simulator.call(menu)

    run(scenario())
    simulator.call(menu).hears("press 1")
    simulator.close()
    simulator.close()


def test_the_loop_gives_back_what_was_returned_and_raised() -> None:
    loop = PrivateLoop()

    async def twice(value: int) -> int:
        return await loop.outside(lambda: value) * 2

    async def fails() -> None:
        await loop.outside([].pop)

    assert loop.run(twice(21)) == 42
    with pytest.raises(IndexError):
        loop.run(fails())
    loop.close()
    assert loop.is_closed


def test_lifespans_end_with_the_simulation() -> None:
    told: list[str] = []

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        assert callable(receive)
        assert callable(send)
        if scope["type"] == "lifespan":
            for phase in ("startup", "shutdown"):
                await receive()
                told.append(phase)
                await send({"type": f"lifespan.{phase}.complete"})
            return
        headers = [(b"content-type", b"text/xml")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": MENU.encode()})

    with Simulator() as simulator:
        simulator.call(app).hears("press 1")
        assert told == ["startup"]
    assert told == ["startup", "shutdown"]


def test_sessions_give_the_same_callers() -> None:
    async def scenario() -> None:
        async with AsyncSimulator() as simulator:
            assert isinstance(simulator.session, Session)
            caller = await simulator.call(menu)
            assert repr(caller) == "<AsyncCaller leg-1: +14155550100 calls +18005550199>"
            assert [entry.text async for entry in caller.listen()] == ["For sales, press 1."]

    run(scenario())
