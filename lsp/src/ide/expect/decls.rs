//! The form of declarations, flows aside.

use super::node::{
    ARROW, COLON, COMMA, EQUALS, LEFT, LITERAL, Node, Place, REGEX, RIGHT, any, braces, list, many,
    name, opt, parens, r, seq, w,
};
use super::rules::Rule;

pub(super) fn form(rule: Rule) -> Option<Node> {
    Some(match rule {
        Rule::File => many(any(DECLARATIONS.map(r))),
        Rule::Allow => {
            seq([w("allow"), LEFT, name(Place::Code), opt(seq([COMMA, r(Rule::Template)])), RIGHT])
        }
        Rule::Bot => seq([w("bot"), name(Place::New), braces(r(Rule::BotMembers))]),
        Rule::BotMembers => many(any([
            r(Rule::Allow),
            seq([w("languages"), list(name(Place::NewLanguage))]),
            seq([w("timezone"), r(Rule::Template)]),
            seq([w("hours"), name(Place::Weekday), days(), LITERAL, w("to"), LITERAL]),
            seq([w("closed"), list(LITERAL)]),
        ])),
        Rule::Use => seq([w("use"), name(Place::Module)]),
        Rule::RoleDecl => {
            seq([w("role"), name(Place::New), opt(seq([w("includes"), list(name(Place::Role))]))])
        }
        Rule::ChannelDecl => seq([
            w("channel"),
            name(Place::New),
            COLON,
            name(Place::ChannelKind),
            opt(braces(r(Rule::Settings))),
        ]),
        Rule::Settings => many(any([r(Rule::Allow), seq([name(Place::Setting), r(Rule::Expr)])])),
        Rule::Entity => seq([
            w("entity"),
            name(Place::New),
            COLON,
            r(Rule::Type),
            opt(braces(r(Rule::Patterns))),
        ]),
        Rule::Patterns => many(seq([w("pattern"), list(REGEX)])),
        Rule::Intent => seq([w("intent"), name(Place::New), braces(r(Rule::IntentMembers))]),
        Rule::IntentMembers => many(any([
            r(Rule::Allow),
            seq([w("pattern"), list(REGEX)]),
            seq([w("not"), r(Rule::Examples)]),
            seq([w("title"), r(Rule::TextInline)]),
            r(Rule::Examples),
        ])),
        Rule::Examples => seq([
            opt(name(Place::Language)),
            r(Rule::ExampleTemplate),
            many(seq([COMMA, many(r(Rule::Allow)), r(Rule::ExampleTemplate)])),
        ]),
        Rule::Slot => seq([
            w("slot"),
            name(Place::New),
            COLON,
            r(Rule::SlotType),
            many(r(Rule::Label)),
            opt(braces(r(Rule::SlotMembers))),
        ]),
        Rule::SlotMembers => many(any([
            r(Rule::Allow),
            seq([w("ask"), r(Rule::TextRef)]),
            seq([w("check"), r(Rule::Expr), opt(seq([w("else"), r(Rule::TextRef)]))]),
            seq([w("tries"), LITERAL]),
            r(Rule::Default),
        ])),
        Rule::Default => seq([w("default"), r(Rule::Expr)]),
        Rule::Skill => seq([w("skill"), name(Place::New), opt(braces(r(Rule::SkillMembers)))]),
        Rule::SkillMembers => many(any([
            r(Rule::Allow),
            seq([w("first_reply"), LITERAL]),
            seq([w("overflow"), name(Place::Skill), w("after"), LITERAL]),
            seq([w("weight"), LITERAL]),
        ])),
        Rule::Route => seq([w("route"), braces(r(Rule::RouteRules))]),
        Rule::RouteRules => many(any([
            r(Rule::Allow),
            r(Rule::UrgencyLine),
            seq([w("otherwise"), ARROW, name(Place::Skill)]),
            seq([
                opt(list(name(Place::RoutedIntent))),
                opt(seq([w("when"), r(Rule::Expr)])),
                ARROW,
                name(Place::Skill),
            ]),
        ])),
        Rule::UrgencyLine => seq([w("urgency"), name(Place::Urgency), w("when"), r(Rule::Expr)]),
        Rule::Fallback => seq([w("fallback"), braces(r(Rule::FallbackMembers))]),
        Rule::FallbackMembers => many(any([
            r(Rule::Allow),
            seq([w("accept"), w("above"), LITERAL]),
            seq([w("accept"), w("at"), LITERAL, w("false"), w("rejects")]),
            seq([w("clarify"), w("above"), LITERAL]),
            seq([w("margin"), LITERAL]),
            seq([w("handoff"), w("after"), LITERAL, any([w("misses"), w("miss")]), to_skill()]),
            seq([w("handoff"), w("when"), r(Rule::Expr), to_skill()]),
            seq([w("answer"), w("from"), w("knowledge"), w("at"), LITERAL]),
        ])),
        Rule::Knowledge => {
            seq([w("knowledge"), name(Place::New), braces(r(Rule::KnowledgeMembers))])
        }
        Rule::KnowledgeMembers => many(any([
            r(Rule::Allow),
            seq([w("source"), list(r(Rule::Template))]),
            seq([w("level"), name(Place::Level)]),
            seq([w("applies"), w("when"), r(Rule::Expr)]),
        ])),
        Rule::Experiment => {
            seq([w("experiment"), name(Place::New), braces(r(Rule::ExperimentMembers))])
        }
        Rule::ExperimentMembers => many(any([
            r(Rule::Allow),
            seq([w("variant"), name(Place::New), LITERAL]),
            seq([w("goal"), any([seq([w("mark"), r(Rule::Template)]), name(Place::Outcome)])]),
        ])),
        Rule::NamedText => {
            seq([w("text"), name(Place::New), opt(r(Rule::Params)), r(Rule::TextInline)])
        }
        _ => return outside(rule).or_else(|| scripts(rule)),
    })
}

const DECLARATIONS: [Rule; 19] = [
    Rule::Allow,
    Rule::Bot,
    Rule::Use,
    Rule::RoleDecl,
    Rule::Customer,
    Rule::ChannelDecl,
    Rule::Entity,
    Rule::Intent,
    Rule::Slot,
    Rule::ActionDecl,
    Rule::Skill,
    Rule::Route,
    Rule::Fallback,
    Rule::Knowledge,
    Rule::Experiment,
    Rule::NamedText,
    Rule::Flow,
    Rule::Test,
    Rule::Migrate,
];

/// The customer's profile and actions: what asks the outside world.
fn outside(rule: Rule) -> Option<Node> {
    Some(match rule {
        Rule::Customer => seq([w("customer"), braces(r(Rule::CustomerMembers))]),
        Rule::CustomerMembers => many(any([
            r(Rule::Allow),
            seq([w("from"), r(Rule::Method), r(Rule::Template), opt(r(Rule::Lookup))]),
            seq([
                w("find"),
                w("on"),
                list(name(Place::Channel)),
                r(Rule::Method),
                r(Rule::Template),
                opt(r(Rule::Lookup)),
            ]),
            seq([w("confirm"), w("on"), name(Place::Channel)]),
            seq([r(Rule::Field), opt(COMMA)]),
        ])),
        Rule::Lookup => braces(r(Rule::LookupMembers)),
        Rule::LookupMembers => many(any([
            r(Rule::Allow),
            r(Rule::Header),
            r(Rule::BodyFields),
            seq([w("timeout"), LITERAL]),
            seq([w("keep"), LITERAL]),
        ])),
        Rule::Header => seq([w("header"), r(Rule::Template), r(Rule::Template)]),
        Rule::BodyFields => seq([w("body"), braces(opt(r(Rule::BodyArgs)))]),
        Rule::BodyArgs => args(Place::BodyField),
        Rule::ActionDecl => seq([
            any([w("action"), w("effect")]),
            name(Place::New),
            r(Rule::Params),
            opt(seq([ARROW, r(Rule::Type)])),
            opt(braces(r(Rule::ActionMembers))),
        ]),
        Rule::Params => parens(r(Rule::Fields)),
        Rule::ActionMembers => many(any([
            r(Rule::Allow),
            seq([w("timeout"), LITERAL]),
            seq([w("retries"), LITERAL]),
            r(Rule::ActionErrorDecl),
            r(Rule::Request),
        ])),
        Rule::ActionErrorDecl => seq([w("error"), name(Place::New), w("when"), r(Rule::Expr)]),
        Rule::Request => seq([
            r(Rule::Method),
            r(Rule::Template),
            many(r(Rule::Header)),
            opt(r(Rule::BodyFields)),
        ]),
        Rule::Method => any([w("get"), w("post"), w("put"), w("patch"), w("delete")]),
        _ => return None,
    })
}

/// Tests, and what becomes of conversations of an earlier version.
fn scripts(rule: Rule) -> Option<Node> {
    let called = || seq([w("called"), name(Place::Action), opt(parens(r(Rule::ActionArgs)))]);
    Some(match rule {
        Rule::Migrate => seq([
            w("migrate"),
            opt(seq([w("from"), r(Rule::Template)])),
            braces(r(Rule::MigrateLines)),
        ]),
        Rule::MigrateLines => many(any([
            r(Rule::Allow),
            r(Rule::MigrateFlow),
            r(Rule::MigrateState),
            seq([w("slot"), name(Place::Old), w("is"), name(Place::FlowSlot)]),
            seq([w("slot"), name(Place::Old), w("dropped")]),
            seq([w("slot"), name(Place::FlowSlot), w("default"), r(Rule::Expr)]),
            seq([w("intent"), name(Place::Old), w("is"), name(Place::Intent)]),
            seq([w("skill"), name(Place::Old), w("is"), name(Place::Skill)]),
            seq([w("channel"), name(Place::Old), w("is"), name(Place::Channel)]),
        ])),
        Rule::MigrateFlow => seq([
            w("flow"),
            name(Place::Old),
            opt(seq([w("is"), name(Place::Flow)])),
            opt(r(Rule::MigrateTo)),
        ]),
        Rule::MigrateState => seq([
            w("state"),
            name(Place::Old),
            any([seq([w("is"), name(Place::FlowState)]), r(Rule::MigrateTo)]),
        ]),
        Rule::MigrateTo => {
            seq([ARROW, any([r(Rule::Handoff), r(Rule::End), name(Place::MigratedState)])])
        }
        Rule::Test => seq([w("test"), r(Rule::Template), braces(r(Rule::TestLines))]),
        Rule::TestLines => many(any([
            r(Rule::Allow),
            seq([w("today"), LITERAL, opt(LITERAL)]),
            seq([w("language"), name(Place::Language)]),
            seq([w("channel"), name(Place::Channel)]),
            seq([w("reachable"), w("on"), list(name(Place::Channel))]),
            r(Rule::TestCustomer),
            seq([w("seed"), LITERAL]),
            r(Rule::Given),
            seq([w("user"), opt(w("presses")), r(Rule::Template)]),
            seq([
                w("bot"),
                opt(any([w("knowledge"), seq([w("on"), name(Place::Channel)])])),
                r(Rule::Template),
            ]),
            seq([w("silence"), LITERAL]),
            r(Rule::Expect),
        ])),
        Rule::TestCustomer => seq([w("customer"), braces(r(Rule::ProfileSettings))]),
        Rule::ProfileSettings => {
            many(any([r(Rule::Allow), seq([name(Place::ProfileField), r(Rule::Expr)])]))
        }
        Rule::Given => seq([
            w("given"),
            name(Place::Action),
            opt(parens(r(Rule::ActionArgs))),
            ARROW,
            any([name(Place::GivenError), r(Rule::Expr)]),
        ]),
        Rule::Expect => seq([
            w("expect"),
            any([
                called(),
                seq([w("not"), called()]),
                seq([w("ended"), name(Place::Outcome)]),
                seq([w("handoff"), to_skill(), opt(seq([w("because"), r(Rule::Template)]))]),
                seq([w("state"), name(Place::ExpectedState)]),
                r(Rule::Expr),
            ]),
        ]),
        _ => return None,
    })
}

/// `to friday`
fn days() -> Node {
    opt(seq([w("to"), name(Place::Weekday)]))
}

/// `to SKILL`
fn to_skill() -> Node {
    opt(seq([w("to"), name(Place::Skill)]))
}

/// Values with or without names. Commas between them may be left out.
pub(super) fn args(place: Place) -> Node {
    let one = || any([seq([name(place), COLON, r(Rule::Expr)]), r(Rule::Expr)]);
    seq([one(), many(seq([opt(COMMA), one()])), opt(COMMA)])
}

/// `name =`
pub(super) fn bound() -> Node {
    opt(seq([name(Place::New), EQUALS]))
}
