//! What happens in a call, as data: a kind, a value and fields, all of them texts. An expectation names some of them.
//!
//! A new effect is a row of [`KINDS`] and an arm of [`happening`], here and in `tests/scenarios/seen.py`.

use appconnect::effect::{
    Charge, Collect, Dial, Effect, OpenRelay, OpenStream, PlaySource, SendRelay, StartAgent, StartRecording,
    StartSiprec, StartTranscription,
};
use appconnect::event::{EventKind, ProblemRaised};
use appconnect::http::{Method, Request, form};
use appconnect::id::LegId;
use appconnect::pii::Pii;
use appconnect::problem::Level;
use serde_json::Value;

/// Something that happened.
#[derive(Clone, Debug, Default)]
pub struct Happening {
    /// Milliseconds since the start.
    pub at: u64,
    pub kind: &'static str,
    pub value: String,
    pub fields: Vec<(&'static str, String)>,
    /// Of a request its parameters and header fields; of a call that is placed, a socket, a recorder or an agent what the
    /// other side is told.
    pub parameters: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
}

/// Kind, whether it is looked at unless a file says otherwise, and the fields that an expectation may name.
pub const KINDS: &[(&str, bool, &[&str])] = &[
    ("request", true, &["method", "purpose", "account", "call", "sequence", "awaited"]),
    ("hear", true, &["medium", "voice", "language", "rounds", "ssml", "breaks", "call", "leg"]),
    ("cut", true, &["leg"]),
    ("answered", true, &["leg"]),
    ("ringback", true, &["tone", "leg"]),
    ("record", true, &["beep", "silence", "trim", "dual", "track", "call", "leg"]),
    ("record_end", true, &["leg"]),
    ("problem", true, &["level", "line", "column", "url", "account", "call"]),
    ("consult", true, &["caller", "callee", "from", "to", "customer_id", "hops"]),
    ("dial", true, &["kind", "from", "timeout", "detection", "username", "account", "call", "parent", "leg"]),
    ("bridge", true, &["leg"]),
    ("unbridge", true, &["leg"]),
    ("change", true, &["muted", "hold", "coaching", "leg"]),
    (
        "join",
        true,
        &["muted", "hold", "coaching", "beep", "jitter_buffer", "region", "account", "call", "leg"],
    ),
    ("leave", true, &["beep", "leg"]),
    ("conference_record", true, &["conference", "trim"]),
    ("conference_record_end", true, &["conference"]),
    (
        "charge",
        true,
        &["method", "amount", "currency", "token_type", "description", "card_type", "account", "call"],
    ),
    ("message", true, &["from", "body", "account", "call"]),
    ("transcribe", true, &["account", "call", "leg"]),
    ("refer", true, &["call", "leg"]),
    ("conceal", true, &["leg"]),
    ("echo", true, &["call", "leg"]),
    ("hung_up", true, &["leg"]),
    (
        "listen",
        false,
        &[
            "language",
            "hints",
            "model",
            "profanity_filter",
            "speech_timeout",
            "partial_results",
            "call",
            "leg",
        ],
    ),
    ("listen_end", false, &["leg"]),
    ("stream", true, &["track", "both_ways", "sid", "account", "call", "leg"]),
    ("stream_end", true, &["leg"]),
    ("stream_keys", true, &["sid", "leg"]),
    ("relay", true, &["sid", "account", "call", "leg"]),
    ("relay_end", true, &["leg"]),
    ("frame", true, &["sid", "leg"]),
    ("siprec", true, &["connector", "track", "call", "leg"]),
    ("siprec_end", true, &["leg"]),
    ("transcription", true, TRANSCRIPTION),
    ("transcription_end", true, &["leg"]),
    ("agent", true, &["language", "sentiment", "call", "leg"]),
    ("agent_end", true, &["leg"]),
];

const TRANSCRIPTION: &[&str] = &[
    "track",
    "language",
    "engine",
    "model",
    "hints",
    "profanity_filter",
    "punctuation",
    "partial_results",
    "call",
    "leg",
];

/// An effect as it is seen; nothing for those that only tell or bill.
pub fn happening(effect: &Effect, purpose: Option<&str>) -> Option<Happening> {
    let seen = |kind, value: &dyn ToString, fields: Vec<(&'static str, String)>| {
        Some(Happening { kind, value: value.to_string(), fields, ..Happening::default() })
    };
    let or_none = |text: Option<String>| text.unwrap_or_default();
    match effect {
        Effect::Fetch(fetch) => Some(request(
            &fetch.request,
            vec![
                ("purpose", purpose.unwrap_or("repeat").to_owned()),
                ("account", fetch.account.to_string()),
                ("call", fetch.call.to_string()),
                ("sequence", String::new()),
                ("awaited", "true".to_owned()),
            ],
        )),
        Effect::Notify(notify) => Some(request(
            &notify.request,
            vec![
                ("purpose", purpose.unwrap_or("repeat").to_owned()),
                ("account", notify.account.to_string()),
                ("call", notify.call.to_string()),
                ("sequence", or_none(notify.sequence.map(|number| number.to_string()))),
                ("awaited", "false".to_owned()),
            ],
        )),
        Effect::Say(say) => seen(
            "hear",
            &say.text,
            vec![
                ("medium", "speech".to_owned()),
                ("voice", say.voice.to_string()),
                ("language", say.language.to_string()),
                ("rounds", say.rounds.to_string()),
                ("ssml", or_none(say.ssml.as_ref().map(ToString::to_string))),
                ("breaks", say.breaks_ms.to_string()),
                ("call", say.call.to_string()),
                ("leg", say.leg.to_string()),
            ],
        ),
        Effect::Play(play) => {
            let (medium, what) = match &play.source {
                PlaySource::Tones(tones) => ("tones", tones),
                PlaySource::Url(url) => ("audio", url),
            };
            let fields = vec![
                ("medium", medium.to_owned()),
                ("rounds", play.rounds.to_string()),
                ("call", play.call.to_string()),
                ("leg", play.leg.to_string()),
            ];
            seen("hear", what, fields)
        }
        Effect::StopMedia(stop) => seen("cut", &true, vec![("leg", stop.leg.to_string())]),
        Effect::Answer(answer) => seen("answered", &true, vec![("leg", answer.leg.to_string())]),
        Effect::Ringback(ring) => seen(
            "ringback",
            &on_or_off(ring.on),
            vec![
                ("tone", or_none(ring.tone.as_ref().map(ToString::to_string))),
                ("leg", ring.leg.to_string()),
            ],
        ),
        Effect::StartRecording(start) => seen("record", &start.recording, recording(start)),
        Effect::StopRecording(stop) => {
            seen("record_end", &stop.recording, vec![("leg", stop.leg.to_string())])
        }
        Effect::JoinConference(join) => seen(
            "join",
            &join.conference,
            vec![
                ("muted", join.muted.to_string()),
                ("hold", join.hold.to_string()),
                ("coaching", join.coaching.to_string()),
                ("beep", join.beep.to_string()),
                ("jitter_buffer", join.jitter_buffer.to_string()),
                ("region", or_none(join.region.as_ref().map(ToString::to_string))),
                ("account", join.account.to_string()),
                ("call", join.call.to_string()),
                ("leg", join.leg.to_string()),
            ],
        ),
        Effect::ChangeParticipant(change) => seen(
            "change",
            &change.conference,
            vec![
                ("muted", change.muted.to_string()),
                ("hold", change.hold.to_string()),
                ("coaching", change.coaching.to_string()),
                ("leg", change.leg.to_string()),
            ],
        ),
        Effect::LeaveConference(leave) => seen(
            "leave",
            &leave.conference,
            vec![("beep", leave.beep.to_string()), ("leg", leave.leg.to_string())],
        ),
        Effect::StartConferenceRecording(start) => seen(
            "conference_record",
            &start.recording,
            vec![("conference", start.conference.to_string()), ("trim", start.trim.to_string())],
        ),
        Effect::StopConferenceRecording(stop) => {
            seen("conference_record_end", &stop.recording, vec![("conference", stop.conference.to_string())])
        }
        Effect::Collect(collect) => Some(listening(collect)),
        Effect::StopCollect(stop) => seen("listen_end", &true, vec![("leg", stop.leg.to_string())]),
        Effect::Consult(consult) => seen(
            "consult",
            &consult.facts.application,
            vec![
                ("caller", consult.facts.caller_account.to_string()),
                ("callee", consult.facts.callee_account.to_string()),
                ("from", consult.facts.from.as_str().to_owned()),
                ("to", consult.facts.to.as_str().to_owned()),
                ("customer_id", consult.facts.customer_id.reveal().to_owned()),
                ("hops", consult.facts.hops.to_string()),
            ],
        ),
        Effect::Dial(dial) => Some(placed(dial)),
        Effect::Bridge(bridge) => seen("bridge", &bridge.other, vec![("leg", bridge.leg.to_string())]),
        Effect::Unbridge(bridge) => seen("unbridge", &bridge.other, vec![("leg", bridge.leg.to_string())]),
        Effect::Charge(effect) => Some(charge(effect)),
        Effect::SendMessage(message) => seen(
            "message",
            &message.to.reveal(),
            vec![
                ("from", message.from.reveal().to_owned()),
                ("body", message.body.reveal().to_owned()),
                ("account", message.account.to_string()),
                ("call", message.call.to_string()),
            ],
        ),
        Effect::Transcribe(wanted) => seen(
            "transcribe",
            &wanted.recording,
            vec![
                ("account", wanted.account.to_string()),
                ("call", wanted.call.to_string()),
                ("leg", wanted.leg.to_string()),
            ],
        ),
        Effect::Refer(refer) => seen(
            "refer",
            &refer.target.as_str(),
            vec![("call", refer.call.to_string()), ("leg", refer.leg.to_string())],
        ),
        Effect::Conceal(conceal) => {
            seen("conceal", &on_or_off(conceal.on), vec![("leg", conceal.leg.to_string())])
        }
        Effect::Echo(echo) => seen(
            "echo",
            &on_or_off(echo.on),
            vec![("call", echo.call.to_string()), ("leg", echo.leg.to_string())],
        ),
        Effect::HangUp(end) => seen("hung_up", &end.cause.as_str(), vec![("leg", end.leg.to_string())]),
        Effect::Report(event) => match &event.kind {
            EventKind::Problem(raised) => {
                let mut fields = problem(raised);
                fields.extend([("account", event.account.to_string()), ("call", event.call.to_string())]);
                seen("problem", &raised.problem.code.number(), fields)
            }
            _ => None,
        },
        Effect::OpenStream(open) => Some(stream(open)),
        Effect::CloseStream(close) => seen("stream_end", &close.stream, vec![("leg", close.leg.to_string())]),
        Effect::SendDtmf(send) => seen(
            "stream_keys",
            &send.digits.reveal(),
            vec![("sid", send.stream.to_string()), ("leg", send.leg.to_string())],
        ),
        Effect::OpenRelay(open) => Some(relay(open)),
        Effect::CloseRelay(close) => seen("relay_end", &close.relay, vec![("leg", close.leg.to_string())]),
        Effect::SendRelay(send) => Some(frame(send)),
        Effect::StartSiprec(start) => Some(siprec(start)),
        Effect::StopSiprec(stop) => seen("siprec_end", &stop.siprec, vec![("leg", stop.leg.to_string())]),
        Effect::StartTranscription(start) => {
            seen("transcription", &start.transcription, transcription(start))
        }
        Effect::StopTranscription(stop) => {
            seen("transcription_end", &stop.transcription, vec![("leg", stop.leg.to_string())])
        }
        Effect::StartAgent(start) => Some(agent(start)),
        Effect::StopAgent(stop) => seen("agent_end", &true, vec![("leg", stop.leg.to_string())]),
        Effect::Settle(_) => None,
    }
}

const fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// What a webhook is told. A GET carries it in its URL, so the URL is then seen without its query.
fn request(request: &Request, fields: Vec<(&'static str, String)>) -> Happening {
    let url = request.url().without_userinfo();
    let url = url.as_str().split('#').next().unwrap_or_default();
    let parameters = match request.method() {
        Method::Post => form::decode(request.body()),
        Method::Get => form::decode(request.url().query().unwrap_or_default().as_bytes()),
    };
    let mut fields = fields;
    fields.push(("method", request.method().to_string()));
    let headers = request.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let headers = headers.collect();
    Happening { at: 0, kind: "request", value: url.to_owned(), fields, parameters, headers }
}

fn placed(dial: &Dial) -> Happening {
    let detection =
        dial.machine_detection.map(|wanted| if wanted.message_end { "DetectMessageEnd" } else { "Enable" });
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let fields = vec![
        ("kind", dial.endpoint.kind.as_str().to_owned()),
        ("from", dial.from.as_str().to_owned()),
        ("timeout", dial.timeout.to_string()),
        ("detection", text(detection)),
        ("username", text(dial.endpoint.username.as_deref())),
        ("account", dial.account.to_string()),
        ("call", dial.call.to_string()),
        ("parent", text(dial.parent.as_ref().map(LegId::as_str))),
        ("leg", dial.leg.to_string()),
    ];
    let told = dial.endpoint.parameters.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned()));
    let value = dial.endpoint.address.as_str().to_owned();
    Happening { kind: "dial", value, fields, parameters: told.collect(), ..Happening::default() }
}

/// What others are told, by name.
fn parameters(parameters: &[(String, Pii)]) -> Vec<(String, String)> {
    parameters.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned())).collect()
}

fn charge(charge: &Charge) -> Happening {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let fields = vec![
        ("method", charge.method.to_string()),
        ("amount", text(charge.amount.as_deref())),
        ("currency", charge.currency.to_string()),
        ("token_type", charge.token_type.to_string()),
        ("description", text(charge.description.as_deref())),
        ("card_type", text(charge.details.card_type.as_deref())),
        ("account", charge.account.to_string()),
        ("call", charge.call.to_string()),
    ];
    let value = charge.connector.to_string();
    Happening {
        kind: "charge",
        value,
        fields,
        parameters: parameters(&charge.parameters),
        ..Happening::default()
    }
}

fn stream(open: &OpenStream) -> Happening {
    let fields = vec![
        ("track", open.track.to_string()),
        ("both_ways", open.bidirectional.to_string()),
        ("sid", open.stream.to_string()),
        ("account", open.account.to_string()),
        ("call", open.call.to_string()),
        ("leg", open.leg.to_string()),
    ];
    let (value, headers) = (open.request.url.to_string(), parameters(&open.request.headers));
    Happening { at: 0, kind: "stream", value, fields, parameters: parameters(&open.parameters), headers }
}

fn relay(open: &OpenRelay) -> Happening {
    let fields = vec![
        ("sid", open.relay.to_string()),
        ("account", open.account.to_string()),
        ("call", open.call.to_string()),
        ("leg", open.leg.to_string()),
    ];
    let (value, headers) = (open.request.url.to_string(), parameters(&open.request.headers));
    Happening { kind: "relay", value, fields, headers, ..Happening::default() }
}

/// A frame of JSON by its type. What it says are parameters; those of an object in it have its name before theirs.
fn frame(send: &SendRelay) -> Happening {
    fn text(value: &Value) -> String {
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }
    let json: Value = serde_json::from_str(send.text.reveal()).unwrap_or_default();
    let mut parameters = Vec::new();
    for (name, value) in json.as_object().into_iter().flatten() {
        match value.as_object() {
            Some(inner) => {
                parameters
                    .extend(inner.iter().map(|(inner, value)| (format!("{name}.{inner}"), text(value))));
            }
            None => parameters.push((name.clone(), text(value))),
        }
    }
    let fields = vec![("sid", send.relay.to_string()), ("leg", send.leg.to_string())];
    let value = json.get("type").map(text).unwrap_or_default();
    Happening { kind: "frame", value, fields, parameters, ..Happening::default() }
}

fn siprec(start: &StartSiprec) -> Happening {
    let fields = vec![
        ("connector", start.connector.to_string()),
        ("track", start.track.to_string()),
        ("call", start.call.to_string()),
        ("leg", start.leg.to_string()),
    ];
    let value = start.siprec.to_string();
    Happening {
        kind: "siprec",
        value,
        fields,
        parameters: parameters(&start.parameters),
        ..Happening::default()
    }
}

fn transcription(start: &StartTranscription) -> Vec<(&'static str, String)> {
    vec![
        ("track", start.track.to_string()),
        ("language", start.language.to_string()),
        ("engine", start.engine.to_string()),
        ("model", start.model.to_string()),
        ("hints", start.hints.to_string()),
        ("profanity_filter", start.profanity_filter.to_string()),
        ("punctuation", start.punctuation.to_string()),
        ("partial_results", start.partial_results.to_string()),
        ("call", start.call.to_string()),
        ("leg", start.leg.to_string()),
    ]
}

/// What an agent is told are parameters; its settings have `Config.` before their names.
fn agent(start: &StartAgent) -> Happening {
    let fields = vec![
        ("language", start.language.as_deref().unwrap_or_default().to_owned()),
        ("sentiment", start.sentiment_analysis.to_string()),
        ("call", start.call.to_string()),
        ("leg", start.leg.to_string()),
    ];
    let mut told = parameters(&start.parameters);
    let settings = parameters(&start.settings);
    told.extend(settings.into_iter().map(|(name, value)| (format!("Config.{name}"), value)));
    let value = start.connector.to_string();
    Happening { kind: "agent", value, fields, parameters: told, ..Happening::default() }
}

fn recording(start: &StartRecording) -> Vec<(&'static str, String)> {
    vec![
        ("beep", start.beep.to_string()),
        ("silence", start.silence_timeout.map(|seconds| seconds.to_string()).unwrap_or_default()),
        ("trim", start.trim.to_string()),
        ("dual", start.dual.to_string()),
        ("track", start.track.to_string()),
        ("call", start.call.to_string()),
        ("leg", start.leg.to_string()),
    ]
}

fn listening(collect: &Collect) -> Happening {
    let mut kinds = Vec::new();
    if collect.digits {
        kinds.push("dtmf");
    }
    let mut fields = vec![("call", collect.call.to_string()), ("leg", collect.leg.to_string())];
    if let Some(speech) = &collect.speech {
        kinds.push("speech");
        let pause = speech.speech_timeout.map_or("auto".to_owned(), |seconds| seconds.to_string());
        fields.extend([
            ("language", speech.language.to_string()),
            ("hints", speech.hints.to_string()),
            ("model", speech.model.to_string()),
            ("profanity_filter", speech.profanity_filter.to_string()),
            ("speech_timeout", pause),
            ("partial_results", speech.partial_results.to_string()),
        ]);
    }
    Happening { kind: "listen", value: kinds.join(" "), fields, ..Happening::default() }
}

fn problem(raised: &ProblemRaised) -> Vec<(&'static str, String)> {
    let level = match raised.problem.level() {
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let place = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    vec![
        ("level", level.to_owned()),
        ("line", place(raised.line)),
        ("column", place(raised.column)),
        ("url", raised.url.as_deref().unwrap_or_default().to_owned()),
    ]
}
