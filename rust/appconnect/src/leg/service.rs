//! What happens beside the document: to sockets, recorders, transcriptions and agents.

use super::Step;
use crate::call::verb::{self, Flow};
use crate::call::{Background, Call, Running, Stream};
use crate::id::{RelaySid, SiprecSid, StreamSid, TranscriptionSid};
use crate::input::{AgentDone, SocketEvent, Transcribed, TranscriptionFailed};

impl Step<'_, '_> {
    /// Something happened to the socket of a stream. One that has ended changes nothing.
    pub(crate) fn stream_event(&mut self, sid: StreamSid, event: SocketEvent, detail: &str) {
        let waits = |call: &Call| matches!(&call.running, Running::Streaming(stream) if stream.sid == sid);
        if let Some(at) = self.leg.calls.iter().position(waits) {
            return self.with_verb(at, |cx, node, running| match running {
                Running::Streaming(stream) => verb::stream_connected_event(cx, node, stream, event, detail),
                other => Flow::Park(other),
            });
        }
        let is = |background: &Background| matches!(background, Background::Stream(own) if own.sid == sid);
        self.beside(is, |cx, background| match background {
            Background::Stream(stream) => verb::stream_event(cx, stream, event, detail),
            _ => true,
        });
    }

    /// Something happened between us and a SIP recorder.
    pub(crate) fn siprec_event(&mut self, sid: SiprecSid, event: SocketEvent, detail: &str) {
        let is = |background: &Background| matches!(background, Background::Siprec(own) if own.sid == sid);
        self.beside(is, |cx, background| match background {
            Background::Siprec(siprec) => verb::siprec_event(cx, siprec, event, detail),
            _ => true,
        });
    }

    /// Somebody's words were written down. What a caller says while paying is told to nobody (`docs/security.md`).
    pub(crate) fn transcribed(&mut self, heard: &Transcribed) {
        if heard.inbound && self.is_concealed() {
            return;
        }
        let sid: TranscriptionSid = heard.transcription;
        let is =
            |background: &Background| matches!(background, Background::Transcription(own) if own.sid == sid);
        self.beside(is, |cx, background| {
            if let Background::Transcription(transcription) = background {
                verb::transcribed(cx, transcription, heard);
            }
            true
        });
    }

    /// A transcription broke off.
    pub(crate) fn transcription_failed(&mut self, failed: &TranscriptionFailed) {
        let sid: TranscriptionSid = failed.transcription;
        let is =
            |background: &Background| matches!(background, Background::Transcription(own) if own.sid == sid);
        self.beside(is, |cx, background| {
            if let Background::Transcription(transcription) = background {
                verb::transcription_failed(cx, transcription, &failed.detail);
            }
            false
        });
    }

    /// Something happened to the socket of a relay.
    pub(crate) fn relay_event(&mut self, sid: RelaySid, event: SocketEvent, detail: &str) {
        let Some(at) = self.relay(sid) else { return };
        self.with_verb(at, |cx, node, running| match running {
            Running::Relaying(relay) => verb::relay_event(cx, node, relay, event, detail),
            other => Flow::Park(other),
        });
    }

    /// The application of a relay sent a frame.
    pub(crate) fn relay_message(&mut self, sid: RelaySid, text: &str) {
        let Some(at) = self.relay(sid) else { return };
        self.with_verb(at, |cx, node, running| match running {
            Running::Relaying(relay) => verb::relay_message(cx, node, relay, text),
            other => Flow::Park(other),
        });
    }

    /// Whether the caller is paying: card numbers are keyed in, and perhaps said aloud.
    pub(super) fn is_concealed(&self) -> bool {
        self.leg.calls.last().is_some_and(|call| matches!(call.running, Running::Paying(_)))
    }

    fn relay(&self, sid: RelaySid) -> Option<usize> {
        let waits = |call: &Call| matches!(&call.running, Running::Relaying(relay) if relay.sid == sid);
        self.leg.calls.iter().position(waits)
    }

    /// A virtual agent is through.
    pub(crate) fn agent_done(&mut self, done: &AgentDone) {
        let Some(at) = self.leg.calls.iter().position(|call| call.sid == done.reply.call) else { return };
        self.with_verb(at, |cx, node, running| match running {
            Running::WithAgent(step) if step == done.reply.step => verb::agent_done(cx, node, done),
            other => Flow::Park(other),
        });
    }

    /// Lets one thing that runs beside a document take something in; it is forgotten when it says that it has ended.
    fn beside(
        &mut self,
        is: impl Fn(&Background) -> bool,
        take: impl FnOnce(&mut crate::call::cx::Cx<'_, '_>, &mut Background) -> bool,
    ) {
        let found = self
            .leg
            .calls
            .iter()
            .enumerate()
            .find_map(|(at, call)| call.background.iter().position(&is).map(|place| (at, place)));
        let Some((at, place)) = found else { return };
        let Some(mut cx) = self.cx(at) else { return };
        let mut background = cx.call.background.remove(place);
        if take(&mut cx, &mut background) {
            cx.call.background.insert(place, background);
        }
    }

    /// Ends the noun that the `<Connect>` of the call at `at` waits for, and tells its `action` when the call has ended
    /// with it (`twiml-voice.md` section 1, rule 4).
    pub(super) fn finish_connect(&mut self, at: usize, running: Connected, line_gone: bool) {
        let ended = self.call(at).status.is_terminal();
        let Some(mut cx) = self.cx(at) else { return };
        let Some((document, index)) = cx.current_verb() else { return };
        let Some(node) = document.node(index) else { return };
        let form = match running {
            Connected::Stream(stream) => {
                verb::stop_stream(&mut cx, &stream);
                Vec::new()
            }
            Connected::Relay(relay) => verb::stop_relay(&mut cx, &relay, line_gone),
            Connected::Agent(step) => verb::stop_agent(&mut cx, node, step),
        };
        if !ended {
            return;
        }
        match verb::connect_told(&cx, node, form) {
            Ok(Some(goto)) => {
                self.request_ignored(at, &goto, crate::call::exchange::Role::Ended);
            }
            Ok(None) => {}
            Err(problem) => cx.problem_once(problem),
        }
    }

    /// Ends what runs beside the document of the call at `at`.
    pub(super) fn finish_background(&mut self, at: usize) {
        if let Some(mut cx) = self.cx(at) {
            verb::end_background(&mut cx);
        }
    }
}

/// What a `<Connect>` waits for.
pub(super) enum Connected {
    Stream(Box<Stream>),
    Relay(Box<crate::call::Relay>),
    Agent(u32),
}
