//! Everything that a bot sends: one message a reply, with the channels on which it can be sent.

use super::guard::{self, Around, Channels};
use super::longest::labels;
use super::render::{Rendered, Renderer, Said, said};
use super::table::Capabilities;
use crate::base::FileSpan;
use crate::ir::{ChoiceId, SlotIndex, Type};
use crate::sema::hir::{
    Body, Card, Flow, Handlers, Media, NamedText, Project, Say, Slot, Step, StepKind, TextRef,
};

/// Intents that a clarifying question offers, "none of these" included: the engine's limit.
const CLARIFY_CHOICES: usize = 4;

/// What a message offers to choose from.
#[derive(Debug, Clone)]
pub(super) enum Menu<'p> {
    None,
    Texts(Vec<Said<'p>>),
    /// The options of a choice, for the slot declared there.
    Options(ChoiceId, FileSpan),
    /// One label an item of a list that is known only then.
    Items(Said<'p>),
    /// One of so many labels: the others are not known.
    OneOf(Said<'p>, usize),
}

/// A reply.
#[derive(Debug, Clone)]
pub(super) struct Message<'p> {
    pub(super) flow: Option<&'p Flow>,
    pub(super) text: Option<Said<'p>>,
    pub(super) menu: Menu<'p>,
    pub(super) links: &'p [Media],
    pub(super) images: &'p [Media],
    pub(super) card: Option<&'p Card>,
    /// Declared channels that it can go to.
    pub(super) channels: Channels,
}

/// One label of a menu.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub(super) text: Rendered,
    pub(super) at: FileSpan,
    /// An entity's word: a channel cannot have its own.
    pub(super) is_option: bool,
}

impl<'p> Message<'p> {
    /// The text with what the channel shows only as lines of it.
    pub(super) fn body(&self, renderer: Renderer<'p>, row: &Capabilities) -> Rendered {
        let mut out = self.text.map(|text| renderer.said(text)).unwrap_or_default();
        let mut lines = Vec::new();
        lines.extend((!row.links).then_some(self.links).into_iter().flatten());
        lines.extend((!row.images).then_some(self.images).into_iter().flatten());
        if let Some(card) = self.card.filter(|_| !row.cards) {
            for text in [Some(&card.title), card.body.as_ref()].into_iter().flatten() {
                out.push("\n");
                out.append(&renderer.text_ref(text));
            }
            lines.extend(card.links.iter().chain(&card.images));
        }
        for media in lines {
            out.push("\n");
            if let Some(label) = &media.label {
                out.append(&renderer.text_ref(label));
                out.push(": ");
            }
            out.append(&renderer.text(&media.url, &[]));
        }
        out
    }

    /// The labels of its menu that are known.
    pub(super) fn labels(&self, renderer: Renderer<'p>) -> Vec<Label> {
        let label =
            |of: Said<'p>| Label { text: renderer.said(of), at: of.text.at, is_option: false };
        match &self.menu {
            Menu::None => Vec::new(),
            Menu::Texts(texts) => texts.iter().copied().map(label).collect(),
            Menu::Items(text) | Menu::OneOf(text, _) => vec![label(*text)],
            Menu::Options(choice, at) => {
                let words = labels(renderer.project, *choice, renderer.lang).into_iter();
                words
                    .map(|words| {
                        let mut text = Rendered::default();
                        text.push(&words);
                        Label { text, at: *at, is_option: true }
                    })
                    .collect()
            }
        }
    }

    /// How many choices there are at least.
    pub(super) fn choices(&self, project: &Project) -> usize {
        match &self.menu {
            Menu::None => 0,
            Menu::Texts(texts) => texts.len(),
            Menu::Options(choice, _) => {
                project.choices.get(choice.index()).map_or(0, |choice| choice.options.len())
            }
            Menu::Items(_) => 1,
            Menu::OneOf(_, count) => *count,
        }
    }
}

/// Every message of a flow.
pub(super) fn of_flow<'p>(project: &'p Project, flow: &'p Flow) -> Vec<Message<'p>> {
    let mut found = Vec::new();
    let mut collect = Collect { project, flow, found: &mut found };
    let everywhere = Around::anywhere(project);
    for state in &flow.states {
        collect.body(&state.body, &everywhere);
        collect.handlers(&state.handlers, &everywhere);
    }
    collect.handlers(&flow.handlers, &everywhere);
    for slot in &flow.slots {
        for text in slot.checks.iter().filter_map(|(_, text)| text.as_ref()) {
            collect.push(Some(text), Menu::None, &everywhere);
        }
    }
    found
}

/// Every message of a project that no flow says.
pub(super) fn of_no_flow(project: &Project) -> Vec<Message<'_>> {
    let mut found = Vec::new();
    let titles = project.intents.iter().filter_map(|intent| intent.title.as_ref());
    for title in titles.filter_map(|title| said(project, title)) {
        let menu = Menu::OneOf(title, CLARIFY_CHOICES);
        found.push(Message { menu, ..empty(None, guard::all(project)) });
    }
    // The engine's own phrases, and what is ready at the desk: no step says them.
    for phrase in project.texts.iter().filter(|text| NamedText::is_said_unnamed(&text.name)) {
        let text = Some(Said { text: &phrase.text, args: &[] });
        found.push(Message { text, ..empty(None, guard::all(project)) });
    }
    found
}

fn empty(flow: Option<&Flow>, channels: Channels) -> Message<'_> {
    Message { flow, text: None, menu: Menu::None, links: &[], images: &[], card: None, channels }
}

/// Whether time may pass in a step: where she could be written to may be otherwise behind it.
fn pauses(step: &Step) -> bool {
    let at_once = matches!(
        step.kind,
        StepKind::Say(_)
            | StepKind::Set { .. }
            | StepKind::Clear(_)
            | StepKind::Mark(_)
            | StepKind::When { .. }
    );
    !at_once || crate::sema::lints::inner_bodies(step).flatten().any(pauses)
}

struct Collect<'p, 'f> {
    project: &'p Project,
    flow: &'p Flow,
    found: &'f mut Vec<Message<'p>>,
}

impl<'p> Collect<'p, '_> {
    fn push(&mut self, text: Option<&'p TextRef>, menu: Menu<'p>, around: &Around) {
        let text = text.and_then(|text| said(self.project, text));
        self.found.push(Message { text, menu, ..empty(Some(self.flow), around.channels.clone()) });
    }

    fn handlers(&mut self, handlers: &'p Handlers, around: &Around) {
        handlers.bodies().for_each(|body| self.body(body, around));
    }

    fn body(&mut self, body: &'p Body, around: &Around) {
        let mut around = around.clone();
        for step in body {
            self.step(step, &around);
            if pauses(step) {
                around.reached.clear();
            }
        }
    }

    fn step(&mut self, step: &'p Step, around: &Around) {
        match &step.kind {
            StepKind::Say(say) => self.say(say, around),
            StepKind::Fill(slots) => {
                slots.iter().for_each(|slot| self.ask(*slot, around));
            }
            StepKind::Confirm { text, .. } => {
                let menu = self.yes_no();
                self.push(Some(text), menu, around);
            }
            StepKind::Choose { prompt, arms } => {
                let menu = self.texts(arms.iter().map(|(label, _)| label));
                self.push(prompt.as_ref(), menu, around);
            }
            StepKind::ChooseFrom { prompt, label, .. } => {
                let menu = said(self.project, label).map_or(Menu::None, Menu::Items);
                self.push(prompt.as_ref(), menu, around);
            }
            StepKind::When { arms, otherwise } => {
                let mut left = around.clone();
                for (cond, body) in arms {
                    let (holds, fails) = left.split(cond, self.project, left.asked);
                    self.body(body, &holds);
                    left = fails;
                }
                otherwise.iter().for_each(|body| self.body(body, &left));
                return;
            }
            _ => {}
        }
        let later = Around { reached: Channels::new(), ..around.clone() };
        for body in crate::sema::lints::inner_bodies(step) {
            self.body(body, &later);
        }
    }

    fn say(&mut self, say: &'p Say, around: &Around) {
        // What goes to a channel of its own is written for that one; where she cannot be written to
        // there, it is said where she wrote last.
        let channels = match say.on {
            Some(on) if around.reached.contains(&on.index()) => Channels::from([on.index()]),
            Some(on) => &around.channels | &Channels::from([on.index()]),
            None => around.channels.clone(),
        };
        let menu = match say.choices.as_slice() {
            [] => Menu::None,
            choices => self.texts(choices.iter()),
        };
        self.found.push(Message {
            text: said(self.project, &say.text),
            menu,
            links: &say.links,
            images: &say.images,
            card: say.card.as_ref(),
            ..empty(Some(self.flow), channels)
        });
    }

    fn ask(&mut self, slot: SlotIndex, around: &Around) {
        let Some(slot) = self.flow.slots.get(slot.index()) else { return };
        let Slot { ask: Some(ask), ty, at, .. } = slot else { return };
        let menu = match ty {
            Type::Choice(choice) => Menu::Options(*choice, *at),
            Type::Bool => self.yes_no(),
            _ => Menu::None,
        };
        self.push(Some(ask), menu, around);
    }

    fn texts(&self, labels: impl Iterator<Item = &'p TextRef>) -> Menu<'p> {
        Menu::Texts(labels.filter_map(|label| said(self.project, label)).collect())
    }

    fn yes_no(&self) -> Menu<'p> {
        let named = |name: &str| self.project.texts.iter().find(|text| text.name == name);
        let labels = ["core.yes", "core.no"].into_iter().filter_map(named);
        Menu::Texts(labels.map(|label| Said { text: &label.text, args: &[] }).collect())
    }
}
