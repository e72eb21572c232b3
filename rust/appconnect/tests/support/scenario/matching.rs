//! Comparing what happened with what a step wants.

use toml::{Table, Value};

use super::file::{Step, number, plain};
use super::names::Names;
use super::seen::{Happening, KINDS};
use super::setup::whole;

/// Milliseconds as seconds, without zeros that say nothing.
pub fn seconds(millis: u64) -> String {
    let text = format!("{}.{:03}", millis / 1_000, millis % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A moment of a step, in milliseconds.
pub fn moment(value: &Value) -> Option<u64> {
    number(value).filter(|seconds| *seconds >= 0.0).map(super::line::milliseconds)
}

/// A happening in a few words.
pub fn told(seen: &Happening) -> String {
    format!("{} \"{}\" at {}", seen.kind, seen.value, seconds(seen.at))
}

/// The keys that an expectation of a kind may have; none when there is no such kind.
pub fn fields_of(kind: &str) -> Option<&'static [&'static str]> {
    KINDS.iter().find(|(name, ..)| *name == kind).map(|(_, _, fields)| *fields)
}

/// Whether a happening is what a step wants; the error says what differs.
pub fn matches(step: &Step, seen: &Happening, names: &mut Names) -> Result<(), String> {
    let wanted = plain(&step.value).ok_or("an expectation must be a text, a number or true")?;
    let shown = names.shown(&absolute(&step.kind, &wanted));
    if seen.kind != step.kind || !same_value(&wanted, seen, names)? {
        return Err(format!("wanted {} \"{shown}\", got {}", step.kind, told(seen)));
    }
    let differs = |what: &str, wanted: &str, got: &str| {
        Err(format!("{}: {what}: wanted {wanted}, got {got}", told(seen)))
    };
    for (key, value) in &step.keys {
        match key.as_str() {
            "at" => {
                let at = moment(value).ok_or("at must be a number of seconds")?;
                if at != seen.at {
                    return differs("at", &seconds(at), &seconds(seen.at));
                }
            }
            "has" => compare(value, &seen.parameters, seen, names)?,
            "headers" => compare(value, &seen.headers, seen, names)?,
            "lacks" => absent(value, &seen.parameters, seen)?,
            "no_headers" => absent(value, &seen.headers, seen)?,
            field => {
                let text =
                    plain(value).ok_or(format!("{field} must be a text, a number or true or false"))?;
                let got =
                    seen.fields.iter().find(|(name, _)| *name == field).map(|(_, value)| value.as_str());
                let got = got.unwrap_or_default();
                if !names.matches(&text, got)? {
                    return differs(field, &quoted(&names.shown(&text)), &quoted(got));
                }
            }
        }
    }
    Ok(())
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "nothing".to_owned() } else { format!("\"{text}\"") }
}

/// URLs of requests and of what is heard may be relative.
fn absolute(kind: &str, value: &str) -> String {
    if kind == "request" || kind == "hear" { whole(value) } else { value.to_owned() }
}

/// The value of a request is its URL. A query must be named, but for what a GET adds.
fn same_value(wanted: &str, seen: &Happening, names: &mut Names) -> Result<bool, String> {
    let wanted = absolute(seen.kind, wanted);
    let is_get = seen.fields.iter().any(|(name, value)| *name == "method" && value == "GET");
    if seen.kind == "request" && is_get {
        if !wanted.contains('?') {
            return names.matches(&wanted, seen.value.split('?').next().unwrap_or_default());
        }
        let filled = names.shown(&wanted);
        return Ok(seen.value.starts_with(&format!("{filled}&")) || seen.value == filled);
    }
    names.matches(&wanted, &seen.value)
}

fn compare(
    wanted: &Value,
    pairs: &[(String, String)],
    seen: &Happening,
    names: &mut Names,
) -> Result<(), String> {
    let empty = Table::new();
    let wanted = wanted.as_table().unwrap_or(&empty);
    for (name, value) in wanted {
        let text = plain(value).ok_or(format!("{name} must be a text, a number or true or false"))?;
        let got = find(pairs, name);
        let same = match got {
            Some(got) => names.matches(&text, got)?,
            None => false,
        };
        if !same {
            let got = got.map_or("nothing".to_owned(), |got| format!("\"{got}\""));
            return Err(format!("{}: {name}: wanted \"{}\", got {got}", told(seen), names.shown(&text)));
        }
    }
    Ok(())
}

fn absent(unwanted: &Value, pairs: &[(String, String)], seen: &Happening) -> Result<(), String> {
    for name in unwanted.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if let Some(got) = find(pairs, name) {
            return Err(format!("{}: {name}: wanted nothing, got \"{got}\"", told(seen)));
        }
    }
    Ok(())
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name) && (key == name || is_header(name)))
        .map(|(_, value)| value.as_str())
}

/// Header fields are the names with a hyphen, and a few others.
fn is_header(name: &str) -> bool {
    name.contains('-') || ["Authorization", "Cookie", "Host"].contains(&name)
}
