"""The simulator: accounts, applications and callers of a test, on one virtual clock."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal, final
from urllib.parse import urljoin

from appconnect._core import Config
from appconnect.clock import VirtualClock
from appconnect.events import Began, ProblemRaised
from appconnect.inputs import Modify, Originate
from appconnect.registry import Application, Client, PhoneNumber, SipDomain
from appconnect.simulator.accounts import Accounts
from appconnect.simulator.applications import Applications
from appconnect.simulator.audio import AudioFiles
from appconnect.simulator.callee import AsyncCallee, Behaviour
from appconnect.simulator.faults import Faults
from appconnect.simulator.record import report
from appconnect.simulator.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from appconnect._core import MachineDetection, Settlement
    from appconnect.clock import Clock
    from appconnect.events import Event
    from appconnect.inputs import CallRecording, IncomingSip, Input
    from appconnect.policy import PolicyHook
    from appconnect.simulator.accounts import Dialled, SimulatedAccount
    from appconnect.simulator.applications import VoiceApp
    from appconnect.simulator.callee import AnsweredBy, Outcome
    from appconnect.simulator.caller import AsyncCaller
    from appconnect.simulator.model import MediaModel
    from appconnect.simulator.record import Inspection
    from appconnect.transport import Runner
    from appconnect.transport.function import XmlDocument

__all__ = ["CALLER", "AsyncSimulator", "World"]

CALLER = "+14155550100"
"""Who calls, unless somebody else is named."""

_ADDRESSES = ("+", "client:", "sip:", "sips:", "AP", "app:")
_MILLISECONDS = 1_000
_EVENTS = dict.fromkeys(("initiated", "ringing", "answered", "completed"))


class World:
    """What a simulation is made of, alike for both flavours.

    Attributes:
        faults: What goes wrong between the engine and the applications.
        timeline: What happened in all calls, in the views of all accounts, in order.
        settlements: The bills of all accounts, in order.
        session: The engine, driver, clock and media underneath.
    """

    _begun = False

    def __init__(  # noqa: PLR0913 - one for each thing that can be set
        self,
        *,
        seed: int | str = 0,
        config: Config | None = None,
        media: MediaModel | None = None,
        policy: PolicyHook | None = None,
        clock: Clock | None = None,
        fetch_media: bool = True,
        account_sid: str | None = None,
        auth_token: str | None = None,
    ) -> None:
        """Make an empty world; nothing runs yet.

        Args:
            seed: The same one gives the same SIDs, and the same faults.
            config: Of the engine, with the timeline on; by default all defaults.
            media: How long prompts, files and tones take.
            policy: Answers for connections between accounts, where `config` has `consult` on.
            clock: `SystemClock()` for real time; by default a `VirtualClock`.
            fetch_media: Whether files of `<Play>` are fetched from applications of the simulation, and
                measured; all others last as long as `media` says.
            account_sid: Of the default account, which owns what is not given to another one.
            auth_token: Of the default account.

        Raises:
            ValueError: The configuration has no timeline, which expectations are read from.
        """
        if config is not None and not config.timeline:
            raise ValueError("a simulation needs the timeline: write Config(timeline=True, ...)")
        self.timeline: list[Event] = []
        self.settlements: list[Settlement] = []
        self._applications = Applications(self._outside())
        self._accounts = Accounts(self._applications)
        self._default = self._accounts.account("default", account_sid, auth_token)
        self._calls: list[Inspection] = []
        self._owners: dict[str, str] = {}
        self.faults = Faults(self._applications, seed)
        self.session = Session(
            self._accounts.registry(),
            self.faults,
            seed=hashlib.sha256(str(seed).encode()).digest(),
            config=Config(timeline=True) if config is None else config,
            policy=policy,
            model=media,
            clock=clock,
            on_event=self._observe,
            on_settlement=self.settlements.append,
            names=self._accounts.names,
            held=self._is_held,
            idle=lambda: self.faults.idle,
        )
        self.faults.bind(self.session.clock, self.session.driver.submit, self.session.go_on)
        if fetch_media:
            self.session.media.files = AudioFiles(
                self.faults.perform, self._applications.knows, self._owner, self.session.go_on
            )
        self._began = self.session.clock.now()

    @property
    def account_sid(self) -> str:
        """The SID of the default account."""
        return self._default.sid

    @property
    def auth_token(self) -> str:
        """The token that webhooks of the default account are signed with."""
        return self._default.auth_token

    @property
    def now(self) -> float:
        """Seconds since the simulation began."""
        return (self.session.clock.now() - self._began) / _MILLISECONDS

    @property
    def problems(self) -> list[ProblemRaised]:
        """What went wrong in all calls, warnings among it."""
        return [event for event in self.timeline if isinstance(event, ProblemRaised)]

    def account(
        self, name: str, *, sid: str | None = None, auth_token: str | None = None
    ) -> SimulatedAccount:
        """The account of this name; a new one if there is none.

        Args:
            name: What it is called in ladders.
            sid: `AC` and 32 hexadecimal digits; made from the name by default.
            auth_token: The token that its webhooks are signed with; made from the name by default.

        Raises:
            ValueError: It has another SID or token already.
        """
        return self._accounts.account(name, sid, auth_token)

    def serve(self, app: VoiceApp, at: str) -> str:
        """Put an application at an origin, such as `https://shop.example`, for absolute URLs that lead there.

        Returns:
            The origin.
        """
        return self._applications.add(app, at)

    def report(self) -> str:
        """Draw all calls that were placed, for a failed test."""
        # A party that was called is drawn with whoever called it.
        calls = [call for call in self._calls if not isinstance(call, AsyncCallee) or call.was_originated]
        parts = [report(call.timeline, call.requests, self._accounts.names) for call in calls]
        parts += [report(events, [], self._accounts.names) for events in self._calls_to_nobody(calls)]
        return "\n\n".join(parts) if parts else "no call was placed"

    def _calls_to_nobody(self, known: list[Inspection]) -> list[list[Event]]:
        """The timelines of calls that an account placed, and that no callee of the test has any more."""
        drawn = {event.leg for call in known for event in call.timeline}
        legs: dict[str, list[Event]] = {}
        for event in self.timeline:
            if event.leg not in drawn:
                legs.setdefault(event.leg, []).append(event)
        return [events for events in legs.values() if any(_is_originated(event) for event in events)]

    def _outside(self) -> Runner | None:
        """What calls that which must not be called inside an event loop."""
        return None

    def _is_held(self) -> bool:
        """Whether an application works, and nobody may wait for time to pass."""
        # Real time passes all the same.
        return isinstance(self.session.clock, VirtualClock) and self._applications.works_here()

    def _observe(self, event: Event) -> None:
        self.timeline.append(event)
        self.faults.observe(event)
        if isinstance(event, Began):
            self._owners[event.call] = event.account

    def _owner(self, call: str) -> tuple[str, str] | None:
        """The SID and the token of the account that a call belongs to."""
        sid = self._owners.get(call)
        token = None if sid is None else self._accounts.token(sid)
        return None if sid is None or token is None else (sid, token)

    def _callee(
        self,
        address: str,
        outcome: Outcome,
        after: float,
        answered_by: AnsweredBy,
        sip: tuple[int | None, Mapping[str, str] | None],
    ) -> AsyncCallee:
        response, headers = sip
        behaviour = Behaviour(
            outcome=outcome,
            after=after,
            answered_by=answered_by,
            sip_response=response,
            sip_headers={} if headers is None else headers,
        )
        return self.session.callee(address, behaviour)

    async def _originate(  # noqa: PLR0913, PLR0917 - of both flavours
        self,
        to: Inspection | str,
        app: VoiceApp,
        path: str | None,
        from_: str | None,
        status_callback: str | None,
        options: Mapping[str, Any],
    ) -> None:
        unknown = set(options["status_callback_events"]) - _EVENTS.keys()
        if unknown:
            raise ValueError(
                f"there is no event {', '.join(sorted(unknown))}: write some of {', '.join(_EVENTS)}"
            )
        url = self._accounts.webhooks(app, path)["voice_url"]
        if from_ is None:
            from_ = self._accounts.number_of(self._default, app, path).number
        self._refresh()
        call = Originate(
            self.session.new_leg(),
            self._default.sid,
            from_,
            to if isinstance(to, str) else to.to,
            url=url,
            status_callback=status_callback and urljoin(url, status_callback),
            **options,
        )
        await self.session.submit(call)

    def _refresh(self) -> None:
        """Tell the engine of what was added since the last call."""
        if self._accounts.changed:
            self.session.set_registry(self._accounts.registry())

    async def _begin(self) -> None:
        """Begin, in the event loop that runs; nothing where it has begun already."""
        if not self._begun:
            self._begun = True
            await self.session.__aenter__()

    async def _end(self) -> None:
        await self.session.__aexit__(None, None, None)
        await self.faults.aclose()
        await self._applications.aclose()

    async def _place(
        self, to: VoiceApp | Dialled, path: str | None, from_: str, told: dict[str, Any]
    ) -> AsyncCaller:
        address = self._address(to, path)
        self._refresh()
        caller = await self.session.dial(from_, address, **told)
        self._calls.append(caller)
        return caller

    async def _modify(
        self,
        caller: Inspection,
        url: str | None,
        twiml: str | XmlDocument | None,
        status: Literal["canceled", "completed"] | None,
    ) -> None:
        if caller.call is None:
            raise ValueError("there is no call to modify: the line never reached an application")
        # As for a redirect: a path is one of the application that the call runs now.
        asked = [webhook.url for webhook in caller.requests if webhook.call == caller.call]
        if url is not None and asked:
            url = urljoin(asked[-1], url)
        document = twiml if twiml is None or isinstance(twiml, str) else twiml.to_xml()
        await self.session.submit(Modify(caller.call, url=url, twiml=document, status=status))

    def _address(self, to: VoiceApp | Dialled, path: str | None) -> str:
        """What is dialled to reach something."""
        match to:
            case str() if to.startswith(_ADDRESSES):
                return to
            case PhoneNumber(number=number):
                return number
            case Application(sid=sid):
                return sid
            case Client(identity=identity):
                return f"client:{identity}"
            case SipDomain(domain=domain):
                return f"sip:anybody@{domain}"
            case _:
                return self._accounts.number_of(self._default, to, path).number


@final
class AsyncSimulator(World):
    """Places simulated calls, in a running event loop: the asynchronous flavour of `Simulator`.

        async with AsyncSimulator() as simulator:
            caller = await simulator.call(app)
            await caller.hears("press 1")

    It begins with `async with`, or with the first call that is awaited, and belongs to that event loop.
    """

    async def call(  # noqa: PLR0913 - one for each thing that a carrier tells of a call
        self,
        to: VoiceApp | Dialled,
        path: str | None = None,
        *,
        from_: str = CALLER,
        forwarded_from: str | None = None,
        caller_name: str | None = None,
        stir_verstat: str | None = None,
        sip: IncomingSip | None = None,
    ) -> AsyncCaller:
        """Place a call; see `Simulator.call`."""
        await self._begin()
        told = {
            "forwarded_from": forwarded_from,
            "caller_name": caller_name,
            "stir_verstat": stir_verstat,
            "sip": sip,
        }
        return await self._place(to, path, from_, told)

    def callee(  # noqa: PLR0913 - one for each thing that a called party can do
        self,
        address: str,
        outcome: Outcome = "answered",
        *,
        after: float = 3.0,
        answered_by: AnsweredBy = "human",
        sip_response: int | None = None,
        sip_headers: Mapping[str, str] | None = None,
    ) -> AsyncCallee:
        """Put a party at an address; see `Simulator.callee`."""
        callee = self._callee(address, outcome, after, answered_by, (sip_response, sip_headers))
        self._calls.append(callee)
        return callee

    async def originate(  # noqa: PLR0913 - one for each thing that is told of a call
        self,
        to: Inspection | str,
        app: VoiceApp,
        path: str | None = None,
        *,
        from_: str | None = None,
        timeout: int = 60,  # noqa: ASYNC109 - of the call
        send_digits: str | None = None,
        machine_detection: MachineDetection | None = None,
        status_callback: str | None = None,
        status_callback_events: Sequence[str] = (),
        recording: CallRecording | None = None,
    ) -> None:
        """Call somebody, as the account does by the REST API; see `Simulator.originate`."""
        options = {
            "recording": recording,
            "timeout": timeout,
            "send_digits": send_digits,
            "machine_detection": machine_detection,
            "status_callback_events": status_callback_events,
        }
        await self._begin()
        await self._originate(to, app, path, from_, status_callback, options)

    async def modify(
        self,
        caller: Inspection,
        *,
        url: str | None = None,
        twiml: str | XmlDocument | None = None,
        status: Literal["canceled", "completed"] | None = None,
    ) -> None:
        """Change a live call as its account does by the REST API; see `Simulator.modify`."""
        await self._begin()
        await self._modify(caller, url, twiml, status)

    async def submit(self, item: Input) -> None:
        """Give the engine any other input; see `Simulator.submit`."""
        await self._begin()
        await self.session.submit(item)

    async def advance(self, seconds: float) -> None:
        """Let time pass; everything that is due in it happens."""
        await self._begin()
        await self.session.wait(seconds)

    async def run_until_idle(self) -> None:
        """Let time pass until nothing is due any more: all calls have ended, all callbacks are delivered."""
        await self._begin()
        await self.session.idle()

    async def __aenter__(self) -> Self:
        """Begin."""
        await self._begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, wherever the calls are, and end the applications' lifespans."""
        await self._end()


def _is_originated(event: Event) -> bool:
    return isinstance(event, Began) and event.direction == "outbound-api"
