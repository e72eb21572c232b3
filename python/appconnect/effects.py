"""What the engine asks for."""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Answer,
    Bridge,
    CloseRelay,
    CloseStream,
    ChangeParticipant,
    Collect,
    Consult,
    Dial,
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
    Unbridge,
)

__all__ = [
    "Answer",
    "Bridge",
    "CloseRelay",
    "CloseStream",
    "ChangeParticipant",
    "Collect",
    "Consult",
    "Dial",
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
    "Unbridge",
]

Effect: TypeAlias = (
    Answer
    | Bridge
    | CloseRelay
    | CloseStream
    | ChangeParticipant
    | Collect
    | Consult
    | Dial
    | Fetch
    | HangUp
    | JoinConference
    | LeaveConference
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
    | Unbridge
)
"""One thing to do outside. Answer each that carries a reply id."""
