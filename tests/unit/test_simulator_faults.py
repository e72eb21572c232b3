from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from appconnect.inputs import HttpResponse
from appconnect.simulator import AsyncSimulator, Simulator
from tests.unit.applications import response, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from appconnect.inputs import Input
    from appconnect.registry import PhoneNumber
    from appconnect.simulator import Caller
    from appconnect.transport import FormRequest


class Shop:
    """A menu and a fallback, and what was asked of them."""

    def __init__(self) -> None:
        self.requests: list[FormRequest] = []

    def __call__(self, request: FormRequest) -> str:
        self.requests.append(request)
        match request.path:
            case "/voice":
                return response(
                    '<Say>Welcome</Say><Gather numDigits="1" action="/menu"/><Redirect>/voice</Redirect>'
                )
            case "/menu":
                return response("<Say>Sales</Say>")
            case "/fallback":
                return response(f"<Say>Sorry, {request.form['ErrorCode']}</Say>")
            case _:
                return ""

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as made:
        yield made


@pytest.fixture
def number(simulator: Simulator, shop: Shop) -> PhoneNumber:
    account = simulator.account("shop")
    return account.number("+15550199", shop, fallback="/fallback", status_callback="/status")


@pytest.fixture
def caller(simulator: Simulator, number: PhoneNumber) -> Caller:
    """Somebody who hears the menu already."""
    return simulator.call(number)


def codes(caller: Caller) -> list[int]:
    return [problem.code for problem in caller.problems]


def test_a_slow_answer_comes_late(simulator: Simulator, shop: Shop, caller: Caller) -> None:
    fault = simulator.faults.slow("/menu", seconds=9.5)
    caller.hears("welcome")
    caller.press("1")
    pressed = simulator.now
    caller.hears("sales")
    assert simulator.now - pressed == 9.5
    assert shop.paths == ["/voice", "/menu"]
    assert (fault.seen, fault.hits) == (1, 1)
    assert repr(fault) == "<Fault slow at '/menu': 1 of 1 requests>"


def test_an_answer_that_is_too_late_leads_to_the_fallback(
    simulator: Simulator, shop: Shop, caller: Caller
) -> None:
    simulator.faults.slow("/menu", seconds=16)
    caller.press("1")
    pressed = simulator.now
    caller.hears("sorry, 11203")
    assert simulator.now - pressed == 15
    # The application did its work all the same.
    assert shop.paths == ["/voice", "/menu", "/fallback"]
    assert codes(caller) == [11203]


def test_calls_go_on_while_another_waits_for_its_answer(simulator: Simulator, shop: Shop) -> None:
    simulator.faults.slow("/slow", seconds=10)
    late = simulator.call(response("<Say>Late</Say>"), "/slow")
    quick = simulator.call(shop)
    quick.press("1")
    quick.hears("sales")
    assert simulator.now < 1
    quick.hang_up()
    late.hears("late")
    assert simulator.now == 10


def test_hanging_up_does_not_wait_for_a_slow_answer(simulator: Simulator, shop: Shop) -> None:
    simulator.faults.slow("/voice", seconds=10)
    number = simulator.account("shop").number("+15550199", shop, status_callback="/status")
    caller = simulator.call(number)
    simulator.advance(2)
    caller.hang_up()
    simulator.advance(1)
    assert shop.paths == ["/voice", "/status"]
    simulator.run_until_idle()
    assert simulator.now == 10


@pytest.mark.parametrize(("status", "code"), [(500, 11200), (404, 11200), (503, 11200), (301, 11216)])
def test_a_failing_application_leads_to_the_fallback(
    simulator: Simulator, shop: Shop, caller: Caller, status: int, code: int
) -> None:
    simulator.faults.failing("/menu", status=status)
    caller.press("1")
    caller.hears(f"sorry, {code}")
    assert shop.paths == ["/voice", "/fallback"]
    assert caller.requests[1].status == status


@pytest.mark.parametrize(
    ("reason", "code", "seconds"),
    [
        ("refused", 11202, 0),
        ("reset", 11200, 0),
        ("dns", 11210, 0),
        ("tls", 11220, 0),
        ("timeout", 11203, 15),
        ("connect-timeout", 11201, 10),
    ],
)
def test_a_request_that_fails_leads_to_the_fallback(
    simulator: Simulator, number: PhoneNumber, reason: str, code: int, seconds: float
) -> None:
    fault = simulator.faults.failing("/menu", reason=reason)
    caller = simulator.call(number)
    caller.press("1")
    pressed = simulator.now
    caller.hears(f"sorry, {code}")
    assert simulator.now - pressed == seconds
    # A connection that cannot be made is tried once more.
    assert fault.hits == (2 if reason in {"connect-timeout", "refused", "tls"} else 1)


def test_the_call_ends_when_the_fallback_fails_too(
    simulator: Simulator, shop: Shop, number: PhoneNumber
) -> None:
    simulator.faults.failing()
    caller = simulator.call(number)
    caller.ends("completed")
    assert not shop.requests
    assert codes(caller)[:2] == [11200, 11200]


def test_a_truncated_answer_leads_to_the_fallback(simulator: Simulator, shop: Shop, caller: Caller) -> None:
    simulator.faults.truncated("/menu")
    caller.press("1")
    caller.hears("sorry, 11200")
    assert shop.paths == ["/voice", "/menu", "/fallback"]


def test_a_duplicated_request_changes_nothing_for_the_call(
    simulator: Simulator, shop: Shop, number: PhoneNumber
) -> None:
    simulator.faults.duplicated()
    caller = simulator.call(number)
    caller.press("1")
    caller.hears("sales")
    caller.ends("completed")
    simulator.run_until_idle()
    assert shop.paths == ["/voice", "/voice", "/menu", "/menu", "/status", "/status"]
    token = "i-twilio-idempotency-token"
    assert shop.requests[0].headers[token] == shop.requests[1].headers[token]
    assert [entry.text for entry in caller.heard] == ["Welcome", "Sales"]
    assert [str(request) for request in caller.requests] == [
        "POST /voice (voice) → 200",
        "POST /menu (action) → 200 Digits=1",
        "POST /status (status-callback) → 200",
    ]
    assert not caller.problems


def test_the_engine_gets_both_answers(simulator: Simulator, number: PhoneNumber) -> None:
    given: list[Input] = []
    driver = simulator.session.driver

    def submit(item: Input) -> None:
        given.append(item)
        driver.submit(item)

    simulator.faults.bind(simulator.session.clock, submit, simulator.session.go_on)
    simulator.faults.duplicated("/menu")
    caller = simulator.call(number)
    caller.press("1")
    caller.hears("sales")
    (again,) = given
    assert isinstance(again, HttpResponse)
    assert b"Sales" in again.body


HOP = (
    '<Dial><Application statusCallback="/hop" statusCallbackEvent="initiated ringing answered completed">{}'
    "</Application></Dial>"
)


@pytest.mark.parametrize(("nth", "order"), [(None, "1032"), (1, "1023"), (3, "0132"), (4, "0123")])
def test_reordered_callbacks_arrive_after_the_next(simulator: Simulator, nth: int | None, order: str) -> None:
    arrived: list[str] = []

    def app(request: FormRequest) -> str:
        if request.path == "/hop":
            arrived.append(request.form["SequenceNumber"])
            return ""
        return response(HOP.format(desk.sid))

    desk = simulator.account("desk").application(response("<Say>Desk</Say>"), public=True)
    simulator.faults.reordered("/hop", nth=nth)
    simulator.call(app).ends()
    simulator.run_until_idle()
    assert "".join(arrived) == order


def test_a_callback_that_nothing_overtakes_comes_late(
    simulator: Simulator, shop: Shop, caller: Caller
) -> None:
    simulator.faults.reordered("/status")
    caller.hears("welcome")
    caller.hang_up()
    simulator.advance(14)
    assert shop.paths == ["/voice"]
    simulator.run_until_idle()
    assert shop.paths == ["/voice", "/status"]


@pytest.mark.parametrize(
    "wait",
    [AsyncSimulator.run_until_idle, lambda simulator: simulator.session.drain()],
    ids=["idle", "drain"],
)
def test_a_callback_that_comes_late_is_waited_for(wait: Callable[[AsyncSimulator], Awaitable[None]]) -> None:
    async def scenario() -> None:
        told: list[str] = []

        async def app(request: FormRequest) -> str:
            if request.path == "/status":
                for _ in range(50):  # As one that writes to a database.
                    await asyncio.sleep(0)
                told.append(request.form["CallStatus"])
            return response("<Say>Hello</Say>")

        async with AsyncSimulator() as simulator:
            simulator.faults.reordered("/status")
            number = simulator.account("shop").number("+15550199", app, status_callback="/status")
            caller = await simulator.call(number)
            await caller.ends()
            await simulator.advance(14.9)
            assert not told
            await simulator.advance(0.1)
            await wait(simulator)
            assert told == ["completed"]
            assert simulator.faults.idle

    run(scenario())


def test_slow_callbacks_wait_for_each_other_on_the_simulations_clock(simulator: Simulator) -> None:
    told: list[tuple[float, str]] = []

    def app(request: FormRequest) -> str | None:
        if request.path == "/progress":
            told.append((simulator.now, request.form["CallStatus"]))
            return None
        events = "initiated ringing answered completed"
        number = f'<Number statusCallback="/progress" statusCallbackEvent="{events}">+15550142</Number>'
        return response(f"<Dial>{number}</Dial><Say>Goodbye</Say>")

    simulator.faults.slow("/progress", seconds=4)
    callee = simulator.callee("+15550142", after=1)
    caller = simulator.call(app)
    caller.is_connected_to(callee)
    callee.hang_up()
    caller.hears("goodbye")
    # The call does not wait for them.
    assert simulator.now == 1
    simulator.run_until_idle()
    assert told == [(0, "initiated"), (4, "ringing"), (8, "in-progress"), (12, "completed")]
    assert simulator.now == 16


@pytest.mark.parametrize(
    "url", ["*", "/v*", "https://testserver/voice", "https://testserver/*", re.compile("voice$")]
)
def test_urls_are_patterns(simulator: Simulator, number: PhoneNumber, url: str | re.Pattern[str]) -> None:
    simulator.faults.failing(url)
    caller = simulator.call(number)
    caller.ends()
    assert caller.requests[0].status == 503


@pytest.mark.parametrize("url", ["/voi", "https://testserver/", re.compile("^voice"), "/menu"])
def test_other_urls_are_left_alone(
    simulator: Simulator, number: PhoneNumber, url: str | re.Pattern[str]
) -> None:
    simulator.faults.failing(url)
    caller = simulator.call(number)
    caller.hears("welcome")


def test_only_the_nth_request_fails(simulator: Simulator, number: PhoneNumber) -> None:
    fault = simulator.faults.failing("/voice", nth=2)
    caller = simulator.call(number)
    caller.hears("sorry, 11200")
    assert fault.hits == 1
    assert [request.status for request in caller.requests[:2]] == [200, 503]


def test_faults_end(simulator: Simulator, caller: Caller) -> None:
    simulator.faults.failing("/menu")
    simulator.faults.clear()
    caller.press("1")
    caller.hears("sales")


def test_chance_is_the_seeds() -> None:
    def failed(seed: int) -> list[bool]:
        with Simulator(seed=seed) as simulator:
            simulator.faults.failing(probability=0.5)
            callers = [simulator.call(response("<Say>Hello</Say>")) for _ in range(40)]
            simulator.run_until_idle()
            return [caller.requests[0].status == 503 for caller in callers]

    assert failed(1) == failed(1)
    assert failed(1) != failed(2)
    assert 5 < sum(failed(1)) < 35


def test_faults_that_make_no_sense_are_refused(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="a status or a reason"):
        simulator.faults.failing(status=500, reason="reset")
    with pytest.raises(ValueError, match=r"cannot fail by .broken.; reasons are .*refused"):
        simulator.faults.failing(reason="broken")
    with pytest.raises(ValueError, match="nth counts from 1"):
        simulator.faults.truncated(nth=0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        simulator.faults.truncated(probability=2)
    with pytest.raises(ValueError, match="cannot wait for -3 s"):
        simulator.faults.slow(seconds=-3)
    with pytest.raises(ValueError, match="between 100 and 599, and not 99999"):
        simulator.faults.failing(status=99999)
    with pytest.raises(ValueError, match="no request fits 'menu': write a path such as /menu"):
        simulator.faults.truncated("menu")


def test_a_simulation_ends_while_an_answer_is_late() -> None:
    async def scenario() -> None:
        async with AsyncSimulator() as simulator:
            simulator.faults.slow(seconds=9)
            await simulator.call(response("<Say>Hello</Say>"))
            await simulator.advance(1)

    run(scenario())


def test_an_answer_is_not_held_back_by_one_that_turns_out_to_be_slow() -> None:
    async def lingering() -> str:
        for _ in range(20):
            await asyncio.sleep(0)
        return response("<Say>Late</Say>")

    async def scenario() -> None:
        async with AsyncSimulator() as simulator:
            simulator.faults.slow("/slow", seconds=10)
            late, quick = await asyncio.gather(
                simulator.call(lingering, "/slow"), simulator.call(response("<Say>Quick</Say>"))
            )
            await quick.hears("quick")
            assert simulator.now == 0
            await late.hears("late")
            assert simulator.now == 10

    run(scenario())
