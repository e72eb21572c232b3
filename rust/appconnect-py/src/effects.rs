//! The effects as Python classes.

mod stream;

pub(crate) use stream::{
    CloseRelay, CloseStream, OpenRelay, OpenStream, SendDtmf, SendRelay, SocketRequest, StartAgent,
    StartSiprec, StartTranscription, StopAgent, StopSiprec, StopTranscription,
};

use appconnect::address::Address;
use appconnect::effect as core;
use appconnect::id::{
    AccountSid, ApplicationSid, CallSid, ConferenceSid, LegId, MessageSid, RecordingSid, ReplyId,
};
use appconnect::pii::{Concealed, Pii};
use appconnect::policy;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::type_hint_union;
use pyo3::types::PyList;

use crate::events::Report;
use crate::field::{Hidden, Wrap, list_of};
use crate::request::Request;
use crate::settlement::Settle;
use crate::value::{Child, value};

value! {
    /// Answer the caller's line.
    Answer from core::Answer {
        /// The caller's line.
        leg: LegId,
    }
}

value! {
    /// Connect the media of two lines, both ways.
    Bridge from core::Bridge {
        /// The line of the call that dialled.
        leg: LegId,
        /// The line that it is connected to.
        other: LegId,
    }
}

value! {
    /// Change how somebody takes part in a conference.
    ChangeParticipant from core::ChangeParticipant {
        /// The line.
        leg: LegId,
        /// The conference that it is in.
        conference: ConferenceSid,
        /// Whether the others do not hear it.
        muted: bool,
        /// Whether it neither hears nor is heard.
        hold: bool,
        /// Whether only `coached` hears it.
        coaching: bool,
        /// The line that alone hears this one; none when that one is gone.
        coached: Option<LegId>,
    }
}

value! {
    /// What is needed to take money from a card or a bank account; only what was asked for is there. `repr` shows
    /// none of what the caller keyed in.
    PaymentDetails from core::PaymentDetails {
        /// 12 to 19 digits.
        card_number: Option<Concealed>,
        /// The type by the number, for instance `visa`.
        card_type: Option<Box<str>>,
        /// `MMYY`.
        expiration_date: Option<Concealed>,
        /// Three digits; four of an `amex`.
        security_code: Option<Concealed>,
        /// As keyed in, or as the document gave it.
        postal_code: Option<Concealed>,
        /// Nine digits.
        bank_routing_number: Option<Concealed>,
        /// 4 to 17 digits.
        bank_account_number: Option<Concealed>,
        /// For instance `consumer-checking`.
        bank_account_type: Option<Box<str>>,
    }
}

value! {
    /// Let a line take part in a conference: it hears the others, and they hear it.
    JoinConference from core::JoinConference {
        /// The line.
        leg: LegId,
        /// The call on it.
        call: CallSid,
        /// The account whose conference it is.
        account: AccountSid,
        /// The conference; it is there from the first line to the last.
        conference: ConferenceSid,
        /// Whether the others do not hear it.
        muted: bool,
        /// Whether it neither hears nor is heard.
        hold: bool,
        /// Whether only `coached` hears it.
        coaching: bool,
        /// The line that alone hears this one; none when that one is gone.
        coached: Option<LegId>,
        /// Whether the others hear a beep.
        beep: bool,
        /// How much is buffered against jitter: `small`, `medium`, `large` or `off`.
        jitter_buffer: Box<str>,
        /// Where the conference is mixed, if its first participant said so, for instance `ie1`.
        region: Option<Box<str>>,
    }
}

value! {
    /// Make a payment with what the caller keyed in, or a token for later payments when there is no amount; answer
    /// with `ChargeDone`. It holds the card: give it to the payment gateway and to nobody else, and write it nowhere.
    /// `reply` stays the same if the effect is performed again: use it as the gateway's idempotency key.
    Charge {
        /// Where the answer goes.
        reply: ReplyId,
        /// The call whose `<Pay>` it is.
        call: CallSid,
        /// The account that is paid.
        account: AccountSid,
        /// The name of the account's connector to a payment gateway.
        connector: Box<str>,
        /// `credit-card` or `ach-debit`.
        method: Box<str>,
        /// What the caller keyed in.
        details: Child<PaymentDetails>,
        /// A decimal number greater than 0, as the document wrote it; none for a token.
        amount: Option<Box<str>>,
        /// The currency of the amount, for instance `usd`.
        currency: Box<str>,
        /// `one-time`, `reusable` or `payment-method`: which token, when there is no amount.
        token_type: Box<str>,
        /// What the document says of the payment.
        description: Option<Box<str>>,
        /// The `<Parameter>`s of the document, for the gateway.
        parameters: Vec<(String, Pii)>,
        /// How long the engine waits for the answer, in milliseconds; then the payment counts as failed.
        timeout_ms: u64,
    }
}

impl Wrap<Box<core::Charge>> for Charge {
    fn wrap(py: Python<'_>, charge: Box<core::Charge>) -> PyResult<Self> {
        let core::Charge {
            reply,
            call,
            account,
            connector,
            method,
            details,
            amount,
            currency,
            token_type,
            description,
            parameters,
            timeout_ms,
        } = *charge;
        let details = Child::wrap(py, details)?;
        Ok(Self {
            reply,
            call,
            account,
            connector,
            method,
            details,
            amount,
            currency,
            token_type,
            description,
            parameters,
            timeout_ms,
        })
    }
}

value! {
    /// Take a line out of a conference. It may be gone already.
    LeaveConference from core::LeaveConference {
        /// The line.
        leg: LegId,
        /// The conference that it was in.
        conference: ConferenceSid,
        /// Whether the others hear a beep.
        beep: bool,
    }
}

value! {
    /// While on, nothing that listens along may learn what the caller does: recordings of the line hold silence in
    /// its place, streams and transcriptions get silence and no keys. What begins meanwhile is under it too.
    Conceal from core::Conceal {
        /// The caller's line.
        leg: LegId,
        /// Start or stop.
        on: bool,
    }
}

value! {
    /// Start to record all of a conference on one channel.
    StartConferenceRecording from core::StartConferenceRecording {
        /// The conference.
        conference: ConferenceSid,
        /// The account that owns the recording.
        account: AccountSid,
        /// The recording.
        recording: RecordingSid,
        /// Whether silence at both ends is cut off.
        trim: bool,
    }
}

value! {
    /// Stop recording a conference.
    StopConferenceRecording from core::StopConferenceRecording {
        /// The conference.
        conference: ConferenceSid,
        /// The recording.
        recording: RecordingSid,
    }
}

value! {
    /// Give the caller's own voice back to the caller, or stop it.
    Echo from core::Echo {
        /// The caller's line.
        leg: LegId,
        /// The call whose application asks for it.
        call: CallSid,
        /// Start or stop.
        on: bool,
    }
}

value! {
    /// Send a SIP REFER to the caller's peer; answer with `ReferProgress`: its response, then what its NOTIFYs say.
    Refer from core::Refer {
        /// Where the answers go.
        reply: ReplyId,
        /// The caller's line.
        leg: LegId,
        /// The call whose application asks for it.
        call: CallSid,
        /// The SIP URI to go to, without its headers.
        target: Address,
        /// The headers that go with it, by name.
        headers: Vec<(String, Pii)>,
    }
}

value! {
    /// Send a text message; answer with `MessageStatus` when it was sent, or could not be.
    SendMessage from core::SendMessage {
        /// Where the answer goes.
        reply: ReplyId,
        /// The call whose application sends it.
        call: CallSid,
        /// The account that sends it.
        account: AccountSid,
        /// The message.
        message: MessageSid,
        /// The number it comes from.
        from_ (from): Pii,
        /// The number it goes to.
        to: Pii,
        /// The text, 1 to 1,600 characters.
        body: Pii,
    }
}

value! {
    /// Write down what was said in a recording that has ended; answer with `RecordingTranscribed`.
    Transcribe from core::Transcribe {
        /// Where the answer goes.
        reply: ReplyId,
        /// The line that was recorded; it may be gone.
        leg: LegId,
        /// The call that owns the recording.
        call: CallSid,
        /// The account that owns it.
        account: AccountSid,
        /// The recording.
        recording: RecordingSid,
    }
}

value! {
    /// What a recogniser needs to know.
    SpeechOptions from core::SpeechOptions {
        /// A BCP-47 language.
        language: Box<str>,
        /// Phrases to expect.
        hints: Box<str>,
        /// The recogniser's model.
        model: Box<str>,
        /// Whether to mask profanities.
        profanity_filter: bool,
        /// Silence after speech that ends it, in seconds; none for the first pause.
        speech_timeout: Option<u32>,
        /// Whether partial results are wanted.
        partial_results: bool,
    }
}

impl Wrap<Option<core::SpeechOptions>> for Option<Child<SpeechOptions>> {
    fn wrap(py: Python<'_>, value: Option<core::SpeechOptions>) -> PyResult<Self> {
        value.map(|options| Child::wrap(py, options)).transpose()
    }
}

value! {
    /// Start listening to the caller. Keys are told as `Digits` whether or not anybody listens.
    Collect from core::Collect {
        /// The caller's line.
        leg: LegId,
        /// The call whose application listens.
        call: CallSid,
        /// Whether keys are wanted.
        digits: bool,
        /// How to recognise speech, if it is wanted.
        speech: Option<Child<SpeechOptions>>,
    }
}

value! {
    /// What a programmable rule may look at. Only the accounts, the application and the hop count are established by
    /// the platform; the rest is whatever the dialling side wrote, and proves nothing.
    Facts from policy::Facts {
        /// Where the rule is asked.
        point: policy::Point,
        /// The account whose document dials.
        caller_account: AccountSid,
        /// The account that owns the application.
        callee_account: AccountSid,
        /// The dialled application.
        application: ApplicationSid,
        /// `From` as the application will see it.
        from_ (from): Address,
        /// `To` as the application will see it.
        to: Address,
        /// `CustomerId` as the application will see it.
        customer_id: Pii,
        /// How many applications this line has been handed through already.
        hops: u32,
        /// The `<Parameter>`s in document order: names without the `Param_` prefix, and values.
        parameters: Vec<(String, Pii)>,
    }
}

value! {
    /// Ask the policy; answer with a `Verdict`.
    Consult from core::Consult {
        /// Where the verdict goes.
        reply: ReplyId,
        /// What the rule may look at.
        facts: Child<Facts>,
        /// How long the engine waits for the verdict, in milliseconds; then the answer is no.
        timeout_ms: u64,
    }
}

value! {
    /// Whom a `Dial` calls.
    Endpoint from core::Endpoint {
        /// What kind of party it is.
        kind: core::EndpointKind,
        /// A phone number, `client:name`, a SIP URI without its headers, a SIM's SID, or `whatsapp:` and a number.
        address: Address,
        /// What a client is told, by name; the headers of a SIP request.
        parameters: Vec<(String, Pii)>,
        /// The user of a SIP URI that wants credentials.
        username: Option<Box<str>>,
        /// The password of a SIP URI that wants credentials.
        password: Option<Hidden>,
    }
}

value! {
    /// How to find out whether a person or a machine answers. Answer with `MachineDetected`.
    MachineDetection from core::MachineDetection {
        /// Whether to wait for the end of a machine's greeting.
        message_end: bool,
        /// Seconds after which the answer is `unknown`, 3 to 60.
        timeout: u32 = 30,
        /// Milliseconds of speech that make it a machine, 1,000 to 6,000.
        speech_threshold: u32 = 2400,
        /// Milliseconds of silence after speech that make it a person, 500 to 5,000.
        speech_end_threshold: u32 = 1200,
        /// Milliseconds of silence at the beginning after which the answer is `unknown`, 2,000 to 10,000.
        silence_timeout: u32 = 5000,
    }
}

impl Wrap<Option<core::MachineDetection>> for Option<Child<MachineDetection>> {
    fn wrap(py: Python<'_>, value: Option<core::MachineDetection>) -> PyResult<Self> {
        value.map(|options| Child::wrap(py, options)).transpose()
    }
}

value! {
    /// Place a call. Its line is `leg` from now on: tell what becomes of it by `Progress`, and its end by `HungUp`.
    Dial from core::Dial {
        /// The new line.
        leg: LegId,
        /// The call on it.
        call: CallSid,
        /// The account that places it.
        account: AccountSid,
        /// The line whose document dials; none for a call that was made through the API.
        parent: Option<LegId>,
        /// Whom to call.
        endpoint: Child<Endpoint>,
        /// Who calls.
        from_ (from): Address,
        /// How long it may ring, in seconds. The engine keeps this time itself.
        timeout: u32,
        /// How to find out who answers, if that is wanted.
        machine_detection: Option<Child<MachineDetection>>,
    }
}

value! {
    /// Make a request whose answer the call waits for; answer with `HttpResponse` or `HttpFailure`.
    Fetch {
        /// Where the answer goes.
        reply: ReplyId,
        /// The call whose webhook it is.
        call: CallSid,
        /// The account that owns the webhook; connections are not shared between accounts.
        account: AccountSid,
        /// The whole request, signed.
        request: Child<Request>,
    }
}

impl Wrap<core::Fetch> for Fetch {
    fn wrap(py: Python<'_>, fetch: core::Fetch) -> PyResult<Self> {
        let core::Fetch { reply, call, account, request, overrides } = fetch;
        let request = Child(Py::new(py, Request { inner: request, overrides, account })?);
        Ok(Self { reply, call, account, request })
    }
}

value! {
    /// End the caller's line.
    HangUp from core::HangUp {
        /// The caller's line.
        leg: LegId,
        /// Why: what a carrier's signalling says to the caller.
        cause: core::HangUpCause,
    }
}

value! {
    /// Make a request that no call waits for; those of one call start in the order given. Answer it all the same.
    Notify {
        /// Where the answer goes.
        reply: ReplyId,
        /// The call that it speaks of.
        call: CallSid,
        /// The account that owns the webhook.
        account: AccountSid,
        /// The conference whose event it tells: those of one conference start in the order given, too, whichever call they
        /// speak of.
        conference: Option<ConferenceSid>,
        /// The place in the order of the call's or the conference's status callbacks, from 0; absent for other notices.
        sequence: Option<u32>,
        /// The whole request, signed.
        request: Child<Request>,
    }
}

impl Wrap<core::Notify> for Notify {
    fn wrap(py: Python<'_>, notify: core::Notify) -> PyResult<Self> {
        let core::Notify { reply, call, account, conference, sequence, request, overrides } = notify;
        let request = Child(Py::new(py, Request { inner: request, overrides, account })?);
        Ok(Self { reply, call, account, conference, sequence, request })
    }
}

value! {
    /// Play audio or tones to the caller: exactly one of `url` and `tones`.
    Play {
        /// Answer with `MediaDone` when it has been played.
        reply: ReplyId,
        /// The caller's line.
        leg: LegId,
        /// The call whose application plays.
        call: CallSid,
        /// An audio file at this absolute URL.
        url: Option<Box<str>>,
        /// Keypad tones: `0-9 A-D # *`, `w` 0.5 s and `W` 1 s of silence.
        tones: Option<Box<str>>,
        /// How often, 1 to 1,000.
        rounds: u32,
    }
}

impl Wrap<core::Play> for Play {
    fn wrap(_: Python<'_>, play: core::Play) -> PyResult<Self> {
        let core::Play { reply, leg, call, source, rounds } = play;
        let (url, tones) = match source {
            core::PlaySource::Url(url) => (Some(url), None),
            core::PlaySource::Tones(tones) => (None, Some(tones)),
        };
        Ok(Self { reply, leg, call, url, tones, rounds })
    }
}

value! {
    /// Let the caller hear ringing, or stop it.
    Ringback from core::Ringback {
        /// The caller's line.
        leg: LegId,
        /// Start or stop.
        on: bool,
        /// The country whose tone it is; none for the carrier's own.
        tone: Option<Box<str>>,
    }
}

value! {
    /// Speak to the caller.
    Say from core::Say {
        /// Answer with `MediaDone` when it has been spoken.
        reply: ReplyId,
        /// The caller's line.
        leg: LegId,
        /// The call whose application speaks.
        call: CallSid,
        /// The words, white space collapsed.
        text: Box<str>,
        /// The inner SSML, when the document has any.
        ssml: Option<Box<str>>,
        /// Pauses that SSML breaks add, in milliseconds a round.
        breaks_ms: u32,
        /// The voice.
        voice: Box<str>,
        /// A BCP-47 language.
        language: Box<str>,
        /// How often, 1 to 1,000.
        rounds: u32,
    }
}

value! {
    /// Start recording the caller.
    StartRecording from core::StartRecording {
        /// Answer with `MediaDone` when silence ended it; as `"silent"` where nothing was heard before.
        reply: ReplyId,
        /// The caller's line.
        leg: LegId,
        /// The call that owns the recording.
        call: CallSid,
        /// The recording.
        recording: RecordingSid,
        /// Whether a beep comes first.
        beep: bool,
        /// Silence that ends the recording, in seconds; none for never.
        silence_timeout: Option<u32>,
        /// Whether silence at both ends is cut off.
        trim: bool,
        /// One channel a party instead of one for both; only when both are recorded.
        dual: bool,
        /// Who is recorded: `inbound` (the caller), `outbound` (whom the caller hears) or `both`.
        track: Box<str>,
    }
}

value! {
    /// Stop listening for speech.
    StopCollect from core::StopCollect {
        /// The caller's line.
        leg: LegId,
    }
}

value! {
    /// Stop what is being spoken or played; no `MediaDone` is wanted for it.
    StopMedia from core::StopMedia {
        /// The caller's line.
        leg: LegId,
    }
}

value! {
    /// Stop recording; no `MediaDone` is wanted for it.
    StopRecording from core::StopRecording {
        /// The caller's line.
        leg: LegId,
        /// The recording.
        recording: RecordingSid,
    }
}

value! {
    /// Take the media of two lines apart. Not sent when one of them is gone.
    Unbridge from core::Unbridge {
        /// The line of the call that dialled.
        leg: LegId,
        /// The line that it was connected to.
        other: LegId,
    }
}

/// Effects on their way out.
pub(crate) struct Effects(pub(crate) Vec<core::Effect>);

/// One of them.
struct Object(core::Effect);

/// One line for each effect: its Python class.
macro_rules! effects {
    ($($variant:ident),*) => {
        const EFFECT: PyStaticExpr = type_hint_union!($(<$variant as IntoPyObject>::OUTPUT_TYPE),*);

        impl<'py> IntoPyObject<'py> for Object {
            type Target = PyAny;
            type Output = Bound<'py, PyAny>;
            type Error = PyErr;

            const OUTPUT_TYPE: PyStaticExpr = EFFECT;

            fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                match self.0 {
                    $(core::Effect::$variant(effect) => {
                        Ok(Bound::new(py, <$variant as Wrap<_>>::wrap(py, effect)?)?.into_any())
                    })*
                }
            }
        }
    };
}

effects! {
        Answer, Bridge, ChangeParticipant, Charge, CloseRelay, CloseStream, Collect, Conceal, Consult, Dial, Echo, Fetch, HangUp, JoinConference, LeaveConference, Notify, OpenRelay, OpenStream, Play, Refer, Report, Ringback, Say, SendDtmf, SendMessage, SendRelay, Settle, StartAgent, StartConferenceRecording, StartRecording, StartSiprec, StartTranscription, StopAgent, StopCollect, StopConferenceRecording, StopMedia, StopRecording, StopSiprec, StopTranscription, Transcribe, Unbridge
}

impl<'py> IntoPyObject<'py> for Effects {
    type Target = PyList;
    type Output = Bound<'py, PyList>;
    type Error = PyErr;

    const OUTPUT_TYPE: PyStaticExpr = list_of!(EFFECT);

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.0.into_iter().map(Object))
    }
}
