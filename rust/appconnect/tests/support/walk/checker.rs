//! What must hold in every call, whatever its documents, its webhooks and its caller do.
//!
//! The names I1 to I17 are those of the list of invariants that every checker of this project shares.

use std::collections::{HashMap, HashSet};

use appconnect::effect::{Effect, Fetch, Notify};
use appconnect::event::{Event, EventKind, Purpose};
use appconnect::http::{Method, Request, Signer, form};
use appconnect::id::{AccountSid, CallSid, ConferenceSid, LegId, QueueSid, ReplyId};
use appconnect::settlement::{LegKind, Settlement};
use appconnect::{CallStatus, Config, Direction};

use super::documents::{Documents, PARTIES, party};
use crate::support::token;

/// One `<Dial><Application>`.
#[derive(Debug)]
struct Hop {
    parent: CallSid,
    receiver: Option<CallSid>,
    arguments: Vec<(String, String)>,
    /// The steps that told the parent's `action` of its end.
    told: HashSet<String>,
    /// What the timeline says that the other side gave back.
    given_back: Vec<(String, String)>,
}

/// A call on a leg of its own that a `<Dial>` has placed.
#[derive(Debug)]
struct Child {
    parent: CallSid,
    /// The steps that told the parent's `action` of its end.
    told: HashSet<String>,
}

/// A request whose answer a call waits for.
#[derive(Debug)]
pub struct Awaited {
    pub call: CallSid,
    /// When the engine gives up waiting at the latest.
    pub until: u64,
}

/// Watches the effects of all legs of a walk.
#[derive(Debug, Default)]
pub struct Checker {
    pub config: Config,
    /// Whether accounts and tokens changed while the call ran: then a request may be signed with a former token.
    pub rotated: bool,
    pub now: u64,
    /// The live calls of each leg, bottom first.
    pub stacks: HashMap<LegId, Vec<(CallSid, AccountSid)>>,
    /// Every call and every dialling side's view of a hop, with its owner.
    pub owners: HashMap<CallSid, AccountSid>,
    /// All of them in the order in which they began.
    pub calls: Vec<CallSid>,
    statuses: HashMap<CallSid, CallStatus>,
    pub settled: HashMap<CallSid, Settlement>,
    last_settled: Option<CallSid>,
    hops: HashMap<CallSid, Hop>,
    children: HashMap<CallSid, Child>,
    arriving: Option<CallSid>,
    replies: HashSet<ReplyId>,
    /// Requests that ask what becomes of a caller whose party wants to be replaced.
    transfers: HashSet<ReplyId>,
    sequences: HashMap<String, Vec<String>>,
    fetched: HashSet<String>,
    pub modifications: usize,
    /// Callers besides the first, each with a budget of its own.
    pub callers: usize,
    /// Calls in a queue: what they hear while they wait is bounded by time, not by the budget.
    pub queued: HashSet<CallSid>,
    /// Calls that were in a queue at any time.
    waited: HashSet<CallSid>,
    /// Calls in a conference, likewise.
    pub meeting: HashMap<CallSid, ConferenceSid>,
    /// The legs that are connected to a conference.
    mixed: HashMap<LegId, ConferenceSid>,
    /// Every conference and every queue that there was, with its owner.
    pub conferences: Vec<(ConferenceSid, AccountSid)>,
    pub queues: Vec<(QueueSid, AccountSid)>,
    /// Calls with a budget of their own besides the caller's: called parties that were given a document.
    pub roots: HashSet<CallSid>,
    pub awaited: HashMap<ReplyId, Awaited>,
    /// The legs whose far end has left.
    pub gone: HashSet<LegId>,
    /// The legs that the engine has ended.
    pub ended: HashSet<LegId>,
    /// The legs that hear each other.
    bridges: Vec<[LegId; 2]>,
    /// How many return values arrived.
    pub returned: usize,
    /// The most calls that stood on the line at once.
    pub height: usize,
    /// Codes of all problems.
    pub problems: Vec<u32>,
}

impl Checker {
    pub fn new(config: Config, rotated: bool) -> Self {
        Self { config, rotated, ..Self::default() }
    }

    /// The call that speaks on a leg.
    pub fn top(&self, leg: &LegId) -> Option<(CallSid, AccountSid)> {
        self.stacks.get(leg)?.last().copied()
    }

    /// Whether no call lives.
    pub fn is_over(&self) -> bool {
        self.stacks.values().all(Vec::is_empty)
    }

    /// A call is changed by its account.
    pub fn modified(&mut self, call: CallSid) {
        self.modifications += 1;
        self.awaited.retain(|_, awaited| awaited.call != call);
        if self.children.contains_key(&call) {
            self.roots.insert(call);
        }
    }

    pub fn effect(&mut self, effect: &Effect, documents: &Documents) {
        if let Some(leg) = leg_of(effect) {
            assert!(!self.ended.contains(leg), "after the line ended: {effect:?}");
        }
        match effect {
            Effect::Fetch(fetch) => self.fetch(fetch, documents),
            Effect::Notify(notify) => self.notify(notify, documents),
            Effect::Report(event) => self.event(event),
            Effect::Settle(settlement) => self.settle(settlement),
            Effect::HangUp(end) => {
                assert!(self.top(&end.leg).is_none(), "the line ends before its calls");
                assert!(!self.gone.contains(&end.leg), "the far end has gone already");
                assert!(self.ended.insert(end.leg.clone()), "a line ends twice");
            }
            Effect::Say(say) => self.speaks(say.reply, &say.leg, say.call, &format!("{say:?}")),
            Effect::Play(play) => self.speaks(play.reply, &play.leg, play.call, &format!("{play:?}")),
            Effect::Bridge(bridge) => {
                let one_account = |leg| self.top(leg).map(|(_, account)| account);
                let accounts = (one_account(&bridge.leg), one_account(&bridge.other));
                assert!(accounts.0.is_some() && accounts.0 == accounts.1, "{bridge:?} of {accounts:?}");
                for leg in [&bridge.leg, &bridge.other] {
                    let elsewhere = self.is_bridged(leg) || self.mixed.contains_key(leg);
                    assert!(!elsewhere, "{leg} hears somebody else already");
                }
                self.bridges.push([bridge.leg.clone(), bridge.other.clone()]);
            }
            Effect::JoinConference(join) => {
                assert_eq!(self.top(&join.leg), Some((join.call, join.account)));
                assert_eq!(self.meeting.get(&join.call), Some(&join.conference), "it has not joined");
                let owner = self.conferences.iter().find(|(conference, _)| *conference == join.conference);
                assert_eq!(owner.map(|(_, account)| *account), Some(join.account), "a foreign conference");
                assert!(!self.is_bridged(&join.leg), "{} hears somebody else already", join.leg);
                assert_eq!(self.mixed.insert(join.leg.clone(), join.conference), None, "connected twice");
            }
            Effect::ChangeParticipant(change) => {
                assert_eq!(self.mixed.get(&change.leg), Some(&change.conference));
            }
            Effect::LeaveConference(leave) => {
                assert_eq!(self.mixed.remove(&leave.leg), Some(leave.conference), "it was not connected");
            }
            Effect::Unbridge(apart) => {
                let gone = self.ended.contains(&apart.other) || self.gone.contains(&apart.other);
                assert!(!gone, "one of them is gone: {apart:?}");
                let place =
                    self.bridges.iter().position(|pair| *pair == [apart.leg.clone(), apart.other.clone()]);
                assert!(place.is_some(), "{apart:?} of legs that do not hear each other");
                place.map(|place| self.bridges.swap_remove(place));
            }
            Effect::OpenRelay(open) => self.opens(open.account, open.call, &format!("{open:?}")),
            Effect::OpenStream(open) => self.opens(open.account, open.call, &format!("{open:?}")),
            Effect::StartAgent(start) => self.fresh(start.reply),
            Effect::StartRecording(start) => self.fresh(start.reply),
            Effect::Consult(consult) => self.fresh(consult.reply),
            Effect::Charge(charge) => self.fresh(charge.reply),
            Effect::SendMessage(message) => self.fresh(message.reply),
            Effect::Transcribe(transcribe) => self.fresh(transcribe.reply),
            _ => {}
        }
    }

    /// Whether a call waits in a queue or is in a conference: what it hears there is cut short by others.
    pub fn waits_elsewhere(&self, call: CallSid) -> bool {
        self.queued.contains(&call) || self.meeting.contains_key(&call)
    }

    /// Whether a leg hears another one that is still there.
    fn is_bridged(&self, leg: &LegId) -> bool {
        let there = |leg: &LegId| !self.ended.contains(leg) && !self.gone.contains(leg);
        self.bridges.iter().any(|pair| pair.contains(leg) && pair.iter().all(there))
    }

    /// Only the call on top speaks to the caller, in the words of its own account.
    fn speaks(&mut self, reply: ReplyId, leg: &LegId, call: CallSid, text: &str) {
        self.fresh(reply);
        assert!(!self.is_bridged(leg), "{leg} hears somebody else and a document");
        let (top, account) = self.top(leg).unwrap();
        assert_eq!(call, top, "a call that is not on top speaks");
        keeps_to_itself(account, text);
    }

    /// A socket leads to its own account.
    fn opens(&self, account: AccountSid, call: CallSid, text: &str) {
        assert_eq!(self.owners.get(&call), Some(&account), "{call} belongs to somebody else");
        keeps_to_itself(account, text);
    }

    /// No two effects wait for the same answer.
    fn fresh(&mut self, reply: ReplyId) {
        assert!(self.replies.insert(reply), "{reply} was given out twice");
    }

    fn fetch(&mut self, fetch: &Fetch, documents: &Documents) {
        self.fresh(fetch.reply);
        self.request(fetch.account, fetch.call, &fetch.request, documents);
        if !self.waits_elsewhere(fetch.call) {
            self.fetched.insert(header(&fetch.request, "I-Twilio-Idempotency-Token"));
        }
        let whole = self.config.limits.documents_per_root as usize;
        let allowed = whole * (1 + self.roots.len() + self.callers) + self.modifications;
        assert!(self.fetched.len() <= allowed, "more documents than the budget");
        let until = self.now + u64::from(fetch.overrides.total_ms) + 5_000;
        self.awaited.retain(|_, awaited| awaited.call != fetch.call);
        // While a transfer is asked about, the call goes on: it waits for nothing.
        if !self.transfers.contains(&fetch.reply) {
            self.awaited.insert(fetch.reply, Awaited { call: fetch.call, until });
        }
    }

    fn notify(&mut self, notify: &Notify, documents: &Documents) {
        self.fresh(notify.reply);
        self.request(notify.account, notify.call, &notify.request, documents);
        let Some(sequence) = notify.sequence else { return };
        // I7: first attempts come in order and without gaps; a retry repeats its token.
        let token = header(&notify.request, "I-Twilio-Idempotency-Token");
        // The events of a conference are numbered by themselves.
        let of = notify.conference.map_or(notify.call.to_string(), |conference| conference.to_string());
        let sent = self.sequences.entry(of.clone()).or_default();
        let place = sent.iter().position(|own| *own == token).unwrap_or_else(|| {
            sent.push(token);
            sent.len() - 1
        });
        assert_eq!(place, sequence as usize, "SequenceNumber of {of}");
    }

    fn request(&mut self, account: AccountSid, call: CallSid, request: &Request, documents: &Documents) {
        assert_eq!(self.owners.get(&call), Some(&account), "{call} belongs to somebody else");
        let wire = String::from_utf8(request.wire().to_vec()).unwrap();
        keeps_to_itself(account, &wire);
        self.hides_calls_of_others(account, &wire);
        self.signed(account, request);
        let encoded = match request.method() {
            Method::Post => request.body().to_vec(),
            Method::Get => request.url().query().unwrap_or_default().as_bytes().to_vec(),
        };
        let pairs = form::decode(&encoded);
        let get = |name: &str| pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        // I15: keys that were pressed for one account never reach another.
        if let Some(digits) = get("Digits").filter(|digits| *digits != "hangup") {
            belongs(account, digits);
        }
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.arguments(call, &pairs);
        self.returned(call, &pairs, request, documents);
    }

    /// The arguments of a hop arrive as they were given.
    fn arguments(&mut self, call: CallSid, pairs: &[(&str, &str)]) {
        let hop = self.hops.values().find(|hop| hop.receiver == Some(call));
        let known = |name: &str| hop.is_some_and(|hop| hop.arguments.iter().any(|(own, _)| own == name));
        for (name, value) in
            pairs.iter().filter_map(|(name, value)| Some((name.strip_prefix("Param_")?, value)))
        {
            assert!(known(name), "{call} is told a parameter {name} that was not given");
            let hop = hop.unwrap();
            assert!(hop.arguments.iter().any(|(own, given)| own == name && given == value));
        }
    }

    /// I8, I9: return values reach exactly one step, the action of the immediate parent, after the child's end.
    fn returned(&mut self, call: CallSid, pairs: &[(&str, &str)], request: &Request, documents: &Documents) {
        let child =
            pairs.iter().find(|(name, _)| *name == "DialCallSid").map(|(_, value)| value.parse().unwrap());
        if let Some(called) = child.and_then(|child| self.children.get_mut(&child)) {
            assert_eq!(called.parent, call);
            called.told.insert(header(request, "I-Twilio-Idempotency-Token"));
            assert_eq!(called.told.len(), 1, "the action of a <Dial> runs twice");
        } else if child.is_some_and(|child| self.waited.contains(&child)) {
            // Who came out of a queue may be dialled again and again, connected or not.
        } else if let Some(child) = child {
            let hop = self.hops.get_mut(&child).unwrap();
            assert_eq!(hop.parent, call);
            assert!(self.settled.contains_key(&child), "the action runs before the hop has ended");
            hop.told.insert(header(request, "I-Twilio-Idempotency-Token"));
            assert_eq!(hop.told.len(), 1, "the action of a <Dial> runs twice");
            for (name, value) in &hop.given_back {
                let arrived =
                    pairs.iter().any(|(own, text)| *own == format!("ReturnParam_{name}") && text == value);
                assert!(arrived, "the return value {name} is lost");
                self.returned += 1;
            }
        }
        for (name, value) in pairs {
            let Some(name) = name.strip_prefix("ReturnParam_") else { continue };
            if !documents.given.is_empty() {
                // What a document that was not made up here returns is not known by name.
                continue;
            }
            assert_eq!(documents.returns.get(name).map(String::as_str), Some(*value), "ReturnParam_{name}");
            let hop = &self.hops[&child.expect("only an action has return values")];
            assert_eq!(hop.receiver, documents.served.get(name).copied(), "ReturnParam_{name}");
        }
    }

    /// I12: signed with the token of the owner, and of nobody else.
    fn signed(&self, account: AccountSid, request: &Request) {
        let pairs = form::decode(request.body());
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let signature = header(request, "X-Twilio-Signature");
        let fits = |token| Signer::new(&token).verify(request.url(), &pairs, &signature);
        for other in &PARTIES {
            let own = other.account == account.as_str();
            let current = fits(token(other.account));
            let rotated = self.rotated && fits(super::next_token(other.account));
            assert_eq!(current || rotated, own, "signature of {} for {account}", other.account);
        }
    }

    fn hides_calls_of_others(&self, account: AccountSid, text: &str) {
        if self.config.expose_parent_call_sid == appconnect::config::ExposeParent::Always {
            return;
        }
        for (call, _) in self.owners.iter().filter(|(_, owner)| **owner != account) {
            assert!(!text.contains(call.as_str()), "{account} is shown {call} of another account");
        }
    }

    fn own(&mut self, call: CallSid, account: AccountSid) {
        assert!(self.owners.insert(call, account).is_none(), "{call} was given out twice");
        self.calls.push(call);
    }

    fn event(&mut self, event: &Event) {
        let Event { leg, call, account, kind, .. } = event;
        if let EventKind::Began(began) = kind {
            if !self.owners.contains_key(call) {
                self.own(*call, *account);
            }
            let stack = self.stacks.entry(leg.clone()).or_default();
            stack.push((*call, *account));
            self.height = self.height.max(stack.len());
            assert!(stack.len() <= self.config.limits.hops as usize + 1, "more hops than the limit");
            if began.direction == Direction::Inbound
                && let Some(child) = self.arriving.take()
            {
                self.hops.get_mut(&child).unwrap().receiver = Some(*call);
            }
        }
        let text = shown(event);
        keeps_to_itself(*account, &text);
        self.hides_calls_of_others(*account, &text);
        match kind {
            EventKind::Dialled(dialled) => {
                let arguments = &dialled.parameters;
                let arguments =
                    arguments.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned()));
                let hop = Hop {
                    parent: *call,
                    receiver: None,
                    arguments: arguments.collect(),
                    told: HashSet::new(),
                    given_back: Vec::new(),
                };
                self.hops.insert(dialled.child, hop);
                self.own(dialled.child, *account);
                self.arriving = Some(dialled.child);
                let allowed = self.config.limits.legs_per_root as usize * (1 + self.callers);
                assert!(self.hops.len() <= allowed, "I10");
            }
            EventKind::Requested(requested) if requested.purpose == Purpose::Refer => {
                self.transfers.insert(requested.reply);
            }
            EventKind::Placed(placed) => {
                self.children.insert(placed.child, Child { parent: *call, told: HashSet::new() });
                self.own(placed.child, *account);
            }
            EventKind::Returned(returned) => {
                let Some(hop) = self.hops.get_mut(&returned.child) else { return };
                let pairs = returned.parameters.iter();
                hop.given_back =
                    pairs.map(|(name, value)| (name.clone(), value.reveal().to_owned())).collect();
            }
            EventKind::Joined(joined) => {
                let before = self.meeting.insert(*call, joined.conference);
                assert_eq!(before, None, "{call} is in a conference already");
                if !self.conferences.contains(&(joined.conference, *account)) {
                    self.conferences.push((joined.conference, *account));
                }
                self.awaited.retain(|_, awaited| awaited.call != *call);
            }
            EventKind::Left(left) => {
                assert_eq!(self.meeting.remove(call), Some(left.conference), "{call} was not there");
                self.awaited.retain(|_, awaited| awaited.call != *call);
            }
            EventKind::Queued(queued) => {
                assert!(self.queued.insert(*call), "{call} joins twice");
                self.waited.insert(*call);
                self.queues.push((queued.queue, *account));
            }
            EventKind::Dequeued(left) => {
                assert!(self.queued.remove(call), "{call} leaves twice: {left:?}");
                self.awaited.retain(|_, awaited| awaited.call != *call);
            }
            EventKind::Status(changed) => self.status(*call, changed.status),
            EventKind::Pressed(pressed) => belongs(*account, pressed.digits.reveal()),
            EventKind::Problem(raised) => {
                let code = raised.problem.code.number();
                assert_ne!(code, 12_400, "the engine broke");
                self.problems.push(code);
            }
            _ => {}
        }
    }

    /// I1, I3: along the table, and a final status is final.
    fn status(&mut self, call: CallSid, status: CallStatus) {
        match self.statuses.insert(call, status) {
            None => assert!([CallStatus::Ringing, CallStatus::Initiated].contains(&status)),
            Some(before) => assert!(before.may_become(status), "{before} -> {status}"),
        }
    }

    /// I2: one bill for each call, after its final status; both views of a hop agree.
    fn settle(&mut self, bill: &Settlement) {
        let Settlement { call, account, .. } = bill;
        assert_eq!(self.owners.get(call), Some(account));
        assert!(self.settled.insert(*call, bill.clone()).is_none(), "{call} is billed twice");
        let length = bill.answered.map_or(0, |answered| bill.ended.seconds_since(answered));
        assert_eq!(bill.seconds, length, "I14");
        let ends =
            if bill.answered.is_some() { "completed failed" } else { "busy no-answer failed canceled" };
        assert!(ends.contains(bill.status), "{} although answered: {:?}", bill.status, bill.answered);
        assert_eq!(bill.amount.0 == 0, bill.answered.is_none() || bill.leg == LegKind::ApplicationHop);
        if bill.leg == LegKind::ApplicationHop {
            let other = &self.settled[&self.last_settled.unwrap()];
            assert_eq!(self.hops[call].receiver, Some(other.call), "the hop ends with its call");
            let view = |bill: &Settlement| (bill.status, bill.started, bill.answered, bill.ended);
            assert_eq!(view(bill), view(other), "two views of one hop");
        } else {
            let own = (*call, *account);
            let stack = self.stacks.values_mut().find(|stack| stack.contains(&own)).unwrap();
            assert_eq!(stack.pop(), Some(own), "calls end from the top");
            let status = self.statuses[call];
            assert!(status.is_terminal());
            assert_eq!(bill.status, status.as_str());
            self.awaited.retain(|_, awaited| awaited.call != *call);
        }
        self.last_settled = Some(*call);
    }

    /// Everything has ended, once.
    pub fn finished(&self) {
        assert!(self.is_over(), "calls are left: {:?}", self.stacks);
        for leg in self.stacks.keys() {
            assert_ne!(self.ended.contains(leg), self.gone.contains(leg), "{leg} ends in one way");
        }
        for call in &self.calls {
            assert!(self.settled.contains_key(call), "{call} was never billed");
        }
        assert!(self.queued.is_empty(), "calls are left in queues: {:?}", self.queued);
        assert!(self.meeting.is_empty(), "calls are left in conferences: {:?}", self.meeting);
        assert!(self.mixed.is_empty(), "lines are left in conferences: {:?}", self.mixed);
    }
}

/// The line that an effect does something to.
fn leg_of(effect: &Effect) -> Option<&LegId> {
    match effect {
        Effect::Answer(effect) => Some(&effect.leg),
        Effect::Bridge(effect) => Some(&effect.leg),
        Effect::ChangeParticipant(effect) => Some(&effect.leg),
        Effect::Collect(effect) => Some(&effect.leg),
        Effect::HangUp(effect) => Some(&effect.leg),
        Effect::JoinConference(effect) => Some(&effect.leg),
        Effect::OpenRelay(effect) => Some(&effect.leg),
        Effect::OpenStream(effect) => Some(&effect.leg),
        Effect::Play(effect) => Some(&effect.leg),
        Effect::Ringback(effect) => Some(&effect.leg),
        Effect::Say(effect) => Some(&effect.leg),
        Effect::SendRelay(effect) => Some(&effect.leg),
        Effect::StartAgent(effect) => Some(&effect.leg),
        Effect::StartRecording(effect) => Some(&effect.leg),
        Effect::StartSiprec(effect) => Some(&effect.leg),
        Effect::StartTranscription(effect) => Some(&effect.leg),
        Effect::StopCollect(effect) => Some(&effect.leg),
        Effect::StopMedia(effect) => Some(&effect.leg),
        Effect::StopRecording(effect) => Some(&effect.leg),
        Effect::Unbridge(effect) => Some(&effect.leg),
        _ => None,
    }
}

fn header(request: &Request, name: &str) -> String {
    request.header(name).unwrap_or_default().to_owned()
}

/// I15: no word of another account.
fn keeps_to_itself(account: AccountSid, text: &str) {
    for other in PARTIES.iter().filter(|other| other.account != account.as_str()) {
        assert!(!text.contains(other.canary), "{account} is shown {}: {text}", other.canary);
    }
}

fn belongs(account: AccountSid, keys: &str) {
    let own = party(account.as_str()).keys;
    // An x stands for a key of a payment.
    assert!(keys.chars().all(|key| "*#x".contains(key) || own.contains(key)), "{account} is shown {keys}");
}

/// An event with the personal data that its `Debug` hides.
fn shown(event: &Event) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{event:?}");
    let pairs = match &event.kind {
        EventKind::Requested(requested) => requested.form.as_slice(),
        EventKind::Dialled(dialled) => &dialled.parameters,
        EventKind::Returned(returned) => &returned.parameters,
        EventKind::Said(said) => return text + said.text.reveal(),
        _ => &[],
    };
    for (name, value) in pairs {
        write!(text, " {name}={}", value.reveal()).unwrap();
    }
    text
}
