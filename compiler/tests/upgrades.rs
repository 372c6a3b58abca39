//! Two versions of a project and what lies between them: `upgrades/NAME.flow` holds both, divided
//! by a line `// ---- then`, beside `upgrades/NAME.txt` with what `flowright diff` says.
//! `UPDATE=1 cargo test -p flowright-compiler --test upgrades` writes the texts.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use flowright_compiler::base::FileSpan;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::ir::{
    FlowId, MigrateDef, MigrateLineDef, MigrateRule, Program, SlotRef, Space, StateId,
};
use flowright_compiler::upgrade::{Class, Diff, Version, diff, render_changes};

#[path = "support/expected.rs"]
mod expected;

/// What every version has, unless it declares one of its own.
const COMMON: [(&str, &str); 4] = [
    ("bot ", "bot example {\n  languages en\n  timezone \"Asia/Shanghai\"\n}\n"),
    ("channel ", "channel web: websocket\n"),
    ("skill ", "skill frontline\n"),
    ("route ", "route { otherwise -> frontline }\n"),
];

fn program(label: &str, text: &str) -> Program {
    let mut text = text.to_owned();
    for (word, common) in COMMON {
        if !text.lines().any(|line| line.starts_with(word)) {
            text.push_str(common);
        }
    }
    program_of(&MemorySources::one(label, &text))
}

fn program_of(sources: &MemorySources) -> Program {
    let analysis = flowright_compiler::analyse(sources).unwrap();
    let errors: Vec<_> = analysis.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(analysis.project.is_some(), "{errors:?}");
    (**flowright_compiler::compile::build(&analysis).unwrap().program).clone()
}

fn compare(old: &Program, new: &Program) -> Diff {
    let old = Version { program: old, hash: [0x3f; 32] };
    diff(old, Version { program: new, hash: [0x40; 32] })
}

#[test]
fn changes_are_classed_as_they_were() {
    expected::assert_as_expected("upgrades", 20, |_, text| {
        let (old, new) = text.split_once("// ---- then\n").unwrap();
        let (old, new) = (program("old.flow", old), program("new.flow", new));
        render_changes(&compare(&old, &new).changes, &old, &new)
    });
}

fn examples() -> Vec<(String, Program)> {
    let flows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flows");
    let mut found = Vec::new();
    for name in ["invoice_query", "order_change", "outage_report"] {
        let mut files: Vec<_> = std::fs::read_dir(flows.join(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ext| ext == "flow"))
            .collect();
        files.sort();
        let read = |path: &std::path::PathBuf| {
            let label = path.file_name().unwrap().to_string_lossy().into_owned();
            (label, std::fs::read_to_string(path).unwrap().into())
        };
        let sources = MemorySources(files.iter().map(read).collect());
        found.push((name.to_owned(), program_of(&sources)));
    }
    found
}

#[test]
fn nothing_lies_between_a_program_and_itself() {
    for (name, program) in examples() {
        let diff = compare(&program, &program);
        assert!(diff.changes.is_empty(), "{name}: {:#?}", diff.changes);
        assert!(diff.plan.flows.iter().all(Option::is_some), "{name}");
        let states = diff.plan.flows.iter().flatten().flat_map(|flow| &flow.states);
        assert!(states.clone().all(|state| state.to.is_some()), "{name}");
        assert!(states.clone().any(|state| !state.waits.is_empty()), "{name}");
    }
}

fn with_line(mut program: Program, rule: MigrateRule) -> Program {
    let at = FileSpan::default();
    let lines = vec![MigrateLineDef { rule, at }];
    program.migrations.push(MigrateDef { from: None, lines, at });
    program
}

/// Whether a change of the class speaks of the name.
fn names(diff: &Diff, class: Class, name: &str) -> bool {
    diff.changes.iter().any(|change| change.class == class && change.name == name)
}

#[test]
fn every_renamed_state_is_reported_and_safe_with_its_line() {
    let mut reported = 0;
    for (project, old) in examples() {
        for (f, flow) in (0..).zip(&old.flows) {
            for (s, state) in (0..).zip(&flow.states) {
                let mut new = old.clone();
                new.flows[f as usize].states[s as usize].name = "renamed".to_owned();
                let name = format!("{}.{}", flow.name, state.name);
                let plain = compare(&old, &new);
                let at = format!("{project}: {name}");
                if plain.class() != Class::Safe {
                    reported += 1;
                    assert!(names(&plain, Class::NeedsMigrate, &name), "{at}: {plain:#?}");
                }
                let same = compare(&old, &old).plan;
                let same = same.flows[f as usize].as_ref().unwrap();
                let waits = !same.states[s as usize].waits.is_empty();
                let handlers = &flow.handlers;
                let of_flow = !handlers.intents.is_empty() || !handlers.silences.is_empty();
                assert!(of_flow || waits == (plain.class() != Class::Safe), "{at}: {plain:#?}");
                let rule =
                    MigrateRule::StateIs { old: name.clone(), flow: FlowId(f), new: StateId(s) };
                let said = compare(&old, &with_line(new, rule));
                assert_eq!(said.class(), Class::Safe, "{at}: {:#?}", said.changes);
                assert!(names(&said, Class::Safe, &name), "{at}");
            }
        }
    }
    assert!(reported >= 10, "{reported}");
}

#[test]
fn every_renamed_slot_is_reported_and_safe_with_its_line() {
    let mut reported = 0;
    for (project, old) in examples() {
        for (f, flow) in (0..).zip(&old.flows) {
            for (s, slot) in flow.slots.iter().enumerate() {
                if slot.place.space != Space::Flow {
                    continue;
                }
                let mut new = old.clone();
                let renamed = &mut new.flows[f as usize];
                renamed.slots[s].name = "renamed".to_owned();
                renamed.cell_names[slot.place.index as usize] = "renamed".to_owned();
                let name = format!("{}.{}", flow.name, slot.name);
                let plain = compare(&old, &new);
                let at = format!("{project}: {name}");
                assert_eq!(plain.class(), Class::NeedsMigrate, "{at}: {:#?}", plain.changes);
                assert!(names(&plain, Class::NeedsMigrate, &name), "{at}");
                let slot = SlotRef::Flow(FlowId(f), "renamed".to_owned());
                let said =
                    compare(&old, &with_line(new, MigrateRule::SlotIs { old: name, new: slot }));
                assert_eq!(said.class(), Class::Safe, "{at}: {:#?}", said.changes);
                reported += 1;
            }
        }
    }
    assert!(reported >= 5, "{reported}");
}

#[test]
fn every_renamed_flow_is_reported_and_safe_with_its_line() {
    for (project, old) in examples() {
        for (f, flow) in (0..).zip(&old.flows) {
            let mut new = old.clone();
            new.flows[f as usize].name = "renamed".to_owned();
            let plain = compare(&old, &new);
            let waits = compare(&old, &old).plan.flows[f as usize]
                .iter()
                .flat_map(|flow| &flow.states)
                .any(|state| !state.waits.is_empty());
            let at = format!("{project}: {}", flow.name);
            assert_eq!(names(&plain, Class::NeedsMigrate, &flow.name), waits, "{at}: {plain:#?}");
            let rule = MigrateRule::Flow { old: flow.name.clone(), new: FlowId(f), to: None };
            let said = compare(&old, &with_line(new, rule));
            assert_eq!(said.class(), Class::Safe, "{at}: {:#?}", said.changes);
        }
    }
}
