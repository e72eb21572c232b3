"""One socket of a call: opened, read and written in order, closed."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Protocol, final

from appconnect.transport.socket import SocketEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from appconnect.transport.socket import Socket

_log = logging.getLogger(__name__)


class Listener(Protocol):
    """Wants to know what happens to a socket."""

    def opened(self) -> None:
        """It is open."""

    def received(self, message: str | bytes) -> None:
        """The application sent a message."""

    def ended(self, end: SocketEnd) -> None:
        """It could not be opened, or has ended; not told of what was closed from here."""


@final
class Channel:
    """Opens a socket and serves it until it ends. What is sent before it is open waits.

    Attributes:
        busy: Whether something is under way: the handshake, a message that was not taken yet, the goodbye.
        paced: Whether the other side lives by the wall clock (see `Socket`).
    """

    def __init__(
        self,
        opening: Coroutine[object, object, Socket | SocketEnd],
        listener: Listener,
        changed: Callable[[Channel], object],
    ) -> None:
        """Begin to open a socket.

        Args:
            opening: Opens it.
            listener: Told of what happens.
            changed: Called each time when `busy` has changed, the last time when all is over.
        """
        self.busy = False
        self.paced = False
        self.over = False
        """Whether nothing more happens."""
        self._listener = listener
        self._changed = changed
        self._outbox: deque[str] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._set_busy(busy=True)
        self._task = asyncio.get_running_loop().create_task(self._run(opening))

    @property
    def waiting(self) -> int:
        """How many messages wait to be sent."""
        return len(self._outbox)

    def send(self, text: str) -> None:
        """Send a text message after those before."""
        if not self._closing and not self.over:
            self._outbox.append(text)
            self._set_busy(busy=True)
            self._wake.set()

    def close(self) -> None:
        """Send what waits, say goodbye, and tell nobody."""
        self._closing = True
        self._set_busy(busy=not self.over)
        self._wake.set()

    async def aclose(self) -> None:
        """Break off."""
        self._closing = True
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, opening: Coroutine[object, object, Socket | SocketEnd]) -> None:
        try:
            try:
                socket = await opening
            except Exception as error:  # noqa: BLE001 - other people's code
                _log.error("a transport failed to open a socket", exc_info=error)
                socket = SocketEnd("unknown", "the transport failed")
            if isinstance(socket, SocketEnd):
                self._tell_end(socket)
            else:
                await self._serve(socket)
        finally:
            self.over = True
            self.busy = self.paced = False
            self._changed(self)  # Whether it was busy or not: it is the last time.

    async def _serve(self, socket: Socket) -> None:
        self.paced = socket.paced
        if not self._closing:
            self._listener.opened()
        reader = asyncio.get_running_loop().create_task(self._read(socket))
        try:
            while True:
                while self._outbox:
                    await socket.send(self._outbox.popleft())
                if self._closing or reader.done():
                    break
                self._wake.clear()
                self._set_busy(busy=False)
                await self._wake.wait()
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await socket.close()

    async def _read(self, socket: Socket) -> None:
        while not isinstance(message := await socket.receive(), SocketEnd):
            if not self._closing:
                self._listener.received(message)
        self._set_busy(busy=True)
        self._outbox.clear()
        self._tell_end(message)
        self._wake.set()

    def _set_busy(self, *, busy: bool) -> None:
        if self.busy is not busy:
            self.busy = busy
            self._changed(self)

    def _tell_end(self, end: SocketEnd) -> None:
        if not self._closing:
            self._closing = True
            self._listener.ended(end)
