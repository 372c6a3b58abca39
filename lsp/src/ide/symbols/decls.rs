//! Names in declarations.

use flowright_compiler::syntax::ast::{
    Action, Customer, DeclKind, Entity, Experiment, Expr, ExprKind, Fallback, Field, GivenAnswer,
    Knowledge, Labels, Lookup, Name, Request, Route, RouteRule, Setting, Test, TestLineKind,
    TypeExpr,
};

use super::exprs::{customer_owner, session_owner};
use super::scope::Scope;
use super::types::{entity_owner, joined, ty_of};
use super::walk::Walk;
use super::{Kind, Role, Symbol};

impl Walk<'_> {
    pub(super) fn decl(&mut self, decl: &DeclKind) {
        let none = Scope::default();
        match decl {
            DeclKind::Allow(_) | DeclKind::Error { .. } => {}
            DeclKind::Bot(bot) => {
                bot.name.iter().for_each(|name| self.declares(Kind::Bot, name));
                bot.languages.iter().for_each(|lang| self.declares(Kind::Language, lang));
            }
            DeclKind::Use(module) => self.uses(Kind::Module, module),
            DeclKind::Role(role) => {
                self.declares(Kind::Role, &role.name);
                role.includes.iter().for_each(|other| self.uses(Kind::Role, other));
            }
            DeclKind::Customer(customer) => self.customer(customer),
            DeclKind::Channel(channel) => {
                self.declares(Kind::Channel, &channel.name);
                channel.settings.iter().for_each(|setting| self.expr(&setting.value, &none, None));
            }
            DeclKind::Entity(entity) => self.entity(entity),
            DeclKind::Intent(intent) => self.intent(intent),
            DeclKind::Slot(slot) => {
                self.declares(Kind::SessionSlot, &slot.name);
                self.slot(slot, &session_owner(&slot.name.text), &none);
            }
            DeclKind::Action(action) => self.action(action),
            DeclKind::Skill(skill) => {
                self.declares(Kind::Skill, &skill.name);
                if let Some((to, _)) = &skill.overflow {
                    self.uses(Kind::Skill, to);
                }
            }
            DeclKind::Route(route) => self.route(route),
            DeclKind::Fallback(fallback) => self.fallback(fallback, &none),
            DeclKind::Knowledge(knowledge) => self.knowledge(knowledge),
            DeclKind::Experiment(experiment) => self.experiment(experiment),
            DeclKind::Text(text) => self.named_text(text),
            DeclKind::Flow(flow) => self.flow(flow),
            DeclKind::Test(test) => self.test(test),
            DeclKind::Migrate(migrate) => self.migrate(migrate),
        }
    }

    /// A type as written; `owner` has the choices that are written in it.
    pub(super) fn written(&mut self, ty: &TypeExpr, owner: &str, path: &str) {
        match ty {
            TypeExpr::Named(name) => self.uses(Kind::Entity, name),
            TypeExpr::OneOf { options, .. } => {
                let owner = match path {
                    "" => owner.to_owned(),
                    path => format!("{owner} {path}"),
                };
                for option in options {
                    self.inside(Kind::Choice, &owner, &option.name, Role::Declares);
                    self.words(&option.words);
                }
            }
            TypeExpr::List { item, .. } => self.written(item, owner, path),
            TypeExpr::Record { fields, .. } => {
                for field in fields {
                    let path = joined(path, &field.name.text);
                    let symbol = Symbol::inside(Kind::ResultField, owner, &path);
                    self.put(field.name.span, symbol, Role::Declares);
                    self.written(&field.ty, owner, &path);
                    self.labels(&field.labels);
                }
            }
            TypeExpr::Error(_) => {}
        }
    }

    pub(super) fn labels(&mut self, labels: &Labels) {
        labels.visible_to.iter().for_each(|role| self.uses(Kind::Role, role));
    }

    fn entity(&mut self, entity: &Entity) {
        self.declares(Kind::Entity, &entity.name);
        self.written(&entity.base, &entity_owner(&entity.name.text), "");
    }

    fn customer(&mut self, customer: &Customer) {
        for field in &customer.fields {
            self.declares(Kind::CustomerField, &field.name);
            self.written(&field.ty, &customer_owner(&field.name.text), "");
            self.labels(&field.labels);
        }
        if let Some(from) = &customer.from {
            self.lookup(from);
        }
        for find in &customer.find {
            find.channels.iter().for_each(|channel| self.uses(Kind::Channel, channel));
            self.lookup(&find.lookup);
        }
        customer.confirm.iter().for_each(|channel| self.uses(Kind::Channel, channel));
    }

    fn lookup(&mut self, lookup: &Lookup) {
        self.request(&lookup.request, &Scope::default());
    }

    fn request(&mut self, request: &Request, scope: &Scope) {
        self.template(&request.url, scope);
        for (_, value) in &request.headers {
            self.template(value, scope);
        }
        if let Some(body) = &request.body {
            self.body_fields(body, scope);
        }
    }

    fn action(&mut self, action: &Action) {
        let name = &action.name.text;
        self.declares(Kind::Action, &action.name);
        let mut scope = Scope::default();
        for Field { name: param, ty, labels, .. } in &action.params {
            self.inside(Kind::Param, name, param, Role::Declares);
            let owner = param_owner(name, &param.text);
            self.written(ty, &owner, "");
            self.labels(labels);
            let symbol = Symbol::inside(Kind::Param, name, &param.text);
            scope.locals.insert(param.text.clone(), (symbol, ty_of(ty, &owner, "")));
        }
        if let Some(result) = &action.result {
            self.written(result, name, "");
        }
        if let Some(request) = &action.request {
            self.request(request, &scope);
        }
        for error in &action.errors {
            self.inside(Kind::ActionError, name, &error.name, Role::Declares);
            self.expr(&error.cond, &Scope::default(), None);
        }
    }

    fn route(&mut self, route: &Route) {
        let none = Scope::default();
        for rule in &route.rules {
            match rule {
                RouteRule::Urgency { cond, .. } => self.expr(cond, &none, None),
                RouteRule::Skill { intents, cond, skill, .. } => {
                    intents.iter().for_each(|intent| self.uses(Kind::Intent, intent));
                    cond.iter().for_each(|cond| self.expr(cond, &none, None));
                    self.uses(Kind::Skill, skill);
                }
                RouteRule::Otherwise { skill, .. } => self.uses(Kind::Skill, skill),
                RouteRule::Error(_) => {}
            }
        }
    }

    pub(super) fn fallback(&mut self, fallback: &Fallback, scope: &Scope) {
        fallback.handoff_to.iter().for_each(|skill| self.uses(Kind::Skill, skill));
        for rule in &fallback.handoff_when {
            self.expr(&rule.cond, scope, None);
            rule.to.iter().for_each(|skill| self.uses(Kind::Skill, skill));
        }
    }

    fn knowledge(&mut self, knowledge: &Knowledge) {
        self.declares(Kind::Knowledge, &knowledge.name);
        knowledge.applies.iter().for_each(|cond| self.expr(cond, &Scope::default(), None));
    }

    fn experiment(&mut self, experiment: &Experiment) {
        self.declares(Kind::Experiment, &experiment.name);
        for (variant, _) in &experiment.variants {
            self.inside(Kind::Variant, &experiment.name.text, variant, Role::Declares);
        }
    }

    fn test(&mut self, test: &Test) {
        let none = Scope::default();
        for line in &test.lines {
            match &line.kind {
                TestLineKind::Language(lang) => self.uses(Kind::Language, lang),
                TestLineKind::Channel(channel) => self.uses(Kind::Channel, channel),
                TestLineKind::Reachable(channels) => {
                    channels.iter().for_each(|channel| self.uses(Kind::Channel, channel));
                }
                TestLineKind::Customer(settings) => self.profile(settings),
                TestLineKind::Given { action, args, answer } => {
                    self.uses(Kind::Action, action);
                    let params = self.model.action_params(&action.text);
                    self.args_for(args, &none, &params);
                    match answer {
                        GivenAnswer::Value(value) => {
                            let ty = self.model.action(&action.text);
                            let ty = ty.and_then(|action| action.result.as_ref());
                            let ty = ty.map(|ty| ty_of(ty, &action.text, ""));
                            self.expr(value, &none, ty.as_ref());
                        }
                        GivenAnswer::Error(error) if error.text != "fails" => {
                            self.inside(Kind::ActionError, &action.text, error, Role::Uses);
                        }
                        GivenAnswer::Error(_) => {}
                    }
                }
                TestLineKind::ExpectCalled { action, args, .. } => {
                    self.uses(Kind::Action, action);
                    let params = self.model.action_params(&action.text);
                    self.args_for(args, &none, &params);
                }
                TestLineKind::ExpectHandoff { to, .. } => {
                    to.iter().for_each(|skill| self.uses(Kind::Skill, skill));
                }
                TestLineKind::ExpectState(state) => self.expected_state(state),
                TestLineKind::Expect(expr) => {
                    // The slots of the first flow that has one of those that are named.
                    let mut named = Vec::new();
                    first_names(expr, &mut named);
                    let flow = self.model.first_flow_with_slot(&named);
                    let scope = flow.map(|flow| Scope::of_flow(self.model, flow));
                    self.expr(expr, &scope.unwrap_or_default(), None);
                }
                TestLineKind::Bot { on, .. } => {
                    on.iter().for_each(|channel| self.uses(Kind::Channel, channel));
                }
                _ => {}
            }
        }
    }

    /// `state`, where one flow alone has it, or `flow.state`.
    fn expected_state(&mut self, state: &Name) {
        if state.text.contains('.') {
            return self.state_of_flow(state);
        }
        if let [flow] = self.model.flows_with_state(&state.text).as_slice() {
            let flow = (*flow).to_owned();
            self.inside(Kind::State, &flow, state, Role::Uses);
        }
    }

    fn profile(&mut self, settings: &[Setting]) {
        for Setting { key, value } in settings {
            let Some(field) = self.model.customer_field(&key.text) else { continue };
            let ty = ty_of(&field.ty, &customer_owner(&key.text), "");
            self.uses(Kind::CustomerField, key);
            self.expr(value, &Scope::default(), Some(&ty));
        }
    }
}

/// Who owns the choices of a parameter's type that is written in place.
pub(crate) fn param_owner(action: &str, param: &str) -> String {
    format!("param {action}.{param}")
}

/// The first names of all paths in an expression.
fn first_names<'e>(expr: &'e Expr, names: &mut Vec<&'e str>) {
    match &expr.kind {
        ExprKind::Path(path) | ExprKind::Has(path) => {
            names.extend(path.first().map(|name| name.text.as_str()));
        }
        ExprKind::Unary(_, inner) => first_names(inner, names),
        ExprKind::Is { value, .. } | ExprKind::Reveal { value, .. } => first_names(value, names),
        ExprKind::Binary(_, left, right) => {
            first_names(left, names);
            first_names(right, names);
        }
        ExprKind::Call { args, .. } => args.iter().for_each(|arg| first_names(&arg.value, names)),
        ExprKind::List(items) => items.iter().for_each(|item| first_names(item, names)),
        _ => {}
    }
}
