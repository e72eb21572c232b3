"""How many exchanges a second the transports make, against a server on loopback, in one interleaved run.

    python benches/load/transport.py [--in-flight 32] [--seconds 2] [--rounds 3] [--loop asyncio|uvloop]

The server is a bare asyncio protocol in a process of its own; the request is a webhook of Twilio's size. The
figures of one run may be compared with each other and with nothing else: on a shared machine the same run
varies by half.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import multiprocessing
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from appconnect.driver.aiohttp_transport import AiohttpTransport
from appconnect.driver.http import HttpTransport
from appconnect.transport import Failure, Response

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

    from appconnect.transport import Transport

_ANSWER_BODY: Final = (
    b'<?xml version="1.0"?><Response><Say>Welcome to the example bank.</Say><Hangup/></Response>'
)
_ANSWER: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\n"
    b"Content-Length: " + str(len(_ANSWER_BODY)).encode() + b"\r\n\r\n" + _ANSWER_BODY
)
_BODY: Final = (
    b"CallSid=CA0123456789abcdef0123456789abcdef&AccountSid=AC0123456789abcdef0123456789abcdef&From=%2B15005550006"
    b"&To=%2B15005550009&CallStatus=ringing&ApiVersion=2010-04-01&Direction=inbound&FromCity=&FromState=&FromZip="
    b"&FromCountry=US&ToCity=&ToState=&ToZip=&ToCountry=US&Caller=%2B15005550006&Called=%2B15005550009"
)

Runner = Callable[[Coroutine[Any, Any, None]], None]


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request as the core hands it over: every part is ready."""

    port: int
    head: bytes
    wire: bytes
    headers: list[tuple[str, str]]
    url: str
    method: str = "POST"
    scheme: str = "http"
    host: str = "127.0.0.1"
    target: str = "/voice"
    body: bytes = _BODY
    connect_timeout: float = 5.0
    read_timeout: float = 15.0
    total_timeout: float = 15.0
    account: str = "AC0123456789abcdef0123456789abcdef"


class AllowAll:
    """A guard that lets everything through: what it costs is no part of this measurement."""

    def check(self, host: str, port: int) -> str | None:
        """Accept."""
        del host, port
        return None

    def check_addresses(self, addresses: list[str], port: int) -> str | None:
        """Accept."""
        del addresses, port
        return None


class Server(asyncio.Protocol):
    """Answers each request of the one known size."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start a connection."""
        self._transport = cast("asyncio.Transport", transport)
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        """Answer when the last byte of the known body is there."""
        self._seen += data
        if self._seen.endswith(_BODY):
            self._seen = b""
            self._transport.write(_ANSWER)


def webhook(port: int) -> Webhook:
    """Return the request that every client sends."""
    headers = [
        ("Host", f"127.0.0.1:{port}"),
        ("User-Agent", "TwilioProxy/1.1"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "gzip"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Length", str(len(_BODY))),
        ("X-Twilio-Signature", "0123456789abcdef0123456789a="),
        ("I-Twilio-Idempotency-Token", "0e0e0e0e-0000-4000-8000-0e0e0e0e0e0e"),
    ]
    head = "POST /voice HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    return Webhook(port, head.encode(), head.encode() + _BODY, headers, f"http://127.0.0.1:{port}/voice")


async def _serve(pipe: Pipe) -> None:
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run_server(pipe: Pipe, loop: str) -> None:
    with suppress(KeyboardInterrupt):
        runner_of(loop)(_serve(pipe))


def runner_of(loop: str) -> Runner:
    """Return what runs a coroutine on that kind of event loop."""
    if loop == "asyncio":
        return asyncio.run
    run: Runner = importlib.import_module("uvloop").run
    return run


async def measure(transport: Transport, request: Webhook, in_flight: int, seconds: float) -> float:
    """Return exchanges a second."""
    done = 0
    until = time.perf_counter() + seconds

    async def one_after_another() -> None:
        nonlocal done
        while time.perf_counter() < until:
            outcome = await transport.exchange(request)
            if isinstance(outcome, Failure) or outcome.body != _ANSWER_BODY:
                raise RuntimeError(f"a wrong outcome: {outcome}")
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
    return done / (time.perf_counter() - started)


async def compare(port: int, in_flight: int, seconds: float, rounds: int) -> None:
    """Measure both transports in turn and print what came out."""
    request = webhook(port)
    transports: dict[str, Transport] = {
        "HttpTransport": HttpTransport(AllowAll()),
        "AiohttpTransport": AiohttpTransport(AllowAll()),
    }
    figures: dict[str, list[float]] = {name: [] for name in transports}
    for transport in transports.values():
        warm = await transport.exchange(request)
        if not isinstance(warm, Response):
            raise TypeError(f"no answer: {warm}")
    for _ in range(rounds):
        for name, transport in transports.items():
            figures[name].append(await measure(transport, request, in_flight, seconds))
    for transport in transports.values():
        await transport.aclose()
    for name, values in figures.items():
        rounded = " ".join(f"{value:,.0f}" for value in values)
        sys.stdout.write(f"{name:18} {max(values):>9,.0f} exchanges/s   (rounds: {rounded})\n")
    ratio = max(figures["HttpTransport"]) / max(figures["AiohttpTransport"])
    sys.stdout.write(
        f"ratio {ratio:.1f}, {in_flight} in flight, {type(asyncio.get_running_loop()).__module__}\n"
    )


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_run_server, args=(theirs, arguments.loop), daemon=True)
    server.start()
    try:
        port = ours.recv()
        work = compare(port, arguments.in_flight, arguments.seconds, arguments.rounds)
        runner_of(arguments.loop)(work)
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
