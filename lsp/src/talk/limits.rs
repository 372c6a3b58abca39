//! How much one editor may try out.

/// Conversations at once.
pub const CONVERSATIONS_MAX: usize = 32;
/// Characters of what the customer writes at once: what a session keeps of a line.
pub const TEXT_CHARS_MAX: usize = flowright_engine::limits::LINE_CHARS_MAX;
/// Lines of a conversation that are shown, the latest.
pub const LINES_MAX: usize = 1_000;
/// What happens in a conversation (words, answers, time that passes) until it must be begun anew.
pub const MOVES_MAX: usize = 500;
/// What a conversation is written down from: moves, replies and calls.
pub const SCRIPT_MAX: usize = 5_000;
/// States of the way that a conversation took that are shown, the latest.
pub const PATH_MAX: usize = 200;
/// Time that passes at once: four hundred days.
pub const PASS_MS_MAX: i64 = 400 * 86_400_000;
/// Timers that go off while time passes once, as in a test.
pub const WAKES_MAX: usize = 1_000;
/// Examples of an intent that are tried as the first word of a conversation.
pub const WORDS_TRIED_MAX: usize = 40;
/// Models that are kept, with what they were trained from.
pub const MODELS_MAX: usize = 4;
/// Findings that an error tells of.
pub const FINDINGS_TOLD_MAX: usize = 3;
/// Bytes of the JSON of a customer's profile, or of an answer.
pub const JSON_BYTES_MAX: usize = 256 * 1024;
/// Characters of the name of a recorded test.
pub const NAME_CHARS_MAX: usize = 200;
