"""The command line: `appconnect demo`, `appconnect call` and `appconnect check`.

`main` is the entry point. Whatever a command needs is imported when the command runs, so that `--help` and
`check` start quickly; what several commands say alike is in `wording`.
"""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    # The command line's own library is not needed by those who import the package.
    from appconnect.cli.commands import app  # noqa: PLC0415

    app()
