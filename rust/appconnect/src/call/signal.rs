//! What calls on different legs tell each other.
//!
//! Each leg is saved, moved and restored by itself, so one never reaches into another: a call sends a signal, and the
//! engine delivers it within the same step, in order. A signal to a call that is gone changes nothing.

use super::{Call, CallStatus};
use crate::effect::Dial;
use crate::id::{CallSid, LegId};
use crate::input::SipFacts;
use crate::pii::Pii;
use crate::policy::Budget;
use crate::time::Millis;

/// Something to be done on another leg.
#[derive(Debug)]
pub(crate) enum Errand {
    /// A new leg begins.
    Place(Box<Placing>),
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
    /// To the dialled call: it is connected.
    Connected,
    /// To the dialled call: it is no longer wanted. The status is that of one that was not answered yet.
    Dropped { unanswered: CallStatus },
}

/// How a dialled call ended.
#[derive(Clone, Debug)]
pub(crate) struct Over {
    pub(crate) child: CallSid,
    pub(crate) status: CallStatus,
    pub(crate) answered: Option<Millis>,
    /// Whether its account gave it another document: it lives on, and no duration is told.
    pub(crate) redirected: bool,
    pub(crate) sip: Option<SipFacts>,
    /// What its leg has left of the root call's budget.
    pub(crate) left: Budget,
}
