//! A named text where its name stands.

use flowright_compiler::syntax::ast::{DeclKind, ExprKind, TextRef};

use super::cx::Cx;
use super::exprs::each_expr;
use super::texts::references;
use super::{Kind as ActionKind, Plan};
use crate::ide::symbols::Kind;

pub(super) fn offer(cx: &mut Cx<'_>) {
    let Some((decl, flow)) = cx.flow() else { return };
    let here = references(flow).into_iter().find_map(|text| match text {
        TextRef::Named { name, args } if cx.touches(decl, name.span) => Some((name, args)),
        _ => None,
    });
    let Some((name, args)) = here else { return };
    let Some((file, of)) = cx.model.decl(Kind::Text, &name.text) else { return };
    let DeclKind::Text(named) = &of.node.kind else { return };
    let Some(source) = cx.snapshot.source(file.id) else { return };
    let whole = named.text.span.shifted(of.origin);
    let Some(mut text) = source.text.get(whole.range()).map(str::to_owned) else { return };
    let mut places = Vec::new();
    for variant in &named.text.variants {
        for part in &variant.template.parts {
            use flowright_compiler::syntax::ast::TemplatePart;
            match part {
                TemplatePart::Expr(expr) => each_expr(expr, &mut |inner| {
                    if let ExprKind::Path(names) | ExprKind::Has(names) = &inner.kind
                        && let [name, ..] = names.as_slice()
                    {
                        places.push((name, inner.span == expr.span));
                    }
                }),
                // What is counted stands in branches, too.
                TemplatePart::Plural(_) => {
                    let title = "put the text here";
                    let why = format!("`{}` counts something", named.name.text);
                    let plan = Plan::Refused(why);
                    return cx.offer_plan("inline-text", ActionKind::Inline, title, plan);
                }
                _ => {}
            }
        }
    }
    let value = |param: &str, is_alone: bool| {
        let number = named.params.iter().position(|own| own.name.text == param)?;
        let by_name = args.iter().find(|arg| arg.name.as_ref().is_some_and(|n| n.text == param));
        let arg = by_name.or_else(|| args.get(number).filter(|arg| arg.name.is_none()))?;
        let value = cx.of(decl, arg.value.span);
        // It may stand among other things there.
        Some(match arg.value.kind {
            ExprKind::Binary(..) | ExprKind::Unary(..) | ExprKind::Is { .. } if !is_alone => {
                format!("({value})")
            }
            _ => value.to_owned(),
        })
    };
    places.sort_by_key(|(name, _)| std::cmp::Reverse(name.span));
    for (place, is_alone) in places {
        let Some(value) = value(&place.text, is_alone) else { continue };
        let start = place.span.start.saturating_sub(named.text.span.start) as usize;
        let end = place.span.end.saturating_sub(named.text.span.start) as usize;
        if text.get(start..end).is_some() {
            text.replace_range(start..end, &value);
        }
    }
    // The name with its arguments.
    let start = name.span.shifted(decl.origin).start;
    let mut end = name.span.shifted(decl.origin).end;
    let mut depth = 0_u32;
    for token in cx.code_from(end) {
        match cx.slice(token.span) {
            "(" => depth += 1,
            ")" if depth > 0 => depth -= 1,
            _ if depth == 0 => break,
            _ => {}
        }
        end = token.span.end;
        if depth == 0 {
            break;
        }
    }
    let edits = vec![cx.edit(flowright_compiler::base::Span::new(start, end), text)];
    cx.offer("inline-text", ActionKind::Inline, "put the text here", edits);
}
