//! `flowright serve`.

mod watch;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use flowright_access::token::KEY_BYTES_MIN;
use flowright_compiler::ir::{ChannelDef, Program};
use flowright_runtime::access::email;
use flowright_runtime::access::social::SocialChannels;
use flowright_runtime::actions::{MoreVariables, variables_needed};
use flowright_runtime::clients::{Client, Clients, is_sendable};
use flowright_runtime::clock::{SharedClock, SteadyClock};
use flowright_runtime::config::{Config, ConfigError, DeliverAddress, ElsewhereConfig};
use flowright_runtime::external::ExternalOptions;
use flowright_runtime::outbox::{Address, Addresses};
use flowright_runtime::programs::Loader;
use flowright_runtime::secret::Secret;
use flowright_runtime::service::{Handle, Options, Resumed, Service};
use flowright_runtime::store::{Durability, SqliteOptions};
use flowright_runtime::transport::HttpTransport;
use tracing_subscriber::EnvFilter;

use crate::Outcome;
use crate::args::{Format, ServeArgs};
use crate::commands::channels::missing;
use crate::configuration;
use crate::failure::{Failure, print};
use crate::runnable::{Runnable, folder_of, load};
use crate::style::{Stream, colored, paint};
use watch::Watch;

pub(crate) fn run(args: &ServeArgs) -> Result<Outcome, Failure> {
    log(args)?;
    let watch = args.watch.then(|| Watch::begin(&args.path)).transpose()?;
    // Read once, for all of it: what is trained here is loaded with the same encoder.
    let config = configuration::read(args.config.as_deref(), folder_of(&args.path))?;
    let opened = Runnable::open_configured(&args.path, &config)?;
    let Some(runnable) = opened else { return Ok(Outcome::Findings) };
    let program = runnable.load(true)?.program;
    let options = options(args, &runnable.folder, &config, &program)?;
    let store = options.store.clone();
    let clients = clients_shown(&options.clients);
    let no_jit = args.no_jit;
    let encoder = runnable.encoder.clone();
    let loader: Loader = Arc::new(move |bytes| load(bytes, no_jit, encoder.clone()));
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|e| Failure::new(format!("cannot start threads: {e}")))?;
    runtime.block_on(async {
        let handle = Service::start(&runnable.encoded.bytes, loader, options)
            .await
            .map_err(|e| Failure::new(e.to_string()))?;
        let closed = closed(&program, &config, args, &runnable.folder);
        welcome(&program, &handle, &store, config.nlu.elsewhere.as_ref(), &(clients + &closed))?;
        // It has nothing to hold on to it.
        drop(program);
        if let Some(watch) = watch {
            let (dispatch, runtime) =
                (handle.dispatch().clone(), tokio::runtime::Handle::current());
            std::thread::Builder::new()
                .name("flowright-watch".to_owned())
                .spawn(move || watch.run(&dispatch, &runtime))
                .map_err(|e| Failure::new(format!("cannot start a thread: {e}")))?;
            eprintln!("the sources are watched: a new version is served when they change");
        }
        stopped().await;
        eprintln!("stopping: requests under way get their answers");
        let busy = handle.stop().await;
        if busy > 0 {
            eprintln!("{busy} sessions still waited for an action; they go on at the next start");
        }
        Ok(Outcome::Fine)
    })
}

/// The values of the environment variables that are needed, all of them.
///
/// # Errors
/// Those that are missing.
pub(crate) fn variables(
    config: &Config,
    needed: &[String],
) -> Result<BTreeMap<String, Secret>, Failure> {
    let value = |name: &String| config.variable(name).map(|value| (name.clone(), value.into()));
    let missing: Vec<String> =
        needed.iter().filter(|name| config.variable(name).is_none()).cloned().collect();
    if missing.is_empty() {
        return Ok(needed.iter().filter_map(value).collect());
    }
    Err(Failure::new(ConfigError::MissingVariables(missing).to_string()))
}

/// The values of all others, for bundles that come later.
fn more_variables(config: &Config) -> MoreVariables {
    let config = config.clone();
    MoreVariables::new(move |name| config.variable(name))
}

/// The model elsewhere under `[nlu]`, with its token.
///
/// # Errors
/// A token that is missing or cannot be sent.
pub(crate) fn external(config: &Config) -> Result<Option<ExternalOptions>, Failure> {
    let Some(nlu) = &config.nlu.elsewhere else { return Ok(None) };
    let token = nlu.token_env.as_deref().map(|name| token(config, name)).transpose()?;
    let options = ExternalOptions::new(nlu, token.as_ref().map(Secret::reveal));
    options.map(Some).map_err(|e| Failure::new(e.to_string()))
}

/// A token by the name of its environment variable.
fn token(config: &Config, name: &str) -> Result<Secret, Failure> {
    config.variable(name).map(Secret::from).ok_or_else(|| {
        Failure::new(ConfigError::MissingVariables(vec![name.to_owned()]).to_string())
    })
}

/// The operators' token. One that nobody can send would lock them out, or, empty, let everybody in.
fn operators_token(config: &Config) -> Result<Option<Secret>, Failure> {
    let Some(name) = &config.api.token_env else { return Ok(None) };
    let token = token(config, name)?;
    match is_sendable(token.reveal()) {
        true => Ok(Some(token)),
        false => Err(Failure::new(ConfigError::UnusableToken(name.clone()).to_string())),
    }
}

/// The keys of the site's tokens: the present one, and the one before.
fn token_keys(config: &Config) -> Result<Vec<Secret>, Failure> {
    let names = [&config.web.token_key_env, &config.web.token_key_before_env];
    let key = |name: &String| {
        let key = token(config, name)?;
        let (bytes, least) = (key.reveal().len(), KEY_BYTES_MIN);
        if bytes < least {
            let short = ConfigError::ShortKey { name: name.clone(), at: None, bytes, least };
            return Err(Failure::new(short.to_string()));
        }
        Ok(key)
    };
    names.into_iter().flatten().map(key).collect()
}

/// The addresses under `[deliver]`, with their tokens.
fn addresses(config: &Config, channels: &[String]) -> Result<Addresses, Failure> {
    let deliver = &config.deliver;
    deliver.check(channels).map_err(|e| Failure::new(e.to_string()))?;
    let address = |address: &DeliverAddress| {
        let token = address.token_env.as_deref().map(|name| token(config, name)).transpose()?;
        let secrets = config.keys(address.secrets()).map_err(|e| Failure::new(e.to_string()))?;
        Ok(Address { url: address.url.0.clone(), token, secrets })
    };
    let replies = deliver.replies.iter().map(|(name, to)| Ok((name.clone(), address(to)?)));
    Ok(Addresses {
        replies: replies.collect::<Result<_, Failure>>()?,
        handoffs: deliver.handoffs.as_ref().map(address).transpose()?,
        desk: deliver.desk.as_ref().map(address).transpose()?,
    })
}

/// The webhook channels; those that lack something stay closed.
fn social(config: &Config, program: &Program) -> Result<SocialChannels, Failure> {
    SocialChannels::new(&program.channels, config).map_err(|e| Failure::new(e.to_string()))
}

/// The channels that lack something, and who says what.
fn closed(program: &Program, config: &Config, args: &ServeArgs, folder: &Path) -> String {
    let lacks = |channel: &&ChannelDef| !missing(channel, config, folder).is_empty();
    let names: Vec<String> = program
        .channels
        .iter()
        .filter(lacks)
        .map(|channel| format!("`{}`", channel.name))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    let path = args.path.display();
    format!("  closed  {}: `flowright channels {path}` says what is missing\n", names.join(", "))
}

/// Who has a key, and what she may do with it.
fn clients_shown(clients: &Clients) -> String {
    let shown = |client: &&Client| {
        let rights = client.rights.names().collect::<Vec<_>>().join(", ");
        let on = client.channels.as_ref().map(|names| format!(", on {}", names.join(", ")));
        format!("  client  `{}` may {rights}{}\n", client.name, on.unwrap_or_default())
    };
    clients.all().iter().map(shown).collect()
}

/// The customers under `[[demo.customers]]`, as JSON.
pub(crate) fn demo_customers(config: &Config) -> Vec<serde_json::Value> {
    let customers = config.demo.customers.iter();
    customers.filter_map(|table| serde_json::to_value(table).ok()).collect()
}

fn options(
    args: &ServeArgs,
    folder: &Path,
    config: &Config,
    program: &Program,
) -> Result<Options, Failure> {
    let needed = variables_needed(program);
    let channels: Vec<String> = program.channels.iter().map(|c| c.name.clone()).collect();
    let token = operators_token(config)?;
    let clients = Clients::open(config, &channels).map_err(|e| Failure::new(e.to_string()))?;
    let changes = config.changes().map_err(|e| Failure::new(e.to_string()))?;
    let store = match &args.store {
        Some(path) => path.clone(),
        None => folder.join(&config.store.path),
    };
    let clock: SharedClock = Arc::new(SteadyClock::default());
    let variable = |name: &str| config.variable(name);
    let mail = email::setup(&config.email, folder, &program.channels, variable, &clock);
    let mail = mail.map_err(|e| Failure::new(e.to_string()))?;
    let durability = if args.not_durable { Durability::ProcessOnly } else { Durability::Full };
    Ok(Options {
        listen: args.listen.unwrap_or(config.serve.listen),
        grpc: args.grpc_listen.or(config.grpc.listen),
        store,
        sqlite: SqliteOptions::new(durability),
        token,
        clients,
        changes,
        token_keys: token_keys(config)?,
        allowed_origins: config.web.allowed_origins.clone(),
        variables: variables(config, &needed)?,
        more_variables: more_variables(config),
        demo_customers: demo_customers(config),
        external: external(config)?,
        deliver: addresses(config, &channels)?,
        social: social(config, program)?,
        outlets: mail.outlets,
        email: mail.options,
        debug: args.debug,
        attachments: config.attachments.options(),
        transport: Arc::new(HttpTransport::default()),
        codes: config.customers.codes(),
        conversations_last: config.conversations.last.map(|time| time.0),
        desk: config.desk.options(&program.roles).map_err(|e| Failure::new(e.to_string()))?,
        clock,
    })
}

fn welcome(
    program: &Program,
    handle: &Handle,
    store: &Path,
    nlu: Option<&ElsewhereConfig>,
    more: &str,
) -> Result<(), Failure> {
    let base = format!("http://{}", handle.address);
    let bold = |text: &str| paint(Stream::Out, "1", text);
    let has_grpc = program.channels.iter().any(|channel| channel.kind == "grpc");
    let grpc = match has_grpc {
        true => format!(
            "  grpc    {}   flowright.v1.Conversations, with reflection\n",
            handle.grpc_address
        ),
        false => String::new(),
    };
    let mut text = format!(
        "{} {}\n  chat    {}\n  api     POST {base}/v1/sessions/SESSION/messages   described in {base}/openapi.json\n  desk    {base}/desk   for whom `flowright accounts add` has made an account\n  health  {base}/readyz   metrics {base}/metrics\n{grpc}  store   {}\n  Ctrl-C stops it; nothing said so far is lost.\n",
        bold(&program.bot.name),
        "is served:",
        bold(&format!("{base}/")),
        store.display()
    );
    if let Some(address) = handle.mail_address {
        text.push_str(&format!("  mail    taken at {address}\n"));
    }
    if let Some(nlu) = nlu {
        text.push_str(&format!("  understanding is asked for at {}\n", nlu.url.0));
    }
    text.push_str(more);
    text.push_str(&interrupted(handle.resumed));
    print(&text)
}

/// What becomes of the sessions whose calls were under way when the last process ended.
fn interrupted(sessions: Resumed) -> String {
    let Resumed { going_on, standing } = sessions;
    let mut text = String::new();
    match going_on {
        0 => {}
        1 => text.push_str("  1 session goes on where it was interrupted\n"),
        many => text.push_str(&format!("  {many} sessions go on where they were interrupted\n")),
    }
    let why = "bundle cannot be read here; the log says why";
    match standing {
        0 => {}
        1 => text.push_str(&format!("  1 session stands still: its {why}\n")),
        many => text.push_str(&format!("  {many} sessions stand still: their {why}\n")),
    }
    text
}

/// Comes back when the process is asked to end.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be watched");
            let _ = interrupted.await;
        }
    }
}

fn log(args: &ServeArgs) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&args.log).map_err(|e| {
        Failure::new(format!("`--log {}` is not a level: {e}", args.log))
            .with_help("one of error, warn, info, debug")
    })?;
    let base = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let result = match args.log_format {
        Format::Human => base.with_ansi(colored(Stream::Err)).with_target(false).try_init(),
        Format::Json => base.json().try_init(),
    };
    result.map_err(|e| Failure::new(format!("the log cannot be set up: {e}")))
}
