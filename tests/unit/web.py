"""A small web application with a menu, served over HTTP on loopback, for the tests of the command line."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.datastructures import FormData
    from starlette.requests import Request

APPLICATION = "AP" + "b" * 32

Form: TypeAlias = dict[str, str]

HOP = (
    f'<Dial action="/after"><Application copyParentTo="true" customerId="one &amp; two">'
    f"<ApplicationSid>{APPLICATION}</ApplicationSid>"
    '<Parameter name="order" value="1001"/></Application></Dial>'
)

PAGES: dict[str, str | Callable[[Form], str]] = {
    "/voice": (
        '<Gather numDigits="1" action="/menu"><Say>Press 1 to be heard, 2 to be handed over</Say></Gather>'
        "<Say>We did not hear from you</Say>"
    ),
    "/menu": lambda form: {
        "1": '<Gather input="speech" speechTimeout="2" action="/said"><Say>What is it?</Say></Gather>',
        "2": HOP,
        "3": '<Say>Please wait</Say><Pause length="120"/>',
    }.get(form["Digits"], f"<Say>You pressed {form['Digits']}</Say>"),
    "/said": lambda form: f"<Say>You said {form['SpeechResult']}</Say><Unheard/>",
    "/hop": '<Say>Here is B</Say><Hangup><Parameter name="paid" value="yes"/></Hangup>',
    "/after": lambda form: f"<Say>{form['DialCallStatus']} {form.get('ReturnParam_paid', 'nothing')}</Say>",
    "/pin": '<Gather numDigits="4" action="/menu"><Say>Your code</Say></Gather>',
    "/talk": '<Gather input="speech" speechTimeout="2" action="/number"><Say>What is it?</Say></Gather>',
    "/number": '<Gather numDigits="1" action="/menu"><Say>Which one?</Say></Gather>',
    "/broken": "<Say>unclosed",
}


class Site:
    """The application, being served.

    Attributes:
        url: Where, without a path.
        requests: What it was asked: path, form, and signature.
    """

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[str, Form, str]] = []
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        form: FormData = await request.form()
        fields = {name: str(value) for name, value in form.items()}
        self.requests.append((request.url.path, fields, request.headers.get("X-Twilio-Signature", "")))
        page = PAGES.get(request.url.path)
        if page is None:
            return Response("there is nothing here", 404)
        return Response(
            f"<Response>{page if isinstance(page, str) else page(fields)}</Response>", media_type="text/xml"
        )


@contextmanager
def serving() -> Iterator[Site]:
    """Serve the application."""
    site = Site()
    server = uvicorn.Server(
        uvicorn.Config(site.app, port=0, log_level="error", lifespan="off", ws="none", timeout_keep_alive=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.005)
    host, port = server.servers[0].sockets[0].getsockname()
    site.url = f"http://{host}:{port}"
    try:
        yield site
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
