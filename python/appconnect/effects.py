"""What the engine asks for."""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Answer,
    Bridge,
    Charge,
    CloseRelay,
    CloseStream,
    Collect,
    Conceal,
    Consult,
    Dial,
    Echo,
    Endpoint,
    Facts,
    Fetch,
    HangUp,
    MachineDetection,
    Notify,
    OpenRelay,
    OpenStream,
    PaymentDetails,
    Play,
    Refer,
    Report,
    Request,
    Ringback,
    Say,
    SendDtmf,
    SendMessage,
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
    Transcribe,
    Unbridge,
)

__all__ = [
    "Answer",
    "Bridge",
    "Charge",
    "CloseRelay",
    "CloseStream",
    "Collect",
    "Conceal",
    "Consult",
    "Dial",
    "Echo",
    "Effect",
    "Endpoint",
    "Facts",
    "Fetch",
    "HangUp",
    "MachineDetection",
    "Notify",
    "OpenRelay",
    "OpenStream",
    "PaymentDetails",
    "Play",
    "Refer",
    "Report",
    "Request",
    "Ringback",
    "Say",
    "SendDtmf",
    "SendMessage",
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
    "Transcribe",
    "Unbridge",
]

Effect: TypeAlias = (
    Answer
    | Bridge
    | Charge
    | CloseRelay
    | CloseStream
    | Collect
    | Conceal
    | Consult
    | Dial
    | Echo
    | Fetch
    | HangUp
    | Notify
    | OpenRelay
    | OpenStream
    | Play
    | Refer
    | Report
    | Ringback
    | Say
    | SendDtmf
    | SendMessage
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
    | Transcribe
    | Unbridge
)
"""One thing to do outside. Answer each that carries a reply id."""
