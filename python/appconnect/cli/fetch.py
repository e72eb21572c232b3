"""Fetching a document by GET, through the guarded transport that webhooks go through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, final
from urllib.parse import quote, urlsplit

from appconnect import Guard, __version__
from appconnect.cli.targets import check_reachable, parse_url
from appconnect.cli.wording import CommandError
from appconnect.driver.http import HttpTransport
from appconnect.transport import Failure

if TYPE_CHECKING:
    from appconnect.transport import Response

__all__ = ["fetch"]

_PORTS: Final = {"http": 80, "https": 443}
_OK: Final = range(200, 300)
_MOVED: Final = range(300, 400)


@final
class _Get(NamedTuple):
    """A request for the transport (see `appconnect.transport.HttpRequest`)."""

    url: str
    scheme: str
    host: str
    port: int
    target: str
    headers: list[tuple[str, str]]
    head: bytes
    method: str = "GET"
    body: bytes = b""
    connect_timeout: float = 10.0
    read_timeout: float = 15.0
    total_timeout: float = 15.0
    account: str = ""

    @property
    def wire(self) -> bytes:
        """The head alone: there is no body."""
        return self.head


async def fetch(url: str, *, allow_private: bool) -> tuple[bytes, str | None]:
    """Get a document.

    Args:
        url: Where it is.
        allow_private: Whether loopback and private addresses may be requested.

    Returns:
        Its bytes, and its content type if the server says one.

    Raises:
        CommandError: It cannot be had.
    """
    await check_reachable(parse_url(url), allow_private=allow_private)
    async with HttpTransport(Guard(allow_private=allow_private)) as transport:
        outcome = await transport.exchange(_request(url))
    if isinstance(outcome, Failure):
        raise CommandError(f"cannot reach {url}: {outcome.detail}")
    if outcome.status in _MOVED:
        raise CommandError(f"{url} moved to {_header(outcome, 'location')}: check that URL")
    if outcome.status not in _OK:
        raise CommandError(f"{url} answered with status {outcome.status}, not with a document")
    return outcome.body, _header(outcome, "content-type")


def _request(url: str) -> _Get:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    name = f"[{host}]" if ":" in host else host
    if port != _PORTS[parts.scheme]:
        name += f":{port}"
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~?[]')}" if parts.query else ""
    )
    headers = [("Host", name), ("User-Agent", f"appconnect/{__version__}"), ("Accept", "*/*")]
    lines = [f"GET {target} HTTP/1.1", *(f"{header}: {value}" for header, value in headers), "", ""]
    return _Get(url, parts.scheme, host, port, target, headers, "\r\n".join(lines).encode("ascii"))


def _header(response: Response, wanted: str) -> str | None:
    return next((value for name, value in response.headers if name.lower() == wanted), None)
