//! A call: one account's view and control of a leg. Plain data, so that it can be saved at any moment.

mod background;
pub(crate) mod callback;
mod conferring;
pub(crate) mod cx;
mod errand;
pub(crate) mod exchange;
mod kind;
mod outbound;
pub(crate) mod params;
mod payment;
mod program;
mod queued;
pub(crate) mod record;
mod relay;
mod running;
pub(crate) mod signal;
mod sip;
pub(crate) mod status;
mod timer;
pub(crate) mod verb;
mod webhook;

pub(crate) use background::{Background, MAX_FORKS, NamedRecording, Siprec, Stream, Track, Transcription};
pub(crate) use callback::EventCallback;
pub(crate) use conferring::{Announcement, Conferring, Hears};
pub(crate) use errand::{Errand, ErrandKind};
pub(crate) use kind::DocumentKind;
pub(crate) use outbound::{Detection, FirstDocument, Outbound, Stage};
pub(crate) use payment::Payment;
pub(crate) use program::Program;
pub(crate) use queued::{Leaving, QueueDial, Queued, Taken, Wait};
pub(crate) use record::{Recording, RecordingPlan, RecordingSource};
pub(crate) use relay::{Content, Interruptible, Playing, Relay, Utterance};
pub(crate) use running::{Bridge, Calling, Gather, Hop, Party, Prompt, Record, Referral, Running, Suspended};
pub(crate) use sip::Sip;
pub use status::{CallStatus, Direction};
pub(crate) use timer::{Timer, TimerTable};

use minicbor::{Decode, Encode};

use crate::address::Address;
use crate::http::{Jar, Method, Url};
use crate::id::{AccountSid, ApplicationSid, CallSid};
use crate::pii::Pii;
use crate::registry::Webhook;
use crate::time::Millis;

/// Names and values of `<Parameter>`s, in the order of the document.
pub(crate) type Parameters = Vec<(String, Pii)>;

/// One account's view and control of a leg.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Call {
    #[n(0)]
    pub(crate) sid: CallSid,
    #[n(1)]
    pub(crate) account: AccountSid,
    #[n(2)]
    pub(crate) status: CallStatus,
    #[n(3)]
    pub(crate) from: Address,
    #[n(4)]
    pub(crate) to: Address,
    /// The TwiML App that handles the call.
    #[n(5)]
    pub(crate) application: Option<ApplicationSid>,
    /// What came with the call through `<Dial><Application>`.
    #[n(6)]
    pub(crate) sender: Option<Sender>,
    #[n(7)]
    pub(crate) forwarded_from: Option<Pii>,
    #[n(8)]
    pub(crate) caller_name: Option<Pii>,
    #[n(9)]
    pub(crate) stir_verstat: Option<String>,
    #[n(10)]
    pub(crate) fallback: Option<Webhook>,
    #[n(11)]
    pub(crate) status_callback: Option<Webhook>,
    #[n(12)]
    pub(crate) created: Millis,
    #[n(13)]
    pub(crate) answered: Option<Millis>,
    /// How many steps were taken: the number of the last reply id.
    #[n(14)]
    pub(crate) step: u32,
    #[n(15)]
    pub(crate) jar: Jar,
    #[n(16)]
    pub(crate) program: Option<Program>,
    #[n(17)]
    pub(crate) running: Running,
    #[n(18)]
    pub(crate) timers: TimerTable,
    /// Whether a verb ran that leaves the call ringing: a later `<Hangup>` then does not answer it
    /// (`twiml-voice.md` section 10, C7).
    #[n(19)]
    pub(crate) delayed: bool,
    /// Whether the account gave the call another document while it ran.
    #[n(20)]
    pub(crate) redirected: bool,
    /// The new document that waits until the interrupted verb has been reported.
    #[n(21)]
    pub(crate) update: Option<Update>,
    /// Whether the route or application asks for the caller's name. It is kept all the same, for an application that
    /// the call is handed to.
    #[n(23)]
    pub(crate) caller_name_lookup: bool,
    /// The origins that asked for credentials; they are sent at once from then on (`webhooks.md` section 7.3).
    #[n(24)]
    #[cbor(default)]
    pub(crate) authorized: Vec<String>,
    /// URLs whose connection overrides were found out of range and told of.
    #[n(25)]
    #[cbor(default)]
    pub(crate) adjusted: Vec<Url>,
    /// How the call goes out, if it does; every other call came in.
    #[n(26)]
    pub(crate) outbound: Option<Box<Outbound>>,
    /// The verb that waits while another document runs for its caller.
    #[n(27)]
    pub(crate) suspended: Option<Box<Suspended>>,
    /// What `<Start>` began and nothing has ended yet, the oldest first.
    #[n(32)]
    #[cbor(default)]
    pub(crate) background: Vec<Background>,
    /// What was asked for and no verb waits for.
    #[n(34)]
    #[cbor(default)]
    pub(crate) errands: Vec<Errand>,
    /// What SIP says of it, if it came in so.
    #[n(35)]
    pub(crate) sip: Option<Box<Sip>>,
    /// The recording of the whole call, once it has ended.
    #[n(36)]
    pub(crate) recorded: Option<Box<Recording>>,
}

impl Call {
    /// A call that rings and has done nothing yet.
    pub(crate) fn ringing(
        sid: CallSid,
        account: AccountSid,
        from: Address,
        to: Address,
        now: Millis,
    ) -> Self {
        Self {
            sid,
            account,
            status: CallStatus::Ringing,
            from,
            to,
            application: None,
            sender: None,
            forwarded_from: None,
            caller_name: None,
            stir_verstat: None,
            fallback: None,
            status_callback: None,
            created: now,
            answered: None,
            step: 0,
            jar: Jar::default(),
            program: None,
            running: Running::Idle,
            timers: TimerTable::default(),
            delayed: false,
            redirected: false,
            update: None,
            caller_name_lookup: false,
            authorized: Vec::new(),
            adjusted: Vec::new(),
            background: Vec::new(),
            outbound: None,
            suspended: None,
            errands: Vec::new(),
            sip: None,
            recorded: None,
        }
    }

    /// What its own document waits for, whatever else runs for its caller meanwhile.
    pub(crate) fn own_running(&self) -> &Running {
        self.suspended.as_ref().map_or(&self.running, |suspended| &suspended.running)
    }

    /// Its own document, whatever else runs for its caller meanwhile.
    pub(crate) fn own_program(&self) -> Option<&Program> {
        self.suspended.as_ref().map_or(self.program.as_ref(), |suspended| suspended.program.as_ref())
    }

    /// Whether its caller talks to a party that is to be replaced, while the new one is dialled.
    pub(crate) fn is_attended(&self) -> bool {
        matches!(self.suspended.as_deref().map(|aside| &aside.running), Some(Running::Calling(_)))
    }

    /// A call that was placed and has not begun to ring.
    pub(crate) fn placed(
        sid: CallSid,
        account: AccountSid,
        from: Address,
        to: Address,
        now: Millis,
        outbound: Outbound,
    ) -> Self {
        Self {
            status: CallStatus::Initiated,
            running: Running::Outbound,
            outbound: Some(Box::new(outbound)),
            ..Self::ringing(sid, account, from, to, now)
        }
    }

    /// Which way it goes, as its account sees it.
    pub(crate) fn direction(&self) -> Direction {
        match &self.outbound {
            None => Direction::Inbound,
            Some(outbound) if outbound.parent.is_some() => Direction::OutboundDial,
            Some(_) => Direction::OutboundApi,
        }
    }

    /// Who is at the other end of its line, and how its account is known there.
    pub(crate) fn ends(&self) -> (&Address, &Address) {
        match self.direction() {
            Direction::Inbound => (&self.from, &self.to),
            Direction::OutboundApi | Direction::OutboundDial => (&self.to, &self.from),
        }
    }

    /// The call of the same account whose document dialled this one.
    pub(crate) fn parent(&self) -> Option<CallSid> {
        match &self.outbound {
            Some(outbound) => outbound.parent,
            None => self.own_sender().and_then(|sender| sender.parent),
        }
    }

    /// The stage of a call that goes out and belongs to its dial still.
    pub(crate) fn stage(&self) -> Option<Stage> {
        self.outbound.as_ref().map(|outbound| outbound.stage).filter(|stage| *stage != Stage::Free)
    }

    pub(crate) fn set_stage(&mut self, stage: Stage) {
        if let Some(outbound) = &mut self.outbound {
            outbound.stage = stage;
        }
    }

    /// What came with the call, if it was dialled by a document of its own account.
    pub(crate) fn own_sender(&self) -> Option<&Sender> {
        self.sender.as_ref().filter(|sender| sender.account == self.account)
    }

    /// Whether the caller was connected to this call.
    pub(crate) const fn is_answered(&self) -> bool {
        self.answered.is_some()
    }
}

/// What a dialled application is told about its caller's side.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Sender {
    /// The account that dialled; sent on only if the operator wants it.
    #[n(0)]
    pub(crate) account: AccountSid,
    #[n(1)]
    pub(crate) customer_id: String,
    /// By the names under which they are sent, `Param_` included.
    #[n(2)]
    pub(crate) parameters: Parameters,
    /// The dialling side's view of the hop: the `ParentCallSid`, where it may be shown.
    #[n(3)]
    pub(crate) parent: Option<CallSid>,
}

/// A new document for a live call.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) enum Update {
    #[n(0)]
    Redirect {
        #[n(0)]
        url: Url,
        #[n(1)]
        method: Method,
    },
    #[n(1)]
    Twiml(#[n(0)] String),
}
