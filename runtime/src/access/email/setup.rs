//! From `[email]` and the bot's channels to what runs: certificates and secrets are read, and what
//! cannot work is told before anything starts.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use flowright_access::code::CodeKey;
use flowright_access::email::compose::Sender;
use flowright_access::email::limits::MESSAGE_BYTES_MAX;
use flowright_access::email::smtp::{Settings, Tls};
use flowright_access::email::thread::Key;
use flowright_access::email::{Address, Mailbox};
use flowright_compiler::ir::{ChannelDef, SettingDef};

use super::{Certificate, EmailOptions, MailOutlet, Protection, Smarthost};
use crate::access::Outlets;
use crate::clock::{SharedClock, SteadyClock};
use crate::config::{ConfigError, EmailConfig, EmailTls, SmarthostTls};
use crate::secret::Secret;

/// Characters that a key for ids has at least.
const KEY_CHARS_MIN: usize = 16;

/// What email comes to in a project.
#[derive(Debug, Default)]
pub struct Setup {
    /// How mail comes in, if it does.
    pub options: Option<EmailOptions>,
    /// What sends replies, by channel.
    pub outlets: Outlets,
}

/// Sets email up for the channels of a bot that are of its kind. Paths are relative to `folder`.
///
/// # Errors
/// What is missing or cannot be used.
pub fn setup(
    config: &EmailConfig,
    folder: &Path,
    channels: &[ChannelDef],
    variable: impl Fn(&str) -> Option<String>,
    clock: &SharedClock,
) -> Result<Setup, ConfigError> {
    let channels: Vec<&ChannelDef> = channels.iter().filter(|c| c.kind == "email").collect();
    if config.listen.is_none() && config.smarthost.is_none() {
        return Ok(Setup::default());
    }
    let mailboxes = channels.into_iter().map(mailbox).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = mailboxes.first() else {
        return Err(unusable(
            "the bot has no channel of kind `email`: declare one, or take `[email]` out",
        ));
    };
    let hostname = config.hostname.clone().unwrap_or_else(|| first.address.domain().to_owned());
    if !is_hostname(&hostname) {
        return Err(unusable(format!("`hostname`: `{hostname}` is not a name of a host")));
    }
    let keys = keys(config, &variable)?;
    let outlets = outlets(config, folder, &hostname, &mailboxes, &keys, &variable, clock)?;
    let tls = tls(config, folder)?;
    let options = config.listen.map(|listen| EmailOptions {
        listen,
        smtp: Arc::new(Settings {
            hostname,
            mailboxes,
            bytes_max: MESSAGE_BYTES_MAX,
            tls: match (&tls, config.tls) {
                (None, _) => Tls::Absent,
                (Some(_), EmailTls::Offered) => Tls::Offered,
                (Some(_), EmailTls::Required) => Tls::Required,
            },
        }),
        tls,
        key: keys.0,
        trusted: config.trusted.iter().map(IpAddr::to_canonical).collect(),
        authserv_id: config.authserv_id.clone(),
    });
    Ok(Setup { options, outlets })
}

/// What keeps a channel of this kind from being served, in words.
#[must_use]
pub fn missing(
    config: &EmailConfig,
    folder: &Path,
    channel: &ChannelDef,
    variable: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut missing = Vec::new();
    if config.listen.is_none() {
        missing.push("no mail comes in: `[email]` in flowright.toml has no `listen`".to_owned());
    }
    if config.smarthost.is_none() {
        missing
            .push("no reply goes out: `[email]` in flowright.toml has no `smarthost`".to_owned());
    }
    let clock: SharedClock = Arc::new(SteadyClock::default());
    let channels = std::slice::from_ref(channel);
    missing.extend(setup(config, folder, channels, variable, &clock).err().map(|e| e.to_string()));
    missing
}

fn unusable(what: impl Into<String>) -> ConfigError {
    ConfigError::Email(what.into())
}

fn is_hostname(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    (1..=253).contains(&name.len()) && name.chars().all(fits)
}

fn mailbox(channel: &ChannelDef) -> Result<Mailbox, ConfigError> {
    let name = &channel.name;
    let text = channel.settings.iter().find_map(|(key, value)| match value {
        SettingDef::Text(text) if key == "address" => Some(text.as_str()),
        _ => None,
    });
    let such_as = format!("write `channel {name}: email {{ address \"support@example.com\" }}`");
    let text =
        text.ok_or_else(|| unusable(format!("the channel `{name}` has no address: {such_as}")))?;
    let address = Address::parse(text);
    let address = address.ok_or_else(|| {
        unusable(format!("the channel `{name}`: `{text}` is no address of mail; {such_as}"))
    })?;
    Ok(Mailbox { address, channel: name.clone() })
}

/// What ids are sealed with, and what one-time codes are made with. It must stay the same, or answers
/// no longer find what they answer.
fn keys(
    config: &EmailConfig,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<(Key, CodeKey), ConfigError> {
    let name = config.key_env.as_ref().ok_or_else(|| {
        unusable("`key_env` is missing: it names an environment variable with a secret, such as `key_env = \"MAIL_KEY\"`")
    })?;
    let value = value(name, variable)?;
    if value.chars().count() < KEY_CHARS_MIN {
        return Err(unusable(format!(
            "`{name}` has fewer than {KEY_CHARS_MIN} characters: it can be guessed"
        )));
    }
    Ok((Key::new(value.as_bytes()), CodeKey::new(value.as_bytes())))
}

fn value(name: &str, variable: &impl Fn(&str) -> Option<String>) -> Result<String, ConfigError> {
    variable(name).ok_or_else(|| ConfigError::MissingVariables(vec![name.to_owned()]))
}

fn tls(config: &EmailConfig, folder: &Path) -> Result<Option<Arc<Certificate>>, ConfigError> {
    let (certificate, key) = match (&config.certificate, &config.certificate_key) {
        (Some(certificate), Some(key)) => (folder.join(certificate), folder.join(key)),
        (None, None) if config.tls == EmailTls::Offered => return Ok(None),
        (None, None) => {
            return Err(unusable("`tls = \"required\"` needs `certificate` and `certificate_key`"));
        }
        _ => return Err(unusable("`certificate` and `certificate_key` belong together")),
    };
    Ok(Some(Arc::new(Certificate::read(certificate, key).map_err(unusable)?)))
}

fn outlets(
    config: &EmailConfig,
    folder: &Path,
    hostname: &str,
    mailboxes: &[Mailbox],
    keys: &(Key, CodeKey),
    variable: &impl Fn(&str) -> Option<String>,
    clock: &SharedClock,
) -> Result<Outlets, ConfigError> {
    let Some(smarthost) = smarthost(config, folder, hostname, variable)? else {
        return Ok(Outlets::new());
    };
    let outlet = |own: &Mailbox| {
        let name = config.name.clone().unwrap_or_default();
        let sender = Sender { address: own.address.clone(), name };
        let outlet = MailOutlet::new(sender, keys.clone(), &smarthost, Arc::clone(clock));
        let outlet = outlet.map_err(|e| unusable(format!("`smarthost`: {e}")))?;
        Ok((own.channel.clone(), Arc::new(outlet) as _))
    };
    mailboxes.iter().map(outlet).collect()
}

fn smarthost(
    config: &EmailConfig,
    folder: &Path,
    hostname: &str,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<Option<Smarthost>, ConfigError> {
    let Some(text) = &config.smarthost else { return Ok(None) };
    let (protection, usual) = match config.smarthost_tls {
        SmarthostTls::StartTls => (Protection::StartTls, 587),
        SmarthostTls::Tls => (Protection::Tls, 465),
        SmarthostTls::None => (Protection::None, 25),
    };
    let (host, port) = match text.rsplit_once(':') {
        None => (text.as_str(), Some(usual)),
        Some((host, port)) => (host, port.parse().ok()),
    };
    let port = port.filter(|_| is_hostname(host)).ok_or_else(|| {
        unusable(format!("`smarthost`: `{text}` is not a host, or a host with a port such as `smtp.example.com:587`"))
    })?;
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if protection == Protection::None && !is_here {
        return Err(unusable(format!(
            "`smarthost_tls = \"none\"` would send what customers are told over the network for all to read; it is for a server on this machine, not `{host}`"
        )));
    }
    let read = |path: &std::path::PathBuf| {
        let path = folder.join(path);
        std::fs::read(&path).map_err(|e| unusable(format!("`{}`: {e}", path.display())))
    };
    let account = match (&config.smarthost_user, &config.smarthost_password_env) {
        (Some(user), Some(name)) => Some((user.clone(), Secret::from(value(name, variable)?))),
        (None, None) => None,
        _ => return Err(unusable("`smarthost_user` and `smarthost_password_env` belong together")),
    };
    Ok(Some(Smarthost {
        host: host.to_owned(),
        port,
        protection,
        authority: config.smarthost_ca.as_ref().map(read).transpose()?,
        account,
        hello: hostname.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn set_up(text: &str, address: Option<&str>) -> Result<Setup, String> {
        let settings = address.map(|a| ("address".to_owned(), SettingDef::Text(a.to_owned())));
        let channel = ChannelDef {
            name: "mail".to_owned(),
            kind: "email".to_owned(),
            settings: settings.into_iter().collect(),
        };
        let config = Config::parse("f", text).unwrap();
        let variable = |name: &str| config.env.get(name).cloned();
        let clock: SharedClock = Arc::new(SteadyClock::default());
        setup(&config.email, Path::new("/nowhere"), &[channel], variable, &clock)
            .map_err(|e| e.to_string())
    }

    const ENV: &str = "[env]\nK = \"0123456789abcdef\"\nSHORT = \"abc\"\n";

    #[test]
    fn what_is_complete_is_set_up() {
        let text = format!(
            "{ENV}[email]\nlisten = \"127.0.0.1:0\"\nkey_env = \"K\"\nsmarthost = \"localhost\"\nsmarthost_tls = \"none\"\n"
        );
        let setup = set_up(&text, Some("support@acme.example")).unwrap();
        let options = setup.options.unwrap();
        assert_eq!(
            (options.smtp.hostname.as_str(), options.smtp.tls),
            ("acme.example", Tls::Absent)
        );
        assert_eq!(setup.outlets.keys().collect::<Vec<_>>(), ["mail"]);
        let nothing = set_up("", None).unwrap();
        assert!(nothing.options.is_none() && nothing.outlets.is_empty());
    }

    #[test]
    fn what_a_channel_lacks_is_listed() {
        let lacks = |text: &str, address: &str| {
            let settings = vec![("address".to_owned(), SettingDef::Text(address.to_owned()))];
            let (name, kind) = ("mail".to_owned(), "email".to_owned());
            let config = Config::parse("f", text).unwrap();
            let variable = |name: &str| config.env.get(name).cloned();
            missing(&config.email, Path::new("/"), &ChannelDef { name, kind, settings }, variable)
        };
        let nothing = lacks("", "a@b");
        assert!(
            nothing[0].contains("`listen`") && nothing[1].contains("`smarthost`"),
            "{nothing:?}"
        );
        let keys = "[email]\nlisten = \"127.0.0.1:0\"\nsmarthost = \"localhost\"\n";
        assert!(lacks(keys, "a@b")[0].contains("`key_env` is missing"));
        let text = format!("{ENV}{keys}key_env = \"K\"\n");
        assert!(lacks(&text, "a")[0].contains("`a` is no address"));
        assert_eq!(lacks(&text, "a@b"), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_is_told_with_the_way_out() {
        let address = Some("support@acme.example");
        for (keys, address, message) in [
            ("", address, "`key_env` is missing"),
            ("key_env = \"NONE\"", address, "R0203"),
            ("key_env = \"SHORT\"", address, "fewer than 16"),
            ("key_env = \"K\"", None, "has no address: write `channel mail: email"),
            ("key_env = \"K\"", Some("support"), "`support` is no address"),
            ("key_env = \"K\"\nhostname = \"a b\"", address, "is not a name of a host"),
            ("key_env = \"K\"\ntls = \"required\"", address, "needs `certificate`"),
            ("key_env = \"K\"\ncertificate = \"a.pem\"", address, "belong together"),
            (
                "key_env = \"K\"\ncertificate = \"a\"\ncertificate_key = \"b\"",
                address,
                "/nowhere/a",
            ),
            ("key_env = \"K\"\nsmarthost = \"a:b\"", address, "is not a host"),
            (
                "key_env = \"K\"\nsmarthost = \"smtp.x.example\"\nsmarthost_tls = \"none\"",
                address,
                "for all to read",
            ),
            (
                "key_env = \"K\"\nsmarthost = \"a\"\nsmarthost_user = \"u\"",
                address,
                "belong together",
            ),
            (
                "key_env = \"K\"\nsmarthost = \"a\"\nsmarthost_ca = \"c.pem\"",
                address,
                "/nowhere/c.pem",
            ),
        ] {
            let text = format!("{ENV}[email]\nlisten = \"127.0.0.1:0\"\n{keys}\n");
            let error = set_up(&text, address).unwrap_err();
            assert!(error.contains(message), "{keys}: {error}");
            assert!(error.contains("R0221") || error.contains("R0203"), "{error}");
        }
    }
}
