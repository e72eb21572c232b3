//! Calls as data: the scenario files of `tests/scenarios`, run against the engine. `docs/scenarios.md` is the format's
//! reference; `tests/scenarios/test_scenarios.py` runs the same files through the Python driver and simulator.

pub mod conferences;
mod file;
pub mod line;
pub mod matching;
pub mod names;
pub mod outbound;
pub mod seen;
pub mod services;
pub mod setup;
pub mod stage;
pub mod streams;

use appconnect::address::Address;
use appconnect::http::{Method, Url};
use appconnect::input::{Change, Dequeue, IncomingCall, IncomingSip, Input, Modify, PolicyVerdict};
use appconnect::pii::Pii;
use appconnect::policy::Verdict;
use toml::Table;

use file::{Fields, Scenario, Step, plain};
use matching::{fields_of, matches, moment, seconds, told};
use seen::KINDS;
use stage::{Refusal, Stage};

/// The line of a caller whom a step does not name.
const CALLER_LEG: &str = "caller";

const CALL: &[&str] = &[
    "from",
    "leg",
    "forwarded_from",
    "caller_name",
    "stir_verstat",
    "sip_call_id",
    "sip_domain_sid",
    "sip_source_ip",
    "sip_headers",
];

const ORIGINATE: &[&str] = &[
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
];

/// What an act may say besides `at`.
const ACTS: &[(&str, &[&str])] = &[
    ("call", CALL),
    ("press", &["leg"]),
    ("say", &["confidence", "leg"]),
    ("partial", &["confidence", "leg"]),
    ("hang_up", &["leg"]),
    ("modify", &["redirect", "method", "twiml", "complete", "cancel", "refused"]),
    ("dequeue", &["call", "redirect", "method", "refused"]),
    ("conference", &["announce", "end", "method", "refused"]),
    (
        "participant",
        &[
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
        ],
    ),
    ("verdict", &["reason"]),
    ("progress", &["sip_response", "sip_call_id", "sip_headers", "leg"]),
    ("detected", &["after_ms", "leg"]),
    ("referred", &["leg"]),
    ("originate", ORIGINATE),
    ("charged", &["token", "confirmation", "profile", "code", "message", "words"]),
    ("sent", &[]),
    ("transcribed", &[]),
    ("refer_response", &[]),
    ("refer_notify", &[]),
    ("socket", &["of", "detail", "leg"]),
    ("relay_says", &["of", "leg"]),
    ("words", &["of", "side", "final", "confidence", "stability", "leg"]),
    ("words_fail", &["of", "leg"]),
    ("agent_done", &["provider", "data", "error_code", "error", "leg"]),
];

/// Kinds that say what somebody is told, so that `has`, `lacks` and the like may be said of them.
const TOLD: &[&str] = &["request", "dial", "charge", "stream", "relay", "frame", "siprec", "agent"];

/// What is looked at after the fact, and what it may say.
const CHECKS: &[(&str, &[&str])] = &[
    ("status", &["is"]),
    (
        "settled",
        &[
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
        ],
    ),
    ("nothing_until", &[]),
];

/// Runs a scenario. An error says at which step and line, what was wanted and what happened instead; `log` gets
/// everything that happened.
pub fn run(text: &str, save: bool, log: &mut Vec<String>) -> Result<(), String> {
    let scenario = Scenario::read(text)?;
    let watched = watched(scenario.watch.as_deref())?;
    for step in &scenario.steps {
        check_keys(step).map_err(|error| at_step(step, &error))?;
    }
    let mut stage = Stage::new(setup::read(scenario.setup)?, watched, save);
    let result = play(&mut stage, &scenario.steps);
    log.append(&mut stage.log);
    result
}

fn play(stage: &mut Stage, steps: &[Step]) -> Result<(), String> {
    for step in steps {
        take(stage, step).map_err(|error| at_step(step, &error))?;
    }
    let after = |error| format!("after the last step: {error}");
    if stage.wait().map_err(after)? {
        return Err(after(unexpected(stage)));
    }
    stage.left_over().map_or(Ok(()), |error| Err(after(error)))
}

fn at_step(step: &Step, error: &str) -> String {
    format!("step {} (line {}): {error}", step.number, step.line)
}

/// The kinds that a scenario looks at.
fn watched(given: Option<&[String]>) -> Result<Vec<String>, String> {
    let Some(given) = given else {
        let always = KINDS.iter().filter(|(_, always, _)| *always);
        return Ok(always.map(|(kind, ..)| (*kind).to_owned()).collect());
    };
    match given.iter().find(|kind| fields_of(kind).is_none()) {
        Some(kind) => Err(format!("watch: there is nothing called \"{kind}\"")),
        None => Ok(given.to_vec()),
    }
}

fn check_keys(step: &Step) -> Result<(), String> {
    let named = |list: &[(&str, &'static [&'static str])]| {
        list.iter().find(|(kind, _)| *kind == step.kind).map(|(_, keys)| *keys)
    };
    let is_check = named(CHECKS).is_some();
    let known = fields_of(&step.kind).or(named(ACTS)).or(named(CHECKS));
    let Some(known) = known else { return Err(format!("there is no step \"{}\"", step.kind)) };
    for (key, value) in &step.keys {
        let of_request = TOLD.contains(&step.kind.as_str())
            && match key.as_str() {
                "has" | "headers" => value.is_table(),
                "lacks" | "no_headers" => value.is_array(),
                _ => false,
            };
        let timed = key == "at" && !is_check;
        if !(of_request || timed || known.contains(&key.as_str())) {
            return Err(format!("{}: unknown key \"{key}\"", step.kind));
        }
    }
    Ok(())
}

fn unexpected(stage: &Stage) -> String {
    let first = stage.seen.front().map(told).unwrap_or_default();
    format!("{first} happened and was not expected")
}

fn take(stage: &mut Stage, step: &Step) -> Result<(), String> {
    if fields_of(&step.kind).is_some() {
        if !stage.wait()? {
            let wanted = plain(&step.value).unwrap_or_default();
            return Err(format!("wanted {} \"{wanted}\", but nothing more happens", step.kind));
        }
        let Some(seen) = stage.seen.pop_front() else { return Ok(()) };
        return matches(step, &seen, &mut stage.names);
    }
    match step.kind.as_str() {
        "status" => return check_status(stage, step),
        "settled" => return check_settlement(stage, step),
        _ => {}
    }
    let when = if step.kind == "nothing_until" { Some(&step.value) } else { step.keys.get("at") };
    if let Some(when) = when {
        let at = moment(when).ok_or("a moment is a number of seconds")?;
        if at < stage.elapsed() {
            return Err(format!("{} has passed, it is {}", seconds(at), seconds(stage.elapsed())));
        }
        stage.advance_to(at)?;
    }
    if !stage.seen.is_empty() {
        return Err(unexpected(stage));
    }
    act(stage, step)
}

fn act(stage: &mut Stage, step: &Step) -> Result<(), String> {
    let mut keys = step.keys.clone();
    keys.remove("at");
    let mut keys = Fields::new(step.kind.as_str(), keys);
    let leg = stage.names.fill(&keys.text("leg")?.unwrap_or_else(|| CALLER_LEG.to_owned()))?;
    let text = || step.value.as_str().ok_or(format!("{} must be a text", step.kind));
    #[expect(clippy::cast_possible_truncation, reason = "a probability")]
    let confidence = keys.number("confidence")?.map(|number| number as f32);
    match step.kind.as_str() {
        "call" => call(stage, &leg, text()?, &mut keys),
        "press" => stage.press(&leg, text()?),
        "say" => stage.say(&leg, text()?, confidence),
        "partial" => stage.partial(&leg, text()?, confidence),
        "hang_up" => stage.hang_up(&leg),
        "modify" => modify(stage, text()?, keys),
        "dequeue" => dequeue(stage, text()?, keys),
        "conference" | "participant" => conferences::act(stage, &step.kind, text()?, keys),
        "verdict" => verdict(stage, text()?, &mut keys),
        "charged" | "sent" | "transcribed" | "refer_response" | "refer_notify" => {
            services::act(stage, &step.kind, text()?, &mut keys)
        }
        "progress" | "detected" | "referred" | "originate" => {
            outbound::act(stage, &step.kind, &leg, text()?, keys)
        }
        "socket" | "relay_says" | "words" | "words_fail" | "agent_done" => {
            streams::act(stage, &step.kind, &leg, text()?, confidence, keys)
        }
        _ => Ok(()),
    }
}

fn call(stage: &mut Stage, leg: &str, to: &str, keys: &mut Fields) -> Result<(), String> {
    let leg = stage.add_line(leg)?;
    let from = keys.text("from")?.unwrap_or_else(|| setup::CALLER.to_owned());
    let call = IncomingCall {
        leg,
        from: Address::new(&from),
        to: Address::new(&stage.names.fill(to)?),
        forwarded_from: keys.text("forwarded_from")?.map(Pii::from),
        caller_name: keys.text("caller_name")?.map(Pii::from),
        stir_verstat: keys.text("stir_verstat")?.map(Into::into),
        sip: incoming_sip(keys)?,
    };
    stage.give(Input::IncomingCall(call)).map_err(|error| error.to_string())
}

/// What SIP says of a call, if a key says anything of it.
fn incoming_sip(keys: &mut Fields) -> Result<Option<IncomingSip>, String> {
    let sip = IncomingSip {
        call_id: keys.text("sip_call_id")?.map(Into::into),
        domain_sid: keys.text("sip_domain_sid")?.map(Into::into),
        source_ip: keys.text("sip_source_ip")?.map(Pii::from),
        headers: outbound::sip_headers(keys)?,
    };
    Ok((sip != IncomingSip::default()).then_some(sip))
}

/// A call in a queue, the first one unless a key says which, is given a new URL.
fn dequeue(stage: &mut Stage, queue: &str, mut keys: Fields) -> Result<(), String> {
    let fault = |error: &dyn std::fmt::Display| format!("dequeue: {error}");
    let queue = stage.names.fill(queue)?.parse().map_err(|error| fault(&error))?;
    let call = keys.text("call")?.map(|call| stage.names.fill(&call)).transpose()?;
    let call = call.map(|call| call.parse()).transpose().map_err(|error| fault(&error))?;
    let refused = keys.text("refused")?;
    let method = method(&mut keys)?;
    let url = keys.text("redirect")?.ok_or("dequeue: redirect is needed")?;
    let url = Url::parse(&setup::whole(&url)).map_err(|error| fault(&error))?;
    keys.done()?;
    give(stage, Input::Dequeue(Dequeue { queue, call, url, method }), refused)
}

fn method(keys: &mut Fields) -> Result<Method, String> {
    match keys.text("method")?.as_deref() {
        None | Some("POST") => Ok(Method::Post),
        Some("GET") => Ok(Method::Get),
        Some(other) => Err(format!("{other} is neither GET nor POST")),
    }
}

fn modify(stage: &mut Stage, call: &str, mut keys: Fields) -> Result<(), String> {
    let call = stage.names.fill(call)?;
    let call = call.parse().map_err(|error| format!("modify: {error}"))?;
    let refused = keys.text("refused")?;
    let method = method(&mut keys).map_err(|error| format!("modify: {error}"))?;
    let change = if let Some(url) = keys.text("redirect")? {
        let url = Url::parse(&setup::whole(&url)).map_err(|error| format!("modify: {error}"))?;
        Change::Redirect { url, method }
    } else if let Some(twiml) = keys.text("twiml")? {
        let has_root = twiml.starts_with("<Response");
        let document = if has_root { twiml } else { format!("<Response>{twiml}</Response>") };
        Change::Twiml(stage.names.fill(&document)?.into())
    } else if keys.flag("complete")?.unwrap_or_default() {
        Change::Complete
    } else if keys.flag("cancel")?.unwrap_or_default() {
        Change::Cancel
    } else {
        return Err("modify: one of redirect, twiml, complete and cancel is needed".to_owned());
    };
    keys.done()?;
    give(stage, Input::Modify(Modify { call, change }), refused)
}

/// Gives an input that may be one that must be refused, with this in the message.
fn give(stage: &mut Stage, input: Input, refused: Option<String>) -> Result<(), String> {
    match (stage.give(input), refused) {
        (Ok(()), None) => Ok(()),
        (Ok(()), Some(wanted)) => Err(format!("wanted it to be refused: {wanted}")),
        (Err(Refusal::Refused(error)), Some(wanted)) if error.to_string().contains(&wanted) => Ok(()),
        (Err(error), _) => Err(error.to_string()),
    }
}

fn verdict(stage: &mut Stage, verdict: &str, keys: &mut Fields) -> Result<(), String> {
    let verdict = match verdict {
        "allow" => Verdict::Allow,
        "deny" => Verdict::Deny { reason: keys.text("reason")?.unwrap_or_default().into() },
        other => return Err(format!("verdict: {other} is neither allow nor deny")),
    };
    let reply = stage.consults.pop_front().ok_or("nothing was put to the policy")?;
    stage.give(Input::Verdict(PolicyVerdict { reply, verdict })).map_err(|error| error.to_string())
}

fn check_status(stage: &mut Stage, step: &Step) -> Result<(), String> {
    let call = stage.names.fill(&plain(&step.value).unwrap_or_default())?;
    let wanted = step.keys.get("is").and_then(plain).unwrap_or_default();
    let got = stage.statuses.get(&call).map_or("nothing", String::as_str);
    if got == wanted { Ok(()) } else { Err(format!("status: wanted \"{wanted}\", got \"{got}\"")) }
}

fn check_settlement(stage: &mut Stage, step: &Step) -> Result<(), String> {
    let call = stage.names.fill(&plain(&step.value).unwrap_or_default())?;
    let bill = stage.settlements.iter().find(|bill| bill.call.as_str() == call);
    let bill = bill.ok_or("the call has no settlement")?;
    let or_none = |text: Option<String>| text.unwrap_or_default();
    let fields = [
        ("status", bill.status.to_owned()),
        ("seconds", bill.seconds.to_string()),
        ("amount", bill.amount.0.to_string()),
        ("rate", bill.rate.0.to_string()),
        ("direction", bill.direction.to_owned()),
        ("kind", bill.leg.as_str().to_owned()),
        ("account", bill.account.to_string()),
        ("parent", or_none(bill.parent_call.map(|call| call.to_string()))),
        ("from", bill.from.as_str().to_owned()),
        ("to", bill.to.as_str().to_owned()),
        ("application", or_none(bill.application.as_ref().map(ToString::to_string))),
    ];
    check_fields("settled", &step.keys, &fields, stage)
}

fn check_fields(what: &str, wanted: &Table, got: &[(&str, String)], stage: &mut Stage) -> Result<(), String> {
    for (name, got) in got {
        let Some(wanted) = wanted.get(*name).and_then(plain) else { continue };
        if !stage.names.matches(&wanted, got)? {
            return Err(format!("{what}: {name}: wanted \"{}\", got \"{got}\"", stage.names.shown(&wanted)));
        }
    }
    Ok(())
}
