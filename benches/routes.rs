//! What finding a route and deciding a permission cost, among a thousand to a million applications.

#![allow(missing_docs, reason = "criterion's macros write public functions")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot be set up must stop")]

use std::hint::black_box;

use appconnect::address::Address;
use appconnect::http::{Method, Url};
use appconnect::id::AccountSid;
use appconnect::pii::Secret;
use appconnect::policy::Limits;
use appconnect::registry::{
    Access, Account, AccountStatus, AdmitFacts, ApiVersion, Application, Handler, PhoneNumber, Registry,
    RegistryBuilder, Sizes, Webhook,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const ACCOUNTS: u64 = 100;
/// Look-ups a round, spread over the whole registry so that caches are as cold as in service.
const LOOKUPS: u64 = 4_096;

fn account(number: u64) -> AccountSid {
    AccountSid::from_bits(u128::from(number % ACCOUNTS))
}

fn application(number: u64) -> String {
    format!("AP{number:032x}")
}

fn number(number: u64) -> String {
    format!("+1{number:010}")
}

/// As many applications as numbers; each number is answered by the application of its place.
fn registry(size: u64) -> Registry {
    let records = usize::try_from(size).unwrap();
    let mut builder =
        RegistryBuilder::with_capacity(Sizes { applications: records, numbers: records, ..Sizes::default() });
    for place in 0..ACCOUNTS {
        builder.account(Account::new(account(place), None, AccountStatus::Active, Secret::new("token")));
    }
    for place in 0..size {
        let url = Url::parse(&format!("https://a{place}.example/voice")).unwrap();
        builder.application(Application {
            sid: application(place).parse().unwrap(),
            account: account(place),
            friendly_name: "".into(),
            voice: Some(Webhook { url, method: Method::Post }),
            fallback: None,
            status_callback: None,
            public_application_connect_enabled: place % 2 == 0,
            caller_name_lookup: false,
            api_version: ApiVersion::default(),
            access: Access::default(),
        });
        builder.number(PhoneNumber {
            number: number(place).into(),
            account: account(place),
            handler: Handler::Application(application(place).parse().unwrap()),
            caller_name_lookup: false,
        });
    }
    builder.build().unwrap()
}

/// Places all over a registry, in no order, the same in every run.
fn places(size: u64) -> impl Iterator<Item = u64> {
    // A step that shares no factor with the size visits every place before it repeats one.
    (0..LOOKUPS).map(move |turn| (turn * 7_368_787) % size)
}

fn routes(c: &mut Criterion) {
    let limits = Limits::default();
    for size in [1_000, 100_000, 1_000_000] {
        let registry = registry(size);
        let numbers: Vec<Address> = places(size).map(|place| Address::new(&number(place))).collect();
        let sids: Vec<String> = places(size).map(application).collect();
        let unknown: Vec<String> = places(size).map(|place| application(size + place)).collect();
        assert!(numbers.iter().all(|to| registry.resolve(to).is_some_and(|route| route.voice.is_some())));
        let caller = account(0);
        let admit = |sid: &String| registry.admit(&caller, sid, AdmitFacts::default(), &limits);
        assert!(unknown.iter().all(|sid| admit(sid).is_err()));

        let mut group = c.benchmark_group("routes");
        group.throughput(Throughput::Elements(LOOKUPS));
        group.bench_function(BenchmarkId::new("resolve a number", size), |b| {
            b.iter(|| numbers.iter().filter(|to| registry.resolve(black_box(to)).is_some()).count());
        });
        group.bench_function(BenchmarkId::new("admit", size), |b| {
            b.iter(|| sids.iter().filter(|sid| admit(black_box(sid)).is_ok()).count());
        });
        group.bench_function(BenchmarkId::new("refuse an unknown SID", size), |b| {
            b.iter(|| unknown.iter().filter(|sid| admit(black_box(sid)).is_err()).count());
        });
        group.finish();
    }
}

criterion_group!(benches, routes);
criterion_main!(benches);
