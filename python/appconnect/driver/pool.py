"""Which connections may be used again, and how many exchanges may run at once.

Connections are kept by site: scheme, host, port and account. A connection carries the one address that was
checked when it was made, so a site never mixes addresses inside a connection, and no account ever uses
another's (`reliability.md` T-13 and T-15). A site that hangs holds up its own exchanges and no other site's,
and an account whose sites all hang holds up no other account's (T-21).
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from appconnect.driver.turnstile import Turnstile, Turnstiles

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from appconnect.driver.connection import Connection

_MOST_EXCHANGES: Final = 1_024
_RESERVED_DESCRIPTORS: Final = 128  # For the program around us: files, its own listeners, the event loop.


def affordable_exchanges() -> int:
    """Return how many exchanges may run at once without using up this process's descriptors."""
    if sys.platform == "win32":  # It has no such limit.
        return _MOST_EXCHANGES
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST_EXCHANGES
    # A process with hardly any keeps three quarters of them for itself.
    return max(1, min(_MOST_EXCHANGES, max(soft // 4, soft - _RESERVED_DESCRIPTORS)))


class Limits(NamedTuple):
    """The bounds of a transport's connections."""

    per_site: int = 64
    """Exchanges that run at once with one site; as many connections may be open to it."""
    per_account: int = 256
    """Exchanges that run at once for one account."""
    in_all: int = affordable_exchanges()
    """Exchanges that run at once, and open connections: 1,024, or so many less that 128 are left of the
    descriptors that this process may have (as of the import of this module)."""
    waiting: int = 1_024
    """Exchanges that may wait for their turn: at one site, for one account, and in all; one more fails at
    once, as `overloaded`."""
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


class Site:
    """The idle connections of one site, and the turnstile before it."""

    __slots__ = ("idle", "key", "turnstile")

    def __init__(self, key: SiteKey, limits: Limits) -> None:
        """Start with nothing open."""
        self.key = key
        """What its connections have in common."""
        self.idle: list[Connection] = []
        """Connections that wait for an exchange, the one used last at the end."""
        self.turnstile = Turnstile(limits.per_site, limits.waiting)
        """Bounds the exchanges that run at once."""


class Pool:
    """The sites and the open connections of one transport, on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        """Start with nothing open."""
        self.loop = loop
        """The loop that every connection lives on."""
        self.closed = False
        """Whether no connection may be opened any more."""
        self.turnstile = Turnstile(limits.in_all, limits.waiting)
        """Bounds the exchanges that run at once with all sites."""
        self.accounts = Turnstiles(limits.per_account, limits.waiting)
        """Bounds the exchanges that run at once for each account."""
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
            site = self._sites[key] = Site(key, self._limits)
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
            if self._emptied is None:
                self._emptied = self.loop.create_future()
            # Several may close at once, and one that gives up waiting must not take the others along.
            await asyncio.shield(self._emptied)

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
