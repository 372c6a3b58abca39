//! `--deny`, `--warn` and `--allow`: which findings count, and as what. The narrower selector
//! decides: a code before a group before `warnings`.

use flowright_compiler::diag::{Code, Diagnostic, Severity, closest};

use super::args::CheckArgs;
use crate::failure::Failure;

/// What becomes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Deny,
    Warn,
    Allow,
}

impl Level {
    const fn option(self) -> &'static str {
        match self {
            Self::Deny => "--deny",
            Self::Warn => "--warn",
            Self::Allow => "--allow",
        }
    }
}

/// Codes that an option names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Selector {
    Warnings,
    /// `W06`
    Group(String),
    One(Code),
}

impl Selector {
    fn takes(&self, code: Code) -> bool {
        match self {
            Self::Warnings => code.severity() == Severity::Warning,
            Self::Group(group) => code.as_str().starts_with(group),
            Self::One(one) => *one == code,
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Warnings => 0,
            Self::Group(_) => 1,
            Self::One(_) => 2,
        }
    }
}

/// What the command line says of codes.
#[derive(Debug, Default)]
pub(crate) struct Levels {
    rules: Vec<(Selector, Level)>,
}

impl Levels {
    /// # Errors
    /// A code that there is not, that may not be allowed, or with two levels.
    pub(crate) fn new(args: &CheckArgs) -> Result<Self, Failure> {
        let mut levels = Self::default();
        let options =
            [(&args.deny, Level::Deny), (&args.warn, Level::Warn), (&args.allow, Level::Allow)];
        for (texts, level) in options {
            for text in texts {
                levels.add(text, level)?;
            }
        }
        Ok(levels)
    }

    fn add(&mut self, text: &str, level: Level) -> Result<(), Failure> {
        let selector = parse(text, level)?;
        if level != Level::Deny {
            let all = Code::ALL.iter().filter(|code| selector.takes(**code));
            if let Some(code) = all.copied().find(|code| is_always_error(*code)) {
                let message = format!("`{} {text}`: `{code}` is always an error", level.option());
                return Err(Failure::new(message).with_help("mend what it finds"));
            }
        }
        let twice = self.rules.iter().find(|(known, other)| *known == selector && *other != level);
        if let Some((_, other)) = twice {
            let (one, other) = (other.option(), level.option());
            return Err(Failure::new(format!("`{text}` is given to {one} and to {other}")));
        }
        self.rules.push((selector, level));
        Ok(())
    }

    /// What a finding becomes, where an option says so.
    pub(crate) fn of(&self, finding: &Diagnostic) -> Option<Level> {
        let fitting = self.rules.iter().filter(|(selector, _)| selector.takes(finding.code));
        fitting.max_by_key(|(selector, _)| selector.rank()).map(|(_, level)| *level)
    }
}

/// Whether nothing can make it less than an error.
fn is_always_error(code: Code) -> bool {
    code.severity() == Severity::Error && !code.can_be_allowed()
}

fn parse(text: &str, level: Level) -> Result<Selector, Failure> {
    let upper = text.to_ascii_uppercase();
    if text.eq_ignore_ascii_case("warnings") {
        return Ok(Selector::Warnings);
    }
    if let Some(code) = Code::parse(text) {
        return Ok(Selector::One(code));
    }
    if upper.len() == 3 && Code::ALL.iter().any(|code| code.as_str().starts_with(&upper)) {
        return Ok(Selector::Group(upper));
    }
    let failure = Failure::new(format!("`{} {text}`: there is no such code", level.option()));
    let slug = Code::ALL.iter().find(|code| code.slug() == text).map(|code| code.as_str());
    let known = || Code::ALL.iter().map(|code| code.as_str()).chain(["warnings"]);
    let alike = known().filter(|code| upper.starts_with(code.get(..1).unwrap_or_default()));
    let meant = slug.or_else(|| closest(text, alike)).or_else(|| closest(text, known()));
    Err(match meant {
        Some(meant) => failure.with_help(format!("did you mean `{meant}`?")),
        None => failure.with_help("give a code, a group such as `W06`, or `warnings`"),
    })
}
