//! The names of attributes, and the row that says what one of them means on one element.

use super::values::ValueType;
use crate::http::Method;
use crate::problem::Code;

macro_rules! attributes {
    ($($variant:ident $name:literal,)+) => {
        /// An attribute of any verb or noun.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Attribute {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl Attribute {
            /// Every attribute, by name.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name as TwiML writes it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

attributes! {
    Action "action",
    ActionOnEmptyResult "actionOnEmptyResult",
    AiConnector "aiConnector",
    AiSessionConfiguration "aiSessionConfiguration",
    Alias "alias",
    Alphabet "alphabet",
    AmdStatusCallback "amdStatusCallback",
    AmdStatusCallbackMethod "amdStatusCallbackMethod",
    AnswerOnBridge "answerOnBridge",
    ApplicationReconnect "applicationReconnect",
    AsrSmartFormat "asrSmartFormat",
    Attempt "attempt",
    AudioFormat "audioFormat",
    BackgroundNoiseReduction "backgroundNoiseReduction",
    BankAccountType "bankAccountType",
    BargeIn "bargeIn",
    Beep "beep",
    Byoc "byoc",
    CallReason "callReason",
    CallerId "callerId",
    CardType "cardType",
    Channels "channels",
    ChargeAmount "chargeAmount",
    ClientNotificationUrl "clientNotificationUrl",
    Coach "coach",
    Code "code",
    Connector "connector",
    ConnectorName "connectorName",
    ConversationConfiguration "conversationConfiguration",
    ConversationId "conversationId",
    CopyParentTo "copyParentTo",
    Currency "currency",
    CustomerId "customerId",
    CustomerName "customerName",
    Debug "debug",
    DeepgramSmartFormat "deepgramSmartFormat",
    Description "description",
    Digits "digits",
    DtmfDetection "dtmfDetection",
    EagerEotThreshold "eagerEotThreshold",
    EchoPromptFiltering "echoPromptFiltering",
    ElevenlabsLanguageTextNormalization "elevenlabsLanguageTextNormalization",
    ElevenlabsTextNormalization "elevenlabsTextNormalization",
    EnableAutomaticPunctuation "enableAutomaticPunctuation",
    EnableProviderData "enableProviderData",
    EndConferenceOnExit "endConferenceOnExit",
    Enhanced "enhanced",
    ErrorType "errorType",
    EventCallbackUrl "eventCallbackUrl",
    Events "events",
    FinishOnKey "finishOnKey",
    For "for",
    Format "format",
    From "from",
    HangupOnStar "hangupOnStar",
    Hints "hints",
    Id "id",
    IgnoreBackchannel "ignoreBackchannel",
    InboundAutocreation "inboundAutocreation",
    InboundTimeout "inboundTimeout",
    InboundTrackLabel "inboundTrackLabel",
    IncludeInPrompt "includeInPrompt",
    Input "input",
    IntelligenceService "intelligenceService",
    InterpretAs "interpret-as",
    InterruptSensitivity "interruptSensitivity",
    Interruptible "interruptible",
    JitterBufferSize "jitterBufferSize",
    Language "language",
    LanguageCode "languageCode",
    Length "length",
    Level "level",
    Loop "loop",
    MachineDetection "machineDetection",
    MachineDetectionSilenceTimeout "machineDetectionSilenceTimeout",
    MachineDetectionSpeechEndThreshold "machineDetectionSpeechEndThreshold",
    MachineDetectionSpeechThreshold "machineDetectionSpeechThreshold",
    MachineDetectionTimeout "machineDetectionTimeout",
    MaxAttempts "maxAttempts",
    MaxLength "maxLength",
    MaxParticipants "maxParticipants",
    MaxQueueSize "maxQueueSize",
    MaxSpeechTime "maxSpeechTime",
    Method "method",
    MinPostalCodeLength "minPostalCodeLength",
    Muted "muted",
    Name "name",
    NumDigits "numDigits",
    OutboundTrackLabel "outboundTrackLabel",
    PartialPromptOnHangup "partialPromptOnHangup",
    PartialPrompts "partialPrompts",
    PartialResultCallback "partialResultCallback",
    PartialResultCallbackMethod "partialResultCallbackMethod",
    PartialResults "partialResults",
    ParticipantIdentity "participantIdentity",
    ParticipantLabel "participantLabel",
    Passports "passports",
    Password "password",
    PaymentConnector "paymentConnector",
    PaymentMethod "paymentMethod",
    Ph "ph",
    Pitch "pitch",
    PlayBeep "playBeep",
    PostWorkActivitySid "postWorkActivitySid",
    PostalCode "postalCode",
    Preemptible "preemptible",
    Priority "priority",
    ProfanityFilter "profanityFilter",
    Rate "rate",
    Reason "reason",
    Record "record",
    RecordingConfigurationId "recordingConfigurationId",
    RecordingStatusCallback "recordingStatusCallback",
    RecordingStatusCallbackEvent "recordingStatusCallbackEvent",
    RecordingStatusCallbackMethod "recordingStatusCallbackMethod",
    RecordingTrack "recordingTrack",
    ReferMethod "referMethod",
    ReferUrl "referUrl",
    Region "region",
    ReportInputDuringAgentSpeech "reportInputDuringAgentSpeech",
    RequireMatchingInputs "requireMatchingInputs",
    ReservationSid "reservationSid",
    RingTone "ringTone",
    Role "role",
    RoutingAssignmentTimeout "routingAssignmentTimeout",
    SampleRate "sampleRate",
    SecurityCode "securityCode",
    SendDigits "sendDigits",
    SentimentAnalysis "sentimentAnalysis",
    Sequential "sequential",
    ServiceInstanceSid "serviceInstanceSid",
    SessionConfiguration "sessionConfiguration",
    SpeechModel "speechModel",
    SpeechTimeout "speechTimeout",
    StartConferenceOnEnter "startConferenceOnEnter",
    StatusCallback "statusCallback",
    StatusCallbackEvent "statusCallbackEvent",
    StatusCallbackMethod "statusCallbackMethod",
    StatusCallbackUrl "statusCallbackUrl",
    Strength "strength",
    Time "time",
    TimeLimit "timeLimit",
    Timeout "timeout",
    To "to",
    TokenType "tokenType",
    Track "track",
    Transcribe "transcribe",
    TranscribeCallback "transcribeCallback",
    TranscriptionEngine "transcriptionEngine",
    TranscriptionLanguage "transcriptionLanguage",
    TranscriptionProvider "transcriptionProvider",
    Trim "trim",
    TtsLanguage "ttsLanguage",
    TtsLanguageTextNormalization "ttsLanguageTextNormalization",
    TtsProvider "ttsProvider",
    TtsTextNormalization "ttsTextNormalization",
    TurnDetection "turnDetection",
    Url "url",
    Username "username",
    ValidCardTypes "validCardTypes",
    Value "value",
    Version "version",
    Voice "voice",
    Volume "volume",
    WaitMethod "waitMethod",
    WaitUrl "waitUrl",
    WaitUrlMethod "waitUrlMethod",
    Weight "weight",
    WelcomeGreeting "welcomeGreeting",
    WelcomeGreetingInterruptible "welcomeGreetingInterruptible",
    WorkflowSid "workflowSid",
    XmlLang "xml:lang",
}

/// What holds when an attribute is not written, or its value is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// Nothing.
    None,
    /// A flag.
    Flag(bool),
    /// A number, in the unit of the attribute.
    Number(u32),
    /// A word or list of words.
    Word(&'static str),
    /// A method.
    Method(Method),
    /// Something that only the running call knows; the text says what.
    Computed(&'static str),
}

/// Where an attribute is known from, and whether it has an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// In the vendor's documentation.
    Documented,
    /// Only in the schema of the vendor's libraries.
    Schema,
    /// Read, reported with 12200 as having no effect, and dropped.
    Ignored,
}

/// One attribute of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeRow {
    /// Which attribute.
    pub attribute: Attribute,
    /// What it may hold.
    pub value_type: ValueType,
    /// What holds otherwise.
    pub default: DefaultValue,
    /// The code of a bad value.
    pub code: Code,
    /// Where it is known from.
    pub support: Support,
    /// Other spellings that libraries write; each is taken with 12200 (`twiml-voice.md` section 2, end).
    pub aliases: &'static [&'static str],
}

impl AttributeRow {
    pub(super) const fn new(attribute: Attribute, value_type: ValueType) -> Self {
        Self {
            attribute,
            value_type,
            default: DefaultValue::None,
            code: match value_type {
                ValueType::Url => Code::UrlInvalid,
                ValueType::StreamUrl => Code::StreamScheme,
                _ => Code::SchemaWarning,
            },
            support: Support::Documented,
            aliases: &[],
        }
    }

    /// Free text of any length.
    pub(super) const fn text(attribute: Attribute) -> Self {
        Self::new(attribute, ValueType::Text { max: 0 })
    }

    /// Free text of at most `max` characters.
    pub(super) const fn short(attribute: Attribute, max: u32) -> Self {
        Self::new(attribute, ValueType::Text { max })
    }

    pub(super) const fn url(attribute: Attribute) -> Self {
        Self::new(attribute, ValueType::Url)
    }

    /// A method whose default is POST.
    pub(super) const fn method(attribute: Attribute) -> Self {
        Self::new(attribute, ValueType::Method).or(DefaultValue::Method(Method::Post))
    }

    pub(super) const fn flag(attribute: Attribute, default: bool) -> Self {
        Self::new(attribute, ValueType::Flag).or(DefaultValue::Flag(default))
    }

    pub(super) const fn number(attribute: Attribute, min: u32, max: u32) -> Self {
        Self::new(attribute, ValueType::Number { min, max })
    }

    pub(super) const fn word(attribute: Attribute, words: &'static [&'static str]) -> Self {
        Self::new(attribute, ValueType::Word(words))
    }

    pub(super) const fn words(attribute: Attribute, words: &'static [&'static str]) -> Self {
        Self::new(attribute, ValueType::Words(words))
    }

    /// With this default.
    pub(super) const fn or(mut self, default: DefaultValue) -> Self {
        self.default = default;
        self
    }

    /// With this default word.
    pub(super) const fn or_word(self, word: &'static str) -> Self {
        self.or(DefaultValue::Word(word))
    }

    /// With this default number.
    pub(super) const fn or_number(self, number: u32) -> Self {
        self.or(DefaultValue::Number(number))
    }

    /// With a default that the running call knows.
    pub(super) const fn or_computed(self, what: &'static str) -> Self {
        self.or(DefaultValue::Computed(what))
    }

    /// With this code for a bad value.
    pub(super) const fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// Known from the libraries only.
    pub(super) const fn schema(mut self) -> Self {
        self.support = Support::Schema;
        self
    }

    /// Without effect.
    pub(super) const fn ignored(mut self) -> Self {
        self.support = Support::Ignored;
        self
    }

    /// With other spellings.
    pub(super) const fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}
