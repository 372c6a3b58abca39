//! Characters that no token begins with: punctuation of other keyboards and of other languages,
//! with what was meant where that is sure.

use super::explain::at;
use super::sums;
use super::token::{Token, TokenKind};
use crate::base::Span;
use crate::diag::{Code, Diagnostic, Edit, Fix};

/// A finding for each, neighbours that belong together as one. What stands in `texts`, which are not
/// closed, would be text if they were.
pub(super) fn unknown_findings(text: &str, code: &[Token], texts: &[Span]) -> Vec<Diagnostic> {
    let mut places: Vec<Span> = Vec::new();
    let mut texts = texts.iter().peekable();
    for token in code.iter().filter(|token| token.kind == TokenKind::Unknown) {
        while texts.next_if(|text| text.end < token.span.start).is_some() {}
        if texts.peek().is_some_and(|text| text.start <= token.span.start) {
            continue;
        }
        let found = text.get(token.span.range()).unwrap_or("");
        match places.last_mut() {
            Some(last)
                if last.end == token.span.start
                    && matches!(found, "&" | "|")
                    && text.get(last.range()) == Some(found) =>
            {
                *last = last.cover(token.span);
            }
            _ => places.push(token.span),
        }
    }
    let quoted = quoted_texts(text, &places);
    let found = places.iter().filter_map(|place| in_its_text(text, *place, &quoted));
    let sums = found.map(|found| in_a_sum(text, code, found));
    sums.collect()
}

/// The finding for a place, where there is one. In a text in wrong quotes only its first quote has
/// one: what stands inside is text once the quotes are right.
fn in_its_text(text: &str, place: Span, quoted: &[(Span, Span)]) -> Option<Diagnostic> {
    let around =
        |(open, close): &&(Span, Span)| open.start <= place.start && place.end <= close.end;
    let mut found = unknown_finding(text, place);
    match quoted.iter().find(around) {
        None => {}
        Some((open, close)) if place == *open => {
            let edit = |span| Edit { at: at(span), text: "\"".to_owned() };
            let title = "replace both quotes by `\"`".to_owned();
            found = found.related(at(*close), "and here");
            found.fixes = vec![Fix { title, edits: vec![edit(*open), edit(*close)] }];
        }
        Some(_) => return None,
    }
    Some(found)
}

/// Pairs of quotes of other kinds, both on one line.
fn quoted_texts(text: &str, places: &[Span]) -> Vec<(Span, Span)> {
    let word = |span: &Span| text.get(span.range()).unwrap_or("");
    let is_quote = |span: &&Span| is_single(word(span)) || meant(word(span)) == Some("\"");
    let quotes: Vec<Span> = places.iter().filter(is_quote).copied().collect();
    let mut pairs = Vec::new();
    let same_line = |a: &Span, b: &Span| {
        text.get(a.end as usize..b.start as usize).is_some_and(|between| !between.contains('\n'))
    };
    for line in quotes.chunk_by(same_line) {
        // A third single quote may be an apostrophe.
        let single = line.iter().any(|span| is_single(word(span)));
        if single && line.len() != 2 {
            continue;
        }
        let both = line.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
        pairs.extend(both);
    }
    pairs
}

/// What is said of the sign of a currency, or of a sign before a name.
fn in_a_sum(text: &str, code: &[Token], found: Diagnostic) -> Diagnostic {
    let place = found.primary.at.span;
    let sign = text.get(place.range()).unwrap_or("");
    let here = code.partition_point(|token| token.span.start < place.start);
    let neighbour = |at: Option<usize>| at.and_then(|at| code.get(at));
    let (before, after) = (neighbour(here.checked_sub(1)), neighbour(Some(here + 1)));
    let touches = |token: &&Token| token.span.end == place.start || token.span.start == place.end;
    let word = |token: &Token| text.get(token.span.range()).unwrap_or("");
    let known = sums::of_sign(sign);
    let number = |token: &&Token| sums::is_number(word(token));
    if let Some(number) = before.filter(|_| matches!(sign, "%" | "\u{ff05}")).filter(number) {
        let meant = format!("{}%", word(number));
        return Diagnostic { help: Vec::new(), fixes: Vec::new(), ..found }
            .label("stands right behind its number")
            .help(format!("write `{meant}`"))
            .fix(format!("write `{meant}`"), at(number.span.cover(place)), meant);
    }
    let Some(codes) = known else { return found };
    let amount = after.filter(number).or_else(|| before.filter(touches).filter(number));
    match amount {
        Some(amount) => {
            let meant = |code: &str| format!("{code} {}", word(amount));
            let found = Diagnostic { help: Vec::new(), ..found }.label("amounts begin with a code");
            let whole = amount.span.cover(place);
            match codes {
                [code] => found.help(format!("write `{}`", meant(code))).fix(
                    format!("write `{}`", meant(code)),
                    at(whole),
                    meant(code),
                ),
                _ => {
                    let all: Vec<String> =
                        codes.iter().map(|code| format!("`{}`", meant(code))).collect();
                    found.help(format!("write {}", all.join(" or ")))
                }
            }
        }
        None if sign == "$" && after.is_some_and(|t| t.kind == TokenKind::Word && touches(&t)) => {
            Diagnostic { help: Vec::new(), ..found }
                .label("names stand alone")
                .help("remove it")
                .fix("remove `$`", at(place), "")
        }
        None => found,
    }
}

fn is_single(found: &str) -> bool {
    matches!(found, "'" | "\u{2018}" | "\u{2019}")
}

fn unknown_finding(text: &str, span: Span) -> Diagnostic {
    let found = text.get(span.range()).unwrap_or("");
    let message = format!("`{found}` has no meaning here");
    let finding = Diagnostic::new(Code::E0102, at(span), message);
    if matches!(found, ";" | "\u{ff1b}") {
        return finding.label("lines need no end").help("remove it").fix(
            format!("remove `{found}`"),
            at(span),
            "",
        );
    }
    if is_single(found) {
        return finding.label("texts stand in double quotes").help("write `\"`");
    }
    if let Some(word) = operator(found) {
        let after = text.get(span.end as usize..).unwrap_or("");
        let blank = if after.starts_with(char::is_whitespace) { "" } else { " " };
        return finding
            .label("conditions are written in words")
            .help(format!("write `{word}`"))
            .fix(format!("replace `{found}` by `{word}`"), at(span), format!("{word}{blank}"));
    }
    match meant(found) {
        Some(ascii) => finding
            .label("a full-width or typographic character")
            .help(format!("write `{ascii}`"))
            .fix(format!("replace `{found}` by `{ascii}`"), at(span), ascii),
        None => finding.label("not part of the language").help("remove it, or put it in quotes"),
    }
}

/// The word for an operator of programming languages.
fn operator(found: &str) -> Option<&'static str> {
    Some(match found {
        "&&" => "and",
        "||" => "or",
        "!" | "\u{ff01}" => "not",
        _ => return None,
    })
}

/// What somebody meant who typed punctuation with a Chinese input method or pasted it.
fn meant(found: &str) -> Option<&'static str> {
    Some(match found {
        "\u{ff1a}" => ":",
        "\u{ff0c}" | "\u{3001}" => ",",
        "\u{3002}" => ".",
        "\u{ff08}" => "(",
        "\u{ff09}" => ")",
        "\u{ff5b}" => "{",
        "\u{ff5d}" => "}",
        "\u{3010}" | "\u{ff3b}" => "[",
        "\u{3011}" | "\u{ff3d}" => "]",
        "\u{201c}" | "\u{201d}" | "\u{300c}" | "\u{300d}" | "\u{201e}" => "\"",
        "\u{2192}" | "\u{21d2}" => "->",
        "\u{ff1d}" => "=",
        "\u{ff1e}" => ">",
        "\u{ff1c}" => "<",
        "\u{2265}" => ">=",
        "\u{2264}" => "<=",
        "\u{2260}" => "!=",
        _ => return None,
    })
}
