"""A session: engine, driver, simulated media and clock, ready to place calls."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, final
from weakref import WeakValueDictionary

from appconnect._core import Config, Engine
from appconnect.clock import VirtualClock
from appconnect.driver import Driver
from appconnect.events import Began, Placed
from appconnect.inputs import IncomingCall, IncomingSip, Progress
from appconnect.simulator.callee import AsyncCallee
from appconnect.simulator.caller import AsyncCaller
from appconnect.simulator.media import SimulatedMedia
from appconnect.simulator.payments import TestConnector
from appconnect.simulator.record import CallRecord
from appconnect.simulator.trunk import Trunk
from appconnect.simulator.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

    from appconnect._core import Registry, Settlement
    from appconnect.clock import Clock
    from appconnect.driver import Connectors, MessageHook, PaymentConnector
    from appconnect.effects import Dial, SendMessage
    from appconnect.events import Event
    from appconnect.inputs import Input
    from appconnect.policy import PolicyHook
    from appconnect.simulator.callee import Behaviour
    from appconnect.simulator.line import Line
    from appconnect.simulator.model import MediaModel
    from appconnect.transport import Transport

__all__ = ["Session"]

_log = logging.getLogger(__name__)

SEED_BYTES = 32

_LONGEST_CHAIN: Final = 20
"""How many numbers of the simulation can call each other on, before a call fails (our choice).

To the engine each of the calls is one of its own, so none of its limits would end a number that dials itself.
"""


@final
class Session:
    """Places calls of simulated callers. Use it with `async with`; see the package for an example.

    Attributes:
        clock: The one clock of everything.
        media: The simulated media plane.
        engine: Runs the calls.
        driver: Drives the engine.
        payments: The connector with the name `Default` of every account, unless others were given.
        messages: The text messages that were sent, unless a hook was given.
    """

    def __init__(  # noqa: PLR0913 - one keyword for each thing that is plugged in
        self,
        registry: Registry,
        transport: Transport,
        *,
        seed: bytes = bytes(SEED_BYTES),
        config: Config | None = None,
        policy: PolicyHook | None = None,
        connectors: Connectors | None = None,
        messages: MessageHook | None = None,
        model: MediaModel | None = None,
        clock: Clock | None = None,
        on_event: Callable[[Event], object] | None = None,
        on_settlement: Callable[[Settlement], object] | None = None,
        names: Mapping[str, str] | None = None,
        held: Callable[[], bool] = lambda: False,
        idle: Callable[[], bool] = lambda: True,
    ) -> None:
        """Prepare a session; nothing runs before `async with`.

        Args:
            registry: Accounts, applications and what can be dialled.
            transport: Reaches the applications; not closed with the session.
            seed: 32 bytes that all SIDs are made from.
            config: Of the engine; by default all defaults with the timeline on.
            policy: Answers for connections between accounts, where `config` has `consult` on.
            connectors: Finds payment connectors; by default every account has `payments` under the name
                `Default`.
            messages: Sends text messages; by default they are kept in `messages`.
            model: How long prompts and tones take.
            clock: `SystemClock()` for real time; by default a `VirtualClock`.
            on_event: Takes the timeline of all accounts.
            on_settlement: Takes the bills.
            names: What accounts are called where a call is drawn, by SID.
            held: Whether somebody holds up everything, so that waiting is refused.
            idle: Whether nothing is under way that the driver does not know of; whoever says no calls `go_on`
                later.
        """
        self.clock: Clock = VirtualClock() if clock is None else clock
        self.media = SimulatedMedia(self.clock, model)
        self._registry = registry
        self.engine = Engine(registry, seed, Config(timeline=True) if config is None else config)
        self.payments = TestConnector()
        self.messages: list[SendMessage] = []
        self._on_event = on_event
        self._names = {} if names is None else names
        self._records: WeakValueDictionary[str, CallRecord] = WeakValueDictionary()
        # Who dialled, by the calls that were placed and by the lines that these are on.
        self._dialling_calls: WeakValueDictionary[str, CallRecord] = WeakValueDictionary()
        self._dialling: WeakValueDictionary[str, CallRecord] = WeakValueDictionary()
        self._placed: dict[str, CallRecord] = {}
        self._chains: dict[str, int] = {}
        self._callees: dict[str, AsyncCallee] = {}
        self.media.on_dial = self._ring
        self._outside_is_idle = idle
        self._dialled = 0
        self._begun = False
        self._on_idle: list[Callable[[], object]] = []
        self.driver = Driver(
            self.engine,
            transport,
            media=self.media,
            policy=policy,
            connectors=self._connector if connectors is None else connectors,
            messages=self._keep if messages is None else messages,
            on_event=self._observe,
            on_settlement=on_settlement,
            on_idle=self._idle,
            clock=self.clock,
            in_order=isinstance(self.clock, VirtualClock),
        )
        self._waiting = Waiting(self.clock, self._nothing_under_way, lambda: self.driver.paced, held)

    async def dial(  # noqa: PLR0913 - one for each thing that a carrier tells of a call
        self,
        from_: str,
        to: str,
        *,
        forwarded_from: str | None = None,
        caller_name: str | None = None,
        stir_verstat: str | None = None,
        sip: IncomingSip | None = None,
    ) -> AsyncCaller:
        """Place a call.

        Args:
            from_: Who calls: a number, `sip:` or `client:` address.
            to: What is dialled: the same, or the SID of an application.
            forwarded_from: The number that forwarded the call.
            caller_name: The result of a caller-name look-up.
            stir_verstat: The carrier's attestation.
            sip: What SIP says of the call; for a `sip:` address, a Call-ID by default.

        Returns:
            The caller, when the line rings. What cannot be dialled, whatever it is, ends with the cause
            `not-found`.

        Raises:
            InputError: Nobody can call like this.
            RuntimeError: The session has not begun.
        """
        self._check_begun()
        leg = self.new_leg()
        if sip is None and to.startswith(("sip:", "sips:")):
            sip = IncomingSip(f"{leg}@simulator")
        call = IncomingCall(
            leg,
            from_,
            to,
            forwarded_from=forwarded_from,
            caller_name=caller_name,
            stir_verstat=stir_verstat,
            sip=sip,
        )
        line = self.media.line(leg)
        line.address = from_
        record = CallRecord(line, from_, to, self.clock, self._names)
        self._records[leg] = record
        try:
            await self.driver.submit_checked(call)
        except BaseException:
            line.end("refused")
            raise
        return AsyncCaller(record, self._waiting, self.driver.submit_checked)

    def set_registry(self, registry: Registry) -> None:
        """Change what calls can reach; calls that are live go on."""
        self.engine.set_registry(registry)
        self._registry = registry

    def callee(self, address: str, behaviour: Behaviour) -> AsyncCallee:
        """Put a party at an address, instead of the one that was there.

        Args:
            address: What is dialled: a number, `client:`, `sip:` or `whatsapp:` address, or the SID of a SIM.
            behaviour: What it does when it is called. Where nobody is, the application of a number or SIP
                domain of the registry answers; everything else rings in vain.
        """
        callee = AsyncCallee(address, behaviour, self.clock, self._waiting, self.driver.submit_checked)
        self._callees[address] = callee
        return callee

    def new_leg(self) -> str:
        """A name for another line."""
        self._dialled += 1
        return f"leg-{self._dialled}"

    async def submit(self, item: Input) -> None:
        """Give the engine any other input, for instance a `Modify` of a live call.

        Raises:
            InputError: The engine refused it; nothing was changed.
            RuntimeError: The session has not begun.
        """
        self._check_begun()
        await self.driver.submit_checked(item)

    async def wait(self, seconds: float) -> None:
        """Let time pass; everything that is due in it happens."""
        await self._waiting.until(lambda: False, [], seconds)

    async def idle(self) -> None:
        """Let time pass until nothing is due any more; in real time, until no call lives."""
        await self._waiting.until(self._is_idle, self._on_idle)

    async def drain(self) -> None:
        """Wait until no call lives and nothing is outstanding."""
        await self._waiting.until(self._is_drained, self._on_idle)

    async def __aenter__(self) -> Self:
        """Begin."""
        await self.driver.__aenter__()
        self._begun = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, wherever the calls are; use `drain` to let them end."""
        await self.driver.aclose()

    def _check_begun(self) -> None:
        if not self._begun:
            raise RuntimeError("nothing runs yet, and this would be waited for for ever: use `async with`")

    def _connector(self, _account: str, name: str) -> PaymentConnector | None:
        return self.payments if name == "Default" else None

    def _keep(self, message: SendMessage) -> bool:
        self.messages.append(message)
        return True

    def _observe(self, event: Event) -> None:
        match event:
            case Began(direction="outbound-dial" | "outbound-api"):
                self._place(event)
            case Placed():
                # A number that was dialled has no record of its own: of a chain, whoever began it has all.
                dialling = self._records.get(event.leg) or self._dialling.get(event.leg)
                if dialling is not None:
                    self._dialling_calls[event.child] = dialling
            case _:
                pass
        for record in (self._records.get(event.leg), self._dialling.get(event.leg)):
            if record is not None:
                record.observe(event)
        if self._on_event is not None:
            self._on_event(event)

    def _place(self, event: Began) -> None:
        """A call goes out: its timeline begins before its line does."""
        line = self.media.line(event.leg)
        line.party, line.address = "callee", event.to
        record = CallRecord(line, event.from_, event.to, self.clock, self._names)
        self._records[event.leg] = self._placed[event.leg] = record
        if (dialling := self._dialling_calls.get(event.call)) is not None:
            self._dialling[event.leg] = dialling

    def _ring(self, dial: Dial) -> None:
        """The engine calls somebody."""
        record = self._placed.pop(dial.leg, None)
        callee = self._callees.get(dial.endpoint.address)
        line = self.media.line(dial.leg)
        line.party, line.address = "callee", dial.endpoint.address
        if record is None:  # There is no timeline.
            record = CallRecord(line, dial.from_, dial.endpoint.address, self.clock, self._names)
        if callee is not None:
            callee.take(dial, record, self.driver.submit)
        elif dial.endpoint.kind in {"number", "sip"} and self._registry.resolve(dial.endpoint.address):
            self._come_in(dial, line)
        else:
            self.driver.submit(Progress(dial.leg, "ringing"))

    def _come_in(self, dial: Dial, outgoing: Line) -> None:
        """What is called is one of the simulation's own: its application answers."""
        chain = self._chains.get(dial.parent or "", 0) + 1
        if chain > _LONGEST_CHAIN:
            _log.warning(
                "%s: the numbers of the simulation dial each other in a circle", dial.endpoint.address
            )
            self.driver.submit(Progress(dial.leg, "failed"))
            outgoing.end("failed")
            return
        leg = self.new_leg()
        self._chains[leg] = chain
        incoming = self.media.line(leg)
        incoming.address = dial.from_
        if (dialling := self._dialling.get(dial.leg)) is not None:
            self._dialling[leg] = dialling
        self.driver.submit(IncomingCall(leg, dial.from_, dial.endpoint.address))
        Trunk(outgoing, incoming, self.clock, self.driver.submit)

    def _idle(self) -> None:
        for watcher in list(self._on_idle):
            watcher()
        self._waiting.look_around()

    def go_on(self) -> None:
        """Let time move, if it may: to be called when something that it stood still for is over."""
        self._idle()

    def _nothing_under_way(self) -> bool:
        return self.driver.idle and self.media.idle and self._outside_is_idle()

    def _is_idle(self) -> bool:
        if isinstance(self.clock, VirtualClock):
            return self._nothing_under_way() and self.clock.next_timer() is None
        return self._is_drained()

    def _is_drained(self) -> bool:
        return self._nothing_under_way() and self.engine.live_legs() == 0
