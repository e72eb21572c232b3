"""Two people who meet in a queue: both hear each other once they are connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appconnect.events import Connected, Dequeued, Queued
from appconnect.simulator import Simulator
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
        agent.is_connected_to(caller.call)
        agent.say("Support, how can I help?")
        caller.hears("how can I help")
        agent.hang_up()
        caller.hears("It was bridged")
        assert [event.name for event in caller.timeline if isinstance(event, Queued)] == ["support"]
        assert [event.result for event in caller.timeline if isinstance(event, Dequeued)] == ["bridged"]
        assert [event.with_ for event in caller.timeline if isinstance(event, Connected)] == [agent.call]
