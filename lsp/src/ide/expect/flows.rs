//! The form of flows and steps.

use super::decls::bound;
use super::node::{
    ARROW, COMMA, EQUALS, LITERAL, Node, Place, any, braces, list, many, name, opt, parens, r, seq,
    w,
};
use super::rules::Rule;

pub(super) fn form(rule: Rule) -> Option<Node> {
    Some(match rule {
        Rule::Flow => seq([w("flow"), name(Place::New), braces(r(Rule::FlowMembers))]),
        Rule::FlowMembers => many(any([
            r(Rule::Allow),
            r(Rule::On),
            r(Rule::Slot),
            r(Rule::StateDecl),
            r(Rule::Fallback),
            r(Rule::Ensure),
        ])),
        Rule::On => seq([
            w("on"),
            any([
                seq([w("intent"), name(Place::Intent), opt(r(Rule::Body))]),
                seq([w("repair"), name(Place::Intent)]),
                w("start"),
                seq([w("silence"), LITERAL, r(Rule::Body)]),
                seq([w("failure"), r(Rule::Body)]),
            ]),
        ]),
        Rule::OnInState => seq([
            w("on"),
            any([
                seq([w("intent"), name(Place::Intent), r(Rule::Body)]),
                seq([w("silence"), LITERAL, r(Rule::Body)]),
                seq([w("failure"), r(Rule::Body)]),
            ]),
        ]),
        Rule::StateDecl => seq([w("state"), name(Place::New), braces(r(Rule::StateParts))]),
        Rule::StateParts => many(any([r(Rule::Allow), r(Rule::OnInState), r(Rule::Step)])),
        Rule::Ensure => seq([
            w("ensure"),
            any([
                seq([w("always"), w("reaches"), w("end")]),
                seq([w("at"), w("most"), LITERAL, turns()]),
                seq([w("a"), w("human"), w("within"), LITERAL, turns(), w("from"), w("anywhere")]),
                seq([r(Rule::Expr), w("before"), name(Place::Action)]),
            ]),
        ]),
        Rule::Body => any([r(Rule::Goto), r(Rule::Block)]),
        Rule::Block => braces(r(Rule::BlockSteps)),
        Rule::BlockSteps => many(any([r(Rule::Allow), r(Rule::Step)])),
        Rule::Target => any([r(Rule::Block), r(Rule::Step), name(Place::State)]),
        Rule::Step => any([
            r(Rule::Goto),
            r(Rule::Say),
            r(Rule::Fill),
            r(Rule::Confirm),
            r(Rule::Choose),
            r(Rule::Do),
            r(Rule::Set),
            r(Rule::Clear),
            r(Rule::When),
            r(Rule::Otherwise),
            r(Rule::Call),
            seq([w("wait"), r(Rule::Expr)]),
            seq([w("mark"), r(Rule::Template)]),
            r(Rule::Handoff),
            r(Rule::End),
            w("resume"),
            w("repeat"),
            w("abandon"),
            w("correct"),
        ]),
        Rule::Goto => seq([ARROW, name(Place::State)]),
        _ => return step(rule),
    })
}

fn step(rule: Rule) -> Option<Node> {
    let media = || seq([r(Rule::Template), opt(r(Rule::TextInline))]);
    Some(match rule {
        Rule::Say => seq([
            w("say"),
            opt(seq([w("on"), name(Place::Channel)])),
            r(Rule::TextRef),
            many(r(Rule::SayExtra)),
        ]),
        Rule::SayExtra => any([
            seq([w("choices"), braces(many(seq([r(Rule::TextRef), opt(COMMA)])))]),
            seq([w("link"), media()]),
            seq([w("image"), media()]),
            seq([w("card"), braces(r(Rule::CardMembers))]),
        ]),
        Rule::CardMembers => many(any([
            seq([w("title"), r(Rule::TextRef)]),
            seq([w("body"), r(Rule::TextRef)]),
            seq([w("link"), media()]),
            seq([w("image"), media()]),
        ])),
        Rule::Fill => seq([w("fill"), list(name(Place::Slot))]),
        Rule::Confirm => seq([w("confirm"), r(Rule::TextRef), braces(r(Rule::ConfirmArms))]),
        Rule::ConfirmArms => many(any([
            r(Rule::Allow),
            seq([w("yes"), ARROW, r(Rule::Target)]),
            seq([w("no"), ARROW, r(Rule::Target)]),
        ])),
        Rule::Choose => seq([
            w("choose"),
            opt(seq([name(Place::New), w("in"), name(Place::ListPath)])),
            opt(r(Rule::TextRef)),
            braces(r(Rule::ChooseArms)),
        ]),
        Rule::ChooseArms => many(any([
            r(Rule::Allow),
            seq([any([r(Rule::TextRef), w("none")]), ARROW, r(Rule::Target)]),
        ])),
        Rule::Do => seq([
            w("do"),
            bound(),
            name(Place::Action),
            parens(r(Rule::ActionArgs)),
            opt(braces(r(Rule::DoHandlers))),
        ]),
        Rule::DoHandlers => {
            many(any([r(Rule::Allow), seq([name(Place::ActionError), ARROW, r(Rule::Target)])]))
        }
        Rule::Set => seq([w("set"), name(Place::SetSlot), EQUALS, r(Rule::Expr)]),
        Rule::Clear => seq([w("clear"), list(name(Place::Slot))]),
        Rule::When => seq([w("when"), r(Rule::Expr), many(r(Rule::Guard)), r(Rule::BodyOrStep)]),
        Rule::Otherwise => seq([w("otherwise"), many(r(Rule::Guard)), r(Rule::BodyOrStep)]),
        Rule::Guard => seq([opt(ARROW), any([seq([w("when"), r(Rule::Expr)]), w("otherwise")])]),
        Rule::BodyOrStep => any([r(Rule::Block), seq([ARROW, r(Rule::Target)]), r(Rule::Step)]),
        Rule::Call => seq([w("call"), name(Place::Callee), parens(r(Rule::FlowArgs))]),
        Rule::Handoff => seq([
            w("handoff"),
            opt(seq([w("to"), name(Place::Skill)])),
            opt(seq([w("because"), r(Rule::TextRef)])),
        ]),
        Rule::End => seq([w("end"), opt(name(Place::Outcome))]),
        _ => return None,
    })
}

fn turns() -> Node {
    any([w("turns"), w("turn")])
}
