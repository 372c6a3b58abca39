//! What can be asked of the CRM.

use hyper::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::Data;

/// A change that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// `PUT /orders/12345`
    pub request: String,
    /// The key it came with.
    pub key: Option<String>,
    /// What it said.
    pub body: Json,
}

type Answer = (StatusCode, Json);

fn missing(what: &str) -> Answer {
    (StatusCode::NOT_FOUND, json!({ "code": "not_found", "message": format!("no such {what}") }))
}

fn set(object: &mut Json, field: &str, value: Json) {
    if let Some(object) = object.as_object_mut() {
        object.insert(field.to_owned(), value);
    }
}

/// A record with what it is known by, unless it says so itself.
fn with(name: &str, id: &str, record: &Json) -> Json {
    let mut record = record.clone();
    if record.get(name).is_none() {
        set(&mut record, name, json!(id));
    }
    record
}

/// A part of a query as it was before it was encoded.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let code = digit(rest.next()).zip(digit(rest.next()));
                code.and_then(|(high, low)| u8::try_from(high * 16 + low).ok()).unwrap_or(b'?')
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Data {
    /// Answers a request. A change that comes again with the same key is answered as before.
    pub(crate) fn answer(
        &mut self,
        method: &Method,
        asked: &str,
        key: Option<&str>,
        body: &Json,
    ) -> Answer {
        let (path, query) = asked.split_once('?').unwrap_or((asked, ""));
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        *self.asked.entry(format!("{method} {asked}")).or_default() += 1;
        if *method == Method::GET {
            return match parts.as_slice() {
                ["customers"] => self.customers_by(query),
                parts => self.read(parts),
            };
        }
        if let Some(known) = key.and_then(|key| self.answered.get(key)) {
            return known.clone();
        }
        let answer = self.change(method, &parts, body);
        if answer.0.is_success() {
            let request = format!("{method} {path}");
            self.audit.push(Audited { request, key: key.map(str::to_owned), body: body.clone() });
        }
        if let Some(key) = key {
            self.answered.insert(key.to_owned(), answer.clone());
        }
        answer
    }

    fn read(&self, parts: &[&str]) -> Answer {
        let found = |record: Option<&Json>, what| match record {
            Some(record) => (StatusCode::OK, record.clone()),
            None => missing(what),
        };
        match parts {
            ["orders", id] => found(self.orders.get(*id), "order"),
            ["customers", id] => match self.customers.get(*id) {
                Some(customer) => (StatusCode::OK, with("id", id, customer)),
                None => missing("customer"),
            },
            ["customers", id, "invoices"] => self.invoices_of(id),
            ["customers", id, "orders", order, "permission"] => self.permission(id, order),
            ["invoices", id] => found(self.invoices.get(*id), "invoice"),
            ["services", name] => found(self.services.get(*name), "service"),
            ["tickets"] => (StatusCode::OK, json!(self.tickets)),
            ["audit"] => {
                let line =
                    |a: &Audited| json!({ "request": a.request, "key": a.key, "body": a.body });
                (StatusCode::OK, self.audit.iter().map(line).collect())
            }
            _ => missing("resource"),
        }
    }

    /// Customers whose fields are as a query says: `email=a%40b.example`. Capitals do not matter.
    fn customers_by(&self, query: &str) -> Answer {
        let asked: Vec<(String, String)> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decoded(name), decoded(value).to_lowercase()))
            .collect();
        let is_asked_for = |(_, customer): &(&String, &Json)| {
            asked.iter().all(|(name, value)| {
                customer[name].as_str().is_some_and(|own| own.to_lowercase() == *value)
            })
        };
        if asked.is_empty() {
            let message = "say whom: ?email=… or ?phone=…";
            return (StatusCode::BAD_REQUEST, json!({ "code": "bad_query", "message": message }));
        }
        let found = self.customers.iter().filter(is_asked_for);
        (StatusCode::OK, found.map(|(id, customer)| with("id", id, customer)).collect())
    }

    fn invoices_of(&self, customer: &str) -> Answer {
        let of_customer = |(_, invoice): &(&String, &Json)| invoice["customer"] == *customer;
        let with_id = |(id, invoice): (&String, &Json)| with("number", id, invoice);
        let invoices: Vec<Json> = self.invoices.iter().filter(of_customer).map(with_id).collect();
        (StatusCode::OK, json!({ "items": invoices }))
    }

    fn permission(&self, customer: &str, order: &str) -> Answer {
        let may = self.customers.get(customer).is_some_and(|c| c["may_change_orders"] == true);
        let owns = self.orders.get(order).is_some_and(|order| order["owner"] == customer);
        (StatusCode::OK, json!({ "granted": may && owns }))
    }

    fn change(&mut self, method: &Method, parts: &[&str], body: &Json) -> Answer {
        match (method, parts) {
            (&Method::PUT, ["orders", id]) => match self.orders.get_mut(*id) {
                Some(order) => {
                    set(order, "due", body["due"].clone());
                    (StatusCode::OK, order.clone())
                }
                None => missing("order"),
            },
            (&Method::POST, ["invoices", id, "copies"]) => match self.invoices.get(*id) {
                Some(_) => (StatusCode::ACCEPTED, json!({ "queued": true })),
                None => missing("invoice"),
            },
            (&Method::POST, ["tickets"]) => {
                let number = format!("T-{}", 1001 + self.tickets.len());
                let mut ticket = body.clone();
                set(&mut ticket, "number", json!(number));
                self.tickets.push(ticket);
                (StatusCode::CREATED, json!({ "number": number }))
            }
            _ => missing("resource"),
        }
    }
}
