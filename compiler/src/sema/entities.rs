//! Entities: what they are made of, in whatever order they stand.

use std::collections::BTreeSet;

use flowright_nlu::spec::{Builtin, EntityKind};

use super::circles::{circles, finding, told};
use super::cx::{Checker, article};
use super::symbols::Found;
use super::types::BUILTINS;
use crate::diag::Code;
use crate::ir::Type;
use crate::syntax::ast::{self, TypeExpr};

impl<'a> Checker<'a> {
    /// Declared entities; they can refer to each other in any order.
    pub(super) fn declared_entities(&mut self) {
        let entities = self.symbols.entities.items.clone();
        let mut left = vec![true; entities.len()];
        let mut undeclared = BTreeSet::new();
        for first in 0..entities.len() {
            // What an entity stands on comes first; a chain is as long as the table.
            let mut chain: Vec<(usize, &Found<'a, ast::Entity>)> = Vec::new();
            let mut next = Some(first);
            while let Some(number) = next.take() {
                let (Some(found), Some(left)) = (entities.get(number), left.get_mut(number)) else {
                    break;
                };
                if !std::mem::take(left) {
                    break;
                }
                chain.push((number, found));
                if let TypeExpr::Named(base) = &found.node.base {
                    next = self.symbols.entities.get(&base.text).map(|base| base as usize);
                }
            }
            while let Some((number, found)) = chain.pop() {
                if !self.declare_entity(found, false) {
                    undeclared.insert(number);
                }
            }
        }
        self.entity_circles(&entities, &undeclared);
        for found in undeclared.iter().filter_map(|number| entities.get(*number)) {
            self.declare_entity(found, true);
        }
    }

    /// Of what could not be declared, entities that are each of the type of the next: each circle
    /// once.
    fn entity_circles(&mut self, entities: &[Found<'a, ast::Entity>], open: &BTreeSet<usize>) {
        let base = |number: usize| match &entities.get(number)?.node.base {
            TypeExpr::Named(base) if open.contains(&number) => Some(base),
            _ => None,
        };
        let next = |number: usize| {
            let next = self.symbols.entities.get(&base(number)?.text)? as usize;
            open.contains(&next).then_some(next)
        };
        let next: Vec<BTreeSet<usize>> =
            (0..entities.len()).map(|number| next(number).into_iter().collect()).collect();
        let name = |number: usize| entities.get(number).map_or("", |e| e.node.name.text.as_str());
        for circle in circles(&next) {
            let message = match circle.as_slice() {
                [only] => format!("the entity `{}` is of its own type", name(*only)),
                more => format!("these entities are of each other's types: {}", told(more, name)),
            };
            let steps = circle.iter().filter_map(|number| {
                let (found, base) = (entities.get(*number)?, base(*number)?);
                let text =
                    format!("`{}` is {} `{}`", name(*number), article(&base.text), base.text);
                Some((found.at(base.span), text))
            });
            let Some(found) = finding(Code::E0215, message, steps) else { continue };
            self.report(found.help(
                "begin with a type that there is: `text`, `one_of { … }` or another built-in one",
            ));
        }
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
                if let Some(pattern) = entity.patterns.first() {
                    self.learned_with_pattern(name, base.span, pattern.span);
                }
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
