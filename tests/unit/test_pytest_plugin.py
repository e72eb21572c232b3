from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

APP = """
    import pytest
    from twilio.twiml.voice_response import VoiceResponse

    def app(request):
        answer = VoiceResponse()
        answer.say("Welcome")
        answer.gather(num_digits=1, action="/menu").say("For sales, press 1")
        return answer
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """Run a file of tests that call an application."""
    # With this pytest repeats whole messages in its summary.
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)

    def run_tests(tests: str, *options: str, settings: str = "") -> pytest.RunResult:
        ini = f"[pytest]\nasyncio_default_fixture_loop_scope = function\n{settings}\n"
        pytester.makefile(".ini", pytest=ini)
        pytester.makepyfile(APP + tests)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)

    return run_tests


def test_the_fixture_places_calls(run: Callable[..., pytest.RunResult]) -> None:
    result = run("""
    def test_call(simulator):
        caller = simulator.call(app)
        caller.hears("press 1")
        caller.hang_up()

    class TestMore:
        @pytest.fixture
        def caller(self, simulator):
            return simulator.call(app)

        def test_caller(self, caller, simulator):
            assert simulator.now == 0
            caller.hears("press 1")
    """)
    result.assert_outcomes(passed=2)


def test_an_expectation_that_fails_draws_the_call(run: Callable[..., pytest.RunResult]) -> None:
    result = run("""
    def test_call(simulator):
        caller = simulator.call(app)
        caller.hears("press 1")
        caller.hears("goodbye")
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>       caller.hears("goodbye")',
            "E       appconnect.simulator.ExpectationError: * before 'goodbye' was heard*",
            "E*Caller*default",
            "E*│ ► +14155550100*│ a call comes in",
            "E*│ POST /voice → 200",
            "E*│ ◄ “Welcome”*│ <Say>",
            "E       the last requests:",
            "E         POST /voice (voice) → 200",
        ]
    )
    text = result.stdout.str()
    # The frames of the simulator say nothing, and the call is drawn once.
    assert "blocking.py" not in text
    assert "caller.py" not in text
    assert text.count("a call comes in") == 1
    assert "\x1b[" not in text


def test_another_failure_has_the_calls_in_a_section(run: Callable[..., pytest.RunResult]) -> None:
    result = run("""
    def test_call(simulator):
        simulator.call(app).hears("press 1")
        simulator.call("+15550142")
        assert simulator.problems
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*- simulated calls -*", "*Caller*default*", "*◄ “Welcome”*", "nothing happened on the call"]
    )


def test_a_test_that_passes_draws_nothing(run: Callable[..., pytest.RunResult]) -> None:
    result = run("""
    def test_call(simulator):
        simulator.call(app).hears("press 1")

    def test_without():
        assert not "a failure without calls"
    """)
    result.assert_outcomes(passed=1, failed=1)
    assert "Caller" not in result.stdout.str()


def test_no_call_was_placed(run: Callable[..., pytest.RunResult]) -> None:
    result = run("""
    def test_call(simulator):
        assert simulator.timeline
    """)
    result.stdout.fnmatch_lines(["*- simulated calls -*", "no call was placed"])


ASYNC = """
    async def call(simulator):
        assert type(simulator).__name__ == "AsyncSimulator"
        caller = await simulator.call(app)
        await caller.hears("press 1")
        return caller

    {mark}
    class TestAsync:
        async def test_passes(self, simulator):
            await (await call(simulator)).hang_up()

        async def test_fails(self, simulator):
            await (await call(simulator)).hears("goodbye")

    def test_sync(simulator):
        assert type(simulator).__name__ == "Simulator"
"""


@pytest.mark.parametrize(
    ("mark", "options"),
    [
        pytest.param("@pytest.mark.asyncio", ["-p", "no:anyio"], id="pytest-asyncio"),
        pytest.param("@pytest.mark.anyio", ["-p", "no:asyncio"], id="anyio"),
        pytest.param("", ["--asyncio-mode=auto"], id="automatic"),
    ],
)
def test_coroutines_get_the_asynchronous_flavour(
    run: Callable[..., pytest.RunResult], mark: str, options: list[str]
) -> None:
    tests = ASYNC.format(mark=mark)
    if "anyio" in mark:
        tests += """
    @pytest.fixture
    def anyio_backend():
        return "asyncio"
"""
    settings = "" if "no:asyncio" not in options else "filterwarnings = ignore::pytest.PytestConfigWarning"
    result = run(tests, *options, settings=settings)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["E*before 'goodbye' was heard*", "E*Caller*default"])
    assert "caller.py" not in result.stdout.str()


@pytest.mark.parametrize(
    ("fixture", "mark", "options"),
    [
        pytest.param("pytest_asyncio.fixture", "asyncio", ["-p", "no:anyio"], id="pytest-asyncio"),
        pytest.param("pytest.fixture", "anyio", ["-p", "no:asyncio"], id="anyio"),
    ],
)
def test_an_asynchronous_fixture_may_place_the_call(
    run: Callable[..., pytest.RunResult], fixture: str, mark: str, options: list[str]
) -> None:
    result = run(
        f"""
    import pytest_asyncio

    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    @{fixture}
    async def caller(simulator):
        return await simulator.call(app)

    @pytest.mark.{mark}
    async def test_call(caller, simulator):
        await caller.hears("press 1")
        await caller.hang_up()
    """,
        *options,
        settings="" if mark == "asyncio" else "filterwarnings = ignore::pytest.PytestConfigWarning",
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("sed=7", "@pytest.mark.appconnect takes no sed; it takes seed, config, media, *"),
        ("7", "@pytest.mark.appconnect takes arguments by name only, such as seed=7"),
        ("account_sid='AC1'", "the fixture simulator cannot be made with seed=0, account_sid='AC1': sid:*"),
        ("config=5", "the fixture simulator cannot be made with *config=5: *"),
    ],
)
def test_a_marker_that_is_wrong_is_told_in_one_line(
    run: Callable[..., pytest.RunResult], arguments: str, words: str
) -> None:
    result = run(f"""
    @pytest.mark.appconnect({arguments})
    def test_call(simulator):
        pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([words])
    assert "Traceback" not in result.stdout.str()
    assert "simulator.py" not in result.stdout.str()


def test_lifespans_end_before_the_loop_of_the_test_does(run: Callable[..., pytest.RunResult]) -> None:
    result = run("""
    from contextlib import asynccontextmanager
    from fastapi import FastAPI, Response

    phases = []

    @asynccontextmanager
    async def lifespan(app):
        phases.append("startup")
        yield
        phases.append("shutdown")

    api = FastAPI(lifespan=lifespan)

    @api.post("/voice")
    async def voice():
        return Response("<Response><Say>Hello</Say></Response>", media_type="text/xml")

    @pytest.mark.asyncio
    async def test_first(simulator):
        await (await simulator.call(api)).hears("hello")
        assert phases == ["startup"]

    def test_second():
        assert phases == ["startup", "shutdown"]
    """)
    result.assert_outcomes(passed=2)


def test_settings_come_from_markers_the_command_line_and_the_project(
    run: Callable[..., pytest.RunResult],
) -> None:
    tests = """
    from appconnect.simulator import MediaModel

    def sid(simulator):
        caller = simulator.call(app)
        caller.hears("welcome")
        return caller.call

    def test_project(simulator):
        assert simulator.account_sid == "AC" + "1" * 32
        assert simulator.auth_token == "secret"
        print("call", sid(simulator))

    @pytest.mark.appconnect(seed="marked", media=MediaModel(texts={"Welcome": 60}))
    class TestMarked:
        def test_media(self, simulator):
            caller = simulator.call(app)
            caller.hears("press 1", within=61)
            assert simulator.now == 60

        @pytest.mark.appconnect(auth_token="other")
        def test_near(self, simulator):
            assert simulator.auth_token == "other"
            print("marked", sid(simulator))
    """
    settings = (
        "appconnect_account_sid = AC" + "1" * 32 + "\nappconnect_auth_token = secret\nappconnect_seed = 5"
    )

    def sids(*options: str) -> tuple[str, str]:
        result = run(tests, "-rP", "--strict-markers", *options, settings=settings)
        result.assert_outcomes(passed=3)
        lines = [line.split() for line in result.outlines if line.startswith(("call CA", "marked CA"))]
        return lines[0][1], lines[1][1]

    project, marked = sids()
    assert sids("--appconnect-seed=5") == (project, marked)
    option, still_marked = sids("--appconnect-seed=6")
    assert option != project
    assert still_marked == marked


def test_a_suite_without_the_fixture_does_not_pay_for_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import sys

        def test_light():
            heavy = {"appconnect.simulator", "appconnect.driver", "httptools", "twilio", "flask"}
            assert not heavy & set(sys.modules)
    """)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", "-q"]
    result = subprocess.run(command, cwd=pytester.path, capture_output=True, text=True, check=False)
    assert "1 passed" in result.stdout, result.stdout + result.stderr


def test_the_help_names_the_option(pytester: pytest.Pytester) -> None:
    pytester.makefile(".ini", pytest="[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    result = pytester.runpytest_inprocess("--help")
    result.stdout.fnmatch_lines(["*--appconnect-seed=SEED*", "*appconnect_auth_token*"])
    result = pytester.runpytest_inprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.appconnect(*"])
