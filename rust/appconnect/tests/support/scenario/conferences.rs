//! What an account does with a conference and those in it.

use appconnect::http::Url;
use appconnect::input::{ConferenceChange, Input, ModifyConference, ModifyParticipant, ParticipantChange};
use appconnect::registry::Webhook;

use super::file::Fields;
use super::stage::Stage;
use super::{method, setup};

pub fn act(stage: &mut Stage, kind: &str, value: &str, keys: Fields) -> Result<(), String> {
    match kind {
        "participant" => participant(stage, value, keys),
        _ => conference(stage, value, keys),
    }
}

/// Somebody in a conference is changed.
fn participant(stage: &mut Stage, call: &str, mut keys: Fields) -> Result<(), String> {
    let fault = |error| format!("participant: {error}");
    let call = stage.names.fill(call)?.parse().map_err(fault)?;
    let conference = keys.text("of")?.ok_or("participant: of is missing")?;
    let conference = stage.names.fill(&conference)?.parse().map_err(fault)?;
    let coach = keys.text("coach")?.map(|coach| stage.names.fill(&coach)).transpose()?;
    let how = method(&mut keys)?;
    let change = ParticipantChange {
        muted: keys.flag("muted")?,
        hold: keys.flag("hold")?,
        hold_document: document(&mut keys, "hold_url", how)?,
        coaching: keys.flag("coaching")?,
        coach: coach.map(|coach| coach.parse()).transpose().map_err(fault)?,
        end_on_exit: keys.flag("end_on_exit")?,
        beep_on_exit: keys.flag("beep_on_exit")?,
        announcement: document(&mut keys, "announce", how)?,
        kick: keys.flag("kick")?.unwrap_or_default(),
    };
    let refused = keys.text("refused")?;
    keys.done()?;
    let modify = ModifyParticipant { conference, call, change };
    super::give(stage, Input::ModifyParticipant(Box::new(modify)), refused)
}

/// A conference ends, or all in it hear something.
fn conference(stage: &mut Stage, conference: &str, mut keys: Fields) -> Result<(), String> {
    let conference = stage.names.fill(conference)?.parse().map_err(|error| format!("conference: {error}"))?;
    let how = method(&mut keys)?;
    let change = match (document(&mut keys, "announce", how)?, keys.flag("end")?) {
        (Some(document), None) => ConferenceChange::Announce(document),
        (None, Some(true)) => ConferenceChange::End,
        _ => return Err("conference: one of announce and end is needed".to_owned()),
    };
    let refused = keys.text("refused")?;
    keys.done()?;
    super::give(stage, Input::ModifyConference(ModifyConference { conference, change }), refused)
}

fn document(
    keys: &mut Fields,
    name: &str,
    method: appconnect::http::Method,
) -> Result<Option<Webhook>, String> {
    let Some(url) = keys.text(name)? else { return Ok(None) };
    let url = Url::parse(&setup::whole(&url)).map_err(|error| format!("{name}: {error}"))?;
    Ok(Some(Webhook { url, method }))
}
