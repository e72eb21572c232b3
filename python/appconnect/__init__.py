"""Run TwiML, and connect the voice applications of different accounts with `<Dial><Application>`.

The engine is told what happened (`appconnect.inputs`) and says what to do (`appconnect.effects`); it does
nothing itself. `appconnect.driver` performs the effects on asyncio, `appconnect.simulator` calls applications
without a telephone.
"""

from __future__ import annotations

from appconnect._core import Config, Engine, Guard, Settlement, __version__, build_info, sign, verify
from appconnect.codes import Code
from appconnect.effects import Effect
from appconnect.errors import (
    AppConnectError,
    InputError,
    InternalError,
    RegistryError,
    SnapshotError,
    TwimlError,
)
from appconnect.events import Event
from appconnect.inputs import Input
from appconnect.registry import Account, Application, Client, PhoneNumber, Registry, SipDomain
from appconnect.twiml import Document, Problem, parse

__all__ = [
    "Account",
    "AppConnectError",
    "Application",
    "Client",
    "Code",
    "Config",
    "Document",
    "Effect",
    "Engine",
    "Event",
    "Guard",
    "Input",
    "InputError",
    "InternalError",
    "PhoneNumber",
    "Problem",
    "Registry",
    "RegistryError",
    "Settlement",
    "SipDomain",
    "SnapshotError",
    "TwimlError",
    "__version__",
    "build_info",
    "parse",
    "sign",
    "verify",
]
