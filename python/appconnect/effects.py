"""What the engine asks for."""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Answer,
    Bridge,
    CloseRelay,
    CloseStream,
    Collect,
    Consult,
    Dial,
    Endpoint,
    Facts,
    Fetch,
    HangUp,
    MachineDetection,
    Notify,
    OpenRelay,
    OpenStream,
    Play,
    Report,
    Request,
    Ringback,
    Say,
    SendDtmf,
    SendRelay,
    Settle,
    Settlement,
    SocketRequest,
    SpeechOptions,
    StartAgent,
    StartRecording,
    StartSiprec,
    StartTranscription,
    StopAgent,
    StopCollect,
    StopMedia,
    StopRecording,
    StopSiprec,
    StopTranscription,
    Unbridge,
)

__all__ = [
    "Answer",
    "Bridge",
    "CloseRelay",
    "CloseStream",
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
    "OpenRelay",
    "OpenStream",
    "Play",
    "Report",
    "Request",
    "Ringback",
    "Say",
    "SendDtmf",
    "SendRelay",
    "Settle",
    "Settlement",
    "SocketRequest",
    "SpeechOptions",
    "StartAgent",
    "StartRecording",
    "StartSiprec",
    "StartTranscription",
    "StopAgent",
    "StopCollect",
    "StopMedia",
    "StopRecording",
    "StopSiprec",
    "StopTranscription",
    "Unbridge",
]

Effect: TypeAlias = (
    Answer
    | Bridge
    | CloseRelay
    | CloseStream
    | Collect
    | Consult
    | Dial
    | Fetch
    | HangUp
    | Notify
    | OpenRelay
    | OpenStream
    | Play
    | Report
    | Ringback
    | Say
    | SendDtmf
    | SendRelay
    | Settle
    | StartAgent
    | StartRecording
    | StartSiprec
    | StartTranscription
    | StopAgent
    | StopCollect
    | StopMedia
    | StopRecording
    | StopSiprec
    | StopTranscription
    | Unbridge
)
"""One thing to do outside. Answer each that carries a reply id."""
