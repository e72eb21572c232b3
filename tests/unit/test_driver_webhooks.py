from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from appconnect import Engine
from appconnect.driver.webhooks import QUEUE_LIMIT, Webhooks
from appconnect.effects import Fetch, Notify, Report
from appconnect.events import ProblemRaised
from appconnect.inputs import HttpFailure, HttpResponse, IncomingCall, Speech
from appconnect.transport import Failure, FailureReason, Response
from tests.unit.applications import CALLER, NUMBER, registry, response, run

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from appconnect.inputs import Input
    from appconnect.transport import HttpRequest

SLOW = 0.3
"""Seconds that the slow notices of these tests may take in all."""


def engine_with_a_gather(leg: str, engine: Engine) -> Fetch:
    """Begin a call whose application listens for speech with partial results."""
    (fetch,) = (e for e in engine.handle(IncomingCall(leg, CALLER, NUMBER), 0) if isinstance(e, Fetch))
    callback = f"/partial#tt={int(SLOW * 1_000)}"
    gather = f'<Gather input="speech" partialResultCallback="{callback}"><Pause length="60"/></Gather>'
    engine.handle(
        HttpResponse(fetch.reply, 200, [("Content-Type", "text/xml")], response(gather).encode()), 0
    )
    return fetch


def notices(number: int, leg: str = "leg-1", engine: Engine | None = None) -> list[Notify]:
    """Real notices of one call, in order."""
    engine = engine or Engine(registry(), bytes(32))
    engine_with_a_gather(leg, engine)
    found: list[Notify] = []
    for word in range(number):
        effects = engine.handle(Speech(leg, f"word {word}", 0.5, is_final=False), 0)
        found += [effect for effect in effects if isinstance(effect, Notify)]
    assert len(found) == number
    return found


class Recorder:
    """A transport that tells when each exchange begins, and answers as it is told."""

    def __init__(self, answer: Callable[[int], object]) -> None:
        self.answer = answer
        self.begun: list[bytes] = []
        self.times: list[float] = []

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        number = len(self.begun)
        self.begun.append(request.body)
        self.times.append(asyncio.get_running_loop().time())
        answer = self.answer(number)
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return Response(200, [], b"")
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[return-value]  # some tests answer with what is not an answer

    async def aclose(self) -> None:
        pass


async def deliver(transport: Recorder, effects: list[Notify]) -> dict[int, Input]:
    """All outcomes of notices, by ticket."""
    outcomes: dict[int, Input] = {}
    complete = asyncio.Event()

    def take(ticket: int, outcome: Input) -> None:
        assert ticket not in outcomes
        outcomes[ticket] = outcome
        if len(outcomes) == len(effects):
            complete.set()

    webhooks = Webhooks(transport, take)
    for ticket, effect in enumerate(effects):
        webhooks.notify(ticket, effect)
    await complete.wait()
    # What is left of the queues goes with the next turns of the loop.
    await asyncio.sleep(0.01)
    assert not webhooks._queues
    await webhooks.aclose()
    assert not webhooks._tasks
    return outcomes


def test_notices_of_one_call_begin_in_order_each_when_the_one_before_is_over() -> None:
    effects = notices(5)
    transport = Recorder(lambda number: 0.03 if number % 2 else 0.0)
    outcomes = run(deliver(transport, effects))
    assert transport.begun == [effect.request.body for effect in effects]
    assert [outcomes[ticket] for ticket in range(5)] == [HttpResponse(e.reply, 200, [], b"") for e in effects]
    assert transport.times[2] - transport.times[1] >= 0.025


def test_a_slow_notice_holds_back_the_next_for_its_own_time_and_no_longer() -> None:
    effects = notices(3)
    transport = Recorder(lambda number: 2.0 if number == 0 else 0.0)
    outcomes = run(deliver(transport, effects))
    assert transport.begun == [effect.request.body for effect in effects]
    waited = transport.times[1] - transport.times[0]
    assert SLOW * 0.9 <= waited < 1.5
    # A transport that overruns its time is still heard.
    assert set(outcomes) == {0, 1, 2}


def test_notices_of_different_calls_do_not_wait_for_each_other() -> None:
    engine = Engine(registry(), bytes(32))
    first, second = notices(1, "leg-1", engine), notices(1, "leg-2", engine)
    transport = Recorder(lambda number: 0.2 if number == 0 else 0.0)
    run(deliver(transport, first + second))
    assert transport.times[1] - transport.times[0] < 0.1


def test_more_notices_than_the_queue_holds_are_dropped_with_an_outcome(
    caplog: pytest.LogCaptureFixture,
) -> None:
    (effect,) = notices(1)
    transport = Recorder(lambda number: 0.2 if number == 0 else 0.0)
    outcomes = run(deliver(transport, [effect] * (QUEUE_LIMIT + 2)))
    assert len(outcomes) == QUEUE_LIMIT + 2
    assert len(transport.begun) == QUEUE_LIMIT
    assert outcomes[QUEUE_LIMIT] == outcomes[QUEUE_LIMIT + 1] == HttpFailure(effect.reply, "overloaded")
    assert "dropped" in caplog.text


def test_a_dropped_notice_is_told_as_one_that_waited_too_long() -> None:
    engine = Engine(registry(), bytes(32))
    first, second = notices(2, "leg-1", engine)
    for notice, reason, code in ((first, "overloaded", 15002), (second, "timeout", 15003)):
        (report,) = engine.handle(HttpFailure(notice.reply, reason), 1)
        assert isinstance(report, Report)
        assert isinstance(report.event, ProblemRaised)
        assert report.event.code == code


def test_whatever_a_transport_does_there_is_one_outcome(caplog: pytest.LogCaptureFixture) -> None:
    answers: list[object] = [
        Failure(FailureReason.DNS, "no such host"),
        ValueError("a defect"),
        asyncio.CancelledError(),
        None,
        "text",
        Response(200, [("A", "b")], b"body"),
        Response(200, None, "no bytes"),  # type: ignore[arg-type]  # a transport with a defect
    ]
    effects = notices(len(answers))
    with caplog.at_level(logging.ERROR):
        outcomes = run(deliver(Recorder(answers.__getitem__), effects))
    replies = [effect.reply for effect in effects]
    assert [outcomes[ticket] for ticket in range(len(answers))] == [
        HttpFailure(replies[0], "dns"),
        *(HttpFailure(reply, "protocol") for reply in replies[1:5]),
        HttpResponse(replies[5], 200, [("A", "b")], b"body"),
        HttpFailure(replies[6], "protocol"),
    ]
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == 5


def test_closing_breaks_off_what_is_in_flight_and_gives_no_outcome() -> None:
    async def scenario() -> None:
        outcomes: dict[int, Input] = {}
        webhooks = Webhooks(Recorder(lambda _: 60.0), outcomes.__setitem__)
        engine = Engine(registry(), bytes(32))
        webhooks.fetch(0, engine_with_a_gather("leg-9", engine))
        for ticket, effect in enumerate(notices(3, "leg-1", engine), 1):
            webhooks.notify(ticket, effect)
        await asyncio.sleep(0.01)
        await webhooks.aclose()
        assert outcomes == {}
        assert not webhooks._tasks

    run(scenario(), seconds=5)
