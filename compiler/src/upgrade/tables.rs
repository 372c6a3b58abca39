//! The other tables: what sessions hold of them, and what only says how the bot goes on.

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
use super::said::Said;
use super::{Change, Class, Found};
use crate::ir::{ActionDef, ChannelId, LookupDef, Program, TextDef};

/// Compares them.
pub(super) fn tables(names: &Names<'_>, said: &Said, found: &mut Found) {
    skills(names, said, found);
    channels(names, said, found);
    intents(names, said, found);
    actions(names, found);
    profile(names, found);
    languages(names, found);
    texts(names, found);
}

/// What the old program has not, neither by its name nor by what `migrate` says.
fn fresh<'n, T>(
    (old, new): (&'n [T], &'n [T]),
    name: fn(&T) -> &String,
    said: impl Iterator<Item = usize>,
) -> impl Iterator<Item = &'n T> {
    let said: BTreeSet<usize> = said.collect();
    let known: BTreeSet<&String> = old.iter().map(name).collect();
    let is_known =
        move |number: &usize, thing: &T| known.contains(name(thing)) || said.contains(number);
    new.iter().enumerate().filter(move |(number, thing)| !is_known(number, thing)).map(|(_, t)| t)
}

fn skills(names: &Names<'_>, said: &Said, found: &mut Found) {
    for (old, now) in names.old.skills.iter().zip(&names.skills) {
        let change = |class| Change::new(class, "skill", &old.name);
        match now.and_then(|now| names.new.skills.get(now.index())) {
            Some(new) if new.name != old.name => {
                let message = format!("is now `{}`; who waits for it waits for that", new.name);
                found.push(change(Class::Safe).says(message));
            }
            Some(_) => {}
            None => found.push(
                change(Class::NeedsMigrate)
                    .says("is gone, and conversations can wait for it")
                    .help(format!("say which skill takes them: `skill {} is …`", old.name)),
            ),
        }
    }
    let said = said.skill_is.values().map(|id| id.index());
    let fresh = fresh((&names.old.skills, &names.new.skills), |skill| &skill.name, said);
    found.extend(fresh.map(|skill| Change::new(Class::Safe, "skill", &skill.name).says("is new")));
}

fn channels(names: &Names<'_>, said: &Said, found: &mut Found) {
    for old in &names.old.channels {
        let change = |class| Change::new(class, "channel", &old.name);
        match names.channels.iter().find(|(was, _)| *was == old.name) {
            Some((was, Some(is))) if was != is => {
                found.push(change(Class::Safe).says(format!("is now `{is}`")));
            }
            Some((_, Some(_))) => {}
            _ => found.push(
                change(Class::NeedsMigrate)
                    .says("is gone, and customers can be on it")
                    .help(format!("say which channel it is now: `channel {} is …`", old.name)),
            ),
        }
    }
    let said = said.channel_is.values().map(|id| id.index());
    let fresh = fresh((&names.old.channels, &names.new.channels), |channel| &channel.name, said);
    found.extend(
        fresh.map(|channel| Change::new(Class::Safe, "channel", &channel.name).says("is new")),
    );
}

fn intents(names: &Names<'_>, said: &Said, found: &mut Found) {
    for (old, now) in names.old.intents.iter().zip(&names.intents) {
        let message = match now.and_then(|now| names.new.intents.get(now.index())) {
            Some(new) if new.name != old.name => format!("is now `{}`", new.name),
            Some(_) => continue,
            None => "is gone; who is asked whether she meant it and says yes is not understood"
                .to_owned(),
        };
        found.push(Change::new(Class::Safe, "intent", &old.name).says(message).was_at(old.at));
    }
    let said = said.intent_is.values().map(|id| id.index());
    for new in fresh((&names.old.intents, &names.new.intents), |intent| &intent.name, said) {
        found.push(Change::new(Class::Safe, "intent", &new.name).says("is new").now_at(new.at));
    }
}

/// Calls under way are answered before their session moves, and what their results left in slots
/// has been looked at: nothing else of an action lives in a session.
fn actions(names: &Names<'_>, found: &mut Found) {
    for (old, now) in names.old.actions.iter().zip(&names.actions) {
        let what = if old.is_effect { "effect" } else { "action" };
        let change = Change::new(Class::Safe, what, &old.name);
        match now.and_then(|now| names.new.actions.get(now.index())) {
            None => found.push(change.says("is gone; calls under way are still answered")),
            Some(new) if !same_action(names, old, new) => {
                let message = "has changed; calls under way are answered as they were made";
                found.push(change.says(message));
            }
            Some(_) => {}
        }
    }
    for new in &names.new.actions {
        if !names.old.actions.iter().any(|old| old.name == new.name) {
            let what = if new.is_effect { "effect" } else { "action" };
            found.push(Change::new(Class::Safe, what, &new.name).says("is new"));
        }
    }
}

fn same_action(names: &Names<'_>, old: &ActionDef, new: &ActionDef) -> bool {
    let types = |program: &Program, action: &ActionDef| {
        let of = |ty: &crate::ir::Type| super::values::type_words(program, ty);
        let params: Vec<(String, String)> =
            action.params.iter().map(|p| (p.name.clone(), of(&p.ty))).collect();
        (params, action.result.as_ref().map(of))
    };
    let errors = |action: &ActionDef| -> Vec<String> {
        action.errors.iter().map(|error| error.name.clone()).collect()
    };
    types(names.old, old) == types(names.new, new)
        && errors(old) == errors(new)
        && (old.is_effect, &old.request, old.timeout_ms, old.retries)
            == (new.is_effect, &new.request, new.timeout_ms, new.retries)
}

/// What is known of customers stays known; from now on it is asked for as the new program says.
fn profile(names: &Names<'_>, found: &mut Found) {
    let (old, new) = (&names.old.profile, &names.new.profile);
    let change = || Change::new(Class::Safe, "customer", "");
    match (&old.from, &new.from) {
        (None, Some(_)) => found.push(change().says("the profile is loaded from now on")),
        (Some(_), None) => found.push(change().says("the profile is no more loaded")),
        (old, new) if old != new => found.push(change().says("the profile is loaded otherwise")),
        _ => {}
    }
    let confirmed = |program: &Program| {
        let number = program.profile.confirm?;
        program.channels.get(number.index()).map(|channel| channel.name.clone())
    };
    match (confirmed(names.old), confirmed(names.new)) {
        (old, new) if old == new => {}
        (_, Some(new)) => {
            found.push(change().says(format!("addresses on `{new}` are confirmed from now on")));
        }
        (_, None) => found.push(change().says("addresses are no more confirmed")),
    }
    let asked = |program: &Program, number: ChannelId| {
        let channel = program.channels.get(number.index()).map(|channel| channel.name.clone());
        let found = program.profile.find.iter().find(|find| find.channels.contains(&number));
        Some((channel?, found?.lookup.clone()))
    };
    let all = |program: &Program| -> BTreeMap<String, LookupDef> {
        let numbers = program.profile.find.iter().flat_map(|find| find.channels.clone());
        numbers.filter_map(|number| asked(program, number)).collect()
    };
    let (old, new) = (all(names.old), all(names.new));
    let channels: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for channel in channels.into_iter().filter(|channel| old.get(*channel) != new.get(*channel)) {
        let message = format!("addresses on `{channel}` are looked up otherwise");
        found.push(change().says(message));
    }
}

fn languages(names: &Names<'_>, found: &mut Found) {
    let (old, new) = (&names.old.bot.languages, &names.new.bot.languages);
    let default = new.first().map(ToString::to_string).unwrap_or_default();
    for lang in old.iter().filter(|lang| !new.contains(lang)) {
        let message = format!("is no more spoken; its sessions go on in `{default}`");
        found.push(Change::new(Class::Safe, "language", &lang.to_string()).says(message));
    }
    for lang in new.iter().filter(|lang| !old.contains(lang)) {
        found.push(Change::new(Class::Safe, "language", &lang.to_string()).says("is new"));
    }
}

/// How many texts are worded otherwise: they are said, never kept.
fn texts(names: &Names<'_>, found: &mut Found) {
    let (old, new) = (wordings(names.old), wordings(names.new));
    let changed: usize = new
        .iter()
        .map(|(text, count)| count.saturating_sub(old.get(text).copied().unwrap_or(0)))
        .sum();
    let gone: usize = old
        .iter()
        .map(|(text, count)| count.saturating_sub(new.get(text).copied().unwrap_or(0)))
        .sum();
    if changed + gone > 0 {
        let message = format!("{changed} new or worded otherwise, {gone} gone");
        found.push(Change::new(Class::Safe, "texts", "").says(message));
    }
}

fn wordings(program: &Program) -> BTreeMap<String, usize> {
    let mut wordings = BTreeMap::new();
    for text in &program.texts {
        *wordings.entry(wording(program, text)).or_default() += 1;
    }
    wordings
}

/// A text as it is worded, channels by name.
pub(super) fn wording(program: &Program, text: &TextDef) -> String {
    let variant = |variant: &crate::ir::TextVariantDef| {
        let channel = variant.channel.and_then(|id| program.channels.get(id.index()));
        let channel = channel.map(|channel| channel.name.as_str());
        format!("{:?} {channel:?} {:?};", variant.lang, variant.parts)
    };
    text.variants.iter().map(variant).collect()
}
