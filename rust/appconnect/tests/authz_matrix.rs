//! Who may dial whose application: the whole truth table, and properties over random registries.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::collections::BTreeSet;

use appconnect::http::{Method, Url};
use appconnect::id::{AccountSid, ApplicationSid};
use appconnect::pii::Secret;
use appconnect::policy::{FamilyConnect, Limits};
use appconnect::registry::{
    Access, Account, AccountStatus, AdmitFacts, ApiVersion, Application, Denied, DenyReason, Registry,
    RegistryBuilder, Relation, Standing, Webhook,
};
use proptest::prelude::*;

const TABLE: &str = include_str!("data/authz_matrix.tsv");

const CALLER: u128 = 0xa;
const OWNER: u128 = 0xb;
const MAIN: u128 = 0xc;
const OTHER: u128 = 0xd;

const SID: &str = "AP000000000000000000000000000000b1";
const ANOTHER_SID: &str = "AP000000000000000000000000000000b2";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    None,
    CallerAllowed,
    CallerForbidden,
    OnlyAnotherAllowed,
}

#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "the columns of a truth table")]
struct Row<'a> {
    relation: &'a str,
    public: bool,
    live: bool,
    caller: AccountStatus,
    owner: AccountStatus,
    list: List,
    at_limit: bool,
    has_voice: bool,
    outcome: Option<DenyReason>,
}

fn status(name: &str) -> AccountStatus {
    AccountStatus::from_name(name).unwrap()
}

fn outcome(letter: char) -> Option<DenyReason> {
    Some(match letter {
        'A' => return None,
        'c' => DenyReason::CallerInactive,
        'f' => DenyReason::Forbidden,
        'h' => DenyReason::HopLimit,
        'l' => DenyReason::NotOnAllowList,
        'n' => DenyReason::NoSuchApplication,
        'o' => DenyReason::CalleeInactive,
        'p' => DenyReason::NotPublic,
        'v' => DenyReason::NoVoiceUrl,
        _ => panic!("no outcome: {letter}"),
    })
}

fn rows() -> Vec<Row<'static>> {
    let lists = [List::None, List::CallerAllowed, List::CallerForbidden, List::OnlyAnotherAllowed];
    let mut rows = Vec::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [relation, flag, application, caller, owner, outcomes] = columns[..] else { panic!("{line}") };
        let mut letters = outcomes.chars().filter(|letter| *letter != ' ');
        for list in lists {
            for (at_limit, has_voice) in [(false, true), (false, false), (true, true), (true, false)] {
                rows.push(Row {
                    relation,
                    public: flag == "public",
                    live: application == "live",
                    caller: status(caller),
                    owner: status(owner),
                    list,
                    at_limit,
                    has_voice,
                    outcome: outcome(letters.next().unwrap()),
                });
            }
        }
        assert_eq!(letters.next(), None, "{line}");
    }
    rows
}

fn account(bits: u128, parent: Option<u128>, status: AccountStatus) -> Account {
    let parent = parent.map(AccountSid::from_bits);
    Account::new(AccountSid::from_bits(bits), parent, status, Secret::new("token"))
}

fn application(sid: &str, owner: u128) -> Application {
    Application {
        sid: sid.parse().unwrap(),
        account: AccountSid::from_bits(owner),
        friendly_name: "orders".into(),
        voice: Some(Webhook { url: Url::parse("https://b.example/voice").unwrap(), method: Method::Post }),
        fallback: None,
        status_callback: None,
        public_application_connect_enabled: false,
        caller_name_lookup: false,
        api_version: ApiVersion::default(),
        access: Access::default(),
    }
}

impl Row<'_> {
    fn hops(&self, limits: &Limits) -> u32 {
        if self.at_limit { limits.hops } else { limits.hops - 1 }
    }

    fn standing(&self, limits: &Limits) -> Standing {
        Standing {
            caller: self.caller,
            exists: self.live,
            callee: self.owner,
            relation: match self.relation {
                "same" => Relation::Same,
                "parent_of" | "child_of" | "sibling" => Relation::Family,
                _ => Relation::Strangers,
            },
            public: self.public,
            forbidden: self.list == List::CallerForbidden,
            listed: self.list != List::OnlyAnotherAllowed,
            hops: self.hops(limits),
            has_voice: self.has_voice,
        }
    }

    /// A registry with these accounts, and the account that owns the application.
    ///
    /// An application that was deleted or never existed leaves one behind that has the row's flags and another SID:
    /// nothing of it may count.
    fn registry(&self) -> (Registry, AccountSid) {
        let mut builder = RegistryBuilder::new();
        let owner = match self.relation {
            "same" => {
                builder.account(account(CALLER, None, self.caller.max(self.owner)));
                CALLER
            }
            "parent_of" => {
                builder.account(account(OWNER, Some(CALLER), self.owner));
                builder.account(account(CALLER, None, self.caller));
                OWNER
            }
            "child_of" => {
                builder.account(account(CALLER, Some(OWNER), self.caller));
                builder.account(account(OWNER, None, self.owner));
                OWNER
            }
            "sibling" => {
                builder.account(account(CALLER, Some(MAIN), self.caller));
                builder.account(account(OWNER, Some(MAIN), self.owner));
                builder.account(account(MAIN, None, AccountStatus::Active));
                OWNER
            }
            "unrelated" => {
                builder.account(account(CALLER, None, self.caller));
                builder.account(account(OWNER, None, self.owner));
                OWNER
            }
            relation => panic!("no relation: {relation}"),
        };
        let mut dialled = application(if self.live { SID } else { ANOTHER_SID }, owner);
        dialled.public_application_connect_enabled = self.public;
        dialled.access = match self.list {
            List::None => Access::default(),
            List::CallerAllowed => allow(CALLER),
            List::CallerForbidden => Access { allow: None, forbid: vec![AccountSid::from_bits(CALLER)] },
            List::OnlyAnotherAllowed => allow(OTHER),
        };
        if !self.has_voice {
            dialled.voice = None;
        }
        builder.application(dialled);
        (builder.build().unwrap(), AccountSid::from_bits(owner))
    }
}

fn allow(bits: u128) -> Access {
    Access { allow: Some(vec![AccountSid::from_bits(bits)]), forbid: Vec::new() }
}

/// The reason and the code that the dialling side sees, or none when it may dial.
fn ask(registry: &Registry, sid: &str, hops: u32, limits: &Limits) -> Option<Denied> {
    let caller = AccountSid::from_bits(CALLER);
    match registry.admit(&caller, sid, AdmitFacts { hops }, limits) {
        Ok(admitted) => {
            assert_eq!(admitted.application.sid.as_str(), sid);
            assert_eq!(admitted.account.sid, admitted.application.account);
            assert_eq!(Some(admitted.voice), admitted.application.voice.as_ref());
            None
        }
        Err(denied) => Some(denied),
    }
}

#[test]
fn the_table_has_every_combination_once() {
    let rows = rows();
    assert_eq!(rows.len(), 4_320);
    let distinct: BTreeSet<String> =
        TABLE.lines().filter_map(|line| line.rsplit_once('\t')).map(|(key, _)| key.to_owned()).collect();
    assert_eq!(distinct.len(), 270 + 1);
    assert_eq!(rows.iter().filter(|row| row.outcome.is_none()).count(), 14);
}

#[test]
fn every_row_is_decided_as_the_table_says() {
    let limits = Limits::default();
    for row in rows() {
        assert_eq!(row.standing(&limits).deny_reason(&limits), row.outcome, "{row:?}");
    }
}

/// 1,152 rows give one account two statuses, or a subaccount a better one than its main account. No registry can
/// hold them: what counts there is the worse status, for the caller too, so the answer is 10001.
#[test]
fn every_row_is_decided_alike_by_a_registry() {
    let limits = Limits::default();
    let mut impossible = 0;
    for row in rows() {
        let (registry, owner) = row.registry();
        let statuses = (registry.status(&AccountSid::from_bits(CALLER)), registry.status(&owner));
        let denied = ask(&registry, SID, row.hops(&limits), &limits);
        if statuses == (Some(row.caller), Some(row.owner)) {
            assert_eq!(denied.map(|denied| denied.reason), row.outcome, "{row:?}");
        } else {
            impossible += 1;
            assert_eq!(denied, Some(DenyReason::CallerInactive.into()), "{row:?}");
        }
    }
    assert_eq!(impossible, 1_152);
}

#[test]
fn codes_are_the_ones_of_the_table() {
    for (reason, code) in [
        (DenyReason::CallerInactive, 10_001),
        (DenyReason::NoSuchApplication, 21_218),
        (DenyReason::CalleeInactive, 21_218),
        (DenyReason::NotPublic, 21_218),
        (DenyReason::Forbidden, 21_218),
        (DenyReason::NotOnAllowList, 21_218),
        (DenyReason::HopLimit, 90_001),
        (DenyReason::NoVoiceUrl, 21_218),
        (DenyReason::Rule, 21_218),
    ] {
        assert_eq!(Denied::from(reason), Denied { reason, caller_sees: code });
    }
}

/// The option takes the flag's part between family accounts, and changes nothing else in the table.
#[test]
fn family_connect_replaces_the_flag_within_a_family_only() {
    let limits = Limits { family_connect: FamilyConnect::Allow, ..Limits::default() };
    let family = ["parent_of", "child_of", "sibling"];
    for row in rows() {
        let public = row.public || family.contains(&row.relation);
        let same_but_public = rows_like(&row, public);
        assert_eq!(row.standing(&limits).deny_reason(&limits), same_but_public, "{row:?}");
    }
}

#[test]
fn a_registry_knows_its_families() {
    let limits = Limits { family_connect: FamilyConnect::Allow, ..Limits::default() };
    for (relation, found) in [
        ("same", Some(Relation::Same)),
        ("parent_of", Some(Relation::Family)),
        ("child_of", Some(Relation::Family)),
        ("sibling", Some(Relation::Family)),
        ("unrelated", None),
    ] {
        let (registry, _) = Row { relation, public: false, ..rows()[0] }.registry();
        let caller = AccountSid::from_bits(CALLER);
        let admitted = registry.admit(&caller, SID, AdmitFacts::default(), &limits);
        assert_eq!(admitted.ok().map(|admitted| admitted.relation), found, "{relation}");
    }
}

fn rows_like(row: &Row<'_>, public: bool) -> Option<DenyReason> {
    let limits = Limits::default();
    Standing { public, ..row.standing(&limits) }.deny_reason(&limits)
}

#[test]
fn a_caller_that_is_not_in_the_registry_is_not_active() {
    let (registry, _) = Row { relation: "unrelated", public: true, ..rows()[0] }.registry();
    let stranger = AccountSid::from_bits(99);
    let denied = registry.admit(&stranger, SID, AdmitFacts::default(), &Limits::default()).unwrap_err();
    assert_eq!(denied, DenyReason::CallerInactive.into());
}

#[test]
fn a_registry_without_applications_has_none() {
    let mut builder = RegistryBuilder::new();
    builder.account(account(CALLER, None, AccountStatus::Active));
    let registry = builder.build().unwrap();
    for sid in [SID, "", "AP", "+15550100"] {
        let denied = ask(&registry, sid, 0, &Limits::default());
        assert_eq!(denied, Some(DenyReason::NoSuchApplication.into()), "{sid}");
    }
}

fn any_status() -> impl Strategy<Value = AccountStatus> {
    prop_oneof![Just(AccountStatus::Active), Just(AccountStatus::Suspended), Just(AccountStatus::Closed)]
}

proptest! {
    /// Whatever the flags: a dial between accounts of which one may not take part in calls is refused.
    #[test]
    fn nobody_inactive_dials_or_is_dialled(
        statuses in [any_status(), any_status(), any_status()],
        subaccounts in any::<[bool; 2]>(),
        public in any::<bool>(),
        allowed in any::<bool>(),
        family in any::<bool>(),
        hops in 0_u32..12,
    ) {
        let [caller, owner, main] = statuses;
        let [caller_is_sub, owner_is_sub] = subaccounts;
        let mut builder = RegistryBuilder::new();
        builder.account(account(CALLER, caller_is_sub.then_some(MAIN), caller));
        builder.account(account(OWNER, owner_is_sub.then_some(MAIN), owner));
        builder.account(account(MAIN, None, main));
        let mut dialled = application(SID, OWNER);
        dialled.public_application_connect_enabled = public;
        if allowed {
            dialled.access = allow(CALLER);
        }
        builder.application(dialled);
        let registry = builder.build().unwrap();
        let family_connect = if family { FamilyConnect::Allow } else { FamilyConnect::Deny };
        let limits = Limits { family_connect, ..Limits::default() };

        let denied = ask(&registry, SID, hops, &limits);
        let caller_counts_as = if caller_is_sub { caller.max(main) } else { caller };
        let owner_counts_as = if owner_is_sub { owner.max(main) } else { owner };
        if caller_counts_as != AccountStatus::Active {
            prop_assert_eq!(denied.map(|denied| denied.caller_sees), Some(10_001));
        } else if owner_counts_as != AccountStatus::Active {
            prop_assert_eq!(denied.map(|denied| denied.caller_sees), Some(21_218));
        } else {
            let admitted = hops < limits.hops && (public || family && caller_is_sub && owner_is_sub);
            prop_assert_eq!(denied.is_none(), admitted);
        }
    }

    /// A private, forbidden, unlisted, inactive or silent application cannot be told from one that does not exist.
    #[test]
    fn what_may_not_be_dialled_looks_like_what_does_not_exist(
        unknown in "AP[0-9a-f]{32}|AP[A-Za-z0-9]{1,64}|.{0,40}",
        applications in proptest::collection::vec((any::<u128>(), 0_u8..5), 1..30),
        hops in 0_u32..10,
    ) {
        let mut builder = RegistryBuilder::new();
        builder.account(account(CALLER, None, AccountStatus::Active));
        builder.account(account(OWNER, None, AccountStatus::Active));
        builder.account(account(OTHER, None, AccountStatus::Suspended));
        let mut sids = BTreeSet::new();
        for (bits, kind) in applications {
            let sid = format!("AP{bits:032x}");
            if sid == unknown || !sids.insert(sid.clone()) {
                continue;
            }
            let mut app = application(&sid, if kind == 0 { OTHER } else { OWNER });
            app.public_application_connect_enabled = kind != 1;
            match kind {
                2 => app.access.forbid.push(AccountSid::from_bits(CALLER)),
                3 => app.access = allow(OTHER),
                4 => app.voice = None,
                _ => {}
            }
            builder.application(app);
        }
        let registry = builder.build().unwrap();
        let limits = Limits::default();
        let nothing = ask(&registry, &unknown, hops, &limits).unwrap();
        prop_assert_eq!(nothing.reason, DenyReason::NoSuchApplication);
        for sid in sids {
            let parsed: ApplicationSid = sid.parse().unwrap();
            let denied = ask(&registry, parsed.as_str(), hops, &limits).unwrap();
            prop_assert_ne!(denied.reason, DenyReason::NoSuchApplication);
            prop_assert_eq!(denied.caller_sees, nothing.caller_sees);
        }
    }
}
