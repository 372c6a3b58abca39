//! Actions: signatures, named errors, and the arguments of every call.

use std::ops::RangeInclusive;

use super::cx::{ActionSignature, Checker};
use super::hir::{self, Expr};
use super::requests::{Of, Params};
use super::scope::Scope;
use super::symbols::Found;
use crate::base::Span;
use crate::base::limits::{ACTION_RETRIES_MAX, ACTION_TIMEOUT_MAX_MS};
use crate::diag::Code;
use crate::ir::FieldType;
use crate::syntax::ast::{self, Arg};

/// Time for one attempt of an action that does not say.
const TIMEOUT_DEFAULT_MS: i64 = 5_000;

impl<'a> Checker<'a> {
    /// Parameters, result and error names of an action.
    pub(super) fn action_signature(&mut self, found: &Found<'a, ast::Action>) -> ActionSignature {
        self.enter(found);
        let action = found.node;
        self.none_optional(&action.params);
        let params = self.field_types("parameter", &action.params, &action.name.text);
        action.params.iter().for_each(|param| self.no_labels_inside(&param.ty));
        let result = action
            .result
            .as_ref()
            .and_then(|ty| self.resolve_type(ty, &format!("{}.result", action.name.text)))
            .map(|(ty, _)| ty);
        let errors = action.errors.iter().map(|error| error.name.text.clone()).collect();
        let result_lost = result.is_none() && action.result.is_some();
        ActionSignature { params, result, result_lost, errors }
    }

    /// The rest of an action.
    pub(super) fn action(
        &mut self,
        found: &Found<'a, ast::Action>,
        signature: &ActionSignature,
    ) -> Option<hir::Action> {
        self.enter(found);
        let action = found.node;
        let scope = Scope { answer: true, ..Scope::default() };
        self.all_once("error", action.errors.iter().map(|error| &error.name));
        let mut errors: Vec<(String, Expr)> = Vec::new();
        for error in &action.errors {
            errors.push((error.name.text.clone(), self.condition(&error.cond, &scope)?));
        }
        let params = signature.params.as_ref()?;
        let request = match &action.request {
            Some(request) => {
                let params = Params { all: params, of: Of::Action };
                let request = self.request(request, params)?;
                self.own_effect(action, signature, &request);
                Some(request)
            }
            None => {
                self.no_request(found);
                None
            }
        };
        let timeout = action.timeout_ms.as_ref();
        if let Some(timeout) = timeout.filter(|t| t.value > ACTION_TIMEOUT_MAX_MS || t.value < 1) {
            self.error(
                Code::E0602,
                timeout.span,
                "a timeout is between 1ms and 60s",
                "out of range",
                "let a `wait` or a timer do the waiting",
            );
        }
        Some(hir::Action {
            name: action.name.text.clone(),
            is_effect: action.is_effect,
            params: params.clone(),
            param_labels: action.params.iter().map(|field| self.label(field)).collect(),
            result_labels: self.result_labels(action),
            result: signature.result.clone(),
            request,
            timeout_ms: timeout.map_or(TIMEOUT_DEFAULT_MS, |timeout| timeout.value),
            retries: self
                .count(action.retries.as_ref(), 0..=ACTION_RETRIES_MAX.into(), "retries")
                .unwrap_or(0),
            errors,
            at: self.at(action.name.span),
        })
    }

    fn label(&self, field: &ast::Field) -> hir::Label {
        hir::Label {
            personal: field.labels.personal.is_some(),
            visible_to: field.labels.visible_to.as_ref().map(|role| role.text.clone()),
            at: self.at(field.name.span),
        }
    }

    /// The labelled fields of an action's result, those of lists and inner records included.
    fn result_labels(&self, action: &ast::Action) -> Vec<(Vec<String>, hir::Label)> {
        let mut found = Vec::new();
        if let Some(ty) = &action.result {
            self.labelled_fields(ty, &[], &mut found);
        }
        found
    }

    fn labelled_fields(
        &self,
        ty: &ast::TypeExpr,
        path: &[String],
        found: &mut Vec<(Vec<String>, hir::Label)>,
    ) {
        match ty {
            ast::TypeExpr::List { item, .. } => self.labelled_fields(item, path, found),
            ast::TypeExpr::Record { fields, .. } => {
                for field in fields {
                    let own = [path, std::slice::from_ref(&field.name.text)].concat();
                    let label = self.label(field);
                    if label.personal || label.visible_to.is_some() {
                        found.push((own.clone(), label));
                    }
                    self.labelled_fields(&field.ty, &own, found);
                }
            }
            _ => {}
        }
    }

    /// Whether an action lost parts: then its result may have fields that are not known.
    pub(super) fn actions_broken(&self) -> bool {
        self.symbols.actions.items.iter().any(|found| found.broken)
            || self.actions.iter().any(|action| action.result_lost)
    }

    /// One expression per parameter, from arguments by name or by place.
    pub(super) fn arguments(
        &mut self,
        callee: &str,
        params: Option<&[FieldType]>,
        args: &[Arg],
        scope: &Scope,
        span: Span,
    ) -> Option<Vec<Expr>> {
        let params = params?;
        let mut given: Vec<Option<Expr>> = vec![None; params.len()];
        let mut all = true;
        for (i, arg) in args.iter().enumerate() {
            let number = match &arg.name {
                Some(name) => params.iter().position(|param| param.name == name.text),
                None => Some(i).filter(|i| *i < params.len()),
            };
            let Some((number, param)) = number.and_then(|n| Some((n, params.get(n)?))) else {
                self.no_parameter(callee, params, arg);
                all = false;
                continue;
            };
            if let Some(first) = given.get(number).and_then(Option::as_ref).map(|first| first.at) {
                let message = format!("`{}` is given twice", param.name);
                self.again(Code::E0303, message, arg.value.span, first, "give it once");
                all = false;
            }
            match self.expr_of(
                &arg.value,
                scope,
                &param.ty,
                &format!("`{}` of `{callee}`", param.name),
            ) {
                Some(value) => {
                    given.iter_mut().skip(number).take(1).for_each(|g| *g = Some(value.clone()))
                }
                None => all = false,
            }
        }
        let missing: Vec<&str> = params
            .iter()
            .zip(&given)
            .filter(|(_, given)| given.is_none())
            .map(|(param, _)| param.name.as_str())
            .collect();
        if all && !missing.is_empty() {
            let message = format!("`{callee}` needs {}", super::cx::quoted(&missing));
            self.error(
                Code::E0304,
                span,
                message,
                "something is missing",
                "give a value for each parameter",
            );
            all = false;
        }
        if all { given.into_iter().collect() } else { None }
    }

    fn no_parameter(&mut self, callee: &str, params: &[FieldType], arg: &Arg) {
        match &arg.name {
            Some(name) => {
                let what = format!("parameter of `{callee}`");
                self.unknown(Code::E0303, &what, name, params.iter().map(|p| p.name.as_str()));
            }
            None => {
                let message = format!("`{callee}` takes {}", values(params.len()));
                self.error(Code::E0303, arg.value.span, message, "one too many", "remove it");
            }
        }
    }

    /// A whole number of a range.
    pub(super) fn count(
        &mut self,
        number: Option<&ast::Spanned<flowright_nlu::value::Decimal>>,
        range: RangeInclusive<i64>,
        what: &str,
    ) -> Option<u32> {
        let number = number?;
        let whole = number.value.trunc();
        // A number that does not fit was reported, and is 0.
        if whole == 0 && self.broken {
            return None;
        }
        if !number.value.is_integer() || !range.contains(&whole) {
            let (min, max) = (range.start(), range.end());
            let message = format!("the number of {what} is a whole one from {min} to {max}");
            let help = if whole < *min {
                format!("write at least {min}")
            } else if whole > *max {
                format!("write at most {max}")
            } else {
                "write a whole number".to_owned()
            };
            self.error(Code::E0602, number.span, message, "out of range", help);
            return None;
        }
        u32::try_from(whole).ok()
    }
}

/// `1 value`, `2 values`
pub(super) fn values(count: usize) -> String {
    format!("{count} value{}", if count == 1 { "" } else { "s" })
}
