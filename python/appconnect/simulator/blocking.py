"""The simulator without `await`: the same calls, on a private event loop.

The loop runs only inside the methods of a simulator and of its callers. Applications that are no coroutines
are called outside of it, in the thread and the context of the test, as by a framework's own test client: so
they may use a database, run event loops of their own, and see the context variables of the test.
"""

from __future__ import annotations

import asyncio
import functools
from collections import deque
from typing import TYPE_CHECKING, Any, Literal, TypeVar, final

from appconnect.simulator.caller import WITHIN
from appconnect.simulator.record import Inspection, hides
from appconnect.simulator.simulator import CALLER, World

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from appconnect._core import MachineDetection
    from appconnect.inputs import CallRecording, IncomingSip, Input
    from appconnect.registry import Application
    from appconnect.simulator.accounts import Dialled
    from appconnect.simulator.applications import VoiceApp
    from appconnect.simulator.callee import AnsweredBy, AsyncCallee, Outcome
    from appconnect.simulator.caller import AsyncCaller, AsyncParty
    from appconnect.simulator.record import CallRecord, Question
    from appconnect.transport import Runner
    from appconnect.transport.function import XmlDocument

__all__ = ["Callee", "Caller", "PrivateLoop", "Simulator"]

# Pytest looks for it here.
__tracebackhide__ = hides

T = TypeVar("T")


@final
class PrivateLoop:
    """An event loop that runs while somebody waits for it, and calls functions in between."""

    def __init__(self) -> None:
        """Prepare; it runs in `run` only."""
        self._closed = False
        self._errands: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()
        self._errands_under_way = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run until a coroutine has ended.

        Returns:
            What it returned.

        Raises:
            RuntimeError: An event loop runs in this thread already, or this one is closed.
        """
        if self.is_closed:
            work.close()
            raise RuntimeError("the simulation is over: it was closed, or its `with` has ended")
        if self._runs_already():
            work.close()
            raise RuntimeError(
                "an event loop is running here: make the test a coroutine, use AsyncSimulator, and await"
            )
        task = self._loop.create_task(work)
        task.add_done_callback(self._stop)
        try:
            while not task.done():
                self._loop.run_forever()
                while self._errands:
                    self._call(*self._errands.popleft())
        except BaseException:
            # For instance a KeyboardInterrupt: nothing must go on behind the back of whoever catches it.
            self._end_all({task})
            raise
        return task.result()

    async def outside(self, call: Callable[[], T], /) -> T:
        """Call a function while the loop stands still (see `Runner`)."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._errands.append((call, future))
        self._loop.stop()
        return await future

    @property
    def is_on_errand(self) -> bool:
        """Whether a function is being called, so that whoever runs the loop is called by it."""
        return self._errands_under_way > 0

    @functools.cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        """The loop: made when it is needed, so that a simulator that cannot be made leaves none behind."""
        return asyncio.new_event_loop()

    @property
    def is_closed(self) -> bool:
        """Whether it runs no more."""
        return self._closed

    def close(self) -> None:
        """End what is left, and the loop."""
        if self._closed:
            return
        self._closed = True
        self._end_all(asyncio.all_tasks(self._loop))
        self._finish(self._loop.shutdown_asyncgens())
        self._finish(self._loop.shutdown_default_executor())
        self._loop.close()

    def _stop(self, _task: asyncio.Task[Any]) -> None:
        self._loop.stop()

    def _end_all(self, tasks: set[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()
        if tasks:
            self._finish(asyncio.wait(tasks))

    def _finish(self, work: Coroutine[Any, Any, object]) -> None:
        """Run until a coroutine has ended, calling nothing in between."""
        task = self._loop.create_task(work)
        task.add_done_callback(self._stop)
        # An earlier request to stop may still be on its way.
        while not task.done():
            self._loop.run_forever()

    @staticmethod
    def _runs_already() -> bool:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return True

    def _call(self, call: Callable[[], Any], future: asyncio.Future[Any]) -> None:
        if future.done():
            return
        self._errands_under_way += 1
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001 - belongs to whoever waits for it
            future.set_exception(error)
        finally:
            self._errands_under_way -= 1


class Party(Inspection):
    """A person on a line: what a test does there, and expects to hear."""

    def __init__(self, party: AsyncParty, loop: PrivateLoop) -> None:
        """Hold a party's end of a line."""
        self._party = party
        self._run = loop.run

    @property
    def record(self) -> CallRecord:
        """Where is kept what is known."""
        return self._party.record

    def hears(self, text: str | re.Pattern[str], *, within: float | None = WITHIN) -> re.Match[str]:
        """Expect to hear a text, after what was matched before.

        White space counts only as a separator of words, and case only in a pattern without `re.IGNORECASE`. A
        sentence counts as heard when it begins; of an audio file its URL is heard. A text may begin in one
        sentence and end in the next.

        Args:
            text: The words, or a regular expression that is searched for.
            within: Seconds of call time; none for as long as the call lasts.

        Returns:
            The match, for the groups of a regular expression.

        Raises:
            ExpectationError: The call ended, or the time passed, before it was heard.
        """
        return self._run(self._party.hears(text, within=within))

    def press(self, keys: str, *, at_once: bool = False, within: float | None = WITHIN) -> None:
        """Press keys, as soon as the application waits for keys or records a message.

        Args:
            keys: One or more of `0-9 * # A-D`.
            at_once: Do not wait for the application.
            within: Seconds of call time in which it must wait for keys; none for as long as the call lasts.

        Raises:
            ExpectationError: The call ended, or the time passed, before.
            ValueError: There are no such keys.
        """
        self._run(self._party.press(keys, at_once=at_once, within=within))

    def say(
        self,
        text: str,
        *,
        confidence: float | None = None,
        at_once: bool = False,
        within: float | None = WITHIN,
    ) -> None:
        """Say something, as soon as the application waits for words or records a message; it takes its time.

        Args:
            text: The words.
            confidence: How sure the recogniser is to have understood, 0.0 to 1.0.
            at_once: Do not wait for the application.
            within: Seconds of call time in which it must wait for words; none for as long as the call lasts.

        Raises:
            ExpectationError: The call ended, or the time passed, before.
        """
        self._run(self._party.say(text, confidence=confidence, at_once=at_once, within=within))

    def wait(self, seconds: float) -> None:
        """Let time pass on the call; less of it when the call ends before."""
        self._run(self._party.wait(seconds))

    def hang_up(self) -> None:
        """Hang up. Nothing happens when the line is gone already."""
        self._run(self._party.hang_up())

    def is_connected_to(
        self, target: Application | Inspection | str, *, within: float | None = WITHIN
    ) -> str:
        """Expect to be connected to an application or a party.

        By a `<Dial>` or a queue it may have been before; in the same conference it must be now: one that has
        begun, with nobody of the two on hold.

        Args:
            target: The application or its SID, the caller or callee, its address, or the SID of its call.
            within: Seconds of call time; none for as long as the call lasts.

        Returns:
            The SID of the call there.

        Raises:
            ExpectationError: It did not happen.
        """
        return self._run(self._party.is_connected_to(target, within=within))

    def ends(
        self, status: str | None = None, *, cause: str | None = None, within: float | None = None
    ) -> str:
        """Expect the line to end.

        Args:
            status: The `CallStatus` that the call must end with.
            cause: Why it must end: `normal`, `busy`, `rejected`, `not-found` or `error`, of a callee also
                `failed`; after `hang_up`, who did: `caller` or `callee`.
            within: Seconds of call time; none for however long it lasts.

        Returns:
            The cause.

        Raises:
            ExpectationError: It did not end in this time, or not like this.
        """
        return self._run(self._party.ends(status, cause=cause, within=within))


@final
class Caller(Party):
    """A person who called: what a test does on the line, and expects of the call. See `Simulator.call`."""

    def __init__(self, caller: AsyncCaller, loop: PrivateLoop) -> None:
        """Hold the caller's end of a line."""
        super().__init__(caller, loop)
        self._caller = caller

    def is_asked(
        self,
        *,
        keys: bool | None = None,
        speech: bool | None = None,
        language: str | None = None,
        within: float | None = WITHIN,
        **attributes: object,
    ) -> Question:
        """Expect an application to listen, by `<Gather>`.

        Args:
            keys: Whether it must listen for keys, or must not.
            speech: Whether it must listen for speech, or must not.
            language: The language that the recogniser must be set to.
            within: Seconds of call time; none for as long as the call lasts.
            attributes: Of the `<Gather>`, as they must be written: `numDigits=1`.

        Returns:
            What it listens for.

        Raises:
            ExpectationError: It did not listen, or listened for something else.
        """
        return self._run(
            self._caller.is_asked(keys=keys, speech=speech, language=language, within=within, **attributes)
        )

    def is_recorded(self, *, within: float | None = WITHIN, **attributes: object) -> None:
        """Expect an application to record a message, by `<Record>`.

        Args:
            within: Seconds of call time; none for as long as the call lasts.
            attributes: Of the `<Record>`, as they must be written: `maxLength=60`.

        Raises:
            ExpectationError: It did not, or with other attributes.
        """
        self._run(self._caller.is_recorded(within=within, **attributes))

    def was_returned(
        self,
        values: Mapping[str, str] | None = None,
        /,
        *,
        status: str | None = None,
        within: float | None = WITHIN,
        **named: str,
    ) -> dict[str, str]:
        """Expect a `<Dial>` to be over, after those that were matched before.

        Args:
            values: What the application must return, by name without `ReturnParam_`; more may come back.
            status: The `DialCallStatus` that it must give.
            within: Seconds of call time; none for as long as the call lasts.
            named: More values.

        Returns:
            All values that came back.

        Raises:
            ExpectationError: It did not happen, or other values came back.
        """
        return self._run(self._caller.was_returned(values, status=status, within=within, **named))


@final
class Callee(Party):
    """A party that can be called. See `Simulator.callee`.

    What it does and hears is of the call that came last. Each act and expectation waits for a call first.
    """

    def __init__(self, callee: AsyncCallee, loop: PrivateLoop) -> None:
        """Hold the callee's end of a line."""
        super().__init__(callee, loop)
        self._callee = callee

    @property
    def parameters(self) -> dict[str, str]:
        """What a client is told by the call that came last, or the headers that a SIP endpoint gets."""
        return self._callee.parameters

    def is_called(self, *, from_: str | None = None, within: float | None = WITHIN) -> None:
        """Expect to be called, after the calls that were expected before.

        Args:
            from_: Who must call, if that matters.
            within: Seconds of virtual time; none for however long it takes.

        Raises:
            ExpectationError: Nobody called, or somebody else.
        """
        self._run(self._callee.is_called(from_=from_, within=within))


@final
class Simulator(World):
    """Places simulated calls to voice applications, on a virtual clock.

        def test_menu(simulator):
            caller = simulator.call(app)
            caller.hears("press 1")
            caller.press("1")
            caller.hears("sales")
            caller.hang_up()

    Time passes only inside its methods and those of its callers; a wait of an hour takes milliseconds. Use it
    with `with`, or call `close`; the fixture of the pytest plugin does.
    """

    def _outside(self) -> Runner:
        self._loop = PrivateLoop()
        return self._loop.outside

    def _is_held(self) -> bool:
        return self._loop.is_on_errand or super()._is_held()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        if not self._begun:
            try:
                self._loop.run(self._begin())
            except BaseException:
                work.close()
                raise
        return self._loop.run(work)

    def call(  # noqa: PLR0913 - one for each thing that a carrier tells of a call
        self,
        to: VoiceApp | Dialled,
        path: str | None = None,
        *,
        from_: str = CALLER,
        forwarded_from: str | None = None,
        caller_name: str | None = None,
        stir_verstat: str | None = None,
        sip: IncomingSip | None = None,
    ) -> Caller:
        """Place a call.

        Args:
            to: What is dialled: an application in any of its forms (see `VoiceApp`), for which a number is
                made up; a phone number or other address of the simulation; or what a `SimulatedAccount` gave.
            path: Of the Voice URL, where an application is given; `/voice` by default.
            from_: Who calls: a number, `sip:` or `client:` address.
            forwarded_from: The number that forwarded the call.
            caller_name: The result of a caller-name look-up.
            stir_verstat: The carrier's attestation.
            sip: What SIP says of the call, its `X-` headers among it; for a SIP domain, a Call-ID by default.

        Returns:
            The caller, when the line rings. What cannot be dialled ends with the cause `not-found`.
        """
        told = {
            "forwarded_from": forwarded_from,
            "caller_name": caller_name,
            "stir_verstat": stir_verstat,
            "sip": sip,
        }
        return Caller(self._run(self._place(to, path, from_, told)), self._loop)

    def callee(  # noqa: PLR0913 - one for each thing that a called party can do
        self,
        address: str,
        outcome: Outcome = "answered",
        *,
        after: float = 3.0,
        answered_by: AnsweredBy = "human",
        sip_response: int | None = None,
        sip_headers: Mapping[str, str] | None = None,
    ) -> Callee:
        """Put a party at an address that documents can dial, instead of whoever was there.

        A party that is on a call is busy for others. Where nobody was put, the application of a number or SIP
        domain of the simulation answers; everything else rings until the dialling side gives up.

        Args:
            address: A number, `client:` and an identity, `sip:` or `whatsapp:` address, or the SID of a SIM.
            outcome: What becomes of calls to it: `answered`, `busy`, `failed` or `no-answer`.
            after: Seconds until then.
            answered_by: What an answering machine detection finds: `human`, `machine`, `fax` or `unknown`.
            sip_response: The final response of a SIP endpoint; the usual one for the outcome by default.
            sip_headers: The header fields of that response which the application is told.

        Raises:
            ValueError: Nobody can be called at the address, or nobody can do this.
        """
        callee = self._callee(address, outcome, after, answered_by, (sip_response, sip_headers))
        self._calls.append(callee)
        return Callee(callee, self._loop)

    def originate(  # noqa: PLR0913 - one for each thing that is told of a call
        self,
        to: Inspection | str,
        app: VoiceApp,
        path: str | None = None,
        *,
        from_: str | None = None,
        timeout: int = 60,
        send_digits: str | None = None,
        machine_detection: MachineDetection | None = None,
        status_callback: str | None = None,
        status_callback_events: Sequence[str] = (),
        recording: CallRecording | None = None,
    ) -> None:
        """Call somebody, as the default account does by the REST API.

        Args:
            to: The callee, or its address.
            app: What the call runs when it is answered; see `VoiceApp`.
            path: Of its URL; `/voice` by default.
            from_: Who calls, a number of the account; by default one that leads to the application.
            timeout: Seconds that it may ring.
            send_digits: Keys that are played when it is answered.
            machine_detection: How to find out who answers.
            status_callback: Path or URL that is told of the progress.
            status_callback_events: Which progress: `initiated`, `ringing`, `answered`, `completed`.
            recording: How the call is recorded from its answer on; its `status_callback` is a whole URL, for
                instance one below what `serve` returned.

        Raises:
            InputError: The call cannot be placed.
            ValueError: There is no such event.
        """
        options = {
            "timeout": timeout,
            "send_digits": send_digits,
            "machine_detection": machine_detection,
            "status_callback_events": status_callback_events,
            "recording": recording,
        }
        self._run(self._originate(to, app, path, from_, status_callback, options))

    def modify(
        self,
        caller: Inspection,
        *,
        url: str | None = None,
        twiml: str | XmlDocument | None = None,
        status: Literal["canceled", "completed"] | None = None,
    ) -> None:
        """Change a live call as its account does by the REST API.

        Args:
            caller: Whose call.
            url: Request this URL, or path of the application that the call runs, and run what it answers.
            twiml: Run this document: a text, or a `VoiceResponse`.
            status: `completed` ends the call; `canceled` ends it only if it was not answered yet.

        Raises:
            InputError: The call cannot be changed like this.
        """
        self._run(self._modify(caller, url, twiml, status))

    def submit(self, item: Input) -> None:
        """Give the engine any other input of `appconnect.inputs`.

        Raises:
            InputError: The engine refused it; nothing was changed.
        """
        self._run(self.session.submit(item))

    def advance(self, seconds: float) -> None:
        """Let time pass; everything that is due in it happens."""
        self._run(self.session.wait(seconds))

    def run_until_idle(self) -> None:
        """Let time pass until nothing is due any more: all calls have ended, all callbacks are delivered."""
        self._run(self.session.idle())

    def close(self) -> None:
        """Stop, wherever the calls are, and end the applications' lifespans."""
        if self._begun and not self._loop.is_closed:
            self._loop.run(self._end())
        self._loop.close()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()
