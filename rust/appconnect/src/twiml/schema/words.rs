//! The words that more than one attribute takes, or that are too many for a line of the table.

pub(super) const CALL_EVENTS: &[&str] = &["initiated", "ringing", "answered", "completed"];
pub(super) const RECORDING_EVENTS: &[&str] = &["in-progress", "completed", "absent"];
pub(super) const RECORD: &[&str] = &[
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
    "true",
    "false",
];
pub(super) const RING_TONES: &[&str] = &[
    "at", "au", "bg", "br", "be", "ch", "cl", "cn", "cz", "de", "dk", "ee", "es", "fi", "fr", "gr", "hu",
    "il", "in", "it", "lt", "jp", "mx", "my", "nl", "no", "nz", "ph", "pl", "pt", "ru", "se", "sg", "th",
    "uk", "us", "us-old", "tw", "ve", "za",
];
pub(super) const SPEECH_MODELS: &[&str] = &[
    "default",
    "numbers_and_commands",
    "phone_call",
    "experimental_conversations",
    "experimental_utterances",
    "googlev2_long",
    "googlev2_short",
    "googlev2_telephony",
    "googlev2_telephony_short",
    "deepgram_nova-2",
    "deepgram_nova-3",
];
pub(super) const TRIM: &[&str] = &["trim-silence", "do-not-trim"];
pub(super) const SIDES: &[&str] = &["inbound", "outbound", "both"];
pub(super) const TRACKS: &[&str] = &["inbound_track", "outbound_track", "both_tracks"];
pub(super) const INTERRUPTIBLE: &[&str] = &["none", "dtmf", "speech", "any", "true", "false"];
pub(super) const PAY_FIELDS: &[&str] = &[
    "payment-card-number",
    "expiration-date",
    "security-code",
    "postal-code",
    "payment-processing",
    "bank-account-number",
    "bank-routing-number",
];
pub(super) const PAY_ERRORS: &[&str] = &[
    "timeout",
    "invalid-card-number",
    "invalid-card-type",
    "invalid-date",
    "invalid-security-code",
    "invalid-postal-code",
    "invalid-bank-account-number",
    "invalid-bank-routing-number",
    "internal-error",
    "input-matching-failed",
];
pub(super) const CARDS: &[&str] =
    &["visa", "mastercard", "amex", "maestro", "discover", "optima", "jcb", "diners-club", "enroute"];
