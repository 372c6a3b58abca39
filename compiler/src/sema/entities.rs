//! Entities: what they are made of, in whatever order they stand.

use std::collections::BTreeSet;

use flowright_nlu::spec::{Builtin, EntityKind};

use super::cx::{Checker, article, listed};
use super::symbols::Found;
use super::types::BUILTINS;
use crate::diag::{Code, Diagnostic};
use crate::ir::Type;
use crate::syntax::ast::{self, Name, TypeExpr};

impl<'a> Checker<'a> {
    /// Declared entities; they can refer to each other in any order.
    pub(super) fn declared_entities(&mut self) {
        let entities = self.symbols.entities.items.clone();
        let mut left = vec![true; entities.len()];
        let mut in_circles = Vec::new();
        for first in 0..entities.len() {
            // What an entity stands on comes first; a chain is as long as the table.
            let mut chain: Vec<&Found<'a, ast::Entity>> = Vec::new();
            let mut next = Some(first);
            while let Some(number) = next.take() {
                let (Some(found), Some(left)) = (entities.get(number), left.get_mut(number)) else {
                    break;
                };
                if !std::mem::take(left) {
                    break;
                }
                chain.push(found);
                if let TypeExpr::Named(base) = &found.node.base {
                    next = self.symbols.entities.get(&base.text).map(|base| base as usize);
                }
            }
            while let Some(found) = chain.pop() {
                if !self.declare_entity(found, false) {
                    in_circles.push(*found);
                }
            }
        }
        in_circles.sort_by_key(|found| found.at(found.node.name.span));
        let mut told = BTreeSet::new();
        for found in &in_circles {
            self.entity_circle(found, &mut told);
            self.declare_entity(found, true);
        }
    }

    /// Says of entities that are each of the type of the next how that goes round, once.
    fn entity_circle(&mut self, first: &Found<'a, ast::Entity>, told: &mut BTreeSet<&'a str>) {
        let entities = &self.symbols.entities;
        let mut circle: Vec<(&Found<'a, ast::Entity>, &Name)> = Vec::new();
        let mut next = Some(first);
        while let Some(found) = next.filter(|found| told.insert(&found.node.name.text)) {
            let TypeExpr::Named(base) = &found.node.base else { return };
            circle.push((found, base));
            next = entities.get(&base.text).and_then(|base| entities.items.get(base as usize));
        }
        // What leads into a circle is not in it.
        let last = circle.last().map(|(_, base)| base.text.as_str());
        let begin =
            circle.iter().position(|(found, _)| Some(found.node.name.text.as_str()) == last);
        let Some(circle) = begin.and_then(|begin| circle.get(begin..)) else { return };
        let names: Vec<&str> =
            circle.iter().map(|(found, _)| found.node.name.text.as_str()).collect();
        let message = match names.as_slice() {
            [only] => format!("the entity `{only}` is of its own type"),
            names => format!("the entities {} are of each other's types", listed(names)),
        };
        let mut steps = circle.iter().map(|(found, base)| {
            let text =
                format!("`{}` is {} `{}`", found.node.name.text, article(&base.text), base.text);
            (found.at(base.span), text)
        });
        let Some((at, text)) = steps.next() else { return };
        let finding = Diagnostic::new(Code::E0215, at, message).label(text);
        let finding = steps.fold(finding, |finding, (at, text)| finding.related(at, text));
        self.report(finding.help(
            "begin with a type that there is: `text`, `one_of { … }` or another built-in one",
        ));
    }

    /// Declares one entity; whether it could be.
    fn declare_entity(&mut self, found: &Found<'a, ast::Entity>, last_try: bool) -> bool {
        self.enter(found);
        let entity = found.node;
        if self.is_builtin_name(entity) {
            return true;
        }
        let (name, at) = (entity.name.text.as_str(), self.at(entity.name.span));
        let patterns: Vec<String> = entity.patterns.iter().map(|p| p.value.clone()).collect();
        let (ty, base) = match &entity.base {
            TypeExpr::Named(base) if base.text == "learned" => {
                let what = "entities learned from examples";
                self.not_built(base.span, what, "it finds nothing yet; add a `pattern`");
                (Type::Text, None)
            }
            TypeExpr::Named(base) => {
                let builtin = BUILTINS.iter().find(|(known, ..)| *known == base.text);
                let declared =
                    self.entity_by_name.get(&base.text).and_then(|i| self.entities.get(i.index()));
                match (builtin, declared) {
                    (Some((_, ty, builtin)), _) => {
                        (ty.clone(), Some(EntityKind::Builtin(*builtin)))
                    }
                    (None, Some(declared)) => (declared.ty.clone(), Some(declared.kind.clone())),
                    (None, None) if last_try => {
                        self.resolve_type(&entity.base, name);
                        return false;
                    }
                    (None, None) => return false,
                }
            }
            TypeExpr::OneOf { options, span } => match self.add_choice(name, options, *span) {
                Some(choice) => (Type::Choice(choice), Some(self.choice_kind(options))),
                None => return true,
            },
            TypeExpr::List { span, .. } | TypeExpr::Record { span, .. } => {
                self.error(
                    Code::E0309,
                    *span,
                    "an entity is one value",
                    "not one value",
                    "use a built-in type, `one_of` or `learned`",
                );
                return true;
            }
            TypeExpr::Error(_) => return true,
        };
        for pattern in &entity.patterns {
            if self.pattern_compiles(&pattern.value, pattern.span) {
                self.pattern_finds(pattern);
            }
        }
        let kind = match base {
            Some(EntityKind::Builtin(base)) if !patterns.is_empty() => {
                EntityKind::Pattern { base, regexes: patterns }
            }
            Some(kind) => kind,
            None if patterns.is_empty() => EntityKind::Learned,
            None => EntityKind::Pattern { base: Builtin::Text, regexes: patterns },
        };
        self.add_entity(name, ty, kind, at);
        true
    }

    /// Reports an entity that would take the name of a type that there is anyway.
    fn is_builtin_name(&mut self, entity: &ast::Entity) -> bool {
        let name = &entity.name;
        let mut names = BUILTINS.iter().map(|(known, ..)| *known).chain(["one_of", "learned"]);
        if !names.any(|known| known == name.text) {
            return false;
        }
        let message = format!("`{}` is the name of a built-in type", name.text);
        let help = "give the entity a name of its own, and use that as the type";
        self.error(Code::E0202, name.span, message, "would hide the type", help);
        true
    }
}
