"""Which problems a call may meet: those that its documents, and nothing else, bring about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from appconnect.twiml import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appconnect.events import ProblemRaised

__all__ = ["is_explained"]

_VERBS: Final = frozenset(
    {
        "Connect",
        "Dial",
        "Echo",
        "Enqueue",
        "Gather",
        "Hangup",
        "Leave",
        "Pause",
        "Pay",
        "Play",
        "Prompt",
        "Queue",
        "Record",
        "Redirect",
        "Refer",
        "Reject",
        "Say",
        "Sms",
        "Start",
        "Stop",
    }
)

_WHEN_IT_RUNS: Final = {
    11100: frozenset({"Play", "Redirect"}),  # a URL that nothing can be fetched from
    12200: _VERBS
    | {"Conference", "Siprec", "Stream", "Transcription"},  # what is without effect in this place
    13201: frozenset({"Dial"}),  # in a screening document
    13214: frozenset({"Dial"}),  # a caller without a number, a number of somebody else
    13215: frozenset({"Dial"}),  # with nothing in it
    13238: _VERBS,  # in what is heard while somebody waits for a conference
    13617: frozenset({"Record"}),  # of a caller who said too little
    13801: frozenset({"Refer"}),  # of a caller who is no SIP endpoint
    14101: frozenset({"Sms"}),  # to who has no number
    14102: frozenset({"Sms"}),  # from who has no number
    16102: frozenset({"Record"}),  # of a caller who said nothing
    21218: frozenset({"Application"}),  # that is not there
    64016: frozenset({"Pay"}),  # in a document that was not fetched over https
    90002: frozenset(  # not executed
        {"AiSession", "Assistant", "Autopilot", "Conversation", "ConversationRelaySession", "Room"}
    ),
}
"""Codes that a document cannot be told to bring about before it runs, and the elements they may point at."""

_SOCKETS: Final = re.compile(rb"<(Stream|ConversationRelay)\b")
_SOCKET_REFUSED: Final = 31902
_LASTED: Final = 32015


def is_explained(problem: ProblemRaised, served: Sequence[bytes], *, seconds: float, longest: float) -> bool:
    """Whether a problem follows from the documents that were served.

    Args:
        problem: It.
        served: All documents of all calls.
        seconds: How long after the first call began it was met.
        longest: Seconds that a call may last.
    """
    if any(problem.code == known.code for body in served for known in parse(body, "text/xml").problems):
        return True
    if problem.code == _SOCKET_REFUSED:
        return any(_SOCKETS.search(body) for body in served)
    if problem.code == _LASTED:
        return seconds >= longest
    elements = _WHEN_IT_RUNS.get(problem.code, frozenset())
    return any(_element_at(body.decode(), problem) in elements for body in served)


def _element_at(text: str, problem: ProblemRaised) -> str | None:
    """The element of a document that a problem points at, or into; none if it is of another document."""
    lines = text.splitlines(keepends=True)
    if problem.line is None or problem.column is None or problem.line > len(lines):
        return None
    place = sum(map(len, lines[: problem.line - 1])) + problem.column - 1
    found = re.match(r"<(\w+)", text[max(text.rfind("<", 0, place + 1), 0) :])
    return None if found is None else found[1]
