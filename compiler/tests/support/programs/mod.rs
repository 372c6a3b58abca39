//! Random programs that are right in form, as text, with a random layout: blanks, line ends and
//! comments wherever the lexer takes them. Needs nothing but the standard library, so that a fuzz
//! target can include it and feed it bytes ([`Choices::from_bytes`]).
//!
//! What they say makes no sense: they are for what reads and writes text, not for what checks it.

mod declarations;
mod flows;

/// Where choices come from.
#[derive(Debug, Clone)]
pub struct Choices {
    state: u64,
    /// Bytes of a fuzzer, last first; without them the state decides.
    bytes: Option<Vec<u8>>,
}

impl Choices {
    /// The same seed makes the same choices.
    pub fn from_seed(seed: u64) -> Self {
        Self { state: seed, bytes: None }
    }

    /// The first choices are these bytes', the rest all the first of what there is.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { state: 0, bytes: Some(bytes.iter().rev().copied().collect()) }
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        if let Some(bytes) = &mut self.bytes {
            return usize::from(bytes.pop().unwrap_or(0)) % n;
        }
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap_or(0) % n
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.get(self.below(from.len())).copied().unwrap_or("")
    }
}

/// A program of a few declarations.
pub fn program(choices: &mut Choices) -> String {
    let mut text = String::new();
    if choices.once_in(12) {
        text.push('\u{FEFF}');
    }
    blank_between(choices, &mut text);
    for _ in 0..1 + choices.below(2) {
        let mut made = Maker { choices, tokens: Vec::new(), depth: 0, alone: false };
        made.decl();
        let tokens = made.tokens;
        lay_out(choices, &tokens, &mut text);
        text.push_str(choices.pick(&["\n", "\n\n", "\r\n", "  \n", " // behind\n", "\n\n\n\n"]));
        blank_between(choices, &mut text);
    }
    if choices.once_in(4) {
        text.truncate(text.trim_end().len());
    }
    text
}

/// Comments and empty lines between declarations.
fn blank_between(choices: &mut Choices, text: &mut String) {
    while choices.once_in(4) {
        text.push_str(choices.pick(&[
            "// a comment\n",
            "/// what follows\n",
            "  // moved in  \n",
            "\n",
            "//\n\n",
            "//// four\r\n",
        ]));
    }
}

/// Tokens with something between them.
fn lay_out(choices: &mut Choices, tokens: &[String], text: &mut String) {
    // Some programs are tidy, some are wild.
    let wild = 3 + choices.below(12);
    for (i, token) in tokens.iter().enumerate() {
        if let Some(before) = i.checked_sub(1).and_then(|before| tokens.get(before)) {
            let apart = must_part(before, token);
            between(choices, apart, wild, text);
        }
        text.push_str(token);
    }
}

fn between(choices: &mut Choices, apart: bool, wild: usize, text: &mut String) {
    let from = text.len();
    if text.ends_with('/') {
        // Else a comment would begin one character too early.
        text.push(' ');
    }
    if choices.once_in(wild) {
        // A word in column 0 would begin a declaration: every line end is followed by a blank.
        text.push_str(choices.pick(&[
            "\n ",
            "\n    ",
            "\n\n  ",
            " \n\n\n  ",
            "\r\n  ",
            "   ",
            "\t",
            " // why\n  ",
            "//tight\n ",
            "\n  // on a line of its own\n  ",
            "\n  /// documentation\n\n  ",
            " /// behind\n  // and\n\n  ",
        ]));
    } else if choices.below(3) > 0 {
        text.push(' ');
    }
    if apart && text.len() == from {
        text.push(' ');
    }
}

/// Whether two tokens would be another one without a blank.
fn must_part(before: &str, after: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().last(), after.chars().next()) else {
        return false;
    };
    let wordy = |c: char| c.is_alphanumeric() || c == '_' || c == '\u{301}';
    let sign = |c: char| "-+*/<>=!%".contains(c);
    (wordy(last) && wordy(first))
        || (last == '"' && first == '"')
        || last == '/'
        || first == '/'
        || (sign(last) && (sign(first) || first.is_ascii_digit()))
        || (last.is_ascii_digit() && (sign(first) || first == ':'))
        || (before == "r" && first == '"')
}

const NAMES: &[&str] =
    &["order", "due_date", "x", "tier", "found", "a1", "修改订单", "été", "vip", "_hidden", "CNYX"];
const DOTTED: &[&str] = &["orders.get", "crm.permission", "a.b.c", "std.dates", "order", "名.字"];
const LANGUAGES: &[&str] = &["en", "zh", "fr"];
const TYPES: &[&str] = &["text", "date", "number", "order_number", "money", "duration"];
const LITERALS: &[&str] = &[
    "12_000",
    "0.5",
    "70%",
    "12.5%",
    "30s",
    "500ms",
    "2d",
    "2026-06-15",
    "09:30",
    "true",
    "false",
    "7",
    "r\"#?(\\d{5})\"",
];
const PIECES: &[&str] = &[
    "hello",
    " ",
    "订单",
    "a rather long piece of text that takes some room",
    "\\\"",
    "\\n",
    "{{",
    "}}",
    "{order}",
    "{ order }",
    "{order: order_number}",
    "{found.due}",
    "{round( x,2 )+1}",
    "{upper(\"x\")}",
    "// no comment",
    "...",
    "e\u{301}",
    "🙂",
    " ",
    "->",
];

/// Writes one declaration as tokens.
struct Maker<'c> {
    choices: &'c mut Choices,
    tokens: Vec<String>,
    /// Of steps and values in each other.
    depth: usize,
    /// The step being written is all that stands behind an arrow: no `otherwise` may follow it.
    alone: bool,
}

impl Maker<'_> {
    fn put(&mut self, token: &str) {
        self.tokens.push(token.to_owned());
    }

    /// Words and signs, parted by blanks.
    fn puts(&mut self, tokens: &str) {
        tokens.split(' ').for_each(|token| self.put(token));
    }

    fn name(&mut self) {
        let name = self.choices.pick(NAMES);
        self.put(name);
    }

    fn dotted(&mut self) {
        let name = self.choices.pick(DOTTED);
        self.put(name);
    }

    fn one(&mut self, from: &[&'static str]) {
        let token = self.choices.pick(from);
        self.put(token);
    }

    fn chance(&mut self, n: usize) -> bool {
        self.choices.once_in(n)
    }

    /// Something some times, at least `least`, with something in between.
    fn some(&mut self, least: usize, most: usize, comma: bool, each: fn(&mut Self)) {
        let count = least + self.choices.below(most - least + 1);
        for i in 0..count {
            if i > 0 && comma {
                self.put(",");
            }
            each(self);
        }
    }

    fn braces(&mut self, least: usize, most: usize, each: fn(&mut Self)) {
        self.put("{");
        self.some(least, most, false, each);
        self.put("}");
    }

    fn text(&mut self) {
        let long = self.choices.once_in(10);
        let quote = if long { "\"\"\"" } else { "\"" };
        let mut text = quote.to_owned();
        for _ in 0..self.choices.below(4) {
            text.push_str(self.choices.pick(PIECES));
            if long && self.choices.once_in(2) {
                text.push_str(self.choices.pick(&[
                    "\n",
                    "  \n",
                    "\nflow x\n",
                    "\r\n\t",
                    "a \"b\" c",
                ]));
            }
        }
        text.push_str(quote);
        self.put(&text);
    }

    /// A text without placeholders.
    fn plain(&mut self) {
        self.one(&["\"a plain text\"", "\"修改 // 日期\"", "\"\"", "\"say \\\"x\\\" {{ }}\""]);
    }

    fn variant(&mut self) {
        self.one(LANGUAGES);
        if self.chance(5) {
            self.put("on");
            self.name();
        }
        self.text();
    }

    fn text_inline(&mut self) {
        if self.chance(2) { self.braces(1, 3, Self::variant) } else { self.text() }
    }

    fn text_ref(&mut self) {
        if self.chance(4) {
            self.dotted();
            if self.chance(2) {
                self.args();
            }
        } else {
            self.text_inline();
        }
    }

    fn lang_strings(&mut self) {
        self.one(LANGUAGES);
        self.some(1, 4, true, Self::text);
    }

    // --- values -------------------------------------------------------------------------------

    fn expr(&mut self) {
        self.depth += 1;
        self.compared();
        while self.depth < 3 && self.chance(3) {
            self.one(&[
                "and", "or", "==", "!=", "<", "<=", ">", ">=", "in", "contains", "matches", "+",
                "-", "*", "/",
            ]);
            self.compared();
        }
        self.depth -= 1;
    }

    fn compared(&mut self) {
        self.operand();
        if self.chance(6) {
            self.put("is");
            if self.chance(2) {
                self.put("not");
            }
            self.name();
        }
    }

    fn operand(&mut self) {
        if self.chance(8) {
            self.one(&["not", "-"]);
        }
        let deep = self.depth > 2;
        match self.choices.below(if deep { 6 } else { 13 }) {
            0 | 1 => self.dotted(),
            2 | 3 => self.one(LITERALS),
            4 => self.text(),
            5 => self.puts("CNY 1_000"),
            6 => {
                self.put("has");
                self.dotted();
            }
            7 => {
                self.dotted();
                self.args();
            }
            8 => {
                self.put("[");
                self.some(0, 3, true, Self::expr);
                self.put("]");
            }
            9 => {
                self.put("{");
                self.some(0, 3, true, Self::field_value);
                self.put("}");
            }
            10 => {
                self.puts("reveal (");
                self.expr();
                self.puts(") because");
                self.plain();
            }
            _ => {
                self.put("(");
                self.expr();
                self.put(")");
            }
        }
    }

    fn field_value(&mut self) {
        self.name();
        if self.chance(2) {
            self.put(":");
            self.expr();
        }
    }

    fn arg(&mut self) {
        if self.chance(2) { self.field_value() } else { self.expr() }
    }

    fn args(&mut self) {
        self.put("(");
        self.depth += 1;
        self.some(0, 2, true, Self::arg);
        self.depth -= 1;
        self.put(")");
    }

    // --- types --------------------------------------------------------------------------------

    fn choice(&mut self) {
        self.name();
        if self.chance(3) {
            self.braces(0, 2, Self::lang_strings);
        }
        if self.chance(2) {
            self.put(",");
        }
    }

    fn type_expr(&mut self) {
        self.depth += 1;
        match self.choices.below(if self.depth > 3 { 1 } else { 5 }) {
            0 | 1 => self.one(TYPES),
            2 => {
                self.put("one_of");
                self.braces(0, 4, Self::choice);
            }
            3 => {
                self.puts("list of");
                self.type_expr();
            }
            _ => self.braces(0, 3, Self::field),
        }
        self.depth -= 1;
    }

    fn labels(&mut self) {
        if self.chance(4) {
            self.put("personal");
        }
        if self.chance(4) {
            self.puts("visible to");
            self.name();
        }
    }

    fn field(&mut self) {
        self.name();
        self.put(":");
        self.type_expr();
        self.labels();
        if self.chance(2) {
            self.put(",");
        }
    }

    fn params(&mut self) {
        self.put("(");
        self.some(0, 3, false, Self::field);
        self.put(")");
    }

    fn setting(&mut self) {
        self.name();
        match self.choices.below(3) {
            0 => self.text(),
            1 => self.dotted(),
            _ => self.one(LITERALS),
        }
    }
}
