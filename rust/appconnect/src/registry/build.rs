//! Building a registry: many records in, one checked registry out.

use std::fmt;

use crate::address::{Address, AddressKind, is_identity};
use crate::http::target::is_host_name;
use crate::id::{AccountSid, ApplicationSid};

use super::index::Index;
use super::{
    Account, AccountEntry, Application, Client, Entry, Keyed, Owner, PhoneNumber, Registry, ShortKey,
    SipDomain, Table,
};

/// A record of the registry, for an error or a warning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Record {
    /// The account with this SID.
    Account(AccountSid),
    /// The application with this SID.
    Application(ApplicationSid),
    /// The phone number.
    PhoneNumber(Box<str>),
    /// The SIP domain.
    SipDomain(Box<str>),
    /// The client with this identity.
    Client(Box<str>),
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(sid) => write!(f, "account {sid}"),
            Self::Application(sid) => write!(f, "application {sid}"),
            Self::PhoneNumber(number) => write!(f, "phone number {number}"),
            Self::SipDomain(domain) => write!(f, "SIP domain {domain}"),
            Self::Client(identity) => write!(f, "client {identity:?}"),
        }
    }
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Another record has its SID, number, domain or identity.
    Duplicate,
    /// Its account is not in the registry.
    UnknownAccount(AccountSid),
    /// Its parent is not in the registry.
    UnknownParent(AccountSid),
    /// Its parent is itself, or a subaccount: families have two levels, and no circles.
    NestedParent(AccountSid),
    /// The application that should answer it is not in the registry.
    UnknownApplication(ApplicationSid),
    /// The application that should answer it belongs to another account (the case of code 21420).
    ForeignApplication(ApplicationSid),
    /// No call can ever be to this number, domain or identity; how one is written.
    Unreachable(&'static str),
    /// There are 2^32 - 1 records of this kind before it, more than can be told apart.
    TooMany,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate => f.write_str("is there twice"),
            Self::UnknownAccount(sid) => write!(f, "belongs to {sid}, which is not in the registry"),
            Self::UnknownParent(sid) => write!(f, "has the parent {sid}, which is not in the registry"),
            Self::NestedParent(sid) => write!(f, "has the parent {sid}, which is no main account"),
            Self::UnknownApplication(sid) => write!(f, "is answered by {sid}, which is not in the registry"),
            Self::ForeignApplication(sid) => {
                write!(f, "is answered by {sid}, which belongs to another account")
            }
            Self::Unreachable(rule) => write!(f, "cannot be reached by any address: {rule}"),
            Self::TooMany => f.write_str("is one record too many"),
        }
    }
}

/// The first record that cannot be part of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegistryError {
    /// The record.
    pub record: Record,
    /// What is wrong with it.
    pub fault: Fault,
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.record, self.fault)
    }
}

impl std::error::Error for RegistryError {}

/// Something that works and may still be a mistake.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Warning {
    /// The SID is not `AP` and 32 hexadecimal digits (`application-connect.md` section 1.1).
    UnusualApplicationSid(ApplicationSid),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnusualApplicationSid(sid) => {
                write!(f, "application {sid}: the SID is not AP and 32 hexadecimal digits")
            }
        }
    }
}

/// How many records of each kind to make room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Accounts.
    pub accounts: usize,
    /// Applications.
    pub applications: usize,
    /// Phone numbers.
    pub numbers: usize,
    /// SIP domains.
    pub sip_domains: usize,
    /// Clients.
    pub clients: usize,
}

/// Collects records in any order and checks them all at the end.
#[derive(Debug, Default)]
pub struct RegistryBuilder {
    accounts: Vec<Account>,
    applications: Vec<Application>,
    numbers: Vec<PhoneNumber>,
    sip_domains: Vec<SipDomain>,
    clients: Vec<Client>,
}

impl RegistryBuilder {
    /// A builder without records.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A builder with room for this many records.
    #[must_use]
    pub fn with_capacity(sizes: Sizes) -> Self {
        Self {
            accounts: Vec::with_capacity(sizes.accounts),
            applications: Vec::with_capacity(sizes.applications),
            numbers: Vec::with_capacity(sizes.numbers),
            sip_domains: Vec::with_capacity(sizes.sip_domains),
            clients: Vec::with_capacity(sizes.clients),
        }
    }

    /// Adds an account.
    pub fn account(&mut self, account: Account) -> &mut Self {
        self.accounts.push(account);
        self
    }

    /// Adds an application.
    pub fn application(&mut self, application: Application) -> &mut Self {
        self.applications.push(application);
        self
    }

    /// Adds a phone number.
    pub fn number(&mut self, number: PhoneNumber) -> &mut Self {
        self.numbers.push(number);
        self
    }

    /// Adds a SIP domain; its name is put in lower case.
    pub fn sip_domain(&mut self, mut domain: SipDomain) -> &mut Self {
        domain.domain.make_ascii_lowercase();
        self.sip_domains.push(domain);
        self
    }

    /// Adds a client.
    pub fn client(&mut self, client: Client) -> &mut Self {
        self.clients.push(client);
        self
    }

    /// Checks every record and builds the registry.
    pub fn build(self) -> Result<Registry, RegistryError> {
        let warnings = self
            .applications
            .iter()
            .filter(|application| !application.sid.is_canonical())
            .map(|application| Warning::UnusualApplicationSid(application.sid.clone()))
            .collect();
        let mut registry = Registry { warnings, ..Registry::default() };
        (registry.accounts, registry.account_index) = index_accounts(self.accounts)?;
        set_families(&mut registry)?;
        registry.applications = table(self.applications, &registry)?;
        registry.numbers = table(self.numbers, &registry)?;
        registry.sip_domains = table(self.sip_domains, &registry)?;
        registry.clients = table(self.clients, &registry)?;
        Ok(registry)
    }
}

/// A record that can be complained about and looked up.
trait Buildable: Keyed {
    fn record(&self) -> Record;
    /// Checks that an address can be written that `resolve` looks up as this record; otherwise how one is written.
    fn check_reachable(&self) -> Result<(), &'static str>;
}

impl Buildable for Application {
    fn record(&self) -> Record {
        Record::Application(self.sid.clone())
    }

    fn check_reachable(&self) -> Result<(), &'static str> {
        // Its SID type admits nothing else.
        Ok(())
    }
}

impl Buildable for PhoneNumber {
    fn record(&self) -> Record {
        Record::PhoneNumber(self.number.clone())
    }

    fn check_reachable(&self) -> Result<(), &'static str> {
        let digits = self.number.strip_prefix('+').unwrap_or(&self.number);
        let written = (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let rule = "a phone number is a plus sign and at most 15 digits, or the digits of a short code alone";
        leads_to("", self.key(), AddressKind::PhoneNumber, written, rule)
    }
}

impl Buildable for SipDomain {
    fn record(&self) -> Record {
        Record::SipDomain(self.domain.clone())
    }

    fn check_reachable(&self) -> Result<(), &'static str> {
        let written = is_host_name(self.domain.strip_suffix('.').unwrap_or(&self.domain));
        let rule = "a SIP domain is a host name of letters, digits, hyphens and dots, without user and port";
        leads_to("sip:", self.key(), AddressKind::Sip, written, rule)
    }
}

impl Buildable for Client {
    fn record(&self) -> Record {
        Record::Client(self.identity.clone())
    }

    fn check_reachable(&self) -> Result<(), &'static str> {
        let written = is_identity(&self.identity);
        let rule = "an identity has 1 to 256 characters, none of them a blank, a control character or ?";
        leads_to("client:", self.key(), AddressKind::Client, written, rule)
    }
}

/// Most digits of a phone number: E.164 has no longer ones, and short codes are shorter.
const MAX_DIGITS: usize = 15;

/// Checks that the key is written as it must be, and that the address made of scheme and key is looked up by it;
/// otherwise the rule.
fn leads_to(
    scheme: &str,
    key: &str,
    kind: AddressKind,
    written: bool,
    rule: &'static str,
) -> Result<(), &'static str> {
    let address = Address::new(&format!("{scheme}{key}"));
    let reachable = written && address.kind() == kind && address.key() == key;
    if reachable { Ok(()) } else { Err(rule) }
}

/// The place of the record at this position, if it can have one.
fn place(position: usize, record: impl FnOnce() -> Record) -> Result<u32, RegistryError> {
    u32::try_from(position)
        .ok()
        .filter(|place| *place < u32::MAX)
        .ok_or_else(|| RegistryError { record: record(), fault: Fault::TooMany })
}

fn index_accounts(accounts: Vec<Account>) -> Result<(Box<[AccountEntry]>, Index), RegistryError> {
    let mut index = Index::with_room_for(accounts.len());
    let mut entries: Vec<AccountEntry> = Vec::with_capacity(accounts.len());
    for (position, account) in accounts.into_iter().enumerate() {
        let record = || Record::Account(account.sid);
        let place = place(position, record)?;
        index
            .insert(&account.sid, place, |at| {
                entries.get(at).is_some_and(|entry| entry.account.sid == account.sid)
            })
            .map_err(|_| RegistryError { record: record(), fault: Fault::Duplicate })?;
        let standing = Owner { place, family: place, status: account.status };
        entries.push(AccountEntry { account, standing });
    }
    Ok((entries.into(), index))
}

/// Gives subaccounts the family of their parent, and its status where that allows less.
fn set_families(registry: &mut Registry) -> Result<(), RegistryError> {
    for position in 0..registry.accounts.len() {
        let Some(account) = registry.accounts.get(position).map(|entry| &entry.account) else { break };
        let Some(parent_sid) = account.parent else { continue };
        let error = |fault| RegistryError { record: Record::Account(account.sid), fault };
        let parent =
            registry.account_entry(&parent_sid).ok_or_else(|| error(Fault::UnknownParent(parent_sid)))?;
        if parent.account.parent.is_some() {
            return Err(error(Fault::NestedParent(parent_sid)));
        }
        // A main account is its own family and keeps its own status, so the order of accounts does not matter.
        let Owner { family, status, .. } = parent.standing;
        if let Some(entry) = registry.accounts.get_mut(position) {
            entry.standing.family = family;
            entry.standing.status = entry.standing.status.max(status);
        }
    }
    Ok(())
}

fn table<T: Buildable>(records: Vec<T>, registry: &Registry) -> Result<Table<T>, RegistryError> {
    let mut index = Index::with_room_for(records.len());
    let mut entries: Vec<Entry<T>> = Vec::with_capacity(records.len());
    for (position, record) in records.into_iter().enumerate() {
        let place = place(position, || record.record())?;
        let (owner, application) = references(&record, registry)
            .map_err(|fault| RegistryError { record: record.record(), fault })?;
        let key = record.key();
        index
            .insert(key, place, |at| entries.get(at).is_some_and(|other| other.is(key)))
            .map_err(|_| RegistryError { record: record.record(), fault: Fault::Duplicate })?;
        entries.push(Entry { key: ShortKey::new(key), owner, application, record });
    }
    Ok(Table { entries: entries.into(), index })
}

/// The account and the place of the application that a record refers to.
fn references<T: Buildable>(record: &T, registry: &Registry) -> Result<(Owner, Option<u32>), Fault> {
    record.check_reachable().map_err(Fault::Unreachable)?;
    let account = record.account();
    let owner = registry.account_entry(account).ok_or(Fault::UnknownAccount(*account))?.standing;
    let Some(sid) = record.answered_by() else { return Ok((owner, None)) };
    let unknown = || Fault::UnknownApplication(sid.clone());
    let place = registry.applications.place(sid.as_str()).ok_or_else(unknown)?;
    let application = registry.applications.entries.get(place).ok_or_else(unknown)?;
    if application.owner.place != owner.place {
        return Err(Fault::ForeignApplication(sid.clone()));
    }
    Ok((owner, Some(u32::try_from(place).map_err(|_| unknown())?)))
}
