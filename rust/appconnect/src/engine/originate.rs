//! Calls that an account places itself, as the REST API does (`rest-api.md` section 8.1).

use super::Engine;
use crate::address::{Address, AddressKind};
use crate::call::signal::Placing;
use crate::call::{
    Call, Detection, EventCallback, FirstDocument, Outbound, RecordingPlan, RecordingSource, Stage,
};
use crate::config::CallerIdRule;
use crate::effect::{Dial, Endpoint, EndpointKind};
use crate::id::CallSid;
use crate::input::{CallRecording, DocumentSource, InputError, Originate};
use crate::leg::Leg;
use crate::policy::Budget;
use crate::registry::{AccountStatus, Application, Registry};
use crate::time::Millis;
use crate::twiml::inline;

/// Longest time that a call may ring, in seconds.
const MAX_TIMEOUT: u32 = 600;

impl Engine {
    pub(super) fn originate(&mut self, originate: Originate) -> Result<(), InputError> {
        if self.legs.named(&originate.leg).is_some() {
            return Err(InputError::DuplicateLeg);
        }
        let kind = self.check(&originate)?;
        let budget = Budget::new(&self.config.limits, self.now);
        let mut leg = Leg::new(originate.leg.clone(), budget, self.now);
        let sid = leg.line.new_call(&self.seed);
        let (call, dial) = prepare(originate, kind, sid, &self.registry, self.now)?;
        let place = self.legs.insert(leg);
        self.step(place, |step| step.place(Placing { call, dial, budget }));
        Ok(())
    }

    /// Refuses what the REST API refuses.
    fn check(&self, originate: &Originate) -> Result<EndpointKind, InputError> {
        let refuse = |message: &str| Err(InputError::CannotPlace(message.into()));
        if self.registry.status(&originate.account) != Some(AccountStatus::Active) {
            return refuse("10001: the account is not active");
        }
        if !(1..=MAX_TIMEOUT).contains(&originate.timeout) {
            return refuse("21208: the timeout is 1 to 600 seconds");
        }
        let keys = originate.send_digits.as_deref().unwrap_or_default();
        if keys.len() > 32 || !keys.bytes().all(|b| b"0123456789ABCD#*wW".contains(&b)) {
            return refuse("21206: at most 32 keys of 0-9 A-D # * w W can be sent");
        }
        let track = originate.recording.as_ref().map_or("both", |recording| &*recording.track);
        if !["inbound", "outbound", "both"].contains(&track) {
            return refuse("20001: the track of a recording is inbound, outbound or both");
        }
        let to = &originate.to;
        let kind = match to.kind() {
            _ if to.as_str().starts_with("whatsapp:+") => EndpointKind::WhatsApp,
            AddressKind::Client => EndpointKind::Client,
            AddressKind::Sip => EndpointKind::Sip,
            AddressKind::PhoneNumber if is_phone_number(to) => EndpointKind::Number,
            _ => return refuse("21211: nobody can be called at this To: write a number, client:… or sip:…"),
        };
        if kind == EndpointKind::Number && self.config.caller_id == CallerIdRule::Owned {
            let route = self.registry.resolve(&originate.from);
            let owned = originate.from.kind() == AddressKind::PhoneNumber
                && route.is_some_and(|route| route.account.sid == originate.account);
            if !owned {
                return refuse("21210: From is not a number of the account");
            }
        }
        Ok(kind)
    }
}

fn is_phone_number(address: &Address) -> bool {
    let digits = address.as_str().strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The application of the account that is to handle the call.
fn application<'a>(
    registry: &'a Registry,
    originate: &Originate,
) -> Result<Option<&'a Application>, InputError> {
    let DocumentSource::Application(sid) = &originate.document else { return Ok(None) };
    let application = registry.application(sid.as_str());
    let own = application.filter(|found| found.account == originate.account && found.voice.is_some());
    own.map(Some).ok_or_else(|| {
        InputError::CannotPlace("21218: the account has no application of this SID with a voice URL".into())
    })
}

fn recording(wanted: CallRecording) -> RecordingPlan {
    let mut events: Vec<String> = wanted.callback_events.into_iter().map(String::from).collect();
    if events.is_empty() {
        events = vec!["completed".to_owned()];
    }
    RecordingPlan {
        source: RecordingSource::OutboundApi,
        beep: false,
        silence: None,
        trim: wanted.trim,
        dual: wanted.dual,
        track: wanted.track.into(),
        callback: wanted.callback.map(|hook| EventCallback { url: hook.url, method: hook.method, events }),
    }
}

fn prepare(
    originate: Originate,
    kind: EndpointKind,
    sid: CallSid,
    registry: &Registry,
    now: Millis,
) -> Result<(Call, Dial), InputError> {
    let application = application(registry, &originate)?;
    let (mut fallback, mut status) = (originate.fallback, originate.status_callback);
    let first = match originate.document {
        DocumentSource::Twiml(text) => {
            inline(&text).map_err(|problem| {
                let code = problem.code.number();
                InputError::CannotPlace(format!("{code}: {}", problem.message).into())
            })?;
            Some(FirstDocument::Inline(text.into_string()))
        }
        DocumentSource::Url(voice) => Some(FirstDocument::Fetched { url: voice.url, method: voice.method }),
        DocumentSource::Application(_) => application.and_then(|application| {
            fallback.clone_from(&application.fallback);
            status.clone_from(&application.status_callback);
            let voice = application.voice.clone()?;
            Some(FirstDocument::Fetched { url: voice.url, method: voice.method })
        }),
    };
    let mut events: Vec<String> = originate.status_callback_events.into_iter().map(String::from).collect();
    if events.is_empty() || application.is_some() {
        events = vec!["completed".to_owned()];
    }
    let outbound = Outbound {
        parent: None,
        stage: Stage::Placed,
        callback: status.map(|status| EventCallback { url: status.url, method: status.method, events }),
        sequence: 0,
        send_digits: originate.send_digits.map(String::from),
        first,
        sip: None,
        detection: originate.machine_detection.map(|options| Detection {
            in_background: originate.asynchronous_detection,
            timeout: options.timeout,
            callback: originate.detection_callback,
            result: None,
        }),
        time_limit: originate.time_limit,
        recording: originate.recording.map(recording),
    };
    let dial = Dial {
        leg: originate.leg,
        call: sid,
        account: originate.account,
        parent: None,
        endpoint: Endpoint {
            kind,
            address: originate.to.clone(),
            parameters: Vec::new(),
            username: None,
            password: None,
        },
        from: originate.from.clone(),
        timeout: originate.timeout,
        machine_detection: originate.machine_detection,
    };
    let call = Call {
        application: application.map(|application| application.sid.clone()),
        fallback,
        ..Call::placed(sid, originate.account, originate.from, originate.to, now, outbound)
    };
    Ok((call, dial))
}
