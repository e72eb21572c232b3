"""Tests voice applications without a telephone network: callers, accounts, faults, on a virtual clock.

    with Simulator() as simulator:                    # or the fixture of the pytest plugin
        caller = simulator.call(app)                  # Flask, Django, FastAPI, a function, TwiML, a URL
        caller.hears("press 1")
        caller.press("1")
        caller.hears("sales")
        caller.ends("completed")

    Simulator, AsyncSimulator        the same, blocking and awaited
      account(name)                  numbers, applications, clients and SIP domains of an account of its own
      call(to)                       a caller
      advance, run_until_idle        let time pass
      modify, submit                 what accounts and networks do to live calls
      faults                         what goes wrong with webhooks
      timeline, settlements, problems, report()

    Caller, AsyncCaller              acts, expectations, and what is known afterwards

Underneath, for whoever has a registry, a transport and a clock of their own, is `Session`, and `Script` for
calls in a text file. A session keeps the payments (`payments.receipts`) and the text messages (`messages`) of
its calls; `connectors` and `messages` take others' places.

Time. Without a `clock`, time is virtual: as soon as nothing is outstanding (no request under way, no policy
at work, no caller about to act) and somebody waits for a call, the clock jumps to the next deadline or end of
a prompt. An hour of call takes milliseconds, and real HTTP servers still get all the time they need. Time
stands still while nobody is in a method of the simulator or of a caller. With `clock=SystemClock()` the same
code runs in real time. The same seed and the same answers give the same SIDs and the same events, byte for
byte.

Callers are quick: a sentence counts as heard when it begins, and keys and words are given as soon as the
application listens for them. Use `wait` to let a prompt play to its end.
"""

from __future__ import annotations

from appconnect.simulator.accounts import SimulatedAccount
from appconnect.simulator.applications import VoiceApp
from appconnect.simulator.blocking import Callee, Caller, Simulator
from appconnect.simulator.callee import AsyncCallee
from appconnect.simulator.caller import AsyncCaller
from appconnect.simulator.faults import Fault, Faults
from appconnect.simulator.line import Entry
from appconnect.simulator.media import SimulatedMedia
from appconnect.simulator.model import MediaModel
from appconnect.simulator.payments import Receipt, TestConnector
from appconnect.simulator.record import ExpectationError, Question, Webhook
from appconnect.simulator.script import Script, ScriptError
from appconnect.simulator.session import Session
from appconnect.simulator.simulator import AsyncSimulator
from appconnect.simulator.streams import SimulatedStream

__all__ = [
    "AsyncCallee",
    "AsyncCaller",
    "AsyncSimulator",
    "Callee",
    "Caller",
    "Entry",
    "ExpectationError",
    "Fault",
    "Faults",
    "MediaModel",
    "Question",
    "Receipt",
    "Script",
    "ScriptError",
    "Session",
    "SimulatedAccount",
    "SimulatedMedia",
    "SimulatedStream",
    "Simulator",
    "TestConnector",
    "VoiceApp",
    "Webhook",
]
