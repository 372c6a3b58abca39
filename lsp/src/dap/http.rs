//! Reading from a server on this machine: one request a connection, answers of a limited size.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long an answer may take, all of it: nothing else of the debugger moves meanwhile.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// Bytes that are read at once.
const PART_BYTES: usize = 64 << 10;

/// A server on this machine.
#[derive(Debug)]
pub(super) struct Client {
    /// Where it may listen: a name may stand for several.
    addresses: Vec<SocketAddr>,
    token: Option<String>,
}

impl Client {
    /// For `http://127.0.0.1:8080`. What is elsewhere is refused: what is read there is for nobody but
    /// developers.
    ///
    /// # Errors
    /// Why it is no such address, in words.
    pub(super) fn new(url: &str, token: Option<String>) -> Result<Self, String> {
        let wrong = || format!("`{url}` is no server: write http://127.0.0.1:8080");
        let place = url.strip_prefix("http://").ok_or_else(wrong)?.trim_end_matches('/');
        let place = if place.contains(':') { place.to_owned() } else { format!("{place}:80") };
        let is_name = place.starts_with("localhost:");
        if !is_name && place.parse::<SocketAddr>().is_err() {
            return Err(wrong());
        }
        let found = place.to_socket_addrs().map_err(|e| format!("`{url}`: {e}"))?;
        let here = found.filter(|address: &SocketAddr| is_here(address.ip()));
        let addresses: Vec<SocketAddr> = here.collect();
        if addresses.is_empty() {
            let why = "is not on this machine: a debugger follows servers here only";
            return Err(format!("`{url}` {why}"));
        }
        if token.as_ref().is_some_and(|token| token.chars().any(|c| c.is_control())) {
            return Err("the token has characters that cannot be sent".to_owned());
        }
        Ok(Self { addresses, token })
    }

    /// What is at a path, as JSON.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    pub(super) fn get(&self, path: &str) -> Result<Json, String> {
        let until = Instant::now() + ANSWER_TIMEOUT;
        let mut failed = "the server has no address".to_owned();
        for address in &self.addresses {
            let broken = |e: std::io::Error| format!("the server at {address} cannot be read: {e}");
            match TcpStream::connect_timeout(address, CONNECT_TIMEOUT) {
                Ok(stream) => {
                    let answer = self.ask(stream, *address, path, until).map_err(broken)?;
                    return body(&answer)
                        .map_err(|cause| format!("the server at {address}: {cause}"));
                }
                Err(error) => failed = broken(error),
            }
        }
        Err(failed)
    }

    /// The bytes of an answer.
    fn ask(
        &self,
        mut stream: TcpStream,
        address: SocketAddr,
        path: &str,
        until: Instant,
    ) -> std::io::Result<Vec<u8>> {
        stream.set_write_timeout(Some(ANSWER_TIMEOUT))?;
        let token = self.token.as_ref();
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        // As HTTP/1.0, which knows no parts of parts.
        let request = format!(
            "GET {path} HTTP/1.0\r\nHost: {}\r\nAccept: application/json\r\n{}\r\n",
            address,
            token.unwrap_or_default()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        let mut part = vec![0; PART_BYTES];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            stream.set_read_timeout(Some(left))?;
            let read = stream.read(&mut part)?;
            if read == 0 {
                return Ok(answer);
            }
            answer.extend_from_slice(part.get(..read).unwrap_or_default());
            if answer.len() > ANSWER_BYTES_MAX {
                let why = format!("its answer has more than {ANSWER_BYTES_MAX} bytes");
                return Err(std::io::Error::other(why));
            }
        }
    }
}

fn is_here(ip: IpAddr) -> bool {
    ip.is_loopback()
}

/// The JSON of an answer, if it is a good one.
fn body(answer: &[u8]) -> Result<Json, String> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, rest) = end.and_then(|end| answer.split_at_checked(end)).ok_or("no answer")?;
    let head = String::from_utf8_lossy(head);
    let body = rest.get(4..).unwrap_or(&[]);
    let status = head.split_whitespace().nth(1).unwrap_or("");
    let json: Option<Json> = serde_json::from_slice(body).ok();
    if status != "200" {
        let problem = json.as_ref().and_then(|json| json.get("detail")?.as_str());
        return Err(format!("status {status}: {}", problem.unwrap_or("no reason is given")));
    }
    let whole = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    if whole.is_some_and(|length| length != body.len()) {
        return Err("the answer breaks off".to_owned());
    }
    json.ok_or_else(|| "the answer is no JSON".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_servers_on_this_machine_are_read() {
        for url in
            ["http://127.0.0.1:8080", "http://127.0.0.1", "http://[::1]:80/", "http://localhost:9"]
        {
            assert!(Client::new(url, None).is_ok(), "{url}");
        }
        for url in
            ["", "https://127.0.0.1:1", "http://10.0.0.1:80", "http://example.com", "127.0.0.1:1"]
        {
            assert!(Client::new(url, None).is_err(), "{url}");
        }
        assert!(Client::new("http://127.0.0.1:1", Some("a\r\nb".to_owned())).is_err());
    }

    #[test]
    fn an_answer_is_whole_and_good_or_none() {
        let ok = b"HTTP/1.0 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}";
        assert_eq!(body(ok).unwrap(), serde_json::json!({ "a": 1 }));
        let cases: [(&[u8], &str); 4] = [
            (b"", "no answer"),
            (b"HTTP/1.0 200 OK\r\ncontent-length: 9\r\n\r\n{\"a\":1}", "breaks off"),
            (b"HTTP/1.0 404 Not Found\r\n\r\n{\"detail\":\"nothing here\"}", "nothing here"),
            (b"HTTP/1.0 200 OK\r\n\r\nhello", "no JSON"),
        ];
        for (answer, why) in cases {
            assert!(body(answer).unwrap_err().contains(why), "{why}");
        }
    }
}
