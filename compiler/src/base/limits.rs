//! How much the compiler accepts. Source text is input, and every input has a limit.

/// Bytes in one `.flow` file.
pub const SOURCE_BYTES_MAX: usize = 4 << 20;
/// Files in one project.
pub const FILES_MAX: usize = 10_000;
/// Brackets open at one place, and depth of any expression or step.
pub const NESTING_MAX: usize = 64;
/// Diagnostics reported for one file; the rest are counted.
pub const DIAGNOSTICS_PER_FILE_MAX: usize = 500;
/// Diagnostics reported for one project; the rest are counted.
pub const DIAGNOSTICS_MAX: usize = 5_000;
/// Declarations in one project.
pub const DECLARATIONS_MAX: usize = 100_000;
/// Slots (flow and session slots, customer fields, action results) in one flow's frame.
pub const FRAME_CELLS_MAX: usize = 4_096;
/// States in one flow.
pub const STATES_PER_FLOW_MAX: usize = 10_000;
/// Bytes of one compiled bundle.
pub const BUNDLE_BYTES_MAX: usize = 256 << 20;
/// Roles in one project.
pub const ROLES_MAX: usize = 256;
/// Labels at places of values, all slots and results of a project together.
pub const LABEL_FACTS_MAX: usize = 4_000_000;
