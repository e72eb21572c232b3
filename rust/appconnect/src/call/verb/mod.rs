//! The verbs, one file each. A verb looks at its node, asks for effects, and says what happens to the document.

mod agent;
mod connect;
mod dial;
mod echo;
mod enqueue;
mod gather;
mod hangup;
mod leave;
mod pause;
mod pay;
mod play;
mod prompts;
mod record;
mod recording;
mod redirect;
mod refer;
mod reject;
mod relay;
mod say;
mod siprec;
mod sms;
mod start;
mod stop;
mod stream;
mod transcription;
mod unsupported;

use super::cx::Cx;
use super::params::Form;
use super::{CallStatus, Hop, Parameters, Running, Sender};
use crate::address::Address;
use crate::event::Purpose;
use crate::http::{Method, Url};
use crate::problem::{Code, Problem};
use crate::registry::Webhook;
use crate::twiml::{Attribute, Element, Node};

pub(crate) use agent::{done as agent_done, stop as stop_agent};
pub(crate) use connect::told as connect_told;
pub(crate) use dial::{
    Ended, Participating, action_of, after as after_dial, dial, next_party, refer_url, ring_for_member,
    start_recording, stop_recording, time_limit, timeout as dial_timeout, vetoed,
};
pub(crate) use enqueue::{Joining, Left, action_of as queue_action, after as after_enqueue};
pub(crate) use gather::{
    digits as gather_digits, media_done as gather_media_done, prompt as gather_prompt,
    silence as gather_silence, speech as gather_speech,
};
pub(crate) use pay::{
    Ended as PayEnded, break_off as pay_break_off, charged as pay_charged, describe as describe_payment,
    fail as pay_fail, keys as pay_keys, playing as pay_playing, prompt_done as pay_prompt_done,
    timeout as pay_timeout,
};
pub(crate) use play::url as play_url;
pub(crate) use record::{Finished, finish as finish_record, key as record_key};
pub(crate) use recording::start_planned as start_call_recording;
pub(crate) use redirect::goto as redirect_target;
pub(crate) use refer::{progress as refer_progress, timeout as refer_timeout};
pub(crate) use relay::{
    digits as relay_digits, event as relay_event, lost as relay_lost, media_done as relay_media_done,
    message as relay_message, speech as relay_speech, stop as stop_relay,
};
pub(crate) use siprec::event as siprec_event;
pub(crate) use start::end_all as end_background;
pub(crate) use stream::{
    connected_event as stream_connected_event, digits as stream_digits, event as stream_event,
    lost as stream_lost, stop as stop_stream,
};
pub(crate) use transcription::{failed as transcription_failed, words as transcribed};

/// What a verb does to its document.
pub(crate) enum Flow {
    /// The next verb runs.
    Next,
    /// The call waits.
    Park(Running),
    /// A dialled application gets the call.
    Connect(Box<Connection>),
    /// The call is put into a queue.
    Enqueue(Box<Joining>),
    /// The call joins a conference.
    Confer(Box<Participating>),
    /// Another document takes over.
    Goto(Goto),
    /// The call leaves its queue.
    Leave,
    /// Nobody is there to take the place of the party that the caller talks to: they go on talking.
    Restore,
    /// The call ends, and gives values back to whoever dialled it.
    Return { status: Ending, parameters: Parameters },
    /// The document fails.
    Fail(Problem),
    /// The document fails because of what stands at this URL.
    FailAt(Problem, Url),
}

/// How a document ends its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// `<Hangup>`.
    HungUp,
    /// `<Reject>`: the status for a call that was not answered yet.
    Rejected(CallStatus),
}

/// A document to be fetched.
pub(crate) struct Goto {
    pub(crate) url: Url,
    pub(crate) method: Method,
    pub(crate) purpose: Purpose,
    /// What the request carries beyond the standard parameters.
    pub(crate) extra: Form<'static>,
}

/// A hop that policy has let through: what the receiving call will be.
pub(crate) struct Connection {
    pub(crate) hop: Hop,
    pub(crate) account: crate::id::AccountSid,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) sender: Sender,
    pub(crate) voice: Webhook,
    pub(crate) fallback: Option<Webhook>,
    pub(crate) status_callback: Option<Webhook>,
    pub(crate) caller_name_lookup: bool,
}

/// Begins a verb.
pub(crate) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    match node.element() {
        Element::Connect => connect::enter(cx, node),
        Element::Dial => dial::enter(cx, node),
        Element::Echo => echo::enter(cx, node),
        Element::Enqueue => enqueue::enter(cx, node),
        Element::Gather => gather::enter(cx, node),
        Element::Hangup => hangup::enter(node),
        Element::Leave => leave::enter(cx, node),
        Element::Pause => pause::enter(cx, node),
        Element::Pay => pay::enter(cx, node),
        Element::Play => play::enter(cx, node),
        Element::Record => record::enter(cx, node),
        Element::Redirect => redirect::enter(cx, node),
        Element::Refer => refer::enter(cx, node),
        Element::Reject => reject::enter(cx, node),
        Element::Say => say::enter(cx, node),
        Element::Sms => sms::enter(cx, node),
        Element::Start => start::enter(cx, node),
        Element::Stop => stop::enter(cx, node),
        _ => unsupported::skip(cx, node),
    }
}

/// A verb's `action`, if it names one.
fn action(cx: &Cx<'_, '_>, node: Node<'_>) -> Result<Option<Url>, Problem> {
    reference(cx, node, Attribute::Action)
}

/// A verb's `action`, or the URL of the document that the verb stands in (`twiml-voice.md` section 1.2).
fn action_or_base(cx: &Cx<'_, '_>, node: Node<'_>) -> Result<Url, Problem> {
    match (action(cx, node)?, cx.base()) {
        (Some(url), _) | (None, Some(url)) => Ok(url),
        (None, None) => Err(Problem::at(
            Code::UrlInvalid,
            node.span(),
            "this verb needs an action: the document was given inline and has no URL of its own",
        )),
    }
}

/// A URL in an attribute, made absolute.
fn reference(cx: &Cx<'_, '_>, node: Node<'_>, attribute: Attribute) -> Result<Option<Url>, Problem> {
    let text = node.url(attribute).map_err(|code| {
        let name = attribute.name();
        Problem::at(code, node.span(), format!("the {name} of this verb is no URL that can be requested"))
    })?;
    text.map(|text| resolve(cx, node, text)).transpose()
}

/// Where a notice goes that a verb asks for. A bad URL is told of once and means no notice: the verb goes on.
fn callback(cx: &mut Cx<'_, '_>, node: Node<'_>, attribute: Attribute) -> Option<Url> {
    match reference(cx, node, attribute) {
        Ok(url) => url,
        Err(problem) => {
            // The attribute's own code, where it has one, says more than that a URL is bad.
            let own = node.element().row().attribute(attribute).map(|row| row.code);
            let code = own.filter(|code| *code != Code::UrlInvalid).unwrap_or(problem.code);
            cx.problem_once(Problem { code, ..problem });
            None
        }
    }
}

/// A URL of the document, made absolute.
fn resolve(cx: &Cx<'_, '_>, node: Node<'_>, text: &str) -> Result<Url, Problem> {
    let text = text.trim();
    let resolved = match cx.base() {
        Some(base) => base.join(text),
        None if text.contains("://") => Url::parse(text),
        None => {
            return Err(Problem::at(
                Code::RelativeAction,
                node.span(),
                "a relative URL cannot be used in a document that was given inline: write the whole URL",
            ));
        }
    };
    resolved.map_err(|error| {
        let code = Code::from_number(error.code_number().into()).unwrap_or(Code::UrlInvalid);
        Problem::at(code, node.span(), error.to_string())
    })
}

/// The `<Parameter>`s of a node, in order, each name behind a prefix.
fn parameters(node: Node<'_>, prefix: &str) -> Parameters {
    node.children()
        .filter(|child| child.element() == Element::Parameter)
        .map(|child| {
            let name = child.attribute(Attribute::Name).unwrap_or_default();
            let value = child.attribute(Attribute::Value).unwrap_or_default();
            let mut delivered = String::with_capacity(prefix.len() + name.len());
            delivered.push_str(prefix);
            delivered.push_str(name);
            (delivered, value.into())
        })
        .collect()
}

/// How often a prompt plays: `loop` 0 means until hang-up, which Twilio cuts at 1,000 (`twiml-voice.md` section 3).
fn rounds(node: Node<'_>) -> u32 {
    match node.number(Attribute::Loop) {
        Some(0) => 1_000,
        Some(rounds) => rounds.min(1_000),
        None => 1,
    }
}
