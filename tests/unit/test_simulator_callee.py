from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest

from appconnect import Config
from appconnect._core import MachineDetection
from appconnect.events import Began, StatusChanged
from appconnect.inputs import CallRecording
from appconnect.simulator import AsyncSimulator, ExpectationError, Session, Simulator
from appconnect.simulator.callee import Behaviour
from tests.unit.applications import NUMBER, Applications, registry, response, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appconnect.simulator.callee import AnsweredBy, Outcome
    from appconnect.transport import FormRequest

BOB = "+15550142"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as made:
        yield made


DIAL = response(f"<Dial>{BOB}</Dial>")


class Office:
    """Dials somebody, and says what came of it."""

    def __init__(
        self, dial: str = f"<Number>{BOB}</Number>", attributes: str = "", screening: str = ""
    ) -> None:
        self.dial = dial
        self.attributes = attributes
        self.screening = screening
        self.requests: list[FormRequest] = []

    def __call__(self, request: FormRequest) -> str:
        self.requests.append(request)
        match request.path:
            case "/voice":
                return response(f'<Dial action="/after" {self.attributes}>{self.dial}</Dial>')
            case "/after":
                return response(f"<Say>It was {request.form['DialCallStatus']}</Say>")
            case "/screen":
                return response(self.screening)
            case _:
                return ""


def test_a_callee_answers_and_both_hear_each_other(simulator: Simulator) -> None:
    bob = simulator.callee(BOB, after=5)
    caller = simulator.call(Office(), from_="+15550100")
    bob.is_called(from_="+15550100")
    assert (bob.from_, bob.to, bob.status) == ("+15550100", BOB, "ringing")
    assert [event.status for event in bob.timeline if isinstance(event, StatusChanged)] == [
        "initiated",
        "ringing",
    ]
    call = caller.is_connected_to(bob)
    assert simulator.now == 5
    assert call == bob.call
    assert caller.is_connected_to(BOB) == call
    caller.say("Is this Bob?")
    bob.hears("is this bob")
    bob.say("Speaking, who is this?")
    caller.hears(re.compile("who is (this)"))
    caller.press("5")
    bob.hears("5")
    assert [(entry.speaker, entry.text) for entry in bob.transcript] == [
        ("caller", "Is this Bob?"),
        ("callee", "Speaking, who is this?"),
        ("caller", "5"),
    ]
    assert [entry.text for entry in bob.heard] == ["Is this Bob?", "5"]
    bob.hang_up()
    assert bob.ends("completed") == "callee"
    caller.was_returned(status="completed")
    caller.hears("it was completed")
    caller.ends("completed")
    assert len(caller.settlements) == 2
    assert len(bob.settlements) == 1


def test_the_caller_may_hang_up_first(simulator: Simulator) -> None:
    bob = simulator.callee(BOB)
    caller = simulator.call(Office())
    caller.is_connected_to(bob)
    caller.hang_up()
    assert bob.ends("completed") == "normal"
    with pytest.raises(ExpectationError, match=r"the call ended \(normal\) before the callee could say"):
        bob.say("Hello?")


@pytest.mark.parametrize(
    ("outcome", "status", "after"),
    [("busy", "busy", 1.0), ("failed", "failed", 2.0), ("no-answer", "no-answer", 30.0)],
)
def test_a_callee_that_is_not_reached(
    simulator: Simulator, outcome: Outcome, status: str, after: float
) -> None:
    simulator.callee(BOB, outcome, after=after)
    caller = simulator.call(Office())
    caller.hears(f"it was {status}", within=31)
    assert simulator.now == after
    with pytest.raises(ExpectationError, match=r"before the caller was connected to .+; to nobody"):
        caller.is_connected_to(BOB)


@pytest.mark.parametrize("outcome", ["busy", "failed"])
def test_a_callee_that_is_not_reached_has_an_end_too(simulator: Simulator, outcome: Outcome) -> None:
    bob = simulator.callee(BOB, outcome, after=1)
    for _ in range(2):
        caller = simulator.call(Office())
        bob.is_called()
        # The second call finds the same as the first: the callee is not busy with that one.
        assert bob.ends(outcome) == outcome
        caller.hears(f"it was {outcome}")
    simulator.originate(bob, Office())
    simulator.run_until_idle()
    bob.ends(outcome)


def test_where_nobody_is_it_rings_in_vain(simulator: Simulator) -> None:
    caller = simulator.call(Office(attributes='timeout="12"'))
    caller.hears("it was no-answer")
    assert simulator.now == 12


def test_a_callee_that_the_dialling_side_gave_up_does_not_answer(simulator: Simulator) -> None:
    bob = simulator.callee(BOB, after=20)
    caller = simulator.call(Office(attributes='timeout="10"'))
    caller.hears("it was no-answer")
    simulator.run_until_idle()
    assert not bob.answered
    assert bob.status == "no-answer"


def test_the_first_to_answer_wins(simulator: Simulator) -> None:
    bob, alice = simulator.callee(BOB, after=8), simulator.callee("client:alice", after=4)
    caller = simulator.call(
        Office(
            f"<Number>{BOB}</Number><Client><Identity>alice</Identity>"
            '<Parameter name="order" value="17"/></Client>'
        )
    )
    caller.is_connected_to(alice)
    assert alice.parameters == {"order": "17"}
    assert bob.ends("canceled")


def test_one_after_the_other(simulator: Simulator) -> None:
    bob = simulator.callee(BOB, "busy", after=1)
    carol = simulator.callee("+15550143", after=2)
    caller = simulator.call(Office(f"<Number>{BOB}</Number><Number>+15550143</Number>", 'sequential="true"'))
    caller.is_connected_to(carol)
    assert simulator.now == 3
    assert bob.status == "busy"


def test_a_callee_is_screened(simulator: Simulator) -> None:
    office = Office(
        f'<Number url="/screen">{BOB}</Number>',
        screening='<Gather numDigits="1"><Say>Press 1 to accept</Say></Gather><Hangup/>',
    )
    bob = simulator.callee(BOB)
    caller = simulator.call(office)
    bob.hears("press 1 to accept")
    office.screening = "<Say>Thank you</Say>"
    bob.press("1")
    bob.hears("thank you")
    caller.is_connected_to(bob)
    assert [entry.text for entry in caller.heard] == []


def test_sip_endpoints_answer_by_sip(simulator: Simulator) -> None:
    office = Office("<Sip>sip:desk@office.example?x-floor=3</Sip>")
    desk = simulator.callee(
        "sip:desk@office.example", "busy", sip_response=600, sip_headers={"X-Why": "lunch"}
    )
    caller = simulator.call(office)
    desk.is_called()
    assert desk.parameters == {"x-floor": "3"}
    caller.hears("it was busy")
    form = office.requests[-1].form
    assert form["DialSipResponseCode"] == "600"
    assert form["DialSipHeader_X-Why"] == "lunch"


def test_a_callee_can_be_called_again_and_is_busy_meanwhile(simulator: Simulator) -> None:
    bob = simulator.callee(BOB)
    first = simulator.call(Office())
    first.is_connected_to(bob)
    first_call = bob.call
    second = simulator.call(Office())
    second.hears("it was busy")
    assert bob.call == first_call
    first.hang_up()
    bob.ends()
    third = simulator.call(Office())
    third.is_connected_to(bob)
    assert bob.call != first_call
    third.say("Hello again")
    bob.hears("hello again")


def test_nobody_calls(simulator: Simulator) -> None:
    bob = simulator.callee(BOB)
    with pytest.raises(ExpectationError, match=f"30 s passed before {re.escape(BOB)} was called"):
        bob.is_called()
    assert simulator.now == 30
    simulator.call(Office())
    with pytest.raises(ExpectationError, match="is called by"):
        bob.is_called(from_="+15550999")
    with pytest.raises(ExpectationError, match=r"60 s passed before .+ was called again"):
        bob.is_called(within=60)
    bob.hang_up()
    simulator.call(Office())
    bob.is_called()
    assert bob.address == BOB
    with pytest.raises(ExpectationError, match="5 s passed before 'hello' was heard"):
        bob.hears("hello", within=5)


def test_the_ladder_has_a_column_for_the_callee(simulator: Simulator) -> None:
    bob = simulator.callee(BOB)
    caller = simulator.call(Office())
    caller.is_connected_to(bob)
    bob.hang_up()
    caller.ends()
    drawn = caller.ladder()
    head = drawn.splitlines()[0]
    assert [name.strip() for name in head.split("┬")[1:]] == ["Caller", "default", BOB]
    assert "► +14155550100 calls" in drawn
    assert "given back: completed ◄──" in drawn
    assert drawn.count("dials +18005550199") == 1
    assert simulator.report().count("dials +18005550199") == 1


# Calls that an account places.


class Survey:
    """What is run when somebody answers."""

    def __init__(self) -> None:
        self.requests: list[FormRequest] = []

    def __call__(self, request: FormRequest) -> str:
        self.requests.append(request)
        if request.path == "/status":
            return ""
        if request.form.get("AnsweredBy", "human") != "human":
            return response("<Say>We will call again</Say>")
        return response('<Gather numDigits="1" action="/answer"><Say>Rate us</Say></Gather>')


def test_an_account_calls_somebody(simulator: Simulator) -> None:
    survey = Survey()
    bob = simulator.callee(BOB, after=2)
    simulator.originate(
        bob, survey, status_callback="/status", status_callback_events=["initiated", "answered", "completed"]
    )
    bob.hears("rate us")
    bob.press("5")
    bob.hang_up()
    bob.ends("completed")
    simulator.run_until_idle()
    assert survey.requests[-1].form["Direction"] == "outbound-api"
    told = [request.form["CallStatus"] for request in survey.requests if request.path == "/status"]
    assert told == ["initiated", "in-progress", "completed"]
    assert "Rate us" in simulator.report()


def test_a_call_that_an_account_places_is_recorded(simulator: Simulator) -> None:
    survey = Survey()
    origin = simulator.serve(survey, "https://survey.example")
    bob = simulator.callee(BOB, after=2)
    recording = CallRecording(dual=True, status_callback=f"{origin}/status")
    simulator.originate(bob, survey, status_callback="/status", recording=recording)
    bob.hears("rate us")
    simulator.advance(3)
    bob.hang_up()
    simulator.run_until_idle()
    recorded, ended = (request.form for request in survey.requests if request.path == "/status")
    assert (recorded["RecordingStatus"], recorded["RecordingSource"]) == ("completed", "OutboundAPI")
    assert recorded["RecordingChannels"] == "2"
    assert (ended["CallStatus"], ended["RecordingSid"]) == ("completed", recorded["RecordingSid"])
    assert ended["RecordingDuration"] == recorded["RecordingDuration"]


@pytest.mark.parametrize(
    ("answered_by", "message_end", "found", "seconds"),
    [
        ("human", False, "human", 2.2),
        ("machine", False, "machine_start", 2.4),
        ("machine", True, "machine_end_beep", 8.0),
        ("fax", False, "fax", 1.0),
        ("unknown", False, "unknown", 5.0),
    ],
)
def test_machines_are_detected(
    simulator: Simulator, answered_by: AnsweredBy, found: str, seconds: float, *, message_end: bool
) -> None:
    survey = Survey()
    bob = simulator.callee(BOB, after=1, answered_by=answered_by)
    simulator.originate(bob, survey, machine_detection=MachineDetection(message_end=message_end))
    bob.hears("rate us" if found == "human" else "call again")
    assert simulator.now == pytest.approx(1 + seconds)
    assert survey.requests[0].form["AnsweredBy"] == found
    assert survey.requests[0].form["MachineDetectionDuration"] == str(round(seconds * 1_000))


def test_awaited_callees() -> None:
    async def scenario() -> None:
        async with AsyncSimulator() as simulator:
            bob = simulator.callee(BOB)
            caller = await simulator.call(Office())
            await bob.is_called()
            await caller.is_connected_to(bob)
            await bob.say("Bob here")
            await caller.hears("bob here")
            await bob.hang_up()
            await caller.hears("it was completed")
            await simulator.originate(bob, Survey())
            await bob.hears("rate us")

    run(scenario())


def test_a_session_without_a_timeline_has_callees_too() -> None:
    async def scenario() -> None:
        async with Session(registry(), Applications({"/voice": DIAL}), config=Config()) as session:
            bob = session.callee(BOB, Behaviour(after=2))
            caller = await session.dial("+15550100", NUMBER)
            await bob.is_called(from_="+15550100")
            await session.wait(2)
            await caller.say("Hello")
            await bob.hears("hello")

    run(scenario())


# Numbers of the simulation that a document dials.


def hotline(request: FormRequest) -> str:
    if request.path == "/voice":
        return response(
            '<Gather input="dtmf speech" numDigits="1" action="/chosen"><Say>Hotline, press 1</Say></Gather>'
        )
    chosen = request.form.get("Digits") or request.form["SpeechResult"]
    return response(f"<Say>You chose {chosen}</Say>")


@pytest.mark.parametrize("act", ["press", "say"])
def test_a_number_of_the_simulation_is_answered_by_its_application(simulator: Simulator, act: str) -> None:
    simulator.account("hotline").number(BOB, hotline)
    caller = simulator.call(Office())
    caller.is_connected_to(BOB)
    caller.hears("hotline, press 1")
    getattr(caller, act)("1")
    caller.hears("you chose 1")
    caller.was_returned(status="completed")
    caller.hears("it was completed")
    simulator.run_until_idle()
    assert simulator.session.engine.live_legs() == 0
    # One call in, one out, and one in again.
    assert sorted(bill.leg for bill in simulator.settlements) == ["inbound", "inbound", "outbound"]


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ('<Reject reason="busy"/>', "busy"),
        ("<Reject/>", "busy"),
        ("<Pause length='60'/>", "no-answer"),
        ("<Hangup/>", "completed"),
    ],
)
def test_an_application_that_does_not_answer(simulator: Simulator, document: str, status: str) -> None:
    simulator.account("hotline").number(BOB, response(document))
    caller = simulator.call(Office())
    caller.hears(f"it was {status}", within=31)
    simulator.run_until_idle()
    assert simulator.session.engine.live_legs() == 0


def test_a_caller_who_hangs_up_is_gone_for_both_applications(simulator: Simulator) -> None:
    simulator.account("hotline").number(BOB, hotline, status_callback="/done")
    caller = simulator.call(Office())
    caller.hears("hotline")
    caller.hang_up()
    simulator.run_until_idle()
    assert simulator.session.engine.live_legs() == 0
    assert caller.requests[-1].path == "/done"
    assert caller.requests[-1].form["CallStatus"] == "completed"


def test_words_that_were_over_before_the_connection_are_not_heard(simulator: Simulator) -> None:
    simulator.account("hotline").number(
        BOB, response("<Say>First words</Say><Pause length='9'/><Say>Second words</Say>")
    )
    office = Office(f'<Number url="/screen">{BOB}</Number>', screening="<Say>This call is recorded.</Say>")
    caller = simulator.call(office)
    caller.hears("second words")
    assert [entry.text for entry in caller.heard] == ["Second words"]


def test_whoever_has_left_hears_no_more(simulator: Simulator) -> None:
    bob = simulator.callee(BOB)
    caller = simulator.call(Office())
    caller.is_connected_to(bob)
    bob.hang_up()
    caller.say("Still there?", at_once=True)
    assert not bob.heard
    assert simulator.session.media.line(caller.leg).other is None


def test_the_ladder_says_whose_status_it_is(simulator: Simulator) -> None:
    parties = [simulator.callee(f"+1555014{i}", "busy", after=i) for i in (3, 4, 5)]
    dialled = "".join(f"<Number>{party.address}</Number>" for party in parties)
    caller = simulator.call(Office(dialled))
    caller.hears("it was busy")
    cells = [line.split("│") for line in caller.ladder().splitlines()]
    busy = [row for row in cells if "busy" in "".join(row) and "●" in "".join(row)]
    assert [[cell.strip() for cell in row[1:]] for row in busy] == [
        ["", "", "● busy", ""],
        ["", "", "", "● busy"],
        # A third one has no column.
        ["", "● +15550145: busy", "", ""],
    ]


def test_the_caller_who_began_a_chain_of_numbers_sees_all_of_it(simulator: Simulator) -> None:
    def dial(number: str) -> Office:
        return Office(f"<Number>{number}</Number>")

    account = simulator.account("default")
    numbers = [f"+1555015{i}" for i in range(4)]
    for number, following in itertools.pairwise(numbers):
        account.number(number, dial(following))
    account.number(numbers[-1], response("<Say>The end of the line</Say>"))
    caller = simulator.call(numbers[0])
    caller.hears("the end of the line")
    simulator.run_until_idle()
    assert caller.timeline == simulator.timeline
    begun = [(event.direction, event.to) for event in caller.timeline if isinstance(event, Began)]
    assert begun == [
        ("inbound", numbers[0]),
        *((direction, number) for number in numbers[1:] for direction in ("outbound-dial", "inbound")),
    ]
    for number in numbers[1:]:
        assert caller.is_connected_to(number)
        assert f"calls {number}" in caller.ladder()
    assert {webhook.form["To"] for webhook in caller.requests} == set(numbers)


def test_a_number_that_dials_itself_comes_to_an_end(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    def app(request: FormRequest) -> str:
        if request.path == "/after":
            return response(f"<Say>It was {request.form['DialCallStatus']}</Say>")
        return response(f'<Dial action="/after"><Number>{BOB}</Number></Dial>')

    simulator.account("default").number(BOB, app)
    caller = simulator.call(BOB)
    caller.ends("completed")
    simulator.run_until_idle()
    assert "dial each other in a circle" in caplog.text
    assert simulator.session.engine.live_legs() == 0
