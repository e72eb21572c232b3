//! The registry and its records as Python classes.

use std::sync::Arc;

use appconnect::address::Address;
use appconnect::http::{Method, Url};
use appconnect::id::{AccountSid, ApplicationSid};
use appconnect::registry::{self as core, AccountStatus, ApiVersion, Webhook};
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::{type_hint_identifier, type_hint_subscript};

use crate::config::Config;
use crate::errors::registry_error;
use crate::field::{Given, Hidden, with_name};
use crate::named;
use crate::value::value;

value! {
    /// An account: who owns applications and calls.
    Account {
        /// Its SID: `AC` and 32 hexadecimal digits.
        sid: AccountSid,
        /// The primary auth token: webhooks are signed with it.
        auth_token: Hidden,
        /// The main account, when this is a subaccount. Subaccounts have none of their own.
        parent: Option<AccountSid> = None,
        /// Only an active account takes part in calls; a subaccount is suspended or closed with its parent.
        status: AccountStatus = None,
    }
}

impl From<&Account> for core::Account {
    fn from(account: &Account) -> Self {
        Self::new(account.sid, account.parent, account.status, account.auth_token.0.clone())
    }
}

value! {
    /// A TwiML App.
    Application {
        /// Its SID: `AP` and 32 hexadecimal digits; others work with a warning.
        sid: ApplicationSid,
        /// The account that owns it.
        account: AccountSid,
        /// Where a call asks for its first document. Without one the application cannot be dialled.
        voice_url: Option<Url> = None,
        /// GET or POST.
        voice_method: Method = "POST",
        /// Where a call asks when `voice_url` fails.
        voice_fallback_url: Option<Url> = None,
        /// GET or POST.
        voice_fallback_method: Method = "POST",
        /// Where the end of a call is told.
        status_callback: Option<Url> = None,
        /// GET or POST.
        status_callback_method: Method = "POST",
        /// A name for people.
        friendly_name: Box<str> = "",
        /// Whether every other account may dial it.
        public_application_connect_enabled: bool = false,
        /// Whether `CallerName` is sent.
        voice_caller_id_lookup: bool = false,
        /// When given, other accounts must be on this list. The owner's own account never needs to be.
        allow: Option<Vec<AccountSid>> = None,
        /// Accounts that are refused, the owner's own included.
        forbid: Vec<AccountSid> = None,
        /// The value of `ApiVersion` in its webhooks.
        api_version: ApiVersion = None,
    }
}

fn webhook(url: Option<&Url>, method: Method) -> Option<Webhook> {
    url.map(|url| Webhook { url: url.clone(), method })
}

impl From<&Application> for core::Application {
    fn from(application: &Application) -> Self {
        let Application { allow, forbid, .. } = application;
        Self {
            sid: application.sid.clone(),
            account: application.account,
            friendly_name: application.friendly_name.clone(),
            voice: webhook(application.voice_url.as_ref(), application.voice_method),
            fallback: webhook(application.voice_fallback_url.as_ref(), application.voice_fallback_method),
            status_callback: webhook(
                application.status_callback.as_ref(),
                application.status_callback_method,
            ),
            public_application_connect_enabled: application.public_application_connect_enabled,
            caller_name_lookup: application.voice_caller_id_lookup,
            api_version: application.api_version,
            access: core::Access { allow: allow.clone(), forbid: forbid.clone() },
        }
    }
}

/// Defines the class of something that can be dialled: what it is found by, its account, and what answers it.
macro_rules! dialled {
    (
        $(#[$doc:meta])* $name:ident { $(#[$kdoc:meta])* $key:ident, $($(#[$fdoc:meta])* $field:ident: $type:ty = $default:tt,)* }
    ) => {
        value! {
            $(#[$doc])*
            $name {
                $(#[$kdoc])*
                $key: Box<str>,
                /// The account that owns it.
                account: AccountSid,
                /// Where a call asks for its first document.
                voice_url: Option<Url> = None,
                /// GET or POST.
                voice_method: Method = "POST",
                /// Where a call asks when `voice_url` fails.
                voice_fallback_url: Option<Url> = None,
                /// GET or POST.
                voice_fallback_method: Method = "POST",
                /// Where the end of a call is told.
                status_callback: Option<Url> = None,
                /// GET or POST.
                status_callback_method: Method = "POST",
                /// An application of the same account that answers instead; then only its webhooks count.
                voice_application_sid: Option<ApplicationSid> = None,
                $($(#[$fdoc])* $field: $type = $default,)*
            }
        }

        impl $name {
            fn handler(&self) -> core::Handler {
                if let Some(sid) = &self.voice_application_sid {
                    return core::Handler::Application(sid.clone());
                }
                core::Handler::Webhooks(Box::new(core::Webhooks {
                    voice: webhook(self.voice_url.as_ref(), self.voice_method),
                    fallback: webhook(self.voice_fallback_url.as_ref(), self.voice_fallback_method),
                    status_callback: webhook(self.status_callback.as_ref(), self.status_callback_method),
                }))
            }
        }
    };
}

dialled! {
    /// A phone number.
    PhoneNumber {
        /// The number, as the carrier writes it in `To`: E.164 (`+15550100`), or the digits of a short code.
        number,
        /// Whether `CallerName` is sent.
        voice_caller_id_lookup: bool = false,
    }
}

dialled! {
    /// A SIP domain. Every user of it is answered alike.
    SipDomain {
        /// The host name, in any case, without user and port.
        domain,
    }
}

dialled! {
    /// A Voice SDK client. `client:alice` names no account, so an identity is unique in a registry.
    Client {
        /// The identity, without `client:`; exact case, 1 to 256 characters without blanks.
        identity,
    }
}

impl From<&PhoneNumber> for core::PhoneNumber {
    fn from(number: &PhoneNumber) -> Self {
        Self {
            number: number.number.clone(),
            account: number.account,
            handler: number.handler(),
            caller_name_lookup: number.voice_caller_id_lookup,
        }
    }
}

impl From<&SipDomain> for core::SipDomain {
    fn from(domain: &SipDomain) -> Self {
        Self { domain: domain.domain.clone(), account: domain.account, handler: domain.handler() }
    }
}

impl From<&Client> for core::Client {
    fn from(client: &Client) -> Self {
        Self { identity: client.identity.clone(), account: client.account, handler: client.handler() }
    }
}

value! {
    /// Where a dialled address leads.
    Route {
        /// The account that a call to it belongs to.
        account: AccountSid,
        /// The status that counts for that account: its own or its parent's, whichever allows less.
        status: AccountStatus,
        /// The application that answers, unless the number, domain or client has webhooks of its own.
        application: Option<ApplicationSid>,
        /// Where the call asks for its first document.
        voice_url: Option<Url>,
        /// GET or POST.
        voice_method: Option<Method>,
        /// Where the call asks when `voice_url` fails.
        voice_fallback_url: Option<Url>,
        /// GET or POST.
        voice_fallback_method: Option<Method>,
        /// Where the end of the call is told.
        status_callback: Option<Url>,
        /// GET or POST.
        status_callback_method: Option<Method>,
        /// Whether `CallerName` is sent.
        voice_caller_id_lookup: bool,
    }
}

impl From<core::Route<'_>> for Route {
    fn from(route: core::Route<'_>) -> Self {
        let url = |webhook: Option<&Webhook>| webhook.map(|webhook| webhook.url.clone());
        let method = |webhook: Option<&Webhook>| webhook.map(|webhook| webhook.method);
        Self {
            account: route.account.sid,
            status: route.status,
            application: route.application.map(|application| application.sid.clone()),
            voice_url: url(route.voice),
            voice_method: method(route.voice),
            voice_fallback_url: url(route.fallback),
            voice_fallback_method: method(route.fallback),
            status_callback: url(route.status_callback),
            status_callback_method: method(route.status_callback),
            voice_caller_id_lookup: route.caller_name_lookup,
        }
    }
}

value! {
    /// Whether one account may dial an application of another.
    Admission {
        /// Whether it may.
        allowed: bool,
        /// The code that the dialling side sees when it may not: 10001, 21218 or 90001.
        caller_sees: Option<u32>,
        /// The code that the application's owner sees, where it is one to mend.
        owner_sees: Option<u32>,
        /// Why not. For the operator and the application's owner only: it would tell the dialling side what exists.
        reason: Option<Box<str>>,
    }
}

/// Records of one kind in any iterable. Read late, so that an error can name the argument.
pub(crate) struct Records<'a, 'py, P> {
    object: Borrowed<'a, 'py, PyAny>,
    kind: std::marker::PhantomData<P>,
}

impl<'a, 'py, P: IntoPyObject<'py>> FromPyObject<'a, 'py> for Records<'a, 'py, P> {
    type Error = std::convert::Infallible;

    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Iterable"),
        <P as IntoPyObject>::OUTPUT_TYPE
    );

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, Self::Error> {
        Ok(Self { object, kind: std::marker::PhantomData })
    }
}

impl<P: pyo3::PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Sync> Records<'_, '_, P> {
    /// The core's records; an error starts with the name of the argument, unless the iterable itself raised it.
    fn take<T: for<'r> From<&'r P>>(given: Option<Self>, name: &str) -> PyResult<Vec<T>> {
        let Some(Self { object, .. }) = given else { return Ok(Vec::new()) };
        let wrong = |error: PyErr| with_name(object.py(), name, &error);
        let items = object.try_iter().map_err(wrong)?;
        items.map(|item| Ok(T::from(item?.cast::<P>().map_err(|error| wrong(error.into()))?.get()))).collect()
    }
}

/// Everything that calls can reach: accounts, applications, numbers, SIP domains and clients. It never changes; a
/// change is a new registry (`Engine.set_registry`).
#[pyclass(frozen, module = "appconnect._core")]
pub(crate) struct Registry(pub(crate) Arc<core::Registry>);

#[pymethods]
impl Registry {
    /// Checks all records and builds the registry; `RegistryError` names the first that cannot be part of one.
    #[new]
    #[pyo3(signature = (accounts=None, applications=None, numbers=None, sip_domains=None, clients=None))]
    fn new(
        py: Python<'_>,
        accounts: Option<Records<'_, '_, Account>>,
        applications: Option<Records<'_, '_, Application>>,
        numbers: Option<Records<'_, '_, PhoneNumber>>,
        sip_domains: Option<Records<'_, '_, SipDomain>>,
        clients: Option<Records<'_, '_, Client>>,
    ) -> PyResult<Self> {
        let mut builder = core::RegistryBuilder::new();
        for account in Records::take(accounts, "accounts")? {
            builder.account(account);
        }
        for application in Records::take(applications, "applications")? {
            builder.application(application);
        }
        for number in Records::take(numbers, "numbers")? {
            builder.number(number);
        }
        for domain in Records::take(sip_domains, "sip_domains")? {
            builder.sip_domain(domain);
        }
        for client in Records::take(clients, "clients")? {
            builder.client(client);
        }
        let registry = py.detach(|| builder.build()).map_err(|error| registry_error(py, error))?;
        Ok(Self(Arc::new(registry)))
    }

    /// What works and may still be a mistake, in words.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.0.warnings().iter().map(ToString::to_string).collect()
    }

    /// Where a dialled address leads; `None` when nothing in the registry answers to it. It asks for no permission.
    fn resolve(&self, address: &str) -> Option<Route> {
        self.0.resolve(&Address::new(address)).map(Route::from)
    }

    /// Whether `caller_account` may dial the application, on a line that was handed through `hops` of them already.
    #[pyo3(signature = (caller_account, application_sid, hops: "int" = 0, config=None))]
    fn admit(
        &self,
        caller_account: Given<'_, '_, AccountSid>,
        application_sid: &str,
        #[pyo3(from_py_with = named::hops)] hops: u32,
        config: Option<&Config>,
    ) -> PyResult<Admission> {
        let caller = caller_account.take("caller_account")?;
        let limits = config.map(|config| config.0.limits).unwrap_or_default();
        let denied = self.0.admit(&caller, application_sid, core::AdmitFacts { hops }, &limits).err();
        Ok(Admission {
            allowed: denied.is_none(),
            caller_sees: denied.map(|denied| denied.caller_sees),
            owner_sees: denied.and_then(|denied| denied.reason.owner_sees()),
            reason: denied.map(|denied| denied.reason.as_str().into()),
        })
    }
}
