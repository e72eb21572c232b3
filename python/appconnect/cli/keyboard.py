"""The keyboard as a caller: lines of standard input become keys, words, silence or the end of the call.

    1234#            keys: a line of 0-9 * # A-D only; w among them waits half a second
    I need help      words
    > 12             words, whatever they look like
    (empty line)     nothing; in turns, the caller stays silent this time
    hangup           hangs up, as the end of the input does

At a terminal and in real time, what is typed happens at once (`at_once`). Otherwise the caller and the
application take turns (`in_turns`): a line counts when the application listens. So piped lines meet the
prompts that they are meant for, and with virtual time the clock stands still until a line comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import threading
from typing import TYPE_CHECKING, Final, final

from appconnect.simulator import ExpectationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from appconnect.simulator import AsyncCaller
    from appconnect.simulator.line import Line

__all__ = ["Keyboard", "at_once", "in_turns", "is_terminal"]

_KEYS: Final = re.compile(r"[0-9*#wA-D]+")
_HALF_SECOND: Final = 0.5
_GLANCE: Final = 0.05  # Seconds of call time after which to look again whether the application listens.
_MOMENT: Final = 0.01  # Seconds of call time in which the engine takes what was pressed.
_BLOCK: Final = 4_096


def is_terminal() -> bool:
    """Whether a person sits at standard input."""
    return sys.stdin.isatty()


@final
class Keyboard:
    """Lines of standard input, read by a thread of their own."""

    def __init__(self) -> None:
        """Read nothing yet."""
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._ended = False

    def start(self) -> None:
        """Begin to read."""
        loop = asyncio.get_running_loop()

        def put(line: str | None) -> None:
            loop.call_soon_threadsafe(self._lines.put_nowait, line)

        # A daemon, because nothing can interrupt it while it waits for a line.
        threading.Thread(target=_read, args=(put,), name="keyboard", daemon=True).start()

    async def line(self) -> str | None:
        """The next line; none at the end of the input, however often it is asked for."""
        if not self._ended:
            line = await self._lines.get()
            if line is not None:
                return line
            self._ended = True
        return None


async def at_once(caller: AsyncCaller, line: Line, keyboard: Keyboard) -> None:
    """Do what is typed when it is typed, until the call ends.

    Args:
        caller: Who acts.
        line: The caller's line.
        keyboard: Where the text comes from.
    """
    while (text := await _typed(line, keyboard)) is not None:
        if text and not await _act(caller, text):
            break
    await caller.hang_up()


async def in_turns(
    caller: AsyncCaller, line: Line, keyboard: Keyboard, on_turn: Callable[[], object] = lambda: None
) -> None:
    """Do what is typed when the application listens, until the call ends.

    When the input is over, the caller hangs up as soon as the application asks for more.

    Args:
        caller: Who acts.
        line: The caller's line.
        keyboard: Where the text comes from.
        on_turn: Told each time that it is the caller's turn.
    """
    answered: object = None
    while await _comes_to_listen(caller, line):
        asked = line.collecting
        on_turn()
        text = await _typed(line, keyboard)
        if text is None:
            if asked is None or asked is not answered:
                break
            await _keep_silent(
                caller, line
            )  # Part of an answer was given: let the application make of it what it can.
        elif not text:
            await _keep_silent(caller, line)
        elif not await _act(caller, text):
            break
        elif not _KEYS.fullmatch(text) and line.collecting is asked:
            await _keep_silent(
                caller, line
            )  # Words count when the recogniser has heard the silence after them.
        answered = asked
    await caller.hang_up()


async def _act(caller: AsyncCaller, text: str) -> bool:
    """Do what was typed; whether the caller stays on the line."""
    if text == "hangup":
        return False
    try:
        if _KEYS.fullmatch(text):
            for number, keys in enumerate(text.split("w")):
                if number:
                    await caller.wait(_HALF_SECOND)
                if keys:
                    await caller.press(keys, at_once=True)
        else:
            await caller.say(text.removeprefix(">").strip(), at_once=True)
    except ExpectationError:
        return False  # The call ended meanwhile.
    await caller.wait(_MOMENT)
    return True


async def _comes_to_listen(caller: AsyncCaller, line: Line) -> bool:
    """Let time pass until the application listens; whether it did before the call ended."""
    while not (line.wants_keys or line.wants_words):
        if line.cause is not None:
            return False
        await caller.wait(_GLANCE)
    return line.cause is None


async def _keep_silent(caller: AsyncCaller, line: Line) -> None:
    """Let time pass until the application gives up listening."""
    asked = line.collecting
    while line.cause is None and line.collecting is asked and (line.wants_keys or line.wants_words):
        await caller.wait(_GLANCE)


async def _typed(line: Line, keyboard: Keyboard) -> str | None:
    """What is typed next; none when the input or the call ends first.

    It waits on the line itself and not through the caller, because that would let virtual time pass.
    """
    gone = asyncio.Event()

    def look() -> None:
        if line.cause is not None:
            gone.set()

    line.watchers.append(look)
    look()
    typing = asyncio.create_task(keyboard.line())
    ending = asyncio.create_task(gone.wait())
    try:
        await asyncio.wait({typing, ending}, return_when=asyncio.FIRST_COMPLETED)
        return typing.result() if typing.done() and not gone.is_set() else None
    finally:
        line.watchers.remove(look)
        typing.cancel()
        ending.cancel()
        await asyncio.gather(typing, ending, return_exceptions=True)


def _read(put: Callable[[str | None], object]) -> None:
    """Give out the lines of standard input, then none."""
    with contextlib.suppress(RuntimeError):  # The loop may be gone when a line comes.
        for line in _standard_input():
            put(line.strip())
        put(None)


def _standard_input() -> Iterator[str]:
    """Lines, read without Python's buffer: a thread that waits in it could not be left behind at the end."""
    try:
        descriptor = sys.stdin.fileno()
    except (OSError, ValueError):  # Standard input was replaced by something in memory, or closed.
        yield from () if sys.stdin.closed else sys.stdin
        return
    rest = b""
    while block := _block(descriptor):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


def _block(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _BLOCK)
    except OSError:
        return b""
