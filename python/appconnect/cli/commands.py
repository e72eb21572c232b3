"""The commands and their options. Each is carried out by the module of its name, imported when it is used."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated, NoReturn, TextIO

import typer

from appconnect.cli.wording import USAGE, CommandError

__all__ = ["app"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Run TwiML, and connect the voice applications of different accounts with <Dial><Application>.",
)

_DEMO_NEEDS = ("fastapi", "python_multipart", "twilio", "uvicorn")

AllowPrivate = Annotated[
    bool,
    typer.Option("--allow-private", help="Development mode: allow loopback and private addresses."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line, and nothing else.")]


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Take what comes before the command."""
    for stream in (sys.stdout, sys.stderr):
        _tolerate(stream)
    if version:
        from appconnect import __version__  # noqa: PLC0415 - only when it is asked for

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def call(  # noqa: PLR0917 - typer reads options from parameters
    url: Annotated[str, typer.Argument(help="Where the application answers: its Voice URL.")],
    to: Annotated[str, typer.Option("--to", help="What is dialled.")] = "+18005550199",
    from_: Annotated[str, typer.Option("--from", help="Who calls.")] = "+14155550100",
    sip_headers: Annotated[
        list[str] | None,
        typer.Option(
            "--sip-header",
            metavar="NAME=VALUE",
            help="A header of the SIP call, where --to is a sip: address. May be repeated.",
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="AC…:TOKEN", help="Owner of URL, and the token it verifies with."),
    ] = None,
    apps: Annotated[
        list[str] | None,
        typer.Option(
            "--app",
            metavar="AP…=URL[,account=AC…:TOKEN][,public][,fallback=URL]",
            help="An application that <Dial><Application> can reach. May be repeated.",
        ),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(
            "--script",
            metavar="FILE",
            help="What the caller does, one step a line: expect TEXT, press DIGITS, say TEXT, wait SECONDS, "
            "hangup. - is standard input.",
        ),
    ] = None,
    virtual_time: Annotated[
        bool, typer.Option("--virtual-time", help="Do not wait: time jumps to whatever happens next.")
    ] = False,
    allow_private: AllowPrivate = False,
    json: Json = False,
    seed: Annotated[
        str | None,
        typer.Option("--seed", metavar="TEXT", help="Any text; the same seed gives the same SIDs."),
    ] = None,
) -> None:
    """Call an application and be its caller, from the keyboard or by a script."""
    from appconnect.cli import call as command  # noqa: PLC0415

    try:
        settings = command.Settings(
            url=url,
            to=to,
            from_=from_,
            sip_headers=tuple(sip_headers or ()),
            account=account,
            apps=tuple(apps or ()),
            script=script,
            virtual_time=virtual_time,
            allow_private=allow_private,
            json=json,
            seed=seed,
        )
        code = command.run(settings)
    except CommandError as error:
        _fail(error)
    raise typer.Exit(code)


@app.command()
def check(
    documents: Annotated[
        list[str], typer.Argument(metavar="FILE|URL|-", help="Files, URLs to GET, - for standard input.")
    ],
    content_type: Annotated[
        str | None,
        typer.Option("--content-type", metavar="TYPE", help="Judge them as answers of this type."),
    ] = None,
    allow_private: AllowPrivate = False,
    json: Json = False,
) -> None:
    """Check TwiML documents: what cannot be read, what is unknown, and what to do about it."""
    from appconnect.cli import check as command  # noqa: PLC0415

    raise typer.Exit(
        command.run(documents, content_type=content_type, allow_private=allow_private, as_json=json)
    )


@app.command()
def demo(
    speed: Annotated[
        float,
        typer.Option("--speed", min=1, max=1000, help="How much faster than life prompts are spoken."),
    ] = 8.0,
) -> None:
    """Run two companies' applications, and three calls across both."""
    if any(find_spec(name) is None for name in _DEMO_NEEDS):
        _fail(CommandError("the demo needs an extra: pip install 'twiml-appconnect[demo]'"))
    from appconnect.cli import demo as command  # noqa: PLC0415

    raise typer.Exit(command.run(speed))


def _fail(error: CommandError) -> NoReturn:
    typer.echo(f"error: {error}", err=True)
    raise typer.Exit(USAGE)


def _tolerate(stream: TextIO) -> None:
    # A terminal that knows no box characters shows question marks instead of ending the program.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
