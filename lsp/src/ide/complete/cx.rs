//! The place at which something may be written: what stands before it, and what is known there.

use std::cell::OnceCell;

use flowright_compiler::base::{FileId, Span};
use flowright_compiler::graph::{Certain, Spot, certainly_filled};
use flowright_compiler::syntax::ast::{Decl, DeclKind, Flow, Name};
use flowright_compiler::syntax::{Token, TokenKind, lex};

use super::mend::mended;
use super::values::ty_of_path;
use crate::ide::describe::ty_words;
use crate::ide::expect::{Expected, Frame, Rule, Wanted, read};
use crate::ide::model::Model;
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::{Kind, Scope, Symbol, Ty, ty_of};

/// Bytes of a declaration before the place that are read; what is longer is not completed in.
const READ_MAX: usize = 1 << 20;

/// See the module.
pub(super) struct Cx<'s> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) model: &'s Model,
    pub(super) file: FileId,
    /// Whether items may have places to fill in.
    pub(super) snippets: bool,
    /// The declaration's text up to the place.
    piece: &'s str,
    /// Where that begins in the file.
    origin: u32,
    offset: u32,
    /// What stands behind the place, up to the end of the declaration.
    rest: &'s str,
    /// The tokens of `piece` up to the word that is being written, without blanks and comments.
    pub(super) tokens: Vec<Token>,
    /// What may come next.
    pub(super) expected: Expected,
    /// The names before the last dot: `found` in `found.du`.
    pub(super) head: Vec<&'s str>,
    /// The word that is being written, up to the place.
    pub(super) typed: &'s str,
    /// The word, what stands of it behind the place with it.
    pub(super) word: Span,
    /// The same with the names before it.
    pub(super) dotted: Span,
    /// Inside the quotes of a text, and not in a placeholder.
    pub(super) in_string: bool,
    /// The declaration around, as far as its tree shows it.
    pub(super) decl: Option<&'s Decl>,
    certain: OnceCell<Option<Certain>>,
    own: OnceCell<Option<Model>>,
}

impl<'s> Cx<'s> {
    /// The place at an offset; nothing in comments, numbers and the like.
    pub(super) fn new(
        snapshot: &'s Snapshot,
        file: FileId,
        offset: u32,
        snippets: bool,
    ) -> Option<Self> {
        Self::at(snapshot, file, offset, snippets, false)
    }

    /// The same, in numbers too: for what is called around the place.
    pub(super) fn in_values(snapshot: &'s Snapshot, file: FileId, offset: u32) -> Option<Self> {
        Self::at(snapshot, file, offset, false, true)
    }

    fn at(
        snapshot: &'s Snapshot,
        file: FileId,
        offset: u32,
        snippets: bool,
        in_values: bool,
    ) -> Option<Self> {
        let text: &str = &snapshot.source(file)?.text;
        let before = text.get(..offset as usize)?;
        let word_start = before.len() - last_word(before).len();
        let decls = &snapshot.model.file(file)?.parsed.decls;
        // A word that a declaration would begin with is none yet.
        let starts_before = |decl: &&Decl| decl.origin < offset.min(word_offset(word_start) + 1);
        let number = decls.iter().rposition(|decl| starts_before(&decl));
        let decl = number.and_then(|number| decls.get(number));
        let next = decls.get(number.map_or(0, |number| number + 1));
        let end = next.map_or(text.len(), |next| (next.origin as usize).max(offset as usize));
        let mut origin = decl.map_or(0, |decl| decl.origin);
        if decl.is_some_and(|decl| first_word_at(text, decl) == word_start) {
            origin = word_offset(word_start);
        }
        let piece = text.get(origin as usize..offset as usize)?;
        if piece.len() > READ_MAX {
            return None;
        }
        let rest = text.get(offset as usize..end)?;
        let Before { tokens, head, typed } = Before::of(piece, in_values)?;
        let expected = read(piece, &tokens);
        let in_string =
            expected.next().any(|(wanted, _)| wanted == Wanted::Sign(TokenKind::StringText));
        let start = offset - u32::try_from(typed.len()).ok()?;
        let names: usize = head.iter().map(|name| name.len() + 1).sum();
        let whole =
            if typed.is_empty() { 0 } else { u32::try_from(first_word(rest).len()).ok()? };
        let word = Span::new(start, offset + whole);
        let more =
            if typed.is_empty() { 0 } else { u32::try_from(more_names(rest, whole)).ok()? };
        let dotted = Span::new(start - u32::try_from(names).ok()?, word.end + more);
        Some(Self {
            snapshot,
            model: &snapshot.model,
            file,
            snippets: snippets && rest_is_free(rest.get(whole as usize..).unwrap_or_default()),
            piece,
            origin,
            offset,
            rest,
            tokens,
            expected,
            head,
            typed,
            word,
            dotted,
            in_string,
            decl,
            certain: OnceCell::new(),
            own: OnceCell::new(),
        })
    }

    /// Whether something is to be offered where a character was typed. A brace, an arrow or quotes
    /// mean something of their own in most places.
    pub(super) fn is_wanted(&self, typed: Option<char>) -> bool {
        let last = self.tokens.last().map(|token| token.kind);
        let in_hole = || {
            self.expected.next().any(|(_, frames)| {
                frames.iter().any(|frame| matches!(frame.rule, Rule::Hole | Rule::ExampleHole))
            })
        };
        match typed {
            Some('{') => in_hole(),
            Some('>') => last == Some(TokenKind::Arrow),
            Some('"') => self.in_string,
            _ => true,
        }
    }

    /// Whether a word at the place is first on its line, in its first column, where something else is
    /// open: it may begin a declaration, whatever the brackets say.
    pub(super) fn may_begin_declaration(&self) -> bool {
        let before = self.piece.len() - self.typed.len();
        let before = self.piece.get(..before).unwrap_or_default();
        self.head.is_empty()
            && !self.in_string
            && self.origin > 0
            && before.ends_with('\n')
            && !self.expected.next().any(|(_, frames)| is_top(&frames))
    }

    /// The text of a token.
    pub(super) fn word_of(&self, number: usize) -> &'s str {
        let span = self.tokens.get(number).map(|token| token.span);
        span.and_then(|span| self.piece.get(span.range())).unwrap_or_default()
    }

    /// What kind of token that is.
    pub(super) fn kind_of(&self, number: usize) -> Option<TokenKind> {
        self.tokens.get(number).map(|token| token.kind)
    }

    /// The names of a path that ends before a token: `found.items` before `)`.
    pub(super) fn path_before(&self, number: usize) -> Vec<&'s str> {
        let mut names = Vec::new();
        let mut at = number;
        while let Some(before) = at.checked_sub(1) {
            if self.kind_of(before) != Some(TokenKind::Word) {
                break;
            }
            names.push(self.word_of(before));
            match before.checked_sub(1) {
                Some(dot) if self.kind_of(dot) == Some(TokenKind::Dot) => at = dot,
                _ => break,
            }
        }
        names.reverse();
        names
    }

    /// The names of a path that begins with a token, as one dotted name.
    pub(super) fn path_from(&self, number: usize) -> String {
        let mut path = self.word_of(number).to_owned();
        let mut at = number;
        while self.kind_of(at + 1) == Some(TokenKind::Dot)
            && self.kind_of(at + 2) == Some(TokenKind::Word)
        {
            at += 2;
            path.push('.');
            path.push_str(self.word_of(at));
        }
        path
    }

    /// Tokens behind the place, with their texts, up to the bracket that closes what is open there.
    pub(super) fn behind(&self) -> Vec<(TokenKind, &'s str)> {
        let rest = if self.typed.is_empty() { self.rest } else { behind_word(self.rest) };
        let mut depth = 0_usize;
        let mut found = Vec::new();
        for token in lex(rest) {
            match token.kind {
                TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => depth += 1,
                TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                    let Some(less) = depth.checked_sub(1) else { break };
                    depth = less;
                }
                _ if token.kind.is_trivia() => continue,
                _ => {}
            }
            found.push((token.kind, rest.get(token.span.range()).unwrap_or_default()));
        }
        found
    }

    /// Tokens of a frame's brackets that are in no further brackets: those before the place, from a
    /// number on, and those behind it.
    pub(super) fn around(&self, start: usize) -> Vec<(TokenKind, &'s str)> {
        let before = self.tokens.get(start..).unwrap_or_default().iter();
        let mut all: Vec<(TokenKind, &str)> = before
            .map(|token| (token.kind, self.piece.get(token.span.range()).unwrap_or_default()))
            .collect();
        let mut open = 0_usize;
        all.extend(self.behind());
        all.retain(|(kind, _)| {
            match kind {
                TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => open += 1,
                TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                    open = open.saturating_sub(1);
                }
                _ => return open == 0,
            }
            false
        });
        all
    }

    /// The declaration around as it was written so far, where it is broken.
    pub(super) fn own(&self, frames: &[Frame]) -> Option<&Model> {
        if self.decl.is_some_and(|decl| !decl.node.broken) {
            return None;
        }
        let mend = || mended(self.piece, &self.tokens, frames, self.rest);
        self.own.get_or_init(mend).as_ref()
    }

    /// The tree of the declaration around, made whole where it is broken.
    fn tree(&self, frames: &[Frame]) -> Option<&DeclKind> {
        let own = self.own(frames).and_then(|own| own.decls().next());
        own.map(|(_, decl)| decl).or(self.decl).map(|decl| &decl.node.kind)
    }

    /// The flow around: its tree, or, where that is lost, as it was when it was last right.
    pub(super) fn flow(&self, frames: &[Frame]) -> Option<&Flow> {
        if let Some(DeclKind::Flow(flow)) = self.tree(frames) {
            return Some(flow);
        }
        let name = self.name_in(frames, Rule::Flow)?;
        self.model.flow(&name).or_else(|| self.snapshot.sound()?.model.flow(&name))
    }

    /// The choices of an owner of choices: of the project, or of what is being written.
    pub(super) fn choices(&self, owner: &str) -> Vec<&Name> {
        let known = self.model.choices(owner);
        match (known.is_empty(), self.own.get()) {
            (true, Some(Some(own))) => own.choices(owner),
            _ => known,
        }
    }

    /// A type in words.
    pub(super) fn ty_words(&self, ty: &Ty) -> String {
        match (ty, self.own.get()) {
            (Ty::Choices(owner), Some(Some(own))) if self.model.choices(owner).is_empty() => {
                ty_words(own, ty)
            }
            _ => ty_words(self.model, ty),
        }
    }

    /// The name of what a rule around the place declares or calls: the second token.
    pub(super) fn name_in(&self, frames: &[Frame], rule: Rule) -> Option<String> {
        let frame = frames.iter().find(|frame| frame.rule == rule)?;
        let name = self.path_from(frame.start + 1);
        Some(name).filter(|name| !name.is_empty())
    }

    /// Names that an expression at the place can read, besides those of the whole project.
    pub(super) fn scope(&self, frames: &[Frame]) -> Scope {
        let mut scope = match self.flow(frames) {
            Some(flow) if in_rule(frames, Rule::Flow) => Scope::of_flow(self.model, flow),
            _ => Scope::default(),
        };
        let own = self.own(frames).unwrap_or(self.model);
        let params = match self.tree(frames) {
            Some(DeclKind::Action(action)) => own.action_params(&action.name.text),
            Some(DeclKind::Text(text)) => own.text_params(&text.name.text),
            _ => Vec::new(),
        };
        for (symbol, ty) in params {
            scope.locals.insert(symbol.name.clone(), (symbol, ty));
        }
        if self.own(frames).is_some()
            && let Some(flow) = self.name_in(frames, Rule::Flow)
        {
            self.binds_before(&flow, &mut scope);
        }
        scope
    }

    /// Results of steps that are lost, by their words: `do x = …`, `choose x in …`.
    fn binds_before(&self, flow: &str, scope: &mut Scope) {
        for number in 0..self.tokens.len() {
            let next = self.word_of(number + 2);
            let ty = match self.word_of(number) {
                "do" if next == "=" => {
                    let action = self.model.action(&self.path_from(number + 3));
                    let action = action.and_then(|own| Some((own, own.result.as_ref()?)));
                    action.map(|(own, result)| ty_of(result, &own.name.text, ""))
                }
                "choose" if next == "in" => {
                    let list = self.path_from(number + 3);
                    let list: Vec<&str> = list.split('.').collect();
                    match ty_of_path(self, scope, &list) {
                        Some(Ty::List(item)) => Some(*item),
                        _ => None,
                    }
                }
                _ => continue,
            };
            let name = self.word_of(number + 1);
            let symbol = Symbol::inside(Kind::Bind, flow, name);
            let known = scope.locals.entry(name.to_owned()).or_insert((symbol, Ty::Unknown));
            if let (Ty::Unknown, Some(ty)) = (&known.1, ty) {
                known.1 = ty;
            }
        }
    }

    /// What is certain to hold something at the place, by the last version whose names and types were
    /// right. The place in it is where its text and this one's begin to differ, at the latest at the
    /// cursor; in a text that only grew there, that is the same place.
    pub(super) fn certain(&self, frames: &[Frame]) -> Option<&Certain> {
        self.certain.get_or_init(|| self.find_certain(frames)).as_ref()
    }

    fn find_certain(&self, frames: &[Frame]) -> Option<Certain> {
        let sound = self.snapshot.sound()?;
        let project = sound.analysis.project.as_ref()?;
        let name = self.name_in(frames, Rule::Flow)?;
        let (file, decl) = sound.model.decl(Kind::Flow, &name)?;
        let DeclKind::Flow(flow) = &decl.node.kind else { return None };
        let text: &str = &sound.source(file.id)?.text;
        if in_rule(frames, Rule::Slot) {
            let slot = self.name_in(frames, Rule::Slot)?;
            return certainly_filled(project, &name, Spot::Question(&slot));
        }
        let is_on = |rule| matches!(rule, Rule::On | Rule::OnInState);
        let (start, starts) = match frames.iter().find(|frame| frame.rule == Rule::StateDecl) {
            Some(state) => {
                let name = self.path_from(state.start + 1);
                let known = flow.states.iter().filter(|own| own.name.text == name);
                (state.start, known.map(|state| state.span.start).collect::<Vec<_>>())
            }
            None => {
                let on = frames.iter().find(|frame| is_on(frame.rule))?;
                (on.start, flow.handlers.iter().map(|handler| handler.span.start).collect())
            }
        };
        let written = self.piece.get(self.tokens.get(start)?.span.start as usize..)?;
        let same = |start: &u32| {
            let at = *start + decl.origin;
            let known = text.get(at as usize..).unwrap_or_default();
            (shared(known, written), at)
        };
        let (length, at) = starts.iter().map(same).max()?;
        certainly_filled(project, &name, Spot::At(file.id, at + u32::try_from(length).ok()?))
    }

    /// Where a place of the declaration's text is in the file.
    pub(super) const fn file_offset(&self, at: u32) -> u32 {
        self.origin + at
    }

    /// The place.
    pub(super) const fn offset(&self) -> u32 {
        self.offset
    }
}

/// Whether a rule is around.
pub(super) fn in_rule(frames: &[Frame], rule: Rule) -> bool {
    frames.iter().any(|frame| frame.rule == rule)
}

/// What stands right at the top of a file.
fn is_top(frames: &[Frame]) -> bool {
    matches!(frames, [_, file] if file.rule == Rule::File)
}

/// What stands before a place.
struct Before<'t> {
    tokens: Vec<Token>,
    head: Vec<&'t str>,
    typed: &'t str,
}

impl<'t> Before<'t> {
    fn of(piece: &'t str, in_values: bool) -> Option<Self> {
        let mut tokens = lex(piece);
        if tokens.last().is_some_and(|token| token.kind == TokenKind::Unclosed) {
            tokens.pop();
        }
        let at_end = |token: &&Token| token.span.end as usize == piece.len();
        let text = |token: &Token| piece.get(token.span.range()).unwrap_or_default();
        let last = tokens.last().filter(at_end).copied();
        match last.map(|token| token.kind) {
            Some(TokenKind::Comment | TokenKind::DocComment) => return None,
            Some(TokenKind::Literal | TokenKind::Regex) if !in_values => return None,
            _ => {}
        }
        let typed = last.filter(|token| token.kind == TokenKind::Word);
        if typed.is_some() {
            tokens.pop();
        }
        let mut head = Vec::new();
        while let [.., name, dot] = tokens.as_slice()
            && dot.kind == TokenKind::Dot
        {
            if name.kind != TokenKind::Word {
                return None;
            }
            head.push(text(name));
            tokens.truncate(tokens.len() - 2);
        }
        head.reverse();
        tokens.retain(|token| !token.kind.is_trivia());
        Some(Self { tokens, head, typed: typed.as_ref().map_or("", text) })
    }
}

/// The word at the end of a text.
fn last_word(text: &str) -> &str {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    let start = text.char_indices().rev().take_while(|(_, c)| is_part(*c)).last();
    start.and_then(|(at, _)| text.get(at..)).unwrap_or_default()
}

/// The word at the beginning of a text.
fn first_word(text: &str) -> &str {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    text.find(|c| !is_part(c)).and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Bytes of further names behind a word of a dotted name.
fn more_names(text: &str, word: u32) -> usize {
    let behind = text.get(word as usize..).unwrap_or_default();
    let mut rest = behind;
    while let Some(name) = rest.strip_prefix('.').map(first_word).filter(|name| !name.is_empty()) {
        rest = rest.get(name.len() + 1..).unwrap_or_default();
    }
    behind.len() - rest.len()
}

fn behind_word(text: &str) -> &str {
    text.get(first_word(text).len()..).unwrap_or_default()
}

/// Whether nothing stands on the rest of a line that what is inserted would run into.
fn rest_is_free(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default().trim();
    line.is_empty() || line.starts_with(['}', ')', ',']) || line.starts_with("//")
}

/// Where the first word of a declaration is.
fn first_word_at(text: &str, decl: &Decl) -> usize {
    let start = decl.node.span.shifted(decl.origin).start as usize;
    let piece = text.get(start..).unwrap_or_default();
    start + (piece.len() - piece.trim_start().len())
}

/// Bytes that two texts begin with alike.
fn shared(one: &str, other: &str) -> usize {
    let pairs = one.char_indices().zip(other.chars());
    let differ = pairs.clone().find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    differ.unwrap_or_else(|| one.len().min(other.len()))
}

fn word_offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
