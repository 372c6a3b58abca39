//! The options of `flowright check`.

use std::path::PathBuf;

use clap::ValueEnum;

/// Form of a check's findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people: the source with carets, and what to do
    #[default]
    Human,
    /// One line a finding, for editors and grep
    Short,
    /// For programs; docs/schemas/diagnostics.schema.json is its form
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// Code quality report of GitLab
    Gitlab,
    /// JUnit XML, for CI
    Junit,
}

impl CheckFormat {
    /// Whether people read it.
    pub(crate) const fn is_for_people(self) -> bool {
        matches!(self, Self::Human | Self::Short)
    }
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "CODE is a code (W0403), a group of codes (W04) or `warnings`; the narrower \
                        one decides.\n\
                        Exit codes: 0 nothing is wrong, 1 errors or denied findings (with --diff: \
                        fixes to make), 2 could not run.\n\
                        More: docs/checking.md, and `flowright explain CODE`"
)]
pub(crate) struct CheckArgs {
    /// Project folder, or one `.flow` file
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Form of the findings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: CheckFormat,
    /// Write the findings into this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Treat these findings as errors; may be given more than once
    #[arg(long, value_name = "CODE")]
    pub(crate) deny: Vec<String>,
    /// Leave these findings warnings where a wider --deny or --allow says otherwise
    #[arg(long, value_name = "CODE")]
    pub(crate) warn: Vec<String>,
    /// Do not count these findings
    #[arg(long, value_name = "CODE")]
    pub(crate) allow: Vec<String>,
    /// Also list the findings that do not count, with the reasons
    #[arg(long)]
    pub(crate) allowed: bool,
    /// Do not count the findings that this file holds
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the findings of now into a baseline file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "fix", "watch"])]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Mend what can be mended mechanically, then check again
    #[arg(long)]
    pub(crate) fix: bool,
    /// With --fix: print what would change, and change nothing
    #[arg(long, requires = "fix", conflicts_with = "watch")]
    pub(crate) diff: bool,
    /// List every `reveal` instead: where, what, of which labels, to whom and why
    #[arg(long, conflicts_with_all = ["fix", "watch"])]
    pub(crate) reveals: bool,
    /// Append a `test` block to this file for each property that does not hold
    #[arg(long, value_name = "FILE", conflicts_with = "watch")]
    pub(crate) write_test: Option<PathBuf>,
    /// Check again whenever a file changes, until Ctrl-C or the end of standard input
    #[arg(long)]
    pub(crate) watch: bool,
}
