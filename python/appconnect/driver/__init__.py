"""Performs what the engine asks for, on asyncio: webhooks, sockets, policies, timers; media by a `Media`."""

from __future__ import annotations

from appconnect.driver.loop import Driver
from appconnect.driver.media import Media, MediaEffect, StreamAudio, StreamPlayer

__all__ = ["Driver", "Media", "MediaEffect", "StreamAudio", "StreamPlayer"]
