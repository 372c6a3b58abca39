//! Literals to values. What is none gives nothing and a fault, so that nothing else is said of it.

use flowright_nlu::value::{Date, Decimal};

use super::{Fault, Lower, forms};
use crate::diag::Code;
use crate::syntax::ast::Spanned;
use crate::syntax::pest_bridge::{Node, Rule};

impl Lower<'_> {
    pub(super) fn number(&mut self, node: &Node) -> Option<Spanned<Decimal>> {
        let value = Decimal::parse(self.str(node));
        if value.is_none() {
            let message = format!("`{}` is not a number that fits", self.str(node));
            self.fault(node.span, message, "numbers go up to 9 223 372 036 854 with six decimals");
        }
        value.map(|value| Spanned { value, span: node.span })
    }

    /// The number child, for members such as `tries 3`.
    pub(super) fn own_number(&mut self, node: &Node) -> Option<Spanned<Decimal>> {
        node.child(Rule::number).and_then(|number| self.number(number))
    }

    /// A percentage as a share of one.
    pub(super) fn percent(&mut self, node: &Node) -> Option<Spanned<Decimal>> {
        let digits = self.str(node).trim_end_matches('%').to_owned();
        let share = Decimal::parse(&digits)
            .and_then(|percent| percent.checked_div(Decimal::from_int(100)?));
        if share.is_none() {
            let message = format!("`{digits}%` is not a percentage that fits");
            let help = "write a number with at most four decimals, as `12.5%`";
            self.fault(node.span, message, help);
        }
        share.map(|value| Spanned { value, span: node.span })
    }

    /// A duration in milliseconds.
    pub(super) fn duration(&mut self, node: &Node) -> Option<Spanned<i64>> {
        let text = self.str(node).to_owned();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (count, unit) = text.split_at(digits);
        let Some(unit_ms) = forms::unit_ms(unit) else {
            self.no_duration(node, &text, unit);
            return None;
        };
        let total = count.parse::<i64>().ok().and_then(|count| count.checked_mul(unit_ms));
        if total.is_none() {
            self.fault(node.span, format!("`{text}` is too long"), "write a shorter time span");
        }
        total.map(|value| Spanned { value, span: node.span })
    }

    /// The duration child.
    pub(super) fn own_duration(&mut self, node: &Node) -> Option<Spanned<i64>> {
        node.child(Rule::duration).and_then(|duration| self.duration(duration))
    }

    /// Reports digits with letters behind them.
    fn no_duration(&mut self, node: &Node, text: &str, unit: &str) {
        if let [_, ..] = forms::days(text).as_slice() {
            return self.no_day(node);
        }
        if let Some(meant) = forms::duration(text) {
            let message = format!("`{text}` is not how a time span is written");
            return self.instead(node, message, meant);
        }
        if let Some(meant) = forms::time(text) {
            let message = format!("`{text}` is not how a time of day is written");
            return self.instead(node, message, meant);
        }
        let message = match unit.starts_with(char::is_alphabetic) {
            true if unit.chars().all(char::is_alphabetic) => format!("there is no unit `{unit}`"),
            _ => format!("`{text}` is neither a number nor a time span"),
        };
        let help = "time spans are whole numbers with `ms`, `s`, `m`, `h`, `d` or `w`, as `30s`; \
                    other numbers have no unit, and no name begins with a digit";
        self.fault(node.span, message, help);
    }

    /// A time of day in seconds since midnight.
    pub(super) fn time(&mut self, node: &Node) -> Option<Spanned<u32>> {
        let text = self.str(node).to_owned();
        let (hours, minutes) = text.split_once(':').unwrap_or_default();
        let parts = hours.parse::<u32>().ok().zip(minutes.parse::<u32>().ok());
        let valid = parts.filter(|(h, m)| (*h < 24 && *m < 60) || (*h == 24 && *m == 0));
        if valid.is_none() {
            let message = format!("there is no time `{text}`");
            match forms::time(&text) {
                Some(meant) => self.instead(node, message, meant),
                None => {
                    let has_seconds = text.matches(':').count() > 1;
                    let help = match has_seconds {
                        true => "a time of day has hours and minutes, as `09:30`",
                        false => "hours go from 00 to 23, minutes from 00 to 59",
                    };
                    self.fault(node.span, message, help);
                }
            }
        }
        valid.map(|(h, m)| Spanned { value: h * 3600 + m * 60, span: node.span })
    }

    /// A calendar day.
    pub(super) fn date(&mut self, node: &Node) -> Option<Spanned<Date>> {
        let mut parts = self.str(node).split('-').map(str::parse::<i16>);
        let ymd = (parts.next(), parts.next(), parts.next());
        let date = match ymd {
            (Some(Ok(y)), Some(Ok(m)), Some(Ok(d))) => i8::try_from(m)
                .ok()
                .zip(i8::try_from(d).ok())
                .and_then(|(m, d)| Date::from_ymd(y, m, d)),
            _ => None,
        };
        if date.is_none() {
            self.no_day(node);
        }
        date.map(|value| Spanned { value, span: node.span })
    }

    fn no_day(&mut self, node: &Node) {
        let text = self.str(node);
        let message = format!("there is no day `{text}`");
        let help = match forms::days(text).as_slice() {
            [meant] => {
                let meant = meant.to_string();
                return self.instead(node, message, meant);
            }
            [one, other, ..] => format!("write year-month-day: `{one}` or `{other}`"),
            [] if text.contains('T') => {
                let day = text.split('T').next().unwrap_or(text);
                format!(
                    "a moment cannot be written out; compare its day, as `date_of(now) == {day}`"
                )
            }
            [] => "write year-month-day, as `2026-06-15`".to_owned(),
        };
        self.fault(node.span, message, help);
    }

    /// Reports a literal in another form than the language has for it.
    fn instead(&mut self, node: &Node, message: String, meant: String) {
        let help = format!("write `{meant}`");
        let fault = Fault::new(Code::E0108, node.span, message, help);
        self.faults.push(Fault { instead: Some(meant), ..fault });
    }
}
