"""Audio files of `<Play>`: fetched from the applications of a simulation, judged by their type, and measured.

A file is fetched as `twiml-voice.md` section 3 says: by GET, without Twilio's parameters, signed. What is not
of a type that can be played fails as `content-type` (13420, inside `<Gather>` 13325), what is not answered by
a success as `retrieval`.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, final
from urllib.parse import urljoin, urlsplit

from appconnect._core import sign
from appconnect.transport import Failure, FailureReason, HttpRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from appconnect.transport import Response

__all__ = ["AudioFiles", "Failed", "wav_seconds"]

Failed: TypeAlias = Literal["content-type", "retrieval"]
"""Why a file cannot be played, as `MediaDone.failed` says it."""

_TYPES: Final = frozenset(
    {
        "audio/mpeg",
        "audio/wav",
        "audio/wave",
        "audio/x-wav",
        "audio/aiff",
        "audio/x-aifc",
        "audio/x-aiff",
        "audio/x-gsm",
        "audio/gsm",
        "audio/ulaw",
    }
)
"""What can be played (`twiml-voice.md` section 3)."""

_LARGEST: Final = 16 * 1_024 * 1_024
"""Bytes of a file that are read to measure it; a larger one lasts as long as the model says (our choice)."""

_REDIRECTS: Final = 10
_MOVED: Final = frozenset({301, 302, 303, 307})
_SUCCESS: Final = range(200, 300)
_TIMEOUT: Final = 15.0
_CONNECT_TIMEOUT: Final = 5.0
_PORTS: Final = {"http": 80, "https": 443}
_UNKNOWN_SIZES: Final = frozenset({0, 0xFFFF_FFFF})


def wav_seconds(data: bytes) -> float | None:
    """The length of a WAV file; none if it is not one.

    It is read leniently: any coding that says how many bytes a second is, in a file that was cut off, or that
    was streamed and so does not say its size.
    """
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":  # noqa: PLR2004 - the form's header
        return None
    rate, at = 0, 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if name == b"fmt " and at + 16 <= len(data):
            rate = struct.unpack_from("<I", data, at + 8)[0]
        elif name == b"data":
            length = len(data) - at if size in _UNKNOWN_SIZES else size
            return length / rate if rate else None
        # Chunks begin at even places.
        at += size + size % 2
    return None


@final
@dataclass(frozen=True, slots=True)
class _Get:
    """The request for a file (see `HttpRequest`)."""

    url: str
    account: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    method: str = "GET"
    body: bytes = b""
    connect_timeout: float = _CONNECT_TIMEOUT
    read_timeout: float = _TIMEOUT
    total_timeout: float = _TIMEOUT
    body_limit: int = _LARGEST

    @property
    def scheme(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme]

    @property
    def target(self) -> str:
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    @property
    def head(self) -> bytes:
        lines = [f"GET {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    @property
    def wire(self) -> bytes:
        return self.head


@final
class AudioFiles:
    """Fetches and measures the files of a simulation.

    Attributes:
        under_way: How many are being fetched.
    """

    def __init__(
        self,
        perform: Callable[[HttpRequest], Awaitable[tuple[float, Response | Failure]]],
        knows: Callable[[str], bool],
        account_of: Callable[[str], tuple[str, str] | None],
        on_done: Callable[[], object],
    ) -> None:
        """Prepare.

        Args:
            perform: Performs an exchange; gives the seconds that it takes, and the outcome.
            knows: Whether a URL leads to an application of the simulation.
            account_of: The SID and the token of the account that a call belongs to, if it is known.
            on_done: Called when one has been fetched.
        """
        self.under_way = 0
        self._perform = perform
        self._knows = knows
        self._account_of = account_of
        self._on_done = on_done

    def has(self, url: str | None) -> bool:
        """Whether a file is to be fetched."""
        return url is not None and url.startswith(("http://", "https://")) and self._knows(url)

    def measure(
        self, url: str, call: str, done: Callable[[float, float | Failed | None], object]
    ) -> asyncio.Task[None]:
        """Fetch a file.

        Args:
            url: Where it is.
            call: The call that it is played to.
            done: Takes the seconds that fetching it took, and its length in seconds; or why it cannot be
                played; or none where it can be, but has no known length.

        Returns:
            The task, for whoever does not want it any more.
        """
        self.under_way += 1
        task = asyncio.get_running_loop().create_task(self._fetch(url, call, done))
        task.add_done_callback(self._fetched)
        return task

    def _fetched(self, _task: asyncio.Task[None]) -> None:
        self.under_way -= 1
        self._on_done()

    async def _fetch(
        self, url: str, call: str, done: Callable[[float, float | Failed | None], object]
    ) -> None:
        took = 0.0
        for _ in range(_REDIRECTS + 1):
            delay, outcome = await self._perform(self._request(url, call))
            took += delay
            if isinstance(outcome, Failure):
                done(took, None if outcome.reason is FailureReason.TOO_LARGE else "retrieval")
                return
            where = _header(outcome.headers, "location")
            if outcome.status not in _MOVED or not where or not self._knows(urljoin(url, where)):
                done(took, _judge(outcome))
                return
            url = urljoin(url, where)
        done(took, "retrieval")

    def _request(self, url: str, call: str) -> _Get:
        owner = self._account_of(call)
        parts = urlsplit(url)
        headers = [("Host", parts.netloc.rpartition("@")[2]), ("Accept", "*/*")]
        if owner is not None:
            headers.append(("X-Twilio-Signature", sign(owner[1], url, {})))
        return _Get(url, "" if owner is None else owner[0], headers)


def _judge(answer: Response) -> float | Failed | None:
    if answer.status not in _SUCCESS:
        return "retrieval"
    if _header(answer.headers, "content-type").partition(";")[0].strip().lower() not in _TYPES:
        return "content-type"
    return wav_seconds(answer.body)


def _header(headers: list[tuple[str, str]], wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")
