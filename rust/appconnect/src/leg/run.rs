//! Running documents: verb after verb, until the call waits or ends.

use std::sync::Arc;

use super::Step;
use super::unwind::Closing;
use crate::call::cx::Cx;
use crate::call::exchange::{Plan, Role};
use crate::call::verb::{self, Ending, Flow, Goto};
use crate::call::{CallStatus, Conferring, DocumentKind, Hears, Leaving, Program, Running};
use crate::config::EmptyDocument;
use crate::effect::HangUpCause;
use crate::event::{EventKind, Purpose, VerbBegan};
use crate::http::Url;
use crate::problem::{Code, Problem};
use crate::twiml::schema::Answers;
use crate::twiml::{Attribute, Document, Element, Node};

/// What a caller hears when an application failed and there is no fallback.
const APOLOGY: &str =
    "<Response><Say>We are sorry, an application error has occurred. Goodbye.</Say></Response>";

impl Step<'_, '_> {
    /// Runs a new document of the call at `at`.
    pub(super) fn load(&mut self, at: usize, program: Program) {
        let document = Arc::clone(&program.document);
        self.call(at).program = Some(program);
        if let Some(mut cx) = self.cx(at) {
            for problem in document.problems() {
                cx.problem(problem.clone());
            }
            let omitted = document.omitted_problems();
            if omitted > 0 {
                let message = format!("the document has {omitted} more problems, which are not told");
                cx.problem(Problem::new(Code::SchemaWarning, message));
            }
        }
        self.run(at);
    }

    /// Runs the next verbs of the call at `at`.
    pub(super) fn run(&mut self, at: usize) {
        loop {
            let call = self.call(at);
            call.running = Running::Idle;
            let Some(program) = &mut call.program else { return };
            let document = Arc::clone(&program.document);
            let Some(node) = program.advance().and_then(|index| document.node(index)) else {
                return self.document_ended(at, &document);
            };
            match self.admit_verb(at, node) {
                Admission::Runs => {}
                Admission::Skipped => continue,
                Admission::Over => return self.document_ended(at, &document),
                Admission::Refused(problem) => return self.document_failed(at, problem, None),
            }
            self.before(at, node);
            let Some(mut cx) = self.cx(at) else { return };
            report_verb(&mut cx, node);
            match verb::enter(&mut cx, node) {
                Flow::Next => {}
                flow => return self.apply(at, flow),
            }
        }
    }

    /// Answers a ringing call if this verb does (`twiml-voice.md` section 1.1).
    fn before(&mut self, at: usize, node: Node<'_>) {
        if self.call(at).is_answered() {
            return;
        }
        let answers = match node.element().row().answers {
            Answers::Yes => true,
            Answers::No => false,
            Answers::Custom => match node.element() {
                Element::Dial => !node.flag(Attribute::AnswerOnBridge),
                Element::Hangup => !self.call(at).delayed,
                Element::Say => !node.is_silent(),
                _ => false,
            },
        };
        if answers {
            self.answer(at);
        } else {
            self.call(at).delayed = true;
        }
    }

    /// Does what a verb asks for.
    pub(super) fn apply(&mut self, at: usize, flow: Flow) {
        match flow {
            Flow::Next => self.run(at),
            Flow::Park(running) => self.call(at).running = running,
            Flow::Connect(connection) => self.connect(at, *connection),
            Flow::Enqueue(joining) => self.enqueue(at, *joining),
            Flow::Leave => self.leave_queue(at, Leaving::Left),
            Flow::Confer(joining) => self.confer(at, *joining),
            Flow::Goto(goto) => self.goto(at, &goto),
            Flow::Restore => {
                self.restore_party(at);
            }
            Flow::Fail(problem) => self.document_failed(at, problem, None),
            Flow::FailAt(problem, url) => self.document_failed(at, problem, Some(url)),
            Flow::Return { status, parameters } => {
                let answered = self.call(at).is_answered();
                let status = match status {
                    Ending::Rejected(status) => status,
                    Ending::HungUp if answered => CallStatus::Completed,
                    Ending::HungUp => CallStatus::NoAnswer,
                };
                self.end(at, Closing::of(status).returning(parameters));
            }
        }
    }

    /// Fetches a document for the call at `at`.
    pub(super) fn goto(&mut self, at: usize, goto: &Goto) {
        if let Err(problem) = self.request_document(at, goto, Role::Document) {
            self.document_failed(at, problem, Some(goto.url.clone()));
        }
    }

    /// Makes the request for a document, charged to the root call's budget.
    pub(super) fn request_document(&mut self, at: usize, goto: &Goto, role: Role) -> Result<(), Problem> {
        let charged = role == Role::Document && !self.is_free(at);
        if charged && self.leg.line.budget.charge_document().is_err() {
            self.out_of_documents();
            return Ok(());
        }
        let Some(mut cx) = self.cx(at) else { return Ok(()) };
        cx.call.running = Running::Fetching;
        let Goto { url, method, purpose, extra } = goto;
        cx.request(&Plan { purpose: *purpose, role, method: *method, url, sequence: None }, extra)
    }

    /// Ends a leg that may run no further document. Every account on it loses its call, so each is told.
    fn out_of_documents(&mut self) {
        let mut told = Vec::new();
        for at in (0..self.leg.calls.len()).rev() {
            let Some(mut cx) = self.cx(at) else { continue };
            if !told.contains(&cx.call.account) {
                told.push(cx.call.account);
                cx.problem(Problem::new(
                    Code::DocumentLimit,
                    "the call has run as many documents as one call may, those of applications it was handed to \
                     included: look for a redirect that leads to itself",
                ));
            }
        }
        self.abort(HangUpCause::Error);
    }

    /// Whether a verb may run in a document of this kind.
    fn admit_verb(&mut self, at: usize, node: Node<'_>) -> Admission {
        let kind = self.call(at).document_kind();
        // Who requested an announcement follows it on; the others hear what comes of that.
        if node.element() == Element::Redirect && self.call(at).conferring().is_some_and(is_shared) {
            return Admission::Over;
        }
        if kind.takes(node.element()) {
            return Admission::Runs;
        }
        let (verb, place) = (node.element().name(), kind.describe());
        if let Some(code) = kind.refusal(node.element()) {
            let message = format!("<{verb}> is not allowed in {place}");
            return Admission::Refused(Problem::at(code, node.span(), message));
        }
        if let Some(mut cx) = self.cx(at) {
            let message = format!("<{verb}> is not allowed in {place}: it is skipped");
            cx.problem_at(node, Code::SchemaWarning, message);
        }
        Admission::Skipped
    }

    /// A document has run out of verbs: the call ends (`twiml-voice.md` section 1), unless the document ran for
    /// somebody who waits to be connected.
    fn document_ended(&mut self, at: usize, document: &Document) {
        match self.call(at).document_kind() {
            DocumentKind::Ordinary => {}
            DocumentKind::QueueWait => return self.wait_ended(at),
            DocumentKind::Screening => return self.ready(),
            DocumentKind::Whisper => return self.member_ready(at),
            DocumentKind::Conference => return self.heard_to_the_end(at),
        }
        let empty = document.root().first_child().is_none();
        let call = self.call(at);
        let answers = empty && !call.delayed && !call.is_answered();
        if answers && self.world.config.empty_document == EmptyDocument::Completed {
            self.answer(at);
        }
        let answered = self.call(at).is_answered();
        let status = if answered { CallStatus::Completed } else { CallStatus::NoAnswer };
        self.end(at, Closing::of(status));
    }

    /// A document could not be fetched or run: the fallback takes over, or the call ends.
    ///
    /// `failed` is the URL that failed, when it is not that of the running document; a fallback that fails is final.
    pub(super) fn document_failed(&mut self, at: usize, problem: Problem, failed: Option<Url>) {
        let fallback = self.call(at).program.as_ref().is_some_and(|program| program.fallback);
        self.failed(at, problem, None, failed, fallback);
    }

    /// As [`Step::document_failed`]; `source` is the text that the place of the problem is in, when it is not that of
    /// the running document.
    pub(super) fn failed(
        &mut self,
        at: usize,
        problem: Problem,
        source: Option<&str>,
        failed: Option<Url>,
        was_fallback: bool,
    ) {
        let kind = self.call(at).document_kind();
        let Some(mut cx) = self.cx(at) else { return };
        let (code, copy) = (problem.code, problem.clone());
        let url = if let Some(url) = failed {
            cx.problem_in(problem, source, Some(&url));
            Some(url)
        } else {
            cx.problem_once(problem);
            cx.base()
        };
        let fallback = cx.call.fallback.clone().filter(|_| !was_fallback);
        match kind {
            // Whoever dialled hears of a call that was answered and never connected (`webhooks.md` section 1).
            DocumentKind::Screening => return self.end(at, Closing::of(CallStatus::Completed)),
            DocumentKind::QueueWait => return self.wait_failed(at),
            // Without a fallback the two are connected all the same (our choice): what one of them was to hear first
            // must not cost the other its turn.
            DocumentKind::Whisper if fallback.is_none() => return self.member_ready(at),
            DocumentKind::Conference => return self.cannot_hear(at, copy),
            DocumentKind::Ordinary | DocumentKind::Whisper => {}
        }
        let Some(fallback) = fallback else { return self.give_up(at) };
        let mut extra = vec![("ErrorCode".into(), code.number().to_string().into())];
        if let Some(url) = url {
            extra.push(("ErrorUrl".into(), url.without_userinfo().as_str().to_owned().into()));
        }
        let goto = Goto { url: fallback.url, method: fallback.method, purpose: Purpose::Fallback, extra };
        if let Err(problem) = self.request_document(at, &goto, Role::Document) {
            self.failed(at, problem, None, Some(goto.url), true);
        }
    }

    /// An application failed and has no fallback: a dialled one fails its dial (unless it had answered, or the
    /// operator wants it heard), any other apologises (`application-connect.md` section 6.1, `webhooks.md` section 8).
    fn give_up(&mut self, at: usize) {
        let silent = self.world.config.failed_application == crate::config::FailedApplication::Failed;
        let call = self.call(at);
        let status = if call.is_answered() { CallStatus::Completed } else { CallStatus::Failed };
        // An apology that cannot be spoken either is not apologised for.
        let apologised = call.program.as_ref().is_some_and(|program| program.document.source() == APOLOGY);
        if apologised || (at > 0 && !call.is_answered() && silent) {
            return self.end(at, Closing::of(status));
        }
        match Document::parse(APOLOGY.as_bytes(), None) {
            Ok(document) => {
                // It speaks for the platform, so the application's fallback has no part in it.
                call.fallback = None;
                self.load(at, Program::new(document, None));
            }
            Err(_) => self.end(at, Closing::of(status)),
        }
    }

    /// Takes in the problems and the document of an answer; `source` is the text of one that is no document.
    pub(super) fn answered_with(
        &mut self,
        at: usize,
        answer: Result<Document, Problem>,
        source: Option<&str>,
        base: Url,
        fallback: bool,
    ) {
        match answer {
            Ok(document) => {
                let mut program = Program::new(document, Some(base));
                program.fallback = fallback;
                self.share_announcement(at, &program);
                self.load(at, program);
            }
            Err(problem) => self.failed(at, problem, source, Some(base), fallback),
        }
    }
}

/// Whether a verb runs.
enum Admission {
    Runs,
    /// The document goes on without it.
    Skipped,
    /// The document ends before it.
    Over,
    /// The document fails.
    Refused(Problem),
}

fn is_shared(conferring: &Conferring) -> bool {
    matches!(conferring.hears, Some(Hears::Shared))
}

fn report_verb(cx: &mut Cx<'_, '_>, node: Node<'_>) {
    cx.report(|cx| {
        let source = cx.call.program.as_ref().map(|program| program.document.source()).unwrap_or_default();
        let place = node.span().line_column(source);
        EventKind::Verb(VerbBegan {
            verb: node.element().name(),
            line: place.line,
            column: place.column,
            attributes: node.attributes().map(|(name, value)| (name.name(), value.into())).collect(),
        })
    });
}
