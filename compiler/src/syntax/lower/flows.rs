//! Flows, states, handlers and steps.

use super::Lower;
use crate::syntax::ast::{
    Body, Card, ChooseArm, DoHandler, Ensure, EnsureKind, Flow, Handler, HandlerOn, Media, Name,
    Say, Spanned, State, Step, StepKind, TextRef, Trigger, WhenArm,
};
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    pub(super) fn flow(&mut self, node: &Node) -> Flow {
        let mut flow = self.flow_head(node);
        node.all(Rule::flow_member).for_each(|member| self.flow_member(&mut flow, member));
        self.allows.end(node.span.end);
        flow
    }

    /// A flow with nothing in it.
    pub(in crate::syntax) fn flow_head(&self, node: &Node) -> Flow {
        Flow {
            name: self.own_name(node),
            triggers: Vec::new(),
            slots: Vec::new(),
            states: Vec::new(),
            handlers: Vec::new(),
            fallback: None,
            ensures: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Adds what stands in a `flow_member` node.
    pub(in crate::syntax) fn flow_member(&mut self, flow: &mut Flow, node: &Node) {
        let Some(member) = node.children.first() else { return flow.errors.push(node.span) };
        if member.rule == Rule::allow {
            return self.wait_allow(member);
        }
        self.allows.over(member.span);
        match member.rule {
            Rule::slot => flow.slots.push(self.slot(member)),
            Rule::state => flow.states.push(self.state(member)),
            Rule::fallback => {
                if let Some(first) = &flow.fallback {
                    self.twice(first.span, member);
                }
                flow.fallback = Some(self.fallback(member));
            }
            Rule::ensure => flow.ensures.push(self.ensure(member)),
            Rule::on => match self.on(member) {
                On::Trigger(trigger) => flow.triggers.push(trigger),
                On::Handler(handler) => flow.handlers.push(handler),
                On::Error => flow.errors.push(member.span),
            },
            _ => flow.errors.push(member.span),
        }
    }

    fn on(&mut self, node: &Node) -> On {
        let span = node.span;
        let Some(inner) = node.children.iter().find(|c| c.rule != Rule::kw_on) else {
            return On::Error;
        };
        let body = inner.child(Rule::body).map(|body| self.body(body));
        match (inner.rule, body) {
            (Rule::on_intent, None) => {
                On::Trigger(Trigger::Intent { intent: self.own_name(inner), span })
            }
            (Rule::on_repair, _) => {
                On::Trigger(Trigger::Repair { intent: self.own_name(inner), span })
            }
            (Rule::on_start, _) => On::Trigger(Trigger::Start { span }),
            (Rule::on_intent, Some(body)) => {
                On::Handler(Handler { on: HandlerOn::Intent(self.own_name(inner)), body, span })
            }
            (Rule::on_silence, Some(body)) => {
                // Of one whose time is wrong the steps are still read; no two times are alike then.
                let any_ms = i64::from(inner.span.start) + 1;
                let any = Spanned { value: any_ms, span: inner.span };
                let time = self.own_duration(inner).unwrap_or(any);
                On::Handler(Handler { on: HandlerOn::Silence(time), body, span })
            }
            (Rule::on_failure, Some(body)) => {
                let word = inner.child(Rule::kw_failure).map_or(inner.span, |word| word.span);
                On::Handler(Handler { on: HandlerOn::Failure(word), body, span })
            }
            _ => On::Error,
        }
    }

    fn state(&mut self, node: &Node) -> State {
        let mut state = self.state_head(node);
        let parts: Vec<&Node> = node.all(Rule::state_part).collect();
        for part in parts {
            self.state_part(&mut state, part);
        }
        self.allows.end(node.span.end);
        state.steps.shrink_to_fit();
        state
    }

    /// A state with nothing in it.
    pub(in crate::syntax) fn state_head(&self, node: &Node) -> State {
        State {
            doc: self.doc(node.span),
            name: self.own_name(node),
            span: node.span,
            steps: Vec::new(),
            handlers: Vec::new(),
        }
    }

    /// Adds the step or handler in a `state_part` node.
    pub(in crate::syntax) fn state_part(&mut self, state: &mut State, node: &Node) {
        if let Some(allow) = node.child(Rule::allow) {
            return self.wait_allow(allow);
        }
        self.allows.over(node.span);
        if let Some(on) = node.child(Rule::on) {
            match self.on(on) {
                On::Handler(handler) => state.handlers.push(handler),
                // `on intent x` without steps does nothing in a state.
                On::Trigger(_) | On::Error => {
                    state.steps.push(Step { span: on.span, kind: StepKind::Error { binds: None } });
                    let message = "a handler in a state needs steps";
                    self.fault(on.span, message, "write `on intent name { … }`");
                }
            }
        } else if let Some(step) = node.child(Rule::step) {
            self.push_step(&mut state.steps, step);
        }
    }

    fn ensure(&mut self, node: &Node) -> Ensure {
        let span = node.span;
        let inner = node.children.iter().find(|c| c.rule != Rule::kw_ensure);
        let kind = match inner {
            Some(inner) => match (inner.rule, self.own_number(inner)) {
                (Rule::ensure_end, _) => EnsureKind::AlwaysReachesEnd,
                (Rule::ensure_turns, Some(turns)) => EnsureKind::AtMostTurns(turns),
                (Rule::ensure_human, Some(turns)) => EnsureKind::HumanWithin(turns),
                (Rule::ensure_before, _) => {
                    EnsureKind::Before { cond: self.own_expr(inner), action: self.own_name(inner) }
                }
                _ => EnsureKind::Error,
            },
            None => EnsureKind::Error,
        };
        Ensure { span, kind }
    }

    pub(super) fn step_kind(&mut self, node: &Node) -> StepKind {
        match node.rule {
            Rule::say => StepKind::Say(self.say(node)),
            Rule::fill => StepKind::Fill(self.names(node)),
            Rule::confirm => {
                self.parts(node, &[Rule::yes_arm, Rule::no_arm]);
                let arm = |l: &mut Self, rule| {
                    node.child(rule).map_or(Body::Steps(Vec::new()), |arm| l.own_target(arm))
                };
                let (yes, no) = (arm(self, Rule::yes_arm), arm(self, Rule::no_arm));
                StepKind::Confirm { text: self.own_text(node), yes, no }
            }
            Rule::choose => self.choose(node),
            Rule::do_ => self.do_(node),
            Rule::set => StepKind::Set { slot: self.own_name(node), value: self.own_expr(node) },
            Rule::clear => StepKind::Clear(self.names(node)),
            Rule::when => {
                let arm = WhenArm { cond: self.own_expr(node), body: self.guarded(node) };
                StepKind::When { arms: vec![arm], otherwise: None }
            }
            Rule::goto => StepKind::Goto(self.own_name(node)),
            Rule::call_flow => StepKind::Call { flow: self.own_name(node), args: self.args(node) },
            Rule::wait => StepKind::Wait(self.own_expr(node)),
            Rule::mark => StepKind::Mark(self.own_string(node)),
            Rule::handoff => {
                let because = node.child(Rule::handoff_because).map(|b| self.own_text(b));
                let to = node.child(Rule::handoff_to).map(|to| self.own_name(to));
                StepKind::Handoff { to, because }
            }
            Rule::end => StepKind::End(self.first_name(node)),
            Rule::resume => StepKind::Resume,
            Rule::repeat => StepKind::Repeat,
            Rule::abandon => StepKind::Abandon,
            Rule::correct => StepKind::Correct,
            _ => StepKind::Error { binds: None },
        }
    }

    fn say(&mut self, node: &Node) -> Say {
        let mut say = Say {
            on: node.child(Rule::to_channel).map(|channel| self.own_name(channel)),
            text: self.own_text(node),
            choices: Vec::new(),
            links: Vec::new(),
            images: Vec::new(),
            card: None,
        };
        for extra in self.members(node, Rule::say_extra) {
            match extra.rule {
                Rule::say_choices => {
                    say.choices.extend(extra.all(Rule::text_ref).map(|text| self.text_ref(text)));
                }
                Rule::link => say.links.push(self.media(extra)),
                Rule::image => say.images.push(self.media(extra)),
                _ => say.card = Some(self.card(extra)),
            }
        }
        say
    }

    fn media(&mut self, node: &Node) -> Media {
        let label = node.child(Rule::media_label).and_then(|label| self.inline_text(label));
        Media { url: self.own_template(node), label: label.map(TextRef::Inline) }
    }

    fn card(&mut self, node: &Node) -> Card {
        let empty =
            TextRef::Inline(crate::syntax::ast::Text { span: node.span, variants: Vec::new() });
        let mut card = Card { title: empty, body: None, links: Vec::new(), images: Vec::new() };
        for member in self.members(node, Rule::card_member) {
            match member.rule {
                Rule::card_title => card.title = self.own_text(member),
                Rule::card_body => card.body = Some(self.own_text(member)),
                Rule::link => card.links.push(self.media(member)),
                _ => card.images.push(self.media(member)),
            }
        }
        card
    }

    fn choose(&mut self, node: &Node) -> StepKind {
        let prompt = node.child(Rule::choose_prompt).map(|prompt| self.text_ref(prompt));
        let arms: Vec<ChooseArm> = self
            .parts(node, &[Rule::choose_arm])
            .into_iter()
            .map(|arm| ChooseArm { text: self.own_text(arm), body: self.own_target(arm) })
            .collect();
        let Some(from) = node.child(Rule::choose_from) else {
            return StepKind::Choose { prompt, arms };
        };
        let item = self.own_name(from);
        let list = match from.child(Rule::dotted) {
            Some(path) => crate::syntax::ast::Expr {
                span: path.span,
                kind: crate::syntax::ast::ExprKind::Path(super::exprs::split_dotted(
                    self.str(path),
                    path.span.start,
                )),
            },
            None => self.own_expr(from),
        };
        self.choose_from(node, item, list, prompt, arms)
    }

    fn choose_from(
        &mut self,
        node: &Node,
        item: Name,
        list: crate::syntax::ast::Expr,
        prompt: Option<TextRef>,
        arms: Vec<ChooseArm>,
    ) -> StepKind {
        let is_none = |arm: &ChooseArm| matches!(&arm.text, TextRef::Named { name, args } if name.text == "none" && args.is_empty());
        let (mut none, mut labels): (Vec<_>, Vec<_>) = arms.into_iter().partition(is_none);
        let (Some(arm), true) = (labels.pop(), labels.is_empty()) else {
            let message = "a menu over a list has one label for all its items";
            self.fault(node.span, message, "write `choose x in list { \"{x.name}\" -> state }`");
            return StepKind::Error { binds: None };
        };
        let none = none.pop().map(|arm| arm.body);
        StepKind::ChooseFrom { item, list, prompt, label: arm.text, then: arm.body, none }
    }

    fn do_(&mut self, node: &Node) -> StepKind {
        let handlers = node.child(Rule::do_handlers).map(|h| {
            let handlers = self.parts(h, &[Rule::do_handler]).into_iter();
            handlers
                .map(|h| DoHandler { error: self.own_name(h), body: self.own_target(h) })
                .collect()
        });
        let action = node.child(Rule::dotted).map(|name| self.name(name));
        StepKind::Do {
            bind: node.child(Rule::ident).map(|bind| self.name(bind)),
            action: action.unwrap_or_else(|| self.own_name(node)),
            args: self.args(node),
            handlers: handlers.unwrap_or_default(),
        }
    }
}

/// What an `on` member is.
enum On {
    Trigger(Trigger),
    Handler(Handler),
    Error,
}
