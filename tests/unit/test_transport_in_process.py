"""Applications in this process: ASGI, WSGI, and plain functions."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
from typing import TYPE_CHECKING, Any

import flask
import pytest
import starlette.applications
import starlette.requests
import starlette.responses
import starlette.routing
from twilio.twiml.voice_response import VoiceResponse

from appconnect.transport import (
    BODY_LIMIT,
    AsgiTransport,
    CallableTransport,
    Failure,
    FailureReason,
    FormRequest,
    Response,
    Transport,
    WsgiTransport,
)
from tests.unit.misbehaving import TWIML, Webhook, webhook

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

TEXT = TWIML.decode()


def ask(transport: Transport, request: Webhook | None = None) -> Response | Failure:
    async def work() -> Response | Failure:
        outcome = await transport.exchange(request or webhook(80, "/voice"))
        await transport.aclose()
        return outcome

    return asyncio.run(work())


def response(outcome: Response | Failure) -> Response:
    assert isinstance(outcome, Response), outcome
    return outcome


# Functions.


class Document:
    def to_xml(self) -> str:
        return TEXT


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (TEXT, 200, TWIML),
        (TWIML, 200, TWIML),
        (Document(), 200, TWIML),
        ((201, [("X-A", "b")], TEXT), 201, TWIML),
        ((200, [("Content-Encoding", "gzip")], gzip.compress(TWIML)), 200, TWIML),
        (Response(503, [], b"no"), 503, b"no"),
        (None, 204, b""),
        (42, 500, b"Internal Server Error"),
    ],
    ids=["text", "bytes", "document", "parts", "packed", "response", "nothing", "nonsense"],
)
def test_what_a_function_may_answer(answer: Any, status: int, body: bytes) -> None:  # noqa: ANN401
    def plain(_request: FormRequest) -> Any:  # noqa: ANN401
        return answer

    async def coroutine(_request: FormRequest) -> Any:  # noqa: ANN401
        await asyncio.sleep(0)
        return answer

    for function in (plain, coroutine):
        outcome = response(ask(CallableTransport(function)))
        assert (outcome.status, outcome.body) == (status, body)


def test_twiml_from_a_function_is_xml() -> None:
    assert response(ask(CallableTransport(lambda _: TEXT))).headers == [
        ("Content-Type", "text/xml; charset=utf-8")
    ]


def test_a_voice_response_of_the_twilio_library_is_an_answer() -> None:
    def voice(_request: FormRequest) -> Any:  # noqa: ANN401
        document = VoiceResponse()
        document.say("Hello")
        return document

    assert b"<Say>Hello</Say>" in response(ask(CallableTransport(voice))).body


def test_a_function_sees_the_webhook() -> None:
    seen: list[FormRequest] = []
    transport = CallableTransport(seen.append)
    ask(transport, webhook(8080, "/voice?a=1&a=2", body=b"From=%2B15005550006&Digits=&x=1&x=%C3%A9+b"))
    ask(transport, webhook(8080, "/voice?a=1&a=2", method="GET"))
    post, get = seen
    assert (post.method, post.url, post.path) == ("POST", "http://127.0.0.1:8080/voice?a=1&a=2", "/voice")
    assert post.query == {"a": "2"}
    assert post.form == {"From": "+15005550006", "Digits": "", "x": "é b"}
    assert post.pairs[-2:] == [("x", "1"), ("x", "é b")]
    assert post.headers["i-twilio-idempotency-token"] == "7f1c"
    assert (get.method, get.form, get.pairs) == ("GET", {"a": "2"}, [("a", "1"), ("a", "2")])


@pytest.mark.parametrize("size", [BODY_LIMIT, BODY_LIMIT + 1])
def test_the_body_limit_holds_in_process(size: int) -> None:
    outcome = ask(CallableTransport(lambda _: b"x" * size))
    if size > BODY_LIMIT:
        assert isinstance(outcome, Failure)
        assert outcome.reason is FailureReason.TOO_LARGE
    else:
        assert response(outcome).body == b"x" * size


# Whatever kind it is: an exception is a 500 and is logged, and a slow application runs into the total time.


def failing() -> list[Transport]:
    def function(_request: FormRequest) -> str:
        raise LookupError("the menu is gone")

    async def coroutine(_request: FormRequest) -> str:
        raise LookupError("the menu is gone")

    async def asgi(_scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401
        raise LookupError("the menu is gone")

    def wsgi(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:  # noqa: ANN401
        raise LookupError("the menu is gone")

    def wsgi_late(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:  # noqa: ANN401
        start("200 OK", [])
        yield b"<Response>"
        raise LookupError("the menu is gone")

    return [
        CallableTransport(function),
        CallableTransport(coroutine),
        AsgiTransport(asgi),
        WsgiTransport(wsgi),
        WsgiTransport(wsgi, in_thread=True),
        WsgiTransport(wsgi_late),
    ]


@pytest.mark.parametrize(
    "transport",
    failing(),
    ids=["function", "coroutine", "asgi", "wsgi", "wsgi in a thread", "wsgi in its body"],
)
def test_an_exception_is_a_500_and_its_traceback_is_logged(
    transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    assert response(ask(transport, webhook(80, "/voice?secret=1"))).status == 500
    assert "LookupError: the menu is gone" in caplog.text
    assert "/voice" in caplog.text
    assert "secret" not in caplog.text


def test_a_slow_application_runs_into_the_total_time() -> None:
    async def function(_request: FormRequest) -> str:
        await asyncio.sleep(3600)
        return TEXT

    async def asgi(_scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401
        await asyncio.sleep(3600)

    def wsgi(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:  # noqa: ANN401
        time.sleep(0.5)
        return []

    for transport in (
        CallableTransport(function),
        AsgiTransport(asgi, lifespan=False),
        WsgiTransport(wsgi, in_thread=True),
    ):
        outcome = ask(transport, webhook(80, total_timeout=0.1))
        assert isinstance(outcome, Failure)
        assert outcome.reason is FailureReason.TIMEOUT


def test_an_applications_own_timeout_error_is_its_failure_and_not_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def function(_request: FormRequest) -> str:
        raise TimeoutError("the database is slow")

    assert response(ask(CallableTransport(function))).status == 500
    assert "the database is slow" in caplog.text


# ASGI.


class Asgi:
    """An application that follows a script of messages."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = messages
        self.scope: dict[str, Any] = {}
        self.received: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        self.scope = dict(scope)
        self.received.append(await receive())
        for message in self.messages:
            await send(message)


START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/xml")]}


def piece(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


def test_an_asgi_application_sees_the_request_and_answers_in_pieces() -> None:
    application = Asgi(START, piece(TWIML[:9], more=True), piece(TWIML[9:], more=True), piece(b""))
    request = webhook(8443, "/v%C3%B6ice/a%2Fb?x=%20&y", scheme="https", host="app.example")
    outcome = response(ask(AsgiTransport(application, lifespan=False), request))
    assert outcome == Response(200, [("content-type", "text/xml")], TWIML)
    scope = application.scope
    assert (scope["method"], scope["scheme"], scope["server"]) == ("POST", "https", ("app.example", 8443))
    assert (scope["path"], scope["raw_path"]) == ("/vöice/a/b", b"/v%C3%B6ice/a%2Fb")
    assert scope["query_string"] == b"x=%20&y"
    assert (b"host", b"app.example:8443") in scope["headers"]
    assert application.received == [{"type": "http.request", "body": b"CallSid=CA1", "more_body": False}]


@pytest.mark.parametrize(
    ("messages", "outcome"),
    [
        ([], "500"),
        ([START], "truncated"),
        ([START, piece(b"<Resp", more=True)], "truncated"),
        ([piece(TWIML)], "500"),
        ([START, START], "truncated"),
        ([START, piece(TWIML), piece(TWIML)], "200"),
        ([{"type": "nonsense"}], "500"),
    ],
)
def test_an_asgi_application_that_breaks_the_protocol(messages: list[dict[str, Any]], outcome: str) -> None:
    got = ask(AsgiTransport(Asgi(*messages), lifespan=False))
    assert (got.reason.value if isinstance(got, Failure) else str(got.status)) == outcome


def test_a_background_task_goes_on_after_the_answer() -> None:
    finished: list[bool] = []

    async def application(_scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        await receive()
        await send(START)
        await send(piece(TWIML))
        assert (await receive())["type"] == "http.disconnect"
        await asyncio.sleep(0.05)
        finished.append(True)

    async def work() -> None:
        transport = AsgiTransport(application, lifespan=False)
        assert response(await transport.exchange(webhook(80))).body == TWIML
        assert finished == []
        await asyncio.sleep(0.1)
        assert finished == [True]
        await transport.aclose()

    asyncio.run(work())


def test_the_lifespan_is_started_once_and_ended() -> None:
    events: list[str] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                events.append(message["type"])
                scope["state"]["menu"] = "ready"
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        await receive()
        events.append(scope["state"]["menu"])
        await send(START)
        await send(piece(TWIML))

    async def work() -> None:
        async with AsgiTransport(application) as transport:
            await asyncio.gather(*(transport.exchange(webhook(80)) for _ in range(3)))

    asyncio.run(work())
    assert events == ["lifespan.startup", "ready", "ready", "ready", "lifespan.shutdown"]


def test_a_start_up_that_fails_is_told_to_whoever_asks() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        assert scope["type"] == "lifespan"
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    async def work() -> None:
        async with AsgiTransport(application) as transport:
            for _ in range(2):
                with pytest.raises(RuntimeError, match="no database"):
                    await transport.exchange(webhook(80))

    asyncio.run(work())


def hanging_start(events: list[str], go: asyncio.Event) -> Callable[[Any, Any, Any], Awaitable[None]]:
    """An application whose start-up takes until it is let go."""

    async def application(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        if scope["type"] == "lifespan":
            events.append((await receive())["type"])
            await go.wait()
            await send({"type": "lifespan.startup.complete"})
            events.append((await receive())["type"])
            await send({"type": "lifespan.shutdown.complete"})
            return
        await receive()
        await send(START)
        await send(piece(TWIML))

    return application


def test_a_start_up_that_hangs_uses_up_the_time_of_the_exchange_and_goes_on() -> None:
    async def work() -> None:
        events: list[str] = []
        go = asyncio.Event()
        async with AsgiTransport(hanging_start(events, go)) as transport:
            started = time.perf_counter()
            outcomes = await asyncio.gather(
                *(transport.exchange(webhook(80, total_timeout=seconds)) for seconds in (0.05, 0.1, 0.1))
            )
            assert [type(outcome) for outcome in outcomes] == [Failure] * 3
            assert time.perf_counter() - started < 1
            cancelled = asyncio.create_task(transport.exchange(webhook(80)))
            await asyncio.sleep(0.01)
            cancelled.cancel()
            await asyncio.gather(cancelled, return_exceptions=True)
            go.set()
            assert response(await transport.exchange(webhook(80))).body == TWIML
        assert events == ["lifespan.startup", "lifespan.shutdown"]

    asyncio.run(work())


def test_closing_during_the_start_up_leaves_nothing_behind() -> None:
    async def work() -> None:
        events: list[str] = []
        transport = AsgiTransport(hanging_start(events, asyncio.Event()))
        waiting = asyncio.create_task(transport.exchange(webhook(80)))
        await asyncio.sleep(0.01)
        async with asyncio.timeout(1):
            await transport.aclose()
            with pytest.raises(RuntimeError, match="closed during"):
                await waiting
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(work())


@pytest.mark.parametrize("size", [1, 1_000, BODY_LIMIT + 1])
@pytest.mark.parametrize("status", [200, 500])
def test_an_asgi_answer_without_an_end_is_cut_off_at_the_cap(
    caplog: pytest.LogCaptureFixture, size: int, status: int
) -> None:
    ended: list[int] = []

    async def application(_scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        await receive()
        await send({**START, "status": status})
        sent = 0
        try:
            while True:
                await send(piece(b"x" * size, more=True))
                sent += size
        finally:
            ended.append(sent)

    async def work() -> Response | Failure:
        async with AsgiTransport(application, lifespan=False) as transport:
            outcome = await transport.exchange(webhook(80))
            await asyncio.sleep(0)
            assert len(ended) == 1
            assert ended[0] <= BODY_LIMIT + 4 * size
            return outcome

    outcome = asyncio.run(work())
    assert not caplog.records, "it was stopped, which is no failure of its own"
    if status == 200:
        assert isinstance(outcome, Failure)
        assert outcome.reason is FailureReason.TOO_LARGE
    else:
        assert outcome == Response(500, [("content-type", "text/xml")], b"")


def test_an_asgi_answer_that_never_ends_does_not_block_the_loop() -> None:
    async def application(_scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        await receive()
        await send(START)
        while True:
            await send(piece(b"", more=True))

    async def work() -> None:
        async with AsgiTransport(application, lifespan=False) as transport:
            outcome = await transport.exchange(webhook(80, total_timeout=0.1))
            assert isinstance(outcome, Failure)
            assert outcome.reason is FailureReason.TIMEOUT

    asyncio.run(work())


# WSGI.


@pytest.mark.parametrize("by_write", [False, True])
def test_a_wsgi_answer_without_an_end_is_cut_off_at_the_cap(by_write: bool) -> None:  # noqa: FBT001
    given: list[int] = []

    def pieces() -> Iterable[bytes]:
        try:
            while True:
                given.append(1_000)
                yield b"x" * 1_000
        finally:
            given.append(0)

    def application(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:  # noqa: ANN401
        write = start("200 OK", [])
        if by_write:
            for each in pieces():
                write(each)
        return pieces()

    outcome = ask(WsgiTransport(application))
    assert isinstance(outcome, Failure)
    assert outcome.reason is FailureReason.TOO_LARGE
    assert sum(given) < BODY_LIMIT + 2_000
    assert given[-1] == 0, "the generator was closed"


def test_a_wsgi_application_may_start_its_answer_anew_after_an_error() -> None:
    def application(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:  # noqa: ANN401
        write = start("200 OK", [("Content-Encoding", "gzip")])
        write(gzip.compress(TWIML)[:9])
        start("503 Later", [], (None, None, None))
        return [b"later"]

    assert response(ask(WsgiTransport(application))) == Response(503, [], b"later")


def test_a_wsgi_application_sees_the_request() -> None:
    seen: dict[str, Any] = {}
    closed: list[bool] = []

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def application(
        environ: dict[str, Any], start: Callable[..., Callable[[bytes], None]]
    ) -> Iterable[bytes]:
        seen.update(environ)
        seen["read"] = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        write = start("200 OK", [("Content-Type", "text/xml")])
        write(TWIML[:5])
        return Body([TWIML[5:]])

    request = webhook(8080, "/v%C3%B6ice?x=%20", extra=[("X-A", "1"), ("X-A", "2")])
    outcome = response(ask(WsgiTransport(application), request))
    assert outcome == Response(200, [("Content-Type", "text/xml")], TWIML)
    assert closed == [True]
    assert (seen["REQUEST_METHOD"], seen["PATH_INFO"], seen["QUERY_STRING"]) == (
        "POST",
        "/v\xc3\xb6ice",
        "x=%20",
    )
    assert (seen["read"], seen["HTTP_X_A"], seen["wsgi.url_scheme"]) == (b"CallSid=CA1", "1,2", "http")


@pytest.mark.parametrize("in_thread", [False, True])
def test_a_wsgi_application_runs_inline_unless_told_otherwise(in_thread: bool) -> None:  # noqa: FBT001
    threads: list[threading.Thread] = []

    def application(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:  # noqa: ANN401
        threads.append(threading.current_thread())
        start("204 No Content", [])
        return []

    assert response(ask(WsgiTransport(application, in_thread=in_thread))).status == 204
    assert (threads[0] is threading.main_thread()) is not in_thread


def test_a_wsgi_application_that_never_starts_its_answer_is_a_500() -> None:
    assert response(ask(WsgiTransport(lambda _environ, _start: [TWIML]))).status == 500


# Frameworks.


def of_starlette() -> Transport:
    async def voice(request: starlette.requests.Request) -> starlette.responses.Response:
        body = (await request.body()).decode()
        return starlette.responses.Response(f"<Response><Say>{body}</Say></Response>", media_type="text/xml")

    route = starlette.routing.Route("/voice", voice, methods=["POST"])
    return AsgiTransport(starlette.applications.Starlette(routes=[route]))


def of_flask() -> Transport:
    application = flask.Flask("voice", root_path=".")

    def voice() -> flask.Response:
        return flask.Response(
            f"<Response><Say>CallSid={flask.request.form['CallSid']}</Say></Response>", mimetype="text/xml"
        )

    application.add_url_rule("/voice", view_func=voice, methods=["POST"])
    return WsgiTransport(application)


@pytest.mark.parametrize("make", [of_starlette, of_flask])
def test_a_frameworks_application_answers(make: Callable[[], Transport]) -> None:
    outcome = response(ask(make()))
    assert (outcome.status, outcome.body) == (200, b"<Response><Say>CallSid=CA1</Say></Response>")
    assert {name.lower(): value for name, value in outcome.headers}["content-type"].startswith("text/xml")
    assert response(ask(make(), webhook(80, "/nothing"))).status == 404
