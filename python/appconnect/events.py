"""What happened, in order: the timeline.

Each event belongs to one account and holds only what that account may see.
"""

from __future__ import annotations

from typing import TypeAlias

from appconnect._core import (
    Began,
    Decided,
    Dialled,
    Heard,
    Pressed,
    ProblemRaised,
    Requested,
    Responded,
    Returned,
    Said,
    Settled,
    Settlement,
    StatusChanged,
    VerbBegan,
)

__all__ = [
    "Began",
    "Decided",
    "Dialled",
    "Event",
    "Heard",
    "Pressed",
    "ProblemRaised",
    "Requested",
    "Responded",
    "Returned",
    "Said",
    "Settled",
    "Settlement",
    "StatusChanged",
    "VerbBegan",
]

Event: TypeAlias = (
    Began
    | Decided
    | Dialled
    | Heard
    | Pressed
    | ProblemRaised
    | Requested
    | Responded
    | Returned
    | Said
    | Settled
    | StatusChanged
    | VerbBegan
)
"""One entry of the timeline."""
