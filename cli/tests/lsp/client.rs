//! An editor, as far as the protocol sees one: speaks to the built binary over its standard input and
//! output.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

/// How long an answer may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);

/// An editor with a server and a folder of its own.
pub struct Editor {
    pub child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Json>,
    /// Notifications that nobody asked for yet.
    news: VecDeque<Json>,
    next_id: i64,
    pub folder: PathBuf,
    pub version: i64,
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

/// A folder that no other test has.
pub fn fresh_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("flowright-lsp-{name}-{}", std::process::id()));
    let _old = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A copy of an example project.
pub fn example(name: &str, test: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flows").join(name);
    let to = fresh_folder(test);
    copy(&from, &to);
    to
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
}

impl Editor {
    /// An editor that has a folder open and can do what most can.
    pub fn open(folder: PathBuf) -> Self {
        Self::with(folder, json!({}))
    }

    /// The same that can do more.
    pub fn with(folder: PathBuf, capabilities: Json) -> Self {
        let mut editor = Self::started(folder);
        let params = json!({
            "processId": std::process::id(),
            "capabilities": capabilities,
            "workspaceFolders": [{ "uri": uri(&editor.folder), "name": "test" }],
        });
        editor.request("initialize", params);
        editor.notify("initialized", json!({}));
        editor
    }

    /// A server that nothing was said to yet.
    pub fn started(folder: PathBuf) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_flowright"))
            .arg("lsp")
            .env("XDG_CACHE_HOME", folder.join(".cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let mut from = BufReader::new(child.stdout.take().unwrap());
        let (sender, output) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut from) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let news = VecDeque::new();
        Self { child, input, output, news, next_id: 0, folder, version: 1 }
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub fn send(&mut self, message: &Json) {
        let body = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub fn notify(&mut self, method: &str, params: Json) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks without waiting; gives the request's number.
    pub fn ask(&mut self, method: &str, params: Json) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The answer to a request: its result or its error.
    pub fn answer(&mut self, id: i64) -> Result<Json, Json> {
        let until = Instant::now() + PATIENCE;
        loop {
            let message = self.next(until).unwrap_or_else(|| panic!("no answer to request {id}"));
            if message.get("method").is_none() && message["id"] == id {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
            self.take(message);
        }
    }

    pub fn request(&mut self, method: &str, params: Json) -> Json {
        self.try_request(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    pub fn try_request(&mut self, method: &str, params: Json) -> Result<Json, Json> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// Waits for a notification that is so.
    pub fn wait_for(&mut self, method: &str, is: impl Fn(&Json) -> bool) -> Json {
        let fits = |message: &Json| message["method"] == method && is(&message["params"]);
        if let Some(at) = self.news.iter().position(fits) {
            return self.news.remove(at).unwrap()["params"].clone();
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let message = self.next(until).unwrap_or_else(|| panic!("no {method}"));
            if fits(&message) {
                return message["params"].clone();
            }
            self.take(message);
        }
    }

    fn next(&mut self, until: Instant) -> Option<Json> {
        let left = until.saturating_duration_since(Instant::now());
        self.output.recv_timeout(left).ok()
    }

    /// Requests of the server are granted; what it says is kept.
    fn take(&mut self, message: Json) {
        match (message.get("id"), message.get("method")) {
            (Some(id), Some(_)) => {
                self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null }));
            }
            _ => self.news.push_back(message),
        }
    }

    /// The address of a file of the folder.
    pub fn uri(&self, file: &str) -> String {
        uri(&self.folder.join(file))
    }

    /// Opens a file of the folder with the text that it has there.
    pub fn open_file(&mut self, file: &str) -> String {
        let text = fs::read_to_string(self.folder.join(file)).unwrap();
        self.open_text(file, &text);
        text
    }

    pub fn open_text(&mut self, file: &str, text: &str) {
        let item = json!({
            "uri": self.uri(file), "languageId": "flow", "version": self.version, "text": text,
        });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Replaces a range of a file.
    pub fn edit(&mut self, file: &str, from: (u32, u32), to: (u32, u32), text: &str) {
        let change = json!({ "range": range(from, to), "text": text });
        self.changed(file, json!([change]));
    }

    /// Replaces all of a file.
    pub fn replace(&mut self, file: &str, text: &str) {
        self.changed(file, json!([{ "text": text }]));
    }

    pub fn changed(&mut self, file: &str, changes: Json) {
        self.version += 1;
        let document = json!({ "uri": self.uri(file), "version": self.version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// A request about a place in a file.
    pub fn at(&mut self, method: &str, file: &str, (line, character): (u32, u32)) -> Json {
        let params = self.place(file, (line, character));
        self.request(method, params)
    }

    /// The parameters of such a request.
    pub fn place(&self, file: &str, (line, character): (u32, u32)) -> Json {
        json!({
            "textDocument": { "uri": self.uri(file) },
            "position": { "line": line, "character": character },
        })
    }

    /// The findings of a file, as the editor asks for them.
    pub fn findings(&mut self, file: &str) -> Vec<Json> {
        let params = json!({ "textDocument": { "uri": self.uri(file) } });
        let report = self.request("textDocument/diagnostic", params);
        report["items"].as_array().cloned().unwrap_or_default()
    }

    /// The editor is gone.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Ends the server as an editor does; gives its exit code.
    pub fn quit(&mut self) -> Option<i32> {
        self.request("shutdown", Json::Null);
        self.notify("exit", Json::Null);
        self.input = None;
        self.child.wait().unwrap().code()
    }
}

/// Where a text is in another for the `number`th time, from 0: line and UTF-16 column.
pub fn find(text: &str, what: &str, number: usize) -> (u32, u32) {
    let (at, _) = text.match_indices(what).nth(number).unwrap_or_else(|| panic!("no {what}"));
    let before = &text[..at];
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or("").encode_utf16().count();
    (u32::try_from(line).unwrap(), u32::try_from(column).unwrap())
}

pub fn range(from: (u32, u32), to: (u32, u32)) -> Json {
    json!({
        "start": { "line": from.0, "character": from.1 },
        "end": { "line": to.0, "character": to.1 },
    })
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn read(from: &mut impl std::io::BufRead) -> Option<Json> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", n)) => length = n.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
