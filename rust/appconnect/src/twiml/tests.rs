//! What a parsed document tells those who run it.

use super::*;
use crate::http::Method;
use crate::problem::{Code, Level};

fn parse(inside: &str) -> Document {
    Document::parse(format!("<Response>{inside}</Response>").as_bytes(), None).unwrap()
}

fn codes(document: &Document) -> Vec<u32> {
    document.problems().iter().map(|problem| problem.code.number()).collect()
}

/// The first verb.
fn verb(document: &Document) -> Node<'_> {
    document.root().first_child().unwrap()
}

#[test]
fn nodes_are_found_again_by_index() {
    let document =
        parse("<Gather><Say>a</Say><Teleport><Say>x</Say></Teleport><Play>/b</Play></Gather><Hangup/>");
    let gather = verb(&document);
    let names: Vec<_> = gather.children().map(|node| node.element()).collect();
    assert_eq!(names, [Element::Say, Element::Play]);
    for node in document.root().children().chain(gather.children()) {
        let again = document.node(node.index()).unwrap();
        assert_eq!((again.element(), again.span()), (node.element(), node.span()));
        assert!(again.index() > document.root().index());
    }
    assert_eq!(gather.next_sibling().unwrap().element(), Element::Hangup);
    assert!(gather.next_sibling().unwrap().next_sibling().is_none());
    assert!(document.node(99).is_none());
    assert_eq!(gather.span().of(document.source()), "<Gather>");
}

#[test]
fn what_is_not_written_has_the_default_of_the_table() {
    let document = parse("<Dial/><Gather/><Reject/>");
    let verbs: Vec<_> = document.root().children().collect();
    let [dial, gather, reject] = verbs[..] else { panic!() };
    assert_eq!(dial.number(Attribute::Timeout), Some(30));
    assert_eq!(dial.number(Attribute::TimeLimit), Some(14_400));
    assert_eq!(dial.method(Attribute::Method), Method::Post);
    assert_eq!(dial.url(Attribute::Action), Ok(None));
    assert_eq!(dial.attribute(Attribute::Timeout), None);
    assert!(!dial.flag(Attribute::AnswerOnBridge));
    assert!(gather.flag(Attribute::ProfanityFilter));
    assert_eq!(gather.word(Attribute::FinishOnKey), Some("#"));
    assert_eq!(gather.number(Attribute::NumDigits), None);
    assert_eq!(reject.word(Attribute::Reason), Some("rejected"));
}

#[test]
fn what_is_written_well_is_used() {
    let document = parse(
        "<Gather timeout='auto' numDigits='4' finishOnKey='' method='get' profanityFilter='false' action=' /a?b&amp;c '/>",
    );
    let gather = verb(&document);
    assert_eq!(gather.number(Attribute::Timeout), None);
    assert_eq!(gather.attribute(Attribute::Timeout), Some("auto"));
    assert_eq!(gather.number(Attribute::NumDigits), Some(4));
    assert_eq!(gather.word(Attribute::FinishOnKey), Some(""));
    assert_eq!(gather.method(Attribute::Method), Method::Get);
    assert!(!gather.flag(Attribute::ProfanityFilter));
    assert_eq!(gather.url(Attribute::Action), Ok(Some("/a?b&c")));
    assert!(document.problems().is_empty());
}

#[test]
fn a_bad_value_reads_as_the_default_and_keeps_its_code() {
    let document = parse("<Dial timeout='4' action='file:/x' hangupOnStar='TRUE'/>");
    let dial = verb(&document);
    assert_eq!(dial.number(Attribute::Timeout), Some(30));
    assert_eq!(dial.attribute(Attribute::Timeout), None);
    assert_eq!(dial.attribute_error(Attribute::Timeout), Some(Code::DialTimeout));
    assert_eq!(dial.url(Attribute::Action), Err(Code::UrlInvalid));
    assert!(!dial.flag(Attribute::HangupOnStar));
    assert_eq!(codes(&document), [13_212, 11_100, 13_213]);
    let spans: Vec<_> = document.problems().iter().map(|p| p.span.unwrap().of(document.source())).collect();
    assert_eq!(spans, ["timeout='4'", "action='file:/x'", "hangupOnStar='TRUE'"]);
    assert_eq!(document.problems()[1].level(), Level::Error);
}

#[test]
fn a_url_in_text_is_screened() {
    let document = parse("<Redirect>\n /next </Redirect><Play>data:,x</Play>");
    let urls: Vec<_> = document.root().children().map(|node| node.text_url()).collect();
    assert_eq!(urls, [Ok("/next".into()), Err(Code::UrlInvalid)]);
}

#[test]
fn text_in_the_source_is_not_copied() {
    let document = parse("<Say>plain é</Say><Say>a &amp; b</Say>");
    let texts: Vec<_> = document.root().children().map(|node| node.text()).collect();
    assert_eq!(texts, ["plain é", "a & b"]);
    assert!(texts.iter().all(|text| matches!(text, std::borrow::Cow::Borrowed(_))));
}

#[test]
fn text_in_pieces_is_joined_in_order() {
    let document = parse("<Say>a&#66;<!-- x -->c<![CDATA[<d>]]>\r\ne<?p?>f</Say>");
    assert_eq!(verb(&document).text(), "aBc<d>\nef");
    // Attribute values that need the side buffer come between the pieces.
    let inside = "a&amp;<break time='&#49;s'/>".repeat(50);
    let document = parse(&format!("<Say>{inside}</Say>"));
    assert_eq!(verb(&document).text(), ["a&"; 50].join(" ") + " ");
    assert_eq!(verb(&document).speech_breaks_ms(), 50_000);
    let application = "<ApplicationSid>A&#80;1</ApplicationSid>A&#80;1".repeat(2);
    let document = parse(&format!("<Dial><Application>{application}</Application></Dial>"));
    let application = verb(&document).first_child().unwrap();
    assert_eq!(application.text(), "AP1AP1");
    assert_eq!(application.application_sid(), Err(AmbiguousOrMissing::Ambiguous));
}

#[test]
fn speech_markup_is_spoken_by_its_say() {
    let document = parse(
        "<Say>Hello<break strength='strong'/>dear <emphasis>old <w>friend</w></emphasis><p>Bye.</p><break/></Say>\
         <Say>plain</Say><Say><break time='1s'/></Say>",
    );
    let says: Vec<_> = document.root().children().collect();
    assert_eq!(says[0].text(), "Hello dear old friend Bye.  ");
    assert_eq!(says[0].speech_breaks_ms(), 1_250);
    assert!(says[0].markup().unwrap().starts_with("Hello<break"));
    assert!(says[0].markup().unwrap().ends_with("<break/>"));
    assert_eq!((says[1].markup(), says[1].speech_breaks_ms()), (None, 0));
    assert_eq!((says[2].text(), says[2].speech_breaks_ms()), ("".into(), 1_000));
    assert_eq!(codes(&document), [13_520]);
}

#[test]
fn an_application_is_named_in_three_ways() {
    let sid = |inside: &str| {
        let document = parse(&format!("<Dial><Application>{inside}</Application></Dial>"));
        let application = verb(&document).first_child().unwrap();
        let sid = application.application_sid().map(std::borrow::Cow::into_owned);
        assert_eq!(sid.is_err(), application.error() == Some(Code::ApplicationSidInvalid));
        (sid, codes(&document))
    };
    let found = |problems: Vec<u32>| (Ok("AP1".to_owned()), problems);
    assert_eq!(sid(" AP1 "), found(vec![]));
    assert_eq!(sid("<ApplicationSid>\nAP1</ApplicationSid><Parameter name='a' value='b'/>"), found(vec![]));
    assert_eq!(sid("AP1<Parameter name='a' value='b'/>"), found(vec![]));
    assert_eq!(sid("AP1<ApplicationSid>AP1</ApplicationSid>"), found(vec![12_200]));
    let missing = (Err(AmbiguousOrMissing::Missing), vec![21_218]);
    assert_eq!(sid(""), missing);
    assert_eq!(sid("<ApplicationSid> </ApplicationSid>"), missing);
    let ambiguous = (Err(AmbiguousOrMissing::Ambiguous), vec![21_218]);
    assert_eq!(sid("AP1<ApplicationSid>ap1</ApplicationSid>"), ambiguous);
    assert_eq!(sid("AP1<ApplicationSid/>"), ambiguous);
    assert_eq!(sid("\u{a0}AP1").0.unwrap(), "\u{a0}AP1");
}

#[test]
fn of_parameters_with_one_name_the_last_stays_however_many_there_are() {
    for fillers in [0, 7, 200] {
        let filler = (0..fillers).fold(String::new(), |out, i| out + &format!("<Parameter name='f{i}'/>"));
        let document = parse(&format!(
            "<Hangup><Parameter name='a' value='1'/>{filler}<Parameter name='a' value='2'/><Parameter name='A'/>\
             <Parameter name='a' value='3'/></Hangup>"
        ));
        let parameters: Vec<_> = verb(&document).children().collect();
        assert_eq!(parameters.len(), fillers + 2);
        let last = parameters.last().unwrap();
        assert_eq!(last.attribute(Attribute::Value), Some("3"));
        assert_eq!(codes(&document).len(), if fillers == 200 { 3 } else { 2 });
    }
}

#[test]
fn first_nouns_win_over_and_beside_applications() {
    let nouns = |inside: &str| {
        let document = parse(&format!("<Dial>{inside}</Dial><Hangup/>"));
        let dial = verb(&document);
        let names: Vec<_> = dial.children().map(|node| node.element().name()).collect();
        // What was dropped is not there at all, so that no index leads to it.
        assert!(
            document
                .node(2 + u32::try_from(names.len()).unwrap())
                .is_some_and(|n| n.next_sibling().is_none())
        );
        assert!(document.node(3 + u32::try_from(names.len()).unwrap()).is_none());
        (dial.text().into_owned(), names.join(" "), codes(&document))
    };
    let app = "<Application>AP1</Application>";
    let number = "<Number>+1</Number>";
    assert_eq!(nouns(&format!("{app}{number}{app}")), (String::new(), "Application".into(), vec![13_215; 2]));
    assert_eq!(
        nouns(&format!("{number}{number}{app}{number}")),
        (String::new(), "Number".into(), vec![13_215; 3])
    );
    assert_eq!(nouns(&format!("+1{number}{app}+2")), ("+1".into(), String::new(), vec![13_215; 3]));
    assert_eq!(nouns(&format!("\n {app} \n")), (String::new(), "Application".into(), vec![]));
    assert_eq!(nouns(&number.repeat(11)), (String::new(), ["Number"; 10].join(" "), vec![13_215]));
}

#[test]
fn what_an_application_does_not_support_is_not_seen() {
    let document =
        parse("<Dial sequential='true' referUrl='file:/x' action='/a'><Application>AP1</Application></Dial>");
    let dial = verb(&document);
    assert!(!dial.flag(Attribute::Sequential));
    assert_eq!(dial.url(Attribute::ReferUrl), Ok(None));
    assert_eq!(dial.url(Attribute::Action), Ok(Some("/a")));
    assert_eq!(dial.attributes().count(), 1);
}

#[test]
fn the_report_is_bounded() {
    let document = parse(&"<x/>".repeat(1_000));
    assert_eq!(document.problems().len(), 256);
    assert_eq!(document.omitted_problems(), 744);
    assert!(document.root().first_child().is_none());
}

#[test]
fn a_name_that_is_nearly_right_is_suggested() {
    let document = parse("<say/><Dial Timeout='5'/><Hangup><hangup/></Hangup>");
    let messages: Vec<_> = document.problems().iter().map(|problem| &*problem.message).collect();
    assert!(messages[0].ends_with("write <Say>"), "{}", messages[0]);
    assert!(messages[1].ends_with("write timeout"), "{}", messages[1]);
}

#[test]
fn documents_can_be_shared_between_threads() {
    fn shared<T: Clone + Send + Sync>(_: &T) {}
    shared(&parse("<Hangup/>"));
}
