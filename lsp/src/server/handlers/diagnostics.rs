//! Findings that the editor asks for.

use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::*;

use crate::server::findings;
use crate::server::guard::guarded;
use crate::server::state::State;

/// The findings of a document.
pub async fn of_document(
    state: &State,
    params: DocumentDiagnosticParams,
) -> Result<DocumentDiagnosticReportResult> {
    let before = params.previous_result_id;
    let found =
        super::on_document(state, "textDocument/diagnostic", &params.text_document.uri, |at| {
            Ok(Some(findings::of_file(&at.places, at.file)))
        });
    let items = found.await?.unwrap_or_default();
    let id = findings::fingerprint(&items);
    let report = match before.as_ref() == Some(&id) {
        true => RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                result_id: id,
            },
        }
        .into(),
        false => RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                result_id: Some(id),
                items,
            },
        }
        .into(),
    };
    Ok(DocumentDiagnosticReportResult::Report(report))
}

/// The findings of all files of all projects.
pub async fn of_workspace(
    state: &State,
    params: WorkspaceDiagnosticParams,
) -> Result<WorkspaceDiagnosticReportResult> {
    let located: Vec<_> = state.projects().iter().map(|project| state.whole(project)).collect();
    let mut items = Vec::new();
    for located in located {
        // A project that was closed meanwhile has no findings.
        let Ok((places, _)) = located.places().await else { continue };
        let before = params.previous_result_ids.clone();
        items.extend(
            guarded("workspace/diagnostic", move || {
                let files = findings::of_project(&places).into_iter();
                Ok(files
                    .filter_map(|(label, found)| {
                        let uri = places.uri_of(&label)?;
                        let version = places.version(&label).map(i64::from);
                        let known = before.iter().find(|known| known.uri == uri);
                        Some(report(uri, version, known.map(|known| known.value.as_str()), found))
                    })
                    .collect::<Vec<_>>())
            })
            .await?,
        );
    }
    // Editors keep what they are not told otherwise: files that are gone have no findings.
    let is_told = |uri: &Uri| items.iter().any(|item| uri_of(item) == uri);
    let known = params.previous_result_ids.into_iter();
    let gone: Vec<_> = known.filter(|known| !is_told(&known.uri)).collect();
    let none = |known: PreviousResultId| report(known.uri, None, Some(&known.value), Vec::new());
    items.extend(gone.into_iter().map(none));
    Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
}

fn uri_of(report: &WorkspaceDocumentDiagnosticReport) -> &Uri {
    match report {
        WorkspaceDocumentDiagnosticReport::Full(report) => &report.uri,
        WorkspaceDocumentDiagnosticReport::Unchanged(report) => &report.uri,
    }
}

fn report(
    uri: Uri,
    version: Option<i64>,
    before: Option<&str>,
    items: Vec<Diagnostic>,
) -> WorkspaceDocumentDiagnosticReport {
    let id = findings::fingerprint(&items);
    match before == Some(id.as_str()) {
        true => WorkspaceDocumentDiagnosticReport::Unchanged(
            WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                    result_id: id,
                },
            },
        ),
        false => WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
            uri,
            version,
            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                result_id: Some(id),
                items,
            },
        }),
    }
}
