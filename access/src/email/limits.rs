//! How much of an email is taken.

/// Bytes of one message, headers and attachments included.
pub const MESSAGE_BYTES_MAX: usize = 25 << 20;
/// Bytes of one SMTP command, with its line end. RFC 5321 asks for 512, its extensions for more.
pub const COMMAND_BYTES_MAX: usize = 2_048;
/// Bytes that may wait while an answer to a message is found.
pub const WAITING_BYTES_MAX: usize = 64 << 10;
/// Addresses that one message may be for. RFC 5321 asks for 100.
pub const RECIPIENTS_MAX: usize = 100;
/// Messages on one connection.
pub const MESSAGES_MAX: u32 = 100;
/// Commands on one connection.
pub const COMMANDS_MAX: u32 = 1_000;
/// Commands that were refused, on one connection.
pub const FAULTS_MAX: u32 = 20;
/// Characters of the name that a client gives itself that are kept.
pub const HELO_CHARS_MAX: usize = 255;

/// Bytes of an address.
pub const ADDRESS_BYTES_MAX: usize = 254;
/// Bytes of what stands before its `@`.
pub const LOCAL_BYTES_MAX: usize = 64;
/// Characters of a sender's name that are kept.
pub const NAME_CHARS_MAX: usize = 100;
/// Addresses of one header that are looked at.
pub const PEOPLE_MAX: usize = 10;
/// Characters of a subject that are kept.
pub const SUBJECT_CHARS_MAX: usize = 400;
/// Characters of a text that are kept: what one message of any channel may have.
pub const TEXT_CHARS_MAX: usize = 10_000;
/// Characters of a body that are looked at for quoted history.
pub const BODY_CHARS_MAX: usize = 200_000;
/// Bytes of HTML that are read.
pub const HTML_BYTES_MAX: usize = 2 << 20;

/// Parts of a message that say what they are: what lies in each other is no more than that.
pub const PARTS_MAX: usize = 250;
/// Bytes that are read at most in looking for the ends of parts that hold others: those of the message,
/// times the number of such parts.
pub const MULTIPART_BYTES_MAX: usize = 300 << 20;
/// Lines of a message that may begin a part.
pub const BOUNDARY_LINES_MAX: usize = 10_000;
/// Lines of a message that may be headers, in whatever part.
pub const HEADER_LINES_MAX: usize = 500_000;
/// Files of one message.
pub const FILES_MAX: usize = 50;
/// Quotes in each other that are told apart.
pub const QUOTE_DEPTH_MAX: usize = 10;

/// Characters of a Message-ID.
pub const MESSAGE_ID_CHARS_MAX: usize = 300;
/// Messages that a message may refer to; more are a loop.
pub const REFERENCES_MAX: usize = 100;
/// References that a reply names: the first, and the last of them.
pub const REFERENCES_NAMED_MAX: usize = 20;
/// Servers that a message may have passed. RFC 5321 counts 100 as a loop.
pub const HOPS_MAX: usize = 50;
/// Characters of an explanation in a bounce.
pub const CAUSE_CHARS_MAX: usize = 300;
/// Recipients of one bounce.
pub const BOUNCES_MAX: usize = 100;
/// Bytes of a bounce's text that are searched for the message that came back.
pub const BOUNCE_SEARCH_BYTES_MAX: usize = 256 << 10;
/// Bytes of one line on the way out, without its end: RFC 5322.
pub const LINE_BYTES_MAX: usize = 998;
