//! Names for what a scenario cannot know beforehand: `$call` is bound at first sight and must be equal later.

use std::collections::BTreeMap;

/// What each name stands for.
#[derive(Clone, Debug, Default)]
pub struct Names {
    bound: BTreeMap<String, String>,
}

/// A piece of a text with names in it.
enum Piece {
    Text(String),
    Name(String),
}

/// Cuts a text at its names. `$$` is a dollar, and so is one that no small letter or `_` follows.
fn pieces(text: &str) -> Vec<Piece> {
    let (mut pieces, mut plain) = (Vec::new(), String::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        plain.push_str(before);
        let starts = after.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        if starts {
            let stays = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let end = after.find(|c| !stays(c)).unwrap_or(after.len());
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Name(after[..end].to_owned()));
            rest = &after[end..];
        } else {
            plain.push('$');
            rest = after.strip_prefix('$').unwrap_or(after);
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

impl Names {
    /// Gives a name to what the set-up knows already.
    pub fn bind(&mut self, name: &str, value: &str) -> Result<(), String> {
        if name != "_" {
            if let Some((other, _)) = self.bound.iter().find(|(_, bound)| *bound == value) {
                return Err(format!("${name} is the same as ${other}"));
            }
            self.bound.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }

    /// Puts what names stand for into a text. Only names that are bound may stand in it.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(plain) => filled.push_str(&plain),
                Piece::Name(name) => {
                    let value = self.bound.get(&name);
                    filled
                        .push_str(value.ok_or_else(|| format!("${name} is not known here; a dollar is $$"))?);
                }
            }
        }
        Ok(filled)
    }

    /// A text as it should be: names that are bound are filled in, others stay.
    pub fn shown(&self, text: &str) -> String {
        let shown = pieces(text).into_iter().map(|piece| match piece {
            Piece::Text(plain) => plain,
            Piece::Name(name) => self.bound.get(&name).cloned().unwrap_or_else(|| format!("${name}")),
        });
        shown.collect()
    }

    /// Whether a value is as wanted. Names that are not bound yet take what stands in their place, `$_` takes
    /// anything; neither takes nothing.
    pub fn matches(&mut self, wanted: &str, got: &str) -> Result<bool, String> {
        let pieces = pieces(wanted);
        let mut rest = got;
        for (place, piece) in pieces.iter().enumerate() {
            let literal = match piece {
                Piece::Text(plain) => Some(plain.as_str()),
                Piece::Name(name) => self.bound.get(name).map(String::as_str),
            };
            if let Some(literal) = literal {
                match rest.strip_prefix(literal) {
                    Some(after) => rest = after,
                    None => return Ok(false),
                }
                continue;
            }
            let Piece::Name(name) = piece else { continue };
            let end = match pieces.get(place + 1) {
                Some(Piece::Text(next)) => rest.find(next.as_str()),
                Some(Piece::Name(next)) => self.bound.get(next).and_then(|next| rest.find(next.as_str())),
                None => Some(rest.len()),
            };
            let Some(end) = end.filter(|end| *end > 0) else { return Ok(false) };
            let (taken, after) = rest.split_at(end);
            self.bind(name, taken)?;
            rest = after;
        }
        Ok(rest.is_empty())
    }
}
