//! Numbers of choices and entities in the checked form of a declaration, and of the options of choices.
//! They come out of tables of the whole project, and become others when one is declared above.

use std::sync::Arc;

use flowright_nlu::spec::{EntityId, Piece};

use super::parts::{Part, Parts};
use super::{Flow, Intent};
use crate::ir::{ChoiceId, EntityIndex, Type};

/// What holds such numbers.
pub(crate) trait Numbers {
    /// Shows the number of every choice to `see`, which may change it.
    fn choices(&mut self, see: &mut dyn FnMut(&mut ChoiceId));
    /// Shows the number of every option, with its choice, to `see`, which may change it.
    fn options(&mut self, see: &mut dyn FnMut(ChoiceId, &mut u16));
    /// Shows the number of every entity to `see`, which may change it.
    fn entities(&mut self, see: &mut dyn FnMut(&mut EntityIndex));
}

impl Numbers for Arc<Flow> {
    fn choices(&mut self, see: &mut dyn FnMut(&mut ChoiceId)) {
        choices_of_parts(Self::make_mut(self), see);
    }

    fn options(&mut self, see: &mut dyn FnMut(ChoiceId, &mut u16)) {
        options_of_parts(Self::make_mut(self), see);
    }

    fn entities(&mut self, see: &mut dyn FnMut(&mut EntityIndex)) {
        // Only slots have one: the rest of a flow is not gone through.
        let slots = &mut Self::make_mut(self).slots;
        slots.iter_mut().filter_map(|slot| slot.entity.as_mut()).for_each(see);
    }
}

impl Numbers for Intent {
    fn choices(&mut self, see: &mut dyn FnMut(&mut ChoiceId)) {
        choices_of_parts(self, see);
    }

    fn options(&mut self, see: &mut dyn FnMut(ChoiceId, &mut u16)) {
        options_of_parts(self, see);
    }

    fn entities(&mut self, see: &mut dyn FnMut(&mut EntityIndex)) {
        let spec = &self.spec;
        let mut all = spec.examples.iter().chain(&spec.negatives).flat_map(|one| &one.pieces);
        // Others may have the same examples: they are copied only where there is a number.
        if !all.any(|piece| matches!(piece, Piece::Slot { .. })) {
            return;
        }
        let spec = Arc::make_mut(&mut self.spec);
        let all = spec.examples.iter_mut().chain(&mut spec.negatives);
        for piece in all.flat_map(|one| &mut one.pieces) {
            if let Piece::Slot { entity, .. } = piece {
                let mut index = EntityIndex(entity.0.into());
                see(&mut index);
                *entity = EntityId(u16::try_from(index.0).unwrap_or(u16::MAX));
            }
        }
    }
}

/// The first has them.
impl<A: Numbers, B> Numbers for (A, B) {
    fn choices(&mut self, see: &mut dyn FnMut(&mut ChoiceId)) {
        self.0.choices(see);
    }

    fn options(&mut self, see: &mut dyn FnMut(ChoiceId, &mut u16)) {
        self.0.options(see);
    }

    fn entities(&mut self, see: &mut dyn FnMut(&mut EntityIndex)) {
        self.0.entities(see);
    }
}

fn choices_of_parts(of: &mut impl Parts, see: &mut dyn FnMut(&mut ChoiceId)) {
    of.parts(&mut |part| match part {
        Part::At(_) | Part::Option(..) => {}
        Part::Type(ty, _) => choices_of_type(ty, see),
    });
}

fn options_of_parts(of: &mut impl Parts, see: &mut dyn FnMut(ChoiceId, &mut u16)) {
    of.parts(&mut |part| match part {
        Part::At(_) | Part::Type(..) => {}
        Part::Option(choice, option) => see(choice, option),
    });
}

fn choices_of_type(ty: &mut Type, see: &mut dyn FnMut(&mut ChoiceId)) {
    match ty {
        Type::Choice(choice) => see(choice),
        Type::List(item) => choices_of_type(item, see),
        Type::Record(fields) => {
            fields.iter_mut().for_each(|field| choices_of_type(&mut field.ty, see));
        }
        Type::Text
        | Type::Number
        | Type::Money
        | Type::Date
        | Type::Time
        | Type::DateTime
        | Type::Duration
        | Type::Bool => {}
    }
}
