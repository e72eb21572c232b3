//! Hostile and faulty answers, and what becomes of each: `tests/data/badinputs/cases.tsv`, which the Python tests
//! run too. Its first lines say how it is written.

// A helper that panics fails its test, which is what it is for.
#![allow(clippy::panic, clippy::string_slice, clippy::unwrap_used)]

mod support;

use std::fmt::Write as _;
use std::sync::LazyLock;

use appconnect::problem::{Level, LineColumn, Problem};
use appconnect::twiml::{Document, Node, answer, charset, decode};
use proptest::prelude::*;
use support::cases::Case;

const URL: &str = "https://app.example/voice";

static ALL: LazyLock<Vec<Case>> = LazyLock::new(support::cases::all);

fn cases() -> &'static [Case] {
    &ALL
}

/// The document as the engine meets it: good attributes, text and nodes, in one line.
fn rendered(node: Node<'_>) -> String {
    let mut out = format!("<{}", node.element().name());
    for (attribute, value) in node.attributes() {
        write!(out, " {}={}", attribute.name(), quoted(value)).unwrap();
    }
    if let Some(code) = node.error() {
        write!(out, " !{code}").unwrap();
    }
    out.push('>');
    if !node.text().is_empty() {
        out.push_str(&quoted(&node.text()));
    }
    out.extend(node.children().map(rendered));
    out + "</>"
}

/// A text in straight quotes: printable ASCII as it is, all else as `\uXXXX` of its UTF-16.
fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for character in text.chars() {
        if matches!(character, ' '..='~') && !matches!(character, '"' | '\\') {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04X}").unwrap();
            }
        }
    }
    out + "\""
}

fn outcome(result: &Result<Document, Problem>) -> String {
    match result {
        Err(problem) => format!("fatal {}", problem.code),
        Ok(document) => {
            document.problems().iter().fold("ok".to_owned(), |out, p| format!("{out} {}", p.code))
        }
    }
}

#[test]
fn every_case_ends_as_its_row_says() {
    let mut wrong = Vec::new();
    for case in cases() {
        let result = answer(Some(&case.content_type), &case.body, URL);
        let found = outcome(&result);
        if found != case.outcome {
            wrong.push(format!("{}: {found} instead of {}", case.name, case.outcome));
        }
        if let Ok(document) = &result
            && case.document != "-"
            && rendered(document.root()) != case.document
        {
            wrong.push(format!(
                "{}: {}\n    instead of {}",
                case.name,
                rendered(document.root()),
                case.document
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fatal_problems_are_errors_and_messages_are_one_short_line() {
    for case in cases() {
        let result = answer(Some(&case.content_type), &case.body, URL);
        let problems = match &result {
            Ok(document) => document.problems(),
            Err(problem) => {
                assert_eq!(problem.level(), Level::Error, "{}", case.name);
                std::slice::from_ref(problem)
            }
        };
        for problem in problems {
            assert!(!problem.message.chars().any(char::is_control), "{}: {problem}", case.name);
            assert!(problem.message.chars().count() < 400, "{}: {problem}", case.name);
        }
    }
}

#[test]
fn a_document_is_read_again_from_its_source_as_it_was() {
    for case in cases() {
        if let Ok(document) = answer(Some(&case.content_type), &case.body, URL) {
            let again = Document::from_text(document.source()).unwrap();
            assert_eq!(again.problems(), document.problems(), "{}", case.name);
            assert_eq!(rendered(again.root()), rendered(document.root()), "{}", case.name);
        }
    }
}

#[test]
fn a_typographic_quote_is_named_and_placed() {
    let source = "<Response>\n  <Reject reason=”busy”/>\n</Response>";
    let problem = answer(Some("text/xml"), source.as_bytes(), URL).unwrap_err();
    assert!(problem.message.contains("U+201D RIGHT DOUBLE QUOTATION MARK"), "{problem}");
    assert!(problem.message.ends_with("replace it with \""), "{problem}");
    assert_eq!(problem.span.unwrap().line_column(source), LineColumn { line: 2, column: 18 });
}

#[test]
fn depth_and_attributes_are_capped_in_texts_of_any_length() {
    let deep = format!("<Response>{}", "<Say>".repeat(1_000_000));
    assert_eq!(Document::from_text(&deep).unwrap_err().code.number(), 12_100);
    let names = (0..80_000).fold(String::new(), |out, i| out + " a" + &i.to_string() + "=''");
    let wide = format!("<Response{names}/>");
    assert_eq!(Document::from_text(&wide).unwrap_err().code.number(), 12_100);
}

/// Parses, and checks what holds of every answer.
fn check(body: &[u8], content_type: &str) -> Result<(), TestCaseError> {
    let result = answer(Some(content_type), body, URL);
    let decoded = decode(body, charset(content_type));
    let spans = |source: &str, problems: &[Problem]| -> Result<(), TestCaseError> {
        for span in problems.iter().filter_map(|problem| problem.span) {
            prop_assert!(span.start <= span.end && span.end as usize <= source.len(), "{span:?} {source:?}");
            prop_assert!(source.is_char_boundary(span.start as usize), "{span:?} {source:?}");
            prop_assert!(source.is_char_boundary(span.end as usize), "{span:?} {source:?}");
        }
        Ok(())
    };
    match (&result, decoded) {
        (Ok(document), _) => {
            spans(document.source(), document.problems())?;
            prop_assert!(document.problems().iter().all(|p| p.span.is_some()));
            prop_assert!(document.problems().is_sorted_by_key(|p| p.span));
            let again = Document::from_text(document.source());
            prop_assert_eq!(again.map(|d| rendered(d.root())), Ok(rendered(document.root())));
        }
        (Err(problem), Ok(source)) => spans(&source, std::slice::from_ref(problem))?,
        (Err(_), Err(_)) => {}
    }
    Ok(())
}

/// A piece of a document, right or wrong.
fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<Response>",
        "</Response>",
        "<Dial action='/a' trim='x'>",
        "</Dial>",
        "<Application>",
        "</Application>",
        "<ApplicationSid>",
        "</ApplicationSid>",
        "AP1",
        "<Parameter name='a' value='b'/>",
        "<Parameter name=''>",
        "</Parameter>",
        "<Number>",
        "</Number>",
        "+1555",
        "<Conference>",
        "</Conference>",
        "<Say voice='x'>",
        "</Say>",
        "<break time='1s'/>",
        "<p>",
        "</p>",
        "<Gather input='dtmf fax'>",
        "</Gather>",
        "<Play digits='1'/>",
        "<Pause length='0'/>",
        "<Teleport>",
        "</Teleport>",
        "&amp;",
        "&#13;",
        "&#x41;",
        "&",
        "é",
        "\r\n",
        " ",
        "<!-- c -->",
        "<![CDATA[<x>]]>",
        "]]>",
        "<?pi x?>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE x>",
        "\u{201d}",
        "\u{a0}",
        "<",
        ">",
        "\"",
        "'",
        "=",
        "a='&lt;'",
        "\u{feff}",
        "\u{fffe}",
    ])
}

proptest! {
    #[test]
    fn no_bytes_break_the_parser(body in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&body, "text/xml")?;
        check(&body, "text/plain; charset=iso-8859-1")?;
    }

    #[test]
    fn no_order_of_pieces_breaks_the_parser(tokens in prop::collection::vec(token(), 0..24), whole in any::<bool>()) {
        let text = tokens.concat();
        let text = if whole { format!("<Response>{text}</Response>") } else { text };
        check(text.as_bytes(), "text/xml")?;
    }

    #[test]
    fn no_change_of_a_case_breaks_the_parser(
        case in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        cut in 0_usize..4,
        piece in token(),
    ) {
        let mut body = case.get(cases()).body.clone();
        body.truncate(4_096);
        let at = at.index(body.len() + 1);
        let end = (at + cut).min(body.len());
        body.splice(at..end, piece.bytes());
        check(&body, "text/xml")?;
    }
}
