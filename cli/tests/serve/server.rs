//! A served process, and messages to it over HTTP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command};

use serde_json::Value as Json;

/// The process, and where it listens.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server, and what it logs.
pub(crate) fn spawn(mut command: Command) -> (Server, ChildStderr) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines
        .find_map(|line| {
            let line = line.unwrap();
            let url = line.trim().strip_prefix("chat")?.trim().strip_prefix("http://")?.to_owned();
            url.trim_end_matches('/').parse().ok()
        })
        .unwrap_or_else(|| panic!("the server did not say where it is"));
    std::thread::spawn(move || lines.for_each(drop));
    let stderr = child.stderr.take().unwrap();
    (Server { child, address }, stderr)
}

/// A server whose log nobody wants.
pub(crate) fn spawn_unheard(command: Command) -> Server {
    let (server, mut stderr) = spawn(command);
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    server
}

impl Server {
    /// Sends a request and does not wait for the answer.
    pub(crate) fn send(&self, session: &str, body: &Json) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let body = body.to_string();
        write!(stream, "POST /v1/sessions/{session}/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
        stream
    }

    /// The answer's body as it comes.
    pub(crate) fn body(&self, session: &str, body: &Json) -> String {
        let mut answer = String::new();
        self.send(session, body).read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    pub(crate) fn post(&self, session: &str, body: &Json) -> Json {
        serde_json::from_str(&self.body(session, body)).unwrap()
    }

    /// SIGKILL: nothing in the process runs any more.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
