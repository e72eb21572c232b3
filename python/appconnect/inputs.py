"""What the engine is told."""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Digits,
    HttpFailure,
    HttpResponse,
    HungUp,
    IncomingCall,
    MachineDetected,
    MediaDone,
    Modify,
    Originate,
    Progress,
    Referred,
    SipFacts,
    Speech,
    Tick,
    Verdict,
)

__all__ = [
    "Digits",
    "HttpFailure",
    "HttpResponse",
    "HungUp",
    "IncomingCall",
    "Input",
    "MachineDetected",
    "MediaDone",
    "Modify",
    "Originate",
    "Progress",
    "Referred",
    "SipFacts",
    "Speech",
    "Tick",
    "Verdict",
]

Input: TypeAlias = (
    Digits
    | HttpFailure
    | HttpResponse
    | HungUp
    | IncomingCall
    | MachineDetected
    | MediaDone
    | Modify
    | Originate
    | Progress
    | Referred
    | Speech
    | Tick
    | Verdict
)
"""One thing that happened outside."""
