"""The pytest plugin: one fixture to call voice applications with, and failures that draw the call.

    def test_menu(simulator):
        caller = simulator.call(app)
        caller.hears("press 1")
        caller.press("1")
        caller.hears("sales")
        caller.hang_up()

The fixture `simulator` is a new `Simulator` for each test, and in a coroutine test, run by pytest-asyncio or
anyio on asyncio, an `AsyncSimulator`, whose methods are awaited. Neither of the two plugins is needed.

An expectation that fails shows the call as a ladder and its last requests; a test that fails otherwise has
the calls of its simulator in a section of the report.

    --appconnect-seed SEED      what SIDs and faults are made from; also the setting appconnect_seed
    appconnect_account_sid      the SID of the default account
    appconnect_auth_token       the token that its webhooks are signed with
    @pytest.mark.appconnect(seed=…, media=…, config=…, policy=…, …)
                                any argument of Simulator, for one test, class or module

A suite that does not ask for the fixture does not import the simulator.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Iterator

    from appconnect.simulator import AsyncSimulator, Simulator

_S = TypeVar("_S", "AsyncSimulator", "Simulator")
_SIMULATOR: Final = pytest.StashKey["AsyncSimulator | Simulator"]()
_MARKER: Final = "appconnect"
_SETTINGS: Final = {
    "seed": "What SIDs and faults are made from.",
    "account_sid": "The SID of the default account.",
    "auth_token": "The token that webhooks of the default account are signed with.",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the settings."""
    group = parser.getgroup("appconnect", "simulated calls to voice applications")
    group.addoption("--appconnect-seed", metavar="SEED", help=_SETTINGS["seed"])
    for name, words in _SETTINGS.items():
        parser.addini(f"appconnect_{name}", words, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", f"{_MARKER}(seed, media, config, policy, ...): arguments of the fixture simulator."
    )


@pytest.fixture
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator | AsyncSimulator]:
    """Places simulated calls to voice applications; asynchronous in a coroutine test."""
    from appconnect.simulator import AsyncSimulator, Simulator  # noqa: PLC0415 - only whoever asks for it

    item = request.node
    test = getattr(item, "obj", None)
    if not inspect.iscoroutinefunction(test):
        with _made(Simulator, request) as made:
            item.stash[_SIMULATOR] = made
            yield made
        return
    simulation = _made(AsyncSimulator, request)
    item.stash[_SIMULATOR] = simulation
    item.obj = _inside(simulation, test)
    yield simulation
    item.obj = test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Draw the calls of a test that failed otherwise than by an expectation, which has drawn its own."""
    report = yield
    simulation = item.stash.get(_SIMULATOR, None)
    if simulation is not None and report.failed and call.excinfo is not None:
        from appconnect.simulator import ExpectationError  # noqa: PLC0415 - it is imported already

        if not isinstance(call.excinfo.value, ExpectationError):
            report.sections.append(("simulated calls", simulation.report()))
    return report


def _made(flavour: type[_S], request: pytest.FixtureRequest) -> _S:
    """A simulator as it is wanted; the test fails in one line where it is wanted wrongly."""
    settings = _settings(request)
    allowed = inspect.signature(flavour).parameters
    for name in settings:
        if name not in allowed:
            pytest.fail(
                f"@pytest.mark.{_MARKER} takes no {name}; it takes {', '.join(allowed)}", pytrace=False
            )
    try:
        return flavour(**settings)
    except (AttributeError, TypeError, ValueError) as error:
        told = ", ".join(f"{name}={value!r}" for name, value in settings.items() if name != "auth_token")
        pytest.fail(f"the fixture simulator cannot be made with {told}: {error}", pytrace=False)


def _settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The arguments of the simulator: of the project, the command line, and markers from far to near."""
    config = request.config
    settings: dict[str, Any] = {name: config.getini(f"appconnect_{name}") for name in _SETTINGS}
    settings["seed"] = config.getoption("appconnect_seed") or settings["seed"] or 0
    for marker in reversed(list(request.node.iter_markers(_MARKER))):
        if marker.args:
            pytest.fail(f"@pytest.mark.{_MARKER} takes arguments by name only, such as seed=7", pytrace=False)
        settings |= marker.kwargs
    return settings


def _inside(
    simulation: AsyncSimulator, test: Callable[..., Coroutine[Any, Any, None]]
) -> Callable[..., Coroutine[Any, Any, None]]:
    """Begin and end the simulation in the event loop of the test, whichever plugin runs it."""

    @functools.wraps(test)
    async def run(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the test takes them
        async with simulation:
            await test(*args, **kwargs)

    return run
