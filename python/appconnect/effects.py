"""What the engine asks for."""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Answer,
    Bridge,
    ChangeParticipant,
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
    JoinConference,
    LeaveConference,
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
    StartConferenceRecording,
    StartRecording,
    StartSiprec,
    StartTranscription,
    StopAgent,
    StopCollect,
    StopConferenceRecording,
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
    "ChangeParticipant",
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
    "JoinConference",
    "LeaveConference",
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
    "StartConferenceRecording",
    "StartRecording",
    "StartSiprec",
    "StartTranscription",
    "StopAgent",
    "StopCollect",
    "StopConferenceRecording",
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
    | ChangeParticipant
    | Collect
    | Conceal
    | Consult
    | Dial
    | Echo
    | Fetch
    | HangUp
    | JoinConference
    | LeaveConference
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
    | StartConferenceRecording
    | StartRecording
    | StartSiprec
    | StartTranscription
    | StopAgent
    | StopCollect
    | StopConferenceRecording
    | StopMedia
    | StopRecording
    | StopSiprec
    | StopTranscription
    | Transcribe
    | Unbridge
)
"""One thing to do outside. Answer each that carries a reply id."""
