"""Which connections may be used again, and how many exchanges may run at once.

Connections are kept by site: scheme, host, port and account. A connection carries the one address that was
checked when it was made, so a site never mixes addresses inside a connection, and no account ever uses
another's (`reliability.md` T-13 and T-15). A site that hangs holds up its own exchanges and nobody else's
(T-21).
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from appconnect.driver.connection import Connection


class Limits(NamedTuple):
    """The bounds of a transport's connections."""

    per_site: int = 64
    """Exchanges that run at once with one site; as many connections may be open to it."""
    in_all: int = 1_024
    """Exchanges that run at once, and open connections; keep it well below the limit of descriptors."""
    waiting: int = 1_024
    """Exchanges that may wait for their turn at one site; one more fails at once."""
    idle: float = 4.0
    """Seconds that an unused connection is kept: less than the 5 s after which common servers close it."""
    lifetime: float = 60.0
    """Seconds after which a connection is not used again, so that a change in the DNS is noticed."""


class SiteKey(NamedTuple):
    """What connections must have in common to stand in for each other."""

    scheme: str
    host: str
    port: int
    account: str


class Turnstile:
    """Lets a number of exchanges in at once; the others wait in the order of their arrival."""

    __slots__ = ("_limit", "inside", "waiting")

    def __init__(self, limit: int) -> None:
        """Let `limit` in at once."""
        self._limit = limit
        self.inside = 0
        """How many are inside."""
        self.waiting: deque[asyncio.Future[None]] = deque()
        """Those who wait."""

    def try_enter(self) -> bool:
        """Enter if there is room and nobody waits."""
        if self.inside < self._limit and not self.waiting:
            self.inside += 1
            return True
        return False

    async def enter(self, deadline: float) -> bool:
        """Wait for room; false when there was none before `deadline`, in loop seconds."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            async with asyncio.timeout_at(deadline):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.leave()  # The turn came at the moment when the wait was given up: pass it on.
            elif turn in self.waiting:
                self.waiting.remove(turn)
            if isinstance(error, TimeoutError):
                return False
            raise
        return True

    def leave(self) -> None:
        """Make room: the next who still waits is inside from now on."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.inside -= 1


class Site:
    """The idle connections of one site, and the turnstile before it."""

    __slots__ = ("idle", "key", "turnstile")

    def __init__(self, key: SiteKey, limit: int) -> None:
        """Start with nothing open."""
        self.key = key
        """What its connections have in common."""
        self.idle: list[Connection] = []
        """Connections that wait for an exchange, the one used last at the end."""
        self.turnstile = Turnstile(limit)
        """Bounds the exchanges that run at once."""


class Pool:
    """The sites and the open connections of one transport, on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        """Start with nothing open."""
        self.loop = loop
        """The loop that every connection lives on."""
        self.closed = False
        """Whether no connection may be opened any more."""
        self.turnstile = Turnstile(limits.in_all)
        """Bounds the exchanges that run at once with all sites."""
        self._limits = limits
        self._sites: dict[SiteKey, Site] = {}
        self._open: set[Connection] = set()
        self._idle: dict[Connection, Site] = {}  # The one that has been idle longest comes first.
        self._sweep: asyncio.TimerHandle | None = None
        self._emptied: asyncio.Future[None] | None = None

    def site(self, key: SiteKey) -> Site:
        """Return the site with that key."""
        site = self._sites.get(key)
        if site is None:
            site = self._sites[key] = Site(key, self._limits.per_site)
        return site

    def forget_if_unused(self, site: Site) -> None:
        """Forget a site without connections and exchanges, so that what is open bounds the sites."""
        if not site.idle and not site.turnstile.inside and not site.turnstile.waiting:
            self._sites.pop(site.key, None)

    def take(self, site: Site) -> Connection | None:
        """Return an idle connection that may serve another exchange."""
        now = self.loop.time()
        while site.idle:
            connection = site.idle.pop()
            del self._idle[connection]
            if (
                now - connection.idle_since < self._limits.idle
                and now - connection.opened < self._limits.lifetime
                and connection.is_usable()
            ):
                return connection
            connection.abort()
        return None

    def put_back(self, site: Site, connection: Connection) -> None:
        """Keep a connection whose exchange is complete; one that is closing is already on its way out."""
        if connection.is_closing():
            return
        connection.idle_since = self.loop.time()
        site.idle.append(connection)
        self._idle[connection] = site
        if self._sweep is None:
            self._sweep = self.loop.call_later(self._limits.idle, self._close_stale)

    def add(self, connection: Connection) -> None:
        """Count a new connection as open, until it is lost."""
        if not connection.is_lost():
            self._open.add(connection)
        if self.closed:
            connection.shut()

    def make_room(self) -> None:
        """Close the connection that has been idle longest, if one more would be too many."""
        if len(self._open) >= self._limits.in_all and self._idle:
            connection, site = next(iter(self._idle.items()))
            self._remove_idle(connection, site)
            connection.abort()

    def lost(self, connection: Connection) -> None:
        """Take note that a connection is gone."""
        self._open.discard(connection)
        site = self._idle.get(connection)
        if site is not None:
            self._remove_idle(connection, site)
        if self._emptied is not None and not self._open and not self._emptied.done():
            self._emptied.set_result(None)

    async def close(self) -> None:
        """Close every connection and wait until they are gone."""
        self.closed = True
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for connection in list(self._open):
            connection.shut()
        if self._open:
            self._emptied = self.loop.create_future()
            await self._emptied

    def _remove_idle(self, connection: Connection, site: Site) -> None:
        del self._idle[connection]
        site.idle.remove(connection)
        self.forget_if_unused(site)

    def _close_stale(self) -> None:
        self._sweep = None
        now = self.loop.time()
        for connection, site in list(self._idle.items()):
            stale_at = connection.idle_since + self._limits.idle
            if stale_at > now:
                self._sweep = self.loop.call_at(stale_at, self._close_stale)
                return
            self._remove_idle(connection, site)
            connection.abort()
