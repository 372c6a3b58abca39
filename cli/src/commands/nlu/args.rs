//! What can be asked of `flowright nlu`.

use std::path::PathBuf;

use clap::Subcommand;

use crate::args::Format;

/// What of the intent model.
#[derive(Debug, Subcommand)]
pub(crate) enum NluCommand {
    /// Ask the model utterances whose intents are known, and report how often it is right
    Eval(EvalArgs),
    /// Show what each word of an utterance speaks for
    Explain(ExplainArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct EvalArgs {
    /// Utterances, a line each: the text, a tab, its intent; `-` where no intent is for it
    #[arg(value_name = "DATA.tsv")]
    pub(crate) data: PathBuf,
    /// Project folder or bundle
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Draw confidence and thresholds into this SVG file
    #[arg(long, value_name = "FILE")]
    pub(crate) picture: Option<PathBuf>,
    /// Exit with 1 where fewer utterances than this are taken right, in percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) at_least: Option<u8>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The utterance
    pub(crate) text: String,
    /// Project folder or bundle
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Form of the explanation
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
