"""Simulated media: nothing is heard, but everything takes as long as a model says."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, final

from appconnect.effects import (
    Bridge,
    ChangeParticipant,
    Dial,
    JoinConference,
    LeaveConference,
    StartConferenceRecording,
    StopConferenceRecording,
    Transcribe,
    Unbridge,
)
from appconnect.simulator.line import Line, written_down
from appconnect.simulator.model import MediaModel
from appconnect.simulator.rooms import Room

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.clock import Clock
    from appconnect.driver import MediaEffect
    from appconnect.effects import OpenStream
    from appconnect.inputs import Input
    from appconnect.simulator.audio import AudioFiles
    from appconnect.simulator.streams import SimulatedStream

__all__ = ["SimulatedMedia"]

_log = logging.getLogger(__name__)


@final
class SimulatedMedia:
    """A media plane for `Driver` without any media.

        media = SimulatedMedia(clock)
        async with Driver(engine, transport, media=media, clock=clock) as driver:
            line = media.line("leg-1")
            driver.submit(IncomingCall(line.leg, "+14155550100", "+18005550199"))

    Attributes:
        submit: Where inputs go; set by the driver when it begins.
        files: Fetches the files of `Play`; none if they only last as long as the model says.
        on_dial: Takes the calls that the engine places; without it nobody ever answers one.
    """

    def __init__(self, clock: Clock, model: MediaModel | None = None) -> None:
        """Make a media plane.

        Args:
            clock: Says when a prompt is over; the driver's own.
            model: How long things take.
        """
        self.submit: Callable[[Input], object] = _nowhere
        self.files: AudioFiles | None = None
        self.on_dial: Callable[[Dial], object] | None = None
        self._clock = clock
        self._model = MediaModel() if model is None else model
        self._lines: dict[str, Line] = {}
        self._words: dict[str, list[str]] = {}
        self._rooms: dict[str, Room] = {}

    def bind(self, submit: Callable[[Input], object], /) -> None:
        """Submit inputs there from now on."""
        self.submit = submit

    @property
    def idle(self) -> bool:
        """Whether no file is being fetched."""
        return self.files is None or self.files.under_way == 0

    def line(self, leg: str) -> Line:
        """The line of this name; a new one, that rings, when there is none.

        It must be asked for before its call comes in, and is forgotten when it is gone.
        """
        line = self._lines.get(leg)
        if line is None:
            line = Line(leg, self._clock, self._model, self._submit, self.files)
            line.watchers.append(lambda: self._forget_if_gone(line))
            self._lines[leg] = line
        return line

    def perform(self, effect: MediaEffect, /) -> None:
        """Do something to a party's line; nothing to one that is gone or was never made.

        What was said in a recording is known also when its line is gone.
        """
        if isinstance(effect, StartConferenceRecording | StopConferenceRecording):
            return  # They are of no line.
        line = self._lines.get(effect.leg)
        match effect:
            case Dial():
                if self.on_dial is not None:
                    self.on_dial(effect)
            case Bridge(other=other):
                if line is not None and other in self._lines:
                    line.join(self._lines[other])
            case Unbridge() if line is not None:
                line.part()
            case JoinConference() | ChangeParticipant() | LeaveConference():
                self._confer(effect, line)
            case Transcribe() if line is None:
                self._submit(written_down(effect, self._words))
            case _:
                if line is not None:
                    line.perform(effect)

    def attach_stream(self, effect: OpenStream, hear: Callable[[str, bytes], object]) -> SimulatedStream:
        """Give the audio of a line to a stream (see `StreamAudio`)."""
        return self.line(effect.leg).attach(effect, hear)

    def _confer(
        self, effect: JoinConference | ChangeParticipant | LeaveConference, line: Line | None
    ) -> None:
        match effect:
            case JoinConference(conference=conference):
                if line is not None:
                    self._rooms.setdefault(conference, Room()).join(line, effect)
            case ChangeParticipant():
                if line is not None and line.seat is not None:
                    line.seat.change(effect)
            case LeaveConference(conference=conference):
                room = self._rooms.get(conference)
                if room is not None and line is not None:
                    room.leave(line)
                if room is not None and not room.seats:
                    del self._rooms[conference]

    def _submit(self, item: Input) -> None:
        self.submit(item)

    def _forget_if_gone(self, line: Line) -> None:
        if line.cause is not None and self._lines.get(line.leg) is line:
            del self._lines[line.leg]
            self._words |= line.words


def _nowhere(item: Input) -> None:
    _log.warning("no driver is attached to the simulated media, dropped %r", item)
