//! Lines above declarations: how often something is named, and what can be done with it.

use flowright_compiler::base::{FileId, FileSpan, Span};
use flowright_compiler::syntax::ast::DeclKind;

use super::model::declared;
use super::navigate::references;
use super::snapshot::Snapshot;
use super::symbols::{Kind, Role, Symbol};

/// A line above a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The name that it stands above.
    pub at: Span,
    /// What it offers.
    pub what: What,
}

/// What a lens offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// All places that name it.
    References(Symbol),
    /// To run a test.
    Run(String),
    /// To go through it step by step.
    Debug(String),
    /// To talk to a flow.
    Talk(String),
    /// To draw it.
    Graph(String),
}

/// The lenses of a file. Those of the standard library only say where it is used.
#[must_use]
pub fn lenses(snapshot: &Snapshot, file: FileId) -> Vec<Lens> {
    let Some(known) = snapshot.model.file(file) else { return Vec::new() };
    let label = snapshot.source(file).map_or("", |source| &source.label);
    let mut found = Vec::new();
    for decl in &known.parsed.decls {
        let put = |found: &mut Vec<Lens>, at: Span, what: What| {
            found.push(Lens { at: at.shifted(decl.origin), what });
        };
        match &decl.node.kind {
            DeclKind::Test(test) if !known.is_std => {
                let id = test_id(label, &test.name.value);
                put(&mut found, test.name.span, What::Run(id.clone()));
                put(&mut found, test.name.span, What::Debug(id));
            }
            DeclKind::Flow(flow) if !known.is_std => {
                put(&mut found, flow.name.span, What::Talk(flow.name.text.clone()));
                put(&mut found, flow.name.span, What::Graph(flow.name.text.clone()));
            }
            _ => {}
        }
        if let Some((kind, name)) = declared(&decl.node.kind).filter(|(kind, _)| counts(*kind)) {
            put(&mut found, name.span, What::References(Symbol::top(kind, &name.text)));
        }
    }
    found
}

/// What a test is known by: its file and its name.
#[must_use]
pub fn test_id(label: &str, name: &str) -> String {
    format!("{label}#{name}")
}

/// All places that name something, its declarations aside.
#[must_use]
pub fn uses(snapshot: &Snapshot, symbol: &Symbol) -> Vec<FileSpan> {
    let all = references(snapshot, symbol).into_iter();
    all.filter(|found| found.role != Role::Declares).map(|found| found.at).collect()
}

const fn counts(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Flow
            | Kind::Intent
            | Kind::Action
            | Kind::Entity
            | Kind::SessionSlot
            | Kind::Skill
            | Kind::Text
    )
}

#[cfg(test)]
mod tests {
    use flowright_compiler::analyse;
    use flowright_compiler::compile::MemorySources;

    use super::*;

    #[test]
    fn each_declaration_has_what_can_be_done_with_it() {
        let text = "skill desk\nrole r\nflow f {\n  on start\n  state a { handoff to desk }\n}\n\
                    test \"a b\" {\n  bot \"x\"\n}\n";
        let analysis = analyse(&MemorySources::one("a/b.flow", text)).unwrap();
        let snapshot = Snapshot::new(1, analysis, None);
        let (file, _) = snapshot.file("a/b.flow").unwrap();
        let shown: Vec<String> = lenses(&snapshot, file)
            .into_iter()
            .map(|lens| {
                let name = text.get(lens.at.range()).unwrap();
                match lens.what {
                    What::References(symbol) => {
                        format!("{name}: {} uses", uses(&snapshot, &symbol).len())
                    }
                    What::Run(id) => format!("{name}: run {id}"),
                    What::Debug(id) => format!("{name}: debug {id}"),
                    What::Talk(flow) => format!("{name}: talk to {flow}"),
                    What::Graph(flow) => format!("{name}: draw {flow}"),
                }
            })
            .collect();
        assert_eq!(
            shown,
            [
                "desk: 1 uses",
                "f: talk to f",
                "f: draw f",
                "f: 0 uses",
                "\"a b\": run a/b.flow#a b",
                "\"a b\": debug a/b.flow#a b",
            ]
        );
    }

    #[test]
    fn the_standard_library_is_only_counted() {
        let analysis = analyse(&MemorySources::one("a.flow", "use std.repair\n")).unwrap();
        let snapshot = Snapshot::new(1, analysis, None);
        let (file, _) = snapshot.file("std.repair").unwrap();
        let all = lenses(&snapshot, file);
        assert!(!all.is_empty());
        assert!(all.iter().all(|lens| matches!(lens.what, What::References(_))));
    }
}
