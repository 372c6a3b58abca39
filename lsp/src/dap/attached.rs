//! A conversation of a server that runs: what its journal holds happens here again, and what it takes
//! on later too. The server is only read; nothing holds it up.

use std::rc::Rc;

use flowright_engine::model::{Command, Event, Session};
use flowright_engine::open_session;
use flowright_nlu::lang::Lang;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::http::Client;
use super::tape::Tape;
use super::target::Target;

/// Answers of the server that are read at once.
const PAGES_MAX: usize = 64;

/// A step that a server stored.
#[derive(Debug, Clone, Deserialize)]
struct Stored {
    seq: u64,
    at_ms: i64,
    event: Event,
    commands: Vec<Command>,
}

/// A part of a journal, with the session as it is.
#[derive(Debug, Deserialize)]
struct Journal {
    session: Session,
    /// The last step of the session.
    seq: u64,
    steps: Vec<Stored>,
}

#[derive(Debug, Deserialize)]
struct Sessions {
    bundle: String,
    sessions: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    session: String,
    bundle: String,
}

/// How far a conversation is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Following {
    /// There is none yet.
    NoSession,
    /// None of its steps has happened here.
    Nothing(String),
    /// All steps up to this one have.
    UpTo(String, u64),
    /// It cannot be followed any more.
    Given,
}

/// A session, its last step, and steps of it.
type Steps = (Session, u64, Vec<Stored>);

/// A conversation of a server.
#[derive(Debug)]
pub(super) struct Attached {
    client: Client,
    following: Following,
    /// What went wrong last: it is told once.
    trouble: Option<String>,
}

impl Attached {
    /// Finds a conversation of a server that runs what the sources compile to.
    ///
    /// # Errors
    /// Why it cannot be followed, in words.
    pub(super) fn new(
        client: Client,
        target: &Target,
        session: Option<&str>,
    ) -> Result<Self, String> {
        let sessions = listed(&client)?;
        let own = hex(&target.program.bundle);
        if sessions.bundle != own {
            return Err("the server runs another version than these sources: start it again, \
                 or with --watch, so that both are the same"
                .to_owned());
        }
        let following = match session {
            Some(id) => Following::Nothing(id.to_owned()),
            None => newest(&sessions, &own),
        };
        let mut attached = Self { client, following, trouble: None };
        if let Some(id) = session {
            // Whether there is such a session is said now, not later.
            let journal = attached.journal(id, 0)?;
            if journal.session.bundle != target.program.bundle {
                return Err(format!("`{id}` runs another version than these sources"));
            }
            attached.trouble = None;
        }
        Ok(attached)
    }

    /// An empty conversation, until there is one.
    pub(super) fn tape(target: &Rc<Target>) -> Tape {
        let session = open_session(&target.program, "debug", "debug", None, 0);
        Tape::new(Rc::clone(target), session, 0)
    }

    /// Has what is new happen here too. Gives what is to be said of it.
    pub(super) fn follow(&mut self, target: &Rc<Target>, tape: &mut Tape) -> Vec<String> {
        let mut told = Vec::new();
        match self.advance(target, tape, &mut told) {
            Ok(()) => self.trouble = None,
            Err(cause) => {
                if self.trouble.as_ref() != Some(&cause) {
                    told.push(cause.clone());
                }
                self.trouble = Some(cause);
            }
        }
        told
    }

    fn advance(
        &mut self,
        target: &Rc<Target>,
        tape: &mut Tape,
        told: &mut Vec<String>,
    ) -> Result<(), String> {
        if self.following == Following::NoSession {
            let own = hex(&target.program.bundle);
            self.following = newest(&listed(&self.client)?, &own);
        }
        match self.following.clone() {
            Following::NoSession => Err("the server has no conversation yet".to_owned()),
            Following::Given => Ok(()),
            Following::Nothing(id) => self.begin(target, tape, id, told),
            Following::UpTo(id, seq) => self.go_on(tape, id, seq, told),
        }
    }

    /// Has all that happened happen again, from its beginning if that is possible.
    fn begin(
        &mut self,
        target: &Rc<Target>,
        tape: &mut Tape,
        id: String,
        told: &mut Vec<String>,
    ) -> Result<(), String> {
        let Some((session, seq, steps)) = self.all_after(&id, 0)? else {
            return self.give_up(&id, told);
        };
        // In which language it was opened is not in the journal: the one in which all comes out alike,
        // first the one that it has now.
        let others = target.tables().bot.languages.iter().copied();
        let others = others.filter(|lang| *lang != session.lang);
        let known: Vec<Option<Lang>> =
            std::iter::once(session.lang).chain(others).map(Some).collect();
        let replayed = known.into_iter().find_map(|lang| replay(target, &session, &steps, lang));
        let whole = steps.first().is_some_and(|first| first.seq == 1);
        *tape = match replayed.filter(|_| whole) {
            Some(replayed) => replayed,
            None => {
                told.push(
                    "what happened before cannot happen here again (it was another version, or \
                     its journal is not whole): it is followed from now on"
                        .to_owned(),
                );
                let now_ms = steps.last().map_or(0, |step| step.at_ms);
                Tape::new(Rc::clone(target), session, now_ms)
            }
        };
        told.push(format!("following `{id}`: the server is read, and never held up"));
        self.following = Following::UpTo(id, seq);
        Ok(())
    }

    fn go_on(
        &mut self,
        tape: &mut Tape,
        id: String,
        seq: u64,
        told: &mut Vec<String>,
    ) -> Result<(), String> {
        let Some((_, last, steps)) = self.all_after(&id, seq)? else {
            return self.give_up(&id, told);
        };
        for step in steps {
            let same = take(tape, &step);
            if !same {
                told.push(
                    "the server went another way than these sources (has it got a new version?): \
                     it is not followed any more; attach again"
                        .to_owned(),
                );
                self.following = Following::Given;
                return Ok(());
            }
        }
        self.following = Following::UpTo(id, last);
        Ok(())
    }

    /// There is more than can be followed: it is not asked for again.
    fn give_up(&mut self, id: &str, told: &mut Vec<String>) -> Result<(), String> {
        told.push(format!("`{id}` has more steps than a debugger follows: it is left alone"));
        self.following = Following::Given;
        Ok(())
    }

    /// Whether the server answered last time.
    pub(super) const fn answers(&self) -> bool {
        self.trouble.is_none()
    }

    /// All steps after one, with the session as it is behind them; nothing where they are too many.
    fn all_after(&self, id: &str, seq: u64) -> Result<Option<Steps>, String> {
        let (mut steps, mut after) = (Vec::new(), seq);
        for _ in 0..PAGES_MAX {
            let journal = self.journal(id, after)?;
            after = journal.steps.last().map_or(after, |step| step.seq);
            steps.extend(journal.steps);
            if after >= journal.seq {
                return Ok(Some((journal.session, journal.seq, steps)));
            }
        }
        Ok(None)
    }

    fn journal(&self, id: &str, after: u64) -> Result<Journal, String> {
        let id = utf8_percent_encode(id, NON_ALPHANUMERIC);
        let json = self.client.get(&format!("/debug/v1/sessions/{id}/journal?after={after}"))?;
        serde_json::from_value(json).map_err(|e| format!("the server's journal is not one: {e}"))
    }
}

fn listed(client: &Client) -> Result<Sessions, String> {
    let json = client.get("/debug/v1/sessions").map_err(|cause| {
        format!("{cause}; only a server that runs with `flowright serve --debug` can be followed")
    })?;
    serde_json::from_value(json).map_err(|e| format!("the server's sessions are none: {e}"))
}

/// The conversation that went on last.
fn newest(sessions: &Sessions, bundle: &str) -> Following {
    let newest = sessions.sessions.iter().find(|session| session.bundle == bundle);
    newest.map_or(Following::NoSession, |found| Following::Nothing(found.session.clone()))
}

/// A journal as it happens here; nothing where it comes out otherwise.
fn replay(
    target: &Rc<Target>,
    session: &Session,
    steps: &[Stored],
    lang: Option<Lang>,
) -> Option<Tape> {
    let at_ms = steps.first()?.at_ms;
    let channel = steps.iter().find_map(|step| match &step.event {
        Event::Opened { channel } | Event::Message { channel, .. } => Some(channel.as_str()),
        _ => None,
    });
    let channel = channel.unwrap_or(&session.channel);
    let opened = open_session(&target.program, &session.id, channel, lang, at_ms);
    let mut tape = Tape::new(Rc::clone(target), opened, at_ms);
    steps.iter().all(|step| take(&mut tape, step)).then_some(tape)
}

/// Takes a step and says whether it came out alike.
fn take(tape: &mut Tape, step: &Stored) -> bool {
    tape.now_ms = step.at_ms;
    tape.take(step.event.clone()).is_ok_and(|taken| taken.commands == step.commands)
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
