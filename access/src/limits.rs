//! Every limit of the protocols.

/// Bytes of a webhook's body: Meta sends batches of up to 3 MB.
pub const WEBHOOK_BODY_BYTES_MAX: usize = 3 << 20;
/// Bytes of a webhook's query.
pub const WEBHOOK_QUERY_BYTES_MAX: usize = 8 << 10;
/// Events that one webhook request may bring.
pub const WEBHOOK_EVENTS_MAX: usize = 1_000;
/// How far a signed time may lie from now, either way.
pub const WEBHOOK_TIME_WINDOW_MS: i64 = 300_000;
/// Bytes of a challenge that is sent back.
pub const CHALLENGE_BYTES_MAX: usize = 512;
/// Signatures that one header may hold, while secrets change.
pub const SIGNATURES_MAX: usize = 8;
/// Bytes of the body of a webhook that tells of changed customers.
pub const CHANGES_BODY_BYTES_MAX: usize = 1 << 20;
/// Customers that it may name.
pub const CHANGED_CUSTOMERS_MAX: usize = 1_000;
/// Bytes of a customer's id; nobody asks about longer ones.
pub const CUSTOMER_ID_BYTES_MAX: usize = 256;
/// Characters of an envelope's id.
pub const ENVELOPE_ID_CHARS_MAX: usize = 128;
/// Characters of what a customer wrote; what is beyond is left out, and said so. The runtime takes
/// messages of up to 10,000.
pub const SOCIAL_TEXT_CHARS_MAX: usize = 9_700;
/// Attachments of one message; those beyond are named in its text.
pub const SOCIAL_ATTACHMENTS_MAX: usize = 32;
/// Depth of an XML document.
pub const XML_DEPTH_MAX: usize = 8;
/// Elements of an XML document.
pub const XML_ELEMENTS_MAX: usize = 200;
/// Bytes of an XML document.
pub const XML_BYTES_MAX: usize = 256 << 10;
/// Messages that one reply may become; beyond, its text is cut, and said so.
pub const MESSAGES_PER_REPLY_MAX: usize = 10;
/// Messages that WeChat Customer Service is asked for at once.
pub const PULL_MESSAGES_MAX: usize = 1_000;
