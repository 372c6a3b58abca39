//! A TOML file that people write, read key by key: whatever is wrong is told with its line, and with
//! what to write instead.

use std::path::Path;

use flowright_compiler::diag::closest;
use flowright_nlu::value::DAY_MS;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::failure::Failure;

/// Largest file that is read.
const BYTES_MAX: u64 = 4 << 20;

/// A file.
pub(super) struct Source<'t> {
    path: &'t Path,
    text: &'t str,
}

/// A table of it.
#[derive(Clone, Copy)]
pub(super) struct Table<'t> {
    source: &'t Source<'t>,
    /// How messages call it: `[day]`.
    pub(super) name: &'t str,
    at: usize,
    entries: &'t DeTable<'t>,
}

/// A key of a table with its value, or one value of a list.
#[derive(Clone, Copy)]
pub(super) struct Field<'t> {
    source: &'t Source<'t>,
    pub(super) name: &'t str,
    value: &'t Spanned<DeValue<'t>>,
}

/// The text of a file.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let size = std::fs::metadata(path).map_err(|e| Failure::file("read", path, &e))?.len();
    if size > BYTES_MAX {
        let message = format!("`{}` is larger than {} MB", path.display(), BYTES_MAX >> 20);
        return Err(Failure::new(message).with_help("`count` stands for many agents alike"));
    }
    let bytes = std::fs::read(path).map_err(|e| Failure::file("read", path, &e))?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::new(format!("`{}` is not UTF-8", path.display())).with_help("save it as UTF-8")
    })
}

impl<'t> Source<'t> {
    pub(super) const fn new(path: &'t Path, text: &'t str) -> Self {
        Self { path, text }
    }

    /// What is wrong at a byte of it.
    pub(super) fn fault(&self, at: usize, what: impl std::fmt::Display) -> Failure {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::new(format!("{}:{line}: {what}", self.path.display()))
    }

    /// Reads it as TOML.
    ///
    /// # Errors
    /// Where it is none.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'t>>, Failure> {
        DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.fault(at, error.message().trim_end().replace('\n', ", "))
                .with_help("docs/routing.md shows what such a file looks like")
        })
    }

    pub(super) fn root(&'t self, entries: &'t DeTable<'t>) -> Table<'t> {
        Table { source: self, name: "the file", at: 0, entries }
    }
}

impl<'t> Table<'t> {
    /// # Errors
    /// When it has a key that is none of these.
    pub(super) fn only(&self, keys: &[&str]) -> Result<(), Failure> {
        let unknown = self.entries.iter().map(|(key, _)| key);
        let mut unknown: Vec<_> = unknown.filter(|key| !keys.contains(&&**key.get_ref())).collect();
        unknown.sort_by_key(|key| key.span().start);
        let Some(key) = unknown.first() else { return Ok(()) };
        let name = key.get_ref();
        let what = format!("{} has no key `{name}`", self.name);
        let listed = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        let help = match closest(name, keys.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("its keys are {listed}"),
        };
        Err(self.source.fault(key.span().start, what).with_help(help))
    }

    pub(super) fn get(&self, name: &str) -> Option<Field<'t>> {
        let (key, value) = self.entries.iter().find(|(key, _)| key.get_ref() == name)?;
        Some(Field { source: self.source, name: key.get_ref(), value })
    }

    /// # Errors
    /// When it is not there.
    pub(super) fn need(&self, name: &str, example: &str) -> Result<Field<'t>, Failure> {
        let missing = || {
            let what = format!("{} lacks `{name}`", self.name);
            self.source.fault(self.at, what).with_help(format!("write `{name} = {example}`"))
        };
        self.get(name).ok_or_else(missing)
    }

    /// All of it, in the order in which it is written.
    pub(super) fn fields(&self) -> Vec<Field<'t>> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let field = |(key, value): (&'t Spanned<_>, &'t Spanned<DeValue<'t>>)| {
            let name: &'t std::borrow::Cow<'t, str> = key.get_ref();
            Field { source: self.source, name, value }
        };
        entries.into_iter().map(field).collect()
    }

    /// The tables of a list, `[[name]]`; none where it is not there.
    ///
    /// # Errors
    /// When it is something else.
    pub(super) fn list(&self, name: &str, called: &'t str) -> Result<Vec<Table<'t>>, Failure> {
        let Some(field) = self.get(name) else { return Ok(Vec::new()) };
        let wrong = || field.wrong("a list of tables", called);
        let items = field.value.get_ref().as_array().ok_or_else(wrong)?;
        let table = |item: &'t Spanned<DeValue<'t>>| {
            let entries = item.get_ref().as_table().ok_or_else(wrong)?;
            Ok(Table { source: self.source, name: called, at: item.span().start, entries })
        };
        items.iter().map(table).collect()
    }

    pub(super) fn fault(&self, what: impl std::fmt::Display) -> Failure {
        self.source.fault(self.at, what)
    }
}

impl<'t> Field<'t> {
    pub(super) fn fault(&self, what: impl std::fmt::Display) -> Failure {
        self.source.fault(self.value.span().start, what)
    }

    /// It is something else than it must be.
    pub(super) fn wrong(&self, must: &str, example: &str) -> Failure {
        let span = self.value.span();
        let written = self.source.text.get(span).unwrap_or_default();
        let here = match self.value.get_ref() {
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
            _ => format!("`{written}`"),
        };
        let what = format!("`{}` must be {must}; here is {here}", self.name);
        self.fault(what).with_help(format!("write something like `{example}`"))
    }

    pub(super) fn text(&self, example: &str) -> Result<&'t str, Failure> {
        let text = self.value.get_ref().as_str().filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| self.wrong("a text in quotes", example))
    }

    /// A number within a range.
    pub(super) fn number(&self, least: f64, most: f64, example: &str) -> Result<f64, Failure> {
        let written = match self.value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .map(|number| number as f64),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let number = written.filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.wrong(&format!("a number from {least} to {most}"), example))
    }

    /// A whole number within a range.
    pub(super) fn whole(&self, least: u32, most: u32, example: &str) -> Result<u32, Failure> {
        let must = format!("a whole number from {least} to {most}");
        let number = self.value.get_ref().as_integer();
        let number = number.and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.wrong(&must, example))
    }

    pub(super) fn date(&self, example: &str) -> Result<jiff::civil::Date, Failure> {
        let date = match self.value.get_ref() {
            DeValue::Datetime(at) if at.time.is_none() => at.to_string().parse().ok(),
            DeValue::String(text) => text.parse().ok(),
            _ => None,
        };
        date.ok_or_else(|| self.wrong("a date", example))
    }

    pub(super) fn as_table(&self, called: &'t str) -> Option<Table<'t>> {
        let entries = self.value.get_ref().as_table()?;
        Some(Table { source: self.source, name: called, at: self.value.span().start, entries })
    }

    /// The values of a list; one value alone is a list of it.
    pub(super) fn items(&self) -> Vec<Field<'t>> {
        let item = |value| Field { source: self.source, name: self.name, value };
        match self.value.get_ref().as_array() {
            Some(items) => items.iter().map(item).collect(),
            None => vec![*self],
        }
    }

    /// A length of time in ms, longer than none: `"8m"`.
    pub(super) fn time_ms(&self, example: &str) -> Result<i64, Failure> {
        let text = self.value.get_ref().as_str().unwrap_or_default();
        let time =
            crate::args::parse_time(text).ok().and_then(|t| i64::try_from(t.as_millis()).ok());
        let is_there = |ms: &i64| (1..=7 * DAY_MS).contains(ms);
        let must = "a time in quotes, at most 168h";
        time.filter(is_there).ok_or_else(|| self.wrong(must, example))
    }

    /// One of some names.
    pub(super) fn one_of(
        &self,
        what: &str,
        known: &[&str],
        example: &str,
    ) -> Result<usize, Failure> {
        let text = self.text(example)?;
        self.named(what, text, known)
    }

    /// The place of this field's own name among some.
    pub(super) fn own_name(&self, what: &str, known: &[&str]) -> Result<usize, Failure> {
        self.named(what, self.name, known)
    }

    /// Names with their shares: one name alone has all.
    pub(super) fn shares(&self, example: &str) -> Result<Vec<(&'t str, f64)>, Failure> {
        if let Some(name) = self.value.get_ref().as_str() {
            return Ok(vec![(name, 1.0)]);
        }
        let must = "a name in quotes, or a table of names and shares";
        let table = self.as_table("the table").ok_or_else(|| self.wrong(must, example))?;
        let share = |field: Field<'t>| {
            Ok((field.name, field.number(0.0, 1e9, &format!("{} = 0.5", field.name))?))
        };
        let shares: Vec<_> =
            table.fields().into_iter().map(share).collect::<Result<_, Failure>>()?;
        let total: f64 = shares.iter().map(|(_, share)| share).sum();
        if total <= 0.0 {
            return Err(self.wrong("shares of which one is more than 0", example));
        }
        Ok(shares)
    }

    /// The place of a name that stands here among some.
    pub(super) fn named(&self, what: &str, name: &str, known: &[&str]) -> Result<usize, Failure> {
        known.iter().position(|known| *known == name).ok_or_else(|| {
            let listed = known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
            let help = match (closest(name, known.iter().copied()), known.is_empty()) {
                (Some(meant), _) => format!("did you mean `{meant}`?"),
                (None, true) => format!("the project declares no {what}"),
                (None, false) if known.len() == 1 => format!("there is {listed}"),
                (None, false) => format!("there are {listed}"),
            };
            self.fault(format!("there is no {what} `{name}`")).with_help(help)
        })
    }
}

/// `08:00-12:00` in ms since midnight; the end may be `24:00`.
pub(super) fn span_ms(text: &str) -> Option<(i64, i64)> {
    let clock_ms = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        let fits = (0..=24).contains(&hour) && (0..60).contains(&minute);
        let at_ms = (hour * 60 + minute) * 60_000;
        (fits && at_ms <= DAY_MS).then_some(at_ms)
    };
    let (from, until) = text.split_once('-')?;
    let (from_ms, until_ms) = (clock_ms(from)?, clock_ms(until)?);
    (from_ms < until_ms).then_some((from_ms, until_ms))
}

#[cfg(test)]
mod tests {
    use super::span_ms;

    #[test]
    fn spans_are_hours_of_a_day() {
        let hour_ms = 3_600_000;
        for (text, span) in [
            ("08:00-12:30", Some((8 * hour_ms, 12 * hour_ms + hour_ms / 2))),
            ("0:00 - 24:00", Some((0, 24 * hour_ms))),
            ("12:00-08:00", None),
            ("08:00", None),
            ("08:60-09:00", None),
            ("20:00-24:01", None),
        ] {
            assert_eq!(span_ms(text), span, "{text}");
        }
    }
}
