//! The rules by name.

use super::node::Node;
use super::{decls, exprs, flows, texts};

macro_rules! rules {
    ($($rule:ident,)*) => {
        /// A rule: what a construct of the language looks like.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Rule {
            $($rule,)*
        }

        impl Rule {
            /// All of them.
            pub(super) const ALL: &[Self] = &[$(Self::$rule,)*];
        }
    };
}

rules! {
    File, Allow,
    Bot, BotMembers, Use, RoleDecl, Customer, CustomerMembers, Lookup, LookupMembers, Header,
    BodyFields, BodyArgs, ChannelDecl, Settings, Entity, Patterns, Intent, IntentMembers, Examples,
    Slot, SlotMembers, Default, ActionDecl, Params, ActionMembers, ActionErrorDecl, Request, Method,
    Skill, SkillMembers, Route, RouteRules, UrgencyLine, Fallback, FallbackMembers, Knowledge,
    KnowledgeMembers, Experiment, ExperimentMembers, NamedText, Migrate, MigrateLines, MigrateFlow,
    MigrateState, MigrateTo, Test, TestLines, TestCustomer, ProfileSettings, Given, Expect,
    Type, SlotType, OneOf, Options, Words, Field, Label, Fields,
    TextInline, TextRef, TextNamed, TextArgs, TextBlock, TextVariants, Template, Hole, Plural,
    Branches, ExampleTemplate, ExampleHole,
    Expr, Primary, IsTail, CallArgs, List, Record, RecordArgs,
    Flow, FlowMembers, On, StateDecl, StateParts, OnInState, Ensure, Body, Block, BlockSteps,
    Target, Step, Goto, Say, SayExtra, CardMembers, Fill, Confirm, ConfirmArms, Choose, ChooseArms,
    Do, ActionArgs, DoHandlers, Set, Clear, When, Otherwise, Guard, BodyOrStep, Call, FlowArgs,
    Handoff, End,
}

impl Rule {
    /// What it looks like.
    pub(super) fn form(self) -> Node {
        let form = decls::form(self).or_else(|| flows::form(self));
        form.or_else(|| texts::form(self)).unwrap_or_else(|| exprs::form(self))
    }

    /// Whether it is a list of parts: where the text is broken, reading goes on with the next part.
    pub(crate) const fn is_list(self) -> bool {
        matches!(
            self,
            Self::File
                | Self::BotMembers
                | Self::CustomerMembers
                | Self::LookupMembers
                | Self::Settings
                | Self::Patterns
                | Self::IntentMembers
                | Self::SlotMembers
                | Self::ActionMembers
                | Self::SkillMembers
                | Self::RouteRules
                | Self::FallbackMembers
                | Self::KnowledgeMembers
                | Self::ExperimentMembers
                | Self::MigrateLines
                | Self::TestLines
                | Self::ProfileSettings
                | Self::Options
                | Self::Words
                | Self::Fields
                | Self::TextVariants
                | Self::FlowMembers
                | Self::StateParts
                | Self::BlockSteps
                | Self::ConfirmArms
                | Self::ChooseArms
                | Self::DoHandlers
                | Self::CardMembers
                | Self::Branches
        )
    }
}
