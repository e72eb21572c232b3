"""Acts of services outside: payment gateways, senders of messages, transcribers, SIP peers.

Each answers the oldest question of its kind; a peer tells of the oldest transfer as often as it likes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from appconnect.effects import Refer, Transcribe
from appconnect.inputs import ChargeDone, RecordingTranscribed, ReferProgress
from tests.scenarios.names import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.driver import MediaEffect
    from appconnect.effects import Charge, SendMessage
    from appconnect.inputs import Input
    from appconnect.simulator import SimulatedMedia
    from tests.scenarios.reading import Fields
    from tests.scenarios.stage import Stage

_T = TypeVar("_T")


class Services:
    """Questions that wait for an answer, oldest first. It is the connector of every account and name."""

    def __init__(self, media: SimulatedMedia) -> None:
        self.charges: deque[tuple[Charge, asyncio.Future[ChargeDone]]] = deque()
        self.messages: deque[asyncio.Future[bool]] = deque()
        self.recordings: deque[str] = deque()
        self.transfers: deque[str] = deque()
        self._media = media

    def connector(self, _account: str, _name: str) -> Services:
        """The one connector."""
        return self

    async def charge(self, charge: Charge, /) -> ChargeDone:
        """Wait for the act."""
        future: asyncio.Future[ChargeDone] = asyncio.get_running_loop().create_future()
        self.charges.append((charge, future))
        return await future

    async def send(self, _: SendMessage) -> bool:
        """Wait for the act."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.messages.append(future)
        return await future

    def bind(self, submit: Callable[[Input], None], /) -> None:
        """As a media plane."""
        self._media.bind(submit)

    def perform(self, effect: MediaEffect, /) -> None:
        """As a media plane: what the simulated one would answer at once waits for its act."""
        match effect:
            case Refer(reply):
                self.transfers.append(reply)
            case Transcribe(reply):
                self.recordings.append(reply)
            case _:
                self._media.perform(effect)


def _oldest(waiting: deque[_T]) -> _T:
    if not waiting:
        raise ScenarioError("nothing waits for this")
    return waiting.popleft()


async def act(stage: Stage, kind: str, value: str, keys: Fields) -> None:
    """Do one of the acts of this file."""
    services = stage.services
    match kind:
        case "charged":
            charge, answer = _oldest(services.charges)
            answer.set_result(_charged(charge.reply, value, keys))
            await stage.settle()
        case "sent":
            sent = _oldest(services.messages)
            sent.set_result(_either(kind, value))
            await stage.settle()
        case "transcribed":
            await stage.give(RecordingTranscribed(_oldest(services.recordings), value or None))
        case _:
            if not services.transfers:
                raise ScenarioError("nothing waits for this")
            reply = services.transfers[0]
            if not (value.isascii() and value.isdecimal()):
                raise ScenarioError(f"{kind}: {value} is no SIP status code")
            response = kind == "refer_response"
            code = int(value)
            progress = ReferProgress(reply, response=code) if response else ReferProgress(reply, notify=code)
            await stage.give(progress)


def _either(kind: str, value: str) -> bool:
    if value not in {"yes", "no"}:
        raise ScenarioError(f"{kind}: {value} is neither yes nor no")
    return value == "yes"


def _charged(reply: str, value: str, keys: Fields) -> ChargeDone:
    if _either("charged", value):
        return ChargeDone(
            reply,
            token=keys.text("token"),
            confirmation_code=keys.text("confirmation"),
            profile_id=keys.text("profile"),
        )
    code = keys.text("code") or "0"
    return ChargeDone(
        reply,
        code=int(code) if code.isdecimal() else 0,
        message=keys.text("message") or "",
        connector_error=keys.text("words"),
    )
