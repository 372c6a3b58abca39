//! Messages that no customer wrote: answering them would be answering a machine, which may answer
//! again (RFC 3834).

use super::limits::{HOPS_MAX, REFERENCES_MAX};
use super::mime::Mail;
use super::thread::Key;

/// Why a message is nobody's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It says so.
    #[error("it was sent by a machine: `{0}`")]
    Automatic(String),
    /// Many get it.
    #[error("it was sent to many: `{0}`")]
    Bulk(String),
    /// Bounces have no sender, and everything else has.
    #[error("it has no sender to answer")]
    NullSender,
    /// Nobody reads what is sent to that address.
    #[error("`{0}` takes no answers")]
    NoReply(String),
    /// We wrote it.
    #[error("it is one of our own that came back")]
    OurOwn,
    /// It has been answered back and forth too often, or passed too many servers.
    #[error("it goes in a circle: {0}")]
    Circle(&'static str),
    /// The header that says who writes.
    #[error("it does not say who writes: {0}")]
    Author(&'static str),
    /// Nothing is left when what it answers is taken away.
    #[error("it says nothing")]
    Empty,
    /// Something tells of another message, and nothing of one of ours.
    #[error("it is a report of a mail server")]
    Report,
}

/// Headers that only machines write, whatever they say.
const MACHINES: &[&str] = &[
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-mail-autoreply",
    "x-qq-autoreply",
    "x-failed-recipients",
    "x-loop",
];

/// Headers of what many get.
const MANY: &[&str] =
    &["list-id", "list-unsubscribe", "list-post", "mailing-list", "x-mailing-list"];

/// What `Precedence` says of a message that is not to be answered.
const PRECEDENCES: &[&str] = &["bulk", "junk", "list", "auto_reply"];

/// How subjects begin of answers that programs give by themselves. Not all of them say so elsewhere.
const SUBJECTS: &[&str] = &[
    "automatic reply:",
    "auto reply:",
    "auto-reply:",
    "autoreply:",
    "auto response:",
    "automatic response:",
    "out of office:",
    "out of office reply",
    "out of the office:",
    "undeliverable:",
    "undelivered mail returned to sender",
    "delivery status notification",
    "mail delivery failed",
    "failure notice",
    "returned mail:",
    "automatische antwort:",
    "abwesenheitsnotiz:",
    "réponse automatique",
    "respuesta automática:",
    "risposta automatica:",
    "自动回复:",
    "自动答复:",
    "自動回覆:",
    "自動返信:",
    "系统退信",
    "退信通知",
];

/// What stands before the `@` of addresses that are machines'.
const NOBODY: &[&str] =
    &["mailer-daemon", "postmaster", "bounce", "bounces", "daemon", "autoreply"];
/// And of addresses that take no answers.
const NO_REPLY: &[&str] =
    &["noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply"];

/// Whether an address takes no answers.
#[must_use]
pub fn takes_no_answers(local: &str) -> bool {
    let local = local.to_lowercase();
    NO_REPLY.iter().any(|start| local.starts_with(start))
}

/// Why a message is not a customer's, if it is not. `ours` says whether an address is the bot's.
#[must_use]
pub fn judge(
    mail: &Mail,
    null_sender: bool,
    key: &Key,
    ours: impl Fn(&str) -> bool,
) -> Option<Reason> {
    // Ours first: a message of ours says that it was sent by a machine, and more is known of it.
    if mail.message_id.as_ref().is_some_and(|id| key.place(id).is_some())
        || mail.from.iter().any(|person| ours(&person.address.key()))
    {
        return Some(Reason::OurOwn);
    }
    automatic(mail)
        .or_else(|| bulk(mail))
        .or_else(|| null_sender.then_some(Reason::NullSender))
        .or_else(|| circle(mail))
}

fn automatic(mail: &Mail) -> Option<Reason> {
    let automatic = |text: String| Some(Reason::Automatic(text));
    if let Some(how) = mail.header("auto-submitted") {
        // `auto-replied; owner=…`, and comments.
        let how = how.split([';', '(', ' ']).next().unwrap_or("").to_lowercase();
        if how != "no" {
            return automatic(format!("Auto-Submitted: {how}"));
        }
    }
    if let Some(name) = MACHINES.iter().find(|name| mail.header(name).is_some()) {
        return automatic((*name).to_owned());
    }
    if let Some(what) = mail.header("x-auto-response-suppress") {
        let what = what.to_lowercase();
        if what.split([',', ' ']).any(|what| matches!(what, "all" | "autoreply" | "oof")) {
            return automatic(format!("X-Auto-Response-Suppress: {what}"));
        }
    }
    let subject = mail.subject.to_lowercase().replace('\u{FF1A}', ":");
    if let Some(start) = SUBJECTS.iter().find(|start| subject.starts_with(**start)) {
        return automatic((*start).to_owned());
    }
    if mail.report.is_some() {
        return Some(Reason::Report);
    }
    let nobody = |local: String| NOBODY.contains(&local.as_str());
    let from = mail.from.first().filter(|from| nobody(from.address.local().to_lowercase()));
    from.map(|from| Reason::NoReply(from.address.key()))
}

fn bulk(mail: &Mail) -> Option<Reason> {
    let precedence = mail.header("precedence").map(str::to_lowercase);
    if let Some(precedence) = precedence.filter(|p| PRECEDENCES.contains(&p.as_str())) {
        return Some(Reason::Bulk(format!("Precedence: {precedence}")));
    }
    let many = MANY.iter().find(|name| mail.header(name).is_some());
    many.map(|name| Reason::Bulk((*name).to_owned()))
}

fn circle(mail: &Mail) -> Option<Reason> {
    if mail.answers.len() > REFERENCES_MAX {
        return Some(Reason::Circle("too many messages before it"));
    }
    let hops = mail.all("received").count();
    (hops > HOPS_MAX).then_some(Reason::Circle("too many servers"))
}
