//! The standard library, in the flow language, as it stands in `stdlib/`.

/// A standard module.
#[derive(Debug, Clone, Copy)]
pub struct Module {
    /// What `use` calls it, and messages.
    pub name: &'static str,
    /// Its source.
    pub text: &'static str,
    /// Part of every project.
    pub always: bool,
}

macro_rules! module {
    ($name:literal, $always:expr) => {
        Module {
            name: concat!("std.", $name),
            text: include_str!(concat!("../../../stdlib/", $name, ".flow")),
            always: $always,
        }
    };
}

/// All standard modules.
pub const MODULES: &[Module] = &[
    module!("core", true),
    module!("repair", false),
    module!("dates", false),
    module!("contact", false),
    module!("identity", false),
    module!("smalltalk", false),
];
