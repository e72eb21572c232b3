//! The world of a walk: its accounts and applications, and the choices of its engine.

use std::sync::{Arc, OnceLock};

use appconnect::Config;
use appconnect::config::{Echo, EmptyDocument, ExposeParent, FailedApplication, Geography, PlayFailure};
use appconnect::http::Method;
use appconnect::pii::Secret;
use appconnect::policy::Limits;
use appconnect::registry::{Account, AccountStatus, Handler, Registry};

use super::{Choices, ROOT_SECONDS};
use crate::support::{A, APP_A, APP_B, APP_C, B, C, application, hook, registry};

/// The token that an account has after it was changed.
pub fn next_token(account: &str) -> Secret {
    Secret::new(format!("next-token-of-{account}"))
}

/// The registries of a walk: the first is where calls begin, the others take something away.
pub fn registries() -> &'static [Arc<Registry>] {
    static ALL: OnceLock<Vec<Arc<Registry>>> = OnceLock::new();
    ALL.get_or_init(|| (0..8).map(|number| Arc::new(numbered(number))).collect())
}

fn numbered(number: usize) -> Registry {
    registry(|accounts, applications, numbers| {
        *applications = vec![
            application(APP_A, A, "own.cnrya.example", false),
            application(APP_B, B, "cnryb.example", true),
            application(APP_C, C, "cnryc.example", true),
        ];
        applications[1].fallback = Some(hook("https://cnryb.example/fallback"));
        applications[1].voice = Some(hook("https://cnryb.example/voice#rc=2&rp=all"));
        let mut voice = hook("https://user:pw-cnryc@cnryc.example/voice?own=1");
        voice.method = Method::Get;
        applications[2].voice = Some(voice);
        if let Handler::Webhooks(webhooks) = &mut numbers[0].handler {
            webhooks.voice = Some(hook("https://cnrya.example/voice"));
            webhooks.status_callback = Some(hook("https://cnrya.example/status#rc=1&rp=5xx"));
        }
        match number {
            1 => applications[1].public_application_connect_enabled = false,
            2 => accounts[1].status = AccountStatus::Suspended,
            3 => {
                accounts.remove(1);
                applications.remove(1);
            }
            4 => {
                for account in &mut *accounts {
                    let renewed = next_token(account.sid.as_str());
                    *account = Account::new(account.sid, None, AccountStatus::Active, renewed);
                }
            }
            5 => accounts[0].status = AccountStatus::Closed,
            6 => {
                accounts.remove(0);
                applications.remove(0);
                numbers.clear();
            }
            7 => applications[1].voice = None,
            _ => {}
        }
    })
}

pub fn configuration(c: &mut Choices) -> Config {
    let limits = Limits {
        hops: c.one(&[3, 10, 3, 10, 1, 0]),
        legs_per_root: c.one(&[6, 50, 6, 2]),
        documents_per_root: c.one(&[40, 500, 40, 5]),
        root_seconds: ROOT_SECONDS,
        ..Limits::default()
    };
    Config {
        limits,
        timeline: true,
        consult: c.rarely(4),
        echo: c.one(&[Echo::Skip, Echo::Skip, Echo::Echo]),
        pay_over_http: c.rarely(3),
        failed_application: c.one(&[FailedApplication::Failed, FailedApplication::PlayError]),
        empty_document: c.one(&[EmptyDocument::Completed, EmptyDocument::NoAnswer]),
        expose_parent_call_sid: c.one(&[
            ExposeParent::SameAccount,
            ExposeParent::SameAccount,
            ExposeParent::Never,
            ExposeParent::Always,
        ]),
        geography: c.one(&[Geography::Empty, Geography::Omit]),
        play_failure: c.one(&[PlayFailure::Fallback, PlayFailure::Skip]),
        repeat_parameters: c.rarely(3),
        sender_account: c.rarely(3),
        charset_suffix: c.rarely(3),
        strict: c.rarely(3),
        dial_timeout_buffer: c.one(&[0, 5]),
        ..Config::default()
    }
}
