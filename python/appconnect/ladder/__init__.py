"""The timeline of a call, for people: the ladder, and the words for events.

for rung in Ladder(lanes).feed(event): ...      # while the call happens
print(draw(events))                             # afterwards, as plain text
"""

from __future__ import annotations

from appconnect.ladder.drawing import WIDTH, Ladder, Lane, Rung, draw

__all__ = ["WIDTH", "Ladder", "Lane", "Rung", "draw"]
