//! All ways to label a text, and what each is worth.
//!
//! A way is a row of units: a token that is outside of values, or a value of some kind. A value of
//! several tokens has a first, inner and a last one, a value of one token stands alone. Weights of
//! one unit to the next are by their kinds, so a step costs kinds times kinds and not labels times
//! labels.

use super::exp::exp;

/// What a token may be in a value.
pub(super) const PARTS: usize = 4;
/// Numbers of the parts.
pub(super) const FIRST: usize = 0;
pub(super) const INNER: usize = 1;
pub(super) const LAST: usize = 2;
pub(super) const ALONE: usize = 3;

/// How many labels there are for some kinds of value: outside, and the parts of each.
pub(super) const fn labels(kinds: usize) -> usize {
    1 + PARTS * kinds
}

/// The label of a part of a kind.
pub(super) const fn label(kinds: usize, part: usize, kind: usize) -> usize {
    1 + part * kinds + kind
}

/// How many weights there are from unit to unit: a row for each kind, outside and the beginning of
/// the text; a column for outside and each kind.
pub(super) const fn joints(kinds: usize) -> usize {
    (kinds + 2) * (kinds + 1)
}

/// A value: of which kind, from which token to which, and how likely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) kind: usize,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) chance: f32,
}

/// Scores and sums of one text; kept from one to the next for its memory.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    kinds: usize,
    tokens: usize,
    /// For each token and label: its score, then the exponential of it.
    pub(super) scores: Vec<f32>,
    /// For each token, what a unit that begins there may bring with it (by kind, outside first).
    begins: Vec<f32>,
    /// For each token, the sum of the ways in which a unit ends there.
    ends: Vec<f32>,
    /// The sum of those that are inside of a value behind it.
    opens: Vec<f32>,
    /// The same from the other side.
    after_ends: Vec<f32>,
    after_opens: Vec<f32>,
    after_begins: Vec<f32>,
    /// For each token and label, how likely it is.
    pub(super) chances: Vec<f32>,
    /// How often each joint is expected.
    pub(super) expected: Vec<f32>,
}

/// Row `i` of a table.
fn row(table: &[f32], i: usize, width: usize) -> &[f32] {
    table.get(i * width..(i + 1) * width).unwrap_or(&[])
}

fn row_mut(table: &mut [f32], i: usize, width: usize) -> &mut [f32] {
    table.get_mut(i * width..(i + 1) * width).unwrap_or(&mut [])
}

/// The columns of the parts in a row of labels: first, inner, last, alone.
fn parts(row: &[f32], kinds: usize) -> (f32, [&[f32]; PARTS]) {
    let outside = row.first().copied().unwrap_or(0.0);
    let part = |part: usize| {
        let start = label(kinds, part, 0);
        row.get(start..start + kinds).unwrap_or(&[])
    };
    (outside, [part(FIRST), part(INNER), part(LAST), part(ALONE)])
}

impl Lattice {
    /// Empties the scores for a text of so many tokens.
    pub(super) fn clear(&mut self, tokens: usize, kinds: usize) {
        (self.tokens, self.kinds) = (tokens, kinds);
        self.scores.clear();
        self.scores.resize(tokens * labels(kinds), 0.0);
    }

    /// The best way: its values in order. `joints` are weights.
    pub(super) fn best(&self, joints: &[f32]) -> Vec<Span> {
        let (kinds, width) = (self.kinds, self.kinds + 1);
        // For each token: best score of a unit that ends there, of a value that goes on, and where
        // each began. A unit begins behind the best end by which it is joined to.
        let mut ends: Vec<f32> = Vec::with_capacity(self.tokens * width);
        let mut opens: Vec<(f32, u32)> = vec![(f32::NEG_INFINITY, 0); kinds];
        let mut back: Vec<(u32, u32)> = Vec::with_capacity(self.tokens * width);
        let mut froms: Vec<u32> = Vec::with_capacity(self.tokens * width);
        for token in 0..self.tokens {
            let (outside, [first, inner, last, alone]) =
                parts(row(&self.scores, token, labels(kinds)), kinds);
            let mut begin: Vec<(f32, u32)> = vec![(f32::NEG_INFINITY, 0); width];
            let before = token.checked_sub(1).map(|t| row(&ends, t, width));
            match before {
                None => {
                    let start = row(joints, width, width);
                    begin.iter_mut().zip(start).for_each(|(b, j)| *b = (*j, 0));
                }
                Some(before) => {
                    for (from, end) in (0..).zip(before) {
                        for (b, joint) in begin.iter_mut().zip(row(joints, from as usize, width)) {
                            if end + joint > b.0 {
                                *b = (end + joint, from);
                            }
                        }
                    }
                }
            }
            let here = u32::try_from(token).unwrap_or(u32::MAX);
            froms.extend(begin.iter().map(|(_, from)| *from));
            ends.push(begin.first().map_or(0.0, |b| b.0) + outside);
            back.push((here, 0));
            let columns = first.iter().zip(inner).zip(last).zip(alone);
            let kinds = begin.iter().skip(1).zip(&mut opens).zip(columns);
            for (((begin, _), open), (((first, inner), last), alone)) in kinds {
                let (one, many) = (begin + alone, open.0 + last);
                ends.push(one.max(many));
                back.push(if one >= many { (here, 1) } else { (open.1, 1) });
                let (begun, goes_on) = (begin + first, open.0 + inner);
                *open = if begun > goes_on { (begun, here) } else { (goes_on, open.1) };
            }
        }
        self.walk_back(&ends, &back, &froms)
    }

    fn walk_back(&self, ends: &[f32], back: &[(u32, u32)], froms: &[u32]) -> Vec<Span> {
        let width = self.kinds + 1;
        let mut spans = Vec::new();
        let Some(mut token) = self.tokens.checked_sub(1) else { return spans };
        let final_row = row(ends, token, width).iter().enumerate();
        let mut kind =
            final_row.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0))).map_or(0, |(k, _)| k);
        loop {
            let first = back.get(token * width + kind).map_or(token, |b| b.0 as usize);
            if let Some(value) = kind.checked_sub(1) {
                spans.push(Span { kind: value, first, last: token, chance: 0.0 });
            }
            kind = froms.get(first * width + kind).map_or(0, |from| *from as usize);
            let Some(before) = first.checked_sub(1) else { break };
            token = before;
        }
        spans.reverse();
        spans
    }

    /// Sums over all ways. `joints` are exponentials of weights.
    pub(super) fn sum(&mut self, joints: &[f32]) {
        let (kinds, width, tokens) = (self.kinds, self.kinds + 1, self.tokens);
        let all = labels(kinds);
        for token in 0..tokens {
            let scores = row_mut(&mut self.scores, token, all);
            let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            scores.iter_mut().for_each(|score| *score = exp(*score - most));
        }
        for table in
            [&mut self.begins, &mut self.ends, &mut self.after_begins, &mut self.after_ends]
        {
            table.clear();
            table.resize(tokens * width, 0.0);
        }
        for table in [&mut self.opens, &mut self.after_opens] {
            table.clear();
            table.resize(tokens * kinds, 0.0);
        }
        self.forward(joints);
        self.backward(joints);
    }

    fn forward(&mut self, joints: &[f32]) {
        let (kinds, width) = (self.kinds, self.kinds + 1);
        for token in 0..self.tokens {
            let before = token.checked_sub(1);
            let begins = row_mut(&mut self.begins, token, width);
            match before {
                None => begins.copy_from_slice(row(joints, width, width)),
                Some(before) => {
                    for (from, end) in row(&self.ends, before, width).iter().enumerate() {
                        let joints = row(joints, from, width);
                        begins.iter_mut().zip(joints).for_each(|(b, joint)| *b += end * joint);
                    }
                }
            }
            let begins = row(&self.begins, token, width);
            let (outside, [first, inner, last, alone]) =
                parts(row(&self.scores, token, labels(kinds)), kinds);
            let (done, rest) = self.opens.split_at_mut(token * kinds);
            let opened = before.map_or(&[][..], |before| row(done, before, kinds));
            let opened = opened.iter().copied().chain(std::iter::repeat(0.0));
            let ends = row_mut(&mut self.ends, token, width);
            let mut total = 0.0;
            if let (Some(end), Some(begin)) = (ends.first_mut(), begins.first()) {
                *end = begin * outside;
                total += *end;
            }
            let columns = first.iter().zip(inner).zip(last).zip(alone);
            let cells = ends.iter_mut().skip(1).zip(rest.iter_mut()).zip(begins.iter().skip(1));
            for ((((end, open), begin), opened), (((first, inner), last), alone)) in
                cells.zip(opened).zip(columns)
            {
                *end = begin * alone + opened * last;
                *open = begin * first + opened * inner;
                total += *end + *open;
            }
            // Only how these compare counts; brought to a sum of one, nothing grows or vanishes.
            let scale = 1.0 / total.max(f32::MIN_POSITIVE);
            ends.iter_mut().for_each(|end| *end *= scale);
            rest.iter_mut().take(kinds).for_each(|open| *open *= scale);
        }
    }

    fn backward(&mut self, joints: &[f32]) {
        let (kinds, width, all) = (self.kinds, self.kinds + 1, labels(self.kinds));
        for token in (0..self.tokens).rev() {
            let next = token + 1;
            let is_final = next == self.tokens;
            let after_ends = row_mut(&mut self.after_ends, token, width);
            if is_final {
                after_ends.fill(1.0);
            } else {
                let begins = row(&self.after_begins, next, width);
                for (from, after) in after_ends.iter_mut().enumerate() {
                    let joints = row(joints, from, width);
                    *after = joints.iter().zip(begins).map(|(joint, b)| joint * b).sum();
                }
                let (_, [_, inner, last, _]) = parts(row(&self.scores, next, all), kinds);
                let (here, later) = self.after_opens.split_at_mut(next * kinds);
                let ends = row(&self.after_ends, next, width).iter().skip(1);
                let cells = row_mut(here, token, kinds).iter_mut().zip(ends).zip(later.iter());
                for (((open, end), next_open), (inner, last)) in cells.zip(inner.iter().zip(last)) {
                    *open = last * end + inner * next_open;
                }
            }
            let (outside, [first, _, _, alone]) = parts(row(&self.scores, token, all), kinds);
            let ends = row_mut(&mut self.after_ends, token, width);
            let opens = row_mut(&mut self.after_opens, token, kinds);
            let total = ends.iter().chain(opens.iter()).sum::<f32>();
            let scale = 1.0 / total.max(f32::MIN_POSITIVE);
            ends.iter_mut().chain(opens.iter_mut()).for_each(|after| *after *= scale);
            let begins = row_mut(&mut self.after_begins, token, width);
            if let (Some(begin), Some(end)) = (begins.first_mut(), ends.first()) {
                *begin = outside * end;
            }
            let columns = first.iter().zip(alone).zip(ends.iter().skip(1).zip(opens.iter()));
            for (begin, ((first, alone), (end, open))) in begins.iter_mut().skip(1).zip(columns) {
                *begin = alone * end + first * open;
            }
        }
    }

    /// How likely each label of each token is, and how often each joint is expected. After
    /// [`Lattice::sum`].
    pub(super) fn expect(&mut self, joints: &[f32]) {
        let (kinds, width, all) = (self.kinds, self.kinds + 1, labels(self.kinds));
        self.chances.clear();
        self.chances.resize(self.tokens * all, 0.0);
        self.expected.clear();
        self.expected.resize(self::joints(kinds), 0.0);
        for token in 0..self.tokens {
            let begins = row(&self.begins, token, width);
            let ends = row(&self.after_ends, token, width);
            let opens = row(&self.after_opens, token, kinds);
            let (outside, [first, inner, last, alone]) =
                parts(row(&self.scores, token, all), kinds);
            let opened = token.checked_sub(1).map_or(&[][..], |t| row(&self.opens, t, kinds));
            let opened = |kind: usize| opened.get(kind).copied().unwrap_or(0.0);
            let chances = row_mut(&mut self.chances, token, all);
            let (out, values) = match chances.split_first_mut() {
                Some(parts) => parts,
                None => continue,
            };
            *out = begins.first().unwrap_or(&0.0) * outside * ends.first().unwrap_or(&0.0);
            let mut total = *out;
            for (part, column) in values.chunks_exact_mut(kinds.max(1)).enumerate() {
                let weights = [first, inner, last, alone].get(part).copied().unwrap_or(&[]);
                for (kind, (chance, weight)) in column.iter_mut().zip(weights).enumerate() {
                    let from = match part {
                        FIRST | ALONE => begins.get(kind + 1).copied().unwrap_or(0.0),
                        _ => opened(kind),
                    };
                    let to = match part {
                        LAST | ALONE => ends.get(kind + 1).copied().unwrap_or(0.0),
                        _ => opens.get(kind).copied().unwrap_or(0.0),
                    };
                    *chance = from * weight * to;
                    total += *chance;
                }
            }
            let scale = 1.0 / total.max(f32::MIN_POSITIVE);
            chances.iter_mut().for_each(|chance| *chance *= scale);
            self.expect_joints(token, joints, scale);
        }
    }

    fn expect_joints(&mut self, token: usize, joints: &[f32], scale: f32) {
        let width = self.kinds + 1;
        let begins = row(&self.after_begins, token, width);
        let mut add = |from: usize, weight: f32| {
            let cells = row_mut(&mut self.expected, from, width).iter_mut();
            for ((cell, joint), begin) in cells.zip(row(joints, from, width)).zip(begins) {
                *cell += weight * joint * begin;
            }
        };
        match token.checked_sub(1) {
            None => add(width, scale),
            Some(before) => {
                for (from, end) in row(&self.ends, before, width).iter().enumerate() {
                    add(from, end * scale);
                }
            }
        }
    }

    /// How likely it is that exactly these tokens are a value of this kind. After [`Lattice::expect`].
    pub(super) fn chance(&self, span: &Span) -> f32 {
        let all = labels(self.kinds);
        let label_at = |table: &[f32], token: usize, part: usize| {
            row(table, token, all).get(label(self.kinds, part, span.kind)).copied().unwrap_or(0.0)
        };
        if span.first == span.last {
            return label_at(&self.chances, span.first, ALONE);
        }
        // Of what begins there, the share that goes on to the last token and ends with it. Inside a
        // value there is but one way on, so the share of each token is what it has of its opens.
        let mut chance = label_at(&self.chances, span.first, FIRST);
        for token in span.first + 1..=span.last {
            let ends = row(&self.after_ends, token, self.kinds + 1);
            let opens = row(&self.after_opens, token, self.kinds);
            let last =
                label_at(&self.scores, token, LAST) * ends.get(span.kind + 1).unwrap_or(&0.0);
            let inner = label_at(&self.scores, token, INNER) * opens.get(span.kind).unwrap_or(&0.0);
            let part = if token == span.last { last } else { inner };
            chance *= part / (last + inner).max(f32::MIN_POSITIVE);
        }
        chance
    }
}
