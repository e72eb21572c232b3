"""What must hold in every call, by its timeline and its requests alone.

The names I1 to I15 are those of the list of invariants that every checker of this project shares. A broken
one is an `AssertionError` that says which.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

from appconnect._core import status_table, verify
from appconnect.events import (
    Began,
    ConferenceEnded,
    ConferenceStarted,
    Dequeued,
    Dialled,
    Heard,
    Joined,
    Left,
    Placed,
    Pressed,
    Queued,
    Requested,
    Responded,
    Returned,
    Said,
    Settled,
    StatusChanged,
    VerbBegan,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from appconnect.events import Event
    from appconnect.transport import FormRequest

__all__ = ["CALLBACKS", "check", "check_requests"]

_NEXT: Final = {str(row["status"]): cast("list[str]", row["next"]) for row in status_table()}
CALLBACKS: Final = frozenset(
    {
        "conference-status",
        "machine-detection",
        "message-status",
        "partial-result",
        "payment-status",
        "recording-status",
        "siprec-status",
        "status-callback",
        "stream-status",
        "transcription",
        "transcription-event",
    }
)
"""Why requests are made that no call waits for."""

_FIRST: Final = {"queued", "initiated", "ringing"}
_SECOND: Final = 1_000  # Milliseconds.


def check(events: Sequence[Event]) -> None:
    """Look at the whole timeline of calls that have all ended.

    Raises:
        AssertionError: An invariant does not hold.
    """
    _statuses(events)
    _bills(events)
    _answers(events)
    _callbacks(events)
    _returns(events)
    _rooms(events)
    _accounts(events)
    for one, other in pairwise(events):
        assert one.at <= other.at, f"time goes back: {one!r}, {other!r}"


def check_requests(requests: Sequence[FormRequest], tokens: Mapping[str, str]) -> None:
    """Look at all requests as they arrived, where none of them failed.

    Args:
        requests: They.
        tokens: What each account signs with, by SID.

    Raises:
        AssertionError: An invariant does not hold.
    """
    steps = Counter(request.headers["i-twilio-idempotency-token"] for request in requests)
    assert not [step for step, count in steps.items() if count > 1], "I6: a step is sent more than once"
    for request in requests:
        pairs = request.pairs if request.method == "POST" else []
        signature = request.headers["x-twilio-signature"]
        # A URL is signed as it was written: one without a path arrives with a slash.
        urls = {request.url, request.url.removesuffix("/") if request.path == "/" else request.url}
        signers = [
            sid for sid, token in tokens.items() if any(verify(token, url, pairs, signature) for url in urls)
        ]
        owner = dict(request.form).get("AccountSid")
        assert owner is None or signers == [owner], f"I12: {request.url} of {owner} is signed by {signers}"
        assert len(signers) == 1, f"I12: {request.url} is signed by {signers}"


def _statuses(events: Sequence[Event]) -> None:
    """I1, I3: each call has one final status, which it reaches along the table, and does nothing after it."""
    statuses: dict[str, str] = {}
    for event in events:
        status = statuses.get(event.call)
        match event:
            case StatusChanged(status=after) if status is None:
                assert after in _FIRST, f"I3: {event.call} begins as {after}"
                statuses[event.call] = after
            case StatusChanged(status=after):
                assert after in _NEXT[status or ""], f"I3: {event.call} goes from {status} to {after}"
                statuses[event.call] = after
            case VerbBegan() | Heard() | Pressed() | Said() | Joined() | Queued() | Placed():
                assert status is not None, f"{event!r} before the call has a status"
                assert _NEXT[status], f"I3: after {status}: {event!r}"
            case Requested(form=form) if (told := dict(form).get("CallStatus")) is not None:
                if event.purpose not in {"conference-status", "status-callback"}:
                    assert told == status, f"{event.purpose} tells {told} of a call that is {status}"
            case _:
                pass
    begun = {event.call for event in events if isinstance(event, Began)}
    unended = {call for call in begun if _NEXT[statuses[call]]}
    assert not unended, f"I1: without a final status: {unended}"


def _bills(events: Sequence[Event]) -> None:
    """I2, I14: one bill for each call and each view of a hop, with the time since the answer."""
    bills = [event.settlement for event in events if isinstance(event, Settled)]
    billed = Counter(bill.call for bill in bills)
    assert set(billed.values()) <= {1}, f"I2: billed twice: {billed}"
    begun = {event.call for event in events if isinstance(event, Began)}
    hops = {event.child for event in events if isinstance(event, Dialled)}
    assert begun <= set(billed) <= begun | hops, f"I2: {begun ^ set(billed)}"
    for bill in bills:
        answered = bill.ended if bill.answered is None else bill.answered
        assert bill.started <= answered <= bill.ended, f"I14: {bill!r}"
        assert bill.seconds == (bill.ended - answered) // _SECOND, f"I14: {bill!r}"


def _answers(events: Sequence[Event]) -> None:
    """I4: every request is answered once; nothing is heard of one that a call waited for when it ended."""
    asked: dict[str, Requested] = {}
    for event in events:
        match event:
            case Requested(reply=reply):
                assert reply not in asked, f"I4: {reply} is asked twice"
                asked[reply] = event
            case Responded(reply=reply):
                assert reply in asked, f"I4: {reply} was never asked, or is answered twice"
                del asked[reply]
            case StatusChanged(call=call) if not _NEXT[event.status]:
                asked = {
                    reply: request
                    for reply, request in asked.items()
                    if request.call != call or request.purpose in CALLBACKS
                }
            case _:
                pass
    assert not asked, f"I4: never answered: {list(asked.values())}"


def _callbacks(events: Sequence[Event]) -> None:
    """I7: the callbacks of a call, and those of a conference, are numbered in the order in which they go."""
    numbers: dict[str, list[int]] = defaultdict(list)
    statuses: dict[str, list[str]] = defaultdict(list)
    for event in events:
        match event:
            case Requested(purpose="status-callback", form=form):
                told = dict(form)
                numbers[told["CallSid"]].append(int(told["SequenceNumber"]))
                statuses[told["CallSid"]].append(told["CallStatus"])
            case Requested(purpose="conference-status", form=form):
                told = dict(form)
                numbers[told["ConferenceSid"]].append(int(told["SequenceNumber"]))
            case _:
                pass
    for sid, sent in numbers.items():
        assert sent == list(range(len(sent))), f"I7: {sid} sends {sent}"
    for call, tellings in statuses.items():
        in_order = all(after in _NEXT[before] for before, after in pairwise(tellings))
        assert in_order, f"I7: {call} tells {tellings}"


def _returns(events: Sequence[Event]) -> None:
    """I8, I9: the end of what was dialled is told to one action of the call that dialled, after it."""
    parents = {event.child: event.call for event in events if isinstance(event, Dialled | Placed)}
    ended: set[str] = set()
    given: dict[str, list[tuple[str, str]]] = {}
    told: set[str] = set()
    for event in events:
        match event:
            case Settled(settlement=bill):
                ended.add(bill.call)
            case Returned(child=child, parameters=parameters):
                given[child] = list(parameters)
            case Requested(purpose="action", form=form):
                values = dict(form)
                child = values.get("DialCallSid", "")
                returned = [(name, value) for name, value in form if name.startswith("ReturnParam_")]
                wanted = [(f"ReturnParam_{name}", value) for name, value in given.get(child, [])]
                assert returned == wanted, f"I8: {returned} arrive, {wanted} were given"
                if child in parents:
                    assert parents[child] == event.call, f"I8: {event.call} is told of {child}"
                    assert child in ended, f"I9: the action runs before {child} has ended"
                    assert child not in told, f"I9: the action of {child} runs twice"
                    told.add(child)
            case _:
                pass


def _rooms(events: Sequence[Event]) -> None:
    """Who joins a conference or a queue leaves it, once; a conference that has begun ends."""
    inside: dict[str, str] = {}
    live: set[str] = set()
    for event in events:
        match event:
            case Joined(conference=room) | Queued(queue=room):
                assert event.call not in inside, f"{event.call} is in two rooms"
                inside[event.call] = room
            case Left(conference=room) | Dequeued(queue=room):
                assert inside.pop(event.call, room) == room, f"{event.call} leaves another room"
            case ConferenceStarted(conference=room):
                assert room not in live, f"{room} begins twice"
                live.add(room)
            case ConferenceEnded(conference=room):
                live.discard(room)
            case _:
                pass
    assert not inside, f"still in a room: {inside}"
    assert not live, f"conferences that never ended: {live}"


def _accounts(events: Sequence[Event]) -> None:
    """I15: no request tells an account of a call of another one."""
    owners = {event.call: event.account for event in events if isinstance(event, Began)}
    owners |= {event.child: event.account for event in events if isinstance(event, Dialled | Placed)}
    for event in events:
        assert owners.setdefault(event.call, event.account) == event.account, f"I15: {event!r}"
        if isinstance(event, Requested):
            values = [value for _, value in event.form]
            others = {value for value in values if owners.get(value, event.account) != event.account}
            assert not others, f"I15: {event.account} is told of {others}"
