"""Two people who meet in a queue: both hear each other once they are connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from appconnect.events import Connected, Dequeued, Queued
from appconnect.simulator import ExpectationError, Simulator
from tests.unit.applications import response

if TYPE_CHECKING:
    from appconnect.transport import FormRequest

AGENT = "+15550142"


class Desk:
    """Puts callers into a queue; the agent takes them out of it."""

    def __call__(self, request: FormRequest) -> str:
        match request.path:
            case "/wait":
                return response(f"<Say>You are number {request.form['QueuePosition']}</Say><Pause/>")
            case "/out":
                return response(f"<Say>It was {request.form['QueueResult']}</Say>")
            case _ if request.form["From"] == AGENT:
                return response("<Dial><Queue>support</Queue></Dial>")
            case _:
                return response('<Enqueue action="/out" waitUrl="/wait">support</Enqueue>')


def test_a_caller_and_an_agent_meet_in_a_queue() -> None:
    with Simulator() as simulator:
        number = simulator.account("desk").number("+15550199", Desk())
        caller = simulator.call(number, from_="+15550100")
        caller.hears("You are number 1")
        caller.wait(30)
        agent = simulator.call(number, from_=AGENT)
        assert caller.call is not None
        assert agent.is_connected_to(caller) == agent.is_connected_to(caller.call) == caller.call
        assert caller.is_connected_to(agent) == caller.is_connected_to(AGENT) == agent.call
        agent.say("Support, how can I help?")
        caller.hears("how can I help")
        caller.press("42")
        agent.hears("42")
        agent.hang_up()
        caller.hears("It was bridged")
        assert [event.name for event in caller.timeline if isinstance(event, Queued)] == ["support"]
        assert [event.result for event in caller.timeline if isinstance(event, Dequeued)] == ["bridged"]
        assert [event.with_ for event in caller.timeline if isinstance(event, Connected)] == [agent.call]


def test_who_waits_in_a_queue_is_connected_to_nobody() -> None:
    with Simulator() as simulator:
        number = simulator.account("desk").number("+15550199", Desk())
        first, second = (simulator.call(number, from_=f"+1555010{place}") for place in range(2))
        second.hears("You are number 2")
        with pytest.raises(ExpectationError, match="was connected to \\+15550101; to nobody"):
            first.is_connected_to(second, within=5)
        agent = simulator.call(number, from_=AGENT)
        agent.is_connected_to(first)
        with pytest.raises(ExpectationError, match="was connected to \\+15550101; connected to \\+15550100"):
            agent.is_connected_to(second, within=5)
