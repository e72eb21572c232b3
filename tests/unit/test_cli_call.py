from __future__ import annotations

import itertools
import json
import os
import pty
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from appconnect import verify
from appconnect.cli.commands import app
from tests.unit.web import APPLICATION, Site, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

OWNER = "AC" + "a" * 32
OTHER = "AC" + "b" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    server.requests.clear()
    return server


def call(url: str, *options: str, typed: str = "") -> Result:
    """Run the command on virtual time."""
    return CliRunner().invoke(app, ["call", url, "--virtual-time", "--allow-private", *options], input=typed)


def scripted(url: str, *options: str, steps: str) -> Result:
    return call(url, "--script", "-", *options, typed=steps)


def timeline(result: Result) -> list[dict[str, Any]]:
    """The objects on standard output, on which nothing else may be."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def heard(result: Result) -> list[str]:
    return [entry["text"] for entry in timeline(result) if entry["event"] == "heard"]


def hop_to(site: Site, attributes: str) -> str:
    return f"{APPLICATION}={site.url}/hop,{attributes}"


def test_a_script_that_comes_true(site: Site, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(
        "# the menu\nexpect press 1\npress 1\nexpect what is it\nsay Help me\nexpect You said help\n"
    )
    result = call(f"{site.url}/voice", "--script", str(script))
    assert result.exit_code == 0, result.stderr
    assert "◄ Press 1 to be heard, 2 to be handed over" in result.stdout
    assert "► 1" in result.stdout
    assert "► “Help me”" in result.stdout
    assert "! warning 12200" in result.stdout
    assert "completed (normal). The script was fulfilled." in result.stdout
    assert "development mode" in result.stdout
    assert "\x1b" not in result.stdout


def test_the_timeline_as_json(site: Site) -> None:
    result = scripted(
        f"{site.url}/voice", "--json", steps="expect press 1\npress 1\nsay Help\nexpect said help\n"
    )
    assert result.exit_code == 0, result.stderr
    entries = timeline(result)
    asked = [entry for entry in entries if entry["event"] == "requested"]
    answered = [entry for entry in entries if entry["event"] == "responded"]
    assert [(entry["method"], entry["url"]) for entry in asked] == [
        ("POST", f"{site.url}/{path}") for path in ("voice", "menu", "said")
    ]
    # An answer says what it answers, and the form is what the application was sent.
    assert [entry["form"] for entry in answered] == [
        list(map(list, form.items())) for _, form, _ in site.requests
    ]
    assert [(entry["status"], entry["url"]) for entry in answered] == [(200, entry["url"]) for entry in asked]
    assert [entry["verb"] for entry in entries if entry["event"] == "verb"] == ["Gather", "Gather", "Say"]
    assert heard(result)[-1] == "You said Help"
    assert [entry["status"] for entry in entries if entry["event"] == "status"] == [
        "ringing",
        "in-progress",
        "completed",
    ]
    problems = [entry for entry in entries if entry["event"] == "problem"]
    assert [(entry["code"], entry["level"], entry["line"]) for entry in problems] == [(12200, "warning", 1)]
    assert [entry["settlement"]["amount"] for entry in entries if entry["event"] == "settled"] == [8500]
    assert entries[-1] == {
        "event": "ended",
        "call": entries[0]["call"],
        "cause": "normal",
        "status": "completed",
        "seconds": entries[-1]["seconds"],
        "script": "fulfilled",
        "exit_code": 0,
    }
    assert "development-token" in result.stderr


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("expect nobody says this\n", "line 1 (expect nobody says this)"),
        ("expect press 1\nwait 60\npress 1\n", "line 3 (press 1): the call ended"),
        ("press 3\nexpect please wait\n", "had not ended 60 s after the last step"),
    ],
)
def test_a_script_that_does_not_come_true_fails(site: Site, steps: str, problem: str) -> None:
    result = scripted(f"{site.url}/voice", "--json", steps=steps)
    assert result.exit_code == 1
    assert problem in result.stderr.splitlines()[-1]
    last = timeline(result)[-1]
    assert problem in last["script"]
    assert last["exit_code"] == 1
    assert last["status"] == "completed"  # The caller hung up.


def test_the_same_seed_gives_the_same_output_byte_for_byte(site: Site) -> None:
    runs = [
        scripted(f"{site.url}/voice", "--json", "--seed", seed, steps="press 2\n").stdout
        for seed in ("one", "one", "two")
    ]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    unseeded = [scripted(f"{site.url}/voice", "--json", steps="press 2\n").stdout for _ in range(2)]
    assert unseeded[0] != unseeded[1]


def test_a_call_across_two_accounts(site: Site) -> None:
    result = scripted(
        f"{site.url}/voice",
        "--json",
        f"--account={OWNER}:token-a",
        f"--app={hop_to(site, f'account={OTHER}:token-b,public')}",
        "--to=+18005550142",
        "--from=+14155550123",
        steps="press 2\nexpect here is b\nexpect completed yes\n",
    )
    assert result.exit_code == 0, result.stderr
    tokens = {"/voice": "token-a", "/menu": "token-a", "/hop": "token-b", "/after": "token-a"}
    assert [path for path, _, _ in site.requests] == list(tokens)
    for path, form, signature in site.requests:
        assert verify(tokens[path], site.url + path, form, signature)
        assert form["From"] == "+14155550123"
        assert form["AccountSid"] == (OTHER if path == "/hop" else OWNER)
    hop, after = site.requests[2][1], site.requests[3][1]
    assert (hop["CustomerId"], hop["Param_order"], hop["To"]) == ("one & two", "1001", "+18005550142")
    assert after["ReturnParam_paid"] == "yes"
    charged = {
        entry["account"]: entry["settlement"]["amount"]
        for entry in timeline(result)
        if entry["event"] == "settled" and entry["settlement"]["leg"].startswith("application")
    }
    assert charged == {OWNER: 0, OTHER: 2500}


@pytest.mark.parametrize(
    ("attributes", "outcome"),
    [
        (f"account={OTHER}:token-b", "failed nothing"),
        (f"public,account={OTHER}:token-b", "completed yes"),
        (f"account={OWNER}:token-a", "completed yes"),  # One's own needs no permission.
    ],
)
def test_who_may_dial_what(site: Site, attributes: str, outcome: str) -> None:
    options = (f"--account={OWNER}:token-a", f"--app={hop_to(site, attributes)}")
    result = scripted(f"{site.url}/voice", *options, steps=f"press 2\nexpect {outcome}\n")
    assert result.exit_code == 0, result.stderr
    assert ("! error 21218" in result.stdout) == (outcome == "failed nothing")


def test_a_fallback_takes_over(site: Site) -> None:
    option = f"--app={APPLICATION}={site.url}/nothing,public,fallback={site.url}/hop"
    result = scripted(f"{site.url}/voice", option, steps="press 2\nexpect completed yes\n")
    assert result.exit_code == 0, result.stderr
    assert site.requests[3][1]["ErrorCode"] == "11200"


@pytest.mark.parametrize(
    ("to", "expected"),
    [("client:support", "client:support"), ("sip:support@voice.example", "sip:support@voice.example")],
)
def test_other_things_than_numbers_can_be_dialled(site: Site, to: str, expected: str) -> None:
    assert call(f"{site.url}/hop", f"--to={to}").exit_code == 0
    assert site.requests[0][1]["To"] == expected


def test_headers_of_a_sip_call(site: Site) -> None:
    options = ("--to=sip:support@voice.example", "--sip-header=X-Desk=7=8", "--sip-header=Via=somewhere")
    assert call(f"{site.url}/hop", *options).exit_code == 0
    form = site.requests[0][1]
    assert form["SipHeader_X-Desk"] == "7=8"
    assert form["SipDomain"] == "voice.example"
    assert "SipHeader_Via" not in form


@pytest.mark.parametrize(
    "name", ["http://127.0.0.1:9/", "http://localhost:9/", "http://10.0.0.1/", "http://[::1]/"]
)
def test_private_targets_need_the_option(name: str) -> None:
    result = CliRunner().invoke(app, ["call", name])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: cannot reach {name}: ")
    assert result.stderr.endswith("give --allow-private to allow it\n")
    # The applications are looked at too, before anything is requested.
    result = CliRunner().invoke(app, ["call", "http://192.0.2.1/", f"--app={APPLICATION}={name}"])
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["ftp://apps.example/"], "'ftp://apps.example/' is not a URL"),
        (["apps.example/voice"], "is not a URL"),
        (["http://"], "is not a URL"),
        (["http://[::1"], "is not a URL"),
        (["http://apps.example:99999/"], "is not a URL"),
        (["http://nobody.invalid/"], "nobody.invalid does not resolve"),
        (["http://169.254.169.254/", "--allow-private"], "the address belongs to"),
        (["http://x.example/", "--account", "AC12:secret"], "an account is AC…:TOKEN"),
        (["http://x.example/", "--account", OWNER], "needs its token"),
        (["http://x.example/", "--account", f"{OWNER}:"], "needs its token"),
        (["http://x.example/", "--app", "nonsense"], "--app is AP…=URL"),
        (["http://x.example/", "--app", f"{APPLICATION}"], "--app is AP…=URL"),
        (["http://x.example/", "--app", f"{APPLICATION}=ftp://x"], "'ftp://x' is not a URL"),
        (["http://x.example/", "--app", f"{APPLICATION}=http://x,fallback=y"], "'y' is not a URL"),
        (["http://x.example/", "--app", f"{APPLICATION}=http://x,account=y"], "an account is AC…:TOKEN"),
        (
            ["http://x.example/", f"--account={OWNER}:a", f"--app={APPLICATION}=http://x,account={OWNER}:b"],
            "is given with two tokens",
        ),
        (["http://x.example/", "--sip-header", "X-A=1"], "--sip-header needs a SIP address to call"),
        (
            ["http://x.example/", "--to=sip:a@b.example", "--sip-header", "X-A"],
            "write a header as --sip-header",
        ),
        (["http://x.example/", "--script", "/nowhere/at/all"], "cannot read /nowhere/at/all"),
    ],
)
def test_a_bad_option_is_answered_in_one_line(options: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["call", *options])
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert "secret" not in result.stderr
    assert result.stdout == ""


def test_a_bad_script_names_its_line(site: Site) -> None:
    result = scripted(f"{site.url}/voice", steps="press 1\njump\n")
    assert result.exit_code == 2
    assert "line 2: unknown step 'jump'; allowed are expect TEXT" in result.stderr
    assert site.requests == []


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("1\nHelp me\n", "You said Help me"),
        ("1\n> 42\n", "You said 42"),
        ("\n", "We did not hear from you"),  # Silence.
        ("9\n", "You pressed 9"),
        ("9", "You pressed 9"),  # The end of the input needs no new line.
        ("w9\n", "You pressed 9"),
        ("A\n", "You pressed A"),
    ],
)
def test_lines_of_standard_input_meet_the_prompts(site: Site, typed: str, answer: str) -> None:
    result = call(f"{site.url}/voice", "--json", typed=typed)
    assert result.exit_code == 0, result.stderr
    assert answer in heard(result)
    assert timeline(result)[-1]["cause"] == "normal"


@pytest.mark.parametrize("typed", ["", "hangup\n", "1\n", "1\nhangup\n9\n"])
def test_hanging_up_and_the_end_of_the_input_end_the_call(site: Site, typed: str) -> None:
    result = call(f"{site.url}/voice", "--json", typed=typed)
    assert result.exit_code == 0, result.stderr
    assert timeline(result)[-1]["cause"] == "caller"
    assert heard(result)[-1] == (
        "What is it?" if "1" in typed else "Press 1 to be heard, 2 to be handed over"
    )


def test_an_answer_may_come_in_parts(site: Site) -> None:
    result = call(f"{site.url}/pin", "--json", typed="12\n34\n")
    assert result.exit_code == 0, result.stderr
    assert "You pressed 1234" in heard(result)


def test_a_part_of_an_answer_counts_when_the_input_is_over(site: Site) -> None:
    result = call(f"{site.url}/pin", "--json", typed="12\n")
    assert heard(result)[-1] == "You pressed 12"
    assert timeline(result)[-1]["cause"] == "normal"


def test_the_line_after_words_meets_the_prompt_after_them(site: Site) -> None:
    result = call(f"{site.url}/talk", "--json", typed="Help me\n9\n")
    assert heard(result) == ["What is it?", "Which one?", "You pressed 9"]


@pytest.mark.parametrize("path", ["/broken", "/nothing"])
def test_without_a_script_an_error_fails(site: Site, path: str) -> None:
    result = call(f"{site.url}{path}")
    assert result.exit_code == 1
    assert "! error 1" in result.stdout
    # A script that expects it is right.
    assert scripted(f"{site.url}{path}", steps="expect an application error\n").exit_code == 0


def test_what_nothing_answers_to(site: Site) -> None:
    result = call(f"{site.url}/voice", "--to=AP12")
    assert result.exit_code in {1, 2}
    assert site.requests == []


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "appconnect", "call", *arguments, "--allow-private"]


def wait_for(read: Iterator[str], text: str) -> str:
    """What is printed, up to a text."""
    printed = ""
    while text not in printed:
        printed += next(read)
    return printed


def test_an_interrupt_hangs_up(site: Site) -> None:
    with subprocess.Popen(
        command(f"{site.url}/voice", "--json"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if lines[-1]["event"] == "heard":
                process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert lines[-1]["cause"] == "caller"
    assert lines[-1]["status"] == "completed"
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("options", "invitation"),
    [((), "type keys"), (("--virtual-time",), "your turn (an empty line is silence)")],
)
def test_a_person_at_a_terminal_presses_keys(site: Site, options: tuple[str, ...], invitation: str) -> None:
    controller, terminal = pty.openpty()
    start = time.monotonic()
    with subprocess.Popen(
        command(f"{site.url}/voice", *options),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        close_fds=True,
    ) as process:
        os.close(terminal)

        def output() -> Iterator[str]:
            for _ in itertools.count():
                try:
                    yield os.read(controller, 4096).decode(errors="replace")
                except OSError:
                    return

        read = output()
        begin = wait_for(read, "◄ Press 1 to be heard, 2 to be handed over")
        if invitation not in begin:
            wait_for(read, invitation)
        os.write(controller, b"1\n")
        wait_for(read, "◄ What is it?")
        os.write(controller, b"\x04")  # Ctrl-D
        rest = wait_for(read, "The call ended after")
        process.wait(10)
    os.close(controller)
    assert process.returncode == 0
    assert "(caller)" in rest
    assert time.monotonic() - start < 8


def test_the_same_script_runs_in_real_time(site: Site) -> None:
    result = CliRunner().invoke(
        app,
        ["call", f"{site.url}/hop", "--allow-private", "--script", "-", "--json"],
        input="expect here is b\nwait 0.2\nhangup\n",
    )
    assert result.exit_code == 0, result.stderr
    entries = timeline(result)
    assert 200 <= entries[-1]["seconds"] * 1_000 < 5_000
    assert abs(entries[0]["at"] / 1_000 - time.time()) < 30
