//! What calls on different legs tell each other.
//!
//! Each leg is saved, moved and restored by itself, so one never reaches into another: a call sends a signal, and the
//! engine delivers it within the same step, in order. A signal to a call that is gone changes nothing.

use std::sync::Arc;

use super::verb::Left;
use super::{Call, CallStatus};
use crate::conference::Left as WhyOut;
use crate::effect::{Dial, HangUpCause};
use crate::http::Url;
use crate::id::{CallSid, ConferenceSid, LegId, QueueSid};
use crate::input::SipFacts;
use crate::pii::Pii;
use crate::policy::Budget;
use crate::registry::Webhook;
use crate::time::Millis;
use crate::twiml::Document;

/// Something to be done on another leg.
#[derive(Debug)]
pub(crate) enum Errand {
    /// A new leg begins.
    Place(Box<Placing>),
    /// Those who wait in a queue and those who wait for them are brought together.
    Meet(QueueSid),
    /// A call is told something.
    Tell(CallSid, Signal),
}

/// A leg that begins with a call that goes out.
#[derive(Debug)]
pub(crate) struct Placing {
    pub(crate) call: Call,
    pub(crate) dial: Dial,
    pub(crate) budget: Budget,
}

/// What one call tells another.
#[derive(Clone, Debug)]
pub(crate) enum Signal {
    /// To the call that dials: the other one is answered.
    Answered { child: CallSid },
    /// To the call that dials: the other one may be connected.
    Ready { child: CallSid, leg: LegId },
    /// To the call that dials: the other one is over.
    Over(Over),
    /// To the call that dials: the other side asks to be replaced by this target.
    Referred { child: CallSid, target: Pii },
    /// To a participant: the conference has begun.
    Begun { conference: ConferenceSid },
    /// To a participant: this is announced to everybody.
    Announced { conference: ConferenceSid, document: Arc<Document>, base: Option<Url> },
    /// To a participant: the conference is over.
    TakenOut { conference: ConferenceSid, why: WhyOut },
    /// To the dialled call: it is connected.
    Connected,
    /// To the call that dials a queue: this one is the first in it, and has waited so long.
    Offered { child: CallSid, since: Millis },
    /// To the call that waits in a queue: this one takes it out; the document is what it hears before they are
    /// connected.
    Taken { by: CallSid, document: Option<Webhook> },
    /// To the dialled call: it is no longer wanted. The status is that of one that was not answered yet. One that came
    /// out of a queue goes on with its document if they were connected, and otherwise waits at the head again.
    Dropped { by: CallSid, unanswered: CallStatus },
    /// To the call that waits in a queue: nobody takes it out after all.
    Unmet,
    /// To itself, once the call that it was connected to has heard that it is over: the document after its `<Enqueue>`
    /// goes on. Nobody may hear that document besides its caller.
    GoOn(Left),
    /// To itself, likewise: the document that its account gave it runs.
    Update,
    /// To itself, once those whom it and the calls above it have dialled have heard that they are let go: it ends.
    End(End),
}

/// Why a call ends, and those above it on its line with it, although their documents would go on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// The caller is gone.
    HungUp,
    /// The whole leg is ended from our side.
    Aborted(HangUpCause),
    /// Its account ends it; the call below goes on.
    Completed,
    /// The caller comes back to the call below, whose `<Dial>` is over.
    TakenBack,
    /// The call below gets another document.
    Replaced,
}

/// How a dialled call ended.
#[derive(Clone, Debug)]
pub(crate) struct Over {
    pub(crate) child: CallSid,
    pub(crate) status: CallStatus,
    pub(crate) answered: Option<Millis>,
    /// Whether its account gave it another document: it lives on, and no duration is told.
    pub(crate) redirected: bool,
    /// Whether its line lives on.
    pub(crate) stays: bool,
    pub(crate) sip: Option<SipFacts>,
    /// What its leg has left of the root call's budget; nothing where it is a root of its own.
    pub(crate) left: Option<Budget>,
}

impl Over {
    /// A call that came out of a queue was not connected after all.
    pub(crate) const fn unreached(child: CallSid) -> Self {
        Self {
            child,
            status: CallStatus::NoAnswer,
            answered: None,
            redirected: false,
            stays: true,
            sip: None,
            left: None,
        }
    }
}
