"""Two accounts and their applications, in the process, for the tests of the driver and the simulator."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import parse_qsl

from appconnect.driver.http import HttpTransport
from appconnect.registry import Account, Application, PhoneNumber, Registry
from appconnect.transport import CallableTransport, FormRequest, WebhookAnswer
from appconnect.transport.function import to_response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Sequence

T = TypeVar("T")

SENDER = "AC" + "a" * 32
RECEIVER = "AC" + "b" * 32
SENDER_APP = "AP" + "a" * 32
RECEIVER_APP = "AP" + "b" * 32
NUMBER = "+18005550199"
CALLER = "+14155550100"
ORIGIN = "http://apps.example"

Handler: TypeAlias = WebhookAnswer | Callable[[FormRequest], WebhookAnswer | Awaitable[WebhookAnswer]]
"""What is at a path: an answer, or a function that makes one."""


def registry(origin: str = ORIGIN, *, status_callback: str | None = "/status") -> Registry:
    """A number of the sender's, and a public application of the receiver's.

    The webhooks are `/voice` and `/hop`; the end of the sender's call is told to `status_callback`.
    """
    callback = None if status_callback is None else origin + status_callback
    return Registry(
        accounts=[Account(SENDER, "sender-token"), Account(RECEIVER, "receiver-token")],
        applications=[
            Application(SENDER_APP, SENDER, voice_url=origin + "/voice", status_callback=callback),
            Application(
                RECEIVER_APP, RECEIVER, voice_url=origin + "/hop", public_application_connect_enabled=True
            ),
        ],
        numbers=[PhoneNumber(NUMBER, SENDER, voice_application_sid=SENDER_APP)],
    )


class Applications(CallableTransport):
    """Answers webhooks by their path, and remembers them. What has no answer gets an empty 200."""

    def __init__(self, answers: Mapping[str, Handler]) -> None:
        super().__init__(self.answer)
        self.answers = dict(answers)
        self.requests: list[FormRequest] = []

    @property
    def paths(self) -> list[str]:
        """Where requests went, in the order in which they came."""
        return [request.path for request in self.requests]

    async def answer(self, request: FormRequest) -> WebhookAnswer:
        """Answer a webhook."""
        self.requests.append(request)
        handler = self.answers.get(request.path, "")
        answer = handler(request) if callable(handler) else handler
        return await answer if inspect.isawaitable(answer) else answer


def response(content: str) -> str:
    """A TwiML document."""
    return f"<Response>{content}</Response>"


class Anywhere:
    """A guard that lets everything pass."""

    def check(self, host: str, port: int) -> str | None:  # noqa: ARG002 - the guard's protocol
        return None

    def check_addresses(self, addresses: Sequence[str], port: int) -> str | None:  # noqa: ARG002 - the same
        return None


@asynccontextmanager
async def served(apps: Applications) -> AsyncIterator[tuple[str, HttpTransport]]:
    """The applications behind a real HTTP server: their origin, and a transport that reaches it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                line, *fields = head.rstrip().split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (field.partition(": ") for field in fields)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                method, path, _ = line.split()
                pairs = parse_qsl(body.decode(), keep_blank_values=True)
                answer = to_response(
                    await apps.answer(FormRequest(method, path, path, {}, dict(pairs), pairs, headers))
                )
                content = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
                start = f"HTTP/1.1 {answer.status} OK\r\n{content}Content-Length: {len(answer.body)}\r\n\r\n"
                writer.write(start.encode() + answer.body)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    transport = HttpTransport(Anywhere())
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", transport
        await transport.aclose()


def run(work: Coroutine[object, object, T], *, seconds: float = 20.0) -> T:
    """Run a test's coroutine on a loop of its own; one that hangs fails."""

    async def limited() -> T:
        async with asyncio.timeout(seconds):
            return await work

    return asyncio.run(limited())
