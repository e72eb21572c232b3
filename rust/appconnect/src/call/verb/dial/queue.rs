//! `<Dial>` to a queue: the caller is connected to whoever has waited longest, or waits for somebody to come
//! (`twiml-voice.md` section 6.4).

use super::super::enqueue::queue_name;
use super::{Ended, after, reference, ring};
use crate::call::cx::Cx;
use crate::call::signal::Errand;
use crate::call::verb::Flow;
use crate::call::{Calling, QueueDial, Running};
use crate::config::MissingQueue;
use crate::id::QueueSid;
use crate::problem::{Code, Problem};
use crate::queue::Queue;
use crate::registry::Webhook;
use crate::twiml::{Attribute, Node};

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>, noun: Node<'_>) -> Flow {
    let queue = match queue(cx, noun) {
        Ok(queue) => queue,
        Err(problem) => {
            cx.problem_once(problem.clone());
            return after(cx, node, Ended::failed(problem.code, problem.message));
        }
    };
    let sid = queue.queue;
    let mut calling = Calling { queue: Some(queue), noun: noun.span().start, ..Calling::default() };
    ring(cx, node, &mut calling);
    stand_by(cx, sid);
    Flow::Park(Running::Calling(Box::new(calling)))
}

/// The call waits for a member of the queue; whoever is there already comes at once.
pub(crate) fn stand_by(cx: &mut Cx<'_, '_>, sid: QueueSid) {
    let (call, now) = (cx.call.sid, cx.now());
    if let Some(queue) = cx.world.rooms.queues.get_mut(sid) {
        queue.dial(call, now);
    }
    cx.world.errands.push_back(Errand::Meet(sid));
}

fn queue(cx: &mut Cx<'_, '_>, noun: Node<'_>) -> Result<QueueDial, Problem> {
    let name = queue_name(noun, Code::QueueNameShort, Code::QueueNameLong)?;
    if let Some(code) = noun.attribute_error(Attribute::Method) {
        return Err(Problem::at(code, noun.span(), "the method of this noun is GET or POST"));
    }
    let url = reference(cx, noun, Attribute::Url)?;
    if noun.attribute(Attribute::ReservationSid).is_some() {
        let message = "reservationSid is not executed by this engine: dial the queue by its name";
        return Err(Problem::at(Code::VerbNotExecuted, noun.span(), message));
    }
    let account = cx.call.account;
    let sid = match (cx.world.rooms.queues.named(account, &name), cx.world.config.missing_queue) {
        (Some(sid), _) => sid,
        (None, MissingQueue::Wait) => {
            let sid = cx.line.new_queue(cx.world.seed);
            cx.world.rooms.open_queue(Queue::new(sid, account, name, cx.now()));
            sid
        }
        (None, MissingQueue::Failed) => {
            let message = "there is no queue of this name: nobody has been put into it yet";
            return Err(Problem::at(Code::SchemaWarning, noun.span(), message));
        }
    };
    let document = url.map(|url| Webhook { url, method: noun.method(Attribute::Method) });
    Ok(QueueDial { queue: sid, document, seconds: 0 })
}
