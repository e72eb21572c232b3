//! The text frames of a `<ConversationRelay>`, as JSON (`twiml-voice.md` section 7).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The largest frame that is read, in bytes. Our choice: as large as a document may be.
const MAX_FRAME: usize = 65_536;

/// What we tell the application.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Outgoing<'a> {
    /// The first frame: whose call it is.
    Setup {
        session_id: &'a str,
        account_sid: &'a str,
        call_sid: &'a str,
        parent_call_sid: &'a str,
        from: &'a str,
        to: &'a str,
        forwarded_from: &'a str,
        caller_name: &'a str,
        direction: &'a str,
        call_type: &'a str,
        call_status: &'a str,
        custom_parameters: Map<String, Value>,
    },
    /// What the caller said.
    Prompt { voice_prompt: &'a str, lang: &'a str, last: bool },
    /// A key that the caller pressed.
    Dtmf { digit: &'a str },
    /// The caller interrupted what was being said. The milliseconds are a text, as all numbers of these protocols.
    Interrupt { utterance_until_interrupt: &'a str, duration_until_interrupt_ms: String },
    /// A frame of the application could not be used.
    Error { description: &'a str },
}

impl Outgoing<'_> {
    pub(super) fn to_text(&self) -> String {
        // A map with text keys can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the application tells us.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Incoming {
    /// A piece of text to be spoken, with the pieces before it, when it is the last.
    Text {
        token: String,
        #[serde(default)]
        last: bool,
        lang: Option<String>,
        interruptible: Option<bool>,
        preemptible: Option<bool>,
    },
    /// An audio file to be played.
    Play {
        source: String,
        #[serde(rename = "loop")]
        rounds: Option<u32>,
        interruptible: Option<bool>,
        preemptible: Option<bool>,
    },
    /// Keypad tones to be played.
    SendDigits { digits: String },
    /// Another language to be spoken or listened for.
    Language { tts_language: Option<String>, transcription_language: Option<String> },
    /// The end of the session.
    End { handoff_data: Option<Value> },
}

/// Why a frame cannot be used.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is not even JSON.
    Malformed(String),
    /// It is no frame that there is.
    Invalid(String),
}

/// Reads a frame of the application.
pub(super) fn read(text: &str) -> Result<Incoming, Fault> {
    if text.len() > MAX_FRAME {
        return Err(Fault::Malformed(format!("it is larger than {MAX_FRAME} bytes")));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| Fault::Malformed(error.to_string()))?;
    Incoming::deserialize(value).map_err(|error| Fault::Invalid(error.to_string()))
}

/// The `handoffData` of an `end`: a text as it is, anything else as JSON.
pub(super) fn handoff(data: Value) -> Option<String> {
    match data {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_by_their_type() {
        let text = read(r#"{"type":"text","token":"Hi","last":true,"other":1}"#);
        assert!(matches!(text, Ok(Incoming::Text { token, last: true, .. }) if token == "Hi"));
        assert!(matches!(
            read(r#"{"type":"play","source":"https://h/a.wav","loop":2}"#),
            Ok(Incoming::Play { rounds: Some(2), .. })
        ));
        assert!(matches!(read(r#"{"type":"end"}"#), Ok(Incoming::End { handoff_data: None })));
        for malformed in ["", "{", "nonsense", "{\"type\":\"text\"", &"[".repeat(5_000), &" ".repeat(65_537)]
        {
            assert!(matches!(read(malformed), Err(Fault::Malformed(_))), "{malformed:.20}");
        }
        for invalid in
            ["{}", "[]", "1", r#"{"type":"shout"}"#, r#"{"type":"text"}"#, r#"{"type":"text","token":1}"#]
        {
            assert!(matches!(read(invalid), Err(Fault::Invalid(_))), "{invalid}");
        }
    }

    #[test]
    fn handoff_data_arrives_as_it_was_written() {
        assert_eq!(handoff(Value::from("{\"a\": 1}")).as_deref(), Some("{\"a\": 1}"));
        assert_eq!(handoff(serde_json::json!({"a": 1})).as_deref(), Some("{\"a\":1}"));
        assert_eq!(handoff(Value::Null), None);
    }
}
