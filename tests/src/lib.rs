//! What the cross-crate tests share: projects on the disk, servers on free ports, a client.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "this crate is only for tests"
)]

pub mod big;
pub mod mail;
pub mod memory;
pub mod pages;
pub mod programs;
pub mod seeds;

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use flowright_codegen::JitProgram;
use flowright_compiler::base::SourceProvider;
use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_crm::{Crm, Data};
use flowright_engine::LoadedProgram;
use flowright_engine::model::Session;
use flowright_engine::transcript::{ReportLine, run_test_with};
use flowright_runtime::clock::Clock;
use flowright_runtime::knowledge::{find, index_of};
use flowright_runtime::programs::Loader;
use flowright_runtime::service::{Handle, Options, Service};
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value as Json;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A bot that rents machines: it asks, books at a desk, calls back later and hands over. For tests of
/// what is lost and what happens twice.
pub const SHOP: &str = include_str!("shop.flow");

/// A bot that counts what it hears and says it back, until it hears `stop`; at `human` it hands over, and
/// it asks after an hour of silence. For tests of how it is carried, not of what it says.
pub const ECHO: &str = include_str!("echo.flow");

/// A bot with everything that the web widget can show. For tests in a browser.
pub const WIDGET: &str = include_str!("widget.flow");

/// The repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A folder of `.flow` files, without folders in it.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl SourceProvider for Folder {
    fn sources(&self) -> Result<Vec<(String, Arc<str>)>, String> {
        let mut sources = Vec::new();
        for entry in std::fs::read_dir(&self.0).map_err(|e| e.to_string())? {
            let path = entry.map_err(|e| e.to_string())?.path();
            if path.extension().is_some_and(|ext| ext == "flow") {
                let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
                let label = path.file_name().unwrap().to_string_lossy().into_owned();
                sources.push((label, text.into()));
            }
        }
        Ok(sources)
    }

    fn articles(&self, path: &str) -> Result<Option<Vec<(String, Arc<str>)>>, String> {
        let Ok(entries) = std::fs::read_dir(self.0.join(path)) else { return Ok(None) };
        let mut articles = Vec::new();
        for entry in entries {
            let file = entry.map_err(|e| e.to_string())?.path();
            let text = std::fs::read_to_string(&file).map_err(|e| e.to_string())?;
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            articles.push((format!("{path}/{name}"), text.into()));
        }
        Ok(Some(articles))
    }
}

/// The bundle of an example project.
#[must_use]
pub fn bundle_of(project: &str) -> Vec<u8> {
    let compiled =
        flowright_compiler::compile(&Folder(root().join("flows").join(project))).unwrap();
    let shown: Vec<_> = compiled.analysis.diagnostics.iter().filter(|d| d.is_error()).collect();
    let bundle = compiled.bundle.unwrap_or_else(|| panic!("{project}: {shown:?}"));
    bundle::write(&bundle).unwrap().bytes
}

/// The bundle of a project in one text.
#[must_use]
pub fn bundle_of_text(text: &str) -> Vec<u8> {
    let compiled = flowright_compiler::compile(&MemorySources::one("a.flow", text)).unwrap();
    let shown: Vec<_> = compiled.analysis.diagnostics.iter().map(|d| &d.message).collect();
    let bundle = compiled.bundle.unwrap_or_else(|| panic!("{shown:?}"));
    bundle::write(&bundle).unwrap().bytes
}

/// The project that changes orders, with other channels in place of its own, and lines of the customer's
/// profile by which the records know her there.
#[must_use]
pub fn order_change_on(channels: &str, customer: &str) -> String {
    let folder = root().join("flows/order_change");
    let parts = ["bot", "change_delivery_date", "orders", "other_requests", "routing"];
    let read = |name| std::fs::read_to_string(folder.join(format!("{name}.flow"))).unwrap();
    let text: String = parts.map(read).join("\n");
    let own = |line: &&str| !line.starts_with("channel ");
    let text: String = text.lines().filter(own).map(|line| format!("{line}\n")).collect();
    let profile = format!("customer {{\n{customer}");
    format!("{}\n{channels}\n", text.replacen("customer {", &profile, 1))
}

/// A bundle ready to run, interpreted or as machine code.
///
/// # Errors
/// Why it is none.
pub fn load(bytes: &[u8], jit: bool) -> Result<LoadedProgram, String> {
    let (bundle, hash) = bundle::read(bytes).map_err(|e| e.to_string())?;
    let loaded = LoadedProgram::interpreted(bundle, hash).map_err(|e| e.to_string())?;
    if !jit {
        return Ok(loaded);
    }
    let machine = JitProgram::compile(loaded.program.clone()).map_err(|e| e.to_string())?;
    Ok(loaded.with_executor(Arc::new(machine)))
}

/// Runs all tests of a bundle in the interpreter and as machine code: how many ran, and those that
/// failed, with their conversations.
#[must_use]
pub fn run_tests(name: &str, bytes: &[u8]) -> (usize, Vec<String>) {
    let (mut count, mut failed) = (0, Vec::new());
    for jit in [false, true] {
        let program = load(bytes, jit).unwrap();
        let articles = index_of(&program.program).unwrap();
        let find = |session: &Session, text: &str| find(&articles, &program, session, text);
        for test in &program.program.tests {
            count += 1;
            let report = run_test_with(&program, test, &find);
            if let Some(failure) = &report.failure {
                let line = |l: &ReportLine| format!("    {:5} {}\n", l.who, l.text);
                let lines: String = report.lines.iter().map(line).collect();
                failed.push(format!("{name}, jit {jit}, {}:\n{lines}    {failure:?}", report.name));
            }
        }
    }
    (count, failed)
}

/// A clock that is set by hand.
#[derive(Debug)]
pub struct ManualClock {
    now_ms: watch::Sender<i64>,
}

impl ManualClock {
    /// At an instant such as `2026-06-01T01:00:00Z`.
    #[must_use]
    pub fn at(instant: &str) -> Arc<Self> {
        let at: jiff::Timestamp = instant.parse().unwrap();
        Arc::new(Self { now_ms: watch::Sender::new(at.as_millisecond()) })
    }

    pub fn advance_ms(&self, ms: i64) {
        self.now_ms.send_modify(|now| *now += ms);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        *self.now_ms.borrow()
    }

    /// Until that time, or until so much has passed where everybody lives.
    fn sleep_until(&self, at_ms: i64) -> BoxFuture<'static, ()> {
        let mut now = self.now_ms.subscribe();
        let left = u64::try_from(at_ms - *now.borrow()).unwrap_or(0);
        Box::pin(async move {
            let reached = now.wait_for(|now| *now >= at_ms);
            let _ = tokio::time::timeout(Duration::from_millis(left), reached).await;
        })
    }
}

/// A file name in a folder that nobody else has. The folder goes when this goes.
#[derive(Debug)]
pub struct Fresh {
    folder: PathBuf,
    path: PathBuf,
}

impl Fresh {
    #[must_use]
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let folder = format!("flowright-tests-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { path: folder.join(name), folder }
    }
}

impl Deref for Fresh {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // A database is closed by its own threads, a little later perhaps: its files go all the same.
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("{} is left behind: {error}", self.folder.display());
        }
    }
}

/// A CRM on a port of its own.
pub async fn start_crm() -> (Crm, SocketAddr) {
    let crm = Crm::new(Data::example(jiff::civil::date(2026, 6, 1)).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(crm.clone().serve(listener));
    (crm, address)
}

/// A server of an example project with its CRM, at 09:00 on 1 June 2026 in Shanghai.
pub struct World {
    pub crm: Crm,
    pub server: Handle,
    pub clock: Arc<ManualClock>,
    pub store: Fresh,
    crm_address: SocketAddr,
    bundle: Vec<u8>,
}

impl World {
    pub async fn start(project: &str) -> Self {
        Self::start_with(project, |options| options).await
    }

    pub async fn start_with(project: &str, change: impl FnOnce(Options) -> Options) -> Self {
        Self::start_bundle(bundle_of(project), change).await
    }

    pub async fn start_bundle(bundle: Vec<u8>, change: impl FnOnce(Options) -> Options) -> Self {
        let (crm, crm_address) = start_crm().await;
        let clock = ManualClock::at("2026-06-01T01:00:00Z");
        let store = Fresh::new("store.sqlite");
        let options = change(options(&store, crm_address, &clock));
        let server = Service::start(&bundle, loader(), options).await.unwrap();
        Self { crm, server, clock, store, crm_address, bundle }
    }

    /// The server stopped and started again on the same store.
    pub async fn restart(self) -> Self {
        self.restart_as(|options| options).await
    }

    /// The same with other options.
    pub async fn restart_as(self, change: impl FnOnce(Options) -> Options) -> Self {
        self.restart_after(|_| {}, None, change).await
    }

    /// The same with another program for new sessions.
    pub async fn restart_with(self, bundle: Vec<u8>) -> Self {
        self.restart_after(|_| {}, Some(bundle), |options| options).await
    }

    /// The same with something done to the store while nobody has it open, and another program.
    pub async fn restart_after(
        self,
        work: impl FnOnce(&Path),
        bundle: Option<Vec<u8>>,
        change: impl FnOnce(Options) -> Options,
    ) -> Self {
        let mut stopped = self.stop().await;
        work(&stopped.store);
        stopped.bundle = bundle.unwrap_or(stopped.bundle);
        stopped.start(change).await
    }

    /// The server stopped, until it is started again.
    pub async fn stop(self) -> Stopped {
        let Self { crm, server, clock, store, crm_address, bundle } = self;
        server.stop().await;
        Stopped { crm, clock, store, crm_address, bundle }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// Sends a customer's message; the status and answer.
    pub async fn post(&self, session: &str, body: Json) -> (u16, Json) {
        let url = self.url(&format!("/v1/sessions/{session}/messages"));
        send(&url, "POST", Some(body), &[]).await
    }

    /// Sends a message that is carried out; what the bot says.
    pub async fn say(&self, session: &str, id: &str, text: &str, customer: &str) -> Vec<String> {
        let tier = if customer == "C-1001" { "gold" } else { "silver" };
        let body = serde_json::json!({
            "id": id, "text": text, "customer": { "id": customer, "tier": tier },
        });
        let (status, answer) = self.post(session, body).await;
        assert_eq!(status, 200, "{answer}");
        texts(&answer)
    }

    /// The same of a bot that knows nothing of its customers.
    pub async fn say_plain(&self, session: &str, id: &str, text: &str) -> Vec<String> {
        let (status, answer) =
            self.post(session, serde_json::json!({ "id": id, "text": text })).await;
        assert_eq!(status, 200, "{answer}");
        texts(&answer)
    }

    pub async fn session(&self, session: &str) -> Json {
        send(&self.url(&format!("/v1/sessions/{session}")), "GET", None, &[]).await.1
    }
}

/// What is left of a [`World`] without its server.
pub struct Stopped {
    crm: Crm,
    clock: Arc<ManualClock>,
    store: Fresh,
    crm_address: SocketAddr,
    bundle: Vec<u8>,
}

impl Stopped {
    pub async fn start(self, change: impl FnOnce(Options) -> Options) -> World {
        let Self { crm, clock, store, crm_address, bundle } = self;
        let options = change(options(&store, crm_address, &clock));
        let server = Service::start(&bundle, loader(), options).await.unwrap();
        World { crm, server, clock, store, crm_address, bundle }
    }
}

fn options(store: &Path, crm: SocketAddr, clock: &Arc<ManualClock>) -> Options {
    let mut options = Options::local(store.to_owned());
    options.variables.insert("CRM_URL".to_owned(), format!("http://{crm}").into());
    options.clock = Arc::<ManualClock>::clone(clock);
    options
}

fn loader() -> Loader {
    Arc::new(|bytes| load(bytes, true))
}

/// The texts of an answer's replies.
#[must_use]
pub fn texts(answer: &Json) -> Vec<String> {
    let replies = answer.get("replies").and_then(Json::as_array).unwrap();
    replies.iter().map(|r| r.get("text").unwrap().as_str().unwrap().to_owned()).collect()
}

/// One request; the status and the JSON of the answer (null when it is none).
pub async fn send(
    url: &str,
    method: &str,
    body: Option<Json>,
    headers: &[(&str, &str)],
) -> (u16, Json) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let mut request = hyper::Request::builder().method(method).uri(url);
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map(|json| json.to_string()).unwrap_or_default();
    let response = client.request(request.body(Full::new(body.into())).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
}
