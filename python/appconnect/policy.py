"""Programmable rules about who may be connected to whom.

The registry's own rules are compiled and answer first. Where `Config(consult=True)`, each connection that
they allow is put to a hook as well: a function that looks at the `Facts` and returns `Allow()` or
`Deny(reason)`, at once or awaited.

    async def office_hours(facts: Facts) -> Allow | Deny:
        if await calendar.is_open(facts.callee_account):
            return Allow()
        return Deny("closed")

    Driver(engine, transport, media=media, policy=office_hours)

A hook can only refuse more than the registry does, never allow what it refuses. `Facts.customer_id` and
`Facts.parameters` are chosen by the caller's account and prove nothing; `Facts.caller_account` is set by the
platform. The reason is for the receiving account's timeline; the dialling account never sees it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, final

from appconnect.effects import Facts

__all__ = ["Allow", "Deny", "Facts", "PolicyHook", "decide"]

_log = logging.getLogger(__name__)


@final
@dataclass(frozen=True, slots=True)
class Allow:
    """The connection may be made."""


@final
@dataclass(frozen=True, slots=True)
class Deny:
    """The connection must not be made.

    Attributes:
        reason: Why, in a few words, for the receiving account.
    """

    reason: str


PolicyHook: TypeAlias = Callable[[Facts], Allow | Deny | Awaitable[Allow | Deny]]
"""A rule. A synchronous one runs on the event loop, so it must not block."""


def decide(hook: PolicyHook, facts: Facts, *, deadline: float) -> Allow | Deny | Awaitable[Allow | Deny]:
    """Ask a hook, so that whatever goes wrong is a refusal.

    Args:
        hook: The rule.
        facts: What it may look at.
        deadline: Seconds that an awaited answer may take: as long as the engine waits (`Consult.timeout_ms`).

    Returns:
        The verdict, or an awaitable of it that never raises (other than when it is cancelled).
    """
    try:
        answer = hook(facts)
    except Exception:  # noqa: BLE001 - other people's code: fail closed
        return _broken("raised an exception", with_traceback=True)
    if isinstance(answer, Awaitable):
        return _awaited(answer, deadline)
    return _checked(answer)


async def _awaited(answer: Awaitable[Allow | Deny], deadline: float) -> Allow | Deny:
    limit = asyncio.timeout(deadline)
    try:
        async with limit:
            return _checked(await answer)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise  # It is us who are stopped, not something that the hook waits for.
        return _broken("was cancelled")
    except Exception:  # noqa: BLE001 - other people's code: fail closed
        if limit.expired():
            return _broken(f"took longer than {deadline:g} s")
        return _broken("raised an exception", with_traceback=True)


def _checked(answer: object) -> Allow | Deny:
    if isinstance(answer, Allow | Deny):
        return answer
    return _broken(f"returned {type(answer).__name__} instead of Allow or Deny")


def _broken(what: str, *, with_traceback: bool = False) -> Deny:
    _log.error("policy hook %s; the connection is denied", what, exc_info=with_traceback)
    return Deny(f"the policy {what}")
