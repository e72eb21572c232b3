//! Where a scenario plays: an engine, callers' lines, webhooks that answer from the file, and time that jumps.
//!
//! One turn is as the Python driver takes it: all inputs of a moment are handled, then what follows is performed, then
//! the engine's next deadline is noted. Answers that are not told to take their time come one at a time, in the order
//! of their requests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use appconnect::effect::Effect;
use appconnect::event::EventKind;
use appconnect::http::Request;
use appconnect::id::{CallSid, LegId, ReplyId, Seed};
use appconnect::input::{HttpFailure, HttpResponse, Input};
use appconnect::registry::Registry;
use appconnect::settlement::Settlement;
use appconnect::time::Millis;
use appconnect::{Config, Engine, InputError};

use super::line::{Bell, Line, MediaModel, Timers};
use super::names::Names;
use super::seen::{Happening, happening};
use super::setup::{Answer, Outcome, Setup};

/// 2026-01-01T00:00:00Z, where virtual time starts.
const START: u64 = 1_767_225_600_000;

pub struct Stage {
    engine: Engine,
    config: Config,
    registry: Arc<Registry>,
    model: MediaModel,
    documents: BTreeMap<String, VecDeque<Answer>>,
    pub names: Names,
    /// Save, release and restore every leg and every room before each input.
    save: bool,
    now: u64,
    timers: Timers,
    alarm: Option<(u64, super::line::Timer)>,
    soon: VecDeque<Input>,
    answers: VecDeque<Input>,
    lines: BTreeMap<String, Line>,
    purposes: BTreeMap<ReplyId, &'static str>,
    /// What happened and was not looked at yet.
    pub seen: VecDeque<Happening>,
    /// Everything that happened, as text.
    pub log: Vec<String>,
    /// Questions to the policy that wait.
    pub consults: VecDeque<ReplyId>,
    /// Questions to services that wait.
    pub waiting: super::services::Waiting,
    /// The agent that was given a line last.
    pub agents: BTreeMap<String, ReplyId>,
    calls: BTreeSet<CallSid>,
    pub statuses: BTreeMap<String, String>,
    pub settlements: Vec<Settlement>,
    watched: Vec<String>,
}

impl Stage {
    pub fn new(setup: Setup, watched: Vec<String>, save: bool) -> Self {
        let Setup { registry, config, model, documents, names } = setup;
        let registry = Arc::new(registry);
        Self {
            engine: engine(&config, &registry),
            config,
            registry,
            model,
            documents,
            names,
            save,
            now: START,
            timers: Timers::default(),
            alarm: None,
            soon: VecDeque::new(),
            answers: VecDeque::new(),
            lines: BTreeMap::new(),
            purposes: BTreeMap::new(),
            seen: VecDeque::new(),
            log: Vec::new(),
            consults: VecDeque::new(),
            waiting: super::services::Waiting::default(),
            agents: BTreeMap::new(),
            calls: BTreeSet::new(),
            statuses: BTreeMap::new(),
            settlements: Vec::new(),
            watched,
        }
    }

    /// Milliseconds since the start.
    pub fn elapsed(&self) -> u64 {
        self.now - START
    }

    /// A new line, which rings.
    pub fn add_line(&mut self, name: &str) -> Result<LegId, String> {
        let leg: LegId = name.parse().map_err(|error| format!("leg: {error}"))?;
        self.lines.insert(name.to_owned(), Line::new(leg.clone()));
        Ok(leg)
    }

    /// The line of a name, which must be there.
    pub fn leg(&mut self, name: &str) -> Result<LegId, String> {
        self.line(name).map(|line| line.leg.clone())
    }

    fn line(&mut self, leg: &str) -> Result<&mut Line, String> {
        self.lines
            .get_mut(leg)
            .filter(|line| !line.is_gone())
            .ok_or_else(|| format!("no line \"{leg}\" is there"))
    }

    pub fn press(&mut self, leg: &str, keys: &str) -> Result<(), String> {
        let input = self.line(leg)?.press(keys);
        self.give(input).map_err(|error| error.to_string())
    }

    pub fn say(&mut self, leg: &str, text: &str, confidence: Option<f32>) -> Result<(), String> {
        self.line(leg)?;
        let Some(line) = self.lines.get_mut(leg) else { return Ok(()) };
        let first = line.speak(text, confidence, &self.model, self.now, &mut self.timers);
        self.soon.extend(first);
        self.settle()
    }

    pub fn partial(&mut self, leg: &str, text: &str, confidence: Option<f32>) -> Result<(), String> {
        let input = self.line(leg)?.partial(text, confidence);
        self.give(input).map_err(|error| error.to_string())
    }

    pub fn hang_up(&mut self, leg: &str) -> Result<(), String> {
        self.line(leg)?;
        let Some(line) = self.lines.get_mut(leg) else { return Ok(()) };
        let input = line.hang_up(&mut self.timers);
        self.give(input).map_err(|error| error.to_string())
    }

    /// Gives the engine an input and lets everything follow that follows at once.
    pub fn give(&mut self, input: Input) -> Result<(), Refusal> {
        self.soon.push_back(input);
        let refused = self.turn().map_err(Refusal::Broken)?.into_iter().next();
        self.settle().map_err(Refusal::Broken)?;
        refused.map_or(Ok(()), |error| Err(Refusal::Refused(error)))
    }

    /// Lets time pass up to a moment, everything on the way included.
    pub fn advance_to(&mut self, elapsed: u64) -> Result<(), String> {
        let until = START + elapsed;
        while self.timers.next().is_some_and(|at| at <= until) {
            self.jump()?;
        }
        self.now = self.now.max(until);
        Ok(())
    }

    /// Lets time pass until something is seen; says whether something was.
    pub fn wait(&mut self) -> Result<bool, String> {
        for _ in 0..100_000 {
            if !self.seen.is_empty() {
                return Ok(true);
            }
            if self.timers.next().is_none() {
                return Ok(false);
            }
            self.jump()?;
        }
        Err("the call never comes to an end".to_owned())
    }

    /// What is not in order when everything is over.
    pub fn left_over(&self) -> Option<String> {
        if self.engine.live_legs() > 0 {
            return Some("a leg still lives, and nothing is due any more".to_owned());
        }
        for call in &self.calls {
            let bills = self.settlements.iter().filter(|bill| bill.call == *call).count();
            if bills != 1 {
                return Some(format!("{call} has {bills} settlements"));
            }
        }
        let ended =
            |status: &String| !["queued", "initiated", "ringing", "in-progress"].contains(&status.as_str());
        let live = self.statuses.iter().find(|(_, status)| !ended(status));
        live.map(|(call, status)| format!("the last status of {call} is {status}"))
    }

    /// Goes on to the next moment at which a timer rings.
    fn jump(&mut self) -> Result<(), String> {
        let Some(next) = self.timers.next() else { return Ok(()) };
        self.now = self.now.max(next);
        for bell in self.timers.ring(self.now) {
            match bell {
                Bell::Input(input) => {
                    if let Input::MediaDone(done) = &input {
                        self.lines.values_mut().for_each(|line| line.over(done.reply));
                    }
                    self.soon.push_back(input);
                }
                Bell::Engine => {
                    self.alarm = None;
                    self.soon.push_back(Input::Tick);
                }
                Bell::Answer(input) => self.answers.push_back(input),
            }
        }
        self.settle()
    }

    /// Handles what is there, until nothing more follows at this moment.
    fn settle(&mut self) -> Result<(), String> {
        loop {
            while !self.soon.is_empty() {
                self.turn()?;
            }
            let Some(answer) = self.answers.pop_front() else { return Ok(()) };
            self.soon.push_back(answer);
        }
    }

    fn turn(&mut self) -> Result<Vec<InputError>, String> {
        let (mut refused, mut effects) = (Vec::new(), Vec::new());
        for input in std::mem::take(&mut self.soon) {
            if self.save {
                self.save_and_restore();
            }
            refused.extend(self.engine.handle(Millis(self.now), input).err());
            // What is not taken before the next saving would be lost with this engine.
            effects.extend(self.engine.take_effects());
        }
        for effect in effects {
            self.perform(&effect)?;
        }
        self.set_alarm();
        Ok(refused)
    }

    fn set_alarm(&mut self) {
        let wanted = self.engine.next_timeout().map(|at| at.0);
        if wanted == self.alarm.map(|(at, _)| at) {
            return;
        }
        if let Some((_, timer)) = self.alarm.take() {
            self.timers.stop(timer);
        }
        self.alarm = wanted.map(|at| (at, self.timers.set(at, Bell::Engine)));
    }

    /// Another engine goes on with the snapshots of this one.
    fn save_and_restore(&mut self) {
        let mut saved = Vec::new();
        for subject in self.engine.subjects().collect::<Vec<_>>() {
            if let Ok(bytes) = self.engine.snapshot(subject) {
                self.engine.release(subject).unwrap();
                saved.push(bytes);
            }
        }
        assert_eq!(self.engine.live_legs(), 0, "a leg cannot be reached by any of its calls");
        self.engine = engine(&self.config, &self.registry);
        for bytes in saved {
            self.engine.restore(Millis(self.now), &bytes).unwrap();
        }
    }

    fn perform(&mut self, effect: &Effect) -> Result<(), String> {
        let purpose = match effect {
            Effect::Fetch(fetch) => self.purposes.get(&fetch.reply),
            Effect::Notify(notify) => self.purposes.get(&notify.reply),
            _ => None,
        };
        if let Some(seen) = happening(effect, purpose.copied()) {
            self.note(seen);
        }
        self.waiting.keep(effect);
        match effect {
            Effect::Fetch(fetch) => self.respond(fetch.reply, &fetch.request, true)?,
            Effect::Notify(notify) => self.respond(notify.reply, &notify.request, false)?,
            Effect::Dial(dial) => {
                self.lines.insert(dial.leg.to_string(), Line::new(dial.leg.clone()));
            }
            Effect::Consult(consult) => self.consults.push_back(consult.reply),
            Effect::StartAgent(start) => {
                self.agents.insert(start.leg.to_string(), start.reply);
            }
            Effect::Settle(settlement) => self.settlements.push(settlement.clone()),
            Effect::Report(event) => match &event.kind {
                EventKind::Requested(requested) => {
                    self.purposes.insert(requested.reply, requested.purpose.as_str());
                }
                EventKind::Began(_) => {
                    self.calls.insert(event.call);
                }
                EventKind::Dialled(dialled) => {
                    self.calls.insert(dialled.child);
                }
                EventKind::Status(changed) => {
                    self.statuses.insert(event.call.to_string(), changed.status.to_string());
                }
                _ => {}
            },
            media => {
                for line in self.lines.values_mut().filter(|line| line.is_meant(media)) {
                    self.soon.extend(line.perform(media, &self.model, self.now, &mut self.timers));
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, mut seen: Happening) {
        seen.at = self.elapsed();
        self.log.push(super::matching::told(&seen));
        if self.watched.iter().any(|kind| kind == seen.kind) {
            self.seen.push_back(seen);
        }
    }

    fn respond(&mut self, reply: ReplyId, request: &Request, awaited: bool) -> Result<(), String> {
        let url = request.url().without_userinfo();
        let url = url.as_str().split('#').next().unwrap_or_default();
        let plain = url.split('?').next().unwrap_or_default();
        let key = if self.documents.contains_key(url) { url } else { plain };
        let answer = match self.documents.get_mut(key) {
            Some(answers) if answers.len() > 1 => answers.pop_front(),
            Some(answers) => answers.front().cloned(),
            None => None,
        };
        let Some(Answer { after, what }) = answer else {
            if awaited {
                return Err(format!("no document is given for {url}"));
            }
            self.answers.push_back(response(reply, 204, Vec::new(), Vec::new()));
            return Ok(());
        };
        let input = match what {
            Outcome::Never => return Ok(()),
            Outcome::Fails(reason) => Input::HttpFailure(HttpFailure { reply, reason }),
            Outcome::Http { status, headers, body } => {
                let body =
                    self.names.fill(&body).map_err(|error| format!("the document of {url}: {error}"))?;
                response(reply, status, headers, body.into_bytes())
            }
        };
        if after == 0 {
            self.answers.push_back(input);
        } else {
            self.timers.set(self.now + after, Bell::Answer(input));
        }
        Ok(())
    }
}

fn engine(config: &Config, registry: &Arc<Registry>) -> Engine {
    let mut engine = Engine::new(config.clone(), Seed::new([7; 32]));
    engine.set_registry(Arc::clone(registry));
    engine
}

fn response(reply: ReplyId, status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Input {
    Input::HttpResponse(HttpResponse { reply, status, headers, body })
}

/// Why an input was not taken.
#[derive(Debug)]
pub enum Refusal {
    /// The engine refused it.
    Refused(InputError),
    /// The scenario cannot go on.
    Broken(String),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(error) => write!(f, "the engine refused it: {error}"),
            Self::Broken(error) => f.write_str(error),
        }
    }
}
