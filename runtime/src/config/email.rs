//! `[email]`: where mail comes in, and the mail server that sends replies.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

/// `[email]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmailConfig {
    /// Address and port on which mail is taken; without it none is.
    pub listen: Option<SocketAddr>,
    /// What this server calls itself; without it, the domain of the first channel's address.
    pub hostname: Option<String>,
    /// A certificate in PEM, relative to the project: with it connections can be encrypted.
    pub certificate: Option<PathBuf>,
    /// Its private key.
    pub certificate_key: Option<PathBuf>,
    /// Whether they must be.
    pub tls: EmailTls,
    /// Addresses of the company's own mail servers in front of this one.
    pub trusted: Vec<IpAddr>,
    /// The name under which those say what they found of a sender.
    pub authserv_id: Option<String>,
    /// Name of the environment variable that holds what ids of messages are sealed with.
    pub key_env: Option<String>,
    /// The name beside the address that replies come from.
    pub name: Option<String>,
    /// `host` or `host:port` of the mail server that sends replies.
    pub smarthost: Option<String>,
    /// How the connection to it is protected.
    pub smarthost_tls: SmarthostTls,
    /// The name of the account there.
    pub smarthost_user: Option<String>,
    /// Name of the environment variable that holds its password.
    pub smarthost_password_env: Option<String>,
    /// A certificate in PEM that vouches for its own.
    pub smarthost_ca: Option<PathBuf>,
}

/// Whether mail must come encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmailTls {
    /// It may.
    #[default]
    Offered,
    /// It must.
    Required,
}

/// How the connection to the mail server that sends is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmarthostTls {
    /// Encrypted after STARTTLS, or nothing is sent.
    #[default]
    StartTls,
    /// Encrypted from the start.
    Tls,
    /// Not at all: on this machine only.
    None,
}

#[cfg(test)]
mod tests {
    use super::{EmailTls, SmarthostTls};
    use crate::config::Config;

    #[test]
    fn it_is_read_and_wrong_keys_are_told() {
        let text = "[email]\nlisten = \"127.0.0.1:2525\"\ntls = \"required\"\nkey_env = \"K\"\n\
                    trusted = [\"10.0.0.5\"]\nsmarthost = \"smtp.example.com:587\"\nsmarthost_tls = \"none\"\n";
        let email = Config::parse("f", text).unwrap().email;
        assert_eq!((email.tls, email.smarthost_tls), (EmailTls::Required, SmarthostTls::None));
        assert_eq!(email.trusted.len(), 1);
        for (text, message) in [
            ("[email]\nsmarthosts = \"x\"\n", "did you mean `smarthost`?"),
            ("[email]\nlisten = \"25\"\n", "is not an address with a port"),
            ("[email]\ntls = \"on\"\n", "unknown variant `on`"),
            ("[email]\ntrusted = [\"x\"]\n", "f:2"),
            ("[emails]\n", "did you mean `email`?"),
        ] {
            let error = Config::parse("f", text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
