"""A simulated caller: what a person on the line can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from appconnect.errors import AppConnectError
from appconnect.events import Began, StatusChanged
from appconnect.inputs import HungUp
from appconnect.simulator.media import KEYS, Entry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from appconnect.events import Event
    from appconnect.inputs import Input
    from appconnect.simulator.media import Line
    from appconnect.simulator.waiting import Waiting

__all__ = ["Caller", "Entry", "ExpectationError"]

EXPECT_SECONDS: Final = 30.0
"""Seconds of call time in which an expected text must be heard."""


class ExpectationError(AppConnectError, AssertionError):
    """The call did not go as the caller expected. The message says what happened instead."""


@final
class Caller:
    """A person who called. Made by `Session.dial`.

    Attributes:
        leg: The name of the line.
        from_: Who calls.
        to: What was dialled.
        call: The SID of the call that was dialled; none until the timeline tells.
        status: The status of that call; none until the timeline tells.
    """

    def __init__(
        self, from_: str, to: str, line: Line, waiting: Waiting, submit: Callable[[Input], Awaitable[None]]
    ) -> None:
        """Hold the caller's end of a line."""
        self.leg = line.leg
        self.from_ = from_
        self.to = to
        self.call: str | None = None
        self.status: str | None = None
        self._line = line
        self._waiting = waiting
        self._submit = submit
        self._read = 0
        self._unmatched = ""

    @property
    def answered(self) -> bool:
        """Whether the line was answered."""
        return self._line.answered

    @property
    def cause(self) -> str | None:
        """Why the line is gone: `"caller"` if the caller hung up, else what the engine says; none before."""
        return self._line.cause

    @property
    def transcript(self) -> list[Entry]:
        """What was said by both ends so far."""
        return list(self._line.transcript)

    @property
    def heard(self) -> list[Entry]:
        """What the caller was given to hear so far."""
        return [entry for entry in self._line.transcript if entry.speaker == "application"]

    async def expect(self, text: str, *, timeout: float | None = EXPECT_SECONDS) -> None:  # noqa: ASYNC109 - call time
        """Wait until a text is heard after what was matched before.

        Case does not count, and white space only as a separator of words. A sentence counts as heard when it
        begins; of an audio file its URL is heard. A text may begin in one sentence and end in the next.

        Args:
            text: What to hear.
            timeout: Seconds of call time; none for as long as the call lasts.

        Raises:
            ExpectationError: The call ended, or the time passed, before it was heard.
        """
        wanted = _plain(text)
        await self._waiting.until(
            lambda: self._hears(wanted) or self._is_gone(), self._line.watchers, timeout
        )
        start = self._unmatched.find(wanted)
        if start >= 0:
            self._unmatched = self._unmatched[start + len(wanted) :]
            return
        what = f"the call ended ({self.cause})" if self._is_gone() else f"{timeout:g} s passed"
        raise ExpectationError(f"{what} before {text!r} was heard; {self._heard_instead()}")

    async def press(self, digits: str, *, at_once: bool = False) -> None:
        """Press keys, as soon as the application waits for keys or records a message.

        Args:
            digits: One or more of `0-9 * # A-D`.
            at_once: Do not wait for the application.

        Raises:
            ExpectationError: The call ended before.
            ValueError: There are no such keys.
        """
        keys = digits.upper()
        if not keys or not KEYS.issuperset(keys):
            raise ValueError(f"cannot press {digits!r}: keys are 0-9, *, # and A-D")
        await self._turn_to_act(f"press {digits}", lambda: at_once or self._line.wants_keys)
        self._line.press(keys)

    async def say(self, text: str, *, confidence: float | None = None, at_once: bool = False) -> None:
        """Say something, as soon as the application waits for words or records a message; it takes its time.

        Args:
            text: The words.
            confidence: How sure the recogniser is to have understood, 0.0 to 1.0.
            at_once: Do not wait for the application.

        Raises:
            ExpectationError: The call ended before.
        """
        await self._turn_to_act(f"say {text!r}", lambda: at_once or self._line.wants_words)
        await self.wait(self._line.speak(text, confidence) / 1_000)

    async def wait(self, seconds: float) -> None:
        """Let time pass on the call; less of it when the call ends before."""
        await self._waiting.until(self._is_gone, self._line.watchers, seconds)

    async def hang_up(self) -> None:
        """Hang up. Nothing happens when the line is gone already."""
        if not self._is_gone():
            self._line.end("caller")
            await self._submit(HungUp(self.leg))

    async def ended(self) -> str:
        """Wait until the line is gone.

        Returns:
            The cause.
        """
        await self._waiting.until(self._is_gone, self._line.watchers)
        return self._line.cause or ""

    async def listen(self) -> AsyncIterator[Entry]:
        """Give out what the caller hears, from the beginning of the call, as it is heard, until its end."""
        transcript = self._line.transcript
        told = 0

        def is_new() -> bool:
            return len(transcript) > told or self._is_gone()

        while await self._waiting.until(is_new, self._line.watchers) and told < len(transcript):
            entry = transcript[told]
            told += 1
            if entry.speaker == "application":
                yield entry

    def observe(self, event: Event) -> None:
        """Take an event of this line's timeline."""
        match event:
            case Began() if self.call is None:
                self.call = event.call
            case StatusChanged() if event.call == self.call:
                self.status = event.status

    def _is_gone(self) -> bool:
        return self._line.cause is not None

    async def _turn_to_act(self, what: str, ready: Callable[[], bool]) -> None:
        await self._waiting.until(lambda: ready() or self._is_gone(), self._line.watchers)
        if self._is_gone():
            raise ExpectationError(
                f"the call ended ({self.cause}) before the caller could {what}; {self._heard_instead()}"
            )

    def _hears(self, wanted: str) -> bool:
        transcript = self._line.transcript
        for entry in transcript[self._read :]:
            if entry.speaker == "application":
                self._unmatched = f"{self._unmatched} {_plain(entry.text)}"
        self._read = len(transcript)
        return wanted in self._unmatched

    def _heard_instead(self) -> str:
        self._hears("")
        rest = self._unmatched.strip()
        return f"heard instead: {rest!r}" if rest else "nothing more was heard"


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
