//! The language server at its standard input and output: from a keystroke to the findings, and what
//! requests take, in a project of 1,000 lines and in one of 100,000, beside a request that does nothing.
//!
//! The server is a process of its own: this program, started again.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark may stop at the first surprise"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flowright_compiler::base::Texts;
use flowright_lsp::server::{Host, serve};
use flowright_nlu::Encoder;
use flowright_nlu::value::Date;
use flowright_tests::big;
use serde_json::{Value, json};

// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Lines of the projects.
const SIZES: [usize; 2] = [1_000, 100_000];
/// How often each is measured.
const ROUNDS: usize = 60;
/// Edits after which memory is looked at again.
const EDITS: usize = 10_000;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("--serve") {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.unwrap();
        runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), Arc::new(Disk)));
        runtime.shutdown_background();
        return;
    }
    println!(
        "{:>8}  {:<44} {:>8} {:>8} {:>8}  beside nothing",
        "lines", "", "p50 ms", "p95 ms", "max ms"
    );
    for size in SIZES {
        measure(size);
    }
}

/// Files as they are.
struct Disk;

impl Host for Disk {
    fn flows(&self, folder: &Path) -> Result<Texts, String> {
        let entries = fs::read_dir(folder).map_err(|e| e.to_string())?;
        let paths = entries.flatten().map(|entry| entry.path());
        let flows = paths.filter(|path| path.extension().is_some_and(|ext| ext == "flow"));
        Ok(flows
            .map(|path| {
                let label = path.file_name().unwrap().to_string_lossy().into_owned();
                (label, fs::read_to_string(path).unwrap().into())
            })
            .collect())
    }

    fn flow(&self, folder: &Path, label: &str) -> Result<Option<Arc<str>>, String> {
        Ok(fs::read_to_string(folder.join(label)).ok().map(Into::into))
    }

    fn articles(&self, _: &Path, _: &str) -> Result<Option<Texts>, String> {
        Ok(None)
    }

    fn encoder(&self, _: &Path) -> Result<Option<Arc<dyn Encoder>>, String> {
        Ok(None)
    }

    fn today(&self) -> Date {
        Date::from_ymd(2026, 6, 1).unwrap()
    }

    fn standard_folder(&self) -> Option<PathBuf> {
        None
    }
}

fn measure(size: usize) {
    let folder = std::env::temp_dir().join(format!("flowright-bench-editor-{size}"));
    let _old = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("flowright.toml"), "").unwrap();
    let texts = big::project(size);
    for (label, text) in &texts {
        fs::write(folder.join(label), &**text).unwrap();
    }
    let lines: usize = texts.iter().map(|(_, text)| text.lines().count()).sum();
    let (file, text) = texts.iter().find(|(_, text)| text.contains("do permit = ")).unwrap();
    let begun = Instant::now();
    let mut editor = Editor::start(&folder);
    editor.wait_for("flowright/checked");
    let cold = begun.elapsed();
    editor.open(file, text);
    editor.wait_for("flowright/checked");
    let place = Place::new(text);
    let nothing = times(|| drop(editor.request("flowright/status", json!({}))));
    let table = |what: &str, took: &mut Vec<Duration>| {
        let beside =
            percentile(took, 95).as_secs_f64() / percentile(&mut nothing.clone(), 95).as_secs_f64();
        print_row(lines, what, took, Some(beside));
    };
    print_row(lines, "a request that does nothing", &mut nothing.clone(), None);
    print_row(lines, "from the start to the first findings", &mut [cold], None);
    // A letter into a text of a flow, and out again; each time all findings are there when it is over.
    let mut letter = false;
    table(
        "from a keystroke to the findings",
        &mut times(|| {
            letter = !letter;
            editor.type_letter(file, place.text, letter);
            editor.wait_for("flowright/checked");
        }),
    );
    // A word that is no name: then the findings are sent.
    let mut wrong = false;
    table(
        "from a wrong name to its finding",
        &mut times(|| {
            wrong = !wrong;
            editor.type_letter(file, place.state, wrong);
            editor.wait_for("textDocument/publishDiagnostics");
        }),
    );
    editor.wait_until_still();
    let at = |(line, character): (u32, u32)| {
        json!({ "textDocument": { "uri": uri(&folder, file) },
            "position": { "line": line, "character": character } })
    };
    table(
        "completion of a name",
        &mut times(|| {
            drop(editor.request("textDocument/completion", at(place.state)));
        }),
    );
    let mut typed = false;
    table(
        "completion right after a keystroke",
        &mut times(|| {
            typed = !typed;
            editor.type_letter(file, place.text, typed);
            drop(editor.request("textDocument/completion", at(place.state)));
        }),
    );
    editor.wait_until_still();
    table("hover", &mut times(|| drop(editor.request("textDocument/hover", at(place.slot)))));
    table(
        "definition",
        &mut times(|| drop(editor.request("textDocument/definition", at(place.state)))),
    );
    let mut renamed = at(place.action);
    renamed["newName"] = "crm.allowed".into();
    let edit = editor.request("textDocument/rename", renamed.clone());
    let places: usize = edit["changes"]
        .as_object()
        .unwrap()
        .values()
        .map(|all| all.as_array().unwrap().len())
        .sum();
    table(
        &format!("rename of an action at {places} places"),
        &mut times(|| {
            drop(editor.request("textDocument/rename", renamed.clone()));
        }),
    );
    table(
        "all names of the project that fit a word",
        &mut times(|| {
            drop(editor.request("workspace/symbol", json!({ "query": "locate" })));
        }),
    );
    let document = json!({ "textDocument": { "uri": uri(&folder, file) } });
    table(
        "colours",
        &mut times(|| {
            drop(editor.request("textDocument/semanticTokens/full", document.clone()));
        }),
    );
    let before = editor.memory();
    let edits = if size > 10_000 { EDITS / 10 } else { EDITS };
    for number in 0..edits {
        editor.type_letter(file, place.text, number % 2 == 0);
        if number % 10 == 9 {
            drop(editor.request("textDocument/documentSymbol", document.clone()));
        }
    }
    editor.wait_until_still();
    let after = editor.memory();
    println!("{lines:>8}  memory {before:.0} MiB, after {edits} edits {after:.0} MiB");
    editor.child.kill().unwrap();
    editor.child.wait().unwrap();
    fs::remove_dir_all(&folder).unwrap();
}

fn times(mut work: impl FnMut()) -> Vec<Duration> {
    let one = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    };
    (0..ROUNDS).map(one).collect()
}

fn percentile(took: &mut [Duration], percent: usize) -> Duration {
    took.sort();
    let at = (took.len() * percent / 100).min(took.len() - 1);
    took.get(at).copied().unwrap()
}

fn print_row(lines: usize, what: &str, took: &mut [Duration], beside: Option<f64>) {
    let ms = |percent: usize, took: &mut [Duration]| percentile(took, percent).as_secs_f64() * 1e3;
    let (p50, p95, max) = (ms(50, took), ms(95, took), ms(100, took));
    let beside = beside.map_or(String::new(), |times| format!("{times:.1}"));
    println!("{lines:>8}  {what:<44} {p50:>8.2} {p95:>8.2} {max:>8.2}  {beside}");
}

/// Places in a file of the project: a text, a state's name, a slot's, an action's.
struct Place {
    text: (u32, u32),
    state: (u32, u32),
    slot: (u32, u32),
    action: (u32, u32),
}

impl Place {
    fn new(text: &str) -> Self {
        let find = |what: &str| {
            let at = text.find(what).unwrap_or_else(|| panic!("no {what}")) + what.len();
            let before = text.get(..at).unwrap();
            let line = before.matches('\n').count();
            let column = before.rsplit('\n').next().unwrap_or("").encode_utf16().count();
            (u32::try_from(line).unwrap(), u32::try_from(column).unwrap())
        };
        let (line, column) = find("    fill order");
        Self {
            text: find("ask { en \""),
            state: find("    -> co"),
            slot: (line, column - 2),
            action: find("do permit = "),
        }
    }
}

fn uri(folder: &Path, file: &str) -> String {
    format!("file://{}", folder.join(file).display())
}

struct Editor {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: PathBuf,
    number: i64,
}

impl Editor {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("--serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::with_capacity(1 << 20, child.stdout.take().unwrap());
        let mut editor = Self { child, input, output, folder: folder.to_owned(), number: 0 };
        let folders = json!([{ "uri": format!("file://{}", folder.display()), "name": "bench" }]);
        editor.request("initialize", json!({ "capabilities": {}, "workspaceFolders": folders }));
        editor.notify("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let id = self.number;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.read();
            if message["id"] == id && message.get("method").is_none() {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    fn wait_for(&mut self, method: &str) -> Value {
        loop {
            let message = self.read();
            if message["method"] == method {
                return message["params"].clone();
            }
        }
    }

    /// Nothing is checked any more.
    fn wait_until_still(&mut self) {
        let symbols = self.request("workspace/symbol", json!({ "query": "zzz" }));
        assert_eq!(symbols, json!([]));
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server is gone");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", n)) => length = n.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn open(&mut self, file: &str, text: &str) {
        let item = json!({ "uri": uri(&self.folder, file), "languageId": "flow", "version": 0, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Puts a letter at a place, or takes it away again.
    fn type_letter(&mut self, file: &str, (line, character): (u32, u32), there: bool) {
        self.number += 1;
        let end = if there { character } else { character + 1 };
        let range = json!({ "start": { "line": line, "character": character },
            "end": { "line": line, "character": end } });
        let params = json!({
            "textDocument": { "uri": uri(&self.folder, file), "version": self.number },
            "contentChanges": [{ "range": range, "text": if there { "x" } else { "" } }],
        });
        self.notify("textDocument/didChange", params);
    }

    /// What the server's process holds, MiB.
    fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kib / 1024.0
    }
}
