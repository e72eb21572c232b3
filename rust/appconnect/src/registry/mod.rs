//! What the platform knows before a call arrives: accounts, applications, numbers, SIP domains and clients.
//!
//! A [`Registry`] is built at once by a [`RegistryBuilder`], never changes, and is shared by every engine of a process
//! (`Arc<Registry>`). A change is a new registry, so one decision never sees half of it (`reliability.md` T-03).
//! It answers two questions: where a dialled address leads ([`Registry::resolve`]), and whether one account may dial
//! an application of another ([`Registry::admit`]).

mod admit;
mod build;
mod index;
mod resolve;
#[cfg(test)]
mod tests;

use minicbor::{Decode, Encode};

use crate::http::{Method, Signer, Url};
use crate::id::{AccountSid, ApplicationSid};
use crate::pii::Secret;

pub use admit::{AdmitFacts, Admitted, Denied, DenyReason, Relation, Standing};
pub use build::{Fault, Record, RegistryBuilder, RegistryError, Sizes, Warning};
pub use resolve::Route;

use index::Index;

/// Whether an account may take part in calls (`rest-api.md`, account status).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccountStatus {
    /// Calls in and out.
    #[default]
    Active,
    /// No new calls in or out, until it is made active again.
    Suspended,
    /// No calls, for good.
    Closed,
}

impl AccountStatus {
    /// The value of `status` in the REST API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Closed].into_iter().find(|status| status.as_str() == name)
    }
}

/// An account: who owns applications and calls.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its SID.
    pub sid: AccountSid,
    /// The main account, when this is a subaccount. Subaccounts have none of their own.
    pub parent: Option<AccountSid>,
    /// Its own status; [`Registry::status`] adds the parent's.
    pub status: AccountStatus,
    /// The primary auth token: webhooks are signed with it.
    pub token: Secret,
    /// The signing state of `token`, computed once.
    pub signer: Signer,
}

impl Account {
    /// An account whose webhooks are signed with `token`.
    #[must_use]
    pub fn new(sid: AccountSid, parent: Option<AccountSid>, status: AccountStatus, token: Secret) -> Self {
        let signer = Signer::new(&token);
        Self { sid, parent, status, token, signer }
    }
}

/// Where a request of a customer goes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Webhook {
    /// The address.
    #[n(0)]
    pub url: Url,
    /// GET or POST.
    #[n(1)]
    pub method: Method,
}

/// The TwiML API version that a resource was made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ApiVersion {
    /// The one before, still accepted.
    V2008,
    /// The current one.
    #[default]
    V2010,
}

impl ApiVersion {
    /// The value of `ApiVersion` in a webhook.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-08-01",
            Self::V2010 => "2010-04-01",
        }
    }

    /// The version with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::V2008, Self::V2010].into_iter().find(|version| version.as_str() == name)
    }
}

/// Which accounts an application's owner lets in and keeps out, beside the public flag.
///
/// An extension of ours (`application-connect.md` section 2): with the default, the flag alone decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// When present, other accounts must be on it. The owner's own account never needs to be.
    pub allow: Option<Vec<AccountSid>>,
    /// Accounts that are refused, the owner's own included.
    pub forbid: Vec<AccountSid>,
}

/// A TwiML App.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its SID.
    pub sid: ApplicationSid,
    /// The account that owns it.
    pub account: AccountSid,
    /// A name for people.
    pub friendly_name: Box<str>,
    /// Where a call asks for its first document. Without one the application cannot be dialled.
    pub voice: Option<Webhook>,
    /// Where a call asks when `voice` fails.
    pub fallback: Option<Webhook>,
    /// Where the end of a call is told.
    pub status_callback: Option<Webhook>,
    /// Whether every other account may dial it.
    pub public_application_connect_enabled: bool,
    /// Whether `CallerName` is sent.
    pub caller_name_lookup: bool,
    /// The value of `ApiVersion` in its webhooks.
    pub api_version: ApiVersion,
    /// Who is let in and kept out.
    pub access: Access,
}

/// The webhooks of a number, SIP domain or client that has its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Webhooks {
    /// Where a call asks for its first document.
    pub voice: Option<Webhook>,
    /// Where a call asks when `voice` fails.
    pub fallback: Option<Webhook>,
    /// Where the end of a call is told.
    pub status_callback: Option<Webhook>,
}

/// What answers a number, SIP domain or client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handler {
    /// Its own webhooks.
    Webhooks(Box<Webhooks>),
    /// An application of the same account, whose webhooks then count alone (`rest-api.md`, routing precedence).
    Application(ApplicationSid),
}

/// A phone number. Looked up by exact match with the dialled address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// The number, as the carrier writes it in `To`: E.164 (`+15550100`), or the digits of a short code.
    pub number: Box<str>,
    /// The account that owns it.
    pub account: AccountSid,
    /// What answers it.
    pub handler: Handler,
    /// Whether `CallerName` is sent.
    pub caller_name_lookup: bool,
}

/// A SIP domain. Every user of it has the same handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipDomain {
    /// The host name, without user and port; stored and looked up in lower case.
    pub domain: Box<str>,
    /// The account that owns it.
    pub account: AccountSid,
    /// What answers it.
    pub handler: Handler,
}

/// A Voice SDK client.
///
/// `client:alice` names no account, so an identity is unique in a registry. An operator whose accounts choose the
/// same names must make them different, for instance by a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The identity, without `client:`; exact case, 1 to 256 characters without blanks.
    pub identity: Box<str>,
    /// The account that owns it.
    pub account: AccountSid,
    /// What answers it.
    pub handler: Handler,
}

/// An account with what follows from its parent.
#[derive(Debug)]
struct AccountEntry {
    account: Account,
    standing: Owner,
}

/// What a lookup needs to know about an account, kept with each of its records too.
#[derive(Clone, Copy, Debug)]
struct Owner {
    /// The place of the account.
    place: u32,
    /// The place of its main account; its own when it is one.
    family: u32,
    /// Its own status or its parent's, whichever allows less.
    status: AccountStatus,
}

/// The first bytes of a key and its length: all of a SID or a phone number, so that comparing one reads no other
/// memory.
#[derive(Clone, Copy, Debug)]
struct ShortKey {
    length: u8,
    start: [u8; ShortKey::START],
}

impl ShortKey {
    const START: usize = 35;

    fn new(key: &str) -> Self {
        let mut start = [0; Self::START];
        for (to, from) in start.iter_mut().zip(key.bytes()) {
            *to = from;
        }
        Self { length: u8::try_from(key.len()).unwrap_or(u8::MAX), start }
    }

    /// Whether this is the start of `key`; `whole` gives all of it when the start is not enough.
    fn is<'a>(&self, key: &str, whole: impl FnOnce() -> &'a str) -> bool {
        let length = usize::from(self.length);
        match self.start.get(..length) {
            Some(start) => start == key.as_bytes(),
            None => key.as_bytes().starts_with(&self.start) && whole() == key,
        }
    }
}

/// A record behind everything that a lookup compares and asks, on one cache line: with a million applications the
/// time of a lookup is the number of lines it reads.
#[derive(Debug)]
#[repr(C, align(64))]
struct Entry<T> {
    key: ShortKey,
    owner: Owner,
    /// The place of the application that answers, if one does.
    application: Option<u32>,
    record: T,
}

/// Records of one kind and how to find them.
#[derive(Debug)]
struct Table<T> {
    entries: Box<[Entry<T>]>,
    index: Index,
}

/// Everything that calls can reach. Immutable; share it in an `Arc`.
#[derive(Debug)]
pub struct Registry {
    accounts: Box<[AccountEntry]>,
    account_index: Index,
    applications: Table<Application>,
    numbers: Table<PhoneNumber>,
    sip_domains: Table<SipDomain>,
    clients: Table<Client>,
    warnings: Box<[Warning]>,
}

impl Default for Registry {
    /// A registry without records: every address leads nowhere.
    fn default() -> Self {
        Self {
            accounts: Box::default(),
            account_index: Index::default(),
            applications: Table::default(),
            numbers: Table::default(),
            sip_domains: Table::default(),
            clients: Table::default(),
            warnings: Box::default(),
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { entries: Box::default(), index: Index::default() }
    }
}

impl Registry {
    /// The account with this SID.
    #[must_use]
    pub fn account(&self, sid: &AccountSid) -> Option<&Account> {
        self.account_entry(sid).map(|entry| &entry.account)
    }

    /// The status that counts for this account: its own or its parent's, whichever allows less.
    ///
    /// A subaccount is suspended or closed with its main account (`rest-api.md`, subaccounts).
    #[must_use]
    pub fn status(&self, sid: &AccountSid) -> Option<AccountStatus> {
        self.account_entry(sid).map(|entry| entry.standing.status)
    }

    /// The application with exactly this SID.
    #[must_use]
    pub fn application(&self, sid: &str) -> Option<&Application> {
        self.applications.find(sid).map(|entry| &entry.record)
    }

    /// What looked odd while it was built.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn account_entry(&self, sid: &AccountSid) -> Option<&AccountEntry> {
        let place = self
            .account_index
            .find(sid, |place| self.accounts.get(place).is_some_and(|entry| entry.account.sid == *sid))?;
        self.accounts.get(place)
    }

    fn account_at(&self, place: u32) -> Option<&Account> {
        self.accounts.get(usize::try_from(place).ok()?).map(|entry| &entry.account)
    }
}

/// What a record is found by, and what it refers to.
trait Keyed {
    fn key(&self) -> &str;
    fn account(&self) -> &AccountSid;
    /// The application that answers, if one does.
    fn answered_by(&self) -> Option<&ApplicationSid>;
}

impl Keyed for Application {
    fn key(&self) -> &str {
        self.sid.as_str()
    }

    fn account(&self) -> &AccountSid {
        &self.account
    }

    fn answered_by(&self) -> Option<&ApplicationSid> {
        None
    }
}

macro_rules! keyed {
    ($name:ident, $key:ident) => {
        impl Keyed for $name {
            fn key(&self) -> &str {
                &self.$key
            }

            fn account(&self) -> &AccountSid {
                &self.account
            }

            fn answered_by(&self) -> Option<&ApplicationSid> {
                match &self.handler {
                    Handler::Application(sid) => Some(sid),
                    Handler::Webhooks(_) => None,
                }
            }
        }
    };
}

keyed!(PhoneNumber, number);
keyed!(SipDomain, domain);
keyed!(Client, identity);

impl<T: Keyed> Entry<T> {
    fn is(&self, key: &str) -> bool {
        self.key.is(key, || self.record.key())
    }
}

impl<T: Keyed> Table<T> {
    fn find(&self, key: &str) -> Option<&Entry<T>> {
        self.entries.get(self.place(key)?)
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.index.find(key, |place| self.has_key(place, key))
    }

    fn has_key(&self, place: usize, key: &str) -> bool {
        self.entries.get(place).is_some_and(|entry| entry.is(key))
    }
}
