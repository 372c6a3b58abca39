//! The syntax tree: what a designer wrote, with a place for everything, broken parts included.
//!
//! Spans count from the start of the declaration's chunk ([`Decl::origin`]), so an edit elsewhere
//! in the file leaves a declaration's tree untouched. Nothing here is resolved or checked.
#![expect(missing_docs, reason = "the form quoted above each node names its fields")]

use std::sync::Arc;

use flowright_nlu::value::{Date, Decimal, Money};

use crate::base::Span;

mod migrate;

pub use migrate::{Migrate, MigrateKind, MigrateLine, MigrateTo};

/// A name as written, dotted names included (`orders.get`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The text, without spaces.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// One top-level declaration of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decl {
    /// Byte offset in the file from which the spans of `node` count.
    pub origin: u32,
    /// The tree, shared with the chunk cache.
    pub node: Arc<DeclNode>,
}

/// A declaration's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclNode {
    /// The `///` lines above it, joined by newlines, without slashes.
    pub doc: Option<String>,
    /// From keyword to last token.
    pub span: Span,
    /// Which declaration.
    pub kind: DeclKind,
    /// Parts of it were lost, or all of it: what is not in `kind` may still have been written.
    pub broken: bool,
    /// Every `allow` inside it, in the order of the text.
    pub allows: Vec<Allow>,
}

/// `allow(W0403, "the CRM reads it")`: hides findings of one code in what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The code.
    pub code: Name,
    /// Why; required, but that is said by a check.
    pub reason: Option<Spanned<String>>,
    /// Where.
    pub span: Span,
    /// What follows it in the same body; at top level the next declaration, which is not known here.
    pub over: Option<Span>,
}

/// Every kind of declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclKind {
    /// Over the next declaration.
    Allow(Allow),
    Bot(Bot),
    Use(Name),
    Role(Role),
    Customer(Customer),
    Channel(Channel),
    Entity(Entity),
    Intent(Intent),
    Slot(Slot),
    Action(Action),
    Skill(Skill),
    Route(Route),
    Fallback(Fallback),
    Knowledge(Knowledge),
    Experiment(Experiment),
    Text(NamedText),
    Flow(Flow),
    Test(Test),
    Migrate(Migrate),
    /// A declaration whose form was lost; keyword and name as far as its tokens show them, so that
    /// references to it still resolve.
    Error {
        keyword: Option<String>,
        name: Option<Name>,
    },
}

/// `bot NAME { languages zh, en  timezone "…"  hours monday to friday 09:00 to 18:00  closed 2026-10-01 }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bot {
    /// The bot's name.
    pub name: Option<Name>,
    /// The first is the default.
    pub languages: Vec<Name>,
    /// IANA name.
    pub timezone: Option<Spanned<String>>,
    /// Business hours.
    pub hours: Vec<Hours>,
    /// Days without business hours.
    pub closed: Vec<Spanned<Date>>,
}

/// `hours monday to friday 09:00 to 18:00`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// English weekday name, lower case.
    pub from_day: Name,
    /// The last day of the range; absent for one day.
    pub to_day: Option<Name>,
    /// Opening time, seconds since midnight.
    pub open_s: Spanned<u32>,
    /// Closing time, seconds since midnight.
    pub close_s: Spanned<u32>,
}

/// `role supervisor includes agent, editor`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The role.
    pub name: Name,
    /// Roles whose rights it has too.
    pub includes: Vec<Name>,
}

/// `customer { id: text  contract: money visible to supervisor }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// The profile's fields.
    pub fields: Vec<Field>,
}

/// `email: text personal visible to agent`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Field name.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its confidentiality.
    pub labels: Labels,
    /// Place of the word `optional`: an action's answer may leave the field out.
    pub optional: Option<Span>,
}

/// Who may see a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// Place of the word `personal`.
    pub personal: Option<Span>,
    /// The role of `visible to ROLE`.
    pub visible_to: Option<Name>,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeExpr {
    /// `date`, `order_number`, `severity`.
    Named(Name),
    /// `one_of { … }`.
    OneOf { options: Vec<OptionDecl>, span: Span },
    /// `list of T`.
    List { item: Box<TypeExpr>, span: Span },
    /// `{ due: date, owner: text }`.
    Record { fields: Vec<Field>, span: Span },
    /// Lost.
    Error(Span),
}

/// `line_down { en "line is down", "production stopped"  zh "停产" }`; the first string of a
/// language is how the choice is shown in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionDecl {
    /// The choice.
    pub name: Name,
    /// Words by language.
    pub words: Vec<LangStrings>,
}

/// `en "…", "…"`; no language when the strings stand alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LangStrings {
    /// The language.
    pub lang: Option<Name>,
    /// Its strings.
    pub strings: Vec<Template>,
}

/// `channel mail: email { address "support@acme.example" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The channel.
    pub name: Name,
    /// `websocket`, `rest`, `grpc`, `email`, `webhook`.
    pub kind: Name,
    /// What is set in its braces.
    pub settings: Vec<Setting>,
}

/// `KEY VALUE`, for declarations whose settings are plain values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key.
    pub key: Name,
    /// The value: a literal or a path (`wecom`, `env.WECOM_SECRET`).
    pub value: Expr,
}

/// `entity NAME: TYPE { pattern r"…" }`, `entity NAME: one_of { … }`, `entity NAME: learned`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The entity, which is also a type name.
    pub name: Name,
    /// Its base: a built-in type, `learned`, or a `one_of`.
    pub base: TypeExpr,
    /// `pattern r"…"`, in order.
    pub patterns: Vec<Spanned<String>>,
}

/// `intent NAME { title TEXT  en "…", "…"  pattern r"…"  not en "…" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The intent.
    pub name: Name,
    /// How a clarifying question names it to the customer.
    pub title: Option<Text>,
    /// Example utterances; placeholders must be annotations `{slot: entity}`.
    pub examples: Vec<LangStrings>,
    /// Utterances that are not this intent.
    pub negatives: Vec<LangStrings>,
    /// Regular expressions that are surely this intent.
    pub patterns: Vec<Spanned<String>>,
}

/// A slot of a flow, or at top level one that the whole session remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The `///` lines above it (inside a flow; at top level they are the declaration's).
    pub doc: Option<String>,
    /// From its keyword on.
    pub span: Span,
    /// The slot.
    pub name: Name,
    /// Its type.
    pub ty: TypeExpr,
    /// Its confidentiality.
    pub labels: Labels,
    /// The question that fills it.
    pub ask: Option<TextRef>,
    /// `check EXPR else TEXT`, in order.
    pub checks: Vec<Check>,
    /// Wrong answers before a human is asked; `tries 3`.
    pub tries: Option<Spanned<Decimal>>,
    /// `default EXPR`: its value until it is filled.
    pub default: Option<Expr>,
    /// Parts of it were lost (inside a flow; at top level its declaration says so).
    pub broken: bool,
}

/// `check EXPR else TEXT`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What must hold of the new value.
    pub cond: Expr,
    /// What the customer is told when it does not.
    pub otherwise: Option<TextRef>,
    /// Where.
    pub span: Span,
}

/// `action NAME(params) -> RESULT { … }`; an `effect` changes the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Declared with `effect`.
    pub is_effect: bool,
    /// The action, often dotted.
    pub name: Name,
    /// Parameters.
    pub params: Vec<Field>,
    /// Result type.
    pub result: Option<TypeExpr>,
    /// `get "…"`, `put "…" body { … }`; absent when the action is only declared.
    pub request: Option<Request>,
    /// `timeout 2s`, in milliseconds.
    pub timeout_ms: Option<Spanned<i64>>,
    /// `retries 2`.
    pub retries: Option<Spanned<Decimal>>,
    /// `error NAME when COND`, in order.
    pub errors: Vec<ActionError>,
}

/// `put "{env.CRM_URL}/orders/{order}" header "X-Trace" "{id}" body { due, note: "…" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `get`, `post`, `put`, `patch`, `delete`.
    pub method: Name,
    /// The address.
    pub url: Template,
    /// Extra headers.
    pub headers: Vec<(Spanned<String>, Template)>,
    /// Fields of the JSON body; `due` alone stands for `due: due`.
    pub body: Option<Vec<Arg>>,
}

/// `error not_found when status == 404`; the condition reads `status` (number) and `code` (text,
/// the `code` field of a JSON error body).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionError {
    /// The error's name, used by `do … { NAME -> … }`.
    pub name: Name,
    /// When an answer is this error.
    pub cond: Expr,
}

/// `NAME: EXPR`, or `NAME` alone, or an unnamed `EXPR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg {
    /// The parameter or field.
    pub name: Option<Name>,
    /// The value; for a lone name, that name as a path.
    pub value: Expr,
}

/// `skill NAME { first_reply 15m  overflow frontline after 10m  weight 3 }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// The skill.
    pub name: Name,
    /// Target time to the first reply, in milliseconds.
    pub first_reply_ms: Option<Spanned<i64>>,
    /// Where waiting conversations go after a time in milliseconds.
    pub overflow: Option<(Name, Spanned<i64>)>,
    /// Share of attention among skills; 1 when absent.
    pub weight: Option<Spanned<Decimal>>,
}

/// `route { … }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// Urgency and intent rules, in order.
    pub rules: Vec<RouteRule>,
}

/// One line of `route`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteRule {
    /// `urgency critical when COND`; levels are `low`, `normal`, `high`, `critical`.
    Urgency { level: Name, cond: Expr, span: Span },
    /// `a, b when COND -> skill`; no intents: any intent (`when COND -> skill`).
    Skill { intents: Vec<Name>, cond: Option<Expr>, skill: Name, span: Span },
    /// `otherwise -> skill`
    Otherwise { skill: Name, span: Span },
    /// Lost.
    Error(Span),
}

/// `fallback { accept above 70%  clarify above 40%  margin 10%  handoff after 2 misses to x }`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fallback {
    /// Where.
    pub span: Span,
    /// `accept above P`, or `accept at P false rejects`.
    pub accept: Option<Accept>,
    /// `clarify above P`.
    pub clarify: Option<Spanned<Decimal>>,
    /// `margin P`.
    pub margin: Option<Spanned<Decimal>>,
    /// `handoff after N misses`.
    pub handoff_after: Option<Spanned<Decimal>>,
    /// `… to SKILL`.
    pub handoff_to: Option<Name>,
    /// `answer from knowledge at P`.
    pub knowledge_at: Option<Spanned<Decimal>>,
}

/// When an intent is sure enough to act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accept {
    /// At or above this confidence, as a share of one.
    Above(Spanned<Decimal>),
    /// Where this share of good utterances would be rejected.
    AtFalseRejects(Spanned<Decimal>),
}

/// `knowledge NAME { source "articles/"  level product  applies when COND }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knowledge {
    /// The knowledge base.
    pub name: Name,
    /// Folders of articles, relative to the project.
    pub sources: Vec<Spanned<String>>,
    /// `enterprise`, `product`, `scenario`.
    pub level: Option<Name>,
    /// Customers to whom it applies.
    pub applies: Option<Expr>,
}

/// `experiment NAME { variant a 50%  variant b 50%  goal resolved }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Experiment {
    /// The experiment; `when NAME is a` tests it.
    pub name: Name,
    /// Variants with their shares of one.
    pub variants: Vec<(Name, Spanned<Decimal>)>,
    /// What counts as success: an outcome, or a milestone's name.
    pub goal: Option<Goal>,
}

/// An experiment's goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// `goal resolved`
    Outcome(Name),
    /// `goal mark "paid"`
    Mark(Spanned<String>),
}

/// `text repair.miss { en "…"  zh "…" }`: a text with a name, used by `say repair.miss`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedText {
    /// The text's name.
    pub name: Name,
    /// Parameters (`text due_on(day: date) { … }`), given by `say due_on(found.due)`.
    pub params: Vec<Field>,
    /// The text.
    pub text: Text,
}

/// What the bot says: one string, or one per language and channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Where.
    pub span: Span,
    /// Variants in the order written; a bare string is one variant without language.
    pub variants: Vec<TextVariant>,
}

/// `en on mail "Dear {customer.company}, …"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextVariant {
    /// The language; absent for a bare string.
    pub lang: Option<Name>,
    /// The channel it is only for.
    pub channel: Option<Name>,
    /// The string.
    pub template: Template,
}

/// A text written in place, or the name of a declared one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextRef {
    /// In place.
    Inline(Text),
    /// `repair.miss` or `due_on(found.due)`.
    Named { name: Name, args: Vec<Arg> },
}

/// A string with `{placeholders}`. `{{` and `}}` are literal braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// With quotes.
    pub span: Span,
    /// Literal parts and placeholders, in order.
    pub parts: Vec<TemplatePart>,
}

/// A piece of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text with escapes resolved.
    Literal { text: String, span: Span },
    /// `{expr}`.
    Expr(Expr),
    /// `{slot: entity}`, in example utterances.
    Annotation { slot: Name, entity: Name, span: Span },
    /// `{n, plural, one {# order} other {# orders}}`
    Plural(Plural),
    /// `#` in a branch: the number counted.
    Count(Span),
    /// A placeholder whose form was lost.
    Error(Span),
}

/// `VALUE, plural, KEY { … } …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plural {
    /// What is counted.
    pub value: Expr,
    /// In the order written.
    pub branches: Vec<Branch>,
    /// With braces.
    pub span: Span,
}

/// `one {# order}`, `=0 {no orders}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// When it is taken.
    pub key: BranchKey,
    /// What it says.
    pub parts: Vec<TemplatePart>,
}

/// When a branch of a plural is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BranchKey {
    /// `=0`
    Exact(Spanned<Decimal>),
    /// `one`
    Form(Name),
}

/// `flow NAME { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The flow.
    pub name: Name,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Its slots.
    pub slots: Vec<Slot>,
    /// Its states; the first is where it starts.
    pub states: Vec<State>,
    /// Handlers for all its states.
    pub handlers: Vec<Handler>,
    /// Its own thresholds.
    pub fallback: Option<Fallback>,
    /// Properties to prove.
    pub ensures: Vec<Ensure>,
    /// Members whose form was lost.
    pub errors: Vec<Span>,
}

/// What starts a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// `on intent NAME`
    Intent { intent: Name, span: Span },
    /// `on repair NAME`: an intent that is tried before digressions and leaves the waiting flow
    /// in place.
    Repair { intent: Name, span: Span },
    /// `on start`: a new session.
    Start { span: Span },
}

/// `state NAME { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The `///` lines above it.
    pub doc: Option<String>,
    /// The state.
    pub name: Name,
    /// With braces.
    pub span: Span,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Its handlers.
    pub handlers: Vec<Handler>,
}

/// `on intent X { … }`, `on silence 10m { … }`, `on failure { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handler {
    /// What it handles.
    pub on: HandlerOn,
    /// What it does.
    pub body: Body,
    /// Where.
    pub span: Span,
}

/// What a handler handles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandlerOn {
    /// An intent, while the state or flow waits for the customer.
    Intent(Name),
    /// No word from the customer for this long, in milliseconds.
    Silence(Spanned<i64>),
    /// An action that failed and whose `do` does not handle it.
    Failure(Span),
}

/// `-> state`, or steps in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// `-> state`
    Goto(Name),
    /// `{ … }`, or a single step.
    Steps(Vec<Step>),
}

/// One step with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: StepKind,
}

/// Every step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// `say TEXT …`
    Say(Say),
    /// `fill a, b`
    Fill(Vec<Name>),
    /// `confirm TEXT { yes -> a  no -> b }`
    Confirm { text: TextRef, yes: Body, no: Body },
    /// `choose [TEXT] { TEXT -> a … }`
    Choose { prompt: Option<TextRef>, arms: Vec<ChooseArm> },
    /// `choose x in list [TEXT] { TEXT -> a  none -> b }`
    ChooseFrom {
        item: Name,
        list: Expr,
        prompt: Option<TextRef>,
        label: TextRef,
        then: Body,
        none: Option<Body>,
    },
    /// `do [x =] action(args) { error -> … }`
    Do { bind: Option<Name>, action: Name, args: Vec<Arg>, handlers: Vec<DoHandler> },
    /// `set slot = expr`
    Set { slot: Name, value: Expr },
    /// `clear a, b`
    Clear(Vec<Name>),
    /// Consecutive `when COND …` and the `otherwise …` that may close them: the first that holds
    /// is taken.
    When { arms: Vec<WhenArm>, otherwise: Option<Body> },
    /// `-> state`
    Goto(Name),
    /// `call flow(slot: expr)`
    Call { flow: Name, args: Vec<Arg> },
    /// `wait 2h`
    Wait(Expr),
    /// `mark "name"`
    Mark(Spanned<String>),
    /// `handoff [to SKILL] [because TEXT]`
    Handoff { to: Option<Name>, because: Option<TextRef> },
    /// `end resolved`; `end` alone is `end resolved`.
    End(Option<Name>),
    /// `resume`: back to the flow that waits below, which asks again.
    Resume,
    /// `repeat`: says again what was last said before this flow.
    Repeat,
    /// `abandon`: the flow that waits below ends as cancelled.
    Abandon,
    /// `correct`: takes the utterance as a correction of the flow that waits below.
    Correct,
    /// A step whose form was lost, and the name that it would have bound.
    Error { binds: Option<Name> },
}

/// `say TEXT choices { TEXT TEXT } link "https://…" "label" image "https://…" "label" card { title TEXT  body TEXT }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// The text.
    pub text: TextRef,
    /// Suggested answers; pressing one says it.
    pub choices: Vec<TextRef>,
    /// Links and images: address and label.
    pub links: Vec<Media>,
    /// Images: address and description.
    pub images: Vec<Media>,
    /// A card.
    pub card: Option<Card>,
}

/// An address with what is shown for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// The address.
    pub url: Template,
    /// Label or description.
    pub label: Option<TextRef>,
}

/// `card { title TEXT  body TEXT  image "…"  link "…" "label" }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Headline.
    pub title: TextRef,
    /// Text below it.
    pub body: Option<TextRef>,
    /// Links on it.
    pub links: Vec<Media>,
    /// Images on it.
    pub images: Vec<Media>,
}

/// `TEXT -> a`, or `TEXT { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChooseArm {
    /// What the customer sees.
    pub text: TextRef,
    /// What follows.
    pub body: Body,
}

/// `not_found -> …`; `failed` stands for every error not named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoHandler {
    /// The error's name.
    pub error: Name,
    /// What follows.
    pub body: Body,
}

/// `when COND -> a`, `when COND { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhenArm {
    /// The guard.
    pub cond: Expr,
    /// What follows.
    pub body: Body,
}

/// `ensure …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ensure {
    /// Where.
    pub span: Span,
    /// What is claimed.
    pub kind: EnsureKind,
}

/// What an `ensure` claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnsureKind {
    /// `ensure COND before ACTION`
    Before { cond: Expr, action: Name },
    /// `ensure always reaches end`
    AlwaysReachesEnd,
    /// `ensure at most N turns`
    AtMostTurns(Spanned<Decimal>),
    /// `ensure a human within N turns from anywhere`
    HumanWithin(Spanned<Decimal>),
    /// Lost.
    Error,
}

/// `test "name" { … }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The test's name.
    pub name: Spanned<String>,
    /// Its lines, in order.
    pub lines: Vec<TestLine>,
}

/// One line of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestLine {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: TestLineKind,
}

/// Every line of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestLineKind {
    /// `today 2026-06-01`, or `today 2026-06-01 09:30`
    Today { date: Date, time_s: Option<u32> },
    /// `language zh`
    Language(Name),
    /// `channel web`
    Channel(Name),
    /// `customer { id "C-1001"  tier gold }`
    Customer(Vec<Setting>),
    /// `seed 7`
    Seed(Spanned<Decimal>),
    /// `given ACTION[(args)] -> VALUE`, `-> fails`, `-> ERROR`; answers queue up in order and the
    /// last one repeats.
    Given { action: Name, args: Vec<Arg>, answer: GivenAnswer },
    /// `user "…"`
    User(Template),
    /// `user presses "…"`: a button of the last menu, by its text.
    Presses(Template),
    /// `bot "…"`: the next thing said, whole.
    Bot(Template),
    /// `silence 10m`, in milliseconds.
    Silence(Spanned<i64>),
    /// `expect called A(args)`, `expect not called A`
    ExpectCalled { negated: bool, action: Name, args: Vec<Arg> },
    /// `expect ended OUTCOME`
    ExpectEnded(Name),
    /// `expect handoff [to SKILL] [because "…"]`
    ExpectHandoff { to: Option<Name>, because: Option<Template> },
    /// `expect state NAME`: the state that waits.
    ExpectState(Name),
    /// `expect EXPR`: a condition over slots and `customer`.
    Expect(Expr),
    /// A line whose form was lost.
    Error,
}

/// What an action answers in a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenAnswer {
    /// A value of the action's result type.
    Value(Expr),
    /// A declared error, or `fails`.
    Error(Name),
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: ExprKind,
}

/// Every expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// `true`, `false`
    Bool(bool),
    /// `12_000`, `0.5`
    Number(Decimal),
    /// `70%`, as a share of one
    Percent(Decimal),
    /// `CNY 1_000_000`
    Money(Money),
    /// `30s`, `5m`, `4h`, `2d`, in milliseconds
    Duration(i64),
    /// `2026-06-15`
    Date(Date),
    /// `09:30`, in seconds since midnight
    Time(u32),
    /// `"…"`, `"""…"""`
    Str(Template),
    /// `r"…"`
    Regex(String),
    /// `found.due`, `today`, `line_down`, `env.CRM_URL`
    Path(Vec<Name>),
    /// `not x`, `-x`
    Unary(UnaryOp, Box<Expr>),
    /// `x + y`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x is a`, `x is not a`
    Is { value: Box<Expr>, negated: bool, option: Name },
    /// `has slot`
    Has(Vec<Name>),
    /// `days_until(due)`
    Call { function: Name, args: Vec<Arg> },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ due: 2026-06-10, owner: "C-1001" }`
    Record(Vec<Arg>),
    /// `reveal(x) because "…"`
    Reveal { value: Box<Expr>, because: Spanned<String> },
    /// Lost.
    Error,
}

/// Prefix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Neg,
}

/// Infix operators, loosest first: `or`, `and`, comparisons, `+ -`, `* /`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Contains,
    Matches,
    Add,
    Sub,
    Mul,
    Div,
}
