"""Signatures, held against the validator of the official `twilio` package."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, VoiceResponse

from appconnect import Account, Application, Engine, PhoneNumber, Registry, sign, verify
from appconnect.effects import Fetch
from appconnect.inputs import HttpResponse, IncomingCall

if TYPE_CHECKING:
    from appconnect._core import Request

RETAIL, PAY, APP = "AC" + "a" * 32, "AC" + "b" * 32, "AP" + "b" * 32
TOKENS = {RETAIL: "retail-token", PAY: "pay-token"}
HOW_MANY = 10_000
# Letters of several scripts, and everything that URLs, forms and XML treat specially.
TEXT = string.ascii_letters + string.digits + " +&=%#?/\\'\"<>;:@[]{}|~^`!*()_-.,$\t\n" + "éßЖ中😀"


def text(rng: random.Random, longest: int) -> str:
    return "".join(rng.choices(TEXT, k=rng.randrange(longest)))


def name(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_letters + string.digits + "_", k=rng.randint(1, 12)))


def url(rng: random.Random) -> str:
    """Make a URL as people configure it: with or without port, path and query."""
    scheme = rng.choice(["http", "https"])
    port = rng.choice(["", "", ":80", ":443", f":{rng.randint(1024, 65535)}"])
    path = "/".join(name(rng) for _ in range(rng.randrange(4)))
    query = "&".join(f"{name(rng)}={name(rng)}" for _ in range(rng.randrange(3)))
    return f"{scheme}://{name(rng).lower().replace('_', '-').strip('-') or 'h'}.example{port}/{path}" + (
        f"?{query}" if query else ""
    )


def test_random_requests_are_signed_alike() -> None:
    rng = random.Random(20_221_109)
    for _ in range(HOW_MANY):
        token = name(rng)
        where = url(rng)
        params = {name(rng): text(rng, 40) for _ in range(rng.randrange(12))}
        signature = sign(token, where, list(params.items()))
        validator = RequestValidator(token)
        # The rule of voice: the port of an https URL is not signed.
        assert validator.validate(where, params, signature), (where, params)
        assert not RequestValidator(token + "x").validate(where, params, signature)
        official = validator.compute_signature(where, params)
        assert verify(token, where, list(params.items()), official), (where, params)


def crossing(rng: random.Random, method: str) -> Request:
    """Let a call cross to the paying application, with random arguments; return the request it receives."""
    registry = Registry(
        accounts=[Account(sid, token) for sid, token in TOKENS.items()],
        applications=[
            Application(APP, PAY, url(rng), voice_method=method, public_application_connect_enabled=True)
        ],
        numbers=[PhoneNumber("+15550199", RETAIL, "https://retail.example/voice")],
    )
    response = VoiceResponse()
    dial = Dial()
    application = dial.application(copy_parent_to=rng.random() < 0.5)
    application.application_sid(APP)
    for _ in range(rng.randrange(6)):
        application.parameter(name=name(rng), value=text(rng, 60).replace("\t", " ").replace("\n", " "))
    response.append(dial)
    engine = Engine(registry, rng.randbytes(32))
    (first,) = fetches(engine, IncomingCall("leg", "+15550100", "+15550199"), 0)
    answer = HttpResponse(first.reply, 200, [("Content-Type", "text/xml")], str(response).encode())
    (crossed,) = fetches(engine, answer, 1)
    assert crossed.account == PAY
    return crossed.request


def fetches(engine: Engine, item: IncomingCall | HttpResponse, now: int) -> list[Fetch]:
    return [effect for effect in engine.handle(item, now) if isinstance(effect, Fetch)]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_the_engine_sends_verifies_with_the_owners_token_only(method: str) -> None:
    rng = random.Random(7)
    for _ in range(300):
        request = crossing(rng, method)
        headers = dict(request.headers)
        form = dict(
            parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=bool(request.body))
        )
        assert bool(form) == (method == "POST")
        signature = headers["X-Twilio-Signature"]
        assert RequestValidator(TOKENS[PAY]).validate(request.url, form, signature), request.url
        assert not RequestValidator(TOKENS[RETAIL]).validate(request.url, form, signature)
