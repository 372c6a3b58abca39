//! What can be asked of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::accounts::args::AccountsCommand;
use crate::commands::check::args::CheckArgs;
use crate::commands::nlu::args::NluCommand;
use crate::commands::route::args::RouteCommand;

/// Compile, test and serve customer-service conversations.
#[derive(Debug, Parser)]
#[command(name = "flowright", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 fine, 1 findings or failed tests, 2 could not run.\n\
                        Begin with: flowright new my_bot && flowright chat my_bot")]
pub(crate) struct Args {
    /// When to colour output
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new project with a flow, tests and a configuration
    New(NewArgs),
    /// Check a project and print what is wrong with it
    Check(CheckArgs),
    /// Format `.flow` files in the one style there is
    Fmt(FmtArgs),
    /// Compile a project into one bundle file
    Build(BuildArgs),
    /// Draw the state graphs of a project's flows
    Graph(GraphArgs),
    /// Run a project's `test` blocks
    Test(TestArgs),
    /// Let made-up customers talk to a project, and look for what may never happen
    Fuzz(FuzzArgs),
    /// Compare two versions: what becomes of conversations under way
    Diff(DiffArgs),
    /// Look into the intent model: how good it is, and why it takes a text for what it does
    #[command(subcommand)]
    Nlu(NluCommand),
    /// Look into routing: who would take a conversation and why, how a whole day would go
    #[command(subcommand)]
    Route(RouteCommand),
    /// Talk to a project in the terminal
    Chat(ChatArgs),
    /// Speak the Debug Adapter Protocol with an editor, over standard input and output
    Dap,
    /// Serve a project or bundle over HTTP
    Serve(ServeArgs),
    /// Copy a store, also while a server runs on it, and verify the copy
    Backup(BackupArgs),
    /// Verify a backup, and put it in the place of the store
    Restore(RestoreArgs),
    /// Say what is wrong with a project where it runs: configuration, address, store, disk
    Doctor(DoctorArgs),
    /// Check, list and search the articles of a bot
    #[command(subcommand)]
    Knowledge(crate::commands::knowledge::KnowledgeCommand),
    /// Show each channel of a bot: its address, its last message, and what it lacks
    Channels(ChannelsArgs),
    /// Say who may sign in at the desk of a server that runs
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Serve an editor: the language server, over standard input and output
    Lsp,
    /// Explain a diagnostic code, with an example and its mending
    Explain(ExplainArgs),
    /// Print a completion script for a shell
    Completions(crate::commands::completions::CompletionsArgs),
}

/// Form of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

#[derive(Debug, clap::Args)]
pub(crate) struct NewArgs {
    /// Folder to make; its last part becomes the bot's name
    pub(crate) path: PathBuf,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Comments, texts and blank lines between parts are kept; only blank space \
                        changes. A declaration with a syntax error is left as it is.\n\
                        Exit codes: 0 fine, 1 something would change, has an error or was left, \
                        2 could not run.")]
pub(crate) struct FmtArgs {
    /// Project folders and `.flow` files, or `-` for standard input; without any, standard input
    /// where something is piped into it, else this folder
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change
    #[arg(long)]
    pub(crate) check: bool,
    /// Write nothing; print what would change as a unified diff
    #[arg(long)]
    pub(crate) diff: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct BuildArgs {
    /// Project folder
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// File to write; without it the bot's name with `.flowb`, in the project folder
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Form of the findings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Form of a graph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A picture
    #[default]
    Svg,
    /// Mermaid, for Markdown pages
    Mermaid,
    /// Graphviz
    Dot,
    /// For programs
    Json,
}

#[derive(Debug, clap::Args)]
pub(crate) struct GraphArgs {
    /// Project folder
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Only this flow; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) flow: Vec<String>,
    /// Form of the graph
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: GraphFormat,
    /// File to write instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Form of test results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
    /// JUnit XML, for CI
    Junit,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TestArgs {
    /// Project folder or bundle
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Only tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,
    /// Form of the results
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TestFormat,
    /// Also write the results as JUnit XML into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Show which states and transitions no test entered
    #[arg(long)]
    pub(crate) coverage: bool,
    /// Run in the interpreter instead of machine code
    #[arg(long)]
    pub(crate) no_jit: bool,
    /// Print every conversation, not only those that failed
    #[arg(long)]
    pub(crate) transcripts: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct FuzzArgs {
    /// Project folder, or one `.flow` file
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Where the conversations begin: the same seed and runs give the same ones
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Conversations to play
    #[arg(long, value_name = "N", conflicts_with = "time", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) runs: Option<u64>,
    /// How long to play, such as 30s, 5m or 1h; without --runs 10s
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) time: Option<Duration>,
    /// Only what leads to this flow
    #[arg(long, value_name = "FLOW")]
    pub(crate) filter: Option<String>,
    /// Add a failing test for each failure to this `.flow` file
    #[arg(long, value_name = "FILE")]
    pub(crate) write_test: Option<PathBuf>,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Run in the interpreter only, instead of machine code compared with it
    #[arg(long)]
    pub(crate) no_jit: bool,
}

/// `30s`, `5m`, `1h`, `500ms`; a bare number is seconds.
pub(crate) fn parse_time(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    let found = units.iter().find_map(|(unit, ms)| Some((text.strip_suffix(unit)?, ms)));
    let (number, ms) = found.unwrap_or((text, &1_000));
    let number: u64 = number.parse().map_err(|_| "write a time such as 30s or 5m".to_owned())?;
    number.checked_mul(*ms).map(Duration::from_millis).ok_or("that is too long".to_owned())
}

#[derive(Debug, clap::Args)]
pub(crate) struct DiffArgs {
    /// Project folder or bundle that conversations began with
    pub(crate) old: PathBuf,
    /// Project folder or bundle that is to take them over
    pub(crate) new: PathBuf,
    /// Form of the changes
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ChatArgs {
    /// Project folder or bundle
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Customer to be: the id of one under `[[demo.customers]]`, or a profile as JSON
    #[arg(long, value_name = "ID|JSON")]
    pub(crate) customer: Option<String>,
    /// Language to begin with
    #[arg(long, value_name = "CODE")]
    pub(crate) language: Option<String>,
    /// Channel on which the customer has an address, too: `say on CHANNEL` reaches her there
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) reachable: Vec<String>,
    /// Show what was understood, and states and calls as they happen
    #[arg(long)]
    pub(crate) trace: bool,
    /// Run in the interpreter instead of machine code
    #[arg(long)]
    pub(crate) no_jit: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Project folder or bundle
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Address and port, instead of `[serve] listen`
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Address and port for gRPC alone, instead of `[grpc] listen`
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) grpc_listen: Option<SocketAddr>,
    /// SQLite file, instead of `[store] path`
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// Configuration, instead of flowright.toml in the project folder or beside the bundle
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Acknowledge before the disk has it: fast, and a power cut loses the last moments
    #[arg(long)]
    pub(crate) not_durable: bool,
    /// Compile when a source changes, and serve the new version without a restart
    #[arg(long)]
    pub(crate) watch: bool,
    /// Let `flowright dap` follow conversations; on loopback only, for development
    #[arg(long)]
    pub(crate) debug: bool,
    /// Run in the interpreter instead of machine code
    #[arg(long)]
    pub(crate) no_jit: bool,
    /// What to log: error, warn, info, debug
    #[arg(long, env = "FLOWRIGHT_LOG", default_value = "info", value_name = "LEVEL")]
    pub(crate) log: String,
    /// Form of the log
    #[arg(long, value_enum, default_value_t)]
    pub(crate) log_format: Format,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 the copy is made and verified, 1 the store is damaged and no \
                        copy was made, 2 could not run."
)]
pub(crate) struct BackupArgs {
    /// Project folder or bundle whose store it is
    #[arg(default_value = ".")]
    pub(crate) project: PathBuf,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
    /// Configuration, instead of flowright.toml beside the project
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// SQLite file, instead of `[store] path`
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The store that was there stays beside it, with the date behind its name.\n\
                        Exit codes: 0 fine, 1 the backup is damaged and nothing was changed, \
                        2 could not run."
)]
pub(crate) struct RestoreArgs {
    /// A file that `flowright backup` wrote
    pub(crate) file: PathBuf,
    /// Project folder or bundle whose store it is
    #[arg(default_value = ".")]
    pub(crate) project: PathBuf,
    /// Configuration, instead of flowright.toml beside the project
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// SQLite file, instead of `[store] path`
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// Change nothing; verify the backup and say what it holds
    #[arg(long)]
    pub(crate) verify: bool,
}

/// A project where it runs, looked at from outside.
#[derive(Debug, clap::Args)]
pub(crate) struct LookArgs {
    /// Project folder or bundle
    #[arg(default_value = ".")]
    pub(crate) project: PathBuf,
    /// Configuration, instead of flowright.toml beside the project
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// SQLite file, instead of `[store] path`
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// Form of what is said
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 nothing is a fault, 1 something is, 2 could not run.")]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) look: LookArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 nothing is missing, 1 something is, 2 could not run.")]
pub(crate) struct ChannelsArgs {
    #[command(flatten)]
    pub(crate) look: LookArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The code, such as E0201; without it, all codes are listed
    pub(crate) code: Option<String>,
}
