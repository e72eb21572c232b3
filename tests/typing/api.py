"""What users rely on in the types of the package. Nothing here is run: `mypy --strict` reads it."""

from __future__ import annotations

import re
from typing import Literal, assert_never, assert_type

from appconnect import Code, Config, Document, Engine, Guard, Problem, Registry, parse, sign, verify
from appconnect.effects import (
    Answer,
    Bridge,
    ChangeParticipant,
    Charge,
    CloseRelay,
    CloseStream,
    Collect,
    Conceal,
    Consult,
    Dial,
    Echo,
    Effect,
    Facts,
    Fetch,
    HangUp,
    JoinConference,
    LeaveConference,
    MachineDetection,
    Notify,
    OpenRelay,
    OpenStream,
    PaymentDetails,
    Play,
    Refer,
    Report,
    Request,
    Ringback,
    Say,
    SendDtmf,
    SendMessage,
    SendRelay,
    Settle,
    Settlement,
    SocketRequest,
    StartAgent,
    StartConferenceRecording,
    StartRecording,
    StartSiprec,
    StartTranscription,
    StopAgent,
    StopCollect,
    StopConferenceRecording,
    StopMedia,
    StopRecording,
    StopSiprec,
    StopTranscription,
    Transcribe,
    Unbridge,
)
from appconnect.errors import InputError
from appconnect.events import (
    Began,
    ConferenceEnded,
    ConferenceStarted,
    Connected,
    Decided,
    Dequeued,
    Dialled,
    Event,
    Heard,
    Joined,
    Left,
    Placed,
    Pressed,
    ProblemRaised,
    Queued,
    Relayed,
    Requested,
    Responded,
    Returned,
    Said,
    ServiceChanged,
    Settled,
    StatusChanged,
    VerbBegan,
)
from appconnect.inputs import (
    AgentDone,
    ChargeDone,
    Dequeue,
    Digits,
    HttpFailure,
    HttpResponse,
    HungUp,
    IncomingCall,
    Input,
    MachineDetected,
    MediaDone,
    MessageStatus,
    Modify,
    ModifyConference,
    ModifyParticipant,
    Originate,
    Progress,
    RecordingTranscribed,
    ReferProgress,
    Referred,
    RelayEvent,
    RelayMessage,
    SiprecEvent,
    Speaking,
    Speech,
    StreamEvent,
    Tick,
    Transcribed,
    TranscriptionFailed,
    Verdict,
)
from appconnect.registry import Admission, Application, Route
from appconnect.simulator import (
    AsyncCallee,
    AsyncCaller,
    AsyncSimulator,
    Callee,
    Caller,
    Fault,
    Question,
    Simulator,
    Webhook,
)
from appconnect.twiml import Verb


def effects_are_exhaustive(effect: Effect) -> str:  # noqa: C901, PLR0911, PLR0912, PLR0915 - one arm for each effect
    """Each class is matched by position and the match is known to be complete."""
    match effect:
        case Answer(leg) | StopCollect(leg) | StopMedia(leg):
            return leg
        case Charge(reply, details=details):
            assert_type(details, PaymentDetails)
            assert_type(effect.amount, str | None)
            return reply + (details.card_number or "")
        case Conceal(leg, on) | Echo(leg, _, on):
            assert_type(on, bool)
            return leg
        case Refer(reply, leg, call, target, headers):
            assert_type(headers, list[tuple[str, str]])
            return reply + leg + call + target
        case SendMessage(reply, from_=from_, to=to, body=body):
            return reply + from_ + to + body
        case Transcribe(reply, recording=recording):
            return reply + recording
        case Collect(leg, call, digits, speech):
            assert_type(digits, bool)
            return leg + call + (speech.language if speech else "")
        case JoinConference(leg, call):
            assert_type(effect.region, str | None)
            return leg + call
        case ChangeParticipant(leg, conference) | LeaveConference(leg, conference):
            return leg + conference
        case StartConferenceRecording(conference) | StopConferenceRecording(conference):
            return conference + effect.recording
        case Consult(reply, facts):
            assert_type(facts, Facts)
            assert_type(facts.parameters, list[tuple[str, str]])
            return reply
        case Bridge(leg, other) | Unbridge(leg, other):
            return leg + other
        case Dial(leg, call):
            assert_type(effect.endpoint.kind, Literal["client", "number", "sim", "sip", "whatsapp"])
            assert_type(effect.machine_detection, MachineDetection | None)
            return leg + call
        case CloseRelay(sid) | CloseStream(sid) | SendDtmf(sid) | SendRelay(sid):
            return sid
        case StopAgent(sid) | StopSiprec(sid) | StopTranscription(sid):
            return sid
        case OpenRelay(sid) | OpenStream(sid):
            assert_type(effect.request, SocketRequest)
            assert_type(effect.request.connect_ms, int)
            return sid + effect.account
        case StartAgent(sid) | StartSiprec(sid) | StartTranscription(sid):
            return sid + effect.call
        case Fetch(reply, call, account, request):
            assert_type(request, Request)
            assert_type(request.head, bytes)
            assert_type(request.headers, list[tuple[str, str]])
            assert_type(request.total_timeout, float)
            return reply + call + account
        case Notify(reply, sequence=sequence):
            assert_type(sequence, int | None)
            return reply
        case HangUp(leg, cause):
            assert_type(cause, Literal["busy", "error", "normal", "not-found", "rejected"])
            return leg
        case Play(_, _, _, url, tones, rounds):
            assert_type(rounds, int)
            return url or tones or ""
        case Report(event):
            return events_are_exhaustive(event)
        case Ringback(leg, on, tone):
            assert_type(on, bool)
            return leg + (tone or "")
        case Say(text=text, ssml=ssml):
            assert_type(ssml, str | None)
            return text
        case Settle(settlement):
            assert_type(settlement, Settlement)
            assert_type(settlement.amount, int)
            assert_type(settlement.price, str | None)
            return settlement.call
        case StartRecording(silence_timeout=silence):
            assert_type(silence, int | None)
            return effect.recording
        case StopRecording(_, recording):
            return recording
        case _:
            assert_never(effect)


def events_are_exhaustive(event: Event) -> str:  # noqa: C901, PLR0911, PLR0912 - one arm for each event
    """Every event has a time, a line, a call and an account, whatever it is."""
    assert_type(event.at, int)
    assert_type(event.leg + event.call + event.account, str)
    assert_type(event.to_dict(), dict[str, object])
    match event:
        case Began():
            return assert_type(event.direction, Literal["inbound", "outbound-dial", "outbound-api"])
        case Connected():
            return event.with_
        case Joined():
            assert_type(event.waits, bool)
            return event.name + (event.label or "")
        case Left() | ConferenceEnded():
            return event.reason
        case ConferenceStarted():
            return event.conference
        case Queued():
            return event.name
        case Dequeued():
            assert_type(event.seconds, int)
            return event.result
        case Decided():
            return event.reason
        case Dialled():
            return event.child
        case Heard():
            return assert_type(event.medium, Literal["audio", "speech", "tones"])
        case Placed():
            return event.child + event.to
        case Pressed():
            return event.digits
        case ProblemRaised():
            assert_type(event.line, int | None)
            return assert_type(event.level, Literal["error", "warning"])
        case Relayed():
            assert_type(event.received, bool)
            return event.text
        case ServiceChanged():
            return assert_type(event.state, Literal["failed", "started", "stopped"])
        case Requested():
            return assert_type(event.method, Literal["GET", "POST"])
        case Responded():
            assert_type(event.status, int | None)
            return event.failure or ""
        case Returned():
            assert_type(event.seconds, int | None)
            return event.child
        case Said():
            assert_type(event.confidence, float | None)
            return event.text
        case Settled():
            return event.settlement.call
        case StatusChanged():
            return event.status
        case VerbBegan():
            assert_type(event.attributes, list[tuple[str, str]])
            return event.verb
        case _:
            assert_never(event)


def inputs_are_exhaustive(value: Input) -> str:  # noqa: C901, PLR0911, PLR0912 - one arm for each input
    """Inputs can be matched as well as made."""
    match value:
        case HttpResponse(reply, status, headers, body):
            assert_type((status, headers, body), tuple[int, list[tuple[str, str]], bytes])
            return reply
        case HttpFailure(reply) | MediaDone(reply) | Verdict(reply):
            return reply
        case ChargeDone(reply) | MessageStatus(reply) | RecordingTranscribed(reply) | ReferProgress(reply):
            return reply
        case Digits(leg) | HungUp(leg) | IncomingCall(leg) | Speaking(leg) | Speech(leg):
            return leg
        case MachineDetected(leg) | Progress(leg) | Referred(leg):
            return leg
        case RelayEvent(leg) | RelayMessage(leg) | SiprecEvent(leg) | StreamEvent(leg) | Transcribed(leg):
            return leg
        case TranscriptionFailed(leg):
            return leg
        case AgentDone(reply):
            return reply
        case Modify(call):
            return call
        case ModifyConference(conference) | ModifyParticipant(conference):
            return conference
        case Dequeue(queue):
            return queue
        case Originate():
            return value.account
        case Tick():
            return ""
        case _:
            assert_never(value)


def the_engine(registry: Registry, inputs: list[Input]) -> None:
    """One input or several; lists of one kind of input are welcome too."""
    engine = Engine(registry, bytes(32), Config(hops=3, timeline=True))
    assert_type(engine.handle(Tick(), 0), list[Effect])
    effects, refusals = engine.handle_many(inputs, 0)
    assert_type(effects, list[Effect])
    assert_type(refusals, list[tuple[int, InputError]])
    engine.handle_many([HungUp("leg-1")], now=1)
    engine.handle(HttpResponse("CA:1", 200, (("a", "b"),), b""), now=1)
    assert_type(engine.next_timeout(), int | None)
    assert_type(engine.restore(engine.snapshot("CA"), 5), list[str])


def the_rest(registry: Registry) -> None:
    """Registry, parser, guard and signatures."""
    assert_type(registry.resolve("+15550100"), Route | None)
    assert_type(registry.admit("AC", "AP", hops=2), Admission)
    assert_type(registry.warnings, list[str])
    assert_type(Application("AP", "AC", voice_url="https://a.example/").allow, list[str] | None)
    document = parse("<Response/>")
    assert_type(document, Document)
    assert_type(document.problems, list[Problem])
    assert_type(document.verbs(), list[Verb])
    assert_type(Guard(allow=["10.0.0.0/8"]).check("a.example", 443), str | None)
    assert_type(verify("token", "https://a.example/", {}, sign("token", "https://a.example/")), bool)
    assert_type(Code.RETRIEVAL_FAILED.meaning, str)


def the_simulator() -> None:
    """The blocking flavour."""
    with Simulator(seed="a seed", fetch_media=False) as simulator:
        assert_type(simulator, Simulator)
        application = simulator.account("shop").application("<Response/>", public=True)
        assert_type(application, Application)
        caller = simulator.call(application, from_="+15550100")
        assert_type(caller, Caller)
        assert_type(caller.hears("hello"), re.Match[str])
        assert_type(caller.is_asked(keys=True, numDigits=1), Question)
        assert_type(caller.was_returned({"a": "b"}, c="d"), dict[str, str])
        assert_type(caller.requests, list[Webhook])
        assert_type(simulator.callee("+15550142", "busy", after=1.5), Callee)
        assert_type(simulator.faults.slow("/voice", seconds=3), Fault)
        assert_type(simulator.timeline, list[Event])


async def the_asynchronous_simulator() -> None:
    """The same, awaited."""
    async with AsyncSimulator() as simulator:
        caller = await simulator.call(lambda: "<Response/>")
        assert_type(caller, AsyncCaller)
        assert_type(await caller.hears(re.compile("hello")), re.Match[str])
        assert_type(await caller.ends("completed"), str)
        assert_type(simulator.callee("client:alice"), AsyncCallee)
