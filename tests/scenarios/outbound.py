"""Acts about calls that are placed: what becomes of them, who answers, and placing one as an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appconnect.effects import MachineDetection
from appconnect.inputs import CallRecording, MachineDetected, Originate, Progress, Referred, SipFacts
from tests.scenarios import setting
from tests.scenarios.names import ScenarioError
from tests.scenarios.reading import ABSENT, plain

if TYPE_CHECKING:
    from tests.scenarios.reading import Fields
    from tests.scenarios.stage import Stage

STATES = ("answered", "busy", "failed", "no-answer", "ringing")
WHO = (
    "fax",
    "human",
    "machine_end_beep",
    "machine_end_other",
    "machine_end_silence",
    "machine_start",
    "unknown",
)


async def act(stage: Stage, kind: str, leg: str, value: str, keys: Fields) -> None:
    """Do one of the acts of this file."""
    match kind:
        case "progress":
            await progress(stage, leg, value, keys)
        case "detected":
            await detected(stage, leg, value, keys)
        case "referred":
            await stage.give(Referred(stage.leg(leg), value))
        case _:
            await originate(stage, leg, value, keys)


async def progress(stage: Stage, leg: str, state: str, keys: Fields) -> None:
    """How far the call of a line has come."""
    if state not in STATES:
        raise ScenarioError(f"progress: there is no state {state}")
    response = whole_number(keys, "sip_response")
    call_id = keys.text("sip_call_id")
    headers = sip_headers(keys)
    says_sip = response is not None or call_id is not None or headers
    sip = SipFacts(call_id, response, headers) if says_sip else None
    await stage.give(Progress(stage.leg(leg), state, sip))


def sip_headers(keys: Fields) -> list[tuple[str, str]]:
    """Header fields of SIP."""
    return [(name, plain(value) or "") for name, value in keys.entries("sip_headers")]


async def detected(stage: Stage, leg: str, who: str, keys: Fields) -> None:
    """Who answered."""
    if who not in WHO:
        raise ScenarioError(f"detected: there is no {who}")
    after_ms = whole_number(keys, "after_ms") or 0
    await stage.give(MachineDetected(stage.leg(leg), who, after_ms))


def _recording(keys: Fields) -> CallRecording | None:
    """How a call that is placed is to be recorded, if it is."""
    channels = keys.text("recording")
    if channels is None:
        return None
    if channels not in {"mono", "dual"}:
        raise ScenarioError(f"recording: {channels} is neither mono nor dual")
    callback = keys.text("recording_callback")
    return CallRecording(
        dual=channels == "dual",
        track=keys.text("recording_track") or "both",
        trim=keys.flag("recording_trim") is not False,
        status_callback=None if callback is None else setting.whole(callback),
        status_callback_events=(keys.text("recording_events") or "").split(),
    )


async def originate(stage: Stage, leg: str, to: str, keys: Fields) -> None:
    """An account places a call."""
    stage.add_line(leg)
    account = setting.sid("AC", keys.text("account") or "alpha")
    method = keys.text("method") or "POST"
    if method not in {"GET", "POST"}:
        raise ScenarioError(f"originate: {method} is neither GET nor POST")
    url, twiml, application = keys.text("url"), keys.text("twiml"), keys.text("application")
    document: dict[str, Any] = {}
    if url is not None:
        document = {"url": setting.whole(url), "method": method}
    elif twiml is not None:
        has_root = twiml.startswith("<Response")
        document = {"twiml": stage.names.fill(twiml if has_root else f"<Response>{twiml}</Response>")}
    elif application is not None:
        document = {"application": setting.sid("AP", application)}
    else:
        raise ScenarioError("originate: one of url, twiml and application is needed")
    detection = keys.text("detection")
    fallback, status_callback = keys.text("fallback"), keys.text("status_callback")
    call = Originate(
        leg,
        account,
        keys.text("from") or setting.CALLER,
        to,
        fallback_url=None if fallback is None else setting.whole(fallback),
        status_callback=None if status_callback is None else setting.whole(status_callback),
        status_callback_events=(keys.text("events") or "").split(),
        timeout=whole_number(keys, "timeout") or 60,
        time_limit=whole_number(keys, "time_limit"),
        send_digits=keys.text("send_digits"),
        machine_detection=None if detection is None else MachineDetection(detection == "DetectMessageEnd"),
        recording=_recording(keys),
        **document,
    )
    refused = keys.text("refused")
    keys.done()
    await stage.give_or_see_refused(call, refused)


def whole_number(keys: Fields, key: str) -> int | None:
    """A whole number of a file."""
    value = keys.take(key)
    if value is ABSENT:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise ScenarioError(f"{key} must be a whole number")
    return value
