//! `<VirtualAgent>`: an agent of another vendor has the caller until it is through (`twiml-voice.md` section 7).
//!
//! Its status callback has no published parameters, so none is sent.

use super::{Flow, connect, start};
use crate::call::Running;
use crate::call::cx::Cx;
use crate::call::params::{Form, put};
use crate::effect::{Effect, StartAgent, StopAgent};
use crate::event::{Service, ServiceState};
use crate::id::ReplyId;
use crate::input::{AgentDone, AgentStatus};
use crate::problem::Code;
use crate::twiml::{Attribute, Element, Node};

pub(super) fn connect(cx: &mut Cx<'_, '_>, node: Node<'_>, noun: Node<'_>) -> Flow {
    let Some(connector) = noun.attribute(Attribute::ConnectorName).filter(|name| !name.trim().is_empty())
    else {
        let message =
            "this <VirtualAgent> needs a connectorName: the agent that the account has under that name";
        cx.problem_at(noun, Code::StreamConnector, message);
        let failed = outcome(AgentStatus::Failed, "", Some((Code::StreamConnector.number(), message)), None);
        return connect::ended(cx, node, failed);
    };
    let settings = noun.children().filter(|child| child.element() == Element::Config).map(|child| {
        let text = |attribute| child.word(attribute).unwrap_or_default();
        (text(Attribute::Name).to_owned(), text(Attribute::Value).into())
    });
    let settings = settings.collect();
    let parameters = start::parameters(cx, noun);
    let reply = cx.next_reply();
    cx.effect(Effect::StartAgent(StartAgent {
        reply,
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        connector: connector.trim().into(),
        language: noun.attribute(Attribute::Language).map(Into::into),
        sentiment_analysis: noun.flag(Attribute::SentimentAnalysis),
        settings,
        parameters,
    }));
    start::report(cx, Service::VirtualAgent, connector.trim(), ServiceState::Started);
    Flow::Park(Running::WithAgent(reply.step))
}

/// The agent is through.
pub(crate) fn done(cx: &mut Cx<'_, '_>, node: Node<'_>, done: &AgentDone) -> Flow {
    let failed = done.status == AgentStatus::Failed;
    let state = if failed { ServiceState::Failed } else { ServiceState::Stopped };
    start::report(cx, Service::VirtualAgent, connector(node), state);
    let message = done.error.as_deref().unwrap_or("the virtual agent failed");
    if failed {
        let problem = format!("<VirtualAgent>: {message}");
        cx.problem_at(node, Code::StreamConnectorState, problem);
    }
    let error = done.error_code.map(|code| (code, message));
    let data = done.data.as_ref().map(crate::pii::Pii::reveal);
    connect::ended(cx, node, outcome(done.status, &done.provider, error, data))
}

fn connector(node: Node<'_>) -> &str {
    node.first_child().and_then(|noun| noun.attribute(Attribute::ConnectorName)).unwrap_or_default().trim()
}

fn outcome(
    status: AgentStatus,
    provider: &str,
    error: Option<(u32, &str)>,
    data: Option<&str>,
) -> Form<'static> {
    let mut form = Form::with_capacity(5);
    put(&mut form, "VirtualAgentStatus", status.as_str());
    if !provider.is_empty() {
        put(&mut form, "VirtualAgentProvider", provider.to_owned());
    }
    if let Some(data) = data {
        put(&mut form, "VirtualAgentProviderData", data.to_owned());
    }
    if let Some((code, message)) = error {
        put(&mut form, "VirtualAgentErrorCode", code.to_string());
        put(&mut form, "VirtualAgentError", message.to_owned());
    }
    form
}

/// Takes the caller back from the agent, and says what the `action` is told of it.
pub(crate) fn stop(cx: &mut Cx<'_, '_>, node: Node<'_>, step: u32) -> Form<'static> {
    let (leg, reply) = (cx.line.id.clone(), ReplyId { call: cx.call.sid, step });
    cx.effect(Effect::StopAgent(StopAgent { reply, leg }));
    start::report(cx, Service::VirtualAgent, connector(node), ServiceState::Stopped);
    outcome(AgentStatus::Completed, "", None, None)
}
