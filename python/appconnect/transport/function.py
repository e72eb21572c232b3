"""A plain function as the other side of an exchange: the shortest way to write an application.

def voice(request: FormRequest) -> str:
return f"<Response><Say>You called {request.form['To']}</Say></Response>"

transport = CallableTransport(voice)
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable
from urllib.parse import parse_qsl

from appconnect.transport.exchange import (
    ClosedOnExit,
    Failure,
    FailureReason,
    HttpRequest,
    Response,
    body_limit,
)
from appconnect.transport.inside import ArrivingAnswer, Runner, server_error

_LOGGER: Final = logging.getLogger(__name__)
_XML: Final = [("Content-Type", "text/xml; charset=utf-8")]


@runtime_checkable
class XmlDocument(Protocol):
    """A document that can write itself, such as `twilio.twiml.voice_response.VoiceResponse`."""

    def to_xml(self) -> str:
        """Return the document's text."""


@dataclass(frozen=True, slots=True)
class FormRequest:
    """A webhook as a function sees it."""

    method: str
    """`GET` or `POST`."""
    url: str
    """The absolute URL, without userinfo."""
    path: str
    """The path as it stands in the URL."""
    query: dict[str, str]
    """The parameters in the URL; of a repeated name, the last value."""
    form: dict[str, str]
    """The webhook's parameters: the body's, for a GET the URL's; of a repeated name, the last value."""
    pairs: list[tuple[str, str]]
    """The webhook's parameters in their order, repetitions included."""
    headers: dict[str, str]
    """Header fields, the names in lower case."""


WebhookAnswer = str | bytes | XmlDocument | tuple[int, list[tuple[str, str]], str | bytes] | Response | None
"""What a function may answer: TwiML, as text or document; status, header fields and body; None for a 204."""

Application = Callable[[FormRequest], WebhookAnswer | Awaitable[WebhookAnswer]]
"""A function, or a coroutine function, that answers a webhook."""


class CallableTransport(ClosedOnExit):
    """Performs exchanges with a function (see `Transport`).

    An exception that escapes the function is logged with its traceback and becomes a 500, as a server would
    do.
    """

    def __init__(self, function: Application, *, runner: Runner | None = None) -> None:
        """Put a function behind a transport.

        Args:
            function: The function.
            runner: Where it is called; by default at once, inside the event loop. A coroutine that it returns
                is awaited in the event loop in any case.
        """
        self._function = function
        self._runner = runner

    async def exchange(self, request: HttpRequest) -> Response | Failure:
        """Perform one exchange (see `Transport`); the total time bounds a coroutine by the wall clock."""
        deadline = asyncio.timeout(request.total_timeout)
        try:
            asked = form_request(request)
            if self._runner is None:
                answer = self._function(asked)
            else:
                answer = await self._runner(lambda: self._function(asked))
            if inspect.isawaitable(answer):
                async with deadline:
                    answer = await answer
            response = to_response(answer)
        except Exception:
            if deadline.expired():
                return Failure(FailureReason.TIMEOUT, "no complete answer within the total time")
            _LOGGER.exception("the application failed at %s", request.target.partition("?")[0])
            return server_error()
        arriving = ArrivingAnswer(response.status, response.headers, body_limit(request))
        arriving.feed(response.body)
        return arriving.outcome()


def form_request(request: HttpRequest) -> FormRequest:
    """Return a request in the form in which a function sees it."""
    path, _, query_text = request.target.partition("?")
    query = parse_qsl(query_text, keep_blank_values=True)
    pairs = query
    if request.method != "GET":
        pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    headers = {name.lower(): value for name, value in request.headers}
    authority = headers.get("host", request.host)
    url = f"{request.scheme}://{authority}{request.target}"
    return FormRequest(request.method, url, path, dict(query), dict(pairs), pairs, headers)


def to_response(answer: object) -> Response:
    """Turn what a function answered into a response.

    Raises:
        TypeError: It is none of the kinds that `WebhookAnswer` names.
    """
    match answer:
        case None:
            return Response(204, [], b"")
        case bytes():
            return Response(200, list(_XML), answer)
        case str():
            return Response(200, list(_XML), answer.encode())
        case (int() as status, list(headers) | tuple(headers), str() | bytes() as body):
            fields = [(str(name), str(value)) for name, value in headers]
            return Response(status, fields, body.encode() if isinstance(body, str) else body)
        case XmlDocument():
            return Response(200, list(_XML), answer.to_xml().encode())
        case _:
            raise TypeError(f"an application answers with TwiML, not with {type(answer).__name__}")
