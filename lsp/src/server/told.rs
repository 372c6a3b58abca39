//! Passes on to the editor what checks have found.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::notification::Notification;
use tower_lsp_server::ls_types::{MessageType, ProgressToken, Uri};

use super::can::Can;
use super::findings;
use super::guard::guarded;
use super::places::Places;
use super::project::{Project, Root, Told};
use super::state::State;
use super::trials::Trials;

/// A check that takes longer than this is shown as work under way.
const PROGRESS_AFTER: Duration = Duration::from_millis(300);

/// Says that a project was checked: status lines and pictures follow it.
#[derive(Debug)]
pub enum CheckedNotification {}

impl Notification for CheckedNotification {
    type Params = Checked;
    const METHOD: &'static str = "flowright/checked";
}

/// Says that a project is not looked at any more.
#[derive(Debug)]
pub enum ClosedNotification {}

impl Notification for ClosedNotification {
    type Params = serde_json::Value;
    const METHOD: &'static str = "flowright/closed";
}

/// How a check went.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Checked {
    /// The project's folder, as an address.
    pub project: String,
    /// Counts its checks.
    pub revision: u64,
    /// How many errors it has.
    pub errors: usize,
    /// How many warnings it has.
    pub warnings: usize,
    /// How many files it has.
    pub files: usize,
    /// How long the check took, ms.
    pub ms: u64,
}

/// Passes it on until the server ends.
pub async fn pass_on(
    client: Client,
    state: Arc<State>,
    trials: Arc<Trials>,
    mut told: mpsc::UnboundedReceiver<Told>,
) {
    // What each file of a project was said to have last.
    let mut said: HashMap<Root, Said> = HashMap::new();
    while let Some(first) = told.recv().await {
        let mut news = vec![first];
        while let Ok(more) = told.try_recv() {
            news.push(more);
        }
        for news in newest(news) {
            match news {
                Told::Checked { project, found, ms } if !project.is_over() => {
                    let places = state.whole(&project).now(found);
                    let said = said.entry(project.root.clone()).or_default();
                    tell(&client, state.can(), &trials, places, ms, said).await;
                }
                // It was closed meanwhile.
                Told::Checked { .. } => {}
                Told::Closed(project) => {
                    for uri in said.remove(&project.root).unwrap_or_default().into_values() {
                        client.publish_diagnostics(uri.0, Vec::new(), None).await;
                    }
                    let closed = json!({ "project": project_address(&project.root) });
                    client.send_notification::<ClosedNotification>(closed).await;
                    forget(&trials, project).await;
                }
                Told::Begun(project) => {
                    if state.can().progress {
                        tokio::spawn(show_progress(client.clone(), project));
                    }
                }
                Told::Trouble(why) => {
                    client.show_message(MessageType::ERROR, format!("Flowright: {why}")).await;
                }
            }
        }
    }
}

/// What a file was said to have: its address then, and what the findings are known by.
type Said = HashMap<String, (Uri, String)>;

/// The same without checks that a later one of the same project makes old.
fn newest(news: Vec<Told>) -> Vec<Told> {
    let mut newest: Vec<Told> = Vec::with_capacity(news.len());
    for one in news {
        if let Told::Checked { project, .. } = &one {
            newest.retain(|before| match before {
                Told::Checked { project: of, .. } => !Arc::ptr_eq(of, project),
                _ => true,
            });
        }
        newest.push(one);
    }
    newest
}

/// A project was checked.
async fn tell(
    client: &Client,
    can: Can,
    trials: &Arc<Trials>,
    places: Places,
    ms: u64,
    said: &mut Said,
) {
    if can.pull_diagnostics {
        if can.refresh_diagnostics {
            let client = client.clone();
            tokio::spawn(async move { client.workspace_diagnostic_refresh().await });
        }
    } else {
        push(client, &places, said).await;
    }
    refresh(client, can);
    client.send_notification::<CheckedNotification>(checked(&places, ms)).await;
    follow(client, trials, places).await;
}

/// A project is not looked at any more.
async fn forget(trials: &Arc<Trials>, project: Arc<Project>) {
    let trials = Arc::clone(trials);
    let forgot = guarded("forgetting a project", move || {
        trials.lock().forget(&project);
        Ok(())
    });
    // What failed is in the log.
    let _logged = forgot.await;
}

/// Conversations go on in what was checked.
async fn follow(client: &Client, trials: &Arc<Trials>, places: Places) {
    let trials = Arc::clone(trials);
    let followed = guarded("following conversations", move || Ok(trials.lock().follow(&places)));
    // What failed is in the log; the conversations stay where they were.
    for conversation in followed.await.unwrap_or_default() {
        let changed = json!({ "conversation": conversation });
        client.send_notification::<ConversationChanged>(changed).await;
    }
}

/// Says that a conversation goes on in other sources, or does not.
#[derive(Debug)]
pub enum ConversationChanged {}

impl Notification for ConversationChanged {
    type Params = serde_json::Value;
    const METHOD: &'static str = "flowright/conversation/changed";
}

/// Says that a project is checked for the first time, where that takes long.
async fn show_progress(client: Client, project: Arc<Project>) {
    if timeout(PROGRESS_AFTER, project.at_least(1)).await.is_ok() {
        return;
    }
    let address = project_address(&project.root);
    let token = ProgressToken::String(format!("flowright/{address}"));
    if client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    let name = address.rsplit('/').next().unwrap_or_default().to_owned();
    let progress = client.progress(token, "Flowright").with_message(format!("checking {name}"));
    let progress = progress.begin().await;
    // A project that is closed meanwhile is not checked any more, either.
    let _checked_or_closed = project.at_least(1).await;
    progress.finish().await;
}

/// Hints and lenses speak of other files, too: the editor asks for them again.
fn refresh(client: &Client, can: Can) {
    if can.refresh_hints {
        let client = client.clone();
        tokio::spawn(async move { client.inlay_hint_refresh().await });
    }
    if can.refresh_lenses {
        let client = client.clone();
        tokio::spawn(async move { client.code_lens_refresh().await });
    }
}

async fn push(client: &Client, places: &Places, said: &mut Said) {
    let mut now = findings::of_project(places);
    // A file that is gone has no findings any more.
    for label in said.keys() {
        now.entry(label.clone()).or_default();
    }
    for (label, found) in now {
        let Some(uri) = places.uri_of(&label) else { continue };
        let fingerprint = findings::fingerprint(&found);
        let known = said.get(&label);
        let is_known =
            known.map_or(found.is_empty(), |known| *known == (uri.clone(), fingerprint.clone()));
        if is_known {
            continue;
        }
        said.insert(label.clone(), (uri.clone(), fingerprint));
        client.publish_diagnostics(uri, found, places.version(&label)).await;
    }
}

fn checked(places: &Places, ms: u64) -> Checked {
    let analysis = &places.snapshot.analysis;
    Checked {
        project: project_address(&places.project.root),
        revision: places.snapshot.revision,
        errors: analysis.errors(),
        warnings: analysis.warnings(),
        files: analysis.files.iter().filter(|file| !file.is_std).count(),
        ms,
    }
}

/// The address of a project.
pub fn project_address(root: &Root) -> String {
    match root {
        Root::Folder(folder) => tower_lsp_server::ls_types::Uri::from_file_path(folder)
            .map(|uri| uri.as_str().to_owned())
            .unwrap_or_default(),
        Root::Alone(uri) => uri.clone(),
    }
}
