//! What an exploration found and how far it came. Standard output depends on the seed and the runs
//! alone; times go to standard error.

use std::time::Duration;

use flowright_compiler::base::SourceMap;
use flowright_engine::LoadedProgram;
use flowright_engine::coverage::{FlowCoverage, coverage};
use flowright_engine::explore::{Explorer, Found, Invariant, Reached};
use serde_json::{Value as Json, json};

use super::place;
use crate::args::{Format, FuzzArgs};
use crate::commands::test::transcript_of;
use crate::coverage::coverage_table;
use crate::project::plural;
use crate::style::{Stream, paint};

pub(super) struct Report<'r> {
    pub(super) args: &'r FuzzArgs,
    pub(super) program: &'r LoadedProgram,
    pub(super) explorer: &'r Explorer<'r>,
    pub(super) found: &'r [Found],
    pub(super) sources: &'r SourceMap,
}

impl Report<'_> {
    pub(super) fn text(&self) -> String {
        match self.args.format {
            Format::Human => self.human(),
            Format::Json => format!("{:#}\n", self.json()),
        }
    }

    fn human(&self) -> String {
        let mut text: String = self.found.iter().map(|found| self.failure(found)).collect();
        let Reached { conversations, turns, kept, reached } = self.explorer.reached();
        text.push_str(&format!(
            "{conversations} conversations with {turns} turns; {kept} reached something new, {reached} things in all\n"
        ));
        let only = self.args.filter.as_deref();
        text.push_str(&coverage_table(&self.program.program, self.explorer.entered(), only));
        for missing in self.explorer.unreached(only) {
            text.push_str(&format!("  not reached: {missing}\n"));
        }
        text
    }

    fn failure(&self, found: &Found) -> String {
        let word = paint(Stream::Out, "1;31", "FAIL");
        let at = place(self.program, found).map_or_else(String::new, |at| format!(" in {at}"));
        let Found { broken, conversation, lines, number, .. } = found;
        let property = self
            .property(found)
            .map_or_else(String::new, |text| format!("     the property: {text}\n"));
        let (day, time_s) = conversation.today;
        let lang = conversation.lang.map_or_else(String::new, |lang| format!(", {lang}"));
        format!(
            "{word} {}{at}: {}\n{property}     on {day} {:02}:{:02}{lang} (seed {}, conversation {number})\n{}\n",
            broken.invariant.slug(),
            broken.what,
            time_s / 3_600,
            time_s / 60 % 60,
            self.args.seed,
            transcript_of(lines),
        )
    }

    fn json(&self) -> Json {
        let program = &self.program.program;
        let Reached { conversations, turns, kept, reached } = self.explorer.reached();
        let flows = coverage(program, self.explorer.entered(), self.args.filter.as_deref());
        let flow = |flow: &FlowCoverage<'_>| {
            json!({
                "flow": flow.flow.name, "states": flow.flow.states.len(), "transitions": flow.ways.len(),
                "states_not_entered": flow.unseen(), "transitions_not_taken": flow.untaken(),
            })
        };
        json!({
            "schema_version": 1, "seed": self.args.seed, "conversations": conversations,
            "turns": turns, "kept": kept, "reached": reached,
            "coverage": flows.iter().map(flow).collect::<Vec<_>>(),
            "not_reached": self.explorer.unreached(self.args.filter.as_deref()),
            "failures": self.found.iter().map(|found| self.failure_json(found)).collect::<Vec<_>>(),
        })
    }

    fn failure_json(&self, found: &Found) -> Json {
        let lines: Vec<Json> =
            found.lines.iter().map(|l| json!({ "who": l.who, "text": l.text })).collect();
        json!({
            "invariant": found.broken.invariant.slug(), "place": place(self.program, found),
            "message": found.broken.what, "conversation": found.number,
            "property": self.property(found),
            "today": found.conversation.today.0.to_string(), "transcript": lines,
        })
    }

    /// One line with the times.
    pub(super) fn summary(&self, took: Duration) -> String {
        let failures = self.found.len();
        let color = if failures > 0 { "1;31" } else { "1;32" };
        let count = plural(failures, "failure");
        let per_s = self.explorer.reached().turns as f64 / took.as_secs_f64().max(0.001);
        let how = if self.args.no_jit { "interpreted" } else { "machine code, compared" };
        format!(
            "{} ({how}, seed {}, {} ms, {per_s:.0} turns/s)",
            paint(Stream::Err, color, &count),
            self.args.seed,
            took.as_millis()
        )
    }

    /// The property that was broken, as it is written.
    fn property(&self, found: &Found) -> Option<String> {
        let Invariant::Property(number) = found.broken.invariant else { return None };
        let property = self.program.program.properties.get(number)?;
        let source = self.sources.get(property.at.file);
        let text = source.and_then(|file| file.text.get(property.at.span.range()));
        Some(text.unwrap_or(&property.text).to_owned())
    }
}
