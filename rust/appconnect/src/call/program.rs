//! A program: a document, where it came from, and how far it has run.
//!
//! Saved as the bytes of its source and a cursor; reading it back parses again, which costs about a microsecond. The
//! cursor is saved as the place of a start tag too: another version may number the nodes of a source differently.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::http::Url;
use crate::twiml::{Document, Node};

/// A document being run.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) document: Arc<Document>,
    /// What relative URLs are resolved against; none for a document given inline.
    pub(crate) base: Option<Url>,
    /// Whether it came from the fallback URL: when it fails, there is nothing left to fall back to.
    pub(crate) fallback: bool,
    /// The verb that runs.
    current: Option<u32>,
    /// The verb that comes after it.
    next: Option<u32>,
}

impl Program {
    /// A program that is about to run its first verb.
    pub(crate) fn new(document: Document, base: Option<Url>) -> Self {
        Self::again(Arc::new(document), base)
    }

    /// A program that is about to run the first verb of a document that runs elsewhere, too.
    pub(crate) fn again(document: Arc<Document>, base: Option<Url>) -> Self {
        let next = document.root().first_child().map(|verb| verb.index());
        Self { document, base, fallback: false, current: None, next }
    }

    /// Goes on to the next verb and returns its index.
    pub(crate) fn advance(&mut self) -> Option<u32> {
        self.current = self.next;
        self.next = self.current().and_then(|verb| verb.next_sibling()).map(|verb| verb.index());
        self.current
    }

    /// The verb that runs.
    pub(crate) fn current(&self) -> Option<Node<'_>> {
        self.document.node(self.current?)
    }

    /// Whether the cursor stands at a verb of the document and the next one follows it.
    fn has_a_place(&self) -> bool {
        let verbs = || self.document.root().children();
        match (self.current, self.next) {
            (None, None) => true,
            (None, next) => verbs().next().map(|verb| verb.index()) == next,
            (Some(current), next) => verbs()
                .find(|verb| verb.index() == current)
                .is_some_and(|verb| verb.next_sibling().map(|verb| verb.index()) == next),
        }
    }

    /// The verb that would come next.
    pub(crate) fn upcoming(&self) -> Option<Node<'_>> {
        self.document.node(self.next?)
    }
}

impl<C> Encode<C> for Program {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.map(6)?.u8(0)?.str(self.document.source())?;
        e.u8(1)?.encode_with(&self.base, ctx)?;
        e.u8(2)?.encode_with(self.current, ctx)?;
        e.u8(3)?.encode_with(self.next, ctx)?;
        e.u8(4)?.encode_with(self.current().map(|verb| verb.span().start), ctx)?;
        e.u8(5)?.bool(self.fallback)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Program {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let wanted = || minicbor::decode::Error::message("a program needs its source");
        let (mut document, mut base, mut current, mut next) = (None, None, None, None);
        let (mut place, mut fallback) = (None::<u32>, false);
        for _ in 0..d.map()?.ok_or_else(wanted)? {
            match d.u8()? {
                0 => document = Document::from_text(d.str()?).ok(),
                1 => base = d.decode_with(ctx)?,
                2 => current = d.decode_with(ctx)?,
                3 => next = d.decode_with(ctx)?,
                4 => place = d.decode_with(ctx)?,
                5 => fallback = d.bool()?,
                _ => d.skip()?,
            }
        }
        let document: Document = document.ok_or_else(wanted)?;
        if let Some(place) = place {
            let verb = document.root().children().find(|verb| verb.span().start == place);
            current = Some(verb.map_or(u32::MAX, |verb| verb.index()));
            next = verb.and_then(|verb| verb.next_sibling()).map(|verb| verb.index());
        }
        let program = Self { document: Arc::new(document), base, fallback, current, next };
        if !program.has_a_place() {
            return Err(minicbor::decode::Error::message("a program stands at a verb that is not there"));
        }
        Ok(program)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "<Response><Say>a</Say><Pause/><Say>b</Say></Response>";

    fn saved(current: Option<u32>, next: Option<u32>, place: Option<u32>) -> Vec<u8> {
        let mut e = minicbor::Encoder::new(Vec::new());
        e.map(4).unwrap().u8(0).unwrap().str(SOURCE).unwrap();
        e.u8(2).unwrap().encode(current).unwrap().u8(3).unwrap().encode(next).unwrap();
        e.u8(4).unwrap().encode(place).unwrap();
        e.into_writer()
    }

    #[test]
    fn a_verb_is_found_by_the_place_of_its_start_tag_however_nodes_are_numbered() {
        let place = u32::try_from(SOURCE.find("<Pause").unwrap()).unwrap();
        let program: Program = minicbor::decode(&saved(Some(77), Some(78), Some(place))).unwrap();
        assert_eq!(program.current().unwrap().element().name(), "Pause");
        assert_eq!(program.upcoming().unwrap().text(), "b");
        for (current, next, place) in
            [(Some(1), Some(2), Some(place + 1)), (None, None, Some(0)), (Some(77), None, None)]
        {
            assert!(
                minicbor::decode::<Program>(&saved(current, next, place)).is_err(),
                "{current:?} {place:?}"
            );
        }
    }

    #[test]
    fn a_program_goes_on_where_it_was_saved() {
        let mut program = Program::new(Document::from_text(SOURCE).unwrap(), None);
        for fallback in [false, true, false, true, true] {
            program.fallback = fallback;
            let read: Program = minicbor::decode(&minicbor::to_vec(&program).unwrap()).unwrap();
            assert_eq!(read.fallback, fallback);
            assert_eq!((read.current, read.next), (program.current, program.next));
            program.advance();
        }
    }
}
