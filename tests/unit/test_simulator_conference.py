"""People in one conference: who hears whom, and who counts as connected to whom."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pytest

from appconnect import Config
from appconnect.events import Joined
from appconnect.inputs import ModifyConference, ModifyParticipant
from appconnect.simulator import AsyncSimulator, ExpectationError, Simulator
from tests.unit.applications import response, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appconnect.simulator import Caller
    from appconnect.transport import FormRequest

ADA: Final = "+15550101"
BOB: Final = "+15550102"
CAROL: Final = "+15550103"
NUMBER: Final = "+15550199"


class Rooms:
    """Puts everybody into one room, each with attributes of its own by who calls."""

    def __init__(self, **attributes: str) -> None:
        self.attributes = {f"+{name[1:]}": written for name, written in attributes.items()}
        self.told: list[dict[str, str]] = []

    def __call__(self, request: FormRequest) -> str | None:
        match request.path:
            case "/wait":
                return response("<Say>Please wait</Say><Redirect>/wait</Redirect>")
            case "/hold":
                return response("<Say>You are on hold</Say><Redirect>/hold</Redirect>")
            case "/announce":
                return response("<Say>The meeting is recorded</Say>")
            case "/told":
                self.told.append(dict(request.form))
                return None
            case "/left":
                return response("<Say>Goodbye</Say>")
            case _:
                own = self.attributes.get(request.form["From"], "")
                callback = 'statusCallback="/told" statusCallbackEvent="speaker"'
                room = f'<Conference waitUrl="/wait" {callback} {own}>room</Conference>'
                return response(f'<Dial action="/left" hangupOnStar="true">{room}</Dial>')


def by(number: str) -> str:
    """The name of a keyword argument of `Rooms`."""
    return f"n{number[1:]}"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as made:
        yield made


def meet(simulator: Simulator, app: Rooms, *numbers: str) -> list[Caller]:
    callers = [simulator.call(app, from_=number) for number in numbers]
    simulator.advance(0)
    return callers


def conference(caller: Caller) -> str:
    return next(event.conference for event in caller.timeline if isinstance(event, Joined))


def change(
    simulator: Simulator,
    caller: Caller,
    *,
    muted: bool | None = None,
    hold: bool | None = None,
    hold_url: str | None = None,
) -> None:
    assert caller.call is not None
    url = hold_url and f"https://testserver{hold_url}"
    simulator.submit(ModifyParticipant(conference(caller), caller.call, muted=muted, hold=hold, hold_url=url))


def said_by_others(caller: Caller) -> list[str]:
    return [entry.text for entry in caller.heard if entry.speaker != "application"]


def test_what_one_says_and_presses_all_others_hear(simulator: Simulator) -> None:
    ada, bob, carol = meet(simulator, Rooms(), ADA, BOB, CAROL)
    ada.say("Hello everybody")
    bob.hears("hello everybody")
    carol.hears("hello everybody")
    carol.press("12")
    assert [said_by_others(caller) for caller in (ada, bob, carol)] == [
        ["12"],
        ["Hello everybody", "12"],
        ["Hello everybody"],
    ]


def test_who_waits_for_the_conference_hears_what_there_is_to_hear_and_nobody_else(
    simulator: Simulator,
) -> None:
    app = Rooms(**{by(ADA): 'startConferenceOnEnter="false"', by(BOB): 'startConferenceOnEnter="false"'})
    ada, bob = meet(simulator, app, ADA, BOB)
    ada.hears("please wait")
    ada.say("Is anybody there?", at_once=True)
    bob.hears("please wait")
    assert said_by_others(bob) == []
    (carol,) = meet(simulator, app, CAROL)
    carol.say("There we are")
    ada.hears("there we are")
    bob.hears("there we are")
    assert [entry.text for entry in carol.heard] == []


def test_a_muted_one_hears_and_is_not_heard(simulator: Simulator) -> None:
    ada, bob, carol = meet(simulator, Rooms(**{by(ADA): 'muted="true"'}), ADA, BOB, CAROL)
    ada.say("Nobody hears this")
    ada.press("5")
    bob.say("Somebody is quiet")
    ada.hears("somebody is quiet")
    assert said_by_others(carol) == ["Somebody is quiet"]
    change(simulator, ada, muted=False)
    ada.say("Now you do")
    assert said_by_others(carol) == ["Somebody is quiet", "Now you do"]
    assert said_by_others(bob) == ["Now you do"]


def test_who_is_on_hold_hears_the_hold_music_alone(simulator: Simulator) -> None:
    ada, bob, carol = meet(simulator, Rooms(), ADA, BOB, CAROL)
    change(simulator, ada, hold=True, hold_url="/hold")
    ada.hears("you are on hold")
    ada.say("Can you hear me?")
    bob.say("She cannot hear us")
    assert said_by_others(ada) == []
    assert said_by_others(bob) == []
    assert [entry.text for entry in carol.heard] == ["She cannot hear us"]
    change(simulator, ada, hold=False)
    bob.say("Welcome back")
    assert said_by_others(ada) == ["Welcome back"]


def test_a_coach_is_heard_by_the_coached_one_only(simulator: Simulator) -> None:
    app = Rooms()
    ada, bob = meet(simulator, app, ADA, BOB)
    app.attributes[CAROL] = f'coach="{bob.call}"'
    (carol,) = meet(simulator, app, CAROL)
    carol.say("Offer a discount")
    bob.hears("offer a discount")
    assert said_by_others(ada) == []
    ada.say("It is too expensive")
    carol.hears("too expensive")
    bob.hang_up()
    carol.say("Who listens to me?")
    assert said_by_others(ada) == []


def test_an_announcement_is_heard_by_all_but_those_on_hold(simulator: Simulator) -> None:
    ada, bob, carol = meet(simulator, Rooms(), ADA, BOB, CAROL)
    change(simulator, ada, hold=True)
    simulator.submit(ModifyConference(conference(bob), announce_url="https://testserver/announce"))
    bob.hears("is recorded")
    carol.hears("is recorded")
    assert ada.heard[-1].text != "The meeting is recorded"
    assert carol.call is not None
    simulator.submit(
        ModifyParticipant(conference(bob), carol.call, announce_url="https://testserver/announce")
    )
    carol.hears("is recorded")
    assert [entry.text for entry in bob.heard].count("The meeting is recorded") == 1


def test_nobody_hears_who_has_left(simulator: Simulator) -> None:
    ada, bob, carol = meet(simulator, Rooms(), ADA, BOB, CAROL)
    ada.press("*")
    ada.hears("goodbye")
    bob.hang_up()
    carol.say("Hello?", at_once=True)
    assert said_by_others(ada) == []
    assert said_by_others(bob) == ["*"]
    assert simulator.session.media._rooms.keys() == {conference(carol)}
    carol.hang_up()
    assert not simulator.session.media._rooms


def test_rooms_of_the_same_name_in_two_accounts_are_two(simulator: Simulator) -> None:
    app = Rooms()
    ada, bob = meet(simulator, app, ADA, BOB)
    number = simulator.account("shop").number(NUMBER, app)
    others = [simulator.call(number, from_=caller) for caller in (ADA, BOB)]
    others[0].say("In the shop")
    others[1].hears("in the shop")
    assert said_by_others(ada) == said_by_others(bob) == []


def test_the_conference_is_told_who_speaks(simulator: Simulator) -> None:
    app = Rooms()
    ada, bob = meet(simulator, app, ADA, BOB)
    began = simulator.now
    ada.say("x" * 45)
    assert simulator.now == began + 3
    simulator.advance(0)
    told = [(form["StatusCallbackEvent"], form["CallSid"]) for form in app.told]
    assert told == [("participant-speech-start", ada.call), ("participant-speech-stop", ada.call)]
    change(simulator, bob, muted=True)
    bob.say("Nobody hears this")
    assert len(app.told) == 2


def test_a_called_party_takes_part(simulator: Simulator) -> None:
    (ada,) = meet(simulator, Rooms(), ADA)
    bob = simulator.callee(BOB, after=2)
    with pytest.raises(ExpectationError, match=re.escape(f"before the caller was connected to {BOB}")):
        ada.is_connected_to(bob, within=10)
    simulator.originate(bob, response("<Dial><Conference>room</Conference></Dial>"))
    assert ada.is_connected_to(bob) == bob.call
    assert bob.is_connected_to(ADA) == ada.call
    bob.say("Hello from me")
    ada.hears("hello from me")


def test_those_in_one_conference_are_connected_to_each_other(simulator: Simulator) -> None:
    app = Rooms(**{by(ADA): 'startConferenceOnEnter="false"', by(BOB): 'startConferenceOnEnter="false"'})
    ada, bob = meet(simulator, app, ADA, BOB)
    with pytest.raises(
        ExpectationError, match=re.escape(f"5 s passed before the caller was connected to {BOB}; to nobody")
    ):
        ada.is_connected_to(bob, within=5)
    (carol,) = meet(simulator, app, CAROL)
    for one, other in ((ada, bob), (bob, ada), (ada, carol), (carol, bob)):
        assert other.call is not None
        assert one.is_connected_to(other) == other.call
        assert one.is_connected_to(other.call) == one.is_connected_to(other.address) == other.call


def test_who_is_on_hold_is_connected_to_nobody(simulator: Simulator) -> None:
    ada, bob, carol = meet(simulator, Rooms(**{by(CAROL): 'muted="true"'}), ADA, BOB, CAROL)
    ada.is_connected_to(carol)
    change(simulator, ada, hold=True)
    with pytest.raises(
        ExpectationError,
        match=re.escape(f"connected to {ADA}; it is in a conference with {ADA} (on hold), {CAROL} (muted)"),
    ):
        bob.is_connected_to(ada, within=1)
    with pytest.raises(
        ExpectationError, match=re.escape(f"connected to {BOB}; it is on hold in a conference")
    ):
        ada.is_connected_to(bob, within=1)
    bob.is_connected_to(carol)
    change(simulator, ada, hold=False)
    ada.is_connected_to(bob)


def test_it_is_the_same_with_await() -> None:
    async def meet() -> None:
        async with AsyncSimulator(config=Config(timeline=True)) as simulator:
            simulator.account("office").number(NUMBER, Rooms())
            ada = await simulator.call(NUMBER, from_=ADA)
            bob = await simulator.call(NUMBER, from_=BOB)
            assert await ada.is_connected_to(bob) == bob.call
            await bob.say("Hello Ada")
            await ada.hears("hello ada")

    run(meet())


def test_what_others_say_is_written_down_as_the_other_side(simulator: Simulator) -> None:
    written: list[tuple[str, str]] = []

    def app(request: FormRequest) -> str | None:
        if request.path == "/words":
            if request.form["TranscriptionEvent"] == "transcription-content":
                words = json.loads(request.form["TranscriptionData"])["transcript"]
                written.append((request.form["Track"], words))
            return None
        start = '<Start><Transcription statusCallbackUrl="/words" track="both_tracks"/></Start>'
        begins = start if request.form["From"] == ADA else ""
        return response(f"{begins}<Dial><Conference>room</Conference></Dial>")

    ada, bob = (simulator.call(app, from_=number) for number in (ADA, BOB))
    ada.is_connected_to(bob)
    bob.say("Good morning")
    ada.say("Good morning, Bob")
    simulator.advance(1)
    assert written == [("outbound_track", "Good morning"), ("inbound_track", "Good morning, Bob")]


def test_who_called_a_number_is_not_whom_others_reach_there(simulator: Simulator) -> None:
    number = simulator.account("office").number(NUMBER, response('<Say>Hello</Say><Pause length="60"/>'))
    bob = simulator.call(number, from_=BOB)
    ada = simulator.call(response(f"<Dial>{NUMBER}</Dial>"), from_=ADA)
    ada.is_connected_to(NUMBER)
    with pytest.raises(ExpectationError, match=re.escape(f"connected to {BOB}; connected to {NUMBER}")):
        ada.is_connected_to(bob, within=1)
