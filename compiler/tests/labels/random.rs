//! Random programs against plain reachability: assignments, calls, texts and actions between slots,
//! results and the customer.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use flowright_compiler::analyse;
use flowright_compiler::compile::MemorySources;
use proptest::prelude::*;

use super::{COMMON, ROUTE, codes};

const FLOWS: usize = 3;
const OPEN: usize = 0;
const SECRET: usize = 1;
const FREE: usize = 2;
const ROLE_SLOT: usize = 5;
const PERSONAL_SLOT: usize = 6;
const LOCAL: usize = 7;
const RESULT_SECRET: usize = 9;
const PLACES: usize = 11;
const NAMES: [&str; PLACES] =
    ["customer.id", "customer.note", "s0", "s1", "s2", "d", "p", "l0", "l1", "r.a", "r.b"];

const RANDOM_COMMON: &str = r#"slot s0: text
slot s1: text
slot s2: text
slot d: text visible to supervisor
slot p: text personal
text both(a: text, b: text) { en "{a} {b}" }
text one(a: text, b: text) { en "{a}" }
action pair(id: text) -> { a: text visible to supervisor, b: text } { post "https://example.com" body { id } }
"#;

#[derive(Debug, Clone, Copy)]
struct Statement {
    flow: usize,
    kind: u8,
    to: usize,
    x: usize,
    y: usize,
}

/// A place by its number in a flow; what is not the flow's own is one for all.
const fn node(flow: usize, place: usize) -> usize {
    if place < LOCAL { place } else { LOCAL + flow * (PLACES - LOCAL) + (place - LOCAL) }
}

struct Case {
    source: String,
    edges: Vec<(usize, usize)>,
    /// Line, what reads there, whether it takes the role's values and personal ones.
    readers: Vec<(u32, usize, bool, bool)>,
}

fn case(statements: &[Statement]) -> Case {
    let mut case = Case {
        source: format!("{COMMON}{ROUTE}{RANDOM_COMMON}"),
        edges: Vec::new(),
        readers: Vec::new(),
    };
    for flow in 0..FLOWS {
        let _ = write!(
            case.source,
            "flow f{flow} {{ slot l0: text\nslot l1: text\nstate x {{ do r = pair(customer.id) {{ failed -> end }}\n"
        );
        for statement in statements.iter().filter(|s| s.flow == flow) {
            case.statement(*statement);
        }
        case.source.push_str("end } }\n");
    }
    case
}

impl Case {
    fn statement(&mut self, s: Statement) {
        // Slots can be changed, results and the customer cannot.
        let to = FREE + s.to % (RESULT_SECRET - FREE);
        let (x, y) = (NAMES[s.x], NAMES[s.y]);
        let line = u32::try_from(self.source.matches('\n').count()).unwrap();
        let (nx, ny) = (node(s.flow, s.x), node(s.flow, s.y));
        let (text, read): (String, Vec<usize>) = match s.kind {
            0 => (format!("set {} = {x}", NAMES[to]), vec![nx]),
            1 => (format!("set {} = \"{{{x}}} and {{{y}}}\"", NAMES[to]), vec![nx, ny]),
            2 => (format!("set {} = upper({x})", NAMES[to]), vec![nx]),
            3 => (format!("set {} = reveal({x}) because \"x\"", NAMES[to]), vec![]),
            4 => (format!("say \"{{{x}}} and {{{y}}}\""), vec![nx, ny]),
            5 => (format!("say both({x}, {y})"), vec![nx, ny]),
            6 => (format!("say one({x}, {y})"), vec![nx]),
            7 => (format!("do keep({x}) {{ failed -> end }}"), vec![nx]),
            _ if s.flow + 1 < FLOWS => {
                let called = s.flow + 1 + s.to % (FLOWS - 1 - s.flow);
                self.edges.push((nx, node(called, LOCAL)));
                self.edges.push((ny, node(called, LOCAL + 1)));
                (format!("call f{called}(l0: {x}, l1: {y})"), vec![])
            }
            _ => ("mark \"x\"".to_owned(), vec![]),
        };
        for from in read {
            match s.kind {
                0..=2 if to == ROLE_SLOT => self.readers.push((line, from, true, false)),
                0..=2 if to == PERSONAL_SLOT => self.readers.push((line, from, false, true)),
                0..=2 => self.edges.push((from, node(s.flow, to))),
                7 => self.readers.push((line, from, false, false)),
                _ => self.readers.push((line, from, false, true)),
            }
        }
        let _ = writeln!(self.source, "{text}");
    }

    fn reached(&self, from: &[usize]) -> BTreeSet<usize> {
        let mut reached: BTreeSet<usize> = from.iter().copied().collect();
        loop {
            let next = self.edges.iter().filter(|(from, _)| reached.contains(from));
            let next: Vec<usize> = next.map(|(_, to)| *to).collect();
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before {
                return reached;
            }
        }
    }

    /// Lines at which somebody gets what she may not see.
    fn leaks(&self) -> BTreeSet<u32> {
        let results = (0..FLOWS).map(|flow| node(flow, RESULT_SECRET));
        let secrets: Vec<usize> = results.chain([SECRET, ROLE_SLOT]).collect();
        let (secret, personal) = (self.reached(&secrets), self.reached(&[PERSONAL_SLOT]));
        let wrong = self.readers.iter().filter(|(_, from, takes_secret, takes_personal)| {
            secret.contains(from) && !takes_secret || personal.contains(from) && !takes_personal
        });
        wrong.map(|(line, ..)| *line).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, ..ProptestConfig::default() })]

    #[test]
    fn random_programs_agree_with_reachability(
        statements in prop::collection::vec(
            (0..FLOWS, 0..9u8, 0..32usize, OPEN..PLACES, OPEN..PLACES)
                .prop_map(|(flow, kind, to, x, y)| Statement { flow, kind, to, x, y }),
            1..16,
        )
    ) {
        let case = case(&statements);
        let analysis = analyse(&MemorySources::one("case.flow", &case.source)).unwrap();
        codes(&analysis);
        let found: BTreeSet<u32> = analysis
            .diagnostics
            .iter()
            .filter(|d| d.code.as_str().starts_with("E07"))
            .map(|d| {
                let file = analysis.sources.get(d.primary.at.file).unwrap();
                file.lines.line_column(d.primary.at.span.start).line
            })
            .collect();
        prop_assert_eq!(found, case.leaks(), "{}", case.source);
    }
}
