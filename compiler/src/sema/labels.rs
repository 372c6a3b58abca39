//! Where the labels `personal` and `visible to` may stand: on what they are followed from.

use super::cx::Checker;
use crate::base::Span;
use crate::diag::Code;
use crate::syntax::ast::{Field, Labels, TypeExpr};

impl Checker<'_> {
    /// Labels inside a type are those of an action's results. Anywhere else the label stands on the
    /// whole: on the slot, the field or the parameter.
    pub(super) fn no_labels_inside(&mut self, ty: &TypeExpr) {
        match ty {
            TypeExpr::List { item, .. } => self.no_labels_inside(item),
            TypeExpr::Record { fields, .. } => {
                for field in fields {
                    self.no_label(field, "label the whole value, behind its type");
                    self.no_labels_inside(&field.ty);
                }
            }
            TypeExpr::Named(_) | TypeExpr::OneOf { .. } | TypeExpr::Error(_) => {}
        }
    }

    /// A parameter of a text is as secret as what it is given.
    pub(super) fn no_labels_on_text(&mut self, params: &[Field]) {
        for param in params {
            self.no_label(param, "remove it: the text is checked with what it is given");
            self.no_labels_inside(&param.ty);
        }
    }

    fn no_label(&mut self, field: &Field, help: &str) {
        if let Some(span) = label_span(&field.labels) {
            let message =
                format!("a label on `{}` would not be followed from here", field.name.text);
            self.error(Code::E0706, span, message, "does not stand here", help);
        }
    }
}

fn label_span(labels: &Labels) -> Option<Span> {
    labels.personal.or(labels.visible_to.as_ref().map(|role| role.span))
}
