//! Times of day in English: `half past seven in the evening`, `9.30am`, `ten to six`, `tonight at 8`.

use regex::Captures;

use super::{Rule, about, clock, numbers};

const HOUR: &str =
    r"(?P<hour>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)";
/// The part of the day before the time: `tomorrow evening at`.
const BEFORE: &str =
    r"(?:(?P<before>morning|afternoon|evening|night|tonight),?\s+(?:at|by|around|about)\s+)";
/// The half or part of the day behind it.
const BEHIND: &str = r"(?:\s*(?P<half>[ap])\.?\s?m\.?|\s+(?:in the (?P<part>morning|afternoon|evening)|at (?P<night>night)))";
const MINUTES: &str = r"(?P<minutes>\d{1,2}|five|ten|twenty|twenty[- ]five)";
/// What is counted behind two numbers: `five to ten days` is no time.
const COUNTED: &str = r"(?:\s+(?P<counted>minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|business|working|people|boxes|items|pieces|orders|dollars|euros|pounds|percent|times))?";

pub(super) fn rules() -> Vec<Rule> {
    vec![
        (format!(r"{BEFORE}?{HOUR}(?:[:.](?P<minute>\d{{2}}))?{BEHIND}"), plain),
        (format!(r"{BEFORE}{HOUR}(?:[:.](?P<minute>\d{{2}}))?"), plain),
        (
            format!(
                r"{BEFORE}?{HOUR} (?P<spoken>fifteen|thirty|forty[- ]five|twenty(?:[- ]five)?|ten|forty|fifty){BEHIND}"
            ),
            |c| clock(hour(c)?, number(c, "spoken")?),
        ),
        (format!(r"{BEFORE}?half past {HOUR}{BEHIND}?"), |c| clock(hour(c)?, 30)),
        (format!(r"{BEFORE}?(?:a )?quarter (?P<way>past|to) {HOUR}{BEHIND}?"), |c| near(c, 15)),
        (
            format!(
                r"(?:(?P<range>from|between)\s+)?{BEFORE}?{MINUTES}(?: minutes)? (?P<way>past|to) {HOUR}{BEHIND}?{COUNTED}"
            ),
            |c| {
                let minutes = number(c, "minutes")?;
                let is_range = c.name("range").or(c.name("counted")).is_some();
                // `7 to 9` is from seven to nine, and `5 to 6` may be.
                let said = c.name("minutes")?.as_str();
                let digits = said.starts_with(|c: char| c.is_ascii_digit());
                let may_be =
                    digits && c.name("way")?.as_str() == "to" && minutes < number(c, "hour")?;
                (!is_range && !may_be && minutes % 5 == 0).then_some(())?;
                near(c, i64::from(minutes))
            },
        ),
        (format!(r"{BEFORE}?{HOUR}\s?o\s?['’]?\s?clock{BEHIND}?"), |c| clock(hour(c)?, 0)),
        ("(?:12 )?(?:noon|midday)".to_owned(), |_| clock(12, 0)),
        ("(?:12 )?midnight".to_owned(), |_| clock(0, 0)),
    ]
}

fn plain(c: &Captures<'_>) -> Option<u32> {
    let minute = if c.name("minute").is_some() { number(c, "minute")? } else { 0 };
    clock(hour(c)?, minute)
}

/// So many minutes past or to the hour.
fn near(c: &Captures<'_>, minutes: i64) -> Option<u32> {
    let hour = hour(c)?;
    let way = if c.name("way")?.as_str() == "past" { minutes } else { -minutes };
    // A quarter to one is 12:45, when nothing says that it is night.
    let noon = hour == 1 && way < 0 && part(c).is_none();
    about(if noon { 13 } else { hour }, way)
}

fn number(c: &Captures<'_>, name: &str) -> Option<u32> {
    u32::try_from(numbers::whole(c.name(name)?.as_str())?).ok()
}

/// The part of the day that is said, before or behind.
fn part<'c>(c: &'c Captures<'_>) -> Option<&'c str> {
    let said = c.name("half").or(c.name("part")).or(c.name("night")).or(c.name("before"));
    said.map(|said| said.as_str())
}

/// The hour of the day.
fn hour(c: &Captures<'_>) -> Option<u32> {
    let hour = number(c, "hour")?;
    let afternoon = |hour: u32| if hour < 12 { hour + 12 } else { hour };
    match part(c) {
        None => Some(hour),
        Some("a" | "p") => super::twelve(hour, part(c)?),
        // `tonight at 20`
        Some("evening" | "night" | "tonight" | "afternoon") if hour > 12 => Some(hour),
        Some("morning") => (1..12).contains(&hour).then_some(hour),
        Some("afternoon") => (hour > 0).then_some(afternoon(hour)),
        Some("evening") => (4..12).contains(&hour).then_some(afternoon(hour)),
        // Twelve at night begins the next day, three at night is before morning.
        Some("night") => Some(match hour {
            12 => 0,
            0..5 => hour,
            _ => afternoon(hour),
        }),
        Some(_) => (5..12).contains(&hour).then_some(afternoon(hour)),
    }
}
