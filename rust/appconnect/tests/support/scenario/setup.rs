//! The world of a scenario: who has accounts, numbers and applications, how the engine is set, what media take, and
//! what each URL answers. What a file leaves out is the default set-up that `docs/scenarios.md` shows.

use std::collections::{BTreeMap, VecDeque};

use appconnect::Config;
use appconnect::config::{
    CallerIdRule, Echo, EmptyDocument, ExposeParent, FailedApplication, Geography, MissingQueue, PlayFailure,
};
use appconnect::http::{Method, Url};
use appconnect::id::{AccountSid, ApplicationSid};
use appconnect::input::{FailureReason, MediaFailure};
use appconnect::money::MicroDollars;
use appconnect::pii::Secret;
use appconnect::policy::FamilyConnect;
use appconnect::registry::{
    Access, Account, AccountStatus, ApiVersion, Application, Client, Handler, PhoneNumber, Registry,
    RegistryBuilder, SipDomain, Webhook, Webhooks,
};
use toml::Value;

use super::file::{Fields, number, plain};
use super::line::{File, MediaModel};
use super::names::Names;

/// What relative URLs of a scenario are relative to.
pub const HOME: &str = "https://alpha.example";
pub const CALLER: &str = "+15550100";
const NUMBER: &str = "+15550199";
const ACCOUNTS: [&str; 3] = ["alpha", "beta", "gamma"];
/// Name, owner and voice URL of the applications that are always there; those of others are public.
const APPLICATIONS: [(&str, &str, &str); 3] =
    [("own", "alpha", "/own"), ("billing", "beta", "/voice"), ("archive", "gamma", "/voice")];

/// What a URL answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Milliseconds after the request.
    pub after: u64,
    pub what: Outcome,
}

#[derive(Clone, Debug)]
pub enum Outcome {
    Http {
        status: u16,
        headers: Vec<(String, String)>,
        /// Names in it are filled in when it is sent.
        body: String,
    },
    Fails(FailureReason),
    Never,
}

pub struct Setup {
    pub registry: Registry,
    pub config: Config,
    pub model: MediaModel,
    pub documents: BTreeMap<String, VecDeque<Answer>>,
    pub names: Names,
}

/// A SID that follows from a name: its bytes at the end of the 32 digits.
fn sid(prefix: &str, name: &str) -> String {
    let bits = name.bytes().fold(0_u128, |bits, byte| bits << 8 | u128::from(byte));
    format!("{prefix}{bits:032x}")
}

/// A URL of a scenario, made whole.
pub fn whole(url: &str) -> String {
    if url.starts_with('/') { format!("{HOME}{url}") } else { url.to_owned() }
}

pub fn read(mut file: Fields) -> Result<Setup, String> {
    let mut names = Names::default();
    let mut builder = RegistryBuilder::new();
    accounts(&mut file, &mut builder, &mut names)?;
    applications(&mut file, &mut builder, &mut names)?;
    callees(&mut file, &mut builder)?;
    let registry = builder.build().map_err(|error| error.to_string())?;
    let config = config(&mut file)?;
    let model = media(&mut file)?;
    let mut documents = BTreeMap::new();
    for (url, answers) in file.entries("documents")? {
        let what = format!("documents: {url}");
        let answers = match answers {
            Value::Array(answers) => answers,
            answer => vec![answer],
        };
        let answers: Result<VecDeque<_>, _> = answers.into_iter().map(|value| answer(&what, value)).collect();
        documents.insert(whole(&url), answers?);
    }
    file.done()?;
    Ok(Setup { registry, config, model, documents, names })
}

/// The entries of a table with those that are always there, which a file may change.
fn with_defaults(file: &mut Fields, key: &str, always: &[&str]) -> Result<Vec<(String, Fields)>, String> {
    let mut given: BTreeMap<String, Value> = file.entries(key)?.into_iter().collect();
    for name in always {
        given.entry((*name).to_owned()).or_insert_with(|| Value::Table(toml::Table::new()));
    }
    let fields = |(name, value)| {
        let fields = Fields::of(format!("{key}.{name}"), value)?;
        Ok((name, fields))
    };
    given.into_iter().map(fields).collect()
}

/// The SID of an application that was not given one of its own.
pub fn application_sid(name: &str) -> ApplicationSid {
    sid("AP", name).parse().unwrap()
}

pub fn account_sid(name: &str) -> AccountSid {
    sid("AC", name).parse().unwrap()
}

fn accounts(file: &mut Fields, builder: &mut RegistryBuilder, names: &mut Names) -> Result<(), String> {
    for (name, mut fields) in with_defaults(file, "accounts", &ACCOUNTS)? {
        let status = fields.text("status")?.unwrap_or_else(|| "active".to_owned());
        let status = AccountStatus::from_name(&status).ok_or(format!("accounts.{name}: no such status"))?;
        let parent = fields.text("parent")?.map(|parent| account_sid(&parent));
        fields.done()?;
        let token = Secret::new(format!("token-of-{name}"));
        builder.account(Account::new(account_sid(&name), parent, status, token));
        names.bind(&name, &sid("AC", &name))?;
    }
    Ok(())
}

/// A webhook of an account; an empty text takes one away that would be there by default.
fn webhook(
    fields: &mut Fields,
    key: &str,
    owner: &str,
    default: Option<String>,
) -> Result<Option<Webhook>, String> {
    let url = fields.text(key)?.or(default).filter(|url| !url.is_empty());
    let method = match fields.text(&format!("{key}_method"))?.as_deref() {
        None | Some("POST") => Method::Post,
        Some("GET") => Method::Get,
        Some(other) => return Err(format!("{key}_method: {other} is neither GET nor POST")),
    };
    let Some(url) = url else { return Ok(None) };
    let url = if url.starts_with('/') { format!("https://{owner}.example{url}") } else { url };
    let url = Url::parse(&url).map_err(|error| format!("{key}: {error}"))?;
    Ok(Some(Webhook { url, method }))
}

fn webhooks(fields: &mut Fields, owner: &str, voice: Option<String>) -> Result<Webhooks, String> {
    Ok(Webhooks {
        voice: webhook(fields, "voice", owner, voice)?,
        fallback: webhook(fields, "fallback", owner, None)?,
        status_callback: webhook(fields, "status_callback", owner, None)?,
    })
}

fn applications(file: &mut Fields, builder: &mut RegistryBuilder, names: &mut Names) -> Result<(), String> {
    let always = APPLICATIONS.map(|(name, ..)| name);
    for (name, mut fields) in with_defaults(file, "applications", &always)? {
        let default = APPLICATIONS.iter().find(|(known, ..)| *known == name);
        let owner = fields.text("account")?.or(default.map(|(_, owner, _)| (*owner).to_owned()));
        let owner = owner.ok_or(format!("applications.{name}: account is missing"))?;
        let voice = default.map(|(_, _, voice)| (*voice).to_owned());
        let Webhooks { voice, fallback, status_callback } = webhooks(&mut fields, &owner, voice)?;
        let own_sid = fields.text("sid")?.unwrap_or_else(|| sid("AP", &name));
        let public = fields.flag("public")?.unwrap_or(owner != "alpha");
        let listed = |names: Vec<String>| names.iter().map(|name| account_sid(name)).collect::<Vec<_>>();
        let allow = fields.texts("allow")?.map(listed);
        let forbid = fields.texts("forbid")?.map(listed).unwrap_or_default();
        let caller_name_lookup = fields.flag("caller_name_lookup")?.unwrap_or_default();
        fields.done()?;
        names.bind(&name, &own_sid)?;
        builder.application(Application {
            sid: own_sid.parse().map_err(|error| format!("applications.{name}: {error}"))?,
            account: account_sid(&owner),
            friendly_name: name.into(),
            voice,
            fallback,
            status_callback,
            public_application_connect_enabled: public,
            caller_name_lookup,
            api_version: ApiVersion::default(),
            access: Access { allow, forbid },
        });
    }
    Ok(())
}

fn handler(fields: &mut Fields, owner: &str, voice: Option<String>) -> Result<Handler, String> {
    match fields.text("application")? {
        Some(name) => Ok(Handler::Application(application_sid(&name))),
        None => Ok(Handler::Webhooks(Box::new(webhooks(fields, owner, voice)?))),
    }
}

/// Numbers, SIP domains and clients.
fn callees(file: &mut Fields, builder: &mut RegistryBuilder) -> Result<(), String> {
    let owner_of =
        |fields: &mut Fields| Ok::<_, String>(fields.text("account")?.unwrap_or_else(|| "alpha".to_owned()));
    for (number, mut fields) in with_defaults(file, "numbers", &[NUMBER])? {
        let owner = owner_of(&mut fields)?;
        let voice = (number == NUMBER).then(|| "/voice".to_owned());
        let handler = handler(&mut fields, &owner, voice)?;
        let caller_name_lookup = fields.flag("caller_name_lookup")?.unwrap_or_default();
        fields.done()?;
        let (number, account) = (number.into(), account_sid(&owner));
        builder.number(PhoneNumber { number, account, handler, caller_name_lookup });
    }
    for (domain, mut fields) in with_defaults(file, "sip_domains", &[])? {
        let owner = owner_of(&mut fields)?;
        let handler = handler(&mut fields, &owner, None)?;
        fields.done()?;
        builder.sip_domain(SipDomain { domain: domain.into(), account: account_sid(&owner), handler });
    }
    for (identity, mut fields) in with_defaults(file, "clients", &[])? {
        let owner = owner_of(&mut fields)?;
        let handler = handler(&mut fields, &owner, None)?;
        fields.done()?;
        builder.client(Client { identity: identity.into(), account: account_sid(&owner), handler });
    }
    Ok(())
}

/// The choices of the engine, by the names that Python's `Config` gives them.
fn config(file: &mut Fields) -> Result<Config, String> {
    let mut config = Config { timeline: true, ..Config::default() };
    for (name, value) in file.entries("config")? {
        set(&mut config, &name, &value)
            .ok_or(format!("config: there is no {name}, or it cannot be set to this"))?;
    }
    Ok(config)
}

fn set(config: &mut Config, name: &str, value: &Value) -> Option<()> {
    let count = || value.as_integer().and_then(|number| u64::try_from(number).ok());
    let small = || count().and_then(|number| u32::try_from(number).ok());
    let price = || count().map(MicroDollars);
    match name {
        "hops" => config.limits.hops = small()?,
        "legs_per_root" => config.limits.legs_per_root = small()?,
        "documents_per_root" => config.limits.documents_per_root = small()?,
        "root_seconds" => config.limits.root_seconds = count()?,
        "family_connect" => config.limits.family_connect = FamilyConnect::from_name(value.as_str()?)?,
        "inbound_rate" => config.rates.inbound = price()?,
        "outbound_rate" => config.rates.outbound = price()?,
        "application_connect_rate" => config.rates.application_connect = price()?,
        "charge_timeout_ms" => config.charge_timeout_ms = count()?,
        "consult" => config.consult = value.as_bool()?,
        "echo" => config.echo = Echo::from_name(value.as_str()?)?,
        "pay_over_http" => config.pay_over_http = value.as_bool()?,
        "consult_timeout_ms" => config.consult_timeout_ms = count()?,
        "failed_application" => config.failed_application = FailedApplication::from_name(value.as_str()?)?,
        "empty_document" => config.empty_document = EmptyDocument::from_name(value.as_str()?)?,
        "expose_parent_call_sid" => {
            config.expose_parent_call_sid = ExposeParent::from_name(value.as_str()?)?;
        }
        "geography" => config.geography = Geography::from_name(value.as_str()?)?,
        "play_failure" => config.play_failure = PlayFailure::from_name(value.as_str()?)?,
        "repeat_parameters" => config.repeat_parameters = value.as_bool()?,
        "sender_account" => config.sender_account = value.as_bool()?,
        "standard_webhooks" => config.standard_webhooks = value.as_bool()?,
        "hold_music" => config.hold_music = Some(Url::parse(value.as_str()?).ok()?),
        "missing_queue" => config.missing_queue = MissingQueue::from_name(value.as_str()?)?,
        "caller_id" => config.caller_id = CallerIdRule::from_name(value.as_str()?)?,
        "charset_suffix" => config.charset_suffix = value.as_bool()?,
        "strict" => config.strict = value.as_bool()?,
        "dial_timeout_buffer" => config.dial_timeout_buffer = count()?,
        "recording_base" => config.recording_base = value.as_str()?.into(),
        _ => return None,
    }
    Some(())
}

fn media(file: &mut Fields) -> Result<MediaModel, String> {
    let mut model = MediaModel::default();
    let Some(value) = file.take("media") else { return Ok(model) };
    let mut fields = Fields::of("media", value)?;
    for (url, length) in fields.entries("files")? {
        let length = match (number(&length), length.as_str()) {
            (Some(seconds), _) => File::Seconds(seconds),
            (None, Some("retrieval")) => File::Fails(MediaFailure::Retrieval),
            (None, Some("content-type")) => File::Fails(MediaFailure::ContentType),
            _ => return Err(format!("media: {url} takes seconds, or is \"retrieval\" or \"content-type\"")),
        };
        model.files.insert(whole(&url), length);
    }
    let places = [
        ("characters_per_second", &mut model.characters_per_second),
        ("shortest_speech", &mut model.shortest_speech),
        ("file", &mut model.file),
        ("tone", &mut model.tone),
        ("gap", &mut model.gap),
        ("short_pause", &mut model.short_pause),
        ("long_pause", &mut model.long_pause),
        ("first_pause", &mut model.first_pause),
    ];
    for (name, place) in places {
        if let Some(value) = fields.number(name)? {
            *place = value;
        }
    }
    fields.done()?;
    Ok(model)
}

fn answer(what: &str, value: Value) -> Result<Answer, String> {
    if let Value::String(text) = value {
        return Ok(Answer { after: 0, what: document(text, Vec::new(), "text/xml", 200) });
    }
    let mut fields = Fields::of(what, value)?;
    let after = super::line::milliseconds(fields.number("after")?.unwrap_or_default());
    let answer = if let Some(reason) = fields.text("fails")? {
        let reason = FailureReason::from_name(&reason).ok_or(format!("{what}: no such failure: {reason}"))?;
        Answer { after, what: Outcome::Fails(reason) }
    } else if fields.flag("never")?.unwrap_or_default() {
        Answer { after, what: Outcome::Never }
    } else {
        Answer { after, what: http(what, &mut fields)? }
    };
    fields.done()?;
    Ok(answer)
}

fn http(what: &str, fields: &mut Fields) -> Result<Outcome, String> {
    let status = fields.number("status")?.unwrap_or(200.0);
    let status = u16::try_from(super::line::milliseconds(status) / 1_000)
        .map_err(|_| format!("{what}: no such status"))?;
    let mut headers = Vec::new();
    for (name, value) in fields.entries("headers")? {
        let values = match value {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let text = plain(&value).ok_or_else(|| format!("{what}: headers are texts"))?;
            headers.push((name.clone(), text));
        }
    }
    let content_type = fields.text("type")?;
    let of_type = content_type.as_deref().unwrap_or("text/xml");
    let pad = fields.number("pad")?;
    let mut outcome = match (fields.text("twiml")?, fields.text("body")?) {
        (Some(_), Some(_)) => return Err(format!("{what}: either twiml or body")),
        (Some(twiml), None) => document(twiml, headers, of_type, status),
        (None, Some(body)) => typed(body, headers, of_type, status),
        (None, None) => typed(String::new(), headers, content_type.as_deref().unwrap_or_default(), status),
    };
    if let (Outcome::Http { body, .. }, Some(pad)) = (&mut outcome, pad) {
        let wanted = usize::try_from(super::line::milliseconds(pad) / 1_000).unwrap_or_default();
        body.extend(std::iter::repeat_n(' ', wanted.saturating_sub(body.len())));
    }
    Ok(outcome)
}

/// A document: its root may be left out.
fn document(text: String, headers: Vec<(String, String)>, of_type: &str, status: u16) -> Outcome {
    let start = text.trim_start();
    let has_root = start.starts_with("<Response") || start.starts_with("<?xml");
    let body = if has_root { text } else { format!("<Response>{text}</Response>") };
    typed(body, headers, of_type, status)
}

fn typed(body: String, mut headers: Vec<(String, String)>, of_type: &str, status: u16) -> Outcome {
    if !of_type.is_empty() {
        headers.push(("Content-Type".to_owned(), of_type.to_owned()));
    }
    Outcome::Http { status, headers, body }
}
