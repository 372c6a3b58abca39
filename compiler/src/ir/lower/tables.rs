//! Tables whose entries hold a little code: slots, intents, actions, tests.

use super::Lowering;
use crate::ir::{
    ActionDef, ActionErrorDef, CheckDef, EntityDef, FlowId, GuardDef, IntentDef, PropertyDef,
    SlotDef, TestDef, TestLineDef, TestStep, Watch,
};
use crate::sema::hir::{self, Action, Intent, Slot, Test};

impl Lowering<'_> {
    pub(super) fn slots(&mut self, slots: &[Slot], owner: &str) -> Vec<SlotDef> {
        slots.iter().map(|slot| self.slot(slot, owner)).collect()
    }

    fn slot(&mut self, slot: &Slot, owner: &str) -> SlotDef {
        let name = format!("{owner}.{}", slot.name);
        SlotDef {
            name: slot.name.clone(),
            ty: slot.ty.clone(),
            entity: slot.entity,
            place: slot.place,
            ask: slot.ask.as_ref().map(|text| self.text_function(format!("{name}.ask"), text)),
            checks: slot.checks.iter().map(|check| self.check(check, &name)).collect(),
            tries: slot.tries,
            default: slot
                .default
                .as_ref()
                .map(|e| self.value_function(format!("{name}.default"), e)),
            personal: slot.personal,
            visible_to: slot.visible_to.clone(),
            at: slot.at,
        }
    }

    fn check(&mut self, check: &(hir::Expr, Option<hir::TextRef>), slot: &str) -> CheckDef {
        let (cond, otherwise) = check;
        CheckDef {
            cond: self.value_function(format!("{slot}.check"), cond),
            otherwise: otherwise
                .as_ref()
                .map(|text| self.text_function(format!("{slot}.otherwise"), text)),
        }
    }

    pub(super) fn intents(&mut self) -> Vec<IntentDef> {
        self.project.intents.iter().map(|intent| self.intent(intent)).collect()
    }

    fn intent(&mut self, intent: &Intent) -> IntentDef {
        let title = |text| self.text_function(format!("{}.title", intent.name), text);
        IntentDef {
            name: intent.name.clone(),
            title: intent.title.as_ref().map(title),
            starts: intent.starts,
            is_repair: intent.is_repair,
            at: intent.at,
        }
    }

    pub(super) fn entities(&self) -> Vec<EntityDef> {
        let def =
            |entity: &hir::Entity| EntityDef { name: entity.name.clone(), ty: entity.ty.clone() };
        self.project.entities.iter().map(def).collect()
    }

    pub(super) fn actions(&mut self) -> Vec<ActionDef> {
        self.project.actions.iter().map(|action| self.action(action)).collect()
    }

    fn action(&mut self, action: &Action) -> ActionDef {
        let error = |(name, cond): &(String, hir::Expr)| ActionErrorDef {
            name: name.clone(),
            cond: self.value_function(format!("{}.{name}", action.name), cond),
        };
        ActionDef {
            name: action.name.clone(),
            is_effect: action.is_effect,
            params: action.params.clone(),
            result: action.result.clone(),
            request: action.request.clone(),
            timeout_ms: action.timeout_ms,
            retries: action.retries,
            errors: action.errors.iter().map(error).collect(),
        }
    }

    pub(super) fn tests(&mut self) -> Vec<TestDef> {
        self.project.tests.iter().map(|test| self.test(test)).collect()
    }

    fn test(&mut self, test: &Test) -> TestDef {
        let line =
            |line: &hir::TestLine| TestLineDef { at: line.at, kind: self.test_step(&line.kind) };
        TestDef {
            name: test.name.clone(),
            today: test.today,
            language: test.language,
            channel: test.channel,
            reachable: test.reachable.clone(),
            customer: test.customer.clone(),
            seed: test.seed,
            givens: test.givens.clone(),
            lines: test.lines.iter().map(line).collect(),
            at: test.at,
        }
    }

    fn test_step(&mut self, step: &hir::TestStep) -> TestStep {
        match step {
            TestStep::User(text) => TestStep::User(text.clone()),
            TestStep::Presses(text) => TestStep::Presses(text.clone()),
            TestStep::Bot { on, text } => TestStep::Bot { on: *on, text: text.clone() },
            TestStep::Article(id) => TestStep::Article(id.clone()),
            TestStep::Silence(ms) => TestStep::Silence(*ms),
            TestStep::Called { negated, action, args } => {
                TestStep::Called { negated: *negated, action: *action, args: args.clone() }
            }
            TestStep::Ended(outcome) => TestStep::Ended(*outcome),
            TestStep::Handoff { to, because } => {
                TestStep::Handoff { to: *to, because: because.clone() }
            }
            TestStep::State(flow, state) => TestStep::State(*flow, *state),
            TestStep::Holds { cond, flow, text } => TestStep::Holds {
                cond: self.value_function("test.expect".to_owned(), cond),
                flow: *flow,
                text: text.clone(),
            },
        }
    }

    /// The claimed properties of all flows. What was proved of them is known to whoever lowers.
    pub(super) fn properties(&mut self) -> Vec<PropertyDef> {
        let mut properties = Vec::new();
        for (number, flow) in (0..).zip(&self.project.flows) {
            for claim in &flow.ensures {
                let watch = self.watch(FlowId(number), &flow.name, &claim.kind);
                let text = claim.text.clone();
                properties.push(PropertyDef { text, proved: false, watch, at: claim.at });
            }
        }
        properties
    }

    fn watch(&mut self, flow: FlowId, name: &str, kind: &hir::EnsureKind) -> Option<Watch> {
        match kind {
            hir::EnsureKind::Before { cond, action } => {
                let cond = self.value_function(format!("{name}.ensure"), cond);
                Some(Watch::Before(GuardDef { flow, action: *action, cond }))
            }
            hir::EnsureKind::AtMostTurns(most) => Some(Watch::Turns { flow, most: *most }),
            // What some answers would have led to, no single conversation shows.
            hir::EnsureKind::ReachesEnd | hir::EnsureKind::HumanWithin(_) => None,
        }
    }
}
