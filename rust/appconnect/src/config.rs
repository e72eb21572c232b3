//! Every choice where nobody knows what Twilio does, in one place, with the default that the specification decided.
//!
//! `application-connect.md` (DECIDED and REC lines) and `twiml-voice.md` sections 8 and 10 name each of them.

use crate::http::Url;
use crate::policy::Limits;
use crate::settlement::Rates;

/// How the engine behaves where it has a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, not a state of the others")]
pub struct Config {
    /// Hops, legs, documents and time that one root call may use.
    pub limits: Limits,
    /// Prices.
    pub rates: Rates,
    /// Whether each connection between accounts is put to a programmable policy (`Consult`).
    pub consult: bool,
    /// How long a `Consult` may take, in milliseconds; then the answer is no.
    pub consult_timeout_ms: u64,
    /// What the dialling side sees when the webhook and the fallback of a dialled application fail.
    pub failed_application: FailedApplication,
    /// The status of a call whose first document is empty.
    pub empty_document: EmptyDocument,
    /// When a dialled application is told the SID of the dialling side's call.
    pub expose_parent_call_sid: ExposeParent,
    /// What the geography parameters of a phone call hold when nothing is known.
    pub geography: Geography,
    /// What a `<Play>` that cannot be played does to the call.
    pub play_failure: PlayFailure,
    /// Whether `Param_*` are repeated on every request of a dialled application.
    pub repeat_parameters: bool,
    /// Whether a dialled application is told the true account behind the call (`AppConnect_SenderAccountSid`).
    pub sender_account: bool,
    /// Whether requests carry a second, unambiguous and time-stamped signature (`webhook-signature`).
    pub standard_webhooks: bool,
    /// Whether form bodies say `; charset=UTF-8`.
    pub charset_suffix: bool,
    /// Which caller IDs a document may use for a call to a phone number.
    pub caller_id: CallerIdRule,
    /// How long the connector of a `<Pay>` may take, in milliseconds; then the payment has failed.
    pub charge_timeout_ms: u64,
    /// What an `<Echo>` does.
    pub echo: Echo,
    /// Whether the `action` of a `<Pay>` may be http. Twilio refuses it (64016); for development.
    pub pay_over_http: bool,
    /// Whether a `<Dial>` that breaks a rule fails, instead of doing what it can with a warning.
    pub strict: bool,
    /// Seconds that are added to the timeout of a `<Dial>` (real networks add about 5).
    pub dial_timeout_buffer: u64,
    /// Milliseconds in which the socket of a stream or relay must be open, name resolution and TLS included. Twilio's
    /// own figure is not known; this is the connect time of a webhook (`webhooks.md` section 7.1).
    pub socket_connect_ms: u32,
    /// Characters a second that count as spoken when the caller interrupts a `<ConversationRelay>`: what
    /// `utteranceUntilInterrupt` holds. Media planes do not tell how far they came; this is the pace of simulated
    /// speech (`twiml-voice.md` section 8).
    pub relay_characters_per_second: u32,
    /// Where recordings are served: `RecordingUrl` is this, `/2010-04-01/Accounts/AC…/Recordings/RE…`.
    pub recording_base: Box<str>,
    /// The audio that a caller hears who waits in a queue or for a conference, where the document names no `waitUrl`;
    /// silence without it. (Twilio plays a list of its own.)
    pub hold_music: Option<Url>,
    /// What becomes of a `<Dial>` to a queue that nobody has joined yet.
    pub missing_queue: MissingQueue,
    /// Whether the timeline is reported. Problems are, always.
    pub timeline: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            rates: Rates::default(),
            consult: false,
            consult_timeout_ms: 5_000,
            failed_application: FailedApplication::Failed,
            empty_document: EmptyDocument::Completed,
            expose_parent_call_sid: ExposeParent::SameAccount,
            geography: Geography::Empty,
            play_failure: PlayFailure::Fallback,
            repeat_parameters: false,
            sender_account: false,
            standard_webhooks: true,
            charset_suffix: false,
            caller_id: CallerIdRule::Owned,
            charge_timeout_ms: 60_000,
            echo: Echo::Skip,
            pay_over_http: false,
            strict: false,
            dial_timeout_buffer: 0,
            socket_connect_ms: 5_000,
            relay_characters_per_second: 15,
            recording_base: "https://api.appconnect.invalid".into(),
            hold_music: None,
            missing_queue: MissingQueue::Failed,
            timeline: false,
        }
    }
}

/// One table for each choice: its variants with the names used across process borders.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $wire:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// The name used across process borders.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The choice with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($wire => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

choice! {
    /// `twiml-voice.md` section 6, `callerId`.
    CallerIdRule {
        /// Any; for whoever has verified numbers that the registry does not know.
        Any = "any",
        /// The parties of the call, and the numbers of its account.
        Owned = "owned",
    }
}

choice! {
    /// `application-connect.md` section 6.1.
    FailedApplication {
        /// `DialCallStatus=failed`.
        Failed = "failed",
        /// The caller hears that the application failed; `completed`.
        PlayError = "play-error",
    }
}

choice! {
    /// `twiml-voice.md` section 3.
    Echo {
        /// The caller hears what the caller says, until the end of the call.
        Echo = "echo",
        /// The next verb runs, with a warning.
        Skip = "skip",
    }
}

choice! {
    /// `application-connect.md` section 5.1.
    EmptyDocument {
        /// Answered and ended at once.
        Completed = "completed",
        /// Never answered.
        NoAnswer = "no-answer",
    }
}

choice! {
    /// `application-connect.md` section 4, `ParentCallSid`.
    ExposeParent {
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
        /// Only within one account, where it can be fetched.
        SameAccount = "same-account",
    }
}

choice! {
    /// `webhooks.md` section 13.
    Geography {
        /// Sixteen empty parameters, as captured requests have.
        Empty = "empty",
        /// None.
        Omit = "omit",
    }
}

choice! {
    /// `twiml-voice.md` section 6.4.
    MissingQueue {
        /// `DialCallStatus=failed`.
        Failed = "failed",
        /// It waits for the first caller, as in a queue that is empty.
        Wait = "wait",
    }
}

choice! {
    /// `twiml-voice.md` section 3.
    PlayFailure {
        /// The document fails: the fallback URL takes over.
        Fallback = "fallback",
        /// The next verb runs.
        Skip = "skip",
    }
}
