"""Every value class of the core keeps the same promises: one test for each promise, run for each class."""

from __future__ import annotations

import functools
import inspect
import json
from typing import TYPE_CHECKING, Any

import pytest

from appconnect import Config, _core
from appconnect.effects import (
    Endpoint,
    Facts,
    Fetch,
    MachineDetection,
    PaymentDetails,
    Request,
    Settlement,
    SpeechOptions,
)
from appconnect.events import Began, ProblemRaised, Settled
from appconnect.inputs import (
    Digits,
    HttpFailure,
    HttpResponse,
    HungUp,
    IncomingCall,
    IncomingSip,
    MediaDone,
    Modify,
    ModifyConference,
    ModifyParticipant,
    Originate,
    ReferProgress,
    SipFacts,
    Speech,
    Verdict,
)
from appconnect.registry import Account, Application, PhoneNumber, Registry

if TYPE_CHECKING:
    from collections.abc import Callable

CALL = "CA" + "0" * 31 + "1"
OTHER_CALL = "CA" + "0" * 31 + "2"
ACCOUNT = "AC" + "a" * 32
OTHER_ACCOUNT = "AC" + "b" * 32
APPLICATION = "AP" + "1" * 32
REPLY = f"{CALL}:7"
SECRET = "+15550123"


def request_of(url: str) -> Request:
    """Make a request the only way there is: let an engine ask for the document of a call."""
    registry = Registry([Account(ACCOUNT, "token")], numbers=[PhoneNumber("+15550100", ACCOUNT, url)])
    effects = _core.Engine(registry, bytes(32)).handle(IncomingCall("leg-1", SECRET, "+15550100"), 0)
    return next(effect.request for effect in effects if isinstance(effect, Fetch))


def settlement(**changes: Any) -> Settlement:  # noqa: ANN401 - the fields have several types
    """Make a settlement, with some fields changed."""
    fields: dict[str, Any] = {
        "call": CALL,
        "account": ACCOUNT,
        "parent_call": None,
        "direction": "inbound",
        "from_": SECRET,
        "to": "+15550100",
        "application": APPLICATION,
        "status": "completed",
        "started": 1_000,
        "answered": 2_000,
        "ended": 63_000,
        "seconds": 61,
        "rate": 2_500,
        "amount": 5_000,
        "leg": "application-connect",
    }
    return Settlement(**{**fields, **changes})


def facts(**changes: Any) -> Facts:  # noqa: ANN401 - the fields have several types
    """Make the facts of a rule, with some fields changed."""
    fields: dict[str, Any] = {
        "point": "connect",
        "caller_account": ACCOUNT,
        "callee_account": OTHER_ACCOUNT,
        "application": APPLICATION,
        "from_": SECRET,
        "to": APPLICATION,
        "customer_id": "customer 5",
        "hops": 0,
        "parameters": [("ticket", "T-7")],
    }
    return Facts(**{**fields, **changes})


SPEECH_OPTIONS = SpeechOptions(
    "en-US", "", "default", profanity_filter=True, speech_timeout=None, partial_results=False
)

ENDPOINT = Endpoint("sip", "sip:bob@phone.example", [("x-order", SECRET)], "bob", "very secret")
CARD = "4111111111111111"
NO_DETAILS = PaymentDetails(None, None, None, None, None, None, None, None)

SOCKETS = [
    _core.SocketRequest(f"wss://a.example/{path}", "a.example", 443, f"/{path}", [("x-a", SECRET)], 5_000)
    for path in "xy"
]

# For each type of field: two different values.
VALUES: dict[str, tuple[object, object]] = {
    "account": (ACCOUNT, OTHER_ACCOUNT),
    "address": ("+15550142", "client:bob"),
    "allow": ([ACCOUNT], []),
    "allowed": (True, False),
    "amount": (5_000, 0),
    "answered": (2_000, None),
    "answered_by": ("human", "machine_start"),
    "api_version": ("2010-04-01", "2008-08-01"),
    "application": (APPLICATION, "AP2"),
    "at": (1_000, 2_000),
    "attributes": ([("url", "/x"), ("method", "GET")], []),
    "auth_token": ("very secret", "other secret"),
    "bank_account_number": (CARD, None),
    "bank_account_type": ("consumer-checking", None),
    "bank_routing_number": ("121181976", None),
    "beep": (True, False),
    "bidirectional": (True, False),
    "body": (b"<Response/>", b""),
    "breaks_ms": (500, 0),
    "bridged": (True, False),
    "call": (CALL, OTHER_CALL),
    "call_id": ("abc@phone", None),
    "callee_account": (ACCOUNT, OTHER_ACCOUNT),
    "caller_account": (ACCOUNT, OTHER_ACCOUNT),
    "caller_name": (SECRET, None),
    "caller_sees": (21218, None),
    "card_number": (CARD, None),
    "card_type": ("visa", None),
    "cause": ("not-found", "normal"),
    "child": (CALL, OTHER_CALL),
    "children": ([], [_core.Verb("Say", 1, 1, [], "", [])]),
    "code": (12200, 13215),
    "coached": ("leg-2", None),
    "coaching": (True, False),
    "column": (3, 4),
    "connect_ms": (5_000, 200),
    "connector": ("Bot", "Rec"),
    "conference": ("CF" + "0" * 32, "CF" + "1" * 32),
    "confidence": (0.5, None),
    "confirmation_code": (SECRET, None),
    "connector_error": ("51", None),
    "currency": ("usd", "eur"),
    "customer_id": ("customer 5", ""),
    "data": (SECRET, None),
    "detail": ("it broke", ""),
    "description": ("Order 7", None),
    "details": (PaymentDetails(CARD, None, None, None, None, None, None, None), NO_DETAILS),
    "digits": ("12#", "9"),
    "direction": ("inbound", "outbound-dial"),
    "domain": ("sip.example", "voice.example"),
    "dual": (True, False),
    "duration_ms": (1_100, 2_400),
    "ended": (1, 2),
    "engine": ("google", "deepgram"),
    "error": ("gone", None),
    "error_code": (31_942, None),
    "event": ("opened", "closed"),
    "endpoint": (ENDPOINT, Endpoint("number", "+15550142", [], None, None)),
    "expiration_date": ("1299", None),
    "facts": (facts(), facts(hops=1)),
    "failed": ("content-type", None),
    "failure": ("dns", None),
    "forbid": ([OTHER_ACCOUNT], []),
    "form": ([("From", SECRET)], []),
    "domain_sid": ("SD" + "0" * 32, None),
    "forwarded_from": (SECRET, None),
    "friendly_name": ("Desk", ""),
    "from_": (SECRET, "client:alice"),
    "headers": ([("Content-Type", "text/xml"), ("X", "1")], []),
    "hints": ("red, green", ""),
    "hold": (True, False),
    "hops": (1, 2),
    "host": ("a.example", "::1"),
    "identity": ("alice", "bob"),
    "inbound": (False, True),
    "is_final": (False, True),
    "jitter_buffer": ("large", "off"),
    "kind": ("sip", "number"),
    "label": ("chair", None),
    "language": ("en-US", "de-DE"),
    "leg": ("leg-1", "leg-2"),
    "level": ("error", "warning"),
    "line": (1, 2),
    "machine_detection": (MachineDetection(message_end=True), None),
    "medium": ("speech", "tones"),
    "postal_code": ("94109", None),
    "profile_id": (SECRET, None),
    "security_code": ("987", None),
    "sent": (True, False),
    "token": (SECRET, None),
    "token_type": ("one-time", "reusable"),
    "message": ("say it in another way", ""),
    "message_end": (True, False),
    "method": ("GET", "POST"),
    "model": ("default", "phone_call"),
    "muted": (True, False),
    "name": ("Dial", "Say"),
    "number": ("+15550100", "+15550101"),
    "on": (True, False),
    "other": ("leg-2", "leg-3"),
    "owner_sees": (11100, None),
    "parameters": ([("ticket", SECRET)], []),
    "parent": (OTHER_ACCOUNT, None),
    "parent_call": (CALL, None),
    "partial_results": (True, False),
    "password": ("very secret", None),
    "point": ("connect", "connect"),
    "port": (443, 8_443),
    "position": (1, 2),
    "profanity_filter": (True, False),
    "provider": ("Dialogflow", ""),
    "public_application_connect_enabled": (True, False),
    "punctuation": (True, False),
    "purpose": ("status-callback", "voice"),
    "queue": ("QU" + "0" * 32, "QU" + "1" * 32),
    "rate": (1, 2),
    "reason": ("refused", "dns"),
    "received": (True, False),
    "recording": ("RE" + "0" * 32, "RE" + "1" * 32),
    "relay": ("VX" + "0" * 32, "VX" + "1" * 32),
    "request": (SOCKETS[0], SOCKETS[1]),
    "region": ("ie1", None),
    "reply": (REPLY, f"{CALL}:8"),
    "response": (480, None),
    "result": ("bridged", "leave"),
    "rounds": (1, 2),
    "seconds": (61, 0),
    "sentiment_analysis": (True, False),
    "sequence": (0, None),
    "service": ("Stream", "VirtualAgent"),
    "settings": ([("speed", SECRET)], []),
    "settlement": (settlement(), settlement(seconds=2)),
    "siprec": ("SR" + "0" * 32, "SR" + "1" * 32),
    "stability": (0.25, None),
    "stream": ("MZ" + "0" * 32, "MZ" + "1" * 32),
    "transcription": ("GT" + "0" * 32, "GT" + "1" * 32),
    "sid": (ACCOUNT, OTHER_ACCOUNT),
    "silence_timeout": (5, None),
    "sip": (SipFacts("abc@phone", 480), None),
    "speech": (SPEECH_OPTIONS, None),
    "speech_end_threshold": (1_200, 1_300),
    "speech_threshold": (2_400, 2_500),
    "speech_timeout": (2, None),
    "ssml": ("<p>x</p>", None),
    "started": (1, 2),
    "state": ("ringing", "answered"),
    "status": ("completed", "busy"),
    "source_ip": ("203.0.113.7", None),
    "status_callback": ("https://a.example/status", None),
    "status_callback_events": (["in-progress", "absent"], []),
    "stir_verstat": ("TN-Validation-Passed-A", None),
    "target": (SECRET, "sip:dave@phone.example"),
    "text": ("hello", ""),
    "timeout": (30, 31),
    "timeout_ms": (5_000, 250),
    "to": (SECRET, "client:bob"),
    "tone": ("de", None),
    "tones": ("w1", None),
    "track": ("inbound", "both"),
    "trim": (True, False),
    "url": ("https://a.example/x", None),
    "username": ("bob", None),
    "verb": ("Dial", "Say"),
    "voice": ("alice", "man"),
    "voice_application_sid": (APPLICATION, None),
    "voice_caller_id_lookup": (True, False),
    "waits": (True, False),
    "with_": (OTHER_CALL, CALL),
}
VALUES |= {f"{name}_url": VALUES["url"] for name in ("voice", "voice_fallback")}
VALUES |= {f"{name}_method": VALUES["method"] for name in ("voice", "voice_fallback", "status_callback")}

# Where a name means something else in one class, or not both values may be given.
ESPECIALLY: dict[tuple[str, str], tuple[object, object]] = {
    ("Account", "status"): ("suspended", "closed"),
    ("AgentDone", "status"): ("completed", "live-agent-handoff"),
    ("SocketRequest", "target"): ("/x", "/"),
    ("SocketRequest", "url"): ("wss://a.example/x", ""),
    ("StartAgent", "language"): ("en-US", None),
    ("Admission", "reason"): ("no VoiceUrl", None),
    ("Application", "sid"): (APPLICATION, "AP2"),
    ("Charge", "amount"): ("20.45", None),
    ("ChargeDone", "code"): (64012, None),
    ("Collect", "digits"): (True, False),
    ("Dequeue", "call"): (CALL, None),
    ("Dequeue", "url"): ("https://a.example/x", "https://a.example/y"),
    ("Dial", "parent"): ("leg-1", None),
    ("Fetch", "request"): (request_of("https://a.example/x"), request_of("https://a.example/y")),
    ("HttpResponse", "status"): (200, 500),
    ("IncomingCall", "sip"): (IncomingSip("abc@phone"), None),
    ("MachineDetection", "silence_timeout"): (5_000, 6_000),
    ("Notify", "conference"): ("CF" + "0" * 32, None),
    ("Notify", "request"): (request_of("https://a.example/x"), request_of("https://a.example/y")),
    ("Report", "event"): (
        Settled(1, "leg-1", CALL, ACCOUNT, settlement()),
        ProblemRaised(1, "leg-1", CALL, ACCOUNT, 12200, "warning", "", None, None, None),
    ),
    ("Requested", "url"): ("https://a.example/x", ""),
    ("Responded", "status"): (200, None),
    ("Route", "status"): ("suspended", "closed"),
    ("SendMessage", "body"): (SECRET, "hello"),
    ("SendMessage", "message"): ("SM" + "0" * 32, "SM" + "1" * 32),
    ("ServiceChanged", "state"): ("started", "failed"),
    ("Settlement", "leg"): ("inbound", "application-connect"),
    ("Speaking", "started"): (True, False),
    ("Verdict", "allow"): (True, False),
}

# Never shown: numbers, what the caller said or typed, what an application was told, tokens.
HIDDEN = {
    "address", "auth_token", "bank_account_number", "bank_routing_number", "body", "caller_name",
    "card_number", "confirmation_code", "customer_id", "data", "expiration_date", "form", "forwarded_from",
    "from_", "headers", "parameters", "password", "postal_code", "profile_id", "security_code", "settings",
    "source_ip", "target", "to", "token",
}  # fmt: skip
ALSO_HIDDEN = {
    ("Digits", "digits"), ("Pressed", "digits"), ("RecordingTranscribed", "text"), ("Relayed", "text"),
    ("RelayMessage", "text"), ("Said", "text"), ("SendDtmf", "digits"), ("SendRelay", "text"),
    ("Speech", "text"), ("Transcribed", "text"),
}  # fmt: skip
# What the dialling account chose to write, so not somebody's personal data.
SHOWN = {("Dialled", "customer_id"), ("SocketRequest", "target")}

# A modification has exactly one change, a call that is placed one document, and a participant may be left
# as it is; they have tests of their own.
CHOOSING = {"Modify", "ModifyConference", "ModifyParticipant", "Originate", "ReferProgress"}
CLASSES = [
    value
    for value in vars(_core).values()
    if hasattr(value, "__match_args__") and value.__name__ not in CHOOSING
]
EVENTS = [cls for cls in CLASSES if cls.__match_args__[:4] == ("at", "leg", "call", "account")]
by_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


def values(cls: type[Any], name: str) -> tuple[object, object]:
    """Return two different values for a field."""
    return ESPECIALLY.get((cls.__name__, name)) or VALUES[name]


def make(cls: type[Any], **changes: object) -> Any:  # noqa: ANN401 - any of the classes
    """Make an object of first values, with some of them changed."""
    fields = {name: values(cls, name)[0] for name in cls.__match_args__}
    return cls(**{**fields, **changes})


def test_all_classes_are_covered() -> None:
    """A class that this file overlooks would make the other tests say less than they seem to."""
    assert len(CLASSES) >= 80
    assert len(EVENTS) == 23
    values_or_not = {"Config", "Document", "Engine", "Guard", "Registry", "Request"} | CHOOSING
    classes = {name for name, value in vars(_core).items() if isinstance(value, type)}
    assert classes == values_or_not | {cls.__name__ for cls in CLASSES}


@by_class
def test_fields_are_arguments_are_match_arguments(cls: type[Any]) -> None:
    """What a constructor takes by place is what a pattern takes by place."""
    parameters = inspect.signature(cls).parameters
    assert tuple(parameters) == cls.__match_args__
    by_name = make(cls)
    by_place = cls(*(values(cls, name)[0] for name in cls.__match_args__))
    assert by_name == by_place


@by_class
def test_fields_read_as_they_were_given(cls: type[Any]) -> None:
    """Nothing is lost or normalised on the way through the core's types."""
    for which in (0, 1):
        given = {name: values(cls, name)[which] for name in cls.__match_args__}
        value = cls(**given)
        assert {name: getattr(value, name) for name in cls.__match_args__} == given


@by_class
def test_equality_and_hash_follow_every_field(cls: type[Any]) -> None:
    """Two objects are equal when all fields are, and only then."""
    value = make(cls)
    assert value == make(cls)
    assert hash(value) == hash(make(cls))
    assert value != object()
    for name in cls.__match_args__:
        first, second = values(cls, name)
        assert (value == make(cls, **{name: second})) == (first == second), name


@by_class
def test_values_are_frozen_and_final(cls: type[Any]) -> None:
    """Nobody changes a value, nobody derives from one."""
    value = make(cls)
    for name in (*cls.__match_args__, "something_new"):
        with pytest.raises(AttributeError):
            setattr(value, name, None)
    with pytest.raises(TypeError):
        type("Derived", (cls,), {})


@by_class
def test_repr_names_the_fields_and_shows_no_personal_data(cls: type[Any]) -> None:
    """A log line of any value is harmless."""
    shown = repr(make(cls))
    assert shown.startswith(f"{cls.__name__}(")
    assert SECRET not in shown
    assert CARD not in shown
    for name in cls.__match_args__:
        assert f"{name}=" in shown
        if (name in HIDDEN or (cls.__name__, name) in ALSO_HIDDEN) and (cls.__name__, name) not in SHOWN:
            assert f"{name}='" not in shown
            assert f"{name}=<" in shown or f"{name}=[" in shown


@by_class
def test_a_wrong_type_is_refused_by_the_name_of_the_field(cls: type[Any]) -> None:
    """The message says which argument is wrong."""
    for name in cls.__match_args__:
        with pytest.raises(TypeError) as refusal:
            make(cls, **{name: object()})
        assert str(refusal.value).startswith(f"{name}: "), refusal.value


@pytest.mark.parametrize(
    ("make_bad", "message"),
    [
        (lambda: HungUp("two words"), "leg: not an identifier: expected 1 to 128 printable ASCII characters"),
        (lambda: HungUp(""), "leg: not an identifier"),
        (lambda: HttpResponse("CA1:7", 200, [], b""), "reply: not an identifier: expected a CallSid"),
        (
            lambda: HttpFailure(REPLY, "bored"),
            "reason: 'bored' is not one of 'address-denied', 'bad-encoding'",
        ),
        (lambda: MediaDone(REPLY, "bored"), "failed: 'bored' is not one of 'content-type', 'retrieval'"),
        (lambda: Application("AP1", "AC1"), "account: not an identifier"),
        (lambda: Application(APPLICATION, ACCOUNT, "ftp://a.example/"), "voice_url: "),
        (lambda: Application(APPLICATION, ACCOUNT, allow=["AC1"]), "allow: not an identifier"),
        (
            lambda: Application(APPLICATION, ACCOUNT, voice_method="PUT"),
            "voice_method: .* expected GET or POST",
        ),
        (lambda: Modify(CALL, url="/relative"), "url: the URL is not absolute"),
        (lambda: Modify(CALL, status="busy"), "status: 'busy' is not one of 'canceled', 'completed'"),
        (lambda: Speech("leg-1", "yes", float("nan")), "confidence: NaN is not from 0.0 to 1.0"),
        (lambda: Speech("leg-1", "yes", 5.0), "confidence: 5 is not from 0.0 to 1.0"),
        (lambda: Speech("leg-1", "yes", -0.1), "confidence: -0.1 is not from 0.0 to 1.0"),
        (lambda: Speech("leg-1", "yes", float("inf")), "confidence: inf is not from 0.0 to 1.0"),
        (lambda: ReferProgress(REPLY), "exactly one of response and notify"),
        (lambda: ReferProgress(REPLY, response=202, notify=200), "one of response and notify"),
        (lambda: Modify(CALL), "exactly one of url, twiml and status"),
        (lambda: Modify(CALL, twiml="<Response/>", status="completed"), "exactly one of"),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(make_bad: Any, message: str) -> None:  # noqa: ANN401 - a lambda
    """The message says which argument is wrong and what would be right."""
    with pytest.raises(ValueError, match=message):
        make_bad()


def test_numbers_outside_their_range_are_refused() -> None:
    """Nothing wraps around."""
    for status in (-1, 65_536):
        with pytest.raises(ValueError, match=r"^status: expected a number from 0 to 65535"):
            HttpResponse(REPLY, status, [], b"")


@by_class
def test_every_number_says_its_argument_and_its_range(cls: type[Any]) -> None:
    """Python's own numbers have no end, those of a call have one."""
    for name in cls.__match_args__:
        if type(values(cls, name)[0]) is not int:
            continue
        for number in (-1, 10**5_000):
            with pytest.raises(ValueError, match=rf"^{name}: expected a number from 0 to [0-9]+"):
                make(cls, **{name: number})


_ORIGINATE = functools.partial(Originate, "leg-1", ACCOUNT, "+15550100", "+15550142", twiml="<Response/>")
_PARTICIPANT = functools.partial(ModifyParticipant, "CF" + "0" * 32, CALL)
_PLAIN: list[tuple[Callable[..., object], dict[str, object]]] = [
    (_ORIGINATE, {"timeout": -1, "time_limit": 2**32, "asynchronous_detection": 1, "method": b"GET"}),
    (_ORIGINATE, {"timeout": "60", "time_limit": 1.5, "status_callback_events": "answered"}),
    (functools.partial(Modify, CALL, url="https://a.example/"), {"method": 5}),
    (functools.partial(ModifyConference, "CF" + "0" * 32), {"end": "yes", "announce_method": 5}),
    (
        _PARTICIPANT,
        {"muted": 1, "hold": "yes", "coaching": 0, "end_on_exit": 1, "beep_on_exit": 1, "kick": 1},
    ),
    (_PARTICIPANT, {"hold_method": 5, "announce_method": 5}),
    (functools.partial(ReferProgress, REPLY), {"response": 70_000, "notify": -1}),
    (Config, {"hops": -1, "root_seconds": 2**64, "inbound_rate": -5, "timeline": 1, "echo": 3}),
    (_core.Guard, {"allow_private": 1, "allow": "10.0.0.0/8", "deny": [5], "own": ["x"]}),
    (Registry, {"accounts": 5, "applications": "AP", "numbers": ["+1"], "sip_domains": [5], "clients": 1}),
    (functools.partial(Registry().admit, ACCOUNT, APPLICATION), {"hops": -1}),
    (functools.partial(_core.Engine(Registry(), bytes(32)).handle, _core.Tick()), {"now": -1}),
]


@pytest.mark.parametrize(
    ("call", "name", "wrong"), [(call, *pair) for call, wrong in _PLAIN for pair in wrong.items()]
)
def test_every_argument_is_refused_by_its_name(call: Callable[..., object], name: str, wrong: object) -> None:
    """Numbers, flags and lists among them, whether they have a default or not."""
    with pytest.raises((TypeError, ValueError), match=f"^{name}: "):
        call(**{name: wrong})


@by_class
def test_a_text_is_no_list(cls: type[Any]) -> None:
    """It would be one of characters."""
    for name in cls.__match_args__:
        if type(values(cls, name)[0]) is list:
            for wrong, kind in (("answered", "str"), (5, "int")):
                with pytest.raises(TypeError, match=f"^{name}: expected a list, got {kind}$"):
                    make(cls, **{name: wrong})


@pytest.mark.parametrize(
    "change", [{"url": "https://a.example/x"}, {"twiml": "<Response/>"}, {"status": "canceled"}]
)
def test_a_modification_has_one_change(change: dict[str, str]) -> None:
    """Each alone is fine, and reads back."""
    value = Modify(CALL, **change)
    assert value == Modify(call=CALL, **change)
    assert hash(value) == hash(Modify(CALL, **change))
    assert {name: getattr(value, name) for name in ("url", "twiml", "status")} == {
        "url": None, "twiml": None, "status": None, **change,
    }  # fmt: skip
    assert value.method == "POST"
    assert Modify(CALL, url="https://a.example/x", method="get").method == "GET"


def test_optional_arguments_have_their_documented_defaults() -> None:
    """What is left out is what most callers mean."""
    assert Speech("leg-1", "yes") == Speech("leg-1", "yes", None, is_final=True)
    assert [Speech("leg-1", "yes", sure).confidence for sure in (0, 0.5, 1.0)] == [0.0, 0.5, 1.0]
    assert Verdict(REPLY, allow=True).reason == ""
    assert MediaDone(REPLY).failed is None
    assert Account(ACCOUNT, "token").status == "active"
    application = Application(APPLICATION, ACCOUNT)
    assert (application.voice_method, application.api_version) == ("POST", "2010-04-01")
    assert (application.allow, application.forbid) == (None, [])


def test_headers_and_bodies_keep_their_python_objects_cheap() -> None:
    """Any sequence of pairs is taken, and bytes of either kind."""
    response = HttpResponse(REPLY, 200, (("a", "b"),), bytearray(b"xyz"))
    assert (response.headers, response.body) == ([("a", "b")], b"xyz")
    assert response == HttpResponse(REPLY, 200, [("a", "b")], b"xyz")
    with pytest.raises(TypeError, match="headers: "):
        HttpResponse(REPLY, 200, "ab", b"")  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("cls", EVENTS, ids=lambda cls: cls.__name__)
def test_events_become_plain_dictionaries(cls: type[Any]) -> None:
    """A dictionary holds the kind and every field, takes JSON, and is not redacted."""
    event = make(cls)
    fields = event.to_dict()
    json.dumps(fields)
    assert isinstance(fields["event"], str)
    assert list(fields)[1:] == [name.rstrip("_") for name in cls.__match_args__]
    for name in cls.__match_args__:
        value = getattr(event, name)
        assert fields[name.rstrip("_")] == (value.to_dict() if isinstance(value, Settlement) else value)


def test_kinds_of_events_are_unique() -> None:
    """The kind tells which class it was."""
    assert len({make(cls).to_dict()["event"] for cls in EVENTS}) == len(EVENTS)
    assert make(Began).to_dict()["from"] == SECRET


@pytest.mark.parametrize(("amount", "price"), [(0, None), (2_500, "-0.00250"), (1_234_567, "-1.234567")])
def test_a_settlement_has_the_price_of_a_call_resource(amount: int, price: str | None) -> None:
    """Negative decimal dollars, nothing for nothing."""
    assert settlement(amount=amount).price == price


def test_a_digit_is_no_digits() -> None:
    """A value of one class never equals one of another with the same fields."""
    assert Digits("leg-1", "1") != Speech("leg-1", "1")


def test_a_request_is_ready_for_the_wire() -> None:
    """Head, body and parts agree; credentials stay out of `repr`."""
    request = request_of("http://user:pass-word@[2001:DB8::1]:8080/x?a=1#rt=1000")
    assert request.wire == request.head + request.body
    assert request.head.startswith(b"POST /x?a=1 HTTP/1.1\r\nHost: [2001:DB8::1]:8080\r\n")
    assert request.head.endswith(b"\r\n\r\n")
    assert (request.method, request.scheme, request.host, request.port) == (
        "POST",
        "http",
        "2001:db8::1",
        8080,
    )
    assert request.target == "/x?a=1"
    assert request.account == ACCOUNT
    assert ("Content-Length", str(len(request.body))) in request.headers
    assert (request.connect_timeout, request.read_timeout, request.total_timeout) == (5.0, 1.0, 15.0)
    assert request.head.count(b"\r\n") == len(request.headers) + 2
    assert "pass-word" not in repr(request)
    assert "a=1" not in repr(request)
    assert request == request_of("http://user:pass-word@[2001:DB8::1]:8080/x?a=1#rt=1000")
    assert hash(request) == hash(request_of("http://user:pass-word@[2001:DB8::1]:8080/x?a=1#rt=1000"))
    assert request != request_of("http://user:pass-word@[2001:DB8::1]:8080/y?a=1#rt=1000")
    with pytest.raises(TypeError):
        Request()


CONFERENCE = "CF" + "0" * 32


def test_a_conference_is_changed_in_one_way() -> None:
    """It ends, or everybody hears something."""
    end = ModifyConference(CONFERENCE, end=True)
    assert (end.conference, end.end, end.announce_url) == (CONFERENCE, True, None)
    news = ModifyConference(CONFERENCE, announce_url="https://a.example/news", announce_method="get")
    assert (news.announce_url, news.announce_method) == ("https://a.example/news", "GET")
    assert news != end
    for wrong in ({}, {"end": True, "announce_url": "https://a.example/news"}):
        with pytest.raises(ValueError, match="exactly one of announce_url and end"):
            ModifyConference(CONFERENCE, **wrong)  # type: ignore[arg-type]  # any of the two keywords
    with pytest.raises(ValueError, match="conference: "):
        ModifyConference(CALL, end=True)


def test_a_participant_is_changed_in_what_is_given() -> None:
    """What is not given stays as it is."""
    nothing = ModifyParticipant(CONFERENCE, CALL)
    assert (nothing.muted, nothing.hold, nothing.coach, nothing.kick) == (None, None, None, False)
    held = ModifyParticipant(CONFERENCE, CALL, hold=True, hold_url="https://a.example/hold")
    assert (held.hold, held.hold_url, held.hold_method) == (True, "https://a.example/hold", "POST")
    assert held == ModifyParticipant(CONFERENCE, CALL, hold=True, hold_url="https://a.example/hold")
    assert hash(held) != hash(nothing)
    with pytest.raises(ValueError, match="announce_method: "):
        ModifyParticipant(CONFERENCE, CALL, announce_method="PUT")


def test_the_steps_of_a_transfer_are_told_apart() -> None:
    """One code is the answer to the REFER, the other what became of the call to the target."""
    answer, news = ReferProgress(REPLY, response=202), ReferProgress(REPLY, notify=202)
    assert (answer.response, answer.notify, news.response, news.notify) == (202, None, None, 202)
    assert answer != news
    assert answer == ReferProgress(REPLY, response=202)
    assert repr(answer) == f"ReferProgress(reply='{REPLY}', response=202, notify=None)"
