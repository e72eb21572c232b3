//! The media model of `twiml-voice.md` section 8 with the numbers of `appconnect.simulator.MediaModel`, and the lines
//! on which it plays. One list of timers serves the lines, the late answers and the engine: those of one moment ring
//! in the order in which they were set, as those of `appconnect.clock.VirtualClock` do.

use std::collections::BTreeMap;

use appconnect::effect::{Collect, Effect, Play, PlaySource, Say, StartRecording};
use appconnect::id::{LegId, RecordingSid, ReplyId};
use appconnect::input::{Digits, HungUp, Input, MediaDone, MediaFailure, Speaking, Speech};
use appconnect::pii::Pii;

/// How long things take, in seconds.
#[derive(Clone, Debug)]
pub struct MediaModel {
    pub characters_per_second: f64,
    pub shortest_speech: f64,
    pub file: f64,
    pub files: BTreeMap<String, File>,
    pub tone: f64,
    pub gap: f64,
    pub short_pause: f64,
    pub long_pause: f64,
    pub first_pause: f64,
}

/// How long a file is, or why it cannot be played.
#[derive(Clone, Copy, Debug)]
pub enum File {
    Seconds(f64),
    Fails(MediaFailure),
}

impl Default for MediaModel {
    fn default() -> Self {
        Self {
            characters_per_second: 15.0,
            shortest_speech: 0.5,
            file: 5.0,
            files: BTreeMap::new(),
            tone: 0.1,
            gap: 0.1,
            short_pause: 0.5,
            long_pause: 1.0,
            first_pause: 1.0,
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand, never negative")]
pub fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1_000.0).round_ties_even() as u64
}

impl MediaModel {
    #[expect(clippy::cast_precision_loss, reason = "a text of a few thousand characters")]
    fn speech(&self, text: &str, breaks_ms: u32) -> u64 {
        let seconds = text.chars().count() as f64 / self.characters_per_second;
        milliseconds(seconds.max(self.shortest_speech)) + u64::from(breaks_ms)
    }

    fn tones(&self, tones: &str) -> u64 {
        let length = |tone| match tone {
            'w' => self.short_pause,
            'W' => self.long_pause,
            _ => self.tone + self.gap,
        };
        milliseconds(tones.chars().map(length).sum())
    }
}

/// What a timer rings for.
#[derive(Clone, Debug)]
pub enum Bell {
    /// An input is due.
    Input(Input),
    /// The engine wants to know the time.
    Engine,
    /// A webhook answers that was told to take its time.
    Answer(Input),
}

/// Timers in the order in which they ring.
#[derive(Debug, Default)]
pub struct Timers {
    waiting: BTreeMap<(u64, u64), Bell>,
    set: u64,
}

/// A timer that can be stopped.
pub type Timer = (u64, u64);

impl Timers {
    pub fn set(&mut self, at: u64, bell: Bell) -> Timer {
        self.set += 1;
        self.waiting.insert((at, self.set), bell);
        (at, self.set)
    }

    pub fn stop(&mut self, timer: Timer) {
        self.waiting.remove(&timer);
    }

    pub fn next(&self) -> Option<u64> {
        self.waiting.keys().next().map(|(at, _)| *at)
    }

    /// Everything that is due, in order.
    pub fn ring(&mut self, now: u64) -> Vec<Bell> {
        let later = self.waiting.split_off(&(now + 1, 0));
        std::mem::replace(&mut self.waiting, later).into_values().collect()
    }
}

/// One caller's line.
#[derive(Debug)]
pub struct Line {
    pub leg: LegId,
    gone: bool,
    /// Whether it is in a conference that has begun: there it is told who speaks.
    conferring: bool,
    collecting: Option<Collect>,
    playing: Option<Timer>,
    speaking: Option<Timer>,
    recordings: BTreeMap<RecordingSid, (StartRecording, Option<Timer>)>,
    last_sound: u64,
}

impl Line {
    pub fn new(leg: LegId) -> Self {
        Self {
            leg,
            gone: false,
            conferring: false,
            collecting: None,
            playing: None,
            speaking: None,
            recordings: BTreeMap::new(),
            last_sound: 0,
        }
    }

    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Whether an effect is for this line.
    pub fn is_meant(&self, effect: &Effect) -> bool {
        let leg = match effect {
            Effect::Answer(effect) => &effect.leg,
            Effect::Collect(effect) => &effect.leg,
            Effect::HangUp(effect) => &effect.leg,
            Effect::JoinConference(effect) => &effect.leg,
            Effect::LeaveConference(effect) => &effect.leg,
            Effect::Play(effect) => &effect.leg,
            Effect::Ringback(effect) => &effect.leg,
            Effect::Say(effect) => &effect.leg,
            Effect::StartRecording(effect) => &effect.leg,
            Effect::StopCollect(effect) => &effect.leg,
            Effect::StopMedia(effect) => &effect.leg,
            Effect::StopRecording(effect) => &effect.leg,
            _ => return false,
        };
        *leg == self.leg
    }

    /// Media has ended by itself.
    pub fn over(&mut self, reply: ReplyId) {
        self.recordings.retain(|_, (start, _)| start.reply != reply);
    }

    pub fn press(&self, keys: &str) -> Input {
        Input::Digits(Digits { leg: self.leg.clone(), digits: Pii::from(keys) })
    }

    pub fn hang_up(&mut self, timers: &mut Timers) -> Input {
        self.end(timers);
        Input::HungUp(HungUp { leg: self.leg.clone() })
    }

    /// The recogniser has part of a sentence.
    pub fn partial(&self, text: &str, confidence: Option<f32>) -> Input {
        self.heard(text, confidence, false)
    }

    fn heard(&self, text: &str, confidence: Option<f32>, is_final: bool) -> Input {
        Input::Speech(Speech { leg: self.leg.clone(), text: Pii::from(text), confidence, is_final })
    }

    /// The caller says something: a recogniser that listens reports the first word at once, and all of it after the
    /// silence that the application asked for. In a conference it is told when the caller begins, and stops.
    pub fn speak(
        &mut self,
        text: &str,
        confidence: Option<f32>,
        model: &MediaModel,
        now: u64,
        timers: &mut Timers,
    ) -> Option<Input> {
        let over = now + model.speech(text, 0);
        self.last_sound = self.last_sound.max(over);
        for (start, timer) in std::mem::take(&mut self.recordings).into_values() {
            self.watch_silence(start, timer, now, timers);
        }
        if self.conferring {
            let speaking = |started| Input::Speaking(Speaking { leg: self.leg.clone(), started });
            timers.set(over, Bell::Input(speaking(false)));
            return Some(speaking(true));
        }
        let speech = self.collecting.as_ref().and_then(|collect| collect.speech.clone())?;
        let pause = speech.speech_timeout.map_or(model.first_pause, f64::from);
        stop(&mut self.speaking, timers);
        let whole = Bell::Input(self.heard(text, confidence, true));
        self.speaking = Some(timers.set(over + milliseconds(pause), whole));
        Some(self.partial(text.split_whitespace().next().unwrap_or_default(), confidence))
    }

    /// Does what the engine asks for. Media that cannot be played is said at once.
    pub fn perform(
        &mut self,
        effect: &Effect,
        model: &MediaModel,
        now: u64,
        timers: &mut Timers,
    ) -> Option<Input> {
        match effect {
            Effect::Say(Say { reply, text, breaks_ms, rounds, .. }) => {
                let length = model.speech(text, *breaks_ms) * u64::from(*rounds);
                self.play(*reply, now + length, timers);
            }
            Effect::Play(Play { reply, source, rounds, .. }) => {
                stop(&mut self.playing, timers);
                let round = match source {
                    PlaySource::Tones(tones) => model.tones(tones),
                    PlaySource::Url(url) => match model.files.get(&**url) {
                        Some(File::Fails(why)) => {
                            return Some(Input::MediaDone(MediaDone { reply: *reply, failed: Some(*why) }));
                        }
                        Some(File::Seconds(seconds)) => milliseconds(*seconds),
                        None => milliseconds(model.file),
                    },
                };
                self.play(*reply, now + round * u64::from(*rounds), timers);
            }
            Effect::StopMedia(_) => stop(&mut self.playing, timers),
            Effect::Collect(collect) => self.collecting = Some(collect.clone()),
            Effect::StopCollect(_) => {
                self.collecting = None;
                stop(&mut self.speaking, timers);
            }
            Effect::StartRecording(start) => self.watch_silence(start.clone(), None, now, timers),
            Effect::StopRecording(stopped) => {
                if let Some((_, mut timer)) = self.recordings.remove(&stopped.recording) {
                    stop(&mut timer, timers);
                }
            }
            Effect::HangUp(_) => self.end(timers),
            Effect::JoinConference(_) => self.conferring = true,
            Effect::LeaveConference(_) => self.conferring = false,
            _ => {}
        }
        None
    }

    fn play(&mut self, reply: ReplyId, until: u64, timers: &mut Timers) {
        stop(&mut self.playing, timers);
        let done = Input::MediaDone(MediaDone { reply, failed: None });
        self.playing = Some(timers.set(until, Bell::Input(done)));
    }

    /// Ends a recording so long after the last sound.
    fn watch_silence(
        &mut self,
        start: StartRecording,
        mut timer: Option<Timer>,
        now: u64,
        timers: &mut Timers,
    ) {
        stop(&mut timer, timers);
        let timer = start.silence_timeout.map(|seconds| {
            let until = now.max(self.last_sound) + u64::from(seconds) * 1_000;
            let failed = (self.last_sound <= now).then_some(MediaFailure::Silent);
            timers.set(until, Bell::Input(Input::MediaDone(MediaDone { reply: start.reply, failed })))
        });
        self.recordings.insert(start.recording, (start, timer));
    }

    fn end(&mut self, timers: &mut Timers) {
        self.gone = true;
        self.collecting = None;
        stop(&mut self.playing, timers);
        stop(&mut self.speaking, timers);
        for (_, mut timer) in std::mem::take(&mut self.recordings).into_values() {
            stop(&mut timer, timers);
        }
    }
}

fn stop(timer: &mut Option<Timer>, timers: &mut Timers) {
    if let Some(timer) = timer.take() {
        timers.stop(timer);
    }
}
