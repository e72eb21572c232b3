"""A number of the simulation that a document dials: the call that goes out comes in at its application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from appconnect.inputs import HungUp, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.clock import Clock
    from appconnect.inputs import Input
    from appconnect.simulator.line import Entry, Line

__all__ = ["Trunk"]

_UNANSWERED: Final = {"busy": "busy", "rejected": "busy", "normal": "no-answer"}
"""What the dialling side is told of a call that ends before it is answered; any other cause is `failed`."""


@final
class Trunk:
    """Joins the line of an outgoing call to that of the call that comes in.

    What is said and pressed at one end is heard at the other; each end's fate is told to the other.
    """

    def __init__(
        self, outgoing: Line, incoming: Line, clock: Clock, submit: Callable[[Input], object]
    ) -> None:
        """Join two lines that both ring."""
        self._clock = clock
        self._outgoing = outgoing
        self._incoming = incoming
        self._submit = submit
        self._is_answered = False
        self._is_over = False
        self._is_looking = False
        self._told_out = self._told_in = 0
        outgoing.watchers.append(self._look)
        incoming.watchers.append(self._look)
        submit(Progress(outgoing.leg, "ringing"))

    def _look(self) -> None:
        # What is done here changes the lines, too.
        if not self._is_looking and not self._is_over:
            self._is_looking = True
            self._follow()
            self._is_looking = False

    def _follow(self) -> None:
        if self._incoming.answered and not self._is_answered:
            self._is_answered = True
            self._outgoing.pick_up()
            self._submit(Progress(self._outgoing.leg, "answered"))
        self._carry()
        if self._outgoing.cause is not None:
            self._is_over = True
            self._incoming.end(self._incoming.party)
            self._submit(HungUp(self._incoming.leg))
        elif self._incoming.cause is not None:
            self._is_over = True
            self._end_outgoing(self._incoming.cause)

    def _end_outgoing(self, cause: str) -> None:
        leg = self._outgoing.leg
        self._outgoing.end(self._outgoing.party)
        if self._is_answered:
            self._submit(HungUp(leg))
        else:
            self._submit(Progress(leg, _UNANSWERED.get(cause, "failed")))

    def _carry(self) -> None:
        """Carry over what was said since the last time; each end's own words are what was carried to it."""
        if self._outgoing.is_connected:
            for entry in self._new(self._incoming, self._told_in):
                # The first words come in the moment of the answer, before the connection that it leads to.
                if entry.at == self._clock.now():
                    self._outgoing.repeat(entry)
            self._told_in = len(self._incoming.transcript)
        for entry in self._new(self._outgoing, self._told_out):
            match entry.medium:
                case "keys":
                    self._incoming.press(entry.text)
                case "speech":
                    self._incoming.speak(entry.text)
                case _:
                    self._incoming.repeat(entry)
        self._told_out = len(self._outgoing.transcript)

    @staticmethod
    def _new(line: Line, told: int) -> list[Entry]:
        return [entry for entry in line.transcript[told:] if entry.speaker != line.party]
