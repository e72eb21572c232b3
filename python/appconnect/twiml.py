"""Documents: what an application answers with, parsed and checked as the engine does it."""

from __future__ import annotations

from appconnect._core import Document, Problem, Verb, parse

__all__ = ["Document", "Problem", "Verb", "parse"]
