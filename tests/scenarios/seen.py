"""What happens in a call, as data: a kind, a value and fields, all of them texts. An expectation names some.

A new effect is a row of `KINDS` and a case of `happening`, here and in
`rust/appconnect/tests/support/scenario/seen.rs`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from appconnect.effects import (
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
    Fetch,
    HangUp,
    JoinConference,
    LeaveConference,
    Notify,
    OpenRelay,
    OpenStream,
    Play,
    Refer,
    Report,
    Ringback,
    Say,
    SendDtmf,
    SendMessage,
    SendRelay,
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
from appconnect.events import ProblemRaised
from tests.scenarios.reading import plain

if TYPE_CHECKING:
    from appconnect.effects import Effect


@dataclass
class Happening:
    """Something that happened, `at` milliseconds after the start.

    `parameters` are those of a request; of a call that is placed, a socket, a recorder or an agent, what the
    other side is told.
    """

    kind: str
    value: str
    fields: dict[str, str]
    at: int = 0
    parameters: list[tuple[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)


KINDS: Final[dict[str, tuple[bool, tuple[str, ...]]]] = {
    "request": (True, ("method", "purpose", "account", "call", "sequence", "awaited")),
    "hear": (True, ("medium", "voice", "language", "rounds", "ssml", "breaks", "call", "leg")),
    "cut": (True, ("leg",)),
    "answered": (True, ("leg",)),
    "ringback": (True, ("tone", "leg")),
    "record": (True, ("beep", "silence", "trim", "dual", "track", "call", "leg")),
    "record_end": (True, ("leg",)),
    "problem": (True, ("level", "line", "column", "url", "account", "call")),
    "consult": (True, ("caller", "callee", "from", "to", "customer_id", "hops")),
    "dial": (
        True,
        ("kind", "from", "timeout", "detection", "username", "account", "call", "parent", "leg"),
    ),
    "bridge": (True, ("leg",)),
    "unbridge": (True, ("leg",)),
    "change": (True, ("muted", "hold", "coaching", "leg")),
    "join": (
        True,
        ("muted", "hold", "coaching", "beep", "jitter_buffer", "region", "account", "call", "leg"),
    ),
    "leave": (True, ("beep", "leg")),
    "conference_record": (True, ("conference", "trim")),
    "conference_record_end": (True, ("conference",)),
    "charge": (
        True,
        ("method", "amount", "currency", "token_type", "description", "card_type", "account", "call"),
    ),
    "message": (True, ("from", "body", "account", "call")),
    "transcribe": (True, ("account", "call", "leg")),
    "refer": (True, ("call", "leg")),
    "conceal": (True, ("leg",)),
    "echo": (True, ("call", "leg")),
    "hung_up": (True, ("leg",)),
    "listen": (
        False,
        (
            "language",
            "hints",
            "model",
            "profanity_filter",
            "speech_timeout",
            "partial_results",
            "call",
            "leg",
        ),
    ),
    "listen_end": (False, ("leg",)),
    "stream": (True, ("track", "both_ways", "sid", "account", "call", "leg")),
    "stream_end": (True, ("leg",)),
    "stream_keys": (True, ("sid", "leg")),
    "relay": (True, ("sid", "account", "call", "leg")),
    "relay_end": (True, ("leg",)),
    "frame": (True, ("sid", "leg")),
    "siprec": (True, ("connector", "track", "call", "leg")),
    "siprec_end": (True, ("leg",)),
    "transcription": (
        True,
        (
            "track",
            "language",
            "engine",
            "model",
            "hints",
            "profanity_filter",
            "punctuation",
            "partial_results",
            "call",
            "leg",
        ),
    ),
    "transcription_end": (True, ("leg",)),
    "agent": (True, ("language", "sentiment", "call", "leg")),
    "agent_end": (True, ("leg",)),
}
"""Kind; whether it is looked at unless a file says otherwise; the fields that an expectation may name."""


def _seen(kind: str, value: object, /, **fields: object) -> Happening:
    texts = {name.rstrip("_"): "" if value is None else _text(value) for name, value in fields.items()}
    return Happening(kind, _text(value), texts)


def _text(value: object) -> str:
    text = plain(value)
    return str(value) if text is None else text


def happening(effect: Effect, purpose: str | None) -> Happening | None:  # noqa: C901, PLR0911, PLR0912 - one flat list
    """An effect as it is seen; nothing for those that only tell or bill."""
    match effect:
        case Fetch() | Notify():
            return _request(effect, purpose)
        case Say():
            return _seen(
                "hear",
                effect.text,
                medium="speech",
                voice=effect.voice,
                language=effect.language,
                rounds=effect.rounds,
                ssml=effect.ssml,
                breaks=effect.breaks_ms,
                call=effect.call,
                leg=effect.leg,
            )
        case Play():
            medium, what = ("audio", effect.url) if effect.tones is None else ("tones", effect.tones)
            return _seen("hear", what, medium=medium, rounds=effect.rounds, call=effect.call, leg=effect.leg)
        case StopMedia(leg):
            return _seen("cut", "true", leg=leg)
        case Answer(leg):
            return _seen("answered", "true", leg=leg)
        case Ringback(leg, on, tone):
            return _seen("ringback", "on" if on else "off", tone=tone, leg=leg)
        case StartRecording():
            return _seen(
                "record",
                effect.recording,
                beep=effect.beep,
                silence=effect.silence_timeout,
                trim=effect.trim,
                dual=effect.dual,
                track=effect.track,
                call=effect.call,
                leg=effect.leg,
            )
        case StopRecording(leg, recording):
            return _seen("record_end", recording, leg=leg)
        case Collect():
            return _listening(effect)
        case StopCollect(leg):
            return _seen("listen_end", "true", leg=leg)
        case Consult(facts=facts):
            return _seen(
                "consult",
                facts.application,
                caller=facts.caller_account,
                callee=facts.callee_account,
                from_=facts.from_,
                to=facts.to,
                customer_id=facts.customer_id,
                hops=facts.hops,
            )
        case Dial():
            return _placed(effect)
        case Bridge(leg, other):
            return _seen("bridge", other, leg=leg)
        case Unbridge(leg, other):
            return _seen("unbridge", other, leg=leg)
        case JoinConference():
            return _seen(
                "join",
                effect.conference,
                muted=effect.muted,
                hold=effect.hold,
                coaching=effect.coaching,
                beep=effect.beep,
                jitter_buffer=effect.jitter_buffer,
                region=effect.region,
                account=effect.account,
                call=effect.call,
                leg=effect.leg,
            )
        case ChangeParticipant(leg, conference, muted, hold, coaching):
            return _seen("change", conference, muted=muted, hold=hold, coaching=coaching, leg=leg)
        case LeaveConference(leg, conference, beep):
            return _seen("leave", conference, beep=beep, leg=leg)
        case StartConferenceRecording():
            return _seen(
                "conference_record", effect.recording, conference=effect.conference, trim=effect.trim
            )
        case StopConferenceRecording(conference, recording):
            return _seen("conference_record_end", recording, conference=conference)
        case Charge():
            return _charge(effect)
        case SendMessage():
            return _seen(
                "message",
                effect.to,
                from_=effect.from_,
                body=effect.body,
                account=effect.account,
                call=effect.call,
            )
        case Transcribe(_, leg, call, account, recording):
            return _seen("transcribe", recording, account=account, call=call, leg=leg)
        case Refer(_, leg, call, target):
            return _seen("refer", target, call=call, leg=leg)
        case Conceal(leg, on):
            return _seen("conceal", "on" if on else "off", leg=leg)
        case Echo(leg, call, on):
            return _seen("echo", "on" if on else "off", call=call, leg=leg)
        case HangUp(leg, cause):
            return _seen("hung_up", cause, leg=leg)
        case Report(ProblemRaised() as raised):
            return _seen(
                "problem",
                raised.code,
                level=raised.level,
                line=raised.line,
                column=raised.column,
                url=raised.url,
                account=raised.account,
                call=raised.call,
            )
        case _:
            return _of_service(effect)


def _of_service(effect: Effect) -> Happening | None:  # noqa: C901, PLR0911, PLR0912 - one flat list
    """What goes over sockets, and to recorders and agents."""
    match effect:
        case OpenStream():
            return _stream(effect)
        case CloseStream(stream, leg):
            return _seen("stream_end", stream, leg=leg)
        case SendDtmf(stream, leg, digits):
            return _seen("stream_keys", digits, sid=stream, leg=leg)
        case OpenRelay(relay, leg, call, account, request):
            seen = _seen("relay", request.url, sid=relay, account=account, call=call, leg=leg)
            seen.headers = request.headers
            return seen
        case CloseRelay(relay, leg):
            return _seen("relay_end", relay, leg=leg)
        case SendRelay():
            return _frame(effect)
        case StartSiprec(siprec, leg, call, connector, track, parameters):
            seen = _seen("siprec", siprec, connector=connector, track=track, call=call, leg=leg)
            seen.parameters = parameters
            return seen
        case StopSiprec(siprec, leg):
            return _seen("siprec_end", siprec, leg=leg)
        case StartTranscription():
            return _transcription(effect)
        case StopTranscription(transcription, leg):
            return _seen("transcription_end", transcription, leg=leg)
        case StartAgent():
            return _agent(effect)
        case StopAgent(leg=leg):
            return _seen("agent_end", "true", leg=leg)
        case _:
            return None


def url_of(effect: Fetch | Notify) -> str:
    """Where a request goes, without the credentials of the URL."""
    parts = urlsplit(effect.request.url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _request(effect: Fetch | Notify, purpose: str | None) -> Happening:
    """What a webhook is told. A GET carries it in its URL."""
    request = effect.request
    sent = request.body.decode() if request.method == "POST" else request.target.partition("?")[2]
    seen = _seen(
        "request",
        url_of(effect),
        method=request.method,
        purpose=purpose or "repeat",
        account=effect.account,
        call=effect.call,
        sequence=effect.sequence if isinstance(effect, Notify) else None,
        awaited=isinstance(effect, Fetch),
    )
    seen.parameters = parse_qsl(sent, keep_blank_values=True)
    seen.headers = request.headers
    return seen


def _placed(effect: Dial) -> Happening:
    detection = effect.machine_detection
    wanted = None
    if detection is not None:
        wanted = "DetectMessageEnd" if detection.message_end else "Enable"
    seen = _seen(
        "dial",
        effect.endpoint.address,
        kind=effect.endpoint.kind,
        from_=effect.from_,
        timeout=effect.timeout,
        detection=wanted,
        username=effect.endpoint.username,
        account=effect.account,
        call=effect.call,
        parent=effect.parent,
        leg=effect.leg,
    )
    seen.parameters = effect.endpoint.parameters
    return seen


def _charge(effect: Charge) -> Happening:
    seen = _seen(
        "charge",
        effect.connector,
        method=effect.method,
        amount=effect.amount,
        currency=effect.currency,
        token_type=effect.token_type,
        description=effect.description,
        card_type=effect.details.card_type,
        account=effect.account,
        call=effect.call,
    )
    seen.parameters = effect.parameters
    return seen


def _stream(effect: OpenStream) -> Happening:
    seen = _seen(
        "stream",
        effect.request.url,
        track=effect.track,
        both_ways=effect.bidirectional,
        sid=effect.stream,
        account=effect.account,
        call=effect.call,
        leg=effect.leg,
    )
    seen.parameters = effect.parameters
    seen.headers = effect.request.headers
    return seen


def _frame(effect: SendRelay) -> Happening:
    """A frame of JSON by its type; those of an object in it have its name before theirs."""
    frame = json.loads(effect.text)
    seen = _seen("frame", frame.get("type", ""), sid=effect.relay, leg=effect.leg)
    for name, value in frame.items():
        if isinstance(value, dict):
            seen.parameters += [(f"{name}.{inner}", _json_text(part)) for inner, part in value.items()]
        else:
            seen.parameters.append((name, _json_text(value)))
    return seen


def _json_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _transcription(effect: StartTranscription) -> Happening:
    return _seen(
        "transcription",
        effect.transcription,
        track=effect.track,
        language=effect.language,
        engine=effect.engine,
        model=effect.model,
        hints=effect.hints,
        profanity_filter=effect.profanity_filter,
        punctuation=effect.punctuation,
        partial_results=effect.partial_results,
        call=effect.call,
        leg=effect.leg,
    )


def _agent(effect: StartAgent) -> Happening:
    """What an agent is told are parameters; its settings have `Config.` before their names."""
    seen = _seen(
        "agent",
        effect.connector,
        language=effect.language,
        sentiment=effect.sentiment_analysis,
        call=effect.call,
        leg=effect.leg,
    )
    seen.parameters = effect.parameters + [(f"Config.{name}", value) for name, value in effect.settings]
    return seen


def _listening(effect: Collect) -> Happening:
    kinds = ["dtmf"] if effect.digits else []
    seen = _seen("listen", "", call=effect.call, leg=effect.leg)
    if effect.speech is not None:
        kinds.append("speech")
        speech = effect.speech
        pause = "auto" if speech.speech_timeout is None else speech.speech_timeout
        seen.fields |= _seen(
            "listen",
            "",
            language=speech.language,
            hints=speech.hints,
            model=speech.model,
            profanity_filter=speech.profanity_filter,
            speech_timeout=pause,
            partial_results=speech.partial_results,
        ).fields
    seen.value = " ".join(kinds)
    return seen
