"""The core's side of the rows: everything here that knows the binding's interface."""

from typing import NamedTuple
from urllib.parse import parse_qsl

from appconnect import _core
from benches import reference
from tests.reference import Request

HEADERS = [("Content-Type", "text/xml")]
SEED = bytes(32)
# A step that no call waits at, so that its answer does nothing.
STALE_REPLY = f"CA{'f' * 32}:1"


class Waiting(NamedTuple):
    """An engine with calls that each wait for the answer of A's voice URL."""

    engine: _core.Engine
    replies: list[str]


def registry() -> _core.Registry:
    """Make the registry of the measured dispatch."""
    return _core.Registry(
        accounts=[
            _core.Account(reference.A.sid, auth_token=reference.A.token),
            _core.Account(reference.B.sid, auth_token=reference.B.token),
        ],
        applications=[
            _core.Application(
                reference.APPLICATION,
                account=reference.B.sid,
                voice_url=reference.APPLICATION_URL,
                public_application_connect_enabled=True,
            )
        ],
        numbers=[_core.PhoneNumber(reference.NUMBER, account=reference.A.sid, voice_url=reference.VOICE_URL)],
    )


def routes(size: int) -> _core.Registry:
    """Make a registry with the same routes as `reference.Routes`."""
    owner = reference.A.sid
    return _core.Registry(
        accounts=[_core.Account(owner, auth_token=reference.A.token)],
        applications=(
            _core.Application(
                reference.application_sid(n), account=owner, voice_url=reference.application_url(n)
            )
            for n in range(size)
        ),
        numbers=(
            _core.PhoneNumber(reference.number(n), account=owner, voice_url=reference.number_url(n))
            for n in range(size)
        ),
    )


def permissions(size: int) -> _core.Registry:
    """Make a registry with the same applications as `reference.permissions`."""
    return _core.Registry(
        accounts=[
            _core.Account(reference.A.sid, auth_token=reference.A.token),
            _core.Account(reference.B.sid, auth_token=reference.B.token),
        ],
        applications=(
            _core.Application(
                reference.application_sid(n),
                account=reference.B.sid,
                voice_url=reference.application_url(n),
                public_application_connect_enabled=n % 2 == 0,
            )
            for n in range(size)
        ),
    )


def waiting(shared: _core.Registry, count: int) -> Waiting:
    """Make an engine with that many calls."""
    engine = _core.Engine(shared, seed=SEED)
    calls = [_core.IncomingCall(f"leg-{n}", reference.CALLER, reference.NUMBER) for n in range(count)]
    effects, _ = engine.handle_many(calls, now=0)
    return Waiting(engine, [effect.reply for effect in effects if isinstance(effect, _core.Fetch)])


def answer(reply: str) -> _core.HttpResponse:
    """Make the answer that is dispatched."""
    return _core.HttpResponse(reply, 200, HEADERS, reference.DOCUMENT)


def run(state: Waiting) -> None:
    """Dispatch the answers one by one, and take out what a transport writes."""
    handle = state.engine.handle
    for reply in state.replies:
        for effect in handle(answer(reply), now=reference.NOW):
            if isinstance(effect, _core.Fetch):
                _ = effect.request.wire


def run_batch(state: Waiting, size: int) -> None:
    """Dispatch the answers, `size` in one crossing, and take out what a transport writes."""
    for first in range(0, len(state.replies), size):
        answers = [answer(reply) for reply in state.replies[first : first + size]]
        effects, _ = state.engine.handle_many(answers, now=reference.NOW)
        for effect in effects:
            if isinstance(effect, _core.Fetch):
                _ = effect.request.wire


def agrees(state: Waiting) -> bool:
    """Whether each dispatch gives the request that the reference makes for the same SIDs."""
    answers = [answer(reply) for reply in state.replies]
    effects, refused = state.engine.handle_many(answers, now=reference.NOW)
    requests = [effect.request for effect in effects if isinstance(effect, _core.Fetch)]
    return not refused and len(requests) == len(answers) and all(map(_same_request, requests))


def _same_request(request: _core.Request) -> bool:
    """Whether it is the reference's to the byte: method, URL, headers with both signatures, body."""
    sid = dict(parse_qsl(request.body.decode()))["CallSid"]
    made = Request(request.method, request.url, tuple(request.headers), request.body)
    expected = reference.expected(sid)
    return made == expected and request.wire == expected.wire
