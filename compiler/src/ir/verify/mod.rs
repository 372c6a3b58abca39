//! Whether a program is sound. Checked for every program that is made or loaded:
//!
//! - every id in tables, functions and exits names something that is there;
//! - places lie within their space; only session and flow cells are written;
//! - every register is assigned on every path before it is read;
//! - blocks and exits that are named exist; there is an entry block;
//! - texts get as many values as they have placeholders, actions as many as parameters;
//! - functions that must give a value, a text or a decision leave only through such exits;
//! - the list of written places is the true one; regular expressions compile.

mod migrate;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Block, CheckDef, EmitDef, Exit, FlowDef, FuncId, Function, Handlers, Inst, MediaDef, Place,
    Program, PropertyDef, RecordCells, Reg, SayDef, SlotDef, Space, Terminator, TestStep, TextPart,
    TextUse,
};

/// What is unsound, with the function or table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct VerifyError {
    /// Function or table.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

type Checked = Result<(), VerifyError>;

fn fail(place: impl Into<String>, what: impl Into<String>) -> Checked {
    Err(VerifyError { place: place.into(), what: what.into() })
}

fn within(index: u32, length: usize, place: &str, what: &str) -> Checked {
    if (index as usize) < length {
        Ok(())
    } else {
        fail(place, format!("there is no {what} {index}"))
    }
}

/// Which exits a function may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Value,
    Text,
    Steps,
    Urgency,
    Skill,
    Decide,
    Miss,
}

/// Checks a whole program.
///
/// # Errors
/// The first thing found to be unsound.
pub fn verify(program: &Program) -> Checked {
    let sizes = program.space_sizes();
    if program.bot.languages.is_empty() {
        return fail("bot", "it has no language");
    }
    for (number, pattern) in program.regexes.iter().enumerate() {
        if regex::Regex::new(pattern).is_err() {
            return fail("regexes", format!("number {number} does not compile"));
        }
    }
    for text in &program.texts {
        verify_text(program, text)?;
    }
    for emit in &program.emits {
        if let EmitDef::Say(say) = emit {
            say_uses(say).into_iter().try_for_each(|used| text_use(program, used, "emits"))?;
        }
    }
    for function in &program.functions {
        Verifier { program, function, sizes }.function()?;
    }
    tables(program)
}

fn verify_text(program: &Program, text: &super::TextDef) -> Checked {
    for variant in &text.variants {
        if let Some(channel) = variant.channel {
            within(channel.0, program.channels.len(), "texts", "channel")?;
        }
        verify_parts(text, &variant.parts, PLURALS_NESTED_MAX)?;
    }
    Ok(())
}

/// Plurals inside each other, more than a source can nest.
const PLURALS_NESTED_MAX: usize = crate::base::limits::NESTING_MAX;

fn verify_parts(text: &super::TextDef, parts: &[TextPart], depth_left: usize) -> Checked {
    for part in parts {
        match part {
            TextPart::Literal(_) => {}
            TextPart::Arg(number) => within(*number, text.params.len(), "texts", "placeholder")?,
            TextPart::Plural(plural) => {
                within(plural.arg, text.params.len(), "texts", "number counted")?;
                if text.params.get(plural.arg as usize) != Some(&super::Type::Number) {
                    return fail("texts", format!("placeholder {} is not a number", plural.arg));
                }
                let Some(depth_left) = depth_left.checked_sub(1) else {
                    return fail("texts", "plurals are nested too deep");
                };
                plural.branches().try_for_each(|parts| verify_parts(text, parts, depth_left))?;
            }
        }
    }
    Ok(())
}

fn tables(program: &Program) -> Checked {
    for slot in program.session_slots.iter().chain(program.flows.iter().flat_map(|f| &f.slots)) {
        verify_slot(program, slot)?;
    }
    for intent in &program.intents {
        intent
            .starts
            .map_or(Ok(()), |flow| within(flow.0, program.flows.len(), &intent.name, "flow"))?;
        intent.title.map_or(Ok(()), |title| role(program, title, Role::Text, &intent.name))?;
    }
    for action in &program.actions {
        action.errors.iter().try_for_each(|e| role(program, e.cond, Role::Value, &action.name))?;
    }
    for skill in &program.skills {
        skill
            .overflow
            .map_or(Ok(()), |(to, _)| within(to.0, program.skills.len(), &skill.name, "skill"))?;
    }
    program.flows.iter().try_for_each(|flow| verify_flow(program, flow))?;
    role(program, program.route.urgency, Role::Urgency, "route")?;
    role(program, program.route.skill, Role::Skill, "route")?;
    let own = program.flows.iter().filter_map(|flow| flow.fallback.as_ref());
    for fallback in own.chain([&program.fallback]) {
        role(program, fallback.decide, Role::Decide, "fallback")?;
        role(program, fallback.on_miss, Role::Miss, "fallback")?;
    }
    let p = &program.phrases;
    let phrases = [
        p.miss,
        p.clarify,
        p.none_of_these,
        p.resume,
        p.handoff,
        p.held,
        p.invalid,
        p.pick_one,
        p.trouble,
        p.too_late,
        p.greeting,
        p.yes,
        p.no,
    ];
    phrases.into_iter().try_for_each(|phrase| role(program, phrase, Role::Text, "phrases"))?;
    program.properties.iter().try_for_each(|property| verify_property(program, property))?;
    program.tests.iter().try_for_each(|test| verify_test(program, test))?;
    migrate::verify(program)
}

fn verify_property(program: &Program, property: &PropertyDef) -> Checked {
    let Some(guard) = property.guard else { return Ok(()) };
    within(guard.flow.0, program.flows.len(), &property.text, "flow")?;
    within(guard.action.0, program.actions.len(), &property.text, "action")?;
    role(program, guard.cond, Role::Value, &property.text)
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
    // What the flow's code names by number is the flow's own: walk all that its states can reach.
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<FuncId> = flow.states.iter().map(|state| state.entry).collect();
    let of_states = flow.states.iter().map(|state| &state.handlers);
    waiting.extend(of_states.chain([&flow.handlers]).flat_map(handler_functions));
    while let Some(id) = waiting.pop() {
        let Some(function) = program.functions.get(id.index()).filter(|_| seen.insert(id)) else {
            continue;
        };
        for exit in &function.exits {
            waiting.extend(followers(exit));
            match exit {
                Exit::Goto(state) => within(state.0, flow.states.len(), &function.name, "state")?,
                Exit::Fill { slots, .. } => {
                    slots
                        .iter()
                        .try_for_each(|s| within(s.0, flow.slots.len(), &function.name, "slot"))?;
                }
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

fn verify_test(program: &Program, test: &super::TestDef) -> Checked {
    let action = |id: super::ActionId, args: &[(u32, Option<flowright_nlu::value::Value>)]| {
        within(id.0, program.actions.len(), &test.name, "action")?;
        let params = program.actions.get(id.index()).map_or(0, |action| action.params.len());
        args.iter().try_for_each(|(number, _)| within(*number, params, &test.name, "parameter"))
    };
    if let Some(channel) = test.channel {
        within(channel.0, program.channels.len(), &test.name, "channel")?;
    }
    for given in &test.givens {
        action(given.action, &given.args)?;
        if let super::AnswerDef::Error(error) = given.answer {
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
                flow.map_or(Ok(()), |flow| {
                    within(flow.0, program.flows.len(), &test.name, "flow")
                })?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The functions that an exit goes on at.
pub(crate) fn followers(exit: &Exit) -> Vec<FuncId> {
    match exit {
        Exit::Fill { then, .. }
        | Exit::Call { then, .. }
        | Exit::Wait { then }
        | Exit::Repeat { then }
        | Exit::Abandon { then }
        | Exit::Correct { then }
        | Exit::Continue(then) => vec![*then],
        Exit::Confirm { yes, no, .. } => vec![*yes, *no],
        Exit::Choose { arms, .. } => arms.iter().map(|(_, then)| *then).collect(),
        Exit::ChooseFrom { then, none, .. } => std::iter::once(*then).chain(*none).collect(),
        Exit::Do { handlers, failed, then, .. } => {
            handlers.iter().map(|(_, body)| *body).chain(*failed).chain([*then]).collect()
        }
        _ => Vec::new(),
    }
}

/// A function exists and leaves only through exits of its role.
fn role(program: &Program, id: FuncId, role: Role, place: &str) -> Checked {
    let Some(function) = program.functions.get(id.index()) else {
        return fail(place, format!("there is no function {}", id.0));
    };
    let fits = |exit: &Exit| match role {
        Role::Value => matches!(exit, Exit::Value),
        Role::Text => matches!(exit, Exit::Text(_)),
        Role::Urgency => matches!(exit, Exit::Urgency { .. }),
        Role::Skill => matches!(exit, Exit::Skill { .. } | Exit::NoSkill),
        Role::Decide => matches!(exit, Exit::Accept | Exit::Clarify | Exit::Miss),
        Role::Miss => matches!(exit, Exit::Miss | Exit::MissHandoff { .. }),
        Role::Steps => is_step_exit(exit),
    };
    if function.exits.iter().all(fits) {
        Ok(())
    } else {
        fail(&function.name, format!("it leaves through an exit that {place} cannot use"))
    }
}

const fn is_step_exit(exit: &Exit) -> bool {
    !matches!(
        exit,
        Exit::Value
            | Exit::Text(_)
            | Exit::Urgency { .. }
            | Exit::Skill { .. }
            | Exit::NoSkill
            | Exit::Accept
            | Exit::Clarify
            | Exit::Miss
            | Exit::MissHandoff { .. }
    )
}

fn place_in(place: Place, sizes: [u32; 4], what: &str) -> Checked {
    let size = sizes.get(place.space as usize).copied().unwrap_or(0);
    within(place.index, size as usize, what, "cell")
}

fn say_uses(say: &SayDef) -> Vec<TextUse> {
    let media = |m: &MediaDef| std::iter::once(m.url).chain(m.label).collect::<Vec<_>>();
    let mut uses = vec![say.text];
    uses.extend(&say.choices);
    uses.extend(say.links.iter().chain(&say.images).flat_map(media));
    if let Some(card) = &say.card {
        uses.push(card.title);
        uses.extend(card.body);
        uses.extend(card.links.iter().chain(&card.images).flat_map(media));
    }
    uses
}

/// The text exists; gives how many values an exit or emit must hand over for it.
fn text_use(program: &Program, used: TextUse, place: &str) -> Checked {
    within(used.text.0, program.texts.len(), place, "text")
}

fn values_needed(program: &Program, used: TextUse) -> usize {
    let params = program.texts.get(used.text.index()).map_or(0, |text| text.params.len());
    used.first_arg as usize + params
}

struct Verifier<'p> {
    program: &'p Program,
    function: &'p Function,
    sizes: [u32; 4],
}

impl Verifier<'_> {
    fn fail(&self, what: impl Into<String>) -> Checked {
        fail(&self.function.name, what)
    }

    fn function(&self) -> Checked {
        let function = self.function;
        if function.blocks.is_empty() {
            return self.fail("it has no block");
        }
        let mut writes = BTreeSet::new();
        for block in &function.blocks {
            for inst in &block.insts {
                self.inst(inst)?;
                if let Inst::Store { place, .. } | Inst::Clear { place } = inst {
                    writes.insert(*place);
                }
            }
            self.terminator(&block.end)?;
        }
        if !writes.iter().eq(&function.writes) {
            return self.fail("its list of written places is wrong");
        }
        function.exits.iter().try_for_each(|exit| self.exit(exit))?;
        self.assigned_before_read()
    }

    fn inst(&self, inst: &Inst) -> Checked {
        match inst {
            Inst::Load { place, .. } | Inst::Has { place, .. } => self.place(*place),
            Inst::Store { place, .. } | Inst::Clear { place } => {
                if !matches!(place.space, Space::Session | Space::Flow) {
                    return self.fail("it writes what is read only");
                }
                self.place(*place)
            }
            Inst::Const { value: super::Const::Text(id), .. } => {
                within(id.0, self.program.strings.len(), &self.function.name, "text constant")
            }
            Inst::Call { helper: super::Helper::Matches(regex), .. } => within(
                *regex,
                self.program.regexes.len(),
                &self.function.name,
                "regular expression",
            ),
            Inst::Emit { emit, args } => {
                within(emit.0, self.program.emits.len(), &self.function.name, "emit")?;
                match self.program.emits.get(emit.index()) {
                    Some(EmitDef::Say(say)) => {
                        say_uses(say).into_iter().try_for_each(|used| self.values(used, args.len()))
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn values(&self, used: TextUse, given: usize) -> Checked {
        text_use(self.program, used, &self.function.name)?;
        if values_needed(self.program, used) > given {
            return self.fail("a text gets fewer values than it shows");
        }
        Ok(())
    }

    fn place(&self, place: Place) -> Checked {
        place_in(place, self.sizes, &self.function.name)
    }

    fn terminator(&self, end: &Terminator) -> Checked {
        let block = |id: super::BlockId| {
            within(id.0, self.function.blocks.len(), &self.function.name, "block")
        };
        match end {
            Terminator::Jump(to) => block(*to),
            Terminator::Branch { then, otherwise, .. } => {
                block(*then).and_then(|()| block(*otherwise))
            }
            Terminator::Exit { exit, args } => match self.function.exits.get(*exit as usize) {
                Some(exit) => self.exit_args(exit, args.len()),
                None => self.fail(format!("there is no exit {exit}")),
            },
        }
    }

    fn exit_args(&self, exit: &Exit, given: usize) -> Checked {
        let at_least = |n: usize| {
            if given >= n { Ok(()) } else { self.fail("an exit hands over too few values") }
        };
        match exit {
            Exit::Value | Exit::Wait { .. } | Exit::ChooseFrom { prompt: None, .. } => at_least(1),
            Exit::Text(used) | Exit::Confirm { text: used, .. } => self.values(*used, given),
            Exit::ChooseFrom { prompt: Some(used), .. } => {
                at_least(1)?;
                self.values(*used, given)
            }
            Exit::Choose { prompt, arms } => {
                let uses = prompt.iter().chain(arms.iter().map(|(used, _)| used));
                uses.into_iter().try_for_each(|used| self.values(*used, given))
            }
            Exit::Handoff { because: Some(used), .. } => self.values(*used, given),
            Exit::Do { action, .. } => {
                at_least(self.program.actions.get(action.index()).map_or(0, |a| a.params.len()))
            }
            Exit::Call { slots, .. } => at_least(slots.len()),
            _ => Ok(()),
        }
    }

    fn exit(&self, exit: &Exit) -> Checked {
        let (name, program) = (&self.function.name, self.program);
        followers(exit).into_iter().try_for_each(|then| role(program, then, Role::Steps, name))?;
        let skill = |id: &Option<super::SkillId>| {
            id.map_or(Ok(()), |id| within(id.0, program.skills.len(), name, "skill"))
        };
        match exit {
            Exit::Handoff { skill: to, .. } | Exit::MissHandoff { skill: to } => skill(to),
            Exit::Skill { skill: to, rule } => {
                skill(&Some(*to))?;
                within(*rule, program.route.rules.len(), name, "rule")
            }
            Exit::Urgency { rule, .. } => {
                rule.map_or(Ok(()), |rule| within(rule, program.route.rules.len(), name, "rule"))
            }
            Exit::Call { flow, slots, .. } => {
                within(flow.0, program.flows.len(), name, "flow")?;
                let known = program.flows.get(flow.index()).map_or(0, |flow| flow.slots.len());
                slots.iter().try_for_each(|slot| within(slot.0, known, name, "slot"))
            }
            Exit::ChooseFrom { item, label, .. } => {
                role(program, *label, Role::Text, name)?;
                self.cells(item)
            }
            Exit::Do { action, bind, handlers, .. } => {
                within(action.0, program.actions.len(), name, "action")?;
                let errors = program.actions.get(action.index()).map_or(0, |a| a.errors.len());
                handlers.iter().try_for_each(|(error, _)| within(*error, errors, name, "error"))?;
                bind.as_ref().map_or(Ok(()), |bind| self.cells(bind))
            }
            _ => Ok(()),
        }
    }

    fn cells(&self, cells: &RecordCells) -> Checked {
        match cells {
            RecordCells::One(place) if place.space != Space::Flow => {
                self.fail("a result lies in the flow's cells")
            }
            RecordCells::One(place) => self.place(*place),
            RecordCells::Fields(fields) => fields.iter().try_for_each(|field| self.cells(field)),
        }
    }

    /// No register is read before it is assigned on every way there. Most are read only in the
    /// block that assigns them, which one look shows; the others go through a dataflow analysis.
    fn assigned_before_read(&self) -> Checked {
        let blocks = &self.function.blocks;
        let mut shared: BTreeMap<u32, usize> = BTreeMap::new();
        let mut wanted: Vec<Vec<u32>> = Vec::with_capacity(blocks.len());
        for block in blocks {
            let reads = self.read_from_before(block)?;
            for reg in &reads {
                let next = shared.len();
                shared.entry(*reg).or_insert(next);
            }
            wanted.push(reads);
        }
        if blocks.len().saturating_mul(shared.len()) > DATAFLOW_BITS_MAX {
            return self.fail("too many registers are shared between too many blocks");
        }
        let known = self.known_at_entry(&shared);
        for (reads, known) in wanted.iter().zip(&known) {
            // A block that cannot be reached is not entered with anything.
            let Some(known) = known else { continue };
            let missing = reads.iter().find(|reg| !shared.get(reg).is_some_and(|n| known.has(*n)));
            if let Some(reg) = missing {
                return self.fail(format!("register {reg} is read before it is assigned"));
            }
        }
        Ok(())
    }

    /// The registers that a block reads and has not assigned itself by then.
    fn read_from_before(&self, block: &Block) -> Result<Vec<u32>, VerifyError> {
        let (regs, name) = (self.function.regs as usize, &self.function.name);
        let mut own: BTreeSet<u32> = BTreeSet::new();
        let mut reads_before = Vec::new();
        let mut read = |own: &BTreeSet<u32>, reg: &Reg| -> Checked {
            within(reg.0, regs, name, "register")?;
            if !own.contains(&reg.0) {
                reads_before.push(reg.0);
            }
            Ok(())
        };
        for inst in &block.insts {
            let (dst, reads) = operands(inst);
            reads.iter().try_for_each(|reg| read(&own, reg))?;
            if let Some(dst) = dst {
                within(dst.0, regs, name, "register")?;
                own.insert(dst.0);
            }
        }
        match &block.end {
            Terminator::Branch { cond, .. } => read(&own, cond)?,
            Terminator::Exit { args, .. } => args.iter().try_for_each(|reg| read(&own, reg))?,
            Terminator::Jump(_) => {}
        }
        Ok(reads_before)
    }

    /// By block, the shared registers assigned on every way to its start: those assigned at the
    /// end of all blocks before it. Nothing for blocks that cannot be reached.
    fn known_at_entry(&self, shared: &BTreeMap<u32, usize>) -> Vec<Option<Bits>> {
        let blocks = &self.function.blocks;
        let mut known: Vec<Option<Bits>> = vec![None; blocks.len()];
        if let Some(entry) = known.first_mut() {
            *entry = Some(Bits::none(shared.len()));
        }
        let mut waiting = vec![0_usize];
        while let Some(number) = waiting.pop() {
            let (Some(block), Some(Some(before))) = (blocks.get(number), known.get(number)) else {
                continue;
            };
            let mut after = before.clone();
            for dst in block.insts.iter().filter_map(|inst| operands(inst).0) {
                if let Some(n) = shared.get(&dst.0) {
                    after.set(*n);
                }
            }
            for next in successors(&block.end) {
                let changed = match known.get_mut(next) {
                    Some(Some(there)) => there.keep_shared(&after),
                    Some(entry) => {
                        *entry = Some(after.clone());
                        true
                    }
                    None => false,
                };
                if changed {
                    waiting.push(next);
                }
            }
        }
        known
    }
}

/// Blocks times registers that the dataflow analysis takes.
const DATAFLOW_BITS_MAX: usize = 1 << 30;

/// A set of small numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn set(&mut self, n: usize) {
        if let Some(word) = self.0.get_mut(n / 64) {
            *word |= 1 << (n % 64);
        }
    }

    fn has(&self, n: usize) -> bool {
        self.0.get(n / 64).is_some_and(|word| word & (1 << (n % 64)) != 0)
    }

    /// Keeps what the other has too; whether that changed anything.
    fn keep_shared(&mut self, other: &Self) -> bool {
        let mut changed = false;
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            changed |= *word & !other != 0;
            *word &= other;
        }
        changed
    }
}

fn successors(end: &Terminator) -> Vec<usize> {
    match end {
        Terminator::Jump(to) => vec![to.0 as usize],
        Terminator::Branch { then, otherwise, .. } => vec![then.0 as usize, otherwise.0 as usize],
        Terminator::Exit { .. } => Vec::new(),
    }
}

/// The register that an instruction writes, and those that it reads.
pub(crate) fn operands(inst: &Inst) -> (Option<Reg>, Vec<Reg>) {
    match inst {
        Inst::Const { dst, .. } | Inst::Load { dst, .. } | Inst::Has { dst, .. } => {
            (Some(*dst), Vec::new())
        }
        Inst::Store { src, .. } => (None, vec![*src]),
        Inst::Clear { .. } => (None, Vec::new()),
        Inst::Not { dst, src } | Inst::Neg { dst, src, .. } => (Some(*dst), vec![*src]),
        Inst::Arith { dst, left, right, .. }
        | Inst::Compare { dst, left, right, .. }
        | Inst::And { dst, left, right }
        | Inst::Or { dst, left, right } => (Some(*dst), vec![*left, *right]),
        Inst::Call { dst, args, .. } => (Some(*dst), args.clone()),
        Inst::Emit { args, .. } => (None, args.clone()),
    }
}
