//! `flowright knowledge`: the articles of a project, without a server.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use flowright_compiler::diag::Code;
use flowright_compiler::diag::render::render_human;
use flowright_knowledge::{Entry, Hit};
use flowright_nlu::lang::Lang;
use flowright_nlu::value::{Date, Decimal};
use flowright_runtime::clock::{Clock as _, WallClock};
use serde_json::{Value as Json, json};

use crate::Outcome;
use crate::args::Format;
use crate::failure::{Failure, print, print_json};
use crate::project::{Project, plural};
use crate::runnable::{Runnable, articles};
use crate::style::{Stream, colored, paint};

/// Findings about articles.
const CODES: [Code; 6] =
    [Code::E0608, Code::E0609, Code::E0612, Code::E0613, Code::W0605, Code::W0606];

#[derive(Debug, Subcommand)]
pub(crate) enum KnowledgeCommand {
    /// Say what is wrong with the articles: broken, missing in a language, stale
    #[command(after_help = "Exit codes: 0 nothing found, 1 findings, 2 could not run.")]
    Check {
        /// The project's folder
        #[arg(default_value = ".")]
        project: PathBuf,
    },
    /// List the articles: language, knowledge base, level, review date
    List {
        /// The project's folder, or a bundle
        #[arg(default_value = ".")]
        project: PathBuf,
        /// Form of the list
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Search for what answers a question, and how sure that is
    Search {
        /// The question, as a customer asks it
        question: String,
        /// The project's folder, or a bundle
        #[arg(default_value = ".")]
        project: PathBuf,
        /// The language to search in; else the one that the question is in
        #[arg(long)]
        language: Option<String>,
        /// Form of the list
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

pub(crate) fn run(command: &KnowledgeCommand) -> Result<Outcome, Failure> {
    match command {
        KnowledgeCommand::Check { project } => check(&Project::open(project)?),
        KnowledgeCommand::List { project, format } => list(project, *format),
        KnowledgeCommand::Search { question, project, language, format } => {
            search(question, project, language.as_deref(), *format)
        }
    }
}

fn check(project: &Project) -> Result<Outcome, Failure> {
    let analysis = project.analyse()?;
    if analysis.project.is_none() {
        return Err(Failure::new(format!("`{}` has other errors", project.name()))
            .with_help("mend what `flowright check` says first: articles are looked at after it"));
    }
    let sources = project.relabelled(&analysis.sources);
    let color = colored(Stream::Out);
    let found = analysis.diagnostics.iter().filter(|finding| CODES.contains(&finding.code));
    let found: Vec<String> = found.map(|finding| render_human(finding, &sources, color)).collect();
    print(&found.concat())?;
    let count = plural(analysis.articles.all().count(), "article");
    eprintln!("{}: {count}, {}", project.name(), plural(found.len(), "finding"));
    Ok(if found.is_empty() { Outcome::Fine } else { Outcome::Findings })
}

fn today() -> Date {
    Date::of_ms(WallClock.now_ms())
}

fn list(path: &Path, format: Format) -> Result<Outcome, Failure> {
    let Some(runnable) = Runnable::open(path)? else { return Ok(Outcome::Findings) };
    let index = articles(&runnable.load(true)?)?;
    let today = today();
    if format == Format::Json {
        let all: Vec<Json> = index.entries().iter().map(|entry| document(entry, today)).collect();
        print_json(&json!({ "schema_version": 1, "articles": all }))?;
        return Ok(Outcome::Fine);
    }
    for entry in index.entries() {
        print(&line(entry, today))?;
    }
    eprintln!("{}", plural(index.entries().len(), "article"));
    Ok(Outcome::Fine)
}

fn document(entry: &Entry, today: Date) -> Json {
    let article = &entry.article;
    json!({
        "id": article.id,
        "language": article.language.to_string(),
        "title": article.title,
        "knowledge": entry.base,
        "level": entry.level.name(),
        "products": article.products,
        "tags": article.tags,
        "author": article.author,
        "review_by": article.review_by.map(|day| day.to_civil().to_string()),
        "stale": article.is_stale(today),
    })
}

/// `returns  en  company (enterprise)  Returning parts  review by 2027-03-31`
fn line(entry: &Entry, today: Date) -> String {
    let article = &entry.article;
    let review = article.review_by.map(|day| {
        let text = format!("review by {}", day.to_civil());
        match article.is_stale(today) {
            true => paint(Stream::Out, "33", &format!("  {text}, overdue")),
            false => format!("  {text}"),
        }
    });
    format!(
        "{}  {}  {} ({})  {}{}\n",
        article.id,
        article.language,
        entry.base,
        entry.level.name(),
        article.title,
        review.unwrap_or_default()
    )
}

fn search(
    question: &str,
    path: &Path,
    language: Option<&str>,
    format: Format,
) -> Result<Outcome, Failure> {
    let Some(runnable) = Runnable::open(path)? else { return Ok(Outcome::Findings) };
    let program = runnable.load(true)?;
    let index = articles(&program)?;
    let default = program.program.bot.languages.first().copied();
    let lang = match language {
        Some(code) => Lang::parse(code).ok_or_else(|| {
            Failure::new(format!("`{code}` is not a language")).with_help("such as `zh` or `en`")
        })?,
        None => program.understander.language(question).or(default).unwrap_or(Lang::EN),
    };
    let hits = index.search(question, lang, |_| true);
    let hits = hits.map_err(|e| Failure::new(e.to_string()))?;
    let today = today();
    if format == Format::Json {
        let hit = |hit: &Hit<'_>| {
            let mut document = document(hit.entry, today);
            if let Some(object) = document.as_object_mut() {
                let confidence = f64::from(hit.confidence_thousandths) / 1_000.0;
                object.insert("confidence".to_owned(), json!(confidence));
                object.insert("answer".to_owned(), json!(hit.entry.article.answer));
            }
            document
        };
        let hits: Vec<Json> = hits.iter().map(hit).collect();
        let language = lang.to_string();
        print_json(&json!({ "schema_version": 1, "language": language, "articles": hits }))?;
        return Ok(Outcome::Fine);
    }
    for hit in &hits {
        let percent = f64::from(hit.confidence_thousandths) / 10.0;
        print(&format!("{percent:5.1}%  {}", line(hit.entry, today)))?;
    }
    let least = program.program.answers_from();
    let sure = |hit: &&Hit<'_>| {
        least.is_some_and(|least| Decimal(i64::from(hit.confidence_thousandths) * 1_000) >= least)
    };
    match (hits.iter().filter(sure).count(), least) {
        (_, None) => eprintln!("no `fallback` answers from knowledge: agents alone are shown this"),
        (0, Some(least)) => {
            eprintln!(
                "none is sure enough to be answered with ({}% in `{lang}`)",
                Decimal(least.0 * 100)
            );
        }
        (sure, Some(_)) => eprintln!("{} sure enough to be answered with", plural(sure, "article")),
    }
    Ok(Outcome::Fine)
}
