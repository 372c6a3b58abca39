//! Words that look like a day and are none where they stand: `I sat down`, `5号楼`, `the 3rd time`.

use super::han::{NUMBERED, NUMBERING, TITLES};

/// Whoever sits.
const SITTERS: &[&str] = &[
    "i", "we", "he", "she", "they", "you", "it", "just", "who", "have", "has", "had", "been",
    "and", "that", "was",
];
const WHERE: &[&str] = &["down", "here", "there", "waiting", "in", "with", "around", "on", "nav"];
/// Who does what is spelt like a month: `we march second to none`.
const DOERS: &[&str] = &["we", "they", "you", "i", "to", "will", "he", "she", "it"];
/// What may stand before an ordinal that is a day of the month by itself.
const LEADS: &[&str] =
    &["on", "by", "until", "till", "before", "after", "to", "the", "twenty", "thirty"];
/// What follows a day of the month; anything else is what the number counts: `the 3rd parcel`.
const FOLLOWS: &[&str] = &[
    "please",
    "is",
    "at",
    "or",
    "and",
    "to",
    "not",
    "in",
    "if",
    "works",
    "would",
    "will",
    "instead",
    "but",
    "for",
    "then",
    "of",
    "from",
    "until",
    "till",
    "by",
    "before",
    "after",
    "because",
    "morning",
    "afternoon",
    "evening",
    "night",
    "noon",
    "thanks",
    "thank",
    "so",
    "as",
    "no",
    "yes",
    "i",
    "we",
    "you",
    "on",
    "should",
    "can",
    "could",
    "does",
    "doesn",
    "isn",
    "won",
    "was",
    "wasn",
    "rather",
    "between",
    "around",
    "about",
    "sounds",
    "suits",
    "fits",
    "only",
    "sorry",
    "wait",
    "actually",
    "did",
    "didn",
    "that",
    "this",
    "day",
    "may",
    "it",
    "the",
    "latest",
    "with",
];

/// What makes the name of a day or a month the name of a street.
const ROADS: &[&str] = &["road", "rd", "street", "avenue", "ave", "lane", "drive", "square"];

/// Whether `folded[start..end]`, which is spelt like a day, is none.
pub(super) fn is_no_day(folded: &str, start: usize, end: usize) -> bool {
    let (before, said) = folded.split_at_checked(start).unwrap_or((folded, ""));
    let (said, after) = said.split_at_checked(end - start).unwrap_or((said, ""));
    let (last, next) = (last_word(before), first_word(after));
    // A day of every week, or one that is over.
    if matches!(last, "every" | "each" | "since") || before.ends_with(['每', '逢']) {
        return true;
    }
    // `12 March Road`; `on Sunday drive carefully`
    if ROADS.contains(&next) && !(next == "drive" && said.ends_with("day")) {
        return true;
    }
    match said {
        "sat" => SITTERS.contains(&last) || WHERE.contains(&next),
        "sun" => matches!(last, "the" | "a" | "my") || next == "protection",
        "mon" => matches!(next, "ami" | "amour" | "dieu" | "cheri"),
        _ if said.starts_with("march ") && !said.contains(|c: char| c.is_ascii_digit()) => {
            DOERS.contains(&last)
        }
        _ if is_bare_ordinal(said) => !next.is_empty() && !FOLLOWS.contains(&next),
        _ if is_bare_number(said) => {
            after.trim_start().starts_with(|c| NUMBERED.contains(c))
                || NUMBERING.iter().any(|word| before.trim_end().ends_with(word))
        }
        _ if said.starts_with('周') => {
            let name = after.char_indices().map(|(i, _)| i).take(3);
            let titled = |i: usize| {
                let rest = after.get(i..).unwrap_or("");
                TITLES.iter().any(|title| rest.starts_with(title))
            };
            name.skip(1).any(titled)
        }
        _ => false,
    }
}

/// `the 3rd`, `the twentieth`
fn is_bare_ordinal(said: &str) -> bool {
    let mut words = said.rsplit(' ');
    let last = words.next().unwrap_or("");
    let ends = ["st", "nd", "rd", "th"].iter().any(|ending| last.ends_with(ending));
    ends && words.all(|word| LEADS.contains(&word))
}

/// `5号`
fn is_bare_number(said: &str) -> bool {
    said.ends_with(['号', '日'])
        && !said.contains(['年', '月', '周', '期', '拜'])
        && !said.starts_with(['今', '明', '昨'])
}

fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches(' ');
    text.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("")
}

/// The word that follows, unless a sign stands before it.
fn first_word(text: &str) -> &str {
    let text = text.trim_start_matches(' ');
    text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("")
}
