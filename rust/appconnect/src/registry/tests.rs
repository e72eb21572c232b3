//! Routes and builder errors.

use super::*;
use crate::address::Address;

const A: u128 = 0xa;
const B: u128 = 0xb;
const APP: &str = "AP0000000000000000000000000000000a";
const SHORT_APP: &str = "AP1234567890abcdef1234567890abcd";

fn sid(bits: u128) -> AccountSid {
    AccountSid::from_bits(bits)
}

fn account(bits: u128, parent: Option<u128>, status: AccountStatus) -> Account {
    Account::new(sid(bits), parent.map(sid), status, Secret::new("token"))
}

fn webhook(path: &str) -> Webhook {
    Webhook { url: Url::parse(&format!("https://a.example/{path}")).unwrap(), method: Method::Post }
}

fn application(name: &str, owner: u128) -> Application {
    Application {
        sid: name.parse().unwrap(),
        account: sid(owner),
        friendly_name: "app".into(),
        voice: Some(webhook("app")),
        fallback: Some(webhook("app-fallback")),
        status_callback: Some(webhook("app-status")),
        public_application_connect_enabled: false,
        caller_name_lookup: false,
        api_version: ApiVersion::default(),
        access: Access::default(),
    }
}

fn own() -> Handler {
    Handler::Webhooks(Box::new(Webhooks {
        voice: Some(webhook("own")),
        fallback: None,
        status_callback: Some(webhook("own-status")),
    }))
}

fn by(name: &str) -> Handler {
    Handler::Application(name.parse().unwrap())
}

fn number(number: &str, owner: u128, handler: Handler) -> PhoneNumber {
    PhoneNumber { number: number.into(), account: sid(owner), handler, caller_name_lookup: false }
}

fn sip_domain(domain: &str, owner: u128, handler: Handler) -> SipDomain {
    SipDomain { domain: domain.into(), account: sid(owner), handler }
}

fn client(identity: &str, owner: u128, handler: Handler) -> Client {
    Client { identity: identity.into(), account: sid(owner), handler }
}

/// Accounts A and B, and an application of A.
fn builder() -> RegistryBuilder {
    let mut builder = RegistryBuilder::new();
    builder.account(account(A, None, AccountStatus::Active)).account(account(B, None, AccountStatus::Active));
    builder.application(application(APP, A));
    builder
}

/// The same, and one more record.
fn builder_with(add: impl Fn(&mut RegistryBuilder) -> &mut RegistryBuilder) -> RegistryBuilder {
    let mut builder = builder();
    add(&mut builder);
    builder
}

fn voice_of(registry: &Registry, to: &str) -> Option<String> {
    let route = registry.resolve(&Address::new(to))?;
    route.voice.map(|webhook| webhook.url.as_str().to_owned())
}

#[test]
fn each_kind_of_address_leads_to_its_record() {
    let mut builder = builder();
    builder.application(application(SHORT_APP, B));
    builder.number(number("+15550100", B, own())).number(number("+15550101", A, by(APP)));
    builder.sip_domain(sip_domain("Voice.Example", B, own()));
    builder.sip_domain(sip_domain("app.example", A, by(APP)));
    builder.client(client("alice", B, own())).client(client("Bob", A, by(APP)));
    let registry = builder.build().unwrap();

    let own_url = Some("https://a.example/own".to_owned());
    let app_url = Some("https://a.example/app".to_owned());
    for (to, account, application, voice) in [
        (APP, A, Some(APP), &app_url),
        (&*format!("app:{APP}"), A, Some(APP), &app_url),
        (&*format!("app:{SHORT_APP}?x=1"), B, Some(SHORT_APP), &app_url),
        ("+15550100", B, None, &own_url),
        ("+15550101", A, Some(APP), &app_url),
        ("sip:anyone@voice.example", B, None, &own_url),
        ("sip:anyone@VOICE.EXAMPLE:5061;transport=tls", B, None, &own_url),
        ("sips:app.example", A, Some(APP), &app_url),
        ("client:alice", B, None, &own_url),
        ("client:Bob", A, Some(APP), &app_url),
    ] {
        let route = registry.resolve(&Address::new(to)).unwrap_or_else(|| panic!("{to}"));
        assert_eq!(route.account.sid, sid(account), "{to}");
        assert_eq!(route.application.map(|found| found.sid.as_str()), application, "{to}");
        assert_eq!(voice_of(&registry, to), *voice, "{to}");
        assert_eq!(route.fallback.is_some(), application.is_some(), "{to}");
        assert!(route.status_callback.is_some(), "{to}");
    }
    for to in
        ["+15550102", "15550100", "client:bob", "client:", "sip:x@b.example", "anonymous", "", SHORT_APP]
    {
        assert!(registry.resolve(&Address::new(to)).is_none(), "{to}");
    }
}

#[test]
fn caller_names_are_looked_up_when_the_number_or_its_application_wants_them() {
    for (of_number, of_application) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut builder = RegistryBuilder::new();
        builder.account(account(A, None, AccountStatus::Active));
        builder
            .application(Application { caller_name_lookup: of_application, ..application(APP, A) })
            .number(PhoneNumber { caller_name_lookup: of_number, ..number("+15550101", A, by(APP)) });
        let registry = builder.build().unwrap();
        let route = registry.resolve(&Address::new("+15550101")).unwrap();
        assert_eq!(route.caller_name_lookup, of_number || of_application);
        let route = registry.resolve(&Address::new(APP)).unwrap();
        assert_eq!(route.caller_name_lookup, of_application);
    }
}

#[test]
fn a_subaccount_counts_as_its_parent_when_that_is_worse() {
    use AccountStatus::{Active, Closed, Suspended};
    for (own_status, parent, effective) in [
        (Active, Active, Active),
        (Active, Suspended, Suspended),
        (Active, Closed, Closed),
        (Suspended, Active, Suspended),
        (Suspended, Closed, Closed),
        (Closed, Suspended, Closed),
    ] {
        // The subaccount comes first: records may be added in any order.
        let mut builder = RegistryBuilder::new();
        builder.account(account(B, Some(A), own_status)).account(account(A, None, parent));
        builder.number(number("+15550100", B, own()));
        let registry = builder.build().unwrap();
        assert_eq!(registry.status(&sid(B)), Some(effective));
        assert_eq!(registry.status(&sid(A)), Some(parent));
        assert_eq!(registry.account(&sid(B)).map(|account| account.status), Some(own_status));
        assert_eq!(registry.resolve(&Address::new("+15550100")).unwrap().status, effective);
    }
    assert_eq!(Registry::default().status(&sid(A)), None);
}

#[test]
fn lookups_are_exact() {
    let registry = builder().build().unwrap();
    assert!(registry.application(APP).is_some());
    for other in
        ["", "AP", APP.trim_start_matches('A'), &APP.to_uppercase(), &format!("{APP}0"), &format!(" {APP}")]
    {
        assert!(registry.application(other).is_none(), "{other}");
    }
    assert!(registry.account(&sid(0xc)).is_none());
}

/// Two keys are told apart by more than their hashes.
#[test]
fn keys_are_compared_whole() {
    let mut keys = vec![APP.to_owned(), format!("{}b", "a".repeat(39))];
    keys.extend([0, 1, 2, 34, 35, 36, 37, 40, 255, 300].map(|length| "a".repeat(length)));
    for stored in &keys {
        for asked in &keys {
            assert_eq!(ShortKey::new(stored).is(asked, || stored), stored == asked, "{stored} {asked}");
        }
    }
}

#[test]
fn sids_that_creation_never_gives_are_warned_about() {
    let mut builder = builder();
    builder.application(application(SHORT_APP, A));
    let registry = builder.build().unwrap();
    assert_eq!(registry.warnings(), [Warning::UnusualApplicationSid(SHORT_APP.parse().unwrap())]);
}

#[test]
fn each_fault_names_its_record() {
    type Change = fn(&mut RegistryBuilder) -> &mut RegistryBuilder;
    let foreign = |name: &str| Fault::ForeignApplication(name.parse().unwrap());
    let cases: &[(Change, &str, Fault)] = &[
        (|b| b.account(account(A, None, AccountStatus::Closed)), "account AC", Fault::Duplicate),
        (
            |b| b.account(account(1, Some(2), AccountStatus::Active)),
            "account AC",
            Fault::UnknownParent(sid(2)),
        ),
        (
            |b| b.account(account(1, Some(1), AccountStatus::Active)),
            "account AC",
            Fault::NestedParent(sid(1)),
        ),
        (
            |b| {
                b.account(account(1, Some(2), AccountStatus::Active));
                b.account(account(2, Some(1), AccountStatus::Active))
            },
            "account AC",
            Fault::NestedParent(sid(2)),
        ),
        (
            |b| {
                b.account(account(1, Some(2), AccountStatus::Active));
                b.account(account(2, Some(A), AccountStatus::Active))
            },
            "account AC",
            Fault::NestedParent(sid(2)),
        ),
        (|b| b.application(application(APP, B)), "application AP", Fault::Duplicate),
        (|b| b.application(application("AP1", 9)), "application AP1", Fault::UnknownAccount(sid(9))),
        (|b| b.number(number("+1", 9, own())), "phone number +1", Fault::UnknownAccount(sid(9))),
        (
            |b| b.number(number("+1", A, by("APnone"))),
            "phone number +1",
            Fault::UnknownApplication("APnone".parse().unwrap()),
        ),
        (|b| b.number(number("+1", B, by(APP))), "phone number +1", foreign(APP)),
        (|b| b.sip_domain(sip_domain("d.example", B, by(APP))), "SIP domain d.example", foreign(APP)),
        (|b| b.client(client("c", B, by(APP))), "client \"c\"", foreign(APP)),
        (
            |b| b.number(number("+1", A, own())).number(number("+1", B, own())),
            "phone number +1",
            Fault::Duplicate,
        ),
        (
            |b| b.sip_domain(sip_domain("D.example", A, own())).sip_domain(sip_domain("d.EXAMPLE", B, own())),
            "SIP domain d.example",
            Fault::Duplicate,
        ),
        (|b| b.client(client("c", A, own())).client(client("c", B, own())), "client \"c\"", Fault::Duplicate),
    ];
    for (change, record, fault) in cases {
        let mut builder = builder();
        change(&mut builder);
        let error = builder.build().unwrap_err();
        assert_eq!(error.fault, *fault, "{error}");
        assert!(error.record.to_string().starts_with(record), "{error}");
        assert!(error.to_string().ends_with(&fault.to_string()), "{error}");
    }
}

#[test]
fn what_no_call_can_be_to_is_refused_with_the_rule() {
    type Build = fn(&str) -> RegistryBuilder;
    let long = "x".repeat(257);
    let cases: &[(&str, Build, &[&str])] = &[
        (
            "phone number is a plus sign",
            |text| builder_with(|b| b.number(number(text, A, own()))),
            &[
                "",
                "+",
                " +1",
                "+1 555",
                "555-0100",
                "+1(555)0100",
                "abc",
                "anonymous",
                "client:x",
                APP,
                "1234567890123456",
            ],
        ),
        (
            "SIP domain is a host name",
            |text| builder_with(|b| b.sip_domain(sip_domain(text, A, own()))),
            &[
                "",
                "not a domain",
                "d.example:5060",
                "a@d.example",
                "d..example",
                ".",
                "müller.example",
                "[::1]",
                "a?b",
            ],
        ),
        (
            "identity has 1 to 256 characters",
            |text| builder_with(|b| b.client(client(text, A, own()))),
            &["", "a b c", " a", "a\n", "a\u{0}", "a?b", &long],
        ),
    ];
    for (rule, build, texts) in cases {
        for text in *texts {
            let error = build(text).build().expect_err(text);
            assert!(matches!(error.fault, Fault::Unreachable(_)), "{error}");
            assert!(error.to_string().contains(rule), "{error}");
        }
    }
}

#[test]
fn whatever_a_call_can_be_to_is_taken() {
    let mut builder = builder();
    let numbers = ["+15550100", "+1", "15550100", "555", "911", "+123456789012345"];
    let domains =
        ["d.example", "office-1.sip.example", "d.example.", "localhost", "my_pbx.local", "10.0.0.1"];
    let longest = "ä".repeat(256);
    let identities = ["alice", "alice@office.example", "größe", "+15550100", "a:b/c%20d", &longest];
    for text in numbers {
        builder.number(number(text, A, own()));
    }
    for text in domains {
        builder.sip_domain(sip_domain(text, A, own()));
    }
    for text in identities {
        builder.client(client(text, A, own()));
    }
    let registry = builder.build().unwrap();
    let sip = domains.map(|domain| format!("sip:user@{domain}"));
    let clients = identities.map(|identity| format!("client:{identity}"));
    for to in numbers.iter().copied().chain(sip.iter().chain(&clients).map(String::as_str)) {
        assert!(registry.resolve(&Address::new(to)).is_some(), "{to}");
    }
}

#[test]
fn room_that_was_too_small_or_too_large_changes_nothing() {
    for applications in [0, 1, 1_000] {
        let mut builder = RegistryBuilder::with_capacity(Sizes { applications, ..Sizes::default() });
        builder.account(account(A, None, AccountStatus::Active));
        for number in 0..100 {
            builder.application(application(&format!("AP{number:032x}"), A));
        }
        let registry = builder.build().unwrap();
        for number in 0..100 {
            let name = format!("AP{number:032x}");
            assert_eq!(registry.application(&name).map(|found| found.sid.as_str()), Some(&*name));
        }
        assert!(registry.application(&format!("AP{:032x}", 100)).is_none());
    }
}

#[test]
fn names_of_statuses_and_versions_read_back() {
    for status in [AccountStatus::Active, AccountStatus::Suspended, AccountStatus::Closed] {
        assert_eq!(AccountStatus::from_name(status.as_str()), Some(status));
    }
    for version in [ApiVersion::V2008, ApiVersion::V2010] {
        assert_eq!(ApiVersion::from_name(version.as_str()), Some(version));
    }
    assert_eq!(AccountStatus::from_name("Active"), None);
    assert_eq!(ApiVersion::default().as_str(), "2010-04-01");
}

#[test]
fn debug_shows_no_token() {
    let mut builder = RegistryBuilder::new();
    builder.account(Account::new(sid(A), None, AccountStatus::Active, Secret::new("s3cr3t-t0ken")));
    let shown = format!("{:?}", builder.build().unwrap());
    assert!(!shown.contains("s3cr3t"), "{shown}");
}
