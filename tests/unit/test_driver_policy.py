from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

import pytest

from appconnect import Config
from appconnect.policy import Allow, Deny, decide
from appconnect.simulator import Session
from tests.unit.applications import (
    CALLER,
    NUMBER,
    RECEIVER,
    RECEIVER_APP,
    SENDER,
    Applications,
    registry,
    response,
    run,
)

if TYPE_CHECKING:
    from appconnect._core import Facts
    from appconnect.policy import PolicyHook

DIAL = response(
    '<Dial action="/after"><Application customerId="acme"><ApplicationSid>'
    + RECEIVER_APP
    + '</ApplicationSid><Parameter name="ticket" value="T-7"/></Application></Dial>'
)


async def call_with(policy: PolicyHook | None) -> Applications:
    """The requests of a call that dials the receiver's application under a policy."""
    apps = Applications(
        {"/voice": DIAL, "/hop": response("<Say>Hello</Say>"), "/after": response("<Hangup/>")}
    )
    config = Config(consult=True, timeline=True)
    async with Session(registry(), apps, policy=policy, config=config) as session:
        caller = await session.dial(CALLER, NUMBER)
        await caller.ends()
        await session.drain()
    return apps


def deny(_: Facts) -> Deny:
    return Deny("closed")


def raise_an_exception(_: Facts) -> Allow:
    raise LookupError("no such calendar")


async def raise_later(_: Facts) -> Allow:
    await asyncio.sleep(0)
    raise LookupError("no such calendar")


async def cancel_itself(_: Facts) -> Allow:
    raise asyncio.CancelledError


def answer_true(_: Facts) -> Allow:
    return True  # type: ignore[return-value]  # a mistake that a hook without types makes


def answer_none(_: Facts) -> Allow:
    return None  # type: ignore[return-value]  # the same


@pytest.mark.parametrize(
    "policy",
    [None, deny, raise_an_exception, raise_later, cancel_itself, answer_true, answer_none],
    ids=lambda policy: getattr(policy, "__name__", "none"),
)
def test_whatever_is_not_an_allowance_refuses_the_connection(policy: PolicyHook | None) -> None:
    apps = run(call_with(policy))
    assert "/hop" not in apps.paths
    after = apps.requests[apps.paths.index("/after")]
    assert after.form["DialCallStatus"] == "failed"


def test_a_hook_that_allows_lets_the_call_through_at_once_or_awaited() -> None:
    async def awaited(_: Facts) -> Allow:
        await asyncio.sleep(0.01)
        return Allow()

    for policy in (lambda _: Allow(), awaited):
        assert "/hop" in run(call_with(policy)).paths


def test_a_hook_sees_who_dials_whom_and_with_what() -> None:
    seen: list[Facts] = []

    def policy(facts: Facts) -> Allow:
        seen.append(facts)
        return Allow()

    run(call_with(policy))
    (facts,) = seen
    assert (facts.caller_account, facts.callee_account, facts.application) == (SENDER, RECEIVER, RECEIVER_APP)
    assert (facts.customer_id, facts.hops) == ("acme", 0)
    assert facts.parameters == [("ticket", "T-7")]


def test_a_hook_without_an_answer_in_time_denies(caplog: pytest.LogCaptureFixture) -> None:
    stopped: list[bool] = []

    async def slow(_: Facts) -> Allow:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.append(True)
            raise
        return Allow()

    async def scenario(facts: Facts) -> object:
        verdict = decide(slow, facts, deadline=0.05)
        assert not isinstance(verdict, Allow | Deny)
        return await verdict

    with caplog.at_level(logging.ERROR):
        verdict = run(scenario(_facts()))
    assert isinstance(verdict, Deny)
    assert "0.05 s" in verdict.reason
    assert stopped == [True]
    assert "denied" in caplog.text


def test_a_hook_has_as_long_as_the_engine_waits() -> None:
    async def slow(_: Facts) -> Allow:
        await asyncio.sleep(60)
        return Allow()

    async def scenario() -> list[str]:
        apps = Applications({"/voice": DIAL, "/after": response("<Hangup/>")})
        config = Config(consult=True, consult_timeout_ms=100)
        async with Session(registry(), apps, policy=slow, config=config) as session:
            caller = await session.dial(CALLER, NUMBER)
            await caller.ends()
        return apps.paths

    started = time.perf_counter()
    assert "/after" in run(scenario())
    assert time.perf_counter() - started < 3


def test_a_timeout_of_the_hooks_own_is_not_taken_for_ours() -> None:
    async def policy(_: Facts) -> Allow:
        raise TimeoutError

    async def scenario(facts: Facts) -> object:
        verdict = decide(policy, facts, deadline=5)
        assert not isinstance(verdict, Allow | Deny)
        return await verdict

    assert run(scenario(_facts())) == Deny("the policy raised an exception")


def test_a_broken_hook_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(decide(raise_an_exception, _facts(), deadline=5), Deny)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], LookupError)


def _facts() -> Facts:
    seen: list[Facts] = []

    def policy(facts: Facts) -> Allow:
        seen.append(facts)
        return Allow()

    run(call_with(policy))
    return seen[0]
