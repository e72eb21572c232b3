from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest
from typer.testing import CliRunner

from appconnect import __version__
from appconnect.cli import commands

HEAVY = (
    "appconnect.driver",
    "appconnect.simulator",
    "asyncio",
    "fastapi",
    "ssl",
    "starlette",
    "twilio",
    "uvicorn",
)


def test_help_imports_nothing_that_a_command_would_need() -> None:
    program = (
        "import sys\nfrom appconnect.cli import main\nsys.argv = ['appconnect', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"
    assert all(name in result.stdout for name in ("call", "check", "demo"))


def test_the_module_is_the_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "appconnect", "--version"], capture_output=True, text=True, check=True
    )
    assert result.stdout == f"{__version__}\n"


@pytest.mark.parametrize("missing", ["fastapi", "python_multipart", "twilio", "uvicorn"])
def test_the_demo_says_in_one_line_which_extra_it_needs(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "find_spec", lambda name: None if name == missing else find_spec(name))
    result = CliRunner().invoke(commands.app, ["demo"])
    assert result.exit_code != 0
    assert result.stdout == ""
    assert result.stderr == "error: the demo needs an extra: pip install 'twiml-appconnect[demo]'\n"
