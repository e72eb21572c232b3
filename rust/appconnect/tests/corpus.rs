//! Whole documents, run to their end: those of `tests/data/twiml`, which between them hold every verb, and those of
//! any directory that `APPCONNECT_TWIML_CORPUS` names.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may stop at its first surprise"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use appconnect::event::EventKind;
use appconnect::twiml::schema::Kind;
use appconnect::twiml::{Document, Element};
use support::{A, Answer, World};

const ENTRY: &str = "https://a.example/voice";

/// How long a caller waits in a queue that nobody dials, in milliseconds.
const PATIENCE_MS: u64 = 600_000;

fn own() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/twiml")
}

/// The documents of a directory, by name.
fn documents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let twiml = files.filter(|file| file.extension().is_some_and(|kind| kind == "twiml" || kind == "xml"));
    twiml
        .map(|file| (file.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(file).unwrap()))
        .collect()
}

/// What became of a call that was answered with a document, and with nothing from then on.
#[derive(Debug)]
struct Run {
    /// How the call of the document ended.
    status: &'static str,
    /// What was wrong, in the order in which it was told.
    problems: Vec<u32>,
    /// Every verb that ran, in any account.
    verbs: BTreeSet<&'static str>,
}

fn run(name: &str, body: &[u8], save: bool) -> (Run, Vec<String>) {
    let mut world = World::new();
    world.save_at_every_step = save;
    world.serve(ENTRY, [Answer::typed("text/xml", body), Answer::twiml("")]);
    world.serve("https://b.example/voice", [Answer::twiml("<Say>b</Say>")]);
    world.serve("https://c.example/voice", [Answer::twiml("<Pause length=\"2\"/><Say>c</Say>")]);
    world.dial().advance(PATIENCE_MS);
    let count = |kind: fn(&EventKind) -> bool| world.events.iter().filter(|event| kind(&event.kind)).count();
    let joined = count(|kind| matches!(kind, EventKind::Queued(_)));
    if joined > count(|kind| matches!(kind, EventKind::Dequeued(_))) {
        world.hang_up();
    }
    world.finish();
    assert_eq!(world.engine.live_legs(), 0, "{name} leaves a leg");
    let root = world.requests[0].call.clone();
    let begun: BTreeSet<_> = world.events.iter().map(|event| event.call.to_string()).collect();
    let billed: BTreeSet<_> = world.settlements.iter().map(|bill| bill.call.to_string()).collect();
    assert_eq!(billed.len(), world.settlements.len(), "{name} is billed twice");
    assert!(billed.contains(&root) && billed.is_subset(&begun.union(&billed).cloned().collect()));
    let verbs = world.events.iter().filter_map(|event| match &event.kind {
        EventKind::Verb(verb) => Some(verb.verb),
        _ => None,
    });
    let run = Run { status: world.bill(&root).status, problems: world.problems(A), verbs: verbs.collect() };
    assert!(!run.problems.contains(&12_400), "{name} breaks the engine");
    (run, world.trace)
}

#[test]
fn every_own_document_does_what_the_list_says() {
    let list = own().join("outcomes.tsv");
    let mut found = String::from("# document\tstatus of the call\tproblems\n");
    for (name, body) in documents(&own()) {
        let (run, trace) = run(&name, &body, false);
        let codes: Vec<_> = run.problems.iter().map(u32::to_string).collect();
        writeln!(found, "{name}\t{}\t{}", run.status, codes.join(" ")).unwrap();
        assert_eq!(self::run(&name, &body, true).1, trace, "{name}, saved at every step");
    }
    if std::env::var_os("APPCONNECT_WRITE_OUTCOMES").is_some() {
        fs::write(&list, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(list).unwrap());
}

#[test]
fn the_own_documents_hold_every_verb() {
    let mut missing: BTreeSet<_> = Element::ALL
        .iter()
        .filter(|element| element.row().kind == Kind::Verb)
        .map(|verb| verb.name())
        .collect();
    for (name, body) in documents(&own()) {
        for verb in run(&name, &body, false).0.verbs {
            missing.remove(verb);
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn any_other_documents_run_to_their_end() {
    let Some(directory) = std::env::var_os("APPCONNECT_TWIML_CORPUS") else { return };
    let documents = documents(Path::new(&directory));
    let mut tally: BTreeMap<u32, usize> = BTreeMap::new();
    for (name, body) in &documents {
        if let Err(problem) = Document::parse(body, None) {
            panic!("{name}: {problem}");
        }
        let (run, trace) = run(name, body, false);
        assert_eq!(self::run(name, body, true).1, trace, "{name}, saved at every step");
        for code in run.problems.into_iter().collect::<BTreeSet<_>>() {
            *tally.entry(code).or_default() += 1;
        }
    }
    assert!(!documents.is_empty(), "no documents in {}", directory.to_string_lossy());
    println!("{} documents; with problem: {tally:?}", documents.len());
}
