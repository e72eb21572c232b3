"""What happened, in order: the timeline.

Each event belongs to one account and holds only what that account may see.
"""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Began,
    Connected,
    Decided,
    Dequeued,
    Dialled,
    Heard,
    Placed,
    Pressed,
    ProblemRaised,
    Relayed,
    Queued,
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
    "Connected",
    "Decided",
    "Dequeued",
    "Dialled",
    "Event",
    "Heard",
    "Placed",
    "Pressed",
    "ProblemRaised",
    "Relayed",
    "Queued",
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
    | Connected
    | Decided
    | Dequeued
    | Dialled
    | Heard
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
