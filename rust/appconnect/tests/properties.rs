//! Properties of the engine under random walks: any documents, any webhooks, any caller, any account, in any order.
//!
//! `PROPTEST_CASES` sets how many walks each property takes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may stop at its first surprise"
)]

mod support;
#[path = "support/walk/mod.rs"]
mod walk;

use std::collections::BTreeMap;
use std::fs;
use std::mem::discriminant;
use std::sync::{Arc, OnceLock};

use appconnect::event::EventKind;
use appconnect::id::Seed;
use appconnect::snapshot::SnapshotError;
use appconnect::time::Millis;
use appconnect::{Config, Effect, Engine, Input};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use support::START;
use walk::{Again, Walk, again, without_timeline};

fn choices() -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), 0..1_200)
}

/// Several hundred walks, or as many as the environment asks for.
fn cases() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let default = ProptestConfig::default();
    ProptestConfig { cases: if asked { default.cases } else { 200 }, failure_persistence: None, ..default }
}

fn real_documents() -> &'static [Vec<u8>] {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/twiml").into();
        let directory = std::env::var_os("APPCONNECT_TWIML_CORPUS").unwrap_or(own);
        let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|kind| kind == "twiml" || kind == "xml"));
        files.sort();
        assert!(!files.is_empty(), "no documents");
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    })
}

proptest! {
    #![proptest_config(cases())]

    /// The checker asserts the invariants at every step.
    #[test]
    fn every_walk_ends_and_keeps_the_invariants(made in choices()) {
        Walk::new(made, 7, false).run();
    }

    /// Whole documents, too: those of `tests/data/twiml`, or of the directory that `APPCONNECT_TWIML_CORPUS` names.
    #[test]
    fn every_walk_among_real_documents_ends_and_keeps_the_invariants(made in choices()) {
        Walk::among(real_documents(), made).run();
    }

    #[test]
    fn accounts_and_permissions_may_change_at_any_moment(made in choices()) {
        let walk = Walk::new(made, 7, true).run();
        prop_assert_eq!(again(&walk, 7, Again { save: true, ..Again::default() }), walk.effects);
    }

    #[test]
    fn a_leg_that_is_saved_and_restored_around_every_input_goes_on_as_if_it_had_not_been(made in choices()) {
        let walk = Walk::new(made, 7, false).run();
        let saved = again(&walk, 7, Again { save: true, ..Again::default() });
        for ((entry, own), other) in walk.log.iter().zip(&walk.effects).zip(&saved) {
            prop_assert_eq!(other, own, "after {:?}", entry);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_trace_and_another_seed_the_same_shape(made in choices()) {
        let walk = Walk::new(made.clone(), 7, false).run();
        prop_assert_eq!(&again(&walk, 7, Again::default()), &walk.effects);
        let other = Walk::new(made, 8, false).run();
        let shape = |walk: &Walk| -> Vec<Vec<_>> {
            walk.effects.iter().map(|step| step.iter().map(discriminant::<Effect>).collect()).collect()
        };
        prop_assert_eq!(shape(&walk), shape(&other));
        let shared = walk.checker.calls.iter().any(|sid| other.checker.owners.contains_key(sid));
        prop_assert!(!shared, "a SID does not depend on the seed");
    }

    #[test]
    fn the_timeline_changes_nothing_else(made in choices()) {
        let walk = Walk::new(made, 7, false).run();
        let quiet = again(&walk, 7, Again { quiet: true, ..Again::default() });
        prop_assert_eq!(without_timeline(&quiet), without_timeline(&walk.effects));
        let all: Vec<_> = quiet.iter().flatten().collect();
        let kept: Vec<_> = without_timeline(&quiet).concat();
        prop_assert_eq!(all, kept, "a timeline although none is wanted");
    }

    #[test]
    fn replies_that_nobody_waits_for_leave_no_trace(made in choices()) {
        let walk = Walk::new(made, 7, false).run();
        let without = again(&walk, 7, Again { skip_stale: true, ..Again::default() });
        let effective = walk.log.iter().zip(walk.effects).filter(|(entry, _)| !entry.stale);
        let effective: Vec<_> = effective.map(|(_, effects)| effects).collect();
        prop_assert_eq!(without, effective);
    }
}

proptest! {
    #![proptest_config(cases())]

    /// Damage that the reader cannot see may make another call of it, but one that ends like any other.
    #[test]
    fn a_damaged_snapshot_is_refused_or_is_a_call_that_ends(
        made in choices(), which in any::<Index>(), edits in vec((any::<Index>(), any::<u8>()), 1..4),
    ) {
        let walk = Walk::new(made, 7, false).run();
        let mut bytes = walk.snapshots[which.index(walk.snapshots.len())].clone();
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            // Small numbers are where meaning is: most damage elsewhere is no text or no SID any more.
            bytes[place] = if byte < 128 { byte % 24 } else { byte };
        }
        runs_out(&walk, &bytes);
    }

    #[test]
    fn bytes_that_are_no_snapshot_are_refused(bytes in vec(any::<u8>(), 0..200)) {
        let mut engine = Engine::new(Config::default(), Seed::new([7; 32]));
        let refused = engine.restore(Millis(START), &bytes);
        prop_assert!(refused.is_err(), "{:?}", refused);
        prop_assert_eq!(engine.live_legs(), 0);
    }
}

/// Restores what may be damaged, and gives the leg nothing but time until it is gone.
fn runs_out(walk: &Walk, bytes: &[u8]) {
    let mut engine = Engine::new(walk.config.clone(), Seed::new([7; 32]));
    engine.set_registry(Arc::clone(&walk::registries()[0]));
    match engine.restore(Millis(START), bytes) {
        Err(SnapshotError::Damaged(_) | SnapshotError::TooNew { .. }) => {
            return assert_eq!(engine.live_legs(), 0);
        }
        Err(other) => panic!("{other}"),
        Ok(_) if engine.live_legs() == 0 => {
            // A queue does nothing by itself.
            return assert_eq!((engine.subjects().count(), engine.next_timeout()), (1, None));
        }
        Ok(calls) => assert!(engine.live_legs() == 1 && !calls.is_empty()),
    }
    let mut bills = 0;
    for _ in 0..2_000 {
        while let Some(effect) = engine.poll_effect() {
            match effect {
                Effect::Settle(_) => bills += 1,
                Effect::Report(event) => {
                    if let EventKind::Problem(raised) = event.kind {
                        assert_ne!(raised.problem.code.number(), 12_400, "the engine broke");
                    }
                }
                _ => {}
            }
        }
        let Some(next) = engine.next_timeout() else {
            assert_eq!(engine.live_legs(), 0);
            return;
        };
        engine.handle(next.max(Millis(START)), Input::Tick).unwrap();
    }
    panic!("the call never comes to an end, after {bills} bills");
}

/// Walks of a fixed generator: a property that is never put to the test holds all too easily.
fn some_walks(count: u64) -> impl Iterator<Item = Walk> {
    (0..count).map(|number| {
        let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
        let made = (0..1_200).map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u16::try_from(state >> 48).unwrap()
        });
        Walk::new(made.collect(), 7, false).run()
    })
}

#[test]
fn walks_reach_every_effect_every_event_and_every_end() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |what: String| *seen.entry(what).or_default() += 1;
    for walk in some_walks(1_500) {
        count(format!("height {}", walk.checker.height));
        if walk.checker.returned > 0 {
            count("a return value".to_owned());
        }
        for bill in walk.checker.settled.values() {
            count(format!("{} {}", bill.leg.as_str(), bill.status));
        }
        for code in &walk.checker.problems {
            count(format!("problem {code}"));
        }
        for effect in walk.effects.iter().flatten() {
            let name = |text: String| text.split(['(', ' ']).next().unwrap_or_default().to_owned();
            count(match effect {
                Effect::Report(event) => name(format!("{:?}", event.kind)),
                effect => name(format!("{effect:?}")),
            });
        }
    }
    let expected = "Answer Began Bridge ChangeParticipant CloseRelay CloseStream Collect Conceal \
                    ConferenceEnded ConferenceStarted Connected Consult Decided Dequeued Dial Dialled \
                    Fetch HangUp Heard JoinConference Joined LeaveConference Left Notify OpenRelay \
                    OpenStream Placed Play Pressed Problem Queued Relayed Requested Responded Returned \
                    Ringback Said Say SendDtmf SendMessage SendRelay ServiceChanged Settle Settled \
                    StartAgent StartConferenceRecording StartRecording StartSiprec StartTranscription \
                    Status StopAgent StopCollect StopConferenceRecording StopMedia StopRecording StopSiprec \
                    StopTranscription Transcribe Unbridge Verb";
    let missing = |what: &&str| !seen.contains_key(*what);
    assert_eq!(expected.split_whitespace().filter(missing).collect::<Vec<_>>(), [""; 0]);
    for leg in ["application-connect", "application-hop", "inbound", "outbound"] {
        for status in ["completed", "no-answer", "canceled", "busy", "failed"] {
            let what = format!("{leg} {status}");
            // Only an inbound call whose budget is used up before it is answered fails: too rare to be met here.
            assert!(what == "inbound failed" || seen.contains_key(&what), "no walk leads to {what}");
        }
    }
    assert!(seen["a return value"] > 20, "return values hardly ever arrive: {}", seen["a return value"]);
    for height in 1..=5 {
        assert!(seen.contains_key(&format!("height {height}")), "no walk stacks {height} calls");
    }
}
