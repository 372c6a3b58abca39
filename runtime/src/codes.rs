//! The runtime's own codes, each with its page.

/// A code of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuntimeCode {
    /// `R0101`
    pub code: &'static str,
    /// Its short name.
    pub slug: &'static str,
    /// Its page, in Markdown.
    pub page: &'static str,
}

macro_rules! codes {
    ($($code:literal $slug:literal,)*) => {
        /// Every code, in order.
        pub const ALL: &[RuntimeCode] = &[$(RuntimeCode {
            code: $code,
            slug: $slug,
            page: include_str!(concat!("../../docs/errors/", $code, ".md")),
        },)*];
    };
}

codes! {
    "R0101" "two-currencies",
    "R0102" "flow-in-trouble",
    "R0103" "stale-answer",
    "R0104" "action-failed",
    "R0105" "encoder-failed",
    "R0106" "not-reached",
    "R0201" "unreadable-configuration",
    "R0202" "malformed-configuration",
    "R0203" "missing-variables",
    "R0204" "unprotected",
    "R0205" "cannot-listen",
    "R0206" "unusable-token",
    "R0207" "encoder-not-built-in",
    "R0208" "encoder-unusable",
    "R0209" "encoder-differs",
    "R0210" "unknown-channel",
    "R0211" "bundle-unusable",
    "R0212" "bundle-lacks-variables",
    "R0213" "bundle-lacks-channel",
    "R0214" "short-key",
    "R0215" "unknown-role",
    "R0221" "email-unusable",
    "R0231" "webhook-lacks",
    "R0232" "webhook-unusable",
    "R0233" "unknown-webhook",
    "R0241" "key-twice",
    "R0301" "store-failed",
    "R0302" "store-too-new",
    "R0303" "store-overloaded",
    "R0304" "store-damaged",
    "R0305" "bundle-of-another-format",
    "R0306" "store-full",
    "R0307" "store-stopped",
    "R0308" "store-in-use",
    "R0309" "no-store",
    "R0310" "attachments-full",
    "R0401" "no-known-key",
    "R0402" "lacks-right",
    "R0403" "not-its-channel",
    "R0404" "not-signed-in",
    "R0405" "wrong-password",
    "R0406" "too-many-wrong-passwords",
    "R0407" "account-disabled",
    "R0408" "page-of-another-site",
}

/// The page of a code, in any case.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    ALL.iter().find(|known| known.code.eq_ignore_ascii_case(code.trim())).map(|known| known.page)
}
