//! The checked project: every name resolved, every expression typed, nothing left to guess. The
//! state graph and the IR are built from this and never look at the syntax tree again.
//!
//! Plain declarations use the program tables' own types ([`crate::ir`]); what holds code has a
//! form of its own here.
#![expect(missing_docs, reason = "fields are named by the sentence on their type")]

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{EntityKind, IntentSpec};
use flowright_nlu::value::{Date, Decimal, Value};

use crate::base::FileSpan;
use crate::ir::{
    ActionId, AnswerDef, ArithOp, BotDef, ChannelDef, ChannelId, ChoiceDef, CompareOp, EntityIndex,
    FieldDef, FieldType, FlowId, Helper, IntentId, MigrateDef, Outcome, Place, RecordCells,
    RequestDef, SkillDef, SkillId, SlotIndex, StateId, TextVariantDef, Type,
};

/// A whole project, the standard modules it uses included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    pub bot: BotDef,
    pub choices: Vec<ChoiceDef>,
    pub customer: Vec<FieldDef>,
    /// Where each field of the customer is declared, in cell order.
    pub customer_at: Vec<FileSpan>,
    pub roles: Vec<Role>,
    pub session_slots: Vec<Slot>,
    pub entities: Vec<Entity>,
    pub intents: Vec<Intent>,
    pub channels: Vec<ChannelDef>,
    pub skills: Vec<SkillDef>,
    pub actions: Vec<Action>,
    /// Named texts; [`TextRef::Named`] counts in here.
    pub texts: Vec<NamedText>,
    pub flows: Vec<Flow>,
    pub route: Vec<RouteRule>,
    pub fallback: Fallback,
    pub tests: Vec<Test>,
    pub migrations: Vec<MigrateDef<Body>>,
    /// Regular expressions of [`Helper::Matches`].
    pub regexes: Vec<String>,
}

/// A role, with the roles whose rights it has too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub name: String,
    pub includes: Vec<String>,
    pub at: FileSpan,
}

/// Who may see a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    pub personal: bool,
    pub visible_to: Option<String>,
    /// Where the value is declared.
    pub at: FileSpan,
}

/// An expression with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub at: FileSpan,
}

/// Every expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    Const(Value),
    /// An optional argument that was left out.
    Empty,
    /// One cell. (Records are spread over cells; only their fields are values.)
    Load(Place),
    /// Parameter of the named text that this expression is in.
    Param(u32),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    Arith {
        op: ArithOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// Both sides are of one kind.
    Compare {
        op: CompareOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `x in [a, b]`
    InSet {
        value: Box<Expr>,
        set: Vec<Expr>,
    },
    /// Whether any of the cells holds something.
    Has(Vec<Place>),
    Call {
        helper: Helper,
        args: Vec<Expr>,
    },
    /// A string with placeholders, as a text value.
    Concat(Vec<Expr>),
    /// `reveal(x) because "…"`: the value, let out on purpose.
    Reveal {
        value: Box<Expr>,
        because: String,
    },
}

/// A text written in place: its variants refer to `params` by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The distinct placeholder expressions of all variants.
    pub params: Vec<Expr>,
    pub variants: Vec<TextVariantDef>,
    pub at: FileSpan,
}

/// A declared text. Its expressions may be [`ExprKind::Param`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedText {
    pub name: String,
    pub params: Vec<FieldType>,
    pub text: Text,
}

/// What to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextRef {
    Inline(Text),
    /// Number in [`Project::texts`], one argument per parameter.
    Named {
        text: u32,
        args: Vec<Expr>,
        at: FileSpan,
    },
}

/// An entity with what finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    pub name: String,
    pub ty: Type,
    pub kind: EntityKind,
    pub at: FileSpan,
}

/// An intent with what recognises it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    pub name: String,
    pub title: Option<TextRef>,
    pub spec: IntentSpec,
    pub starts: Option<FlowId>,
    pub is_repair: bool,
    pub at: FileSpan,
}

/// A slot, of a flow or of the session. A flow that fills a session slot lists it too, behind its
/// own slots, with its place in the session's cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub name: String,
    pub ty: Type,
    pub entity: Option<EntityIndex>,
    pub place: Place,
    pub ask: Option<TextRef>,
    pub checks: Vec<(Expr, Option<TextRef>)>,
    pub tries: u32,
    pub default: Option<Expr>,
    /// As declared; once labels are followed, also what the slot takes on.
    pub personal: bool,
    pub visible_to: Option<String>,
    pub at: FileSpan,
}

/// An action or effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub name: String,
    pub is_effect: bool,
    pub params: Vec<FieldType>,
    /// What each parameter may be given: one a parameter.
    pub param_labels: Vec<Label>,
    pub result: Option<Type>,
    /// Labelled fields of the result, by their path in it.
    pub result_labels: Vec<(Vec<String>, Label)>,
    pub request: Option<RequestDef>,
    pub timeout_ms: i64,
    pub retries: u32,
    /// Name and condition, in order.
    pub errors: Vec<(String, Expr)>,
    pub at: FileSpan,
}

/// Steps run in order.
pub type Body = Vec<Step>;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub at: FileSpan,
    pub kind: StepKind,
}

/// Every step. A body ends where control leaves it; steps after that were reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    Say(Say),
    Fill(Vec<SlotIndex>),
    Confirm {
        text: TextRef,
        yes: Body,
        no: Body,
    },
    Choose {
        prompt: Option<TextRef>,
        arms: Vec<(TextRef, Body)>,
    },
    ChooseFrom {
        item: RecordCells,
        list: Expr,
        prompt: Option<TextRef>,
        label: TextRef,
        then: Body,
        none: Option<Body>,
    },
    Do {
        bind: Option<RecordCells>,
        action: ActionId,
        /// One per parameter.
        args: Vec<Expr>,
        /// By the error's number in [`Action::errors`].
        handlers: Vec<(u32, Body)>,
        /// `failed -> …`
        failed: Option<Body>,
    },
    Set {
        place: Place,
        value: Expr,
    },
    Clear(Vec<Place>),
    When {
        arms: Vec<(Expr, Body)>,
        otherwise: Option<Body>,
    },
    Goto(StateId),
    Call {
        flow: FlowId,
        args: Vec<(SlotIndex, Expr)>,
    },
    Wait(Expr),
    Mark(String),
    Handoff {
        to: Option<SkillId>,
        because: Option<TextRef>,
    },
    End(Outcome),
    Resume,
    Repeat,
    Abandon,
    Correct,
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    pub text: TextRef,
    pub choices: Vec<TextRef>,
    pub links: Vec<Media>,
    pub images: Vec<Media>,
    pub card: Option<Card>,
}

/// A link or image; `url` is a text without languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub url: Text,
    pub label: Option<TextRef>,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub title: TextRef,
    pub body: Option<TextRef>,
    pub links: Vec<Media>,
    pub images: Vec<Media>,
}

/// A flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub name: String,
    pub doc: Option<String>,
    /// Own slots, then session slots that it fills.
    pub slots: Vec<Slot>,
    /// Cells of its frame: own slots, then results.
    pub cells: u32,
    /// One per cell.
    pub cell_names: Vec<String>,
    pub cell_types: Vec<Type>,
    pub states: Vec<State>,
    pub handlers: Handlers,
    pub fallback: Option<Fallback>,
    /// Intents that start it.
    pub triggers: Vec<IntentId>,
    pub on_start: bool,
    pub is_repair: bool,
    pub ensures: Vec<Ensure>,
    /// From a standard module.
    pub from_std: bool,
    pub at: FileSpan,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub name: String,
    pub doc: Option<String>,
    pub body: Body,
    pub handlers: Handlers,
    /// Of its name.
    pub at: FileSpan,
}

/// Handlers of a state or flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handlers {
    pub intents: Vec<(IntentId, Body)>,
    /// Milliseconds, shortest first.
    pub silences: Vec<(i64, Body)>,
    pub failure: Option<Body>,
}

/// A claimed property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensure {
    /// In words.
    pub text: String,
    pub kind: EnsureKind,
    pub at: FileSpan,
}

/// What is claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnsureKind {
    /// The condition holds whenever the action is called.
    Before { cond: Expr, action: ActionId },
    /// From every state of the flow some way comes to its end.
    ReachesEnd,
    /// The flow is over after so many turns.
    AtMostTurns(u32),
    /// From every state a human can be reached within so many turns.
    HumanWithin(u32),
}

/// A line of `route`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRule {
    /// As written.
    pub text: String,
    pub cond: Option<Expr>,
    pub kind: RouteKind,
    pub at: FileSpan,
}

/// What a rule decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteKind {
    /// 0 low, 1 normal, 2 high, 3 critical.
    Urgency(u8),
    /// Any of the intents (none: any intent at all) goes to the skill.
    Skill { intents: Vec<IntentId>, skill: SkillId },
}

/// Thresholds as shares of one, defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    pub accept: Decimal,
    pub clarify: Decimal,
    pub margin: Decimal,
    /// Consecutive misses until a human is asked; 0: never.
    pub handoff_after: u32,
    pub handoff_to: Option<SkillId>,
}

/// A test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    pub name: String,
    pub today: Option<(Date, u32)>,
    pub language: Option<Lang>,
    pub channel: Option<ChannelId>,
    pub customer: Vec<Option<Value>>,
    pub seed: u64,
    pub givens: Vec<Given>,
    pub lines: Vec<TestLine>,
    pub at: FileSpan,
}

/// What an action answers in a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub action: ActionId,
    pub args: Vec<(u32, Option<Value>)>,
    pub answer: AnswerDef,
}

/// A line of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestLine {
    pub at: FileSpan,
    pub kind: TestStep,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestStep {
    User(String),
    Presses(String),
    Bot(String),
    Silence(i64),
    Called {
        negated: bool,
        action: ActionId,
        args: Vec<(u32, Option<Value>)>,
    },
    Ended(Outcome),
    Handoff {
        to: Option<SkillId>,
        because: Option<String>,
    },
    State(FlowId, StateId),
    /// Reads session slots, the customer and, when given, the cells of `flow`.
    Holds {
        cond: Expr,
        flow: Option<FlowId>,
        text: String,
    },
}
