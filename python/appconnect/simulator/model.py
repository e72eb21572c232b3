"""How long things take in a simulation: speech, files, tones, the silence after words."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, final

from appconnect.simulator.waiting import check_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appconnect.effects import Play, Say
    from appconnect.simulator.audio import Failed

__all__ = ["MediaModel"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MediaModel:
    """How long things take, in seconds (`twiml-voice.md` section 8).

    Attributes:
        characters_per_second: Pace of speech, of applications and callers alike.
        shortest_speech: The least that one round of speech takes, before the breaks of SSML.
        file: Length of an audio file that `files` does not know.
        files: Length of audio files by URL; or why one cannot be played: `"retrieval"` or `"content-type"`.
        texts: Length of sentences of applications, by their text; the breaks of SSML are in it.
        length: Says how long one round of a `Say` or `Play` takes; none where the rest of the model says it.
        tone: Length of a keypad tone.
        gap: Silence after a keypad tone.
        short_pause: Silence that a `w` among tones makes.
        long_pause: Silence that a `W` among tones makes.
        first_pause: Silence after which speech counts as ended where the application gives no time.
        agent: How long a virtual agent has the caller before it is through.
        transfer: SIP status codes that a `<Refer>` meets: of the answer to the REFER, and of the call to the
            target where the answer is 2xx.

    Raises:
        ValueError: A length is negative, or the pace is not above 0.
    """

    characters_per_second: float = 15.0
    shortest_speech: float = 0.5
    file: float = 5.0
    files: Mapping[str, float | Failed] = field(default_factory=lambda: MappingProxyType({}))
    texts: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    length: Callable[[Say | Play], float | None] | None = None
    tone: float = 0.1
    gap: float = 0.1
    short_pause: float = 0.5
    long_pause: float = 1.0
    first_pause: float = 1.0
    agent: float = 5.0
    transfer: tuple[int, int] = (202, 200)

    def __post_init__(self) -> None:
        """Refuse lengths that nothing can have."""
        if not self.characters_per_second > 0:
            raise ValueError(f"characters_per_second must be above 0, and is {self.characters_per_second}")
        lengths = [self.shortest_speech, self.file, self.tone, self.gap, self.short_pause, self.long_pause]
        lengths += [self.first_pause, self.agent, *self.texts.values()]
        lengths += [length for length in self.files.values() if not isinstance(length, str)]
        for length in lengths:
            check_seconds(length)

    def speech_ms(self, text: str, breaks_ms: int = 0) -> int:
        """Milliseconds that it takes to say a text once."""
        return round(max(self.shortest_speech, len(text) / self.characters_per_second) * 1_000) + breaks_ms

    def tones_ms(self, tones: str) -> int:
        """Milliseconds that it takes to play keypad tones once."""
        pauses = {"w": self.short_pause, "W": self.long_pause}
        return round(sum(pauses.get(tone, self.tone + self.gap) for tone in tones) * 1_000)

    def play_ms(self, effect: Play, measured: float | Failed | None = None) -> int | Failed:
        """Milliseconds that a `Play` takes with all its rounds, or why it cannot be played.

        Args:
            effect: It.
            measured: The length of its file, or why it cannot be played, where it was fetched.
        """
        if (told := self._told(effect)) is not None:
            return round(told * 1_000) * effect.rounds
        if effect.tones is not None:
            return self.tones_ms(effect.tones) * effect.rounds
        length = self.files.get(effect.url or "", self.file if measured is None else measured)
        return length if isinstance(length, str) else round(length * 1_000) * effect.rounds

    def say_ms(self, effect: Say) -> int:
        """Milliseconds that a `Say` takes with all its rounds."""
        if (told := self._told(effect)) is not None:
            return round(told * 1_000) * effect.rounds
        if effect.text in self.texts:
            return round(self.texts[effect.text] * 1_000) * effect.rounds
        return self.speech_ms(effect.text, effect.breaks_ms) * effect.rounds

    def _told(self, effect: Say | Play) -> float | None:
        return None if self.length is None else self.length(effect)
