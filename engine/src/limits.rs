//! How far one step may go. What goes further ends at a human, never in a hang.

/// Functions run in one step.
pub const RUNS_PER_STEP_MAX: u32 = 1_000;
/// Blocks entered in one run of a function.
pub const FUEL_PER_RUN: u64 = 100_000;
/// Calls of actions that follow from each other, without a word of the customer or a timer.
pub const CALLS_IN_A_ROW_MAX: u64 = 250;
/// Flows under way at once.
pub const STACK_MAX: usize = 16;
/// Lines of the conversation that a session keeps.
pub const TRANSCRIPT_LINES_MAX: usize = 200;
/// Characters of one line that are kept.
pub const LINE_CHARS_MAX: usize = 4_000;
/// Actions that a session remembers as tried.
pub const TRIED_MAX: usize = 50;
/// States that a flow remembers having passed, for corrections.
pub const PATH_MAX: usize = 200;
/// Choices of a menu over a list.
pub const MENU_ITEMS_MAX: usize = 50;
/// Intents that a clarifying question offers.
pub const CLARIFY_OPTIONS_MAX: usize = 3;
/// Items of a list that an action may return.
pub const LIST_ITEMS_MAX: usize = 1_000;
/// Characters of a text that an action may return.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// Intents that a step tells of that an utterance may mean.
pub const UNDERSTOOD_MAX: usize = 3;
/// Intents, and values, that the answer of a model elsewhere may name.
pub const EXTERNAL_INTENTS_MAX: usize = 200;
/// See [`EXTERNAL_INTENTS_MAX`].
pub const EXTERNAL_ENTITIES_MAX: usize = 100;
/// Intents of such an answer that are kept with the message, the surest: more than are ever asked
/// about or compared.
pub const EXTERNAL_INTENTS_KEPT: usize = 10;
/// Articles that may come with an utterance.
pub const KNOWLEDGE_HITS_MAX: usize = 16;
/// Addresses of the customer that a conversation knows, those that she used last.
pub const CONTACTS_MAX: usize = 16;
/// Notes of a conversation that it keeps, the latest: what came before is in the journal.
pub const NOTES_MAX: usize = 100;
/// Characters of one note.
pub const NOTE_CHARS_MAX: usize = 4_000;
/// Files of a conversation that it knows, the latest: what came before is in the journal.
pub const ATTACHMENTS_MAX: usize = 200;
