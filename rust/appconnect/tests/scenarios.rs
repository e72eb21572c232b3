//! Every scenario file of `tests/scenarios`, run once as it is and once with the call saved, released and restored
//! before every input. Files below `refused` must fail, with the text of their first line.

#![allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may stop at its first surprise"
)]
#![allow(unreachable_pub, reason = "a part of this test in files of its own")]

#[path = "support/scenario/mod.rs"]
mod scenario;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios")
}

/// All scenario files, by their place below the root.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|kind| kind == "toml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Runs one file; an error is what whoever wrote it wants to read.
fn failure(path: &Path, save: bool) -> Option<String> {
    let text = fs::read_to_string(path).unwrap();
    let name = path.strip_prefix(root()).unwrap().display().to_string();
    let mut log = Vec::new();
    let result = scenario::run(&text, save, &mut log);
    if !name.starts_with("refused") {
        let happened = log.join("\n    ");
        return result.err().map(|error| format!("{name}: {error}\n  what happened:\n    {happened}"));
    }
    let wanted = text.lines().next().and_then(|line| line.strip_prefix("# fails: ")).unwrap_or_default();
    match result {
        Err(error) if error == wanted => None,
        Err(error) => Some(format!("{name}: wanted the error\n  {wanted}\ngot\n  {error}")),
        Ok(()) => Some(format!("{name}: it passed, and should fail with\n  {wanted}")),
    }
}

fn run_all(save: bool) {
    let files = files(&root());
    let only = std::env::var("SCENARIO").unwrap_or_default();
    let chosen: Vec<_> = files.iter().filter(|path| path.to_string_lossy().contains(&only)).collect();
    let failures: Vec<_> = chosen.iter().filter_map(|path| failure(path, save)).collect();
    assert!(!chosen.is_empty(), "no scenario has {only} in its name");
    assert!(failures.is_empty(), "{} of {} fail:\n\n{}", failures.len(), chosen.len(), failures.join("\n\n"));
}

#[test]
fn every_scenario_goes_as_written() {
    run_all(false);
}

#[test]
fn every_scenario_goes_the_same_when_saved_and_restored_before_every_input() {
    run_all(true);
}
