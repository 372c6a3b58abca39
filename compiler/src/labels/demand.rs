//! What a label demands of whoever sees the value, and which roles meet it.

use std::collections::{BTreeMap, BTreeSet};

use crate::sema::hir::{Label, Project};

/// One demand. A label is a set of them; joining two labels is joining the sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Demand {
    /// Data of a person.
    Personal,
    /// Only agents with the rights of this role, by its number in [`Project::roles`].
    Role(u32),
}

/// The project's roles, with the rights of each.
#[derive(Debug)]
pub(super) struct Roles {
    names: Vec<String>,
    numbers: BTreeMap<String, u32>,
    /// By role: itself and all that it includes.
    rights: Vec<BTreeSet<u32>>,
}

impl Roles {
    pub(super) fn new(project: &Project) -> Self {
        let names: Vec<String> = project.roles.iter().map(|role| role.name.clone()).collect();
        let numbers: BTreeMap<String, u32> = names.iter().cloned().zip(0..).collect();
        let includes: Vec<Vec<u32>> = project
            .roles
            .iter()
            .map(|role| role.includes.iter().filter_map(|n| numbers.get(n).copied()).collect())
            .collect();
        let rights = (0..).zip(&names).map(|(role, _)| closure(role, &includes)).collect();
        Self { names, numbers, rights }
    }

    /// What a declared label demands.
    pub(super) fn demands(&self, personal: bool, visible_to: Option<&str>) -> Vec<Demand> {
        let role = visible_to.and_then(|name| self.numbers.get(name).copied());
        personal.then_some(Demand::Personal).into_iter().chain(role.map(Demand::Role)).collect()
    }

    /// Whether everybody who meets the label meets the demand.
    pub(super) fn meets(&self, label: &Label, demand: Demand) -> bool {
        let own = label.visible_to.as_ref().and_then(|name| self.numbers.get(name).copied());
        match demand {
            Demand::Personal => label.personal,
            Demand::Role(role) => own.is_some_and(|own| self.has_rights(own, role)),
        }
    }

    fn has_rights(&self, role: u32, of: u32) -> bool {
        self.rights.get(role as usize).is_some_and(|rights| rights.contains(&of))
    }

    /// Whether every agent, whatever her role, meets the demand.
    pub(super) fn all_meet(&self, demand: Demand) -> bool {
        match demand {
            Demand::Personal => false,
            Demand::Role(role) => self.rights.iter().all(|rights| rights.contains(&role)),
        }
    }

    pub(super) fn name(&self, role: u32) -> &str {
        self.names.get(role as usize).map_or("", String::as_str)
    }

    /// The role with the fewest rights that meets all of these. Where no role does, words that are
    /// no role's name: nobody may see the value.
    pub(super) fn common(&self, wanted: &[u32]) -> Option<String> {
        if wanted.is_empty() {
            return None;
        }
        let meets_all = |rights: &BTreeSet<u32>| wanted.iter().all(|role| rights.contains(role));
        let fits = self.rights.iter().zip(&self.names).filter(|(rights, _)| meets_all(rights));
        let least = fits.min_by_key(|(rights, _)| rights.len()).map(|(_, name)| name.clone());
        let all = || wanted.iter().map(|role| self.name(*role)).collect::<Vec<_>>().join(" and ");
        Some(least.unwrap_or_else(all))
    }

    /// A label in the language's own words.
    pub(super) fn words(&self, demand: Demand) -> String {
        match demand {
            Demand::Personal => "personal".to_owned(),
            Demand::Role(role) => format!("visible to {}", self.name(role)),
        }
    }
}

fn closure(role: u32, includes: &[Vec<u32>]) -> BTreeSet<u32> {
    let mut rights = BTreeSet::new();
    let mut open = vec![role];
    while let Some(role) = open.pop() {
        if rights.insert(role) {
            open.extend(includes.get(role as usize).into_iter().flatten());
        }
    }
    rights
}
