"""Break each executed verb and see that a scenario notices.

A verb without a scenario that fails when the verb does nothing is not tested by scenarios, whatever a list
of files says. This script copies the tree and puts a switch into each verb and noun, by which it does
nothing. It builds the copy once, runs the scenarios with one switch on after the other, and tells how many of
them fail. The working tree is only read.

    python tools/gut_verbs.py                # all of them
    python tools/gut_verbs.py say stream     # those with one of these words in their names
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
VERBS: Final = Path("rust/appconnect/src/call/verb")
ENTRY: Final = re.compile(
    r"^pub(?:\([\w: ]+\))? fn (?P<name>connect|dial|enter|skip|start)\((?P<arguments>[^()]*)\)"
    r"(?: -> (?P<result>\w+))? \{\n(?P<body>.*?)^\}\n",
    re.MULTILINE | re.DOTALL,
)
"""A function by which a verb or noun begins, as rustfmt writes it."""

NO_OPS: Final = {"Flow": "return Flow::Next;", None: "return;"}
"""What a function that does nothing says, by its result."""

SWITCH: Final = "GUTTED_VERB"
"""The environment variable that says which verb does nothing."""

ENDPOINTS: Final = Path("dial/endpoint.rs")
"""One function for several nouns of `<Dial>`; each is gutted by itself."""
ENDPOINT: Final = re.compile(
    r"^pub\(super\) fn endpoint\([^{]*\{\n(?P<body>.*?)^\}\n", re.MULTILINE | re.DOTALL
)

DISPATCH: Final = frozenset({Path("mod.rs")})
"""The list of the verbs. Gutting it would gut all of them."""

NO_VERBS: Final = frozenset({Path("prompts.rs")})
"""Files that serve verbs and begin none, besides those beside the beginning of a verb in a directory."""

DIAL: Final = Path("dial")


class GutError(Exception):
    """The sources are not as this script knows them."""


@dataclass(frozen=True)
class Gutting:
    """One verb or noun that can be made to do nothing: where its function begins, and what is put there."""

    name: str
    file: Path
    place: int
    switch: str


def guttings(verbs: Path) -> list[Gutting]:
    """All verbs and nouns below a directory.

    Raises:
        GutError: A file begins no verb, and none in its directory does.
    """
    found: list[Gutting] = []
    barren: list[Path] = []
    for path in sorted(verbs.rglob("*.rs")):
        file = path.relative_to(verbs)
        if file in DISPATCH | NO_VERBS:
            continue
        text = path.read_text("utf-8")
        new = list(_nouns(file, text) if file == ENDPOINTS else _entries(file, text))
        found += new
        if not new:
            barren.append(file)
    for file in barren:
        # Each file of a <Dial> is a noun of its own; elsewhere a directory serves one verb.
        family = file if DIAL in file.parents else Path(file.with_suffix("").parts[0])
        if not any(family in gutting.file.parents for gutting in found):
            raise GutError(
                f"{VERBS / file} begins no verb: name its function as the others, or add it to NO_VERBS"
            )
    return found


def _entries(file: Path, text: str) -> Iterator[Gutting]:
    """The functions of a file by which something begins."""
    verb = str(file.parent if file.name == "mod.rs" else file.with_suffix(""))
    for entry in ENTRY.finditer(text):
        function, result = entry["name"], entry["result"]
        if result not in NO_OPS:
            raise GutError(
                f"{VERBS / file}: what does {function} say when it does nothing? Add {result} to NO_OPS"
            )
        name = verb if function == "enter" else f"{verb}, {function}"
        yield Gutting(name, file, entry.start("body"), _switch(name, "", NO_OPS[result]))


def _nouns(file: Path, text: str) -> Iterator[Gutting]:
    """The nouns of `<Dial>` that are parties: a gutted one is an address that nobody has."""
    endpoint = ENDPOINT.search(text)
    if endpoint is None:
        raise GutError(f"{VERBS / file}: where is the function endpoint?")
    for noun in sorted({"Number", *re.findall(r"Element::(\w+) =>", endpoint["body"])}):
        # The text of a <Dial> is a number without a noun.
        nouns = "Element::Number | Element::Dial" if noun == "Number" else f"Element::{noun}"
        name = f"dial/{noun.lower()}"
        nobody = 'return Err(at(noun, Code::SchemaWarning, "gutted"));'
        where = f" && matches!(noun.element(), {nouns})"
        yield Gutting(name, file, endpoint.start("body"), _switch(name, where, nobody))


def _switch(name: str, where: str, no_op: str) -> str:
    return f'    if std::env::var("{SWITCH}").as_deref() == Ok("{name}"){where} {{\n        {no_op}\n    }}\n'


def put_switches(verbs: Path, found: Sequence[Gutting]) -> None:
    """Put the switches of verbs and nouns into their files."""
    # From the end of each file, so that the places before stay where they are.
    for gutting in sorted(found, key=lambda gutting: gutting.place, reverse=True):
        path = verbs / gutting.file
        text = path.read_text("utf-8")
        path.write_text(text[: gutting.place] + gutting.switch + text[gutting.place :], "utf-8")


def copy_tree(to: Path) -> None:
    """Copy what git knows, or would, as it is on the disk; as new files, so that cargo builds them."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - the caller's git
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)


def failing(tree: Path, target: Path, name: str) -> list[str]:
    """Run the scenarios of a tree with one verb, or none, doing nothing.

    Returns:
        The names of the scenarios that fail.

    Raises:
        GutError: They could not be run.
    """
    run = subprocess.run(
        ["cargo", "test", "--locked", "--package", "appconnect", "--test", "scenarios"],  # noqa: S607 - as make does
        cwd=tree,
        check=False,
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if key != "SCENARIO"}
        | {"CARGO_TARGET_DIR": str(target), "RUST_BACKTRACE": "0", SWITCH: name},
    )
    if run.returncode == 0:
        return []
    failed = sorted(set(re.findall(r"^(\S+\.toml): ", run.stdout, re.MULTILINE)))
    if not failed and "(signal: " in run.stderr:
        return ["the run itself, which crashed"]
    if not failed:
        raise GutError(f"the scenarios could not be run:\n{run.stdout[-2_000:]}{run.stderr[-4_000:]}")
    return failed


def main(arguments: Sequence[str] | None = None) -> int:
    """Gut each verb, print the table, and say by the exit status whether all of them were noticed."""
    parser = argparse.ArgumentParser(description="Break each executed verb and see that a scenario notices.")
    parser.add_argument("words", nargs="*", help="only the verbs and nouns with one of these in their names")
    parser.add_argument(
        "--target", type=Path, help="a directory for what cargo builds, kept for the next run"
    )
    options = parser.parse_args(arguments)
    unnoticed = []
    with tempfile.TemporaryDirectory(prefix="gut-") as scratch:
        tree = Path(scratch) / "tree"
        copy_tree(tree)
        target = (options.target or Path(scratch) / "target").resolve()
        found = guttings(tree / VERBS)
        put_switches(tree / VERBS, found)
        if failed := failing(tree, target, ""):
            raise GutError(f"these fail before anything is gutted: {', '.join(failed)}")
        for gutting in found:
            if options.words and not any(word in gutting.name for word in options.words):
                continue
            failed = failing(tree, target, gutting.name)
            example = f"  e.g. {failed[0]}" if failed else ""
            print(f"{gutting.name:28}{len(failed):5}{example}", flush=True)
            if not failed:
                unnoticed.append(gutting.name)
    if unnoticed:
        print(f"no scenario noticed that these do nothing: {', '.join(unnoticed)}")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except GutError as error:
        sys.exit(str(error))
