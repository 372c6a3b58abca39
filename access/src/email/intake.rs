//! A received message as an envelope; or as news of a reply; or as nobody's, and why.

use super::compose::is_answer;
use super::limits::TEXT_CHARS_MAX;
use super::loops::{self, Reason};
use super::mime::{self, File, Mail, Person, Unreadable};
use super::thread::Key;
use super::{Address, Mailbox, ReplyTo, auth, bounce, quoted};
use crate::v1::{Attachment, Delivery, Envelope, Identity, Proof, proof};

/// What must be known to read a message.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The bot's addresses.
    pub mailboxes: &'a [Mailbox],
    /// What ids of our messages are sealed with.
    pub key: &'a Key,
    /// The name under which the mail server in front of ours says what it found. Absent where the
    /// message did not come from that server: then anybody can have written what it says.
    pub authserv_id: Option<&'a str>,
}

/// What a message is.
#[derive(Debug, Clone, PartialEq)]
pub enum Intake {
    /// A customer's. The files are those of `envelope.attachments`, in its order.
    Message {
        /// The message.
        envelope: Box<Envelope>,
        /// Its files.
        files: Vec<File>,
        /// How many more there were than are taken.
        files_left_out: usize,
    },
    /// What became of a reply.
    News(Delivery),
    /// To be dropped without a word to anybody: an answer might meet another machine.
    Nobodys(Reason),
}

/// Reads a message that was received for a channel.
///
/// # Errors
/// What is no message.
pub fn read(
    bytes: &[u8],
    null_sender: bool,
    channel: &str,
    site: &Site<'_>,
    received_at_ms: i64,
) -> Result<Intake, Unreadable> {
    let mut mail = mime::read(bytes)?;
    if let Some(news) = bounce::news(&mail, bytes, null_sender, site.key, channel, received_at_ms) {
        return Ok(Intake::News(news));
    }
    let ours = |key: &str| site.mailboxes.iter().any(|own| own.address.key() == key);
    if let Some(reason) = loops::judge(&mail, null_sender, site.key, ours) {
        return Ok(Intake::Nobodys(reason));
    }
    let (author, is_from) = match author(&mail) {
        Ok(author) => author,
        Err(reason) => return Ok(Intake::Nobodys(reason)),
    };
    let files = std::mem::take(&mut mail.files);
    let text = words(&mail);
    if text.is_empty() && files.is_empty() {
        return Ok(Intake::Nobodys(Reason::Empty));
    }
    let vouched = |id: &str| is_from && auth::vouches(&mail, &author.address, id);
    let verified = site.authserv_id.is_some_and(vouched);
    let place = site.key.nearest(&mail.answers).filter(|place| place.was_sent_to(&author.address));
    let envelope = Envelope {
        id: id(&mail, &text, &files),
        channel: channel.to_owned(),
        from: Some(Identity {
            channel: channel.to_owned(),
            address: author.address.key(),
            display_name: author.name.clone(),
        }),
        text,
        attachments: files.iter().map(attachment).collect(),
        sent_at_ms: mail.date_ms.unwrap_or(0),
        received_at_ms,
        reply_to: ReplyTo::of(&mail, &author.address, &author.name).to_text(),
        proofs: verified
            .then_some(Proof { kind: Some(proof::Kind::AddressVerified(true)) })
            .into_iter()
            .collect(),
        conversation: place.map(|place| place.session).unwrap_or_default(),
        ..Envelope::default()
    };
    let files_left_out = mail.files_left_out;
    Ok(Intake::Message { envelope: Box::new(envelope), files, files_left_out })
}

/// Who wrote it, and whether that is what `From` says. `Reply-To` counts where nobody reads the
/// other, as in the messages of forms on web pages; elsewhere it does not, since an answer with what
/// is known of one customer would go to whatever address another one wrote there.
fn author(mail: &Mail) -> Result<(Person, bool), Reason> {
    let [from] = mail.from.as_slice() else {
        let none = mail.from.is_empty();
        return Err(Reason::Author(if none { "it names nobody" } else { "it names several" }));
    };
    if !loops::takes_no_answers(from.address.local()) {
        return Ok((from.clone(), true));
    }
    match mail.reply_to.as_slice() {
        [person] if !loops::takes_no_answers(person.address.local()) => Ok((person.clone(), false)),
        _ => Err(Reason::NoReply(from.address.key())),
    }
}

/// Subjects that say nothing, in lower case.
const EMPTY_SUBJECTS: [&str; 24] = [
    "hi",
    "hello",
    "hey",
    "help",
    "question",
    "questions",
    "inquiry",
    "enquiry",
    "request",
    "urgent",
    "no subject",
    "(no subject)",
    "none",
    "test",
    "无主题",
    "(无主题)",
    "无",
    "你好",
    "您好",
    "咨询",
    "请问",
    "问题",
    "求助",
    "在吗",
];

/// What she says: what is new of the body; under the subject, where a conversation begins with one
/// that says something.
fn words(mail: &Mail) -> String {
    let body = quoted::strip(&mail.body);
    let subject = mail.subject.trim();
    let begins = mail.answers.is_empty() && !is_answer(subject);
    let empty = EMPTY_SUBJECTS.contains(&subject.to_lowercase().as_str());
    let says = begins && !subject.is_empty() && !empty && !body.contains(subject);
    let text = match (says, body.is_empty()) {
        (true, true) => subject.to_owned(),
        (true, false) => format!("{subject}\n{body}"),
        (false, _) => body,
    };
    text.chars().take(TEXT_CHARS_MAX).collect()
}

/// The same message has the same id, whichever way it comes: servers repeat themselves, and put
/// headers of their own before it.
fn id(mail: &Mail, text: &str, files: &[File]) -> String {
    let mut hash = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(mail.message_id.as_deref().unwrap_or("").as_bytes());
    part(mail.from.first().map_or("", |from| from.address.as_str()).as_bytes());
    part(&mail.date_ms.unwrap_or(0).to_le_bytes());
    part(mail.subject.as_bytes());
    part(text.as_bytes());
    for file in files {
        part(file.name.as_bytes());
        part(&file.bytes);
    }
    let hex = hash.finalize().to_hex();
    format!("mail-{}", hex.as_str().get(..40).unwrap_or(""))
}

fn attachment(file: &File) -> Attachment {
    Attachment {
        media_type: file.media_type.clone(),
        name: file.name.clone(),
        bytes: file.bytes.len() as u64,
        hash: blake3::hash(&file.bytes).as_bytes().to_vec(),
        ..Attachment::default()
    }
}

/// The address that a channel sends from: the first of its addresses.
#[must_use]
pub fn address_of<'a>(mailboxes: &'a [Mailbox], channel: &str) -> Option<&'a Address> {
    mailboxes.iter().find(|own| own.channel == channel).map(|own| &own.address)
}
