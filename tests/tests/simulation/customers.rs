//! Customers: each says its lines one after the other, in a session of its own; a line is sent until
//! it is answered, now and then twice, and an old one comes again when it is long over.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flowright_compiler::ir::Outcome;
use flowright_engine::model::{DeskMove, Owner, Ownership, Released, Then};
use flowright_runtime::desk::{Desk, SignedOn, Worker};
use flowright_runtime::dispatch::{
    AgentMove, Answer, DeskNote, DeskOrder, Dispatch, DispatchError, Held, Incoming, StoreError,
};

use crate::fate::Fate;

/// What customers say; each begins at another line.
const LINES: [&str; 12] = [
    "rent a machine",
    "3",
    "Pudong",
    "yes",
    "call me back later",
    "I want to rent",
    "13",
    "Minhang",
    "yes",
    "the machine is broken",
    "the digger",
    "hello?",
];

/// A customer as it is remembered while the server dies.
#[derive(Debug, Default)]
pub(crate) struct Customer {
    pub(crate) session: String,
    offset: usize,
    pub(crate) lines: usize,
    /// What was answered, by line.
    pub(crate) answers: Vec<Answer>,
    /// What the agent did who had the conversation, with the answer to it.
    pub(crate) moves: Vec<(AgentMove, Answer)>,
    /// Whether agents of this desk claim the conversation; those of a desk elsewhere do not.
    claims: bool,
    /// The line after whose answer she is at work, until she is done.
    served: Option<usize>,
}

/// A customer whose task ends with the server.
pub(crate) type Shared = Arc<Mutex<Customer>>;

pub(crate) fn customers(fate: &Fate) -> Vec<Shared> {
    let customer = |number: usize| Customer {
        session: format!("s{number}"),
        offset: fate.below(LINES.len()),
        lines: 4 + fate.below(6),
        claims: number % 2 == 1,
        ..Customer::default()
    };
    (0..4).map(|number| Arc::new(Mutex::new(customer(number)))).collect()
}

impl Customer {
    pub(crate) fn line(&self, number: usize) -> Incoming {
        Incoming {
            reply_to: None,
            customer_id: None,
            attachments: Vec::new(),
            from: None,
            id: format!("m{number}"),
            channel: "api".to_owned(),
            text: LINES[(self.offset + number) % LINES.len()].to_owned(),
            payload: None,
            customer: None,
            lang: None,
        }
    }
}

/// Says what is left to say.
pub(crate) async fn talk(customer: Shared, dispatch: Dispatch, desk: Desk, fate: Arc<Fate>) {
    loop {
        let (number, lines) = {
            let customer = customer.lock().unwrap();
            (customer.answers.len(), customer.lines)
        };
        let served = customer.lock().unwrap().served;
        if let Some(line) = served {
            serve(&customer, (&dispatch, &desk), &fate, line).await;
            continue;
        }
        if number == lines {
            return;
        }
        fate.pause().await;
        if number > 0 && fate.happens(10) {
            // One from before comes again, late.
            let old = fate.below(number);
            if let Some(answer) = send(&customer, &dispatch, &fate, old).await {
                alike(&customer.lock().unwrap(), old, &answer);
            }
        }
        if fate.happens(20) {
            let (customer, dispatch, fate) =
                (Arc::clone(&customer), dispatch.clone(), Arc::clone(&fate));
            // The network brings it twice.
            tokio::spawn(async move { send(&customer, &dispatch, &fate, number).await });
        }
        if let Some(answer) = send(&customer, &dispatch, &fate, number).await {
            let mut customer = customer.lock().unwrap();
            fate.note(&format!("{} hears the answer to {number}", customer.session));
            customer.served = (answer.handed_off && fate.happens(60)).then_some(number);
            customer.answers.push(answer);
        }
    }
}

/// One of the two opens a page of hers, and takes what the desk gives her.
async fn signs_on(desk: &Desk, fate: &Fate) -> SignedOn {
    let agent = ["ann", "bob"][fate.below(2)];
    fate.note(&format!("{agent} signs on"));
    let signed_on = desk.sign_on(Worker::new(agent, agent, ["s"])).await;
    tokio::time::sleep(Duration::from_secs(fate.below(60) as u64)).await;
    signed_on
}

/// Two agents want a conversation that waits, at once: one has it then. Now and then she is gone again.
/// The claim by which one has it, if a human has it still; nothing where it has to be looked at anew.
async fn claimed(session: &str, dispatch: &Dispatch, fate: &Fate) -> Option<Option<Ownership>> {
    let all = dispatch.held().await.ok()?;
    let Some(held) = all.into_iter().find(|held| held.session == session) else {
        return Some(None);
    };
    if let Some(owner) = held.owner.as_ref().filter(|_| !fate.happens(15)) {
        return Some(Some(Ownership { agent: owner.agent.clone(), epoch: held.epoch }));
    }
    let Held { epoch, .. } = held;
    let orders = match &held.owner {
        Some(_) => vec![("gone", DeskMove::Release { why: Released::Gone })],
        None => ["ann", "bob"]
            .map(|agent| {
                let owner = Owner { agent: agent.to_owned(), name: agent.to_owned() };
                (agent, DeskMove::Claim { owner, why: None })
            })
            .into(),
    };
    fate.note(&format!("{session} {epoch} {orders:?}"));
    let orders = orders.into_iter().map(|(who, what)| {
        let order = DeskOrder { id: format!("{epoch}/{who}"), epoch, what };
        dispatch.desk(session, order)
    });
    let first = |answer: &Result<Answer, _>| answer.as_ref().is_ok_and(|a| !a.repeated);
    let answers = futures_util::future::join_all(orders).await;
    assert!(answers.iter().filter(|answer| first(answer)).count() <= 1, "{session}: {answers:?}");
    None
}

/// An agent does something in a conversation that was handed over: the same until it is answered, now
/// and then twice.
async fn serve(customer: &Shared, (dispatch, desk): (&Dispatch, &Desk), fate: &Fate, line: usize) {
    let (session, claims, mut done) = {
        let customer = customer.lock().unwrap();
        let claims = customer.claims;
        let number = customer.moves.len();
        let text = (number % 3 != 2).then(|| format!("agent's words {number}"));
        // By its number: whoever asks again after a crash asks for the same.
        let then = match (line + number) % 4 {
            0 | 1 if text.is_some() => Then::Stay,
            2 => Then::Close(Outcome::Unresolved),
            _ => Then::Bot,
        };
        let name = "Li Wei".to_owned();
        let id = format!("m{number}");
        let done = AgentMove { id, name, text, then, handoff_at_ms: None, by: None };
        (customer.session.clone(), claims, done)
    };
    fate.pause().await;
    if fate.happens(30) {
        let by = Owner { agent: "ann".to_owned(), name: "Ann".to_owned() };
        let note = DeskNote { id: done.id.clone(), by, text: format!("note {}", done.id) };
        // Whether it is kept is seen in the journal, and by what the desk elsewhere is told.
        let kept = dispatch.note(&session, note).await;
        fate.note(&format!("{session} note {}", kept.is_ok()));
    }
    // Her page is open until she has done it.
    let mut _page = None;
    if claims {
        if fate.happens(50) {
            _page = Some(signs_on(desk, fate).await);
        }
        let Some(by) = claimed(&session, dispatch, fate).await else { return };
        done.by = by;
    }
    if fate.happens(10) {
        return;
    }
    fate.note(&format!("{session} agent {done:?}"));
    if fate.happens(20) {
        let (session, done, dispatch) = (session.clone(), done.clone(), dispatch.clone());
        tokio::spawn(async move { dispatch.agent(&session, done).await });
    }
    match dispatch.agent(&session, done.clone()).await {
        Ok(_) if fate.happens(20) => {}
        Ok(answer) => {
            let mut customer = customer.lock().unwrap();
            if !answer.handed_off || fate.happens(30) {
                customer.served = None;
            }
            customer.moves.push((done, answer));
        }
        Err(DispatchError::Store(StoreError::Full(_)) | DispatchError::SessionBusy) => {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        // Her page was closed for too long; or this desk has given it to an agent of its own meanwhile.
        Err(DispatchError::NotTheOwner) => customer.lock().unwrap().claims = true,
        Err(other) => panic!("{session} agent {done:?}: {other}"),
    }
}

/// Sends a line once; nothing comes back when a request or answer is lost.
async fn send(
    customer: &Shared,
    dispatch: &Dispatch,
    fate: &Fate,
    number: usize,
) -> Option<Answer> {
    let (session, line) = {
        let customer = customer.lock().unwrap();
        (customer.session.clone(), customer.line(number))
    };
    fate.pause().await;
    if fate.happens(10) {
        return None;
    }
    fate.note(&format!("{session} says {number}"));
    match dispatch.message(&session, line).await {
        Ok(answer) => (!fate.happens(20)).then_some(answer),
        Err(DispatchError::Store(StoreError::Full(_)) | DispatchError::SessionBusy) => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            None
        }
        Err(other) => panic!("{session} {number}: {other}"),
    }
}

/// That a line is answered as it was.
pub(crate) fn alike(customer: &Customer, number: usize, answer: &Answer) {
    let before = &customer.answers[number];
    let same = answer.repeated && before.turn == answer.turn && before.replies == answer.replies;
    assert!(same, "{} {number}: {answer:?}, before {before:?}", customer.session);
}
