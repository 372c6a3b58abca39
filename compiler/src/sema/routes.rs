//! Routing rules and fallback thresholds.

use flowright_nlu::value::{Decimal, Value};

use super::cx::Checker;
use super::hir::{Accept, Expr, ExprKind, Fallback, HandoffWhen, RouteKind, RouteRule};
use super::scope::Scope;
use crate::base::{FileSpan, SourceMap, Span};
use crate::diag::{Code, Diagnostic, closest};
use crate::ir::{IntentId, Place, SkillId, Space, turn};
use crate::syntax::ast::{self, Name};

/// Urgency levels, least first.
const LEVELS: [&str; 4] = ["low", "normal", "high", "critical"];

const WAITED: Place = Place { space: Space::Turn, index: turn::WAITED };

/// Most consecutive misses that can be allowed.
const MISSES_MAX: i64 = 20;

impl Checker<'_> {
    pub(super) fn route(&mut self, sources: &SourceMap) -> Vec<RouteRule> {
        let mut rules = Vec::new();
        let mut before = None;
        for found in &self.symbols.routes.clone() {
            self.enter(found);
            let begins = found.node.rules.first().map_or(found.node.span, rule_span);
            match before {
                None => before = Some(self.at(begins)),
                Some(first) => {
                    let message = "a project has one `route`".to_owned();
                    let help = "put all rules in one block: their order decides";
                    self.again(Code::E0202, message, begins, first, help);
                }
            }
            if found.node.rules.is_empty() && !found.broken {
                self.no_rules(found.node.span);
            }
            for rule in &found.node.rules {
                let Some((kind, cond)) = self.route_rule(rule) else { continue };
                let at = self.at(rule_span(rule));
                let cond_text = cond.as_ref().map(|cond| sources.one_line(cond.at));
                rules.push(RouteRule { text: sources.one_line(at), cond_text, cond, kind, at });
            }
        }
        rules
    }

    /// A route without a rule takes nobody.
    fn no_rules(&mut self, route: Span) {
        let finding = self
            .finding(Code::E0603, route, "`route` has no rule: no conversation reaches a skill")
            .label("takes nobody")
            .help("write `otherwise -> skill` in it, or remove it");
        let mut skills = self.symbols.skills.items.iter().filter(|skill| !skill.is_std);
        let finding = match (skills.next(), skills.next()) {
            (Some(only), None) => {
                let name = &only.node.name.text;
                let before_brace = route.end.saturating_sub(1);
                finding.fix(
                    format!("send everybody to `{name}`"),
                    self.at(Span::new(before_brace, before_brace)),
                    format!("otherwise -> {name} "),
                )
            }
            _ => finding,
        };
        self.report(finding);
    }

    fn route_rule(&mut self, rule: &ast::RouteRule) -> Option<(RouteKind, Option<Expr>)> {
        let scope = Scope::default();
        let waiting = Scope { waiting: true, ..Scope::default() };
        Some(match rule {
            ast::RouteRule::Urgency { level, cond, .. } => {
                let number = LEVELS.iter().position(|known| *known == level.text);
                if number.is_none() {
                    self.unknown(Code::E0207, "urgency", level, LEVELS);
                }
                let cond = self.condition(cond, &waiting)?;
                (
                    RouteKind::Urgency {
                        level: u8::try_from(number?).ok()?,
                        waits_ms: self.waits(&cond)?,
                    },
                    Some(cond),
                )
            }
            ast::RouteRule::Skill { intents, cond, skill, .. } => {
                let intents = self.rule_intents(intents);
                let skill = self.lookup(|s| &s.skills, "skill", skill);
                let cond = match cond {
                    Some(cond) => Some(self.condition(cond, &scope)?),
                    None => None,
                };
                (RouteKind::Skill { intents: intents?, skill: SkillId(skill?) }, cond)
            }
            ast::RouteRule::Otherwise { skill, .. } => {
                let skill = SkillId(self.lookup(|s| &s.skills, "skill", skill)?);
                (RouteKind::Skill { intents: Vec::new(), skill }, None)
            }
            ast::RouteRule::Error(_) => return None,
        })
    }

    /// The times that `waited` is compared with: then the rule is asked again.
    fn waits(&mut self, cond: &Expr) -> Option<Vec<i64>> {
        let mut waits_ms = Vec::new();
        let found = waits_of(cond, &mut waits_ms);
        found
            .map_err(|at| {
                let message = "`waited` stands here without a fixed time".to_owned();
                let finding = Diagnostic::new(Code::E0614, at, message)
                    .label("when is this rule asked again?")
                    .help("compare it with a time: `waited > 10m`");
                self.report(finding);
            })
            .ok()?;
        Some(waits_ms)
    }

    /// Whether an intent that there is not is a mistyped `otherwise`.
    fn is_otherwise(&self, name: &Name) -> bool {
        self.symbols.intents.get(&name.text).is_none()
            && closest(&name.text, ["otherwise"]).is_some()
    }

    fn rule_intents(&mut self, names: &[Name]) -> Option<Vec<IntentId>> {
        let found: Vec<Option<IntentId>> = names
            .iter()
            .map(|name| {
                if self.is_otherwise(name) {
                    self.unknown(Code::E0201, "intent", name, ["otherwise"]);
                    return None;
                }
                self.lookup(|s| &s.intents, "intent", name).map(IntentId)
            })
            .collect();
        found.into_iter().collect()
    }

    /// The bot's thresholds.
    pub(super) fn bot_fallback(&mut self) -> Fallback {
        let found = self.symbols.fallbacks.clone();
        for again in found.iter().skip(1) {
            let first = found.first().map(|first| first.at(first.node.span)).unwrap_or_default();
            self.enter(again);
            let message = "a project has one `fallback`".to_owned();
            let help = "put the thresholds in one block, or in a flow";
            self.again(Code::E0202, message, again.node.span, first, help);
        }
        match found.first() {
            Some(found) => {
                self.enter(found);
                self.fallback(found.node)
            }
            None => self.fallback(&ast::Fallback::default()),
        }
    }

    /// Thresholds, defaults filled in.
    pub(super) fn fallback(&mut self, fallback: &ast::Fallback) -> Fallback {
        let share = |percent: i64| Decimal(percent * 10_000);
        let accept = match &fallback.accept {
            Some(ast::Accept::Above(share)) => Accept::Above(self.share(share)),
            Some(ast::Accept::AtFalseRejects(rejects)) => {
                if rejects.value > share(50) {
                    self.error(
                        Code::E0602,
                        rejects.span,
                        "at most 50% may be turned away by mistake",
                        "more than half of what is meant for the bot",
                        "write 1% to 10%, or set the threshold yourself: `accept above 60%`",
                    );
                }
                Accept::AtFalseRejects { share: rejects.value, at: self.at(rejects.span) }
            }
            None => Accept::Above(share(60)),
        };
        let knowledge = fallback.knowledge_at.as_ref();
        let knowledge = knowledge.map(|written| self.knowledge_at(written));
        let clarify = fallback.clarify.as_ref().map_or(share(40), |c| self.share(c));
        let margin = fallback.margin.as_ref().map_or(share(10), |m| self.share(m));
        let is_above = matches!(accept, Accept::Above(accept) if clarify > accept);
        if let Some(written) = fallback.clarify.as_ref().filter(|_| is_above && !self.broken) {
            self.error(
                Code::E0601,
                written.span,
                "`clarify` is above `accept`",
                "nothing would be clarified",
                "let `clarify` be the lower one",
            );
        }
        let after = self.count(fallback.handoff_after.as_ref(), 1..=MISSES_MAX, "misses");
        let handoff_to = fallback
            .handoff_to
            .as_ref()
            .and_then(|skill| self.lookup(|s| &s.skills, "skill", skill))
            .map(SkillId);
        Fallback {
            accept,
            clarify,
            margin,
            handoff_after: after.unwrap_or(2),
            handoff_to,
            handoff_when: self.handoff_when(&fallback.handoff_when),
            knowledge,
        }
    }

    fn handoff_when(&mut self, all: &[ast::HandoffWhen]) -> Vec<HandoffWhen> {
        let mut found = Vec::new();
        for ast::HandoffWhen { text, cond, to } in all {
            let cond = self.condition(cond, &Scope::default());
            let skill = match to {
                Some(to) => {
                    self.lookup(|s| &s.skills, "skill", to).map(|skill| Some(SkillId(skill)))
                }
                None => Some(None),
            };
            let Some((cond, skill)) = cond.zip(skill) else { continue };
            found.push(HandoffWhen { text: text.clone(), cond, skill });
        }
        found
    }

    pub(super) fn share(&mut self, share: &ast::Spanned<Decimal>) -> Decimal {
        if share.value > Decimal::ONE {
            self.error(
                Code::E0602,
                share.span,
                "a share is at most 100%",
                "more than all",
                "write 0% to 100%",
            );
        }
        share.value
    }
}

fn rule_span(rule: &ast::RouteRule) -> Span {
    match rule {
        ast::RouteRule::Urgency { span, .. }
        | ast::RouteRule::Skill { span, .. }
        | ast::RouteRule::Otherwise { span, .. }
        | ast::RouteRule::Error(span) => *span,
    }
}

/// Finds the times that `waited` is compared with; where it stands otherwise, if it does.
fn waits_of(expr: &Expr, found: &mut Vec<i64>) -> Result<(), FileSpan> {
    let is_waited = |expr: &Expr| expr.kind == ExprKind::Load(WAITED);
    if let ExprKind::Compare { left, right, .. } = &expr.kind {
        let time = match (&left.kind, &right.kind) {
            (_, ExprKind::Const(Value::Duration(ms))) if is_waited(left) => Some(*ms),
            (ExprKind::Const(Value::Duration(ms)), _) if is_waited(right) => Some(*ms),
            _ => None,
        };
        if let Some(ms) = time {
            found.push(ms);
            return Ok(());
        }
    }
    if is_waited(expr) {
        return Err(expr.at);
    }
    expr.operands().into_iter().try_for_each(|part| waits_of(part, found))
}
