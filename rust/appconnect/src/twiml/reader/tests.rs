//! What is read at once is read as the tokenizer would have it.

use proptest::prelude::*;

use super::*;

/// Pieces of documents, good and bad. A byte order mark is not among them: only here would the tokenizer see one.
const PIECES: [&str; 46] = [
    "<Response>",
    "</Response>",
    "<Say>",
    "</Say>",
    "</Say >",
    "</Say/>",
    "<Say />",
    "<Say/ >",
    "<a:b-c.1 d='e' f = \"g\"/>",
    "<Say voice='alice' loop=\"2\">",
    "<Say voice=alice>",
    "<Say voice='a'loop='b'>",
    "<Say voice='a' voice='b'>",
    "<Dial action='/x?a>b'>",
    "</Dial>",
    "<a b='1 &lt; 2&#9;'>",
    "<a b='&x;'>",
    "<a b='<'>",
    "<1>",
    "<>",
    "</>",
    "<",
    ">",
    "/>",
    "'",
    "\"",
    "&",
    ";",
    "&amp;",
    "&#65;",
    "&#x10FFFF;",
    "&#0000000065;",
    "&nbsp;",
    "<!-- a -- b -->",
    "<!-- <Say> -->",
    "<![CDATA[ <Say> & ]]>",
    "]]>",
    "<!DOCTYPE a>",
    "<?xml version='1.0'?>",
    "<?xml version='1.0'/>?>",
    "<?pi?>",
    " ",
    "\r\n",
    "é",
    "\u{201c}",
    "text",
];

/// Every event with its attributes, up to the end or the first problem.
fn all(source: &str, next: fn(&mut Reader<'_>) -> Option<Result<String, Problem>>) -> Vec<String> {
    let mut reader = Reader::new(source).unwrap();
    let mut seen = Vec::new();
    while let Some(event) = next(&mut reader) {
        let Ok(event) = event else {
            seen.push(format!("{event:?}"));
            break;
        };
        seen.push(format!("{event} {:?}", reader.attributes));
    }
    seen
}

/// An event as text; none at the end.
fn shown(event: Event<'_>) -> Option<Result<String, Problem>> {
    (event != Event::Eof).then(|| Ok(format!("{event:?}")))
}

fn at_once(reader: &mut Reader<'_>) -> Option<Result<String, Problem>> {
    reader.next().map_or_else(|problem| Some(Err(problem)), shown)
}

fn by_tokens(reader: &mut Reader<'_>) -> Option<Result<String, Problem>> {
    loop {
        match reader.token(reader.source.get(reader.at..)?) {
            Ok(None) => {}
            Ok(Some(event)) => return shown(event),
            Err(problem) => return Some(Err(problem)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn plain_parts_are_read_as_the_tokenizer_reads_them(
        pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12), whole in any::<bool>(),
    ) {
        let inside = pieces.concat();
        let source = if whole { format!("<Response>{inside}</Response>") } else { inside };
        prop_assert_eq!(all(&source, at_once), all(&source, by_tokens), "{}", source);
    }
}
