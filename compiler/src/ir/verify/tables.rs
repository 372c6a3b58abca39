//! The tables: slots, flows, tests and all else that names functions and rows by number.

use std::collections::BTreeSet;

use super::actions::{verify_action, verify_profile};
use super::functions::within_flow;
use super::{Checked, Role, fail, followers, place_in, role, within};
use crate::base::limits::FRAME_CELLS_MAX;
use crate::ir::{
    ActionId, AnswerDef, ArticleDef, CheckDef, Exit, FlowDef, FuncId, Handlers, KnowledgeDef,
    Program, PropertyDef, RuleDecides, RuleDef, SlotDef, Space, TestDef, TestStep, Watch,
};

pub(super) fn tables(program: &Program) -> Checked {
    for slot in program.session_slots.iter().chain(program.flows.iter().flat_map(|f| &f.slots)) {
        verify_slot(program, slot)?;
    }
    if program.session_slots.iter().any(|slot| slot.place.space != Space::Session) {
        return fail("slots", "a slot of the session lies in the session");
    }
    for intent in &program.intents {
        intent
            .starts
            .map_or(Ok(()), |flow| within(flow.0, program.flows.len(), &intent.name, "flow"))?;
        intent.title.map_or(Ok(()), |title| role(program, title, Role::Text, &intent.name))?;
    }
    for action in &program.actions {
        verify_action(program, action)?;
    }
    verify_profile(program)?;
    for role in &program.roles {
        role.includes
            .iter()
            .try_for_each(|id| within(id.0, program.roles.len(), &role.name, "role"))?;
    }
    for skill in &program.skills {
        skill
            .overflow
            .map_or(Ok(()), |(to, _)| within(to.0, program.skills.len(), &skill.name, "skill"))?;
    }
    program.knowledge.iter().try_for_each(|base| verify_knowledge(program, base))?;
    program.flows.iter().try_for_each(|flow| verify_flow(program, flow))?;
    role(program, program.route.urgency, Role::Urgency, "route")?;
    role(program, program.route.skill, Role::Skill, "route")?;
    program.route.rules.iter().try_for_each(|rule| verify_rule(program, rule))?;
    let waits = &program.route.waits_ms;
    if waits.first().is_some_and(|ms| *ms < 0) || !waits.is_sorted_by(|a, b| a < b) {
        return fail("route", "its times are not from the least on");
    }
    let own = program.flows.iter().filter_map(|flow| flow.fallback.as_ref());
    for fallback in own.chain([&program.fallback]) {
        role(program, fallback.decide, Role::Decide, "fallback")?;
        role(program, fallback.on_miss, Role::Miss, "fallback")?;
        for rule in &fallback.handoff_when {
            role(program, rule.when, Role::Value, "fallback")?;
            in_flow(program, rule.when, 0)?;
            rule.skill
                .map_or(Ok(()), |id| within(id.0, program.skills.len(), "fallback", "skill"))?;
        }
    }
    let p = &program.phrases;
    let phrases = [
        p.miss,
        p.clarify,
        p.none_of_these,
        p.resume,
        p.handoff,
        p.held,
        p.back,
        p.invalid,
        p.pick_one,
        p.trouble,
        p.too_late,
        p.greeting,
        p.yes,
        p.no,
        p.attached,
        p.attached_what_for,
        p.not_attached,
        p.code_subject,
        p.code_mail,
        p.answer,
    ];
    let ready = program.ready.iter().map(|ready| ready.text);
    let phrases: Vec<FuncId> = phrases.into_iter().chain(ready).collect();
    phrases.iter().try_for_each(|phrase| role(program, *phrase, Role::Text, "phrases"))?;
    of_no_flow(program, &phrases)?;
    program.properties.iter().try_for_each(|property| verify_property(program, property))?;
    program.tests.iter().try_for_each(|test| verify_test(program, test))?;
    super::migrate::verify(program)
}

fn verify_knowledge(program: &Program, base: &KnowledgeDef) -> Checked {
    if let Some(applies) = base.applies {
        role(program, applies, Role::Value, &base.name)?;
        in_flow(program, applies, 0)?;
    }
    let broken = |article: &&ArticleDef| flowright_knowledge::parse(&article.text).is_err();
    match base.articles.iter().find(broken) {
        Some(article) => fail(&article.path, "an article is broken"),
        None => Ok(()),
    }
}

fn verify_rule(program: &Program, rule: &RuleDef) -> Checked {
    match &rule.decides {
        RuleDecides::Urgency => Ok(()),
        RuleDecides::Skill { intents } => {
            intents.iter().try_for_each(|id| within(id.0, program.intents.len(), "route", "intent"))
        }
    }
}

/// Code that runs whatever flow is under way knows nothing of its cells.
fn of_no_flow(program: &Program, phrases: &[FuncId]) -> Checked {
    let slots = program.session_slots.iter().flat_map(slot_functions);
    let errors = program.actions.iter().flat_map(|action| &action.errors);
    let titles = program.intents.iter().filter_map(|intent| intent.title);
    let decide = [program.fallback.decide, program.fallback.on_miss];
    let all = (phrases.iter().copied())
        .chain([program.route.urgency, program.route.skill])
        .chain(decide)
        .chain(slots)
        .chain(titles)
        .chain(errors.map(|error| error.cond));
    all.into_iter().try_for_each(|function| in_flow(program, function, 0))
}

fn in_flow(program: &Program, function: FuncId, cells: u32) -> Checked {
    program.functions.get(function.index()).map_or(Ok(()), |code| within_flow(code, cells))
}

fn slot_functions(slot: &SlotDef) -> Vec<FuncId> {
    let checks = slot.checks.iter().flat_map(|check| [Some(check.cond), check.otherwise]);
    [slot.ask, slot.default].into_iter().chain(checks).flatten().collect()
}

fn verify_property(program: &Program, property: &PropertyDef) -> Checked {
    let guard = match property.watch {
        Some(Watch::Before(guard)) => guard,
        Some(Watch::Turns { flow, .. }) => {
            return within(flow.0, program.flows.len(), &property.text, "flow");
        }
        None => return Ok(()),
    };
    within(guard.flow.0, program.flows.len(), &property.text, "flow")?;
    within(guard.action.0, program.actions.len(), &property.text, "action")?;
    role(program, guard.cond, Role::Value, &property.text)?;
    let cells = program.flows.get(guard.flow.index()).map_or(0, |flow| flow.cells);
    in_flow(program, guard.cond, cells)
}

fn verify_slot(program: &Program, slot: &SlotDef) -> Checked {
    if !matches!(slot.place.space, Space::Flow | Space::Session) {
        return fail(&slot.name, "a slot lies in the flow or the session");
    }
    place_in(slot.place, program.space_sizes(), &slot.name)?;
    if let Some(entity) = slot.entity {
        within(entity.0, program.entities.len(), &slot.name, "entity")?;
    }
    slot.ask.map_or(Ok(()), |ask| role(program, ask, Role::Text, &slot.name))?;
    slot.default.map_or(Ok(()), |default| role(program, default, Role::Value, &slot.name))?;
    slot.checks.iter().try_for_each(|CheckDef { cond, otherwise }| {
        role(program, *cond, Role::Value, &slot.name)?;
        otherwise.map_or(Ok(()), |text| role(program, text, Role::Text, &slot.name))
    })
}

fn verify_flow(program: &Program, flow: &FlowDef) -> Checked {
    let cells = flow.cells as usize;
    let known = [flow.cell_names.len(), flow.cell_types.len()];
    if flow.states.is_empty() || known != [cells, cells] {
        return fail(&flow.name, "a flow has a state, and a name and type for each cell");
    }
    if cells > FRAME_CELLS_MAX {
        return fail(&flow.name, "a flow has too many cells");
    }
    let own = flow.slots.iter().filter(|slot| slot.place.space == Space::Flow);
    for slot in own {
        within(slot.place.index, flow.cells as usize, &flow.name, "cell")?;
    }
    verify_handlers(program, &flow.handlers, &flow.name)?;
    for state in &flow.states {
        role(program, state.entry, Role::Steps, &state.name)?;
        verify_handlers(program, &state.handlers, &state.name)?;
        state.reads.iter().try_for_each(|s| within(s.0, flow.slots.len(), &state.name, "slot"))?;
    }
    verify_code(program, flow)
}

/// What the flow's code names by number is the flow's own: walk all that its states can reach.
fn verify_code(program: &Program, flow: &FlowDef) -> Checked {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<FuncId> = flow.states.iter().map(|state| state.entry).collect();
    let of_states = flow.states.iter().map(|state| &state.handlers);
    waiting.extend(of_states.chain([&flow.handlers]).flat_map(handler_functions));
    let own = flow.slots.iter().filter(|slot| slot.place.space == Space::Flow);
    waiting.extend(own.flat_map(slot_functions));
    waiting.extend(flow.fallback.iter().flat_map(|own| [own.decide, own.on_miss]));
    while let Some(id) = waiting.pop() {
        let Some(function) = program.functions.get(id.index()).filter(|_| seen.insert(id)) else {
            continue;
        };
        within_flow(function, flow.cells)?;
        for exit in &function.exits {
            waiting.extend(followers(exit));
            match exit {
                Exit::Goto(state) => within(state.0, flow.states.len(), &function.name, "state")?,
                Exit::Fill { slots, .. } => {
                    slots.iter().try_for_each(|number| {
                        within(number.0, flow.slots.len(), &function.name, "slot")?;
                        match flow.slots.get(number.index()).and_then(|slot| slot.ask) {
                            Some(_) => Ok(()),
                            None => fail(&function.name, "a slot without a question is asked for"),
                        }
                    })?;
                }
                Exit::ChooseFrom { label, .. } => waiting.push(*label),
                _ => {}
            }
        }
    }
    Ok(())
}

fn handler_functions(handlers: &Handlers) -> Vec<FuncId> {
    let intents = handlers.intents.iter().map(|(_, function)| *function);
    intents.chain(handlers.silences.iter().map(|(_, f)| *f)).chain(handlers.failure).collect()
}

fn verify_handlers(program: &Program, handlers: &Handlers, place: &str) -> Checked {
    for (intent, _) in &handlers.intents {
        within(intent.0, program.intents.len(), place, "intent")?;
    }
    handler_functions(handlers).into_iter().try_for_each(|f| role(program, f, Role::Steps, place))
}

fn verify_test(program: &Program, test: &TestDef) -> Checked {
    let action = |id: ActionId, args: &[(u32, Option<flowright_nlu::value::Value>)]| {
        within(id.0, program.actions.len(), &test.name, "action")?;
        let params = program.actions.get(id.index()).map_or(0, |action| action.params.len());
        args.iter().try_for_each(|(number, _)| within(*number, params, &test.name, "parameter"))
    };
    if test.customer.len() > program.customer.len() {
        return fail(&test.name, "the customer has fields that there are not");
    }
    let said = test.lines.iter().filter_map(|line| match &line.kind {
        TestStep::Bot { on, .. } => *on,
        _ => None,
    });
    for channel in test.channel.into_iter().chain(test.reachable.iter().copied()).chain(said) {
        within(channel.0, program.channels.len(), &test.name, "channel")?;
    }
    for given in &test.givens {
        action(given.action, &given.args)?;
        if let AnswerDef::Error(error) = given.answer {
            let errors = program.actions.get(given.action.index()).map_or(0, |a| a.errors.len());
            within(error, errors, &test.name, "error")?;
        }
    }
    for line in &test.lines {
        match &line.kind {
            TestStep::Called { action: id, args, .. } => action(*id, args)?,
            TestStep::Handoff { to: Some(skill), .. } => {
                within(skill.0, program.skills.len(), &test.name, "skill")?;
            }
            TestStep::State(flow, state) => {
                within(flow.0, program.flows.len(), &test.name, "flow")?;
                let states = program.flows.get(flow.index()).map_or(0, |flow| flow.states.len());
                within(state.0, states, &test.name, "state")?;
            }
            TestStep::Holds { cond, flow, .. } => {
                role(program, *cond, Role::Value, &test.name)?;
                let of = flow.map(|flow| (flow, program.flows.get(flow.index())));
                if let Some((flow, None)) = of {
                    within(flow.0, program.flows.len(), &test.name, "flow")?;
                }
                let cells = of.and_then(|(_, flow)| flow).map_or(0, |flow| flow.cells);
                in_flow(program, *cond, cells)?;
            }
            _ => {}
        }
    }
    Ok(())
}
