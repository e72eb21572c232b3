//! The rooms of the core and the floors they stand on: a module names modules of lower floors only.
//!
//! The check reads the source text. It resolves `crate::…`, grouped `use crate::{…}` and `super::…` chains that
//! reach the crate root, leaves comments and text literals out, and stops at a file's test module, which may look
//! anywhere.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a check may stop at its first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Top floor first. Rooms of one floor do not name each other.
///
/// Some of `call` are rooms of their own below it: `call::status`, the words for a call's state, which events and
/// effects carry; `call::callback` and `call::record`, which conferences have as calls do.
const FLOORS: &[&[&str]] = &[
    &["fuzzing"],
    &["engine"],
    &["snapshot"],
    &["leg"],
    &["call"],
    &["rooms"],
    &["conference", "queue"],
    &["config", "effect", "input"],
    &["event"],
    &["call::record"],
    &["registry", "settlement", "twiml"],
    &["policy"],
    &["call::callback", "call::status"],
    &["party"],
    &["address", "http"],
    &["problem"],
    &["id", "money", "pii", "time"],
];

/// The floor of a module path such as `call::verb::say`: its longest listed prefix decides.
fn floor(path: &[String]) -> Option<(usize, String)> {
    (1..=path.len()).rev().find_map(|length| {
        let name = path[..length].join("::");
        let index = FLOORS.iter().position(|rooms| rooms.contains(&name.as_str()))?;
        Some((index, name))
    })
}

/// Module path of a file below `src`: `call/verb/say.rs` and `call/verb/say/mod.rs` are both `call::verb::say`.
fn module_path(relative: &Path) -> Vec<String> {
    let mut path: Vec<String> =
        relative.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if path.last().is_some_and(|last| last == "mod" || last == "lib") {
        path.pop();
    }
    path
}

/// Tokens that matter for paths: names, `::`, braces, commas and semicolons, without comments, literals and tests.
fn tokens(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let characters: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let next = characters.get(at + 1).copied();
        if character == '/' && next == Some('/') {
            at = skip_while(&characters, at, |c| c != '\n');
        } else if character == '"' {
            at = skip_literal(&characters, at + 1);
        } else if character == '\'' {
            // Three characters or an escape make a character literal; anything else is a lifetime.
            let closes = characters.get(at + 2) == Some(&'\'');
            at = match next {
                Some('\\') => skip_while(&characters, at + 3, |c| c != '\'') + 1,
                Some(_) if closes => at + 3,
                _ => at + 1,
            };
        } else if character.is_alphanumeric() || character == '_' {
            let end = skip_while(&characters, at, |c| c.is_alphanumeric() || c == '_');
            found.push(characters[at..end].iter().collect());
            at = end;
        } else if character == ':' && next == Some(':') {
            found.push("::".to_owned());
            at += 2;
        } else {
            if matches!(character, '{' | '}' | ',' | ';') {
                found.push(character.to_string());
            }
            at += 1;
        }
    }
    found
}

fn skip_while(characters: &[char], mut at: usize, keep: impl Fn(char) -> bool) -> usize {
    while characters.get(at).is_some_and(|&character| keep(character)) {
        at += 1;
    }
    at
}

fn skip_literal(characters: &[char], mut at: usize) -> usize {
    while let Some(&character) = characters.get(at) {
        at += if character == '\\' { 2 } else { 1 };
        if character == '"' {
            break;
        }
    }
    at
}

/// Every path that `tokens` names from the crate root, written out in full, for a file of module `own`.
fn named_paths(tokens: &[String], own: &[String]) -> BTreeSet<Vec<String>> {
    let mut paths = BTreeSet::new();
    let mut at = 0;
    while at < tokens.len() {
        let start = at;
        let inside_path = start > 0 && tokens[start - 1] == "::";
        at += 1;
        let base = match tokens[start].as_str() {
            "crate" if !inside_path => Vec::new(),
            "super" if !inside_path => {
                let mut depth = own.len().saturating_sub(1);
                while tokens.get(at).is_some_and(|t| t == "::")
                    && tokens.get(at + 1).is_some_and(|t| t == "super")
                {
                    depth = depth.saturating_sub(1);
                    at += 2;
                }
                own[..depth].to_vec()
            }
            _ => continue,
        };
        if tokens.get(at).is_some_and(|token| token == "::") {
            at = collect(tokens, at + 1, &base, &mut paths);
        }
    }
    paths
}

/// Reads one path or one `{…}` group that starts at `at`; returns where reading goes on.
fn collect(tokens: &[String], mut at: usize, base: &[String], paths: &mut BTreeSet<Vec<String>>) -> usize {
    let mut path = base.to_vec();
    while let Some(token) = tokens.get(at) {
        if token == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token != "}") {
                let before = at;
                at = if tokens[at] == "," { at + 1 } else { collect(tokens, at, &path, paths) };
                at = at.max(before + 1);
            }
            return at + 1;
        }
        if matches!(token.as_str(), "}" | "," | ";") {
            break;
        }
        path.push(token.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token != "::") {
            break;
        }
        at += 1;
    }
    paths.insert(path);
    at
}

/// What is wrong with one file, in words.
fn violations(own: &[String], source: &str) -> Vec<String> {
    let Some((own_floor, own_room)) = floor(own) else {
        return vec![format!("module `{}` stands on no floor: add it to FLOORS", own.join("::"))];
    };
    named_paths(&tokens(source), own)
        .iter()
        .filter_map(|path| Some((path, floor(path)?)))
        .filter(|(_, (other, room))| *room != own_room && *other <= own_floor)
        .map(|(path, (_, room))| {
            format!(
                "`{}` names `{}`, but `{room}` is not below `{own_room}`",
                own.join("::"),
                path.join("::")
            )
        })
        .collect()
}

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn path(text: &str) -> Vec<String> {
    text.split("::").map(str::to_owned).collect()
}

#[test]
fn modules_name_lower_floors_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&root, &mut files);
    assert!(files.len() > 5, "no sources below {}", root.display());
    let mut wrong = Vec::new();
    for file in files {
        let own = module_path(file.strip_prefix(&root).unwrap());
        if !own.is_empty() {
            wrong.extend(violations(&own, &fs::read_to_string(&file).unwrap()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_form_of_an_upward_name_is_found() {
    for source in [
        "use crate::engine::Engine;",
        "pub(crate) use crate::{time::Millis, engine};",
        "use crate::{\n    id::{CallSid, LegId},\n    engine::{Engine, Config},\n};",
        "fn step(engine: &crate::engine::Engine) {}",
        "use super::super::engine::Engine;",
        "use super::super::{id, engine};",
        "let quote = '\"'; let engine = crate::engine::new();",
        "fn name<'a>(text: &'a str) { crate::engine::new(text) }",
    ] {
        assert!(!violations(&path("call::verb"), source).is_empty(), "{source}");
    }
}

#[test]
fn sideways_is_refused_and_the_vocabulary_room_is_open() {
    assert_eq!(violations(&path("effect"), "use crate::input::Input;").len(), 1);
    assert_eq!(violations(&path("event"), "use crate::call::{CallStatus, Direction};").len(), 2);
    assert!(violations(&path("event"), "use crate::call::status::{CallStatus, Direction};").is_empty());
    assert_eq!(violations(&path("call::status"), "use super::Call;").len(), 1);
    assert!(violations(&path("call"), "use crate::call::status::CallStatus;").is_empty());
}

#[test]
fn comments_literals_tests_and_own_rooms_do_not_count() {
    for source in [
        "// use crate::engine::Engine;",
        "//! See [`crate::engine`].",
        "const TEXT: &str = \"crate::engine and \\\" crate::leg\";",
        "#[cfg(test)]\nmod tests { use crate::engine::Engine; }",
        "use super::Call; use self::say::enter; use crate::id::CallSid;",
    ] {
        assert_eq!(violations(&path("call::verb"), source), Vec::<String>::new(), "{source}");
    }
}

#[test]
fn a_room_without_a_floor_is_reported() {
    assert_eq!(violations(&path("attic::chest"), "").len(), 1);
}

#[test]
fn files_map_to_modules() {
    assert_eq!(module_path(Path::new("call/verb/say.rs")), path("call::verb::say"));
    assert_eq!(module_path(Path::new("call/mod.rs")), path("call"));
    assert!(module_path(Path::new("lib.rs")).is_empty());
}
