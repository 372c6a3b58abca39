//! Findings as the protocol has them: the same that `flowright check` prints.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use flowright_compiler::base::{FileId, is_standard};
use flowright_compiler::diag::{Code, Diagnostic as Finding, Severity};
use tower_lsp_server::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    NumberOrString, Uri,
};

use super::places::Places;

/// Where the pages of the codes are.
const PAGES: &str = flowright_compiler::diag::sarif::PAGES;

/// The findings of a file.
pub fn of_file(places: &Places, file: FileId) -> Vec<Diagnostic> {
    let all = places.snapshot.analysis.diagnostics.iter();
    all.filter(|finding| finding.primary.at.file == file).map(|f| one(places, f)).collect()
}

/// The findings of all files, those without any included; files of the standard library only where
/// there are some.
pub fn of_project(places: &Places) -> BTreeMap<String, Vec<Diagnostic>> {
    let sources = &places.snapshot.analysis.sources;
    let mut by_file: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
    for finding in &places.snapshot.analysis.diagnostics {
        by_file.entry(finding.primary.at.file).or_default().push(one(places, finding));
    }
    let of = |(id, file): (FileId, &flowright_compiler::base::SourceFile)| {
        let findings = by_file.remove(&id).unwrap_or_default();
        let is_shown = !is_standard(&file.label) || !findings.is_empty();
        is_shown.then(|| (file.label.clone(), findings))
    };
    sources.iter().filter_map(of).collect()
}

/// What findings are known by: the same for the same findings.
pub fn fingerprint(findings: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    for finding in findings {
        // Findings are plain data: they can always be written.
        serde_json::to_string(finding).unwrap_or_default().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// A finding.
pub fn one(places: &Places, finding: &Finding) -> Diagnostic {
    let related = finding.related.iter().filter_map(|label| {
        let location = places.location(label.at)?;
        Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: places.range(finding.primary.at),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(finding.code.as_str().to_owned())),
        code_description: page(finding.code).map(|href| CodeDescription { href }),
        source: Some("flowright".to_owned()),
        message: message(finding),
        related_information: Some(related).filter(|related| !related.is_empty()),
        tags: is_unused(finding.code).then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}

/// The finding, what is said at its place, and the ways out.
fn message(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if !finding.primary.text.is_empty() {
        text.push_str(&format!(": {}", finding.primary.text));
    }
    for help in &finding.help {
        text.push_str(&format!("\nhelp: {help}"));
    }
    text
}

fn page(code: Code) -> Option<Uri> {
    format!("{PAGES}/{code}.md").parse().ok()
}

/// Whether what is found is never used: editors show it paler.
const fn is_unused(code: Code) -> bool {
    matches!(code, Code::W0401 | Code::W0403 | Code::E0404)
}
