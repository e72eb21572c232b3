"""What a media plane does for the driver: answer lines, play, listen and record.

A media plane is anything with a method `perform`. It is told what to do by media effects, which it must take
without blocking, and answers by submitting inputs to the driver. If it has a method `bind`, the driver tells
it by that where inputs go, when it begins:

    class Softphone:
        def bind(self, submit: Callable[[Input], None]) -> None:
            self.submit = submit

        def perform(self, effect: MediaEffect) -> None:
            match effect:
                case Answer(leg):
                    self.lines[leg].pick_up()
                case HangUp(leg, cause):
                    self.lines.pop(leg).drop(cause)
                case Say(reply=reply, leg=leg, text=text):
                    self.lines[leg].speak(text, then=lambda: self.submit(MediaDone(reply)))
                case StopMedia(leg):
                    self.lines[leg].silence()        # no MediaDone for what is stopped
                case _:
                    ...

        def key_pressed(self, leg: str, key: str) -> None:
            self.submit(Digits(leg, key))

    async with Driver(engine, transport, media=Softphone()) as driver:
        await driver.drain()

- `Say`, `Play` and `StartRecording` are answered by `MediaDone` when they end by themselves, and by nothing
  when they are stopped. What cannot be played is answered with `failed="retrieval"` or
  `failed="content-type"`; a recording in which nothing was heard with `failed="silent"`.
- `Conceal(on=True)` comes with a payment: until it is off, whatever records the line, streams it or writes
  it down must hold silence in place of the caller, and no keys.
- `Refer` is answered by `ReferProgress`, and `Transcribe` by `RecordingTranscribed`, also when its line is
  gone. One that is never answered counts as failed after a while.
- `Digits` may be submitted at any time, `Speech` while a `Collect` with speech is active.
- The caller's end of the line is submitted as `HungUp`; nothing is answered after it, nor after a `HangUp`.
- `Dial` places a call on a new line: `Progress` tells when it rings, is answered or cannot be reached, and
  `HungUp` when the called party leaves. `Bridge` and `Unbridge` join two lines and part them again.
- `StartAgent` is answered by `AgentDone`; `StartSiprec` by `SiprecEvent`s, the first of them `"opened"`; what
  is said while a `StartTranscription` is active is submitted as `Transcribed`, and that it broke off as
  `TranscriptionFailed`.
- One that is a `StreamAudio` gives the audio of its lines to media streams and plays theirs.
- `JoinConference`, `ChangeParticipant` and `LeaveConference` say who is mixed with whom. A conference
  is there from its first line to its last; `Speaking` may tell who speaks in it.
- An exception from `perform` is logged; if the effect waits for an answer, it counts as media that could not
  be retrieved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

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

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.effects import OpenStream
    from appconnect.inputs import Input

__all__ = ["Bindable", "Media", "MediaEffect", "StreamAudio", "StreamPlayer"]

MediaEffect: TypeAlias = (
    Answer
    | Bridge
    | ChangeParticipant
    | Collect
    | Conceal
    | Dial
    | Echo
    | HangUp
    | JoinConference
    | LeaveConference
    | Play
    | Refer
    | Ringback
    | Say
    | StartAgent
    | StartConferenceRecording
    | StartRecording
    | StartSiprec
    | StartTranscription
    | StopAgent
    | StopCollect
    | StopConferenceRecording
    | StopMedia
    | StopRecording
    | StopSiprec
    | StopTranscription
    | Transcribe
    | Unbridge
)
"""The effects that concern a caller's line, or a conference of them."""


@runtime_checkable
class Bindable(Protocol):
    """A media plane that wants to be told where its inputs go."""

    def bind(self, submit: Callable[[Input], None], /) -> None:
        """Submit inputs there from now on."""


class Media(Protocol):
    """A media plane. It may be `Bindable` too."""

    def perform(self, effect: MediaEffect, /) -> None:
        """Do something to a caller's line, without blocking."""


class StreamPlayer(Protocol):
    """What a media stream can do to the line that it was attached to."""

    def play(self, audio: bytes, played: Callable[[], object], /) -> None:
        """Play mu-law audio (8,000 bytes a second) to the caller, after what waits to be played already.

        `played` is called when the last of it has been played; never for audio that was cleared.
        """

    def clear(self) -> None:
        """Stop what plays, and forget what waits."""

    def detach(self) -> None:
        """Give nothing more to the stream, and forget what waits."""


@runtime_checkable
class StreamAudio(Protocol):
    """A media plane that has audio for media streams."""

    def attach_stream(self, effect: OpenStream, hear: Callable[[str, bytes], object], /) -> StreamPlayer:
        """Give the audio of a line to a stream, until it is detached or the line ends.

        Args:
            effect: Says which stream, which line, and which side of it.
            hear: To be called every 20 ms for each side that is wanted, with `"inbound"` (what the caller
                says) or `"outbound"` (what the caller hears) and 160 bytes of mu-law audio.
        """
