//! The address of the server: whether it is free, or who has it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use flowright_runtime::config::ConfigError;

use super::project::Known;
use super::{State, Thing};

/// Time for whoever has the port to answer, from the first byte to the last: one that sends a byte now
/// and then is another program.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of an answer that are read: a description of an API is long, its title stands at its end.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Looks at the address. Whether a flowright serves there.
pub(super) fn look(known: &Known, things: &mut Vec<Thing>) -> bool {
    let address = known.config.serve.listen;
    if !known.config.api.is_protected() && !address.ip().is_loopback() {
        let says = ConfigError::Unprotected(address).to_string();
        things.push(Thing::new("address", State::Fault, says));
        return false;
    }
    let error = match TcpListener::bind(address) {
        Ok(_) => {
            things.push(Thing::ok("address", format!("{address} is free")));
            return false;
        }
        Err(error) => error,
    };
    let says = format!("R0205: cannot listen on {address}: {error}");
    if error.kind() != ErrorKind::AddrInUse {
        let help = "give `[serve] listen` an address of this machine, and a port that may be used";
        things.push(Thing::fault("address", says, help));
        return false;
    }
    let (thing, served) = match bot_at(address) {
        None => {
            let help = "another program has the port: stop it, or choose another port";
            (Thing::fault("address", says, help), false)
        }
        Some(bot) if known.bot.as_ref().is_some_and(|own| *own != bot) => {
            let says = format!("a flowright serves another bot on {address}: `{bot}`");
            (Thing::warning("address", says, "stop it, or choose another port"), true)
        }
        Some(bot) if ask(address, "/readyz").is_some_and(|a| a.starts_with("HTTP/1.1 200")) => {
            let says = format!("a flowright serves `{bot}` on {address}");
            (Thing::ok("address", says), true)
        }
        Some(bot) => {
            let says = format!("a flowright serves `{bot}` on {address}, and is not ready");
            (Thing::fault("address", says, "its log says why"), true)
        }
    };
    things.push(thing);
    served
}

/// Looks at the address for gRPC alone, where one is configured.
pub(super) fn look_grpc(known: &Known, served: bool, things: &mut Vec<Thing>) {
    let Some(address) = known.config.grpc.listen else { return };
    if !known.config.api.is_protected() && !address.ip().is_loopback() {
        let says = ConfigError::Unprotected(address).to_string();
        things.push(Thing::new("grpc", State::Fault, says));
        return;
    }
    things.push(match TcpListener::bind(address) {
        Ok(_) if served => {
            let says = format!("nobody listens on {address}, and the server runs");
            Thing::warning("grpc", says, "it was started without `[grpc] listen`: start it again")
        }
        Ok(_) => Thing::ok("grpc", format!("{address} is free")),
        Err(error) if served && error.kind() == ErrorKind::AddrInUse => {
            Thing::ok("grpc", format!("{address} is listened on, as the server does"))
        }
        Err(error) => {
            let says = format!("R0205: cannot listen on {address}: {error}");
            let help = "give `[grpc] listen` an address of this machine, and a port that is free";
            Thing::fault("grpc", says, help)
        }
    });
}

/// The bot that a flowright serves at an address.
fn bot_at(address: SocketAddr) -> Option<String> {
    let answer = ask(address, "/openapi.json")?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let api: serde_json::Value = serde_json::from_str(body).ok()?;
    Some(api.get("info")?.get("title")?.as_str()?.strip_prefix("Flowright: ")?.to_owned())
}

/// The answer to a request without a body, as it comes.
fn ask(mut address: SocketAddr, path: &str) -> Option<String> {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    let until = Instant::now() + PATIENCE;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").ok()?;
    let (mut answer, mut part) = (Vec::new(), [0; 8 << 10]);
    while answer.len() < ANSWER_BYTES_MAX {
        // A timeout of zero is refused: then there is none left.
        stream.set_read_timeout(Some(until.saturating_duration_since(Instant::now()))).ok()?;
        let length = stream.read(&mut part).ok()?;
        if length == 0 {
            break;
        }
        answer.extend_from_slice(part.get(..length)?);
    }
    String::from_utf8(answer).ok()
}
