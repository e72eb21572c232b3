//! What a dispatch and its parts cost in Rust, without the binding: parse, signed request, the whole step.

#![allow(missing_docs, reason = "criterion's macros write public functions")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up must stop")]

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use appconnect::address::Address;
use appconnect::config::Config;
use appconnect::effect::Effect;
use appconnect::engine::Engine;
use appconnect::http::{Method, Request, Signer, Url, Webhook as Hook, WebhookOptions};
use appconnect::id::{AccountSid, LegId, Seed};
use appconnect::input::{HttpResponse, IncomingCall, Input};
use appconnect::pii::Secret;
use appconnect::registry::{
    Access, Account, AccountStatus, ApiVersion, Application, Handler, PhoneNumber, Registry, RegistryBuilder,
    Webhook, Webhooks,
};
use appconnect::time::Millis;
use appconnect::twiml::Document;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const CALLER: &str = "+15550100";
const NUMBER: &str = "+15550199";
const APPLICATION: &str = "AP00000000000000000000000000000b01";
const DOCUMENT: &[u8] = include_bytes!("corpus/03-application.twiml");
/// Calls a round: enough that making the engine, which is not timed, does not dominate a run.
const CALLS: usize = 500;

fn account(bits: u128) -> AccountSid {
    AccountSid::from_bits(bits)
}

fn webhook(url: &str) -> Webhook {
    Webhook { url: Url::parse(url).unwrap(), method: Method::Post }
}

fn registry() -> Registry {
    let mut builder = RegistryBuilder::new();
    for bits in [0xa1, 0xb1] {
        builder.account(Account::new(account(bits), None, AccountStatus::Active, Secret::new("token")));
    }
    builder.application(Application {
        sid: APPLICATION.parse().unwrap(),
        account: account(0xb1),
        friendly_name: "billing".into(),
        voice: Some(webhook("https://b.example/voice")),
        fallback: None,
        status_callback: None,
        public_application_connect_enabled: true,
        caller_name_lookup: false,
        api_version: ApiVersion::default(),
        access: Access::default(),
    });
    let own = Webhooks { voice: Some(webhook("https://a.example/voice")), ..Webhooks::default() };
    builder.number(PhoneNumber {
        number: NUMBER.into(),
        account: account(0xa1),
        handler: Handler::Webhooks(Box::new(own)),
        caller_name_lookup: false,
    });
    builder.build().unwrap()
}

/// An engine with calls that each wait for the answer of A's voice URL, and those answers.
fn waiting(registry: &Arc<Registry>) -> (Engine, Vec<Input>) {
    let mut engine = Engine::new(Config::default(), Seed::new([0; 32]));
    engine.set_registry(Arc::clone(registry));
    let mut answers = Vec::with_capacity(CALLS);
    for number in 0..CALLS {
        let leg: LegId = format!("leg-{number}").parse().unwrap();
        let call = IncomingCall {
            leg,
            from: Address::new(CALLER),
            to: Address::new(NUMBER),
            forwarded_from: None,
            caller_name: None,
            stir_verstat: None,
            sip: None,
        };
        engine.handle(Millis(0), Input::IncomingCall(call)).unwrap();
        while let Some(effect) = engine.poll_effect() {
            if let Effect::Fetch(fetch) = effect {
                answers.push(Input::HttpResponse(HttpResponse {
                    reply: fetch.reply,
                    status: 200,
                    headers: vec![("Content-Type".into(), "text/xml".into())],
                    body: DOCUMENT.to_vec(),
                }));
            }
        }
    }
    assert_eq!(answers.len(), CALLS, "each call asks for its document");
    (engine, answers)
}

fn dispatch(c: &mut Criterion) {
    let registry = Arc::new(registry());
    let mut group = c.benchmark_group("dispatch");
    group.throughput(Throughput::Elements(CALLS as u64));
    group.bench_function("dial application", |b| {
        b.iter_batched(
            || waiting(&registry),
            |(mut engine, answers)| {
                for answer in answers {
                    engine.handle(Millis(1_000), answer).unwrap();
                    while let Some(effect) = engine.poll_effect() {
                        black_box(effect);
                    }
                }
                // Given back, so that dropping its calls is not timed.
                engine
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn parse(c: &mut Criterion) {
    let mut paths: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/corpus"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut group = c.benchmark_group("parse");
    for path in paths {
        let body = fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(Document::parse(&body, None).unwrap().problems().is_empty(), "{name} is valid");
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(name, |b| b.iter(|| Document::parse(black_box(&body), None)));
    }
    group.finish();
}

fn request(c: &mut Criterion) {
    let url = Url::parse("https://b.example/voice").unwrap();
    let signer = Signer::new(&Secret::new("token"));
    let pairs = [
        ("CallSid", "CA00000000000000000000000000000001"),
        ("AccountSid", "AC000000000000000000000000000000b1"),
        ("From", CALLER),
        ("To", NUMBER),
        ("Caller", CALLER),
        ("Called", NUMBER),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("ApiVersion", "2010-04-01"),
        ("ApplicationSid", APPLICATION),
        ("CustomerId", "acme-eu"),
        ("Param_ticket", "T-7"),
        ("Param_lang", "en"),
    ];
    let mut group = c.benchmark_group("request");
    for (name, method, standard_webhooks) in [
        ("post", Method::Post, false),
        ("post with both signatures", Method::Post, true),
        ("get", Method::Get, false),
    ] {
        let hook = Hook {
            method,
            url: &url,
            pairs: &pairs,
            signer: &signer,
            idempotency_token: "00000000-0000-8000-a000-000000000001",
            now: Millis(1_000),
            cookie: None,
            authorization: None,
            options: WebhookOptions { charset_suffix: false, standard_webhooks },
        };
        group.bench_function(name, |b| b.iter(|| Request::webhook(black_box(&hook))));
    }
    group.finish();
}

criterion_group!(benches, dispatch, parse, request);
criterion_main!(benches);
