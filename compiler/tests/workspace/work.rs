//! How much is done again after an edit.

use flowright_compiler::compile::MemorySources;
use flowright_compiler::{Work, Workspace};

use super::big;

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
    // When an action fails is nothing to its callers; what it gives them is where they name it.
    assert_eq!(after("part_005.flow", "status == 404", "status == 410"), (1, 0, 0));
    assert_eq!(
        after("part_005.flow", "due: date, owner", "by: text optional, due: date, owner"),
        (1, 0, 0)
    );
    assert_eq!(
        after("part_005.flow", "owner: text personal }", "owner: text optional }"),
        (1, 0, 0)
    );
    // One of a name that stands in the flow.
    let named = "due: date, order: text optional, owner";
    assert_eq!(after("part_005.flow", "due: date, owner", named), (1, 1, 1));
    // The same of one that many call.
    let other = "{ other: text optional, granted: bool }";
    assert_eq!(after("head.flow", "{ granted: bool }", other), (1, 0, 0));
    let (_, some, followed) = after("head.flow", other, "{ due: text optional, granted: bool }");
    assert!(1 < some && some < all.resolved / 2 && followed >= some, "{some} {followed}");
    assert_eq!(
        after("head.flow", "{ due: text optional, granted: bool }", "{ granted: bool }"),
        (1, 0, 0)
    );
    // A field more of the items of a list that is only chosen from; one of a name that some name.
    let more = "total: money, region: text optional }";
    assert_eq!(after("head.flow", "total: money }", more), (1, 0, 0));
    let named = "total: money, id: text }";
    let (_, some, followed) = after("head.flow", more, named);
    assert!(1 < some && some < all.resolved / 2 && followed >= some, "{some} {followed}");
    assert_eq!(after("head.flow", named, "total: money }"), (1, 0, 0));
    // What nobody sees of a slot of the session, and what those see that name it.
    assert_eq!(after("head.flow", "slot impact", "/// How bad?\nslot impact"), (1, 0, 0));
    let (parsed, some, _) = after("head.flow", "slot impact", "slot others: text\nslot impact");
    assert!(parsed == 2 && 0 < some && some < all.resolved / 2, "{parsed} {some}");
    // Choices that nobody names, though all that stand behind them get other numbers.
    let mood = "slot mood: one_of { good, bad }\n\naction orders.list";
    assert_eq!(after("head.flow", "action orders.list", mood), (1, 0, 0));
    let entity = "entity weather: one_of { fine, awful }\n\nentity severity";
    assert_eq!(after("head.flow", "entity severity", entity), (1, 0, 0));
    let mood = "slot mood: one_of { good, bad, neither }";
    assert_eq!(after("head.flow", "slot mood: one_of { good, bad }", mood), (1, 0, 0));
    // What choices are called that many flows compare and none shows, and choices that none names.
    let words = "\"line is down\", \"all is still\"";
    assert_eq!(after("head.flow", "\"line is down\"", words), (1, 0, 0));
    let more = "  odd { en \"odd\" zh \"怪\" }\n  degraded";
    assert_eq!(after("head.flow", "  degraded", more), (1, 0, 0));
    // The steps of a flow that two others call: the ways of all three are looked at, not their names.
    assert_eq!(after("part_004.flow", "\"Noted: ", "\"Written: "), (1, 1, 3));
    // What callers see of it.
    assert_eq!(after("part_004.flow", "\"Tell me more", "\"Please tell me more"), (1, 3, 3));
    // What is asked of it, which nobody fills.
    let tried = "slot impact: severity { tries 2 }";
    assert_eq!(after("head.flow", "slot impact: severity", tried), (1, 0, 0));
    // A field of the profile that nobody names.
    assert_eq!(
        after("head.flow", "  contract: money", "  region: text\n  contract: money"),
        (1, 0, 0)
    );
    // One that some name.
    let (_, some, _) = after("head.flow", "text   personal", "text");
    assert!(0 < some && some < all.resolved / 2, "{some}");
    // What every flow sees.
    let (parsed, resolved, _) = after("head.flow", "tier:     one_of", "tier: one_of");
    assert_eq!((parsed, resolved), (1, 0));
    let everything = after("head.flow", "languages en, zh", "languages zh, en");
    assert_eq!(everything, (1, all.resolved, all.followed));
}
