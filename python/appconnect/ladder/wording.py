"""How events are put into words, alike wherever a call is shown: verbs, times, SIDs, fields of webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appconnect.events import ProblemRaised, VerbBegan

__all__ = ["notable", "place", "plain", "seconds", "short", "tag"]

_SID_LENGTH: Final = 34
_PREFIXES: Final = (
    "Param_",
    "ReturnParam_",
    "Bank",
    "Dial",
    "Error",
    "Pay",
    "Recording",
    "Refer",
    "Sms",
    "Speech",
    "Transcription",
)
_NAMES: Final = frozenset(
    {
        "AnsweredBy",
        "AppConnect_SenderAccountSid",
        "Attempt",
        "Confidence",
        "ConnectorError",
        "CustomerId",
        "Digits",
        "ExpirationDate",
        "FinishedOnKey",
        "For",
        "NotifySipResponseCode",
        "ProfileId",
        "QueuePosition",
        "QueueResult",
        "QueueTime",
        "Result",
        "SecurityCode",
        "SessionStatus",
        "StatusCallbackEvent",
    }
)


def plain(reason: str) -> str:
    """A reason of the vendor's, such as `participant_hung_up`, in words."""
    return reason.replace("_", " ").replace("-", " ")


def seconds(milliseconds: int) -> str:
    """A time since the beginning, such as `12.05`."""
    return f"{milliseconds / 1_000:.2f}"


def short(sid: str) -> str:
    """A SID by its beginning and its end; another text as it is."""
    return f"{sid[:4]}…{sid[-4:]}" if len(sid) == _SID_LENGTH else sid


def tag(event: VerbBegan) -> str:
    """A verb as a start tag with its attributes."""
    return f"<{' '.join([event.verb, *(f'{name}={value}' for name, value in event.attributes)])}>"


def notable(form: Sequence[tuple[str, str]], *, also: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """The fields of a webhook that tell something about this step, and not about every call alike."""
    return [
        (name, value)
        for name, value in form
        if value and (name.startswith(_PREFIXES) or name in _NAMES or name in also)
    ]


def place(event: ProblemRaised) -> str:
    """Where a problem is: ` at https://…, line 1, column 2`; empty when it is nowhere."""
    parts = [] if event.url is None else [event.url]
    if event.line is not None:
        parts.append(f"line {event.line}, column {event.column}")
    return f" at {', '.join(parts)}" if parts else ""
