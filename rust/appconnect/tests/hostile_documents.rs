//! Hostile documents run as calls: every case of `tests/data/badinputs/cases.tsv`, whichever layer owns it.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use std::sync::LazyLock;

use appconnect::registry::{Handler, Registry, Webhooks};
use appconnect::twiml::{Attribute, Document, Element, Node, answer};
use support::cases::{self, Case};
use support::{
    A, AFTER, Answer, B, CALLER, ENTRY, RECEIVER, World, application, dial_application, hook, plain_config,
};

/// The application that the cases dial.
const DIALLED: &str = "AP0123456789abcdef0123456789abcdef";
const FALLBACK: &str = "https://a.example/fallback";
/// Parameters of which every request has exactly one, whatever documents try.
const SYSTEM: [&str; 9] =
    ["CallSid", "AccountSid", "From", "To", "Caller", "Called", "CallStatus", "Direction", "ApiVersion"];

fn registry() -> Registry {
    support::registry(|_, applications, numbers| {
        applications.push(application(DIALLED, B, "b.example", true));
        numbers[0].handler = Handler::Webhooks(Box::new(Webhooks {
            voice: Some(hook(ENTRY)),
            fallback: Some(hook(FALLBACK)),
            status_callback: Some(hook("https://a.example/status")),
        }));
    })
}

fn served(case: &Case) -> Answer {
    Answer::typed(&case.content_type, &case.body)
}

fn document(case: &Case) -> Option<Document> {
    answer(Some(&case.content_type), &case.body, ENTRY).ok()
}

/// Every case, run as the first document of A's number.
static RUNS: LazyLock<Vec<(Case, World)>> = LazyLock::new(|| {
    let run = |case: Case| {
        let world = run(&case);
        (case, world)
    };
    cases::all().into_iter().map(run).collect()
});

/// Runs a case as the first document of A's number.
fn run(case: &Case) -> World {
    let mut world = World::with(plain_config(), registry());
    world.serve(ENTRY, [served(case)]).on(RECEIVER, "<Say>hello</Say>").dial().finish();
    world
}

/// Every node of a kind, in document order.
fn nodes(document: &Document, wanted: Element) -> Vec<Node<'_>> {
    let mut open = vec![document.root()];
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        if node.element() == wanted {
            found.push(node);
        }
        let mut children: Vec<_> = node.children().collect();
        children.reverse();
        open.append(&mut children);
    }
    found
}

fn parameters(node: Node<'_>) -> Vec<(String, String)> {
    node.children()
        .filter(|child| child.element() == Element::Parameter)
        .map(|child| {
            let text = |attribute| child.attribute(attribute).unwrap_or_default().to_owned();
            (text(Attribute::Name), text(Attribute::Value))
        })
        .collect()
}

fn prefixed(form: &[(String, String)], prefix: &str) -> Vec<(String, String)> {
    let own = form.iter().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value)));
    own.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

#[test]
fn every_document_leads_to_one_end_and_one_bill_a_call() {
    for (case, world) in RUNS.iter() {
        assert_eq!(world.engine.live_legs(), 0, "{}", case.name);
        assert!(world.hung_up.is_some(), "{}", case.name);
        let mut billed: Vec<_> = world.settlements.iter().map(|bill| bill.call).collect();
        let calls = billed.len();
        billed.sort_unstable();
        billed.dedup();
        assert_eq!(billed.len(), calls, "{}: billed twice", case.name);
        assert!(billed.iter().any(|call| call.as_str() == world.to(ENTRY)[0].call), "{}", case.name);
    }
}

#[test]
fn an_unusable_document_leads_to_the_fallback_with_its_code() {
    let mut fatal = 0;
    for (case, world) in RUNS.iter() {
        let Some(code) = case.fatal() else { continue };
        fatal += 1;
        let fallback = world.to(FALLBACK);
        assert_eq!(fallback.first().and_then(|seen| seen.get("ErrorCode")), Some(code), "{}", case.name);
        assert_eq!(fallback[0].get("ErrorUrl"), Some(ENTRY), "{}", case.name);
        assert!(world.problems(A).contains(&code.parse().unwrap()), "{}", case.name);
        assert!(world.heard.is_empty(), "no part of it is run: {}", case.name);
    }
    assert!(fatal > 50, "{fatal}");
}

#[test]
fn no_document_adds_a_header_or_a_second_system_parameter() {
    for (case, world) in RUNS.iter() {
        for seen in &world.requests {
            let head = seen.request.head();
            assert!(
                seen.request.headers().all(|(name, _)| !name.eq_ignore_ascii_case("x-evil")),
                "{}",
                case.name
            );
            assert!(
                !head.windows(12).any(|text| text.eq_ignore_ascii_case(b"\nset-cookie:")),
                "{}",
                case.name
            );
            for name in SYSTEM {
                let count = seen.form.iter().filter(|(own, _)| own == name).count();
                assert_eq!(count, 1, "{}: {name} to {}", case.name, seen.url);
            }
            assert_eq!(seen.get("From"), Some(CALLER), "{}", case.name);
            assert!(seen.get("CallSid").unwrap().starts_with("CA"), "{}", case.name);
        }
    }
}

#[test]
fn every_parameter_of_the_document_arrives_under_its_prefix_and_nothing_else_does() {
    let mut crossed = 0;
    for (case, world) in RUNS.iter() {
        let Some(document) = document(case) else { continue };
        let applications = nodes(&document, Element::Application);
        let Some(application) = applications.first() else { continue };
        let Some(seen) = world.to(RECEIVER).first().copied() else { continue };
        crossed += 1;
        assert_eq!(prefixed(&seen.form, "Param_"), parameters(*application), "{}", case.name);
        let customer = application.attribute(Attribute::CustomerId).filter(|id| !id.is_empty()).unwrap_or(A);
        assert_eq!(seen.get("CustomerId"), Some(customer), "{}", case.name);
    }
    assert!(crossed > 30, "{crossed}");
}

#[test]
fn every_return_parameter_arrives_at_the_action_under_its_prefix_and_nothing_else_does() {
    let mut returned = 0;
    for case in cases::all() {
        let Some(document) = document(&case) else { continue };
        let ends: Vec<_> = document
            .root()
            .children()
            .filter(|verb| matches!(verb.element(), Element::Hangup | Element::Reject))
            .collect();
        let Some(end) = ends.first().filter(|end| end.first_child().is_some()) else { continue };
        let mut world = World::with(plain_config(), registry());
        world
            .on(ENTRY, &dial_application("action=\"/after\"", "", DIALLED, ""))
            .serve(RECEIVER, [served(&case)]);
        world.dial().finish();
        let after = world.only(AFTER);
        assert_eq!(prefixed(&after.form, "ReturnParam_"), parameters(*end), "{}", case.name);
        assert_eq!(
            after.form.iter().filter(|(name, _)| name == "DialCallStatus").count(),
            1,
            "{}",
            case.name
        );
        returned += 1;
    }
    assert!(returned >= 6, "{returned}");
}

#[test]
fn a_sid_that_names_no_application_fails_the_dial_with_21218() {
    let mut failed = 0;
    for (case, world) in RUNS.iter().filter(|(case, _)| case.name.starts_with("app_")) {
        let Some(document) = document(case) else { continue };
        let applications = nodes(&document, Element::Application);
        let Some(application) = applications.first() else { continue };
        let good = application.application_sid().is_ok_and(|sid| sid == DIALLED);
        assert_eq!(!world.to(RECEIVER).is_empty(), good, "{}", case.name);
        if !good {
            failed += 1;
            assert!(world.problems(A).contains(&21_218), "{}: {:?}", case.name, world.problems(A));
            if let Some(after) = world.to(AFTER).first() {
                assert_eq!(after.get("DialCallStatus"), Some("failed"), "{}", case.name);
                assert_eq!(after.get("ErrorCode"), Some("21218"), "{}", case.name);
            }
            assert_eq!(world.settlements.len(), 1, "{}", case.name);
        }
    }
    assert!(failed > 10, "{failed}");
}

#[test]
fn a_32_kilobyte_value_is_delivered_whole() {
    let (_, world) = RUNS.iter().find(|(case, _)| case.name == "param_value_32k").unwrap();
    let longest = world.only(RECEIVER).form.iter().map(|(_, value)| value.len()).max();
    assert!(longest.unwrap() >= 32_000, "{longest:?}");
}
