//! Requests to the admin API of a server that runs.

use flowright_runtime::transport::{HttpTransport, Transport as _};
use hyper::body::Bytes;
use hyper::{Method, Request, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;

use super::args::ServerArgs;
use crate::failure::Failure;

/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// What to do where somebody else answers, or nobody at this path.
const NOT_ITSELF: &str = "`--url` is the address of the server itself, without a path";

/// Time that one takes.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// A server, and what is sent with each request.
pub(super) struct Server {
    url: String,
    token: Option<String>,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    pub(super) fn of(args: &ServerArgs) -> Result<Self, Failure> {
        let url = args.url.trim_end_matches('/').to_owned();
        let uri = url.parse::<Uri>().ok();
        let is_web = uri.is_some_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
        });
        if !is_web {
            return Err(Failure::new(format!("`--url {url}` is not the address of a server"))
                .with_help("such as `--url https://support.example.com`"));
        }
        let token = args.token_env.as_deref().map(variable).transpose()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Failure::new(format!("cannot start: {e}")))?;
        Ok(Self { url, token, runtime })
    }

    /// What a server answers, if it does what is asked.
    pub(super) fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Json>,
    ) -> Result<Json, Failure> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = Bytes::from(body.map(Json::to_string).unwrap_or_default());
        let request = request
            .body(body)
            .map_err(|e| Failure::new(format!("this cannot be asked of a server: {e}")))?;
        let answer = self.runtime.block_on(async {
            let sent = HttpTransport::default().send(request, ANSWER_BYTES_MAX);
            tokio::time::timeout(PATIENCE, sent).await
        });
        let unreached = |why: String| {
            // What hyper says when nobody listens tells no more.
            let why = if why.contains("Connect") { String::new() } else { format!(": {why}") };
            Failure::new(format!("nothing answers at {}{why}", self.url)).with_help(
                "`flowright serve` must run there; `--url` says where, if it is elsewhere",
            )
        };
        let (head, body) = answer
            .map_err(|_| unreached("it takes too long".to_owned()))?
            .map_err(unreached)?
            .into_parts();
        let json: Json = serde_json::from_slice(&body).unwrap_or_default();
        if head.status.is_success() && json.is_object() {
            return Ok(json);
        }
        Err(self.refused(head.status.as_u16(), &json))
    }

    /// In the words of a problem document.
    fn refused(&self, status: u16, problem: &Json) -> Failure {
        let text = |name: &str| problem.get(name).and_then(Json::as_str);
        let Some(detail) = text("detail") else {
            return Failure::new(format!("{} answers {status}, not as a flowright does", self.url))
                .with_help(NOT_ITSELF);
        };
        let code = text("code").map(|code| format!("{code}: ")).unwrap_or_default();
        let failure = Failure::new(format!("{code}{detail}"));
        match (status, &self.token, text("help")) {
            (401, None, _) => failure.with_help(
                "name the environment variable that holds the operators' token with `--token-env`",
            ),
            (404, ..) if detail.starts_with("there is no account") => {
                failure.with_help("`flowright accounts list` shows them")
            }
            (404, ..) => failure.with_help(NOT_ITSELF),
            (409, ..) => failure.with_help("`flowright accounts set` changes one"),
            (_, _, Some(help)) => failure.with_help(help),
            _ => failure,
        }
    }
}

/// The value of an environment variable.
pub(super) fn variable(name: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|_| {
        Failure::new(format!("the environment variable `{name}` is not set"))
            .with_help(format!("`export {name}=…` sets it"))
    })
}

/// What would lead from a login to another path.
const NOT_IN_A_LOGIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'@').remove(b'+');

/// The path of an account.
pub(super) fn path(login: &str, rest: &str) -> String {
    format!("/admin/accounts/{}{rest}", utf8_percent_encode(login, NOT_IN_A_LOGIN))
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_login_stays_in_its_place() {
        for (login, expected) in [
            ("ann@acme", "/admin/accounts/ann@acme/x"),
            ("../bundles", "/admin/accounts/%2E%2E%2Fbundles/x"),
            ("a?b#c", "/admin/accounts/a%3Fb%23c/x"),
        ] {
            assert_eq!(path(login, "/x"), expected);
        }
    }
}
