//! Annotations of examples: the slots that they fill exist, and something finds what fills them.

use flowright_nlu::spec::{Builtin, EntityKind};

use super::cx::Checker;
use super::hir;
use super::written::Flows;
use crate::diag::Code;
use crate::syntax::ast::{Name, TemplatePart};

impl Checker<'_> {
    /// Annotated slots exist in the flows that the intent starts, and can be found.
    pub(super) fn annotations(&mut self, intents: &[hir::Intent], flows: &Flows<'_>) {
        let known = |name: &str| self.symbols.intents.get(name).is_some();
        // What starts the intent may be what was lost.
        let lost = self.lost || flows.begins_with_unknown(known);
        for (found, intent) in self.symbols.intents.items.clone().iter().zip(intents) {
            self.enter(found);
            let flow = match intent.starts {
                // Its slots may be what is wrong with it.
                Some(flow) if flows.get(flow).is_none() => continue,
                None if lost => continue,
                starts => starts.and_then(|flow| flows.get(flow)),
            };
            let strings = found.node.examples.iter().flat_map(|group| &group.strings);
            for part in strings.flat_map(|string| &string.parts) {
                let TemplatePart::Annotation { slot, entity, .. } = part else { continue };
                match flow.filter(|flow| !flow.is_repair) {
                    Some(flow) => self.annotation(flow, slot, entity),
                    None => self.fills_nothing(&intent.name, flow.is_some(), slot),
                }
            }
        }
    }

    fn annotation(&mut self, flow: &hir::Flow, slot: &Name, entity: &Name) {
        let declared = flow.slots.iter().find(|known| known.name == slot.text);
        let session = self.session_types.get(&slot.text).map(|(ty, _)| ty);
        let Some(ty) = declared.map(|slot| &slot.ty).or(session).cloned() else {
            let known: Vec<String> = flow.slots.iter().map(|slot| slot.name.clone()).collect();
            let what = format!("slot of `{}`", flow.name);
            self.unknown(Code::E0505, &what, slot, known.iter().map(String::as_str));
            return;
        };
        let index = self.entity_by_name.get(&entity.text);
        let Some(by) = index.and_then(|index| self.entities.get(index.index())) else { return };
        let (by_ty, by_text) = (by.ty.clone(), by.kind == EntityKind::Builtin(Builtin::Text));
        if by_ty != ty {
            let (slot_ty, entity_ty) = (self.type_name(&ty), self.type_name(&by_ty));
            let message =
                format!("`{}` is a {slot_ty}, `{}` finds a {entity_ty}", slot.text, entity.text);
            let help = "use the slot's own type";
            self.error(Code::E0505, entity.span, message, "another type", help);
        } else if by_text {
            let message = format!("nothing finds a `{}` inside a sentence", entity.text);
            let finding = self
                .finding(Code::W0509, entity.span, message)
                .label(format!("`{}` is asked for all the same", slot.text))
                .help(
                    "name an entity with a `pattern` or with choices here, and as the slot's type",
                );
            self.report(finding);
        }
    }

    /// What a customer says is taken where an intent starts a flow, and only there.
    fn fills_nothing(&mut self, intent: &str, is_repair: bool, slot: &Name) {
        let message = match is_repair {
            true => format!(
                "`{intent}` starts a repair, which takes no values: `{}` is lost",
                slot.text
            ),
            false => format!("`{intent}` starts no flow: nothing fills `{}`", slot.text),
        };
        let finding = self
            .finding(Code::W0509, slot.span, message)
            .label("fills nothing")
            .help("write a value in its place, or let the intent start a flow that has the slot");
        self.report(finding);
    }
}
