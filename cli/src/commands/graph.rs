//! `flowright graph`.

use flowright_compiler::diag::closest;
use flowright_compiler::graph;

use crate::Outcome;
use crate::args::{Format, GraphArgs, GraphFormat};
use crate::failure::{Failure, print, write_file};
use crate::project::{Project, counted};
use crate::style::Stream;

pub(crate) fn run(args: &GraphArgs) -> Result<Outcome, Failure> {
    let project = Project::open(&args.path)?;
    let analysis = project.analyse()?;
    let wrong = analysis.errors() > 0;
    if wrong {
        eprint!("{}", project.findings(&analysis, Format::Human, Stream::Err));
        eprintln!("{}: {}", project.name(), counted(&analysis));
    }
    if analysis.graphs.is_empty() {
        return Ok(Outcome::Findings);
    }
    let known: Vec<&str> = analysis.graphs.iter().map(|graph| graph.name.as_str()).collect();
    for name in &args.flow {
        if !known.contains(&name.as_str()) {
            let help = match closest(name, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("there are {}", known.join(", ")),
            };
            return Err(Failure::new(format!("there is no flow `{name}`")).with_help(help));
        }
    }
    let wanted: Vec<_> = analysis
        .graphs
        .iter()
        .filter(|graph| match args.flow.is_empty() {
            true => !graph.from_std,
            false => args.flow.contains(&graph.name),
        })
        .map(|graph| (**graph).clone())
        .collect();
    let text = match args.format {
        GraphFormat::Svg => graph::svg(&wanted),
        GraphFormat::Mermaid => graph::mermaid(&wanted),
        GraphFormat::Dot => graph::dot(&wanted),
        GraphFormat::Json => graph::json(&wanted) + "\n",
    };
    match &args.output {
        Some(path) => write_file(path, text.as_bytes())?,
        None => print(&text)?,
    }
    // A project with errors has a graph too; CI must still see that it has errors.
    Ok(if wrong { Outcome::Findings } else { Outcome::Fine })
}
