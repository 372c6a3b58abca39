//! Where the customer's profile comes from, and how it is known whose address somebody writes from.

use std::collections::BTreeMap;

use super::cx::Checker;
use super::once::first_of;
use super::requests::{Of, Params};
use crate::base::limits::{LOOKUP_TIMEOUT_MAX_MS, PROFILE_KEPT_MAX_MS, PROFILE_KEPT_MIN_MS};
use crate::base::{FileSpan, Span};
use crate::diag::Code;
use crate::ir::{
    BodyValue, ChannelId, FieldType, FindDef, LookupDef, PROFILE_ID, ProfileDef, RequestDef,
    RequestPart, Type,
};
use crate::syntax::ast::{self, Name, Spanned};

/// What `find` gives its request.
const ADDRESS: &str = "address";
/// Time for an answer where nothing is said: somebody waits for it.
const TIMEOUT_DEFAULT_MS: i64 = 1_000;
/// How long an answer is good where nothing is said.
const KEPT_DEFAULT_MS: i64 = 600_000;

impl Checker<'_> {
    /// `from`, `find` and `confirm` of the customer, whose fields are known.
    pub(super) fn profile(&mut self) -> ProfileDef {
        let mut profile = ProfileDef::default();
        let (mut from, mut confirmed, mut found_on) = (None, None, BTreeMap::new());
        for found in self.symbols.customers.clone() {
            self.enter(&found);
            if let Some(lookup) = &found.node.from {
                self.from(lookup, &mut from, &mut profile);
            }
            for find in &found.node.find {
                let channels = self.channels_once(&find.channels, &mut found_on);
                self.has_id(find.lookup.request.span);
                if let Some(lookup) = self.lookup_def(&find.lookup, ADDRESS) {
                    profile.find.push(FindDef { channels, lookup });
                }
            }
            if let Some(name) = &found.node.confirm {
                self.confirm(name, &mut confirmed, &mut profile);
            }
        }
        if confirmed.is_none() && !self.customer_broken() {
            self.codes_for_nobody();
        }
        profile
    }

    fn from(
        &mut self,
        lookup: &ast::Lookup,
        first: &mut Option<FileSpan>,
        profile: &mut ProfileDef,
    ) {
        let span = lookup.request.span;
        if let Some(first) = first {
            let message = "the profile comes from elsewhere already".to_owned();
            self.again(Code::E0202, message, span, *first, "keep one of them");
            return;
        }
        *first = Some(self.at(span));
        self.has_id(span);
        profile.from = self.lookup_def(lookup, PROFILE_ID);
    }

    /// Each channel's addresses are looked up in one way.
    fn channels_once(
        &mut self,
        names: &[Name],
        found_on: &mut BTreeMap<String, FileSpan>,
    ) -> Vec<ChannelId> {
        let mut channels = Vec::new();
        for name in names {
            if let Some(first) = first_of(found_on, name.text.clone(), self.at(name.span)) {
                let message = format!("addresses on `{}` are looked up already", name.text);
                self.again(Code::E0202, message, name.span, first, "keep one of them");
                continue;
            }
            channels.extend(self.lookup(|s| &s.channels, "channel", name).map(ChannelId));
        }
        channels
    }

    /// A profile is known by its id.
    fn has_id(&mut self, span: Span) {
        let id = self.customer.iter().position(|field| field.name == PROFILE_ID);
        let ty = id.and_then(|id| self.customer.get(id)).map(|field| field.ty.clone());
        match ty {
            None if self.customer_broken() => {}
            Some(Type::Text) => {}
            None => self.error(
                Code::E0606,
                span,
                "the customer has no field `id`",
                "a profile is known by its id",
                "declare the field: `id: text`",
            ),
            Some(_) => {
                let at = id.and_then(|id| self.customer_at.get(id)).copied().unwrap_or_default();
                let finding = self
                    .finding(Code::E0606, span, "the customer's field `id` is no text")
                    .label("a profile is known by its id")
                    .related(at, "declared here")
                    .help("declare it as `id: text`: numbers are read as text");
                self.report(finding);
            }
        }
    }

    fn lookup_def(&mut self, lookup: &ast::Lookup, param: &'static str) -> Option<LookupDef> {
        let method = &lookup.request.method;
        if !matches!(method.text.as_str(), "get" | "post") {
            self.error(
                Code::E0602,
                method.span,
                format!("a profile is not asked for with `{}`", method.text),
                "this changes something",
                "write `get`, or `post` where what is asked stands in a body",
            );
        }
        let timeout = lookup.timeout_ms.as_ref();
        self.within(
            timeout,
            1..=LOOKUP_TIMEOUT_MAX_MS,
            "a message waits for an answer for 1ms to 10s",
        );
        let keep = lookup.keep_ms.as_ref();
        self.within(
            keep,
            PROFILE_KEPT_MIN_MS..=PROFILE_KEPT_MAX_MS,
            "an answer is kept for 1s to 30d",
        );
        let all = [FieldType { name: param.to_owned(), ty: Type::Text, optional: false }];
        let request = self.request(&lookup.request, Params { all: &all, of: Of::Lookup(param) })?;
        if !uses_its_parameter(&request) {
            let message = match param {
                ADDRESS => "this asks the same for every address",
                _ => "this asks for the same profile for every customer",
            };
            let help = format!("write `{{{param}}}` where it says whose");
            self.error(Code::E0606, lookup.request.url.span, message, "of nobody", help);
        }
        Some(LookupDef {
            request,
            timeout_ms: timeout.map_or(TIMEOUT_DEFAULT_MS, |time| time.value),
            keep_ms: keep.map_or(KEPT_DEFAULT_MS, |time| time.value),
        })
    }

    fn within(
        &mut self,
        time: Option<&Spanned<i64>>,
        range: std::ops::RangeInclusive<i64>,
        message: &str,
    ) {
        // One that is no time was reported, and is 0.
        if let Some(time) = time.filter(|t| !range.contains(&t.value) && !self.broken) {
            self.error(Code::E0602, time.span, message, "out of range", "choose a time in between");
        }
    }
}

fn uses_its_parameter(request: &RequestDef) -> bool {
    let is_param = |part: &RequestPart| matches!(part, RequestPart::Param(_));
    let in_body = |value: &BodyValue| match value {
        BodyValue::Param(_) => true,
        BodyValue::Text(parts) => parts.iter().any(is_param),
        BodyValue::Constant(_) => false,
    };
    request.url.iter().any(is_param)
        || request.headers.iter().any(|(_, parts)| parts.iter().any(is_param))
        || request.body.iter().flatten().any(|(_, value)| in_body(value))
}
