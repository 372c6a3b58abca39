//! One connection, from the greeting to the end.

use std::sync::Arc;

use super::command::{self, Bad, Command};
use super::data::{Content, Fed};
use super::{Action, Mail, Outcome, Settings, Tls};
use crate::email::Address;
use crate::email::limits::{
    COMMAND_BYTES_MAX, COMMANDS_MAX, FAULTS_MAX, HELO_CHARS_MAX, MESSAGES_MAX, RECIPIENTS_MAX,
    WAITING_BYTES_MAX,
};

/// Where a connection is.
#[derive(Debug)]
enum Phase {
    /// Between messages.
    Idle,
    /// A message has a sender, and maybe channels.
    Open { from: Option<Address>, channels: Vec<String> },
    /// Its content comes.
    Receiving { from: Option<Address>, channels: Vec<String>, content: Content },
    /// It is whole, and somebody else has it.
    Waiting,
    /// The connection is being encrypted.
    Encrypting,
    /// Nothing more is said.
    Closed,
}

/// One connection.
#[derive(Debug)]
pub struct Session {
    settings: Arc<Settings>,
    phase: Phase,
    helo: Option<String>,
    encrypted: bool,
    pending: Vec<u8>,
    out: Vec<Action>,
    commands: u32,
    faults: u32,
    messages: u32,
}

impl Session {
    /// A connection that was just made, and the greeting.
    #[must_use]
    pub fn new(settings: Arc<Settings>) -> (Self, Action) {
        let greeting = Action::Reply(format!("220 {} ESMTP\r\n", settings.hostname));
        let session = Self {
            settings,
            phase: Phase::Idle,
            helo: None,
            encrypted: false,
            pending: Vec::new(),
            out: Vec::new(),
            commands: 0,
            faults: 0,
            messages: 0,
        };
        (session, greeting)
    }

    /// Takes what the client sent.
    pub fn receive(&mut self, bytes: &[u8]) -> Vec<Action> {
        match self.phase {
            // Said in the open, before there was a secret to say it under: whoever did may be
            // anybody on the way ("STARTTLS injection").
            Phase::Closed | Phase::Encrypting => {}
            _ => {
                self.pending.extend_from_slice(bytes);
                self.run();
            }
        }
        std::mem::take(&mut self.out)
    }

    /// The connection is encrypted now: what was said before counts for nothing (RFC 3207).
    pub fn encrypted(&mut self) {
        self.pending.clear();
        self.helo = None;
        self.encrypted = true;
        self.phase = Phase::Idle;
    }

    /// Bytes that are kept of what is not whole yet.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        let content = match &self.phase {
            Phase::Receiving { content, .. } => content.len(),
            _ => 0,
        };
        self.pending.len() + content
    }

    /// Tells what became of the message that was to be taken.
    pub fn answer(&mut self, outcome: &Outcome) -> Vec<Action> {
        if matches!(self.phase, Phase::Waiting) {
            self.phase = Phase::Idle;
            match outcome {
                Outcome::Stored => self.say("250 2.0.0 taken"),
                Outcome::Again => self.say("451 4.3.0 not now, please come again"),
                Outcome::Refused(why) => {
                    let why: String =
                        why.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).collect();
                    self.say(&format!("554 5.6.0 {why}"));
                }
            }
            self.run();
        }
        std::mem::take(&mut self.out)
    }

    /// The client said nothing for too long, or the server stops.
    pub fn hang_up(&mut self, why: &str) -> Vec<Action> {
        if !matches!(self.phase, Phase::Closed) {
            self.close(&format!("421 4.4.2 {why}"));
        }
        std::mem::take(&mut self.out)
    }

    fn say(&mut self, line: &str) {
        self.out.push(Action::Reply(format!("{line}\r\n")));
    }

    fn close(&mut self, line: &str) {
        self.say(line);
        self.out.push(Action::Close);
        self.pending = Vec::new();
        self.phase = Phase::Closed;
    }

    fn refuse(&mut self, line: &str) {
        self.faults += 1;
        if self.faults > FAULTS_MAX {
            self.close("421 4.7.0 too much was refused");
        } else {
            self.say(line);
        }
    }

    fn run(&mut self) {
        loop {
            let went_on = match &self.phase {
                Phase::Idle | Phase::Open { .. } => self.line(),
                Phase::Receiving { .. } => self.content(),
                Phase::Waiting => {
                    if self.pending.len() > WAITING_BYTES_MAX {
                        self.close("421 4.5.0 too much at once");
                    }
                    false
                }
                Phase::Encrypting | Phase::Closed => false,
            };
            if !went_on {
                return;
            }
        }
    }

    /// Carries out the next line, if it is there.
    fn line(&mut self) -> bool {
        let end = self.pending.iter().take(COMMAND_BYTES_MAX).position(|byte| *byte == b'\n');
        let Some(end) = end else {
            if self.pending.len() >= COMMAND_BYTES_MAX {
                self.close("500 5.5.2 the line is too long");
            }
            return false;
        };
        let line: Vec<u8> = self.pending.drain(..=end).collect();
        self.commands += 1;
        if self.commands > COMMANDS_MAX {
            self.close("421 4.7.0 too many commands");
            return false;
        }
        match command::read(&line) {
            Ok(command) => self.carry_out(command),
            Err(Bad::Refused(line)) => self.refuse(&line),
            Err(Bad::Fatal(line)) => self.close(line),
        }
        true
    }

    fn carry_out(&mut self, command: Command) {
        let in_clear = self.settings.tls == Tls::Required && !self.encrypted;
        let first_encrypt = match command {
            Command::Mail { .. } | Command::Rcpt(_) | Command::Data | Command::Vrfy => in_clear,
            _ => false,
        };
        if first_encrypt {
            return self.refuse("530 5.7.0 STARTTLS first");
        }
        match command {
            Command::Hello { extended, name } => self.hello(extended, &name),
            Command::Mail { from, bytes } => self.mail(from, bytes),
            Command::Rcpt(to) => self.rcpt(to.as_ref()),
            Command::Data => self.data(),
            Command::StartTls => self.start_tls(),
            Command::Rset => {
                self.phase = Phase::Idle;
                self.say("250 2.0.0 forgotten");
            }
            Command::Noop => self.say("250 2.0.0 nothing done"),
            Command::Vrfy => self.say("252 2.1.5 send the message, then it will be seen"),
            Command::Help => self.say("214 2.0.0 RFC 5321"),
            Command::Quit => self.close("221 2.0.0 goodbye"),
        }
    }

    /// What comes behind these commands waits for their answer, or was never meant as SMTP.
    fn is_out_of_turn(&mut self) -> bool {
        let early = !self.pending.is_empty();
        if early {
            self.close("554 5.5.0 wait for the answer");
        }
        early
    }

    fn hello(&mut self, extended: bool, name: &str) {
        if self.is_out_of_turn() {
            return;
        }
        self.phase = Phase::Idle;
        let name: String =
            name.chars().filter(char::is_ascii_graphic).take(HELO_CHARS_MAX).collect();
        self.helo = Some(name);
        let host = &self.settings.hostname;
        if !extended {
            return self.say(&format!("250 {host}"));
        }
        let mut lines = vec![
            host.clone(),
            "PIPELINING".to_owned(),
            format!("SIZE {}", self.settings.bytes_max),
            "8BITMIME".to_owned(),
            "SMTPUTF8".to_owned(),
        ];
        if self.settings.tls != Tls::Absent && !self.encrypted {
            lines.push("STARTTLS".to_owned());
        }
        let mut reply = String::new();
        for line in lines {
            reply.push_str("250-");
            reply.push_str(&line);
            reply.push_str("\r\n");
        }
        reply.push_str("250 ENHANCEDSTATUSCODES");
        self.say(&reply);
    }

    fn mail(&mut self, from: Option<Address>, bytes: usize) {
        if self.helo.is_none() {
            return self.refuse("503 5.5.1 EHLO first");
        }
        if matches!(self.phase, Phase::Open { .. }) {
            return self.refuse("503 5.5.1 one message at a time");
        }
        if bytes > self.settings.bytes_max {
            return self.refuse("552 5.3.4 the message is too large");
        }
        if self.messages >= MESSAGES_MAX {
            return self.close("421 4.7.0 enough for one connection, please come again");
        }
        self.phase = Phase::Open { from, channels: Vec::new() };
        self.say("250 2.1.0 from there");
    }

    fn rcpt(&mut self, to: Option<&Address>) {
        let Phase::Open { channels, .. } = &mut self.phase else {
            return self.refuse("503 5.5.1 MAIL first");
        };
        let boxes = &self.settings.mailboxes;
        let found = to.and_then(|to| boxes.iter().find(|own| own.address.is_same(to)));
        let Some(found) = found else {
            let near =
                to.is_none_or(|to| boxes.iter().any(|own| own.address.domain() == to.domain()));
            return self.refuse(match near {
                true => "550 5.1.1 nobody has this address",
                false => "550 5.7.1 this server does not relay",
            });
        };
        if !channels.contains(&found.channel) {
            if channels.len() >= RECIPIENTS_MAX {
                return self.refuse("452 4.5.3 too many addresses at once");
            }
            channels.push(found.channel.clone());
        }
        self.say("250 2.1.5 to there");
    }

    fn data(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Open { from, channels } if !channels.is_empty() => {
                if self.is_out_of_turn() {
                    return;
                }
                let content = Content::new(self.settings.bytes_max);
                self.phase = Phase::Receiving { from, channels, content };
                self.say("354 the message, then a line with a dot");
            }
            phase @ Phase::Open { .. } => {
                self.phase = phase;
                self.refuse("554 5.5.1 nobody takes it");
            }
            _ => self.refuse("503 5.5.1 MAIL and RCPT first"),
        }
    }

    fn start_tls(&mut self) {
        if self.encrypted {
            return self.refuse("503 5.5.1 it is encrypted");
        }
        if self.settings.tls == Tls::Absent {
            return self.refuse("502 5.5.1 STARTTLS is not offered");
        }
        self.pending.clear();
        self.phase = Phase::Encrypting;
        self.say("220 2.0.0 go ahead");
        self.out.push(Action::StartTls);
    }

    fn content(&mut self) -> bool {
        let Phase::Receiving { content, .. } = &mut self.phase else { return false };
        match content.feed(&self.pending) {
            Fed::More => {
                self.pending.clear();
                return false;
            }
            Fed::Bare => {
                self.close("550 5.6.11 lines of a message end in CR LF, and no CR or LF is alone");
            }
            Fed::Endless => self.close("552 5.3.4 the message is too large"),
            Fed::Over(used) => {
                self.pending.drain(..used.min(self.pending.len()));
                self.received();
            }
        }
        true
    }

    fn received(&mut self) {
        let phase = std::mem::replace(&mut self.phase, Phase::Idle);
        let Phase::Receiving { from, channels, content } = phase else { return };
        let Some(bytes) = content.into_bytes() else {
            return self.refuse("552 5.3.4 the message is too large");
        };
        self.messages += 1;
        self.phase = Phase::Waiting;
        let helo = self.helo.clone().unwrap_or_default();
        let encrypted = self.encrypted;
        self.out.push(Action::Take(Mail { from, channels, bytes, helo, encrypted }));
    }
}
