"""Where a connection goes: resolution, the guard, the connect time, and TLS."""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import os
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from appconnect.driver.aiohttp_transport import AiohttpTransport
from appconnect.driver.connect import connect, default_ssl_context, resolve
from appconnect.driver.http import HttpTransport
from appconnect.driver.pool import Limits
from appconnect.transport import Failure, FailureReason, Resolver, Response, Transport
from tests.unit.misbehaving import Case, Conversation, Misbehaving, OpenGuard, webhook

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLIC = "93.184.216.34"


class Names:
    """A resolver with a script: each look-up of a name takes its next answer, and the last one stays."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        del port
        self.asked.append(host)
        answers = self._answers.get(host.split(".", maxsplit=1)[0])
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return answers.pop(0) if len(answers) > 1 else answers[0]


class Recorder:
    """A connector that notes where it was sent, and goes to the local server."""

    def __init__(self, port: int, dead: tuple[str, ...] = (), refusing: tuple[str, ...] = ()) -> None:
        self._port = port
        self._dead = dead
        self._refusing = refusing
        self.went: list[tuple[str, int]] = []

    async def __call__(self, address: str, port: int) -> socket.socket:
        self.went.append((address, port))
        if address in self._dead:
            await asyncio.sleep(3600)
        if address in self._refusing:
            raise ConnectionRefusedError(111, "Connection refused")
        return await connect("127.0.0.1", self._port)


def failed(outcome: Response | Failure) -> FailureReason:
    assert isinstance(outcome, Failure), outcome
    return outcome.reason


def test_a_name_is_resolved_once_and_connected_to_the_address_that_was_checked() -> None:
    async def work() -> None:
        names = Names(rebind=[[PUBLIC], ["127.0.0.1"]])
        guard = OpenGuard(addresses=("127.0.0.1",))
        async with Misbehaving() as server:
            there = Recorder(server.port)
            async with HttpTransport(guard, resolver=names, connector=there) as transport:
                outcome = await transport.exchange(webhook(80, host="rebind.example"))
                assert isinstance(outcome, Response)
                assert (names.asked, there.went) == (["rebind.example"], [(PUBLIC, 80)])
                # A new connection asks again, and is judged again.
                outcome = await transport.exchange(webhook(80, host="rebind.example", account="AC2"))
                assert failed(outcome) is FailureReason.ADDRESS_DENIED
                assert there.went == [(PUBLIC, 80)]

    asyncio.run(work())


@pytest.mark.parametrize(
    "answer",
    [
        ["10.0.0.1"],
        [PUBLIC, "10.0.0.1"],
        ["10.0.0.1", PUBLIC],
        [PUBLIC, "::1"],
        ["64:ff9b::a9fe:a9fe"],
        [PUBLIC] * 9 + ["::1"],
    ],
)
def test_one_denied_address_refuses_the_whole_name(answer: list[str]) -> None:
    async def work() -> None:
        guard = OpenGuard(addresses=("10.0.0.1", "::1", "64:ff9b::a9fe:a9fe"))
        there = Recorder(1)
        async with HttpTransport(guard, resolver=Names(mixed=[answer]), connector=there) as transport:
            outcome = await transport.exchange(webhook(80, host="mixed.example"))
            assert failed(outcome) is FailureReason.ADDRESS_DENIED
            assert there.went == []
            assert guard.checked == [answer]

    asyncio.run(work())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_address_in_the_url_is_judged_without_a_resolver(host: str) -> None:
    async def work() -> None:
        names = Names()
        there = Recorder(1)
        async with HttpTransport(OpenGuard(addresses=(host,)), resolver=names, connector=there) as transport:
            assert failed(await transport.exchange(webhook(80, host=host))) is FailureReason.ADDRESS_DENIED
            assert (names.asked, there.went) == ([], [])

    asyncio.run(work())


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "0177.0.0.1", "127.1"])
def test_other_notations_of_an_address_are_judged_by_what_they_resolve_to(host: str) -> None:
    async def work() -> None:
        there = Recorder(1)
        async with HttpTransport(OpenGuard(addresses=("127.0.0.1",)), connector=there) as transport:
            outcome = await transport.exchange(webhook(80, host=host))
            assert failed(outcome) in {FailureReason.ADDRESS_DENIED, FailureReason.DNS}
            assert there.went == []

    asyncio.run(work())


def test_a_refused_host_is_never_resolved() -> None:
    async def work() -> None:
        names = Names(metadata=[[PUBLIC]])
        async with HttpTransport(OpenGuard(hosts=("metadata.internal",)), resolver=names) as transport:
            outcome = await transport.exchange(webhook(80, host="metadata.internal"))
            assert failed(outcome) is FailureReason.ADDRESS_DENIED
            assert names.asked == []

    asyncio.run(work())


@pytest.mark.parametrize("host", ["nx.example", f"{'a' * 64}.example", "two..dots"])
def test_a_name_that_does_not_resolve_is_a_dns_failure(host: str) -> None:
    async def work() -> None:
        async with HttpTransport(OpenGuard(), resolver=Names()) as transport:
            assert failed(await transport.exchange(webhook(80, host=host))) is FailureReason.DNS

    asyncio.run(work())


@pytest.mark.parametrize("host", [f"{'a' * 64}.example", "two..dots"])
def test_a_name_that_sni_cannot_carry_is_a_dns_failure_whatever_the_resolver_says(
    house: House, host: str
) -> None:
    async def anywhere(_host: str, _port: int) -> list[str]:
        return [PUBLIC]

    async def work() -> None:
        there = Recorder(1)
        context = house.trusting
        async with HttpTransport(
            OpenGuard(), ssl_context=context, resolver=anywhere, connector=there
        ) as transport:
            outcome = await transport.exchange(webhook(443, host=host, scheme="https"))
            assert failed(outcome) is FailureReason.DNS
            assert there.went == []

    asyncio.run(work())


class SlowNames:
    """An operating system's resolver whose look-ups under `slow.example` hang until they are let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.at_work = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, host: str, port: int, **_options: object) -> list[tuple[object, ...]]:
        if host.endswith("slow.example"):
            with self._lock:
                self.at_work += 1
                self.most = max(self.most, self.at_work)
            self.let_go.wait(10)
            with self._lock:
                self.at_work -= 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port))]


def test_slow_names_of_one_account_starve_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    names = SlowNames()
    monkeypatch.setattr(socket, "getaddrinfo", names)

    async def work() -> None:
        async with Misbehaving() as server:
            async with HttpTransport(OpenGuard(), connector=Recorder(server.port)) as transport:

                def ask(host: str, account: str) -> asyncio.Task[Response | Failure]:
                    request = webhook(80, host=host, account=account, connect_timeout=0.3)
                    return asyncio.create_task(transport.exchange(request))

                slow = [ask(f"h{number}.slow.example", "AC1") for number in range(40)]
                await asyncio.sleep(0.05)
                assert isinstance(await ask("fine.example", "AC2"), Response)
                assert {failed(outcome) for outcome in await asyncio.gather(*slow)} == {FailureReason.DNS}
                # Nobody waits for them any more, but their threads are not back: no more are taken.
                again = [ask(f"h{number}.slow.example", "AC1") for number in range(40)]
                assert isinstance(await ask("fine.example", "AC3"), Response)
                assert {failed(outcome) for outcome in await asyncio.gather(*again)} == {FailureReason.DNS}
                assert (names.at_work, names.most) == (4, 4)
                names.let_go.set()
                # They come back in their own time, and one that waits gets its turn.
                assert isinstance(await ask("h1.slow.example", "AC1"), Response)
                for _ in range(500):
                    if len(transport._opener._lookups) == 0:
                        break
                    await asyncio.sleep(0.01)
            assert len(transport._opener._lookups) == 0

    try:
        asyncio.run(work())
    finally:
        names.let_go.set()


def test_look_ups_do_not_wait_for_what_other_threads_of_the_program_do() -> None:
    async def work() -> None:
        let_go = threading.Event()
        busy = [asyncio.create_task(asyncio.to_thread(let_go.wait, 10)) for _ in range(64)]
        await asyncio.sleep(0.05)
        try:
            async with asyncio.timeout(3):
                assert list(await resolve("127.0.0.1", 80)) == ["127.0.0.1"]
        finally:
            let_go.set()
        assert all(await asyncio.gather(*busy))

    asyncio.run(work())


def test_a_cancelled_look_up_keeps_its_place_until_it_is_back() -> None:
    async def work() -> None:
        back = asyncio.Event()
        asked: list[str] = []

        async def slow(host: str, _port: int) -> list[str]:
            asked.append(host)
            await back.wait()
            return [PUBLIC]

        there = Recorder(1, refusing=(PUBLIC,))
        async with HttpTransport(OpenGuard(), resolver=slow, connector=there) as transport:
            tasks = [
                asyncio.create_task(transport.exchange(webhook(80, host=f"h{number}.example")))
                for number in range(8)
            ]
            await asyncio.sleep(0.01)
            for task in tasks[:4]:
                task.cancel()
            await asyncio.sleep(0.01)
            assert len(asked) == 4
            back.set()
            outcomes = await asyncio.gather(*tasks[4:])
            assert {failed(outcome) for outcome in outcomes} == {FailureReason.REFUSED}
            assert len(asked) == 8
            assert len(transport._opener._lookups) == 0

    asyncio.run(work())


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
@pytest.mark.parametrize("where", ["resolver", "connector"])
def test_a_lack_of_descriptors_is_not_the_hosts_fault(where: str, number: int) -> None:
    async def lacking(_host: str, _port: int) -> Any:  # noqa: ANN401  It never returns.
        raise OSError(number, os.strerror(number))

    async def work() -> None:
        plugged: dict[str, Any] = {"resolver": Names(a=[[PUBLIC, PUBLIC]]), where: lacking}
        async with HttpTransport(OpenGuard(), **plugged) as transport:
            outcome = await transport.exchange(webhook(80, host="a.example"))
            assert failed(outcome) is FailureReason.OVERLOADED

    asyncio.run(work())


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOMEM])
def test_the_numbers_of_the_resolver_are_its_own(number: int) -> None:
    async def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(number, "a number that means something else here")

    async def work() -> None:
        async with HttpTransport(OpenGuard(), resolver=unknown) as transport:
            assert failed(await transport.exchange(webhook(80, host="a.example"))) is FailureReason.DNS

    asyncio.run(work())


@pytest.mark.parametrize(("connect_time", "total_time"), [(0.2, 5.0), (5.0, 0.2)])
def test_a_resolver_that_never_answers_is_a_dns_failure_within_the_budget(
    connect_time: float, total_time: float
) -> None:
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(3600)
        return []

    async def work() -> None:
        async with HttpTransport(OpenGuard(), resolver=never) as transport:
            started = time.perf_counter()
            request = webhook(80, host="slow.example", connect_timeout=connect_time, total_timeout=total_time)
            assert failed(await transport.exchange(request)) is FailureReason.DNS
            assert time.perf_counter() - started < 1

    asyncio.run(work())


def test_a_refused_connection_is_told_at_once() -> None:
    async def work() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            async with HttpTransport(OpenGuard()) as transport:
                started = time.perf_counter()
                assert failed(await transport.exchange(webhook(port))) is FailureReason.REFUSED
                assert time.perf_counter() - started < 0.5

    asyncio.run(work())


def test_a_connect_without_an_answer_ends_with_the_connect_time() -> None:
    async def work() -> None:
        there = Recorder(1, dead=(PUBLIC,))
        async with HttpTransport(OpenGuard(), connector=there) as transport:
            started = time.perf_counter()
            outcome = await transport.exchange(webhook(80, host=PUBLIC, connect_timeout=0.2))
            assert failed(outcome) is FailureReason.CONNECT_TIMEOUT
            assert 0.15 < time.perf_counter() - started < 1
            assert there.went == [(PUBLIC, 80)]

    asyncio.run(work())


@pytest.mark.parametrize("first", ["dead", "refusing"])
def test_the_next_address_is_tried_within_the_connect_time(first: str) -> None:
    async def work() -> None:
        names = Names(two=[["192.0.2.1", PUBLIC]])
        async with Misbehaving() as server:
            there = Recorder(server.port, **{first: ("192.0.2.1",)})
            async with HttpTransport(OpenGuard(), resolver=names, connector=there) as transport:
                outcome = await transport.exchange(webhook(80, host="two.example", connect_timeout=0.6))
                assert isinstance(outcome, Response)
                assert [address for address, _ in there.went] == ["192.0.2.1", PUBLIC]

    asyncio.run(work())


def test_a_reset_right_after_accept_is_a_reset() -> None:
    async def at_once(conversation: Conversation) -> None:
        conversation.reset()

    async def work() -> None:
        async with Misbehaving(on_connect=at_once) as server, HttpTransport(OpenGuard()) as transport:
            for _ in range(20):
                assert failed(await transport.exchange(webhook(server.port))) is FailureReason.RESET
            assert server.connections == 20
            await asyncio.sleep(0)
            assert transport._pool is not None
            assert transport._pool._open == set()

    asyncio.run(work())


def test_cancelling_while_connecting_leaves_no_socket() -> None:
    async def work() -> None:
        async with (
            Misbehaving() as server,
            HttpTransport(OpenGuard(), limits=Limits(per_site=1)) as transport,
        ):
            for turns in range(12):
                task = asyncio.create_task(transport.exchange(webhook(server.port, "/ok_close")))
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            assert isinstance(await transport.exchange(webhook(server.port)), Response)

    asyncio.run(work())


# TLS, with certificates made for the test.


class House:
    """A certificate authority, and what servers can show of it."""

    def __init__(self) -> None:
        self.authority = trustme.CA()
        self.trusting = default_ssl_context()
        self.authority.configure_trust(self.trusting)

    def server(
        self, *names: str, expires: dt.datetime | None = None, authority: trustme.CA | None = None
    ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (authority or self.authority).issue_cert(*names, not_after=expires).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def house() -> House:
    return House()


def transports(context: ssl.SSLContext, resolver: Resolver) -> list[Callable[[], Transport]]:
    return [
        lambda: HttpTransport(OpenGuard(), ssl_context=context, resolver=resolver),
        lambda: AiohttpTransport(OpenGuard(), ssl_context=context, resolver=resolver),
    ]


async def outcomes_of(
    house: House, tls: ssl.SSLContext | None, host: str, on_connect: Case | None = None
) -> list[str]:
    told = []
    for make in transports(house.trusting, Names(app=[["127.0.0.1"]])):
        transport = make()
        async with Misbehaving(tls=tls, on_connect=on_connect) as server:
            outcome = await transport.exchange(
                webhook(server.port, host=host, scheme="https", connect_timeout=2)
            )
            told.append(outcome.reason.value if isinstance(outcome, Failure) else str(outcome.status))
            await transport.aclose()
    return told


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """The server's own event loop logs handshakes that the client gives up."""
    caplog.set_level("CRITICAL", "asyncio")


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("certificate", "host", "outcome"),
    [
        ("app.example", "app.example", "200"),
        ("*.apps.example", "app.apps.example", "200"),
        ("127.0.0.1", "127.0.0.1", "200"),
        ("other.example", "app.example", "certificate-name"),
        ("*.app.example", "app.example", "certificate-name"),
        ("app.example", "127.0.0.1", "certificate-name"),
        ("expired", "app.example", "certificate-expired"),
        ("untrusted", "app.example", "certificate-untrusted"),
    ],
)
def test_a_certificate_is_verified_for_the_name(
    house: House, certificate: str, host: str, outcome: str
) -> None:
    if certificate == "expired":
        yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
        tls = house.server("app.example", expires=yesterday)
    elif certificate == "untrusted":
        tls = house.server("app.example", authority=trustme.CA())
    else:
        tls = house.server(certificate)
    assert set(asyncio.run(outcomes_of(house, tls, host))) == {outcome}


@pytest.mark.usefixtures("quiet")
def test_plain_http_on_a_tls_port_is_a_tls_failure(house: House) -> None:
    async def plain(conversation: Conversation) -> None:
        await conversation.reader.read(100)
        await conversation.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await asyncio.sleep(0.2)

    assert set(asyncio.run(outcomes_of(house, None, "app.example", plain))) == {"tls"}


@pytest.mark.usefixtures("quiet")
def test_a_tls_version_that_is_too_old_is_a_tls_failure(house: House) -> None:
    async def only_tls10(conversation: Conversation) -> None:
        await conversation.reader.read(100)
        await conversation.send(b"\x15\x03\x01\x00\x02\x02\x46")  # The alert protocol_version, in TLS 1.0.
        await asyncio.sleep(0.2)

    assert set(asyncio.run(outcomes_of(house, None, "app.example", only_tls10))) == {"tls"}


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_connection_that_ends_in_the_handshake_is_a_tls_failure(house: House, how: str) -> None:
    async def end(conversation: Conversation) -> None:
        await conversation.reader.read(100)
        getattr(conversation, how)()

    assert set(asyncio.run(outcomes_of(house, None, "app.example", end))) == {"tls"}


def test_a_handshake_that_never_ends_is_a_tls_failure_within_the_connect_time(house: House) -> None:
    async def stall(conversation: Conversation) -> None:
        await conversation.reader.read()

    async def work() -> None:
        async with Misbehaving(on_connect=stall) as server:
            names = Names(app=[["127.0.0.1"]])
            async with HttpTransport(OpenGuard(), ssl_context=house.trusting, resolver=names) as transport:
                started = time.perf_counter()
                request = webhook(server.port, host="app.example", scheme="https", connect_timeout=0.3)
                assert failed(await transport.exchange(request)) is FailureReason.TLS
                assert time.perf_counter() - started < 1.5

    asyncio.run(work())


def test_tls_connections_are_used_again_and_carry_the_name(house: House) -> None:
    async def work() -> None:
        asked: list[str | None] = []
        tls = house.server("app.example")
        tls.sni_callback = lambda _socket, name, _context: asked.append(name)
        async with Misbehaving(tls=tls) as server:
            names = Names(app=[["127.0.0.1"]])
            async with HttpTransport(OpenGuard(), ssl_context=house.trusting, resolver=names) as transport:
                for name in ("ok", "ok_gzip", "te_chunked_bytewise", "ok_bytewise"):
                    outcome = await transport.exchange(
                        webhook(server.port, f"/{name}", host="app.example", scheme="https")
                    )
                    assert isinstance(outcome, Response)
                assert server.connections == 1
                assert asked == ["app.example"]
                half = webhook(server.port, "/half_close", host="app.example", scheme="https")
                assert failed(await transport.exchange(half)) is FailureReason.TRUNCATED

    asyncio.run(work())


def test_the_default_context_verifies_and_refuses_old_versions() -> None:
    context = default_ssl_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
