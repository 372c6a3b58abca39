//! Declarations without steps.

use super::Lower;
use crate::base::Span;
use crate::base::limits::NESTING_MAX;
use crate::syntax::ast::{
    Accept, Action, ActionError, Bot, Channel, Check, DeclKind, Entity, Experiment, Fallback,
    Field, Goal, HandoffWhen, Hours, Intent, Knowledge, Labels, NamedText, OptionDecl, Request,
    Role, Setting, Skill, Slot, Spanned, Template, Text, TypeExpr,
};
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    /// The declaration in a `decl` node.
    pub(in crate::syntax) fn decl(&mut self, node: &Node) -> DeclKind {
        let Some(node) = node.children.first() else {
            return DeclKind::Error { keyword: None, name: None };
        };
        match node.rule {
            Rule::allow => DeclKind::Allow(self.allow(node)),
            Rule::bot => DeclKind::Bot(self.bot(node)),
            Rule::use_ => DeclKind::Use(self.own_name(node)),
            Rule::role => DeclKind::Role(self.role(node)),
            Rule::customer => DeclKind::Customer(self.customer(node)),
            Rule::channel => DeclKind::Channel(self.channel(node)),
            Rule::entity => DeclKind::Entity(self.entity(node)),
            Rule::intent => DeclKind::Intent(self.intent(node)),
            Rule::top_slot => match node.child(Rule::slot) {
                Some(slot) => DeclKind::Slot(self.slot(slot)),
                None => DeclKind::Error { keyword: None, name: None },
            },
            Rule::action => DeclKind::Action(self.action(node)),
            Rule::skill => DeclKind::Skill(self.skill(node)),
            Rule::route => DeclKind::Route(self.route(node)),
            Rule::fallback => DeclKind::Fallback(self.fallback(node)),
            Rule::knowledge => DeclKind::Knowledge(self.knowledge(node)),
            Rule::experiment => DeclKind::Experiment(self.experiment(node)),
            Rule::named_text => DeclKind::Text(self.named_text(node)),
            Rule::flow => DeclKind::Flow(self.flow(node)),
            Rule::test => DeclKind::Test(self.test(node)),
            Rule::migrate => DeclKind::Migrate(self.migrate(node)),
            _ => DeclKind::Error { keyword: None, name: None },
        }
    }

    fn bot(&mut self, node: &Node) -> Bot {
        let mut bot = Bot { name: self.first_name(node), ..Bot::default() };
        for member in self.members(node, Rule::bot_member) {
            match member.rule {
                Rule::languages => bot.languages.extend(self.names(member)),
                Rule::timezone => bot.timezone = Some(self.own_string(member)),
                Rule::hours => {
                    if let Some(hours) = self.hours(member) {
                        bot.hours.push(hours);
                    }
                }
                _ => bot.closed.extend(member.all(Rule::date).filter_map(|date| self.date(date))),
            }
        }
        bot
    }

    fn hours(&mut self, node: &Node) -> Option<Hours> {
        let mut days = self.names(node).into_iter();
        let times: Vec<_> = node.all(Rule::time).map(|time| self.time(time)).collect();
        let mut times = times.into_iter();
        let (open_s, close_s) = (times.next()??, times.next()??);
        Some(Hours { from_day: days.next()?, to_day: days.next(), open_s, close_s })
    }

    fn role(&self, node: &Node) -> Role {
        let mut names = self.names(node);
        let includes = names.split_off(names.len().min(1));
        Role { name: self.own_name(node), includes }
    }

    pub(super) fn fields(&mut self, node: &Node) -> Vec<Field> {
        self.parts(node, &[Rule::field]).into_iter().map(|field| self.field(field)).collect()
    }

    pub(super) fn field(&mut self, node: &Node) -> Field {
        Field {
            name: self.own_name(node),
            ty: self.own_type(node),
            labels: self.labels(node),
            optional: node.child(Rule::optional).map(|word| word.span),
        }
    }

    fn labels(&mut self, node: &Node) -> Labels {
        let mut labels = Labels::default();
        for label in self.members(node, Rule::label) {
            match label.rule {
                Rule::personal => labels.personal = Some(label.span),
                _ => labels.visible_to = self.first_name(label),
            }
        }
        labels
    }

    fn own_type(&mut self, node: &Node) -> TypeExpr {
        match node.child(Rule::type_expr).or_else(|| node.child(Rule::slot_type)) {
            Some(ty) => self.type_expr(ty),
            None => TypeExpr::Error(node.span),
        }
    }

    fn type_expr(&mut self, node: &Node) -> TypeExpr {
        let Some(inner) = node.children.first() else { return TypeExpr::Error(node.span) };
        let span = inner.span;
        match inner.rule {
            Rule::dotted => TypeExpr::Named(self.name(inner)),
            Rule::one_of => {
                let options = inner.all(Rule::option).map(|option| self.option(option)).collect();
                TypeExpr::OneOf { options, span }
            }
            Rule::list_of => self.list_of(inner),
            Rule::record_type if self.depth.types >= NESTING_MAX => {
                self.type_too_deep(span);
                TypeExpr::Error(span)
            }
            Rule::record_type => {
                self.depth.types += 1;
                let fields = self.fields(inner);
                self.depth.types -= 1;
                TypeExpr::Record { fields, span }
            }
            _ => TypeExpr::Error(span),
        }
    }

    /// `list of list of T`: the words repeat in one node.
    fn list_of(&mut self, node: &Node) -> TypeExpr {
        let words: Vec<Span> = node.all(Rule::kw_list).map(|word| word.span).collect();
        let free = NESTING_MAX.saturating_sub(self.depth.types);
        if let Some(too_many) = words.get(free) {
            self.type_too_deep(*too_many);
            return TypeExpr::Error(node.span);
        }
        self.depth.types += words.len();
        let item = self.own_type(node);
        self.depth.types -= words.len();
        words.iter().rev().fold(item, |item, word| TypeExpr::List {
            item: Box::new(item),
            span: Span::new(word.start, node.span.end),
        })
    }

    fn option(&mut self, node: &Node) -> OptionDecl {
        OptionDecl { name: self.own_name(node), words: self.all_lang_strings(node) }
    }

    fn channel(&mut self, node: &Node) -> Channel {
        let mut names = self.names(node).into_iter();
        let name = names.next().unwrap_or_else(|| self.own_name(node));
        let kind = names.next().unwrap_or_else(|| name.clone());
        Channel { name, kind, settings: self.settings(node) }
    }

    pub(super) fn settings(&mut self, node: &Node) -> Vec<Setting> {
        let settings = self.parts(node, &[Rule::setting]).into_iter();
        settings.map(|s| Setting { key: self.own_name(s), value: self.own_expr(s) }).collect()
    }

    fn entity(&mut self, node: &Node) -> Entity {
        let patterns = node.all(Rule::pattern).flat_map(|p| p.all(Rule::regex));
        let patterns = patterns.map(|regex| self.regex(regex)).collect();
        Entity { name: self.own_name(node), base: self.own_type(node), patterns }
    }

    fn intent(&mut self, node: &Node) -> Intent {
        let mut intent = Intent {
            name: self.own_name(node),
            title: None,
            examples: Vec::new(),
            negatives: Vec::new(),
            patterns: Vec::new(),
        };
        for member in self.members(node, Rule::intent_member) {
            match member.rule {
                Rule::title => intent.title = self.inline_text(member),
                Rule::negative => intent.negatives.extend(self.all_lang_strings(member)),
                Rule::pattern => {
                    intent.patterns.extend(member.all(Rule::regex).map(|regex| self.regex(regex)));
                }
                _ => intent.examples.push(self.lang_strings(member)),
            }
        }
        intent
    }

    pub(super) fn slot(&mut self, node: &Node) -> Slot {
        let mut slot = Slot {
            doc: self.doc(node.span),
            span: node.span,
            name: self.own_name(node),
            ty: self.own_type(node),
            labels: self.labels(node),
            ask: None,
            checks: Vec::new(),
            tries: None,
            default: None,
            broken: false,
        };
        for member in self.members(node, Rule::slot_member) {
            match member.rule {
                Rule::ask => slot.ask = Some(self.own_text(member)),
                Rule::check => slot.checks.push(self.check(member)),
                Rule::tries => slot.tries = self.own_number(member),
                _ => slot.default = Some(self.own_expr(member)),
            }
        }
        slot
    }

    fn check(&mut self, node: &Node) -> Check {
        let otherwise = node.child(Rule::text_ref).map(|text| self.text_ref(text));
        Check { cond: self.own_expr(node), otherwise, span: node.span }
    }

    fn action(&mut self, node: &Node) -> Action {
        let params = node.child(Rule::params).map(|params| self.fields(params));
        let mut action = Action {
            is_effect: node.child(Rule::kw_effect).is_some(),
            name: self.own_name(node),
            params: params.unwrap_or_default(),
            result: node.child(Rule::type_expr).map(|ty| self.type_expr(ty)),
            request: None,
            timeout_ms: None,
            retries: None,
            errors: Vec::new(),
        };
        for member in self.members(node, Rule::action_member) {
            match member.rule {
                Rule::timeout => {
                    action.timeout_ms = self.own_duration(member);
                }
                Rule::retries => action.retries = self.own_number(member),
                Rule::action_error => {
                    let (name, cond) = (self.own_name(member), self.own_expr(member));
                    action.errors.push(ActionError { name, cond });
                }
                _ => action.request = Some(self.request(member)),
            }
        }
        action
    }

    fn request(&mut self, node: &Node) -> Request {
        let headers = node.all(Rule::header).filter_map(|header| self.header(header)).collect();
        let method = node.child(Rule::method).map(|method| self.name(method));
        Request {
            span: node.span,
            method: method.unwrap_or_else(|| self.own_name(node)),
            url: self.own_template(node),
            headers,
            body: node.child(Rule::body_fields).map(|body| self.args(body)),
        }
    }

    pub(super) fn header(&mut self, node: &Node) -> Option<(Spanned<String>, Template)> {
        let mut strings = node.all(Rule::template);
        let (name, value) = (strings.next()?, strings.next()?);
        Some((self.plain_string(name), self.template(value)))
    }

    fn skill(&mut self, node: &Node) -> Skill {
        let mut skill =
            Skill { name: self.own_name(node), first_reply_ms: None, overflow: None, weight: None };
        for member in self.members(node, Rule::skill_member) {
            let time = self.own_duration(member);
            match member.rule {
                Rule::first_reply => skill.first_reply_ms = time,
                Rule::overflow => skill.overflow = self.first_name(member).zip(time),
                _ => skill.weight = self.own_number(member),
            }
        }
        skill
    }

    pub(super) fn fallback(&mut self, node: &Node) -> Fallback {
        let mut fallback = Fallback { span: node.span, ..Fallback::default() };
        for member in self.members(node, Rule::fallback_member) {
            let share = member.child(Rule::percent).and_then(|p| self.percent(p));
            match member.rule {
                Rule::accept if member.child(Rule::kw_at).is_some() => {
                    fallback.accept = share.map(Accept::AtFalseRejects);
                }
                Rule::accept => fallback.accept = share.map(Accept::Above),
                Rule::clarify => fallback.clarify = share,
                Rule::margin => fallback.margin = share,
                Rule::handoff_after => {
                    fallback.handoff_after = self.own_number(member);
                    fallback.handoff_to = self.first_name(member);
                }
                Rule::handoff_when => {
                    let Some(cond) = member.child(Rule::expr).map(|cond| self.expr(cond)) else {
                        continue;
                    };
                    let words: Vec<&str> = self.slice(cond.span).split_whitespace().collect();
                    let (text, to) = (words.join(" "), self.first_name(member));
                    fallback.handoff_when.push(HandoffWhen { text, cond, to });
                }
                _ => fallback.knowledge_at = share,
            }
        }
        fallback
    }

    fn knowledge(&mut self, node: &Node) -> Knowledge {
        let mut knowledge = Knowledge {
            name: self.own_name(node),
            sources: Vec::new(),
            level: None,
            applies: None,
        };
        for member in self.members(node, Rule::knowledge_member) {
            match member.rule {
                Rule::source => {
                    let sources = member.all(Rule::template).map(|t| self.plain_string(t));
                    knowledge.sources.extend(sources);
                }
                Rule::level => knowledge.level = self.first_name(member),
                _ => knowledge.applies = Some(self.own_expr(member)),
            }
        }
        knowledge
    }

    fn experiment(&mut self, node: &Node) -> Experiment {
        let mut experiment =
            Experiment { name: self.own_name(node), variants: Vec::new(), goal: None };
        for member in self.members(node, Rule::experiment_member) {
            let share = member.child(Rule::percent).and_then(|p| self.percent(p));
            if member.rule == Rule::variant {
                experiment.variants.extend(self.first_name(member).zip(share));
                continue;
            }
            experiment.goal = match member.child(Rule::mark_goal) {
                Some(mark) => Some(Goal::Mark(self.own_string(mark))),
                None => self.first_name(member).map(Goal::Outcome),
            };
        }
        experiment
    }

    fn named_text(&mut self, node: &Node) -> NamedText {
        let params = node.child(Rule::params).map(|params| self.fields(params));
        let text = self.inline_text(node);
        NamedText {
            name: self.own_name(node),
            params: params.unwrap_or_default(),
            text: text.unwrap_or(Text { span: node.span, variants: Vec::new() }),
        }
    }
}
