"""An hour of a call on virtual time: how long a test waits for it."""

from appconnect.simulator import Simulator
from appconnect.transport import FormRequest
from benches.table import Compare, Side

PROMPTS = 100
HOUR = 3_600


def one_document() -> str:
    """All prompts in one document."""
    prompts = "".join(
        f'<Say>This is prompt number {number:03}.</Say><Pause length="34"/>' for number in range(PROMPTS)
    )
    return f"<Response>{prompts}</Response>"


def one_request_each(request: FormRequest) -> str:
    """One document for each prompt, and a webhook to get the next."""
    number = int(request.query.get("prompt", "0"))
    if number == PROMPTS:
        return "<Response><Hangup/></Response>"
    return (
        f'<Response><Say>This is prompt number {number:03}.</Say><Pause length="34"/>'
        f"<Redirect>/voice?prompt={number + 1}</Redirect></Response>"
    )


def hour(app: object) -> None:
    """Place the call, from making the simulator to its end."""
    with Simulator() as simulator:
        caller = simulator.call(app)
        caller.ends("completed")
        assert len(caller.heard) == PROMPTS
        assert caller.duration > HOUR - 60


def test_hour_of_one_document(compare: Compare) -> None:
    """One request, a hundred prompts."""
    compare("an hour of call, one document", 1, Side(one_document, hour), correct=True)


def test_hour_of_a_hundred_requests(compare: Compare) -> None:
    """A request, a document and an answer for each prompt."""
    compare("an hour of call, 101 requests", 1, Side(lambda: one_request_each, hour), correct=True)
