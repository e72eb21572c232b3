//! Signatures computed by Twilio's own validator for Python (`webhooks.md` section 9.1).

// A helper that meets bad test data ends the test; the lint knows test functions only.
#![allow(clippy::unwrap_used)]

use appconnect::http::{KeepPort, Method, Request, Signer, Url, Webhook, WebhookOptions};
use appconnect::pii::Secret;
use appconnect::time::Millis;

const TOKEN: &str = "appconnect-test-token-0001";
const ACCOUNT: (&str, &str) = ("AccountSid", "AC00000000000000000000000000000001");
const CALL: (&str, &str) = ("CallSid", "CA00000000000000000000000000000001");

struct Vector {
    token: &'static str,
    url: &'static str,
    pairs: &'static [(&'static str, &'static str)],
    signature: &'static str,
}

const FORMS: [Vector; 12] = [
    Vector {
        token: "12345",
        url: "https://example.com/myapp.php?foo=1&bar=2",
        pairs: &[
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675310"),
            ("Digits", "1234"),
            ("From", "+14158675310"),
            ("To", "+18005551212"),
        ],
        signature: "L/OH5YylLD5NRKLltdqwSvS0BnU=",
    },
    Vector {
        token: TOKEN,
        url: "https://app.example.com/voice/answer?tenant=42",
        pairs: &[
            ACCOUNT,
            ("ApiVersion", "2010-04-01"),
            CALL,
            ("CallStatus", "ringing"),
            ("Called", "+15005550010"),
            ("To", "+15005550010"),
            ("Caller", "+15005550006"),
            ("From", "+15005550006"),
            ("Direction", "inbound"),
            ("FromCity", ""),
        ],
        signature: "LfXz6/XwKCpAwqakGj/KZ734s9E=",
    },
    Vector {
        token: TOKEN,
        url: "https://app.example.com/voice",
        pairs: &[CALL, ("Digits", "1")],
        signature: "791K2DGRXJsBgkP/Kb13DlHJWtw=",
    },
    Vector {
        token: TOKEN,
        url: "https://app.example.com:443/voice",
        pairs: &[CALL, ("Digits", "1")],
        signature: "7j4iHjo2Oub0ApsHbqZ80tmBu4I=",
    },
    Vector {
        token: TOKEN,
        url: "https://app.example.com:8443/voice",
        pairs: &[CALL, ("Digits", "1")],
        signature: "vF2BC2bpdi1pNRDoTdmdUXaAGxA=",
    },
    Vector {
        token: TOKEN,
        url: "http://app.example.com/voice",
        pairs: &[CALL, ("Digits", "1")],
        signature: "GeVh/uXf8EaAuVRUp5mPdhVaSaQ=",
    },
    Vector {
        token: TOKEN,
        url: "http://app.example.com:80/voice",
        pairs: &[CALL, ("Digits", "1")],
        signature: "XzIA+C5WZeXooPTW53MadBLpMw8=",
    },
    Vector {
        token: TOKEN,
        url: "http://app.example.com:8080/voice",
        pairs: &[CALL, ("Digits", "1")],
        signature: "jQYijaq6ROZDtjU66yBjE2ivxhI=",
    },
    Vector {
        token: TOKEN,
        url: "https://app.example.com/dup",
        pairs: &[CALL, ("Tag", "b"), ("Tag", "a"), ("Tag", "b")],
        signature: "Z5ppT8euahwEQ/qIrOsqAAb1jgA=",
    },
    Vector {
        token: TOKEN,
        url: "https://app.example.com/u",
        pairs: &[("b", "2"), ("B", "1"), ("a", "é"), ("Aa", " x ")],
        signature: "sl6Mb3zCBckWu2H3yHftdRbn6vQ=",
    },
    Vector {
        token: TOKEN,
        url: "https://app.example.com/voice",
        pairs: &[],
        signature: "Je+IJjZl6XlL4XeQHWYSYcTSe5I=",
    },
    Vector {
        token: TOKEN,
        url: "https://app.example.com/voice/gather?step=2&AccountSid=AC00000000000000000000000000000001&CallSid=CA00000000000000000000000000000001&CallStatus=in-progress&Digits=12%23&From=%2B15005550006&To=%2B15005550010",
        pairs: &[],
        signature: "GrOQtelIruuFzc2M0axggPdPG0Q=",
    },
];

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn signer(token: &str) -> Signer {
    Signer::new(&Secret::new(token))
}

#[test]
fn literal_urls_sign_and_verify_as_computed() {
    for vector in &FORMS {
        let (url, signer) = (url(vector.url), signer(vector.token).with_port_rule(KeepPort::Always));
        assert_eq!(signer.sign_form(&url, vector.pairs), vector.signature, "{url}");
        let mut reversed = vector.pairs.to_vec();
        reversed.reverse();
        assert_eq!(signer.sign_form(&url, &reversed), vector.signature, "{url}");
        assert!(signer.verify(&url, vector.pairs, vector.signature), "{url}");
        assert!(!signer.verify(&url, &[("x", "y")], vector.signature), "{url}");
    }
}

#[test]
fn voice_drops_the_port_of_https_only() {
    let pairs = [CALL, ("Digits", "1")];
    for (to, signature) in [
        ("https://app.example.com:443/voice", "791K2DGRXJsBgkP/Kb13DlHJWtw="),
        ("https://app.example.com:8443/voice", "791K2DGRXJsBgkP/Kb13DlHJWtw="),
        ("https://user:pass@app.example.com:8443/voice#rc=2", "791K2DGRXJsBgkP/Kb13DlHJWtw="),
        ("http://app.example.com:80/voice", "XzIA+C5WZeXooPTW53MadBLpMw8="),
        ("http://app.example.com:8080/voice", "jQYijaq6ROZDtjU66yBjE2ivxhI="),
    ] {
        assert_eq!(signer(TOKEN).sign_form(&url(to), &pairs), signature, "{to}");
    }
}

#[test]
fn validators_take_a_url_with_and_without_its_port() {
    let pairs = [CALL, ("Digits", "1")];
    let (without, standard, special) =
        ("791K2DGRXJsBgkP/Kb13DlHJWtw=", "7j4iHjo2Oub0ApsHbqZ80tmBu4I=", "vF2BC2bpdi1pNRDoTdmdUXaAGxA=");
    for (to, signature, good) in [
        ("https://app.example.com:8443/voice", without, true),
        ("https://app.example.com:8443/voice", special, true),
        ("https://app.example.com/voice", standard, true),
        ("https://app.example.com/voice", special, false),
        ("https://app.example.com:8443/voice", standard, false),
    ] {
        assert_eq!(signer(TOKEN).verify(&url(to), &pairs, signature), good, "{to} {signature}");
    }
}

#[test]
fn a_json_body_is_signed_through_its_digest() {
    let body = br#"{"CallSid":"CA00000000000000000000000000000001","event":"completed","n":1}"#;
    let (to, signature) = signer(TOKEN).sign_json(&url("https://app.example.com/hooks/json"), body).unwrap();
    assert_eq!(
        to.as_str(),
        "https://app.example.com/hooks/json?bodySHA256=20d7093bd146d64225e95ff0bacb4b0da6bc4b286df966a35b71a6de6e5bb0e4"
    );
    assert_eq!(signature, "ZzJU5lOlyyCjukl1E45bvXs5w0w=");
    assert!(signer(TOKEN).verify_json(&to, body, &signature));
    assert!(!signer(TOKEN).verify_json(&to, &[&body[..], b" "].concat(), &signature));
}

/// The request as it is sent carries the same signature, in whichever order it has its pairs.
#[test]
fn finished_requests_carry_the_computed_signature() {
    for vector in FORMS.iter().filter(|vector| vector.url.starts_with("https://app.example.com/")) {
        let (url, signer) = (url(vector.url), signer(vector.token));
        for first in 0..=vector.pairs.len() {
            let mut pairs = vector.pairs.to_vec();
            pairs.rotate_left(first);
            let request = Request::webhook(&Webhook {
                method: Method::Post,
                url: &url,
                pairs: &pairs,
                signer: &signer,
                idempotency_token: "t",
                now: Millis(0),
                cookie: None,
                authorization: None,
                options: WebhookOptions::default(),
            })
            .unwrap();
            assert_eq!(request.header("X-Twilio-Signature"), Some(vector.signature), "{url} from {first}");
        }
    }
}

#[test]
fn a_get_is_signed_over_the_url_that_it_requests() {
    let (to, signer) = (url("https://app.example.com/voice/gather?step=2"), signer(TOKEN));
    let request = Request::webhook(&Webhook {
        method: Method::Get,
        url: &to,
        pairs: &[
            ACCOUNT,
            CALL,
            ("CallStatus", "in-progress"),
            ("Digits", "12#"),
            ("From", "+15005550006"),
            ("To", "+15005550010"),
        ],
        signer: &signer,
        idempotency_token: "t",
        now: Millis(0),
        cookie: None,
        authorization: None,
        options: WebhookOptions::default(),
    })
    .unwrap();
    assert_eq!(request.header("X-Twilio-Signature"), Some("GrOQtelIruuFzc2M0axggPdPG0Q="));
}
