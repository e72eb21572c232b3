"""The driver: gives inputs to the engine and performs its effects, on asyncio.

It decides nothing about a call. One turn of the loop: everything that was submitted goes to the engine in one
batch, the effects are performed in the order given, and a timer is set for the engine's next deadline.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Final, TypeVarTuple, Unpack, final

from appconnect.clock import SystemClock, VirtualClock
from appconnect.driver import services
from appconnect.driver.media import Bindable
from appconnect.driver.sockets import Sockets
from appconnect.driver.webhooks import Webhooks
from appconnect.effects import (
    Charge,
    CloseRelay,
    CloseStream,
    Consult,
    Fetch,
    HangUp,
    Notify,
    OpenRelay,
    OpenStream,
    Play,
    Refer,
    Report,
    Say,
    SendDtmf,
    SendMessage,
    SendRelay,
    Settle,
    StartAgent,
    StartRecording,
    StartSiprec,
    Transcribe,
)
from appconnect.errors import InternalError
from appconnect.inputs import (
    AgentDone,
    MediaDone,
    RecordingTranscribed,
    ReferProgress,
    SiprecEvent,
    Tick,
    Verdict,
)
from appconnect.policy import Deny, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from appconnect._core import Engine, Settlement
    from appconnect.clock import Clock, Timer
    from appconnect.driver.media import Media, MediaEffect
    from appconnect.driver.services import Connectors, MessageHook
    from appconnect.effects import Effect
    from appconnect.errors import InputError
    from appconnect.events import Event
    from appconnect.inputs import Input
    from appconnect.policy import Allow, PolicyHook
    from appconnect.transport import Transport

__all__ = ["Driver"]

_log = logging.getLogger(__name__)
_SIP_FAILURE: Final = 500
_Ts = TypeVarTuple("_Ts")


@final
class Driver:
    """Runs the calls of one engine on an event loop.

        async with Driver(engine, HttpTransport(guard), media=media) as driver:
            driver.submit(IncomingCall("leg-1", "+14155550100", "+18005550199"))
            await driver.drain()

    All methods but `submit_threadsafe` belong to the event loop's thread. The engine may be shared with code
    that snapshots its calls, the transport with other drivers; neither is closed with the driver.
    """

    def __init__(  # noqa: PLR0913 - one keyword for each thing that is plugged in
        self,
        engine: Engine,
        transport: Transport,
        *,
        media: Media,
        policy: PolicyHook | None = None,
        connectors: Connectors | None = None,
        messages: MessageHook | None = None,
        on_event: Callable[[Event], object] | None = None,
        on_settlement: Callable[[Settlement], object] | None = None,
        on_idle: Callable[[], object] | None = None,
        clock: Clock | None = None,
        in_order: bool = False,
    ) -> None:
        """Prepare; nothing happens before `run` or `async with`.

        Args:
            engine: Says what to do.
            transport: Performs HTTP exchanges, and opens the sockets of streams and relays if it is a
                `SocketTransport`.
            media: Performs what concerns callers' lines. One that is `Bindable` is bound to `submit` when the
                driver begins.
            policy: Answers `Consult`; without one, whatever is put to it is denied.
            connectors: Finds the payment connector of an account by its name; without it every payment
                fails (64004).
            messages: Sends text messages; without it none is sent.
            on_event: Takes the timeline, as it happens. An exception from it is logged, as from all that
                follow.
            on_settlement: Takes each ended call's bill.
            on_idle: Called each time when nothing is outstanding any more.
            clock: Where the time comes from; a `SystemClock` by default.
            in_order: Keep outcomes of requests and policies until all that are in flight have arrived, then
                submit them in the order in which they began. It makes runs repeatable and is meant for
                virtual time only.
        """
        self._engine = engine
        self._media = media
        self._policy = policy
        self._connectors = connectors
        self._messages = messages
        self._on_event = on_event
        self._on_settlement = on_settlement
        self._on_idle = on_idle
        self._clock: Clock = SystemClock() if clock is None else clock
        self._in_order = in_order

        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None
        self._inputs: list[Input] = []
        self._submitters: dict[int, asyncio.Future[None]] = {}
        self._turn_is_due = False
        self._alarm: Timer | None = None
        self._alarm_at: int | None = None

        self._tickets = 0
        self._in_flight = 0
        self._arrived: list[tuple[int, Input]] = []
        self._webhooks = Webhooks(transport, self._finish)
        self._sockets = Sockets(transport, media, self.submit, self._look_around)
        self._services: set[asyncio.Task[None]] = set()
        self._drainers: list[asyncio.Future[None]] = []

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        return self._clock

    @property
    def idle(self) -> bool:
        """Whether nothing is outstanding: no input to be handled, no request in flight, no policy at work.

        Media is not counted: a prompt that plays is time that passes. Neither is a request that only waits
        for virtual time to pass, nor a socket that is open, unless a handshake, a message that was not taken
        yet, or a goodbye is under way on it.
        """
        return not self._inputs and self._under_way() == 0 and not self._sockets.busy

    @property
    def paced(self) -> bool:
        """Whether an application at the other end of a socket lives by the wall clock."""
        return self._sockets.paced

    def submit(self, item: Input) -> None:
        """Give the engine an input, with the next turn of the loop.

        An input that the engine refuses changes nothing and is logged; see `submit_checked`. After `aclose`
        inputs are dropped, because media planes wind down when they like.
        """
        if self._closed.is_set():
            _log.debug("the driver is closed, dropped %r", item)
            return
        self._inputs.append(item)
        if not self._turn_is_due and self._loop is not None:
            self._turn_is_due = True
            self._loop.call_soon(self._turn)

    async def submit_checked(self, item: Input) -> None:
        """Give the engine an input and wait until it was handled and its effects were begun.

        Raises:
            InputError: The engine refused it; nothing was changed.
            RuntimeError: The driver is closed.
        """
        if self._closed.is_set():
            raise RuntimeError("the driver is closed")
        future = asyncio.get_running_loop().create_future()
        self._submitters[len(self._inputs)] = future
        self.submit(item)
        await future

    def submit_threadsafe(self, item: Input) -> None:
        """Give the engine an input, from any thread.

        Raises:
            RuntimeError: The driver does not run.
        """
        if self._loop is None:
            raise RuntimeError("the driver does not run yet")
        self._loop.call_soon_threadsafe(self.submit, item)

    async def run(self) -> None:
        """Run until `aclose`, or until the surrounding task is cancelled."""
        async with self:
            await self._closed.wait()

    async def drain(self) -> None:
        """Wait until no call is live and nothing is outstanding, or the driver is closed.

        Before the driver begins, inputs that were submitted are outstanding.
        """
        if not self._is_drained():
            future = asyncio.get_running_loop().create_future()
            self._drainers.append(future)
            await future

    async def aclose(self) -> None:
        """Stop: no further input is handled, requests in flight are broken off.

        Calls that are live stay so in the engine: they can be snapshotted, or driven on by another driver.
        """
        if self._closing is None:
            self._closed.set()
            self._set_alarm(None)
            if isinstance(self._clock, VirtualClock) and self._loop is not None:
                self._clock.on_sleep.remove(self._fell_asleep)
            self._closing = asyncio.get_running_loop().create_task(self._close())
        # Whoever gives up waiting leaves nothing behind: the rest is closed all the same.
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        # What was begun in this turn must have started before it is cancelled: Python reports a coroutine
        # that never starts as a mistake.
        await asyncio.sleep(0)
        tasks = list(self._services)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._webhooks.aclose()
        await self._sockets.aclose()
        for submitter in self._submitters.values():
            if not submitter.done():
                submitter.set_exception(RuntimeError("the driver was closed"))
        self._inputs.clear()
        self._submitters.clear()
        self._release_drainers()

    async def __aenter__(self) -> Self:
        """Begin to handle inputs, those submitted before too.

        Raises:
            RuntimeError: The driver has begun before.
        """
        if self._closed.is_set():
            raise RuntimeError("the driver is closed: make another one")
        if self._loop is not None:
            raise RuntimeError("the driver runs already")
        self._loop = asyncio.get_running_loop()
        if isinstance(self._media, Bindable):
            self._media.bind(self.submit)
        if isinstance(self._clock, VirtualClock):
            self._clock.on_sleep.append(self._fell_asleep)
        # An engine may hold restored calls with deadlines of their own.
        self._turn_is_due = True
        self._loop.call_soon(self._turn)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.aclose()

    def _turn(self) -> None:
        """Handle what was submitted, in one batch."""
        self._turn_is_due = False
        if self._closed.is_set():
            return
        inputs, self._inputs = self._inputs, []
        submitters, self._submitters = self._submitters, {}
        if inputs:
            self._handle(inputs, submitters)
        self._set_alarm(self._engine.next_timeout())
        self._look_around()

    def _handle(self, inputs: list[Input], submitters: dict[int, asyncio.Future[None]]) -> None:
        try:
            effects, refusals = self._engine.handle_many(inputs, self._clock.now())
        except InternalError as error:
            # A part may have been handled, so none is given again; what followed from that part can still be
            # had. For what was lost the engine has deadlines.
            _log.exception("the engine failed at a batch of %d", len(inputs))
            self._answer(submitters, error)
            if inputs:
                self._handle([], {})
            return
        except Exception as error:  # noqa: BLE001 - reported to whoever submitted it
            # Raised before anything was handled: one of these is no input. The others must not suffer.
            if len(inputs) > 1:
                for index, item in enumerate(inputs):
                    self._handle([item], {0: submitters[index]} if index in submitters else {})
            elif submitters:
                self._answer(submitters, error)
            else:
                _log.exception("the engine could not be given a %s", type(inputs[0]).__name__)
            return
        for effect in effects:
            self._perform(effect)
        self._refuse(refusals, inputs, submitters)
        self._answer(submitters, None)

    @staticmethod
    def _refuse(
        refusals: Sequence[tuple[int, InputError]],
        inputs: list[Input],
        submitters: dict[int, asyncio.Future[None]],
    ) -> None:
        for index, error in refusals:
            submitter = submitters.pop(index, None)
            if submitter is None:
                _log.warning("refused %r: %s", inputs[index], error)
            elif not submitter.done():
                submitter.set_exception(error)

    @staticmethod
    def _answer(submitters: dict[int, asyncio.Future[None]], error: Exception | None) -> None:
        for submitter in submitters.values():
            if submitter.done():
                continue
            if error is None:
                submitter.set_result(None)
            else:
                submitter.set_exception(error)

    def _perform(self, effect: Effect) -> None:  # noqa: C901 - one flat list of the effects
        match effect:
            case Report(event):
                if self._on_event is not None:
                    self._tell(self._on_event, event)
            case Fetch():
                self._webhooks.fetch(self._begin(), effect)
            case Notify():
                self._webhooks.notify(self._begin(), effect)
            case Settle(settlement):
                if self._on_settlement is not None:
                    self._tell(self._on_settlement, settlement)
            case Consult():
                self._consult(effect)
            case CloseRelay() | CloseStream() | OpenRelay() | OpenStream() | SendDtmf() | SendRelay():
                self._sockets.perform(effect)
            case HangUp(leg=leg):
                self._perform_media(effect)
                self._sockets.end_leg(leg)
            case Charge():
                self._await(services.charge(self._connectors, effect))
            case SendMessage():
                self._await(services.send(self._messages, effect))
            case _:
                self._perform_media(effect)

    def _perform_media(self, effect: MediaEffect) -> None:
        try:
            self._media.perform(effect)
        except Exception:  # noqa: BLE001 - other people's code
            _log.exception("the media plane could not perform %r", effect)
            match effect:
                case Say() | Play() | StartRecording():
                    self.submit(MediaDone(effect.reply, "retrieval"))
                case Refer():
                    self.submit(ReferProgress(effect.reply, response=_SIP_FAILURE))
                case StartAgent():
                    self.submit(AgentDone(effect.reply, "failed", error="the media plane failed"))
                case StartSiprec():
                    self.submit(SiprecEvent(effect.leg, effect.siprec, "unknown", "the media plane failed"))
                case Transcribe():
                    self.submit(RecordingTranscribed(effect.reply))
                case _:
                    pass

    @staticmethod
    def _tell(listener: Callable[[Unpack[_Ts]], object], *what: *_Ts) -> None:
        try:
            listener(*what)
        except Exception:  # noqa: BLE001 - other people's code
            _log.exception("%r raised an exception", listener)

    def _consult(self, effect: Consult) -> None:
        verdict: Allow | Deny | Awaitable[Allow | Deny] = Deny("no policy is installed")
        if self._policy is not None:
            verdict = decide(self._policy, effect.facts, deadline=effect.timeout_ms / 1_000)
        if isinstance(verdict, Awaitable):
            self._await(_awaited_verdict(effect.reply, verdict))
        else:
            self._await(_verdict(effect.reply, verdict))

    def _await(self, outcome: Input | Awaitable[Input]) -> None:
        """Submit what a service answers, now or when it does."""
        ticket = self._begin()
        if isinstance(outcome, Awaitable):
            task = asyncio.get_running_loop().create_task(self._finish_later(ticket, outcome))
            self._services.add(task)
            task.add_done_callback(self._services.discard)
        else:
            self._finish(ticket, outcome)

    async def _finish_later(self, ticket: int, outcome: Awaitable[Input]) -> None:
        self._finish(ticket, await outcome)

    def _begin(self) -> int:
        """Count something that the engine waits for; its outcome goes to `_finish`."""
        self._in_flight += 1
        self._tickets += 1
        return self._tickets

    def _finish(self, ticket: int, outcome: Input) -> None:
        self._in_flight -= 1
        if not self._in_order:
            self.submit(outcome)
            return
        self._arrived.append((ticket, outcome))
        self._hand_over()

    def _hand_over(self) -> None:
        """Submit what has arrived, once nothing else can arrive at this time."""
        if self._arrived and self._under_way() == 0:
            arrived, self._arrived = self._arrived, []
            arrived.sort(key=lambda pair: pair[0])
            for _, item in arrived:
                self.submit(item)

    def _fell_asleep(self) -> None:
        """Go on without an exchange that only waits for virtual time."""
        self._hand_over()
        self._look_around()

    def _under_way(self) -> int:
        """How many outcomes will come without time having to pass."""
        asleep = self._clock.asleep if isinstance(self._clock, VirtualClock) else 0
        # A notice that waits behind a sleeping one begins when time has passed.
        return self._in_flight - asleep - self._webhooks.waiting

    def _set_alarm(self, when: int | None) -> None:
        if when == self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = when
        self._alarm = None if when is None else self._clock.call_at(when, self._ring)

    def _ring(self) -> None:
        # Forgotten here, so that a clock that rang a moment early is asked again for the same time.
        self._alarm = self._alarm_at = None
        self.submit(Tick())

    def _look_around(self) -> None:
        """See whether anybody waits for the state that was reached."""
        if not self.idle or self._closed.is_set():
            return
        if self._drainers and self._engine.live_legs() == 0:
            self._release_drainers()
        if self._on_idle is not None:
            self._tell(self._on_idle)

    def _is_drained(self) -> bool:
        return self._closed.is_set() or (self.idle and self._engine.live_legs() == 0)

    def _release_drainers(self) -> None:
        drainers, self._drainers = self._drainers, []
        for drainer in drainers:
            if not drainer.done():
                drainer.set_result(None)


async def _awaited_verdict(reply: str, verdict: Awaitable[Allow | Deny]) -> Verdict:
    return _verdict(reply, await verdict)


def _verdict(reply: str, verdict: Allow | Deny) -> Verdict:
    return (
        Verdict(reply, allow=False, reason=verdict.reason)
        if isinstance(verdict, Deny)
        else Verdict(reply, allow=True)
    )
