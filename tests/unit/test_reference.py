"""The reference against the official SDK's validator and the worked example of `application-connect.md`."""

from dataclasses import replace
from itertools import count
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from benches import generate_corpus
from tests.reference import Account, Application, Call, Dispatcher, Endpoint, OutOfScopeError, Request
from tests.reference.dispatch import DocumentError
from tests.reference.request import build, idempotency_token, sign_standard

A = Account("AC000000000000000000000000000000a1", "token-of-a")
B = Account("AC000000000000000000000000000000b1", "token-of-b")
SID = "AP00000000000000000000000000000b01"
VOICE = Endpoint.parse("https://b.example:8443/voice?tenant=7#rc=2")
OPEN = Application(SID, B, VOICE, public=True)
A1 = "CA000000000000000000000000000000a1"

EXAMPLE = b"""<Response>
  <Dial action="/after-billing" timeout="20">
    <Application customerId="acme-eu" copyParentTo="true">
      <ApplicationSid>AP00000000000000000000000000000b01</ApplicationSid>
      <Parameter name="ticket" value="T-7"/>
    </Application>
  </Dial>
</Response>"""


def incoming(account: Account = A) -> Call:
    """Make the call that the dialling account answers."""
    return Call(A1, account, "+15550100", "+15550199", "https://a.example/voice")


def dispatcher(*applications: Application) -> Dispatcher:
    """Make a dispatcher whose CallSids are CA…01, CA…02 and so on."""
    numbers = count(1)
    return Dispatcher(applications or (OPEN,), lambda: f"CA{next(numbers):032x}")


def form(request: Request | None) -> dict[str, str]:
    """Read the parameters of a request, and see that it repeats none."""
    assert request is not None
    text = request.body.decode() if request.method == "POST" else urlsplit(request.url).query
    pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def verifies(request: Request, token: str) -> bool:
    """Ask the official validator."""
    params = form(request) if request.method == "POST" else {}
    signature = request.header("X-Twilio-Signature")
    return bool(RequestValidator(token).validate(request.url, params, signature))


def dial(inner: str, attributes: str = 'action="/after"') -> bytes:
    """Write a document that dials."""
    return f"<Response><Dial {attributes}>{inner}</Dial></Response>".encode()


def test_the_worked_example_there() -> None:
    step = dispatcher().dispatch(incoming(), EXAMPLE, now=0)
    assert step.request is not None
    assert (step.request.method, step.request.url) == ("POST", "https://b.example:8443/voice?tenant=7")
    assert form(step.request) == {
        "CallSid": "CA00000000000000000000000000000002",
        "AccountSid": B.sid,
        "ApplicationSid": SID,
        "CustomerId": "acme-eu",
        "Param_ticket": "T-7",
        "From": "+15550100",
        "To": "+15550199",
        "Caller": "+15550100",
        "Called": "+15550199",
        "CallStatus": "ringing",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
    }
    assert verifies(step.request, B.token)
    assert not verifies(step.request, A.token)
    assert step.call.dial is not None
    assert step.call.dial.timeout == 20
    assert step.request.header("Content-Length") == str(len(step.request.body))


def test_the_worked_example_back() -> None:
    reference = dispatcher()
    b1 = reference.dispatch(incoming(), EXAMPLE, now=1_000).call
    b1.status, b1.answered = "in-progress", 2_000
    body = b'<Response><Hangup><Parameter name="paid" value="yes"/></Hangup></Response>'
    step = reference.dispatch(b1, body, now=44_999)
    assert step.call.sid == A1
    assert step.request is not None
    assert step.request.url == "https://a.example/after-billing"
    pairs = form(step.request)
    geography = {
        name: pairs.pop(name) for name in list(pairs) if name.endswith(("City", "State", "Zip", "Country"))
    }
    assert (len(geography), set(geography.values())) == (16, {""})
    assert pairs == {
        "CallSid": A1,
        "AccountSid": A.sid,
        "From": "+15550100",
        "To": "+15550199",
        "Caller": "+15550100",
        "Called": "+15550199",
        "CallStatus": "in-progress",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
        "DialCallStatus": "completed",
        "DialCallSid": "CA00000000000000000000000000000001",
        "DialCallDuration": "42",
        "DialBridged": "true",
        "ReturnParam_paid": "yes",
    }
    assert verifies(step.request, A.token)
    assert not verifies(step.request, B.token)


@pytest.mark.parametrize(
    "noun",
    [
        f"<Application>{SID}</Application>",
        f"<Application> {SID}\n</Application>",
        f"<Application><ApplicationSid>{SID}</ApplicationSid></Application>",
        f"<Application><!-- x -->{SID}<ApplicationSid> {SID} </ApplicationSid></Application>",
    ],
)
def test_every_form_of_the_sid_gives_the_same_request(noun: str) -> None:
    pairs = form(dispatcher().dispatch(incoming(), dial(noun), now=0).request)
    assert pairs["ApplicationSid"] == pairs["To"] == pairs["Called"] == SID
    assert pairs["CustomerId"] == A.sid


def test_text_beside_parameters_is_a_sid_too() -> None:
    noun = f'<Application>{SID}<Parameter name="a" value="1"/><Parameter name="a" value="2"/></Application>'
    assert form(dispatcher().dispatch(incoming(), dial(noun), now=0).request)["Param_a"] == "2"


@pytest.mark.parametrize(
    ("caller", "application", "hops", "seen"),
    [
        (A, OPEN, 0, None),
        (B, replace(OPEN, public=False), 0, None),
        (A, replace(OPEN, public=False), 0, "21218"),
        (A, replace(OPEN, sid="AP1"), 0, "21218"),
        (A, replace(OPEN, account=replace(B, active=False)), 0, "21218"),
        (A, replace(OPEN, allow=frozenset({A.sid})), 0, None),
        (A, replace(OPEN, allow=frozenset({"AC0"})), 0, "21218"),
        (B, replace(OPEN, allow=frozenset({"AC0"})), 0, None),
        (A, replace(OPEN, public=False, allow=frozenset({A.sid})), 0, "21218"),
        (A, replace(OPEN, forbid=frozenset({A.sid})), 0, "21218"),
        (B, replace(OPEN, forbid=frozenset({B.sid})), 0, "21218"),
        (A, replace(OPEN, voice=None), 0, "21218"),
        (A, OPEN, 9, None),
        (A, OPEN, 10, "90001"),
        (A, replace(OPEN, public=False), 10, "21218"),
        (replace(A, active=False), replace(OPEN, public=False), 10, "10001"),
    ],
)
def test_who_may_dial(caller: Account, application: Application, hops: int, seen: str | None) -> None:
    call = replace(incoming(caller), hops=hops)
    pairs = form(
        dispatcher(application).dispatch(call, dial(f"<Application>{SID}</Application>"), now=0).request
    )
    if seen is None:
        assert pairs["AccountSid"] == B.sid
        assert "DialCallStatus" not in pairs
    else:
        assert (pairs["AccountSid"], pairs["CallSid"]) == (caller.sid, A1)
        assert (pairs["DialCallStatus"], pairs["ErrorCode"], pairs["DialBridged"]) == (
            "failed",
            seen,
            "false",
        )


def test_two_sids_dial_neither() -> None:
    noun = f"<Application>{SID}<ApplicationSid>AP2</ApplicationSid></Application>"
    both = dispatcher(OPEN, replace(OPEN, sid="AP2"))
    pairs = form(both.dispatch(incoming(), dial(noun), now=0).request)
    assert (pairs["DialCallStatus"], pairs["ErrorCode"]) == ("failed", "21218")


@pytest.mark.parametrize(
    ("document", "status", "bridged", "duration"),
    [
        ("<Reject/>", "no-answer", "false", None),
        ('<Reject reason="busy"><Parameter name="p" value="1"/></Reject>', "busy", "false", None),
        ('<Hangup><Parameter name="p" value="1"/></Hangup>', "completed", "true", "0"),
    ],
)
def test_how_an_application_returns(document: str, status: str, bridged: str, duration: str | None) -> None:
    reference = dispatcher()
    b1 = reference.dispatch(incoming(), dial(f"<Application>{SID}</Application>"), now=0).call
    pairs = form(reference.dispatch(b1, f"<Response>{document}</Response>".encode(), now=9_000).request)
    assert (pairs["DialCallStatus"], pairs["DialBridged"]) == (status, bridged)
    assert pairs.get("DialCallDuration") == duration
    assert pairs.get("ReturnParam_p") == ("1" if "Parameter" in document else None)


@pytest.mark.parametrize(
    ("attributes", "inner", "sent"),
    [
        ("", "", {"CustomerId": A.sid, "To": SID, "From": "+15550100"}),
        ("", 'customerId=""', {"CustomerId": A.sid}),
        ("", f'customerId="{"é" * 256}"', {"CustomerId": "é" * 256}),
        ("", f'customerId="{"é" * 257}"', {"CustomerId": A.sid}),
        ("", 'copyParentTo="yes"', {"To": SID, "Called": SID}),
        ('callerId="+15550111"', "", {"From": "+15550111", "Caller": "+15550111"}),
    ],
)
def test_what_attributes_change(attributes: str, inner: str, sent: dict[str, str]) -> None:
    body = dial(f"<Application {inner}>{SID}</Application>", attributes)
    pairs = form(dispatcher().dispatch(incoming(), body, now=0).request)
    assert {name: pairs[name] for name in sent} == sent


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("5", 5), ("600", 600), ("4", 30), ("601", 30), ("-7", 30), ("7.5", 30), ("", 30), ("\u0667", 30)],
)
def test_the_timeout_is_a_number_in_its_range(written: str, seconds: int) -> None:
    body = dial(f"<Application>{SID}</Application>", f'timeout="{written}"')
    made = dispatcher().dispatch(incoming(), body, now=0).call.dial
    assert made is not None
    assert made.timeout == seconds


@pytest.mark.parametrize("name", ["", " ", "a&#10;b", "&#9;", "a&#x7F;"])
def test_a_parameter_without_a_usable_name_is_not_sent(name: str) -> None:
    noun = f'<Application>{SID}<Parameter name="{name}" value="1"/><Parameter value="2"/></Application>'
    pairs = form(dispatcher().dispatch(incoming(), dial(noun), now=0).request)
    assert not [sent for sent in pairs if sent.startswith("Param_")]


def test_a_parameter_without_a_value_is_empty() -> None:
    noun = f'<Application>{SID}<Parameter name="From"/></Application>'
    pairs = form(dispatcher().dispatch(incoming(), dial(noun), now=0).request)
    assert (pairs["Param_From"], pairs["From"]) == ("", "+15550100")


def test_within_one_account_the_dialled_leg_is_named() -> None:
    step = dispatcher().dispatch(incoming(B), dial(f"<Application>{SID}</Application>"), now=0)
    assert step.call.dial is not None
    assert form(step.request)["ParentCallSid"] == step.call.dial.sid


@pytest.mark.parametrize(
    ("on_bridge", "answer", "status"),
    [("false", "Reject", "in-progress"), ("true", "Reject", "ringing"), ("true", "Hangup", "in-progress")],
)
def test_when_the_dialling_call_is_answered(on_bridge: str, answer: str, status: str) -> None:
    reference = dispatcher()
    body = dial(f"<Application>{SID}</Application>", f'action="/after" answerOnBridge="{on_bridge}"')
    b1 = reference.dispatch(incoming(), body, now=0).call
    pairs = form(reference.dispatch(b1, f"<Response><{answer}/></Response>".encode(), now=0).request)
    assert pairs["CallStatus"] == status


def test_reject_of_an_answered_call_is_a_hangup() -> None:
    reference = dispatcher()
    b1 = reference.dispatch(incoming(), EXAMPLE, now=0).call
    b1.status, b1.answered = "in-progress", 0
    pairs = form(reference.dispatch(b1, b'<Response><Reject reason="busy"/></Response>', now=0).request)
    assert pairs["DialCallStatus"] == "completed"


@pytest.mark.parametrize("caller", ["client:anna", "sip:anna@voice.example", "sips:anna@voice.example"])
def test_only_phone_calls_have_geography(caller: str) -> None:
    call = replace(incoming(), from_=caller)
    body = dial("<Application>AP0</Application>")
    assert "FromCity" not in form(dispatcher().dispatch(call, body, now=0).request)


def test_the_action_may_be_a_get_or_absent() -> None:
    reference = dispatcher()
    noun = f"<Application>{SID}</Application>"
    hang_up = b'<Response><Hangup><Parameter name="a" value="1 &amp; 2"/></Hangup></Response>'
    b1 = reference.dispatch(incoming(), dial(noun, 'action="after?x=1" method="GET"'), now=0).call
    request = reference.dispatch(b1, hang_up, now=0).request
    assert request is not None
    assert (request.method, request.body) == ("GET", b"")
    assert request.url.startswith("https://a.example/after?x=1&CallSid=")
    assert form(request)["ReturnParam_a"] == "1 & 2"
    assert verifies(request, A.token)
    b1 = reference.dispatch(incoming(), dial(noun, ""), now=0).call
    step = reference.dispatch(b1, hang_up, now=0)
    assert (step.call.sid, step.request) == (A1, None)


def test_a_call_that_nobody_dialled_just_ends() -> None:
    step = dispatcher().dispatch(incoming(), b"<Response><Reject/></Response>", now=0)
    assert (step.call.status, step.request) == ("no-answer", None)


def test_a_dialled_application_may_dial_on() -> None:
    third = Account("AC000000000000000000000000000000c1", "token-of-c")
    last = Application("APc", third, Endpoint.parse("http://c.example/voice"), public=True)
    reference = dispatcher(OPEN, last)
    b1 = reference.dispatch(incoming(), EXAMPLE, now=0).call
    step = reference.dispatch(b1, dial('<Application copyParentTo="true">APc</Application>'), now=0)
    pairs = form(step.request)
    assert (pairs["CustomerId"], pairs["To"], pairs["AccountSid"]) == (B.sid, "+15550199", third.sid)
    assert not [name for name in pairs if name.startswith("Param_")]
    assert step.call.hops == 2
    back = reference.dispatch(step.call, b"<Response><Hangup/></Response>", now=5_000)
    assert back.call is b1
    assert form(back.request)["CustomerId"] == "acme-eu"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 11770),
        (b"<Response>", 12100),
        (b"<!DOCTYPE Response><Response><Hangup/></Response>", 12100),
        (b"<Twiml/>", 12102),
        (b"<Response>" + b" " * 65_536 + b"</Response>", 11750),
    ],
)
def test_documents_that_cannot_run(body: bytes, code: int) -> None:
    with pytest.raises(DocumentError) as caught:
        dispatcher().dispatch(incoming(), body, now=0)
    assert caught.value.code == code


@pytest.mark.parametrize("inner", ["", "<Say>x</Say>", "<Dial>+15550123</Dial>"])
def test_what_the_reference_does_not_model_is_said(inner: str) -> None:
    with pytest.raises(OutOfScopeError):
        dispatcher().dispatch(incoming(), f"<Response>{inner}</Response>".encode(), now=0)


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://u:p@app.example:8443/v?a=1#ct=1", "https://app.example/v?a=1"),
        ("http://app.example:8080/v", "http://app.example:8080/v"),
        ("https://[2001:db8::1]:444/v", "https://[2001:db8::1]/v"),
        ("https://app.example", "https://app.example"),
    ],
)
def test_the_signed_url_has_no_port_under_https(url: str, signed: str) -> None:
    assert Endpoint.parse(url).signed == signed


# Mostly what is or is not encoded for a reason, else anything.
_TEXT = st.text(
    st.sampled_from("aZ09_.~-") | st.sampled_from(" +&=%*/:\x00\né€") | st.characters(codec="utf-8")
)


def test_the_standard_signature_is_that_of_openssl() -> None:
    account = Account(A.sid, "appconnect-test-token-0001")
    made = sign_standard(account, "id", 1_700_000_000, "b=cd")
    assert made == "v1,6TwH3ioR0CCzUPweIlK3aPkDMx+MTKVu3mQbznk/GbI="


@pytest.mark.parametrize(
    ("method", "url", "payload"),
    [
        ("POST", "https://x.example/v?q=1", "a=1+2"),
        ("GET", "https://x.example/v?q=1", "q=1&a=1+2"),
        ("GET", "https://x.example/v", "a=1+2"),
    ],
)
def test_the_standard_signature_covers_the_body_or_the_query(method: str, url: str, payload: str) -> None:
    request = build(B, Endpoint.parse(url, method), {"a": "1 2"}, "token", now=1_700_000_000_999)
    assert (request.header("webhook-id"), request.header("webhook-timestamp")) == ("token", "1700000000")
    assert request.header("webhook-signature") == sign_standard(B, "token", 1_700_000_000, payload)


_FORMS = st.dictionaries(_TEXT.filter(bool), _TEXT, min_size=1)


@given(
    _FORMS,
    st.sampled_from(["GET", "POST"]),
    st.sampled_from(["https://x.example/v", "http://x.example:81/v?q=1"]),
)
def test_every_signature_verifies(pairs: dict[str, str], method: str, url: str) -> None:
    request = build(B, Endpoint.parse(url, method), pairs, "token", now=0)
    assert verifies(request, B.token)
    assert not verifies(request, A.token)


def test_tokens_are_uuids_of_the_step() -> None:
    assert idempotency_token("CA" + "0" * 30 + "ff", 0x0F) == "00000000-0000-8000-a000-0000000000f0"


def test_the_corpus_of_the_benches_is_what_its_generator_writes() -> None:
    assert generate_corpus.stale() == []


def test_a_request_is_written_as_http() -> None:
    """The request line has path and query, a blank line ends the head, and only a POST has a body."""
    for method in ("GET", "POST"):
        voice = Endpoint.parse("https://b.example:8443/voice?tenant=7", method)
        request = build(B, voice, {"To": "+1"}, "token", 1_000)
        head, _, body = request.wire.partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        target = "/voice?tenant=7" if method == "POST" else "/voice?tenant=7&To=%2B1"
        assert line == f"{method} {target} HTTP/1.1"
        assert [tuple(field.split(": ", 1)) for field in fields] == list(request.headers)
        assert body == (b"To=%2B1" if method == "POST" else b"")
