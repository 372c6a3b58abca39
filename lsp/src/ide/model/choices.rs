//! Whose choices a value has, and which.

use flowright_compiler::sema::File;
use flowright_compiler::syntax::ast::{Decl, DeclKind, Name, OptionDecl, TypeExpr};

use super::Model;
use crate::ide::symbols::Kind;

/// Entities that stand on one another, at most: in a circle there is no end.
const BASES_MAX: usize = 64;

impl Model {
    /// The entity that has what an entity is made of: `severity` for `level` in `entity level: severity`.
    #[must_use]
    pub fn made_of<'n>(&'n self, entity: &'n str) -> &'n str {
        self.bases(entity).last().unwrap_or(entity)
    }

    /// An entity, and those that it stands on, one after the other.
    pub fn bases<'n>(&'n self, entity: &'n str) -> impl Iterator<Item = &'n str> {
        let next = |name: &&'n str| match self.entity_base(name) {
            Some(TypeExpr::Named(base)) if self.declares(Kind::Entity, &base.text) => {
                Some(&*base.text)
            }
            _ => None,
        };
        std::iter::successors(Some(entity), next).take(BASES_MAX)
    }

    /// What an entity is declared to be.
    fn entity_base(&self, name: &str) -> Option<&TypeExpr> {
        match &self.decl(Kind::Entity, name)?.1.node.kind {
            DeclKind::Entity(entity) => Some(&entity.base),
            _ => None,
        }
    }

    /// The choices of an owner of choices, by its name in [`Ty::choices`].
    #[must_use]
    pub fn choices(&self, owner: &str) -> Vec<&Name> {
        self.options(owner).iter().map(|option| &option.name).collect()
    }

    /// The same with their words.
    #[must_use]
    pub fn options(&self, owner: &str) -> &[OptionDecl] {
        self.owner_of_choices(owner).and_then(options).unwrap_or(&[])
    }

    /// The declaration that an owner of choices is in, or is.
    #[must_use]
    pub fn decl_of_choices(&self, owner: &str) -> Option<(&File, &Decl)> {
        let (what, name) = owner.split_once(' ')?;
        let head = name.rsplit_once('.').map(|(head, _)| head);
        match what {
            "entity" => self.decl(Kind::Entity, name),
            "customer" => self.customer(),
            "slot" => {
                let of_flow = head.and_then(|flow| self.decl(Kind::Flow, flow));
                of_flow.or_else(|| self.decl(Kind::SessionSlot, name))
            }
            "param" => self.decl(Kind::Action, head?),
            "text" => self.decl(Kind::Text, head?),
            action => self.decl(Kind::Action, action),
        }
    }

    /// Whether an owner of choices has this one.
    #[must_use]
    pub fn has_choice(&self, owner: &str, name: &str) -> bool {
        self.choices(owner).iter().any(|choice| choice.text == name)
    }

    /// The type that has the choices, as it is written.
    fn owner_of_choices(&self, owner: &str) -> Option<&TypeExpr> {
        let (what, name) = owner.split_once(' ')?;
        match what {
            "entity" => self.entity_base(name),
            "customer" => {
                let field = self.customer_field(name)?;
                Some(&field.ty)
            }
            "slot" => {
                let of_flow = name.rsplit_once('.').and_then(|(flow, slot)| {
                    self.flow(flow)?.slots.iter().find(|own| own.name.text == slot)
                });
                let slot = of_flow.or_else(|| self.session_slot(name).map(|(_, slot)| slot))?;
                Some(&slot.ty)
            }
            "param" => {
                let (action, param) = name.rsplit_once('.')?;
                let params = &self.action(action)?.params;
                let param = params.iter().find(|own| own.name.text == param)?;
                Some(&param.ty)
            }
            "text" => {
                let (text, param) = name.rsplit_once('.')?;
                let params = &self.text(text)?.params;
                let param = params.iter().find(|own| own.name.text == param)?;
                Some(&param.ty)
            }
            // An action's name and the path to a field of its result.
            action => {
                let action = self.action(action)?;
                let mut ty = action.result.as_ref()?;
                for part in name.split('.') {
                    while let TypeExpr::List { item, .. } = ty {
                        ty = item;
                    }
                    let TypeExpr::Record { fields, .. } = ty else { return None };
                    ty = &fields.iter().find(|field| field.name.text == part)?.ty;
                }
                Some(ty)
            }
        }
    }
}

fn options(ty: &TypeExpr) -> Option<&[OptionDecl]> {
    match ty {
        TypeExpr::OneOf { options, .. } => Some(options),
        TypeExpr::List { item, .. } => options(item),
        _ => None,
    }
}
