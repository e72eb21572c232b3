"""What is raised. Every class derives from `AppConnectError`.

What an account or a webhook does wrong is never raised: it is a problem with a code, in the effects of the
engine and in `Document.problems`.
"""

from __future__ import annotations

__all__ = ["AppConnectError", "InputError", "InternalError", "RegistryError", "SnapshotError", "TwimlError"]


class AppConnectError(Exception):
    """Anything that this package raises on its own account."""


class InputError(AppConnectError, ValueError):
    """The engine was given an input that makes no sense. Nothing was changed.

    Attributes:
        kind: What is wrong with it: `bad-digits`, `bad-twiml`, `cannot-change`, `cannot-place`,
            `cannot-redirect`, `duplicate-leg`, `not-in-conference`, `not-in-progress`, `not-live`,
            `not-queued`, `time-went-back`, `unknown-call`, `unknown-conference` or `unknown-queue`.
    """

    kind: str

    def __init__(self, message: str, kind: str) -> None:
        """Make the error of a message and a kind."""
        super().__init__(message, kind)
        self.kind = kind

    def __str__(self) -> str:
        """Return the message."""
        return str(self.args[0])


class InternalError(AppConnectError, RuntimeError):
    """A defect of this package. The calls that were not concerned go on."""


class RegistryError(AppConnectError, ValueError):
    """A registry contradicts itself; the message names the first record that cannot be part of it."""


class SnapshotError(AppConnectError, ValueError):
    """A snapshot cannot be made, read or restored."""


class TwimlError(AppConnectError, ValueError):
    """A document cannot be run at all; the message begins with its level and code."""
