"""Simulated callers: place calls to voice applications, without a telephone network, in real or virtual time.

    from appconnect.simulator import Script, Session

    async with Session(registry, transport, on_event=print) as session:
        caller = await session.dial("+14155550100", "+18005550199")
        await caller.expect("which department")
        await caller.press("2")
        await caller.ended()

A `Session` is an engine, a driver and a simulated media plane with one clock. It takes the same registry and
the same transport as a service does, so the applications may live in the process or behind real HTTP.

    Session(registry, transport, *, seed=bytes(32), config=None, policy=None, model=MediaModel(), clock=None,
            on_event=None, on_settlement=None)
      async dial(from_, to, *, forwarded_from=None, caller_name=None, stir_verstat=None) -> Caller
      async submit(input)     any other input, for instance a Modify; raises InputError when it is refused
      async drain()           until no call lives and nothing is outstanding
      clock, driver, engine, media

    Caller
      async expect(text, *, timeout=30.0)      until the text is heard after what was matched before
      async press(digits, *, at_once=False)    keys, when the application listens
      async say(text, *, confidence=None, at_once=False)   words, when the application listens
      async wait(seconds)                      of call time; shorter when the call ends
      async hang_up()
      async ended() -> str                     until the line is gone; its cause
      listen() -> async iterator of Entry      what is heard, as it is heard, until the line is gone
      leg, from_, to, answered, cause, status, call, heard, transcript

    Script.parse(text).run(caller)             the steps of a file; see `Script`

Events reach `on_event` as they happen, those of all accounts; each has `leg`, `call` and `account` to filter
by. They are reported when `Config(timeline=True)`, which is what a session uses unless it is given a
configuration.

Time. Without a `clock`, a session runs in virtual time: as soon as nothing is outstanding (no request in
flight, no policy at work, no caller about to act) and somebody waits for a call, the clock jumps to the next
deadline or end of a prompt. An hour of call takes milliseconds, and real HTTP servers still get all the time
they need. Time stands still while nobody awaits a method of the session or of a caller. With
`clock=SystemClock()` the same code runs in real time. The same seed and the same answers give the same SIDs
and the same events, byte for byte.

The caller of a script is quick: a sentence counts as heard when it begins, and keys and words are given as
soon as the application listens for them. Use `wait` to let a prompt play to its end.
"""

from __future__ import annotations

from appconnect.simulator.accounts import SimulatedAccount
from appconnect.simulator.applications import VoiceApp
from appconnect.simulator.blocking import Caller, Simulator
from appconnect.simulator.caller import AsyncCaller
from appconnect.simulator.faults import Fault, Faults
from appconnect.simulator.media import Entry, MediaModel, SimulatedMedia
from appconnect.simulator.record import ExpectationError, Question, Webhook
from appconnect.simulator.script import Script, ScriptError
from appconnect.simulator.session import Session
from appconnect.simulator.simulator import AsyncSimulator

__all__ = [
    "AsyncCaller",
    "AsyncSimulator",
    "Caller",
    "Entry",
    "ExpectationError",
    "Fault",
    "Faults",
    "MediaModel",
    "Question",
    "Script",
    "ScriptError",
    "Session",
    "SimulatedAccount",
    "SimulatedMedia",
    "Simulator",
    "VoiceApp",
    "Webhook",
]
