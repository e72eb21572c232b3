"""`import appconnect` brings in neither the command line nor anybody's web framework."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "aiohttp",
    "fastapi",
    "httptools",
    "rich",
    "starlette",
    "twilio",
    "typer",
    "uvicorn",
    "uvloop",
    "yarl",
)


def test_importing_the_package_is_light() -> None:
    program = f"import sys, appconnect; print([name for name in {HEAVY!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
