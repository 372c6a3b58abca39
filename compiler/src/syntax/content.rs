//! What a declaration is known by from one check to the next: its text, not its place.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::ast::DeclKind;
use super::token::{Token, TokenKind};
use crate::base::Span;

/// The content of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Of its whole text, comments included, up to the next declaration.
    pub whole: blake3::Hash,
    /// Of what others can see of it: its code, a flow's without its states and handlers, an action's
    /// without its request.
    pub head: blake3::Hash,
    /// The hashes of its words, in order, each once. What it names is among them.
    pub words: Arc<[u64]>,
    /// Those of what others can see of it.
    pub head_words: Arc<[u64]>,
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
            // Callers see what it takes, what it gives, and the names of its errors.
            Some(DeclKind::Action(action)) => {
                let conditions = action.errors.iter().map(|error| error.cond.span);
                let request = action.request.iter().map(|request| request.span);
                let timeout = action.timeout_ms.iter().map(|timeout| timeout.span);
                let retries = action.retries.iter().map(|retries| retries.span);
                conditions.chain(request).chain(timeout).chain(retries).collect()
            }
            _ => Vec::new(),
        };
        let words = words(piece, tokens.iter());
        let (head, head_words) = seen(piece, tokens, hidden);
        let head_words = if head_words == words { Arc::clone(&words) } else { head_words };
        Self { whole, head, words, head_words }
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

/// The words among some tokens.
fn words<'t>(piece: &str, tokens: impl Iterator<Item = &'t Token>) -> Arc<[u64]> {
    let words = tokens.filter(|token| token.kind == TokenKind::Word);
    let mut words: Vec<u64> =
        words.filter_map(|token| piece.get(token.span.range())).map(word).collect();
    words.sort_unstable();
    words.dedup();
    words.into()
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
    (hasher.finalize(), words(piece, shown.into_iter()))
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
    fn an_actions_head_is_what_its_callers_see() {
        let action = |result: &str, request: &str, error: &str| {
            let text = format!(
                "action a.b(c: text) -> {{ d: {result} }} {{ {request} error gone when {error} }}"
            );
            parse(&text, FileId(0)).decls[0].content.clone()
        };
        let (first, get) = (action("text", "get \"x\"", "status == 404"), "get \"x\"");
        assert_eq!(first.head, action("text", "get \"y\" header \"E\" \"{c}\"", "status > 3").head);
        assert_ne!(first.head, action("date", get, "status == 404").head);
    }
}
