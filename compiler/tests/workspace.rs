//! A workspace says after every edit what a check from nothing says, to the last byte, and does only
//! the work that the edit asks for.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "../../tests/src/big/mod.rs"]
mod big;

use std::path::Path;
use std::sync::Arc;

use flowright_compiler::base::SourceProvider as _;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::{Analysis, Work, Workspace, analyse};

/// A project whose files are edited.
struct Edited {
    files: Vec<(String, String)>,
    original: Vec<(String, String)>,
    words: Vec<String>,
    random: u64,
}

impl Edited {
    fn new(sources: &MemorySources, seed: u64) -> Self {
        let files: Vec<(String, String)> = sources
            .sources()
            .unwrap()
            .into_iter()
            .map(|(label, text)| (label, text.to_string()))
            .collect();
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let words = files.iter().flat_map(|(_, text)| text.split(|c| !is_part(c)));
        let words = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self { original: files.clone(), files, words, random: seed | 1 }
    }

    fn sources(&self) -> MemorySources {
        let file = |(label, text): &(String, String)| (label.clone(), Arc::from(text.as_str()));
        MemorySources(self.files.iter().map(file).collect())
    }

    fn below(&mut self, end: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % end.max(1) as u64).unwrap()
    }

    fn word(&mut self) -> String {
        let number = self.below(self.words.len());
        self.words[number].clone()
    }

    /// Makes an edit as people make them, and some that they do not; says which.
    fn edit(&mut self) -> String {
        let file = self.below(self.files.len());
        let label = self.files[file].0.clone();
        let mut lines: Vec<String> = self.files[file].1.lines().map(str::to_owned).collect();
        let line = self.below(lines.len());
        let what = self.below(16);
        match what {
            0 => lines.insert(0, "\n// a line above all".to_owned()),
            1 => lines.insert(line.min(lines.len()), "// a comment".to_owned()),
            2 => lines.insert(line.min(lines.len()), String::new()),
            3 if !lines.is_empty() => drop(lines.remove(line)),
            4 if !lines.is_empty() => lines.insert(line, lines[line].clone()),
            5 => {
                let other = self.below(lines.len());
                if lines.len() > line.max(other) {
                    lines.swap(line, other);
                }
            }
            6..=8 if !lines.is_empty() => {
                let (from, to) = (self.word(), self.word());
                lines[line] = lines[line].replacen(&from, &to, 1);
                let from = lines[line].split_whitespace().last().unwrap_or("").to_owned();
                lines[line] = lines[line].replacen(&from, &to, 1);
            }
            9 => {
                // A name is another everywhere in the file.
                let (from, to) = (self.word(), format!("{}_2", self.word()));
                for line in &mut lines {
                    *line = line.replace(&from, &to);
                }
            }
            10 => {
                let signs = ["}", "{", "\"", "(", "allow(W0403, \"why\")", "use std.contact"];
                let sign = signs[self.below(signs.len())];
                lines.insert(line.min(lines.len()), sign.to_owned());
            }
            11 => {
                // A part of one file goes over into another, or is copied.
                let end = (line + 1 + self.below(30)).min(lines.len());
                let part: Vec<String> = match self.below(2) {
                    0 => lines.drain(line.min(end)..end).collect(),
                    _ => lines[line.min(end)..end].to_vec(),
                };
                let other = self.below(self.files.len());
                if other != file {
                    let text = &mut self.files[other].1;
                    text.push_str(&format!("\n{}\n", part.join("\n")));
                }
            }
            12 => {
                let slot = format!("slot extra_{}: text\n", self.below(3));
                let label = format!("a{}.flow", self.below(1_000));
                self.files.push((label, slot));
                self.files.sort();
                self.files.dedup_by(|a, b| a.0 == b.0);
                return "another file".to_owned();
            }
            13 if self.files.len() > 1 => {
                drop(self.files.remove(file));
                return format!("no {label}");
            }
            _ => {
                self.files.clone_from(&self.original);
                return "as it was".to_owned();
            }
        }
        self.files[file].1 = lines.join("\n") + "\n";
        format!("edit {what} at line {} of {label}", line + 1)
    }
}

/// Everything that a check says, for comparison.
fn said(analysis: &Analysis) -> Vec<String> {
    let mut all: Vec<String> = analysis.diagnostics.iter().map(|d| format!("{d:?}")).collect();
    all.extend(analysis.allowed.iter().map(|allowed| format!("{allowed:?}")));
    all.push(format!("{} {:?} {:?}", analysis.cut, analysis.proofs, analysis.reveals));
    all.extend(analysis.graphs.iter().map(|graph| format!("{graph:?}")));
    let project = analysis.project.iter();
    all.extend(project.clone().flat_map(|p| &p.flows).map(|flow| format!("{flow:?}")));
    all.extend(project.clone().flat_map(|p| &p.intents).map(|intent| format!("{intent:?}")));
    all.extend(project.map(|p| {
        let types = (&p.choices, &p.entities, &p.regexes, &p.session_slots);
        format!("{types:?} {:?} {:?} {:?}", p.actions, p.texts, p.tests)
    }));
    all
}

/// Checks both ways; whether there was a project to look at further.
fn check_both(workspace: &mut Workspace, sources: &MemorySources, after: &str) -> bool {
    let (warm, cold) = (workspace.check(sources).unwrap(), analyse(sources).unwrap());
    let (said_warm, said_cold) = (said(&warm), said(&cold));
    for (warm, cold) in said_warm.iter().zip(&said_cold) {
        assert_eq!(warm, cold, "{after}");
    }
    assert_eq!(said_warm.len(), said_cold.len(), "{after}");
    warm.project.is_some()
}

/// Edits a project again and again. What is broken is taken back more often than not, so that ways
/// and labels are looked at too. Gives how many edits left a project, of how many that could.
fn edit(sources: &MemorySources, seed: u64, edits: usize) -> (usize, usize) {
    let mut edited = Edited::new(sources, seed);
    let mut workspace = Workspace::default();
    let sound_at_first = check_both(&mut workspace, sources, "at first");
    let (mut history, mut sound) = (Vec::new(), 0);
    for _ in 0..edits {
        history.push(edited.edit());
        if check_both(&mut workspace, &edited.sources(), &history.join(", then ")) {
            sound += 1;
        } else if edited.below(3) > 0 {
            edited.files.clone_from(&edited.original);
            history.push("as it was".to_owned());
        }
    }
    (sound, if sound_at_first { edits } else { sound })
}

/// Where nearly every edit broke the project, hardly any ways were looked at.
fn assert_enough(edited: impl IntoIterator<Item = (usize, usize)>) {
    let (sound, edits) = edited.into_iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    assert!(sound * 5 >= edits && edits > 0, "only {sound} of {edits} edits left a project");
}

/// The sources of a folder and of the folders in it, in order.
fn folder(path: &Path) -> MemorySources {
    let (mut files, mut folders) = (Vec::new(), vec![path.to_path_buf()]);
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(&inner).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ext| ext == "flow") {
                let label = entry.strip_prefix(path).unwrap().to_str().unwrap().to_owned();
                files.push((label, std::fs::read_to_string(entry).unwrap().into()));
            }
        }
    }
    files.sort();
    MemorySources(files)
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_example_projects() {
    for (seed, name) in (0..).zip(["order_change", "outage_report", "invoice_query"]) {
        let project = folder(&here().join("../flows").join(name));
        assert_enough([edit(&project, 0x5eed + 2 * seed, 120)]);
    }
}

#[test]
fn the_corpus() {
    let corpus = folder(&here().join("tests/corpus"));
    assert!(corpus.0.len() > 500, "{} sources", corpus.0.len());
    let files = (0..).zip(&corpus.0);
    let one = |(seed, file): (u64, &(String, Arc<str>))| {
        edit(&MemorySources(vec![file.clone()]), 0xc0de + 2 * seed, 5)
    };
    assert_enough(files.map(one));
}

#[test]
fn a_large_project() {
    let mut files = big::project(700);
    files.push(("wide.flow".to_owned(), big::choices(20).into()));
    files.push(("deep.flow".to_owned(), big::parentheses(13).into()));
    for seed in [0xb16, 0xb17 * 5, 0xb18 * 11] {
        assert_enough([edit(&MemorySources(files.clone()), seed, 60)]);
    }
}

/// What a check does after an edit of one file.
fn work(workspace: &mut Workspace, sources: &MemorySources) -> Work {
    let before = workspace.work();
    let analysis = workspace.check(sources).unwrap();
    assert_eq!(analysis.diagnostics, []);
    let after = workspace.work();
    Work {
        parsed: after.parsed - before.parsed,
        resolved: after.resolved - before.resolved,
        followed: after.followed - before.followed,
    }
}

/// A flow, and everything that it does not name itself but depends on.
const FROM_AFAR: &str = r#"bot afar { languages en  timezone "UTC" }
customer { id: text  kind: customer_kind }
entity customer_kind: one_of { old, new }
entity severity: one_of { bad, worse }
entity reason: one_of { late, lost }
slot impact: severity { default bad }
channel web: websocket
channel shop: webhook { provider whatsapp }
skill frontline
skill backline { overflow frontline after 5m }
route { otherwise -> frontline }
action orders.get(id: text) -> { why: reason } {
  get "{env.CRM}/{id}"
  error gone when status == 404
}
text promise(n: number) { en "{n}: {impact}" }
flow helper {
  slot note: text
  state start { confirm "Sure?" { yes -> { clear impact  end resolved }  no -> done } }
  state done { set impact = worse  end resolved }
}
flow main {
  on start
  slot choice: one_of { a, b } { ask "Which?" }
  state start {
    when impact is worse -> last
    when customer.kind is new { say "Welcome." }
    do found = orders.get(customer.id) { failed -> handoff because "no answer" }
    when found.why is lost { say "Lost." }
    fill choice
    say promise(2)
    call helper(note: "{customer.id}")
    say "{impact}"
    say "Choice: {choice}." choices { "Yes", "No" }
    handoff to backline because "{choice}"
  }
  state last { end resolved }
  ensure found.why is late before orders.get
}
"#;

#[test]
fn what_a_flow_depends_on_without_naming_it() {
    let edits = [
        ("entity severity: one_of { bad, worse }", "entity severity: one_of { worse, bad }"),
        ("entity severity: one_of { bad, worse }", "entity severity: one_of { bad, worst }"),
        ("one_of { old, new }", "one_of { former, new }"),
        ("one_of { old, new }", "one_of { new }"),
        ("one_of { old, new }", "one_of { old }"),
        ("{ late, lost }", "{ lost, late, broken }"),
        ("{ late, lost }", "{ late }"),
        ("error gone when", "error away when"),
        ("impact: severity { default bad }", "impact: severity"),
        ("slot impact: severity", "slot other: text\nslot impact: severity"),
        ("slot impact: severity", "slot impact: severity personal"),
        ("id: text", "id: text personal"),
        ("kind: customer_kind", "extra: text  kind: customer_kind"),
        ("clear impact  ", ""),
        ("set impact = worse", "mark \"x\""),
        ("confirm \"Sure?\"", "choose { \"Yes\" -> done  \"No\" -> done } // "),
        ("slot note: text", "slot note: number"),
        ("slot note: text", "slot more: text  slot note: text"),
        ("text promise(n: number) { en \"{n}", "text promise(n: number) { en \"{n} {customer.id}"),
        (
            "\"{n}: {impact}\"",
            "\"{n}: {impact} and so on, for a very long while, until nobody reads it\"",
        ),
        ("whatsapp", "messenger"),
        ("languages en", "languages en, zh"),
        ("skill frontline\n", ""),
        ("skill backline { overflow frontline after 5m }", "skill backline"),
        ("bot afar", "flow first { on start  state s { end resolved } }\nbot afar"),
        ("bot afar", "use std.repair\nbot afar"),
        (
            "bot afar",
            "text core.yes { en \"Yes, a label that is longer than a button can show\" }\nbot afar",
        ),
        ("bot afar", "slot warned: bool\nfallback { handoff after 3 misses }\nbot afar"),
        ("flow helper {", "entity number_of_it: number\nflow helper {"),
        ("on start\n  slot choice", "slot choice"),
        ("bot afar", "slot found: text\nbot afar"),
        ("bot afar", "slot note: text\nbot afar"),
        ("bot afar", "slot choice: text\nbot afar"),
        ("bot afar", "migrate { slot main.choice is main.choice }\nbot afar"),
        ("slot impact", "/// How bad?\nslot impact"),
        ("slot impact", "slot impact: text\nslot impact"),
        ("{ default bad }", "{ default worse }"),
        ("{ default bad }", "{ default bad  ask \"How bad?\" }"),
        ("{ default bad }", "{ default bad  check impact is worse else \"No: {impact}\" }"),
        ("{ default bad }", "{ default before }\nslot before: severity { default worse }"),
        ("get \"{env", "timeout 1s  retries 3  get \"{env"),
        ("get \"{env.CRM}/{id}\"", ""),
        ("get \"{env.CRM}/{id}\"", "get \"{id}\""),
        ("status == 404", "status == 410"),
        ("status == 404", "why is lost"),
        ("action orders", "effect orders"),
        ("orders.get(id: text)", "orders.get(id: text personal)"),
        ("why: reason }", "why: reason optional }"),
    ];
    assert_each_is_seen(FROM_AFAR, &edits);
}

/// A refutation says for a learned entity what some example says, of an intent that its flow knows
/// nothing of.
const LEARNED: &str = r#"bot b { languages en  timezone "UTC" }
channel web: websocket
skill s
route { otherwise -> s }
entity venue: learned
intent eat { en "eat at {at: venue = "La Scala"}", "dinner at {at: venue = "Blue Lagoon"}", "lunch" }
intent book { en "book a table", "I want to book", "a reservation please" }
flow eat { on intent eat  slot at: venue { ask "Where?" }  state start { fill at  say "{at}"  end resolved } }
flow book {
  on intent book
  slot place: venue { ask "Where?" }
  slot people: number { ask "How many?" }
  state start { fill place, people  say "{place} {people}"  end resolved }
  ensure at most 1 turns
}
"#;

#[test]
fn what_a_refutation_depends_on_without_naming_it() {
    assert_each_is_seen(
        LEARNED,
        &[
            ("La Scala", "Casa Pepe"),
            (" = \"La Scala\"", ""),
            (
                "intent eat {",
                "intent drink { en \"a drink at {at: venue = \"Joe\"}\" }\nintent eat {",
            ),
            ("slot at: venue", "slot at: text"),
        ],
    );
}

/// A workspace says after each edit what a check from nothing says, which is not what was said before.
fn assert_each_is_seen(original: &str, edits: &[(&str, &str)]) {
    let sources = |text: &str| MemorySources::one("a.flow", text);
    let mut workspace = Workspace::default();
    let at_first = analyse(&sources(original)).unwrap();
    assert!(at_first.project.is_some(), "{:?}", at_first.diagnostics);
    for (from, to) in edits {
        let edited = original.replacen(from, to, 1);
        assert_ne!(edited, original, "{from}");
        check_both(&mut workspace, &sources(original), "as it was");
        check_both(&mut workspace, &sources(&edited), &format!("{from} -> {to}"));
        let said = |text: &str| said(&analyse(&sources(text)).unwrap());
        // An edit that changes nothing would show nothing.
        assert_ne!(said(original), said(&edited), "{from} -> {to}");
    }
}

#[test]
fn an_edit_asks_for_the_work_that_depends_on_it() {
    let mut sources = MemorySources(big::project(2_000));
    let mut workspace = Workspace::default();
    let all = work(&mut workspace, &sources);
    assert!(all.parsed > 100 && all.resolved > 40 && all.followed == all.resolved, "{all:?}");
    let mut after = |label: &str, from: &str, to: &str| {
        let file = sources.0.iter_mut().find(|(known, _)| known == label).unwrap();
        let text = file.1.replacen(from, to, 1);
        assert_ne!(*text, *file.1, "{from}");
        file.1 = text.into();
        let Work { parsed, resolved, followed } = work(&mut workspace, &sources);
        (parsed, resolved, followed)
    };
    // Nothing, for nothing has changed that is looked at.
    assert_eq!(after("head.flow", "  languages en, zh", "  languages en, zh  // both"), (1, 0, 0));
    // A flow's own steps.
    assert_eq!(after("part_000.flow", "say { en \"Order", "say { en \"The order"), (1, 1, 1));
    // Above everything else: the declarations below have only moved.
    assert_eq!(after("part_000.flow", "intent", "// Above.\n\nintent"), (0, 0, 0));
    // When an action fails is nothing to its callers; what it gives them is.
    assert_eq!(after("part_005.flow", "status == 404", "status == 410"), (1, 0, 0));
    assert_eq!(
        after("part_005.flow", "due: date, owner", "due: date, by: text optional, owner"),
        (1, 1, 1)
    );
    // What nobody sees of a slot of the session, and what those see that name it.
    assert_eq!(after("head.flow", "slot impact", "/// How bad?\nslot impact"), (1, 0, 0));
    let (parsed, some, _) = after("head.flow", "slot impact", "slot others: text\nslot impact");
    assert!(parsed == 2 && 0 < some && some < all.resolved / 2, "{parsed} {some}");
    // The steps of a flow that two others call: the ways of all three are looked at, not their names.
    assert_eq!(after("part_004.flow", "\"Noted: ", "\"Written: "), (1, 1, 3));
    // What callers see of it.
    assert_eq!(after("part_004.flow", "\"Tell me more", "\"Please tell me more"), (1, 3, 3));
    // What every flow sees.
    let (parsed, resolved, _) = after("head.flow", "tier:     one_of", "tier: one_of");
    assert_eq!((parsed, resolved), (1, 0));
    let everything = after("head.flow", "languages en, zh", "languages zh, en");
    assert_eq!(everything, (1, all.resolved, all.followed));
}
