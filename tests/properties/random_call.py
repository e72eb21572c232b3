"""A caller who does anything, with parties who do anything, through one document and whatever follows it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from appconnect import Config
from appconnect.events import Began, ProblemRaised
from appconnect.registry import Account, Application, PhoneNumber, Registry
from appconnect.simulator import Session
from appconnect.simulator.callee import Behaviour
from appconnect.transport import CallableTransport, FormRequest
from tests.properties.explaining import is_explained
from tests.properties.invariants import check, check_requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appconnect.events import Event
    from appconnect.simulator import AsyncCallee, AsyncCaller
    from appconnect.simulator.callee import Outcome

__all__ = ["RandomCall"]

_SIDS: Final = {name: "AC" + name.rjust(32, "0") for name in "abc"}
_NUMBER: Final = "+15550199"
_CALLERS: Final = ("+15550100", "sip:ada@phone.example", "client:ada")
_OUTCOMES: Final[tuple[Outcome, ...]] = (
    "answered",
    "answered",
    "answered",
    "busy",
    "failed",
    "no-answer",
)
_LEAF: Final = (
    "<Response/>",
    "<Response><Say>Thank you</Say></Response>",
    "<Response><Hangup><Parameter name='paid' value='yes'/></Hangup></Response>",
    "<Response><Reject reason='busy'><Parameter name='why' value='closed'/></Reject></Response>",
)

_MOST_DOCUMENTS: Final = 6
"""Documents that a call is given; then every request is answered with one that ends it."""

_LIFE: Final = 900
"""Seconds that a call may last: some documents wait for ever."""


@dataclass
class RandomCall:
    """One call; all that happens follows from the seed.

    Attributes:
        documents: Whole documents, by name; the first request gets the one that is looked at.
        name: Its name.
        seed: Of every choice.
        events: The timeline.
        requests: As they arrived.
        served: The documents that were answered with.
    """

    documents: Mapping[str, bytes]
    name: str
    seed: int
    events: list[Event] = field(default_factory=list)
    requests: list[FormRequest] = field(default_factory=list)
    served: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Roll the dice."""
        self.dice = random.Random(f"{self.name} {self.seed}")
        self.callers: list[AsyncCaller] = []
        self.callees: dict[str, AsyncCallee] = {}

    async def run(self) -> None:
        """Make the call, let everybody do something, and look at what it was.

        Raises:
            AssertionError: The call does not end, an invariant does not hold, or there is a problem that no
                document explains.
        """
        transport = CallableTransport(self._answer)
        seed = self.seed.to_bytes(32, "big")
        config = Config(timeline=True, root_seconds=_LIFE)
        self.session = Session(_registry(), transport, seed=seed, config=config, on_event=self._observe)
        async with self.session:
            await self._call()
            for _ in range(self.dice.randrange(12)):
                await self._act()
            if self.dice.random() < 0.5:
                await self._everybody_leaves()
            await self.session.idle()
            await self._everybody_leaves()
            await self.session.idle()
            live = self.session.engine.live_legs()
        assert live == 0, f"{live} legs are left"
        check(self.events)
        check_requests(self.requests, {sid: _token(name) for name, sid in _SIDS.items()})
        self._explain()

    async def _call(self) -> None:
        from_ = self.dice.choice(_CALLERS)
        self.callers.append(await self.session.dial(from_, _NUMBER))

    async def _act(self) -> None:
        parties = [*self.callers, *(callee for callee in self.callees.values() if callee.call is not None)]
        party = self.dice.choice(parties)
        if party.cause is None:
            match self.dice.randrange(12):
                case 0:
                    await party.hang_up()
                case 1 if len(self.callers) < 3:
                    await self._call()
                case 1 | 2 | 3 | 4:
                    keys = self.dice.choices("0123456789*#", k=self.dice.randint(1, 16))
                    await party.press("".join(keys), at_once=True)
                case 5 | 6 | 7:
                    words = self.dice.choice(("yes", "I would like to pay my bill", "agent " * 20))
                    await party.say(words, at_once=True)
                case _:
                    pass
        await self.session.wait(self.dice.choice((0.0, 0.1, 1.0, 4.0, 20.0, 70.0)))

    async def _everybody_leaves(self) -> None:
        for party in [*self.callers, *self.callees.values()]:
            if party.call is not None:
                await party.hang_up()
                await self.session.wait(self.dice.choice((0.0, 1.0)))

    def _observe(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Began) and event.direction == "outbound-dial" and event.to not in self.callees:
            outcome = self.dice.choice(_OUTCOMES)
            after = self.dice.choice((0.0, 2.0, 8.0, 45.0))
            behaviour = Behaviour(outcome=outcome, after=after)
            self.callees[event.to] = self.session.callee(event.to, behaviour)

    def _answer(self, request: FormRequest) -> bytes:
        self.requests.append(request)
        if request.url.startswith("https://a.example/voice"):
            body = self.documents[self.name]
        elif len(self.served) < _MOST_DOCUMENTS and self.dice.random() < 0.5:
            body = self.documents[self.dice.choice(sorted(self.documents))]
        else:
            body = self.dice.choice(_LEAF).encode()
        self.served.append(body)
        return body

    def _explain(self) -> None:
        """Every problem must be one that the documents bring about."""
        began = self.events[0].at
        for event in self.events:
            if isinstance(event, ProblemRaised):
                seconds = (event.at - began) / 1_000
                explained = is_explained(event, self.served, seconds=seconds, longest=_LIFE)
                assert explained, f"no document explains problem {event.code}: {event.message}"


def _token(name: str) -> str:
    return f"token of {name}"


def _registry() -> Registry:
    return Registry(
        accounts=[Account(sid, _token(name)) for name, sid in _SIDS.items()],
        applications=[
            Application(
                "AP" + name.rjust(32, "0"),
                sid,
                voice_url=f"https://{name}.example/application",
                status_callback=f"https://{name}.example/status",
                public_application_connect_enabled=name != "a",
            )
            for name, sid in _SIDS.items()
        ],
        numbers=[
            PhoneNumber(
                _NUMBER,
                _SIDS["a"],
                voice_url="https://a.example/voice",
                status_callback="https://a.example/status",
            )
        ],
    )
