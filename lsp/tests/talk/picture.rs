//! Flows as they are drawn.

use flowright_compiler::Analysis;
use flowright_lsp::talk::picture::{Picture, picture};
use flowright_lsp::talk::program::Programs;
use flowright_lsp::talk::tests::{Coverage, run};

use crate::{checked, example, small};

fn drawn(analysis: &Analysis, flow: &str, coverage: Option<&Coverage>) -> Picture {
    let graph = analysis.graphs.iter().find(|graph| graph.name == flow).unwrap();
    picture(analysis, graph, coverage)
}

fn text(analysis: &Analysis, at: flowright_compiler::base::FileSpan) -> &str {
    &analysis.sources.get(at.file).unwrap().text[at.span.range()]
}

#[test]
fn every_node_has_a_box_of_its_own_and_every_edge_leads_from_box_to_box() {
    for (project, flow) in [
        ("order_change", "change_delivery_date"),
        ("outage_report", "report_outage"),
        ("invoice_query", "query_invoices"),
    ] {
        let analysis = checked(&example(project));
        let picture = drawn(&analysis, flow, None);
        assert_eq!(text(&analysis, picture.location.unwrap()), flow);
        assert!(picture.nodes.len() > 3 && picture.edges.len() > 3);
        for (number, node) in picture.nodes.iter().enumerate() {
            assert_eq!(node.id, number);
            assert!(node.x >= -0.5 && node.x + node.width <= picture.width + 0.5, "{node:?}");
            assert!(node.y >= -0.5 && node.y + node.height <= picture.height + 0.5, "{node:?}");
            assert_eq!(node.coverage, None);
            for other in &picture.nodes[number + 1..] {
                let apart = node.x + node.width <= other.x
                    || other.x + other.width <= node.x
                    || node.y + node.height <= other.y
                    || other.y + other.height <= node.y;
                assert!(apart, "{node:?} {other:?}");
            }
        }
        let touches = |(x, y): (f64, f64), node: usize| {
            let node = &picture.nodes[node];
            let inside =
                |at: f64, from: f64, length: f64| at >= from - 1.0 && at <= from + length + 1.0;
            inside(x, node.x, node.width) && inside(y, node.y, node.height)
        };
        for edge in &picture.edges {
            assert!(edge.points.len() >= 2, "{edge:?}");
            assert!(touches(edge.points[0], edge.from), "{edge:?}");
            assert!(touches(*edge.points.last().unwrap(), edge.to), "{edge:?}");
        }
    }
}

#[test]
fn nodes_and_edges_say_what_they_are_and_what_was_found_in_them() {
    let analysis = checked(&small(
        "action stock.level(n: number) -> { left: number } { get \"https://x.example/{n}\"  error gone when status == 404 }\n\
         intent go { en \"go on\", \"start it\", \"begin\" }\n\
         intent stop { en \"enough of this\", \"no more\" }\n\
         flow f {\n  on intent go\n  slot n: number { ask { en \"How many?\" } }\n  \
         /// Asks.\n  state ask { fill n  confirm { en \"Sure?\" } { yes -> look  no -> ask } }\n  \
         state look {\n    do level = stock.level(n) { gone -> ask  failed -> handoff because \"it fails\" }\n    \
         when level.left > 3 -> many\n    otherwise -> ask\n  }\n  \
         state many { say { en \"many\" } end resolved }\n  \
         state lost { say { en \"lost\" } end resolved }\n  \
         on intent stop { -> many }\n  on silence 5m { -> many }\n}\n",
    ));
    let picture = drawn(&analysis, "f", None);
    let node = |label: &str| picture.nodes.iter().find(|node| node.label == label).unwrap();
    assert_eq!(node("ask").doc.as_deref(), Some("Asks."));
    assert_eq!(node("ask").details, ["asks n", "asks yes or no"]);
    assert_eq!(text(&analysis, node("ask").location.unwrap()), "ask");
    assert_eq!(
        (node("start").kind, node("human").kind, node("end resolved").kind),
        ("start", "human", "end")
    );
    let lost = node("lost");
    assert_eq!(lost.severity, Some("error"), "{:?}", analysis.diagnostics);
    assert_eq!(lost.findings, ["E0401: no way leads to the state `lost`"]);
    assert_eq!(node("many").severity, None, "{:?}", node("many"));
    let edges: Vec<(&str, &str, &str)> = picture
        .edges
        .iter()
        .filter(|edge| picture.nodes[edge.from].label == "look" || edge.kind == "yes")
        .map(|edge| (edge.kind, edge.label.as_str(), text(&analysis, edge.location)))
        .collect();
    for wanted in [
        ("yes", "yes", "look"),
        ("error", "gone", "ask"),
        ("error", "failed", "handoff because \"it fails\""),
        ("when", "level.left > 3", "many"),
        ("when", "otherwise", "ask"),
        ("intent", "on stop", "-> many"),
        ("silence", "silence", "-> many"),
    ] {
        assert!(edges.contains(&wanted), "{wanted:?} {edges:?}");
    }
}

#[test]
fn what_tests_came_through_is_shown() {
    let analysis = checked(&example("order_change"));
    let ready = Programs::default().of(&analysis).unwrap();
    let ran = run(&ready, Some(&["tests.flow#change a delivery date".to_owned()]), &|| false);
    assert!(ran.results[0].passed, "{:?}", ran.results);
    let picture = drawn(&analysis, "change_delivery_date", Some(&ran.coverage));
    let covered: Vec<(&str, Option<&str>)> = picture
        .nodes
        .iter()
        .filter(|node| node.kind == "state")
        .map(|node| (node.label.as_str(), node.coverage))
        .collect();
    let entered = |name| (name, Some("entered"));
    assert_eq!(
        covered,
        [
            entered("locate"),
            entered("collect"),
            entered("authorise"),
            entered("update"),
            ("refuse", Some("missed"))
        ]
    );
    let ways: Vec<(&str, Option<&str>)> =
        picture.edges.iter().map(|edge| (text(&analysis, edge.location), edge.coverage)).collect();
    for wanted in [("update", Some("taken")), ("refuse", Some("missed")), ("end resolved", None)] {
        assert!(ways.contains(&wanted), "{wanted:?} {ways:?}");
    }
}
