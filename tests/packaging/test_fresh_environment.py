"""The README's first test, in an environment with the wheel, pytest, flask and twilio, and nothing else.

Making that environment takes a registry, so this runs where `APPCONNECT_WHEEL` names a wheel: in `make ci`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from tests.docs.test_readme import programs

ROOT = Path(__file__).parents[2]
WHEEL = os.environ.get("APPCONNECT_WHEEL")


@pytest.mark.skipif(WHEEL is None, reason="APPCONNECT_WHEEL names no wheel")
@pytest.mark.timeout(300)
def test_the_readme_in_a_fresh_environment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    python = tmp_path / "fresh/bin/python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, tmp_path / "fresh"], check=True)
    install: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--python",
        python,
        "--constraints",
        ROOT / "constraints.txt",
    ]
    subprocess.run([*install, ROOT / str(WHEEL), "pytest", "flask", "twilio"], check=True)
    program = programs((ROOT / "README.md").read_text(encoding="utf-8"))["menu"]
    (tmp_path / "test_menu.py").write_text(program.source, encoding="utf-8")
    command: list[str | Path] = [python, "-W", "error", "-m", "pytest", "-q", "test_menu.py"]
    times = []
    # The first run compiles what was installed.
    for _ in range(2):
        began = time.perf_counter()
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        times.append(time.perf_counter() - began)
        assert "1 passed" in result.stdout, result.stdout + result.stderr
    with capsys.disabled():
        sys.stdout.write(
            f"\nthe README's test in a fresh environment: {times[0]:.2f} s, then {times[1]:.2f} s\n"
        )
