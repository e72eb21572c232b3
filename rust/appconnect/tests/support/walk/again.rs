//! A walk once more: the same inputs, saved and restored in between, without a timeline, or without what is stale.

use std::sync::Arc;

use appconnect::event::EventKind;
use appconnect::id::Seed;
use appconnect::time::Millis;
use appconnect::{Config, Effect, Engine};

use super::{Act, Walk, registries};

/// What is different when a walk is done again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Again {
    /// Save, release and restore every leg in a fresh engine before every input.
    pub save: bool,
    /// Report no timeline.
    pub quiet: bool,
    /// Leave out the replies that nobody waits for.
    pub skip_stale: bool,
}

/// The effects of the same inputs once more.
pub fn again(walk: &Walk, seed: u8, how: Again) -> Vec<Vec<Effect>> {
    let config = Config { timeline: !how.quiet, ..walk.config.clone() };
    let fresh = |registry: usize| {
        let mut engine = Engine::new(config.clone(), Seed::new([seed; 32]));
        engine.set_registry(Arc::clone(&registries()[registry]));
        engine
    };
    let (mut engine, mut number) = (fresh(0), 0);
    let mut all = Vec::new();
    for entry in walk.log.iter().filter(|entry| !(how.skip_stale && entry.stale)) {
        if how.save {
            let deadline = engine.next_timeout();
            let mut other = fresh(number);
            for subject in engine.subjects().collect::<Vec<_>>() {
                other.restore(Millis(entry.now), &engine.snapshot(subject).unwrap()).unwrap();
                engine.release(subject).unwrap();
            }
            assert_eq!((engine.live_legs(), engine.next_timeout()), (0, None));
            engine = other;
            assert_eq!(engine.next_timeout(), deadline, "a deadline moved");
        }
        match &entry.act {
            Act::Swap(swapped) => {
                number = *swapped;
                engine.set_registry(Arc::clone(&registries()[number]));
            }
            // Refused changes are refused again; what counts is what follows.
            Act::Input(input) => drop(engine.handle(Millis(entry.now), input.clone())),
        }
        all.push(std::iter::from_fn(|| engine.poll_effect()).collect());
    }
    all
}

/// The effects without the timeline.
pub fn without_timeline(effects: &[Vec<Effect>]) -> Vec<Vec<&Effect>> {
    let kept = |effect: &&Effect| match effect {
        Effect::Report(event) => matches!(event.kind, EventKind::Problem(_)),
        _ => true,
    };
    effects.iter().map(|step| step.iter().filter(kept).collect()).collect()
}
