"""Simulated audio of media streams: silence, a tone while somebody speaks, and a record of what is played."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.clock import Clock, Timer
    from appconnect.effects import OpenStream

__all__ = ["SILENCE", "TONE", "SimulatedStream"]

_FRAME_MS: Final = 20
_FRAME: Final = 160  # Bytes: 20 ms of 8,000 samples a second, one byte each.
_PER_MS: Final = 8  # Bytes.
_LOUDNESS: Final = 8_000  # Of 32,767.
_PERIODS: Final = 8  # In a frame: 400 Hz.
_BIAS: Final = 0x84
_SIDES: Final = {
    "inbound_track": ("inbound",),
    "outbound_track": ("outbound",),
    "both_tracks": ("inbound", "outbound"),
}


def _mulaw(sample: int) -> int:
    """Encode a sample as ITU-T G.711 says."""
    sign = 0x80 if sample < 0 else 0
    magnitude = abs(sample) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


SILENCE: Final = bytes([_mulaw(0)]) * _FRAME
"""What a side that says nothing sounds like for 20 ms."""

TONE: Final = bytes(
    _mulaw(round(_LOUDNESS * math.sin(2 * math.pi * _PERIODS * sample / _FRAME))) for sample in range(_FRAME)
)
"""What a side that speaks sounds like for 20 ms: 400 Hz."""


@final
class SimulatedStream:
    """One media stream of a simulated line; a `StreamPlayer` for the driver.

    Attributes:
        stream: Its SID.
        bidirectional: Whether the application may play.
        frames: How many pieces of 20 ms the application was given, of each side one.
        played: What the application played and the caller heard: mu-law, 8,000 bytes a second.
        cleared: How often the application took back what it had not played yet.
    """

    def __init__(
        self,
        effect: OpenStream,
        clock: Clock,
        sounds: Callable[[str, int], bool],
        hear: Callable[[str, bytes], object],
        changed: Callable[[], object],
    ) -> None:
        """Attach a stream to a line.

        Args:
            effect: What the core asks for.
            clock: Says when the next 20 ms are over.
            sounds: Whether a side (`inbound` or `outbound`) made a sound after a time.
            hear: Takes the audio.
            changed: Told when something was played or cleared.
        """
        self.stream = effect.stream
        self.bidirectional = effect.bidirectional
        self.frames = 0
        self.played = bytearray()
        self.cleared = 0
        self._sides = _SIDES[effect.track]
        self._clock = clock
        self._sounds = sounds
        self._hear = hear
        self._changed = changed
        self._queue: deque[tuple[bytes, Callable[[], object]]] = deque()
        self._began = 0
        self._playing: Timer | None = None
        self._next: Timer | None = clock.call_at(clock.now() + _FRAME_MS, self._frame)

    @property
    def attached(self) -> bool:
        """Whether the stream still runs."""
        return self._next is not None

    @property
    def playing(self) -> bool:
        """Whether the caller hears the application."""
        return self._playing is not None

    @property
    def played_seconds(self) -> float:
        """How long the caller heard the application, in all."""
        return len(self.played) / (_PER_MS * 1_000)

    def play(self, audio: bytes, played: Callable[[], object]) -> None:
        """Play audio after what waits (see `StreamPlayer`)."""
        self._queue.append((audio, played))
        if self._playing is None:
            self._begin()

    def clear(self) -> None:
        """Stop what plays, and forget what waits (see `StreamPlayer`)."""
        self.cleared += 1
        self._stop()
        self._changed()

    def detach(self) -> None:
        """Give nothing more (see `StreamPlayer`)."""
        self._stop()
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _begin(self) -> None:
        self._began = self._clock.now()
        length = math.ceil(len(self._queue[0][0]) / _PER_MS)
        self._playing = self._clock.call_at(self._began + length, self._done)

    def _done(self) -> None:
        audio, played = self._queue.popleft()
        self.played += audio
        self._playing = None
        if self._queue:
            self._begin()
        played()
        self._changed()

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            self._playing = None
            heard = (self._clock.now() - self._began) * _PER_MS
            self.played += self._queue[0][0][:heard]
        self._queue.clear()

    def _frame(self) -> None:
        now = self._clock.now()
        self._next = self._clock.call_at(now + _FRAME_MS, self._frame)
        self.frames += 1
        for side in self._sides:
            speaks = self._sounds(side, now - _FRAME_MS)
            self._hear(side, TONE if speaks else SILENCE)
