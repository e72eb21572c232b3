"""Calls as data: one scenario file, played step by step. `docs/scenarios.md` is the format's reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appconnect.errors import InputError
from appconnect.inputs import Dequeue, IncomingCall, IncomingSip, Modify
from appconnect.policy import Allow, Deny
from tests.scenarios import conferences, outbound, reading, services, setting, streams
from tests.scenarios.matching import check, moment, seconds, told
from tests.scenarios.names import ScenarioError
from tests.scenarios.reading import Fields, plain
from tests.scenarios.seen import KINDS
from tests.scenarios.stage import Stage

if TYPE_CHECKING:
    from tests.scenarios.reading import Step

CALLER_LEG: Final = "caller"
"""The line of a caller whom a step does not name."""

ACTS: Final[dict[str, tuple[str, ...]]] = {
    "call": (
        "from",
        "leg",
        "forwarded_from",
        "caller_name",
        "stir_verstat",
        "sip_call_id",
        "sip_domain_sid",
        "sip_source_ip",
        "sip_headers",
    ),
    "press": ("leg",),
    "say": ("confidence", "leg"),
    "partial": ("confidence", "leg"),
    "hang_up": ("leg",),
    "modify": ("redirect", "method", "twiml", "complete", "cancel", "refused"),
    "dequeue": ("call", "redirect", "method", "refused"),
    "conference": ("announce", "end", "method", "refused"),
    "participant": (
        "of",
        "muted",
        "hold",
        "hold_url",
        "method",
        "coaching",
        "coach",
        "end_on_exit",
        "beep_on_exit",
        "announce",
        "kick",
        "refused",
    ),
    "verdict": ("reason",),
    "progress": ("sip_response", "sip_call_id", "sip_headers", "leg"),
    "detected": ("after_ms", "leg"),
    "referred": ("leg",),
    "originate": (
        "from",
        "account",
        "url",
        "method",
        "twiml",
        "application",
        "fallback",
        "status_callback",
        "events",
        "timeout",
        "time_limit",
        "send_digits",
        "detection",
        "recording",
        "recording_track",
        "recording_trim",
        "recording_callback",
        "recording_events",
        "leg",
        "refused",
    ),
    "charged": ("token", "confirmation", "profile", "code", "message", "words"),
    "sent": (),
    "transcribed": (),
    "refer_response": (),
    "refer_notify": (),
    "socket": ("of", "detail", "leg"),
    "relay_says": ("of", "leg"),
    "words": ("of", "side", "final", "confidence", "stability", "leg"),
    "words_fail": ("of", "leg"),
    "agent_done": ("provider", "data", "error_code", "error", "leg"),
}
"""What an act may say besides `at`."""

TOLD: Final = frozenset({"request", "dial", "charge", "stream", "relay", "frame", "siprec", "agent"})
"""Kinds that say what somebody is told, so that `has`, `lacks` and the like may be said of them."""

SETTLED: Final = (
    "status",
    "seconds",
    "amount",
    "rate",
    "direction",
    "kind",
    "account",
    "parent",
    "from",
    "to",
    "application",
)
CHECKS: Final[dict[str, tuple[str, ...]]] = {"status": ("is",), "settled": SETTLED, "nothing_until": ()}
"""What is looked at after the fact, and what it may say."""


async def play(text: str, *, save: bool, log: list[str]) -> None:
    """Play a scenario.

    Args:
        text: The file.
        save: Whether the calls are saved, released and restored before each input.
        log: Gets everything that happened.

    Raises:
        ScenarioError: It says at which step and line, what was wanted and what happened instead.
    """
    scenario = reading.read(text)
    watched = _watched(scenario.watch)
    for step in scenario.steps:
        try:
            _check_keys(step)
        except ScenarioError as error:
            raise _at_step(step, error) from error
    async with Stage(setting.read(scenario.setup), watched, save=save) as stage:
        try:
            for step in scenario.steps:
                try:
                    await _take(stage, step)
                except ScenarioError as error:
                    raise _at_step(step, error) from error
            if await stage.wait():
                raise ScenarioError(f"after the last step: {_unexpected(stage)}")
            left_over = stage.left_over()
            if left_over is not None:
                raise ScenarioError(f"after the last step: {left_over}")
        finally:
            log += stage.log


def _at_step(step: Step, error: ScenarioError) -> ScenarioError:
    return ScenarioError(f"step {step.number} (line {step.line}): {error}")


def _watched(given: list[str] | None) -> set[str]:
    """The kinds that a scenario looks at."""
    if given is None:
        return {kind for kind, (always, _) in KINDS.items() if always}
    for kind in given:
        if kind not in KINDS:
            raise ScenarioError(f'watch: there is nothing called "{kind}"')
    return set(given)


def _check_keys(step: Step) -> None:
    known = KINDS[step.kind][1] if step.kind in KINDS else (ACTS | CHECKS).get(step.kind)
    if known is None:
        raise ScenarioError(f'there is no step "{step.kind}"')
    for key, value in step.keys.items():
        of_request = step.kind in TOLD and (
            (key in {"has", "headers"} and isinstance(value, dict))
            or (key in {"lacks", "no_headers"} and isinstance(value, list))
        )
        timed = key == "at" and step.kind not in CHECKS
        if not (of_request or timed or key in known):
            raise ScenarioError(f'{step.kind}: unknown key "{key}"')


def _unexpected(stage: Stage) -> str:
    return f"{told(stage.seen[0])} happened and was not expected"


async def _take(stage: Stage, step: Step) -> None:
    if step.kind in KINDS:
        if not await stage.wait():
            wanted = plain(step.value) or ""
            raise ScenarioError(f'wanted {step.kind} "{wanted}", but nothing more happens')
        check(step, stage.seen.popleft(), stage.names)
        return
    if step.kind == "status":
        _check_status(stage, step)
        return
    if step.kind == "settled":
        _check_settlement(stage, step)
        return
    when = step.value if step.kind == "nothing_until" else step.keys.get("at")
    if when is not None:
        at = moment(when)
        if at is None:
            raise ScenarioError("a moment is a number of seconds")
        if at < stage.elapsed:
            raise ScenarioError(f"{seconds(at)} has passed, it is {seconds(stage.elapsed)}")
        await stage.advance_to(at)
    if stage.seen:
        raise ScenarioError(_unexpected(stage))
    try:
        await _act(stage, step)
    except InputError as error:
        raise ScenarioError(f"the engine refused it: {error}") from error


async def _act(stage: Stage, step: Step) -> None:  # noqa: C901, PLR0912 - one flat list of the acts
    keys = Fields(step.kind, {key: value for key, value in step.keys.items() if key != "at"})
    leg = stage.names.fill(keys.text("leg") or CALLER_LEG)
    confidence = keys.number("confidence")
    match step.kind:
        case "call":
            await _call(stage, leg, _text(step), keys)
        case "press":
            await stage.press(leg, _text(step))
        case "say":
            await stage.say(leg, _text(step), confidence)
        case "partial":
            await stage.partial(leg, _text(step), confidence)
        case "hang_up":
            await stage.hang_up(leg)
        case "modify":
            await _modify(stage, _text(step), keys)
        case "dequeue":
            await _dequeue(stage, _text(step), keys)
        case "conference" | "participant":
            await conferences.act(stage, step.kind, _text(step), keys)
        case "verdict":
            await _verdict(stage, _text(step), keys)
        case "charged" | "sent" | "transcribed" | "refer_response" | "refer_notify":
            await services.act(stage, step.kind, _text(step), keys)
        case "progress" | "detected" | "referred" | "originate":
            await outbound.act(stage, step.kind, leg, _text(step), keys)
        case "socket" | "relay_says" | "words" | "words_fail" | "agent_done":
            await streams.act(stage, step.kind, leg, _text(step), confidence, keys)
        case _:
            pass  # nothing_until: time has passed


def _text(step: Step) -> str:
    if not isinstance(step.value, str):
        raise ScenarioError(f"{step.kind} must be a text")
    return step.value


async def _call(stage: Stage, leg: str, to: str, keys: Fields) -> None:
    from_ = keys.text("from")
    call = IncomingCall(
        leg,
        setting.CALLER if from_ is None else from_,
        stage.names.fill(to),
        forwarded_from=keys.text("forwarded_from"),
        caller_name=keys.text("caller_name"),
        stir_verstat=keys.text("stir_verstat"),
        sip=_incoming_sip(keys),
    )
    stage.add_line(leg)
    await stage.give(call)


def _incoming_sip(keys: Fields) -> IncomingSip | None:
    """What SIP says of a call, if a key says anything of it."""
    sip = IncomingSip(
        keys.text("sip_call_id"),
        keys.text("sip_domain_sid"),
        keys.text("sip_source_ip"),
        outbound.sip_headers(keys),
    )
    return None if sip == IncomingSip() else sip


async def _modify(stage: Stage, name: str, keys: Fields) -> None:
    call = stage.names.fill(name)
    refused = keys.text("refused")
    method = keys.text("method") or "POST"
    redirect, twiml = keys.text("redirect"), keys.text("twiml")
    complete, cancel = keys.flag("complete"), keys.flag("cancel")
    keys.done()
    if redirect is not None:
        change = Modify(call, url=setting.whole(redirect), method=method)
    elif twiml is not None:
        document = twiml if twiml.startswith("<Response") else f"<Response>{twiml}</Response>"
        change = Modify(call, twiml=stage.names.fill(document))
    elif complete or cancel:
        change = Modify(call, status="completed" if complete else "canceled")
    else:
        raise ScenarioError("modify: one of redirect, twiml, complete and cancel is needed")
    await stage.give_or_see_refused(change, refused)


async def _dequeue(stage: Stage, name: str, keys: Fields) -> None:
    """A call in a queue, the first one unless a key says which, is given a new URL."""
    call, refused, redirect = keys.text("call"), keys.text("refused"), keys.text("redirect")
    method = keys.text("method") or "POST"
    keys.done()
    if redirect is None:
        raise ScenarioError("dequeue: redirect is needed")
    member = None if call is None else stage.names.fill(call)
    change = Dequeue(stage.names.fill(name), setting.whole(redirect), member, method)
    await stage.give_or_see_refused(change, refused)


async def _verdict(stage: Stage, verdict: str, keys: Fields) -> None:
    if verdict not in {"allow", "deny"}:
        raise ScenarioError(f"verdict: {verdict} is neither allow nor deny")
    await stage.decide(Allow() if verdict == "allow" else Deny(keys.text("reason") or ""))


def _check_status(stage: Stage, step: Step) -> None:
    call = stage.names.fill(plain(step.value) or "")
    wanted = plain(step.keys.get("is")) or ""
    got = stage.statuses.get(call, "nothing")
    if got != wanted:
        raise ScenarioError(f'status: wanted "{wanted}", got "{got}"')


def _check_settlement(stage: Stage, step: Step) -> None:
    call = stage.names.fill(plain(step.value) or "")
    bill = next((bill for bill in stage.settlements if bill.call == call), None)
    if bill is None:
        raise ScenarioError("the call has no settlement")
    values: tuple[object, ...] = (
        bill.status,
        bill.seconds,
        bill.amount,
        bill.rate,
        bill.direction,
        bill.leg,
        bill.account,
        bill.parent_call,
        bill.from_,
        bill.to,
        bill.application,
    )
    for name, value in zip(SETTLED, values, strict=True):
        wanted = plain(step.keys.get(name))
        got = "" if value is None else str(value)
        if wanted is not None and not stage.names.matches(wanted, got):
            raise ScenarioError(f'settled: {name}: wanted "{stage.names.shown(wanted)}", got "{got}"')
