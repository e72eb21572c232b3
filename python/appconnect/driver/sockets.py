"""The sockets of all calls: those of streams and those of relays."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias, final

from appconnect.driver.channel import Channel
from appconnect.driver.streams import Stream
from appconnect.effects import CloseRelay, CloseStream, OpenRelay, OpenStream, SendDtmf, SendRelay
from appconnect.inputs import RelayEvent, RelayMessage, StreamEvent
from appconnect.transport.socket import open_socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from appconnect.inputs import Input
    from appconnect.transport.socket import SocketEnd

SocketEffect: TypeAlias = CloseRelay | CloseStream | OpenRelay | OpenStream | SendDtmf | SendRelay
"""The effects that concern sockets."""


@final
class _Relay:
    """The socket of one `<ConversationRelay>`: its frames are the core's, so it only carries them."""

    def __init__(
        self,
        effect: OpenRelay,
        transport: object,
        submit: Callable[[Input], None],
        changed: Callable[[Channel], object],
    ) -> None:
        self.leg = effect.leg
        self._relay = effect.relay
        self._submit = submit
        self.channel = Channel(open_socket(transport, effect.request, effect.account), self, changed)

    def opened(self) -> None:
        """Tell the core (see `Listener`)."""
        self._submit(RelayEvent(self.leg, self._relay, "opened"))

    def received(self, message: str | bytes) -> None:
        """Hand a frame to the core (see `Listener`)."""
        if isinstance(message, str):
            self._submit(RelayMessage(self.leg, self._relay, message))
        else:
            self._submit(RelayEvent(self.leg, self._relay, "malformed", "it is not a text frame"))

    def ended(self, end: SocketEnd) -> None:
        """Tell the core (see `Listener`)."""
        self._submit(RelayEvent(self.leg, self._relay, end.event, end.detail))

    def close(self) -> None:
        """Say goodbye."""
        self.channel.close()


@final
class Sockets:
    """Performs what the core asks for about sockets.

    A socket belongs to the process that opened it and does not move with its call. A driver that is told to
    send on one that it does not have says `broken`, so that a call restored elsewhere goes on by its rules.
    """

    def __init__(
        self,
        transport: object,
        media: object,
        submit: Callable[[Input], None],
        settled: Callable[[], object],
    ) -> None:
        """Make the room for the sockets of a driver.

        Args:
            transport: Opens sockets, if it is a `SocketTransport`.
            media: Has the audio of streams, if it is a `StreamAudio`.
            submit: Takes inputs.
            settled: Called when nothing is under way any more.
        """
        self._transport = transport
        self._media = media
        self._submit = submit
        self._settled = settled
        self._streams: dict[str, Stream] = {}
        self._relays: dict[str, _Relay] = {}
        self._channels: set[Channel] = set()
        self._busy: set[Channel] = set()

    @property
    def busy(self) -> bool:
        """Whether a handshake, a delivery or a goodbye is under way."""
        return bool(self._busy)

    @property
    def paced(self) -> bool:
        """Whether an application at the other end of a socket lives by the wall clock."""
        return any(channel.paced for channel in self._channels)

    def perform(self, effect: SocketEffect) -> None:  # noqa: C901 - one flat list of the effects
        """Do what the core asks for."""
        match effect:
            case OpenStream():
                stream = Stream(effect, self._transport, self._media, self._submit, self._changed)
                self._streams[effect.stream] = stream
            case OpenRelay():
                relay = _Relay(effect, self._transport, self._submit, self._changed)
                self._relays[effect.relay] = relay
            case CloseStream(stream=sid):
                if (ended := self._streams.pop(sid, None)) is not None:
                    ended.close()
            case CloseRelay(relay=sid):
                if (closed := self._relays.pop(sid, None)) is not None:
                    closed.close()
            case SendDtmf(stream=sid, leg=leg):
                if sid in self._streams:
                    self._streams[sid].dtmf(effect.digits)
                else:
                    self._submit(StreamEvent(leg, sid, "broken", "its socket is not in this process"))
            case SendRelay(relay=sid, leg=leg):
                if sid in self._relays:
                    self._relays[sid].channel.send(effect.text)
                else:
                    self._submit(RelayEvent(leg, sid, "broken", "its socket is not in this process"))

    def end_leg(self, leg: str) -> None:
        """Close whatever is open on a line that is gone."""
        for sid in [sid for sid, stream in self._streams.items() if stream.leg == leg]:
            self._streams.pop(sid).close()
        for sid in [sid for sid, relay in self._relays.items() if relay.leg == leg]:
            self._relays.pop(sid).close()

    async def aclose(self) -> None:
        """Break off every socket."""
        for stream in self._streams.values():
            stream.detach()
        await asyncio.gather(*(channel.aclose() for channel in list(self._channels)))

    def _changed(self, channel: Channel) -> None:
        if not channel.over:
            self._channels.add(channel)
        else:
            self._channels.discard(channel)
            self._streams = {sid: own for sid, own in self._streams.items() if own.channel is not channel}
            self._relays = {sid: own for sid, own in self._relays.items() if own.channel is not channel}
        if channel.busy:
            self._busy.add(channel)
            return
        self._busy.discard(channel)
        if not self._busy:
            self._settled()
