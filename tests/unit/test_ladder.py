from __future__ import annotations

import textwrap
import unicodedata

import pytest

from appconnect.cli.wording import dollars
from appconnect.events import (
    Began,
    Decided,
    Dialled,
    Event,
    Heard,
    Pressed,
    ProblemRaised,
    Requested,
    Responded,
    Returned,
    StatusChanged,
    VerbBegan,
)
from appconnect.ladder import WIDTH, Ladder, Lane
from appconnect.ladder.columns import columns, wrap

A = "AC" + "a" * 32
B = "AC" + "b" * 32
IN_A = (1_000, "leg-1", "CA" + "1" * 32, A)
IN_B = (2_500, "leg-1", "CA" + "2" * 32, B)
APPLICATION = "AP" + "b" * 32
REPLY = "CA" + "1" * 32 + ":1"
LANES = (Lane("Caller", None, ""), Lane("First", A, ""), Lane("Second", B, ""))
CELL = (WIDTH - 7) // 3


def draw(*events: Event) -> list[str]:
    ladder = Ladder(LANES)
    lines = ladder.head()
    for event in events:
        lines += ladder.feed(event)
    return [line.plain for line in lines + ladder.rest()]


def lane(lines: list[str], number: int) -> list[str]:
    """What stands in a lane, the edge at its left included."""
    start = 7 + number * CELL
    return [line[start : start + CELL].rstrip() for line in lines]


def test_an_event_stands_in_the_lane_of_its_account_only() -> None:
    lines = draw(
        Began(*IN_A, "inbound", "+14155550100", "+18005550199", None),
        Pressed(*IN_B, "4242424242424242#"),
        Heard(*IN_B, "speech", "Your card, please"),
        StatusChanged(*IN_B, "completed"),
    )
    assert not any(part in "\n".join(lane(lines, 1)) for part in ("4242", "card", "completed"))
    assert "│ keys 4242424242424242#" in lane(lines, 2)
    assert "│ ► presses 4242424242424242#" in lane(lines, 0)
    assert "│ ◄ “Your card, please”" in lane(lines, 0)
    assert "│ ● completed" in lane(lines, 2)


def test_handing_over_and_giving_back_cross_the_lanes() -> None:
    lines = draw(
        Dialled(*IN_A, "CA" + "3" * 32, APPLICATION, "me", [("order", "1")]),
        Began(*IN_B, "inbound", "+14155550100", "+18005550199", APPLICATION),
        Returned(*IN_A, "CA" + "3" * 32, "completed", True, 3, [("paid", "yes")]),  # noqa: FBT003 - a field
    )
    crossing = next(line for line in lines if "handed over" in line)
    assert "handed over ──" in crossing
    assert lane([crossing], 1)[0].endswith("─")
    assert lane([crossing], 2) == ["► a call comes in"]
    back = next(line for line in lines if "given back" in line)
    assert lane([back], 1)[0].startswith("│ given back: completed ◄─")
    assert lane([back], 2) == ["┤"]
    assert "│   order=1" in lane(lines, 1)
    assert "│   paid=yes" in lane(lines, 1)


def test_a_request_and_its_answer_are_one_line_and_its_form_follows() -> None:
    form = [("CallSid", "CA1"), ("Digits", "2"), ("FinishedOnKey", "")]
    asked = Requested(*IN_A, REPLY, "action", "POST", "http://x.example/menu?a=b", form)
    assert lane(draw(asked, Responded(*IN_A, REPLY, 200, None)), 1)[1:] == [
        "│ POST /menu → 200",
        "│   Digits=2",
    ]
    failed = lane(draw(asked, Responded(*IN_A, REPLY, None, "timeout")), 1)
    assert failed[1] == "│ POST /menu → failed: timeout"
    # What happens meanwhile is not held up.
    apart = lane(draw(asked, StatusChanged(*IN_A, "in-progress"), Responded(*IN_A, REPLY, 200, None)), 1)
    assert apart[1:] == ["│ POST /menu", "│   Digits=2", "│ ● in-progress", "│ └ /menu → 200"]


def test_a_prompt_stands_beside_its_verb() -> None:
    lines = draw(
        VerbBegan(*IN_A, "Gather", 1, 1, [("numDigits", "1")]),
        Heard(*IN_A, "speech", "One?"),
        VerbBegan(*IN_A, "Play", 1, 1, []),
        Heard(*IN_A, "audio", "http://x.example/a.mp3"),
        VerbBegan(*IN_A, "Hangup", 1, 1, []),
    )
    assert lane(lines, 1)[1:] == ["│ <Gather numDigits=1>", "│ <Say>", "│ <Play>", "│ <Hangup>"]
    assert lane(lines, 0)[2:4] == ["│ ◄ “One?”", "│ ◄ ♪ http://x.example/a.mp3"]


def test_a_refusal_is_told_to_each_side_in_its_own_lane() -> None:
    lines = draw(
        Decided(*IN_B, A, APPLICATION, False, "not public"),  # noqa: FBT003 - a field
        ProblemRaised(*IN_A, 21218, "error", "no such application", None, None, None),
    )
    assert "│ refuses ACaa…aaaa" in lane(lines, 2)
    assert "public" not in "\n".join(lane(lines, 1))
    assert "│ ! error 21218: no such" in lane(lines, 1)


@pytest.mark.parametrize("text", ["x" * 300, "word " * 60, "", "ü" * 80])
def test_no_line_is_wider_than_the_terminal(text: str) -> None:
    lines = draw(
        Heard(*IN_B, "speech", text),
        Requested(*IN_B, REPLY, "voice", "GET", f"http://x.example/{text}", [("Param_a", text)]),
        ProblemRaised(*IN_A, 12200, "warning", text, None, None, None),
    )
    assert max(map(len, lines)) <= WIDTH
    assert text.replace(" ", "") in "".join(lane(lines, 0)).replace("│", "").replace(" ", "")


def test_colours_are_those_of_the_event() -> None:
    (line,) = Ladder(LANES).feed(Pressed(*IN_A, "1"))
    styles = {text.strip(): style for text, style in line.spans}
    assert styles["► presses 1"] == "bold"
    assert styles["0.00"] == "dim"


def test_the_time_stands_where_it_changes() -> None:
    lines = draw(
        StatusChanged(*IN_A, "ringing"), StatusChanged(*IN_A, "in-progress"), StatusChanged(*IN_B, "busy")
    )
    assert [line[:7].strip() for line in lines[1:]] == ["0.00", "", "1.50"]


@pytest.mark.parametrize(
    ("micro", "written"),
    [
        (0, "$0.00"),
        (2_500, "$0.0025"),
        (8_500, "$0.0085"),
        (10_000, "$0.01"),
        (1_250_000, "$1.25"),
        (1, "$0.000001"),
    ],
)
def test_money_is_written_exactly(micro: int, written: str) -> None:
    assert dollars(micro) == written


def test_wide_and_combining_characters_keep_the_columns_in_line() -> None:
    lanes = (Lane("名前の長い発信者" * 8, None, ""), Lane("Cafe\u0301", A, ""))
    ladder = Ladder(lanes, 60)
    lines = [line.plain for line in ladder.head()]
    for text in (
        "1番を押してください、またはお待ちください。",
        "Hello 👋🏽 👩\u200d💻 you",
        "Cafe\u0301 au lait",
        "Hi",
    ):
        heard = Heard(*IN_A, "speech", text)
        lines += [line.plain for line in ladder.feed(heard)]
    assert len(lines) > 6
    edges = {_columns(line[: line.rindex(edge)]) for line in lines for edge in "┬│" if edge in line}
    # The first lane's edge is before column 7, the second one's behind its cell.
    assert edges == {7 + (60 - 7) // 2}
    assert all(_columns(line) <= 60 for line in lines)


@pytest.mark.parametrize("width", [1, 2, 5, 12, 40])
@pytest.mark.parametrize(
    "text",
    [
        "Press 1 for sales, or wait.",
        "a  b   c",
        "https://shop.example/menu?order=1001&customer=2002 is where",
        "  leading and trailing  ",
        "supercalifragilistic expialidocious",
        "",
        " ",
        "a\tb\nc",
    ],
)
def test_narrow_text_breaks_as_textwrap_breaks_it(text: str, width: int) -> None:
    for indent in ("", "  "):
        lines = wrap(text, width, indent)
        assert "".join("".join(lines).split()) == "".join(text.split())
        if width > 4:
            further = indent + "  "
            wanted = textwrap.wrap(
                text, width, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False
            )
            # It leaves a blank where a word would have been broken that then fits into the next line.
            assert lines == [line.rstrip() for line in wanted]


@pytest.mark.parametrize("width", range(1, 12))
def test_wide_text_fits_and_loses_nothing(width: int) -> None:
    text = "日本語 abc 日本語日本語 e\u0301e\u0301e\u0301 👩\u200d💻"
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    if width >= 4:
        assert all(columns(line) <= width for line in lines)
    assert (columns("日本"), columns("e\u0301"), columns("👋"), columns("│►")) == (4, 1, 2, 2)


def _columns(text: str) -> int:
    """The columns of these texts, counted otherwise: composed, and without the one joiner that is in them."""
    composed = unicodedata.normalize("NFC", text).replace("\u200d", "")
    return len(composed) + sum(
        unicodedata.east_asian_width(character) in {"W", "F"} for character in composed
    )
