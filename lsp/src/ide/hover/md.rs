//! Markdown, a paragraph after the other.

use super::super::describe::cut;

/// Characters of a whole hover.
const SHOWN_MAX: usize = 4_000;

/// A page that is written.
#[derive(Debug, Default)]
pub(super) struct Md {
    parts: Vec<String>,
}

impl Md {
    /// A line of code.
    pub(super) fn code(&mut self, code: &str) -> &mut Self {
        // A fence that no line of the code closes.
        let mut fence = "```".to_owned();
        while code.contains(&fence) {
            fence.push('`');
        }
        self.parts.push(format!("{fence}flow\n{code}\n{fence}"));
        self
    }

    /// A paragraph of Markdown.
    pub(super) fn par(&mut self, text: impl Into<String>) -> &mut Self {
        let text = text.into();
        if !text.is_empty() {
            self.parts.push(text);
        }
        self
    }

    /// Documentation as it is written.
    pub(super) fn docs(&mut self, docs: Option<&str>) -> &mut Self {
        self.par(docs.map(|docs| docs.trim().to_owned()).unwrap_or_default())
    }

    /// Lines with a dot before each.
    pub(super) fn list(&mut self, lines: &[String]) -> &mut Self {
        let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
        self.par(lines.join("\n"))
    }

    /// All of it, cut off where it is too long.
    pub(super) fn finish(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            let room = SHOWN_MAX.saturating_sub(out.chars().count());
            if part.chars().count() > room {
                // Half of a fence would take what follows with it.
                if !part.starts_with("```") {
                    out.push_str(&cut(part, room));
                }
                break;
            }
            out.push_str(part);
            out.push_str("\n\n");
        }
        out.trim_end().to_owned()
    }
}

/// A text without signs that mean something in Markdown, on one line. Inside a word `_` means nothing, and
/// not every editor takes a needless `\` away.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        let is_inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            '\n' => out.push_str(" ⏎ "),
            '_' if is_inside(before) && is_inside(chars.peek().copied()) => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&' => {
                out.extend(['\\', c]);
            }
            c => out.push(c),
        }
        before = Some(c);
    }
    out
}

/// A name in the type of code.
pub(super) fn tick(name: &str) -> String {
    format!("`{}`", name.replace('`', "'"))
}

/// Names in the type of code, with commas; cut off at a number of them.
pub(super) fn ticks<'a>(names: impl IntoIterator<Item = &'a str>, max: usize) -> String {
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(max).map(tick).collect();
    let more = if names.next().is_some() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_means_something_is_escaped_and_nothing_else() {
        for (text, shown) in [
            ("asks new_date, due_2", "asks new_date, due_2"),
            ("_so_ and __so__", "\\_so\\_ and \\_\\_so\\_\\_"),
            ("订单_号 {order}", "订单_号 {order}"),
            ("a*b [c](d) <e>\nf", "a\\*b \\[c\\](d) \\<e\\> ⏎ f"),
        ] {
            assert_eq!(plain(text), shown);
        }
    }
}
