//! Routing rules as sets: rules that nothing reaches, rules that take the same conversations from
//! each other, conversations that no rule takes.

use std::collections::BTreeSet;

use super::boxes::{Case, Cases, Var, Vocabulary};
use super::sets::Set;
use super::words::Words;
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::graph::{certain_parts, outcome, parts_that_every_value_passes};
use crate::ir::{IntentId, Place, Space, turn};
use crate::sema::hir::{Intent, Project, RouteKind, RouteRule};

/// The best intent, which rules with intents look at.
const INTENT: Place = Place { space: Space::Turn, index: turn::INTENT_NUMBER };

/// Intents looked at for one to name.
const INTENTS_MAX: usize = 1_000;

/// Checks the rules for skills, then those for urgency.
pub(super) fn check(project: &Project) -> Vec<Diagnostic> {
    let conditions = project.route.iter().filter_map(|rule| rule.cond.as_ref());
    let applies = project.knowledge.iter().filter_map(|base| base.applies.as_ref());
    let handed_over = project.fallbacks().flat_map(|fallback| &fallback.handoff_when);
    let mut found: Vec<Diagnostic> = conditions
        .chain(applies)
        .flat_map(parts_that_every_value_passes)
        .chain(handed_over.flat_map(|when| certain_parts(&when.cond)))
        .collect();
    let skills = |rule: &&RouteRule| matches!(rule.kind, RouteKind::Skill { .. });
    let (of_skill, of_urgency): (Vec<&RouteRule>, Vec<&RouteRule>) =
        project.route.iter().partition(skills);
    for rules in [of_skill, of_urgency] {
        let mut words = Vocabulary::new(project);
        let sets = rules.iter().map(|rule| takes(&mut words, rule)).collect::<Option<_>>();
        match sets {
            Some(sets) => {
                let rules = Rules { project, rules, sets, words };
                let shadowed = rules.shadowed();
                let dead = shadowed.iter().map(|finding| finding.primary.at).collect();
                found.extend(shadowed);
                found.extend(rules.overlapping(&dead));
                found.extend(rules.missing());
            }
            // More cases than can be told: only a rule for all of them is sure.
            None => {
                let all = |rule: &&RouteRule| skill(rule).is_none() && rule.cond.is_none();
                let last = rules.last().filter(|last| !all(last) && is_for_skill(last));
                found.extend(last.map(|last| no_rule(last)));
            }
        }
    }
    found
}

const fn is_for_skill(rule: &RouteRule) -> bool {
    matches!(rule.kind, RouteKind::Skill { .. })
}

fn no_rule(last: &RouteRule) -> Diagnostic {
    Diagnostic::new(Code::E0603, last.at, "some conversations reach no rule")
        .label("the last rule")
        .help("end with `otherwise -> skill`")
}

/// The cases that a rule takes, and those that it leaves.
type Sets = (Cases, Cases);

fn takes(words: &mut Vocabulary<'_>, rule: &RouteRule) -> Option<Sets> {
    let intents = match &rule.kind {
        RouteKind::Skill { intents, .. } => intents.as_slice(),
        RouteKind::Urgency { .. } => &[],
    };
    let (mut takes, mut leaves) = match intents {
        [] => (vec![Case::new()], Vec::new()),
        some => {
            let one = |intent: &IntentId| Set::one(intent.0.into());
            let set = some.iter().map(one).fold(Set::none(), |all, one| all.or(&one));
            let last = i64::try_from(words.project().intents.len()).unwrap_or(i64::MAX);
            let others = set.not((0, last));
            (
                vec![Case::from([(Var::Cell(INTENT), set)])],
                vec![Case::from([(Var::Cell(INTENT), others)])],
            )
        }
    };
    if let Some(cond) = &rule.cond {
        let holds = words.cases(cond, true)?;
        takes = words.meet(&takes, &holds)?;
        leaves.extend(words.cases(cond, false)?);
    }
    Some((takes, leaves))
}

struct Rules<'p> {
    project: &'p Project,
    rules: Vec<&'p RouteRule>,
    sets: Vec<Sets>,
    words: Vocabulary<'p>,
}

impl Rules<'_> {
    /// Rules that earlier ones leave nothing for.
    fn shadowed(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut left: Cases = vec![Case::new()];
        for (number, (rule, (takes, leaves))) in self.rules.iter().zip(&self.sets).enumerate() {
            let Some(reaches) = self.words.meet(&left, takes) else { return found };
            let Some(rest) = self.words.meet(&left, leaves) else { return found };
            let never = rule.cond.as_ref().and_then(outcome).filter(|outcome| !outcome.holds);
            if takes.is_empty() || never.is_some() {
                let why = "its conditions contradict each other".to_owned();
                found.push(
                    Diagnostic::new(Code::W0407, rule.at, "this rule never holds")
                        .label(never.map_or(why, |never| never.why))
                        .help("mend the condition, or remove the rule"),
                );
            } else if reaches.is_empty() && !self.is_last_resort(rule) {
                let finding =
                    Diagnostic::new(Code::W0601, rule.at, "no conversation reaches this rule")
                        .label("never taken")
                        .help("move it up, or remove it");
                found.push(
                    self.takers(number)
                        .into_iter()
                        .fold(finding, |finding, taker| finding.related(taker.at, "takes from it")),
                );
            }
            left = rest;
        }
        found
    }

    /// Conversations that no rule for skills takes.
    fn missing(&self) -> Option<Diagnostic> {
        let last = self.rules.last().filter(|last| is_for_skill(last))?;
        let mut left: Cases = vec![Case::new()];
        for (_, leaves) in &self.sets {
            let Some(rest) = self.words.meet(&left, leaves) else {
                let all = |rule: &&&RouteRule| skill(rule).is_none();
                return self.rules.iter().find(all).is_none().then(|| no_rule(last));
            };
            left = rest;
        }
        // The plainest: all is known of the customer, and few things matter.
        let known = |case: &Case| {
            let filled = case.iter().map(|(var, set)| (var.clone(), set.clone().filled()));
            let filled: Case = filled.collect();
            let possible = filled.values().all(|set| !set.is_none());
            possible.then_some(filled)
        };
        let plain = |case: &Case| (self.wish(case).is_none(), case.len());
        let witness = left.iter().filter_map(known).min_by_key(plain);
        let witness = witness.or_else(|| left.iter().min_by_key(|case| case.len()).cloned())?;
        let finding = no_rule(last);
        Some(match self.told(&witness) {
            told if told.is_empty() => finding,
            told => finding.help(format!("no rule takes {told}")),
        })
    }

    /// `otherwise` may be there to be sure.
    fn is_last_resort(&self, rule: &RouteRule) -> bool {
        matches!(&rule.kind, RouteKind::Skill { intents, .. } if intents.is_empty() && rule.cond.is_none())
            && self.rules.last().is_some_and(|last| last.at == rule.at)
    }

    /// Earlier rules that have something in common with a rule.
    fn takers(&self, number: usize) -> Vec<&RouteRule> {
        let Some((takes, _)) = self.sets.get(number) else { return Vec::new() };
        let earlier = self.rules.iter().zip(&self.sets).take(number);
        let shares = earlier.filter(|(_, (other, _))| {
            self.words.meet(takes, other).is_none_or(|shared| !shared.is_empty())
        });
        shares.map(|(rule, _)| *rule).collect()
    }

    /// Rules for different skills that share some conversations, and neither is a special case of
    /// the other: their order decides. Of rules that ask for other kinds of things, as `invoice` and
    /// `when not business_hours`, first the one and then the other is what their order says. Of rules
    /// that are `dead` enough was said.
    fn overlapping(&self, dead: &BTreeSet<FileSpan>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let rules: Vec<(&RouteRule, &Sets)> = self.rules.iter().copied().zip(&self.sets).collect();
        for (number, (rule, (takes, leaves))) in rules.iter().enumerate() {
            for (earlier, (others, others_leave)) in rules.iter().take(number) {
                let is_said = dead.contains(&rule.at) || dead.contains(&earlier.at);
                if is_said || skill(rule) == skill(earlier) || skill(rule).is_none() {
                    continue;
                }
                let (asks, before) = (asked(takes), asked(others));
                if kind(&asks) != kind(&before) && asks.is_disjoint(&before) {
                    continue;
                }
                let shared = self.words.meet(takes, others).unwrap_or_default();
                let part = |of: &[Case], left: &[Case]| {
                    self.words.meet(of, left).is_none_or(|rest| !rest.is_empty())
                };
                let Some(witness) = shared.first() else { continue };
                if part(takes, others_leave) && part(others, leaves) {
                    found.push(self.overlap(rule, earlier, witness));
                }
            }
        }
        found
    }

    fn intent(&self, number: i64) -> Option<&Intent> {
        self.project.intents.get(usize::try_from(number).ok()?)
    }

    /// An intent of a case that is a wish rather than a repair: who says `cancel` is hardly routed.
    fn wish(&self, case: &Case) -> Option<i64> {
        let intents = case.get(&Var::Cell(INTENT)).map_or(&[][..], Set::ranges);
        let mut numbers = intents.iter().flat_map(|(low, high)| *low..=*high).take(INTENTS_MAX);
        numbers.find(|n| self.intent(*n).is_some_and(|intent| !intent.is_repair))
    }

    /// Conversations of a case, in words: an intent, and what is so besides.
    fn told(&self, case: &Case) -> String {
        let intents = case.get(&Var::Cell(INTENT)).map_or(&[][..], Set::ranges);
        let first = || intents.first().map(|(low, _)| *low);
        let intent = self.wish(case).or_else(first).map(|n| match self.intent(n) {
            Some(intent) => format!("`{}`", intent.name),
            None => "what no intent fits".to_owned(),
        });
        let mut rest = case.clone();
        rest.remove(&Var::Cell(INTENT));
        let words = Words { vocabulary: &self.words, flow: None };
        let parts = [intent, Some(words.case(&rest))];
        let parts: Vec<String> = parts.into_iter().flatten().filter(|p| !p.is_empty()).collect();
        parts.join(" where ")
    }

    fn overlap(&self, rule: &RouteRule, earlier: &RouteRule, witness: &Case) -> Diagnostic {
        Diagnostic::new(Code::W0602, rule.at, "two rules want the same conversations")
            .label("this one comes too late for them")
            .related(earlier.at, "this one takes them")
            .help(format!("both fit {}", self.told(witness)))
            .help("put the special case first, or name it in one of them only")
    }
}

/// What kind of thing a rule asks for: an intent, something of the moment (whether it is open, the
/// channel), or else something of the customer.
fn kind(asks: &BTreeSet<&Var>) -> u8 {
    let of_turn = |var: &&Var| matches!(var, Var::Cell(place) if place.space == Space::Turn);
    match asks.contains(&Var::Cell(INTENT)) {
        true => 0,
        false if asks.iter().all(of_turn) => 1,
        false => 2,
    }
}

/// What a rule asks for.
fn asked(takes: &[Case]) -> BTreeSet<&Var> {
    takes.iter().flat_map(Case::keys).collect()
}

/// Which skill a rule with a condition or intents of its own is for.
fn skill(rule: &RouteRule) -> Option<u32> {
    match &rule.kind {
        RouteKind::Skill { intents, skill } if !intents.is_empty() || rule.cond.is_some() => {
            Some(skill.0)
        }
        _ => None,
    }
}
