//! Random documents and answers, drawn from a list of choices so that a failing case shrinks to a small one.

use std::collections::HashMap;

use appconnect::id::CallSid;
use appconnect::input::FailureReason;

use crate::support::{APP_A, APP_B, APP_C, Answer};

/// Decisions that were made in advance. Once they are used up every decision is the first one, which ends a call.
#[derive(Clone, Debug)]
pub struct Choices {
    made: Vec<u16>,
    at: usize,
}

impl Choices {
    pub const fn new(made: Vec<u16>) -> Self {
        Self { made, at: 0 }
    }

    pub const fn is_over(&self) -> bool {
        self.at >= self.made.len()
    }

    pub fn below(&mut self, bound: usize) -> usize {
        let made = self.made.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(made) % bound.max(1)
    }

    pub fn one<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// True once in `times`, and never when the choices are used up.
    pub fn rarely(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }
}

/// An account, and the words that only it may see.
#[derive(Debug)]
pub struct Party {
    pub account: &'static str,
    pub application: &'static str,
    /// Stands in every URL, text and spoken word of this account, and in nothing that it hands over.
    pub canary: &'static str,
    /// The keys that callers press only while this account's call listens.
    pub keys: &'static str,
}

pub const PARTIES: [Party; 3] = [
    Party { account: crate::support::A, application: APP_A, canary: "cnrya", keys: "0123" },
    Party { account: crate::support::B, application: APP_B, canary: "cnryb", keys: "456" },
    Party { account: crate::support::C, application: APP_C, canary: "cnryc", keys: "789" },
];

pub fn party(account: &str) -> &'static Party {
    PARTIES.iter().find(|party| party.account == account).unwrap()
}

const VALUES: [(&str, &str); 5] =
    [("yes", "yes"), ("", ""), ("&#233; &amp;+=%", "é &+=%"), ("&lt;a&gt;", "<a>"), ("T-7", "T-7")];

/// Makes documents, and remembers what they return.
#[derive(Debug, Default)]
pub struct Documents {
    made: usize,
    /// Return values by name, as they must arrive.
    pub returns: HashMap<String, String>,
    /// The call that was given the document with this return value.
    pub served: HashMap<String, CallSid>,
    /// Whether most documents lead callers to where they meet: into a conference, or into and out of a queue.
    pub meeting: bool,
    /// Whole documents that are served instead of such as are made up, when there are any.
    pub given: &'static [Vec<u8>],
}

impl Documents {
    /// The body of a `<Response>` for a call of this party.
    pub fn twiml(&mut self, choices: &mut Choices, party: &Party, call: CallSid) -> String {
        if choices.is_over() {
            return String::new();
        }
        if self.meeting && choices.below(3) != 0 {
            let room = choices.below(2) == 0;
            return if room { conference(choices, party, call) } else { queue(choices, party) };
        }
        // Hops are what this is about: most documents begin with one.
        let hop = match choices.below(10) {
            0..=5 => self.dial(choices, party),
            6 => self.reject(choices, call),
            _ => String::new(),
        };
        let verbs = choices.one(&[1, 2, 3, 1, 2, 0]);
        hop + &(0..verbs).map(|_| self.verb(choices, party, call)).collect::<String>()
    }

    fn verb(&mut self, c: &mut Choices, party: &Party, call: CallSid) -> String {
        match c.below(29) {
            23 | 24 => conference(c, party, call),
            25 | 26 => services(c, party),
            0 | 1 => say(c, party),
            2..=5 => self.dial(c, party),
            21 => parties(c, party),
            6 | 7 | 19 | 20 => gather(c, party),
            8 => format!("<Pause{}/>", attribute(c, "length", &["1", "0", "70", "-1"])),
            9 | 10 => format!("<Hangup>{}</Hangup>", self.returned(c, call)),
            11 => play(c, party),
            12 | 18 => record(c, party),
            13 => format!(
                "<Redirect{}>{}</Redirect>",
                attribute(c, "method", &["GET", "POST", "PUT"]),
                link(c, party)
            ),
            14 => self.reject(c, call),
            15 => "<Say> </Say>".to_owned(),
            16 => unsupported(c, party),
            17 | 22 | 27 | 28 => queue(c, party),
            _ => format!("<Number>{}</Number><Bogus a='1'><Say>x</Say></Bogus>", party.canary),
        }
    }

    fn reject(&mut self, c: &mut Choices, call: CallSid) -> String {
        let reason = attribute(c, "reason", &["busy", "rejected", "no"]);
        format!("<Reject{reason}>{}</Reject>", self.returned(c, call))
    }

    fn dial(&mut self, c: &mut Choices, party: &Party) -> String {
        let attributes = [
            url(c, "action", party),
            url(c, "action", party),
            attribute(c, "method", &["GET", "POST"]),
            attribute(c, "timeout", &["5", "20", "1"]),
            attribute(c, "timeLimit", &["3", "90", "0"]),
            attribute(c, "answerOnBridge", &["true", "false"]),
            attribute(c, "hangupOnStar", &["true", "maybe"]),
            attribute(c, "callerId", &["+15550123", "client:zoe"]),
            attribute(c, "ringTone", &["de", "zz"]),
            attribute(c, "record", &["record-from-answer", "record-from-ringing-dual", "true"]),
            url(c, "recordingStatusCallback", party),
            attribute(c, "recordingStatusCallbackEvent", &["in-progress completed", "absent"]),
        ];
        let attributes = unique(attributes);
        let noun = [
            attribute(c, "customerId", &["acme-eu", ""]),
            attribute(c, "copyParentTo", &["true", "x"]),
            url(c, "statusCallback", party),
            attribute(c, "statusCallbackEvent", &["initiated ringing answered completed", "answered"]),
            attribute(c, "statusCallbackMethod", &["GET", "POST"]),
        ];
        let noun = unique(noun);
        let unknown = "AP00000000000000000000000000000999";
        let other = c.one(&[APP_B, APP_C]);
        let sid =
            c.one(&[other, other, other, APP_A, other, other, unknown, other, other, "", other, "APx y"]);
        let arguments: String = (0..c.below(3)).map(|_| self.parameter(c).0).collect();
        let noun =
            format!("<Application{noun}><ApplicationSid>{sid}</ApplicationSid>{arguments}</Application>");
        format!("<Dial{attributes}>{noun}</Dial>")
    }

    /// A `<Parameter>` with its name and decoded value.
    fn parameter(&mut self, c: &mut Choices) -> (String, String, String) {
        self.made += 1;
        let (written, value) = c.one(&VALUES);
        let name = format!("p{}", self.made);
        (format!("<Parameter name=\"{name}\" value=\"{written}\"/>"), name, value.to_owned())
    }

    fn returned(&mut self, c: &mut Choices, call: CallSid) -> String {
        (0..c.below(3))
            .map(|_| {
                let (text, name, value) = self.parameter(c);
                self.returns.insert(name.clone(), value);
                self.served.insert(name, call);
                text
            })
            .collect()
    }

    /// What a webhook of this party answers.
    pub fn answer(&mut self, c: &mut Choices, party: &Party, call: CallSid) -> Answer {
        if !self.given.is_empty() && !c.is_over() {
            return Answer::typed("text/xml", &self.given[c.below(self.given.len())]);
        }
        let twiml = self.twiml(c, party, call);
        let canary = party.canary;
        match c.below(40) {
            7 => Answer::twiml(&twiml).with_header("Set-Cookie", &format!("c={canary}; Path=/")),
            8 => Answer::status(c.one(&[500, 404, 204, 429])),
            9 => Answer::Fails(c.one(FailureReason::ALL)),
            10 => Answer::redirect(
                c.one(&[302, 307, 301, 308]),
                &format!("https://{canary}.example/moved?k={canary}"),
            ),
            11 => Answer::status(401).with_header("WWW-Authenticate", "Basic realm=\"x\""),
            12 => Answer::typed("text/plain", format!("{canary} & <plain> text").as_bytes()),
            13 => Answer::typed("application/json", b"{}"),
            14 => Answer::typed("text/plain", "&".repeat(40_000).as_bytes()),
            15 => Answer::typed("text/xml; charset=iso-8859-1", b"<Response><Say>caf\xe9</Say></Response>"),
            16 => Answer::typed("audio/wav", b"RIFF"),
            17 => Answer::typed("text/xml", b"<?xml version='1.0' encoding='US-ASCII'?><Response><Pause/>"),
            _ => Answer::twiml(&twiml),
        }
    }
}

/// An attribute with one of these values, or none.
fn attribute(c: &mut Choices, name: &str, values: &[&str]) -> String {
    if c.below(3) != 1 {
        return String::new();
    }
    format!(" {name}=\"{}\"", c.one(values))
}

/// The attributes that were chosen, each name once.
fn unique<const N: usize>(attributes: [String; N]) -> String {
    let mut kept: Vec<String> = Vec::new();
    for attribute in attributes {
        let name = attribute.split('=').next().unwrap_or_default().to_owned();
        if !kept.iter().any(|own| own.split('=').next() == Some(name.as_str())) {
            kept.push(attribute);
        }
    }
    kept.concat()
}

fn url(c: &mut Choices, name: &str, party: &Party) -> String {
    if c.below(2) == 0 {
        return String::new();
    }
    format!(" {name}=\"{}\"", link(c, party))
}

fn link(c: &mut Choices, party: &Party) -> String {
    let canary = party.canary;
    match c.below(40) {
        0 => format!("/next?k={canary}"),
        4 => "next".to_owned(),
        5 | 6 => format!("https://{canary}.example/abs?a=1&amp;b=%2B"),
        7 => format!("https://{canary}.example/slow#tt=900&amp;rc=2&amp;rp=all"),
        8 => format!("https://user:pw-{canary}@{canary}.example/private"),
        9 => String::new(),
        10 => "ftp://nowhere.example/".to_owned(),
        11 => format!("https://{canary}.example/{}", "long/".repeat(1_500)),
        _ => format!("/more?k={canary}"),
    }
}

fn say(c: &mut Choices, party: &Party) -> String {
    let repeat = attribute(c, "loop", &["2", "0", "x"]);
    format!("<Say{repeat}>{} speaks<break time=\"1s\"/></Say>", party.canary)
}

fn play(c: &mut Choices, party: &Party) -> String {
    if c.below(3) == 2 {
        "<Play digits=\"ww12#\"/>".to_owned()
    } else {
        format!("<Play>{}</Play>", link(c, party))
    }
}

fn gather(c: &mut Choices, party: &Party) -> String {
    let attributes = [
        attribute(c, "input", &["dtmf speech", "speech", "dtmf", "fax"]),
        url(c, "action", party),
        attribute(c, "method", &["GET"]),
        attribute(c, "timeout", &["3", "0", "auto"]),
        attribute(c, "numDigits", &["1", "3", "0"]),
        attribute(c, "finishOnKey", &["*", "", "##"]),
        attribute(c, "actionOnEmptyResult", &["true"]),
        attribute(c, "bargeIn", &["false", "true"]),
        url(c, "partialResultCallback", party),
    ]
    .concat();
    let prompts: String = (0..c.below(3))
        .map(|_| match c.below(3) {
            0 => say(c, party),
            1 => play(c, party),
            _ => "<Pause length=\"2\"/>".to_owned(),
        })
        .collect();
    format!("<Gather{attributes}>{prompts}</Gather>")
}

fn record(c: &mut Choices, party: &Party) -> String {
    let attributes = [
        url(c, "action", party),
        attribute(c, "timeout", &["0", "2"]),
        attribute(c, "maxLength", &["4", "0"]),
        attribute(c, "finishOnKey", &["#", ""]),
        attribute(c, "transcribe", &["true"]),
        url(c, "transcribeCallback", party),
        url(c, "recordingStatusCallback", party),
        attribute(c, "recordingStatusCallbackEvent", &["in-progress completed", "in-progress"]),
    ]
    .concat();
    format!("<Record{attributes}/>")
}

/// A `<Dial>` to phones, clients and SIP endpoints.
fn parties(c: &mut Choices, party: &Party) -> String {
    let attributes = unique([
        url(c, "action", party),
        url(c, "action", party),
        attribute(c, "timeout", &["5", "20"]),
        attribute(c, "timeLimit", &["3", "90"]),
        attribute(c, "answerOnBridge", &["true"]),
        attribute(c, "hangupOnStar", &["true"]),
        attribute(c, "sequential", &["true"]),
        url(c, "referUrl", party),
        attribute(c, "callerId", &["+15550199", "+15550123"]),
        attribute(c, "record", &["record-from-answer", "record-from-ringing-dual"]),
        url(c, "recordingStatusCallback", party),
    ]);
    let nouns: String = (0..=c.below(3))
        .map(|_| {
            let shared = unique([
                url(c, "url", party),
                url(c, "statusCallback", party),
                attribute(c, "statusCallbackEvent", &["initiated ringing answered completed", "ringing"]),
            ]);
            match c.below(5) {
                0 => format!("<Client{shared}>zoe</Client>"),
                1 => format!("<Sip{shared}>zoe@phone.example?x-a=1</Sip>"),
                2 => format!("<Number{shared} sendDigits=\"w12\">+15550111</Number>"),
                3 => "<Number>nobody</Number>".to_owned(),
                _ => format!("<Number{shared}>+15550111</Number>"),
            }
        })
        .collect();
    format!("<Dial{attributes}>{nouns}</Dial>")
}

/// A caller joins the conference of its account; a coach would have to know the SID of somebody in it.
fn conference(c: &mut Choices, party: &Party, call: CallSid) -> String {
    let dial = unique([
        url(c, "action", party),
        url(c, "action", party),
        attribute(c, "timeLimit", &["3", "90"]),
        attribute(c, "hangupOnStar", &["true"]),
        attribute(c, "answerOnBridge", &["true"]),
    ]);
    let events = "start end join leave mute hold modify speaker announcement";
    let noun = unique([
        attribute(c, "muted", &["true", "x"]),
        attribute(c, "beep", &["false", "onExit"]),
        attribute(c, "startConferenceOnEnter", &["false"]),
        attribute(c, "endConferenceOnExit", &["true"]),
        attribute(c, "participantLabel", &["zoe", "a/b"]),
        attribute(c, "maxParticipants", &["2", "1"]),
        attribute(c, "coach", &[call.as_str()]),
        url(c, "waitUrl", party),
        attribute(c, "waitUrl", &[""]),
        attribute(c, "record", &["record-from-start"]),
        url(c, "statusCallback", party),
        attribute(c, "statusCallbackEvent", &[events, "join leave", events]),
        url(c, "recordingStatusCallback", party),
    ]);
    format!("<Dial{dial}><Conference{noun}>room</Conference></Dial>")
}

/// Something that runs beside the document, or that holds the line.
fn services(c: &mut Choices, party: &Party) -> String {
    let action = url(c, "action", party);
    let canary = party.canary;
    let name = attribute(c, "name", &["one", "two"]);
    let callback = url(c, "statusCallback", party);
    let stream = format!("<Stream url=\"wss://{canary}.example/s\"{name}{callback}/>");
    match c.below(10) {
        0 | 1 => format!("<Start>{stream}</Start>"),
        2 | 3 => format!("<Connect{action}>{stream}</Connect>"),
        4 | 5 => {
            let greeting = attribute(c, "welcomeGreeting", &["Hello"]);
            let keys = attribute(c, "dtmfDetection", &["true"]);
            let relay = format!("<ConversationRelay url=\"wss://{canary}.example/r\"{greeting}{keys}/>");
            format!("<Connect{action}>{relay}</Connect>")
        }
        6 => {
            let callback = url(c, "statusCallbackUrl", party);
            let partial = attribute(c, "partialResults", &["true"]);
            format!("<Start><Transcription{name}{callback}{partial}/></Start>")
        }
        7 => format!(
            "<Start><Siprec{name}{callback}/></Start><Start><Recording{}/></Start>",
            url(c, "recordingStatusCallback", party)
        ),
        8 => format!("<Connect{action}><VirtualAgent connectorName=\"bot\"{callback}/></Connect>"),
        _ => {
            let what = c.one(&["Stream", "Siprec", "Transcription", "Recording"]);
            format!("<Stop><{what}{name}/></Stop>")
        }
    }
}

/// A caller is put into a queue, or somebody is taken out of it.
fn queue(c: &mut Choices, party: &Party) -> String {
    let action = url(c, "action", party);
    if c.below(2) == 1 {
        let timeout = attribute(c, "timeout", &["5", "20"]);
        let star = attribute(c, "hangupOnStar", &["true"]);
        let whisper = url(c, "url", party);
        return format!("<Dial{action}{timeout}{star}><Queue{whisper}>support</Queue></Dial>");
    }
    let wait = url(c, "waitUrl", party);
    let size = attribute(c, "maxQueueSize", &["1", "2"]);
    format!("<Enqueue{action}{wait}{size}>support</Enqueue><Leave/>")
}

fn pay(c: &mut Choices, party: &Party, action: &str) -> String {
    let attributes = [
        url(c, "statusCallback", party),
        attribute(c, "timeout", &["1", "9"]),
        attribute(c, "maxAttempts", &["1", "2", "x"]),
        attribute(c, "paymentMethod", &["ach-debit", "cash"]),
        attribute(c, "chargeAmount", &["1.50", "0", "-1"]),
    ]
    .concat();
    let prompts: String = (0..c.below(3))
        .map(|_| {
            let nested = if c.below(2) == 0 { say(c, party) } else { play(c, party) };
            let more = attribute(c, "requireMatchingInputs", &["true"]);
            let fault = attribute(c, "errorType", &["timeout", "invalid-card-number"]);
            let begin = "<Prompt for=\"payment-card-number\"";
            [begin, &more, &fault, ">", &nested, "<Pause/></Prompt>"].concat()
        })
        .collect();
    format!("<Pay{action}{attributes}>{prompts}</Pay>")
}

fn unsupported(c: &mut Choices, party: &Party) -> String {
    let action = url(c, "action", party);
    match c.below(7) {
        0 => queue(c, party),
        1 => pay(c, party, &action),
        2 => {
            let callback = url(c, "statusCallback", party);
            format!("<Sms{action}{callback} to=\"+15550111\">hi</Sms>")
        }
        3 => services(c, party),
        4 => "<Leave/><Echo/>".to_owned(),
        5 => format!("<Refer{action}><Sip>sip:a@b.example</Sip></Refer>"),
        _ => format!("<Dial{action}/>"),
    }
}
