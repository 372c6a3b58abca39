//! `test` blocks: values typed against the actions and the customer, names resolved.

use std::collections::BTreeMap;

use flowright_nlu::value::Value;

use super::constants::constant;
use super::cx::Checker;
use super::hir::{BindCells, Expr, Given, Test, TestLine, TestStep};
use super::once::first_of;
use super::scope::Scope;
use super::symbols::Found;
use super::types::plain;
use super::written::Flows;
use crate::base::{SourceMap, Span};
use crate::diag::Code;
use crate::ir::{ActionId, AnswerDef, ChannelId, FieldType, FlowId, SkillId, StateId, Type};
use crate::syntax::ast::{self, Arg, GivenAnswer, Name, TestLineKind};

impl<'a> Checker<'a> {
    pub(super) fn test(
        &mut self,
        found: &Found<'a, ast::Test>,
        flows: &Flows<'_>,
        sources: &SourceMap,
    ) -> Option<Test> {
        self.enter(found);
        self.names_lost |= flows.any_lost();
        let test = found.node;
        let mut checked = Test {
            name: test.name.value.clone(),
            today: None,
            language: None,
            channel: None,
            reachable: Vec::new(),
            customer: vec![None; self.customer.len()],
            seed: 0,
            givens: Vec::new(),
            lines: Vec::new(),
            at: self.at(test.name.span),
        };
        self.test_says_something(found);
        let mut whole = true;
        for line in &test.lines {
            if self.test_setting(&mut checked, line).is_some() {
                continue;
            }
            match self.test_step(line, flows, sources) {
                Some(Some(kind)) => checked.lines.push(TestLine { at: self.at(line.span), kind }),
                Some(None) => {}
                None => whole = false,
            }
        }
        whole.then_some(checked)
    }

    /// A line that sets the scene.
    fn test_setting(&mut self, test: &mut Test, line: &ast::TestLine) -> Option<()> {
        match &line.kind {
            TestLineKind::Today { date, time_s } => {
                test.today = Some((*date, time_s.unwrap_or(9 * 3600)));
            }
            TestLineKind::Language(name) => test.language = self.language(name),
            TestLineKind::Channel(name) => {
                test.channel = self.lookup(|s| &s.channels, "channel", name).map(ChannelId);
            }
            TestLineKind::Reachable(names) => {
                for name in names {
                    let channel = self.lookup(|s| &s.channels, "channel", name).map(ChannelId);
                    test.reachable.extend(channel);
                }
            }
            TestLineKind::Seed(seed) => {
                test.seed = u64::try_from(seed.value.trunc()).unwrap_or_default();
            }
            TestLineKind::Customer(settings) => self.test_customer(test, settings),
            TestLineKind::Given { action, args, answer } => {
                let given = self.given(action, args, answer);
                test.givens.extend(given);
            }
            _ => return None,
        }
        Some(())
    }

    fn test_customer(&mut self, test: &mut Test, settings: &[ast::Setting]) {
        self.settings_once(settings);
        for setting in settings {
            let Some(number) = self.customer.iter().position(|f| f.name == setting.key.text) else {
                if self.customer_broken() {
                    continue;
                }
                let known: Vec<String> =
                    self.customer.iter().map(|field| field.name.clone()).collect();
                self.unknown(
                    Code::E0206,
                    "field of the customer",
                    &setting.key,
                    known.iter().map(String::as_str),
                );
                continue;
            };
            let Some(ty) = self.customer.get(number).map(|field| field.ty.clone()) else {
                continue;
            };
            let value = self.test_value(&setting.value, &ty, &format!("`{}`", setting.key.text));
            if let (Some(value), Some(field)) = (value, test.customer.get_mut(number)) {
                *field = Some(value);
            }
        }
    }

    fn given(&mut self, action: &Name, args: &[Arg], answer: &GivenAnswer) -> Option<Given> {
        let number = self.lookup(|s| &s.actions, "action", action)?;
        let signature = self.actions.get(number as usize)?.clone();
        let args = self.test_args(&action.text, signature.params.as_deref()?, args)?;
        let what = format!("the answer of `{}`", action.text);
        let answer = match answer {
            GivenAnswer::Error(name) if name.text == "fails" => AnswerDef::Fails,
            GivenAnswer::Error(name) => match signature.errors.iter().position(|e| *e == name.text)
            {
                Some(error) => AnswerDef::Error(u32::try_from(error).ok()?),
                None => {
                    let known = signature.errors.iter().map(String::as_str).chain(["fails"]);
                    self.unknown(Code::E0212, &format!("error of `{}`", action.text), name, known);
                    return None;
                }
            },
            GivenAnswer::Value(expr) => match &signature.result {
                Some(ty) => AnswerDef::Value(Some(self.test_value(expr, ty, &what)?)),
                None if matches!(&expr.kind, ast::ExprKind::Record(fields) if fields.is_empty()) => {
                    AnswerDef::Value(None)
                }
                None => {
                    self.error(
                        Code::E0301,
                        expr.span,
                        format!("`{}` gives nothing back", action.text),
                        "no result",
                        "write `-> {}`",
                    );
                    return None;
                }
            },
        };
        Some(Given { action: ActionId(number), args, answer })
    }

    fn test_args(
        &mut self,
        action: &str,
        params: &[FieldType],
        args: &[Arg],
    ) -> Option<Vec<(u32, Option<Value>)>> {
        let mut checked: Vec<(u32, Option<Value>)> = Vec::new();
        let mut seen = BTreeMap::new();
        for (i, arg) in args.iter().enumerate() {
            let number = match &arg.name {
                Some(name) => {
                    let found = params.iter().position(|param| param.name == name.text);
                    if found.is_none() {
                        let what = format!("parameter of `{action}`");
                        self.unknown(
                            Code::E0303,
                            &what,
                            name,
                            params.iter().map(|p| p.name.as_str()),
                        );
                    }
                    found?
                }
                None => i,
            };
            let Some(param) = params.get(number) else {
                let message = format!("`{action}` takes {}", super::actions::values(params.len()));
                self.error(Code::E0303, arg.value.span, message, "one too many", "remove it");
                return None;
            };
            let value =
                self.test_value(&arg.value, &param.ty, &format!("`{}` of `{action}`", param.name))?;
            let number = u32::try_from(number).ok()?;
            if let Some(first) = first_of(&mut seen, number, self.at(arg.value.span)) {
                let message = format!("`{}` is given twice", param.name);
                self.again(Code::E0303, message, arg.value.span, first, "give it once");
                return None;
            }
            checked.push((number, Some(value)));
        }
        Some(checked)
    }

    /// A value written out: a constant, a record in braces, a list in brackets.
    fn test_value(&mut self, expr: &ast::Expr, ty: &Type, what: &str) -> Option<Value> {
        match (&expr.kind, ty) {
            (ast::ExprKind::Record(args), Type::Record(fields)) => {
                self.test_record(args, fields, expr.span).map(Value::Record)
            }
            (ast::ExprKind::List(items), Type::List(item)) => {
                let values: Option<Vec<Value>> =
                    items.iter().map(|value| self.test_value(value, item, what)).collect();
                values.map(Value::List)
            }
            _ => match constant(self.expr_of(expr, &Scope::default(), ty, what)?.kind) {
                Some(value) => Some(value),
                None => {
                    self.error(
                        Code::E0309,
                        expr.span,
                        "a test gives values, not expressions",
                        "not a value",
                        "write the value itself",
                    );
                    None
                }
            },
        }
    }

    fn test_record(
        &mut self,
        args: &[Arg],
        fields: &[FieldType],
        span: Span,
    ) -> Option<Vec<Option<Value>>> {
        self.args_once(args);
        let mut values = vec![None; fields.len()];
        for arg in args {
            let Some(name) = &arg.name else {
                self.error(
                    Code::E0303,
                    arg.value.span,
                    "a field needs its name",
                    "no name",
                    "write `name: value`",
                );
                return None;
            };
            let Some(number) = fields.iter().position(|field| field.name == name.text) else {
                if self.actions_broken() {
                    return None;
                }
                self.unknown(Code::E0206, "field", name, fields.iter().map(|f| f.name.as_str()));
                return None;
            };
            let ty = fields.get(number)?.ty.clone();
            let value = self.test_value(&arg.value, &ty, &format!("`{}`", name.text))?;
            if let Some(place) = values.get_mut(number) {
                *place = Some(value);
            }
        }
        let missing: Vec<&str> = fields
            .iter()
            .zip(&values)
            .filter(|(field, value)| value.is_none() && !field.optional)
            .map(|(f, _)| f.name.as_str())
            .collect();
        if !missing.is_empty() && !args.is_empty() {
            let message = format!("{} is left out", super::cx::quoted(&missing));
            let finding = self
                .finding(Code::W0404, span, message)
                .label("a real answer without it would be a failure")
                .help("give it a value, or declare the field `optional`");
            self.report(finding);
        }
        Some(values)
    }

    /// A line that happens. `Some(None)` was a setting that could not be used.
    fn test_step(
        &mut self,
        line: &ast::TestLine,
        flows: &Flows<'_>,
        sources: &SourceMap,
    ) -> Option<Option<TestStep>> {
        Some(Some(match &line.kind {
            TestLineKind::User(text) => TestStep::User(plain(text)),
            TestLineKind::Presses(text) => TestStep::Presses(plain(text)),
            TestLineKind::Bot { on, text } => {
                let on = match on {
                    Some(name) => Some(ChannelId(self.lookup(|s| &s.channels, "channel", name)?)),
                    None => None,
                };
                TestStep::Bot { on, text: plain(text) }
            }
            TestLineKind::Article(id) => TestStep::Article(id.value.clone()),
            TestLineKind::Silence(time) => TestStep::Silence(time.value),
            TestLineKind::ExpectCalled { negated, action, args } => {
                let number = self.lookup(|s| &s.actions, "action", action)?;
                let params = self.actions.get(number as usize)?.params.clone()?;
                let args = self.test_args(&action.text, &params, args)?;
                TestStep::Called { negated: *negated, action: ActionId(number), args }
            }
            TestLineKind::ExpectEnded(outcome) => TestStep::Ended(self.outcome(outcome)?),
            TestLineKind::ExpectHandoff { to, because } => {
                let to = match to {
                    Some(skill) => Some(SkillId(self.lookup(|s| &s.skills, "skill", skill)?)),
                    None => None,
                };
                TestStep::Handoff { to, because: because.as_ref().map(plain) }
            }
            TestLineKind::ExpectState(name) => {
                let (flow, state) = self.state_by_name(name, flows)?;
                TestStep::State(flow, state)
            }
            TestLineKind::Expect(expr) => self.expectation(expr, flows, sources)?,
            TestLineKind::Error => return None,
            _ => return Some(None),
        }))
    }

    /// `state`, when one flow has it, or `flow.state`.
    fn state_by_name(&mut self, name: &Name, flows: &Flows<'_>) -> Option<(FlowId, StateId)> {
        match flows.states(&name.text).as_slice() {
            [only] => Some(*only),
            [] => {
                let lost = name
                    .text
                    .rsplit_once('.')
                    .is_some_and(|(flow, _)| self.symbols.flows.lost.contains(flow));
                if lost {
                    return None;
                }
                let dotted = name.text.contains('.');
                let known = flows.state_names(dotted);
                self.unknown(Code::E0203, "state", name, known.iter().map(String::as_str));
                None
            }
            _ => {
                self.error(
                    Code::E0203,
                    name.span,
                    format!("several flows have a state `{}`", name.text),
                    "which one?",
                    "write `flow.state`",
                );
                None
            }
        }
    }

    /// A condition over the session's slots, the customer, and the slots of the one flow that has
    /// the names used.
    fn expectation(
        &mut self,
        expr: &ast::Expr,
        flows: &Flows<'_>,
        sources: &SourceMap,
    ) -> Option<TestStep> {
        let at = self.at(expr.span);
        let text =
            sources.get(at.file).and_then(|f| f.text.get(at.span.range())).unwrap_or("").to_owned();
        let mut names = Vec::new();
        first_names(expr, &mut names);
        let own = names.iter().filter(|name| !self.session_types.contains_key(*name));
        let owner = own.filter_map(|name| flows.with_slot(name)).min();
        let owner = match owner {
            // Of which type they are may be what is wrong with it.
            Some(id) => Some((id, flows.get(id)?)),
            None => None,
        };
        let mut scope = Scope::default();
        for slot in owner.iter().flat_map(|(_, flow)| &flow.slots) {
            let place = (slot.ty.clone(), BindCells::One(slot.place));
            scope.locals.insert(slot.name.clone(), place);
        }
        let cond: Expr = self.condition(expr, &scope)?;
        Some(TestStep::Holds { cond, flow: owner.map(|(id, _)| id), text })
    }
}

/// The first names of all paths in an expression.
fn first_names(expr: &ast::Expr, names: &mut Vec<String>) {
    match &expr.kind {
        ast::ExprKind::Path(path) | ast::ExprKind::Has(path) => {
            names.extend(path.first().map(|name| name.text.clone()));
        }
        ast::ExprKind::Unary(_, inner) => first_names(inner, names),
        ast::ExprKind::Is { value, .. } | ast::ExprKind::Reveal { value, .. } => {
            first_names(value, names)
        }
        ast::ExprKind::Binary(_, left, right) => {
            first_names(left, names);
            first_names(right, names);
        }
        ast::ExprKind::Call { args, .. } => {
            args.iter().for_each(|arg| first_names(&arg.value, names))
        }
        ast::ExprKind::List(items) => items.iter().for_each(|item| first_names(item, names)),
        _ => {}
    }
}
