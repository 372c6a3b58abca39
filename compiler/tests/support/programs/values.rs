//! Random texts, expressions and types.

use super::{LANGUAGES, Maker};

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

pub(super) const TYPES: &[&str] = &["text", "date", "number", "order_number", "money", "duration"];

impl Maker<'_> {
    pub(super) fn text(&mut self) {
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
    pub(super) fn plain(&mut self) {
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

    pub(super) fn text_inline(&mut self) {
        if self.chance(2) { self.braces(1, 3, Self::variant) } else { self.text() }
    }

    pub(super) fn text_ref(&mut self) {
        if self.chance(4) {
            self.dotted();
            if self.chance(2) {
                self.args();
            }
        } else {
            self.text_inline();
        }
    }

    pub(super) fn lang_strings(&mut self) {
        self.one(LANGUAGES);
        self.some(1, 4, true, Self::text);
    }

    // --- values -------------------------------------------------------------------------------

    pub(super) fn expr(&mut self) {
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
        match self.choices.below(if deep { 6 } else { 14 }) {
            0 | 1 => self.dotted(),
            2 | 3 => self.one(LITERALS),
            4 => self.text(),
            5 => self.puts("CNY 1_000"),
            6 => {
                self.put("has");
                self.dotted();
            }
            13 => self.puts("reachable on web"),
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

    pub(super) fn field_value(&mut self) {
        self.name();
        if self.chance(2) {
            self.put(":");
            self.expr();
        }
    }

    fn arg(&mut self) {
        if self.chance(2) { self.field_value() } else { self.expr() }
    }

    pub(super) fn args(&mut self) {
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

    pub(super) fn type_expr(&mut self) {
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

    pub(super) fn labels(&mut self) {
        if self.chance(4) {
            self.put("personal");
        }
        if self.chance(4) {
            self.puts("visible to");
            self.name();
        }
    }

    pub(super) fn field(&mut self) {
        self.name();
        self.put(":");
        self.type_expr();
        self.labels();
        if self.chance(2) {
            self.put(",");
        }
    }

    pub(super) fn params(&mut self) {
        self.put("(");
        self.some(0, 3, false, Self::field);
        self.put(")");
    }

    pub(super) fn setting(&mut self) {
        self.name();
        match self.choices.below(3) {
            0 => self.text(),
            1 => self.dotted(),
            _ => self.one(LITERALS),
        }
    }
}
