//! How much the runtime takes before it says no.

use std::time::Duration;

/// Bytes of a request's body.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// Bytes of a bundle that is handed over.
pub const BUNDLE_BODY_BYTES_MAX: usize = 64 << 20;
/// Time for it to arrive.
pub const BUNDLE_BODY_TIMEOUT: Duration = Duration::from_secs(60);
/// Brackets open at once in a JSON body.
pub const JSON_DEPTH_MAX: usize = 64;
/// Characters of one message.
pub const MESSAGE_CHARS_MAX: usize = 10_000;
/// Characters of a session's or message's id.
pub const ID_CHARS_MAX: usize = 128;
/// Characters of an agent's name.
pub const AGENT_CHARS_MAX: usize = 100;
/// Bytes of one WebSocket message.
pub const FRAME_BYTES_MAX: usize = 64 << 10;
/// Client systems that have a key.
pub const CLIENTS_MAX: usize = 100;
/// Characters of a client's name.
pub const CLIENT_NAME_CHARS_MAX: usize = 64;
/// Time for a request's headers to arrive.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for a request's body to arrive.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// Connections at once.
pub const CONNECTIONS_MAX: usize = 10_000;
/// Headers of a request.
pub const HEADERS_MAX: usize = 100;
/// Bytes of a request's first line and headers.
pub const HEADER_BYTES_MAX: usize = 32 << 10;
/// Streams at once on an HTTP/2 connection.
pub const STREAMS_MAX: u32 = 128;
/// Streams that were begun and reset before anybody looked at them; beyond, the connection is closed.
pub const RESETS_WAITING_MAX: usize = 20;
/// Bytes that an HTTP/2 client may send before they are read.
pub const CONNECTION_WINDOW_BYTES: u32 = 256 << 10;
/// Time that a connection stays open while nothing is asked on it.
pub const CONNECTION_IDLE: Duration = Duration::from_secs(60);
/// Bytes of all bodies that arrive at the same time.
pub const BODIES_BYTES_MAX: usize = 256 << 20;
/// Messages that wait to be carried out or are being, in all sessions together. Those that wait for
/// an answer from outside do not count.
pub const MESSAGES_AT_ONCE_MAX: usize = 4_096;
/// Messages that wait in one session's mailbox.
pub const MAILBOX_MAX: usize = 64;
/// Sessions held in memory at once; beyond, new messages are told to come back.
pub const SESSIONS_LIVE_MAX: usize = 100_000;
/// Replies of a session that are shown at once.
pub const REPLIES_SHOWN_MAX: usize = 1_000;
/// Commits that wait for the writer.
pub const COMMITS_WAITING_MAX: usize = 4_096;
/// Commits written in one transaction. More of them are not written sooner: they only wait for each other.
pub const COMMITS_PER_BATCH_MAX: usize = 128;
/// Replies that one slow WebSocket may have waiting before it is cut off.
pub const SOCKET_QUEUE_MAX: usize = 256;
/// Changes of who has which conversation that a desk may be behind before it reads all of them anew.
pub const HELD_NEWS_MAX: usize = 4_096;
/// What may wait to be told to the desk, and what it may be ahead of whoever looks at it.
pub const DESK_ASKS_MAX: usize = 1_024;
/// See [`DESK_ASKS_MAX`].
pub const DESK_NEWS_MAX: usize = 4_096;
/// Articles that are suggested to an agent at once.
pub const SUGGESTIONS_MAX: usize = 5;
/// Conversations that are shown to somebody at the desk at once; further ones are counted.
pub const DESK_PLACES_SHOWN_MAX: usize = 200;
/// Orders of the desk that are carried out at once.
pub const DESK_ORDERS_AT_ONCE_MAX: usize = 64;
/// Without a page of hers for so long an agent is gone, ms: what she has goes to others.
pub const AGENT_GONE_MS: i64 = 30_000;
/// Texts that are ready for a conversation, as many as are told at once.
pub const READY_TOLD_MAX: usize = 50;
/// Days of business hours that the desk reckons with, before today and from today on.
pub const DESK_HOURS_DAYS_BACK: u16 = 30;
/// See [`DESK_HOURS_DAYS_BACK`].
pub const DESK_HOURS_DAYS_AHEAD: u16 = 120;
/// Time a session stays in memory without being used.
pub const SESSION_IDLE: Duration = Duration::from_secs(60);
/// Time between two signals of one page that somebody is writing there; those between are dropped.
pub const TYPING_EVERY: Duration = Duration::from_secs(2);
/// Time between two signals that the bot is at work, while an answer from outside is waited for.
pub const WORKING_EVERY_MS: i64 = 4_000;
/// Time between two pings on a WebSocket.
pub const PING_EVERY: Duration = Duration::from_secs(30);
/// Time for a client to take what a WebSocket sends before it is cut off.
pub const SOCKET_SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of one message of gRPC.
pub const GRPC_MESSAGE_BYTES_MAX: usize = 4 << 20;
/// Streams at once on a connection of gRPC: each conversation that is listened to is one.
pub const GRPC_STREAMS_MAX: u32 = 1_000;
/// Calls of gRPC at once, on all connections together.
pub const GRPC_CALLS_MAX: usize = 20_000;
/// Time that a connection of gRPC stays open without a call.
pub const GRPC_IDLE: Duration = Duration::from_secs(300);
/// Bytes that wait to be sent on one stream of gRPC.
pub const GRPC_SEND_BYTES_MAX: usize = 64 << 10;
/// What waits for a caller on a stream before the conversation itself waits.
pub const GRPC_QUEUE_MAX: usize = 8;
/// Replies that one answer lists.
pub const GRPC_REPLIES_MAX: usize = 1_000;
/// Replies that it lists when nobody says how many.
pub const GRPC_REPLIES_USUAL: usize = 100;
/// Bytes of the replies that one answer lists.
pub const GRPC_REPLIES_BYTES_MAX: usize = 1 << 20;
/// Characters of an error's text: it is sent as a header.
pub const GRPC_ERROR_CHARS_MAX: usize = 1_000;
/// Time between two looks at whether the server is ready, for those who watch.
pub const GRPC_HEALTH_EVERY: Duration = Duration::from_secs(1);
/// Sessions whose timers are due that are read at once.
pub const DUE_AT_ONCE_MAX: usize = 1_000;
/// Messages of the outbox that are under way to one address at once.
pub const OUTBOX_AT_ONCE_MAX: usize = 64;
/// Time for whoever is sent something to take it.
pub const OUTBOX_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest pause before it is tried again.
pub const OUTBOX_PAUSE_MAX: Duration = Duration::from_secs(300);
/// Time after which it is not tried any more.
pub const OUTBOX_AGE_MAX: Duration = Duration::from_secs(86_400);
/// Messages not tried any more that are shown at once.
pub const DEAD_SHOWN_MAX: usize = 100;
/// Bytes of the address that somebody writes from.
pub const ADDRESS_BYTES_MAX: usize = 512;
/// Messages that were acknowledged and are held in memory, under way or behind one of their sender;
/// others wait on the disk.
pub const SPOOL_HELD_MAX: usize = 2_048;
/// Longest pause before one of them is tried again.
pub const SPOOL_PAUSE_MAX: Duration = Duration::from_secs(30);
/// Time for which the id of a message is known after it was carried out.
pub const SPOOL_IDS_KEPT: Duration = Duration::from_secs(8 * 86_400);
/// Bytes of a file with a certificate or its key.
pub const CERTIFICATE_BYTES_MAX: usize = 1 << 20;
/// Time between two looks at whether a certificate was replaced.
pub const CERTIFICATE_LOOK_EVERY: Duration = Duration::from_secs(1);
/// Connections of mail servers at once.
pub const MAIL_CONNECTIONS_MAX: usize = 200;
/// Those of one address that is not the company's own mail server.
pub const MAIL_CONNECTIONS_PER_ADDRESS_MAX: usize = 20;
/// Bytes of all mails that arrive at the same time.
pub const MAIL_BYTES_MAX: usize = 256 << 20;
/// Mails that are read at the same time: one takes several times its size.
pub const MAIL_READ_AT_ONCE_MAX: usize = 4;
/// Time that a mail server may be silent. RFC 5321 asks for five minutes.
pub const MAIL_IDLE: Duration = Duration::from_secs(300);
/// Time that one of its connections lasts.
pub const MAIL_CONNECTION_TIME_MAX: Duration = Duration::from_secs(3_600);
/// Time for it to take an answer, and for a connection to be encrypted.
pub const MAIL_WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for it to hear the last word.
pub const MAIL_LINGER: Duration = Duration::from_secs(5);
/// Connections to the mail server that sends replies, of one channel.
pub const SMARTHOST_CONNECTIONS_MAX: usize = 8;
/// Time for each of its answers.
pub const SMARTHOST_TIMEOUT: Duration = Duration::from_secs(8);
/// Bytes of an action's answer.
pub const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Bytes of what the company's records answer about a customer.
pub const PROFILE_ANSWER_BYTES_MAX: usize = 256 << 10;
/// Bytes of a customer's id; nobody asks about longer ones.
pub use flowright_access::limits::CUSTOMER_ID_BYTES_MAX;
/// Webhooks about changed customers whose ids are known at once: as long as one might be sent again.
pub const CHANGES_KNOWN_MAX: usize = 100_000;
/// Customers of one such webhook that are written down at once.
pub const CHANGES_AT_ONCE_MAX: usize = 64;
/// Questions of one kind to the records that are under way at once; beyond, what is known is used.
pub const LOOKUPS_AT_ONCE_MAX: usize = 256;
/// Addresses that are known to be nobody's; beyond, those known longest are asked about again.
pub const STRANGERS_MAX: usize = 10_000;
/// Bytes of the answer of a model elsewhere.
pub const EXTERNAL_ANSWER_BYTES_MAX: usize = 64 << 10;
/// Questions to it that are under way at once; utterances beyond are understood here.
pub const EXTERNAL_AT_ONCE_MAX: usize = 256;
/// Time that its answer is waited for, unless configured.
pub const EXTERNAL_TIMEOUT: Duration = Duration::from_millis(300);
/// Time that may be configured: less than shutting down may take.
pub const EXTERNAL_TIMEOUT_MAX: Duration = Duration::from_secs(5);
/// Names of it that mean nothing here and are told to operators, each once.
pub const EXTERNAL_NAMES_TOLD_MAX: usize = 100;
/// Time that shutting down may take.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time that a message to a messenger is held back by itself; beyond, the outbox has it wait.
pub const SOCIAL_WAIT_MAX: Duration = Duration::from_secs(3);
/// Conversations of one messenger account whose pace is known at once.
pub const SOCIAL_CONVERSATIONS_MAX: usize = 10_000;
/// Messages that one conversation may be sent at once where they must be apart in the long run.
pub const SOCIAL_BURST: u32 = 5;
/// Replies of several messages that are half sent and known to be.
pub const SOCIAL_HALF_SENT_MAX: usize = 10_000;
/// Time for fetching what a messenger only announced: it is answered within five seconds.
pub const SOCIAL_PULL_TIMEOUT: Duration = Duration::from_secs(4);
/// Files of one message.
pub const MESSAGE_ATTACHMENTS_MAX: usize = 50;
/// Files of one conversation.
pub const SESSION_ATTACHMENTS_MAX: usize = 1_000;
/// Files that arrive at the same time.
pub const UPLOADS_AT_ONCE_MAX: usize = 64;
/// Time for one of them to arrive.
pub const UPLOAD_TIMEOUT: Duration = Duration::from_secs(300);
/// Time that a file is kept without a message that it belongs to.
pub const LOOSE_ATTACHMENTS_KEPT: Duration = Duration::from_secs(86_400);
/// Such files that are removed in one go.
pub const LOOSE_AT_ONCE_MAX: usize = 500;
/// Bytes of a file that are read, or sent, at once.
pub const FILE_CHUNK_BYTES: usize = 64 << 10;
/// Files of one messenger account that are fetched at the same time.
pub const MEDIA_AT_ONCE_MAX: usize = 4;
/// Time for one of them.
pub const MEDIA_TIMEOUT: Duration = Duration::from_secs(20);
/// What is read of an answer to see whether it is a file, or says why there is none.
pub const REFUSAL_BYTES_MAX: usize = 4 << 10;
/// How often it is tried, before its message is carried out without it.
pub const MEDIA_ATTEMPTS_MAX: u32 = 3;

/// How long a one-time code is good.
pub const CODE_GOOD_FOR: Duration = Duration::from_secs(600);

/// How often something else may be said in the place of a one-time code.
pub const CODE_TRIES_MAX: u32 = 5;

/// Within which time codes to one address, or from one conversation, are counted.
pub const CODES_COUNTED_FOR: Duration = Duration::from_secs(3_600);

/// How long it is known that a code was asked for.
pub const CODES_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// Versions of an edited article that are kept, the last ones.
pub const ARTICLE_VERSIONS_MAX: u32 = 50;
/// Questions that nothing answered and that are kept, each once however often it was asked.
pub const UNANSWERED_MAX: usize = 10_000;
/// Characters of a question that is searched for: it stands in the address, which has a limit too.
pub const QUESTION_CHARS_MAX: usize = 1_000;
/// Of those that nothing answered, how many are shown at once.
pub const UNANSWERED_SHOWN_MAX: usize = 500;
/// Characters of such a question that are kept.
pub const UNANSWERED_CHARS_MAX: usize = 300;

/// Sessions that a debugger may choose from.
pub const LATEST_SESSIONS_MAX: usize = 100;
/// Steps of a journal that it reads at once.
pub const JOURNAL_STEPS_MAX: usize = 500;
/// Bytes of them.
pub const JOURNAL_BYTES_MAX: usize = 8 << 20;

/// Accounts of the desk.
pub const ACCOUNTS_MAX: usize = 10_000;
/// Characters of what somebody signs in with.
pub const LOGIN_NAME_CHARS_MAX: usize = 64;
/// Characters of a password.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// The same, at most.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Passwords that are hashed at the same time. Each takes a processor for 20 ms or so, and 19 MiB.
pub const HASHES_AT_ONCE: usize = 2;
/// Passwords that wait for that.
pub const HASHES_WAITING_MAX: usize = 30;
/// How long one waits.
pub const HASH_WAIT: Duration = Duration::from_secs(5);
/// Wrong passwords of one login within a time; beyond, none is looked at.
pub const WRONG_PASSWORDS_MAX: usize = 10;
/// That time.
pub const WRONG_PASSWORDS_COUNTED_FOR: Duration = Duration::from_secs(15 * 60);
/// Logins of which wrong passwords are known before those are looked for that can be forgotten: about as
/// many as can be hashed in that time.
pub const ATTEMPTS_KEPT_MAX: usize = 100_000;
/// Places where one account is signed in at once; beyond, the one that was used least recently is signed out.
pub const LOGINS_OF_ACCOUNT_MAX: usize = 50;
/// Changes of accounts that a desk may be behind before it reads all of them anew.
pub const ACCOUNT_NEWS_MAX: usize = 1_024;
