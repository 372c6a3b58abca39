//! Menus in which two choices have one label, in all languages or in one: who says it is always
//! taken to mean the first.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::same;
use super::points::{Op, Points};
use crate::base::FileSpan;
use crate::diag::{Code, Diagnostic};
use crate::ir::{ChannelId, TextPart, fitting_variant};
use crate::sema::hir::{Body, Expr, Project, Text, TextRef};

use flowright_nlu::lang::Lang;

/// Every menu of a flow.
pub(super) fn check(project: &Project, points: &Points<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut menus = BTreeSet::new();
    for point in &points.all {
        if let Op::Choose { arms, .. } = point.op
            && menus.insert(point.at)
        {
            found.extend(twice(project, arms));
        }
    }
    found
}

/// Where labels are read.
#[derive(Debug, Clone, Copy)]
struct Here {
    lang: Lang,
    channel: Option<ChannelId>,
}

/// The choices whose label is that of one before it, each once.
fn twice(project: &Project, arms: &[(TextRef, Body)]) -> Vec<Diagnostic> {
    let languages = &project.bot.languages;
    let channels = (0..).map(ChannelId).take(project.channels.len()).map(Some);
    // By the second of two: the first of them, and where they are alike.
    let mut alike: BTreeMap<usize, (usize, Vec<Here>)> = BTreeMap::new();
    for channel in std::iter::once(None).chain(channels) {
        for lang in languages.iter().copied() {
            let here = Here { lang, channel };
            for (first, second) in pairs(project, arms, here) {
                let (of, places) = alike.entry(second).or_insert_with(|| (first, Vec::new()));
                places.extend((*of == first).then_some(here));
            }
        }
    }
    let label = |number: usize| arms.get(number).map(|(label, _)| at(label)).unwrap_or_default();
    let report = |(second, (first, places)): (usize, (usize, Vec<Here>))| {
        let anywhere = places.iter().filter(|here| here.channel.is_none()).count();
        let place = match places.first() {
            _ if anywhere == languages.len() => String::new(),
            Some(Here { lang, channel }) => {
                let channel = channel.and_then(|channel| project.channels.get(channel.index()));
                let channel = channel.map_or_else(String::new, |c| format!(" on `{}`", c.name));
                format!(" in `{lang}`{channel}")
            }
            None => String::new(),
        };
        let written = |number: usize| {
            let (label, _) = arms.get(number)?;
            Some(words(project, label, *places.first()?)?.0)
        };
        let help = match written(first) == written(second) {
            true => "give each choice a label of its own",
            false => "give each choice a label of its own: the case of letters makes no difference",
        };
        Diagnostic::new(Code::E0415, label(second), format!("this choice is there twice{place}"))
            .label("never chosen by its name")
            .related(label(first), "the first one")
            .help(help)
    };
    alike.into_iter().map(report).collect()
}

/// Choices with the label of one before them.
fn pairs(project: &Project, arms: &[(TextRef, Body)], here: Here) -> Vec<(usize, usize)> {
    let mut seen: BTreeMap<String, Vec<(usize, Vec<&Expr>)>> = BTreeMap::new();
    let mut found = Vec::new();
    for (number, (label, _)) in arms.iter().enumerate() {
        let Some((words, values)) = words(project, label, here) else { continue };
        let known = seen.entry(words.to_lowercase()).or_default();
        let is_same = |(_, others): &&(usize, Vec<&Expr>)| {
            values.len() == others.len() && values.iter().zip(others).all(|(a, b)| same(a, b))
        };
        match known.iter().find(is_same) {
            Some((first, _)) => found.push((*first, number)),
            None => known.push((number, values)),
        }
    }
    found
}

/// The words of a label, and the values that it shows. Labels with plurals are not compared.
fn words<'p>(
    project: &'p Project,
    label: &'p TextRef,
    here: Here,
) -> Option<(String, Vec<&'p Expr>)> {
    let (text, mut values): (&Text, Vec<&Expr>) = match label {
        TextRef::Inline(text) => (text, Vec::new()),
        TextRef::Named { text, args, .. } => {
            (&project.texts.get(*text as usize)?.text, args.iter().collect())
        }
    };
    let default = project.bot.languages.first().copied();
    let variant = fitting_variant(&text.variants, here.lang, here.channel, default)?;
    let mut words = String::new();
    for part in &variant.parts {
        match part {
            TextPart::Literal(own) => words.push_str(own),
            TextPart::Arg(number) => {
                words.push('\u{0}');
                values.push(text.params.get(*number as usize)?);
            }
            TextPart::Plural(_) => return None,
        }
    }
    Some((words.split_whitespace().collect::<Vec<_>>().join(" "), values))
}

const fn at(label: &TextRef) -> FileSpan {
    match label {
        TextRef::Inline(text) => text.at,
        TextRef::Named { at, .. } => *at,
    }
}
