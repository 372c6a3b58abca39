//! Who asks at the desk: somebody who has signed in. A browser sends a cookie, everything else a token.

use std::sync::Arc;

use flowright_engine::model::Owner;
use hyper::header::{AUTHORIZATION, COOKIE, HeaderValue};
use hyper::{HeaderMap, Method};

use super::app::{Shared, is_own_page};
use super::body::is_of_kind;
use super::problem::Problem;
use super::{Request, Response};
use crate::desk::accounts::{Account, Present};
use crate::secret::Secret;

/// The cookie. By its name browsers take it from this very host only, and over TLS only (or from this
/// machine).
pub(super) const COOKIE_NAME: &str = "__Host-flowright-desk";

/// Somebody at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeskCaller {
    /// Who.
    pub(crate) account: Arc<Account>,
    /// Whether her role supervises.
    pub(crate) supervises: bool,
    /// By which login: it may end while she is served.
    pub(super) present: Present,
}

impl DeskCaller {
    /// As she has conversations, and is shown to others.
    pub(super) fn owner(&self) -> Owner {
        Owner { agent: self.account.id.clone(), name: self.account.name.clone() }
    }
}

/// How somebody says who she is.
enum Sent {
    Token(Secret),
    Cookie(Secret),
}

impl Shared {
    /// Who asks at the desk, by the headers of a request or of a WebSocket's handshake. A cookie counts only
    /// where the request is not another site's.
    pub(crate) fn agent(&self, headers: &HeaderMap) -> Result<DeskCaller, Problem> {
        let Some(sent) = sent(headers) else { return Err(not_signed_in()) };
        let token = match sent {
            Sent::Token(token) => token,
            Sent::Cookie(token) if is_own_page(headers) => token,
            Sent::Cookie(_) => return Err(foreign()),
        };
        let present = self.accounts.present(token.reveal()).ok_or_else(not_signed_in)?;
        let account = Arc::clone(&present.account);
        let supervises = self.accounts.supervises(&self.dispatch.program(), &account);
        Ok(DeskCaller { account, supervises, present })
    }
}

/// Whether a request under `/desk` may be one of a page that a browser shows. What changes something is
/// refused from other sites, and with a cookie only JSON is taken, which no form can send.
pub(super) fn check_page(request: &Request) -> Result<(), Problem> {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    // No page can send this header to another site unless that site allows it, which this one does not.
    if is_read || request.headers().contains_key(AUTHORIZATION) {
        return Ok(());
    }
    if !is_own_page(request.headers()) {
        return Err(foreign());
    }
    if request.headers().contains_key(COOKIE) && !is_of_kind(request, "application/json") {
        return Err(Problem::new(415, "with a cookie only JSON is taken")
            .with_help("send `Content-Type: application/json`"));
    }
    Ok(())
}

fn foreign() -> Problem {
    Problem::new(403, "pages of other sites may not ask for anything at the desk")
        .with_help(
            "open the desk at the server's own address; a proxy must pass `Host` on as it is",
        )
        .with_code("R0408")
}

fn not_signed_in() -> Problem {
    Problem::new(401, "nobody is signed in, or no longer")
        .with_help("POST /desk/v1/login with `login` and `password`")
        .with_code("R0404")
}

/// What is sent. Where there are two, nobody knows which counts, and neither does.
fn sent(headers: &HeaderMap) -> Option<Sent> {
    if headers.contains_key(AUTHORIZATION) {
        let value = only(headers.get_all(AUTHORIZATION).iter())?.to_str().ok()?;
        let (scheme, token) = value.split_once(' ')?;
        let is_bearer = scheme.eq_ignore_ascii_case("bearer");
        return is_bearer.then(|| Sent::Token(token.to_owned().into()));
    }
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs =
        lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let token = only(pairs.filter(|(name, _)| *name == COOKIE_NAME))?.1;
    Some(Sent::Cookie(token.to_owned().into()))
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    all.next().filter(|_| all.next().is_none())
}

/// Has a browser send a token from now on, for so many seconds; or, with an empty one, none.
pub(super) fn put_cookie(response: &mut Response, token: &str, seconds: u64) {
    let cookie = format!(
        "{COOKIE_NAME}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"
    );
    // A token has digits and letters only.
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert("set-cookie", value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let line =
            |(name, value): &(&'static str, &str)| (name.parse().unwrap(), value.parse().unwrap());
        lines.iter().map(line).collect()
    }

    #[test]
    fn a_token_is_found_where_there_is_one_only() {
        let cookie = |token: &str| format!("a=b; __Host-flowright-desk={token} ; c=d=e");
        let (one, two) = (cookie("t"), cookie("u"));
        let plain = "flowright-desk=t; __host-flowright-desk=t";
        for (lines, expected) in [
            (vec![("authorization", "Bearer t")], Some(("token", "t"))),
            (vec![("authorization", "bEARER t"), ("cookie", &one)], Some(("token", "t"))),
            (vec![("authorization", "Basic t"), ("cookie", &one)], None),
            (vec![("authorization", "Bearer t"), ("authorization", "Bearer t")], None),
            (vec![("cookie", &one)], Some(("cookie", "t"))),
            (vec![("cookie", "x=y"), ("cookie", &one)], Some(("cookie", "t"))),
            (vec![("cookie", &one), ("cookie", &two)], None),
            (vec![("cookie", plain)], None),
            (vec![("cookie", ";;=;")], None),
            (vec![], None),
        ] {
            let found = sent(&headers(&lines)).map(|sent| match sent {
                Sent::Token(token) => ("token", token.reveal().to_owned()),
                Sent::Cookie(token) => ("cookie", token.reveal().to_owned()),
            });
            let found = found.as_ref().map(|(kind, token)| (*kind, token.as_str()));
            assert_eq!(found, expected, "{lines:?}");
        }
    }

    #[test]
    fn a_page_is_the_servers_own_when_its_site_is_the_host() {
        for (lines, own) in [
            (vec![("host", "desk.example")], true),
            (vec![("host", "desk.example"), ("origin", "https://desk.example")], true),
            (vec![("host", "desk.example:8080"), ("origin", "http://desk.example:8080")], true),
            (vec![("host", "desk.example"), ("origin", "https://evil.example")], false),
            (vec![("host", "desk.example"), ("origin", "https://desk.example:444")], false),
            (
                vec![("host", "desk.example"), ("origin", "https://desk.example.evil.example")],
                false,
            ),
            (vec![("host", "desk.example"), ("origin", "null")], false),
            (vec![("host", "desk.example"), ("origin", "")], false),
            (vec![("origin", "https://")], false),
            (
                vec![
                    ("host", "desk.example"),
                    ("origin", "https://desk.example"),
                    ("origin", "https://evil.example"),
                ],
                false,
            ),
        ] {
            assert_eq!(is_own_page(&headers(&lines)), own, "{lines:?}");
        }
    }
}
