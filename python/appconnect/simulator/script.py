"""Scripts: what a caller does, one step a line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, final

from appconnect.errors import AppConnectError
from appconnect.simulator.caller import WITHIN, ExpectationError
from appconnect.simulator.line import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from appconnect.simulator.caller import AsyncCaller

__all__ = ["Script", "ScriptError", "Step"]

_ALLOWED: Final = "expect TEXT, press DIGITS, say TEXT, wait SECONDS, hangup"


class ScriptError(AppConnectError, ValueError):
    """A line of a script is not a step. The message names the line and what is allowed."""

    def __init__(self, line: int, problem: str) -> None:
        """Describe a bad line.

        Args:
            line: Its number, from 1.
            problem: What is wrong with it.
        """
        super().__init__(f"line {line}: {problem}; allowed are {_ALLOWED}")
        self.line = line


@final
@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a caller does.

    Attributes:
        line: The line of the script, from 1.
        action: `expect`, `press`, `say`, `wait` or `hangup`.
        argument: What follows on the line; empty for `hangup`.
    """

    line: int
    action: str
    argument: str = ""

    def __str__(self) -> str:
        """The step as it is written."""
        return f"{self.action} {self.argument}".rstrip()


@final
@dataclass(frozen=True, slots=True)
class Script:
    """What a caller does, in order.

        # the whole line is a comment
        expect which department
        press 2
        expect leave a message
        say This is Ada, please call me back.
        press #
        wait 1.5
        hangup

    `expect` waits until the text is heard; `press` and `say` wait until the application listens, as a person
    does; see `AsyncCaller` for each. A text is taken as it is written, up to the end of the line.
    """

    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a script.

        Raises:
            ScriptError: A line is not a step.
        """
        lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
        return cls(tuple(_step(number, line) for number, line in lines if line and not line.startswith("#")))

    async def run(
        self,
        caller: AsyncCaller,
        *,
        within: float | None = WITHIN,
        on_step: Callable[[Step], object] | None = None,
    ) -> None:
        """Go through all steps. The caller stays on the line after the last one.

        Args:
            caller: Who acts.
            within: Seconds of call time that each `expect` may take, and each `press` and `say` wait for its
                turn.
            on_step: Told of each step before it begins.

        Raises:
            ExpectationError: The call did not go as the script says; the message begins with the line.
        """
        for step in self.steps:
            if on_step is not None:
                on_step(step)
            try:
                await _run(step, caller, within)
            except ExpectationError as error:
                raise ExpectationError(f"line {step.line} ({step}): {error}") from error


async def _run(step: Step, caller: AsyncCaller, seconds: float | None) -> None:
    match step.action:
        case "expect":
            await caller.hears(step.argument, within=seconds)
        case "press":
            await caller.press(step.argument, within=seconds)
        case "say":
            await caller.say(step.argument, within=seconds)
        case "wait":
            await caller.wait(float(step.argument))
        case _:
            await caller.hang_up()


def _step(number: int, line: str) -> Step:
    action, _, argument = line.partition(" ")
    action, argument = action.lower(), argument.strip()
    match action:
        case "expect" | "say":
            if not argument:
                raise ScriptError(number, f"{action} needs a text")
        case "press":
            if not argument or not KEYS.issuperset(argument.upper()):
                raise ScriptError(number, f"cannot press {argument!r}, keys are 0-9, *, # and A-D")
        case "wait":
            if not _is_duration(argument):
                raise ScriptError(
                    number, f"cannot wait {argument!r}, it must be a number of seconds, 0 or more"
                )
        case "hangup":
            if argument:
                raise ScriptError(number, f"hangup takes nothing, not {argument!r}")
        case _:
            raise ScriptError(number, f"unknown step {action!r}")
    return Step(number, action, argument)


def _is_duration(text: str) -> bool:
    try:
        seconds = float(text)
    except ValueError:
        return False
    return math.isfinite(seconds) and seconds >= 0
