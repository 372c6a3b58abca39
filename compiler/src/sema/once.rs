//! What may be said once in one place: arguments, triggers, handlers. The second of two would never
//! count, or the first; either way one of them is lost without a word.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::cx::Checker;
use crate::base::{FileSpan, Span};
use crate::diag::Code;
use crate::ir::IntentId;
use crate::syntax::ast::{Arg, DoHandler, Handler, HandlerOn, Name, Setting, Trigger};
use crate::syntax::write::duration;

impl Checker<'_> {
    /// Reports something that is there again.
    pub(super) fn again(
        &mut self,
        code: Code,
        message: String,
        again: Span,
        first: FileSpan,
        help: &str,
    ) {
        let finding = self
            .finding(code, again, message)
            .label("again here")
            .related(first, "first here")
            .help(help);
        self.report(finding);
    }

    /// Whether no name of a declaration's parts is there twice; reports those that are.
    pub(super) fn all_once<'n>(
        &mut self,
        what: &str,
        names: impl IntoIterator<Item = &'n Name>,
    ) -> bool {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut once = true;
        for name in names {
            if let Some(first) = first_of(&mut seen, name.text.as_str(), name.span) {
                self.twice(what, name, self.at(first));
                once = false;
            }
        }
        once
    }

    /// Reports a name that its declaration has already.
    pub(super) fn twice(&mut self, what: &str, name: &Name, first: FileSpan) {
        let message = format!("the {what} `{}` is there twice", name.text);
        self.again(Code::E0202, message, name.span, first, "rename or remove one of them");
    }

    /// Tests of one name: which of them failed could not be told.
    pub(super) fn tests_once(&mut self) {
        let mut seen: BTreeMap<&str, FileSpan> = BTreeMap::new();
        for found in self.symbols.tests.clone() {
            self.enter(&found);
            let name = &found.node.name;
            if let Some(first) = first_of(&mut seen, name.value.as_str(), self.at(name.span)) {
                let message = format!("there are two tests \"{}\"", name.value);
                let help = "give one of them another name";
                self.again(Code::E0202, message, name.span, first, help);
            }
        }
    }

    /// Whether no argument has the name of one before it; reports those that have.
    pub(super) fn args_once(&mut self, args: &[Arg]) -> bool {
        self.names_once(args.iter().filter_map(|arg| arg.name.as_ref()))
    }

    /// Whether no setting is there twice; reports those that are.
    pub(super) fn settings_once(&mut self, settings: &[Setting]) -> bool {
        self.names_once(settings.iter().map(|setting| &setting.key))
    }

    /// Whether no name is there twice; reports those that are.
    pub(super) fn names_once<'n>(&mut self, names: impl IntoIterator<Item = &'n Name>) -> bool {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut once = true;
        for name in names {
            if let Some(first) = first_of(&mut seen, name.text.as_str(), name.span) {
                let message = format!("`{}` is given twice", name.text);
                self.again(Code::E0303, message, name.span, self.at(first), "give it once");
                once = false;
            }
        }
        once
    }

    /// Triggers of one flow that are there twice.
    pub(super) fn triggers_once(&mut self, triggers: &[Trigger]) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for trigger in triggers {
            let (key, what, span) = match trigger {
                Trigger::Intent { intent, span } | Trigger::Repair { intent, span } => {
                    (intent.text.as_str(), format!("the intent `{}`", intent.text), *span)
                }
                // No intent is called so.
                Trigger::Start { span } => ("", "a new session".to_owned(), *span),
            };
            if let Some(first) = first_of(&mut seen, key, span) {
                let message = format!("{what} starts this flow already");
                self.again(Code::E0202, message, span, self.at(first), "remove one of them");
            }
        }
    }

    /// Handlers of one state or flow for the same thing.
    pub(super) fn handlers_once(&mut self, handlers: &[Handler]) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for handler in handlers {
            let (what, span) = match &handler.on {
                HandlerOn::Intent(intent) => (format!("the intent `{}`", intent.text), intent.span),
                HandlerOn::Silence(time) => {
                    (format!("a silence of `{}`", duration(time.value)), time.span)
                }
                HandlerOn::Failure(span) => ("failure".to_owned(), *span),
            };
            if let Some(first) = first_of(&mut seen, what.clone(), span) {
                let message = format!("{what} is handled here already");
                let help = "put the steps of both into one handler";
                self.again(Code::E0202, message, span, self.at(first), help);
            }
        }
    }

    /// Errors of one call that are handled twice.
    pub(super) fn errors_once(&mut self, handlers: &[DoHandler]) {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for DoHandler { error, .. } in handlers {
            if let Some(first) = first_of(&mut seen, error.text.as_str(), error.span) {
                let message = format!("`{}` is handled here already", error.text);
                let help = "put the steps of both behind one arrow";
                self.again(Code::E0202, message, error.span, self.at(first), help);
            }
        }
    }
}

/// The intents that start a flow, each once.
pub(super) fn without_repeats(mut intents: Vec<IntentId>) -> Vec<IntentId> {
    let mut seen = std::collections::BTreeSet::new();
    intents.retain(|intent| seen.insert(*intent));
    intents
}

/// Where the same was before, if it was; else this is the first.
pub(super) fn first_of<K: Ord, P: Copy>(seen: &mut BTreeMap<K, P>, key: K, place: P) -> Option<P> {
    match seen.entry(key) {
        Entry::Occupied(first) => Some(*first.get()),
        Entry::Vacant(free) => {
            free.insert(place);
            None
        }
    }
}
