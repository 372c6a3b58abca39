//! Names that types have in other languages.

use super::cx::Checker;
use crate::diag::{Code, closest};
use crate::syntax::ast::Name;

/// What a type is called elsewhere, in small letters, and here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["string", "str", "char", "varchar"], "text"),
    (&["int", "integer", "long", "float", "double", "decimal", "numeric"], "number"),
    (&["boolean", "yesno"], "bool"),
    (&["currency", "amount", "price"], "money"),
    (&["timestamp", "instant"], "datetime"),
    (&["day"], "date"),
    (&["timespan", "interval", "period"], "duration"),
    (&["tel", "telephone", "mobile"], "phone"),
    (&["uri", "href"], "url"),
];

/// Types that are made of others.
const MADE: &[(&[&str], &str)] = &[
    (&["enum", "choice", "options"], "a closed set is written `one_of { a, b }`"),
    (&["array", "list", "set"], "a list is written with what is in it: `list of text`"),
    (
        &["object", "record", "struct", "map", "dict", "json"],
        "what an action returns is written with its fields: `{ due: date, note: text }`",
    ),
];

impl Checker<'_> {
    /// Reports a type that there is not, where it is one of another language; says whether it is.
    pub(super) fn is_foreign(&mut self, name: &Name) -> bool {
        let folded = name.text.to_lowercase();
        let of = |(names, meant): &(&'static [&'static str], &'static str)| {
            names.contains(&folded.as_str()).then_some(*meant)
        };
        let (meant, made) = (ELSEWHERE.iter().find_map(of), MADE.iter().find_map(of));
        if meant.or(made).is_none() || closest(&name.text, self.symbols.entities.names()).is_some()
        {
            return false;
        }
        let message = format!("there is no type `{}`", name.text);
        let finding = self.finding(Code::E0205, name.span, message).label("no such type");
        let finding = match meant {
            Some(meant) => finding.help(format!("here it is called `{meant}`")).fix(
                format!("replace `{}` by `{meant}`", name.text),
                self.at(name.span),
                meant,
            ),
            None => finding.help(made.unwrap_or_default()),
        };
        self.report(finding);
        true
    }
}
