//! What a URL is, what it is not, and where a reference leads.

use proptest::prelude::*;

use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn the_parts_of_a_url() {
    let url = url("HTTPS://User:Pa.ss@Hooks.Example:8443/a/B?x=%2F&y#rc=0");
    assert_eq!(url.as_str(), "HTTPS://User:Pa.ss@Hooks.Example:8443/a/B?x=%2F&y");
    assert_eq!(
        (url.scheme(), url.is_https(), url.host(), url.port()),
        ("https", true, "hooks.example", 8443)
    );
    assert_eq!((url.path(), url.query()), ("/a/B", Some("x=%2F&y")));
    assert_eq!(url.path_and_query(), "/a/B?x=%2F&y");
    assert_eq!(url.host_and_port(), "Hooks.Example:8443");
    assert_eq!(url.origin(), "https://hooks.example:8443");
    assert_eq!(url.userinfo(), Some(("User", Secret::new("Pa.ss"))));
    assert_eq!(url.overrides().retries, 0);
    assert_eq!(url.basic_authorization().as_deref(), Some("Basic VXNlcjpQYS5zcw=="));
    let bare = url.without_userinfo();
    assert_eq!(bare.as_str(), "HTTPS://Hooks.Example:8443/a/B?x=%2F&y");
    assert_eq!((bare.userinfo(), bare.host(), bare.port()), (None, "hooks.example", 8443));
    assert_eq!(bare, Url::parse("HTTPS://Hooks.Example:8443/a/B?x=%2F&y#rc=0").unwrap());
}

#[test]
fn the_request_line_gets_a_path_and_visible_ascii() {
    for (text, target) in [
        ("http://h", "/"),
        ("http://h?a=1", "/?a=1"),
        ("http://h#rc=1", "/"),
        ("http://h/é ü?q=日&r=a b", "/%C3%A9%20%C3%BC?q=%E6%97%A5&r=a%20b"),
        ("http://h/%zz%C3%A9", "/%zz%C3%A9"),
    ] {
        assert_eq!(url(text).path_and_query(), target);
    }
    assert_eq!(url("http://h/é").as_str(), "http://h/é");
}

#[test]
fn addresses_are_recognised_in_every_notation() {
    for (host, address) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.257", "127.0.1.1"),
        ("0x7F.1", "127.0.0.1"),
        ("0X7f000001", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("4294967295", "255.255.255.255"),
        ("017700000001", "127.0.0.1"),
        ("00000000177.0.0.1", "127.0.0.1"),
        ("0251.0376.0251.0376", "169.254.169.254"),
        ("0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("[::1]", "::1"),
        ("[::ffff:7f00:1]", "::ffff:127.0.0.1"),
        ("[2606:4700:4700::1111]", "2606:4700:4700::1111"),
    ] {
        let url = url(&format!("http://{host}:8080/"));
        assert_eq!(url.host_literal(), Some(address.parse().unwrap()), "{host}");
    }
    for name in ["a.1x", "0xg", "127.0.0.1.nip.example", "1e3", "xn--bcher-kva.example", "a_b", "h.example."]
    {
        assert_eq!(url(&format!("http://{name}/")).host_literal(), None, "{name}");
    }
}

#[test]
fn what_could_be_read_in_two_ways_is_no_url() {
    for text in [
        "",
        "h.example",
        "/path",
        "//h.example/",
        "http:",
        "http:h",
        "http:/h",
        "http:///h/",
        "http://",
        "http://?x",
        "http://#x",
        "http://:80/",
        "ftp://h/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http+unix://h/",
        " http://h/",
        "http ://h/",
        "http://h /",
        "http://h\t/",
        "http://h/\r\nX: 1",
        "http://h/\u{7f}",
        "http://h/\u{85}",
        "http://h/#\n",
        "http://h\\/",
        "http://h\\@i/",
        "http://h%2e/",
        "http://h%0d%0a/",
        "http://h!/",
        "http://h,i/",
        "http://h..i/",
        "http://.h/",
        "http://h../",
        "http://hé/",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://h\u{3000}/",
        "http://h:/",
        "http://h:0/",
        "http://h:65536/",
        "http://h:+80/",
        "http://h:-1/",
        "http://h:8a/",
        "http://h:000080/",
        "http://h:80:80/",
        "http://h:80@i:1:2/",
        "http://@h/",
        "http://:p@h/",
        "http://u:p:q@h/",
        "http://u@v@h/",
        "http://u%40:p@h/",
        "http://u!:p@h/",
        "http://u:p/w@h:x/",
        "http://[::1/",
        "http://::1/",
        "http://[]/",
        "http://[::1]x/",
        "http://[::1]:x/",
        "http://x[::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[127.0.0.1]/",
        "http://[v1.x]/",
        "http://256.0.0.1/",
        "http://127.0.0.08/",
        "http://4294967296/",
        "http://1.2.3.4.5/",
        "http://127.0.65536/",
        "http://0xfffffffff/",
        "http://a.b.1/",
        "http://99999999999999999999999/",
        "http://0x99999999999999999999999/",
    ] {
        let code = Url::parse(text).map_err(|error| error.code_number());
        assert_eq!(code, Err(11_100), "{text:?}");
    }
    assert!(Url::parse(&format!("http://h/{}", "x".repeat(MAX_URL_BYTES - 9))).is_ok());
    assert!(Url::parse(&format!("http://h/{}", "x".repeat(MAX_URL_BYTES - 8))).is_err());
    assert!(Url::parse(&format!("http://{}.example/", "x".repeat(63))).is_ok());
    assert!(Url::parse(&format!("http://{}.example/", "x".repeat(64))).is_err());
}

/// The examples of RFC 3986 section 5.4, less the fragments, which `as_str` leaves out.
#[test]
fn references_are_resolved_by_rfc_3986() {
    let base = url("http://a/b/c/d;p?q");
    for (reference, target) in [
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g"),
        ("?y", "http://a/b/c/d;p?y"),
        ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q"),
        ("g#s", "http://a/b/c/g"),
        ("g?y#s", "http://a/b/c/g?y"),
        (";x", "http://a/b/c/;x"),
        ("g;x", "http://a/b/c/g;x"),
        ("g;x?y#s", "http://a/b/c/g;x?y"),
        ("", "http://a/b/c/d;p?q"),
        (".", "http://a/b/c/"),
        ("./", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../", "http://a/b/"),
        ("../g", "http://a/b/g"),
        ("../..", "http://a/"),
        ("../../", "http://a/"),
        ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"),
        ("../../../../g", "http://a/g"),
        ("/./g", "http://a/g"),
        ("/../g", "http://a/g"),
        ("g.", "http://a/b/c/g."),
        (".g", "http://a/b/c/.g"),
        ("g..", "http://a/b/c/g.."),
        ("..g", "http://a/b/c/..g"),
        ("./../g", "http://a/b/g"),
        ("./g/.", "http://a/b/c/g/"),
        ("g/./h", "http://a/b/c/g/h"),
        ("g/../h", "http://a/b/c/h"),
        ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("g?y/./x", "http://a/b/c/g?y/./x"),
        ("g?y/../x", "http://a/b/c/g?y/../x"),
        ("g#s/../x", "http://a/b/c/g"),
        ("https://b.example/x/../y", "https://b.example/x/../y"),
        ("/x:y", "http://a/x:y"),
        ("./x:y", "http://a/b/c/x:y"),
    ] {
        assert_eq!(
            base.join(reference).map(|url| url.as_str().to_owned()),
            Ok(target.to_owned()),
            "{reference}"
        );
    }
    for reference in ["g:h", "http:g", "mailto:x", "file:///etc/passwd", "//", "//g:99999/", "g\r\nX: 1"] {
        assert_eq!(base.join(reference).map_err(|error| error.code_number()), Err(11_100), "{reference}");
    }
    assert_eq!(url("http://a").join("g?x").unwrap().as_str(), "http://a/g?x");
    assert_eq!(url("http://a?q").join("#s").unwrap().as_str(), "http://a?q");
}

#[test]
fn overrides_and_credentials_follow_the_reference() {
    let base = url("https://u:p@h.example/a#rc=3");
    assert_eq!(base.join("").unwrap().overrides().retries, 3);
    assert_eq!(base.join("b").unwrap().overrides().retries, 1);
    assert_eq!(base.join("#rc=5").unwrap().overrides().retries, 5);
    assert_eq!(base.join("b").unwrap().userinfo(), base.userinfo());
    assert_eq!(base.join("//i.example/b").unwrap().userinfo(), None);
    assert_eq!(base.join("b#rp=x").map_err(|error| error.code_number()), Err(11_243));
}

#[test]
fn neither_debug_nor_display_shows_credentials() {
    let url = url("https://user:hunter2@h.example:8443/a?From=%2B15550100#rc=1");
    assert_eq!(format!("{url}"), "https://…@h.example:8443/a?From=%2B15550100");
    assert_eq!(format!("{url:?}"), "https://…@h.example:8443/a?…");
}

#[test]
fn a_url_survives_a_snapshot_with_its_fragment() {
    let url = url("https://u:p@h.example/a?b#rc=2");
    let read: Url = minicbor::decode(&minicbor::to_vec(&url).unwrap()).unwrap();
    assert_eq!(read, url);
    assert!(minicbor::decode::<Url>(&minicbor::to_vec("file:///x").unwrap()).is_err());
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "\\PC*|https?://[a-z0-9.:@\\[\\]%\\\\/?#x-]*|(?s).*") {
        if let Ok(url) = Url::parse(&text) {
            prop_assert!(text.starts_with(url.as_str()));
            prop_assert!(!url.host().is_empty());
            prop_assert!(url.host_and_port().bytes().all(|b| b.is_ascii_graphic()));
            prop_assert!(url.path_and_query().starts_with('/'));
            prop_assert!(url.path_and_query().bytes().all(|b| b.is_ascii_graphic()));
            prop_assert!(url.without_userinfo().userinfo().is_none());
        }
    }

    #[test]
    fn no_reference_leaves_the_web(reference in "[a-c./?#:;@ é%-]*|\\PC*") {
        let base = url("https://h.example/b/c/d;p?q");
        if let Ok(joined) = base.join(&reference) {
            prop_assert!(joined.path().split('/').all(|s| s != ".." && s != ".") || reference.contains("//"));
            prop_assert!(joined.origin() == base.origin() || reference.contains("//"));
        }
    }

    #[test]
    fn an_address_is_the_same_in_any_base(bits in any::<u32>()) {
        let address = Some(IpAddr::from(Ipv4Addr::from(bits)));
        for host in [format!("{bits}"), format!("{bits:#x}"), format!("0{bits:o}"), Ipv4Addr::from(bits).to_string()] {
            prop_assert_eq!(url(&format!("http://{host}/")).host_literal(), address);
        }
    }
}
