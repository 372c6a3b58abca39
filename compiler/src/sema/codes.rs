//! Addresses that are confirmed by a code: on which channel, and what of it the server answers itself.

use super::cx::{ActionSignature, Checker};
use super::symbols::Found;
use crate::base::FileSpan;
use crate::diag::{Code, closest};
use crate::ir::{ChannelId, OWN_SCHEME, OwnRequest, ProfileDef, RequestDef, RequestPart, Type};
use crate::syntax::ast::{self, Name, TemplatePart};

/// The kind of channels on which somebody can be written to who has not written first.
const REACHES: &str = "email";

impl<'a> Checker<'a> {
    /// `confirm on CHANNEL`: one that can write to an address first.
    pub(super) fn confirm(
        &mut self,
        name: &Name,
        first: &mut Option<FileSpan>,
        profile: &mut ProfileDef,
    ) {
        if let Some(first) = first {
            let message = "addresses are confirmed on another channel already".to_owned();
            self.again(Code::E0202, message, name.span, *first, "keep one of them");
            return;
        }
        *first = Some(self.at(name.span));
        let Some(number) = self.lookup(|s| &s.channels, "channel", name) else { return };
        let channels = &self.symbols.channels.items;
        let Some(found) = channels.get(number as usize).copied() else { return };
        let kind = &found.node.kind.text;
        if kind == REACHES {
            profile.confirm = Some(ChannelId(number));
            return;
        }
        // A kind that is none has a finding of its own.
        if !super::channels::CHANNEL_KINDS.contains(&kind.as_str()) {
            return;
        }
        let fits = channels.iter().find(|other| other.node.kind.text == REACHES);
        let help = match fits {
            Some(other) => format!("write `confirm on {}`", other.node.name.text),
            None => format!("declare a channel of kind `{REACHES}`, and write its name here"),
        };
        let message = format!("no code can be sent on `{}`, a channel of kind `{kind}`", name.text);
        let finding = self
            .finding(Code::E0607, name.span, message)
            .label("the bot cannot write here to somebody who has not written first")
            .related(found.at(found.node.kind.span), "declared here")
            .help(help);
        self.report(finding);
    }

    /// Codes are sent and checked, and nothing says on which channel.
    pub(super) fn codes_for_nobody(&mut self) {
        let actions = self.symbols.actions.items.clone();
        let own = |found: &&Found<'a, ast::Action>| own_address(found.node).is_some();
        let Some(found) = actions.iter().find(own) else { return };
        self.enter(found);
        let mut at = own_address(found.node).map(|span| self.at(span)).unwrap_or_default();
        if found.is_std {
            // What brought it in is in the project.
            let module = |found: &&Found<'a, Name>| found.node.text == MODULE;
            let Some(used) = self.symbols.uses.iter().find(module) else { return };
            at = used.at(used.node.span);
        }
        let finding = crate::diag::Diagnostic::new(
            Code::E0607,
            at,
            "addresses are to be confirmed, and nothing says on which channel",
        )
        .label("no code could be sent")
        .help("write `confirm on CHANNEL` in `customer { … }`, with a channel of kind `email`");
        self.report(finding);
    }

    /// What the server is asked to do is an effect, and is said in texts.
    pub(super) fn own_effect(
        &mut self,
        action: &ast::Action,
        signature: &ActionSignature,
        request: &RequestDef,
    ) {
        let Some((_, params)) = request.own() else { return };
        if !action.is_effect {
            let message = format!("`{}` changes what the server keeps", action.name.text);
            let help = format!("write `effect {}`", action.name.text);
            self.error(Code::E0602, action.name.span, message, "declared as an action", help);
        }
        let all = signature.params.as_deref().unwrap_or_default();
        for number in params {
            let number = number as usize;
            let Some(param) = all.get(number).filter(|param| param.ty != Type::Text) else {
                continue;
            };
            let Some(at) = action.params.get(number) else { continue };
            let message = format!("the server is told `{}` as a text", param.name);
            let help = "declare it as `text`, or as an entity of texts such as `email`";
            self.error(Code::E0602, at.name.span, message, "of another type", help);
        }
    }

    /// A request to the server itself is one that it answers.
    pub(super) fn own_request(&mut self, request: &ast::Request, def: &RequestDef) -> Option<()> {
        if def.own().is_some() {
            return Some(());
        }
        let known = OwnRequest::ALL.map(OwnRequest::address);
        let [RequestPart::Literal(literal)] = def.url.as_slice() else {
            let message = "an address of the server itself has no parameters in it";
            let help = format!("it answers at {}", super::cx::quoted(&known));
            self.error(Code::E0602, request.url.span, message, "not written out", help);
            return None;
        };
        let Some(own) = OwnRequest::ALL.into_iter().find(|own| own.address() == *literal) else {
            let message = format!("the server itself answers nothing at `{literal}`");
            let help = match closest(literal, known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("it answers at {}", super::cx::quoted(&known)),
            };
            self.error(Code::E0602, request.url.span, message, "no such address", help);
            return None;
        };
        let fields = own.fields().join(", ");
        let message = format!("the server is not asked so at `{literal}`");
        let help = format!("write `post \"{literal}\" body {{ {fields} }}`, with parameters");
        self.error(Code::E0602, request.url.span, message, "asked otherwise", help);
        None
    }
}

/// The standard module that confirms addresses.
const MODULE: &str = "std.identity";

/// Where an action says that it asks the server itself.
fn own_address(action: &ast::Action) -> Option<crate::base::Span> {
    let url = &action.request.as_ref()?.url;
    let is_own = matches!(url.parts.first(),
        Some(TemplatePart::Literal { text, .. }) if text.starts_with(OWN_SCHEME));
    is_own.then_some(url.span)
}
