//! Who may see a value.

use std::collections::BTreeSet;

use flowright_compiler::sema::hir;
use flowright_compiler::syntax::ast::{DeclKind, Labels};

use super::md::{Md, tick, ticks};
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::Kind;

/// Roles that are told.
const ROLES_SHOWN: usize = 10;

/// Who may see a value with these labels.
pub(super) fn labels(snapshot: &Snapshot, labels: &Labels, page: &mut Md) {
    let role = labels.visible_to.as_ref().map(|role| role.text.as_str());
    told(snapshot, labels.personal.is_some(), role, page);
}

/// Who may see a slot: with the labels that it takes on from what is put into it. What is put in is
/// known of the last version without errors.
pub(super) fn slot(snapshot: &Snapshot, own: &Labels, checked: Option<&hir::Slot>, page: &mut Md) {
    let declared = own.visible_to.as_ref().map(|role| role.text.as_str());
    let is_declared = own.personal.is_some() || declared.is_some();
    let Some(checked) = checked else {
        if is_declared {
            labels(snapshot, own, page);
        }
        page.par(
            "What else is put in, and who may see that, is not known while the project has errors.",
        );
        return;
    };
    let when = match snapshot.analysis.project {
        Some(_) => "",
        None => ", as of the last version without errors",
    };
    let role = declared.or(checked.visible_to.as_deref());
    let is_personal = own.personal.is_some() || checked.personal;
    match is_personal || role.is_some() {
        true => told(snapshot, is_personal, role, page),
        false => _ = page.par(format!("Everybody may see it{when}.")),
    }
    if let (Some(role), None) = (&checked.visible_to, declared) {
        page.par(format!("It takes on `visible to {role}` by what is put in{when}."));
    }
}

fn told(snapshot: &Snapshot, is_personal: bool, role: Option<&str>, page: &mut Md) {
    if is_personal {
        page.par(
            "**Personal**: the customer sees it; no agent finds it in a reason for a handoff.",
        );
    }
    if let Some(role) = role {
        let others = including(snapshot, role);
        let others = match others.is_empty() {
            true => String::new(),
            false => format!(", and {}", ticks(others.iter().map(String::as_str), ROLES_SHOWN)),
        };
        page.par(format!("**Seen by** agents with the role {}{others}.", tick(role)));
    }
    if !is_personal && role.is_none() {
        page.par("Everybody may see it.");
    }
}

/// A role, and the roles that it includes.
pub(super) fn included(snapshot: &Snapshot, role: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![role.to_owned()];
    while let Some(name) = open.pop() {
        if let Some((_, decl)) = snapshot.model.decl(Kind::Role, &name)
            && let DeclKind::Role(own) = &decl.node.kind
            && found.insert(name)
        {
            open.extend(own.includes.iter().map(|other| other.text.clone()));
        }
    }
    found
}

/// Roles that include a role.
fn including(snapshot: &Snapshot, role: &str) -> BTreeSet<String> {
    let roles = snapshot.model.names(Kind::Role);
    let mut found: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = found.len();
        for (name, decl) in &roles {
            let DeclKind::Role(own) = &decl.node.kind else { continue };
            let has = |other: &str| other == role || found.contains(other);
            if own.includes.iter().any(|other| has(&other.text)) && *name != role {
                found.insert((*name).to_owned());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}
