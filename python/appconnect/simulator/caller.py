"""A simulated caller: what a person on the line can do, and what a test expects of the call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, final

from appconnect.events import Began, Connected, Placed, Returned
from appconnect.inputs import HungUp
from appconnect.ladder.wording import tag
from appconnect.registry import Application
from appconnect.simulator.line import KEYS, Entry
from appconnect.simulator.record import ExpectationError, Inspection, Question, hides, new_error
from appconnect.simulator.waiting import NothingDueError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from appconnect.inputs import Input
    from appconnect.simulator.line import Line
    from appconnect.simulator.record import CallRecord
    from appconnect.simulator.waiting import Waiting

__all__ = ["WITHIN", "AsyncCaller", "AsyncParty", "Entry", "ExpectationError"]

# Pytest looks for it here.
__tracebackhide__ = hides

_QUOTED: Final = 300
"""Characters of what was heard that an error quotes, of its end."""

WITHIN: Final = 30.0
"""Seconds of call time in which what is expected must come true, unless another time is given."""


class AsyncParty(Inspection):
    """A person on a line."""

    def __init__(
        self, record: CallRecord, waiting: Waiting, submit: Callable[[Input], Awaitable[None]]
    ) -> None:
        """Hold a party's end of a line."""
        self._record = record
        self._waiting = waiting
        self._submit = submit
        self._read = 0
        self._unmatched = ""

    @property
    def record(self) -> CallRecord:
        """Where is kept what is known."""
        return self._record

    @property
    def _line(self) -> Line:
        return self._record.line

    async def hears(self, text: str | re.Pattern[str], *, within: float | None = WITHIN) -> re.Match[str]:
        """Expect to hear a text, after what was matched before; see `Caller.hears`."""
        pattern = text if isinstance(text, re.Pattern) else _words(text)
        await self._begin(within)
        await self._until(lambda: self._search(pattern) is not None, within)
        found = self._search(pattern)
        if found is None:
            wanted = repr(text.pattern if isinstance(text, re.Pattern) else text)
            raise self._error(f"{self._why_over(within)} before {wanted} was heard; {self._heard_instead()}")
        self._unmatched = self._unmatched[found.end() :]
        return found

    async def press(self, keys: str, *, at_once: bool = False, within: float | None = WITHIN) -> None:
        """Press keys, as soon as the application waits for them; see `Caller.press`."""
        pressed = _text(keys, "keys").upper()
        if not pressed or not KEYS.issuperset(pressed):
            raise ValueError(f"cannot press {keys!r}: keys are 0-9, *, # and A-D")
        await self._turn_to_act(f"press {keys}", lambda: at_once or self._line.wants_keys, within)
        self._line.press(pressed)

    async def say(
        self,
        text: str,
        *,
        confidence: float | None = None,
        at_once: bool = False,
        within: float | None = WITHIN,
    ) -> None:
        """Say something, as soon as the application waits for words; see `Caller.say`."""
        if not _text(text, "words").split():
            raise ValueError("cannot say nothing: write words, or let time pass by wait()")
        await self._turn_to_act(f"say {text!r}", lambda: at_once or self._line.wants_words, within)
        await self.wait(self._line.speak(text, confidence) / 1_000)

    async def wait(self, seconds: float) -> None:
        """Let time pass on the call; less of it when the call ends before."""
        await self._wait(self._is_gone, seconds)

    async def hang_up(self) -> None:
        """Hang up. Nothing happens when the line is gone already."""
        await self._begin(None)
        if not self._is_gone():
            self._line.end(self._line.party)
            await self._submit(HungUp(self.leg))

    async def is_connected_to(
        self, target: Application | Inspection | str, *, within: float | None = WITHIN
    ) -> str:
        """Expect to be connected to an application or a party; see `Caller.is_connected_to`."""
        await self._begin(within)
        await self._until(lambda: self._connection(target) is not None, within)
        call = self._connection(target)
        if call is None:
            whom = target.sid if isinstance(target, Application) else target
            whom = whom if isinstance(whom, str) else whom.address
            raise self._error(
                f"{self._why_over(within)} before the {self._line.party} was connected to {whom}; "
                f"{self._connected_instead()}"
            )
        return call

    async def ends(
        self, status: str | None = None, *, cause: str | None = None, within: float | None = None
    ) -> str:
        """Expect the line to end; see `Caller.ends`."""
        await self._begin(within)
        await self._until(lambda: False, within)
        if self.cause is None:
            raise self._error(f"{self._why_over(within)} before the call ended; {self._heard_instead()}")
        if status is not None and self.status != status:
            raise self._error(f"the call ended as {self.status} ({self.cause}), not as {status}")
        if cause is not None and self.cause != cause:
            raise self._error(f"the call ended by {self.cause} ({self.status}), not by {cause}")
        return self.cause

    async def listen(self) -> AsyncIterator[Entry]:
        """Give out what is heard, from the beginning of the call, as it is heard, until its end."""
        transcript = self._line.transcript
        told = 0

        def is_new() -> bool:
            return len(transcript) > told or self._is_gone()

        while await self._waiting.until(is_new, self._line.watchers) and told < len(transcript):
            entry = transcript[told]
            told += 1
            if entry.speaker != self._line.party:
                yield entry

    async def _begin(self, within: float | None) -> None:
        """Wait until there is a line to act on."""

    def _is_gone(self) -> bool:
        return self._line.cause is not None

    async def _until(self, condition: Callable[[], bool], seconds: float | None) -> None:
        """Wait until something holds, the line is gone, or the time is over."""
        await self._wait(lambda: condition() or self._is_gone(), seconds)

    async def _wait(self, condition: Callable[[], bool], seconds: float | None) -> None:
        """Wait until something holds, or the time is over."""
        try:
            await self._waiting.until(condition, self._line.watchers, seconds)
        except NothingDueError as error:
            raise self._error(f"{error}; {self._heard_instead()}") from None

    async def _turn_to_act(self, what: str, ready: Callable[[], bool], within: float | None) -> None:
        await self._begin(within)
        await self._until(ready, within)
        if self._is_gone() or not ready():
            raise self._error(
                f"{self._why_over(within)} before the {self._line.party} could {what}; "
                f"{self._listened_for()}{self._heard_instead()}"
            )

    def _search(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.search(self._rest())

    def _rest(self) -> str:
        """What was heard after what was matched."""
        transcript = self._line.transcript
        for entry in transcript[self._read :]:
            if entry.speaker != self._line.party:
                self._unmatched = f"{self._unmatched} {' '.join(entry.text.split())}"
        self._read = len(transcript)
        return self._unmatched

    def _why_over(self, within: float | None) -> str:
        return f"the call ended ({self.cause})" if self._is_gone() else f"{within or 0:g} s passed"

    def _heard_instead(self) -> str:
        rest = self._rest().strip()
        if len(rest) > _QUOTED:
            rest = f"… {rest[-_QUOTED:].partition(' ')[2]}"
        heard = f"heard instead: {rest!r}" if rest else "nothing more was heard"
        errors = [problem for problem in self.problems if problem.level == "error"]
        return f"{heard}; error {errors[-1].code}: {errors[-1].message}" if errors else heard

    def _listened_for(self) -> str:
        """What the application listened for at last, for whoever could not act."""
        last = self._record.last_verb("Gather")
        return "" if last is None else f"it listened by {tag(last)}; "

    def _connection(self, target: Application | Inspection | str) -> str | None:
        """The SID of the call of a target that this party is or was connected to; none if it never was."""
        match target:
            case Application(sid=name):
                names = {name}
            case str(name):
                names = {name}
            case _:
                names = target.record.calls()
                if target.record.line.party == "callee":
                    names.add(target.to)
        connections = reversed(self._connections().items())
        return next((call for call, name in connections if call in names or name in names), None)

    def _connections(self) -> dict[str, str]:
        """Whom the party is in a conference with, is or was connected to: by the SID of the call there."""
        own = self.record.calls()
        placed: dict[str, str] = {}
        connections: dict[str, str] = {}
        for event in self.record.events:
            match event:
                case Began(application=str(application)) if event.call != self.call:
                    connections[event.call] = application
                case Placed():
                    placed[event.child] = event.to
                case Connected(with_=call) if call not in own:
                    connections.pop(call, None)
                    connections[call] = placed.get(call, call)
                case _:
                    pass
        other, seat = self._line.other, self._line.seat
        if other is not None:
            # Nobody was called: the two met in a queue.
            met = next((call for call, name in reversed(connections.items()) if call == name), None)
            connections |= {} if met is None else {met: other.address}
        if seat is not None:
            connections.update((there.call, there.line.address) for there in seat.connected)
        return connections

    def _connected_instead(self) -> str:
        seat = self._line.seat
        if seat is not None and seat.hold:
            return "it is on hold in a conference"
        if seat is not None and seat.others:
            return f"it is in a conference with {', '.join(map(str, seat.others))}"
        connections = list(self._connections().values())
        return f"connected to {', '.join(connections)}" if connections else "to nobody"

    def _error(self, message: str) -> ExpectationError:
        return new_error(message, self.record)


@final
class AsyncCaller(AsyncParty):
    """A person who called: made by `AsyncSimulator.call` or `Session.dial`."""

    def __init__(
        self, record: CallRecord, waiting: Waiting, submit: Callable[[Input], Awaitable[None]]
    ) -> None:
        """Hold the caller's end of a line."""
        super().__init__(record, waiting, submit)
        self._returns_read = 0

    async def is_asked(
        self,
        *,
        keys: bool | None = None,
        speech: bool | None = None,
        language: str | None = None,
        within: float | None = WITHIN,
        **attributes: object,
    ) -> Question:
        """Expect an application to listen, by `<Gather>`; see `Caller.is_asked`."""
        await self._until(lambda: self.record.question() is not None, within)
        question = self.record.question()
        if question is None:
            raise self._error(
                f"{self._why_over(within)} before the application listened; {self._heard_instead()}"
            )
        wanted: dict[str, object] = {"keys": keys, "speech": speech, "language": language}
        wrong = [
            f"{name} is {getattr(question, name)}, not {value}"
            for name, value in wanted.items()
            if value is not None and getattr(question, name) != value
        ]
        wrong += _differences(question.attributes, attributes)
        if wrong:
            raise self._error(f"the application listens otherwise: {'; '.join(wrong)}")
        return question

    async def is_recorded(self, *, within: float | None = WITHIN, **attributes: object) -> None:
        """Expect an application to record a message; see `Caller.is_recorded`."""
        await self._until(lambda: self._line.records_a_message, within)
        if not self._line.records_a_message:
            raise self._error(
                f"{self._why_over(within)} before a message was recorded; {self._heard_instead()}"
            )
        verb = self.record.last_verb("Record")
        wrong = _differences({} if verb is None else dict(verb.attributes), attributes)
        if wrong:
            raise self._error(f"the message is recorded otherwise: {'; '.join(wrong)}")

    async def was_returned(
        self,
        values: Mapping[str, str] | None = None,
        /,
        *,
        status: str | None = None,
        within: float | None = WITHIN,
        **named: str,
    ) -> dict[str, str]:
        """Expect an application to give the call back; see `Caller.was_returned`."""
        await self._until(lambda: len(self._returned()) > self._returns_read, within)
        returned = self._returned()[self._returns_read :]
        if not returned:
            raise self._error(f"{self._why_over(within)} before an application gave the call back")
        self._returns_read += 1
        got = dict(returned[0].parameters)
        wrong = _differences(got, {**(values or {}), **named})
        if status is not None and returned[0].status != status:
            wrong.insert(0, f"the status is {returned[0].status}, not {status}")
        if wrong:
            raise self._error(f"the call was given back otherwise: {'; '.join(wrong)}")
        return got

    def _returned(self) -> list[Returned]:
        return [event for event in self.record.events if isinstance(event, Returned)]


def _text(value: str, what: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} are written as a text, and not as {value!r}")
    return value


def _words(text: str) -> re.Pattern[str]:
    words = _text(text, "words").split()
    if not words:
        raise ValueError("an empty text is always heard: write words that are to be heard")
    return re.compile(re.escape(" ".join(words)), re.IGNORECASE)


def _differences(got: Mapping[str, str], wanted: Mapping[str, object]) -> list[str]:
    """How values differ from what was wanted; booleans are written as in TwiML."""
    texts = {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in wanted.items()
    }
    return [
        f"{name} is {got[name]!r}, not {text!r}"
        if name in got
        else f"there is no {name}={text}{_hint(name, got)}"
        for name, text in texts.items()
        if got.get(name) != text
    ]


def _hint(name: str, got: Mapping[str, str]) -> str:
    """How a name is written that was written as in Python."""
    head, *rest = name.split("_")
    written = head + "".join(word.capitalize() for word in rest)
    return f" (write {written})" if written != name and written in got else ""
