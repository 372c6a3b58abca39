//! Writes pieces of the language: strings, lengths of time, records, `test` blocks.

use flowright_nlu::value::Date;

/// The time of day in a test that does not say, in seconds since midnight: 09:00.
const MORNING_S: u32 = 9 * 3_600;

/// A text as a string of the language; read back, it is the same text.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '{' | '}' => out.extend([c, c]),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `90m`: milliseconds in the largest unit that divides them.
#[must_use]
pub fn duration(ms: i64) -> String {
    const UNITS: [(i64, &str); 4] =
        [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit = UNITS.iter().find(|(unit, _)| ms != 0 && ms % unit == 0);
    match unit {
        Some((unit, name)) => format!("{}{name}", ms / unit),
        None => format!("{ms}ms"),
    }
}

/// `{ due: 2026-06-15, open: true }`: names with values that are written already.
#[must_use]
pub fn record(fields: &[(String, String)]) -> String {
    if fields.is_empty() {
        return "{}".to_owned();
    }
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{{ {} }}", fields.join(", "))
}

/// Lines of a `test` block. What is called `answer` or `value` is written already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestLines(String);

impl TestLines {
    /// Any other line.
    pub fn line(&mut self, line: &str) {
        self.0.push_str("  ");
        self.0.push_str(line);
        self.0.push('\n');
    }

    /// An empty line, unless it would be the first.
    pub fn gap(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }

    /// The day, and the time of day in seconds since midnight.
    pub fn today(&mut self, day: Date, time_s: u32) {
        match time_s {
            MORNING_S => self.line(&format!("today {day}")),
            _ => {
                self.line(&format!("today {day} {:02}:{:02}", time_s / 3_600, time_s / 60 % 60));
            }
        }
    }

    /// The customer's profile, where anything is known of it.
    pub fn customer(&mut self, fields: &[(String, String)]) {
        if !fields.is_empty() {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name} {value}")).collect();
            self.line(&format!("customer {{ {} }}", fields.join("  ")));
        }
    }

    /// What an action answers.
    pub fn given(&mut self, action: &str, answer: &str) {
        self.line(&format!("given {action} -> {answer}"));
    }

    /// What the customer writes.
    pub fn user(&mut self, text: &str) {
        self.line(&format!("user {}", quoted(text)));
    }

    /// The button that she presses.
    pub fn presses(&mut self, label: &str) {
        self.line(&format!("user presses {}", quoted(label)));
    }

    /// What the bot says, and the channel, where that is not the one that the customer wrote on.
    pub fn bot(&mut self, on: Option<&str>, text: &str) {
        match on {
            Some(channel) => self.line(&format!("bot  on {channel} {}", quoted(text))),
            None => self.line(&format!("bot  {}", quoted(text))),
        }
    }

    /// Channels on which the customer has an address, too.
    pub fn reachable(&mut self, channels: &[&str]) {
        if !channels.is_empty() {
            self.line(&format!("reachable on {}", channels.join(", ")));
        }
    }

    /// How long nothing is said, in milliseconds.
    pub fn silence(&mut self, ms: i64) {
        self.line(&format!("silence {}", duration(ms)));
    }
}

/// A `test` block of what is given and the conversation.
#[must_use]
pub fn test_block(name: &str, scene: &TestLines, conversation: &TestLines) -> String {
    format!("test {} {{\n{}\n{}}}\n", quoted(name), scene.0, conversation.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::FileId;
    use crate::syntax::ast::DeclKind;
    use crate::syntax::parse;

    /// The name of the only test.
    fn read_back(block: &str) -> String {
        let parsed = parse(block, FileId(0));
        assert!(parsed.diagnostics.is_empty(), "{block}: {:?}", parsed.diagnostics);
        let [decl] = parsed.decls.as_slice() else { panic!("{block}") };
        let DeclKind::Test(test) = &decl.node.kind else { panic!("{block}") };
        test.name.value.clone()
    }

    #[test]
    fn blocks_are_written_as_people_write_them() {
        let (mut scene, mut conversation) = (TestLines::default(), TestLines::default());
        scene.today(Date(20_605), 9 * 3_600);
        scene.customer(&[]);
        scene.customer(&[
            ("id".to_owned(), "\"1\"".to_owned()),
            ("vip".to_owned(), "true".to_owned()),
        ]);
        scene.given(
            "a.b",
            &record(&[("n".to_owned(), "1".to_owned()), ("x".to_owned(), "[]".to_owned())]),
        );
        scene.given("a.c", &record(&[]));
        conversation.gap();
        conversation.user("a \"b\"");
        conversation.bot(None, "{c}");
        conversation.bot(Some("mail"), "e");
        scene.reachable(&[]);
        scene.reachable(&["mail", "web"]);
        conversation.gap();
        conversation.presses("d");
        conversation.silence(5_400_000);
        let block = test_block("n", &scene, &conversation);
        assert_eq!(
            block,
            "test \"n\" {\n  today 2026-06-01\n  customer { id \"1\"  vip true }\n  \
             given a.b -> { n: 1, x: [] }\n  given a.c -> {}\n  \
             reachable on mail, web\n\n  user \"a \\\"b\\\"\"\n  \
             bot  \"{{c}}\"\n  bot  on mail \"e\"\n\n  user presses \"d\"\n  silence 90m\n}\n"
        );
        read_back(&block);
        assert_eq!(crate::fmt::format(&block).text, block);
        let mut late = TestLines::default();
        late.today(Date(20_605), 23 * 3_600 + 59 * 60);
        assert_eq!(late, TestLines("  today 2026-06-01 23:59\n".to_owned()));
    }

    #[test]
    fn lengths_of_time_take_their_largest_unit() {
        let shown = [0, 1, 1_000, 61_000, 120_000, 3_600_000, 172_800_000].map(duration);
        assert_eq!(shown, ["0ms", "1ms", "1s", "61s", "2m", "1h", "2d"]);
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_back(text in "\\PC*|[\"{}\\\\a #\t\n\r]*|(\\{n, plural, other )*") {
            let name = read_back(&test_block(&text, &TestLines::default(), &TestLines::default()));
            prop_assert_eq!(name, text);
        }
    }
}
