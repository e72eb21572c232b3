//! `<Gather>`: keys or speech, with prompts that the caller may interrupt (`twiml-voice.md` section 4).

use super::{Flow, Goto, action_or_base, callback, prompts, reference};
use crate::call::cx::Cx;
use crate::call::exchange::{Plan, Role};
use crate::call::params::put;
use crate::call::{Gather, Prompt, Running, Timer};
use crate::effect::{Collect, Effect, SpeechOptions};
use crate::event::Purpose;
use crate::input::Speech;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Node};

/// Seconds after which speech is cut off, from the start of listening (`twiml-voice.md` section 8).
const MAX_SPEECH_SECONDS: u32 = 60;

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    // The one bad attribute that fails a document (rule of 2024-07-22, `twiml-voice.md` section 3).
    if let Some(say) = node.children().find(|nested| nested.attribute_error(Attribute::Voice).is_some()) {
        let message = "the voice of this <Say> in <Gather> does not exist: the document fails";
        return Flow::Fail(Problem::at(Code::GatherSayVoice, say.span(), message));
    }
    let input = node.word(Attribute::Input).unwrap_or_default();
    let listens = |kind: &str| input.split_ascii_whitespace().any(|item| item == kind);
    let collect = Collect {
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        digits: listens("dtmf"),
        speech: listens("speech").then(|| speech_options(cx, node)),
    };
    cx.effect(Effect::Collect(collect));
    let gather = Gather { since: Some(cx.now()), ..Gather::default() };
    prompt_from(cx, node, gather, node.first_child())
}

fn speech_options(cx: &mut Cx<'_, '_>, node: Node<'_>) -> SpeechOptions {
    let text = |attribute| node.word(attribute).unwrap_or_default().into();
    let speech_timeout = match node.attribute(Attribute::SpeechTimeout) {
        Some("auto") => None,
        Some(seconds) => seconds.parse().ok(),
        None => Some(node.count(Attribute::Timeout)),
    };
    SpeechOptions {
        language: text(Attribute::Language),
        hints: text(Attribute::Hints),
        model: text(Attribute::SpeechModel),
        profanity_filter: node.flag(Attribute::ProfanityFilter),
        speech_timeout,
        partial_results: callback(cx, node, Attribute::PartialResultCallback).is_some(),
    }
}

/// Plays the prompts from `next` on; after the last one the silence begins to count.
fn prompt_from(cx: &mut Cx<'_, '_>, node: Node<'_>, mut gather: Gather, next: Option<Node<'_>>) -> Flow {
    gather.prompt = match prompts::play_from(cx, next) {
        Ok(prompt) => prompt,
        Err(problem) => {
            prompts::stop_listening(cx);
            return Flow::Fail(problem);
        }
    };
    if matches!(gather.prompt, Prompt::Done) {
        count(cx, node, &gather);
    }
    Flow::Park(Running::Gathering(gather))
}

/// Starts the time that is left when no prompt plays: for the speech that has begun, or for anything at all.
fn count(cx: &mut Cx<'_, '_>, node: Node<'_>, gather: &Gather) {
    let now = cx.now();
    let until = if gather.speaking {
        let listened = gather.since.unwrap_or(now).plus_seconds(u64::from(MAX_SPEECH_SECONDS));
        // What `maxSpeechTime` counts from is not known; by its name it is the speech.
        let spoken =
            node.number(Attribute::MaxSpeechTime).map(|longest| now.plus_seconds(u64::from(longest)));
        spoken.map_or(listened, |spoken| spoken.min(listened)).max(now)
    } else {
        // Prompts that a key does not stop are heard to the end, and its time counts meanwhile (our choice).
        gather.pressed.unwrap_or(now).plus_seconds(u64::from(node.count(Attribute::Timeout))).max(now)
    };
    cx.call.timers.set(Timer::Verb, until);
}

/// A prompt ended by itself.
pub(crate) fn media_done(cx: &mut Cx<'_, '_>, node: Node<'_>, gather: Gather) -> Flow {
    let next = prompt(node, &gather).and_then(|prompt| prompt.next_sibling());
    prompt_from(cx, node, gather, next)
}

/// The prompt that plays.
pub(crate) fn prompt<'a>(node: Node<'a>, gather: &Gather) -> Option<Node<'a>> {
    node.children().find(|nested| gather.prompt.is_at(*nested))
}

/// The timer fired: a nested pause is over, or nothing more came.
pub(crate) fn silence(cx: &mut Cx<'_, '_>, node: Node<'_>, gather: Gather) -> Flow {
    if matches!(gather.prompt, Prompt::Pause { .. }) {
        return media_done(cx, node, gather);
    }
    finish(cx, node, &gather, None)
}

/// The caller pressed keys. Those after the end of the gather are dropped.
pub(crate) fn digits(cx: &mut Cx<'_, '_>, node: Node<'_>, mut gather: Gather, keys: &str) -> Flow {
    let input = node.word(Attribute::Input).unwrap_or_default();
    // Once the caller speaks, keys no longer count.
    if gather.speaking || !input.contains("dtmf") {
        return Flow::Park(Running::Gathering(gather));
    }
    let finish_on = node.word(Attribute::FinishOnKey).unwrap_or_default();
    let most = node.number(Attribute::NumDigits).and_then(|most| usize::try_from(most).ok());
    for key in keys.chars() {
        interrupt(cx, node, &mut gather);
        if finish_on.contains(key) {
            return finish(cx, node, &gather, Some(key));
        }
        gather.digits.push(key);
        gather.pressed = Some(cx.now());
        if most.is_some_and(|most| gather.digits.len() >= most) {
            return finish(cx, node, &gather, None);
        }
    }
    if matches!(gather.prompt, Prompt::Done) {
        count(cx, node, &gather);
    }
    Flow::Park(Running::Gathering(gather))
}

/// Stops the remaining prompts, unless the document wants them heard to the end.
fn interrupt(cx: &mut Cx<'_, '_>, node: Node<'_>, gather: &mut Gather) {
    let may = node.attribute(Attribute::BargeIn).is_none_or(|value| value != "false");
    if may {
        prompts::stop(cx, &mut gather.prompt);
    }
}

/// The recogniser heard something. The first kind of input wins: after a key, speech no longer counts.
pub(crate) fn speech(cx: &mut Cx<'_, '_>, node: Node<'_>, mut gather: Gather, heard: &Speech) -> Flow {
    let input = node.word(Attribute::Input).unwrap_or_default();
    if !gather.digits.is_empty() || !input.contains("speech") {
        return Flow::Park(Running::Gathering(gather));
    }
    interrupt(cx, node, &mut gather);
    if heard.is_final {
        return finish_speech(cx, node, &gather, heard);
    }
    if !gather.speaking {
        gather.speaking = true;
        // A prompt that must be heard to the end ends first; a nested <Pause> still needs the timer.
        if matches!(gather.prompt, Prompt::Done) {
            count(cx, node, &gather);
        }
    }
    if let Err(problem) = partial(cx, node, &mut gather, heard) {
        cx.problem(problem);
    }
    Flow::Park(Running::Gathering(gather))
}

fn partial(cx: &mut Cx<'_, '_>, node: Node<'_>, gather: &mut Gather, heard: &Speech) -> Result<(), Problem> {
    // What is wrong with the URL was told when the verb began.
    let url = reference(cx, node, Attribute::PartialResultCallback).ok().flatten();
    let Some(url) = url else { return Ok(()) };
    let mut form = Vec::with_capacity(4);
    put(&mut form, "UnstableSpeechResult", heard.text.reveal());
    put(&mut form, "StableSpeechResult", "");
    put(&mut form, "Stability", heard.confidence.unwrap_or_default().to_string());
    put(&mut form, "SequenceNumber", gather.partials.to_string());
    gather.partials = gather.partials.saturating_add(1);
    let method = node.method(Attribute::PartialResultCallbackMethod);
    let plan =
        Plan { purpose: Purpose::PartialResult, role: Role::Callback, method, url: &url, sequence: None };
    cx.request(&plan, &form)
}

fn finish_speech(cx: &mut Cx<'_, '_>, node: Node<'_>, gather: &Gather, heard: &Speech) -> Flow {
    if heard.text.reveal().trim().is_empty() {
        return finish(cx, node, gather, None);
    }
    end(cx, gather);
    let mut extra = Vec::with_capacity(2);
    put(&mut extra, "SpeechResult", heard.text.reveal().to_owned());
    if let Some(confidence) = heard.confidence {
        put(&mut extra, "Confidence", confidence.to_string());
    }
    submit(cx, node, extra)
}

/// The gather is over: what was pressed goes to the action; with nothing pressed the next verb runs, unless the
/// document asks for the action all the same.
fn finish(cx: &mut Cx<'_, '_>, node: Node<'_>, gather: &Gather, key: Option<char>) -> Flow {
    end(cx, gather);
    if gather.digits.is_empty() && !node.flag(Attribute::ActionOnEmptyResult) {
        return Flow::Next;
    }
    let mut extra = Vec::with_capacity(3);
    put(&mut extra, "Digits", gather.digits.clone());
    put(&mut extra, "FinishedOnKey", key.map(String::from).unwrap_or_default());
    put(&mut extra, "msg", "Gather End");
    submit(cx, node, extra)
}

fn end(cx: &mut Cx<'_, '_>, gather: &Gather) {
    cx.call.timers.stop(Timer::Verb);
    prompts::stop(cx, &mut gather.prompt.clone());
    prompts::stop_listening(cx);
}

fn submit(cx: &Cx<'_, '_>, node: Node<'_>, extra: crate::call::params::Form<'static>) -> Flow {
    let method = node.method(Attribute::Method);
    match action_or_base(cx, node) {
        Ok(url) => Flow::Goto(Goto { url, method, purpose: Purpose::Action, extra }),
        Err(problem) => Flow::Fail(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::Document;

    #[test]
    fn the_prompt_of_a_saved_gather_is_found_by_its_place_or_else_its_number() {
        let source = "<Response><Gather><Say>a</Say><Play>b</Play></Gather></Response>";
        let document = Document::from_text(source).unwrap();
        let node = document.root().first_child().unwrap();
        let last = node.children().last().unwrap();
        let found = |index, place| {
            let gather =
                Gather { prompt: Prompt::Media { node: index, step: 1, place }, ..Gather::default() };
            prompt(node, &gather).map(|prompt| prompt.index())
        };
        assert_eq!(found(99, Some(last.span().start)), Some(last.index()));
        assert_eq!(found(last.index(), None), Some(last.index()));
        assert_eq!(found(last.index(), Some(0)), None);
    }
}
