//! Findings as commands of GitHub Actions, which shows them on the lines of a pull request.

use super::place::Place;
use super::short::word;
use super::{Diagnostic, Report};

/// `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=…::message`, one a line.
#[must_use]
pub fn render_github(report: &Report<'_>) -> String {
    let mut text: String = report.findings.iter().map(|d| annotation(d, report)).collect();
    if report.cut > 0 {
        text.push_str(&format!("::notice title=flowright::and {} more findings\n", report.cut));
    }
    text
}

fn annotation(finding: &Diagnostic, report: &Report<'_>) -> String {
    let place = Place::new(finding.primary.at, report.sources);
    let mut message = finding.message.clone();
    for help in &finding.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let title = format!("{} {}", finding.code, finding.code.slug());
    format!(
        "::{} file={},line={},col={},endLine={},endColumn={},title={}::{}\n",
        word(finding.severity),
        property(place.file),
        place.line,
        place.column_utf16,
        place.end_line,
        place.end_column_utf16,
        property(&title),
        data(&message),
    )
}

/// The text behind `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{FileSpan, SourceMap, Span};
    use crate::diag::Code;

    #[test]
    fn what_github_would_take_for_its_own_is_escaped() {
        let mut sources = SourceMap::default();
        let file = sources.add("a,b:c%.flow", "修😀x\ny\n");
        let at = FileSpan { file, span: Span::new(7, 10) };
        let findings =
            [Diagnostic::new(Code::E0201, at, "100%, a: b\r\nc").help("one").help("two")];
        let report = Report { sources: &sources, findings: &findings, suppressed: &[], cut: 2 };
        assert_eq!(
            render_github(&report),
            "::error file=a%2Cb%3Ac%25.flow,line=1,col=4,endLine=2,endColumn=2,\
             title=E0201 unknown-name::100%25, a: b%0D%0Ac%0Ahelp: one%0Ahelp: two\n\
             ::notice title=flowright::and 2 more findings\n"
        );
    }
}
