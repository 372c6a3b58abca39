//! The files that `source` names, before anything else is known of the project.

use flowright_nlu::value::Date;

use crate::base::{FileId, FileSpan, SourceMap, SourceProvider};
use crate::sema::File;
use crate::syntax::ast::DeclKind;

/// The files of a project's knowledge bases.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(super) sources: Vec<Named>,
    pub(super) today: Option<Date>,
}

/// A path behind `source`.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) base: String,
    pub(super) path: String,
    pub(super) at: FileSpan,
    pub(super) place: Place,
}

/// What is there.
#[derive(Debug)]
pub(super) enum Place {
    Files(Vec<FileId>),
    Missing,
    Outside,
}

impl Sources {
    /// Looks for the files that declarations name, and adds them to the sources.
    pub(crate) fn read(
        files: &[File],
        sources: &mut SourceMap,
        provider: &dyn SourceProvider,
    ) -> Result<Self, String> {
        let mut named = Vec::new();
        for file in files {
            for decl in &file.parsed.decls {
                let DeclKind::Knowledge(base) = &decl.node.kind else { continue };
                for path in &base.sources {
                    let at = FileSpan { file: file.id, span: path.span.shifted(decl.origin) };
                    let place = find(&path.value, sources, provider)?;
                    let (base, path) = (base.name.text.clone(), path.value.clone());
                    named.push(Named { base, path, at, place });
                }
            }
        }
        Ok(Self { today: provider.today().filter(|_| !named.is_empty()), sources: named })
    }
}

fn find(
    path: &str,
    sources: &mut SourceMap,
    provider: &dyn SourceProvider,
) -> Result<Place, String> {
    let Some(inside) = inside(path) else { return Ok(Place::Outside) };
    let Some(mut files) = provider.articles(&inside)? else { return Ok(Place::Missing) };
    files.sort();
    Ok(Place::Files(files.into_iter().map(|(label, text)| sources.add(label, text)).collect()))
}

/// A path without what says nothing, if it stays inside the project.
fn inside(path: &str) -> Option<String> {
    let leads_out = path.starts_with('/') || path.contains(['\\', ':', '\0']);
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if leads_out || parts.contains(&"..") {
        return None;
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}
