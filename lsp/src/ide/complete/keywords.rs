//! Keywords, and what they begin: a construct with its places to fill in.

use flowright_compiler::syntax::ast::DeclKind;

use super::cx::Cx;
use super::fits;
use super::item::{Group, Item, What, escaped};
use crate::ide::expect::{Frame, Rule, Wanted, begins, read};
use crate::ide::words::about;

/// Constructs by rule and keyword. `<name>` is a place to fill in, `<>` a place without a word, `¶` a
/// text in every language of the bot, `§` the bot's first language.
const CONSTRUCTS: &[(Rule, &str, &str)] = &[
    (Rule::Allow, "allow", "allow(<W0403>, \"<why>\")"),
    (Rule::Bot, "bot", "bot <name> {\n  languages <en>\n  timezone  \"<UTC>\"\n}"),
    (Rule::RoleDecl, "role", "role <name>"),
    (Rule::Customer, "customer", "customer {\n  id: text\n  <>\n}"),
    (Rule::ChannelDecl, "channel", "channel <name>: <websocket>"),
    (Rule::Entity, "entity", "entity <name>: <text> {\n  <>\n}"),
    (Rule::Intent, "intent", "intent <name> {\n  § \"<an utterance>\",\n     \"<another one>\"\n}"),
    (Rule::Slot, "slot", "slot <name>: <text> {\n  ask ¶\n}"),
    (
        Rule::ActionDecl,
        "action",
        "action <name>(<param>: <text>) -> { <field>: <text> } {\n  get \"{{env.<API_URL>}/<path>\"\n}",
    ),
    (
        Rule::ActionDecl,
        "effect",
        "effect <name>(<param>: <text>) {\n  post \"{{env.<API_URL>}/<path>\"\n  body { <param> }\n}",
    ),
    (Rule::Skill, "skill", "skill <name> { first_reply <15m> }"),
    (Rule::Route, "route", "route {\n  <>\n  otherwise -> <skill>\n}"),
    (
        Rule::Fallback,
        "fallback",
        "fallback {\n  accept  above <70>%\n  clarify above <40>%\n  handoff after <2> misses\n}",
    ),
    (
        Rule::Knowledge,
        "knowledge",
        "knowledge <name> {\n  source \"<articles/>\"\n  level <product>\n}",
    ),
    (Rule::NamedText, "text", "text <name> ¶"),
    (
        Rule::Flow,
        "flow",
        "flow <name> {\n  on intent <intent>\n\n  state <start> {\n    <>\n    end resolved\n  }\n}",
    ),
    (Rule::Test, "test", "test \"<name>\" {\n  user \"<>\"\n  bot  \"<>\"\n}"),
    (Rule::Migrate, "migrate", "migrate {\n  <>\n}"),
    (Rule::StateDecl, "state", "state <name> {\n  <>\n}"),
    (Rule::Say, "say", "say ¶"),
    (Rule::Confirm, "confirm", "confirm ¶ {\n  yes -> <state>\n  no  -> <state>\n}"),
    (Rule::Choose, "choose", "choose ¶ {\n  ¶ -> <state>\n}"),
    (Rule::Handoff, "because", "because ¶"),
    (Rule::SlotMembers, "ask", "ask ¶"),
    (Rule::SlotMembers, "check", "check <condition> else ¶"),
    (Rule::IntentMembers, "title", "title ¶"),
    (Rule::Patterns, "pattern", "pattern r\"<>\""),
    (Rule::IntentMembers, "pattern", "pattern r\"<>\""),
    (Rule::BotMembers, "hours", "hours <monday> to <friday> <09:00> to <18:00>"),
    (Rule::BotMembers, "timezone", "timezone \"<UTC>\""),
    (Rule::SkillMembers, "overflow", "overflow <skill> after <10m>"),
    (Rule::SkillMembers, "first_reply", "first_reply <15m>"),
    (Rule::RouteRules, "otherwise", "otherwise -> <skill>"),
    (Rule::UrgencyLine, "urgency", "urgency <high> when <condition>"),
    (Rule::FallbackMembers, "accept", "accept above <70>%"),
    (Rule::FallbackMembers, "clarify", "clarify above <40>%"),
    (Rule::FallbackMembers, "margin", "margin <10>%"),
    (Rule::FallbackMembers, "answer", "answer from knowledge at <70>%"),
    (Rule::OneOf, "one_of", "one_of { <> }"),
    (Rule::SlotType, "list", "list of <text>"),
    (Rule::Label, "visible", "visible to <role>"),
    (Rule::ActionErrorDecl, "error", "error <not_found> when status == <404>"),
    (Rule::Ensure, "always", "always reaches end"),
    (Rule::Ensure, "at", "at most <6> turns"),
    (Rule::Ensure, "a", "a human within <2> turns from anywhere"),
    (Rule::Primary, "reachable", "reachable on <channel>"),
    (Rule::Primary, "reveal", "reveal(<value>) because \"<why>\""),
    (Rule::SayExtra, "choices", "choices { ¶, ¶ }"),
    (Rule::SayExtra, "card", "card {\n  title ¶\n  body ¶\n}"),
    (Rule::Plural, "plural", "plural, one {<# item>} other {<# items>}"),
    (Rule::On, "silence", "silence <10m> {\n  <>\n}"),
    (Rule::OnInState, "silence", "silence <10m> {\n  <>\n}"),
    (Rule::On, "failure", "failure {\n  <>\n}"),
    (Rule::OnInState, "failure", "failure {\n  <>\n}"),
    (Rule::TestCustomer, "customer", "customer { <> }"),
    (Rule::TestLines, "user", "user \"<>\""),
    (Rule::TestLines, "bot", "bot \"<>\""),
];

/// What is offered for a keyword.
pub(super) fn keyword(cx: &Cx<'_>, word: &'static str, frames: &[Frame]) -> Option<Item> {
    if !cx.head.is_empty() || !fits::keyword(cx, word, frames) {
        return None;
    }
    let rule = frames.first()?.rule;
    let item = item(cx, rule, word, Group::Keyword);
    // What goes on with the part that is being written comes before what begins another one.
    let list = frames.iter().position(|frame| frame.rule.is_list());
    let part = list.and_then(|list| frames.get(list.checked_sub(1)?));
    let goes_on = match part {
        Some(part) => part.start < cx.tokens.len(),
        None => !begins(rule).contains(&word),
    };
    let rank = match goes_on {
        true => 0,
        false if word == "allow" => 2,
        false => 1,
    };
    Some(item.ranked(Group::Keyword, rank))
}

/// What begins a declaration, where another one is open.
pub(super) fn declarations(cx: &Cx<'_>, items: &mut Vec<Item>) {
    for (wanted, frames) in read("", &[]).next() {
        if let (Wanted::Word(word), Some(frame)) = (wanted, frames.first()) {
            items.push(item(cx, frame.rule, word, Group::Outside));
        }
    }
}

fn item(cx: &Cx<'_>, rule: Rule, word: &'static str, group: Group) -> Item {
    let known = about(Some(rule), word);
    let item = Item::new(word, What::Keyword, group, cx.word)
        .docs(known.map_or_else(String::new, |known| known.says.to_owned()));
    let construct = CONSTRUCTS.iter().find(|(of, begins, _)| *of == rule && *begins == word);
    match construct.filter(|_| cx.snippets) {
        Some((_, _, form)) => {
            let shown = form.replace("->", "→").replace(['<', '>'], "");
            let shown = shown.replace('¶', "…").replace("{{", "{");
            let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
            item.detail(shown.replace('§', "")).snippet(written(cx, form))
        }
        None => item,
    }
}

/// The form of a construct as a snippet.
fn written(cx: &Cx<'_>, form: &str) -> String {
    let languages = languages(cx);
    let mut out = String::new();
    let mut stop = 0;
    let mut chars = form.chars();
    while let Some(c) = chars.next() {
        match c {
            '<' => {
                let name: String = chars.by_ref().take_while(|c| *c != '>').collect();
                stop += 1;
                out.push_str(&place(stop, &name));
            }
            '¶' => out.push_str(&text(&languages, &mut stop)),
            '§' => out.push_str(languages.first().map_or("en", String::as_str)),
            // A brace that is a brace in a text, not one of the language.
            '{' if chars.as_str().starts_with('{') => {}
            '}' => out.push_str("\\}"),
            c => out.push(c),
        }
    }
    out.push_str("$0");
    out
}

fn place(stop: usize, name: &str) -> String {
    match name {
        "" => format!("${{{stop}}}"),
        name => format!("${{{stop}:{}}}", escaped(name)),
    }
}

/// A text in every language.
pub(super) fn text(languages: &[String], stop: &mut usize) -> String {
    let mut one = || {
        *stop += 1;
        format!("\"${{{stop}}}\"")
    };
    match languages {
        [] | [_] => one(),
        all => {
            let all: Vec<String> =
                all.iter().map(|language| format!("{language} {}", one())).collect();
            format!("{{ {} \\}}", all.join("  "))
        }
    }
}

/// The bot's languages.
pub(super) fn languages(cx: &Cx<'_>) -> Vec<String> {
    let bot = cx.model.first(|decl| matches!(decl, DeclKind::Bot(_)));
    match bot.map(|(_, decl)| &decl.node.kind) {
        Some(DeclKind::Bot(bot)) => bot.languages.iter().map(|name| name.text.clone()).collect(),
        _ => Vec::new(),
    }
}
