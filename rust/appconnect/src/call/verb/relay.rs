//! `<ConversationRelay>`: an application talks with the caller in text; speech is made and recognised for it
//! (`twiml-voice.md` section 7).
//!
//! Its frames are decided here; the edge only carries them. Where the vendor publishes nothing, these are our choices:
//! what the application says is spoken piece by piece, each `last` token ending one; an `end` takes effect at once; an
//! interruption drops all that waits to be said.

mod frames;
mod session;

pub(super) use session::connect;
pub(crate) use session::{event, lost, stop};

use super::Flow;
use crate::call::cx::Cx;
use crate::call::{Content, Interruptible, Playing, Relay, Running, Utterance};
use crate::effect::{Effect, Play, PlaySource, Say, SendRelay, StopMedia};
use crate::event::{EventKind, Heard, Medium, Relayed};
use crate::http::Url;
use crate::id::RelaySid;
use crate::input::{MediaFailure, SocketEvent, Speech};
use crate::pii::Pii;
use crate::twiml::{Attribute, Element, Node};
use frames::{Fault, Incoming, Outgoing};

/// Most that an application may have waiting to be said, in pieces and, of a piece that is not complete, in bytes. Our
/// choice: hours of speech.
const MAX_QUEUE: usize = 256;
const MAX_TOKENS: usize = 65_536;

/// Most keypad tones in a frame. Our choice.
const MAX_TONES: usize = 256;

/// The application sent a frame.
pub(crate) fn message(cx: &mut Cx<'_, '_>, node: Node<'_>, mut relay: Box<Relay>, text: &str) -> Flow {
    let Some(noun) = node.first_child().filter(|_| relay.opened.is_some()) else {
        return Flow::Park(Running::Relaying(relay));
    };
    cx.report(|_| EventKind::Relayed(Relayed { received: true, text: text.into() }));
    let taken = match frames::read(text) {
        Ok(Incoming::End { handoff_data }) => {
            return session::end(cx, node, &relay, handoff_data.and_then(frames::handoff));
        }
        Ok(incoming) => take(cx, noun, &mut relay, incoming).map_err(Fault::Invalid),
        Err(fault) => Err(fault),
    };
    if let Err(fault) = taken {
        let (event, why) = match fault {
            Fault::Malformed(why) => (SocketEvent::Malformed, why),
            Fault::Invalid(why) => (SocketEvent::Invalid, why),
        };
        refuse(cx, &relay, event, &why);
    }
    Flow::Park(Running::Relaying(relay))
}

/// Tells application and account of a frame that cannot be used.
fn refuse(cx: &mut Cx<'_, '_>, relay: &Relay, event: SocketEvent, why: &str) {
    cx.problem(super::stream::socket_problem(event, &format!("a message is not valid: {why}")));
    send(cx, relay, &Outgoing::Error { description: &format!("Invalid message received: {why}") });
}

fn send(cx: &mut Cx<'_, '_>, relay: &Relay, frame: &Outgoing<'_>) {
    send_text(cx, relay.sid, frame.to_text());
}

fn send_text(cx: &mut Cx<'_, '_>, relay: RelaySid, text: String) {
    let text = Pii::from(text);
    cx.report(|_| EventKind::Relayed(Relayed { received: false, text: text.clone() }));
    let leg = cx.line.id.clone();
    cx.effect(Effect::SendRelay(SendRelay { relay, leg, text }));
}

/// Does what a frame asks for; the error says why it cannot.
fn take(cx: &mut Cx<'_, '_>, noun: Node<'_>, relay: &mut Relay, frame: Incoming) -> Result<(), String> {
    match frame {
        Incoming::Text { token, last, lang, interruptible, preemptible } => {
            let language = checked_language(lang)?.unwrap_or_else(|| relay.speech.clone());
            relay.tokens.push_str(&token);
            if relay.tokens.len() > MAX_TOKENS {
                relay.tokens.clear();
                return Err(format!("more than {MAX_TOKENS} bytes of text without a last token"));
            }
            if !last {
                return Ok(());
            }
            let tokens = std::mem::take(&mut relay.tokens);
            let text = tokens.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.is_empty() {
                return Ok(());
            }
            utter(cx, noun, relay, Content::Words { text, language }, interruptible, preemptible)
        }
        Incoming::Play { source, rounds, interruptible, preemptible } => {
            let url = Url::parse(source.trim()).map_err(|error| format!("source: {error}"))?;
            let rounds = match rounds.unwrap_or(1) {
                0 => 1_000,
                rounds => rounds.min(1_000),
            };
            let content = Content::Audio { url: url.as_str().to_owned(), rounds };
            utter(cx, noun, relay, content, interruptible, preemptible)
        }
        Incoming::SendDigits { digits } => {
            let tone = |c: char| matches!(c, '0'..='9' | 'A'..='D' | '*' | '#' | 'w' | 'W');
            if digits.is_empty() || digits.len() > MAX_TONES || !digits.chars().all(tone) {
                return Err(format!("digits: write 1 to {MAX_TONES} of 0-9, A-D, *, #, w and W"));
            }
            utter(cx, noun, relay, Content::Tones(digits), None, None)
        }
        Incoming::Language { tts_language, transcription_language } => {
            let (speech, heard) =
                (checked_language(tts_language)?, checked_language(transcription_language)?);
            if let Some(speech) = speech {
                relay.speech = speech;
            }
            if let Some(heard) = heard.filter(|heard| *heard != relay.transcription) {
                relay.transcription = heard;
                session::listen(cx, noun, relay);
            }
            Ok(())
        }
        Incoming::End { .. } => Ok(()),
    }
}

fn checked_language(language: Option<String>) -> Result<Option<String>, String> {
    let valid = |tag: &str| {
        (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    match language {
        Some(tag) if !valid(&tag) => Err("a language is a tag such as en-US".to_owned()),
        other => Ok(other),
    }
}

/// Says something after what is being said, or instead of it where that may be preempted.
fn utter(
    cx: &mut Cx<'_, '_>,
    noun: Node<'_>,
    relay: &mut Relay,
    content: Content,
    interruptible: Option<bool>,
    preemptible: Option<bool>,
) -> Result<(), String> {
    if relay.queue.len() >= MAX_QUEUE {
        return Err(format!("{MAX_QUEUE} pieces wait to be said already"));
    }
    let usual = Interruptible::from_word(noun.word(Attribute::Interruptible).unwrap_or_default());
    let interruptible = match interruptible {
        Some(false) => Interruptible::None,
        Some(true) if usual == Interruptible::None => Interruptible::Any,
        _ => usual,
    };
    let preemptible = preemptible.unwrap_or_else(|| noun.flag(Attribute::Preemptible));
    relay.queue.retain(|waiting| !waiting.preemptible);
    if relay.playing.as_ref().is_some_and(|playing| playing.utterance.preemptible) {
        silence(cx, relay);
    }
    relay.queue.push(Utterance { content, interruptible, preemptible });
    go_on(cx, noun, relay);
    Ok(())
}

/// Begins the next piece, if nothing is being said.
fn go_on(cx: &mut Cx<'_, '_>, noun: Node<'_>, relay: &mut Relay) {
    if relay.playing.is_some() || relay.queue.is_empty() {
        return;
    }
    let utterance = relay.queue.remove(0);
    let reply = cx.next_reply();
    let (leg, call) = (cx.line.id.clone(), cx.call.sid);
    let (medium, heard, effect) = match &utterance.content {
        Content::Words { text, language } => {
            let say = Say {
                reply,
                leg,
                call,
                text: text.as_str().into(),
                ssml: None,
                breaks_ms: 0,
                voice: voice(noun, language).into(),
                language: language.as_str().into(),
                rounds: 1,
            };
            (Medium::Speech, text, Effect::Say(say))
        }
        Content::Audio { url, rounds } => {
            let source = PlaySource::Url(url.as_str().into());
            (Medium::Audio, url, Effect::Play(Play { reply, leg, call, source, rounds: *rounds }))
        }
        Content::Tones(tones) => {
            let source = PlaySource::Tones(tones.as_str().into());
            (Medium::Tones, tones, Effect::Play(Play { reply, leg, call, source, rounds: 1 }))
        }
    };
    cx.report(|_| EventKind::Heard(Heard { medium, text: heard.as_str().into() }));
    cx.effect(effect);
    relay.playing = Some(Playing { step: reply.step, since: cx.now(), utterance });
}

/// The voice of a language: that of its `<Language>`, that of the noun, or the provider's own.
fn voice<'a>(noun: Node<'a>, language: &str) -> &'a str {
    let own = of_language(noun, language).and_then(|node| node.attribute(Attribute::Voice));
    own.or_else(|| noun.attribute(Attribute::Voice))
        .or_else(|| noun.word(Attribute::TtsProvider))
        .unwrap_or_default()
}

/// The `<Language>` of a language.
fn of_language<'a>(noun: Node<'a>, language: &str) -> Option<Node<'a>> {
    let mut languages = noun.children().filter(|child| child.element() == Element::Language);
    languages.find(|child| child.attribute(Attribute::Code) == Some(language))
}

/// Stops what is being said.
fn silence(cx: &mut Cx<'_, '_>, relay: &mut Relay) -> Option<Playing> {
    let playing = relay.playing.take()?;
    let leg = cx.line.id.clone();
    cx.effect(Effect::StopMedia(StopMedia { leg }));
    Some(playing)
}

/// A piece has been said, or could not be.
pub(crate) fn media_done(
    cx: &mut Cx<'_, '_>,
    node: Node<'_>,
    mut relay: Box<Relay>,
    failed: Option<MediaFailure>,
) -> Flow {
    relay.playing = None;
    if let Some(why) = failed {
        let why = match why {
            MediaFailure::ContentType => "the source is not audio that can be played",
            MediaFailure::Retrieval => "the source could not be retrieved",
            MediaFailure::Silent => "the source holds no sound",
        };
        refuse(cx, &relay, SocketEvent::Invalid, why);
    }
    if let Some(noun) = node.first_child() {
        go_on(cx, noun, &mut relay);
    }
    Flow::Park(Running::Relaying(relay))
}

/// Whether input of the caller reaches the application: always, unless it speaks and neither may be interrupted by it
/// nor wants to be told. An interruption happens here.
fn admits(
    cx: &mut Cx<'_, '_>,
    noun: Node<'_>,
    relay: &mut Relay,
    counts: impl Fn(Interruptible) -> bool,
) -> bool {
    let Some(playing) = &relay.playing else { return true };
    if counts(playing.utterance.interruptible) {
        interrupt(cx, relay);
        return true;
    }
    let reported = noun.word(Attribute::ReportInputDuringAgentSpeech).unwrap_or_default();
    counts(Interruptible::from_word(reported))
}

fn interrupt(cx: &mut Cx<'_, '_>, relay: &mut Relay) {
    let Some(playing) = silence(cx, relay) else { return };
    relay.queue.clear();
    relay.tokens.clear();
    let elapsed = cx.now().since(playing.since);
    let heard = match &playing.utterance.content {
        Content::Words { text, .. } => {
            let pace = u64::from(cx.world.config.relay_characters_per_second);
            spoken(text, elapsed.saturating_mul(pace) / 1_000)
        }
        Content::Audio { .. } | Content::Tones(_) => String::new(),
    };
    let frame = Outgoing::Interrupt {
        utterance_until_interrupt: &heard,
        duration_until_interrupt_ms: elapsed.to_string(),
    };
    send(cx, relay, &frame);
}

/// The whole words that fit into so many characters from the start of a text.
fn spoken(text: &str, characters: u64) -> String {
    let mut heard = String::new();
    let mut used = 0_u64;
    for word in text.split(' ') {
        let gap = u64::from(!heard.is_empty());
        used =
            used.saturating_add(gap).saturating_add(u64::try_from(word.chars().count()).unwrap_or(u64::MAX));
        if used > characters {
            break;
        }
        if gap > 0 {
            heard.push(' ');
        }
        heard.push_str(word);
    }
    heard
}

/// The caller pressed keys.
pub(crate) fn digits(cx: &mut Cx<'_, '_>, node: Node<'_>, mut relay: Box<Relay>, keys: &str) -> Flow {
    let noun =
        node.first_child().filter(|noun| noun.flag(Attribute::DtmfDetection) && relay.opened.is_some());
    let mut digit = [0; 4];
    for key in noun.iter().flat_map(|_| keys.chars()) {
        if admits(cx, noun.unwrap_or(node), &mut relay, Interruptible::by_keys) {
            send(cx, &relay, &Outgoing::Dtmf { digit: key.encode_utf8(&mut digit) });
        }
    }
    Flow::Park(Running::Relaying(relay))
}

/// The recogniser heard the caller.
pub(crate) fn speech(cx: &mut Cx<'_, '_>, node: Node<'_>, mut relay: Box<Relay>, heard: &Speech) -> Flow {
    let Some(noun) = node.first_child().filter(|_| relay.opened.is_some()) else {
        return Flow::Park(Running::Relaying(relay));
    };
    let text = heard.text.reveal();
    let told = heard.is_final || noun.flag(Attribute::PartialPrompts);
    if admits(cx, noun, &mut relay, Interruptible::by_speech) && told && !text.trim().is_empty() {
        let frame = Outgoing::Prompt { voice_prompt: text, lang: &relay.transcription, last: heard.is_final };
        send(cx, &relay, &frame);
    }
    Flow::Park(Running::Relaying(relay))
}

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn what_was_spoken_are_the_whole_words_that_had_time() {
        let text = "Life is a set of things";
        for (characters, heard) in
            [(0, ""), (3, ""), (4, "Life"), (8, "Life is"), (9, "Life is a"), (99, text)]
        {
            assert_eq!(spoken(text, characters), heard, "{characters}");
        }
    }
}
