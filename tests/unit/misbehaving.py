"""A web server that misbehaves: what broken or hostile webhook servers do, on real sockets.

Each case is a function under its name in `CASES`; a request for `/name` gets it. `expected` outcomes are in
`tests/data/http_cases.tsv`. The server counts connections and keeps what it read, so that a test can tell
what was sent, how often, and over how many connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    import ssl

TWIML: Final = b"<Response><Hangup/></Response>"
LIMIT: Final = 65_536
TOKEN: Final = "7f1c"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request as the core would hand it over, with budgets short enough for a test."""

    url: str
    scheme: str
    host: str
    port: int
    target: str
    method: str = "POST"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    head: bytes = b""
    connect_timeout: float = 5.0
    read_timeout: float = 5.0
    total_timeout: float = 5.0
    account: str = "AC1"

    @property
    def wire(self) -> bytes:
        """Head and body together."""
        return self.head + self.body


def webhook(  # noqa: PLR0913  Each is one property of a request that some test sets.
    port: int,
    target: str = "/ok",
    *,
    scheme: str = "http",
    host: str = "127.0.0.1",
    method: str = "POST",
    body: bytes = b"CallSid=CA1",
    token: str | None = TOKEN,
    extra: list[tuple[str, str]] | None = None,
    account: str = "AC1",
    connect_timeout: float = 5.0,
    read_timeout: float = 5.0,
    total_timeout: float = 5.0,
) -> Webhook:
    """Return a whole request."""
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    body = body if method == "POST" else b""
    headers = [("Host", authority), ("Accept-Encoding", "gzip")]
    if method == "POST":
        headers += [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(body)))]
    if token is not None:
        headers.append(("I-Twilio-Idempotency-Token", token))
    headers += extra or []
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return Webhook(
        f"{scheme}://{authority}{target}",
        scheme,
        host,
        port,
        target,
        method,
        headers,
        body,
        f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode(),
        connect_timeout,
        read_timeout,
        total_timeout,
        account,
    )


class OpenGuard:
    """A guard that lets everything through but what it is told to refuse."""

    def __init__(self, hosts: tuple[str, ...] = (), addresses: tuple[str, ...] = ()) -> None:
        self.refused = frozenset(hosts)
        self.addresses = frozenset(addresses)
        self.checked: list[list[str]] = []

    def check(self, host: str, port: int) -> str | None:
        return f"{host}:{port} is refused" if host in self.refused else None

    def check_addresses(self, addresses: list[str], port: int) -> str | None:
        self.checked.append(list(addresses))
        bad = self.addresses.intersection(addresses)
        return f"{sorted(bad)}:{port} is refused" if bad else None


@dataclass(slots=True)
class Conversation:
    """One connection as a case sees it."""

    server: Misbehaving
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes) -> None:
        """Send each piece as a packet of its own."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0)

    async def flood(self, piece: bytes, size: int) -> None:
        """Send a piece until `size` bytes are out; count what the other side took."""
        for _ in range(size // len(piece)):
            self.writer.write(piece)
            await self.writer.drain()
            self.server.flooded += len(piece)

    def reset(self) -> None:
        """End the connection by RST."""
        reset(self.writer)

    def close(self) -> None:
        """End the connection by FIN."""
        self.writer.close()


Case = Callable[[Conversation], Awaitable[None]]
CASES: dict[str, Case] = {}


class Misbehaving:
    """The server; an async context manager."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, on_connect: Case | None = None) -> None:
        """Prepare a server.

        Args:
            tls: Makes it speak TLS.
            on_connect: What to do instead of reading requests.
        """
        self.port = 0
        self.connections = 0
        self.conversations: list[Conversation] = []
        self.requests: list[bytes] = []
        self.flooded = 0
        self._tls = tls
        self._on_connect = on_connect
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def paths(self) -> list[str]:
        """Return the path of each request that arrived."""
        return [request.split(b" ", 2)[1].decode() for request in self.requests]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.connections += 1
        conversation = Conversation(self, reader, writer)
        self.conversations.append(conversation)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if self._on_connect is not None:
                    await self._on_connect(conversation)
                else:
                    await self._answer_all(conversation)
        except asyncio.CancelledError:
            pass
        finally:
            writer.transport.abort()

    async def _answer_all(self, conversation: Conversation) -> None:
        while not conversation.writer.is_closing():
            head = await conversation.reader.readuntil(b"\r\n\r\n")
            size = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            self.requests.append(head + await conversation.reader.readexactly(size))
            path = head.split(b" ", 2)[1].decode().partition("?")[0]
            await CASES[path[1:]](conversation)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection so that the other side gets an RST."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def answer(body: bytes = TWIML, *fields: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return a whole answer."""
    lines = ["Content-Type: text/xml", *fields, f"Content-Length: {len(body) if length is None else length}"]
    return (
        f"HTTP/1.1 {status}\r\n".encode() + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body
    )


def chunked(*chunks: bytes, fields: str = "", end: bytes = b"0\r\n\r\n") -> bytes:
    """Return an answer in chunks."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n{fields}\r\n".encode()
    return head + b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks) + end


def case(name: str) -> Callable[[Case], Case]:
    """Register a case under a name."""

    def register(function: Case) -> Case:
        CASES[name] = function
        return function

    return register


def sends(name: str, *pieces: bytes, then: str = "keep") -> None:
    """Register a case that sends these pieces, and then keeps the connection, closes it or resets it."""

    async def perform(conversation: Conversation) -> None:
        await conversation.send(*pieces)
        if then == "close":
            conversation.close()
        elif then == "reset":
            await asyncio.sleep(0.02)
            conversation.reset()

    CASES[name] = perform


HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
BOMB: Final = gzip.compress(bytes(10 * 1024 * 1024))
PACKED: Final = gzip.compress(TWIML)

sends("ok", answer())
sends("ok_bytewise", *(answer()[index : index + 1] for index in range(len(answer()))))
sends("ok_close", HEAD + b"Connection: close\r\n\r\n" + TWIML, then="close")
sends("ok_http10", b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + TWIML, then="close")
sends("ok_says_close", answer(TWIML, "Connection: close"))
sends("ok_http10_length", answer().replace(b"HTTP/1.1", b"HTTP/1.0"))
sends("ok_limit", answer(b"x" * LIMIT))
sends("ok_gzip", answer(PACKED, "Content-Encoding: gzip"))
sends("ok_gzip_chunked", chunked(PACKED[:7], PACKED[7:], fields="Content-Encoding: X-GZIP\r\n"))
sends("ok_gzip_limit", answer(gzip.compress(b"x" * LIMIT), "Content-Encoding: gzip"))
sends("ok_gzip_empty", answer(b"", "Content-Encoding: gzip"))
sends("ok_identity", answer(TWIML, "Content-Encoding: identity"))
sends(
    "ok_after_continue", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + answer()
)
sends("ok_ten_informational", b"HTTP/1.1 102 Processing\r\n\r\n" * 10 + answer())
sends("ok_hundred_headers", answer(TWIML, *(f"X-{number}: y" for number in range(98))))
sends("ok_no_reason", b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")
sends("te_chunked_ok", chunked(TWIML[:5], TWIML[5:20], TWIML[20:]))
sends("te_chunked_trailer", chunked(TWIML, end=b"0\r\nContent-Encoding: br\r\nX-Late: 1\r\n\r\n"))
sends("te_chunked_bytewise", chunked(*(bytes([byte]) for byte in TWIML * 100)))
sends("status_200_empty", answer(b""))
sends("status_204", b"HTTP/1.1 204 No Content\r\n\r\n")
sends("status_204_length", b"HTTP/1.1 204 No Content\r\nContent-Length: 30\r\n\r\n")
sends("status_301", answer(b"", "Location: /elsewhere", status="301 Moved"))
sends("status_302_brotli", answer(b"\x0b\x02", "Location: /x", "Content-Encoding: br", status="302 Found"))
sends("redirect_304", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n")
sends("status_401", answer(b"", 'WWW-Authenticate: Basic realm="x"', status="401 Unauthorized"))
sends("status_429_retry_after", answer(b"", "Retry-After: 1", status="429 Too Many Requests"))
sends("status_500", answer(TWIML, status="500 Internal Server Error"))
sends("status_500_large", answer(b"x" * 3 * LIMIT, status="500 Internal Server Error"))
sends("status_503_bomb", answer(BOMB, "Content-Encoding: gzip", status="503 Unavailable"))
sends("status_999", answer(TWIML, status="999 Odd"))
sends("header_crlf_reflect", answer(b"", "Location: /a%0d%0aSet-Cookie:%20x=1", status="302 Found"))

sends("reset_before_answer", then="reset")
sends("close_before_answer", then="close")
sends("reset_in_head", b"HTTP/1.1 200 OK\r\nConte", then="reset")
sends("close_in_head", b"HTTP/1.1 200 OK\r\nConte", then="close")
sends("close_after_continue", b"HTTP/1.1 100 Continue\r\n\r\n", then="close")
sends("reset_mid_body", answer(TWIML, length=500), then="reset")
sends("half_close", answer(TWIML, length=500), then="close")
sends("chunk_unfinished", chunked(TWIML, end=b""), then="close")
sends("chunk_half", HEAD + b"Transfer-Encoding: chunked\r\n\r\n1f\r\n<Resp", then="close")
sends("content_length_lie_big", answer(b"x" * 100, length=10_000_000_000), then="close")
sends("content_length_absurd", answer(TWIML, length=10**30))
sends("content_length_negative", answer(TWIML, length=-5))
sends("content_length_two", HEAD + b"Content-Length: 30\r\nContent-Length: 5\r\n\r\n" + TWIML)
sends("content_length_list", HEAD + b"Content-Length: 30, 5\r\n\r\n" + TWIML)
sends(
    "te_and_cl",
    HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 30\r\n\r\n1e\r\n" + TWIML + b"\r\n0\r\n\r\n",
)
sends(
    "cl_and_te",
    HEAD + b"Content-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n1e\r\n" + TWIML + b"\r\n0\r\n\r\n",
)
sends("te_gzip", HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n1e\r\n" + TWIML + b"\r\n0\r\n\r\n")
sends("te_unknown", HEAD + b"Transfer-Encoding: cow\r\n\r\n" + TWIML, then="close")
sends("chunk_size_bad", HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + TWIML + b"\r\n0\r\n\r\n")
sends("http09", TWIML, then="close")
sends("http09_version", b"HTTP/0.9 200 OK\r\nContent-Length: 30\r\n\r\n" + TWIML)
sends("http2_preface", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18), then="close")
sends("other_protocol", b"SSH-2.0-OpenSSH_9.2\r\n", then="close")
sends("status_000", answer(TWIML, status="000 Nothing"))
sends("status_099", answer(TWIML, status="099 Nothing"))
sends("status_two_digits", b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")
sends("switching_protocols", b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
sends("header_folded", b"HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 30\r\n\r\n" + TWIML)
sends("header_space_before_colon", b"HTTP/1.1 200 OK\r\nContent-Length : 30\r\n\r\n" + TWIML)
sends("header_nul", b"HTTP/1.1 200 OK\r\nX-A: \x00\r\nContent-Length: 30\r\n\r\n" + TWIML)
sends("line_feeds_only", b"HTTP/1.1 200 OK\nContent-Length: 30\n\n" + TWIML)
sends("header_101", answer(TWIML, *(f"X-{number}: y" for number in range(99))))
sends("huge_header_at_once", answer(TWIML, "X-Big: " + "y" * (LIMIT + 1)))
sends("eleven_informational", b"HTTP/1.1 102 Processing\r\n\r\n" * 11 + answer())
sends("body_limit_exceeded", answer(b"x" * (LIMIT + 1)))
sends("gzip_limit_exceeded", answer(gzip.compress(b"x" * (LIMIT + 1)), "Content-Encoding: gzip"))
sends("gzip_bomb", answer(BOMB, "Content-Encoding: gzip"))
sends("gzip_truncated", answer(PACKED[:-9], "Content-Encoding: gzip"))
sends("gzip_bad_checksum", answer(PACKED[:-8] + bytes(8), "Content-Encoding: gzip"))
sends("gzip_not", answer(TWIML, "Content-Encoding: gzip"))
sends("gzip_trailing", answer(PACKED + b"x", "Content-Encoding: gzip"))
sends("gzip_two_members", answer(PACKED + PACKED, "Content-Encoding: gzip"))
sends("gzip_twice", answer(gzip.compress(PACKED), "Content-Encoding: gzip, gzip"))
sends("gzip_twice_fields", answer(gzip.compress(PACKED), "Content-Encoding: gzip", "Content-Encoding: gzip"))
sends("brotli", answer(b"\x0b\x02\x80\x03", "Content-Encoding: br"))
sends("deflate", answer(b"x", "Content-Encoding: deflate"))
sends("answer_twice", answer() + answer(b"<Response><Reject/></Response>"))
sends("answer_and_more", answer() + b"garbage")


@case("answer_twice_later")
async def _(conversation: Conversation) -> None:
    await conversation.send(answer())
    await asyncio.sleep(0.05)
    await conversation.send(answer(b"<Response><Reject/></Response>"))


@case("ok_then_close")
async def _(conversation: Conversation) -> None:
    await conversation.send(answer())
    await asyncio.sleep(0.05)
    conversation.close()


@case("ok_then_die")
async def _(conversation: Conversation) -> None:
    """Answer, and then read the next request only to drop the connection."""
    await conversation.send(answer())
    head = await conversation.reader.readuntil(b"\r\n\r\n")
    conversation.server.requests.append(head)
    conversation.reset()


@case("ok_slow")
async def _(conversation: Conversation) -> None:
    await asyncio.sleep(0.2)
    await conversation.send(answer())


@case("never_answers")
async def _(conversation: Conversation) -> None:
    await conversation.reader.read()


@case("slowloris_headers")
async def _(conversation: Conversation) -> None:
    for byte in HEAD * 100:
        await conversation.send(bytes([byte]))
        await asyncio.sleep(0.05)


@case("slowloris_body")
async def _(conversation: Conversation) -> None:
    await conversation.send(answer(b"", length=1000))
    for _ in range(1000):
        await asyncio.sleep(0.05)
        await conversation.send(b"x")


@case("stalled_body")
async def _(conversation: Conversation) -> None:
    await conversation.send(answer(TWIML[:10], length=30))
    await conversation.reader.read()


@case("endless_body")
async def _(conversation: Conversation) -> None:
    await conversation.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    await conversation.flood(b"1000\r\n" + b"x" * 0x1000 + b"\r\n", 100 * 1024 * 1024)


@case("endless_body_unframed")
async def _(conversation: Conversation) -> None:
    await conversation.send(HEAD + b"\r\n")
    await conversation.flood(b"x" * 0x1000, 100 * 1024 * 1024)


@case("endless_gzip_name")
async def _(conversation: Conversation) -> None:
    """Send a gzip header whose file name never ends: much goes in and nothing ever comes out."""
    await conversation.send(HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08" + bytes(6))
    await conversation.flood(b"n" * 0x1000, 100 * 1024 * 1024)


@case("huge_header")
async def _(conversation: Conversation) -> None:
    await conversation.send(HEAD + b"X-Big: ")
    await conversation.flood(b"y" * 0x1000, 100 * 1024 * 1024)


@case("huge_reason")
async def _(conversation: Conversation) -> None:
    await conversation.send(b"HTTP/1.1 200 ")
    await conversation.flood(b"y" * 0x1000, 100 * 1024 * 1024)


@case("endless_1xx")
async def _(conversation: Conversation) -> None:
    await conversation.flood(b"HTTP/1.1 100 Continue\r\n\r\n", 10 * 1024 * 1024)


@case("te_chunk_ext_flood")
async def _(conversation: Conversation) -> None:
    await conversation.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1e;name=")
    await conversation.flood(b"y" * 0x1000, 100 * 1024 * 1024)


@case("chunk_ext_many")
async def _(conversation: Conversation) -> None:
    await conversation.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    await conversation.flood(b"1;name=" + b"y" * 200 + b"\r\nx\r\n", 10 * 1024 * 1024)


@case("endless_trailers")
async def _(conversation: Conversation) -> None:
    await conversation.send(chunked(TWIML, end=b"0\r\n"))
    await conversation.flood(b"X-Trailer: y\r\n", 10 * 1024 * 1024)
