//! Messages that came back: what mail servers report (RFC 3464), of which reply.

use super::limits::{BOUNCE_SEARCH_BYTES_MAX, BOUNCES_MAX, CAUSE_CHARS_MAX};
use super::mime::Mail;
use super::thread::{Key, Place, anywhere};
use crate::v1::{Delivery, DeliveryStage};

/// A report as it came: `multipart/report`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// `delivery-status`, `disposition-notification`, `feedback-report`.
    pub kind: String,
    /// Its part for machines.
    pub status: String,
    /// The id of the message that it is about, if that came back.
    pub returned: Option<String>,
}

/// What became of a message for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// `failed`, `delayed`, `delivered`, `relayed`, `expanded`.
    pub action: String,
    /// `5.1.1` and its like.
    pub status: String,
    /// Who did not get it.
    pub recipient: String,
    /// What the server there said.
    pub diagnostic: String,
}

/// Reads a report's part for machines: groups of fields, the first of them about the whole.
#[must_use]
pub fn fates(status: &str) -> Vec<Fate> {
    let text = status.replace("\r\n", "\n");
    let groups = text.split("\n\n").take(BOUNCES_MAX);
    let fate = |group: &str| {
        let fields = unfolded(group);
        let get = |name: &str| {
            let field = fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
            field.map_or("", |(_, value)| value.as_str())
        };
        // `rfc822; ann@x.example`, `smtp; 550 no such user`.
        let behind =
            |value: &str| value.split_once(';').map_or(value, |(_, rest)| rest).trim().to_owned();
        let action = get("action").to_lowercase();
        (!action.is_empty()).then(|| Fate {
            action,
            status: get("status").split_whitespace().next().unwrap_or("").to_owned(),
            recipient: behind(get("final-recipient")),
            diagnostic: behind(get("diagnostic-code")),
        })
    };
    groups.filter_map(fate).collect()
}

fn unfolded(group: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in group.lines() {
        match (line.split_once(':'), fields.last_mut()) {
            (_, Some((_, value))) if line.starts_with([' ', '\t']) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (Some((name, value)), _) => {
                fields.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            _ => {}
        }
    }
    fields
}

/// The news of one of our replies in a message that no customer wrote, if there is any. A message
/// that has no sender and quotes one of ours is such news too: not every server writes reports.
#[must_use]
pub fn news(
    mail: &Mail,
    bytes: &[u8],
    null_sender: bool,
    key: &Key,
    channel: &str,
    at_ms: i64,
) -> Option<Delivery> {
    let delivery = |place: Place, stage: DeliveryStage, cause: String| Delivery {
        session: place.session,
        seq: place.seq,
        channel: channel.to_owned(),
        stage: stage.into(),
        at_ms,
        provider_id: String::new(),
        cause: cause.chars().filter(|c| !c.is_control()).take(CAUSE_CHARS_MAX).collect(),
    };
    if let Some(report) = &mail.report {
        if report.kind != "delivery-status" {
            return None;
        }
        let place = report.returned.as_ref().and_then(|id| key.place(id));
        let place = place.or_else(|| quoted(bytes, key))?;
        let fates = fates(&report.status);
        let (fate, stage) = worst(&fates)?;
        return Some(delivery(place, stage, cause(fate)));
    }
    if !null_sender {
        return None;
    }
    let first = mail.body.lines().map(str::trim).find(|line| !line.is_empty());
    let cause = format!("it came back: {}", first.unwrap_or(&mail.subject));
    quoted(bytes, key).map(|place| delivery(place, DeliveryStage::Failed, cause))
}

/// One of our ids anywhere in what came back.
fn quoted(bytes: &[u8], key: &Key) -> Option<Place> {
    let text = String::from_utf8_lossy(bytes.get(..BOUNCE_SEARCH_BYTES_MAX).unwrap_or(bytes));
    anywhere(&text).find_map(|id| key.place(id))
}

/// What counts of several recipients: a reply has one, others are where hers was passed on to.
fn worst(fates: &[Fate]) -> Option<(&Fate, DeliveryStage)> {
    let of = |action: &str| fates.iter().find(|fate| fate.action == action);
    match (of("failed"), of("delivered")) {
        (Some(failed), _) => Some((failed, DeliveryStage::Failed)),
        (None, Some(delivered)) => Some((delivered, DeliveryStage::Delivered)),
        // Delayed: it is still on its way. Relayed: to a server that does not report.
        (None, None) => None,
    }
}

fn cause(fate: &Fate) -> String {
    if fate.action != "failed" {
        return String::new();
    }
    let parts = [fate.status.as_str(), fate.diagnostic.as_str(), fate.recipient.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}
