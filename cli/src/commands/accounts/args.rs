//! What can be asked of `flowright accounts`.

use clap::{ArgAction, Subcommand};

use crate::args::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// List the accounts
    List(ListArgs),
    /// Make an account; without `--password-env` it gets a password, which is printed once
    Add(AddArgs),
    /// Change an account: what is not named stays as it is
    Set(SetArgs),
    /// Give an account another password, and end its logins
    Password(PasswordArgs),
    /// Remove an account, and end its logins
    Remove(RemoveArgs),
}

/// Which server, and who asks.
#[derive(Debug, clap::Args)]
pub(crate) struct ServerArgs {
    /// Where the server is
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub(crate) url: String,
    /// Environment variable that holds the operators' token, or a key with the right `operate`
    #[arg(long, value_name = "NAME")]
    pub(crate) token_env: Option<String>,
    /// Form of what is said
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// What is decided of an account.
#[derive(Debug, clap::Args)]
pub(crate) struct Decided {
    /// A role of the bot
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<String>,
    /// A skill of the bot, with a level from 1 to 5; may be given more than once
    #[arg(long, value_name = "NAME=LEVEL", value_parser = skill)]
    pub(crate) skill: Vec<(String, u8)>,
    /// Conversations at once, on all channels or on one; may be given more than once
    #[arg(long, value_name = "[CHANNEL=]N", value_parser = capacity)]
    pub(crate) capacity: Vec<(Option<String>, u16)>,
    /// Share of the work, in thousandths of the usual
    #[arg(long, value_name = "N")]
    pub(crate) weight_milli: Option<u32>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AddArgs {
    /// What she signs in with
    pub(crate) login: String,
    /// Her name, as customers see it
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) decided: Decided,
    /// Environment variable that holds her password
    #[arg(long, value_name = "NAME")]
    pub(crate) password_env: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SetArgs {
    /// Whose account
    pub(crate) login: String,
    /// Her name, as customers see it
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) decided: Decided,
    /// Without a role
    #[arg(long, conflicts_with = "role")]
    pub(crate) no_role: bool,
    /// Without a skill; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub(crate) no_skill: Vec<String>,
    /// Without capacities but for those that are named
    #[arg(long)]
    pub(crate) no_capacity: bool,
    /// Whether nobody can sign in with it
    #[arg(long, value_name = "yes|no", action = ArgAction::Set, value_parser = yes_or_no)]
    pub(crate) disabled: Option<bool>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

impl SetArgs {
    /// Whether it names nothing.
    pub(crate) fn is_empty(&self) -> bool {
        let Decided { role, skill, capacity, weight_milli } = &self.decided;
        let takes = self.no_role || self.no_capacity || !self.no_skill.is_empty();
        let gives = role.is_some() || weight_milli.is_some() || self.name.is_some();
        let adds = !skill.is_empty() || !capacity.is_empty() || self.disabled.is_some();
        !(takes || gives || adds)
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct PasswordArgs {
    /// Whose account
    pub(crate) login: String,
    /// Environment variable that holds the password; without it she gets one, which is printed once
    #[arg(long, value_name = "NAME")]
    pub(crate) password_env: Option<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RemoveArgs {
    /// Whose account
    pub(crate) login: String,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

fn skill(text: &str) -> Result<(String, u8), String> {
    let read = text.split_once('=').and_then(|(name, level)| Some((name, level.parse().ok()?)));
    let (name, level) =
        read.ok_or("write a skill and a level, such as `order_ops=3`".to_owned())?;
    match level {
        1..=5 => Ok((name.to_owned(), level)),
        _ => Err(format!("the level is {level}; levels go from 1 to 5")),
    }
}

fn capacity(text: &str) -> Result<(Option<String>, u16), String> {
    let (channel, count) = match text.split_once('=') {
        Some((channel, count)) => (Some(channel.to_owned()), count),
        None => (None, text),
    };
    let count = count.parse().map_err(|_| "write a number, such as `4` or `mail=10`".to_owned())?;
    Ok((channel, count))
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("write `yes` or `no`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skills_and_capacities_are_read() {
        assert_eq!(skill("order_ops=3"), Ok(("order_ops".to_owned(), 3)));
        for text in ["order_ops", "order_ops=", "order_ops=9", "order_ops=0", "order_ops=300", "=x"]
        {
            assert!(skill(text).is_err(), "{text}");
        }
        assert_eq!(capacity("4"), Ok((None, 4)));
        assert_eq!(capacity("mail=10"), Ok((Some("mail".to_owned()), 10)));
        for text in ["", "mail=", "x", "-1", "70000"] {
            assert!(capacity(text).is_err(), "{text}");
        }
    }
}
