"""What `tools/gut_verbs.py` takes away, before cargo is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from appconnect import _core
from tools.gut_verbs import ROOT, VERBS, GutError, guttings, put_switches

if TYPE_CHECKING:
    from collections.abc import Callable

ENTER = """pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    if node.flag() {
        return Flow::Fail;
    }
    Flow::Park
}

fn helper() {
    kept();
}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a source file, and says where the verbs are."""

    def write(name: str, text: str) -> Path:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path

    return write


def switched(verbs: Path) -> str:
    """The text of a verb with its switches."""
    put_switches(verbs, guttings(verbs))
    return (verbs / "hop.rs").read_text("utf-8")


def test_a_gutted_verb_goes_on_with_the_next(write: Callable[[str, str], Path]) -> None:
    first, _, rest = ENTER.partition("\n")
    switch = (
        '    if std::env::var("GUTTED_VERB").as_deref() == Ok("hop") {\n        return Flow::Next;\n    }\n'
    )
    assert switched(write("hop.rs", ENTER)) == f"{first}\n{switch}{rest}"


def test_a_noun_that_answers_nothing_does_nothing(write: Callable[[str, str], Path]) -> None:
    text = switched(write("hop.rs", ENTER.replace("enter", "start").replace(" -> Flow", "")))
    assert 'Ok("hop, start") {\n        return;\n' in text


def test_each_beginning_of_a_file_has_a_switch_of_its_own(write: Callable[[str, str], Path]) -> None:
    text = switched(write("hop.rs", ENTER + ENTER.replace("fn enter", "fn connect")))
    one, another = (part.splitlines() for part in text.split("fn ", 1)[1].split("fn connect"))
    assert one[1].strip().endswith('Ok("hop") {')
    assert another[1].strip().endswith('Ok("hop, connect") {')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hop.rs", ENTER.replace("enter", "begin")),
        ("dial/hop.rs", ENTER.replace("enter", "begin")),
        ("hop.rs", ENTER.replace("-> Flow", "-> Result")),
    ],
)
def test_a_verb_that_cannot_be_gutted_is_not_passed_over(
    write: Callable[[str, str], Path], name: str, text: str
) -> None:
    write("dial/mod.rs", ENTER)
    with pytest.raises(GutError):
        guttings(write(name, text))


def test_helpers_of_a_verb_may_have_files_of_their_own(write: Callable[[str, str], Path]) -> None:
    write("hop.rs", "fn helper() {}\n")
    write("hop/more.rs", "fn helper() {}\n")
    [gutting] = guttings(write("hop/session.rs", ENTER))
    assert gutting.file == Path("hop/session.rs")


def test_every_verb_that_is_executed_can_be_gutted() -> None:
    files = {gutting.file.parts[0].removesuffix(".rs") for gutting in guttings(ROOT / VERBS)}
    executed = {
        str(row["name"]).lower() for row in _core.schema_table() if row["executed"] and row["kind"] == "verb"
    }
    assert executed - {"prompt"} <= files, "a <Prompt> is executed by its <Pay>"
