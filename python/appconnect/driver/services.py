"""Services that calls ask for and that are no media: payment gateways and text messages.

A payment connector takes a `Charge` and returns a `ChargeDone` of the same `reply`, at once or awaited:

    class Gateway:
        async def charge(self, charge: Charge) -> ChargeDone:
            result = await self.client.pay(charge.details.card_number, charge.amount, key=charge.reply)
            return ChargeDone(charge.reply, confirmation_code=result.id)

    gateways = {(SHOP, "Default"): Gateway()}
    Driver(engine, transport, media=media, connectors=lambda account, name: gateways.get((account, name)))

A `Charge` holds a card. Its `repr` shows none of it; neither does what is logged here where a connector
fails.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from appconnect.effects import Charge, SendMessage
from appconnect.inputs import ChargeDone, MessageStatus

if TYPE_CHECKING:
    from typing import TypeVar

    _T = TypeVar("_T")

__all__ = ["Connectors", "MessageHook", "PaymentConnector", "charge", "send"]

_log = logging.getLogger(__name__)

UNAVAILABLE: Final = 64002
"""The code of a payment whose connector failed or was late."""

NO_CONNECTOR: Final = 64004
"""The code of a payment to a connector that there is not."""

MESSAGE_SECONDS: Final = 60.0
"""The longest that a message may take to be sent; the engine forgets an ended call soon after."""


class PaymentConnector(Protocol):
    """A way to a payment gateway."""

    def charge(self, charge: Charge, /) -> ChargeDone | Awaitable[ChargeDone]:
        """Make a payment, or a token where there is no amount. It must not block."""


Connectors: TypeAlias = Callable[[str, str], PaymentConnector | None]
"""The connector of an account (its SID) by its name; none where there is none."""

MessageHook: TypeAlias = Callable[[SendMessage], bool | Awaitable[bool]]
"""Sends a message and says whether it was sent. A synchronous one must not block."""


def charge(connectors: Connectors | None, effect: Charge) -> ChargeDone | Awaitable[ChargeDone]:
    """Make a payment, so that whatever goes wrong is a payment that failed.

    Args:
        connectors: Where connectors are looked up; without it there are none.
        effect: What to pay; its `timeout_ms` is the longest that is waited.

    Returns:
        What became of it, or an awaitable of that which never raises (other than when it is cancelled).
    """
    try:
        connector = None if connectors is None else connectors(effect.account, effect.connector)
        if connector is None:
            message = "no payment connector of this name is installed"
            return ChargeDone(effect.reply, code=NO_CONNECTOR, message=message)
        answer = connector.charge(effect)
    except Exception as error:  # noqa: BLE001 - other people's code
        return _failed(effect, error)
    if isinstance(answer, Awaitable):
        return _charged(effect, answer)
    return _checked(effect, answer)


async def _charged(effect: Charge, answer: Awaitable[ChargeDone]) -> ChargeDone:
    try:
        return _checked(effect, await _in_time(answer, effect.timeout_ms / 1_000))
    except Exception as error:  # noqa: BLE001 - other people's code
        return _failed(effect, error)


def _checked(effect: Charge, answer: object) -> ChargeDone:
    if isinstance(answer, ChargeDone) and answer.reply == effect.reply:
        return answer
    return _failed(effect, TypeError())


def _failed(effect: Charge, error: Exception) -> ChargeDone:
    # Neither its words nor its traceback: they may hold the card.
    name, kind = effect.connector, type(error).__name__
    _log.error("%s: the payment connector %r failed with %s", effect.call, name, kind)
    return ChargeDone(effect.reply, code=UNAVAILABLE, message="the payment connector failed")


def send(hook: MessageHook | None, effect: SendMessage) -> MessageStatus | Awaitable[MessageStatus]:
    """Send a message, so that whatever goes wrong is a message that was not sent.

    Args:
        hook: Sends it; without one none is sent.
        effect: The message.

    Returns:
        What became of it, or an awaitable of that which never raises (other than when it is cancelled).
    """
    if hook is None:
        _log.warning("%s: a message was not sent, the driver has no hook for messages", effect.call)
        return MessageStatus(effect.reply, sent=False)
    try:
        answer = hook(effect)
    except Exception:  # noqa: BLE001 - other people's code
        _log.exception("%s: a message was not sent", effect.call)
        return MessageStatus(effect.reply, sent=False)
    if isinstance(answer, Awaitable):
        return _sent(effect, answer)
    return MessageStatus(effect.reply, sent=answer is True)


async def _sent(effect: SendMessage, answer: Awaitable[bool]) -> MessageStatus:
    try:
        sent = await _in_time(answer, MESSAGE_SECONDS)
    except Exception:  # noqa: BLE001 - other people's code
        _log.exception("%s: a message was not sent", effect.call)
        sent = False
    return MessageStatus(effect.reply, sent=sent is True)


async def _in_time(answer: Awaitable[_T], seconds: float) -> _T:
    """Await other people's code, so that only our own cancellation gets through.

    Raises:
        TimeoutError: It took longer.
        RuntimeError: It was cancelled by somebody else.
    """
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise RuntimeError("it was cancelled") from None
