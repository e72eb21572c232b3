from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from appconnect.cli.commands import app
from tests.unit.web import serving

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

GOOD = "<Response>\n  <Say>Hello</Say>\n</Response>\n"
WARNED = '<Response>\n  <Say>Hello</Say>\n  <Shout loud="1"/>\n</Response>\n'
QUOTED = "<Response>\n  <Reject reason=”rejected”/>\n</Response>\n"


def check(*arguments: str | Path, typed: str | bytes = "") -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)], input=typed)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, text in (("good", GOOD), ("warned", WARNED), ("quoted", QUOTED), ("empty", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_good_document(files: Path) -> None:
    result = check(files / "good")
    assert (result.exit_code, result.stdout) == (0, f"{files / 'good'}: no problems\n")


def test_a_warning_is_placed_and_does_not_fail(files: Path) -> None:
    result = check(files / "warned")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{files / 'warned'}:3:3: warning 12200: <Shout>")


@pytest.mark.parametrize(
    ("quote", "name"),
    [
        ("\u201d", "RIGHT DOUBLE QUOTATION MARK"),
        ("\u201c", "LEFT DOUBLE QUOTATION MARK"),
        ("\u2019", "RIGHT SINGLE QUOTATION MARK"),
        ("\u2018", "LEFT SINGLE QUOTATION MARK"),
    ],
)
def test_a_typographic_quote_is_named(quote: str, name: str) -> None:
    result = check("-", typed=QUOTED.replace("\u201d", quote))
    assert result.exit_code == 1
    first, last = result.stdout.splitlines()
    assert first.startswith(f"<stdin>:2:18: error 12100: U+{ord(quote):04X} {name} ")
    assert last == "<stdin>: this document cannot be run"


def test_json_is_one_object_a_document(files: Path) -> None:
    result = check("--json", files / "warned", files / "quoted", "-", typed=GOOD)
    assert result.exit_code == 1
    warned, quoted, good = map(json.loads, result.stdout.splitlines())
    assert good == {"file": "-", "fatal": False, "problems": []}
    assert list(warned) == ["file", "fatal", "problems"]
    assert (warned["file"], warned["fatal"]) == (str(files / "warned"), False)
    (problem,) = warned["problems"]
    assert {**problem, "message": ""} == {
        "code": 12200,
        "level": "warning",
        "line": 3,
        "column": 3,
        "message": "",
    }
    assert quoted["fatal"] is True
    assert quoted["problems"][0]["line"] == 2


def test_a_content_type_decides_what_a_document_is(files: Path) -> None:
    assert check("--content-type", "text/plain", files / "quoted").exit_code == 0
    refused = check("--content-type", "application/json", files / "good")
    assert refused.exit_code == 1
    assert "error 12300" in refused.stdout


def test_bytes_are_taken_as_they_are() -> None:
    utf16 = '<?xml version="1.0" encoding="UTF-16"?><Response/>'.encode("utf-16")
    assert check("-", typed=utf16).exit_code == 0
    assert check("-", typed=b"<Response>\xff</Response>").exit_code == 1


def test_what_cannot_be_read_is_told_and_the_others_are_checked(files: Path) -> None:
    assert check(files / "nowhere", files / "quoted").exit_code == 2
    result = check(files / "quoted", files / "nowhere", files / "good")
    assert result.exit_code == 2
    assert result.stderr == f"error: cannot read {files / 'nowhere'}: No such file or directory\n"
    assert result.stdout.endswith("good: no problems\n")


def test_a_url() -> None:
    with serving() as site:
        url = f"{site.url}/hop?a=b c&ü=1"
        refused = check(url)
        assert refused.exit_code == 2
        assert "give --allow-private" in refused.stderr
        assert site.requests == []
        found = check("--allow-private", url)
        assert (found.exit_code, found.stdout) == (0, f"{url}: no problems\n")
        broken = check("--allow-private", "--json", f"{site.url}/broken")
        assert broken.exit_code == 1
        assert json.loads(broken.stdout)["problems"][0]["code"] == 12100
        missing = check("--allow-private", f"{site.url}/nothing")
        assert missing.exit_code == 2
        assert missing.stderr == f"error: {site.url}/nothing answered with status 404, not with a document\n"
        spoken = check("--allow-private", "--content-type", "text/plain", f"{site.url}/broken")
        assert spoken.exit_code == 0


@pytest.mark.parametrize("url", ["http://nobody.invalid/", "http://169.254.169.254/", "http://[::1"])
def test_a_url_that_cannot_be_had_is_told_in_one_line(url: str) -> None:
    result = check("--allow-private", url)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
