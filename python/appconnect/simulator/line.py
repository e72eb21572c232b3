"""The line of a simulated party: what is said and done on it, and how long that takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, final

from appconnect.effects import (
    Answer,
    Bridge,
    ChangeParticipant,
    Collect,
    Conceal,
    Dial,
    Echo,
    HangUp,
    JoinConference,
    LeaveConference,
    Play,
    Refer,
    Ringback,
    Say,
    StartAgent,
    StartConferenceRecording,
    StartRecording,
    StartSiprec,
    StartTranscription,
    StopAgent,
    StopCollect,
    StopConferenceRecording,
    StopMedia,
    StopRecording,
    StopSiprec,
    StopTranscription,
    Transcribe,
    Unbridge,
)
from appconnect.inputs import (
    AgentDone,
    Digits,
    MediaDone,
    RecordingTranscribed,
    ReferProgress,
    SiprecEvent,
    Speaking,
    Speech,
    Transcribed,
)
from appconnect.simulator.streams import SimulatedStream

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from appconnect.clock import Clock, Timer
    from appconnect.driver import MediaEffect
    from appconnect.effects import OpenStream
    from appconnect.inputs import Input
    from appconnect.simulator.audio import AudioFiles, Failed
    from appconnect.simulator.model import MediaModel
    from appconnect.simulator.rooms import Seat

__all__ = ["KEYS", "Entry", "Line", "written_down"]

Medium: TypeAlias = Literal["audio", "keys", "speech", "tones"]
"""How something was said: a file, keys that were pressed, words, or tones that were played."""

Speaker: TypeAlias = Literal["application", "callee", "caller"]
"""Who said something: a party of the call, or its application."""
_ACCEPTED: Final = range(200, 300)

KEYS: Final = frozenset("0123456789*#ABCD")
"""What a caller can press."""


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was said on a line, from when it began.

    Attributes:
        at: Milliseconds since the epoch.
        speaker: Who said it: an application, the party on this line, or the one that it is connected to.
        medium: How it was said.
        text: The words, the URL of the file, the tones or the keys.
        call: The call whose application it was; none for a party.
    """

    at: int
    speaker: Speaker
    medium: Medium
    text: str
    call: str | None = None


@final
class Line:
    """One party's line: what happens on it, and who wants to know.

    Attributes:
        leg: Its name.
        party: Who is on it.
        address: The number or other address of who is on it.
        other: The line that it is connected to, if it is: what one party says or presses, the other hears.
        seat: Its place in a conference that has begun, if it is in one.
        answered: Whether it was picked up.
        cause: Why it is gone: the engine's cause, or `"caller"` when the caller hung up; none while it is
            there.
        collecting: What the application listens for.
        concealed: Whether a payment is collected: keys are then kept as `x`, and words from recordings.
        echoing: The call whose application lets the caller hear the caller; none if none does.
        ringback: Whether the caller is given ringing to hear.
        transcript: What was said by both ends.
        words: What the caller said in each recording of a message, by its SID.
        watchers: Called at every change.
    """

    __slots__ = (
        "_agents",
        "_clock",
        "_files",
        "_last_heard",
        "_last_sound",
        "_model",
        "_playing",
        "_recordings",
        "_speaking",
        "_spoken",
        "_submit",
        "_transcriptions",
        "address",
        "answered",
        "cause",
        "collecting",
        "concealed",
        "echoing",
        "leg",
        "other",
        "party",
        "ringback",
        "seat",
        "streams",
        "transcript",
        "watchers",
        "words",
    )

    def __init__(
        self,
        leg: str,
        clock: Clock,
        model: MediaModel,
        submit: Callable[[Input], None],
        files: AudioFiles | None = None,
    ) -> None:
        """Make a line that rings; see `SimulatedMedia.line`."""
        self.leg = leg
        self.party: Literal["callee", "caller"] = "caller"
        self.address = ""
        self.other: Line | None = None
        self.seat: Seat | None = None
        self.answered = False
        self.cause: str | None = None
        self.collecting: Collect | None = None
        self.concealed = False
        self.echoing: str | None = None
        self.ringback = False
        self.transcript: list[Entry] = []
        self.watchers: list[Callable[[], object]] = []
        self.words: dict[str, list[str]] = {}
        self._clock = clock
        self._model = model
        self._submit = submit
        self._files = files
        self._playing: Timer | asyncio.Task[None] | None = None
        self._speaking: Timer | None = None
        self._recordings: dict[str, tuple[StartRecording, Timer | None]] = {}
        self._last_sound = 0
        self._last_heard = 0
        self._spoken: str | None = None
        self._transcriptions: dict[str, StartTranscription] = {}
        self._agents: dict[str, Timer] = {}
        self.streams: list[SimulatedStream] = []

    @property
    def wants_keys(self) -> bool:
        """Whether somebody waits for keys: an application, a recording that they end, the other party."""
        return (
            (self.collecting is not None and self.collecting.digits)
            or self._is_streamed()
            or self.records_a_message
            or self.is_connected
        )

    @property
    def wants_words(self) -> bool:
        """Whether somebody waits for words: an application, a recording, the other party."""
        return (
            (self.collecting is not None and self.collecting.speech is not None)
            or self._is_streamed()
            or self.records_a_message
            or self.is_connected
        )

    @property
    def is_connected(self) -> bool:
        """Whether another party is there: one that it is connected to, or others in its conference."""
        return self.other is not None or (self.seat is not None and bool(self.seat.others))

    @property
    def hearers(self) -> list[Line]:
        """The lines on which what this party says is heard."""
        if self.seat is not None:
            return self.seat.hearers
        return [] if self.other is None else [self.other]

    def press(self, keys: str) -> None:
        """The party presses keys."""
        shown = re.sub("[0-9]", "x", keys) if self.concealed else keys
        self._said("keys", shown)
        self._echo("tones", shown)
        self._submit(Digits(self.leg, keys))
        self.changed()

    def speak(self, text: str, confidence: float | None = None) -> int:
        """The party says something; a recogniser that listens hears it.

        It reports the first word at once, so that prompts are interrupted, and all of it after the silence
        that the application asked for.

        Returns:
            Milliseconds that it takes to say it.
        """
        now = self._clock.now()
        duration = self._model.speech_ms(text)
        self._said("speech", text)
        self._echo("speech", text)
        self._record(text)
        self._last_sound = max(self._last_sound, now + duration)
        if self.seat is not None:
            self._submit(Speaking(self.leg, started=True))
            self._clock.call_at(now + duration, self._fell_quiet)
        for line in self.hearers:
            line._overhears(text, now + duration)  # noqa: SLF001 - the same class
        for start, timer in list(self._recordings.values()):
            self._watch_silence(start, timer)
        if self._transcriptions:
            self._clock.call_at(now + duration, lambda: self._transcribed(text, inbound=True))
        speech = None if self.collecting is None else self.collecting.speech
        if speech is not None:
            first_word = text.split(maxsplit=1)[0] if text.split() else ""
            self._submit(Speech(self.leg, first_word, confidence, is_final=False))
            pause = self._model.first_pause if speech.speech_timeout is None else speech.speech_timeout
            self._stop_recogniser()
            self._speaking = self._clock.call_at(
                now + duration + round(pause * 1_000), lambda: self._understood(text, confidence)
            )
        self.changed()
        return duration

    def end(self, cause: str) -> None:
        """The line is gone, for good."""
        if self.cause is not None:
            return
        self.cause = cause
        self.part()
        if self.seat is not None:
            self.seat.room.leave(self)
        self.collecting = None
        self._stop_recogniser()
        self._stop_media()
        for sid in list(self._recordings):
            self._stop_recording(sid)
        self._transcriptions.clear()
        for timer in self._agents.values():
            timer.cancel()
        for stream in self.streams:
            stream.detach()
        self.changed()

    def pick_up(self) -> None:
        """The party answers."""
        self.answered = True
        self.changed()

    def repeat(self, entry: Entry) -> None:
        """The party passes on what somebody else says."""
        self._said(entry.medium, entry.text)
        self.changed()

    def join(self, other: Line) -> None:
        """Connect two parties."""
        self.other, other.other = other, self
        self.changed()
        other.changed()

    def part(self) -> None:
        """End a connection, if there is one."""
        other, self.other = self.other, None
        if other is not None:
            other.other = None
            other.changed()
            self.changed()

    def attach(self, effect: OpenStream, hear: Callable[[str, bytes], object]) -> SimulatedStream:
        """Give the audio of this line to a stream."""
        stream = SimulatedStream(effect, self._clock, self._sounds, hear, self.changed)
        if self.cause is not None:
            stream.detach()
        self.streams.append(stream)
        self.changed()
        return stream

    def finish_agent(self, done: AgentDone) -> None:
        """A virtual agent is through, in a way that a test chose."""
        self._agent_done(done)

    def perform(self, effect: MediaEffect) -> None:  # noqa: C901, PLR0912, PLR0915 - one flat list of the effects
        """Do what the engine asks for."""
        match effect:
            case Answer():
                self.answered = True
            case Say():
                self._hear("speech", effect.text, effect.call)
                self._play(effect.reply, self._model.say_ms(effect))
                self._spoken = effect.text
            case Play():
                if effect.tones is None:
                    self._hear("audio", effect.url or "", effect.call)
                else:
                    self._hear("tones", effect.tones, effect.call)
                self._fetch_or_play(effect)
            case StopMedia():
                self._stop_media()
            case Collect():
                self.collecting = effect
            case StopCollect():
                self.collecting = None
                self._stop_recogniser()
            case Ringback(on=on):
                self.ringback = on
            case Conceal(on=on):
                self.concealed = on
            case Echo(call=call, on=on):
                self.echoing = call if on else None
            case Refer():
                self._transfer(effect)
            case Transcribe():
                self._submit(written_down(effect, self.words))
            case StartRecording():
                self._watch_silence(effect, None)
            case StopRecording(recording=sid):
                self._stop_recording(sid)
            case StartAgent(reply=reply):
                done = AgentDone(reply, "completed", provider="simulated")
                until = self._clock.now() + round(self._model.agent * 1_000)
                self._agents[reply] = self._clock.call_at(until, lambda: self._agent_done(done))
            case StopAgent(reply=reply):
                # It may have been through at this very moment.
                if (agent := self._agents.pop(reply, None)) is not None:
                    agent.cancel()
            case StartSiprec(siprec=sid):
                self._submit(SiprecEvent(self.leg, sid, "opened"))
            case StopSiprec():
                pass
            case StartTranscription(transcription=sid):
                self._transcriptions[sid] = effect
            case StopTranscription(transcription=sid):
                self._transcriptions.pop(sid, None)
            case HangUp(cause=cause):
                self.end(cause)
            case Dial() | Bridge() | Unbridge():
                pass  # They concern more than one line.
            case JoinConference() | ChangeParticipant() | LeaveConference():
                pass  # They concern more than one line.
            case StartConferenceRecording() | StopConferenceRecording():
                pass  # They are of no line.
        self.changed()

    def _said(self, medium: Medium, text: str) -> None:
        now = self._clock.now()
        self.transcript.append(Entry(now, self.party, medium, text))
        for line in self.hearers:
            # Two callers may meet, in a queue or a conference: to each of them, the other is who was called.
            speaker: Literal["callee", "caller"] = self.party
            if line.party == speaker:
                speaker = "callee" if speaker == "caller" else "caller"
            line.transcript.append(Entry(now, speaker, medium, text))
            line.changed()

    def _overhears(self, text: str, until: int) -> None:
        """The party is told something by another one."""
        self._last_heard = max(self._last_heard, until)
        if self._transcriptions:
            self._clock.call_at(until, lambda: self._transcribed(text, inbound=False))

    def _fell_quiet(self) -> None:
        if self.seat is not None and self._last_sound <= self._clock.now():
            self._submit(Speaking(self.leg, started=False))

    def _hear(self, medium: Medium, text: str, call: str) -> None:
        self.transcript.append(Entry(self._clock.now(), "application", medium, text, call))

    def _echo(self, medium: Medium, text: str) -> None:
        if self.echoing is not None:
            self._hear(medium, text, self.echoing)

    def _record(self, text: str) -> None:
        if not self.concealed:
            for start, _ in self._messages():
                self.words.setdefault(start.recording, []).append(text)

    def _transfer(self, effect: Refer) -> None:
        response, result = self._model.transfer
        self._submit(ReferProgress(effect.reply, response=response))
        if response in _ACCEPTED:
            self._submit(ReferProgress(effect.reply, notify=result))

    def _play(self, reply: str, length: int | Failed) -> None:
        self._stop_media()
        if isinstance(length, str):
            self._submit(MediaDone(reply, length))
        else:
            self._playing = self._clock.call_at(self._clock.now() + length, lambda: self._played(reply))

    def _fetch_or_play(self, effect: Play) -> None:
        files, url = self._files, effect.url
        if files is None or url is None or not files.has(url) or url in self._model.files:
            self._play(effect.reply, self._model.play_ms(effect))
            return

        def fetched(took: float, measured: float | Failed | None) -> None:
            self._playing = self._clock.call_at(
                self._clock.now() + round(took * 1_000),
                lambda: self._play(effect.reply, self._model.play_ms(effect, measured)),
            )

        self._stop_media()
        self._playing = files.measure(url, effect.call, fetched)

    def _played(self, reply: str) -> None:
        self._playing = None
        if self._spoken is not None:
            self._transcribed(self._spoken, inbound=False)
            self._spoken = None
        self._submit(MediaDone(reply))

    def _transcribed(self, text: str, *, inbound: bool) -> None:
        """Words were written down, by all who do: each drops those of a side that it does not want."""
        if inbound and self.concealed:
            return
        for sid in self._transcriptions:
            self._submit(Transcribed(self.leg, sid, inbound, text, 1.0))

    def _agent_done(self, done: AgentDone) -> None:
        timer = self._agents.pop(done.reply, None)
        if timer is not None:
            timer.cancel()
            self._submit(done)

    def _sounds(self, side: str, since: int) -> bool:
        """Whether a side made a sound after a time."""
        if side == "inbound":
            return self._last_sound > since and not self.concealed
        if self._last_heard > since:
            return True
        return self._playing is not None or any(stream.playing for stream in self.streams)

    def _is_streamed(self) -> bool:
        return any(stream.bidirectional and stream.attached for stream in self.streams)

    def _stop_media(self) -> None:
        self._spoken = None
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None

    def _understood(self, text: str, confidence: float | None) -> None:
        self._speaking = None
        self._submit(Speech(self.leg, text, confidence))

    def _stop_recogniser(self) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
            self._speaking = None

    def _watch_silence(self, start: StartRecording, timer: Timer | None) -> None:
        """End a recording so long after the last sound; the caller is silent unless told to speak."""
        if timer is not None:
            timer.cancel()
        timer = None
        if start.silence_timeout is not None:
            now = self._clock.now()
            until = max(now, self._last_sound) + start.silence_timeout * 1_000
            silent = self._last_sound <= now
            timer = self._clock.call_at(until, lambda: self._fell_silent(start, silent=silent))
        self._recordings[start.recording] = (start, timer)

    def _fell_silent(self, start: StartRecording, *, silent: bool) -> None:
        if self._recordings.pop(start.recording, None) is not None:
            self._submit(MediaDone(start.reply, "silent" if silent else None))

    def _stop_recording(self, sid: str) -> None:
        _, timer = self._recordings.pop(sid, (None, None))
        if timer is not None:
            timer.cancel()

    @property
    def records_a_message(self) -> bool:
        """Whether an application records a message, by `<Record>`."""
        return bool(self._messages())

    def _messages(self) -> list[tuple[StartRecording, Timer | None]]:
        # A <Dial> that records runs along with whatever is heard; it neither beeps nor minds silence.
        recordings = self._recordings.values()
        return [pair for pair in recordings if pair[0].beep or pair[0].silence_timeout is not None]

    def changed(self) -> None:
        """Tell the watchers that something is different."""
        for watcher in list(self.watchers):
            watcher()


def written_down(effect: Transcribe, words: dict[str, list[str]]) -> RecordingTranscribed:
    """What was said in a recording; it is forgotten here."""
    return RecordingTranscribed(effect.reply, " ".join(words.pop(effect.recording, [])))
