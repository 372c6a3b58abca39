//! Every declared name, found before anything is checked, so that order never matters.
//!
//! Each kind of declaration has a namespace of its own: an intent and the flow that it starts may
//! share a name. A project's declaration replaces the standard library's of the same name.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{FileId, FileSpan, Span};
use crate::diag::{Code, Diagnostic};
use crate::syntax::ast::{self, Decl, DeclKind, Name};
use crate::syntax::{Content, Parsed};

/// A declaration with the file and offset that its spans count from.
#[derive(Debug)]
pub(super) struct Found<'a, T> {
    pub(super) node: &'a T,
    pub(super) doc: Option<&'a str>,
    pub(super) file: FileId,
    pub(super) origin: u32,
    /// What its text is known by.
    pub(super) content: &'a Content,
    /// From a standard module.
    pub(super) is_std: bool,
    /// Parts of it were lost to syntax errors: that something is missing says nothing.
    pub(super) broken: bool,
}

impl<T> Clone for Found<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Found<'_, T> {}

impl<T> Found<'_, T> {
    /// A place in this declaration.
    pub(super) const fn at(&self, span: Span) -> FileSpan {
        FileSpan { file: self.file, span: span.shifted(self.origin) }
    }
}

/// The declarations of one kind, in source order, with their numbers by name.
#[derive(Debug)]
pub(super) struct Table<'a, T> {
    pub(super) items: Vec<Found<'a, T>>,
    pub(super) by_name: BTreeMap<&'a str, u32>,
    /// Names whose declaration was lost to a syntax error: known, but nothing else is.
    pub(super) lost: BTreeSet<String>,
    /// Names that two declarations have: which of them is meant is not known.
    twice: BTreeSet<&'a str>,
}

impl<T> Default for Table<'_, T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            by_name: BTreeMap::new(),
            lost: BTreeSet::new(),
            twice: BTreeSet::new(),
        }
    }
}

impl<T> Table<'_, T> {
    /// The number of a name.
    pub(super) fn get(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// Whether more than one declaration has a name.
    pub(super) fn is_twice(&self, name: &str) -> bool {
        self.twice.contains(name)
    }

    /// The names, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().copied()
    }
}

/// All declarations of a project.
#[derive(Debug, Default)]
pub(super) struct Symbols<'a> {
    pub(super) bots: Vec<Found<'a, ast::Bot>>,
    pub(super) routes: Vec<Found<'a, ast::Route>>,
    pub(super) fallbacks: Vec<Found<'a, ast::Fallback>>,
    pub(super) customers: Vec<Found<'a, ast::Customer>>,
    pub(super) tests: Vec<Found<'a, ast::Test>>,
    pub(super) migrations: Vec<Found<'a, ast::Migrate>>,
    pub(super) uses: Vec<Found<'a, Name>>,
    pub(super) roles: Table<'a, ast::Role>,
    pub(super) channels: Table<'a, ast::Channel>,
    pub(super) entities: Table<'a, ast::Entity>,
    pub(super) intents: Table<'a, ast::Intent>,
    pub(super) slots: Table<'a, ast::Slot>,
    pub(super) actions: Table<'a, ast::Action>,
    pub(super) skills: Table<'a, ast::Skill>,
    pub(super) texts: Table<'a, ast::NamedText>,
    pub(super) flows: Table<'a, ast::Flow>,
    pub(super) knowledge: Table<'a, ast::Knowledge>,
    pub(super) experiments: Table<'a, ast::Experiment>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// A `bot` was lost to a syntax error, and with it what languages there are.
    pub(super) bot_lost: bool,
    /// A declaration was lost of which not even the name is known.
    pub(super) unnamed_lost: bool,
    /// A `customer` was lost to a syntax error.
    pub(super) customer_lost: bool,
}

/// A parsed file and whether it is a standard module's.
pub(super) struct Input<'a> {
    pub(super) file: FileId,
    pub(super) parsed: &'a Parsed,
    pub(super) is_std: bool,
}

impl<'a> Symbols<'a> {
    /// Whether no declaration was lost: then what nothing was said of is right.
    pub(super) fn nothing_lost(&self) -> bool {
        let lost = [
            &self.roles.lost,
            &self.channels.lost,
            &self.entities.lost,
            &self.intents.lost,
            &self.slots.lost,
            &self.actions.lost,
            &self.skills.lost,
            &self.texts.lost,
            &self.flows.lost,
            &self.knowledge.lost,
            &self.experiments.lost,
        ];
        let whole = !self.bot_lost && !self.customer_lost && !self.unnamed_lost;
        whole && lost.into_iter().all(BTreeSet::is_empty)
    }

    /// Collects the declarations of all files, the project's before the standard library's.
    pub(super) fn collect(inputs: &[Input<'a>]) -> Self {
        let mut symbols = Self::default();
        let ordered = inputs.iter().filter(|i| !i.is_std).chain(inputs.iter().filter(|i| i.is_std));
        for input in ordered {
            for decl in &input.parsed.decls {
                symbols.add(input, decl);
            }
        }
        symbols
    }

    fn add(&mut self, input: &Input<'a>, decl: &'a Decl) {
        let (file, is_std) = (input.file, input.is_std);
        macro_rules! found {
            ($node:expr) => {
                Found {
                    node: $node,
                    doc: decl.node.doc.as_deref(),
                    file,
                    origin: decl.origin,
                    content: &decl.content,
                    is_std,
                    broken: decl.node.broken,
                }
            };
        }
        let diagnostics = &mut self.diagnostics;
        match &decl.node.kind {
            DeclKind::Allow(_) => {}
            DeclKind::Bot(node) => self.bots.push(found!(node)),
            DeclKind::Use(node) => self.uses.push(found!(node)),
            DeclKind::Route(node) => self.routes.push(found!(node)),
            DeclKind::Fallback(node) => self.fallbacks.push(found!(node)),
            DeclKind::Customer(node) => self.customers.push(found!(node)),
            DeclKind::Test(node) => self.tests.push(found!(node)),
            DeclKind::Migrate(node) => self.migrations.push(found!(node)),
            DeclKind::Role(n) => {
                insert(&mut self.roles, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Channel(n) => {
                insert(&mut self.channels, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Entity(n) => {
                insert(&mut self.entities, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Intent(n) => {
                insert(&mut self.intents, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Slot(n) => {
                if decl.node.broken {
                    self.slots.lost.insert(n.name.text.clone());
                }
                insert(&mut self.slots, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Action(n) => {
                insert(&mut self.actions, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Skill(n) => {
                insert(&mut self.skills, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Text(n) => {
                insert(&mut self.texts, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Flow(n) => {
                insert(&mut self.flows, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Knowledge(n) => {
                insert(&mut self.knowledge, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Experiment(n) => {
                insert(&mut self.experiments, diagnostics, found!(n), &n.name, |n| &n.name)
            }
            DeclKind::Error { keyword: Some(keyword), name: Some(name) } => {
                self.add_lost(keyword, name.text.clone());
            }
            DeclKind::Error { keyword: Some(keyword), name: None }
                if matches!(keyword.as_str(), "customer" | "bot") =>
            {
                self.add_lost(keyword, String::new());
            }
            DeclKind::Error { keyword: Some(keyword), .. } if keyword == "allow" => {}
            DeclKind::Error { .. } => self.unnamed_lost = true,
        }
    }

    fn add_lost(&mut self, keyword: &str, name: String) {
        let lost = match keyword {
            "bot" => {
                self.bot_lost = true;
                return;
            }
            "customer" => {
                self.customer_lost = true;
                return;
            }
            "role" => &mut self.roles.lost,
            "channel" => &mut self.channels.lost,
            "entity" => &mut self.entities.lost,
            "intent" => &mut self.intents.lost,
            "slot" => &mut self.slots.lost,
            "action" | "effect" => &mut self.actions.lost,
            "skill" => &mut self.skills.lost,
            "text" => &mut self.texts.lost,
            "flow" => &mut self.flows.lost,
            "knowledge" => &mut self.knowledge.lost,
            "experiment" => &mut self.experiments.lost,
            _ => return,
        };
        lost.insert(name);
    }
}

fn insert<'a, T>(
    table: &mut Table<'a, T>,
    diagnostics: &mut Vec<Diagnostic>,
    found: Found<'a, T>,
    name: &'a Name,
    name_of: impl Fn(&T) -> &Name,
) {
    if let Some(first) = table.get(&name.text).and_then(|i| table.items.get(i as usize)) {
        if !found.is_std || first.is_std {
            let at = found.at(name.span);
            let message = format!("`{}` is declared twice", name.text);
            diagnostics.push(
                Diagnostic::new(Code::E0202, at, message)
                    .label("declared again here")
                    .related(first.at(name_of(first.node).span), "first declared here")
                    .help("rename one of them, or remove it"),
            );
            table.twice.insert(&name.text);
        }
        return;
    }
    let number = u32::try_from(table.items.len()).unwrap_or(u32::MAX);
    table.by_name.insert(&name.text, number);
    table.items.push(found);
}
