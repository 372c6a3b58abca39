//! The task of one live session: takes its mail one by one, steps the engine, commits, sends what
//! was said, carries out the calls that the step asks for.

mod agent;
mod calls;
mod contacts;
mod customer;
mod due;
mod joining;
mod moving;
mod notes;

use std::sync::Arc;
use std::time::Instant;

use flowright_engine::model::{Event, FoundArticle, Sender, Session, Status};
use flowright_engine::{LoadedProgram, Step, open_session, step};
use flowright_nlu::external::External;
use tokio::sync::mpsc;

use super::{Answer, Asked, DispatchError, Incoming, Inner, Mail, Place, Wish};
use crate::knowledge;
use crate::store::{
    Commit, Held, HeldChange, MessageKey, StoreError, Stored, StoredReply, StoredSession,
    Unanswered,
};

/// A session in memory.
struct Live {
    program: Arc<LoadedProgram>,
    session: Session,
    stored: Stored,
    /// What is stored of its place at the desk.
    held: Option<Box<Held>>,
}

/// What begins a turn: the message's id, and what its channel needs to answer.
struct Begun {
    id: String,
    reply_to: Option<String>,
}

/// One session's task.
pub(super) struct Actor {
    inner: Arc<Inner>,
    id: String,
    /// Absent until it is needed, and after a failed commit: then the store knows better.
    live: Option<Live>,
    /// How often in a row something could not be stored. What was under way may be so still, and
    /// nobody may come and ask: it is looked at again.
    failures: u32,
    /// Of what is carried out; given back while an answer from outside is waited for: whoever takes
    /// long there keeps nobody else out.
    place: Option<Place>,
    /// It was said that the session's bundle has another format: timers and calls ask every second.
    said_other_format: bool,
    /// Whether the program of this bundle says something on a channel of its choice.
    writes_elsewhere: Option<([u8; 32], bool)>,
}

impl Drop for Actor {
    fn drop(&mut self) {
        self.inner.ended();
    }
}

impl Actor {
    pub(super) const fn new(inner: Arc<Inner>, id: String) -> Self {
        Self {
            inner,
            id,
            live: None,
            failures: 0,
            place: None,
            said_other_format: false,
            writes_elsewhere: None,
        }
    }

    /// Until nothing comes for a while, or the dispatch closes.
    pub(super) async fn run(mut self, mut mailbox: mpsc::Receiver<Mail>) {
        loop {
            let patience = self.inner.clock.sleep_until(self.patience());
            let mail = tokio::select! {
                biased;
                mail = mailbox.recv() => mail.map(Some),
                () = patience => Some(None),
            };
            match mail {
                // Apart: what a session that waits takes in memory would be what its largest step does.
                Some(Some(mail)) => Box::pin(self.take(mail)).await,
                None => return,
                Some(None) if self.look_is_due() || self.failures > 0 => {
                    Box::pin(self.take(Mail::Look)).await
                }
                Some(None) => {
                    if self.inner.retire(&self.id, &mailbox) {
                        return;
                    }
                }
            }
        }
    }

    async fn take(&mut self, mail: Mail) {
        match mail {
            Mail::Asked(wish, Asked { answer, place }) => {
                let begun = Instant::now();
                self.place = Some(place);
                let is_turn = matches!(wish, Wish::Message(_));
                let result = match wish {
                    Wish::Message(message) => self.message(*message).await,
                    Wish::Open(who) => self.open(*who).await,
                    Wish::Agent(done) => self.agent(*done).await,
                    Wish::Desk(order) => self.desk(*order).await,
                    Wish::Note(note) => self.write_down(*note).await,
                    Wish::Meet(who) => self.introduced(*who).await,
                    Wish::Settle => self.settle().await,
                    Wish::Join(other) => self.join(*other).await,
                    Wish::Leave(into) => self.leave(into).await,
                };
                if is_turn {
                    self.inner.metrics.turn_seconds.observe(begun.elapsed().as_secs_f64());
                }
                self.forget_after(&result);
                self.place = None;
                // Whoever asked may be gone; the answer is in the store.
                let _ = answer.send(result);
            }
            Mail::Look => {
                let result = self.look().await;
                self.forget_after(&result);
                let Err(error) = result else { return };
                let other = matches!(error, DispatchError::Store(StoreError::OtherFormat { .. }));
                if !(other && std::mem::replace(&mut self.said_other_format, other)) {
                    tracing::error!(session = %self.id, %error, "a timer or call could not be taken up");
                }
            }
        }
    }

    /// After a failure memory may be ahead of the store: what was not stored did not happen.
    fn forget_after<T>(&mut self, result: &Result<T, DispatchError>) {
        match result {
            Ok(_) => self.failures = 0,
            // Refused before anything was done.
            Err(DispatchError::NotTheOwner | DispatchError::NoSkill) => {}
            Err(error) => {
                self.live = None;
                let may_pass = matches!(
                    error,
                    DispatchError::Store(
                        StoreError::Failed(_) | StoreError::Overloaded | StoreError::Full(_)
                    )
                );
                self.failures = if may_pass { self.failures.saturating_add(1) } else { 0 };
            }
        }
    }

    /// Brings the session into memory, made when there is none. Whether it was made.
    async fn load(&mut self, who: Option<&Incoming>) -> Result<bool, DispatchError> {
        if self.live.is_some() {
            return Ok(false);
        }
        let inner = &self.inner;
        if let Some(stored) = inner.store.session(&self.id).await? {
            let program = inner.programs.pinned(&stored.session, &*inner.store).await?;
            let StoredSession { session, stored } = stored;
            let held = Held::of(&session).map(Box::new);
            self.live = Some(Live { program, session, stored, held });
            return Ok(false);
        }
        let Some(who) = who else { return Ok(false) };
        let program = inner.programs.current();
        let now = inner.clock.now_ms();
        let session = open_session(&program, &self.id, &who.channel, who.lang, now);
        self.live = Some(Live { program, session, stored: Stored::default(), held: None });
        Ok(true)
    }

    async fn message(&mut self, message: Incoming) -> Result<Answer, DispatchError> {
        self.load(Some(&message)).await?;
        self.finish_call().await?;
        if let Some(answer) = self.repeated(&message.id).await? {
            return Ok(answer);
        }
        self.move_on().await?;
        self.wake_first().await?;
        self.expire_first().await?;
        self.meet(&message).await?;
        self.inner.metrics.turns.inc();
        let Incoming { id, channel, text, payload, reply_to, attachments, from, .. } = message;
        let from = from.map(|address| Box::new(Sender { address, reply_to: reply_to.clone() }));
        let external = self.ask(&text, payload.as_deref()).await;
        let knowledge = self.find(&text, payload.as_deref());
        let event =
            Event::Message { channel, text, payload, external, knowledge, attachments, from };
        let mut replies = self.step(event, Some(Begun { id, reply_to })).await?;
        replies.extend(self.finish_call().await?);
        let turn = self.live.as_ref().map_or(0, |live| live.session.turn);
        Ok(self.answer(turn, replies, false))
    }

    /// The answer to what was carried out, or begun, before.
    async fn repeated(&self, id: &str) -> Result<Option<Answer>, DispatchError> {
        if !self.is_known(id) {
            return Ok(None);
        }
        let known = self.inner.store.message(&self.id, id).await?;
        let known = known.ok_or_else(|| StoreError::Damaged {
            what: "message",
            cause: format!("`{id}` of `{}` is not there any more", self.id),
        })?;
        self.inner.metrics.repeats.inc();
        let replies = self.inner.store.replies_of_turn(&self.id, &known).await?;
        let now = self.answer(known.turn, replies, true);
        Ok(Some(Answer { handed_off: known.handed_off.unwrap_or(now.handed_off), ..now }))
    }

    /// Whether a message was carried out, or begun, before.
    fn is_known(&self, id: &str) -> bool {
        let stored = self.live.as_ref().map(|live| &live.stored);
        stored.is_some_and(|stored| stored.messages.contains(&MessageKey::of(id)))
    }

    /// What a model elsewhere makes of an utterance. It is asked before the step, and its answer is
    /// stored with the message: one that is repeated is not asked about again.
    async fn ask(&self, text: &str, payload: Option<&str>) -> Option<Box<External>> {
        let asker = self.inner.outside.asker.as_ref()?;
        let live = self.live.as_ref()?;
        let asked = asker.ask(&live.program, &live.session, text, payload).await;
        for notice in asked.notices {
            tracing::warn!("{notice}");
        }
        asked.external
    }

    /// The articles that may answer an utterance. They are looked for before the step and stored with the
    /// message, as what a model elsewhere says is.
    fn find(&self, text: &str, payload: Option<&str>) -> Vec<FoundArticle> {
        let library = self.inner.outside.knowledge.as_ref().filter(|_| payload.is_none());
        let Some((library, live)) = library.zip(self.live.as_ref()) else { return Vec::new() };
        knowledge::find(library.shelf().index(), &live.program, &live.session, text)
    }

    async fn open(&mut self, who: Incoming) -> Result<Answer, DispatchError> {
        if !self.load(Some(&who)).await? {
            let turn = self.live.as_ref().map_or(0, |live| live.session.turn);
            return Ok(self.answer(turn, Vec::new(), true));
        }
        self.meet(&who).await?;
        let mut replies = self.step(Event::Opened { channel: who.channel }, None).await?;
        replies.extend(self.finish_call().await?);
        let turn = self.live.as_ref().map_or(0, |live| live.session.turn);
        Ok(self.answer(turn, replies, false))
    }

    fn answer(&self, turn: u64, replies: Vec<StoredReply>, repeated: bool) -> Answer {
        let handed_off = self.live.as_ref().is_some_and(|live| live.session.status != Status::Bot);
        Answer { turn, replies, repeated, handed_off }
    }

    /// One step, one commit; before it, what has become of the customer's addresses.
    async fn step(
        &mut self,
        event: Event,
        begun: Option<Begun>,
    ) -> Result<Vec<StoredReply>, DispatchError> {
        if self.writes_elsewhere() {
            self.learn_contacts().await?;
        }
        self.step_alone(event, begun).await
    }

    async fn step_alone(
        &mut self,
        event: Event,
        begun: Option<Begun>,
    ) -> Result<Vec<StoredReply>, DispatchError> {
        let at_ms = self.inner.clock.now_ms();
        // Whoever fails does not bring it back: what was not stored did not happen.
        let Some(live) = self.live.take() else { return Ok(Vec::new()) };
        let misses = live.session.misses;
        let asked = asked(&live.session, &event);
        let (live, done) = self.stepped(live, event.clone(), at_ms).await?;
        let missed = live.session.misses > misses;
        self.note(&done.commands, missed);
        let asked = asked.filter(|_| missed);
        let unanswered = asked
            .and_then(|text| knowledge::unanswered(&live.program.program, &live.session, &text));
        self.live = Some(live);
        self.keep((event, at_ms), done, unanswered, begun).await
    }

    /// Commits what has just become of the session; then, and only then, what was said goes out.
    async fn keep(
        &mut self,
        (event, at_ms): (Event, i64),
        done: Step,
        unanswered: Option<Unanswered>,
        begun: Option<Begun>,
    ) -> Result<Vec<StoredReply>, DispatchError> {
        let wake_at_ms = self.look_at();
        let Step { commands, settled, .. } = done;
        let Some(live) = &mut self.live else { return Ok(Vec::new()) };
        let seq = live.stored.seq + 1;
        let (message_id, reply_to) = begun.map(|begun| (begun.id, begun.reply_to)).unzip();
        let message = message_id.as_deref().map(MessageKey::of);
        let held = HeldChange::between(live.held.as_deref(), Held::of(&live.session));
        let commit = Commit {
            wake_at_ms,
            replies_before: live.stored.replies,
            messages_before: live.stored.messages.len() as u64,
            session: live.session.clone(),
            seq,
            at_ms,
            event,
            message_id,
            reply_to: reply_to.flatten(),
            settled,
            deliver: self.inner.outside.deliver.of(&live.session.channel, &commands),
            commands,
            held: held.clone(),
            unanswered,
        };
        let replies = self.inner.store.commit(commit).await?;
        self.tell_desk(held);
        let Some(live) = &mut self.live else { return Ok(replies) };
        live.stored.seq = seq;
        live.stored.replies += replies.len() as u64;
        live.stored.messages.extend(message);
        self.inner.outside.deliver.wake();
        self.inner.lines.send(&self.id, &replies);
        Ok(replies)
    }

    /// The engine's part of a step. Where understanding takes long, another thread does it: the threads
    /// here have all connections to serve.
    async fn stepped(
        &self,
        mut live: Live,
        event: Event,
        at_ms: i64,
    ) -> Result<(Live, Step), DispatchError> {
        let understands = matches!(event, Event::Message { .. });
        let takes_long = understands && live.program.understander.takes_long();
        let work = move || {
            let done = step(&live.program, &mut live.session, event, at_ms);
            done.map(|done| (live, done)).map_err(|e| DispatchError::Engine(e.to_string()))
        };
        if !takes_long {
            return work();
        }
        let failed = |cause: String| DispatchError::Engine(cause);
        let permit = self.inner.long_turns.acquire().await.map_err(|e| failed(e.to_string()))?;
        let done = tokio::task::spawn_blocking(work).await.map_err(|e| failed(e.to_string()))?;
        drop(permit);
        done
    }
}

/// The question that a step is to answer: what was asked back about, where it is the answer to that.
fn asked(session: &Session, event: &Event) -> Option<String> {
    let Event::Message { text, payload, .. } = event else { return None };
    match &session.clarifying {
        Some(clarifying) => Some(clarifying.utterance.clone()),
        None => payload.is_none().then(|| text.clone()),
    }
}
