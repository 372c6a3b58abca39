//! What the CRM knows.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::StatusCode;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value as Json;

use crate::requests::Audited;

/// Customers, orders, invoices and services by id, and what was done.
#[derive(Debug, Default)]
pub struct Data {
    /// See the file `data.json`.
    pub customers: BTreeMap<String, Json>,
    /// `{ due, owner }`
    pub orders: BTreeMap<String, Json>,
    /// `{ customer, title, amount, due, status }`
    pub invoices: BTreeMap<String, Json>,
    /// `{ status, since }`
    pub services: BTreeMap<String, Json>,
    /// Tickets that were opened.
    pub tickets: Vec<Json>,
    /// How often each thing was asked: `GET /customers/C-1001`.
    pub asked: BTreeMap<String, u64>,
    /// Every change that was carried out, in order.
    pub audit: Vec<Audited>,
    /// Answers by idempotency key: a repeated change is answered, not carried out.
    pub(crate) answered: BTreeMap<String, (StatusCode, Json)>,
    pub(crate) delay: Duration,
    pub(crate) answer_delay: Duration,
}

impl Data {
    /// Reads data; relative days count from `today`.
    ///
    /// # Errors
    /// In words, when the text is not as it must be.
    pub fn parse(text: &str, today: Date) -> Result<Self, String> {
        let mut json: Json = serde_json::from_str(text).map_err(|e| e.to_string())?;
        settle_days(&mut json, today);
        let mut table = |name: &str| -> Result<BTreeMap<String, Json>, String> {
            match json.get_mut(name).map(Json::take) {
                Some(Json::Object(object)) => Ok(object.into_iter().collect()),
                _ => Err(format!("`{name}` is not an object")),
            }
        };
        Ok(Self {
            customers: table("customers")?,
            orders: table("orders")?,
            invoices: table("invoices")?,
            services: table("services")?,
            ..Self::default()
        })
    }

    /// The data that come with the examples.
    ///
    /// # Errors
    /// When they are broken.
    pub fn example(today: Date) -> Result<Self, String> {
        Self::parse(include_str!("../data.json"), today)
    }
}

/// Puts days in place of relative ones, wherever a field is called `due` or `since`.
fn settle_days(json: &mut Json, today: Date) {
    match json {
        Json::Object(object) => {
            for (name, value) in object.iter_mut() {
                match value.as_str().filter(|_| matches!(name.as_str(), "due" | "since")) {
                    Some(text) => {
                        if let Some(day) = day(text, today) {
                            *value = Json::String(day.to_string());
                        }
                    }
                    None => settle_days(value, today),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| settle_days(item, today)),
        _ => {}
    }
}

fn day(text: &str, today: Date) -> Option<Date> {
    if let Some((month, day)) = text.strip_prefix("--").and_then(|rest| rest.split_once('-')) {
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        // The next one, after today.
        return (0..=1)
            .filter_map(|years| Date::new(today.year() + years, month, day).ok())
            .find(|date| *date > today);
    }
    if text.starts_with(['+', '-']) {
        return today.checked_add(text.parse::<i32>().ok()?.days()).ok();
    }
    None
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_count_from_today() {
        let today = date(2026, 11, 25);
        for (text, expected) in [
            ("--06-10", Some(date(2027, 6, 10))),
            ("--11-25", Some(date(2027, 11, 25))),
            ("--12-01", Some(date(2026, 12, 1))),
            ("+14", Some(date(2026, 12, 9))),
            ("-3", Some(date(2026, 11, 22))),
            ("2026-01-01", None),
        ] {
            assert_eq!(day(text, today), expected, "{text}");
        }
        assert!(Data::example(today).is_ok());
    }
}
