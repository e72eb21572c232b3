"""What the engine asks for."""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Answer,
    Collect,
    Consult,
    Facts,
    Fetch,
    HangUp,
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
)

__all__ = [
    "Answer",
    "Collect",
    "Consult",
    "Effect",
    "Facts",
    "Fetch",
    "HangUp",
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
]

Effect: TypeAlias = (
    Answer
    | Collect
    | Consult
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
)
"""One thing to do outside. Answer each that carries a reply id."""
