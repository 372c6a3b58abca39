//! Cells of [`crate::ir::Space::Turn`]: what the turn brings.

/// date: today in the bot's timezone.
pub const TODAY: u32 = 0;
/// datetime: now.
pub const NOW: u32 = 1;
/// text: the name of the channel the customer last wrote on.
pub const CHANNEL: u32 = 2;
/// text: the session's language (`zh`).
pub const LANGUAGE: u32 = 3;
/// text: the name of the best intent, also below the threshold.
pub const INTENT: u32 = 4;
/// number: its confidence, 0 to 1.
pub const CONFIDENCE: u32 = 5;
/// number: the next best intent's confidence.
pub const RUNNER_UP: u32 = 6;
/// number: consecutive utterances not understood, this one included.
pub const MISSES: u32 = 7;
/// number: how the customer feels by her last utterance, -1 to 1 in hundredths; empty before it.
pub const SENTIMENT: u32 = 8;
/// text: what the customer said.
pub const UTTERANCE: u32 = 9;
/// bool: whether the bot's business hours are open.
pub const BUSINESS_HOURS: u32 = 10;
/// number: HTTP status of the answer that an action's error rules look at.
pub const STATUS: u32 = 11;
/// text: the `code` field of that answer's JSON body.
pub const CODE: u32 = 12;
/// choice: the best intent's [`crate::ir::IntentId`], which routing rules compare.
pub const INTENT_NUMBER: u32 = 13;
/// list of texts: the names of the channels on which the customer can be written to.
pub const REACHABLE: u32 = 14;
/// duration: how long a human with the skill has been waited for, which rules for the urgency look at.
pub const WAITED: u32 = 15;
/// Parameters of the engine's own phrases, in order.
pub const PHRASE_ARGS: u32 = 16;
/// Number of cells.
pub const CELLS: u32 = 20;
