//! How much the compiler accepts. Source text is input, and every input has a limit.

/// Bytes in one `.flow` file.
pub const SOURCE_BYTES_MAX: usize = 4 << 20;
/// Files in one project.
pub const FILES_MAX: usize = 10_000;
/// Brackets open at one place, and steps or types in each other.
pub const NESTING_MAX: usize = 64;
/// Operations in each other in one expression. A chain is that deep too: in `a + b + c` the second
/// sum holds the first. All stages walk expressions by calling themselves, on stacks of 2 MB.
pub const EXPRESSION_DEPTH_MAX: usize = 256;
/// Diagnostics reported for one file; the rest are counted.
pub const DIAGNOSTICS_PER_FILE_MAX: usize = 500;
/// Diagnostics reported for one project; the rest are counted.
pub const DIAGNOSTICS_MAX: usize = 5_000;
/// Names of a project that wrong ones are compared with, to say what was meant: those of the
/// first findings, beyond which nobody reads.
pub const NAMES_COMPARED_MAX: usize = 4_000_000;
/// Declarations in one project.
pub const DECLARATIONS_MAX: usize = 100_000;
/// Slots (flow and session slots, customer fields, action results) in one flow's frame.
pub const FRAME_CELLS_MAX: usize = 4_096;
/// States in one flow.
pub const STATES_PER_FLOW_MAX: usize = 10_000;
/// Bytes of one compiled bundle.
pub const BUNDLE_BYTES_MAX: usize = 256 << 20;
/// Registers of one function.
pub const FUNCTION_REGS_MAX: usize = 1 << 20;
/// Values that one step hands over at once: to a text, a menu, a function of the library.
pub const VALUES_HANDED_MAX: usize = 1 << 16;
/// Bytes of a text that is put together from others; what is longer is cut off.
pub const TEXT_BYTES_MAX: usize = 64 << 10;
/// How long an action may take to answer, ms.
pub const ACTION_TIMEOUT_MAX_MS: i64 = 60_000;
/// Further attempts of an action after the first.
pub const ACTION_RETRIES_MAX: u32 = 10;
/// How long a message may wait for what the company's records say of a customer, ms.
pub const LOOKUP_TIMEOUT_MAX_MS: i64 = 10_000;
/// The shortest time for which that is good, ms: less would be a question for every message.
pub const PROFILE_KEPT_MIN_MS: i64 = 1_000;
/// The longest time for which that is good, ms.
pub const PROFILE_KEPT_MAX_MS: i64 = 30 * 86_400_000;
/// Examples (those that an intent is not as well) times intents up to which `check` tries the
/// intents out on each other; where a bundle is made, and the model is trained anyway, there is no
/// such limit.
pub const EXAMPLES_TIMES_INTENTS_MAX: usize = 60_000;
/// Roles in one project.
pub const ROLES_MAX: usize = 256;
/// Labels at places of values, all slots and results of a project together.
pub const LABEL_FACTS_MAX: usize = 4_000_000;
