//! Numbers that stand for rows of a table.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into its table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// Index in [`super::Program::functions`].
    FuncId,
    /// Index in [`super::Program::flows`].
    FlowId,
    /// Index in [`super::FlowDef::states`].
    StateId,
    /// Index in [`super::FlowDef::slots`].
    SlotIndex,
    /// Index in [`super::Program::texts`].
    TextId,
    /// Index in [`super::Program::emits`].
    EmitId,
    /// Index in [`super::Program::actions`].
    ActionId,
    /// Index in [`super::Program::roles`].
    RoleId,
    /// Index in [`super::Program::skills`].
    SkillId,
    /// Index in [`super::Program::intents`]; the number the intent model knows it by.
    IntentId,
    /// Index in [`super::Program::entities`]; the number the intent model knows it by.
    EntityIndex,
    /// Index in [`super::Program::choices`].
    ChoiceId,
    /// Index in [`super::Program::strings`].
    StringId,
    /// Index in [`super::Program::channels`].
    ChannelId,
}
