//! Every place in the checked form of a declaration. Nothing is left to `..`: a field that is added
//! must be looked at here.

use super::{
    Accept, Card, Ensure, EnsureKind, Expr, ExprKind, Fallback, Flow, Handlers, Intent, Media, Say,
    Slot, State, Step, StepKind, Text, TextRef,
};
use crate::base::{FileSpan, Spans};

type See<'s> = &'s mut dyn FnMut(&mut FileSpan);

impl Spans for Intent {
    fn spans(&mut self, see: See<'_>) {
        let Self { name: _, title, spec: _, examples_at, starts: _, is_repair: _, from_std: _, at } =
            self;
        title.spans(see);
        examples_at.spans(see);
        see(at);
    }
}

impl Spans for Flow {
    fn spans(&mut self, see: See<'_>) {
        let Self {
            name: _,
            doc: _,
            slots,
            cells: _,
            cell_names: _,
            cell_types: _,
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
        see(at);
        slots.spans(see);
        states.spans(see);
        handlers.spans(see);
        ensures.spans(see);
        fallback.spans(see);
    }
}

impl Spans for Fallback {
    fn spans(&mut self, see: See<'_>) {
        let Self { accept, clarify: _, margin: _, handoff_after: _, handoff_to: _ } = self;
        match accept {
            Accept::Above(_) => {}
            Accept::AtFalseRejects { share: _, at } => see(at),
        }
    }
}

impl Spans for Slot {
    fn spans(&mut self, see: See<'_>) {
        let Self {
            name: _,
            ty: _,
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
        see(at);
        ask.spans(see);
        checks.spans(see);
        default.spans(see);
    }
}

impl Spans for State {
    fn spans(&mut self, see: See<'_>) {
        let Self { name: _, doc: _, body, handlers, at } = self;
        see(at);
        body.spans(see);
        handlers.spans(see);
    }
}

impl Spans for Handlers {
    fn spans(&mut self, see: See<'_>) {
        let Self { intents, silences, failure } = self;
        intents.iter_mut().for_each(|(_, body)| body.spans(see));
        silences.iter_mut().for_each(|(_, body)| body.spans(see));
        failure.spans(see);
    }
}

impl Spans for Ensure {
    fn spans(&mut self, see: See<'_>) {
        let Self { text: _, kind, at } = self;
        see(at);
        match kind {
            EnsureKind::Before { cond, action: _ } => cond.spans(see),
            EnsureKind::ReachesEnd | EnsureKind::AtMostTurns(_) | EnsureKind::HumanWithin(_) => {}
        }
    }
}

impl Spans for Step {
    fn spans(&mut self, see: See<'_>) {
        let Self { at, kind } = self;
        see(at);
        match kind {
            StepKind::Say(say) => say.spans(see),
            StepKind::Confirm { text, yes, no } => {
                text.spans(see);
                yes.spans(see);
                no.spans(see);
            }
            StepKind::Choose { prompt, arms } => {
                prompt.spans(see);
                arms.spans(see);
            }
            StepKind::ChooseFrom { item: _, list, prompt, label, then, none } => {
                list.spans(see);
                prompt.spans(see);
                label.spans(see);
                then.spans(see);
                none.spans(see);
            }
            StepKind::Do { bind: _, action: _, args, handlers, failed } => {
                args.spans(see);
                handlers.iter_mut().for_each(|(_, body)| body.spans(see));
                failed.spans(see);
            }
            StepKind::Set { place: _, value } => value.spans(see),
            StepKind::When { arms, otherwise } => {
                arms.spans(see);
                otherwise.spans(see);
            }
            StepKind::Call { flow: _, args } => {
                args.iter_mut().for_each(|(_, value)| value.spans(see));
            }
            StepKind::Wait(time) => time.spans(see),
            StepKind::Handoff { to: _, because } => because.spans(see),
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

impl Spans for Say {
    fn spans(&mut self, see: See<'_>) {
        let Self { text, choices, links, images, card } = self;
        text.spans(see);
        choices.spans(see);
        links.spans(see);
        images.spans(see);
        card.spans(see);
    }
}

impl Spans for Media {
    fn spans(&mut self, see: See<'_>) {
        let Self { url, label } = self;
        url.spans(see);
        label.spans(see);
    }
}

impl Spans for Card {
    fn spans(&mut self, see: See<'_>) {
        let Self { title, body, links, images } = self;
        title.spans(see);
        body.spans(see);
        links.spans(see);
        images.spans(see);
    }
}

impl Spans for Text {
    fn spans(&mut self, see: See<'_>) {
        let Self { params, variants: _, at } = self;
        params.spans(see);
        see(at);
    }
}

impl Spans for TextRef {
    fn spans(&mut self, see: See<'_>) {
        match self {
            Self::Inline(text) => text.spans(see),
            Self::Named { text: _, args, at } => {
                args.spans(see);
                see(at);
            }
        }
    }
}

impl Spans for Expr {
    fn spans(&mut self, see: See<'_>) {
        let Self { kind, ty: _, at } = self;
        see(at);
        match kind {
            ExprKind::Not(inner) | ExprKind::Neg(inner) => inner.spans(see),
            ExprKind::Arith { op: _, left, right } => {
                left.spans(see);
                right.spans(see);
            }
            ExprKind::Compare { op: _, left, right } => {
                left.spans(see);
                right.spans(see);
            }
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                left.spans(see);
                right.spans(see);
            }
            ExprKind::InSet { value, set } => {
                value.spans(see);
                set.spans(see);
            }
            ExprKind::Call { helper: _, args } | ExprKind::Concat(args) => args.spans(see),
            ExprKind::Reveal { value, because: _ } => value.spans(see),
            ExprKind::Const(_)
            | ExprKind::Empty
            | ExprKind::Load(_)
            | ExprKind::Param(_)
            | ExprKind::Has(_) => {}
        }
    }
}
