//! What the engine is told: one input at a time, with the time it happened.

mod stream;

pub use stream::{
    AgentDone, AgentStatus, RelayEvent, RelayMessage, SiprecEvent, SocketEvent, StreamEvent, Transcribed,
    TranscriptionFailed,
};

use std::fmt;

use minicbor::{Decode, Encode};

use crate::address::Address;
use crate::http::{Method, Url};
use crate::id::{AccountSid, ApplicationSid, CallSid, ConferenceSid, LegId, QueueSid, ReplyId};
use crate::party::MachineDetection;
use crate::pii::Pii;
use crate::policy::Verdict;
use crate::registry::Webhook;

/// One thing that happened outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A caller's line reached us and rings.
    IncomingCall(IncomingCall),
    /// The webhook answered.
    HttpResponse(HttpResponse),
    /// The exchange failed before an answer was complete.
    HttpFailure(HttpFailure),
    /// Speech, audio or a recording ended by itself.
    MediaDone(MediaDone),
    /// The caller pressed keys.
    Digits(Digits),
    /// The recogniser heard the caller.
    Speech(Speech),
    /// An account takes a call out of a queue, as the REST API does.
    Dequeue(Dequeue),
    /// The caller hung up, or the line was lost.
    HungUp(HungUp),
    /// It was found out who answered a call.
    MachineDetected(MachineDetected),
    /// An account changes a live call, as the REST API does.
    Modify(Modify),
    /// An account changes a conference, as the REST API does.
    ModifyConference(ModifyConference),
    /// An account changes somebody in a conference, as the REST API does.
    ModifyParticipant(Box<ModifyParticipant>),
    /// An account places a call, as the REST API does.
    Originate(Box<Originate>),
    /// A call that was placed has come further.
    Progress(Progress),
    /// A called party asks to be replaced.
    Referred(Referred),
    /// Somebody in a conference begins to speak, or stops.
    Speaking(Speaking),
    /// The answer to a `Consult`.
    Verdict(PolicyVerdict),
    /// A virtual agent is through with the caller.
    AgentDone(AgentDone),
    /// Something happened to the socket of a `<ConversationRelay>`.
    RelayEvent(RelayEvent),
    /// The application of a `<ConversationRelay>` sent a text frame.
    RelayMessage(RelayMessage),
    /// Something happened between us and a SIP recorder.
    SiprecEvent(SiprecEvent),
    /// Something happened to the socket of a media stream.
    StreamEvent(StreamEvent),
    /// Words of a transcription.
    Transcribed(Transcribed),
    /// A transcription broke off.
    TranscriptionFailed(TranscriptionFailed),
    /// The answer to a `Charge`.
    ChargeDone(ChargeDone),
    /// The answer to a `SendMessage`.
    MessageStatus(MessageStatus),
    /// An answer to a `Transcribe`.
    RecordingTranscribed(RecordingTranscribed),
    /// An answer to a `Refer`.
    ReferProgress(ReferProgress),
    /// Nothing happened but time.
    Tick,
}

/// A caller's line that rings at one of the registry's routes.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingCall {
    /// The name of the line, chosen by whoever owns its media: unique among live legs, and best never used twice
    /// with one seed. The name, the moment and the seed make the SIDs, so a name that comes back in the same
    /// millisecond brings back its SIDs.
    pub leg: LegId,
    /// Who calls.
    pub from: Address,
    /// What was dialled.
    pub to: Address,
    /// The number that forwarded the call, where the carrier says so.
    pub forwarded_from: Option<Pii>,
    /// The result of a caller-name look-up; sent on only where the route asks for it.
    pub caller_name: Option<Pii>,
    /// The carrier's attestation, for instance `TN-Validation-Passed-A`.
    pub stir_verstat: Option<Box<str>>,
    /// What SIP says of it, if it came in so.
    pub sip: Option<IncomingSip>,
}

/// What SIP says of a call that came in (`webhooks.md` section 2). Its domain is in `to`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IncomingSip {
    /// The `Call-ID`.
    pub call_id: Option<Box<str>>,
    /// The SID of the SIP domain, where it has one.
    pub domain_sid: Option<Box<str>>,
    /// The address that the INVITE came from.
    pub source_ip: Option<Pii>,
    /// Header fields of the INVITE; the application is told of the `X-` headers and User-to-User, of each name once.
    pub headers: Vec<(String, Pii)>,
}

/// A complete HTTP answer.
#[derive(Clone, PartialEq)]
pub struct HttpResponse {
    /// The `Fetch` or `Notify` it answers.
    pub reply: ReplyId,
    /// The status code.
    pub status: u16,
    /// Header fields in the order received; names in any case.
    pub headers: Vec<(String, String)>,
    /// The body after content decoding, at most 65,537 bytes (one more than allowed shows the excess).
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HttpResponse {{ reply: {}, status: {}, body: {} bytes }}",
            self.reply,
            self.status,
            self.body.len()
        )
    }
}

/// An exchange without a complete answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpFailure {
    /// The `Fetch` or `Notify` it answers.
    pub reply: ReplyId,
    /// What went wrong.
    pub reason: FailureReason,
}

/// One table of the ways an exchange fails: wire name and Twilio code.
macro_rules! failure_reasons {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $code:literal;)*) => {
        /// Why an exchange has no complete answer (`webhooks.md` sections 7.1 and 12.1).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FailureReason { $($(#[$doc])* $name,)* }

        impl FailureReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name used across process borders.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }

            /// Twilio's code for it.
            #[must_use]
            pub const fn code_number(self) -> u16 {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

failure_reasons! {
    /// The address is not one that webhooks may reach.
    AddressDenied = "address-denied", 11200;
    /// The content coding was not offered, or its data is damaged.
    BadEncoding = "bad-encoding", 11200;
    /// The certificate has expired.
    CertificateExpired = "certificate-expired", 11236;
    /// The certificate names another host.
    CertificateName = "certificate-name", 11235;
    /// No trusted chain leads to the certificate.
    CertificateUntrusted = "certificate-untrusted", 11237;
    /// No connection within the connect time.
    ConnectTimeout = "connect-timeout", 11201;
    /// The host name does not resolve.
    Dns = "dns", 11210;
    /// The driver had no room for it: too many exchanges at once, or no descriptor left. Nothing was sent.
    Overloaded = "overloaded", 11200;
    /// The answer is not HTTP.
    Protocol = "protocol", 11206;
    /// The connection was refused.
    Refused = "refused", 11202;
    /// The connection broke before any byte of the answer.
    Reset = "reset", 11200;
    /// No complete answer within the read or total time.
    Timeout = "timeout", 11203;
    /// No TLS connection could be made.
    Tls = "tls", 11220;
    /// The answer is larger than 64 KiB.
    TooLarge = "too-large", 11750;
    /// The answer broke off half-way.
    Truncated = "truncated", 11200;
}

impl FailureReason {
    /// The reason with this wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == name)
    }
}

/// Media that ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaDone {
    /// The `Say`, `Play` or `StartRecording` that ended.
    pub reply: ReplyId,
    /// Why the media could not be played, or that nothing was recorded.
    pub failed: Option<MediaFailure>,
}

/// Why media could not be played, or that nothing was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaFailure {
    /// It is not audio that can be played.
    ContentType,
    /// It could not be retrieved.
    Retrieval,
    /// The recording holds no sound.
    Silent,
}

/// Keys that the caller pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    /// The caller's line.
    pub leg: LegId,
    /// One or more of `0-9 * # A-D`.
    pub digits: Pii,
}

/// What the recogniser heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Speech {
    /// The caller's line.
    pub leg: LegId,
    /// The words.
    pub text: Pii,
    /// How sure the recogniser is, 0.0 to 1.0.
    pub confidence: Option<f32>,
    /// False for a partial result: the caller still speaks.
    pub is_final: bool,
}

/// The caller is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HungUp {
    /// The caller's line.
    pub leg: LegId,
}

/// Who answered a call that was placed with machine detection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineDetected {
    /// The line.
    pub leg: LegId,
    /// Who.
    pub answered_by: AnsweredBy,
    /// How long it took to find out, in milliseconds.
    pub duration_ms: u32,
}

/// Who answered (`webhooks.md` section 2, `AnsweredBy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum AnsweredBy {
    /// A fax machine.
    #[n(0)]
    Fax,
    /// A person.
    #[n(1)]
    Human,
    /// A machine whose greeting has ended with a beep.
    #[n(2)]
    MachineEndBeep,
    /// A machine whose greeting has ended otherwise.
    #[n(3)]
    MachineEndOther,
    /// A machine whose greeting has ended with silence.
    #[n(4)]
    MachineEndSilence,
    /// A machine that has begun to speak.
    #[n(5)]
    MachineStart,
    /// Nobody can say.
    #[n(6)]
    Unknown,
}

impl AnsweredBy {
    /// The value of `AnsweredBy` in a webhook.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fax => "fax",
            Self::Human => "human",
            Self::MachineEndBeep => "machine_end_beep",
            Self::MachineEndOther => "machine_end_other",
            Self::MachineEndSilence => "machine_end_silence",
            Self::MachineStart => "machine_start",
            Self::Unknown => "unknown",
        }
    }
}

/// A call that an account places (`rest-api.md` section 8.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Originate {
    /// The name of the line; as for an `IncomingCall`.
    pub leg: LegId,
    /// The account.
    pub account: AccountSid,
    /// Who calls.
    pub from: Address,
    /// Who is called: a phone number, `client:…`, `sip:…` or `whatsapp:…`.
    pub to: Address,
    /// What the call runs when it is answered.
    pub document: DocumentSource,
    /// What takes over when a document fails; an application brings its own.
    pub fallback: Option<Webhook>,
    /// Where its progress goes; an application brings its own.
    pub status_callback: Option<Webhook>,
    /// Which progress: `initiated`, `ringing`, `answered`, `completed`.
    pub status_callback_events: Vec<Box<str>>,
    /// Seconds that it may ring, 1 to 600.
    pub timeout: u32,
    /// Seconds that it may last once it is answered.
    pub time_limit: Option<u32>,
    /// Keys that are played when it is answered: `0-9 A-D # * w W`.
    pub send_digits: Option<Box<str>>,
    /// How to find out who answers.
    pub machine_detection: Option<MachineDetection>,
    /// Whether the document is run without waiting for what is found out.
    pub asynchronous_detection: bool,
    /// Where it is told who answered, when the document does not wait for it.
    pub detection_callback: Option<Webhook>,
    /// How it is recorded, from the answer to the end.
    pub recording: Option<CallRecording>,
}

/// How a call is recorded that an account places (`rest-api.md` section 8.1, `Record`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecording {
    /// One channel a party instead of one for both; only when both are recorded.
    pub dual: bool,
    /// Who is recorded: `inbound` (the called party), `outbound` (what it hears) or `both`.
    pub track: Box<str>,
    /// Whether silence at both ends is cut off.
    pub trim: bool,
    /// Where its status goes.
    pub callback: Option<Webhook>,
    /// Which status: `in-progress`, `completed`, `absent`; only `completed` when it is empty.
    pub callback_events: Vec<Box<str>>,
}

/// Where the first document of a call comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentSource {
    /// The voice URL of an application of the same account.
    Application(ApplicationSid),
    /// The document itself, at most 4,000 characters (32018).
    Twiml(Box<str>),
    /// A URL.
    Url(Webhook),
}

/// How far a call that was placed has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its line.
    pub leg: LegId,
    /// How far.
    pub state: ProgressState,
    /// What SIP says of it, for a SIP endpoint.
    pub sip: Option<SipFacts>,
}

/// What may become of a call that was placed, until it is answered. How an answered one ends is told by `HungUp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProgressState {
    /// Somebody answered.
    Answered,
    /// The line is busy.
    Busy,
    /// It cannot be reached.
    Failed,
    /// Nobody answered in the time that the network allows, or it was declined.
    NoAnswer,
    /// It rings. A phone number of which this is never told has failed after 60 seconds, if it may ring longer than
    /// that (32016).
    Ringing,
}

impl ProgressState {
    /// The name used across process borders.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::NoAnswer => "no-answer",
            Self::Ringing => "ringing",
        }
    }
}

/// What SIP says of a call that was placed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct SipFacts {
    /// The `Call-ID`.
    #[n(0)]
    pub call_id: Option<Box<str>>,
    /// The last final response, 200 to 699.
    #[n(1)]
    pub response: Option<u16>,
    /// The `X-` headers of that response, as they came.
    #[n(2)]
    pub headers: Vec<(String, Pii)>,
}

/// A connected party asks to be replaced by somebody else (SIP REFER).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referred {
    /// Its line.
    pub leg: LegId,
    /// The `Refer-To` with its headers; the first 256 characters are told.
    pub target: Pii,
}

/// A change of a live call by its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modify {
    /// The call: any on the stack, or the dialling side's view of a hop.
    pub call: CallSid,
    /// What to change.
    pub change: Change,
}

/// How a live call is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Cancel it if it was not answered yet; an answered call stays.
    Cancel,
    /// End it.
    Complete,
    /// Request this URL and run what it answers.
    Redirect {
        /// Where to.
        url: Url,
        /// GET or POST.
        method: Method,
    },
    /// Run this document, at most 4,000 characters (32018).
    Twiml(Box<str>),
}

/// A member of a queue is given another document by its account (`rest-api.md` section 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dequeue {
    /// The queue.
    pub queue: QueueSid,
    /// The call; the one at the head without it.
    pub call: Option<CallSid>,
    /// The document that it goes on with.
    pub url: Url,
    /// GET or POST.
    pub method: Method,
}

/// A change of a conference by its account (`rest-api.md` section 8.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModifyConference {
    /// The conference.
    pub conference: ConferenceSid,
    /// What to change.
    pub change: ConferenceChange,
}

/// How a conference is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConferenceChange {
    /// Let everybody in it hear this document once.
    Announce(Webhook),
    /// End it.
    End,
}

/// A change of somebody in a conference by the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModifyParticipant {
    /// The conference.
    pub conference: ConferenceSid,
    /// The call that is in it.
    pub call: CallSid,
    /// What to change.
    pub change: ParticipantChange,
}

/// How a participant is changed; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParticipantChange {
    /// Whether the others hear it.
    pub muted: Option<bool>,
    /// Whether it neither hears the others nor is heard.
    pub hold: Option<bool>,
    /// What it hears on hold; silence without it.
    pub hold_document: Option<Webhook>,
    /// `Some(false)` lets everybody hear it again.
    pub coaching: Option<bool>,
    /// The participant who alone hears it from now on.
    pub coach: Option<CallSid>,
    /// Whether its leaving ends the conference.
    pub end_on_exit: Option<bool>,
    /// Whether the others hear a beep when it leaves.
    pub beep_on_exit: Option<bool>,
    /// Let it alone hear this document once.
    pub announcement: Option<Webhook>,
    /// Take it out; the `<Dial>` that brought it there is over.
    pub kick: bool,
}

/// Somebody in a conference begins to speak, or stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaking {
    /// The line.
    pub leg: LegId,
    /// Begins, or stops.
    pub started: bool,
}

/// What became of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeDone {
    /// The `Charge` it answers.
    pub reply: ReplyId,
    /// Whether it was made.
    pub outcome: ChargeOutcome,
}

/// How a payment ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeOutcome {
    /// The gateway took it. What it gave is sent on; the card number is kept out of it.
    Paid {
        /// Sent as `PaymentToken`, for a payment without an amount.
        token: Option<Pii>,
        /// Sent as `PaymentConfirmationCode`, for one with an amount.
        confirmation_code: Option<Pii>,
        /// Sent as `ProfileId`: the gateway's name for the customer.
        profile_id: Option<Pii>,
    },
    /// It was refused, or could not be asked for.
    Failed {
        /// Sent as `PayErrorCode`: 64001 to 64022 of the table of codes; any other counts as 64002.
        code: u32,
        /// Sent as `PaymentError`.
        message: Box<str>,
        /// The gateway's own words, sent as `ConnectorError`.
        connector_error: Option<Box<str>>,
    },
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageStatus {
    /// The `SendMessage` it answers.
    pub reply: ReplyId,
    /// Whether it was sent; otherwise it has failed.
    pub sent: bool,
}

/// What was said in a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingTranscribed {
    /// The `Transcribe` it answers.
    pub reply: ReplyId,
    /// The words; none when the transcription failed.
    pub text: Option<Pii>,
}

/// How far a transfer has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferProgress {
    /// The `Refer` it answers.
    pub reply: ReplyId,
    /// What was heard of it.
    pub step: ReferStep,
}

/// What is heard of a transfer: SIP status codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferStep {
    /// The final response to the REFER.
    Response(u16),
    /// What a NOTIFY says of the call to the target; provisional until it is 200 or more.
    Notify(u16),
}

/// The answer to a `Consult`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVerdict {
    /// The `Consult` it answers.
    pub reply: ReplyId,
    /// Yes, or no with a reason.
    pub verdict: Verdict,
}

/// The caller of the engine made a mistake; nothing was changed.
///
/// What an account or a webhook does wrong is never an error but a problem in the effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputError {
    /// A key that is not one of `0-9 * # A-D`.
    BadDigits,
    /// The document of a `Modify` cannot be run at all; the text names code, line and column.
    BadTwiml(Box<str>),
    /// The call is the dialling side's view of a hop: it can be ended, not redirected.
    CannotRedirect,
    /// The participant cannot be changed so; the text says why, with a code.
    CannotChange(Box<str>),
    /// A live leg has this name already.
    DuplicateLeg,
    /// The call cannot be placed; the text says why, with a code.
    CannotPlace(Box<str>),
    /// The call is not in that conference (16022).
    NotInConference,
    /// The call was not answered yet, so it runs no document that could be replaced (21220).
    NotInProgress,
    /// The call has ended (21220).
    NotLive,
    /// The call does not wait in this queue, or nobody does.
    NotQueued,
    /// The time given is earlier than one given before.
    TimeWentBack,
    /// No live call has this SID.
    UnknownCall,
    /// No queue has this SID.
    UnknownQueue,
    /// No conference has this SID (16022).
    UnknownConference,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadDigits => "digits must be one or more of 0-9, *, #, A-D",
            Self::BadTwiml(problem) | Self::CannotChange(problem) | Self::CannotPlace(problem) => problem,
            Self::CannotRedirect => {
                "this call is the dialling side's view of an application call: redirect its parent call instead"
            }
            Self::DuplicateLeg => "a live leg has this name already: names of legs must be unique while they live",
            Self::NotInConference => "the call is not in this conference, or no longer (16022)",
            Self::NotInProgress => {
                "the call was not answered yet: it can be ended, not given another document (21220)"
            }
            Self::NotLive => "the call has ended: a call in a final state cannot be changed (21220)",
            Self::NotQueued => "no such call waits in this queue: it was connected, has left, or never joined",
            Self::TimeWentBack => "time went backwards: give the engine times that never decrease",
            Self::UnknownCall => "no live call has this SID",
            Self::UnknownQueue => "no queue has this SID",
            Self::UnknownConference => "no conference has this SID, or it is over (16022)",
        })
    }
}

impl std::error::Error for InputError {}
