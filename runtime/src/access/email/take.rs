//! What becomes of a received message: durable in the spool, news of a reply, or dropped. Only then is
//! it acknowledged.

use std::net::IpAddr;

use flowright_access::email::intake::{Intake, Site, read};
use flowright_access::email::mime::{File, Unreadable};
use flowright_access::email::smtp::{Mail, Outcome};
use flowright_access::v1::Envelope;

use super::server::Shared;
use crate::access::AccessError;
use crate::attachments::NotTaken;

/// Takes a message for each of its channels.
pub(super) async fn take(mail: Mail, peer: IpAddr, shared: &Shared) -> Outcome {
    let received_at_ms = shared.clock.now_ms();
    let null_sender = mail.from.is_none();
    let channels = mail.channels.clone();
    let options = shared.options.clone();
    let Ok(_place) = shared.reading.acquire().await else { return Outcome::Again };
    // A large message takes a while to read: other connections are not to wait for it.
    let reading = tokio::task::spawn_blocking(move || {
        let trusted = options.trusted.contains(&peer);
        let site = Site {
            mailboxes: &options.smtp.mailboxes,
            key: &options.key,
            authserv_id: options.authserv_id.as_deref().filter(|_| trusted),
        };
        let one = |channel: &String| read(&mail.bytes, null_sender, channel, &site, received_at_ms);
        mail.channels.iter().map(one).collect::<Result<Vec<_>, Unreadable>>()
    });
    let taken = match reading.await {
        Ok(Ok(taken)) => taken,
        Ok(Err(error)) => {
            tracing::info!(%peer, %error, "a mail was refused");
            return Outcome::Refused(error.to_string());
        }
        Err(error) => {
            tracing::error!(%error, "a mail could not be read");
            return Outcome::Again;
        }
    };
    for (channel, intake) in channels.iter().zip(taken) {
        let outcome = keep(channel, intake, peer, shared).await;
        if outcome != Outcome::Stored {
            return outcome;
        }
    }
    Outcome::Stored
}

async fn keep(channel: &str, intake: Intake, peer: IpAddr, shared: &Shared) -> Outcome {
    match intake {
        Intake::Message { envelope, files, files_left_out } => {
            let mut envelope = *envelope;
            let kept = match keep_files(&mut envelope, &files, shared).await {
                Ok(kept) => kept,
                Err(error) => return again(channel, &error),
            };
            if files_left_out > 0 {
                tracing::warn!(channel, files_left_out, "a mail had too many files");
            }
            let accepted = shared.access.accept(envelope).await;
            // The same mail again: its files are there already.
            if !matches!(accepted, Ok(true)) {
                shared.access.attachments().discard(kept).await;
            }
            match accepted {
                Ok(_) => Outcome::Stored,
                Err(AccessError::BadEnvelope(why) | AccessError::BadProof(why)) => {
                    tracing::warn!(channel, why, "a mail is no message");
                    shared.access.count(channel, "refused");
                    Outcome::Refused("it cannot be taken".to_owned())
                }
                Err(error) => again(channel, &error),
            }
        }
        Intake::News(news) => match shared.access.delivery(news).await {
            Ok(is_news) => {
                tracing::info!(channel, is_news, "a mail server told of a reply");
                shared.access.count(channel, "news");
                Outcome::Stored
            }
            Err(error) => again(channel, &error),
        },
        Intake::Nobodys(reason) => {
            tracing::info!(channel, %peer, %reason, "a mail is not answered");
            shared.access.count(channel, "dropped");
            Outcome::Stored
        }
    }
}

/// Keeps the files of a mail, and says of each in the envelope where it is, or why it was not taken. The ids
/// of those that are kept.
async fn keep_files(
    envelope: &mut Envelope,
    files: &[File],
    shared: &Shared,
) -> Result<Vec<String>, NotTaken> {
    let attachments = shared.access.attachments();
    let mut kept = Vec::new();
    for (known, file) in envelope.attachments.iter_mut().zip(files) {
        match attachments.take(&envelope.channel, &file.name, &file.bytes).await {
            Ok(taken) => {
                kept.push(taken.id.clone());
                known.id = taken.id;
                known.name = taken.name;
                known.media_type = taken.media_type;
            }
            Err(error) if error.is_final() => {
                tracing::info!(channel = envelope.channel, %error, "a file of a mail was not taken");
                known.cause = error.to_string();
            }
            Err(error) => {
                attachments.discard(kept).await;
                return Err(error);
            }
        }
    }
    Ok(kept)
}

fn again(channel: &str, error: &dyn std::fmt::Display) -> Outcome {
    tracing::warn!(channel, %error, "a mail could not be kept");
    Outcome::Again
}
