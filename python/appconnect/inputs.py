"""What the engine is told."""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    AgentDone,
    CallRecording,
    ChargeDone,
    Dequeue,
    Digits,
    HttpFailure,
    HttpResponse,
    HungUp,
    IncomingCall,
    IncomingSip,
    MachineDetected,
    MediaDone,
    MessageStatus,
    Modify,
    ModifyConference,
    ModifyParticipant,
    Originate,
    Progress,
    RecordingTranscribed,
    ReferProgress,
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
    TranscriptionFailed,
    Verdict,
)

__all__ = [
    "AgentDone",
    "CallRecording",
    "ChargeDone",
    "Dequeue",
    "Digits",
    "HttpFailure",
    "HttpResponse",
    "HungUp",
    "IncomingCall",
    "IncomingSip",
    "Input",
    "MachineDetected",
    "MediaDone",
    "MessageStatus",
    "Modify",
    "ModifyConference",
    "ModifyParticipant",
    "Originate",
    "Progress",
    "RecordingTranscribed",
    "ReferProgress",
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
    "TranscriptionFailed",
    "Verdict",
]

Input: TypeAlias = (
    AgentDone
    | ChargeDone
    | Dequeue
    | Digits
    | HttpFailure
    | HttpResponse
    | HungUp
    | IncomingCall
    | MachineDetected
    | MediaDone
    | MessageStatus
    | Modify
    | ModifyConference
    | ModifyParticipant
    | Originate
    | Progress
    | RecordingTranscribed
    | ReferProgress
    | Referred
    | RelayEvent
    | RelayMessage
    | SiprecEvent
    | Speaking
    | Speech
    | StreamEvent
    | Tick
    | Transcribed
    | TranscriptionFailed
    | Verdict
)
"""One thing that happened outside."""
