"""What the documents promise works: programs run, commands exist, links lead somewhere.

A program is a fenced `python` block right after a comment `<!-- program: NAME -->`. It runs as a script in an
empty folder, and warnings are errors. If the document has a block after `<!-- output: NAME -->`, that is what
the program prints. Programs are short-lived: they end by themselves within the test's time. A block after
`<!-- test: NAME -->` is a file of tests, which pytest runs.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
MARK = re.compile(
    r"^<!-- (program|output|test): ([\w-]+) -->\n+(?:```(\w+)\n(.*?)^```$)?", re.MULTILINE | re.DOTALL
)


class Program(NamedTuple):
    """A marked program, and what it prints if the document says so."""

    source: str
    output: str | None
    is_test: bool = False


def programs(text: str) -> dict[str, Program]:
    """Collect the marked programs of a document by name."""
    found: dict[tuple[str, str], str] = {}
    for kind, name, language, body in MARK.findall(text):
        assert language == {"program": "python", "output": "text", "test": "python"}[kind], (
            f"{kind} {name}: no such block follows"
        )
        assert (kind, name) not in found, f"{kind} {name} is there twice"
        found[kind, name] = body
    names = {name for kind, name in found if kind == "program"}
    assert not {name for kind, name in found if kind == "output"} - names, "an output without a program"
    collected = {name: Program(found["program", name], found.get(("output", name))) for name in sorted(names)}
    tests = {
        name: Program(body, None, is_test=True) for (kind, name), body in found.items() if kind == "test"
    }
    return collected | tests


ALL_PROGRAMS = [
    pytest.param(program, id=f"{path.stem}-{name}")
    for path in DOCUMENTS
    for name, program in programs(path.read_text(encoding="utf-8")).items()
]


@pytest.mark.parametrize("program", ALL_PROGRAMS)
def test_program_runs(program: Program, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(program.source, encoding="utf-8")
    command = [sys.executable, "-W", "error"]
    # The settings are pytest-asyncio's; it is there because others need it.
    command += ["-m", "pytest", "-q", "-p", "no:asyncio", "-p", "no:cacheprovider"] if program.is_test else []
    result = subprocess.run(
        [*command, script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    if program.output is not None:
        assert result.stdout == program.output


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)(?:\$ )?make ([a-z-]+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(path: Path) -> None:
    links = re.findall(r"\]\((?!\w+:)([^)#]+)[^)]*\)", path.read_text(encoding="utf-8"))
    assert not [link for link in links if not (path.parent / link).exists()]


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    missing = [
        path.name
        for path in (ROOT / "docs").glob("*.md")
        if path.name != "index.md" and path.name not in index
    ]
    assert not missing


def test_marks_are_read() -> None:
    text = "<!-- program: one -->\n\n```python\nprint(1)\n```\n\n<!-- output: one -->\n\n```text\n1\n```\n"
    assert programs(text) == {"one": Program("print(1)\n", "1\n")}
    assert programs("```python\nnot_marked()\n```\n") == {}
    test = "<!-- test: two -->\n```python\ndef test(): ...\n```\n"
    assert programs(test) == {"two": Program("def test(): ...\n", None, is_test=True)}


@pytest.mark.parametrize(
    "text",
    [
        "<!-- program: one -->\n\nprose\n",
        "<!-- program: one -->\n\n```text\n1\n```\n",
        "<!-- output: one -->\n\n```text\n1\n```\n",
        "<!-- program: one -->\n\n```python\n1\n```\n" * 2,
    ],
)
def test_a_mark_without_its_block_is_an_error(text: str) -> None:
    with pytest.raises(AssertionError):
        programs(text)
