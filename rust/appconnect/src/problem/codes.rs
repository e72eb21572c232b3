//! The one table of codes: what a customer finds in the notifications of an account.
//!
//! Numbers and levels are Twilio's (`webhooks.md` section 12); the meanings are our own words. those from 90001 on are ours.

use std::fmt;

use minicbor::{Decode, Encode};

/// How grave a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// The call goes on as if the faulty part had not been written.
    Warning,
    /// Something the document asked for did not happen.
    Error,
}

impl Level {
    /// The word of Twilio's notifications: `WARN` or `ERROR`.
    #[must_use]
    pub const fn log_level(self) -> &'static str {
        match self {
            Self::Warning => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// What a problem does to the call (`webhooks.md` section 12, effect groups).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// F: the document fails; the fallback URL is asked, else an apology is spoken and the call ends.
    Fail,
    /// D: a default is used or the item is ignored; the call goes on.
    Default,
    /// R: the verb reports it in its own result, such as `DialCallStatus`; the call goes on.
    Report,
    /// N: a notification only.
    Notice,
    /// X: the call is refused or ended.
    Refuse,
}

impl Effect {
    /// The letter of the group: F, D, R, N or X.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Fail => 'F',
            Self::Default => 'D',
            Self::Report => 'R',
            Self::Notice => 'N',
            Self::Refuse => 'X',
        }
    }
}

macro_rules! codes {
    ($($number:literal $name:ident $level:ident $effect:ident $meaning:literal;)+) => {
        /// The code of a problem.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u32)]
        pub enum Code {
            $(#[doc = concat!(stringify!($number), ": ", $meaning, ".")] $name = $number,)+
        }

        impl Code {
            /// Every code, by rising number.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code of a number, when it is one that the engine knows.
            #[must_use]
            pub const fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)+
                    _ => None,
                }
            }

            /// The name used in the interfaces of both languages, for instance `DialTimeout`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// How grave it is.
            #[must_use]
            pub const fn level(self) -> Level {
                match self {
                    $(Self::$name => Level::$level,)+
                }
            }

            /// What it does to the call.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self {
                    $(Self::$name => Effect::$effect,)+
                }
            }

            /// What it means, in a few words.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)+
                }
            }
        }
    };
}

codes! {
    10001 AccountInactive Error Refuse "the account is not active";
    10002 TrialFeature Error Refuse "a trial account may not use this feature";
    10003 IncomingRefused Error Refuse "an incoming call was refused because its account is not active";
    10004 ConcurrencyLimit Error Refuse "the account has too many calls at once";
    11100 UrlInvalid Error Fail "a URL is malformed, missing where one is needed, or of a scheme that is not allowed";
    11200 RetrievalFailed Error Fail "the request failed: 4xx or 5xx, network trouble, a refused answer, or too slow";
    11201 ConnectTimeout Error Fail "the TCP connection was not made in time";
    11202 ConnectRefused Error Fail "the TCP connection was refused";
    11203 RequestTimeout Error Fail "the request took longer than its total time";
    11205 ConnectionFailed Error Fail "the connection failed, or its address may not be reached";
    11206 HttpViolation Error Fail "the peer does not speak HTTP";
    11210 HostUnknown Error Fail "the host name does not resolve";
    11215 TooManyRedirects Error Fail "more than ten HTTP redirects";
    11216 BadRedirect Error Fail "a redirect that cannot be followed";
    11217 BadStatus Error Fail "an HTTP status that is not accepted";
    11220 TlsHandshake Error Fail "the TLS handshake failed";
    11235 CertificateName Error Fail "the certificate is for another host";
    11236 CertificateExpired Error Fail "the certificate has expired";
    11237 CertificateUntrusted Error Fail "the certificate has no trusted chain";
    11240 EdgeInvalid Error Fail "a connection override names an unknown edge";
    11241 EdgeUnsupported Error Fail "a connection override names an edge that is not supported here";
    11242 InterconnectRefused Error Fail "a connection override asks for Interconnect, which the account does not have";
    11243 RetryPolicyInvalid Error Fail "a connection override has a retry policy or time that is not allowed";
    11251 ProtocolViolation Error Fail "a fatal violation of the protocol";
    11300 TemplateInvalid Error Fail "a URL template is invalid";
    11310 TemplateToken Error Fail "a URL template has a bad token";
    11320 TemplateBracket Error Fail "a URL template has an unclosed bracket";
    11750 BodyTooLarge Error Fail "the answer is larger than 64 KiB";
    11751 MediaTooLarge Error Notice "the media of a message is too large";
    11770 EmptyBody Error Fail "the answer has no body";
    12100 XmlInvalid Error Fail "the document is not well-formed XML";
    12101 VersionInvalid Error Fail "the version of the document is not known";
    12102 RootInvalid Error Fail "the root element is not Response";
    12200 SchemaWarning Warning Default "an element or attribute is unknown, misplaced or without effect";
    12300 ContentTypeInvalid Error Fail "the Content-Type is missing or not accepted";
    12301 UploadTypeInvalid Error Notice "the Content-Type of an upload is not accepted";
    12400 InternalFailure Error Fail "the engine itself failed";
    13000 ConferenceWithNumber Warning Default "Conference and Number in one Dial";
    13201 DialInScreening Error Fail "Dial in a screening document";
    13210 DialMethod Warning Default "bad method of Dial";
    13211 DialIfMachine Warning Default "ifMachine is obsolete";
    13212 DialTimeout Warning Default "bad timeout of Dial";
    13213 DialHangupOnStar Warning Default "bad hangupOnStar of Dial";
    13214 DialCallerId Warning Report "bad callerId of Dial";
    13215 DialNested Warning Default "an element that Dial does not take";
    13216 DialTimeLimit Warning Default "bad timeLimit of Dial";
    13217 DialRecord Warning Default "bad record of Dial";
    13218 DialSequential Warning Default "bad sequential of Dial";
    13219 DialAnswerOnBridge Warning Default "bad answerOnBridge of Dial";
    13220 DialRingTone Warning Default "bad ringTone of Dial";
    13221 NumberMethod Warning Default "bad method of Number";
    13222 NumberSendDigits Warning Default "bad sendDigits of Number";
    13223 NumberFormat Warning Report "a phone number is malformed";
    13224 NumberUnsupported Warning Report "a phone number is invalid or not supported";
    13225 NumberBlocked Warning Report "a phone number is on the block list";
    13226 CountryCode Warning Report "a country code is invalid";
    13227 GeoPermission Warning Report "the account may not call this country";
    13230 ConferenceMuted Warning Default "bad muted of Conference";
    13231 ConferenceEndOnExit Error Default "bad endConferenceOnExit of Conference";
    13232 ConferenceStartOnEnter Warning Default "bad startConferenceOnEnter of Conference";
    13233 ConferenceWaitUrl Warning Default "bad waitUrl of Conference";
    13234 ConferenceWaitMethod Warning Default "bad waitMethod of Conference";
    13235 ConferenceBeep Warning Default "bad beep of Conference";
    13236 ConferenceSid Warning Report "bad Conference SID";
    13237 ConferenceName Warning Report "bad Conference name";
    13238 WaitVerb Error Report "a verb that a wait, hold or announce document does not take";
    13239 ConferenceTrim Error Default "bad trim of Conference";
    13240 ConferenceCoach Error Report "bad coach of Conference";
    13241 SipMethod Warning Default "bad method of Sip";
    13242 SipSendDigits Warning Default "bad sendDigits of Sip";
    13243 SipUri Warning Report "bad SIP URI";
    13244 SipAuthMissing Warning Report "the SIP peer asks for credentials that were not given";
    13245 SipApiVersion Warning Report "SIP dialling is not part of this API version";
    13246 SipNotEnabled Warning Report "SIP dialling is not enabled for the account";
    13247 FromInvalid Error Report "the From number is not valid or not assigned to the account";
    13248 CallerIdTooLong Warning Default "callerId is too long";
    13249 SipUsername Warning Default "bad username or password of Sip";
    13250 SipTooManyUris Warning Default "too many Uri elements in Sip";
    13251 SipTooManyHeaders Warning Default "too many SIP headers";
    13252 SipHeaderName Warning Default "a SIP header with a name that is not allowed";
    13253 SipHeaderTooLong Warning Default "the SIP headers are too long";
    13254 SipHost Warning Report "the SIP host does not resolve or is private";
    13255 SipDomain Warning Report "this SIP domain may not be dialled";
    13256 RecordingCallbackUrl Warning Default "bad recordingStatusCallback";
    13257 TranscribeCallbackUrl Error Default "bad transcribeCallback";
    13258 SimRegion Error Report "Sim is not offered in this region";
    13299 ConferenceApiVersion Error Notice "a Conference feature of a newer API version";
    13310 GatherFinishOnKey Warning Default "bad finishOnKey of Gather";
    13311 GatherFinishOnKeyCount Warning Default "more than one finishOnKey of Gather";
    13312 GatherMethod Warning Default "bad method of Gather";
    13313 GatherTimeout Warning Default "bad timeout of Gather";
    13314 GatherNumDigits Warning Default "bad numDigits of Gather";
    13320 GatherNested Warning Default "an element that Gather does not take";
    13321 GatherSayVoice Warning Fail "bad voice of a Say in Gather";
    13322 GatherSayLoop Warning Default "bad loop of a Say in Gather";
    13325 GatherPlayType Error Fail "the media type of a Play in Gather is not accepted";
    13326 GatherInput Warning Default "bad input of Gather";
    13327 GatherSpeechTimeout Warning Default "bad speechTimeout of Gather";
    13328 GatherMaxSpeechTime Warning Default "bad maxSpeechTime of Gather";
    13329 GatherPartialMethod Warning Default "bad partialResultCallbackMethod of Gather";
    13330 GatherHints Warning Default "bad hints of Gather";
    13331 GatherLanguage Warning Default "bad language of Gather";
    13332 GatherBargeIn Warning Default "bad bargeIn of Gather";
    13333 GatherProfanityFilter Warning Default "bad profanityFilter of Gather";
    13334 GatherSpeechModel Warning Default "bad speechModel of Gather";
    13335 GatherSpeechTimeoutAuto Warning Default "speechTimeout cannot be auto with this speechModel";
    13337 GatherPciCallback Error Fail "a callback must use https in PCI mode";
    13338 GatherActionOnEmpty Error Default "bad actionOnEmptyResult of Gather";
    13339 GatherEnhanced Warning Notice "enhanced of Gather is deprecated";
    13340 SpeechDegraded Error Report "speech recognition is degraded";
    13342 SpeechProvider Error Report "the speech provider refuses this configuration";
    13343 SpeechProviderModel Error Report "the speech provider refuses this model";
    13410 PlayLoop Warning Default "bad loop of Play";
    13420 PlayType Error Fail "the media type of Play is not accepted";
    13430 PlayDigits Warning Default "bad digits of Play";
    13510 SayLoop Warning Default "bad loop of Say";
    13511 SayVoice Warning Default "bad voice of Say";
    13512 SayLanguage Warning Default "bad language of Say";
    13513 SayRate Warning Default "bad rate of Say";
    13520 SayEmpty Warning Default "Say has no text that can be spoken";
    13521 SayTooLong Warning Default "the text of Say is too long";
    13610 RecordMethod Warning Default "bad method of Record";
    13611 RecordTimeout Warning Default "bad timeout of Record";
    13612 RecordMaxLength Warning Default "bad maxLength of Record";
    13613 RecordFinishOnKey Warning Default "bad finishOnKey of Record";
    13614 RecordTranscribe Warning Default "bad transcribe of Record";
    13615 RecordTranscribeLength Warning Default "maxLength of Record is too long to transcribe";
    13616 RecordPlayBeep Warning Default "bad playBeep of Record";
    13617 TranscriptionLength Warning Notice "the recording is too short or too long to transcribe";
    13618 TranscriptionDisabled Warning Notice "this recording cannot be transcribed";
    13619 TranscriptionTrial Warning Notice "the account cannot transcribe this recording";
    13620 TranscriptionFailed Warning Notice "the transcription failed";
    13621 RecordingEvents Error Default "bad recordingStatusCallbackEvent";
    13699 RecordTrim Warning Default "bad trim of Record: the recording is not trimmed";
    13710 RedirectMethod Warning Default "bad method of Redirect";
    13750 VerbApiVersion Error Fail "a verb that is not part of this API version";
    13801 ReferNotSip Error Fail "Refer on a leg that is not SIP";
    13802 ReferWithoutUrl Error Notice "a REFER arrived and there is no referUrl";
    13803 SmsRegion Error Default "Sms is not offered in this region";
    13804 AddOnsRegion Error Notice "add-ons are not offered in this region";
    13805 TrialDuration Warning Refuse "a trial call reached ten minutes";
    13810 RejectReason Warning Default "bad reason of Reject";
    13910 PauseLength Warning Default "bad length of Pause";
    14101 SmsTo Warning Default "bad to of a message";
    14102 SmsFrom Warning Default "bad from of a message";
    14103 SmsBody Warning Default "bad body of a message";
    14104 SmsMethod Warning Default "bad method of a message";
    14105 SmsStatusCallback Warning Default "bad statusCallback of a message";
    14106 SmsDocumentLimit Warning Default "too many documents for one message";
    14107 SmsRateLimit Error Default "too many messages";
    14108 SmsFromIncapable Warning Default "the from number cannot send messages";
    14109 SmsReplyLimit Warning Default "too many replies in one document";
    14110 SmsVerb Warning Default "a verb that messages do not take";
    14111 SmsTrialNumber Warning Default "a trial account may not send to this number";
    14201 EnqueueMethod Error Report "bad method of Enqueue";
    14202 EnqueueWaitUrl Error Report "bad waitUrl of Enqueue";
    14203 EnqueueAction Error Report "bad action of Enqueue";
    14204 EnqueueNameShort Error Report "the name of a queue is missing";
    14205 EnqueueNameLong Error Report "the name of a queue is too long";
    14206 EnqueueWaitMethod Error Report "bad waitUrlMethod of Enqueue";
    14207 QueueFull Warning Report "the queue is full";
    14210 QueueMethod Error Report "bad method of a dialled Queue";
    14211 QueueUrl Error Report "bad url of a dialled Queue";
    14212 QueueNameShort Error Report "the name of a dialled Queue is missing";
    14213 QueueNameLong Error Report "the name of a dialled Queue is too long";
    14215 ReservationFailed Error Report "a TaskRouter reservation failed";
    14217 ReservationSid Error Report "bad TaskRouter reservation";
    14218 ReservationState Error Report "the TaskRouter reservation is in another state";
    14219 WorkerMissing Error Report "no such TaskRouter worker";
    14220 WorkflowMissing Error Report "no such TaskRouter workflow";
    14221 WorkflowSid Error Report "bad TaskRouter workflow";
    14222 TaskAttributes Error Report "bad attributes of a TaskRouter task";
    14223 TaskPriority Error Report "bad priority of a TaskRouter task";
    14226 TaskTimeout Error Report "bad timeout of a TaskRouter task";
    14230 ConferenceTask Error Report "a TaskRouter conference failed";
    14231 ConferenceTaskFrom Error Report "bad From of a TaskRouter conference";
    14232 ConferenceTaskTo Error Report "bad To of a TaskRouter conference";
    14233 ConferenceTaskTimeout Error Report "bad timeout of a TaskRouter conference";
    14234 ConferenceTaskCallback Error Report "bad callback of a TaskRouter conference";
    14235 ConferenceTaskMethod Error Report "bad method of a TaskRouter conference";
    14236 ConferenceTaskEvent Error Report "bad event of a TaskRouter conference";
    14237 ConferenceTaskBeep Error Report "bad beep of a TaskRouter conference";
    14238 ConferenceTaskRecord Error Report "bad recording option of a TaskRouter conference";
    14239 ConferenceTaskWait Error Report "bad wait option of a TaskRouter conference";
    14300 StreamNested Error Default "a noun that Start and Stop do not take";
    15000 CallProgressInternal Error Notice "a call-progress event failed inside the engine";
    15002 CallProgressQueue Error Notice "a call-progress event waited too long";
    15003 StatusCallbackAnswer Warning Notice "a status callback was answered with 4xx or 5xx";
    15004 RelativeAction Error Fail "a relative URL in a document that has no URL of its own";
    15009 CallProgressServer Error Notice "a call-progress event failed on the server";
    16000 WhisperUnavailable Error Report "the whisper is not available";
    16001 WhisperUnbridged Error Report "a whisper needs a bridged call";
    16002 WhisperAttributes Error Report "bad attributes of a whisper";
    16003 WhisperRoom Error Report "no such room for a whisper";
    16010 ConferenceEventInternal Error Notice "a conference event failed inside the engine";
    16011 ConferenceEventAnswer Error Notice "a conference event was answered badly";
    16020 ConferenceFull Error Report "the conference is full";
    16021 ConferenceConcurrency Error Report "the account has too many conference participants";
    16022 ConferenceGone Error Report "the conference does not exist or is over";
    16023 LabelInvalid Error Report "bad participantLabel";
    16024 LabelUnknown Error Report "no participant has this label";
    16025 LabelInUse Error Report "another participant has this label";
    16026 LabelConflict Error Report "a participant label that cannot be used here";
    16027 WhisperOnHold Error Report "the participant of a whisper is on hold";
    16028 WhisperAbsent Error Report "the participant of a whisper is absent";
    16099 WhisperStatus Error Report "a whisper met an unexpected status";
    16101 RecordingTooShort Warning Notice "the recording is too short";
    16102 RecordingSilent Warning Notice "the recording is silent";
    16104 RecordingEncryption Error Notice "a recording could not be encrypted";
    16105 RecordingKey Error Notice "no usable key for an encrypted recording";
    16106 RecordingKeyFormat Error Notice "the key of an encrypted recording is malformed";
    16107 RecordingMp3 Error Notice "an encrypted recording has no MP3 form";
    16108 RecordingBulkDelete Error Notice "recordings could not be deleted in bulk";
    16109 RecordingUpload Error Notice "a recording could not be uploaded to external storage";
    16110 RecordingStorage Error Notice "the external storage of recordings is misconfigured";
    16111 RecordingStorageAccess Error Notice "the external storage of recordings refused access";
    16112 RecordingConcurrent Error Notice "another recording of this call is under way";
    16113 RecordingMono Warning Notice "a mono recording has no dual-channel form";
    21205 RestUrl Error Refuse "a REST request with a bad URL";
    21218 ApplicationSidInvalid Error Report "an application SID is missing, ambiguous or names no application";
    21220 RestCallState Error Refuse "the call is not in a state for this change";
    31900 StreamUnknown Error Report "a stream failed for an unknown reason";
    31901 StreamTimeout Error Report "a stream connection was not made in time";
    31902 StreamRefused Error Report "a stream connection was refused";
    31903 StreamBroken Error Report "a stream connection broke";
    31904 StreamUnreachable Error Report "the host of a stream cannot be reached";
    31910 StreamTls Error Report "the TLS handshake of a stream failed";
    31920 StreamHandshake Error Report "the WebSocket handshake of a stream failed";
    31921 StreamClose Error Report "the peer closed the stream";
    31922 StreamScheme Error Report "a stream URL must use wss";
    31923 StreamUrl Error Report "bad URL of a stream";
    31924 StreamProtocol Error Report "the peer violated the stream protocol";
    31930 StreamOverflow Warning Notice "a stream buffer overflowed";
    31931 StreamDiscarded Warning Notice "media of a stream was discarded";
    31940 StreamConnector Error Report "bad connectorName";
    31941 StreamTrack Error Report "bad track of a stream";
    31942 StreamConnectorState Error Report "the connector cannot be used";
    31950 StreamMalformed Warning Notice "a malformed message on a stream";
    31951 StreamMessage Warning Notice "an invalid message on a stream";
    31952 StreamExtension Error Report "a stream extension failed";
    31960 StreamQuota Error Report "too many streams";
    32014 NoAudio Warning Refuse "the call ended because no audio arrived";
    32015 MaximumDuration Warning Refuse "the call ended at its maximum duration";
    32016 PostDialDelay Error Report "the carrier did not answer in time";
    32018 InlineTooLong Error Refuse "inline TwiML is longer than 4000 characters";
    32019 InlineAndUrl Warning Notice "Twiml and Url were both given: Url is used";
    32022 SipAckMissing Error Refuse "the SIP peer never acknowledged the answer";
    39001 RelayNetwork Error Report "network trouble on the socket of a ConversationRelay";
    64001 PayConfiguration Error Report "the configuration of Pay is not usable";
    64002 PayUnavailable Error Report "Pay is not available, or its connector did not answer";
    64003 PayAmount Error Report "bad chargeAmount of Pay";
    64004 PayConnector Error Report "no connector has the name in paymentConnector of Pay";
    64005 PayTokenUnsupported Error Report "the connector of Pay cannot make tokens";
    64006 PayTokenType Error Report "the connector of Pay cannot make tokens of this tokenType";
    64007 PayChargeUnsupported Error Report "the connector of Pay cannot charge";
    64008 PayChargeRejected Error Report "the payment gateway refused the charge";
    64009 PayUnauthorized Error Report "the payment gateway no longer takes requests from this connector";
    64010 PayTokenRejected Error Report "the payment gateway refused to make a token";
    64011 PayCurrency Error Report "the connector of Pay does not take this currency";
    64012 PayCardRejected Error Report "the payment gateway refused the card";
    64013 PayMethod Error Report "the connector of Pay does not take this paymentMethod";
    64014 PayAvsName Error Report "a bank payment needs the parameter AVSName";
    64015 PayParameterMissing Error Report "Pay lacks a parameter that its connector needs";
    64016 PayAction Error Fail "the action of Pay is not https";
    64017 PayBankAccountType Error Report "bankAccountType of Pay does not go with a credit card";
    64018 PayCapture Error Report "a request about a payment needs Capture or Status";
    64019 PayIncomplete Error Report "the details of a payment are not complete";
    64020 PayParameterValue Error Report "bad value of an attribute or parameter of Pay";
    64021 PayOperation Error Report "an operation that a payment does not take now";
    64022 PayTestCard Error Report "a connector in test mode takes its test cards only";
    64023 Pay64023 Error Report "Pay cannot run: its configuration, connector or parameters";
    64024 Pay64024 Error Report "Pay cannot run: its configuration, connector or parameters";
    64105 RelayDisconnected Error Report "the socket of a ConversationRelay was disconnected";
    90001 HopLimit Error Report "too many applications were dialled one through another";
    90002 VerbNotExecuted Error Report "the language has this verb or noun, this engine does not execute it";
    90003 DocumentLimit Error Refuse "the call has run as many documents as one call may";
}

impl Code {
    /// The number that notifications carry as `ErrorCode`.
    #[must_use]
    pub const fn number(self) -> u32 {
        self as u32
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.number(), f)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.name())
    }
}

impl<C> Encode<C> for Code {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u32(self.number())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Code {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::from_number(d.u32()?).ok_or_else(|| minicbor::decode::Error::message("unknown problem code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_and_lead_back_to_their_codes() {
        for pair in Code::ALL.windows(2) {
            assert!(pair[0].number() < pair[1].number(), "{:?} {:?}", pair[0], pair[1]);
        }
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(*code));
        }
        assert_eq!(Code::from_number(0), None);
        assert_eq!(Code::from_number(12_201), None);
    }

    #[test]
    fn levels_and_effects_are_those_of_the_dictionary() {
        let facts = |number| {
            let code = Code::from_number(number).unwrap();
            (code.level().log_level(), code.effect().letter())
        };
        assert_eq!(facts(12_100), ("ERROR", 'F'));
        assert_eq!(facts(12_200), ("WARN", 'D'));
        assert_eq!(facts(13_215), ("WARN", 'D'));
        assert_eq!(facts(13_231), ("ERROR", 'D'));
        assert_eq!(facts(14_207), ("WARN", 'R'));
        assert_eq!(facts(15_003), ("WARN", 'N'));
        assert_eq!(facts(10_004), ("ERROR", 'X'));
        assert_eq!(facts(90_001), ("ERROR", 'R'));
    }

    #[test]
    fn a_code_survives_a_snapshot() {
        for code in Code::ALL {
            let bytes = minicbor::to_vec(code).unwrap();
            assert_eq!(minicbor::decode::<Code>(&bytes).unwrap(), *code);
        }
        assert!(minicbor::decode::<Code>(&minicbor::to_vec(1_u32).unwrap()).is_err());
    }
}
