"""The registry, the address guard, the signatures and the parser through their Python face."""

from __future__ import annotations

import re
from typing import Any

import pytest

import appconnect
from appconnect import Config, Guard, RegistryError, TwimlError, _core, parse, sign, verify
from appconnect.codes import Code
from appconnect.registry import (
    Account,
    Admission,
    Application,
    Client,
    PhoneNumber,
    Registry,
    Route,
    SipDomain,
)

MAIN = "AC" + "a" * 32
SUB = "AC" + "b" * 32
STRANGER = "AC" + "c" * 32
OPEN = "AP" + "1" * 32
CLOSED = "AP" + "2" * 32
VOICE = "https://a.example/voice"
ACCOUNTS = [Account(MAIN, "token"), Account(SUB, "token", MAIN), Account(STRANGER, "token")]


def registry(**records: Any) -> Registry:  # noqa: ANN401 - one list for each kind of record
    """Make a registry of three accounts and two applications, with other records beside."""
    applications = [
        Application(
            OPEN, MAIN, VOICE, "GET", public_application_connect_enabled=True, voice_caller_id_lookup=True
        ),
        Application(CLOSED, MAIN, VOICE),
    ]
    return Registry(ACCOUNTS, applications, **records)


def test_every_kind_of_address_leads_to_its_record() -> None:
    """A route names the account and the webhooks that count."""
    built = registry(
        numbers=[
            PhoneNumber("+15550100", MAIN, "https://n.example/", status_callback="https://n.example/status")
        ],
        sip_domains=[SipDomain("Voice.Example", SUB, "https://s.example/", "GET")],
        clients=[Client("alice", MAIN, voice_url="https://ignored.example/", voice_application_sid=OPEN)],
    )
    number = built.resolve("+15550100")
    assert number == Route(
        MAIN, "active", None, "https://n.example/", "POST", None, None, "https://n.example/status", "POST",
        voice_caller_id_lookup=False,
    )  # fmt: skip
    sip = built.resolve("sip:bob@VOICE.example:5060")
    assert sip is not None
    assert (sip.account, sip.voice_url, sip.voice_method) == (SUB, "https://s.example/", "GET")
    client = built.resolve("client:alice")
    application = built.resolve(OPEN)
    assert client == application
    assert application is not None
    assert (application.application, application.voice_url, application.voice_method) == (OPEN, VOICE, "GET")
    assert application.voice_caller_id_lookup
    for nobody in ("+15550101", "sip:bob@other.example", "client:Alice", "AP" + "9" * 32, ""):
        assert built.resolve(nobody) is None


def test_records_come_from_any_iterable() -> None:
    """A generator of records will do; strangers in it will not."""
    built = Registry((account for account in ACCOUNTS), numbers=iter([PhoneNumber("+15550100", MAIN)]))
    assert built.resolve("+15550100") is not None
    with pytest.raises(TypeError):
        Registry([MAIN])  # type: ignore[list-item]  # that is the point
    with pytest.raises(TypeError):
        Registry(applications=ACCOUNTS)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ({"accounts": [ACCOUNTS[0], ACCOUNTS[0]]}, f"account {MAIN} is there twice"),
        ({"accounts": [ACCOUNTS[1]]}, f"account {SUB} has the parent {MAIN}, which is not in the registry"),
        ({"applications": [Application(OPEN, MAIN)]}, f"application {OPEN} belongs to {MAIN}"),
        (
            {"accounts": ACCOUNTS, "numbers": [PhoneNumber("+15550100", MAIN, voice_application_sid=OPEN)]},
            "phone number +15550100 is answered by",
        ),
    ],
)
def test_a_registry_that_contradicts_itself_is_refused(records: dict[str, Any], message: str) -> None:
    """The error names the record."""
    with pytest.raises(RegistryError, match=re.escape(message)):
        Registry(**records)


def test_what_looks_odd_is_a_warning() -> None:
    """A SID of another length works all the same."""
    built = Registry(ACCOUNTS, [Application("APshort", MAIN, VOICE)])
    assert len(built.warnings) == 1
    assert "APshort" in built.warnings[0]
    assert registry().warnings == []


def test_admission_tells_the_caller_less_than_the_operator() -> None:
    """A private application and none at all look alike to the account that dials."""
    built = registry()
    assert built.admit(STRANGER, OPEN) == Admission(
        allowed=True, caller_sees=None, owner_sees=None, reason=None
    )
    private, none = built.admit(STRANGER, CLOSED), built.admit(STRANGER, "AP" + "9" * 32)
    assert (private.allowed, private.caller_sees) == (none.allowed, none.caller_sees) == (False, 21218)
    assert private.reason != none.reason
    assert built.admit(MAIN, CLOSED).allowed
    assert built.admit(STRANGER, OPEN, hops=10).caller_sees == 90001
    assert built.admit(STRANGER, OPEN, hops=10, config=Config(hops=11)).allowed
    assert not built.admit(SUB, CLOSED).allowed
    assert built.admit(SUB, CLOSED, config=Config(family_connect="allow")).allowed
    assert built.admit("AC" + "f" * 32, OPEN).caller_sees == 10001
    with pytest.raises(ValueError, match="caller_account: "):
        built.admit("AC1", OPEN)


@pytest.mark.parametrize(
    ("guard", "host", "port", "allowed"),
    [
        (Guard(), "a.example", 443, True),
        (Guard(), "localhost", 443, False),
        (Guard(), "127.0.0.1", 443, False),
        (Guard(), "2130706433", 443, False),
        (Guard(), "::1", 443, False),
        (Guard(), "fe80::1%eth0", 443, False),
        (Guard(), "a.example", 6379, False),
        (Guard(), "a b", 443, False),
        (Guard(allow_private=True), "127.0.0.1", 8000, True),
        (Guard(allow_private=True), "169.254.169.254", 80, False),
        (Guard(allow_private=True, own=["127.0.0.1:8000"]), "127.0.0.1", 8000, False),
        (Guard(allow=["10.1.0.0/16"]), "10.1.2.3", 443, True),
        (Guard(allow=["10.1.0.0/16"]), "10.2.2.3", 443, False),
        (Guard(deny=["8.8.8.0/24"]), "8.8.8.8", 443, False),
    ],
)
def test_the_guard_says_why_a_host_is_refused(guard: Guard, host: str, port: int, allowed: bool) -> None:  # noqa: FBT001 - a column of the table
    """A reason in words, or `None`."""
    reason = guard.check(host, port)
    assert (reason is None) == allowed
    assert reason is None or reason.strip()


def test_one_refused_address_refuses_the_name() -> None:
    """So does none at all, and a text that is no address."""
    guard = Guard()
    assert guard.check_addresses(["93.184.216.34", "2606:2800:220:1::1"], 443) is None
    for addresses in (
        ["93.184.216.34", "10.0.0.1"],
        [],
        ["::ffff:10.0.0.1"],
        ["a.example"],
        ["fe80::1%eth0"],
    ):
        assert guard.check_addresses(addresses, 443)


def test_what_opens_a_guard_is_named_and_a_port_is_a_number() -> None:
    """A bare `True` would not say what it opens."""
    with pytest.raises(TypeError, match="positional"):
        Guard(True)  # type: ignore[call-arg]  # noqa: FBT003 - that is the point
    for judge in (Guard().check, lambda _host, port: Guard().check_addresses(["8.8.8.8"], port)):
        with pytest.raises(TypeError, match="port: "):
            judge("a.example", "443")  # type: ignore[arg-type]  # that is the point
        with pytest.raises(ValueError, match="port: expected a number from 0 to 65535"):
            judge("a.example", 65_536)


@pytest.mark.parametrize("wrong", [{"allow": ["10.0.0.0/99"]}, {"deny": ["x"]}, {"own": ["127.0.0.1"]}])
def test_a_guard_refuses_blocks_that_are_none(wrong: dict[str, list[str]]) -> None:
    """With the text that is wrong."""
    with pytest.raises(ValueError, match=re.escape(next(iter(wrong.values()))[0])):
        Guard(**wrong)  # type: ignore[arg-type]  # the keys are names of arguments


def test_signatures_are_twilios() -> None:
    """The example of the vendor's documentation, as a dictionary and as pairs in any order."""
    url = "https://example.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    assert sign("12345", url, form) == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    assert sign("12345", url, list(reversed(form.items()))) == sign("12345", url, form)
    assert verify("12345", url, form, "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    assert not verify("12346", url, form, "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    assert not verify("12345", url, {**form, "Digits": "12345"}, "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    assert not verify("12345", url, form, "not base64")
    assert verify("12345", url, [], sign("12345", url))
    with pytest.raises(ValueError, match="not absolute"):
        sign("12345", "/relative")


def test_a_document_tells_what_would_run_and_what_is_wrong() -> None:
    """Problems have places, verbs have attributes, children and text."""
    document = parse(
        b'<Response>\n<Dial action="/after" timeout="x"><Number>+15550100</Number></Dial>\n'
        b" <Nonsense/></Response>"
    )
    assert not document.fatal
    assert [(problem.code, problem.level, problem.line) for problem in document.problems] == [
        (Code.DIAL_TIMEOUT, "warning", 2),
        (Code.SCHEMA_WARNING, "warning", 3),
    ]
    assert document.problems[1].column == 2
    (dial,) = document.verbs()
    assert (dial.name, dial.line, dial.column, dial.attributes) == ("Dial", 2, 1, [("action", "/after")])
    assert [(noun.name, noun.text) for noun in dial.children] == [("Number", "+15550100")]
    assert document.omitted_problems == 0


@pytest.mark.parametrize("body", ["<Response><Say>é</Response>", "<Response><Say>é</Response>".encode()])
def test_a_document_that_cannot_run_says_where(body: str | bytes) -> None:
    """Parsing raises nothing; asking for verbs does."""
    document = parse(body)
    assert document.fatal
    (problem,) = document.problems
    assert (problem.code, problem.level, problem.line) == (Code.XML_INVALID, "error", 1)
    assert problem.column is not None
    with pytest.raises(TwimlError, match="12100"):
        document.verbs()


def test_an_answer_is_judged_by_its_content_type() -> None:
    """Plain text is spoken, audio is played, other types are no answer."""
    assert [verb.name for verb in parse(b"hello", "text/plain").verbs()] == ["Say", "Hangup"]
    play = parse(b"RIFF", "audio/wav", "https://a.example/x.wav").verbs()[0]
    assert (play.name, play.text) == ("Play", "https://a.example/x.wav")
    assert parse(b"<Response/>", "image/png").problems[0].code == Code.CONTENT_TYPE_INVALID
    assert parse(b"").problems[0].code == Code.EMPTY_BODY
    latin = parse("<Response><Say>é</Say></Response>".encode("latin-1"), "text/xml; charset=iso-8859-1")
    assert latin.verbs()[0].text == "é"
    wrong = parse("<Response><Say>é</Say>".encode("utf-16"), "text/xml")
    assert (wrong.problems[0].line, wrong.fatal) == (1, True)


def test_tables_are_plain_and_complete() -> None:
    """What the generator needs: rows of plain values, each with a name."""
    codes = _core.codes_table()
    assert {row["number"] for row in codes} == {int(code) for code in Code}
    assert all(row["level"] in {"error", "warning"} and row["meaning"] and row["effect"] for row in codes)
    schema = {row["name"]: row for row in _core.schema_table()}
    assert {"Response", "Dial", "Application", "Parameter", "Say", "break"} <= schema.keys()
    assert all(
        {"name", "value", "default", "code"} <= attribute.keys() for attribute in plain(schema["Dial"])
    )
    statuses = {row["status"]: row for row in _core.status_table()}
    assert statuses["completed"] == {"status": "completed", "terminal": True, "next": []}
    for row in statuses.values():
        assert isinstance(row["next"], list)
        assert set(row["next"]) <= statuses.keys()


def plain(row: dict[str, object]) -> list[dict[str, object]]:
    """Return the attributes of an element."""
    attributes = row["attributes"]
    assert isinstance(attributes, list)
    return attributes


def test_the_build_says_what_it_is() -> None:
    """For a report of a defect."""
    info = appconnect.build_info()
    assert info["version"] == appconnect.__version__
    assert info.keys() == {"version", "profile", "opt_level", "target"}
    assert all(info.values())
    assert all(name in vars(appconnect) for name in appconnect.__all__)
