//! The syntax tree: what a designer wrote, with a place for everything, broken parts included.
//!
//! Spans count from the start of the declaration's chunk ([`Decl::origin`]), so an edit elsewhere
//! in the file leaves a declaration's tree untouched. Nothing here is resolved or checked.
#![expect(missing_docs, reason = "the form quoted above each node names its fields")]

mod actions;
mod exprs;
mod flows;
mod migrate;
mod project;
mod steps;
mod test;
mod texts;
mod types;

use std::sync::Arc;

use super::content::Content;
use crate::base::Span;

pub use actions::{Action, ActionError, Arg, Request};
pub use exprs::{BinaryOp, Expr, ExprKind, UnaryOp};
pub use flows::{Body, Check, Ensure, EnsureKind, Flow, Handler, HandlerOn, Slot, State, Trigger};
pub use migrate::{Migrate, MigrateKind, MigrateLine, MigrateTo};
pub use project::{
    Accept, Bot, Channel, Customer, Experiment, Fallback, FindCustomer, Goal, HandoffWhen, Hours,
    Knowledge, Lookup, Role, Route, RouteRule, Setting, Skill,
};
pub use steps::{Card, ChooseArm, DoHandler, Media, Say, Step, StepKind, WhenArm};
pub use test::{GivenAnswer, Test, TestLine, TestLineKind};
pub use texts::{
    Branch, BranchKey, Intent, LangStrings, NamedText, Plural, Template, TemplatePart, Text,
    TextRef, TextVariant,
};
pub use types::{Entity, Field, Labels, OptionDecl, TypeExpr};

/// A name as written, dotted names included (`orders.get`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The text, without spaces.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// One top-level declaration of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decl {
    /// Byte offset in the file from which the spans of `node` count.
    pub origin: u32,
    /// The tree, shared with the chunk cache.
    pub node: Arc<DeclNode>,
    /// What its text is known by, wherever it stands.
    pub content: Arc<Content>,
}

/// A declaration's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclNode {
    /// The `///` lines above it, joined by newlines, without slashes.
    pub doc: Option<String>,
    /// From keyword to last token.
    pub span: Span,
    /// Which declaration.
    pub kind: DeclKind,
    /// Parts of it were lost, or all of it: what is not in `kind` may still have been written.
    pub broken: bool,
    /// Every `allow` inside it, in the order of the text.
    pub allows: Vec<Allow>,
}

/// `allow(W0403, "the CRM reads it")`: hides findings of one code in what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The code.
    pub code: Name,
    /// Why; required, but that is said by a check.
    pub reason: Option<Spanned<String>>,
    /// Where.
    pub span: Span,
    /// What follows it in the same body; at top level the next declaration, which is not known here.
    pub over: Option<Span>,
}

/// Every kind of declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclKind {
    /// Over the next declaration.
    Allow(Allow),
    Bot(Bot),
    Use(Name),
    Role(Role),
    Customer(Customer),
    Channel(Channel),
    Entity(Entity),
    Intent(Intent),
    Slot(Slot),
    Action(Action),
    Skill(Skill),
    Route(Route),
    Fallback(Fallback),
    Knowledge(Knowledge),
    Experiment(Experiment),
    Text(NamedText),
    Flow(Flow),
    Test(Test),
    Migrate(Migrate),
    /// A declaration whose form was lost; keyword and name as far as its tokens show them, so that
    /// references to it still resolve.
    Error {
        keyword: Option<String>,
        name: Option<Name>,
    },
}
