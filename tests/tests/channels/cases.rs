//! The cases, as data: what is said, and what is heard.

/// What happens in a case.
pub enum Does {
    /// The first sender says something and hears this.
    Says(&'static str, &'static [&'static str]),
    /// Another sender does.
    Other(&'static str, &'static [&'static str]),
    /// The channel brings the first sender's last message once more. Nothing new may come of it.
    Again(&'static str),
    /// The first sender hears something by itself.
    Hears(&'static str),
    /// Time passes, ms.
    Waits(i64),
    /// The server stops and starts again.
    Restart,
}

use Does::{Again, Hears, Other, Restart, Says, Waits};

pub struct Case {
    pub name: &'static str,
    pub steps: &'static [Does],
}

/// Stands for two thousand characters.
pub const LONG: &str = "LONG";

const HELLO: &str = "Hello, how can I help you?";
const WHAT: &str = "What?";

/// A word that must come through as it is.
macro_rules! word {
    ($name:literal, $text:literal) => {
        Case {
            name: $name,
            steps: &[Says("echo", &[WHAT]), Says($text, &[concat!("1: ", $text), WHAT])],
        }
    };
}

pub const CASES: &[Case] = &[
    word!("a word", "hello there"),
    word!("Chinese", "我的订单在哪里"),
    word!("traditional Chinese", "請問發票何時寄出"),
    word!("full-width", "订单#12345。"),
    word!("Japanese and Korean", "ご注文 주문"),
    word!("Arabic and Hebrew", "مرحبا שלום"),
    word!("emoji", "👍🏽 thanks 👩‍👩‍👧"),
    word!("beyond the basic plane", "𠜎𠜱 𝒳"),
    word!("combining marks", "e\u{301}a\u{308}"),
    word!("accents", "crème brûlée à la façon"),
    word!("quotes", "\"a\" 'b' `c` „d“"),
    word!("backslashes", "C:\\new\\table"),
    word!("angle brackets", "<b>bold</b> & <script>alert(1)</script>"),
    word!("entities", "&amp; &lt; &#39;"),
    word!("braces", "{name} {{x}} ${y} %s %d"),
    word!("JSON", "{\"id\":\"1\",\"text\":[1,2]}"),
    word!("SQL", "'; DROP TABLE sessions; --x"),
    word!("an address", "https://example.com/a?b=c&d=%20e#f"),
    word!("an email address", "write to a.b+c@example.com"),
    word!("a telephone number", "+86 10 6552 9988"),
    word!("amounts", "CNY 1,234.50 or 12%"),
    word!("a number alone", "007"),
    word!("punctuation", "... !!! ???"),
    word!("equals signs", "a=b==c=3D"),
    word!("dots at the beginning", ".hidden ..twice"),
    word!("words of the protocols", "From here QUIT DATA \\r\\n RSET"),
    word!("a header", "Subject: hello Bcc: x@example.com"),
    word!("markdown", "*bold* _it_ ~x~ `code` [a](b)"),
    word!("a mention", "@all #channel <@U123> <!here>"),
    word!("a slash", "/start /help"),
    word!("two spaces", "a  b"),
    word!("long ago and far away", "2026-06-15 09:30"),
    Case {
        name: "two thousand characters",
        steps: &[Says("echo", &[WHAT]), Says(LONG, &["1: LONG", WHAT])],
    },
    Case {
        name: "several lines",
        steps: &[Says("echo", &[WHAT]), Says("first\nsecond", &["1: first\nsecond", WHAT])],
    },
    Case {
        name: "in order",
        steps: &[
            Says("echo", &[WHAT]),
            Says("a", &["1: a", WHAT]),
            Says("b", &["2: b", WHAT]),
            Says("c", &["3: c", WHAT]),
            Says("d", &["4: d", WHAT]),
            Says("e", &["5: e", WHAT]),
        ],
    },
    Case {
        name: "the same message twice",
        steps: &[
            Says("echo", &[WHAT]),
            Says("a", &["1: a", WHAT]),
            Again("a"),
            Says("b", &["2: b", WHAT]),
        ],
    },
    Case {
        name: "two senders do not hear each other",
        steps: &[
            Says("echo", &[WHAT]),
            Other("echo", &[WHAT]),
            Says("mine", &["1: mine", WHAT]),
            Other("yours", &["1: yours", WHAT]),
            Says("mine too", &["2: mine too", WHAT]),
        ],
    },
    Case {
        name: "a flow ends and begins again",
        steps: &[
            Says("echo", &[WHAT]),
            Says("a", &["1: a", WHAT]),
            Says("stop", &[]),
            Says("echo", &[WHAT]),
            Says("b", &["1: b", WHAT]),
        ],
    },
    Case {
        name: "goes on after a restart",
        steps: &[
            Says("echo", &[WHAT]),
            Says("a", &["1: a", WHAT]),
            Restart,
            Says("b", &["2: b", WHAT]),
        ],
    },
    Case {
        name: "the same message after a restart",
        steps: &[
            Says("echo", &[WHAT]),
            Says("a", &["1: a", WHAT]),
            Restart,
            Again("a"),
            Says("b", &["2: b", WHAT]),
        ],
    },
    Case {
        name: "the bot comes back by itself",
        steps: &[
            Says("echo", &[WHAT]),
            Waits(3_600_000),
            Hears("Are you there?"),
            Says("yes", &["1: yes", WHAT]),
        ],
    },
    Case {
        name: "something else is said instead",
        steps: &[Says("echo", &[WHAT]), Says("repeat my words", &["1: repeat my words", WHAT])],
    },
];

/// What the bot says to who comes, where a channel lets it.
pub const GREETING: &str = HELLO;
