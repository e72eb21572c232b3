//! Which targets a webhook may reach, row by row: `data/ssrf.tsv` holds the class, the verdict, the URL (with `\t`, `\n`,
//! `\r` and `\\` written out) and the addresses that its name resolves to.

// A helper that meets bad test data ends the test; the lint knows test functions only.
#![allow(clippy::unwrap_used)]

use std::net::{IpAddr, SocketAddr};

use appconnect::http::{Cidr, Denied, Guard, Url};

const ROWS: &str = include_str!("data/ssrf.tsv");

fn unescape(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            }),
            _ => out.push(c),
        }
    }
    out
}

/// What whoever opens the connection does: read the URL, ask before resolving, ask about every answer.
fn is_allowed(guard: &Guard, url: &str, answers: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    if guard.check_url(&url).is_err() {
        return false;
    }
    let addresses: Vec<IpAddr> = match url.host_literal() {
        Some(address) => vec![address],
        None => answers.split_whitespace().map(|answer| answer.parse().unwrap()).collect(),
    };
    guard.check_all(&addresses, url.port()).is_ok()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn every_row_has_its_verdict() {
    let own: SocketAddr = "93.184.216.40:8080".parse().unwrap();
    let guard = Guard { own: vec![own], ..Guard::default() };
    let mut wrong = Vec::new();
    for row in ROWS.lines().skip(1) {
        let fields: Vec<&str> = row.split('\t').collect();
        let [class, verdict, url, answers] = fields[..] else { panic!("{row:?} has not four fields") };
        // A backslash that is no escape must be refused as well, so both readings are tried.
        for url in [url.to_owned(), unescape(url)] {
            if is_allowed(&guard, &url, answers) != (verdict == "allow") {
                wrong.push(format!("{class}: {url}"));
            }
        }
    }
    assert!(ROWS.lines().count() > 200);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reason_names_the_block() {
    let guard = Guard { own: vec!["0.0.0.0:8000".parse().unwrap()], ..Guard::default() };
    for (target, port, reason) in [
        ("10.0.0.1", 80, Denied::Private),
        ("127.0.0.1", 80, Denied::Private),
        ("127.0.0.1", 8000, Denied::Own),
        ("::1", 80, Denied::Private),
        ("fd12::1", 80, Denied::Private),
        ("fd00:ec2::254", 80, Denied::Infrastructure),
        ("169.254.169.254", 80, Denied::Infrastructure),
        ("100.100.100.200", 80, Denied::Infrastructure),
        ("192.0.0.192", 80, Denied::Infrastructure),
        ("100.64.0.1", 80, Denied::Special),
        ("::ffff:10.0.0.1", 80, Denied::Embedded),
        ("2001:0:7f00:1::", 80, Denied::Embedded),
        ("2001:db8::1", 80, Denied::Special),
        ("8.8.8.8", 6379, Denied::Port),
    ] {
        assert_eq!(guard.check_address(address(target), port), Err(reason), "{target}:{port}");
    }
    assert_eq!(guard.check_all(&[], 80), Err(Denied::NoAddress));
}

#[test]
fn private_networks_can_be_opened_but_not_their_infrastructure() {
    let guard = Guard { allow_private: true, ..Guard::default() };
    for url in [
        "http://127.0.0.1:6379/",
        "http://10.1.2.3:22/",
        "http://192.168.1.1/",
        "http://[::1]:9200/",
        "http://[fd12::1]/",
        "http://8.8.8.8/",
    ] {
        assert!(is_allowed(&guard, url, ""), "{url}");
    }
    for name in ["localhost:5000", "app.localhost:5000", "db.internal", "web_1:8000"] {
        assert!(is_allowed(&guard, &format!("http://{name}/"), "127.0.0.1 ::1"), "{name}");
    }
    for url in [
        "http://0.0.0.0/",
        "http://169.254.169.254/",
        "http://168.63.129.16/",
        "http://100.100.100.200/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[fd20:ce::254]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://8.8.8.8:6379/",
        "http://metadata.google.internal/",
    ] {
        assert!(!is_allowed(&guard, url, "127.0.0.1"), "{url}");
    }
    assert!(!is_allowed(&guard, "http://mixed.example/", "10.0.0.1 169.254.169.254"));
}

#[test]
fn blocks_are_allowed_and_denied_by_the_operator() {
    let cidr = |text: &str| text.parse::<Cidr>().unwrap();
    let guard = Guard {
        allow: vec![cidr("10.5.0.0/16"), cidr("127.0.0.1"), cidr("0.0.0.0/0"), cidr("::/0")],
        deny: vec![cidr("10.5.9.0/24"), cidr("8.8.8.8/32"), cidr("2606:4700::/32")],
        ..Guard::default()
    };
    for (target, allowed) in [
        ("10.5.0.1", true),
        ("10.5.9.1", false),
        ("127.0.0.1", true),
        ("8.8.4.4", true),
        ("8.8.8.8", false),
        ("2606:4700::1", false),
        ("fd12::1", true),
        ("169.254.169.254", false),
        ("0.0.0.0", false),
        ("fd00:ec2::254", false),
        ("::ffff:10.5.0.1", false),
        ("64:ff9b::a9fe:a9fe", false),
    ] {
        assert_eq!(guard.check_address(address(target), 25).is_ok(), allowed, "{target}");
    }
    assert!(is_allowed(&guard, "http://localhost:9000/", "127.0.0.1"));
}

#[test]
fn blocks_are_read_strictly() {
    for (text, inside, outside) in [
        ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
        ("10.1.2.3/8", "10.255.255.255", "11.0.0.0"),
        ("192.0.2.4/31", "192.0.2.5", "192.0.2.6"),
        ("192.0.2.4", "192.0.2.4", "192.0.2.5"),
        ("0.0.0.0/0", "255.255.255.255", "::"),
        ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"),
        ("::/0", "ffff::", "0.0.0.0"),
        ("::1/128", "::1", "::2"),
    ] {
        let cidr: Cidr = text.parse().unwrap();
        assert!(cidr.contains(address(inside)) && !cidr.contains(address(outside)), "{text}");
    }
    for text in [
        "",
        "/",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0/8",
        "::/129",
        "x/8",
        "1.2.3.4/8/8",
    ] {
        assert!(text.parse::<Cidr>().is_err(), "{text}");
    }
}
