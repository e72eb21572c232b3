//! Whether one account may dial an application: the permission of `application-connect.md` section 2.

use std::fmt;

use crate::id::AccountSid;
use crate::policy::{FamilyConnect, Limits};

use super::{Access, Account, AccountStatus, Application, Entry, Owner, Registry, Table, Webhook};

/// What the permission depends on beside the registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdmitFacts {
    /// How many applications the line has been handed through already.
    pub hops: u32,
}

/// How two accounts are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// One account.
    Same,
    /// A main account and its subaccount, or two subaccounts of one main account.
    Family,
    /// Neither.
    Strangers,
}

/// An application that may be dialled.
#[derive(Clone, Copy, Debug)]
pub struct Admitted<'a> {
    /// The account that owns it.
    pub account: &'a Account,
    /// The application.
    pub application: &'a Application,
    /// Where its call asks for the first document.
    pub voice: &'a Webhook,
    /// How the owner is related to the account that dials.
    pub relation: Relation,
}

/// Why an application may not be dialled. For the operator and the timeline of the application's owner only:
/// the dialling side sees [`Denied::caller_sees`] and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DenyReason {
    /// The dialling account, or its parent, is suspended or closed, or is not in the registry.
    CallerInactive,
    /// No application has this SID.
    NoSuchApplication,
    /// The owner of the application, or its parent, is suspended or closed.
    CalleeInactive,
    /// Another account's application without `PublicApplicationConnectEnabled`.
    NotPublic,
    /// The dialling account is on the application's forbid list.
    Forbidden,
    /// The application has an allow list without the dialling account.
    NotOnAllowList,
    /// The line has been handed through as many applications as it may be.
    HopLimit,
    /// The application has no Voice URL.
    NoVoiceUrl,
    /// A programmable rule said no. Not found by `admit`: the engine adds it after a verdict.
    Rule,
}

impl DenyReason {
    /// The reason in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CallerInactive => "caller account not active",
            Self::NoSuchApplication => "no such application",
            Self::CalleeInactive => "callee account not active",
            Self::NotPublic => "cross-account and PublicApplicationConnectEnabled is false",
            Self::Forbidden => "forbid policy",
            Self::NotOnAllowList => "allow-list without this caller",
            Self::HopLimit => "hop limit or loop",
            Self::NoVoiceUrl => "no VoiceUrl",
            Self::Rule => "denied by a rule",
        }
    }

    /// The code of the problem that the dialling side sees.
    ///
    /// Everything about the application and its owner is 21218, or SIDs could be probed (`reliability.md` T-02).
    #[must_use]
    pub const fn caller_sees(self) -> u32 {
        match self {
            Self::CallerInactive => 10_001,
            Self::HopLimit => 90_001,
            Self::NoSuchApplication
            | Self::CalleeInactive
            | Self::NotPublic
            | Self::Forbidden
            | Self::NotOnAllowList
            | Self::NoVoiceUrl
            | Self::Rule => 21_218,
        }
    }

    /// The code of the problem that the application's owner sees, where it is one to mend
    /// (`application-connect.md` section 8).
    #[must_use]
    pub const fn owner_sees(self) -> Option<u32> {
        match self {
            Self::CalleeInactive => Some(10_003),
            Self::NoVoiceUrl => Some(11_100),
            Self::CallerInactive
            | Self::NoSuchApplication
            | Self::NotPublic
            | Self::Forbidden
            | Self::NotOnAllowList
            | Self::HopLimit
            | Self::Rule => None,
        }
    }
}

impl fmt::Display for DenyReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Denied {
    /// Why. Not for the dialling side.
    pub reason: DenyReason,
    /// The code of the problem that the dialling side sees: 10001, 21218 or 90001.
    pub caller_sees: u32,
}

impl From<DenyReason> for Denied {
    fn from(reason: DenyReason) -> Self {
        Self { reason, caller_sees: reason.caller_sees() }
    }
}

/// Everything that a permission is decided by: one row of the truth table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "the columns of a truth table")]
pub struct Standing {
    /// The status that counts for the dialling account.
    pub caller: AccountStatus,
    /// Whether there is such an application.
    pub exists: bool,
    /// The status that counts for the application's owner.
    pub callee: AccountStatus,
    /// How the two are related.
    pub relation: Relation,
    /// `PublicApplicationConnectEnabled`.
    pub public: bool,
    /// Whether the caller is on the forbid list.
    pub forbidden: bool,
    /// Whether the caller is on the allow list, or there is none.
    pub listed: bool,
    /// How many applications the line has been handed through already.
    pub hops: u32,
    /// Whether the application has a Voice URL.
    pub has_voice: bool,
}

impl Standing {
    /// The first reason against, in the order in which reasons count; none when the dial is allowed.
    ///
    /// No question is skipped because of the answer to another, so that the time tells little.
    #[must_use]
    pub fn deny_reason(&self, limits: &Limits) -> Option<DenyReason> {
        let same = self.relation == Relation::Same;
        let family = self.relation == Relation::Family && limits.family_connect == FamilyConnect::Allow;
        [
            (self.caller != AccountStatus::Active, DenyReason::CallerInactive),
            (!self.exists, DenyReason::NoSuchApplication),
            (self.callee != AccountStatus::Active, DenyReason::CalleeInactive),
            (!(same || family || self.public), DenyReason::NotPublic),
            (self.forbidden, DenyReason::Forbidden),
            (!(same || self.listed), DenyReason::NotOnAllowList),
            (self.hops >= limits.hops, DenyReason::HopLimit),
            (!self.has_voice, DenyReason::NoVoiceUrl),
        ]
        .into_iter()
        .fold(None, |first, (against, reason)| first.or(against.then_some(reason)))
    }
}

impl Registry {
    /// Whether `caller` may dial the application with exactly this SID.
    ///
    /// An unknown SID walks the same memory as a known one: it is judged like some other application, which its
    /// hash picks, and then refused. What the dialling side can measure does not tell whether a SID exists
    /// (`reliability.md` T-02).
    pub fn admit(
        &self,
        caller: &AccountSid,
        sid: &str,
        facts: AdmitFacts,
        limits: &Limits,
    ) -> Result<Admitted<'_>, Denied> {
        let caller = self.account_entry(caller);
        let (exists, entry) = self.application_or_stand_in(sid);
        // Without a caller or any application the answer is no, and there is nothing to hide.
        let (Some(caller), Some(entry)) = (caller, entry) else {
            let active = caller.is_some_and(|caller| caller.standing.status == AccountStatus::Active);
            let reason = if active { DenyReason::NoSuchApplication } else { DenyReason::CallerInactive };
            return Err(reason.into());
        };
        let application = &entry.record;
        let standing = Standing {
            caller: caller.standing.status,
            exists,
            callee: entry.owner.status,
            relation: caller.standing.relation(entry.owner),
            public: application.public_application_connect_enabled,
            forbidden: application.access.forbids(&caller.account.sid),
            listed: application.access.lists(&caller.account.sid),
            hops: facts.hops,
            has_voice: application.voice.is_some(),
        };
        if let Some(reason) = standing.deny_reason(limits) {
            return Err(reason.into());
        }
        // Neither is ever missing here: the Voice URL was asked for, and an owner is part of the registry.
        match (self.account_at(entry.owner.place), &application.voice) {
            (Some(account), Some(voice)) => {
                Ok(Admitted { account, application, voice, relation: standing.relation })
            }
            _ => Err(DenyReason::NoVoiceUrl.into()),
        }
    }

    /// The application with this SID, or else another one to spend the same time on. None in a registry without any.
    fn application_or_stand_in(&self, sid: &str) -> (bool, Option<&Entry<Application>>) {
        let Table { entries, index } = &self.applications;
        let (exists, place) = index.find_or_stand_in(sid, |place| self.applications.has_key(place, sid));
        (exists, place.and_then(|place| entries.get(place)))
    }
}

impl Owner {
    fn relation(self, other: Self) -> Relation {
        if self.place == other.place {
            Relation::Same
        } else if self.family == other.family {
            Relation::Family
        } else {
            Relation::Strangers
        }
    }
}

impl Access {
    fn forbids(&self, account: &AccountSid) -> bool {
        self.forbid.contains(account)
    }

    fn lists(&self, account: &AccountSid) -> bool {
        self.allow.as_ref().is_none_or(|allow| allow.contains(account))
    }
}
