//! The one table of tokens. Lexing is lossless: the tokens of a text tile it, byte for byte.

use logos::Logos;

use crate::base::Span;

/// A token with its place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where, counted from the start of the file.
    pub span: Span,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Logos)]
pub enum TokenKind {
    /// Blanks and line ends.
    #[regex(r"[ \t\r\n\u{FEFF}]+")]
    Whitespace,
    /// `// …`
    #[regex(r"//[^\n]*", priority = 5, allow_greedy = true)]
    Comment,
    /// `/// …`
    #[regex(r"///[^\n]*", priority = 9, allow_greedy = true)]
    DocComment,
    /// A name or keyword.
    #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*")]
    Word,
    /// `12_000`, `0.5`, `70%`, `30s`, `2026-06-15`, `09:30`; and what is written in place of these
    /// elsewhere: `5min`, `15/06/2026`, `9:30pm`.
    #[regex(r"[0-9][0-9_]*(\.[0-9]+)?%?", priority = 4)]
    #[regex(r"[0-9][0-9_]*(\.[0-9]+)?\p{XID_Start}\p{XID_Continue}*", priority = 6)]
    #[regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(T[0-9][0-9:]*)?", priority = 12)]
    #[regex(r"(19|20)[0-9]{2}/[0-9]{1,2}/[0-9]{1,2}", priority = 12)]
    #[regex(r"(19|20)[0-9]{2}\.[0-9]{1,2}\.[0-9]{1,2}", priority = 12)]
    #[regex(r"[0-9]{1,2}/[0-9]{1,2}/(19|20)[0-9]{2}[0-9]*", priority = 12)]
    #[regex(r"[0-9]{1,2}\.[0-9]{1,2}\.(19|20)[0-9]{2}[0-9]*", priority = 12)]
    #[regex(r"[0-9]{1,2}-[0-9]{1,2}-(19|20)[0-9]{2}[0-9]*", priority = 12)]
    #[regex(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(\p{XID_Start}\p{XID_Continue}*)?", priority = 8)]
    Literal,
    /// `r"…"`
    #[regex(r#"r"[^"\n]*""#, priority = 20)]
    Regex,
    /// `"` or `"""`; what follows is lexed as a string. Also a string's closing quotes.
    #[token("\"\"\"")]
    #[token("\"")]
    Quote,
    /// Text inside a string.
    StringText,
    /// `\n`, `{{` and the like inside a string.
    Escape,
    /// `{`
    #[token("{")]
    OpenBrace,
    /// `}`
    #[token("}")]
    CloseBrace,
    /// `(`
    #[token("(")]
    OpenParen,
    /// `)`
    #[token(")")]
    CloseParen,
    /// `[`
    #[token("[")]
    OpenBracket,
    /// `]`
    #[token("]")]
    CloseBracket,
    /// `->`
    #[token("->")]
    Arrow,
    /// `:`
    #[token(":")]
    Colon,
    /// `,`
    #[token(",")]
    Comma,
    /// `.`
    #[token(".")]
    Dot,
    /// `=`
    #[token("=")]
    Equals,
    /// A comparison or arithmetic sign.
    #[regex(r"==|!=|<=|>=|<|>|\+|-|\*|/")]
    Operator,
    /// A character that no token begins with.
    Unknown,
    /// The end of a line inside a short string that was not closed, or of the whole text inside any.
    /// Empty.
    Unclosed,
}

impl TokenKind {
    /// Blanks and comments.
    #[must_use]
    pub const fn is_trivia(self) -> bool {
        matches!(self, Self::Whitespace | Self::Comment | Self::DocComment)
    }
}

/// The words that begin a declaration.
pub const DECLARATION_KEYWORDS: &[&str] = &[
    "allow",
    "bot",
    "use",
    "role",
    "customer",
    "channel",
    "entity",
    "intent",
    "slot",
    "action",
    "effect",
    "skill",
    "route",
    "fallback",
    "knowledge",
    "experiment",
    "text",
    "flow",
    "test",
    "migrate",
];

/// The words that begin a member of a flow.
pub const MEMBER_KEYWORDS: &[&str] = &["allow", "on", "slot", "state", "fallback", "ensure"];

/// The words that begin a step.
pub const STEP_KEYWORDS: &[&str] = &[
    "allow",
    "say",
    "fill",
    "confirm",
    "choose",
    "do",
    "set",
    "clear",
    "when",
    "otherwise",
    "call",
    "wait",
    "mark",
    "handoff",
    "end",
    "resume",
    "repeat",
    "abandon",
    "correct",
];

/// The words that begin a line of a test.
pub const TEST_KEYWORDS: &[&str] = &[
    "allow",
    "today",
    "language",
    "channel",
    "reachable",
    "customer",
    "seed",
    "given",
    "user",
    "bot",
    "silence",
    "expect",
];

/// What the parts of a declaration begin with, by its keyword. (Parts that begin with names, such
/// as fields and options, are not here.)
pub const DECLARATION_MEMBERS: &[(&str, &[&str])] = &[
    ("bot", &["allow", "languages", "timezone", "hours", "closed"]),
    ("customer", &["allow", "from", "find", "confirm"]),
    ("channel", &["allow", "path", "address", "provider", "secret", "token"]),
    ("entity", &["pattern"]),
    ("intent", &["allow", "title", "pattern", "not"]),
    ("slot", &["allow", "ask", "check", "tries", "default"]),
    ("action", ACTION_MEMBERS),
    ("effect", ACTION_MEMBERS),
    ("skill", &["allow", "first_reply", "overflow", "weight"]),
    ("fallback", &["allow", "accept", "clarify", "margin", "handoff", "answer"]),
    ("knowledge", &["allow", "source", "level", "applies"]),
    ("experiment", &["allow", "variant", "goal"]),
    ("text", &[]),
    ("flow", MEMBER_KEYWORDS),
    ("test", TEST_KEYWORDS),
    ("route", &["allow", "urgency", "when", "otherwise"]),
    ("migrate", MIGRATE_KEYWORDS),
];

/// The words that begin a line of `migrate`.
const MIGRATE_KEYWORDS: &[&str] = &["allow", "flow", "state", "slot", "intent", "skill", "channel"];

/// The words that begin a part of an action or effect.
const ACTION_MEMBERS: &[&str] =
    &["allow", "get", "post", "put", "patch", "delete", "timeout", "retries", "error"];

/// The words that begin a part of a request for the customer's profile.
pub const LOOKUP_MEMBERS: &[&str] = &["allow", "header", "body", "timeout", "keep"];

/// The requests that an action can make.
pub const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

/// Every other word with a meaning of its own somewhere.
pub const OTHER_KEYWORDS: &[&str] = &[
    "a",
    "above",
    "accept",
    "after",
    "always",
    "and",
    "answer",
    "anywhere",
    "applies",
    "ask",
    "at",
    "because",
    "before",
    "body",
    "called",
    "card",
    "check",
    "choices",
    "clarify",
    "closed",
    "contains",
    "default",
    "dropped",
    "else",
    "ended",
    "error",
    "failure",
    "false",
    "find",
    "first_reply",
    "from",
    "goal",
    "has",
    "header",
    "hours",
    "human",
    "image",
    "in",
    "includes",
    "is",
    "keep",
    "languages",
    "level",
    "link",
    "list",
    "margin",
    "matches",
    "misses",
    "miss",
    "most",
    "no",
    "not",
    "of",
    "one_of",
    "optional",
    "or",
    "overflow",
    "pattern",
    "personal",
    "plural",
    "presses",
    "reaches",
    "rejects",
    "repair",
    "retries",
    "reveal",
    "source",
    "start",
    "timeout",
    "timezone",
    "title",
    "to",
    "tries",
    "true",
    "turn",
    "turns",
    "urgency",
    "variant",
    "visible",
    "weight",
    "within",
    "yes",
    "get",
    "post",
    "put",
    "patch",
    "delete",
];

/// Whether the word is a keyword somewhere. (Keywords may still be names where no doubt arises.)
#[must_use]
pub fn is_keyword(word: &str) -> bool {
    [DECLARATION_KEYWORDS, MEMBER_KEYWORDS, STEP_KEYWORDS, TEST_KEYWORDS, OTHER_KEYWORDS]
        .iter()
        .any(|table| table.contains(&word))
}
