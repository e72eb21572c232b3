//! Acts of services outside: payment gateways, senders of messages, transcribers, SIP peers. Each answers the oldest
//! question of its kind; a peer tells of the oldest transfer as often as it likes.

use appconnect::effect::Effect;
use appconnect::id::ReplyId;
use appconnect::input::{
    ChargeDone, ChargeOutcome, Input, MessageStatus, RecordingTranscribed, ReferProgress, ReferStep,
};
use appconnect::pii::Pii;

use super::file::Fields;
use super::stage::Stage;

/// Questions that wait for an answer, oldest first.
#[derive(Default)]
pub struct Waiting {
    charges: Vec<ReplyId>,
    messages: Vec<ReplyId>,
    recordings: Vec<ReplyId>,
    transfers: Vec<ReplyId>,
}

impl Waiting {
    /// Keeps the question that an effect asks.
    pub fn keep(&mut self, effect: &Effect) {
        match effect {
            Effect::Charge(charge) => self.charges.push(charge.reply),
            Effect::Refer(refer) => self.transfers.push(refer.reply),
            Effect::SendMessage(message) => self.messages.push(message.reply),
            Effect::Transcribe(transcribe) => self.recordings.push(transcribe.reply),
            _ => {}
        }
    }
}

fn oldest(waiting: &mut Vec<ReplyId>) -> Result<ReplyId, String> {
    if waiting.is_empty() { Err("nothing waits for this".to_owned()) } else { Ok(waiting.remove(0)) }
}

pub fn act(stage: &mut Stage, kind: &str, value: &str, keys: &mut Fields) -> Result<(), String> {
    let waiting = &mut stage.waiting;
    let input = match kind {
        "charged" => {
            let reply = oldest(&mut waiting.charges)?;
            Input::ChargeDone(ChargeDone { reply, outcome: charged(value, keys)? })
        }
        "sent" => {
            let reply = oldest(&mut waiting.messages)?;
            let sent = either(kind, value, "yes", "no")?;
            Input::MessageStatus(MessageStatus { reply, sent })
        }
        "transcribed" => {
            let reply = oldest(&mut waiting.recordings)?;
            let text = (!value.is_empty()).then(|| Pii::from(value));
            Input::RecordingTranscribed(RecordingTranscribed { reply, text })
        }
        _ => {
            let reply = *waiting.transfers.first().ok_or("nothing waits for this")?;
            let code = value.parse().map_err(|_| format!("{kind}: {value} is no SIP status code"))?;
            let response = kind == "refer_response";
            let step = if response { ReferStep::Response(code) } else { ReferStep::Notify(code) };
            Input::ReferProgress(ReferProgress { reply, step })
        }
    };
    super::give(stage, input, None)
}

fn either(kind: &str, value: &str, yes: &str, no: &str) -> Result<bool, String> {
    match value {
        value if value == yes => Ok(true),
        value if value == no => Ok(false),
        other => Err(format!("{kind}: {other} is neither {yes} nor {no}")),
    }
}

fn charged(value: &str, keys: &mut Fields) -> Result<ChargeOutcome, String> {
    if either("charged", value, "yes", "no")? {
        let mut pii = |key| keys.text(key).map(|text| text.map(Pii::from));
        return Ok(ChargeOutcome::Paid {
            token: pii("token")?,
            confirmation_code: pii("confirmation")?,
            profile_id: pii("profile")?,
        });
    }
    Ok(ChargeOutcome::Failed {
        code: keys.text("code")?.and_then(|code| code.parse().ok()).unwrap_or_default(),
        message: keys.text("message")?.unwrap_or_default().into(),
        connector_error: keys.text("words")?.map(Into::into),
    })
}
