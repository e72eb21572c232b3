"""Performs what the engine asks for, on asyncio: webhooks, notices, policies, timers; media by a `Media`."""

from __future__ import annotations

from appconnect.driver.loop import Driver
from appconnect.driver.media import Media, MediaEffect

__all__ = ["Driver", "Media", "MediaEffect"]
