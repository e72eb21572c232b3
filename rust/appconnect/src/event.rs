//! The timeline: what happened, in order, for people who watch, debug and bill.
//!
//! Each event belongs to one account and holds only what that account may see, so the timeline of a viewer is a
//! filter, never a redaction after the fact.

use minicbor::{Decode, Encode};

use crate::address::Address;
use crate::call::status::{CallStatus, Direction};
use crate::http::Method;
use crate::id::{AccountSid, ApplicationSid, CallSid, ConferenceSid, LegId, QueueSid, ReplyId};
use crate::pii::Pii;
use crate::problem::Problem;
use crate::settlement::Settlement;
use crate::time::Millis;

/// One entry of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub at: Millis,
    /// On which line.
    pub leg: LegId,
    /// In which call.
    pub call: CallSid,
    /// Whose call it is: the one account that may see this entry.
    pub account: AccountSid,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A call began.
    Began(Began),
    /// The call was connected to another one.
    Connected(Connected),
    /// The call's conference ended.
    ConferenceEnded(ConferenceEnded),
    /// The call's conference began: those in it hear each other.
    ConferenceStarted(ConferenceStarted),
    /// A policy decided about a call to this account's application.
    Decided(Decided),
    /// The call left its queue.
    Dequeued(Dequeued),
    /// An application was dialled.
    Dialled(Dialled),
    /// The caller was given something to hear.
    Heard(Heard),
    /// The call joined a conference.
    Joined(Joined),
    /// The call left a conference.
    Left(Left),
    /// The caller pressed keys.
    Pressed(Pressed),
    /// A call was placed.
    Placed(Placed),
    /// Something is wrong that the account should see.
    Problem(ProblemRaised),
    /// The call joined a queue.
    Queued(Queued),
    /// A webhook was requested.
    Requested(Requested),
    /// A webhook answered, or failed.
    Responded(Responded),
    /// A dialled application gave the call back.
    Returned(Returned),
    /// A text frame of a `<ConversationRelay>`.
    Relayed(Relayed),
    /// The caller spoke.
    Said(Said),
    /// Something beside the document started, stopped or failed.
    ServiceChanged(ServiceChanged),
    /// A call was billed.
    Settled(Settlement),
    /// A call's status changed.
    Status(StatusChanged),
    /// A verb began.
    Verb(VerbBegan),
}

/// A call began.
#[derive(Clone, Debug, PartialEq)]
pub struct Began {
    /// As the account sees it.
    pub direction: Direction,
    /// Who calls.
    pub from: Address,
    /// What was dialled.
    pub to: Address,
    /// The application that handles the call.
    pub application: Option<ApplicationSid>,
}

/// The call was connected to another one: they hear each other from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The other call.
    pub with: CallSid,
}

/// The call joined a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Which.
    pub conference: ConferenceSid,
    /// What its account calls it.
    pub name: Box<str>,
    /// How the account calls this participant, if it does.
    pub label: Option<Box<str>>,
    /// Whether it has to wait until the conference begins.
    pub waits: bool,
}

/// The call left a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub conference: ConferenceSid,
    /// What its callback calls it: `ReasonParticipantLeft`.
    pub reason: &'static str,
    /// Whole seconds since it had joined.
    pub seconds: u64,
}

/// A conference began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceStarted {
    /// Which.
    pub conference: ConferenceSid,
}

/// A conference ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConferenceEnded {
    /// Which.
    pub conference: ConferenceSid,
    /// What its callback calls it: `ReasonConferenceEnded`.
    pub reason: &'static str,
}

/// The call's document placed a call, or the account did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The call that was placed.
    pub child: CallSid,
    /// To whom.
    pub to: Address,
}

/// A policy decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// Who asked to be connected.
    pub caller_account: AccountSid,
    /// To which application.
    pub application: ApplicationSid,
    /// Whether it was allowed.
    pub allowed: bool,
    /// Why not; never shown to the dialling side.
    pub reason: Box<str>,
}

/// The call left its queue; who was connected leaves it when the connection has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dequeued {
    /// The queue.
    pub queue: QueueSid,
    /// What is sent as `QueueResult`.
    pub result: QueueResult,
    /// Seconds that it waited.
    pub seconds: u64,
}

/// An application was dialled.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialled {
    /// The dialling side's view of the hop.
    pub child: CallSid,
    /// The text that was dialled.
    pub application: Box<str>,
    /// What is sent as `CustomerId`.
    pub customer_id: Box<str>,
    /// The arguments, without their prefix.
    pub parameters: Vec<(String, Pii)>,
}

/// Something was played to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// How it was made.
    pub medium: Medium,
    /// The words, the URL or the tones.
    pub text: Box<str>,
}

/// How a sound was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Medium {
    /// An audio file.
    Audio,
    /// Speech.
    Speech,
    /// Keypad tones.
    Tones,
}

impl Medium {
    /// The name used across process borders.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Speech => "speech",
            Self::Tones => "tones",
        }
    }
}

/// The caller pressed keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// Which; each digit as `x` while a payment is collected.
    pub digits: Pii,
}

/// The caller spoke.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The words.
    pub text: Pii,
    /// 0.0 to 1.0.
    pub confidence: Option<f32>,
}

/// Something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemRaised {
    /// Code, level and what to do.
    pub problem: Problem,
    /// The document or request concerned, without credentials.
    pub url: Option<Box<str>>,
    /// Line from 1, where a document has a position for it.
    pub line: Option<u32>,
    /// Column from 1, in characters.
    pub column: Option<u32>,
}

/// The call joined a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The queue.
    pub queue: QueueSid,
    /// What the account calls it.
    pub name: Box<str>,
    /// Its place in it, from 1.
    pub position: u32,
}

/// What became of an `<Enqueue>` (`twiml-voice.md` section 6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueResult {
    /// It was connected to a call that dialled the queue, and that has ended.
    Bridged,
    /// Its account gave it another document while the bridge was being made.
    BridgingInProcess,
    /// The verb or the wait document has an error.
    Error,
    /// It ended while it waited.
    HangUp,
    /// The wait document said `<Leave>`.
    Leave,
    /// The queue was full.
    QueueFull,
    /// Its account gave it another document while it waited.
    Redirected,
    /// Its account gave it another document while it was connected.
    RedirectedFromBridged,
    /// The engine cannot do what the verb asks for.
    SystemError,
}

impl QueueResult {
    /// Every result.
    pub const ALL: &'static [Self] = &[
        Self::Bridged,
        Self::BridgingInProcess,
        Self::Error,
        Self::HangUp,
        Self::Leave,
        Self::QueueFull,
        Self::Redirected,
        Self::RedirectedFromBridged,
        Self::SystemError,
    ];

    /// The value of `QueueResult` in a webhook.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bridged => "bridged",
            Self::BridgingInProcess => "bridging-in-process",
            Self::Error => "error",
            Self::HangUp => "hangup",
            Self::Leave => "leave",
            Self::QueueFull => "queue-full",
            Self::Redirected => "redirected",
            Self::RedirectedFromBridged => "redirected-from-bridged",
            Self::SystemError => "system-error",
        }
    }
}

/// Why a webhook is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Purpose {
    /// A verb's `action`.
    #[n(0)]
    Action,
    /// A fallback URL after an error.
    #[n(1)]
    Fallback,
    /// Partial speech.
    #[n(2)]
    PartialResult,
    /// A recording's status.
    #[n(3)]
    RecordingStatus,
    /// `<Redirect>`.
    #[n(4)]
    Redirect,
    /// A call's status.
    #[n(5)]
    StatusCallback,
    /// A live call was given a new URL.
    #[n(6)]
    Update,
    /// A call came in, or was answered.
    #[n(7)]
    Voice,
    /// What somebody hears who is to be connected (`url` of a noun).
    #[n(8)]
    Screening,
    /// Who answered a call.
    #[n(9)]
    MachineDetection,
    /// What somebody hears who waits in a queue or a conference.
    #[n(10)]
    Wait,
    /// The events of a conference.
    #[n(11)]
    ConferenceStatus,
    /// The other side asks to be transferred (`referUrl`).
    #[n(12)]
    Refer,
    /// A SIP recorder's status.
    #[n(16)]
    SiprecStatus,
    /// A media stream's status.
    #[n(17)]
    StreamStatus,
    /// A transcription: its status and its words.
    #[n(18)]
    TranscriptionEvent,
    /// How far a payment has come.
    #[n(20)]
    PaymentStatus,
    /// What became of a message.
    #[n(21)]
    MessageStatus,
    /// What was said in a recording.
    #[n(22)]
    Transcription,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: &'static [Self] = &[
        Self::Action,
        Self::ConferenceStatus,
        Self::Fallback,
        Self::MachineDetection,
        Self::MessageStatus,
        Self::PartialResult,
        Self::PaymentStatus,
        Self::RecordingStatus,
        Self::Redirect,
        Self::Refer,
        Self::Screening,
        Self::SiprecStatus,
        Self::StatusCallback,
        Self::StreamStatus,
        Self::TranscriptionEvent,
        Self::Transcription,
        Self::Update,
        Self::Voice,
        Self::Wait,
    ];

    /// The name used across process borders and in snapshots.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::ConferenceStatus => "conference-status",
            Self::Fallback => "fallback",
            Self::MachineDetection => "machine-detection",
            Self::MessageStatus => "message-status",
            Self::PartialResult => "partial-result",
            Self::PaymentStatus => "payment-status",
            Self::RecordingStatus => "recording-status",
            Self::Redirect => "redirect",
            Self::Refer => "refer",
            Self::Screening => "screening",
            Self::SiprecStatus => "siprec-status",
            Self::StatusCallback => "status-callback",
            Self::StreamStatus => "stream-status",
            Self::TranscriptionEvent => "transcription-event",
            Self::Transcription => "transcription",
            Self::Update => "update",
            Self::Voice => "voice",
            Self::Wait => "wait",
        }
    }
}

/// A webhook was requested.
#[derive(Clone, Debug, PartialEq)]
pub struct Requested {
    /// The step.
    pub reply: ReplyId,
    /// Why.
    pub purpose: Purpose,
    /// GET or POST.
    pub method: Method,
    /// Where, without credentials.
    pub url: Box<str>,
    /// What was sent, in order.
    pub form: Vec<(String, Pii)>,
}

/// A webhook answered, or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responded {
    /// The step.
    pub reply: ReplyId,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The reason, if there was none.
    pub failure: Option<&'static str>,
}

/// A dialled application gave the call back.
#[derive(Clone, Debug, PartialEq)]
pub struct Returned {
    /// The dialling side's view of the hop.
    pub child: CallSid,
    /// What is sent as `DialCallStatus`.
    pub status: CallStatus,
    /// Whether the caller was connected.
    pub bridged: bool,
    /// Seconds since the answer, if there was one.
    pub seconds: Option<u64>,
    /// The return values, without their prefix.
    pub parameters: Vec<(String, Pii)>,
}

/// A text frame of a `<ConversationRelay>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// Whether it came from the application; otherwise we sent it.
    pub received: bool,
    /// The frame.
    pub text: Pii,
}

/// Something that runs beside the document, or that `<Connect>` handed the caller to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// A `<ConversationRelay>`.
    ConversationRelay,
    /// A `<Recording>`.
    Recording,
    /// A `<Siprec>`.
    Siprec,
    /// A `<Stream>`.
    Stream,
    /// A `<Transcription>`.
    Transcription,
    /// A `<VirtualAgent>`.
    VirtualAgent,
}

impl Service {
    /// The name of its noun.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConversationRelay => "ConversationRelay",
            Self::Recording => "Recording",
            Self::Siprec => "Siprec",
            Self::Stream => "Stream",
            Self::Transcription => "Transcription",
            Self::VirtualAgent => "VirtualAgent",
        }
    }
}

/// What became of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceState {
    /// It could not be had, or broke.
    Failed,
    /// It runs.
    Started,
    /// It has ended.
    Stopped,
}

impl ServiceState {
    /// The name used across process borders.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Started => "started",
            Self::Stopped => "stopped",
        }
    }
}

/// Something beside the document started, stopped or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceChanged {
    /// What kind of thing it is.
    pub service: Service,
    /// Its name in the document, or its SID.
    pub name: Box<str>,
    /// What became of it.
    pub state: ServiceState,
}

/// A call's status changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChanged {
    /// To what.
    pub status: CallStatus,
}

/// A verb began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerbBegan {
    /// Its name.
    pub verb: &'static str,
    /// Line from 1.
    pub line: u32,
    /// Column from 1, in characters.
    pub column: u32,
    /// Its attributes as written and valid.
    pub attributes: Vec<(&'static str, Box<str>)>,
}
