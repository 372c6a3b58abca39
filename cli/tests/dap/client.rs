//! An editor that debugs.

use std::collections::VecDeque;
use std::io::{BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value as Json, json};

/// How long the debugger may take for anything: machines that build are slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// The example project.
pub(crate) fn order_change() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf();
    root.join("flows/order_change")
}

/// The debugger, and what it says.
pub(crate) struct Debugger {
    child: Child,
    pub(crate) input: Option<ChildStdin>,
    messages: Receiver<Json>,
    events: VecDeque<Json>,
    seq: i64,
    /// All that was put out so far.
    shown: String,
}

impl Drop for Debugger {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Debugger {
    /// The process; nothing was said yet.
    pub(crate) fn silent() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flowright"));
        command.arg("dap").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (send, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        Self { child, input, messages, events: VecDeque::new(), seq: 0, shown: String::new() }
    }

    /// The process, initialized.
    pub(crate) fn start() -> Self {
        let mut debugger = Self::silent();
        let capabilities = debugger.ask("initialize", &json!({ "adapterID": "flowright" }));
        assert_eq!(capabilities["supportsStepBack"], true);
        debugger
    }

    /// Launches the example.
    pub(crate) fn launch(&mut self, more: &Json) {
        let mut arguments = json!({ "project": order_change() });
        for (name, value) in more.as_object().unwrap() {
            arguments[name] = value.clone();
        }
        self.ask("launch", &arguments);
        self.event("initialized");
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn request(&mut self, command: &str, arguments: &Json) -> Json {
        self.seq += 1;
        let seq = self.seq;
        let message = json!({
            "seq": seq, "type": "request", "command": command, "arguments": arguments,
        });
        let text = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
        loop {
            let message = self.next();
            if message["type"] == "response" {
                assert_eq!(message["request_seq"], seq, "{message}");
                return message;
            }
            self.events.push_back(message);
        }
    }

    /// A request that is met.
    pub(crate) fn ask(&mut self, command: &str, arguments: &Json) -> Json {
        let response = self.request(command, arguments);
        assert_eq!(response["success"], true, "{response}");
        response["body"].clone()
    }

    /// Why a request is not met.
    pub(crate) fn refused(&mut self, command: &str, arguments: &Json) -> String {
        let response = self.request(command, arguments);
        assert_eq!(response["success"], false, "{response}");
        response["message"].as_str().unwrap().to_owned()
    }

    pub(crate) fn next(&mut self) -> Json {
        let message = self.messages.recv_timeout(PATIENCE).unwrap();
        if message["event"] == "output" {
            self.shown.push_str(message["body"]["output"].as_str().unwrap());
        }
        message
    }

    /// The next event of a name; what comes before it is passed over.
    pub(crate) fn event(&mut self, name: &str) -> Json {
        loop {
            let event = match self.events.pop_front() {
                Some(event) => event,
                None => self.next(),
            };
            if event["event"] == name {
                return event["body"].clone();
            }
        }
    }

    pub(crate) fn stopped(&mut self) -> Json {
        self.event("stopped")
    }

    /// What was put out so far.
    pub(crate) fn output(&mut self) -> String {
        // What follows a response has come when the next one has.
        self.ask("threads", &json!({}));
        self.shown.clone()
    }

    /// Waits until something is put out.
    pub(crate) fn output_with(&mut self, text: &str) {
        while !self.shown.contains(text) {
            let message = self.next();
            self.events.push_back(message);
        }
        self.shown.clear();
    }

    /// The frame on top.
    pub(crate) fn top(&mut self) -> Json {
        self.ask("stackTrace", &json!({ "threadId": 1 }))["stackFrames"][0].clone()
    }

    /// The list of a scope of the frame on top.
    pub(crate) fn scope(&mut self, name: &str) -> u64 {
        let frame = self.top()["id"].clone();
        let scopes = self.ask("scopes", &json!({ "frameId": frame }));
        let scopes = scopes["scopes"].as_array().unwrap().clone();
        let scope = scopes.iter().find(|scope| scope["name"] == name);
        scope.unwrap_or_else(|| panic!("no {name} in {scopes:?}"))["variablesReference"]
            .as_u64()
            .unwrap()
    }

    /// A variable of a scope, as it is shown.
    pub(crate) fn variable(&mut self, scope: &str, name: &str) -> String {
        let list = self.scope(scope);
        let variables = self.ask("variables", &json!({ "variablesReference": list }));
        let variables = variables["variables"].as_array().unwrap().clone();
        let found = variables.iter().find(|variable| variable["name"] == name);
        let found = found.unwrap_or_else(|| panic!("no {name} in {variables:?}"));
        found["value"].as_str().unwrap().to_owned()
    }

    /// An expression in the frame on top.
    pub(crate) fn evaluate(&mut self, expression: &str) -> String {
        let asked = json!({ "expression": expression, "context": "watch", "frameId": 1 });
        self.ask("evaluate", &asked)["result"].as_str().unwrap().to_owned()
    }

    /// Types something into the console.
    pub(crate) fn say(&mut self, text: &str) {
        self.ask("evaluate", &json!({ "expression": text, "context": "repl" }));
    }

    /// Whether the process ended well.
    pub(crate) fn ended(mut self) -> bool {
        drop(self.input.take());
        self.child.wait().unwrap().success()
    }
}

fn read(output: &mut impl std::io::BufRead) -> Option<Json> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().unwrap(),
            _ if line.trim().is_empty() => break,
            _ => panic!("a header of {line}"),
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).unwrap();
    Some(serde_json::from_slice(&text).unwrap())
}
