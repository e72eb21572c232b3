"""What `tools/generate.py` makes of the core's tables."""

from __future__ import annotations

from typing import Any

import pytest

from tools.generate import cell, codes_module, constant_name, page

CODES = [
    {"number": 11200, "name": "HttpRetrievalFailure", "level": "error", "meaning": 'It\'s "gone".'},
    {"number": 12200, "name": "SchemaWarning", "level": "warning", "meaning": "Odd."},
]


@pytest.mark.parametrize(
    ("name", "constant"),
    [
        ("HttpRetrievalFailure", "HTTP_RETRIEVAL_FAILURE"),
        ("TLSError", "TLS_ERROR"),
        ("Say", "SAY"),
        ("Dial2Number", "DIAL2_NUMBER"),
    ],
)
def test_a_name_becomes_a_constant(name: str, constant: str) -> None:
    assert constant_name(name) == constant


def test_the_codes_module_holds_each_code() -> None:
    namespace: dict[str, Any] = {"__name__": "codes"}
    exec(codes_module(CODES), namespace)  # noqa: S102 - the module under test is text
    code = namespace["Code"]
    assert [(member.name, member.value, member.level, member.meaning) for member in code] == [
        ("HTTP_RETRIEVAL_FAILURE", 11200, "error", 'It\'s "gone".'),
        ("SCHEMA_WARNING", 12200, "warning", "Odd."),
    ]
    assert code(11200) is code.HTTP_RETRIEVAL_FAILURE


def test_plain_rows_make_one_table() -> None:
    text = page(
        "Codes", "Lead.", [{"code": 1, "bad_value": "a|b", "fatal": True}, {"code": 2, "fatal": False}]
    )
    assert text.endswith(
        "| code | bad value | fatal |\n| --- | --- | --- |\n| 1 | a\\|b | yes |\n| 2 |  | no |\n"
    )


def test_markup_is_escaped_outside_of_code_only() -> None:
    assert cell("a <b> in `<Play>`") == "a &lt;b> in `<Play>`"


def test_rows_with_rows_make_sections() -> None:
    dial = {
        "element": "<Dial>",
        "children": ["Number", "Application"],
        "text": None,
        "attributes": [{"attribute": "action", "default": None}],
    }
    text = page(
        "Verbs", "Lead.", [dial, {"element": "<Hangup>", "children": [], "text": None, "attributes": []}]
    )
    head = "## &lt;Dial>\n\n- children: Number, Application\n\n"
    assert head + "| attribute | default |\n| --- | --- |\n| action |  |\n" in text
    assert text.endswith("## &lt;Hangup>\n\n")
