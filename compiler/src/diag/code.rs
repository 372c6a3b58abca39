//! Every diagnostic code: number, severity, short name. Numbers are never reused.
//!
//! Groups: 01 syntax, 02 names, 03 types, 04 slots and graph, 05 texts, intents and entities,
//! 06 channels, routing and fallback, 07 confidentiality, 08 properties, 09 upgrades and bundles.
//! Each code has one page, `docs/errors/<CODE>.md`, whose examples a test compiles.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The project does not compile.
    Error,
    /// It compiles; somebody should look.
    Warning,
}

macro_rules! codes {
    ($($code:ident $slug:literal,)*) => {
        /// One rule of the compiler.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $slug] $code,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$code,)*];

            /// The code as people write it: `E0201`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// The rule's short name: `unknown-name`.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$code => $slug,)* }
            }

            /// The page that explains the code, in Markdown.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$code => include_str!(
                        concat!("../../../docs/errors/", stringify!($code), ".md")
                    ),)*
                }
            }
        }
    };
}

codes! {
    E0101 "unexpected-token",
    E0102 "bad-character",
    E0103 "unclosed-text",
    E0104 "unclosed-bracket",
    E0105 "unmatched-bracket",
    E0106 "too-deep",
    E0107 "not-a-declaration",
    E0108 "bad-literal",
    E0109 "source-too-large",
    E0201 "unknown-name",
    E0202 "duplicate-name",
    E0203 "unknown-state",
    E0204 "unknown-module",
    E0205 "unknown-type",
    E0206 "unknown-field",
    E0207 "unknown-choice",
    E0208 "unknown-setting",
    E0209 "wrong-kind-of-name",
    E0210 "unknown-language",
    E0211 "missing-bot",
    E0212 "unknown-error-name",
    E0213 "unknown-function",
    E0214 "role-cycle",
    E0215 "entity-cycle",
    E0301 "wrong-type",
    E0302 "unlike-kinds",
    E0303 "wrong-argument",
    E0304 "missing-argument",
    E0305 "not-comparable",
    E0306 "not-showable",
    E0307 "not-a-condition",
    E0308 "no-fields",
    E0309 "bad-value",
    E0310 "cannot-change",
    E0311 "bad-pattern",
    E0401 "unreachable-state",
    E0402 "no-way-out",
    E0403 "loop-without-turn",
    E0404 "steps-after-end",
    E0405 "slot-without-question",
    E0406 "call-cycle",
    E0407 "wrong-place",
    E0408 "no-state",
    E0410 "read-before-filled",
    E0411 "effect-in-a-silent-loop",
    E0412 "failure-without-way-on",
    E0413 "list-may-be-empty",
    E0414 "check-never-passes",
    E0415 "same-choice-twice",
    E0416 "cannot-be-asked",
    E0501 "missing-default-language",
    E0502 "bad-text",
    E0503 "no-examples",
    E0504 "same-example-twice",
    E0505 "unfindable-slot",
    E0506 "not-countable",
    E0507 "no-such-plural-form",
    E0508 "no-other-form",
    E0509 "plural-form-twice",
    E0510 "learned-from-nothing",
    E0601 "thresholds-out-of-order",
    E0602 "bad-setting",
    E0603 "no-default-route",
    E0604 "overflow-cycle",
    E0605 "shares-not-whole",
    E0606 "whose-profile",
    E0607 "nothing-to-confirm",
    E0608 "no-articles",
    E0609 "broken-article",
    E0610 "text-too-long",
    E0611 "too-many-choices",
    E0612 "no-knowledge",
    E0613 "whose-product",
    E0614 "unfixed-wait",
    E0701 "secret-said",
    E0702 "secret-passed-on",
    E0703 "secret-to-agents",
    E0704 "secret-kept-in-the-open",
    E0705 "reveal-without-reason",
    E0706 "label-inside",
    E0801 "property-fails",
    E0802 "no-end-from-somewhere",
    E0803 "too-many-turns",
    E0804 "human-too-far",
    E0901 "too-large",
    E0902 "internal",
    E0903 "bad-allow",
    E0904 "allow-before-nothing",
    E0910 "migrate-twice",
    E0911 "default-not-fixed",
    E0912 "migrate-elsewhere",
    E0913 "bad-bundle-hash",
    E0914 "needs-migrate",
    E0915 "breaks-sessions",
    W0110 "unknown-currency",
    W0401 "flow-never-starts",
    W0402 "unhandled-failure",
    W0403 "unused-slot",
    W0404 "field-left-out",
    W0405 "effect-twice",
    W0406 "questions-after-effect",
    W0407 "condition-never-holds",
    W0408 "branch-never-taken",
    W0409 "talks-for-ever",
    W0410 "message-without-answer",
    W0411 "flow-too-large",
    W0412 "name-hides-another",
    W0413 "handler-never-runs",
    W0414 "intent-without-use",
    W0415 "condition-always-holds",
    W0501 "missing-language",
    W0502 "placeholder-mismatch",
    W0503 "few-examples",
    W0504 "words-missing",
    W0506 "missing-plural-form",
    W0507 "intents-alike",
    W0508 "example-not-recognised",
    W0509 "annotation-fills-nothing",
    W0510 "empty-text",
    W0511 "not-an-address",
    W0512 "test-says-nothing",
    W0513 "few-values",
    W0601 "shadowed-rule",
    W0602 "overlapping-rules",
    W0603 "threshold-by-few",
    W0604 "threshold-lets-through",
    W0605 "article-language",
    W0606 "stale-article",
    W0607 "unsure-answers",
    W0610 "may-be-too-long",
    W0611 "label-cut",
    W0612 "after-reply-window",
    W0613 "unknown-provider",
    W0614 "maybe-outside-reply-window",
    W0702 "says-by-secret",
    W0703 "needless-reveal",
    W0801 "property-left-open",
    W0802 "property-says-nothing",
    W0901 "not-built-yet",
    W0902 "unused-allow",
    W0910 "migrate-names-nothing",
}

impl Code {
    /// `E…` codes are errors, `W…` codes are warnings.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// Whether `allow` may hide it: any warning but the one about `allow` itself, and the errors of
    /// the state graph that keep no program from running.
    #[must_use]
    pub fn can_be_allowed(self) -> bool {
        match self {
            Self::W0902 => false,
            Self::E0401 | Self::E0403 => true,
            _ => self.severity() == Severity::Warning,
        }
    }

    /// Reads `E0201` in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("no code `{text}`")))
    }
}
