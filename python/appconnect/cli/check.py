"""`appconnect check`: what a call would make of TwiML documents, by the engine's own parser and rules."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from appconnect import parse
from appconnect.cli.wording import FAILED, OK, USAGE, CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appconnect.twiml import Document, Problem

__all__ = ["run"]

_STYLE = {"error": typer.colors.RED, "warning": typer.colors.YELLOW}


def run(names: Sequence[str], *, content_type: str | None, allow_private: bool, as_json: bool) -> int:
    """Check documents, one after the other.

    Args:
        names: Files, URLs, or `-` for standard input.
        content_type: Judge them as answers of this type; of a URL, by default, what its server says.
        allow_private: Whether URLs may lead to loopback and private addresses.
        as_json: Print one JSON object a document.

    Returns:
        The exit code: 2 if something could not be read, else 1 if a document is fatal, else 0.
    """
    code = OK
    for name in names:
        try:
            document = _load(name, content_type, allow_private=allow_private)
        except CommandError as error:
            typer.echo(f"error: {error}", err=True)
            code = USAGE
            continue
        if as_json:
            typer.echo(json.dumps(_as_object(name, document), ensure_ascii=False))
        else:
            _print(name, document)
        if document.fatal:
            code = max(code, FAILED)
    return code


def _load(name: str, content_type: str | None, *, allow_private: bool) -> Document:
    if name.startswith(("http://", "https://")):
        # A file needs neither the event loop nor the transport.
        from appconnect.cli.fetch import fetch  # noqa: PLC0415

        body, said = asyncio.run(fetch(name, allow_private=allow_private))
        return parse(body, said if content_type is None else content_type, name)
    try:
        body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"cannot read {name}: {error.strerror}") from error
    return parse(body, content_type)


def _as_object(name: str, document: Document) -> dict[str, object]:
    return {
        "file": name,
        "fatal": document.fatal,
        "problems": [
            {
                "code": problem.code,
                "level": problem.level,
                "line": problem.line,
                "column": problem.column,
                "message": problem.message,
            }
            for problem in document.problems
        ],
    }


def _print(name: str, document: Document) -> None:
    shown = "<stdin>" if name == "-" else name
    for problem in document.problems:
        level = typer.style(f"{problem.level} {problem.code}", fg=_STYLE[problem.level], bold=True)
        typer.echo(f"{shown}{_position(problem)}: {level}: {problem.message}")
    if document.omitted_problems:
        typer.echo(f"{shown}: {document.omitted_problems} more problems are not shown")
    if document.fatal:
        typer.echo(f"{shown}: this document cannot be run")
    elif not document.problems:
        typer.echo(f"{shown}: no problems")


def _position(problem: Problem) -> str:
    return "" if problem.line is None else f":{problem.line}:{problem.column}"
