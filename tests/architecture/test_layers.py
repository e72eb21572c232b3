"""The layers of the Python package hold, and the check would notice if they did not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sysconfig.get_path("scripts")) / "lint-imports"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contract, to be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "python", tmp_path / "python", ignore=shutil.ignore_patterns("*.so", "__pycache__")
    )
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "python")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_go_strictly_down() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_upward_import_is_refused(copy: Path) -> None:
    (copy / "python/appconnect/clock.py").write_text("import appconnect.driver\n")
    (copy / "python/appconnect/driver").mkdir(exist_ok=True)
    (copy / "python/appconnect/driver/__init__.py").write_text("")
    result = lint(copy)
    assert result.returncode != 0
    assert "appconnect.clock -> appconnect.driver" in result.stdout


def test_a_module_without_a_layer_is_refused(copy: Path) -> None:
    (copy / "python/appconnect/attic.py").write_text("")
    result = lint(copy)
    assert result.returncode != 0
    assert "attic" in result.stdout
