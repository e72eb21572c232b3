"""The engine through its Python face: what goes in, what comes out, what several threads may do with it."""

from __future__ import annotations

import gc
import sys
import threading
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl

import pytest

from appconnect import (
    Account,
    Application,
    Config,
    Engine,
    InputError,
    PhoneNumber,
    Registry,
    SnapshotError,
    _core,
)
from appconnect.effects import (
    Answer,
    Bridge,
    Collect,
    Consult,
    Dial,
    Effect,
    Facts,
    Fetch,
    HangUp,
    MachineDetection,
    Notify,
    Play,
    Report,
    Say,
    Settle,
    StartRecording,
)
from appconnect.events import Began, ProblemRaised, Settled
from appconnect.inputs import (
    Dequeue,
    Digits,
    HttpFailure,
    HttpResponse,
    HungUp,
    IncomingCall,
    Input,
    MachineDetected,
    MediaDone,
    Modify,
    Originate,
    Progress,
    SipFacts,
    Speech,
    Tick,
    Verdict,
)

T = TypeVar("T")

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNT = "AC" + "a" * 32
PARTNER = "AC" + "b" * 32
APPLICATION = "AP" + "1" * 32
NUMBER = "+15550100"
UNKNOWN_CALL = "CA" + "f" * 32
SEED = bytes(range(32))
XML = [("Content-Type", "text/xml")]
DIAL = f'<Response><Dial action="/after"><Application>{APPLICATION}</Application></Dial></Response>'.encode()
SPEAK = b"<Response><Say>Hello</Say></Response>"


def registry() -> Registry:
    """Make two accounts, the application of one of them, and a number of the other."""
    return Registry(
        [Account(ACCOUNT, "token a"), Account(PARTNER, "token b")],
        [
            Application(
                APPLICATION, PARTNER, "https://b.example/voice", public_application_connect_enabled=True
            )
        ],
        [PhoneNumber(NUMBER, ACCOUNT, "https://a.example/voice")],
    )


def new_engine(**choices: bool) -> Engine:
    """Make an engine; the same seed every time."""
    return Engine(registry(), SEED, Config(**choices))  # type: ignore[arg-type]  # only flags are given


def fetch_of(effects: Sequence[Effect]) -> Fetch:
    """Return the one request that an answer is wanted for."""
    (fetch,) = [effect for effect in effects if isinstance(effect, Fetch)]
    return fetch


def incoming(leg: str = "leg-1") -> IncomingCall:
    """Make a call from a phone."""
    return IncomingCall(leg, "+15550123", NUMBER)


def conversation(engine: Engine) -> list[Effect]:
    """Play a call that goes to the other account and back; return everything that the engine asked for."""
    effects = engine.handle(incoming(), 1_000)
    trace = list(effects)
    for body, now in ((DIAL, 2_000), (SPEAK, 3_000)):
        effects = engine.handle(HttpResponse(fetch_of(effects).reply, 200, XML, body), now)
        trace += effects
    (say,) = [effect for effect in effects if isinstance(effect, Say)]
    effects = engine.handle(MediaDone(say.reply), 8_000)
    trace += effects
    effects = engine.handle(HttpResponse(fetch_of(effects).reply, 200, XML, b"<Response/>"), 9_000)
    return trace + effects


def test_a_call_goes_to_another_account_and_back() -> None:
    """The answer of each webhook leads to the next request, of the account whose turn it is."""
    trace = conversation(new_engine())
    fetches = [effect for effect in trace if isinstance(effect, Fetch)]
    assert [(fetch.account, fetch.request.host) for fetch in fetches] == [
        (ACCOUNT, "a.example"),
        (PARTNER, "b.example"),
        (ACCOUNT, "a.example"),
    ]
    assert fetches[2].request.target == "/after"
    assert [effect.leg for effect in trace if isinstance(effect, (Answer, HangUp))] == ["leg-1", "leg-1"]
    assert {effect.settlement.account for effect in trace if isinstance(effect, Settle)} == {ACCOUNT, PARTNER}


def test_a_run_is_a_function_of_seed_and_inputs() -> None:
    """Two engines with one seed say the same; another seed gives other SIDs."""
    assert conversation(new_engine(timeline=True)) == conversation(new_engine(timeline=True))
    other = Engine(registry(), bytes(32))
    assert fetch_of(other.handle(incoming(), 0)).call != fetch_of(new_engine().handle(incoming(), 0)).call


def answered(engine: Engine, body: bytes) -> list[Effect]:
    """Let a call in and answer its first request; return what follows."""
    return engine.handle(HttpResponse(fetch_of(engine.handle(incoming(), 0)).reply, 200, XML, body), 1_000)


def only(effects: Sequence[Effect], kind: type[T]) -> T:
    """Return the one effect of a kind."""
    (effect,) = [effect for effect in effects if isinstance(effect, kind)]
    return effect


def test_speech_audio_and_tones() -> None:
    """What is heard is either text, or a URL, or tones."""
    say = only(answered(new_engine(), b'<Response><Say loop="2">Good  day</Say></Response>'), Say)
    assert (say.leg, say.text, say.ssml, say.rounds) == ("leg-1", "Good day", None, 2)
    play = only(answered(new_engine(), b"<Response><Play>/hello.mp3</Play></Response>"), Play)
    assert (play.url, play.tones) == ("https://a.example/hello.mp3", None)
    play = only(answered(new_engine(), b'<Response><Play digits="1w2"/></Response>'), Play)
    assert (play.url, play.tones) == (None, "1w2")


def test_listening_for_keys_and_speech() -> None:
    """The recogniser's options come along only where speech is wanted."""
    collect = only(answered(new_engine(), b'<Response><Gather input="dtmf"/></Response>'), Collect)
    assert (collect.leg, collect.digits, collect.speech) == ("leg-1", True, None)
    body = b'<Response><Gather input="speech" language="de-DE" hints="ja, nein"/></Response>'
    speech = only(answered(new_engine(), body), Collect).speech
    assert speech is not None
    assert (speech.language, speech.hints, speech.partial_results) == ("de-DE", "ja, nein", False)


def test_recording() -> None:
    """A recording has a name of its own, and an end."""
    start = only(
        answered(new_engine(), b'<Response><Record timeout="7" playBeep="false"/></Response>'), StartRecording
    )
    assert (start.leg, start.beep, start.silence_timeout) == ("leg-1", False, 7)
    assert start.recording.startswith("RE")


@pytest.mark.parametrize("allow", [True, False])
def test_a_rule_is_asked_and_heard(*, allow: bool) -> None:
    """The facts are those of the dial; the verdict decides about the request."""
    engine = new_engine(consult=True)
    consult = only(answered(engine, DIAL), Consult)
    assert consult.facts == Facts(
        "connect", ACCOUNT, PARTNER, APPLICATION, "+15550123", APPLICATION, ACCOUNT, 0, []
    )  # fmt: skip
    assert consult.timeout_ms == Config().consult_timeout_ms == 5_000
    effects = engine.handle(Verdict(consult.reply, allow, "closed"), 1_001)
    hosts = [effect.request.host for effect in effects if isinstance(effect, Fetch)]
    targets = [effect.request.target for effect in effects if isinstance(effect, Fetch)]
    assert (hosts, targets) == ((["b.example"], ["/voice"]) if allow else (["a.example"], ["/after"]))


def test_a_rule_is_told_how_long_the_engine_waits() -> None:
    """The time is written once, in the configuration; when it is over, the answer is no."""
    engine = Engine(registry(), SEED, Config(consult=True, consult_timeout_ms=250))
    consult = only(answered(engine, DIAL), Consult)
    assert consult.timeout_ms == 250
    due = engine.next_timeout()
    assert due is not None
    (after,) = (effect for effect in engine.handle(Tick(), due) if isinstance(effect, Fetch))
    assert after.request.target == "/after"
    assert not engine.handle(Verdict(consult.reply, allow=True), due)


def test_what_there_was_no_room_for_is_not_the_webhooks_fault() -> None:
    """The fallback takes over as for any failure, and the alert says that nothing was sent."""
    engine = new_engine()
    fetch = only(engine.handle(IncomingCall("leg-1", "+15550123", "+15550100"), 0), Fetch)
    effects = engine.handle(HttpFailure(fetch.reply, "overloaded"), 1)
    (raised,) = [
        effect.event
        for effect in effects
        if isinstance(effect, Report) and isinstance(effect.event, ProblemRaised)
    ]
    assert raised.code == 11200
    assert "no fault of the webhook" in raised.message


def test_a_problem_is_an_event_with_a_place() -> None:
    """Code, level and position of what is wrong with a document, and where it came from."""
    effects = answered(new_engine(), b"<Response>\n <Nonsense/></Response>")
    (raised,) = [
        effect.event
        for effect in effects
        if isinstance(effect, Report) and isinstance(effect.event, ProblemRaised)
    ]
    assert (raised.code, raised.level, raised.line, raised.column) == (12200, "warning", 2, 2)
    assert raised.url == "https://a.example/voice"
    assert "Nonsense" in raised.message


def test_a_call_that_ends_is_told_and_billed_once() -> None:
    """The status callback is numbered, and the event holds the same settlement as the effect."""
    number = PhoneNumber(
        NUMBER, ACCOUNT, "https://a.example/voice", status_callback="https://a.example/status"
    )
    engine = Engine(Registry([Account(ACCOUNT, "token a")], numbers=[number]), SEED, Config(timeline=True))
    answered(engine, SPEAK)
    effects = engine.handle(HungUp("leg-1"), 62_500)
    notify = only(effects, Notify)
    assert (notify.account, notify.sequence, notify.request.target) == (ACCOUNT, 0, "/status")
    assert b"CallStatus=completed" in notify.request.body
    settlement = only(effects, Settle).settlement
    assert (settlement.seconds, settlement.status, settlement.leg) == (61, "completed", "inbound")
    events = [effect.event for effect in effects if isinstance(effect, Report)]
    assert [event.settlement for event in events if isinstance(event, Settled)] == [settlement]


def test_a_live_call_can_be_modified() -> None:
    """By a URL, by a document, or by an end."""
    engine = new_engine()
    call = only(answered(engine, SPEAK), Say).call
    fetch = fetch_of(engine.handle(Modify(call, url="https://a.example/other", method="GET"), 2_000))
    assert (fetch.request.method, fetch.request.target.split("?")[0]) == ("GET", "/other")
    say = only(engine.handle(Modify(call, twiml="<Response><Say>Bye</Say></Response>"), 3_000), Say)
    assert say.text == "Bye"
    assert only(engine.handle(Modify(call, status="completed"), 4_000), HangUp).cause == "normal"
    with pytest.raises(InputError) as refusal:
        engine.handle(Modify(call, status="completed"), 5_000)
    assert refusal.value.kind in {"not-live", "unknown-call"}


def test_a_called_party_rings_answers_and_is_connected() -> None:
    """The engine places the call and is told what becomes of it."""
    engine = new_engine()
    dial = only(
        answered(engine, b"<Response><Dial><Number sendDigits='1'>+15550142</Number></Dial></Response>"), Dial
    )
    assert (dial.endpoint.kind, dial.endpoint.address, dial.parent) == ("number", "+15550142", "leg-1")
    assert (dial.from_, dial.timeout, dial.machine_detection) == ("+15550123", 30, None)
    assert engine.handle(Progress(dial.leg, "ringing"), 2_000) == []
    keys = only(engine.handle(Progress(dial.leg, "answered"), 3_000), Play)
    bridge = only(engine.handle(MediaDone(keys.reply), 3_200), Bridge)
    assert (bridge.leg, bridge.other) == ("leg-1", dial.leg)


def test_a_called_sip_party_is_told_of_with_what_sip_says() -> None:
    """Its Call-ID and response reach the action of the dial."""
    engine = new_engine()
    dial = only(
        answered(engine, b"<Response><Dial action='/after'><Sip>bob@phone.example</Sip></Dial></Response>"),
        Dial,
    )
    assert dial.endpoint.address == "sip:bob@phone.example"
    sip = SipFacts("abc@phone", 486, [("X-Why", "away")])
    form = fetch_of(engine.handle(Progress(dial.leg, "busy", sip), 2_000)).request.body
    for pair in (b"DialCallStatus=busy", b"DialSipCallId=abc%40phone", b"DialSipHeader_X-Why=away"):
        assert pair in form


def test_an_account_places_a_call() -> None:
    """By a URL, a document or an application, of which there is exactly one."""
    detection = MachineDetection(message_end=False)
    call = Originate(
        "leg-1", ACCOUNT, NUMBER, "+15550142", url="https://a.example/voice", machine_detection=detection
    )
    engine = new_engine()
    dial = only(engine.handle(call, 1_000), Dial)
    assert (dial.leg, dial.parent, dial.timeout, dial.machine_detection) == ("leg-1", None, 60, detection)
    assert engine.handle(Progress("leg-1", "answered"), 2_000) == []
    fetch = fetch_of(engine.handle(MachineDetected("leg-1", "human", 900), 2_900))
    assert b"AnsweredBy=human" in fetch.request.body
    for url, twiml in ((None, None), ("https://a.example/voice", "<Response/>")):
        with pytest.raises(ValueError, match="give exactly one of url, twiml and application"):
            Originate("leg-2", ACCOUNT, NUMBER, "+15550142", url=url, twiml=twiml)
    with pytest.raises(InputError) as refusal:
        engine.handle(Originate("leg-2", PARTNER, NUMBER, "+15550142", twiml="<Response/>"), 3_000)
    assert (refusal.value.kind, str(refusal.value)[:5]) == ("cannot-place", "21210")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_has_32_bytes(length: int) -> None:
    """A short seed would make SIDs guessable, so it is no seed."""
    with pytest.raises(ValueError, match=f"seed: expected 32 bytes, got {length}"):
        Engine(registry(), bytes(length))


def test_the_timeline_is_reported_on_request() -> None:
    """Events arrive as effects, as objects of the class of their kind."""
    quiet = new_engine().handle(incoming(), 5)
    assert not any(isinstance(effect, Report) for effect in quiet)
    told = [
        effect.event
        for effect in new_engine(timeline=True).handle(incoming(), 5)
        if isinstance(effect, Report)
    ]
    began = told[0]
    assert isinstance(began, Began)
    assert (began.at, began.leg, began.account, began.direction) == (5, "leg-1", ACCOUNT, "inbound")


REFUSED: list[tuple[Input, str]] = [
    (incoming(), "duplicate-leg"),
    (Digits("leg-1", "x"), "bad-digits"),
    (Modify(UNKNOWN_CALL, status="completed"), "unknown-call"),
]


@pytest.mark.parametrize(("value", "kind"), REFUSED)
def test_an_input_that_makes_no_sense_is_refused_and_changes_nothing(value: Input, kind: str) -> None:
    """The exception says what is wrong in words and by a kind."""
    engine = new_engine()
    fetch = fetch_of(engine.handle(incoming(), 0))
    before = engine.snapshot(fetch.call)
    with pytest.raises(InputError) as refusal:
        engine.handle(value, 0)
    assert refusal.value.kind == kind
    assert str(refusal.value)
    assert "'" not in str(refusal.value)[:1]
    assert engine.snapshot(fetch.call) == before


def test_time_never_goes_back() -> None:
    """Whatever the input is."""
    engine = new_engine()
    engine.handle(Tick(), 10)
    with pytest.raises(InputError, match="time went backwards") as refusal:
        engine.handle(Tick(), 9)
    assert refusal.value.kind == "time-went-back"
    assert engine.handle(Tick(), 10) == []


@pytest.mark.parametrize("value", [None, "tick", Tick, Answer("leg-1"), {"leg": "leg-1"}])
def test_what_is_no_input_is_refused_before_anything_is_handled(value: object) -> None:
    """A batch with a stranger in it is not begun."""
    engine = new_engine()
    with pytest.raises(TypeError, match="not an input: "):
        engine.handle(value, 0)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError, match="not an input: "):
        engine.handle_many([incoming(), value], 0)  # type: ignore[list-item]  # that is the point
    assert engine.live_legs() == 0


def test_stale_and_repeated_replies_change_nothing() -> None:
    """Every kind of reply may come late, twice, or from another life."""
    engine = new_engine()
    fetch = fetch_of(engine.handle(incoming(), 0))
    answer = HttpResponse(fetch.reply, 200, XML, SPEAK)
    assert engine.handle(answer, 1)
    before = engine.snapshot(fetch.call)
    strange = f"{UNKNOWN_CALL}:1"
    replies: list[Input] = [
        answer,
        HttpFailure(fetch.reply, "timeout"),
        HttpFailure(strange, "dns"),
        MediaDone(strange, "retrieval"),
        Verdict(strange, allow=True),
        Speech("leg-9", "hello", 0.5),
        HungUp("leg-9"),
    ]
    for reply in replies:
        assert engine.handle(reply, 1) == []
    assert engine.handle_many(replies, 1) == ([], [])
    assert engine.snapshot(fetch.call) == before


def test_a_batch_says_what_single_inputs_say() -> None:
    """Many calls at once: the same effects, in the order of the inputs."""
    calls = [incoming(f"leg-{number}") for number in range(20)]
    one_by_one, batched = new_engine(), new_engine()
    single = [effect for call in calls for effect in one_by_one.handle(call, 0)]
    assert batched.handle_many(calls, 0) == (single, [])
    assert batched.handle_many(tuple(calls[:0]), 0) == ([], [])
    answers = [HttpResponse(effect.reply, 200, XML, DIAL) for effect in single if isinstance(effect, Fetch)]
    single = [effect for answer in answers for effect in one_by_one.handle(answer, 1)]
    assert batched.handle_many(answers, 1) == (single, [])


def test_one_refusal_does_not_lose_the_rest_of_a_batch() -> None:
    """Each refusal tells its place in the batch."""
    engine = new_engine()
    bad = [value for value, _ in REFUSED]
    effects, refusals = engine.handle_many([incoming("leg-1"), bad[0], bad[1], incoming("leg-2"), bad[2]], 0)
    assert [effect.request.host for effect in effects if isinstance(effect, Fetch)] == ["a.example"] * 2
    assert [(place, error.kind) for place, error in refusals] == [
        (1, "duplicate-leg"),
        (2, "bad-digits"),
        (4, "unknown-call"),
    ]
    assert all(type(error) is InputError for _, error in refusals)


def test_a_call_moves_to_another_engine_and_goes_on() -> None:
    """What follows a move is what would have followed without it."""
    stays, leaves, takes_over = new_engine(), new_engine(), new_engine()
    fetch = fetch_of(stays.handle(incoming(), 0))
    leaves.handle(incoming(), 0)
    saved = leaves.snapshot(fetch.call)
    leaves.release(fetch.call)
    assert (leaves.live_legs(), stays.live_legs()) == (0, 1)
    assert takes_over.restore(saved, 1) == [fetch.call]
    assert takes_over.next_timeout() == stays.next_timeout()
    answer = HttpResponse(fetch.reply, 200, XML, DIAL)
    assert takes_over.handle(answer, 2) == stays.handle(answer, 2)
    with pytest.raises(SnapshotError, match="lives in this engine already"):
        takes_over.restore(saved, 2)


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xa0", bytes(100)])
def test_damaged_snapshots_are_refused(data: bytes) -> None:
    """Nothing is taken over from bytes that are no snapshot."""
    engine = new_engine()
    with pytest.raises(SnapshotError):
        engine.restore(data, 0)
    assert engine.live_legs() == 0


def test_unknown_calls_have_no_snapshot() -> None:
    """Neither to save nor to release."""
    engine = new_engine()
    for ask in (engine.snapshot, engine.release):
        with pytest.raises(SnapshotError, match="no live call"):
            ask(UNKNOWN_CALL)
        with pytest.raises(ValueError, match="subject: not an identifier"):
            ask("CA1")


def test_a_new_registry_counts_for_new_calls() -> None:
    """Without the number, nobody answers."""
    engine = new_engine()
    assert fetch_of(engine.handle(incoming("leg-1"), 0)).account == ACCOUNT
    engine.set_registry(Registry())
    effects = engine.handle(incoming("leg-2"), 0)
    assert [effect.cause for effect in effects if isinstance(effect, HangUp)] == ["not-found"]


def test_the_engine_says_when_it_wants_to_be_woken() -> None:
    """And a `Tick` at that time makes something happen."""
    engine = new_engine()
    assert engine.next_timeout() is None
    engine.handle(incoming(), 0)
    due = engine.next_timeout()
    assert due is not None
    assert engine.handle(Tick(), due - 1) == []
    assert engine.handle(Tick(), due) != []


def test_threads_take_turns() -> None:
    """Single inputs and batches from several threads: every call gets its request, nobody waits for ever."""
    engine = new_engine()
    hosts: list[str] = []

    def work(name: str) -> None:
        for number in range(50):
            effects = engine.handle(incoming(f"{name}-{number}"), 0)
            more, _ = engine.handle_many([incoming(f"{name}-{number}-{place}") for place in range(5)], 0)
            hosts.extend(effect.request.host for effect in effects + more if isinstance(effect, Fetch))

    threads = [threading.Thread(target=work, args=(f"thread-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert hosts == ["a.example"] * (4 * 50 * 6)
    assert engine.live_legs() == len(hosts)


def test_a_batch_lets_other_threads_run() -> None:
    """While one thread is inside a long batch, another one gets on with its Python code."""
    engine = new_engine()
    calls = [incoming(f"leg-{number}") for number in range(5_000)]
    entered, left = threading.Event(), threading.Event()

    def batch() -> None:
        entered.set()
        engine.handle_many(calls, 0)
        left.set()

    interval = sys.getswitchinterval()
    thread = threading.Thread(target=batch)
    # No thread is interrupted by force, so this one can only go on once the other lets it.
    sys.setswitchinterval(1_000)
    try:
        thread.start()
        entered.wait(30)
        went_on_meanwhile = not left.is_set()
        thread.join(30)
    finally:
        sys.setswitchinterval(interval)
    assert went_on_meanwhile
    assert left.is_set()


def test_nothing_is_left_behind() -> None:
    """Conversations that are over hold no memory, neither of what was told nor of what was asked for."""

    def converse_and_look() -> None:
        for effect in conversation(new_engine(timeline=True)):
            match effect:
                case Fetch(request=request):
                    assert request.headers
                case Report(event):
                    assert event.to_dict()
                case Settle(settlement):
                    assert settlement.to_dict()
                case _:
                    assert hash(effect) == hash(effect)

    for _ in range(50):
        converse_and_look()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(500):
        converse_and_look()
    gc.collect()
    assert sys.getallocatedblocks() - before < 500


def test_config_reads_back_and_has_the_documented_defaults() -> None:
    """Each choice by keyword; wrong names and values are refused."""
    config = Config()
    assert (config.hops, config.legs_per_root, config.documents_per_root, config.root_seconds) == (
        10,
        50,
        500,
        14_400,
    )
    assert (config.family_connect, config.geography, config.timeline) == ("deny", "empty", False)
    assert config.application_connect_rate == 2_500
    changed = Config(
        hops=3, family_connect="allow", inbound_rate=1, recording_base="https://r.example", timeline=True
    )
    assert (changed.hops, changed.family_connect, changed.inbound_rate) == (3, "allow", 1)
    assert (changed.recording_base, changed.timeline, changed.legs_per_root) == (
        "https://r.example",
        True,
        50,
    )
    assert config == Config(hops=10) != changed
    assert repr(changed).startswith("Config(hops=3, ")
    rows = {row["name"]: row for row in _core.config_table()}
    defaults = ", ".join(f"{name}={row['default']}" for name, row in rows.items())
    assert repr(config) == f"Config({defaults})"
    assert rows["geography"]["choices"] == ["empty", "omit"]
    assert rows["hops"]["choices"] == []
    assert all(str(row["meaning"]).endswith(".") for row in rows.values())
    with pytest.raises(ValueError, match="geography: 'flat' is not one of 'empty', 'omit'"):
        Config(geography="flat")
    with pytest.raises(TypeError, match="positional"):
        Config(3)  # type: ignore[call-arg]  # that is the point
    with pytest.raises(TypeError, match="colour"):
        Config(colour="red")  # type: ignore[call-arg]  # that is the point


def test_a_queue_moves_with_its_calls_and_its_members_are_dequeued_by_the_account() -> None:
    """A queue is saved by itself; what it takes to move everything is named by `subjects`."""
    leaves, takes_over = new_engine(), new_engine()
    fetch = fetch_of(leaves.handle(incoming(), 0))
    enqueue = b'<Response><Enqueue action="/out" waitUrl="">support</Enqueue></Response>'
    leaves.handle(HttpResponse(fetch.reply, 200, XML, enqueue), 0)
    subjects = leaves.subjects()
    assert subjects[0] == fetch.call
    (queue,) = subjects[1:]
    assert queue.startswith("QU")
    moved = {subject: takes_over.restore(leaves.snapshot(subject), 1) for subject in subjects}
    assert moved[queue] == [fetch.call]
    for subject in subjects:
        leaves.release(subject)
    assert (leaves.subjects(), takes_over.subjects()) == ([], subjects)
    with pytest.raises(SnapshotError, match="no queue has this SID"):
        leaves.snapshot(queue)
    effects = takes_over.handle(Dequeue(queue, "https://a.example/new"), 5_000)
    form = dict(parse_qsl(fetch_of(effects).request.body.decode()))
    assert (form["QueueResult"], form["QueueTime"]) == ("redirected", "5")
    with pytest.raises(InputError, match="no such call waits") as refused:
        takes_over.handle(Dequeue(queue, "https://a.example/new"), 5_000)
    assert refused.value.kind == "not-queued"
    with pytest.raises(InputError) as unknown:
        takes_over.handle(Dequeue("QU" + "0" * 32, "https://a.example/new", fetch.call, "GET"), 5_000)
    assert unknown.value.kind == "unknown-queue"
