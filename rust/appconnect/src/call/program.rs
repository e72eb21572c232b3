//! A program: a document, where it came from, and how far it has run.
//!
//! Saved as the bytes of its source and a cursor; reading it back parses again, which costs about a microsecond.

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
    /// The verb that runs.
    current: Option<u32>,
    /// The verb that comes after it.
    next: Option<u32>,
}

impl Program {
    /// A program that is about to run its first verb.
    pub(crate) fn new(document: Document, base: Option<Url>) -> Self {
        let next = document.root().first_child().map(|verb| verb.index());
        Self { document: Arc::new(document), base, current: None, next }
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
        e.map(4)?.u8(0)?.str(self.document.source())?;
        e.u8(1)?.encode_with(&self.base, ctx)?;
        e.u8(2)?.encode_with(self.current, ctx)?;
        e.u8(3)?.encode_with(self.next, ctx)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Program {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let wanted = || minicbor::decode::Error::message("a program needs its source");
        let (mut document, mut base, mut current, mut next) = (None, None, None, None);
        for _ in 0..d.map()?.ok_or_else(wanted)? {
            match d.u8()? {
                0 => document = Document::from_text(d.str()?).ok(),
                1 => base = d.decode_with(ctx)?,
                2 => current = d.decode_with(ctx)?,
                3 => next = d.decode_with(ctx)?,
                _ => d.skip()?,
            }
        }
        Ok(Self { document: Arc::new(document.ok_or_else(wanted)?), base, current, next })
    }
}
