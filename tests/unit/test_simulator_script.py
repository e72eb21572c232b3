from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appconnect.simulator import ExpectationError, Script, ScriptError, Session
from appconnect.simulator.script import Step
from tests.unit.applications import CALLER, NUMBER, Applications, registry, response, run


def test_a_script_is_read_line_by_line() -> None:
    script = Script.parse("""
        # a comment

        expect  Which department?
        PRESS 12*#aD
          say It's "me", # yes
        wait 1.5
        hangup
    """)
    assert [(step.action, step.argument) for step in script.steps] == [
        ("expect", "Which department?"),
        ("press", "12*#aD"),
        ("say", 'It\'s "me", # yes'),
        ("wait", "1.5"),
        ("hangup", ""),
    ]
    assert [step.line for step in script.steps] == [4, 5, 6, 7, 8]
    assert [str(step) for step in script.steps][-2:] == ["wait 1.5", "hangup"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("prees 1", "unknown step 'prees'"),
        ("expect", "expect needs a text"),
        ("say   ", "say needs a text"),
        ("press", "cannot press ''"),
        ("press 1 2", "cannot press '1 2'"),
        ("press 1w", "cannot press '1w'"),
        ("wait", "cannot wait ''"),
        ("wait soon", "cannot wait 'soon'"),
        ("wait -1", "cannot wait '-1'"),
        ("wait nan", "cannot wait 'nan'"),
        ("wait inf", "cannot wait 'inf'"),
        ("hangup now", "hangup takes nothing"),
        ("hang up", "unknown step 'hang'"),
    ],
)
def test_a_bad_line_is_named_with_what_is_allowed(line: str, problem: str) -> None:
    with pytest.raises(ScriptError) as caught:
        Script.parse(f"# first\n\nwait 1\n{line}\nhangup\n")
    assert caught.value.line == 4
    message = str(caught.value)
    assert message.startswith("line 4: ")
    assert problem in message
    for allowed in ("expect TEXT", "press DIGITS", "say TEXT", "wait SECONDS", "hangup"):
        assert allowed in message


@given(st.lists(st.text(string.printable, max_size=30), max_size=8))
def test_any_text_is_a_script_or_an_error_with_a_line(lines: list[str]) -> None:
    text = "\n".join(lines)
    steps, bad = [], 0
    try:
        steps = list(Script.parse(text).steps)
    except ScriptError as error:
        bad = error.line
    assert 0 <= bad <= len(text.splitlines())
    # What was read can be written and read again.
    again = Script.parse("\n".join(str(step) for step in steps))
    assert list(again.steps) == [
        Step(number, step.action, step.argument) for number, step in enumerate(steps, 1)
    ]


def test_a_script_makes_a_whole_call() -> None:
    async def scenario() -> None:
        apps = Applications(
            {
                "/voice": response('<Gather action="/menu"><Say>Which department?</Say></Gather>'),
                "/menu": response('<Say>Leave a message.</Say><Record action="/recorded"/>'),
                "/recorded": response("<Say>Thank you</Say>"),
            }
        )
        script = Script.parse("""
            expect which DEPARTMENT
            press 2#
            expect message
            say Please call back
            wait 2
            press 5
            expect thank
            hangup
        """)
        steps: list[str] = []
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            await script.run(caller, on_step=lambda step: steps.append(step.action))
            assert caller.cause == "caller"
            await session.drain()
        assert steps == ["expect", "press", "expect", "say", "wait", "press", "expect", "hangup"]
        menu, recorded = apps.requests[1], apps.requests[2]
        assert (menu.path, menu.form["Digits"]) == ("/menu", "2")
        assert (recorded.path, recorded.form["Digits"]) == ("/recorded", "5")
        # The words take 18 characters / 15 a second, then two seconds pass.
        assert recorded.form["RecordingDuration"] == "3"

    run(scenario())


def test_a_failing_step_names_its_line_and_what_was_heard_instead() -> None:
    async def scenario() -> None:
        apps = Applications({"/voice": response("<Say>Good  morning</Say><Say>We are closed</Say>")})
        async with Session(registry(), apps) as session:
            caller = await session.dial(CALLER, NUMBER)
            script = Script.parse("expect good MORNING\n# never\nexpect department\nhangup")
            with pytest.raises(ExpectationError) as caught:
                await script.run(caller)
        message = str(caught.value)
        assert message.startswith("line 3 (expect department): the call ended (normal)")
        assert "We are closed" in message
        assert "morning" not in message

    run(scenario())
