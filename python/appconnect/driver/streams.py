"""Twilio's Media Streams protocol: the audio of a line over a WebSocket (`twiml-voice.md` section 7).

The core says which streams are opened and closed, the media plane has the audio (see `StreamAudio`), and this
room speaks the protocol in between: JSON text frames, numbers as strings, 20 ms of mu-law audio a `media`.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode, b64encode
from collections import deque
from typing import TYPE_CHECKING, Any, Final, final

from appconnect.driver.channel import Channel
from appconnect.driver.media import StreamAudio
from appconnect.inputs import StreamEvent
from appconnect.transport.socket import open_socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.driver.media import StreamPlayer
    from appconnect.effects import OpenStream
    from appconnect.inputs import Input
    from appconnect.transport.socket import SocketEnd

FRAME_MS: Final = 20
"""Milliseconds of audio in one `media` message."""

_FORMAT: Final = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
_UNREAD: Final = 500  # Messages that may wait for an application that does not read: ten seconds. Our choice.
_UNPLAYED: Final = 8_000 * 600  # Bytes of audio that may wait to be played: ten minutes. Our choice.
_WARNINGS: Final = 20  # Bad messages of one stream that are told of. Our choice.
_TRACKS: Final = {
    "inbound_track": ["inbound"],
    "outbound_track": ["outbound"],
    "both_tracks": ["inbound", "outbound"],
}


class _InvalidMessageError(ValueError):
    """A message of the application that cannot be used. The text says why."""


@final
class Stream:
    """One media stream; a `Listener` of its socket."""

    def __init__(
        self,
        effect: OpenStream,
        transport: object,
        media: object,
        submit: Callable[[Input], None],
        changed: Callable[[Channel], object],
    ) -> None:
        """Begin to open a stream.

        Args:
            effect: What the core asks for.
            transport: Opens sockets, if it is a `SocketTransport`.
            media: Has the audio, if it is a `StreamAudio`.
            submit: Takes inputs.
            changed: Told of what the socket does; see `Channel`.
        """
        self.leg = effect.leg
        self._effect = effect
        self._media = media
        self._submit = submit
        self._sequence = 0
        self._frames: dict[str, int] = {}
        self._player: StreamPlayer | None = None
        self._unplayed = 0
        # What waits to be played, in order: bytes of audio, or the name of a mark.
        self._waiting: deque[int | str] = deque()
        self._overflows = False
        self._warnings = 0
        self.channel = Channel(open_socket(transport, effect.request, effect.account), self, changed)

    def opened(self) -> None:
        """Say hello, and begin to hear the line."""
        effect = self._effect
        if not isinstance(self._media, StreamAudio):
            self._tell("unknown", "this media plane carries no audio for streams")
            self.channel.close()
            return
        self.channel.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        start = {
            "accountSid": effect.account,
            "streamSid": effect.stream,
            "callSid": effect.call,
            "tracks": _TRACKS[effect.track],
            "mediaFormat": _FORMAT,
            "customParameters": dict(effect.parameters),
        }
        self._send("start", start=start)
        self._tell("opened")
        self._player = self._media.attach_stream(effect, self._hear)

    def received(self, message: str | bytes) -> None:
        """Take a message of the application."""
        try:
            content = json.loads(message)
        except (ValueError, RecursionError):
            self._warn("malformed", "a message is not JSON")
            return
        try:
            self._take(content)
        except _InvalidMessageError as error:
            self._warn("invalid", f"a message is not valid: {error}")

    def ended(self, end: SocketEnd) -> None:
        """Tell the core that the socket has ended."""
        self.detach()
        self._tell(end.event, end.detail)

    def dtmf(self, digits: str) -> None:
        """Tell the application which keys were pressed."""
        for digit in digits:
            self._send("dtmf", dtmf={"track": "inbound_track", "digit": digit})

    def close(self) -> None:
        """Say goodbye: the stream is over."""
        self.detach()
        if self._sequence:
            self._send("stop", stop={"accountSid": self._effect.account, "callSid": self._effect.call})
        self.channel.close()

    def detach(self) -> None:
        """Hear and play nothing any more."""
        if self._player is not None:
            self._player.detach()
            self._player = None

    def _tell(self, event: str, detail: str = "") -> None:
        self._submit(StreamEvent(self.leg, self._effect.stream, event, detail))

    def _warn(self, event: str, detail: str) -> None:
        self._warnings += 1
        if self._warnings <= _WARNINGS:
            self._tell(event, detail)

    def _send(self, event: str, **content: object) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), **content}
        self.channel.send(json.dumps({**message, "streamSid": self._effect.stream}))

    def _hear(self, track: str, audio: bytes) -> None:
        """Send audio of the line."""
        frame = self._frames.get(track, 0)
        self._frames[track] = frame + 1
        if self.channel.waiting >= _UNREAD:
            if not self._overflows:
                self._overflows = True
                self._warn("overflow", "the application does not read its stream: audio is dropped")
            return
        self._overflows = False
        media = {
            "track": track,
            "chunk": str(frame + 1),
            "timestamp": str(frame * FRAME_MS),
            "payload": b64encode(audio).decode("ascii"),
        }
        self._send("media", media=media)

    def _take(self, content: object) -> None:
        if not isinstance(content, dict) or not isinstance(event := content.get("event"), str):
            raise _InvalidMessageError("it has no event")
        if not self._effect.bidirectional:
            raise _InvalidMessageError("a stream of <Start> takes no messages: use <Connect>")
        if content.get("streamSid") != self._effect.stream:
            raise _InvalidMessageError("its streamSid is not that of this stream")
        match event:
            case "media":
                self._play(_audio(content))
            case "mark":
                self._mark(_text(content, "mark", "name"))
            case "clear":
                self._clear()
            case _:
                raise _InvalidMessageError("its event is none of media, mark and clear")

    def _play(self, audio: bytes) -> None:
        if self._player is None or not audio:
            return
        if self._unplayed + len(audio) > _UNPLAYED:
            self._warn("discarded", "more audio waits to be played than may: it is dropped")
            return
        self._unplayed += len(audio)
        self._waiting.append(len(audio))
        self._player.play(audio, self._played)

    def _played(self) -> None:
        """The oldest piece of audio has been played."""
        if self._waiting and isinstance(self._waiting[0], int):
            self._unplayed -= self._waiting[0]
            self._waiting.popleft()
        self._return_marks()

    def _mark(self, name: str) -> None:
        self._waiting.append(name)
        self._return_marks()

    def _clear(self) -> None:
        if self._player is not None:
            self._player.clear()
        marks = [waiting for waiting in self._waiting if isinstance(waiting, str)]
        self._waiting = deque(marks)
        self._unplayed = 0
        self._return_marks()

    def _return_marks(self) -> None:
        """Send back the marks whose audio has been played."""
        while self._waiting and isinstance(name := self._waiting[0], str):
            self._waiting.popleft()
            self._send("mark", mark={"name": name})


def _text(content: dict[Any, Any], inside: str, name: str) -> str:
    part = content.get(inside)
    text = part.get(name) if isinstance(part, dict) else None
    if not isinstance(text, str):
        raise _InvalidMessageError(f"it has no {inside}.{name}")
    return text


def _audio(content: dict[Any, Any]) -> bytes:
    try:
        return b64decode(_text(content, "media", "payload"), validate=True)
    except (binascii.Error, ValueError) as error:
        if isinstance(error, _InvalidMessageError):
            raise
        raise _InvalidMessageError("its payload is not base64") from None
