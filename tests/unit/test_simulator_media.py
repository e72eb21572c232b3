from __future__ import annotations

import pytest

from appconnect._core import SpeechOptions
from appconnect.clock import VirtualClock
from appconnect.effects import (
    Answer,
    Collect,
    HangUp,
    Play,
    Say,
    StartRecording,
    StopCollect,
    StopMedia,
    StopRecording,
)
from appconnect.inputs import Digits, Input, MediaDone, Speech
from appconnect.simulator import MediaModel, Session, SimulatedMedia
from tests.unit.applications import CALLER, NUMBER, Applications, registry, response, run

CALL = "CA" + "c" * 32
RECORDING = "RE" + "d" * 32
REPLY = CALL + ":7"
LEG = "leg-1"


class Line:
    """A line on a virtual clock, and what it submits at which time."""

    def __init__(self, model: MediaModel | None = None) -> None:
        self.clock = VirtualClock(0)
        self.media = SimulatedMedia(self.clock, model)
        self.submitted: list[tuple[int, Input]] = []
        self.media.submit = lambda item: self.submitted.append((self.clock.now(), item))
        self.line = self.media.line(LEG)


def say(text: str, *, rounds: int = 1, breaks_ms: int = 0) -> Say:
    return Say(REPLY, LEG, CALL, text, None, breaks_ms, "man", "en-US", rounds)


def play(url: str | None, tones: str | None = None, *, rounds: int = 1) -> Play:
    return Play(REPLY, LEG, CALL, url, tones, rounds)


def record(silence: int | None, *, beep: bool = True) -> StartRecording:
    return StartRecording(REPLY, LEG, CALL, RECORDING, beep, silence, True, False, "both")  # noqa: FBT003 - fields in order


def collect(*, digits: bool = True, speech: bool = False, pause: int | None = None) -> Collect:
    options = SpeechOptions("en-US", "", "default", True, pause, False) if speech else None  # noqa: FBT003 - the same
    return Collect(LEG, CALL, digits, options)


@pytest.mark.parametrize(
    ("effect", "milliseconds"),
    [
        (say("a" * 30), 2_000),
        (say("Hi"), 500),
        (say(""), 500),
        (say("Hi", rounds=3), 1_500),
        (say("a" * 30, breaks_ms=700, rounds=2), 5_400),
        (play("http://a.example/x.mp3"), 5_000),
        (play("http://a.example/long.mp3"), 12_500),
        (play("http://a.example/x.mp3", rounds=1_000), 5_000_000),
        (play(None, "12"), 400),
        (play(None, "1w2W"), 1_900),
        (play(None, "1", rounds=2), 400),
    ],
)
def test_prompts_take_as_long_as_the_model_says(effect: Say | Play, milliseconds: int) -> None:
    line = Line(MediaModel(files={"http://a.example/long.mp3": 12.5}))
    line.media.perform(effect)
    line.clock.advance_to(10_000_000)
    assert line.submitted == [(milliseconds, MediaDone(REPLY))]


def test_every_figure_of_the_model_can_be_set() -> None:
    model = MediaModel(
        characters_per_second=10,
        shortest_speech=0.25,
        file=1,
        tone=0.2,
        gap=0.3,
        short_pause=0.4,
        long_pause=2,
    )
    assert [model.speech_ms(text) for text in ("a", "a" * 20)] == [250, 2_000]
    assert model.tones_ms("1wW") == 500 + 400 + 2_000
    assert model.play_ms(play("http://a.example/x.mp3")) == 1_000


@pytest.mark.parametrize("failed", ["retrieval", "content-type"])
def test_a_file_that_cannot_be_played_says_so_at_once(failed: str) -> None:
    line = Line(MediaModel(files={"http://a.example/x": failed}))  # type: ignore[dict-item]  # parameters are str
    line.media.perform(play("http://a.example/x"))
    assert line.submitted == [(0, MediaDone(REPLY, failed))]


def test_what_is_stopped_is_not_answered() -> None:
    line = Line()
    for start, stop in (
        (say("Hello"), StopMedia(LEG)),
        (record(5), StopRecording(LEG, RECORDING)),
        (say("Hello"), HangUp(LEG, "normal")),
    ):
        line.media.perform(start)
        line.media.perform(stop)
    line.clock.advance_to(1_000_000)
    assert line.submitted == []
    assert line.line.cause == "normal"


def test_a_new_prompt_takes_the_place_of_one_that_plays() -> None:
    line = Line()
    line.media.perform(say("a" * 30))
    line.clock.advance_to(1_000)
    line.media.perform(Say(CALL + ":8", LEG, CALL, "b" * 30, None, 0, "man", "en-US", 1))
    line.clock.advance_to(100_000)
    assert line.submitted == [(3_000, MediaDone(CALL + ":8"))]


def test_a_line_that_is_gone_stays_gone_and_is_forgotten() -> None:
    line = Line()
    line.media.perform(collect(speech=True))
    line.line.speak("Hello")
    line.submitted.clear()
    line.line.end("caller")
    line.line.end("again")
    for effect in (Answer(LEG), say("Hello"), record(1), HangUp(LEG, "normal")):
        line.media.perform(effect)
    line.clock.advance_to(1_000_000)
    assert (line.line.cause, line.submitted) == ("caller", [])
    assert line.media._lines == {}
    assert line.clock.next_timer() is None


@pytest.mark.parametrize(("silence", "ends"), [(5, 5_000), (1, 1_000), (None, None)])
def test_a_recording_ends_by_the_silence_of_a_caller_who_says_nothing(
    silence: int | None, ends: int | None
) -> None:
    line = Line()
    line.media.perform(record(silence))
    line.clock.advance_to(100_000_000)
    assert line.submitted == ([] if ends is None else [(ends, MediaDone(REPLY, "silent"))])


def test_the_silence_of_a_recording_begins_after_the_callers_last_word() -> None:
    line = Line()
    line.media.perform(record(5))
    line.clock.advance_to(4_000)
    line.line.speak("a" * 150)
    line.clock.advance_to(6_000)
    line.line.speak("a" * 15)
    line.clock.advance_to(100_000)
    # Ten seconds from the fourth on; the second sentence falls into them.
    assert line.submitted == [(19_000, MediaDone(REPLY))]


def test_a_caller_may_speak_into_the_beginning_of_a_recording() -> None:
    line = Line()
    line.line.speak("a" * 45)
    line.clock.advance_to(1_000)
    line.media.perform(record(2))
    line.clock.advance_to(100_000)
    assert line.submitted == [(5_000, MediaDone(REPLY))]


@pytest.mark.parametrize(("pause", "understood"), [(None, 3_000), (3, 5_000)])
def test_speech_is_understood_after_the_pause_that_the_application_asks_for(
    pause: int | None, understood: int
) -> None:
    line = Line()
    line.media.perform(collect(speech=True, pause=pause))
    assert line.line.speak("Call " + "a" * 25, 0.8) == 2_000
    line.clock.advance_to(100_000)
    assert line.submitted == [
        (0, Speech(LEG, "Call", 0.8, is_final=False)),
        (understood, Speech(LEG, "Call " + "a" * 25, 0.8)),
    ]


def test_nobody_understands_what_nobody_listens_to() -> None:
    line = Line()
    line.line.speak("Hello")
    line.media.perform(collect(speech=True))
    line.line.speak("Hello again")
    line.media.perform(StopCollect(LEG))
    line.line.speak("Hello?")
    line.clock.advance_to(100_000)
    assert [item for _, item in line.submitted] == [Speech(LEG, "Hello", is_final=False)]


def test_keys_are_always_told() -> None:
    line = Line()
    line.line.press("12#")
    assert line.submitted == [(0, Digits(LEG, "12#"))]


@pytest.mark.parametrize(
    ("effect", "keys", "words"),
    [
        (collect(), True, False),
        (collect(digits=False, speech=True), False, True),
        (collect(speech=True), True, True),
        (record(5), True, True),
        (record(None), True, True),
        (record(None, beep=False), False, False),  # a <Dial> that records
        (say("Hello"), False, False),
    ],
)
def test_the_caller_sees_what_the_application_waits_for(
    effect: Collect | StartRecording | Say,
    *,
    keys: bool,
    words: bool,
) -> None:
    line = Line()
    line.media.perform(effect)
    assert (line.line.wants_keys, line.line.wants_words) == (keys, words)


def test_a_prompt_is_interrupted_by_speech_and_by_keys() -> None:
    async def heard(act: str) -> tuple[int, str]:
        prompt = "<Say>" + "a" * 600 + "</Say>"
        apps = Applications(
            {
                "/voice": response(
                    f'<Gather input="dtmf speech" action="/done" speechTimeout="auto">{prompt}</Gather>'
                ),
                "/done": lambda request: response(
                    f"<Say>{request.form.get('Digits') or request.form['SpeechResult']}</Say>"
                ),
            }
        )
        async with Session(registry(), apps) as session:
            start = session.clock.now()
            caller = await session.dial(CALLER, NUMBER)
            await (caller.press("7#") if act == "press" else caller.say("sales please"))
            await caller.hears("7" if act == "press" else "sales please")
            return session.clock.now() - start, caller.heard[-1].text

    assert run(heard("press")) == (0, "7")
    # 12 characters are said in 0.8 s, and a second of silence ends them.
    assert run(heard("say")) == (1_800, "sales please")
