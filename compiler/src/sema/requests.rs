//! How actions are carried out: where a request goes, its headers and its body.

use super::constants::constant;
use super::cx::Checker;
use super::scope::Scope;
use super::symbols::Found;
use crate::base::Span;
use crate::diag::Code;
use crate::ir::{BodyValue, FieldType, RequestDef, RequestPart};
use crate::syntax::ast::{self, Arg, Name, TemplatePart};

/// What a request may be made of, besides environment variables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Params<'p> {
    pub(super) all: &'p [FieldType],
    pub(super) of: Of,
}

/// Whose parameters they are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Action,
    /// A question to the company's records has one.
    Lookup(&'static str),
}

impl Checker<'_> {
    /// An action that says nothing of how it is carried out would fail at every call.
    pub(super) fn no_request(&mut self, found: &Found<'_, ast::Action>) {
        if found.broken {
            return;
        }
        let name = &found.node.name;
        let (message, method) = match found.node.is_effect {
            true => (format!("the effect `{}` makes no request", name.text), "post"),
            false => (format!("the action `{}` makes no request", name.text), "get"),
        };
        let help = format!("say where it goes: `{{ {method} \"{{env.NAME}}/…\" }}`");
        self.error(Code::E0602, name.span, message, "every call would fail", help);
    }

    /// A request, and what it may be made of.
    pub(super) fn request(
        &mut self,
        request: &ast::Request,
        params: Params<'_>,
    ) -> Option<RequestDef> {
        let mut headers = Vec::new();
        for (name, value) in &request.headers {
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            if name.value.is_empty() || !name.value.chars().all(token) {
                self.error(
                    Code::E0602,
                    name.span,
                    format!("`{}` is not a header's name", name.value),
                    "not a header",
                    "use letters, digits and `-`",
                );
            }
            headers.push((name.value.clone(), self.request_parts(value, params)?));
        }
        let body = match &request.body {
            Some(fields) => Some(self.body_fields(fields, params)?),
            None => None,
        };
        let url = self.request_parts(&request.url, params)?;
        let request_def =
            RequestDef { method: request.method.text.to_uppercase(), url, headers, body };
        let url = &request_def.url;
        if request_def.is_own() && matches!(params.of, Of::Action) {
            self.own_request(request, &request_def)?;
        } else if let Some(RequestPart::Literal(address)) = url.first()
            && !["http://", "https://"].iter().any(|begin| address.starts_with(begin))
        {
            self.error(
                Code::E0602,
                request.url.span,
                format!("`{address}` is not the beginning of an address"),
                "no `https://`",
                "begin it with `https://…` or `{env.NAME}`",
            );
        } else if !matches!(url.first(), Some(RequestPart::Env(_) | RequestPart::Literal(_))) {
            self.error(
                Code::E0602,
                request.url.span,
                "an address begins with where it goes, not with a parameter",
                "the host would come from outside",
                "begin it with `https://…` or `{env.NAME}`",
            );
        }
        Some(request_def)
    }

    fn request_parts(
        &mut self,
        template: &ast::Template,
        params: Params<'_>,
    ) -> Option<Vec<RequestPart>> {
        let mut parts = Vec::new();
        for part in &template.parts {
            parts.push(match part {
                TemplatePart::Literal { text, .. } => RequestPart::Literal(text.clone()),
                TemplatePart::Expr(expr) => self.request_part(expr, params)?,
                TemplatePart::Annotation { span, .. }
                | TemplatePart::Plural(ast::Plural { span, .. })
                | TemplatePart::Count(span)
                | TemplatePart::Error(span) => {
                    self.error(
                        Code::E0502,
                        *span,
                        "this cannot stand in a request",
                        "not here",
                        "write `{parameter}` or `{env.NAME}`",
                    );
                    return None;
                }
            });
        }
        Some(parts)
    }

    /// A parameter or an environment variable.
    fn request_part(&mut self, expr: &ast::Expr, params: Params<'_>) -> Option<RequestPart> {
        let names = match &expr.kind {
            ast::ExprKind::Path(names) => names.as_slice(),
            _ => &[],
        };
        match names {
            [env, variable] if env.text == "env" => Some(RequestPart::Env(variable.text.clone())),
            [name] => match params.all.iter().position(|param| param.name == name.text) {
                Some(number) => Some(RequestPart::Param(u32::try_from(number).ok()?)),
                None => {
                    self.unknown(
                        Code::E0201,
                        "parameter",
                        name,
                        params.all.iter().map(|p| p.name.as_str()),
                    );
                    None
                }
            },
            _ => {
                self.not_in_requests(expr.span, params, "neither", "pass the value as a parameter");
                None
            }
        }
    }

    fn not_in_requests(&mut self, span: Span, params: Params<'_>, label: &str, help: &str) {
        let (whose, help) = match params.of {
            Of::Action => ("the action's parameters".to_owned(), help.to_owned()),
            Of::Lookup(name) => (format!("`{name}`"), format!("write `{{{name}}}`")),
        };
        let message = format!("a request uses {whose} and `env.NAME` only");
        self.error(Code::E0209, span, message, label, help);
    }

    fn body_fields(
        &mut self,
        fields: &[Arg],
        params: Params<'_>,
    ) -> Option<Vec<(String, BodyValue)>> {
        let mut body: Vec<(String, BodyValue)> = Vec::new();
        let mut names: Vec<Name> = Vec::new();
        for field in fields {
            let name = match (&field.name, &field.value.kind) {
                (Some(name), _) => name.clone(),
                (None, ast::ExprKind::Path(names)) if names.len() == 1 => names.first()?.clone(),
                _ => {
                    self.error(
                        Code::E0303,
                        field.value.span,
                        "a field of the body needs a name",
                        "no name",
                        "write `name: value`",
                    );
                    return None;
                }
            };
            body.push((name.text.clone(), self.body_value(&field.value, params)?));
            names.push(name);
        }
        self.names_once(&names);
        Some(body)
    }

    fn body_value(&mut self, value: &ast::Expr, params: Params<'_>) -> Option<BodyValue> {
        match &value.kind {
            ast::ExprKind::Str(template) => {
                Some(BodyValue::Text(self.request_parts(template, params)?))
            }
            ast::ExprKind::Path(_) => match self.request_part(value, params)? {
                RequestPart::Param(number) => Some(BodyValue::Param(number)),
                part => Some(BodyValue::Text(vec![part])),
            },
            _ => match constant(self.expr(value, &Scope::default(), None)?.kind) {
                Some(value) => Some(BodyValue::Constant(value)),
                None => {
                    let help = "compute it in the flow and pass it as a parameter";
                    self.not_in_requests(value.span, params, "computed", help);
                    None
                }
            },
        }
    }
}
