//! Names of days and months as they are typed in haste: the common misspellings and short forms, one
//! by one. Nothing is guessed from likeness.

/// What is written, and what it is the name of.
const DAYS: &[(&str, &str)] = &[
    ("weds", "wed"),
    ("moday", "mon"),
    ("mondy", "mon"),
    ("monady", "mon"),
    ("munday", "mon"),
    ("teusday", "tue"),
    ("tuseday", "tue"),
    ("tuesdey", "tue"),
    ("tusday", "tue"),
    ("tueday", "tue"),
    ("wensday", "wed"),
    ("wednsday", "wed"),
    ("wendsday", "wed"),
    ("wednesdy", "wed"),
    ("wedensday", "wed"),
    ("wednessday", "wed"),
    ("thrusday", "thu"),
    ("thurday", "thu"),
    ("thursdy", "thu"),
    ("thirsday", "thu"),
    ("thurdsay", "thu"),
    ("firday", "fri"),
    ("fridy", "fri"),
    ("fryday", "fri"),
    ("saterday", "sat"),
    ("satuday", "sat"),
    ("saturaday", "sat"),
    ("satday", "sat"),
    ("sundy", "sun"),
    ("sonday", "sun"),
];

const MONTHS: &[(&str, &str)] = &[
    ("janurary", "jan"),
    ("januray", "jan"),
    ("janaury", "jan"),
    ("janury", "jan"),
    ("febuary", "feb"),
    ("feburary", "feb"),
    ("februrary", "feb"),
    ("febrary", "feb"),
    ("apirl", "apr"),
    ("aprl", "apr"),
    ("agust", "aug"),
    ("augest", "aug"),
    ("septmber", "sep"),
    ("setpember", "sep"),
    ("septemeber", "sep"),
    ("octuber", "oct"),
    ("ocotber", "oct"),
    ("otcober", "oct"),
    ("novemeber", "nov"),
    ("novmber", "nov"),
    ("decmber", "dec"),
    ("desember", "dec"),
    ("decemeber", "dec"),
];

const RELATIVE: &[(&str, &str)] = &[
    ("tmrw", "tomorrow"),
    ("tmr", "tomorrow"),
    ("tmw", "tomorrow"),
    ("2moro", "tomorrow"),
    ("2morrow", "tomorrow"),
    ("tommorow", "tomorrow"),
    ("tommorrow", "tomorrow"),
    ("tomorow", "tomorrow"),
    ("tomorrw", "tomorrow"),
    ("tomarrow", "tomorrow"),
    ("yesturday", "yesterday"),
    ("yesterdy", "yesterday"),
    ("yestarday", "yesterday"),
    ("todya", "today"),
    ("2day", "today"),
    ("tonite", "tonight"),
    ("2nite", "tonight"),
];

/// All that is written for days of the week, for months and for `tomorrow` and its like, as
/// alternatives of a pattern.
pub(super) fn days() -> String {
    alternatives(DAYS)
}

pub(super) fn months() -> String {
    alternatives(MONTHS)
}

pub(super) fn relative() -> String {
    alternatives(RELATIVE)
}

fn alternatives(table: &[(&str, &str)]) -> String {
    table.iter().map(|(written, _)| *written).collect::<Vec<_>>().join("|")
}

/// What a name stands for; itself, where it is none of these.
pub(super) fn meant(written: &str) -> &str {
    let known = DAYS.iter().chain(MONTHS).chain(RELATIVE).find(|(name, _)| *name == written);
    known.map_or(written, |(_, name)| name)
}
