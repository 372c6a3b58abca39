//! One line of a client: whether it is one, and what it asks for.

use std::borrow::Cow;

use smtp_proto::{
    Error, MAIL_BODY_7BIT, MAIL_BODY_8BITMIME, MAIL_SMTPUTF8, MailFrom, RcptTo, Request,
};

use crate::email::Address;

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Hello {
        extended: bool,
        name: String,
    },
    Mail {
        from: Option<Address>,
        bytes: usize,
    },
    /// Absent: an address without a domain.
    Rcpt(Option<Address>),
    Data,
    StartTls,
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
}

/// A line that is no command: what is answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// It may be repeated better.
    Refused(String),
    /// Whoever says that does not speak SMTP, or speaks it in two ways at once: no further word.
    Fatal(&'static str),
}

/// The beginnings of requests of other protocols: a web page made a browser send them here.
const FOREIGN: [&str; 8] =
    ["GET ", "POST ", "PUT ", "HEAD ", "CONNECT ", "OPTIONS ", "DELETE ", "PATCH "];

/// Reads a line, with its end.
pub(super) fn read(line: &[u8]) -> Result<Command, Bad> {
    let Some(words) = line.strip_suffix(b"\r\n") else {
        return Err(Bad::Fatal("550 5.5.2 lines end in CR LF"));
    };
    if words.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(Bad::Fatal("550 5.5.2 lines end in CR LF"));
    }
    let foreign = |word: &&str| {
        words.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    if FOREIGN.iter().any(foreign) {
        return Err(Bad::Fatal("554 5.5.1 this is SMTP"));
    }
    if words.iter().any(u8::is_ascii_control) {
        return Err(refused("500 5.5.2 control characters"));
    }
    if std::str::from_utf8(words).is_err() {
        return Err(refused("500 5.5.2 neither ASCII nor UTF-8"));
    }
    match Request::parse(&mut line.iter()) {
        Ok(request) => command(request),
        Err(error) => Err(Bad::Refused(misread(&error))),
    }
}

fn refused(text: &str) -> Bad {
    Bad::Refused(text.to_owned())
}

fn command(request: Request<Cow<'_, str>>) -> Result<Command, Bad> {
    Ok(match request {
        Request::Ehlo { host } => Command::Hello { extended: true, name: host.into_owned() },
        Request::Helo { host } => Command::Hello { extended: false, name: host.into_owned() },
        Request::Mail { from } => mail(&from)?,
        Request::Rcpt { to } => rcpt(&to)?,
        Request::Data => Command::Data,
        Request::StartTls => Command::StartTls,
        Request::Rset => Command::Rset,
        Request::Noop { .. } => Command::Noop,
        Request::Vrfy { .. } => Command::Vrfy,
        Request::Help { .. } => Command::Help,
        Request::Quit => Command::Quit,
        Request::Auth { .. } => return Err(refused("503 5.5.1 nobody needs to sign in here")),
        other => return Err(Bad::Refused(format!("502 5.5.1 {} is not offered", other.name()))),
    })
}

const BAD_PARAMETER: &str = "555 5.5.4 a parameter of an extension that is not offered";

fn mail(from: &MailFrom<Cow<'_, str>>) -> Result<Command, Bad> {
    let known = MAIL_BODY_7BIT | MAIL_BODY_8BITMIME | MAIL_SMTPUTF8;
    let plain = MailFrom {
        address: Cow::Borrowed(""),
        flags: from.flags & known,
        size: from.size,
        ..MailFrom::default()
    };
    if (MailFrom { address: Cow::Borrowed(""), ..from.clone() }) != plain {
        return Err(refused(BAD_PARAMETER));
    }
    let bytes = from.size;
    if from.address.is_empty() {
        return Ok(Command::Mail { from: None, bytes });
    }
    if !from.address.is_ascii() && from.flags & MAIL_SMTPUTF8 == 0 {
        return Err(refused("553 5.6.7 such an address needs SMTPUTF8"));
    }
    let address = Address::parse(&from.address);
    let address = address.ok_or_else(|| refused("553 5.1.7 this is no address"))?;
    Ok(Command::Mail { from: Some(address), bytes })
}

fn rcpt(to: &RcptTo<Cow<'_, str>>) -> Result<Command, Bad> {
    if to.flags != 0 || to.orcpt.is_some() || to.rrvs != 0 {
        return Err(refused(BAD_PARAMETER));
    }
    // `<postmaster>` comes as nothing.
    if to.address.is_empty() {
        return Ok(Command::Rcpt(None));
    }
    let address = Address::parse(&to.address);
    Ok(Command::Rcpt(Some(address.ok_or_else(|| refused("553 5.1.3 this is no address"))?)))
}

fn misread(error: &Error) -> String {
    match error {
        Error::UnknownCommand => "500 5.5.1 no such command".to_owned(),
        Error::InvalidSenderAddress => "553 5.1.7 this is no address".to_owned(),
        Error::InvalidRecipientAddress => "553 5.1.3 this is no address".to_owned(),
        Error::SyntaxError { syntax } => format!("501 5.5.4 {syntax}"),
        Error::UnsupportedParameter { .. } => BAD_PARAMETER.to_owned(),
        _ => "501 5.5.4 a parameter that cannot be read".to_owned(),
    }
}
