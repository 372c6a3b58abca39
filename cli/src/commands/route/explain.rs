//! `flowright route explain`.

use flowright_engine::hours::is_open;
use flowright_engine::{LoadedProgram, Routed, route};
use serde_json::json;

use super::args::ExplainArgs;
use super::day::URGENCIES;
use super::given::{Given, given};
use super::rules::{Fate, Rule, rules};
use super::who::{Who, who};
use crate::Outcome;
use crate::failure::{Failure, print, print_json};
use crate::runnable::Runnable;
use crate::style::{Stream, paint};

pub(super) fn run(args: &ExplainArgs) -> Result<Outcome, Failure> {
    let Some(runnable) = Runnable::open_quietly(&args.path)? else { return Ok(Outcome::Findings) };
    let program = runnable.load(true)?;
    let given = given(args, &program)?;
    let routed = route(&program, &given.session, given.now_ms, given.waited_ms);
    let rules = rules(&program, &given, &routed);
    let who = match (&args.agents, routed.skill) {
        (Some(path), Some(skill)) => {
            let wanted = (skill, routed.urgency);
            Some(who(path, &program.program, &given, wanted)?)
        }
        _ => None,
    };
    let told = Told { program: &program, given: &given, routed, rules, who };
    match args.json {
        true => print_json(&told.json())?,
        false => print(&told.shown())?,
    }
    Ok(Outcome::Fine)
}

struct Told<'t> {
    program: &'t LoadedProgram,
    given: &'t Given,
    routed: Routed,
    rules: (Vec<Rule>, Vec<Rule>),
    who: Option<Who>,
}

impl Told<'_> {
    fn skill(&self) -> Option<&str> {
        let skill = self.program.program.skills.get(self.routed.skill?.index())?;
        Some(&skill.name)
    }

    fn urgency(&self) -> &'static str {
        URGENCIES.get(usize::from(self.routed.urgency)).copied().unwrap_or_default()
    }

    fn intent(&self) -> Option<&str> {
        let (intent, _) = self.given.session.last_intent?;
        Some(&self.program.program.intents.get(intent.index())?.name)
    }

    fn is_open(&self) -> bool {
        is_open(&self.program.program.bot, self.given.local)
    }

    fn shown(&self) -> String {
        let local = self.given.local;
        let hours = if self.is_open() { "in business hours" } else { "outside business hours" };
        let mut out = format!(
            "{} on {}, {} {:02}:{:02}, {hours}\n",
            self.intent().unwrap_or("nothing that is known"),
            match self.given.session.channel.as_str() {
                "" => "no channel",
                channel => channel,
            },
            local.date(),
            local.hour(),
            local.minute()
        );
        let (urgency, skill) = &self.rules;
        out.push_str(&heading(&format!("Urgency: {}", self.urgency())));
        out.push_str(&lines(urgency));
        if self.routed.urgency_rule.is_none() {
            out.push_str("  no rule fits: normal\n");
        }
        out.push_str(&heading(&format!("Skill: {}", self.skill().unwrap_or("none"))));
        out.push_str(&lines(skill));
        if self.routed.skill.is_none() {
            out.push_str("  no rule fits: write `otherwise -> SKILL` as the last one\n");
        }
        if let Some(who) = &self.who {
            out.push_str(&heading("Agents"));
            out.push_str(&who.shown());
        }
        out
    }

    fn json(&self) -> serde_json::Value {
        let (urgency, skill) = &self.rules;
        json!({
            "schema_version": 1,
            "intent": self.intent(),
            "channel": self.given.session.channel,
            "at": self.given.local.to_string(),
            "business_hours": self.is_open(),
            "urgency": self.urgency(),
            "skill": self.skill(),
            "urgency_rules": urgency,
            "skill_rules": skill,
            "agents": self.who.as_ref().map(Who::json),
        })
    }
}

fn heading(text: &str) -> String {
    format!("\n{}\n", paint(Stream::Out, "1", text))
}

/// `> otherwise -> tech_l1    bot.flow:47`, and below what did not fit, why.
fn lines(rules: &[Rule]) -> String {
    let width = rules.iter().map(|rule| rule.text.chars().count()).max().unwrap_or(0);
    let line = |rule: &Rule| {
        let (mark, why) = match &rule.fate {
            Fate::Taken => (">", None),
            Fate::NotAsked => (" ", Some("not asked: an earlier rule fits".to_owned())),
            Fate::OtherIntent { intent: Some(intent) } => {
                (" ", Some(format!("does not fit: the intent is {intent}")))
            }
            Fate::OtherIntent { intent: None } => {
                (" ", Some("does not fit: no intent is known".to_owned()))
            }
            Fate::DoesNotHold { because } if because.is_empty() => {
                (" ", Some("does not hold".to_owned()))
            }
            Fate::DoesNotHold { because } => {
                (" ", Some(format!("does not hold: {}", because.join(", "))))
            }
        };
        let text = format!("{mark} {:width$}  {}\n", rule.text, rule.at);
        match (mark, why) {
            (">", _) => paint(Stream::Out, "1;32", text.trim_end()) + "\n",
            (_, Some(why)) => format!("{text}      {why}\n"),
            (_, None) => text,
        }
    };
    rules.iter().map(line).collect()
}
