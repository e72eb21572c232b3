"""What the engine is told."""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    AgentDone,
    Dequeue,
    Digits,
    HttpFailure,
    HttpResponse,
    HungUp,
    IncomingCall,
    MachineDetected,
    MediaDone,
    Modify,
    ModifyConference,
    ModifyParticipant,
    Originate,
    Progress,
    Referred,
    RelayEvent,
    RelayMessage,
    SipFacts,
    SiprecEvent,
    Speaking,
    Speech,
    StreamEvent,
    Tick,
    Transcribed,
    Verdict,
)

__all__ = [
    "AgentDone",
    "Dequeue",
    "Digits",
    "HttpFailure",
    "HttpResponse",
    "HungUp",
    "IncomingCall",
    "Input",
    "MachineDetected",
    "MediaDone",
    "Modify",
    "ModifyConference",
    "ModifyParticipant",
    "Originate",
    "Progress",
    "Referred",
    "RelayEvent",
    "RelayMessage",
    "SipFacts",
    "SiprecEvent",
    "Speaking",
    "Speech",
    "StreamEvent",
    "Tick",
    "Transcribed",
    "Verdict",
]

Input: TypeAlias = (
    AgentDone
    | Dequeue
    | Digits
    | HttpFailure
    | HttpResponse
    | HungUp
    | IncomingCall
    | MachineDetected
    | MediaDone
    | Modify
    | ModifyConference
    | ModifyParticipant
    | Originate
    | Progress
    | Referred
    | RelayEvent
    | RelayMessage
    | SiprecEvent
    | Speaking
    | Speech
    | StreamEvent
    | Tick
    | Transcribed
    | Verdict
)
"""One thing that happened outside."""
