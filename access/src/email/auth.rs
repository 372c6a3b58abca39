//! Who vouches for a sender: what the mail server in front of ours found, in the header
//! `Authentication-Results` (RFC 8601).
//!
//! Anybody can write that header. It counts only with the name of our own server in it, and only the
//! uppermost one: what stands below may have come with the message. That server must take away what
//! bears its name and is not its own, as the RFC asks of it.

use super::Address;
use super::mime::Mail;

/// One result: `dkim=pass header.d=acme.example`.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    method: String,
    result: String,
    properties: Vec<(String, String)>,
}

/// Whether our mail server made sure that a message comes from where its author's address says:
/// DMARC, or a signature of the very domain.
#[must_use]
pub fn vouches(mail: &Mail, author: &Address, authserv_id: &str) -> bool {
    let own = mail.all("authentication-results").find_map(|value| {
        let value = without_comments(value);
        let (server, rest) = value.split_once(';')?;
        // A version may stand behind the name.
        let server = server.split_whitespace().next().unwrap_or("").trim_matches('"');
        server.eq_ignore_ascii_case(authserv_id).then(|| findings(rest))
    });
    own.is_some_and(|findings| findings.iter().any(|finding| proves(finding, author.domain())))
}

fn proves(finding: &Finding, domain: &str) -> bool {
    let property = |name: &str| {
        let found = finding.properties.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.rsplit('@').next().unwrap_or("").to_lowercase())
    };
    if finding.result != "pass" {
        return false;
    }
    match finding.method.as_str() {
        "dmarc" => property("header.from").is_some_and(|from| from == domain),
        "dkim" => property("header.d").or_else(|| property("header.i")).is_some_and(|signer| {
            // A signature of `acme.example` vouches for `mail.acme.example`; one of `example` for
            // nobody.
            signer == domain || (signer.contains('.') && domain.ends_with(&format!(".{signer}")))
        }),
        _ => false,
    }
}

fn findings(text: &str) -> Vec<Finding> {
    let finding = |text: &str| {
        let mut words = words(text).into_iter();
        let (method, result) = words.next()?;
        // `dkim/1`: the method's version.
        let method = method.split('/').next().unwrap_or("").to_owned();
        Some(Finding { method, result: result.to_lowercase(), properties: words.collect() })
    };
    parts(text, ';').iter().filter_map(|text| finding(text)).collect()
}

/// `name=value` pairs, the names in lower case. Spaces around `=` are allowed.
fn words(text: &str) -> Vec<(String, String)> {
    let mut joined = String::new();
    for part in parts(text, '=') {
        if !joined.is_empty() {
            joined.push('=');
        }
        joined.push_str(part.trim());
    }
    let pair = |word: &String| {
        let (name, value) = word.split_once('=')?;
        Some((name.to_lowercase(), value.trim_matches('"').to_owned()))
    };
    parts(&joined, ' ').iter().filter_map(pair).collect()
}

/// Cuts at a character outside of quotes.
fn parts(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        match parts.last_mut() {
            Some(last) if c != at || quoted => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for c in text.chars() {
        let plain = !std::mem::take(&mut escaped);
        match c {
            '\\' if plain && (quoted || depth > 0) => escaped = true,
            '"' if plain && depth == 0 => quoted = !quoted,
            '(' if plain && !quoted => depth += 1,
            ')' if plain && !quoted && depth > 0 => {
                depth -= 1;
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::vouches;
    use crate::email::Address;
    use crate::email::mime::Mail;

    fn ask(headers: &[&str], author: &str) -> bool {
        let header = |value: &&str| ("Authentication-Results".to_owned(), (*value).to_owned());
        let mail = Mail { headers: headers.iter().map(header).collect(), ..Mail::default() };
        vouches(&mail, &Address::parse(author).unwrap(), "mx.acme.example")
    }

    #[test]
    fn our_own_server_vouches() {
        for header in [
            "mx.acme.example; dmarc=pass header.from=x.example",
            "MX.Acme.Example 1; spf=fail; dmarc = pass (p=reject dis=none) header.from = X.example",
            "mx.acme.example; dkim=fail header.d=y; dkim=pass (2048-bit key; unprotected) header.d=x.example header.s=s1",
            "mx.acme.example; dkim/1=pass header.i=@x.example; spf=none",
            "mx.acme.example; dkim=pass header.i=ann@x.example",
            "\"mx.acme.example\"; dmarc=pass header.from=\"x.example\"",
        ] {
            assert!(ask(&[header], "ann@x.example"), "{header}");
        }
        assert!(ask(&["mx.acme.example; dkim=pass header.d=x.example"], "ann@mail.x.example"));
    }

    #[test]
    fn nobody_else_does() {
        for headers in [
            &[] as &[&str],
            &["mx.evil.example; dmarc=pass header.from=x.example"],
            &["mx.acme.example.evil.example; dmarc=pass header.from=x.example"],
            &["mx.acme.example; dmarc=fail header.from=x.example"],
            &["mx.acme.example; dmarc=pass header.from=evil.example"],
            &["mx.acme.example; dkim=pass header.d=evil.example"],
            &["mx.acme.example; dkim=pass header.d=example"],
            &["mx.acme.example; dkim=pass header.d=mail.x.example"],
            &["mx.acme.example; dkim=pass header.d=notx.example"],
            &["mx.acme.example; spf=pass smtp.mailfrom=x.example"],
            &["mx.acme.example; none"],
            &["mx.acme.example; dmarc=pass"],
            &["mx.acme.example"],
            &["(mx.acme.example; dmarc=pass header.from=x.example)"],
            &["mx.acme.example; spf=fail (dmarc=pass; dmarc=pass header.from=x.example)"],
            &["mx.acme.example; spf=fail reason=\"; dmarc=pass header.from=x.example\""],
            &["mx.acme.example; spf=fail reason=\"\\\"; dmarc=pass header.from=x.example\""],
            // What the sender wrote stands below what our server found.
            &[
                "mx.acme.example; dmarc=fail header.from=x.example",
                "mx.acme.example; dmarc=pass header.from=x.example",
            ],
        ] {
            assert!(!ask(headers, "ann@x.example"), "{headers:?}");
        }
    }
}
