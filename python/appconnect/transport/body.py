"""Content decoding under a cap.

An answer's body passes through here piece by piece, so that a compressed bomb costs no more than the cap
(`reliability.md` T-11). The only coding that requests offer is gzip; one member of it, and nothing after it.
"""

from __future__ import annotations

import zlib
from typing import Final

from appconnect.transport.exchange import BODY_LIMIT, Failure, FailureReason

_GZIP_WINDOW: Final = (
    16 + zlib.MAX_WBITS
)  # 16 makes zlib expect a gzip header and check the trailer's CRC and length.
_RAW_FACTOR: Final = 2  # Empty deflate blocks or an endless file name decode to nothing for ever.


class Body:
    """The decoded body of one answer.

    `feed` every piece, then call `end`; each returns a failure at the first thing that is wrong, and must not
    be called after that.
    """

    __slots__ = ("_fed", "_inflater", "_limit", "_pieces", "_size")

    def __init__(self, coding: str = "", limit: int = BODY_LIMIT) -> None:
        """Start a body.

        Args:
            coding: The `Content-Encoding`, as `failure_of_coding` accepts it.
            limit: Bytes that it may have.
        """
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._fed = 0
        self._inflater = zlib.decompressobj(_GZIP_WINDOW) if _is_gzip(coding) else None

    def feed(self, data: bytes) -> Failure | None:
        """Take the next piece of the body as it came over the wire."""
        self._fed += len(data)
        inflater = self._inflater
        if inflater is not None:
            if self._fed > _RAW_FACTOR * self._limit:
                return _too_large(self._limit)
            try:
                # One byte more than allowed is enough to know that there is too much.
                data = inflater.decompress(data, self._limit + 1 - self._size)
            except zlib.error as error:
                return Failure(FailureReason.BAD_ENCODING, f"the gzip data is damaged: {error}")
            if inflater.unused_data:
                return Failure(FailureReason.BAD_ENCODING, "bytes follow the end of the gzip data")
        self._size += len(data)
        if self._size > self._limit:
            return _too_large(self._limit)
        self._pieces.append(data)
        return None

    def end(self) -> Failure | None:
        """Say whether the body is whole."""
        if self._inflater is not None and self._fed and not self._inflater.eof:
            return Failure(FailureReason.BAD_ENCODING, "the gzip data breaks off")
        return None

    def value(self) -> bytes:
        """Return what has been decoded so far."""
        return b"".join(self._pieces)


def failure_of_coding(coding: str) -> Failure | None:
    """Judge a `Content-Encoding`; several header fields of that name come joined by commas."""
    if not coding or coding.strip().lower() == "identity" or _is_gzip(coding):
        return None
    return Failure(FailureReason.BAD_ENCODING, f"the content coding {coding[:40]!r} was never offered")


def is_success(status: int) -> bool:
    """Whether the core reads the body of an answer with this status.

    Of other answers only the status and the header fields count, so that a body which is too large or
    undecodable must not hide them: an error page of 100 KiB with status 500 is a 500.
    """
    return 200 <= status <= 299  # noqa: PLR2004  The range of success, as RFC 9110 section 15.3 writes it.


def _is_gzip(coding: str) -> bool:
    return coding.strip().lower() in {"gzip", "x-gzip"}


def _too_large(limit: int) -> Failure:
    return Failure(FailureReason.TOO_LARGE, f"the body is larger than {limit} bytes")
