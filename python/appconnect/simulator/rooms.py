"""Conferences of a simulation that have begun: who is in them, and who hears whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from appconnect.effects import ChangeParticipant, JoinConference
    from appconnect.simulator.line import Line

__all__ = ["Room", "Seat"]


@final
class Seat:
    """A line's place in a conference.

    Attributes:
        room: The conference.
        line: The line.
        call: The SID of the call on it that is in the conference.
        muted: Whether nobody hears it.
        hold: Whether it neither hears nor is heard.
        coaching: Whether only the line with the name `coached` hears it; none if that one is gone.
    """

    def __init__(self, room: Room, line: Line, joined: JoinConference) -> None:
        """Take a place; see `Room.join`."""
        self.line = line
        self.call = joined.call
        self.room = room
        self._take(joined)

    @property
    def others(self) -> list[Seat]:
        """Who is there besides."""
        return [seat for seat in self.room.seats if seat is not self]

    @property
    def hearers(self) -> list[Line]:
        """The lines on which what this one says is heard."""
        if self.muted or self.hold:
            return []
        lines = [seat.line for seat in self.others if not seat.hold]
        return [line for line in lines if line.leg == self.coached] if self.coaching else lines

    @property
    def connected(self) -> list[Seat]:
        """With whom this one takes part: all others, but for whoever is on hold."""
        return [] if self.hold else [seat for seat in self.others if not seat.hold]

    def change(self, changed: ChangeParticipant) -> None:
        """Take part in another way."""
        self._take(changed)
        self.room.changed()

    def __str__(self) -> str:
        """Who it is, and how that one takes part."""
        words = [
            word
            for word, holds in (("muted", self.muted), ("on hold", self.hold), ("coaching", self.coaching))
            if holds
        ]
        return f"{self.line.address} ({', '.join(words)})" if words else self.line.address

    def _take(self, how: JoinConference | ChangeParticipant) -> None:
        self.muted, self.hold = how.muted, how.hold
        self.coaching, self.coached = how.coaching, how.coached


@final
class Room:
    """A conference.

    Attributes:
        seats: Who is in it, in the order in which they joined.
    """

    def __init__(self) -> None:
        """Begin without anybody."""
        self.seats: list[Seat] = []

    def join(self, line: Line, joined: JoinConference) -> None:
        """Let a line take part."""
        line.seat = Seat(self, line, joined)
        self.seats.append(line.seat)
        self.changed()

    def leave(self, line: Line) -> None:
        """Let a line go; nothing happens to one that is not there."""
        if line.seat is None or line.seat not in self.seats:
            return
        self.seats.remove(line.seat)
        line.seat = None
        for seat in self.seats:
            if seat.coached == line.leg:
                seat.coached = None
        line.changed()
        self.changed()

    def changed(self) -> None:
        """Tell everybody in it that something is different."""
        for seat in list(self.seats):
            seat.line.changed()
