//! Addresses, modules and folders that a text names.

use flowright_compiler::base::{FileId, Span};
use flowright_compiler::syntax::ast::DeclKind;
use flowright_compiler::syntax::{TokenKind, lex};

use super::snapshot::Snapshot;

/// A place in a text that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where.
    pub at: Span,
    /// Whither.
    pub target: Target,
}

/// Whither a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An address of the web.
    Address(String),
    /// A standard module.
    Module(String),
    /// A folder of articles, as it is named in the project.
    Folder(String),
}

/// The links of a file, in the order of the text.
#[must_use]
pub fn links(snapshot: &Snapshot, file: FileId) -> Vec<Link> {
    let (Some(source), Some(known)) = (snapshot.source(file), snapshot.model.file(file)) else {
        return Vec::new();
    };
    let mut links = Vec::new();
    for decl in &known.parsed.decls {
        match &decl.node.kind {
            DeclKind::Use(module) => links.push(Link {
                at: module.span.shifted(decl.origin),
                target: Target::Module(module.text.clone()),
            }),
            DeclKind::Knowledge(knowledge) => {
                links.extend(knowledge.sources.iter().map(|source| Link {
                    at: source.span.shifted(decl.origin),
                    target: Target::Folder(source.value.clone()),
                }));
            }
            _ => {}
        }
    }
    for token in lex(&source.text) {
        let is_text = matches!(
            token.kind,
            TokenKind::StringText | TokenKind::Comment | TokenKind::DocComment
        );
        let Some(text) = source.text.get(token.span.range()).filter(|_| is_text) else { continue };
        links.extend(addresses(text).map(|(start, address)| {
            let start = token.span.start + u32::try_from(start).unwrap_or_default();
            let end = start + u32::try_from(address.len()).unwrap_or_default();
            Link { at: Span::new(start, end), target: Target::Address(address.to_owned()) }
        }));
    }
    links.sort_by_key(|link| link.at);
    links
}

/// Addresses in a text, each with where it begins.
fn addresses(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text.match_indices("http").map(|(at, _)| at);
    starts.filter_map(|at| {
        let rest = text.get(at..)?;
        let is_address = rest.starts_with("https://") || rest.starts_with("http://");
        let end = rest.find(|c: char| c.is_whitespace() || "\"'<>{}，。）)".contains(c));
        let address = rest.get(..end.unwrap_or(rest.len()))?.trim_end_matches(['.', ',', ';']);
        (is_address && address.len() > "https://".len()).then_some((at, address))
    })
}
