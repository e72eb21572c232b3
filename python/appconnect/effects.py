"""What the engine asks for."""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Answer,
    Bridge,
    Collect,
    Consult,
    Dial,
    Endpoint,
    Facts,
    Fetch,
    HangUp,
    MachineDetection,
    Notify,
    Play,
    Report,
    Request,
    Ringback,
    Say,
    Settle,
    Settlement,
    SpeechOptions,
    StartRecording,
    StopCollect,
    StopMedia,
    StopRecording,
    Unbridge,
)

__all__ = [
    "Answer",
    "Bridge",
    "Collect",
    "Consult",
    "Dial",
    "Effect",
    "Endpoint",
    "Facts",
    "Fetch",
    "HangUp",
    "MachineDetection",
    "Notify",
    "Play",
    "Report",
    "Request",
    "Ringback",
    "Say",
    "Settle",
    "Settlement",
    "SpeechOptions",
    "StartRecording",
    "StopCollect",
    "StopMedia",
    "StopRecording",
    "Unbridge",
]

Effect: TypeAlias = (
    Answer
    | Bridge
    | Collect
    | Consult
    | Dial
    | Fetch
    | HangUp
    | Notify
    | Play
    | Report
    | Ringback
    | Say
    | Settle
    | StartRecording
    | StopCollect
    | StopMedia
    | StopRecording
    | Unbridge
)
"""One thing to do outside. Answer each that carries a reply id."""
