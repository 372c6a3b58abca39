//! Reads tokens, and says what may come next. Every way in which the tokens can be read is followed at
//! once. Where none goes on, reading goes on with the next part of a list that is open: a step, a
//! member, a declaration.

use std::collections::{BTreeSet, HashMap, HashSet};

use flowright_compiler::syntax::{Token, TokenKind};

use super::automaton::{AUTOMATON, Edge, StateId};
use super::node::Wanted;
use super::rules::Rule;

/// Ways of reading that are followed at once; beyond, the later ones are given up.
const WAYS_MAX: usize = 512;

/// A rule that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Frame {
    pub(crate) rule: Rule,
    /// The number of its first token.
    pub(crate) start: usize,
}

/// A frame on the frames around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Stacked {
    frame: Frame,
    around: Option<usize>,
    /// Where to go on when the rule is over.
    then: StateId,
    depth: usize,
}

/// A way of reading: the state, and the innermost frame.
type Way = (StateId, usize);

/// What may come next.
#[derive(Debug)]
pub(crate) struct Expected {
    next: Vec<(Wanted, usize)>,
    stacked: Vec<Stacked>,
}

impl Expected {
    /// What may come next, each with the rules that it would be read in, innermost first.
    pub(crate) fn next(&self) -> impl Iterator<Item = (Wanted, Vec<Frame>)> {
        self.next.iter().map(|(wanted, top)| (*wanted, self.frames(*top)))
    }

    fn frames(&self, top: usize) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut at = Some(top);
        while let Some(stacked) = at.and_then(|at| self.stacked.get(at)) {
            frames.push(stacked.frame);
            at = stacked.around;
        }
        frames
    }
}

/// Reads tokens, blanks and comments not among them, from the beginning of a declaration.
pub(crate) fn read(text: &str, tokens: &[Token]) -> Expected {
    Machine::fed(text, tokens).expected(tokens.len())
}

/// How often no way of reading these tokens went on, and how many ways were followed at once.
#[cfg(test)]
pub(super) fn effort(text: &str, tokens: &[Token]) -> (usize, usize) {
    let machine = Machine::fed(text, tokens);
    (machine.stumbles, machine.ways)
}

/// The keywords that a rule may begin with.
pub(crate) fn begins(rule: Rule) -> Vec<&'static str> {
    let mut machine = Machine::new();
    let next = machine.tokens(&[(AUTOMATON.start(rule), 0)], 0);
    let words = next.into_iter().filter_map(|(wanted, ..)| match wanted {
        Wanted::Word(word) => Some(word),
        _ => None,
    });
    words.collect()
}

struct Machine {
    stacked: Vec<Stacked>,
    known: HashMap<Stacked, usize>,
    now: Vec<Way>,
    skipping: Option<Skipping>,
    /// How often no way of reading went on.
    stumbles: usize,
    /// How many ways were followed at once, at most.
    ways: usize,
}

/// Brackets or a string that stand where nothing like them may.
#[derive(Debug, Clone, Copy)]
struct Skipping {
    brackets: usize,
    string: bool,
}

impl Machine {
    fn new() -> Self {
        let file = Frame { rule: Rule::File, start: 0 };
        let bottom = Stacked { frame: file, around: None, then: 0, depth: 0 };
        let now = vec![(AUTOMATON.start(Rule::File), 0)];
        Self {
            stacked: vec![bottom],
            known: HashMap::new(),
            now,
            skipping: None,
            stumbles: 0,
            ways: 0,
        }
    }

    fn fed(text: &str, tokens: &[Token]) -> Self {
        let mut machine = Self::new();
        for (number, token) in tokens.iter().enumerate() {
            machine.feed(number, token.kind, text.get(token.span.range()).unwrap_or_default());
        }
        machine
    }

    fn expected(mut self, number: usize) -> Expected {
        let mut seen = HashSet::new();
        let next = self.tokens(&self.now.clone(), number);
        let next = next.into_iter().map(|(wanted, _, top)| (wanted, top));
        let next = next.filter(|next| seen.insert(*next)).collect();
        Expected { next, stacked: self.stacked }
    }

    fn feed(&mut self, number: usize, kind: TokenKind, word: &str) {
        if let Some(skipping) = self.skipping {
            self.skipping = skipping.past(kind);
            return;
        }
        let now = std::mem::take(&mut self.now);
        let next = self.tokens(&now, number);
        let after = taking(&next, |wanted| fits(wanted, kind, word));
        self.ways = self.ways.max(after.len());
        if !after.is_empty() {
            self.now = after;
            return;
        }
        self.stumbles += 1;
        let lists = self.lists(&now, &next);
        // A keyword of a list further out is more likely meant than a name in one further in.
        let keyword = |wanted| matches!(wanted, Wanted::Word(own) if own == word);
        let by_keyword = self.in_lists(&lists, number, keyword);
        let after =
            by_keyword.or_else(|| self.in_lists(&lists, number, |wanted| fits(wanted, kind, word)));
        match after {
            Some(after) => self.now = after,
            None => {
                self.now = now;
                self.skipping = Skipping::over(kind);
            }
        }
    }

    fn in_lists(
        &mut self,
        lists: &[usize],
        number: usize,
        fits: impl Fn(Wanted) -> bool,
    ) -> Option<Vec<Way>> {
        for list in lists {
            let rule = self.stacked.get(*list)?.frame.rule;
            let next = self.tokens(&[(AUTOMATON.start(rule), *list)], number);
            let after = taking(&next, &fits);
            if !after.is_empty() {
                return Some(after);
            }
        }
        None
    }

    /// Frames of lists that are open, innermost first.
    fn lists(&self, now: &[Way], next: &[(Wanted, StateId, usize)]) -> Vec<usize> {
        let mut found = BTreeSet::new();
        let tops = now.iter().map(|(_, top)| *top).chain(next.iter().map(|(_, _, top)| *top));
        for top in tops {
            let mut at = Some(top);
            while let Some((number, stacked)) = at.and_then(|at| Some((at, self.stacked.get(at)?)))
            {
                if stacked.frame.rule.is_list() {
                    found.insert((stacked.depth, number));
                }
                at = stacked.around;
            }
        }
        found.into_iter().rev().map(|(_, number)| number).collect()
    }

    /// Tokens that may come next, with where they lead.
    fn tokens(&mut self, ways: &[Way], number: usize) -> Vec<(Wanted, StateId, usize)> {
        let mut seen: HashSet<Way> = HashSet::new();
        let mut open: Vec<Way> = ways.iter().rev().copied().collect();
        let mut found = Vec::new();
        while let Some((state, top)) = open.pop() {
            if seen.len() >= WAYS_MAX || !seen.insert((state, top)) {
                continue;
            }
            if AUTOMATON.accepts(state)
                && let Some(Stacked { around: Some(around), then, .. }) = self.stacked.get(top)
            {
                open.push((*then, *around));
            }
            for edge in AUTOMATON.edges(state).iter().rev() {
                match *edge {
                    Edge::Empty(to) => open.push((to, top)),
                    Edge::Token(wanted, to) => found.push((wanted, to, top)),
                    Edge::Call(rule, then) => {
                        let frame = Frame { rule, start: number };
                        let inner = self.push(frame, top, then);
                        open.push((AUTOMATON.start(rule), inner));
                    }
                }
            }
        }
        found
    }

    fn push(&mut self, frame: Frame, around: usize, then: StateId) -> usize {
        let depth = self.stacked.get(around).map_or(0, |around| around.depth + 1);
        let stacked = Stacked { frame, around: Some(around), then, depth };
        let new = self.stacked.len();
        let number = *self.known.entry(stacked).or_insert(new);
        if number == new {
            self.stacked.push(stacked);
        }
        number
    }
}

fn taking(next: &[(Wanted, StateId, usize)], fits: impl Fn(Wanted) -> bool) -> Vec<Way> {
    let mut seen = HashSet::new();
    let fitting = next.iter().filter(|(wanted, ..)| fits(*wanted));
    fitting.map(|(_, to, top)| (*to, *top)).filter(|way| seen.insert(*way)).collect()
}

fn fits(wanted: Wanted, kind: TokenKind, word: &str) -> bool {
    match wanted {
        Wanted::Word(own) => kind == TokenKind::Word && own == word,
        Wanted::Name(place) => kind == TokenKind::Word && place.fits(word),
        Wanted::Sign(sign) => sign == kind,
        Wanted::Minus => kind == TokenKind::Operator && word == "-",
    }
}

impl Skipping {
    /// What has to be skipped whole because of its first token; any other is skipped alone.
    const fn over(kind: TokenKind) -> Option<Self> {
        match kind {
            TokenKind::Quote => Some(Self { brackets: 0, string: true }),
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => {
                Some(Self { brackets: 1, string: false })
            }
            _ => None,
        }
    }

    const fn past(self, kind: TokenKind) -> Option<Self> {
        let Self { brackets, string } = self;
        let brackets = match kind {
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => brackets + 1,
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                brackets.saturating_sub(1)
            }
            TokenKind::Quote | TokenKind::Unclosed if string && brackets == 0 => return None,
            _ => brackets,
        };
        if brackets == 0 && !string { None } else { Some(Self { brackets, string }) }
    }
}
