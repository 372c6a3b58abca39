//! What a declaration is known by from one check to the next: its text, not its place.

mod choices;
mod results;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

pub(crate) use self::choices::{Options, compared};
pub(crate) use self::results::{all_of, items_of};
use super::ast::{Customer, DeclKind, Slot, TypeExpr};
use super::token::{Token, TokenKind};
use crate::base::Span;

/// The content of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Of its whole text, comments included, up to the next declaration.
    pub whole: blake3::Hash,
    /// Of what others can see of it: its code, a flow's without its states and handlers, an action's
    /// without its request and the fields that it gives.
    pub head: blake3::Hash,
    /// The hashes of its words, in order, each once. What it names is among them.
    pub words: Arc<[u64]>,
    /// Those of what others can see of it.
    pub head_words: Arc<[u64]>,
    /// What not everybody sees who names it: the fields of the customer's profile, each; those of what
    /// an action gives, and all of them; what is asked and checked of a slot of the session.
    pub parts: Arc<[Part]>,
    /// The choices of an entity or a slot of the session. What they are called is [`Self::shown`].
    pub options: Options,
    /// What those do not see of a slot of the session, or of a choice, who only compare it, or set it
    /// to some choice: its type.
    pub shown: Option<Part>,
}

/// A part of a declaration that only those see who name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// A field's name, of an action's `FIELD.ACTION`; what is among the words of whoever sees the part:
    /// of a slot `fill NAME`, of all that an action gives [`all_of`].
    pub name: String,
    /// Of its code.
    pub head: blake3::Hash,
    /// As [`Content::words`].
    pub words: Arc<[u64]>,
}

impl Content {
    /// Of a declaration's text, its hash and its tokens, which count from its start.
    pub(super) fn of(
        piece: &str,
        whole: blake3::Hash,
        tokens: &[Token],
        kind: Option<&DeclKind>,
    ) -> Self {
        let hidden: Vec<Span> = match kind {
            Some(DeclKind::Flow(flow)) => {
                let states = flow.states.iter().map(|state| state.span);
                states.chain(flow.handlers.iter().map(|handler| handler.span)).collect()
            }
            // Callers see what it takes, whether it gives something, and the names of its errors.
            Some(DeclKind::Action(action)) => {
                let conditions = action.errors.iter().map(|error| error.cond.span);
                let request = action.request.iter().map(|request| request.span);
                let timeout = action.timeout_ms.iter().map(|timeout| timeout.span);
                let retries = action.retries.iter().map(|retries| retries.span);
                let given = results::span(action);
                conditions.chain(request).chain(timeout).chain(retries).chain(given).collect()
            }
            // Who reads it, or sets it, does not see what is asked.
            Some(DeclKind::Slot(slot)) => {
                let choices = choices::inside(&slot.ty);
                beside_value(slot, piece).into_iter().chain(choices).collect()
            }
            Some(DeclKind::Entity(entity)) => choices::inside(&entity.base).into_iter().collect(),
            _ => Vec::new(),
        };
        let seen_whole = match kind {
            Some(DeclKind::Flow(_)) => results::seen_whole(piece, tokens),
            _ => Vec::new(),
        };
        let words = words(piece, tokens.iter(), seen_whole);
        let (head, head_words) = seen(piece, tokens, hidden);
        let head_words = match kind {
            // What it is before it is filled may be any choice: of those, its users may name none.
            Some(DeclKind::Slot(slot)) if slot.default.is_none() => {
                let named = match &slot.ty {
                    TypeExpr::Named(name) => Some(name.text.as_str()),
                    _ => None,
                };
                let own = slot.name.text.as_str();
                choices::only_compared(&head_words, named.into_iter().chain([own]))
            }
            Some(DeclKind::Entity(entity)) => {
                choices::only_compared(&head_words, [entity.name.text.as_str()].into_iter())
            }
            _ if head_words == words => Arc::clone(&words),
            _ => head_words,
        };
        let parts = match kind {
            Some(DeclKind::Customer(customer)) => fields(piece, tokens, customer),
            Some(DeclKind::Action(action)) => results::parts(piece, tokens, action),
            Some(DeclKind::Slot(slot)) => Arc::new([asked(piece, tokens, slot)]),
            _ => Arc::default(),
        };
        let (options, shown) = match kind {
            Some(DeclKind::Slot(slot)) => {
                (Options::of(&slot.ty), Some(choices::of_slot(piece, tokens, slot)))
            }
            Some(DeclKind::Entity(entity)) => {
                (Options::of(&entity.base), choices::of_entity(piece, tokens, entity))
            }
            _ => (Options::default(), None),
        };
        Self { whole, head, words, head_words, parts, options, shown }
    }

    /// The same with documentation from above, which says nothing to others.
    pub(super) fn with_doc(&self, doc: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.whole.as_bytes()).update(doc.as_bytes());
        Self { whole: hasher.finalize(), ..self.clone() }
    }
}

/// How a word is known; the same in every run of one build.
pub(crate) fn word(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The words among some tokens, beside others: what is filled, `fill NAME`, as one; what is only
/// compared, as that alone ([`compared`]).
fn words<'t>(
    piece: &str,
    tokens: impl Iterator<Item = &'t Token> + Clone,
    mut words: Vec<u64>,
) -> Arc<[u64]> {
    let code = tokens.filter(|token| !token.kind.is_trivia());
    let mut code = code.map(|token| (token.kind, piece.get(token.span.range()).unwrap_or("")));
    // What the next name is, if it is one; what the last one was, of names with commas between; what
    // stood before, and the name among it that has no field.
    let (mut next, mut last) = (Use::Plain, Use::Plain);
    let (mut before, mut name) = (TokenKind::Unknown, None);
    while let Some((kind, text)) = code.next() {
        if kind != TokenKind::Word {
            next = match last {
                Use::Filled if kind == TokenKind::Comma => Use::Filled,
                Use::Cleared
                    if kind == TokenKind::Comma && choices::is_whole_name(code.clone()) =>
                {
                    Use::Cleared
                }
                _ => Use::Plain,
            };
            (last, before, name) = (Use::Plain, kind, None);
            continue;
        }
        last = next;
        match std::mem::take(&mut next) {
            Use::Plain => words.push(word(text)),
            Use::Filled => words.extend([word(text), word(&fill(text))]),
            Use::Cleared | Use::Compared => words.push(word(&compared(text))),
        }
        match text {
            "fill" => next = Use::Filled,
            "clear" if choices::is_whole_name(code.clone()) => next = Use::Cleared,
            "has" if choices::is_whole_name(code.clone()) => next = Use::Compared,
            "set" if choices::sets_one_word(code.clone()) => next = Use::Compared,
            "is" => {
                if let Some((at, name)) = name
                    && let Some(option) = choices::asked_for(code.clone())
                    && let Some(plain) = words.get_mut(at)
                {
                    *plain = word(&compared(name));
                    words.push(word(&choices::tested(option)));
                }
            }
            _ => {}
        }
        let is_alone = last == Use::Plain && before != TokenKind::Dot && text != "is";
        name = is_alone.then(|| (words.len() - 1, text));
        before = kind;
    }
    words.sort_unstable();
    words.dedup();
    words.into()
}

/// What a name is used for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Use {
    #[default]
    Plain,
    Filled,
    Cleared,
    Compared,
}

/// How it is known that a slot is filled.
fn fill(slot: &str) -> String {
    format!("fill {slot}")
}

/// The places in a slot's declaration that say nothing of its value.
fn beside_value(slot: &Slot, piece: &str) -> Vec<Span> {
    let labels = slot.labels.personal.iter().copied();
    let labels = labels.chain(slot.labels.visible_to.iter().map(|role| role.span));
    let value_end = labels.map(|label| label.end).fold(slot.ty.span().end, u32::max);
    let end = u32::try_from(piece.len()).unwrap_or(u32::MAX);
    match &slot.default {
        None => vec![Span::new(value_end, end)],
        Some(default) => {
            vec![Span::new(value_end, default.span.start), Span::new(default.span.end, end)]
        }
    }
}

/// All of a slot, for those who fill it.
fn asked(piece: &str, tokens: &[Token], slot: &Slot) -> Part {
    let (head, words) = seen(piece, tokens, Vec::new());
    Part { name: fill(&slot.name.text), head, words }
}

/// The hash of a text's code without some parts of it, and its words: comments, documentation, and how
/// it is laid out, say nothing to others.
fn seen(piece: &str, tokens: &[Token], mut hidden: Vec<Span>) -> (blake3::Hash, Arc<[u64]>) {
    hidden.sort_unstable();
    let mut hidden = hidden.into_iter().peekable();
    let mut hasher = blake3::Hasher::new();
    let mut shown = Vec::new();
    for token in tokens {
        if token.kind.is_trivia() {
            continue;
        }
        while hidden.next_if(|part| part.end <= token.span.start).is_some() {
            hasher.update(&[1]);
        }
        if hidden.peek().is_none_or(|part| token.span.start < part.start) {
            let text = piece.get(token.span.range()).unwrap_or("");
            hasher.update(text.as_bytes()).update(&[0]);
            shown.push(token);
        }
    }
    (hasher.finalize(), words(piece, shown.into_iter(), Vec::new()))
}

/// Each field up to where the next one begins, the last one up to the brace behind it.
fn fields(piece: &str, tokens: &[Token], customer: &Customer) -> Arc<[Part]> {
    let brace = tokens.iter().rfind(|token| !token.kind.is_trivia());
    let names = customer.fields.iter().map(|field| field.name.text.clone());
    let starts = customer.fields.iter().map(|field| field.name.span.start);
    let ends = starts.clone().skip(1).chain(brace.map(|brace| brace.span.start));
    let field = |(name, (start, end))| {
        let at = |place: u32| tokens.partition_point(|token| token.span.start < place);
        let own = tokens.get(at(start)..at(end)).unwrap_or(&[]);
        let (head, words) = seen(piece, own, Vec::new());
        Part { name, head, words }
    };
    names.zip(starts.zip(ends)).map(field).collect()
}

#[cfg(test)]
mod tests {
    use crate::base::FileId;
    use crate::syntax::parse;

    #[test]
    fn a_flows_head_is_what_its_callers_see() {
        let flow = |slot: &str, said: &str| {
            let text = format!("flow f {{ slot a: {slot} state s {{ say \"{said}\" }} }}");
            parse(&text, FileId(0)).decls[0].content.clone()
        };
        let (first, body, slot) = (flow("text", "x"), flow("text", "y"), flow("date", "x"));
        assert_eq!(first.head, body.head);
        assert_ne!(first.whole, body.whole);
        assert_ne!(first.head, slot.head);
        assert_eq!(first.head, flow("// why?\n  text", "x").head);
        assert_eq!(first.head_words, flow("text", "{a}{b}").head_words);
        assert_eq!(first.words, flow("text", "words in strings are no names").words);
        assert_ne!(first.words, flow("text", "{a}{b}").words);
        assert_eq!(first.head, flow("text /// why?\n", "x").head);
    }

    #[test]
    fn a_field_of_the_profile_is_seen_apart_from_the_others() {
        let fields = |text: &str| {
            let text = format!("customer {{ {text} }}");
            parse(&text, FileId(0)).decls[0].content.parts.clone()
        };
        let first = fields("id: text  tier: level");
        assert_eq!(first.len(), 2);
        assert_eq!(fields("id: text // who\n tier:   level  more: date")[..2], first[..]);
        let other = fields("id: text personal  tier: level");
        assert_ne!(other[0].head, first[0].head);
        assert_eq!(other[1], first[1]);
        assert!(first[1].words.contains(&super::word("level")));
        assert!(!first[0].words.contains(&super::word("level")));
    }

    #[test]
    fn what_is_asked_of_a_slot_is_seen_by_those_who_fill_it() {
        let slot = |text: &str| parse(text, FileId(0)).decls[0].content.clone();
        let first = slot("slot a: text");
        for same in
            ["slot a: text { tries 2 }", "slot a: text { ask \"{b}?\" check length(a) > 2 }"]
        {
            let other = slot(same);
            assert_eq!((other.head, &other.head_words), (first.head, &first.head_words));
            assert_ne!(other.parts, first.parts);
        }
        let others = [
            "slot a: text personal",
            "slot a: text { default \"x\" }",
            "slot a: number { tries 2 }",
        ];
        others.iter().for_each(|other| assert_ne!(slot(other).head, first.head, "{other}"));
        let fills_a = |steps: &str| {
            let flow = slot(&format!("flow f {{ state s {{ {steps} }} }}"));
            flow.words.contains(&super::word(&first.parts[0].name))
        };
        for steps in ["fill a", "fill b, // who\n a", "say \"x\"  fill b,a  end resolved"] {
            assert!(fills_a(steps), "{steps}");
        }
        for steps in ["fill b  clear a", "set a = 1  fill b", "say \"fill a\""] {
            assert!(!fills_a(steps), "{steps}");
        }
    }
}
