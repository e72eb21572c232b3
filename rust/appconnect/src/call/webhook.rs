//! Requesting webhooks: making the request, following redirects, retrying, and reading the outcome.

use super::cx::Cx;
use super::exchange::{Exchange, Next, Outcome, Plan, Role};
use super::params::{Form, borrowed, standard};
use crate::effect::{Effect, Fetch, Notify};
use crate::event::{EventKind, Requested, Responded};
use crate::http::{Request, RetryPolicy, Url, Webhook, WebhookOptions};
use crate::id::{CallSid, ConferenceSid, ReplyId};
use crate::input::FailureReason;
use crate::pii::Pii;
use crate::problem::{Code, Problem};

/// Redirects that are followed within one webhook; the next is 11215 (`webhooks.md` section 6.3).
const MAX_REDIRECTS: u8 = 10;

/// Time that the driver has, beyond the webhook's own, to say that it failed.
const LOST_ANSWER_GRACE_MS: u64 = 5_000;

impl Cx<'_, '_> {
    /// Requests a webhook of this call: the standard parameters and `extra`.
    pub(crate) fn request(&mut self, plan: &Plan<'_>, extra: &Form<'_>) -> Result<(), Problem> {
        let reply = self.next_reply();
        let pairs = standard(self.call, self.world.config, plan.purpose, extra);
        let (request, shown) = (self.make(reply, plan, &pairs)?, self.shown(&pairs));
        self.begin(reply, self.call.sid, None, plan, request, shown);
        Ok(())
    }

    /// Requests a webhook of this call's account that speaks of `about` and carries nothing but `form`.
    pub(crate) fn request_bare(
        &mut self,
        about: CallSid,
        plan: &Plan<'_>,
        form: &Form<'_>,
    ) -> Result<(), Problem> {
        let reply = self.next_reply();
        let pairs: Vec<_> = borrowed(form).collect();
        let (request, shown) = (self.make(reply, plan, &pairs)?, self.shown(&pairs));
        self.begin(reply, about, None, plan, request, shown);
        Ok(())
    }

    /// Tells an event of a conference that this call is in.
    pub(crate) fn request_for_conference(
        &mut self,
        conference: ConferenceSid,
        plan: &Plan<'_>,
        form: &Form<'_>,
    ) -> Result<(), Problem> {
        let reply = self.next_reply();
        let pairs: Vec<_> = borrowed(form).collect();
        let (request, shown) = (self.make(reply, plan, &pairs)?, self.shown(&pairs));
        self.begin(reply, self.call.sid, Some(conference), plan, request, shown);
        Ok(())
    }

    /// What the timeline will show of a form, if there is a timeline.
    fn shown(&self, pairs: &[(&str, &str)]) -> Vec<(String, Pii)> {
        let shown = |(name, value): &(&str, &str)| ((*name).to_owned(), Pii::from(*value));
        if self.world.config.timeline { pairs.iter().map(shown).collect() } else { Vec::new() }
    }

    /// The whole request, signed by this call's account.
    fn make(&self, reply: ReplyId, plan: &Plan<'_>, pairs: &[(&str, &str)]) -> Result<Request, Problem> {
        let now = self.now();
        let Some(account) = self.world.registry.account(&self.call.account) else {
            return Err(Problem::new(
                Code::AccountInactive,
                "the account of this call is no longer registered",
            ));
        };
        let with_cookies = plan.role != Role::Callback;
        let cookie = with_cookies.then(|| self.call.jar.header(plan.url, now)).flatten();
        let authorization = self.authorization(plan.url);
        let token = reply.idempotency_token();
        let webhook = Webhook {
            method: plan.method,
            url: plan.url,
            pairs,
            signer: &account.signer,
            idempotency_token: token.as_str(),
            now,
            cookie: cookie.as_deref(),
            authorization: authorization.as_deref(),
            options: WebhookOptions {
                charset_suffix: self.world.config.charset_suffix,
                standard_webhooks: self.world.config.standard_webhooks,
            },
        };
        Request::webhook(&webhook).map_err(|error| {
            let code = Code::from_number(error.code_number().into()).unwrap_or(Code::UrlInvalid);
            Problem::new(code, error.to_string())
        })
    }

    fn begin(
        &mut self,
        reply: ReplyId,
        call: CallSid,
        conference: Option<ConferenceSid>,
        plan: &Plan<'_>,
        request: Request,
        form: Vec<(String, Pii)>,
    ) {
        let exchange = Exchange {
            reply,
            call,
            owner: self.call.sid,
            account: self.call.account,
            purpose: plan.purpose,
            role: plan.role,
            request,
            started: self.now(),
            redirects: 0,
            retries: 0,
            sequence: plan.sequence,
            conference,
        };
        self.report(|_| {
            let url = plan.url.without_userinfo().as_str().into();
            EventKind::Requested(Requested { reply, purpose: plan.purpose, method: plan.method, url, form })
        });
        self.warn_of_overrides(plan.url);
        self.send(exchange);
    }

    /// Tells the account once of each URL whose connection overrides could not be taken as written.
    fn warn_of_overrides(&mut self, url: &Url) {
        if url.overrides().adjusted && !self.call.adjusted.contains(url) {
            self.call.adjusted.push(url.clone());
            let message = "a connection override behind the # of this URL is out of range or no number: the nearest \
                           value that is allowed is used, or the default";
            self.problem_in(Problem::new(Code::SchemaWarning, message), None, Some(url));
        }
    }

    /// The credentials of a URL, once its origin has asked for them.
    fn authorization(&self, url: &Url) -> Option<String> {
        if self.call.authorized.is_empty() {
            return None;
        }
        self.call.authorized.contains(&url.origin()).then(|| url.basic_authorization()).flatten()
    }

    fn send(&mut self, exchange: Exchange) {
        let (reply, call, account) = (exchange.reply, exchange.call, exchange.account);
        let now = self.now();
        let mut overrides = exchange.overrides();
        // One time for the whole webhook, redirects and retries included.
        let left = u64::from(overrides.total_ms).saturating_sub(now.since(exchange.started)).max(1);
        overrides.total_ms = u16::try_from(left).unwrap_or(overrides.total_ms);
        let request = exchange.request.clone();
        if exchange.role.is_awaited() {
            self.call.timers.set(super::Timer::Fetch, now + left + LOST_ANSWER_GRACE_MS);
        }
        if exchange.role.is_fetch() {
            self.effect(Effect::Fetch(Fetch { reply, call, account, request, overrides }));
        } else {
            let (conference, sequence) = (exchange.conference, exchange.sequence);
            let notify = Notify { reply, call, account, conference, sequence, request, overrides };
            self.effect(Effect::Notify(notify));
        }
        self.line.exchanges.push(exchange);
    }

    /// Takes in what became of an exchange, and goes on with the webhook if it is not over.
    pub(crate) fn settle_exchange(&mut self, mut exchange: Exchange, outcome: &Outcome<'_>) -> Next {
        self.report(|_| {
            EventKind::Responded(match outcome {
                Outcome::Response { status, .. } => {
                    Responded { reply: exchange.reply, status: Some(*status), failure: None }
                }
                Outcome::Failure(reason) => {
                    Responded { reply: exchange.reply, status: None, failure: Some(reason.as_str()) }
                }
            })
        });
        // The answer to a notice says nothing about the one that the call waits for.
        if exchange.role.is_awaited() {
            self.call.timers.stop(super::Timer::Fetch);
        }
        if let Outcome::Response { headers, .. } = outcome
            && exchange.role != Role::Callback
        {
            let now = self.now();
            for (_, value) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
                self.call.jar.store(exchange.request.url(), value, now);
            }
        }
        match outcome {
            Outcome::Failure(reason) if Self::may_retry(&exchange, *reason) => self.retry(exchange),
            Outcome::Failure(reason) => Next::Failed(failed(*reason, &exchange)),
            Outcome::Response { status: 300..=399, .. } => self.follow(exchange, outcome),
            Outcome::Response { status: 401, .. } if self.may_authorize(&exchange, outcome) => {
                self.call.authorized.push(exchange.base().origin());
                if let Some(authorization) = self.authorization(exchange.base()) {
                    exchange.request = exchange.request.with_authorization(&authorization);
                }
                self.repeat(exchange)
            }
            Outcome::Response { status: 200..=299, .. } => Next::Answered,
            Outcome::Response { status, .. } => {
                let class = if *status < 500 { RetryPolicy::CLIENT_ERROR } else { RetryPolicy::SERVER_ERROR };
                if Self::has_retries(&exchange) && exchange.overrides().retry_on.covers(class) {
                    return self.retry(exchange);
                }
                let message =
                    format!("the webhook answered with HTTP status {status}: answer 200 with a document");
                Next::Failed(Problem::new(Code::RetrievalFailed, message))
            }
        }
    }

    fn may_retry(exchange: &Exchange, reason: FailureReason) -> bool {
        let kind = match reason {
            FailureReason::ConnectTimeout | FailureReason::Refused | FailureReason::Tls => {
                RetryPolicy::CONNECT
            }
            // The request may have been carried out, so only who asks for it gets it again (`rp=rt`).
            FailureReason::Reset | FailureReason::Timeout => RetryPolicy::READ,
            _ => return false,
        };
        Self::has_retries(exchange) && exchange.overrides().retry_on.covers(kind)
    }

    fn has_retries(exchange: &Exchange) -> bool {
        exchange.retries < exchange.overrides().retries
    }

    fn may_authorize(&self, exchange: &Exchange, outcome: &Outcome<'_>) -> bool {
        outcome.asks_for_basic()
            && exchange.base().basic_authorization().is_some()
            && !self.call.authorized.contains(&exchange.base().origin())
    }

    /// Sends the same request again after a failure.
    fn retry(&mut self, mut exchange: Exchange) -> Next {
        exchange.retries = exchange.retries.saturating_add(1);
        self.repeat(exchange)
    }

    /// Sends a request again with the same idempotency token, while there is time.
    fn repeat(&mut self, exchange: Exchange) -> Next {
        let spent = self.now().since(exchange.started) >= u64::from(exchange.overrides().total_ms);
        if spent {
            return Next::Failed(failed(FailureReason::Timeout, &exchange));
        }
        self.again(exchange)
    }

    fn again(&mut self, mut exchange: Exchange) -> Next {
        exchange.reply = self.next_reply();
        self.send(exchange);
        Next::Again
    }

    fn follow(&mut self, mut exchange: Exchange, outcome: &Outcome<'_>) -> Next {
        let Outcome::Response { status, .. } = outcome else { return Next::Again };
        let location = outcome.headers("location").next();
        let (Some(location), 301 | 302 | 303 | 307) = (location, status) else {
            let message =
                format!("status {status} cannot be followed: use 301, 302, 303 or 307 with a Location");
            return Next::Failed(Problem::new(Code::BadRedirect, message));
        };
        exchange.redirects = exchange.redirects.saturating_add(1);
        if exchange.redirects > MAX_REDIRECTS {
            let message =
                format!("more than {MAX_REDIRECTS} redirects: let the webhook answer with a document");
            return Next::Failed(Problem::new(Code::TooManyRedirects, message));
        }
        let Some(account) = self.world.registry.account(&exchange.account) else {
            return Next::Failed(Problem::new(Code::AccountInactive, "the account is no longer registered"));
        };
        let jar = (exchange.role != Role::Callback).then_some(&self.call.jar);
        match exchange.request.redirected(location, *status, &account.signer, self.world.now, jar) {
            Ok(request) => exchange.request = request,
            Err(error) => {
                let message = format!("the Location of the redirect cannot be used: {error}");
                return Next::Failed(Problem::new(Code::BadRedirect, message));
            }
        }
        self.again(exchange)
    }
}

fn failed(reason: FailureReason, exchange: &Exchange) -> Problem {
    let code = Code::from_number(reason.code_number().into()).unwrap_or(Code::RetrievalFailed);
    let message = format!(
        "{} {} failed: {}",
        exchange.request.method(),
        exchange.base().host(),
        match reason {
            FailureReason::AddressDenied =>
                "the address is private or reserved: use a public one, or allow private ones for development",
            FailureReason::BadEncoding =>
                "the content coding is damaged or was not offered: send plain or gzip",
            FailureReason::CertificateExpired => "the certificate has expired: renew it",
            FailureReason::CertificateName => "the certificate names another host: get one for this host",
            FailureReason::CertificateUntrusted =>
                "no trusted chain leads to the certificate: send the whole chain",
            FailureReason::ConnectTimeout => "no connection in time: check that the host is reachable",
            FailureReason::Dns => "the host name does not resolve: check its spelling and its DNS",
            FailureReason::Overloaded =>
                "too many requests are under way already, it was not sent: no fault of the webhook",
            FailureReason::Protocol => "the answer is not HTTP/1.1: check scheme and port",
            FailureReason::Refused =>
                "the connection was refused: check that the server listens on this port",
            FailureReason::Reset =>
                "the connection was reset before an answer came: look into the server's log",
            FailureReason::Timeout => "no complete answer in time: answer within 15 seconds",
            FailureReason::Tls => "no TLS connection could be made: check protocol versions and the port",
            FailureReason::TooLarge => "the answer is larger than 64 KiB: shorten it",
            FailureReason::Truncated => "the answer broke off half-way: look into the server's log",
        }
    );
    Problem::new(code, message)
}
