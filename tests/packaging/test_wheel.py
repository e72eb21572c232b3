"""What a wheel holds, and that every place that names the version agrees.

`APPCONNECT_WHEEL` names a wheel to look at. Without it one is built with the profile of the tests, quickly,
because the core is built already. The contents do not depend on the profile.
"""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import appconnect
from appconnect import _core

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
# The build may have to compile the binding once.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    path = os.environ.get("APPCONNECT_WHEEL")
    with zipfile.ZipFile(ROOT / path if path else built_wheel(tmp_path_factory.mktemp("wheel"))) as archive:
        yield archive


def built_wheel(folder: Path) -> Path:
    profile = re.search(r"^PROFILE_local := ((?:.*\\\n)*.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert profile
    options = profile[1].replace("\\\n", " ").replace("'", "").split()
    maturin = Path(sysconfig.get_path("scripts")) / "maturin"
    command = [maturin, "build", "--offline", *options, "--interpreter", sys.executable, "--out", folder]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel: zipfile.ZipFile) -> list[str]:
    return wheel.namelist()


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    return email.message_from_string(wheel.read(f"twiml_appconnect-{VERSION}.dist-info/METADATA").decode())


def test_every_source_file_of_the_package_is_inside(names: list[str]) -> None:
    sources = {
        path.relative_to(ROOT / "python").as_posix()
        for path in (ROOT / "python/appconnect").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".so", ".pyd"}
    }
    assert sources >= {"appconnect/__init__.py", "appconnect/py.typed", "appconnect/_core.pyi"}
    assert sources <= set(names)


def test_nothing_else_is_inside(names: list[str]) -> None:
    assert len(names) == len(set(names))
    assert {name.split("/")[0] for name in names} == {"appconnect", f"twiml_appconnect-{VERSION}.dist-info"}
    assert not [
        name
        for name in names
        if "test" in name.replace("pytest_plugin", "")
        or "__pycache__" in name
        or name.endswith((".rs", ".toml"))
    ]


def test_one_extension_for_the_stable_abi(wheel: zipfile.ZipFile, names: list[str]) -> None:
    assert [name for name in names if name.endswith((".so", ".pyd"))] == ["appconnect/_core.abi3.so"]
    tags = email.message_from_bytes(wheel.read(f"twiml_appconnect-{VERSION}.dist-info/WHEEL")).get_all(
        "Tag", []
    )
    assert tags
    assert all(tag.startswith("cp311-abi3-") for tag in tags)


def test_the_command_and_the_pytest_plugin_are_installed(wheel: zipfile.ZipFile) -> None:
    entry_points = ConfigParser()
    entry_points.read_string(wheel.read(f"twiml_appconnect-{VERSION}.dist-info/entry_points.txt").decode())
    assert dict(entry_points["console_scripts"]) == {"appconnect": "appconnect.cli:main"}
    assert dict(entry_points["pytest11"]) == {"appconnect": "appconnect.pytest_plugin"}


def test_the_licence_and_the_readme_travel_along(
    wheel: zipfile.ZipFile, names: list[str], metadata: Message
) -> None:
    licence = f"twiml_appconnect-{VERSION}.dist-info/licenses/LICENSE"
    assert licence in names
    assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert metadata["License-Expression"] == "MIT"
    assert str(metadata.get_payload()).strip() == (ROOT / "README.md").read_text().strip()


def test_requirements_are_those_of_the_project(metadata: Message) -> None:
    assert metadata["Name"] == PROJECT["name"]
    assert metadata["Requires-Python"] == PROJECT["requires-python"]
    assert set(metadata.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])
    requirements = metadata.get_all("Requires-Dist", [])
    base = {re.split(r"[<>= ;\[]", line)[0] for line in requirements if "extra ==" not in line}
    assert base == {re.split(r"[<>= ;\[]", line)[0] for line in PROJECT["dependencies"]}


def test_all_versions_agree(metadata: Message) -> None:
    assert {
        VERSION,
        metadata["Version"],
        version("twiml-appconnect"),
        appconnect.__version__,
        _core.__version__,
    } == {VERSION}
