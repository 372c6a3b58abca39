//! What a project says of itself: its configuration, sources and variables.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use flowright_compiler::ir::Program;
use flowright_runtime::actions::variables_needed;
use flowright_runtime::clients::{Clients, is_sendable};
use flowright_runtime::config::{Config, ConfigError};

use super::{State, Thing};
use crate::commands::serve::external;
use crate::configuration;
use crate::encoder;
use crate::failure::Failure;
use crate::project::{Project, counted, plural};
use crate::runnable::{Runnable, is_bundle_path};

/// A configuration that can be read, and the program where there is one.
pub(super) struct Known {
    pub(super) config: Config,
    /// The bot's name.
    pub(super) bot: Option<String>,
}

/// Looks at the configuration, the encoder, the sources and the variables.
pub(super) fn look(
    path: &Path,
    folder: &Path,
    named: Option<&Path>,
    things: &mut Vec<Thing>,
) -> Option<Known> {
    let config = match configuration::read(named, folder) {
        Ok(config) => config,
        Err(failure) => {
            let failure = failure.with_help("mend it; docs/operations.md lists all keys");
            things.push(Thing::failed("configuration", &failure));
            let says = "not compiled: the configuration may name an encoder, and cannot be read";
            things.push(Thing::warning("sources", says, "mend the configuration first"));
            return None;
        }
    };
    let encoder = encoder::of_config(&config, folder);
    let (sources, program) = match &encoder {
        Ok(_) if is_bundle_path(path) => bundle(path, &config),
        Ok(_) => sources(path, &config),
        Err(_) => {
            let says = "not compiled: the encoder that they are compiled with cannot be used";
            (Thing::warning("sources", says, "see what is said of the encoder"), None)
        }
    };
    let file = named.map_or_else(|| folder.join("flowright.toml"), Path::to_owned);
    things.push(read(&file, &config, program.as_deref()));
    things.push(sources);
    things.push(match (encoder, &config.nlu.encoder) {
        (Err(failure), _) => Thing::failed("encoder", &failure),
        (Ok(_), Some(path)) => Thing::ok("encoder", format!("`{}` can be used", path.display())),
        (Ok(_), None) => Thing::ok("encoder", "none is configured"),
    });
    things.push(variables(&config, program.as_deref()));
    things.extend(keys(&config, program.as_deref()));
    Some(Known { config, bot: program.map(|program| program.bot.name.clone()) })
}

fn bundle(path: &Path, config: &Config) -> (Thing, Option<Arc<Program>>) {
    match Runnable::read(path, Some(config)).and_then(|runnable| runnable.load(true)) {
        Ok(loaded) => {
            let says = format!("the bundle {} is whole", path.display());
            (Thing::ok("sources", says), Some(Arc::clone(&loaded.program)))
        }
        Err(failure) => (Thing::failed("sources", &failure), None),
    }
}

fn sources(path: &Path, config: &Config) -> (Thing, Option<Arc<Program>>) {
    let project = Project::open(path).map(|project| project.configured(config.clone()));
    let compiled = match project.and_then(|project| project.compile()) {
        Ok(compiled) => compiled,
        Err(failure) => return (Thing::failed("sources", &failure), None),
    };
    let says = counted(&compiled.analysis);
    let help = format!("`flowright check {}` shows them", path.display());
    let thing = match (&compiled.bundle, compiled.analysis.warnings()) {
        (None, _) => Thing::fault("sources", format!("they do not compile: {says}"), help),
        (Some(_), 0) => Thing::ok("sources", "they compile, without findings"),
        (Some(_), _) => Thing::warning("sources", format!("they compile: {says}"), help),
    };
    (thing, compiled.bundle.map(|bundle| Arc::clone(&bundle.program)))
}

/// What is said of a configuration that could be read.
fn read(path: &Path, config: &Config, program: Option<&Program>) -> Thing {
    let channels = program.map(|program| {
        program.channels.iter().map(|channel| channel.name.clone()).collect::<Vec<_>>()
    });
    if let Some(Err(error)) = channels.map(|channels| config.deliver.check(&channels)) {
        let failure = Failure::new(error.to_string()).with_help("name a channel of the bot");
        return Thing::failed("configuration", &failure);
    }
    if let Some(Err(error)) = program.map(|program| config.desk.options(&program.roles)) {
        let failure = Failure::new(error.to_string()).with_help("name a role of the bot");
        return Thing::failed("configuration", &failure);
    }
    if path.exists() {
        return Thing::ok("configuration", format!("{} can be read", path.display()));
    }
    let says = format!("there is no {}: the defaults hold", path.display());
    Thing::ok("configuration", says)
}

/// Who has a key of the API, where anybody has, and what webhooks are signed with, of the records and to
/// addresses of the company. What is not set is said of the environment.
fn keys(config: &Config, program: Option<&Program>) -> Option<Thing> {
    let signed = config.customers.variables().chain(config.deliver.variables());
    let mut used = config.api.variables().chain(signed).peekable();
    used.peek()?;
    if used.any(|name| config.variable(name).is_none()) {
        let says = "not looked at: some of them are not set";
        return Some(Thing::warning("keys", says, "see what is said of the environment"));
    }
    let Some(program) = program else {
        let says = "not looked at: the channels of clients are those of the sources";
        return Some(Thing::warning("keys", says, "mend the sources first"));
    };
    let channels: Vec<String> = program.channels.iter().map(|c| c.name.clone()).collect();
    let looked = Clients::open(config, &channels).and_then(|clients| {
        config.changes()?;
        for address in config.deliver.addresses() {
            config.keys(address.secrets())?;
        }
        let name = config.api.token_env.iter();
        let mut tokens = name.filter_map(|name| Some((name, config.variable(name)?)));
        match tokens.find(|(_, token)| !is_sendable(token)) {
            Some((name, _)) => Err(ConfigError::UnusableToken(name.clone())),
            None => Ok(clients.all().len()),
        }
    });
    Some(match looked {
        Err(error) => Thing::new("keys", State::Fault, error.to_string()),
        Ok(0) => Thing::ok("keys", "no client has a key of its own"),
        Ok(1) => Thing::ok("keys", "1 client has a key of its own"),
        Ok(many) => Thing::ok("keys", format!("{many} clients have keys of their own")),
    })
}

/// The environment variables that the flows and the configuration name.
fn variables(config: &Config, program: Option<&Program>) -> Thing {
    let nlu = config.nlu.elsewhere.as_ref().and_then(|nlu| nlu.token_env.clone());
    let names: BTreeSet<String> = program
        .map(variables_needed)
        .unwrap_or_default()
        .into_iter()
        .chain(config.api.variables().map(str::to_owned))
        .chain(config.customers.variables().map(str::to_owned))
        .chain(nlu)
        .chain(config.deliver.variables().map(str::to_owned))
        .collect();
    let is_missing = |name: &&String| config.variable(name).is_none();
    let missing: Vec<String> = names.iter().filter(is_missing).cloned().collect();
    if !missing.is_empty() {
        let says = ConfigError::MissingVariables(missing).to_string();
        return Thing::new("environment", State::Fault, says);
    }
    if let Err(failure) = external(config) {
        return Thing::failed("environment", &failure);
    }
    if names.is_empty() {
        return Thing::ok("environment", "no variable is needed");
    }
    let own = |name: &&String| std::env::var_os(name.as_str()).is_none();
    let from_file: Vec<String> = names.iter().filter(own).map(|name| format!("`{name}`")).collect();
    let set = plural(names.len(), "variable");
    let mut says = format!("{set} {} set", if names.len() == 1 { "is" } else { "are" });
    if !from_file.is_empty() {
        says.push_str(&format!(", by `[env]` in flowright.toml: {}", from_file.join(", ")));
    }
    Thing::ok("environment", says)
}
