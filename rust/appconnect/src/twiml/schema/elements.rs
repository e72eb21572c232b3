//! The table: every element of voice TwiML, what it takes, and what its attributes mean.
//!
//! Facts: `twiml-voice.md` sections 1.1, 2 to 7 and 9, `application-connect.md` section 1, and the schema that
//! the vendor's libraries are generated from. Codes: `webhooks.md` section 12.2. Times are in seconds unless
//! a line says otherwise.

use super::attributes::{Attribute, AttributeRow};
use super::values::ValueType;
use super::words::{
    CALL_EVENTS, CARDS, INTERRUPTIBLE, PAY_ERRORS, PAY_FIELDS, RECORD, RECORDING_EVENTS, RING_TONES, SIDES,
    SPEECH_MODELS, TRACKS, TRIM,
};
use super::{Answers, Kind, Priority, Row, Text};
use crate::problem::Code;

const ANY: u32 = u32::MAX;
macro_rules! elements {
    ($(
        $(#[doc = $doc:literal])+
        $variant:ident $name:literal $kind:ident $priority:ident $(executed $executed:literal)?
        answers $answers:ident, text $text:ident $(at most $longest:literal $long:ident)?
        $(, nested $nested:ident)?
        $(where silent [$($choice:literal),* $(,)?])?
        [$($child:ident)*] {
            $($attribute:ident: $make:ident $(($($argument:expr),*))? $(.$change:ident($($with:expr),*))*,)*
        }
    )+) => {
        /// An element of voice TwiML.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Element {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Element {
            /// Every element, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name as TwiML writes it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The row of the table.
            #[must_use]
            pub fn row(self) -> &'static Row {
                match self {
                    $(Self::$variant => {
                        static ROW: Row = Row {
                            element: Element::$variant,
                            kind: Kind::$kind,
                            priority: Priority::$priority,
                            meaning: concat!($($doc),+).trim_ascii(),
                            executed: [$($executed,)? false][0],
                            answers: Answers::$answers,
                            text: Text::$text,
                            longest_text: [$(Some(($longest, Code::$long)),)? None][0],
                            nested: [$(Code::$nested,)? Code::SchemaWarning][0],
                            choices: &[$($($choice),*)?],
                            children: &[$(Element::$child),*],
                            attributes: &[$(
                                AttributeRow::$make(Attribute::$attribute $($(, $argument)*)?)
                                    $(.$change($($with),*))*
                            ),*],
                        };
                        &ROW
                    })+
                }
            }
        }
    };
}

elements! {
    /// The root.
    Response "Response" Root Core executed true answers Custom, text None
    [Say Play Pause Gather Record Dial Redirect Reject Hangup Leave Enqueue Sms Pay Prompt Refer Connect Start
     Stop Echo Queue] {
        Version: text.schema(),
    }
    /// Speaks text.
    Say "Say" Verb Core executed true answers Custom, text Spoken
    where silent [
        "A simulated voice speaks 15 characters a second, at least half a second a round, and adds the breaks of SSML.",
        "A text that is too long for its voice is reported (13521) and spoken all the same.",
    ]
    [Break Emphasis Lang P Phoneme Prosody S SayAs Sub W] {
        Voice: new(ValueType::Voice).or_computed("the text-to-speech setting of the account").code(Code::SayVoice),
        Language: new(ValueType::Language).or_word("en-US").code(Code::SayLanguage),
        Loop: number(0, ANY).or_number(1).code(Code::SayLoop),
    }
    /// Plays a file, or sends keys.
    Play "Play" Verb Core executed true answers Yes, text Url
    where silent [
        "A file of unknown length lasts five seconds in the simulator; a key takes a tenth of a second, and so does the gap after it.",
        "A file that cannot be played fails the document (`play_failure`).",
    ]
    [] {
        Loop: number(0, ANY).or_number(1).code(Code::PlayLoop),
        Digits: new(ValueType::Digits).code(Code::PlayDigits),
    }
    /// Waits.
    Pause "Pause" Verb Core executed true answers No, text None
    where silent [
        "A length of 0 is reported (13910) and pauses for no time.",
    ]
    [] {
        Length: number(0, 86_400).or_number(1).code(Code::PauseLength),
    }
    /// Collects keys or speech.
    Gather "Gather" Verb Core executed true answers Yes, text None, nested GatherNested
    where silent [
        "The timeout counts again from each key.",
        "Keys that come after the end are dropped; the next gather does not get them.",
        "An empty result with `actionOnEmptyResult` sends `Digits` empty, `FinishedOnKey` and `msg`.",
        "With `bargeIn` false the prompts go on, and keys are kept. Their timeout counts meanwhile, and ends the gather \
         with the prompts at the earliest.",
        "Speech with `speechTimeout` auto ends at the first pause, which a simulated recogniser makes one second long.",
    ]
    [Say Play Pause] {
        Input: words(&["dtmf", "speech"]).or_word("dtmf").code(Code::GatherInput),
        Action: url.or_computed("the URL of the document"),
        Method: method.code(Code::GatherMethod),
        Timeout: new(ValueType::NumberOr { min: 0, max: 86_400, words: &["auto"] }).or_number(5).code(Code::GatherTimeout),
        NumDigits: number(1, ANY).or_computed("no limit").code(Code::GatherNumDigits),
        FinishOnKey: new(ValueType::Keys { max: 1 }).or_word("#").code(Code::GatherFinishOnKey),
        ActionOnEmptyResult: flag(false).code(Code::GatherActionOnEmpty),
        SpeechTimeout: new(ValueType::NumberOr { min: 1, max: 86_400, words: &["auto"] }).or_computed("the value of timeout").code(Code::GatherSpeechTimeout),
        MaxSpeechTime: number(1, 86_400).or_number(60).code(Code::GatherMaxSpeechTime).schema(),
        Language: new(ValueType::Language).or_word("en-US").code(Code::GatherLanguage),
        Hints: text.code(Code::GatherHints),
        ProfanityFilter: flag(true).code(Code::GatherProfanityFilter),
        SpeechModel: word(SPEECH_MODELS).or_word("default").code(Code::GatherSpeechModel),
        Enhanced: flag(false).code(Code::GatherEnhanced),
        PartialResultCallback: url,
        PartialResultCallbackMethod: method.code(Code::GatherPartialMethod),
        BargeIn: flag(true).code(Code::GatherBargeIn).schema(),
        Debug: flag(false).schema(),
    }
    /// Records the caller.
    Record "Record" Verb Core executed true answers Yes, text None
    where silent [
        "The `action` is requested whatever ended the recording; its `Digits` are empty after silence and after the longest time.",
        "No key ends a recording whose `finishOnKey` is empty.",
        "The beep takes no time.",
        "A recording of exactly 120 seconds is still transcribed; a transcription that does not come within ten minutes has failed.",
    ]
    [] {
        Action: url.or_computed("the URL of the document"),
        Method: method.code(Code::RecordMethod),
        Timeout: number(0, 86_400).or_number(5).code(Code::RecordTimeout),
        FinishOnKey: new(ValueType::Keys { max: 12 }).or_word("1234567890*#").code(Code::RecordFinishOnKey),
        MaxLength: number(1, 86_400).or_computed("3600, or 120 when transcribing").code(Code::RecordMaxLength),
        PlayBeep: flag(true).code(Code::RecordPlayBeep),
        Trim: word(TRIM).or_word("trim-silence").code(Code::RecordTrim),
        RecordingStatusCallback: url.code(Code::RecordingCallbackUrl),
        RecordingStatusCallbackMethod: method,
        RecordingStatusCallbackEvent: words(RECORDING_EVENTS).or_word("completed").code(Code::RecordingEvents),
        Transcribe: flag(false).code(Code::RecordTranscribe),
        TranscribeCallback: url.code(Code::TranscribeCallbackUrl),
        RecordingConfigurationId: text,
    }
    /// Goes on with another document.
    Redirect "Redirect" Verb Core executed true answers No, text Url
    where silent [
        "How many documents one root call may fetch is limited (`documents_per_root`), which ends a loop.",
    ]
    [] {
        Method: method.code(Code::RedirectMethod),
    }
    /// Ends the call. Its parameters are return values (`application-connect.md` section 5.2).
    Hangup "Hangup" Verb Core executed true answers Custom, text None
    where silent [
        "As the very first verb it answers the call; behind a `<Pause>`, a `<Redirect>` or a silent `<Say>` it ends it unanswered.",
    ]
    [Parameter] {}
    /// Refuses the call. Its parameters are return values (`application-connect.md` section 5.3).
    Reject "Reject" Verb Core executed true answers No, text None
    where silent [
        "After the answer it works as `<Hangup>`, with a warning.",
    ]
    [Parameter] {
        Reason: word(&["rejected", "busy"]).or_word("rejected").code(Code::RejectReason),
    }
    /// Connects the caller with somebody. Text is a phone number.
    Dial "Dial" Verb Core executed true answers Custom, text Trimmed, nested DialNested
    where silent [
        "The timeout counts as written; real networks ring some five seconds longer (`dial_timeout_buffer`).",
        "The time limit counts from the connection.",
        "A caller who hangs up while it rings makes `DialCallStatus` no-answer, and the called party's status canceled.",
        "Of several parties that all fail, the best status counts: busy, then no-answer, then failed.",
        "`sequential` gives each party the whole timeout.",
        "Keys of `sendDigits` are played before the screening document runs.",
        "A screening URL that fails ends the called party; the dial was not bridged.",
        "After a REFER the called party is let go when `referUrl` has answered; if its document begins with a `<Dial>` that answers on bridge, the party stays until the new one is connected.",
    ]
    [Number Client Sip Conference Queue Sim Application WhatsApp] {
        Action: url,
        Method: method.code(Code::DialMethod),
        Timeout: number(5, 600).or_number(30).code(Code::DialTimeout),
        TimeLimit: number(1, 86_400).or_number(14_400).code(Code::DialTimeLimit),
        CallerId: new(ValueType::CallerId).or_computed("the caller ID of the parent call").code(Code::DialCallerId),
        HangupOnStar: flag(false).code(Code::DialHangupOnStar),
        AnswerOnBridge: flag(false).code(Code::DialAnswerOnBridge),
        RingTone: word(RING_TONES).or_computed("the tone of the carrier").code(Code::DialRingTone),
        Record: word(RECORD).or_word("do-not-record").code(Code::DialRecord),
        RecordingTrack: word(SIDES).or_word("both"),
        Trim: word(TRIM).or_word("do-not-trim"),
        RecordingStatusCallback: url.code(Code::RecordingCallbackUrl),
        RecordingStatusCallbackMethod: method,
        RecordingStatusCallbackEvent: words(RECORDING_EVENTS).or_word("completed").code(Code::RecordingEvents),
        RecordingConfigurationId: text,
        Sequential: flag(false).code(Code::DialSequential),
        ReferUrl: url,
        ReferMethod: method,
        CallReason: short(50),
        Events: words(&["call-progress-event"]).schema(),
        Passports: text.schema(),
    }
    /// Dials a phone number.
    Number "Number" Noun Core executed true answers No, text Trimmed
    where silent [
        "Blanks, hyphens, dots and brackets are left out; ten digits are a number of the United States. Anything else without a plus sign fails (13223, 13224).",
    ]
    [] {
        SendDigits: new(ValueType::Digits).code(Code::NumberSendDigits),
        Url: url,
        Method: method.code(Code::NumberMethod),
        StatusCallback: url,
        StatusCallbackMethod: method,
        StatusCallbackEvent: words(CALL_EVENTS).or_word("completed"),
        Byoc: text,
        MachineDetection: word(&["Enable", "DetectMessageEnd"]),
        MachineDetectionTimeout: number(3, 60).or_number(30),
        MachineDetectionSpeechThreshold: number(1_000, 6_000).or_number(2_400),
        MachineDetectionSpeechEndThreshold: number(500, 5_000).or_number(1_200),
        MachineDetectionSilenceTimeout: number(2_000, 10_000).or_number(5_000),
        AmdStatusCallback: url,
        AmdStatusCallbackMethod: method,
    }
    /// Dials a device that runs the vendor's SDK.
    Client "Client" Noun Core executed true answers No, text Trimmed at most 256 SchemaWarning
    where silent [
        "A called client's `To` is `client:` and the identity.",
    ]
    [Identity Parameter] {
        Url: url,
        Method: method,
        StatusCallback: url,
        StatusCallbackMethod: method,
        StatusCallbackEvent: words(CALL_EVENTS).or_word("completed"),
        ClientNotificationUrl: url,
    }
    /// Names the device of a Client.
    Identity "Identity" Noun Core executed true answers No, text Trimmed at most 256 SchemaWarning
    [] {}
    /// Dials a SIP URI; inside Refer, the target.
    Sip "Sip" Noun Core executed true answers No, text Trimmed at most 1279 SipUri
    where silent [
        "`sip:` may be left out; headers other than those that a document may send are left out with a warning (13252).",
        "What the endpoint sent in its answer (`SipHeader_`) and `SipDomain` are told with the first request about its call only.",
    ]
    [Uri Headers] {
        Username: text.code(Code::SipUsername),
        Password: text.code(Code::SipUsername),
        Url: url,
        Method: method.code(Code::SipMethod),
        StatusCallback: url,
        StatusCallbackMethod: method,
        StatusCallbackEvent: words(CALL_EVENTS).or_word("completed"),
        MachineDetection: word(&["Enable", "DetectMessageEnd"]),
        MachineDetectionTimeout: number(3, 60).or_number(30),
        MachineDetectionSpeechThreshold: number(1_000, 6_000).or_number(2_400),
        MachineDetectionSpeechEndThreshold: number(500, 5_000).or_number(1_200),
        MachineDetectionSilenceTimeout: number(2_000, 10_000).or_number(5_000),
        AmdStatusCallback: url,
        AmdStatusCallbackMethod: method,
    }
    /// One of several SIP URIs; obsolete.
    Uri "Uri" Noun Later answers No, text Trimmed at most 255 SipUri
    [] {
        Priority: number(0, ANY).schema(),
        Weight: number(0, ANY).schema(),
        Username: text.code(Code::SipUsername).schema(),
        Password: text.code(Code::SipUsername).schema(),
    }
    /// Headers of a SIP request; obsolete.
    Headers "Headers" Noun Later answers No, text None
    [Header] {}
    /// One header of a SIP request.
    Header "Header" Noun Later answers No, text None
    [] {
        Name: text.schema(),
        Value: text.or_word("").schema(),
    }
    /// Dials a SIM.
    Sim "Sim" Noun Later executed true answers No, text Trimmed
    [] {}
    /// Dials a number of that messenger.
    WhatsApp "WhatsApp" Noun Later executed true answers No, text Trimmed
    [] {
        Url: url,
        Method: method,
        StatusCallback: url,
        StatusCallbackMethod: method,
        StatusCallbackEvent: words(CALL_EVENTS).or_word("completed"),
    }
    /// Joins a conference.
    Conference "Conference" Noun Core executed true answers No, text Trimmed at most 128 ConferenceName
    [] {
        Muted: flag(false).code(Code::ConferenceMuted),
        Beep: word(&["true", "false", "onEnter", "onExit"]).or_word("true").code(Code::ConferenceBeep),
        StartConferenceOnEnter: flag(true).code(Code::ConferenceStartOnEnter),
        EndConferenceOnExit: flag(false).code(Code::ConferenceEndOnExit),
        ParticipantLabel: short(128).code(Code::LabelInvalid),
        JitterBufferSize: word(&["small", "medium", "large", "off"]).or_word("large"),
        MaxParticipants: number(1, 250).or_number(250),
        WaitUrl: url.or_computed("hold music of the vendor").code(Code::ConferenceWaitUrl),
        WaitMethod: method.or_computed("POST with a waitUrl, else GET").code(Code::ConferenceWaitMethod),
        Record: word(&["do-not-record", "record-from-start"]).or_word("do-not-record"),
        Trim: word(TRIM).or_word("trim-silence").code(Code::ConferenceTrim),
        Region: word(&["us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1"]).or_computed("the region of the first participant"),
        Coach: text.code(Code::ConferenceCoach),
        StatusCallback: url,
        StatusCallbackMethod: method,
        StatusCallbackEvent: words(&["start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"]),
        RecordingStatusCallback: url.code(Code::RecordingCallbackUrl),
        RecordingStatusCallbackMethod: method,
        RecordingStatusCallbackEvent: words(RECORDING_EVENTS).or_word("completed").code(Code::RecordingEvents),
        EventCallbackUrl: url,
        RecordingConfigurationId: text,
    }
    /// Dials whoever waits in a queue. As a verb it is known to the schema only.
    Queue "Queue" Noun Core executed true answers No, text Trimmed at most 64 QueueNameLong
    [] {
        Url: url.code(Code::QueueUrl),
        Method: method.code(Code::QueueMethod),
        ReservationSid: text,
        PostWorkActivitySid: text,
    }
    /// Dials an application, of this or of another account (`application-connect.md`).
    Application "Application" Noun Core executed true answers No, text Trimmed
    [ApplicationSid Parameter] {
        CustomerId: short(256).or_computed("the account that dials"),
        CopyParentTo: flag(false),
        StatusCallback: url.schema(),
        StatusCallbackMethod: method.schema(),
        StatusCallbackEvent: words(CALL_EVENTS).or_word("completed").schema(),
        Url: url.ignored(),
        Method: method.ignored(),
    }
    /// The application that is dialled.
    ApplicationSid "ApplicationSid" Noun Core executed true answers No, text Trimmed
    [] {}
    /// A name and a value for somebody else: the dialled application, the dialling one, a device, a stream.
    Parameter "Parameter" Noun Core executed true answers No, text None
    [] {
        Name: text,
        Value: text.or_word(""),
    }
    /// Puts the caller into a queue.
    Enqueue "Enqueue" Verb Core executed true answers Custom, text Trimmed at most 64 EnqueueNameLong
    [Task] {
        Action: url.code(Code::EnqueueAction),
        Method: method.code(Code::EnqueueMethod),
        WaitUrl: url.or_computed("hold music of the vendor").code(Code::EnqueueWaitUrl),
        WaitUrlMethod: method.or_computed("POST with a waitUrl, else GET").code(Code::EnqueueWaitMethod),
        MaxQueueSize: number(1, 5_000).or_number(1_000).schema(),
        WorkflowSid: text,
    }
    /// The attributes of a task of the router, as JSON.
    Task "Task" Noun Later answers No, text Trimmed
    [] {
        Priority: number(0, ANY).code(Code::TaskPriority),
        Timeout: number(1, ANY).code(Code::TaskTimeout),
    }
    /// Takes the caller out of a queue.
    Leave "Leave" Verb Core executed true answers No, text None
    [] {}
    /// Lets the caller hear what the caller says. Known to the schema only: skipped unless `Config(echo)` says else.
    Echo "Echo" Verb Later executed true answers Yes, text None
    where silent [
        "It is skipped with a warning (12200), or lasts until the call ends (`echo`).",
    ]
    [] {}
    /// Sends a message.
    Sms "Sms" Verb Later executed true answers No, text Trimmed
    where silent [
        "A message whose number or text is bad is not sent; the `action` is told `SmsStatus=invalid`, and a `SmsSid` all the same.",
        "The `statusCallback` is told until two minutes after the call has ended.",
    ]
    [] {
        To: text.or_computed("the caller").code(Code::SmsTo),
        From: text.or_computed("the called number").code(Code::SmsFrom),
        Action: url,
        Method: method.code(Code::SmsMethod),
        StatusCallback: url.code(Code::SmsStatusCallback),
    }
    /// Collects a payment.
    Pay "Pay" Verb Later executed true answers Yes, text None
    where silent [
        "`maxAttempts` counts the attempts at each question; the `action` is requested when they are used up.",
        "Only `#` or silence ends an input; keys stop a prompt, and those after `#` belong to the next question.",
        "The `statusCallback` is told when an attempt begins, and when the last one has failed.",
        "The payment is made when the prompt of its processing has ended; from then on `*` does nothing.",
        "When the caller hangs up while the connector has the payment, the `action` waits for the connector.",
        "A new document for the call ends it without a request, unless the connector has the payment.",
        "Our own prompts are English, whatever `language` says.",
    ]
    [Prompt Parameter] {
        Input: word(&["dtmf"]).or_word("dtmf"),
        Action: url.or_computed("the URL of the document"),
        StatusCallback: url,
        StatusCallbackMethod: method,
        Timeout: number(1, 600).or_number(5),
        MaxAttempts: number(1, 3).or_number(3),
        SecurityCode: flag(true),
        PostalCode: text.or_word("true"),
        MinPostalCodeLength: number(0, 10),
        PaymentConnector: text.or_word("Default"),
        PaymentMethod: word(&["credit-card", "ach-debit"]).or_word("credit-card").code(Code::PayParameterValue),
        BankAccountType: word(&["consumer-checking", "consumer-savings", "commercial-checking", "commercial-savings"]).or_word("consumer-checking").code(Code::PayParameterValue),
        TokenType: word(&["one-time", "reusable", "payment-method"]).or_word("reusable").code(Code::PayParameterValue),
        ChargeAmount: new(ValueType::Amount).code(Code::PayAmount),
        Currency: text.or_word("usd"),
        Description: text,
        ValidCardTypes: words(CARDS).or_word("visa mastercard amex"),
        Language: new(ValueType::Language).or_word("en-US"),
    }
    /// What to say at one step of a payment. As a verb it is known to the schema only.
    Prompt "Prompt" Verb Later executed true answers Yes, text None
    where silent [
        "Of several that fit, the one that names most attributes counts; the first of equals.",
        "As a verb it is skipped with a warning (12200).",
    ]
    [Say Play Pause] {
        For: word(PAY_FIELDS).also(&["for_"]),
        ErrorType: words(PAY_ERRORS),
        CardType: words(CARDS),
        Attempt: words(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]),
        RequireMatchingInputs: flag(false),
    }
    /// Transfers a SIP caller.
    Refer "Refer" Verb Later executed true answers Yes, text None
    where silent [
        "It is given up after a minute without news.",
        "The application of a `<Dial><Application>` cannot give its caller's line away (13801).",
    ]
    [Sip] {
        Action: url,
        Method: method,
    }
    /// Hands the call to a stream or an agent until that ends.
    Connect "Connect" Verb Stream executed true answers Yes, text None
    where silent [
        "Takes one noun; the others are skipped with a warning.",
        "An update of the call ends the noun without telling the `action`; a caller who hangs up does tell it.",
        "`Room`, `Conversation`, `ConversationRelaySession`, `AiSession`, `Assistant` and `Autopilot` are not executed: they end at once (90002).",
    ]
    [Room Autopilot Stream VirtualAgent Conversation ConversationRelay ConversationRelaySession AiSession Assistant] {
        Action: url,
        Method: method,
    }
    /// Starts something in the background.
    Start "Start" Verb Stream executed true answers No, text None, nested StreamNested
    [Stream Siprec Transcription Recording] {
        Action: url.schema(),
        Method: method.schema(),
    }
    /// Stops what Start started.
    Stop "Stop" Verb Stream executed true answers No, text None, nested StreamNested
    where silent [
        "Without a name it stops the only one of its kind; where there are several or none it stops nothing, with a warning.",
    ]
    [Stream Siprec Transcription Recording] {}
    /// Sends the audio to a socket.
    Stream "Stream" Noun Stream executed true answers No, text None
    where silent [
        "A name that is taken by a running one is reported (12200), and nothing is started. One without a name is called by its SID.",
        "A parameter of 500 characters or more, name and value together, is not sent.",
        "The socket must be open within `socket_connect_ms`.",
        "In a `Connect` it does not count among the four forked tracks.",
    ]
    [Parameter] {
        Name: text,
        ConnectorName: text.code(Code::StreamConnector),
        Url: new(ValueType::StreamUrl),
        Track: word(TRACKS).or_word("inbound_track").code(Code::StreamTrack),
        StatusCallback: url,
        StatusCallbackMethod: method,
        AudioFormat: text.schema(),
        SampleRate: number(8_000, 48_000).schema(),
    }
    /// Sends the audio to a SIP recorder.
    Siprec "Siprec" Noun Stream executed true answers No, text None
    where silent [
        "Its callbacks are those of a stream, with `Siprec` for `Stream`; errors add `SiprecErrorCode`.",
    ]
    [Parameter] {
        Name: text,
        ConnectorName: text.or_word("Default").code(Code::StreamConnector),
        Track: word(TRACKS).or_word("both_tracks").code(Code::StreamTrack),
        StatusCallback: url,
        StatusCallbackMethod: method,
    }
    /// Writes down what is said.
    Transcription "Transcription" Noun Stream executed true answers No, text None
    where silent [
        "`SequenceId` counts the events of one transcription from 1. The first repeats how it was set up.",
        "A simulated recogniser gives final results only, when a sentence has ended.",
    ]
    [Config Parameter] {
        Name: text,
        StatusCallbackUrl: url,
        StatusCallbackMethod: method,
        LanguageCode: new(ValueType::Language).or_word("en-US"),
        Track: word(TRACKS).or_word("both_tracks"),
        InboundTrackLabel: text,
        OutboundTrackLabel: text,
        TranscriptionEngine: word(&["google", "deepgram"]).or_word("google"),
        SpeechModel: text.or_word("telephony"),
        ProfanityFilter: flag(true),
        PartialResults: flag(false),
        Hints: text,
        EnableAutomaticPunctuation: flag(true),
        EnableProviderData: flag(false),
        IntelligenceService: text,
        ConversationConfiguration: text,
        ConversationId: text,
    }
    /// Records the call in the background.
    Recording "Recording" Noun Stream executed true answers No, text None
    where silent [
        "Its `RecordingSource` is `StartCallRecordingTwiML`. Two channels need both sides.",
    ]
    [] {
        Name: text,
        RecordingStatusCallback: url.code(Code::RecordingCallbackUrl),
        RecordingStatusCallbackMethod: method,
        RecordingStatusCallbackEvent: words(RECORDING_EVENTS).or_word("completed").code(Code::RecordingEvents),
        Trim: word(TRIM).or_word("trim-silence"),
        Track: word(SIDES).or_word("both"),
        Channels: word(&["mono", "dual"]).or_word("dual"),
        RecordingConfigurationId: text,
    }
    /// Joins a video room.
    Room "Room" Noun Stream answers No, text Trimmed
    [] {
        ParticipantIdentity: text,
    }
    /// Opens a conversation.
    Conversation "Conversation" Noun Stream answers No, text None
    [] {
        ServiceInstanceSid: text,
        InboundAutocreation: flag(false),
        RoutingAssignmentTimeout: number(0, ANY),
        InboundTimeout: number(0, ANY),
        Url: url,
        Method: method,
        Record: word(RECORD).or_word("do-not-record"),
        Trim: word(TRIM).or_word("trim-silence"),
        RecordingStatusCallback: url.code(Code::RecordingCallbackUrl),
        RecordingStatusCallbackMethod: method,
        RecordingStatusCallbackEvent: words(RECORDING_EVENTS).or_word("completed").code(Code::RecordingEvents),
        StatusCallback: url,
        StatusCallbackMethod: method,
        StatusCallbackEvent: words(&["call-initiated", "call-ringing", "call-answered", "call-completed"]),
    }
    /// Lets an application talk with the caller as text.
    ConversationRelay "ConversationRelay" Noun Stream executed true answers No, text None
    where silent [
        "Tokens are spoken when the last of them has come, pieces one after the other.",
        "An interruption drops all that waits to be said; what was heard is reckoned by `relay_characters_per_second`.",
        "An `end` takes effect at once.",
        "A socket that closes without an `end` is a failure (64105), one that cannot be had is 39001.",
    ]
    [Language Parameter] {
        Url: new(ValueType::StreamUrl),
        WelcomeGreeting: text,
        WelcomeGreetingInterruptible: word(INTERRUPTIBLE).or_word("any"),
        Language: new(ValueType::Language).or_word("en-US"),
        TtsLanguage: new(ValueType::Language),
        TranscriptionLanguage: new(ValueType::Language),
        TtsProvider: text.or_word("ElevenLabs"),
        Voice: text,
        TranscriptionProvider: text.or_word("Deepgram"),
        SpeechModel: text,
        Interruptible: word(INTERRUPTIBLE).or_word("any"),
        InterruptSensitivity: word(&["low", "medium", "high"]).or_word("high"),
        DtmfDetection: flag(false),
        ReportInputDuringAgentSpeech: word(INTERRUPTIBLE).or_word("none"),
        Preemptible: flag(false),
        Hints: text,
        Debug: words(&["debugging", "speaker-events", "tokens-played"]),
        ElevenlabsTextNormalization: word(&["on", "off", "auto"]).or_word("off"),
        IntelligenceService: text,
        ProfanityFilter: flag(true),
        PartialPrompts: flag(false),
        BackgroundNoiseReduction: text.also(&["backgroundnoisereduction"]),
        SpeechTimeout: text.also(&["speechtimeout"]),
        DeepgramSmartFormat: text.also(&["deepgramsmartformat"]),
        IgnoreBackchannel: text.also(&["ignorebackchannel"]),
        Events: text,
        PartialPromptOnHangup: flag(false).schema(),
        EagerEotThreshold: text.schema(),
        AsrSmartFormat: text.schema(),
        TtsTextNormalization: text.schema(),
        TtsLanguageTextNormalization: text.schema(),
        ElevenlabsLanguageTextNormalization: text.schema(),
        IncludeInPrompt: text.schema(),
        CustomerName: text.schema(),
        ApplicationReconnect: text.schema(),
        EchoPromptFiltering: text.schema(),
        TurnDetection: text.schema(),
    }
    /// Known to the schema only.
    ConversationRelaySession "ConversationRelaySession" Noun Stream answers No, text None
    [] {
        Connector: text.schema(),
        SessionConfiguration: text.schema(),
    }
    /// One language of a `ConversationRelay`.
    Language "Language" Noun Stream executed true answers No, text None
    [] {
        Code: new(ValueType::Language),
        TtsProvider: text,
        Voice: text,
        TranscriptionProvider: text,
        SpeechModel: text,
        Hints: text.schema(),
        AsrSmartFormat: text.schema(),
        TtsTextNormalization: text.schema(),
        TtsLanguageTextNormalization: text.schema(),
    }
    /// Known to the schema only.
    AiSession "AiSession" Noun Stream answers No, text None
    [] {
        AiConnector: text.schema(),
        AiSessionConfiguration: text.schema(),
    }
    /// Known to the schema only.
    Assistant "Assistant" Noun Stream answers No, text None
    [Language Parameter] {
        Id: text.schema(),
        WelcomeGreeting: text.schema(),
        WelcomeGreetingInterruptible: word(INTERRUPTIBLE).or_word("any").schema(),
        Language: new(ValueType::Language).schema(),
        TtsLanguage: new(ValueType::Language).schema(),
        TranscriptionLanguage: new(ValueType::Language).schema(),
        TtsProvider: text.schema(),
        Voice: text.schema(),
        TranscriptionProvider: text.schema(),
        SpeechModel: text.schema(),
        Interruptible: word(INTERRUPTIBLE).or_word("any").schema(),
        DtmfDetection: flag(false).schema(),
        Hints: text.schema(),
    }
    /// Connects a virtual agent of another vendor.
    VirtualAgent "VirtualAgent" Noun Stream executed true answers No, text None
    where silent [
        "Without an `action` the document itself is requested again.",
        "Its `statusCallback` has no published parameters and is not requested.",
    ]
    [Config Parameter] {
        ConnectorName: text,
        Language: new(ValueType::Language),
        SentimentAnalysis: flag(false),
        StatusCallback: url,
        StatusCallbackMethod: method,
    }
    /// A product that no longer exists.
    Autopilot "Autopilot" Noun Stream answers No, text Trimmed
    [] {}
    /// A setting of a virtual agent or transcription.
    Config "Config" Noun Stream executed true answers No, text None
    [] {
        Name: text,
        Value: text.or_word(""),
    }
    /// SSML: a pause.
    Break "break" Speech Core answers No, text None
    [] {
        Strength: word(&["none", "x-weak", "weak", "medium", "strong", "x-strong"]).or_word("medium"),
        Time: new(ValueType::Time),
    }
    /// SSML: stress.
    Emphasis "emphasis" Speech Core answers No, text Spoken
    [Break Emphasis Lang Phoneme Prosody SayAs Sub W] {
        Level: word(&["strong", "moderate", "reduced"]).or_word("moderate"),
    }
    /// SSML: another language.
    Lang "lang" Speech Core answers No, text Spoken
    [Break Emphasis Lang P Phoneme Prosody S SayAs Sub W] {
        XmlLang: new(ValueType::Language),
    }
    /// SSML: a paragraph.
    P "p" Speech Core answers No, text Spoken
    [Break Emphasis Lang Phoneme Prosody S SayAs Sub W] {}
    /// SSML: how a word sounds.
    Phoneme "phoneme" Speech Core answers No, text Spoken
    [] {
        Alphabet: text.or_word("ipa"),
        Ph: text,
    }
    /// SSML: loudness, speed and pitch.
    Prosody "prosody" Speech Core answers No, text Spoken
    [Break Emphasis Lang P Phoneme Prosody S SayAs Sub W] {
        Volume: text,
        Rate: text.code(Code::SayRate),
        Pitch: text,
    }
    /// SSML: a sentence.
    S "s" Speech Core answers No, text Spoken
    [Break Emphasis Lang Phoneme Prosody SayAs Sub W] {}
    /// SSML: how to read numbers, dates and the like.
    SayAs "say-as" Speech Core answers No, text Spoken
    [] {
        InterpretAs: word(&["character", "characters", "spell-out", "cardinal", "number", "ordinal", "digits", "fraction", "unit", "date", "time", "address", "expletive", "telephone"]),
        Format: text,
    }
    /// SSML: other words to speak.
    Sub "sub" Speech Core answers No, text Spoken
    [] {
        Alias: text,
    }
    /// SSML: which of the words that are spelt alike.
    W "w" Speech Core answers No, text Spoken
    [Break Emphasis Phoneme Prosody SayAs Sub] {
        Role: text,
    }
}
