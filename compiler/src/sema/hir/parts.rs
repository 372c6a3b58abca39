//! What changes in the checked form of a declaration while nothing changes that it says: places, which
//! move, and types, in which choices have numbers ([`super::numbers`]). Nothing is left to `..`: a field
//! that is added must be looked at here.

use flowright_nlu::value::Value;

use super::{
    Accept, Card, Ensure, EnsureKind, Expr, ExprKind, Fallback, Flow, Handlers, HandoffWhen,
    Intent, KnowledgeAt, Media, Say, Slot, State, Step, StepKind, Text, TextRef,
};
use crate::base::{FileSpan, Spans};
use crate::ir::{ChoiceId, Place, Space, Type};

/// See the module.
pub(super) enum Part<'p> {
    At(&'p mut FileSpan),
    /// With the cell whose value is of that type, if it is one's.
    Type(&'p mut Type, Option<Place>),
    /// One of a choice.
    Option(ChoiceId, &'p mut u16),
}

type See<'s> = &'s mut dyn FnMut(Part<'_>);

pub(super) trait Parts {
    /// Shows every part to `see`, which may change it.
    fn parts(&mut self, see: See<'_>);
}

impl<T: Parts> Parts for Vec<T> {
    fn parts(&mut self, see: See<'_>) {
        self.iter_mut().for_each(|one| one.parts(see));
    }
}

impl<T: Parts> Parts for Option<T> {
    fn parts(&mut self, see: See<'_>) {
        self.iter_mut().for_each(|one| one.parts(see));
    }
}

impl<T: Parts> Parts for Box<T> {
    fn parts(&mut self, see: See<'_>) {
        self.as_mut().parts(see);
    }
}

impl<A: Parts, B: Parts> Parts for (A, B) {
    fn parts(&mut self, see: See<'_>) {
        self.0.parts(see);
        self.1.parts(see);
    }
}

/// Only the places.
fn places(of: &mut impl Parts, see: &mut dyn FnMut(&mut FileSpan)) {
    of.parts(&mut |part| match part {
        Part::At(at) => see(at),
        Part::Type(..) | Part::Option(..) => {}
    });
}

impl Spans for Intent {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        places(self, see);
    }
}

impl Spans for Flow {
    fn spans(&mut self, see: &mut dyn FnMut(&mut FileSpan)) {
        places(self, see);
    }
}

impl Parts for Intent {
    fn parts(&mut self, see: See<'_>) {
        let Self { name: _, title, spec: _, examples_at, starts: _, is_repair: _, from_std: _, at } =
            self;
        title.parts(see);
        examples_at.iter_mut().for_each(|at| see(Part::At(at)));
        see(Part::At(at));
    }
}

impl Parts for Flow {
    fn parts(&mut self, see: See<'_>) {
        let Self {
            name: _,
            doc: _,
            slots,
            cells: _,
            cell_names: _,
            cell_types,
            results: _,
            states,
            handlers,
            fallback,
            triggers: _,
            on_start: _,
            is_repair: _,
            ensures,
            calls: _,
            from_std: _,
            at,
        } = self;
        see(Part::At(at));
        for (index, ty) in (0..).zip(cell_types) {
            see(Part::Type(ty, Some(Place { space: Space::Flow, index })));
        }
        slots.parts(see);
        states.parts(see);
        handlers.parts(see);
        ensures.parts(see);
        fallback.parts(see);
    }
}

impl Parts for Fallback {
    fn parts(&mut self, see: See<'_>) {
        let Self {
            accept,
            clarify: _,
            margin: _,
            handoff_after: _,
            handoff_to: _,
            handoff_when,
            knowledge,
        } = self;
        for HandoffWhen { text: _, cond, skill: _ } in handoff_when {
            cond.parts(see);
        }
        match accept {
            Accept::Above(_) => {}
            Accept::AtFalseRejects { share: _, at } => see(Part::At(at)),
        }
        if let Some(KnowledgeAt { share: _, at }) = knowledge {
            see(Part::At(at));
        }
    }
}

impl Parts for Slot {
    fn parts(&mut self, see: See<'_>) {
        let Self {
            name: _,
            ty,
            entity: _,
            place: _,
            ask,
            checks,
            tries: _,
            default,
            personal: _,
            visible_to: _,
            at,
        } = self;
        see(Part::At(at));
        see(Part::Type(ty, None));
        ask.parts(see);
        checks.parts(see);
        default.parts(see);
    }
}

impl Parts for State {
    fn parts(&mut self, see: See<'_>) {
        let Self { name: _, doc: _, body, handlers, at } = self;
        see(Part::At(at));
        body.parts(see);
        handlers.parts(see);
    }
}

impl Parts for Handlers {
    fn parts(&mut self, see: See<'_>) {
        let Self { intents, silences, failure } = self;
        intents.iter_mut().for_each(|(_, body)| body.parts(see));
        silences.iter_mut().for_each(|(_, body)| body.parts(see));
        failure.parts(see);
    }
}

impl Parts for Ensure {
    fn parts(&mut self, see: See<'_>) {
        let Self { text: _, kind, at } = self;
        see(Part::At(at));
        match kind {
            EnsureKind::Before { cond, action: _ } => cond.parts(see),
            EnsureKind::ReachesEnd | EnsureKind::AtMostTurns(_) | EnsureKind::HumanWithin(_) => {}
        }
    }
}

impl Parts for Step {
    fn parts(&mut self, see: See<'_>) {
        let Self { at, kind } = self;
        see(Part::At(at));
        match kind {
            StepKind::Say(say) => say.parts(see),
            StepKind::Confirm { text, yes, no } => {
                text.parts(see);
                yes.parts(see);
                no.parts(see);
            }
            StepKind::Choose { prompt, arms } => {
                prompt.parts(see);
                arms.parts(see);
            }
            StepKind::ChooseFrom { item: _, list, prompt, label, then, none } => {
                list.parts(see);
                prompt.parts(see);
                label.parts(see);
                then.parts(see);
                none.parts(see);
            }
            StepKind::Do { bind: _, action: _, args, handlers, failed } => {
                args.parts(see);
                handlers.iter_mut().for_each(|(_, body)| body.parts(see));
                failed.parts(see);
            }
            StepKind::Set { place: _, value } => value.parts(see),
            StepKind::When { arms, otherwise } => {
                arms.parts(see);
                otherwise.parts(see);
            }
            StepKind::Call { flow: _, args } => {
                args.iter_mut().for_each(|(_, value)| value.parts(see));
            }
            StepKind::Wait(time) => time.parts(see),
            StepKind::Handoff { to: _, because } => because.parts(see),
            StepKind::Fill(_)
            | StepKind::Clear(_)
            | StepKind::Goto(_)
            | StepKind::Mark(_)
            | StepKind::End(_)
            | StepKind::Resume
            | StepKind::Repeat
            | StepKind::Abandon
            | StepKind::Correct => {}
        }
    }
}

impl Parts for Say {
    fn parts(&mut self, see: See<'_>) {
        let Self { on: _, text, choices, links, images, card } = self;
        text.parts(see);
        choices.parts(see);
        links.parts(see);
        images.parts(see);
        card.parts(see);
    }
}

impl Parts for Media {
    fn parts(&mut self, see: See<'_>) {
        let Self { url, label } = self;
        url.parts(see);
        label.parts(see);
    }
}

impl Parts for Card {
    fn parts(&mut self, see: See<'_>) {
        let Self { title, body, links, images } = self;
        title.parts(see);
        body.parts(see);
        links.parts(see);
        images.parts(see);
    }
}

impl Parts for Text {
    fn parts(&mut self, see: See<'_>) {
        let Self { params, variants: _, at } = self;
        params.parts(see);
        see(Part::At(at));
    }
}

impl Parts for TextRef {
    fn parts(&mut self, see: See<'_>) {
        match self {
            Self::Inline(text) => text.parts(see),
            Self::Named { text: _, args, at } => {
                args.parts(see);
                see(Part::At(at));
            }
        }
    }
}

impl Parts for Expr {
    fn parts(&mut self, see: See<'_>) {
        let Self { kind, ty, at } = self;
        see(Part::At(at));
        let of = match kind {
            ExprKind::Load(place) => Some(*place),
            _ => None,
        };
        see(Part::Type(ty, of));
        if let (Type::Choice(choice), ExprKind::Const(Value::Choice(option))) = (&*ty, &mut *kind) {
            see(Part::Option(*choice, option));
        }
        match kind {
            ExprKind::Not(inner) | ExprKind::Neg(inner) => inner.parts(see),
            ExprKind::Arith { op: _, left, right } => {
                left.parts(see);
                right.parts(see);
            }
            ExprKind::Compare { op: _, left, right } => {
                left.parts(see);
                right.parts(see);
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                left.parts(see);
                right.parts(see);
            }
            ExprKind::InSet { value, set } => {
                value.parts(see);
                set.parts(see);
            }
            ExprKind::Call { helper: _, args } | ExprKind::Concat(args) => args.parts(see),
            ExprKind::Reveal { value, because: _ } => value.parts(see),
            ExprKind::Const(_)
            | ExprKind::Empty
            | ExprKind::Load(_)
            | ExprKind::Param(_)
            | ExprKind::Has(_) => {}
        }
    }
}
