"""`appconnect call`: be the caller of an application, from the keyboard or by a script.

The engine, the requests and the signatures are those of a service; only the caller's line is simulated.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, final

import typer
from rich.console import Console

from appconnect import Guard
from appconnect.cli.keyboard import Keyboard, at_once, in_turns, is_terminal
from appconnect.cli.narrator import Narrator
from appconnect.cli.targets import (
    DEVELOPMENT,
    build_registry,
    check_reachable,
    parse_account,
    parse_app,
    parse_url,
)
from appconnect.cli.wording import FAILED, OK, CommandError
from appconnect.clock import SystemClock, VirtualClock
from appconnect.driver.http import HttpTransport
from appconnect.events import ProblemRaised, Requested, Responded
from appconnect.inputs import IncomingSip
from appconnect.simulator import ExpectationError, Script, ScriptError, Session

if TYPE_CHECKING:
    from pathlib import Path

    from appconnect.events import Event
    from appconnect.registry import Account, Registry
    from appconnect.simulator import AsyncCaller

__all__ = ["Settings", "run"]

_PATIENCE: Final = 60.0
"""Seconds of call time after the last step of a script in which the application must end the call."""

_BROKEN: Final = frozenset({"error", "not-found"})
"""Causes of a call that was not ended but broke off."""

_SEED_BYTES: Final = 32
_INTERRUPTED: Final = 130


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The command's options, as they were given; see `appconnect call --help`."""

    url: str
    to: str
    from_: str
    sip_headers: tuple[str, ...]
    account: str | None
    apps: tuple[str, ...]
    script: Path | None
    virtual_time: bool
    allow_private: bool
    json: bool
    seed: str | None


class _Report(Protocol):
    """Tells about a call."""

    def event(self, event: Event) -> None:
        """Something happened."""

    def end(self, words: str, *, ok: bool) -> None:
        """The call is over."""

    def hint(self, words: str) -> None:
        """Something for a person at the keyboard."""


@final
class _JsonLines:
    """Prints the timeline as JSON, one object a line."""

    def __init__(self) -> None:
        self._requests: dict[str, Requested] = {}

    def event(self, event: Event) -> None:
        """Print an event; an answer with the request that it answers."""
        fields = event.to_dict()
        match event:
            case Requested():
                self._requests[event.reply] = event
            case Responded():
                request = self._requests.pop(event.reply, None)
                if request is not None:
                    sent = request.to_dict()
                    fields |= {name: sent[name] for name in ("purpose", "method", "url", "form")}
            case _:
                pass
        self.print(fields)

    def end(self, words: str, *, ok: bool) -> None:
        """Print nothing: the last line was printed by the command."""

    def hint(self, words: str) -> None:
        """Print it where it is in nobody's way."""
        typer.echo(words, err=True)

    @staticmethod
    def print(fields: dict[str, object]) -> None:
        """Print an object."""
        sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
        sys.stdout.flush()


@final
@dataclass(frozen=True, slots=True)
class _Plan:
    """A call that can be placed."""

    settings: Settings
    registry: Registry
    script: Script | None
    seed: bytes
    sip: IncomingSip | None


class _Ending(NamedTuple):
    """How a call went."""

    problem: str | None
    """Why the script was not fulfilled, if so."""
    errors: int
    """Problems of level error."""
    took: int
    """Milliseconds of call time."""


def run(settings: Settings) -> int:
    """Place the call.

    Returns:
        The exit code: 0 only if the call ended, and the script was fulfilled.

    Raises:
        CommandError: An option is wrong, or the application cannot be reached at all.
    """
    owner = DEVELOPMENT if settings.account is None else parse_account(settings.account)
    url = parse_url(settings.url)
    sip = _sip(settings)
    apps = [parse_app(text, owner) for text in settings.apps]
    registry = build_registry(url, settings.to, owner, apps)
    seed = (
        os.urandom(_SEED_BYTES) if settings.seed is None else hashlib.sha256(settings.seed.encode()).digest()
    )
    script = None if settings.script is None else _script(settings.script)
    webhooks = [url, *(app.application.voice_url for app in apps)]
    report: _Report = (
        _JsonLines() if settings.json else Narrator(Console(highlight=False, emoji=False, markup=False))
    )
    plan = _Plan(settings, registry, script, seed, sip)
    try:
        return asyncio.run(_run(plan, [webhook for webhook in webhooks if webhook], owner, report))
    except KeyboardInterrupt:
        return _INTERRUPTED


def _sip(settings: Settings) -> IncomingSip | None:
    """What SIP says of the call, if an option says anything of it."""
    if not settings.sip_headers:
        return None
    if not settings.to.startswith(("sip:", "sips:")):
        raise CommandError(f"--sip-header needs a SIP address to call, and --to is {settings.to}")
    headers = [header.partition("=") for header in settings.sip_headers]
    for name, equals, _ in headers:
        if not (name and equals):
            raise CommandError("write a header as --sip-header X-NAME=VALUE")
    return IncomingSip("call@appconnect", headers=[(name, value) for name, _, value in headers])


async def _run(plan: _Plan, webhooks: list[str], owner: Account, report: _Report) -> int:
    settings = plan.settings
    for webhook in webhooks:
        await check_reachable(webhook, allow_private=settings.allow_private)
    _introduce(settings, owner, report)
    errors = 0

    def observe(event: Event) -> None:
        nonlocal errors
        errors += isinstance(event, ProblemRaised) and event.level == "error"
        report.event(event)

    async with HttpTransport(Guard(allow_private=settings.allow_private)) as transport:
        session = Session(
            plan.registry,
            transport,
            seed=plan.seed,
            clock=VirtualClock() if settings.virtual_time else SystemClock(),
            on_event=observe,
        )
        async with session:
            try:
                caller = await session.dial(settings.from_, settings.to, sip=plan.sip)
            except ValueError as error:
                raise CommandError(f"cannot call {settings.to} from {settings.from_}: {error}") from error
            began = session.clock.now()
            problem = await _attend(plan, session, caller, report)
            await caller.ends()
            took = session.clock.now() - began
            await session.drain()
    return _conclude(settings, caller, _Ending(problem, errors, took), report)


async def _attend(plan: _Plan, session: Session, caller: AsyncCaller, report: _Report) -> str | None:
    """Be the caller until the call ends or the caller hangs up; why the script was not fulfilled, if so."""
    acting = asyncio.create_task(_act(plan, session, caller, report))
    loop = asyncio.get_running_loop()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        acting.cancel()
        # Whoever is not content with hanging up interrupts the program.
        loop.remove_signal_handler(signal.SIGINT)

    # There are no such handlers on Windows, nor outside the main thread.
    with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
        loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        return await acting
    except asyncio.CancelledError:
        if not interrupted:
            raise
        return None if plan.script is None else "interrupted"
    finally:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.remove_signal_handler(signal.SIGINT)
        await caller.hang_up()


async def _act(plan: _Plan, session: Session, caller: AsyncCaller, report: _Report) -> str | None:
    if plan.script is not None:
        return await _follow(plan.script, caller)
    if caller.cause is not None:
        return None  # The line is gone, and was forgotten.
    line = session.media.line(caller.leg)
    keyboard = Keyboard()
    keyboard.start()
    if not is_terminal():
        await in_turns(caller, line, keyboard)
    elif plan.settings.virtual_time:
        await in_turns(caller, line, keyboard, lambda: report.hint("your turn (an empty line is silence):"))
    else:
        await at_once(caller, line, keyboard)
    return None


async def _follow(script: Script, caller: AsyncCaller) -> str | None:
    try:
        await script.run(caller)
    except ExpectationError as error:
        return str(error)
    await caller.wait(_PATIENCE)
    if caller.cause is None:
        return f"the call had not ended {_PATIENCE:g} s after the last step; add a step, such as hangup"
    return None


def _introduce(settings: Settings, owner: Account, report: _Report) -> None:
    report.hint(f"{settings.from_} calls {settings.to}: {settings.url}")
    if settings.account is None:
        report.hint(
            f"account {owner.sid} with auth token {owner.auth_token} (for development; see --account)"
        )
    if settings.allow_private:
        report.hint("development mode: loopback and private addresses are allowed")
    if settings.script is None and is_terminal():
        report.hint("type keys (0-9 * #) or words and Enter; hangup, Ctrl-C or Ctrl-D hangs up")


def _conclude(settings: Settings, caller: AsyncCaller, ending: _Ending, report: _Report) -> int:
    problem, errors, took = ending
    # What a script expects is right, errors included; without one, nothing but a clean call is.
    ok = problem is None and caller.cause not in _BROKEN and (settings.script is not None or not errors)
    code = OK if ok else FAILED
    if settings.json:
        _JsonLines.print(
            {
                "event": "ended",
                "call": caller.call,
                "cause": caller.cause,
                "status": caller.status,
                "seconds": took / 1_000,
                "script": None if settings.script is None else "fulfilled" if problem is None else problem,
                "exit_code": code,
            }
        )
    ended = f"The call ended after {took / 1_000:.1f} s: {caller.status or 'never began'} ({caller.cause})."
    if settings.script is not None and problem is None:
        ended += " The script was fulfilled."
    elif errors and settings.script is None:
        ended += f" Errors: {errors}."
    report.end(ended, ok=ok)
    if problem is not None:
        typer.echo(f"script: {problem}", err=True)
    elif caller.cause == "not-found":
        typer.echo(f"error: nothing answers to {settings.to}", err=True)
    return code


def _script(path: Path) -> Script:
    name = str(path)
    try:
        text = sys.stdin.read() if name == "-" else path.read_text(encoding="utf-8")
        return Script.parse(text)
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"cannot read {name}: it is not UTF-8 text") from error
    except ScriptError as error:
        raise CommandError(f"{name}, {error}") from error
