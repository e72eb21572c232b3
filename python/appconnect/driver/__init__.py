"""Performs what the engine asks for, on asyncio: webhooks, sockets, policies, timers.

Media is left to a `Media`, payments to a `PaymentConnector`, text messages to a hook.
"""

from __future__ import annotations

from appconnect.driver.loop import Driver
from appconnect.driver.media import Media, MediaEffect, StreamAudio, StreamPlayer
from appconnect.driver.services import Connectors, MessageHook, PaymentConnector

__all__ = [
    "Connectors",
    "Driver",
    "Media",
    "MediaEffect",
    "MessageHook",
    "PaymentConnector",
    "StreamAudio",
    "StreamPlayer",
]
