"""What happened, in order: the timeline.

Each event belongs to one account and holds only what that account may see.
"""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Began,
    ConferenceEnded,
    ConferenceStarted,
    Connected,
    Decided,
    Dequeued,
    Dialled,
    Heard,
    Joined,
    Left,
    Placed,
    Pressed,
    ProblemRaised,
    Queued,
    Relayed,
    Requested,
    Responded,
    Returned,
    Said,
    ServiceChanged,
    Settled,
    Settlement,
    StatusChanged,
    VerbBegan,
)

__all__ = [
    "Began",
    "ConferenceEnded",
    "ConferenceStarted",
    "Connected",
    "Decided",
    "Dequeued",
    "Dialled",
    "Event",
    "Heard",
    "Joined",
    "Left",
    "Placed",
    "Pressed",
    "ProblemRaised",
    "Queued",
    "Relayed",
    "Requested",
    "Responded",
    "Returned",
    "Said",
    "ServiceChanged",
    "Settled",
    "Settlement",
    "StatusChanged",
    "VerbBegan",
]

Event: TypeAlias = (
    Began
    | ConferenceEnded
    | ConferenceStarted
    | Connected
    | Decided
    | Dequeued
    | Dialled
    | Heard
    | Joined
    | Left
    | Placed
    | Pressed
    | ProblemRaised
    | Relayed
    | Queued
    | Requested
    | Responded
    | Returned
    | Said
    | ServiceChanged
    | Settled
    | StatusChanged
    | VerbBegan
)
"""One entry of the timeline."""
