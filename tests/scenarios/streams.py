"""Acts of those whom a call is given to besides its caller: sockets, recorders, transcribers, agents.

Nobody but the scenario plays them, so nothing of them happens by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appconnect.inputs import (
    AgentDone,
    RelayEvent,
    RelayMessage,
    SiprecEvent,
    StreamEvent,
    Transcribed,
    TranscriptionFailed,
)
from tests.scenarios.names import ScenarioError
from tests.scenarios.outbound import whole_number

if TYPE_CHECKING:
    from appconnect.inputs import Input
    from tests.scenarios.reading import Fields
    from tests.scenarios.stage import Stage

EVENTS: Final = frozenset(
    {
        "broken",
        "closed",
        "discarded",
        "handshake",
        "invalid",
        "malformed",
        "opened",
        "overflow",
        "protocol",
        "refused",
        "timeout",
        "tls",
        "unknown",
        "unreachable",
    }
)
STATUSES: Final = frozenset({"completed", "failed", "live-agent-handoff"})


async def act(  # noqa: PLR0913, PLR0917 - what an act may be told
    stage: Stage, kind: str, leg: str, value: str, confidence: float | None, keys: Fields
) -> None:
    """Do one of the acts of this file."""
    match kind:
        case "socket":
            await _socket(stage, leg, value, keys)
        case "relay_says":
            await stage.give(RelayMessage(stage.leg(leg), _of(stage, keys, kind), value))
        case "words":
            await _words(stage, leg, value, confidence, keys)
        case "words_fail":
            await stage.give(TranscriptionFailed(stage.leg(leg), _of(stage, keys, kind), value))
        case _:
            await _agent_done(stage, leg, value, keys)


def _of(stage: Stage, keys: Fields, kind: str) -> str:
    """The SID of the thing that an act is about."""
    name = keys.text("of")
    if name is None:
        raise ScenarioError(f"{kind}: of is missing")
    return stage.names.fill(name)


async def _socket(stage: Stage, leg: str, event: str, keys: Fields) -> None:
    """Something happened to a socket, or between us and a recorder: its SID says which."""
    if event not in EVENTS:
        raise ScenarioError(f"socket: there is no {event}")
    sid = _of(stage, keys, "socket")
    detail = keys.text("detail") or ""
    leg = stage.leg(leg)
    item: Input
    match sid[:2]:
        case "MZ":
            item = StreamEvent(leg, sid, event, detail)
        case "VX":
            item = RelayEvent(leg, sid, event, detail)
        case "SR":
            item = SiprecEvent(leg, sid, event, detail)
        case _:
            raise ScenarioError("socket: this is neither a stream, a relay nor a recorder")
    await stage.give(item)


async def _words(stage: Stage, leg: str, text: str, confidence: float | None, keys: Fields) -> None:
    """Words of one side were written down."""
    side = keys.text("side") or "inbound"
    if side not in {"inbound", "outbound"}:
        raise ScenarioError(f"words: {side} is neither inbound nor outbound")
    leg = stage.leg(leg)
    sid = _of(stage, keys, "words")
    final = keys.flag("final")
    heard = Transcribed(
        leg,
        sid,
        side == "inbound",
        text,
        confidence,
        is_final=final is not False,
        stability=keys.number("stability"),
    )
    await stage.give(heard)


async def _agent_done(stage: Stage, leg: str, status: str, keys: Fields) -> None:
    """The agent that was given the caller last is through."""
    reply = stage.agents.get(leg)
    if reply is None:
        raise ScenarioError("agent_done: no agent was given this line")
    if status not in STATUSES:
        raise ScenarioError(f"agent_done: there is no {status}")
    done = AgentDone(
        reply,
        status,
        provider=keys.text("provider") or "",
        data=keys.text("data"),
        error_code=whole_number(keys, "error_code"),
        error=keys.text("error"),
    )
    await stage.give(done)
