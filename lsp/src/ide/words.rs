//! The language's own words, each in a sentence, with the section of its manual.

use flowright_compiler::sema::known_names;

use super::expect::Rule;

/// What is known of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct About {
    /// A sentence.
    pub(crate) says: &'static str,
    /// The heading of `docs/language.md` that it stands under.
    pub(crate) section: &'static str,
}

const SHAPE: &str = "The shape of a file";
const VALUES: &str = "Values and types";
const TEXTS: &str = "Texts";
const BOT: &str = "The bot and its surroundings";
const PROFILE: &str = "The customer's profile";
const LABELS: &str = "Who may see what";
const ENTITIES: &str = "Entities";
const INTENTS: &str = "Intents";
const ACTIONS: &str = "Actions";
const FLOWS: &str = "Flows";
const STEPS: &str = "Steps";
const HANDLERS: &str = "Handlers";
const PROPERTIES: &str = "Properties";
const ROUTING: &str = "Routing and fallback";
const MEANT: &str = "Findings that are meant";
const TESTS: &str = "Tests";
const UPGRADES: &str = "Upgrades";
const LIBRARY: &str = "The standard library";
const UNBUILT: &str = "Not built yet";

type Row = (Option<Rule>, &'static str, &'static str, &'static str);

/// Keywords; those that mean something else elsewhere with their rule, and before the others.
const KEYWORDS: &[Row] = &[
    (
        None,
        "allow",
        "Hides the findings of one code in what follows, and says why they are meant.",
        MEANT,
    ),
    (Some(Rule::TestLines), "bot", "What the bot says next, whole.", TESTS),
    (None, "bot", "What holds for the whole bot: languages, time zone, business hours.", BOT),
    (None, "use", "Brings in a module of the standard library.", LIBRARY),
    (None, "role", "A role of agents; what is `visible to` it, only they see.", LABELS),
    (None, "includes", "Roles whose rights this one has, too.", LABELS),
    (Some(Rule::TestCustomer), "customer", "What is known of the customer in this test.", TESTS),
    (None, "customer", "The customer's profile: its fields, and where it comes from.", PROFILE),
    (
        Some(Rule::TestLines),
        "channel",
        "The channel on which the customer writes in this test.",
        TESTS,
    ),
    (Some(Rule::MigrateLines), "channel", "A channel that is called otherwise now.", UPGRADES),
    (None, "channel", "An intake for conversations, and its kind.", BOT),
    (None, "entity", "A type with a way to find its values in what the customer says.", ENTITIES),
    (Some(Rule::MigrateLines), "intent", "An intent that is called otherwise now.", UPGRADES),
    (
        Some(Rule::On),
        "intent",
        "Starts the flow when the customer wants this; with steps, handles it while the flow waits.",
        HANDLERS,
    ),
    (Some(Rule::OnInState), "intent", "Handles an intent while this state waits.", HANDLERS),
    (
        None,
        "intent",
        "Something that customers want, taught by examples of how they say it.",
        INTENTS,
    ),
    (Some(Rule::MigrateLines), "slot", "What becomes of a slot of the version before.", UPGRADES),
    (
        None,
        "slot",
        "A value to be remembered: by the flow, or at top level by the whole session.",
        FLOWS,
    ),
    (None, "action", "Asks the outside world by HTTP, with typed parameters and results.", ACTIONS),
    (
        None,
        "effect",
        "Changes the outside world: carried out once, whatever is retried or crashes.",
        ACTIONS,
    ),
    (Some(Rule::MigrateLines), "skill", "A skill that is called otherwise now.", UPGRADES),
    (
        None,
        "skill",
        "What an agent can do: conversations wait for it in a queue of their own.",
        ROUTING,
    ),
    (None, "route", "Who gets a conversation that goes to a human, and how urgent it is.", ROUTING),
    (None, "fallback", "When the bot is sure enough to act, and when a human takes over.", ROUTING),
    (Some(Rule::FallbackMembers), "knowledge", "Answers come from the knowledge base.", ROUTING),
    (Some(Rule::TestLines), "knowledge", "The answer is this article.", TESTS),
    (None, "knowledge", "A folder of articles to answer from, and for whom they are.", ROUTING),
    (None, "experiment", "Variants with their shares, and what counts as success.", UNBUILT),
    (None, "text", "A text with a name, said in more than one place.", TEXTS),
    (
        Some(Rule::MigrateFlow),
        "flow",
        "What becomes of conversations in a flow of the version before.",
        UPGRADES,
    ),
    (None, "flow", "A unit of dialog: what starts it, its slots and its states.", FLOWS),
    (None, "test", "A conversation that must go exactly so.", TESTS),
    (None, "migrate", "What becomes of conversations that an earlier version began.", UPGRADES),
    (
        None,
        "languages",
        "The languages that the bot speaks; the first is the one it begins with.",
        BOT,
    ),
    (None, "timezone", "The time zone of all days and times.", BOT),
    (None, "hours", "Business hours, by days of the week.", BOT),
    (None, "closed", "Days without business hours.", BOT),
    (
        None,
        "personal",
        "Is about a person: agents' summaries and actions that are not declared for it do not get it.",
        LABELS,
    ),
    (None, "visible", "Only agents with the rights of this role may see it.", LABELS),
    (None, "optional", "An answer may leave this field out: ask `has` before using it.", ACTIONS),
    (None, "one_of", "One of a closed set of choices, compared with `is`.", VALUES),
    (None, "list", "Several values of one type.", VALUES),
    (None, "pattern", "A regular expression that finds it in what the customer says.", ENTITIES),
    (Some(Rule::CardMembers), "title", "The headline of the card.", STEPS),
    (None, "title", "What a question that clarifies calls it.", INTENTS),
    (Some(Rule::IntentMembers), "not", "Examples of what it is not.", INTENTS),
    (None, "ask", "The question that fills the slot.", FLOWS),
    (None, "check", "What must hold of a value, and what is said where it does not.", FLOWS),
    (None, "else", "What is said where the check fails.", FLOWS),
    (None, "tries", "Wrong answers after which a human takes over.", FLOWS),
    (
        Some(Rule::MigrateLines),
        "default",
        "The slot's value where an earlier version has none.",
        UPGRADES,
    ),
    (None, "default", "The slot's value until it is filled.", FLOWS),
    (None, "get", "Asks with a GET request.", ACTIONS),
    (None, "post", "Sends a POST request.", ACTIONS),
    (None, "put", "Sends a PUT request.", ACTIONS),
    (None, "patch", "Sends a PATCH request.", ACTIONS),
    (None, "delete", "Sends a DELETE request.", ACTIONS),
    (None, "timeout", "How long an answer may take.", ACTIONS),
    (None, "retries", "How often it is asked again when no answer comes.", ACTIONS),
    (None, "error", "A named failure, told by the status or the code of the answer.", ACTIONS),
    (None, "header", "A header of the request.", ACTIONS),
    (Some(Rule::CardMembers), "body", "The text of the card.", STEPS),
    (None, "body", "The fields of the request's JSON body.", ACTIONS),
    (None, "keep", "How long the customer's records are good.", PROFILE),
    (None, "find", "How it is known whose an address is.", PROFILE),
    (None, "first_reply", "How soon the first reply should come.", ROUTING),
    (None, "overflow", "Where conversations go that have waited too long.", ROUTING),
    (None, "weight", "How much this queue counts beside others.", ROUTING),
    (None, "urgency", "How urgent a conversation is: the first rule that holds.", ROUTING),
    (None, "accept", "From which certainty on the bot acts on an intent.", ROUTING),
    (None, "clarify", "From which certainty on the bot asks whether that was meant.", ROUTING),
    (None, "margin", "How close two intents may be before the bot asks which.", ROUTING),
    (None, "answer", "Answers with an article that is sure enough.", ROUTING),
    (None, "source", "Folders of articles.", ROUTING),
    (None, "level", "How general the articles are.", ROUTING),
    (None, "applies", "For which customers the articles are.", ROUTING),
    (None, "variant", "A variant with its share.", UNBUILT),
    (None, "goal", "What counts as success.", UNBUILT),
    (
        None,
        "on",
        "What starts the flow or is handled while it waits; behind `say` or a language: a channel.",
        HANDLERS,
    ),
    (None, "repair", "A flow for this intent leaves the one that waits in place.", HANDLERS),
    (None, "start", "Begins with a session that is opened without a word.", FLOWS),
    (Some(Rule::TestLines), "silence", "Lets time pass without a word.", TESTS),
    (None, "silence", "Runs when the customer has said nothing for this long.", HANDLERS),
    (None, "failure", "Runs when an action fails and its `do` does not say what then.", HANDLERS),
    (
        Some(Rule::MigrateState),
        "state",
        "What becomes of conversations in a state of the version before.",
        UPGRADES,
    ),
    (Some(Rule::Expect), "state", "The state that waits.", TESTS),
    (None, "state", "A place in the flow: what is done there, and where it goes on.", FLOWS),
    (None, "ensure", "A property of every conversation, proved by the compiler.", PROPERTIES),
    (None, "before", "The condition holds whenever this action is called.", PROPERTIES),
    (None, "always", "From everywhere some answers lead to an end.", PROPERTIES),
    (Some(Rule::Ensure), "at", "The flow is over after so many turns.", PROPERTIES),
    (None, "human", "A human can be reached within so many turns.", PROPERTIES),
    (None, "say", "Sends a text.", STEPS),
    (None, "choices", "Suggested answers; pressing one says it.", STEPS),
    (None, "link", "A link with its label.", STEPS),
    (None, "image", "An image with its description.", STEPS),
    (None, "card", "A card: headline, text, links, images.", STEPS),
    (None, "fill", "Asks for each slot that is still empty, in order.", STEPS),
    (
        Some(Rule::CustomerMembers),
        "confirm",
        "The channel on which codes are sent that confirm an address.",
        PROFILE,
    ),
    (None, "confirm", "Asks a yes/no question.", STEPS),
    (None, "yes", "What follows a yes.", STEPS),
    (None, "no", "What follows a no.", STEPS),
    (None, "choose", "Offers a menu: buttons, or numbers where there are none.", STEPS),
    (None, "none", "What follows where the list is empty.", STEPS),
    (None, "do", "Calls an action, keeps its result, and says what follows its errors.", STEPS),
    (None, "set", "Gives a slot a value.", STEPS),
    (None, "clear", "Empties slots.", STEPS),
    (
        Some(Rule::When),
        "when",
        "Goes on so where the condition holds; several in a row are one choice.",
        STEPS,
    ),
    (None, "when", "Holds only under this condition.", ROUTING),
    (Some(Rule::RouteRules), "otherwise", "Who gets what no rule before takes.", ROUTING),
    (None, "otherwise", "Goes on so where none of the conditions before holds.", STEPS),
    (None, "call", "Runs another flow and comes back.", STEPS),
    (None, "wait", "Waits for a time, over restarts too.", STEPS),
    (None, "mark", "A milestone for analytics.", STEPS),
    (
        Some(Rule::FallbackMembers),
        "handoff",
        "When a human takes over: after misses, or under a condition.",
        ROUTING,
    ),
    (Some(Rule::Expect), "handoff", "A human has taken over.", TESTS),
    (None, "handoff", "A human takes over, with the summary.", STEPS),
    (None, "because", "Why: agents and records see it.", STEPS),
    (None, "end", "The flow is over, with its outcome.", STEPS),
    (None, "resume", "Goes back to the flow that waits below, which asks again.", STEPS),
    (None, "repeat", "Says again what was last said before this flow.", STEPS),
    (None, "abandon", "Ends the flow that waits below as cancelled.", STEPS),
    (None, "correct", "Takes the utterance as a correction of the flow that waits below.", STEPS),
    (None, "and", "Both hold.", VALUES),
    (None, "or", "One of them holds.", VALUES),
    (None, "not", "Does not hold.", VALUES),
    (None, "is", "Is this choice.", VALUES),
    (None, "in", "Is one of these.", VALUES),
    (None, "contains", "The text or list has this in it.", VALUES),
    (None, "matches", "The text fits a regular expression.", VALUES),
    (None, "has", "Whether it holds something.", VALUES),
    (None, "true", "Yes, as a value.", VALUES),
    (None, "false", "No, as a value.", VALUES),
    (
        Some(Rule::TestLines),
        "reachable",
        "Channels on which the customer has an address, too.",
        TESTS,
    ),
    (None, "reachable", "Whether the customer can be written to on a channel.", STEPS),
    (None, "reveal", "Lets a value go without its labels, and says why.", LABELS),
    (None, "plural", "Other words for one and for many.", TEXTS),
    (None, "today", "The day of the test.", TESTS),
    (None, "language", "The customer's language in the test.", TESTS),
    (None, "seed", "What chance is decided by in the test.", TESTS),
    (None, "given", "What an action answers in this test.", TESTS),
    (None, "user", "What the customer says.", TESTS),
    (None, "presses", "Presses a button of the last menu.", TESTS),
    (None, "expect", "What must hold at this point of the test.", TESTS),
    (None, "called", "The action was called, with these values.", TESTS),
    (None, "ended", "The flow is over, with this outcome.", TESTS),
    (None, "dropped", "The slot's value is not needed any more.", UPGRADES),
    (None, "from", "Where it comes from.", SHAPE),
    (None, "to", "To whom, or up to when.", SHAPE),
];

/// Names that every expression knows, and those of special places.
const NAMES: &[(&str, &str, &str)] = &[
    ("today", "The day, in the bot's time zone.", VALUES),
    ("now", "This instant.", VALUES),
    ("channel", "The channel on which the customer last wrote.", VALUES),
    ("language", "The customer's language.", VALUES),
    ("intent", "The intent of what the customer last said.", VALUES),
    ("confidence", "How sure the bot is of the intent, from 0 to 1.", VALUES),
    ("sentiment", "How the customer feels by what she wrote last, from -1 to 1.", ROUTING),
    ("utterance", "What the customer last said.", VALUES),
    ("misses", "How often in a row the customer was not understood.", VALUES),
    ("business_hours", "Whether it is within business hours.", VALUES),
    ("customer", "The customer's profile.", PROFILE),
    ("env", "What the deployment sets: addresses and keys.", ACTIONS),
    ("status", "The status of the answer.", ACTIONS),
    ("code", "The field `code` of the answer.", ACTIONS),
    ("waited", "How long an agent has been waited for.", ROUTING),
];

/// Functions, each in a sentence.
const FUNCTIONS: &[(&str, &str)] = &[
    ("length", "How many characters a text has."),
    ("count", "How many items a list has."),
    ("first", "The first item of a list."),
    ("last", "The last item of a list."),
    ("lower", "A text in small letters."),
    ("upper", "A text in capitals."),
    ("round", "The nearest whole number."),
    ("abs", "A value without its sign."),
    ("min", "The smaller of two values."),
    ("max", "The larger of two values."),
    ("weekday", "The day of the week: 1 is Monday."),
    ("day", "The day of the month."),
    ("month", "The month, from 1 to 12."),
    ("year", "The year."),
    ("date_of", "The day of an instant."),
    ("days_between", "How many days lie between two."),
    ("days_until", "How many days lie between today and another day."),
];

/// Built-in types.
pub(crate) const TYPES: &[(&str, &str, &str)] = &[
    ("text", "Any words.", VALUES),
    ("number", "An exact decimal with six places.", VALUES),
    ("money", "An amount in a currency: `CNY 1_000`.", VALUES),
    ("date", "A day: `2026-06-15`.", VALUES),
    ("time", "A time of day: `09:30`.", VALUES),
    ("datetime", "An instant.", VALUES),
    ("duration", "A length of time: `30m`.", VALUES),
    ("bool", "`true` or `false`.", VALUES),
    ("email", "An email address.", VALUES),
    ("phone", "A telephone number.", VALUES),
    ("url", "A web address.", VALUES),
    ("reference", "The number of an order, a ticket, a parcel.", ENTITIES),
    ("learned", "A text that is found by the words around it, learned from examples.", ENTITIES),
];

/// Words that stand in a few places only, by what they are.
const FEW: &[(&str, &str, &str)] = &[
    ("resolved", "The customer has what she wanted.", STEPS),
    ("unresolved", "The customer does not have what she wanted.", STEPS),
    ("cancelled", "The customer does not want it any more.", STEPS),
    ("failed", "Every failure without a name.", STEPS),
    ("fails", "The action fails without a name.", TESTS),
    ("empty", "The slot holds nothing.", UPGRADES),
    ("low", "The least urgent.", ROUTING),
    ("normal", "As urgent as most.", ROUTING),
    ("high", "More urgent than most.", ROUTING),
    ("critical", "The most urgent.", ROUTING),
    ("enterprise", "Articles for all customers.", ROUTING),
    ("product", "Articles for those of a product.", ROUTING),
    ("scenario", "Articles for a situation that customers are in.", ROUTING),
    ("websocket", "Chat on a web page.", BOT),
    ("rest", "JSON over HTTP.", BOT),
    ("grpc", "Clients that speak gRPC.", BOT),
    ("email", "Mail.", BOT),
    ("webhook", "A messenger that calls an address.", BOT),
    ("path", "Where the channel is served.", BOT),
    ("address", "The mail address.", BOT),
    ("provider", "Whose messenger it is.", BOT),
    ("secret", "What messages are signed with.", BOT),
    ("token", "What the messenger is written to with.", BOT),
];

/// What is known of a keyword where it stands.
pub(crate) fn about(rule: Option<Rule>, word: &str) -> Option<About> {
    let found = |wanted: Option<Rule>| {
        let row = KEYWORDS.iter().find(|(of, known, ..)| *of == wanted && *known == word);
        row.map(|(_, _, says, section)| About { says, section })
    };
    rule.and_then(|rule| found(Some(rule))).or_else(|| found(None))
}

/// What is known of a name of the language's own, with its kind of value.
pub(crate) fn about_name(name: &str) -> Option<(About, &'static str)> {
    let (_, says, section) = NAMES.iter().find(|(known, ..)| *known == name)?;
    let kind = known_names().find(|(known, _)| *known == name).map(|(_, kind)| kind);
    let kind = kind.unwrap_or(match name {
        "status" => "number",
        "code" => "text",
        "waited" => "duration",
        _ => "",
    });
    Some((About { says, section }, kind))
}

/// What a function does.
pub(crate) fn about_function(name: &str) -> Option<About> {
    let (_, says) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
    Some(About { says, section: VALUES })
}

/// What is known of a built-in type.
pub(crate) fn about_type(name: &str) -> Option<About> {
    let (_, says, section) = TYPES.iter().find(|(known, ..)| *known == name)?;
    Some(About { says, section })
}

/// What is known of one of a few words.
pub(crate) fn about_few(word: &str) -> Option<About> {
    let (_, says, section) = FEW.iter().find(|(known, ..)| *known == word)?;
    Some(About { says, section })
}
