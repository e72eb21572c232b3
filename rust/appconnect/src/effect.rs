//! What the engine asks for. Perform effects in the order given; answer each that carries a reply id.

mod stream;

pub use stream::{
    CloseRelay, CloseStream, OpenRelay, OpenStream, SendDtmf, SendRelay, StartAgent, StartSiprec,
    StartTranscription, StopAgent, StopSiprec, StopTranscription,
};

use crate::address::Address;
use crate::event::Event;
use crate::http::{Overrides, Request};
use crate::id::{AccountSid, CallSid, ConferenceSid, LegId, MessageSid, RecordingSid, ReplyId};
pub use crate::party::{Endpoint, EndpointKind, MachineDetection};
use crate::pii::{Concealed, Pii};
use crate::policy::Facts;
use crate::settlement::Settlement;

/// One thing to do outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Answer the caller's line.
    Answer(Answer),
    /// Let two lines hear each other.
    Bridge(Bridge),
    /// Close the socket of a `<ConversationRelay>`.
    CloseRelay(CloseRelay),
    /// Close the socket of a media stream.
    CloseStream(CloseStream),
    /// Change how somebody takes part in a conference.
    ChangeParticipant(ChangeParticipant),
    /// Make a payment; answer with a `ChargeDone`.
    Charge(Box<Charge>),
    /// Start listening for keys or speech.
    Collect(Collect),
    /// Keep what the caller does from everything that listens along, or stop keeping it.
    Conceal(Conceal),
    /// Ask the policy; answer with a `Verdict`.
    Consult(Consult),
    /// Place a call to somebody; what becomes of it is told by `Progress`.
    Dial(Dial),
    /// Make a request whose answer the call waits for.
    Fetch(Fetch),
    /// Let the caller hear what the caller says, or stop it.
    Echo(Echo),
    /// End the caller's line.
    HangUp(HangUp),
    /// Let a line take part in a conference.
    JoinConference(JoinConference),
    /// Take a line out of a conference.
    LeaveConference(LeaveConference),
    /// Make a request that no call waits for. Those of one call start in the order given.
    Notify(Notify),
    /// Open the socket of a `<ConversationRelay>`.
    OpenRelay(OpenRelay),
    /// Open the socket of a media stream.
    OpenStream(OpenStream),
    /// Play audio or tones to the caller.
    Play(Play),
    /// Ask the caller's SIP peer to go elsewhere; answer with `ReferProgress`.
    Refer(Refer),
    /// Record something for the timeline.
    Report(Event),
    /// Let the caller hear ringing, or stop it.
    Ringback(Ringback),
    /// Speak to the caller.
    Say(Say),
    /// Tell the application of a stream which keys were pressed.
    SendDtmf(SendDtmf),
    /// Send a text frame on the socket of a `<ConversationRelay>`.
    SendRelay(SendRelay),
    /// Send a text message; answer with a `MessageStatus`.
    SendMessage(SendMessage),
    /// Bill an ended call.
    Settle(Settlement),
    /// Hand the caller to a virtual agent.
    StartAgent(StartAgent),
    /// Start recording a conference.
    StartConferenceRecording(StartConferenceRecording),
    /// Start recording the caller.
    StartRecording(StartRecording),
    /// Send the audio to a SIP recorder.
    StartSiprec(StartSiprec),
    /// Write down what is said.
    StartTranscription(StartTranscription),
    /// Take the caller back from a virtual agent.
    StopAgent(StopAgent),
    /// Stop listening for speech.
    StopCollect(StopCollect),
    /// Stop recording a conference.
    StopConferenceRecording(StopConferenceRecording),
    /// Stop what is being spoken or played; no `MediaDone` is wanted for it.
    StopMedia(StopMedia),
    /// Stop recording; no `MediaDone` is wanted for it.
    StopRecording(StopRecording),
    /// Stop sending audio to a SIP recorder.
    StopSiprec(StopSiprec),
    /// Stop a transcription.
    StopTranscription(StopTranscription),
    /// Write down what was said in a recording; answer with `RecordingTranscribed`.
    Transcribe(Transcribe),
    /// Two lines no longer hear each other.
    Unbridge(Unbridge),
}

/// Make a request and answer with `HttpResponse` or `HttpFailure`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetch {
    /// Where the answer goes.
    pub reply: ReplyId,
    /// The call whose webhook it is.
    pub call: CallSid,
    /// The account that owns the webhook; connections are not shared between accounts.
    pub account: AccountSid,
    /// The whole request, signed.
    pub request: Request,
    /// Connect, read and total time of this exchange.
    pub overrides: Overrides,
}

/// A request that nobody waits for. Its outcome is wanted all the same: it is retried or reported by its rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Notify {
    /// Where the answer goes.
    pub reply: ReplyId,
    /// The call that it speaks of.
    pub call: CallSid,
    /// The account that owns the webhook.
    pub account: AccountSid,
    /// The conference whose event it tells: those of one conference start in the order given, too, whichever call they
    /// speak of.
    pub conference: Option<ConferenceSid>,
    /// The place in the order of the call's or the conference's status callbacks, from 0; absent for other notices.
    pub sequence: Option<u32>,
    /// The whole request, signed.
    pub request: Request,
    /// Connect, read and total time of this exchange.
    pub overrides: Overrides,
}

/// Answer the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The caller's line.
    pub leg: LegId,
}

/// Connect the media of two lines, both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridge {
    /// The line of the call that dialled.
    pub leg: LegId,
    /// The line that it is connected to.
    pub other: LegId,
}

/// Take the media of two lines apart. Not sent when one of them is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbridge {
    /// The line of the call that dialled.
    pub leg: LegId,
    /// The line that it was connected to.
    pub other: LegId,
}

/// Place a call. Its line is `leg` from now on; tell what becomes of it by `Progress`, and how it ends by `HungUp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// The new line. The engine makes its name, unless the call was placed through the API.
    pub leg: LegId,
    /// The call on it.
    pub call: CallSid,
    /// The account that places it.
    pub account: AccountSid,
    /// The line whose document dials; none for a call that was made through the API.
    pub parent: Option<LegId>,
    /// Whom to call.
    pub endpoint: Endpoint,
    /// Who calls: a number, `client:…`, `whatsapp:…` or a SIP user.
    pub from: Address,
    /// How long it may ring, in seconds. The engine keeps this time itself.
    pub timeout: u32,
    /// How to find out whether a person or a machine answers, if that is wanted.
    pub machine_detection: Option<MachineDetection>,
}

/// Let a line take part in a conference: it hears the others, and they hear it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of its own, not a state of the others"
)]
pub struct JoinConference {
    /// The line.
    pub leg: LegId,
    /// The call on it.
    pub call: CallSid,
    /// The account whose conference it is.
    pub account: AccountSid,
    /// The conference; it is there from the first line to the last.
    pub conference: ConferenceSid,
    /// Whether the others do not hear it.
    pub muted: bool,
    /// Whether it neither hears nor is heard.
    pub hold: bool,
    /// Whether only `coached` hears it.
    pub coaching: bool,
    /// The line that alone hears this one; none when that one is gone.
    pub coached: Option<LegId>,
    /// Whether the others hear a beep.
    pub beep: bool,
    /// How much is buffered against jitter: `small`, `medium`, `large` or `off`.
    pub jitter_buffer: Box<str>,
    /// Where the conference is mixed, if its first participant said so, for instance `ie1`.
    pub region: Option<Box<str>>,
}

/// Change how somebody takes part in a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeParticipant {
    /// The line.
    pub leg: LegId,
    /// The conference that it is in.
    pub conference: ConferenceSid,
    /// Whether the others do not hear it.
    pub muted: bool,
    /// Whether it neither hears nor is heard.
    pub hold: bool,
    /// Whether only `coached` hears it.
    pub coaching: bool,
    /// The line that alone hears this one; none when that one is gone.
    pub coached: Option<LegId>,
}

/// Take a line out of a conference. It may be gone already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveConference {
    /// The line.
    pub leg: LegId,
    /// The conference that it was in.
    pub conference: ConferenceSid,
    /// Whether the others hear a beep.
    pub beep: bool,
}

/// Start to record all of a conference on one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartConferenceRecording {
    /// The conference.
    pub conference: ConferenceSid,
    /// The account that owns the recording.
    pub account: AccountSid,
    /// The recording.
    pub recording: RecordingSid,
    /// Whether silence at both ends is cut off.
    pub trim: bool,
}

/// Stop recording a conference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopConferenceRecording {
    /// The conference.
    pub conference: ConferenceSid,
    /// The recording.
    pub recording: RecordingSid,
}

/// End the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HangUp {
    /// The caller's line.
    pub leg: LegId,
    /// Why.
    pub cause: HangUpCause,
}

/// Why the engine ends a line; what a carrier's signalling says to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HangUpCause {
    /// Busy (SIP 486).
    Busy,
    /// The engine or an application failed (SIP 500).
    Error,
    /// The ordinary end.
    Normal,
    /// Nothing in the registry answers to what was dialled (SIP 404).
    NotFound,
    /// Refused, or never answered (SIP 404 for `<Reject>`, `twiml-voice.md` section 1.1).
    Rejected,
}

impl HangUpCause {
    /// Every cause.
    pub const ALL: &'static [Self] = &[Self::Busy, Self::Error, Self::Normal, Self::NotFound, Self::Rejected];

    /// The name used across process borders.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Error => "error",
            Self::Normal => "normal",
            Self::NotFound => "not-found",
            Self::Rejected => "rejected",
        }
    }
}

/// Speak a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// Answer with `MediaDone` when it has been spoken.
    pub reply: ReplyId,
    /// The caller's line.
    pub leg: LegId,
    /// The call whose application speaks.
    pub call: CallSid,
    /// The words, white space collapsed.
    pub text: Box<str>,
    /// The inner SSML, when the document has any.
    pub ssml: Option<Box<str>>,
    /// Pauses that SSML breaks add, in milliseconds a round.
    pub breaks_ms: u32,
    /// The voice.
    pub voice: Box<str>,
    /// A BCP-47 language.
    pub language: Box<str>,
    /// How often, 1 to 1,000.
    pub rounds: u32,
}

/// Play audio, or keypad tones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    /// Answer with `MediaDone` when it has been played.
    pub reply: ReplyId,
    /// The caller's line.
    pub leg: LegId,
    /// The call whose application plays.
    pub call: CallSid,
    /// What to play.
    pub source: PlaySource,
    /// How often, 1 to 1,000.
    pub rounds: u32,
}

/// What a `Play` plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaySource {
    /// Keypad tones: `0-9 A-D # *`, `w` 0.5 s and `W` 1 s of silence.
    Tones(Box<str>),
    /// An audio file at this absolute URL.
    Url(Box<str>),
}

/// Make a payment with what the caller keyed in, or a token for later payments when there is no amount. Answer with
/// `ChargeDone`.
///
/// It holds the card: give it to the payment gateway and to nobody else, and write it nowhere. The reply id stays the
/// same if the effect is performed again after a crash: use it as the gateway's idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Where the answer goes.
    pub reply: ReplyId,
    /// The call whose `<Pay>` it is.
    pub call: CallSid,
    /// The account that is paid.
    pub account: AccountSid,
    /// The name of the account's connector to a payment gateway.
    pub connector: Box<str>,
    /// `credit-card` or `ach-debit`.
    pub method: Box<str>,
    /// What the caller keyed in.
    pub details: PaymentDetails,
    /// A decimal number greater than 0, as the document wrote it; none for a token.
    pub amount: Option<Box<str>>,
    /// The currency of the amount, for instance `usd`.
    pub currency: Box<str>,
    /// `one-time`, `reusable` or `payment-method`: which token, when there is no amount.
    pub token_type: Box<str>,
    /// What the document says of the payment.
    pub description: Option<Box<str>>,
    /// The `<Parameter>`s of the document, for the gateway.
    pub parameters: Vec<(String, Pii)>,
    /// How long the engine waits for the answer, in milliseconds; then the payment counts as failed.
    pub timeout_ms: u64,
}

/// What is needed to take money from a card or a bank account; only what was asked for is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentDetails {
    /// 12 to 19 digits.
    pub card_number: Option<Concealed>,
    /// The type by the number, for instance `visa`.
    pub card_type: Option<Box<str>>,
    /// `MMYY`.
    pub expiration_date: Option<Concealed>,
    /// Three digits; four of an `amex`.
    pub security_code: Option<Concealed>,
    /// As keyed in, or as the document gave it.
    pub postal_code: Option<Concealed>,
    /// Nine digits.
    pub bank_routing_number: Option<Concealed>,
    /// 4 to 17 digits.
    pub bank_account_number: Option<Concealed>,
    /// For instance `consumer-checking`.
    pub bank_account_type: Option<Box<str>>,
}

/// While on, nothing that listens along may learn what the caller does: recordings of the line hold silence in its
/// place, streams and transcriptions get silence and no keys. What begins meanwhile is under it too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conceal {
    /// The caller's line.
    pub leg: LegId,
    /// Start or stop.
    pub on: bool,
}

/// Give the caller's own voice back to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Echo {
    /// The caller's line.
    pub leg: LegId,
    /// The call whose application asks for it.
    pub call: CallSid,
    /// Start or stop.
    pub on: bool,
}

/// Send a SIP REFER to the caller's peer. Answer with `ReferProgress`: its response, then what its NOTIFYs say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refer {
    /// Where the answers go.
    pub reply: ReplyId,
    /// The caller's line.
    pub leg: LegId,
    /// The call whose application asks for it.
    pub call: CallSid,
    /// The SIP URI to go to, without its headers.
    pub target: Address,
    /// The headers that go with it, by name.
    pub headers: Vec<(String, Pii)>,
}

/// Send a text message. Answer with `MessageStatus` when it was sent, or could not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendMessage {
    /// Where the answer goes.
    pub reply: ReplyId,
    /// The call whose application sends it.
    pub call: CallSid,
    /// The account that sends it.
    pub account: AccountSid,
    /// The message.
    pub message: MessageSid,
    /// The number it comes from.
    pub from: Pii,
    /// The number it goes to.
    pub to: Pii,
    /// The text, 1 to 1,600 characters.
    pub body: Pii,
}

/// Write down what was said in a recording that has ended. Answer with `RecordingTranscribed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcribe {
    /// Where the answer goes.
    pub reply: ReplyId,
    /// The line that was recorded; it may be gone.
    pub leg: LegId,
    /// The call that owns the recording.
    pub call: CallSid,
    /// The account that owns it.
    pub account: AccountSid,
    /// The recording.
    pub recording: RecordingSid,
}

/// Let the caller hear ringing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ringback {
    /// The caller's line.
    pub leg: LegId,
    /// Start or stop.
    pub on: bool,
    /// The country whose tone it is; none for the carrier's own.
    pub tone: Option<Box<str>>,
}

/// Listen to the caller. Keys arrive as `Digits` whether or not anybody listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collect {
    /// The caller's line.
    pub leg: LegId,
    /// The call whose application listens.
    pub call: CallSid,
    /// Whether keys are wanted.
    pub digits: bool,
    /// How to recognise speech, if it is wanted.
    pub speech: Option<SpeechOptions>,
}

/// What a recogniser needs to know (`twiml-voice.md` section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeechOptions {
    /// A BCP-47 language.
    pub language: Box<str>,
    /// Phrases to expect.
    pub hints: Box<str>,
    /// The recogniser's model.
    pub model: Box<str>,
    /// Whether to mask profanities.
    pub profanity_filter: bool,
    /// Silence after speech that ends it, in seconds; none for the first pause.
    pub speech_timeout: Option<u32>,
    /// Whether partial results are wanted.
    pub partial_results: bool,
}

/// Stop listening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopCollect {
    /// The caller's line.
    pub leg: LegId,
}

/// Stop speech and audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopMedia {
    /// The caller's line.
    pub leg: LegId,
}

/// Start to record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartRecording {
    /// Answer with `MediaDone` when silence ended it; it says so where nothing was heard before.
    pub reply: ReplyId,
    /// The caller's line.
    pub leg: LegId,
    /// The call that owns the recording.
    pub call: CallSid,
    /// The recording.
    pub recording: RecordingSid,
    /// Whether a beep comes first.
    pub beep: bool,
    /// Silence that ends the recording, in seconds; none for never.
    pub silence_timeout: Option<u32>,
    /// Whether silence at both ends is cut off.
    pub trim: bool,
    /// One channel a party instead of one for both; only when both are recorded.
    pub dual: bool,
    /// Who is recorded: `inbound` (the caller), `outbound` (whom the caller hears) or `both`.
    pub track: Box<str>,
}

/// Stop recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopRecording {
    /// The caller's line.
    pub leg: LegId,
    /// The recording.
    pub recording: RecordingSid,
}

/// Ask a programmable rule; answer with a `Verdict`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consult {
    /// Where the verdict goes.
    pub reply: ReplyId,
    /// What the rule may look at.
    pub facts: Facts,
    /// How long the engine waits for the verdict, in milliseconds; then the answer is no.
    pub timeout_ms: u64,
}
