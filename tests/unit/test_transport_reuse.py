"""When a connection is used again, how many there are, and that nothing is left over."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time

import pytest

from appconnect.driver.connect import connect
from appconnect.driver.connection import Connection
from appconnect.driver.http import HttpTransport
from appconnect.driver.pool import Limits, Pool, affordable_exchanges
from appconnect.driver.turnstile import Turnstile, Turnstiles
from appconnect.transport import Failure, FailureReason, Response
from tests.unit.misbehaving import TWIML, Conversation, Misbehaving, OpenGuard, answer, webhook

LATE = Failure(FailureReason.TIMEOUT, "late")


async def local(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def reason(outcome: Response | Failure) -> FailureReason:
    assert isinstance(outcome, Failure), outcome
    return outcome.reason


def status(outcome: Response | Failure) -> int:
    assert isinstance(outcome, Response), outcome
    return outcome.status


def open_connections(transport: HttpTransport) -> int:
    assert transport._pool is not None
    return len(transport._pool._open)


def test_exchanges_one_after_another_share_a_connection() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            for _ in range(50):
                assert status(await transport.exchange(webhook(server.port))) == 200
            assert (server.connections, len(server.requests)) == (1, 50)

    asyncio.run(work())


@pytest.mark.parametrize("change", [{"account": "AC2"}, {"host": "localhost"}])
def test_no_connection_is_shared_between_accounts_or_hosts(change: dict[str, str]) -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard(), resolver=local) as transport:
            await transport.exchange(webhook(server.port))
            await transport.exchange(
                webhook(
                    server.port, account=change.get("account", "AC1"), host=change.get("host", "127.0.0.1")
                )
            )
            await transport.exchange(webhook(server.port))
            assert server.connections == 2

    asyncio.run(work())


def test_exchanges_at_once_share_connections_up_to_the_bound_and_all_are_answered() -> None:
    async def work() -> None:
        limits = Limits(per_site=8)
        async with Misbehaving() as server, HttpTransport(OpenGuard(), limits=limits) as transport:
            outcomes = await asyncio.gather(*(transport.exchange(webhook(server.port)) for _ in range(200)))
            assert {status(outcome) for outcome in outcomes} == {200}
            assert server.connections <= 8
            assert len(server.requests) == 200

    asyncio.run(work())


def test_a_site_that_hangs_holds_up_no_other() -> None:
    async def work() -> None:
        limits = Limits(per_site=4)
        async with (
            Misbehaving() as server,
            HttpTransport(OpenGuard(), limits=limits, resolver=local) as transport,
        ):
            hanging = [
                asyncio.create_task(
                    transport.exchange(webhook(server.port, "/never_answers", total_timeout=seconds))
                )
                for seconds in [0.8] * 4 + [0.4] * 16
            ]
            await asyncio.sleep(0.1)
            started = time.perf_counter()
            assert status(await transport.exchange(webhook(server.port, host="other.example"))) == 200
            assert time.perf_counter() - started < 0.4
            outcomes = await asyncio.gather(*hanging)
            assert {reason(outcome) for outcome in outcomes} == {FailureReason.TIMEOUT}
            assert server.paths().count("/never_answers") == 4
            # The wait counts: the 16 that never had a turn did not wait for one.
            assert time.perf_counter() - started < 1.5

    asyncio.run(work())


def test_an_account_whose_hosts_all_hang_holds_up_no_other() -> None:
    async def work() -> None:
        limits = Limits(per_site=4, per_account=4, in_all=6)
        async with (
            Misbehaving() as server,
            HttpTransport(OpenGuard(), limits=limits, resolver=local) as transport,
        ):
            hanging = [
                asyncio.create_task(
                    transport.exchange(
                        webhook(
                            server.port, "/never_answers", host=f"h{number}.example", total_timeout=seconds
                        )
                    )
                )
                for number, seconds in enumerate([0.8] * 4 + [0.4] * 16)
            ]
            await asyncio.sleep(0.1)
            started = time.perf_counter()
            for number in range(3):
                request = webhook(server.port, host=f"h{number}.example", account="AC2")
                assert status(await transport.exchange(request)) == 200
            assert time.perf_counter() - started < 0.3
            outcomes = await asyncio.gather(*hanging)
            assert {reason(outcome) for outcome in outcomes} == {FailureReason.TIMEOUT}
            assert server.paths().count("/never_answers") == 4
            assert transport._pool is not None
            assert len(transport._pool.accounts) == 0

    asyncio.run(work())


@pytest.mark.parametrize(
    "limits",
    [
        Limits(per_site=1, waiting=2),
        Limits(per_account=1, waiting=2),
        Limits(in_all=1, waiting=2),
    ],
    ids=["site", "account", "all"],
)
def test_every_queue_is_bounded_and_a_full_one_is_nobodys_fault_but_ours(limits: Limits) -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard(), limits=limits) as transport:
            tasks = [
                asyncio.create_task(transport.exchange(webhook(server.port, "/ok_slow"))) for _ in range(4)
            ]
            outcomes = await asyncio.gather(*tasks)
            assert [status(outcome) for outcome in outcomes[:3]] == [200] * 3
            assert reason(outcomes[3]) is FailureReason.OVERLOADED

    asyncio.run(work())


def test_a_wait_for_others_is_not_the_hosts_fault() -> None:
    async def work() -> None:
        limits = Limits(in_all=1)
        async with Misbehaving() as server, HttpTransport(OpenGuard(), limits=limits) as transport:
            hanging = asyncio.create_task(
                transport.exchange(webhook(server.port, "/never_answers", total_timeout=0.4))
            )
            await asyncio.sleep(0.05)
            late = await transport.exchange(webhook(server.port, account="AC2", total_timeout=0.1))
            assert reason(late) is FailureReason.OVERLOADED
            assert reason(await hanging) is FailureReason.TIMEOUT

    asyncio.run(work())


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limit")
@pytest.mark.parametrize(
    ("descriptors", "exchanges"),
    [(64, 16), (256, 128), (1_024, 896), (1_152, 1_024), (1_000_000, 1_024), (1, 1), (None, 1_024)],
)
def test_descriptors_are_left_for_the_rest_of_the_program(
    monkeypatch: pytest.MonkeyPatch, descriptors: int | None, exchanges: int
) -> None:
    import resource  # noqa: PLC0415 - not everywhere

    soft = resource.RLIM_INFINITY if descriptors is None else descriptors
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (soft, resource.RLIM_INFINITY))
    assert affordable_exchanges() == exchanges


def test_open_connections_are_bounded_over_all_sites() -> None:
    async def work() -> None:
        limits = Limits(in_all=3)
        async with Misbehaving() as server, HttpTransport(OpenGuard(), limits=limits) as transport:
            for number in range(10):
                assert status(await transport.exchange(webhook(server.port, account=f"AC{number}"))) == 200
                await asyncio.sleep(0)
                assert open_connections(transport) <= 3
            assert status(await transport.exchange(webhook(server.port, account="AC9"))) == 200
            assert server.connections == 10
            at_once = (
                transport.exchange(webhook(server.port, "/ok_slow", account=f"AD{number}"))
                for number in range(6)
            )
            assert {status(outcome) for outcome in await asyncio.gather(*at_once)} == {200}
            assert open_connections(transport) <= 3

    asyncio.run(work())


@pytest.mark.parametrize("limits", [Limits(idle=0.1), Limits(lifetime=0.1)], ids=["idle", "lifetime"])
def test_an_old_connection_is_replaced(limits: Limits) -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard(), limits=limits) as transport:
            await transport.exchange(webhook(server.port))
            await asyncio.sleep(0.15)
            await transport.exchange(webhook(server.port))
            assert server.connections == 2

    asyncio.run(work())


def test_idle_connections_and_their_sites_go_away_by_themselves() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard(), limits=Limits(idle=0.1)) as transport:
            for number in range(5):
                await transport.exchange(webhook(server.port, account=f"AC{number}"))
            await asyncio.sleep(0.3)
            pool = transport._pool
            assert pool is not None
            assert (pool._open, pool._idle, pool._sites) == (set(), {}, {})

    asyncio.run(work())


@pytest.mark.parametrize("pause", [0.1, 0.0])
def test_a_connection_that_the_server_closed_while_idle_fails_no_request(pause: float) -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            assert status(await transport.exchange(webhook(server.port, "/ok_then_close"))) == 200
            if pause:
                await asyncio.sleep(pause)
            assert status(await transport.exchange(webhook(server.port))) == 200
            assert server.paths() == ["/ok_then_close", "/ok"]
            assert transport.resent == (0 if pause else transport.resent)

    asyncio.run(work())


@pytest.mark.parametrize("how", ["close", "bytes"])
def test_what_the_loop_has_not_seen_yet_is_seen_before_reuse(how: str) -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            await transport.exchange(webhook(server.port))
            sock = server.conversations[0].writer.get_extra_info("socket")
            if how == "close":
                sock.shutdown(socket.SHUT_WR)
            else:
                os.write(sock.fileno(), answer(b"<Response><Reject/></Response>"))
            # No turn of the loop lies between that and the next exchange.
            outcome = await transport.exchange(webhook(server.port))
            assert isinstance(outcome, Response)
            assert outcome.body == TWIML
            assert (server.connections, len(server.requests), transport.resent) == (2, 2, 0)

    asyncio.run(work())


def test_a_request_that_a_dying_connection_swallowed_is_sent_again_once_with_the_same_token() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            await transport.exchange(webhook(server.port, "/ok_then_die"))
            assert status(await transport.exchange(webhook(server.port, token="t-2"))) == 200
            assert transport.resent == 1
            assert [b"t-2" in request for request in server.requests] == [False, True, True]

    asyncio.run(work())


def test_a_request_is_sent_again_once_and_no_more() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            await transport.exchange(webhook(server.port, "/ok_then_die"))
            outcome = await transport.exchange(webhook(server.port, "/reset_before_answer"))
            assert reason(outcome) is FailureReason.RESET
            assert (len(server.requests), server.connections, transport.resent) == (3, 2, 1)

    asyncio.run(work())


def test_a_post_without_a_token_is_never_sent_again() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            await transport.exchange(webhook(server.port, "/ok_then_die"))
            assert reason(await transport.exchange(webhook(server.port, token=None))) is FailureReason.RESET
            assert (len(server.requests), transport.resent) == (2, 0)

    asyncio.run(work())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_reset_at_a_connections_first_exchange_is_never_sent_again(method: str) -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            outcome = await transport.exchange(webhook(server.port, "/reset_before_answer", method=method))
            assert reason(outcome) is FailureReason.RESET
            assert (len(server.requests), server.connections) == (1, 1)

    asyncio.run(work())


def test_bytes_that_nobody_asked_for_close_an_idle_connection() -> None:
    async def work() -> None:
        async with Misbehaving() as server, HttpTransport(OpenGuard()) as transport:
            assert status(await transport.exchange(webhook(server.port, "/answer_twice_later"))) == 200
            await asyncio.sleep(0.15)
            outcome = await transport.exchange(webhook(server.port, "/status_500"))
            assert status(outcome) == 500
            assert server.connections == 2

    asyncio.run(work())


def test_a_cancelled_exchange_closes_its_connection_and_leaves_its_place() -> None:
    async def work() -> None:
        limits = Limits(per_site=1)
        async with Misbehaving() as server, HttpTransport(OpenGuard(), limits=limits) as transport:
            for _ in range(3):
                task = asyncio.create_task(transport.exchange(webhook(server.port, "/ok_slow")))
                await asyncio.sleep(0.05)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            await asyncio.sleep(0.3)
            assert status(await transport.exchange(webhook(server.port, "/status_500"))) == 500
            assert server.connections == 4

    asyncio.run(work())


def test_cancelling_at_any_moment_leaves_nothing_behind() -> None:
    async def work() -> None:
        limits = Limits(per_site=2, in_all=2)
        async with Misbehaving() as server, HttpTransport(OpenGuard(), limits=limits) as transport:
            for turns in range(40):
                tasks = [asyncio.create_task(transport.exchange(webhook(server.port))) for _ in range(4)]
                for _ in range(turns % 13):
                    await asyncio.sleep(0)
                for task in tasks[turns % 3 :]:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            pool = transport._pool
            assert pool is not None
            assert (pool.turnstile.inside, len(pool.turnstile.waiting)) == (0, 0)
            assert len(pool.accounts) == 0
            assert status(await transport.exchange(webhook(server.port))) == 200
            await asyncio.sleep(0)
            assert pool._open == set(pool._idle)

    asyncio.run(work())


def test_closing_ends_what_runs_and_frees_every_connection() -> None:
    async def work() -> None:
        async with Misbehaving() as server:
            transport = HttpTransport(OpenGuard(), limits=Limits(per_site=1))
            await transport.exchange(webhook(server.port, account="AC2"))
            running = [
                asyncio.create_task(transport.exchange(webhook(server.port, "/never_answers")))
                for _ in range(2)
            ]
            await asyncio.sleep(0.1)
            await transport.aclose()
            assert [reason(outcome) for outcome in await asyncio.gather(*running)] == [
                FailureReason.RESET
            ] * 2
            assert transport._pool is not None
            assert transport._pool._open == set()
            with pytest.raises(RuntimeError, match="closed"):
                await transport.exchange(webhook(server.port))
            await transport.aclose()

    asyncio.run(work())


def test_closing_twice_at_once_ends_both_also_when_one_is_given_up() -> None:
    async def work() -> None:
        async with Misbehaving() as server:
            transport = HttpTransport(OpenGuard())
            await transport.exchange(webhook(server.port))
            given_up = asyncio.create_task(transport.aclose())
            others = [asyncio.create_task(transport.aclose()) for _ in range(2)]
            await asyncio.sleep(0)
            given_up.cancel()
            async with asyncio.timeout(2):
                await asyncio.gather(*others)
            assert transport._pool is not None
            assert transport._pool._open == set()

    asyncio.run(work())


def test_closing_ends_an_exchange_that_is_still_connecting() -> None:
    async def work() -> None:
        reached, go = asyncio.Event(), asyncio.Event()

        async def slowly(address: str, port: int) -> socket.socket:
            reached.set()
            await go.wait()
            return await connect(address, port)

        async with Misbehaving() as server:
            transport = HttpTransport(OpenGuard(), connector=slowly)
            running = asyncio.create_task(transport.exchange(webhook(server.port)))
            await reached.wait()
            await transport.aclose()
            go.set()
            assert reason(await running) is FailureReason.RESET
            assert server.requests == []

    asyncio.run(work())


def test_hosts_that_cannot_be_reached_leave_nothing_behind() -> None:
    async def work() -> None:
        async with HttpTransport(OpenGuard(hosts=tuple(f"h{number}" for number in range(20)))) as transport:
            for number in range(20):
                outcome = await transport.exchange(webhook(80, host=f"h{number}"))
                assert reason(outcome) is FailureReason.ADDRESS_DENIED
            assert transport._pool is not None
            assert transport._pool._sites == {}

    asyncio.run(work())


def test_a_connection_that_is_lost_before_it_is_counted_holds_up_no_closing() -> None:
    async def work() -> None:
        pool = Pool(asyncio.get_running_loop(), Limits())
        pool.add(Connection(pool.loop, "192.0.2.1", memoryview(bytearray(1)), pool.lost))
        async with asyncio.timeout(1):
            await pool.close()

    asyncio.run(work())


def test_a_transport_belongs_to_one_loop() -> None:
    async def one(_: Conversation) -> None:
        await asyncio.sleep(0)

    async def first(transport: HttpTransport) -> None:
        async with Misbehaving(on_connect=one) as server:
            await transport.exchange(webhook(server.port))

    async def second(transport: HttpTransport) -> None:
        with pytest.raises(RuntimeError, match="another event loop"):
            await transport.exchange(webhook(1))

    transport = HttpTransport(OpenGuard())
    asyncio.run(first(transport))
    asyncio.run(second(transport))


def test_a_turnstile_lets_in_by_order_and_loses_no_place() -> None:
    async def work() -> None:
        turnstile = Turnstile(1, 99)
        order: list[int] = []

        async def pass_through(number: int) -> None:
            if (
                turnstile.try_enter()
                or await turnstile.enter(asyncio.get_running_loop().time() + 5, LATE) is None
            ):
                order.append(number)
                await asyncio.sleep(0)
                turnstile.leave()

        tasks = [asyncio.create_task(pass_through(number)) for number in range(10)]
        await asyncio.sleep(0)
        tasks[3].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == [0, 1, 2, 4, 5, 6, 7, 8, 9]
        assert turnstile.inside == 0

    asyncio.run(work())


def test_the_turnstile_of_an_account_is_forgotten_when_nobody_is_at_it() -> None:
    async def work() -> None:
        turnstiles = Turnstiles(1, 99)
        later = asyncio.get_running_loop().time() + 5
        assert turnstiles.try_enter("AC1")
        assert turnstiles.try_enter("AC2")
        waiting = asyncio.create_task(turnstiles.enter("AC1", later, LATE))
        assert not turnstiles.try_enter("AC1")
        await asyncio.sleep(0)
        turnstiles.leave("AC1")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert len(turnstiles) == 1
        turnstiles.leave("AC2")
        assert len(turnstiles) == 0

    asyncio.run(work())


def test_a_turn_that_comes_with_a_cancellation_is_passed_on() -> None:
    async def work() -> None:
        turnstile = Turnstile(1, 99)
        assert turnstile.try_enter()
        later = asyncio.get_running_loop().time() + 5
        first = asyncio.create_task(turnstile.enter(later, LATE))
        second = asyncio.create_task(turnstile.enter(later, LATE))
        await asyncio.sleep(0)
        turnstile.leave()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await second is None
        turnstile.leave()
        assert turnstile.inside == 0

    asyncio.run(work())
