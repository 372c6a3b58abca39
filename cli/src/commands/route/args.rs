//! What can be asked of `flowright route`.

use std::path::PathBuf;

use clap::Subcommand;

/// What of routing.
#[derive(Debug, Subcommand)]
pub(crate) enum RouteCommand {
    /// Show which rules take a conversation, which do not and why; and who would have it
    Explain(ExplainArgs),
    /// Play a day of declared arrivals and agents: waits, how full everybody is, how fair it is
    Simulate(SimulateArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// Project folder or bundle
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// What the conversation is about; without it, about nothing that is known
    #[arg(long, value_name = "NAME")]
    pub(crate) intent: Option<String>,
    /// A field of the customer's profile, such as tier=gold or "contract=CNY 500000"
    #[arg(long, value_name = "FIELD=VALUE")]
    pub(crate) customer: Vec<String>,
    /// A slot of the session, such as impact=down
    #[arg(long, value_name = "SLOT=VALUE")]
    pub(crate) slot: Vec<String>,
    /// Where the customer writes; without it, the project's first channel
    #[arg(long, value_name = "NAME")]
    pub(crate) channel: Option<String>,
    /// How she feels, from -1 to 1; without it, she has written nothing yet
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) sentiment: Option<f64>,
    /// When, in the bot's timezone, such as 2026-06-15T09:30; without it, now
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::civil::DateTime>,
    /// How long she has waited for an agent, such as 10m
    #[arg(long, value_name = "TIME", value_parser = crate::args::parse_time)]
    pub(crate) waited: Option<std::time::Duration>,
    /// Agents, as a day's file declares them: who would have it, and why not the others
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) agents: Option<PathBuf>,
    /// Print it for programs
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "docs/routing.md says what a day's file holds and what the figures mean.")]
pub(crate) struct SimulateArgs {
    /// Project folder or bundle
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// What comes on the day and who works
    #[arg(long, value_name = "DAY.toml")]
    pub(crate) day: PathBuf,
    /// Another seed than the file's: other conversations at the same rates
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How conversations and agents come together: smooth, round-robin, longest-idle; without it
    /// smooth, beside the others
    #[arg(long, value_name = "NAME", value_parser = parse_policy)]
    pub(crate) policy: Option<flowright_routing::Policy>,
    /// Draw the day into this SVG file
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Print the report for programs
    #[arg(long)]
    pub(crate) json: bool,
}

fn parse_policy(text: &str) -> Result<flowright_routing::Policy, String> {
    let known = flowright_routing::Policy::ALL;
    let found = known.iter().find(|(_, name)| *name == text);
    found.map(|(policy, _)| *policy).ok_or_else(|| {
        let names = known.iter().map(|(_, name)| *name);
        match flowright_compiler::diag::closest(text, names.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write one of {}", names.collect::<Vec<_>>().join(", ")),
        }
    })
}
