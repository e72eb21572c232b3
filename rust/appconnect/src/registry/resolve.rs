//! Where a dialled address leads.

use std::borrow::Cow;

use crate::address::{Address, AddressKind};

use super::{
    Account, AccountStatus, Application, Client, Entry, Handler, PhoneNumber, Registry, SipDomain, Webhook,
    Webhooks,
};

/// What answers a dialled address.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    /// The account that a call to it belongs to.
    pub account: &'a Account,
    /// The status that counts for that account ([`Registry::status`]). Only an active one takes calls.
    pub status: AccountStatus,
    /// The application that answers, unless the number, domain or client has webhooks of its own.
    pub application: Option<&'a Application>,
    /// Where the call asks for its first document.
    pub voice: Option<&'a Webhook>,
    /// Where the call asks when `voice` fails.
    pub fallback: Option<&'a Webhook>,
    /// Where the end of the call is told.
    pub status_callback: Option<&'a Webhook>,
    /// Whether `CallerName` is sent: the number's own choice, or the application's.
    pub caller_name_lookup: bool,
}

impl Registry {
    /// Where an address leads; none when nothing in the registry answers to it.
    ///
    /// It asks for no permission: a dial between accounts goes through [`Registry::admit`] instead.
    #[must_use]
    pub fn resolve(&self, to: &Address) -> Option<Route<'_>> {
        let (kind, key) = to.kind_and_key();
        match kind {
            AddressKind::Application => {
                let entry = self.applications.find(key)?;
                self.application_route(entry)
            }
            AddressKind::PhoneNumber => {
                let entry = self.numbers.find(key)?;
                let PhoneNumber { handler, caller_name_lookup, .. } = &entry.record;
                let route = self.route(entry, handler)?;
                Some(Route { caller_name_lookup: *caller_name_lookup || route.caller_name_lookup, ..route })
            }
            AddressKind::Sip => {
                let entry = self.sip_domains.find(&lower_case(key))?;
                let SipDomain { handler, .. } = &entry.record;
                self.route(entry, handler)
            }
            AddressKind::Client => {
                let entry = self.clients.find(key)?;
                let Client { handler, .. } = &entry.record;
                self.route(entry, handler)
            }
        }
    }

    fn route<'a, T>(&'a self, entry: &Entry<T>, handler: &'a Handler) -> Option<Route<'a>> {
        match handler {
            Handler::Application(_) => {
                let place = usize::try_from(entry.application?).ok()?;
                self.application_route(self.applications.entries.get(place)?)
            }
            Handler::Webhooks(webhooks) => {
                let Webhooks { voice, fallback, status_callback } = &**webhooks;
                let account = self.account_at(entry.owner.place)?;
                Some(Route {
                    account,
                    status: entry.owner.status,
                    application: None,
                    voice: voice.as_ref(),
                    fallback: fallback.as_ref(),
                    status_callback: status_callback.as_ref(),
                    caller_name_lookup: false,
                })
            }
        }
    }

    fn application_route<'a>(&'a self, entry: &'a Entry<Application>) -> Option<Route<'a>> {
        let application = &entry.record;
        let account = self.account_at(entry.owner.place)?;
        Some(Route {
            account,
            status: entry.owner.status,
            application: Some(application),
            voice: application.voice.as_ref(),
            fallback: application.fallback.as_ref(),
            status_callback: application.status_callback.as_ref(),
            caller_name_lookup: application.caller_name_lookup,
        })
    }
}

/// A host name as it is stored: SIP compares hosts without case.
fn lower_case(host: &str) -> Cow<'_, str> {
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(host.to_ascii_lowercase())
    } else {
        Cow::Borrowed(host)
    }
}
