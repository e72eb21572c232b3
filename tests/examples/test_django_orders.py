"""The Django project of `orders`, tested by WSGI and ASGI, with its database and its check of signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection

from tests.examples.orders import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appconnect.simulator import AsyncSimulator, Simulator, VoiceApp

pytestmark = pytest.mark.appconnect(auth_token=TOKEN)


def fill() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE orders (number TEXT, state TEXT)")
        cursor.execute("INSERT INTO orders VALUES ('4711', 'on its way')")


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE orders")
    connection.close()


@pytest.fixture
def orders() -> Iterator[None]:
    """A table in a database that only this thread can see, as a test's transaction can."""
    fill()
    yield
    empty()


@pytest.fixture(params=[get_wsgi_application, get_asgi_application], ids=["wsgi", "asgi"])
def app(request: pytest.FixtureRequest) -> VoiceApp:
    return request.param()


@pytest.mark.usefixtures("orders")
def test_the_state_of_an_order(simulator: Simulator, app: VoiceApp) -> None:
    caller = simulator.call(app, "/voice/")
    caller.hears("four digits")
    caller.press("4711")
    caller.hears("on its way")
    caller.ends("completed")


@pytest.mark.usefixtures("orders")
def test_an_order_that_does_not_exist(simulator: Simulator, app: VoiceApp) -> None:
    caller = simulator.call(app, "/voice/")
    caller.press("0815")
    caller.hears("no such order")


def test_what_is_no_number_is_asked_for_again(simulator: Simulator, app: VoiceApp) -> None:
    caller = simulator.call(app, "/voice/")
    caller.is_asked(keys=True, numDigits=4)
    caller.press("12*4")
    caller.hears("that is no order number")
    caller.is_asked(keys=True)


@pytest.mark.appconnect(auth_token="of-somebody-else")
def test_requests_of_others_are_refused(simulator: Simulator, app: VoiceApp) -> None:
    caller = simulator.call(app, "/voice/")
    caller.ends()
    assert caller.requests[0].status == 403
    assert caller.problems[0].code == 11200


@pytest.mark.asyncio
async def test_the_database_is_reached_from_asynchronous_tests_too(
    simulator: AsyncSimulator, app: VoiceApp
) -> None:
    await sync_to_async(fill)()
    try:
        caller = await simulator.call(app, "/voice/")
        await caller.press("4711")
        await caller.hears("on its way")
    finally:
        await sync_to_async(empty)()
