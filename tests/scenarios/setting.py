"""The world of a scenario: accounts, numbers, applications, the engine's choices, media, and answers of URLs.

What a file leaves out is the default set-up that `docs/scenarios.md` shows.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from appconnect import Config
from appconnect.errors import AppConnectError
from appconnect.registry import Account, Application, Client, PhoneNumber, Registry, SipDomain
from appconnect.simulator import MediaModel
from appconnect.transport import Failure, FailureReason, Response
from tests.scenarios.names import Names, ScenarioError
from tests.scenarios.reading import ABSENT, Fields, number, plain

HOME: Final = "https://alpha.example"
CALLER: Final = "+15550100"
NUMBER: Final = "+15550199"
ACCOUNTS: Final = ("alpha", "beta", "gamma")
APPLICATIONS: Final = {
    "own": ("alpha", "/own"),
    "billing": ("beta", "/voice"),
    "archive": ("gamma", "/voice"),
}
"""Owner and voice URL of the applications that are always there; those of others are public."""

MODEL_TIMES: Final = (
    "characters_per_second",
    "shortest_speech",
    "file",
    "tone",
    "gap",
    "short_pause",
    "long_pause",
    "first_pause",
)


@dataclass(frozen=True)
class Answer:
    """What a URL answers, and milliseconds until it does; no outcome is an answer that never comes."""

    after: int
    outcome: Response | Failure | None


@dataclass(frozen=True)
class Setup:
    """Everything that a stage needs."""

    registry: Registry
    config: Config
    model: MediaModel
    documents: dict[str, deque[Answer]]
    names: Names


def sid(prefix: str, name: str) -> str:
    """A SID that follows from a name: its bytes at the end of the 32 digits."""
    return prefix + name.encode().hex().rjust(32, "0")


def whole(url: str) -> str:
    """A URL of a scenario, made whole."""
    return HOME + url if url.startswith("/") else url


def milliseconds(seconds: float) -> int:
    """Seconds of a file in milliseconds."""
    return round(seconds * 1_000)


def read(file: Fields) -> Setup:
    """Read the set-up of a file; everything else must have been taken from it."""
    names = Names()
    accounts = _accounts(file, names)
    applications = _applications(file, names)
    try:
        registry = Registry(accounts, applications, **_callees(file))
    except AppConnectError as error:
        raise ScenarioError(str(error)) from error
    config = _config(file)
    model = _media(file)
    documents: dict[str, deque[Answer]] = {}
    for url, answers in file.entries("documents"):
        listed = answers if isinstance(answers, list) else [answers]
        documents[whole(url)] = deque(_answer(f"documents: {url}", answer) for answer in listed)
    file.done()
    return Setup(registry, config, model, documents, names)


def _with_defaults(file: Fields, key: str, always: tuple[str, ...] = ()) -> list[tuple[str, Fields]]:
    given: dict[str, Any] = {name: {} for name in always} | dict(file.entries(key))
    return [(name, Fields(f"{key}.{name}", fields)) for name, fields in sorted(given.items())]


def _accounts(file: Fields, names: Names) -> list[Account]:
    accounts = []
    for name, fields in _with_defaults(file, "accounts", ACCOUNTS):
        parent = fields.text("parent")
        status = fields.text("status") or "active"
        fields.done()
        parent_sid = None if parent is None else sid("AC", parent)
        accounts.append(Account(sid("AC", name), f"token-of-{name}", parent=parent_sid, status=status))
        names.bind(name, sid("AC", name))
    return accounts


def _webhooks(fields: Fields, owner: str, voice: str | None) -> dict[str, Any]:
    """The webhooks of an account's thing; an empty text takes away one that would be there by default."""
    keywords: dict[str, Any] = {}
    for key, keyword in (
        ("voice", "voice_"),
        ("fallback", "voice_fallback_"),
        ("status_callback", "status_callback_"),
    ):
        url = fields.text(key)
        url = (voice if key == "voice" else None) if url is None else url
        method = fields.text(f"{key}_method") or "POST"
        if method not in {"GET", "POST"}:
            raise ScenarioError(f"{key}_method: {method} is neither GET nor POST")
        if url:
            url = f"https://{owner}.example{url}" if url.startswith("/") else url
            keywords["status_callback" if key == "status_callback" else f"{keyword}url"] = url
            keywords[f"{keyword}method"] = method
    return keywords


def _applications(file: Fields, names: Names) -> list[Application]:
    applications = []
    for name, fields in _with_defaults(file, "applications", tuple(APPLICATIONS)):
        default_owner, voice = APPLICATIONS.get(name, (None, None))
        owner = fields.text("account") or default_owner
        if owner is None:
            raise ScenarioError(f"applications.{name}: account is missing")
        webhooks = _webhooks(fields, owner, voice)
        own_sid = fields.text("sid") or sid("AP", name)
        public = fields.flag("public")
        allow, forbid = fields.texts("allow"), fields.texts("forbid")
        lookup = fields.flag("caller_name_lookup")
        fields.done()
        names.bind(name, own_sid)
        applications.append(
            Application(
                own_sid,
                sid("AC", owner),
                friendly_name=name,
                public_application_connect_enabled=owner != "alpha" if public is None else public,
                voice_caller_id_lookup=bool(lookup),
                allow=None if allow is None else [sid("AC", account) for account in allow],
                forbid=[sid("AC", account) for account in forbid or []],
                **webhooks,
            )
        )
    return applications


def _handler(fields: Fields, owner: str, voice: str | None = None) -> dict[str, Any]:
    application = fields.text("application")
    if application is not None:
        return {"voice_application_sid": sid("AP", application)}
    return _webhooks(fields, owner, voice)


def _callees(file: Fields) -> dict[str, Any]:
    numbers, domains, clients = [], [], []
    for called, fields in _with_defaults(file, "numbers", (NUMBER,)):
        owner = fields.text("account") or "alpha"
        handler = _handler(fields, owner, "/voice" if called == NUMBER else None)
        lookup = bool(fields.flag("caller_name_lookup"))
        fields.done()
        numbers.append(PhoneNumber(called, sid("AC", owner), voice_caller_id_lookup=lookup, **handler))
    for domain, fields in _with_defaults(file, "sip_domains"):
        owner = fields.text("account") or "alpha"
        domains.append(SipDomain(domain, sid("AC", owner), **_handler(fields, owner)))
        fields.done()
    for identity, fields in _with_defaults(file, "clients"):
        owner = fields.text("account") or "alpha"
        clients.append(Client(identity, sid("AC", owner), **_handler(fields, owner)))
        fields.done()
    return {"numbers": numbers, "sip_domains": domains, "clients": clients}


def _config(file: Fields) -> Config:
    given: dict[str, Any] = dict(file.entries("config"))
    for name, value in given.items():
        try:
            Config(**{name: value})
        except (TypeError, ValueError, AppConnectError) as error:
            message = f"config: there is no {name}, or it cannot be set to this"
            raise ScenarioError(message) from error
    return Config(**given, timeline=True)


def _media(file: Fields) -> MediaModel:
    value = file.take("media")
    if value is ABSENT:
        return MediaModel()
    fields = Fields("media", value)
    files: dict[str, Any] = {}
    for url, length in fields.entries("files"):
        if number(length) is None and length not in {"retrieval", "content-type"}:
            raise ScenarioError(f'media: {url} takes seconds, or is "retrieval" or "content-type"')
        files[whole(url)] = length
    times = {name: fields.number(name) for name in MODEL_TIMES}
    fields.done()
    given: dict[str, Any] = {name: time for name, time in times.items() if time is not None}
    return MediaModel(files=files, **given)


def _answer(what: str, value: object) -> Answer:
    if isinstance(value, str):
        return Answer(0, _document(value, [], "text/xml", 200))
    fields = Fields(what, value)
    after = milliseconds(fields.number("after") or 0)
    reason = fields.text("fails")
    outcome: Response | Failure | None = None
    if reason is not None:
        if reason not in set(FailureReason):
            raise ScenarioError(f"{what}: no such failure: {reason}")
        outcome = Failure(FailureReason(reason), "as the scenario says")
    elif not fields.flag("never"):
        outcome = _http(what, fields)
    fields.done()
    return Answer(after, outcome)


def _http(what: str, fields: Fields) -> Response:
    status = int(fields.number("status") or 200)
    headers: list[tuple[str, str]] = []
    for name, value in fields.entries("headers"):
        for one in value if isinstance(value, list) else [value]:
            text = plain(one)
            if text is None:
                raise ScenarioError(f"{what}: headers are texts")
            headers.append((name, text))
    given_type = fields.text("type")
    of_type = "text/xml" if given_type is None else given_type
    pad = int(fields.number("pad") or 0)
    twiml, body = fields.text("twiml"), fields.text("body")
    if twiml is not None and body is not None:
        raise ScenarioError(f"{what}: either twiml or body")
    if twiml is not None:
        response = _document(twiml, headers, of_type, status)
    elif body is not None:
        response = _typed(body, headers, of_type, status)
    else:
        response = _typed("", headers, given_type or "", status)
    return response._replace(body=response.body.ljust(pad))


def _document(text: str, headers: list[tuple[str, str]], of_type: str, status: int) -> Response:
    """A document: its root may be left out."""
    has_root = text.lstrip().startswith(("<Response", "<?xml"))
    return _typed(text if has_root else f"<Response>{text}</Response>", headers, of_type, status)


def _typed(body: str, headers: list[tuple[str, str]], of_type: str, status: int) -> Response:
    content_type = [("Content-Type", of_type)] if of_type else []
    return Response(status, [*headers, *content_type], body.encode())
