//! Customers: each says its lines one after the other, in a session of its own; a line is sent until
//! it is answered, now and then twice, and an old one comes again when it is long over.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flowright_runtime::dispatch::{Answer, Dispatch, DispatchError, Incoming, StoreError};

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
}

/// A customer whose task ends with the server.
pub(crate) type Shared = Arc<Mutex<Customer>>;

pub(crate) fn customers(fate: &Fate) -> Vec<Shared> {
    let customer = |number: usize| Customer {
        session: format!("s{number}"),
        offset: fate.below(LINES.len()),
        lines: 4 + fate.below(6),
        answers: Vec::new(),
    };
    (0..4).map(|number| Arc::new(Mutex::new(customer(number)))).collect()
}

impl Customer {
    pub(crate) fn line(&self, number: usize) -> Incoming {
        Incoming {
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
pub(crate) async fn talk(customer: Shared, dispatch: Dispatch, fate: Arc<Fate>) {
    loop {
        let (number, lines) = {
            let customer = customer.lock().unwrap();
            (customer.answers.len(), customer.lines)
        };
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
            customer.answers.push(answer);
        }
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
