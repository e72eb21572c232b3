"""Two accounts and their applications, in the process, for the tests of the driver and the simulator."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from appconnect.registry import Account, Application, PhoneNumber, Registry
from appconnect.transport import Answer, CallableTransport, FormRequest

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

SENDER = "AC" + "a" * 32
RECEIVER = "AC" + "b" * 32
SENDER_APP = "AP" + "a" * 32
RECEIVER_APP = "AP" + "b" * 32
NUMBER = "+18005550199"
CALLER = "+14155550100"
ORIGIN = "http://apps.example"

Handler: TypeAlias = Answer | Callable[[FormRequest], Answer | Awaitable[Answer]]
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
        super().__init__(self._answer)
        self.answers = dict(answers)
        self.requests: list[FormRequest] = []

    @property
    def paths(self) -> list[str]:
        """Where requests went, in the order in which they came."""
        return [request.path for request in self.requests]

    async def _answer(self, request: FormRequest) -> Answer:
        self.requests.append(request)
        handler = self.answers.get(request.path, "")
        answer = handler(request) if callable(handler) else handler
        return await answer if inspect.isawaitable(answer) else answer


def response(content: str) -> str:
    """A TwiML document."""
    return f"<Response>{content}</Response>"


def run(work: Coroutine[object, object, T], *, seconds: float = 20.0) -> T:
    """Run a test's coroutine on a loop of its own; one that hangs fails."""

    async def limited() -> T:
        async with asyncio.timeout(seconds):
            return await work

    return asyncio.run(limited())
