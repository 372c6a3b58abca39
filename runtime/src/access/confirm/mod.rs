//! Addresses that are confirmed by a one-time code: what the server answers to the effects of
//! `std.identity`, in the place of somebody outside.
//!
//! The code is made of the server's key and of random bits that are kept with its ticket, which is made
//! of the call's key: so a call that is made again after a crash sends nothing again, and has the same
//! answer.

mod link;
mod rehearsal;

use std::collections::BTreeMap;
use std::sync::Arc;

use flowright_access::code::{Code, CodeKey, Salt};
use flowright_access::email::Address;
use flowright_compiler::ir::{OwnRequest, Program};
use flowright_engine::model::{ActionResult, PendingCall, Session};
use flowright_engine::{LoadedProgram, phrase};
use flowright_nlu::value::Value;
use serde_json::{Value as Json, json};
use tokio::sync::{Mutex, Notify};

use super::Outlets;
use crate::clock::{SharedClock, later};
use crate::limits::{CODE_GOOD_FOR, CODE_TRIES_MAX, CODES_COUNTED_FOR};
use crate::outbox::DeliverTo;
use crate::programs::hex;
use crate::store::{
    CodeAnswer, CodeCheck, CodeLimits, CodeOrder, CodeState, SharedAccessStore, StoreError,
    StoredCode,
};

pub(crate) use link::Linker;
pub use rehearsal::Rehearsal;

/// How many codes are sent, at most, within an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodesOptions {
    /// To one address.
    pub per_address: u32,
    /// From one conversation.
    pub per_conversation: u32,
}

impl Default for CodesOptions {
    fn default() -> Self {
        Self { per_address: 5, per_conversation: 5 }
    }
}

/// Sends codes and checks them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Confirmations {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: SharedAccessStore,
    clock: SharedClock,
    /// What codes are made with, by the channels that can write to an address first.
    keys: BTreeMap<String, CodeKey>,
    limits: CodeLimits,
    deliver: DeliverTo,
    /// An address is to be linked.
    bell: Notify,
    /// Held by whoever links addresses.
    linking: Mutex<()>,
}

/// What became of a question, as an answer over HTTP says it.
struct Said(u16, Json);

impl Said {
    fn no(status: u16, code: &str) -> Self {
        Self(status, json!({ "code": code }))
    }
}

impl Confirmations {
    /// Before the channels that send by themselves.
    pub(crate) fn new(
        store: SharedAccessStore,
        outlets: &Outlets,
        options: CodesOptions,
        deliver: DeliverTo,
        clock: SharedClock,
    ) -> Self {
        let key = |(name, outlet): (&String, &Arc<dyn super::Outlet>)| {
            outlet.code_key().map(|key| (name.clone(), key))
        };
        let keys = outlets.iter().filter_map(key).collect();
        let limits = CodeLimits {
            of_address: options.per_address,
            of_session: options.per_conversation,
            within_ms: later(0, CODES_COUNTED_FOR),
        };
        let (bell, linking) = (Notify::new(), Mutex::default());
        let inner = Inner { store, clock, keys, limits, deliver, bell, linking };
        Self { inner: Arc::new(inner) }
    }

    /// Carries out a call that the server answers itself. The same call again has the same answer.
    pub(crate) async fn carry_out(
        &self,
        program: &LoadedProgram,
        session: &Session,
        call: &PendingCall,
        (own, params): (OwnRequest, Vec<u32>),
    ) -> ActionResult {
        let texts: Vec<&str> = params.iter().map(|number| text(call, *number)).collect();
        let said = match (own, texts.as_slice()) {
            (OwnRequest::SendCode, [address]) => self.send(program, session, call, address).await,
            (OwnRequest::CheckCode, [ticket, code]) => {
                self.check(session, call, ticket, code).await
            }
            _ => Err("its parameters are not as the server knows them".to_owned()),
        };
        match said {
            Ok(Said(status, body)) => ActionResult::Answer { status, body },
            Err(cause) => ActionResult::Failed(cause),
        }
    }

    async fn send(
        &self,
        program: &LoadedProgram,
        session: &Session,
        call: &PendingCall,
        address: &str,
    ) -> Result<Said, String> {
        let inner = &self.inner;
        let channel = channel(&program.program).ok_or("the bot confirms no addresses")?;
        if !inner.keys.contains_key(channel) {
            return Err(format!("nothing is sent on `{channel}`: it has no mail server"));
        }
        let Some(address) = Address::parse(address) else {
            return Ok(Said::no(422, "malformed"));
        };
        let at_ms = inner.clock.now_ms();
        let code = new_code(session, call, (channel, &address), at_ms)?;
        let body = Letter::of(program, session, &code, &address, at_ms).to_json()?;
        let said = json!({ "ticket": &code.ticket });
        let order = CodeOrder { code, body, limits: inner.limits };
        let is_sent = inner.store.order_code(order).await.map_err(|e| e.to_string())?;
        if !is_sent {
            return Ok(Said::no(429, "too_many"));
        }
        inner.deliver.wake();
        Ok(Said(200, said))
    }

    async fn check(
        &self,
        session: &Session,
        call: &PendingCall,
        ticket: &str,
        written: &str,
    ) -> Result<Said, String> {
        let inner = &self.inner;
        let code = inner.store.code(ticket).await.map_err(|e| e.to_string())?;
        let Some(code) = code else { return Ok(answer(CodeAnswer::Expired)) };
        let Some(key) = inner.keys.get(&code.channel) else {
            return Err(format!("`{}` has no mail server any more", code.channel));
        };
        let check = CodeCheck {
            ticket: ticket.to_owned(),
            session: session.id.clone(),
            spoken_on: session.channel.clone(),
            key: call.key.clone(),
            is_right: key.code(&code.salt, ticket).is(written),
            tries_max: CODE_TRIES_MAX,
            at_ms: inner.clock.now_ms(),
        };
        let said = inner.store.check_code(check).await.map_err(|e| e.to_string())?;
        if said == CodeAnswer::Confirmed {
            inner.bell.notify_one();
        }
        Ok(answer(said))
    }

    /// Whether an address is to be linked yet.
    async fn waiting(&self) -> Result<Vec<StoredCode>, StoreError> {
        self.inner.store.confirmed_codes().await
    }
}

/// The channel whose addresses a program confirms.
pub(super) fn channel(program: &Program) -> Option<&str> {
    let number = program.profile.confirm?;
    program.channels.get(number.index()).map(|channel| channel.name.as_str())
}

fn text(call: &PendingCall, param: u32) -> &str {
    match call.args.get(param as usize) {
        Some(Some(Value::Text(text))) => text,
        _ => "",
    }
}

fn answer(said: CodeAnswer) -> Said {
    let status = match said {
        CodeAnswer::Confirmed => return Said(200, Json::Null),
        CodeAnswer::Wrong => 403,
        CodeAnswer::Spent | CodeAnswer::Expired => 410,
        CodeAnswer::Taken => 409,
    };
    Said::no(status, said.name())
}

/// The code that a call asks for, to an address on a channel. It is random anew.
fn new_code(
    session: &Session,
    call: &PendingCall,
    (channel, address): (&str, &Address),
    at_ms: i64,
) -> Result<StoredCode, String> {
    Ok(StoredCode {
        ticket: ticket(&call.key),
        session: session.id.clone(),
        channel: channel.to_owned(),
        address: address.key(),
        salt: salt()?,
        at_ms,
        expires_at_ms: later(at_ms, CODE_GOOD_FOR),
        state: CodeState::Open,
        tries: 0,
    })
}

/// A call's code is known by this: the same for the same call.
fn ticket(key: &str) -> String {
    let hash = blake3::hash(key.as_bytes());
    hex(hash.as_bytes().split_at(16).0)
}

fn salt() -> Result<Salt, String> {
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).map_err(|e| format!("the system gives no random numbers: {e}"))?;
    Ok(salt)
}

/// A message with a code, without its digits: as the outbox keeps it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Letter {
    /// What the code is known by. Where it stands in the words the digits go.
    pub ticket: String,
    /// The random bits of the code.
    pub salt: Salt,
    /// Whom it is for.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// When nobody needs it any more, ms UTC.
    pub expires_at_ms: i64,
}

impl Letter {
    /// In the conversation's language, for the channel that it goes to.
    fn of(
        program: &LoadedProgram,
        session: &Session,
        code: &StoredCode,
        to: &Address,
        now_ms: i64,
    ) -> Self {
        let phrases = program.program.phrases;
        let bot = program.program.bot.name.clone();
        let say = |function, args: &[String]| {
            phrase(program, session, &code.channel, function, args, now_ms)
        };
        let minutes = (CODE_GOOD_FOR.as_secs() / 60).to_string();
        Self {
            ticket: code.ticket.clone(),
            salt: code.salt,
            to: to.as_str().to_owned(),
            subject: say(phrases.code_subject, std::slice::from_ref(&bot)),
            text: say(phrases.code_mail, &[bot, code.ticket.clone(), minutes]),
            expires_at_ms: code.expires_at_ms,
        }
    }

    fn to_json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|e| e.to_string())
    }

    /// What it says, with the digits.
    pub(crate) fn revealed(&self, key: &CodeKey) -> String {
        let code: Code = key.code(&self.salt, &self.ticket);
        self.text.replace(&self.ticket, code.reveal())
    }
}
