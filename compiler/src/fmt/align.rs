//! Columns: rows of one kind that follow each other have their parts below each other, and so have
//! the comments behind them.

use super::print::COLUMNS_MAX;
use super::width::columns;
use crate::syntax::layout::Class;

/// Blanks that alignment may put into a line at one place.
const PADDING_MAX: usize = 40;
/// Stops of the languages inside a text, given up first when lines become too long.
const INNER_STOPS: std::ops::RangeInclusive<u8> = 1..=9;

/// A line of the output.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) indent: usize,
    pub(super) text: String,
    /// It is aligned with something on the first line of its item, and moves with it.
    pub(super) hangs: bool,
}

impl Line {
    pub(super) const fn new(indent: usize) -> Self {
        Self { indent, text: String::new(), hangs: false }
    }

    /// The column behind it.
    pub(super) fn end(&self) -> usize {
        match self.text.rsplit_once('\n') {
            Some((_, last)) => columns(last),
            None => self.indent + columns(&self.text),
        }
    }
}

/// A place in a line where blanks may be put.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    /// Stops of one id are aligned.
    pub(super) id: u8,
    /// Byte offset in the first line.
    pub(super) at: usize,
}

/// The lines of an item, or of a comment.
#[derive(Debug, Clone, Default)]
pub(super) struct Row<'t> {
    /// An empty line stands before it.
    pub(super) blank: bool,
    pub(super) lines: Vec<Line>,
    /// Ordered by place.
    pub(super) stops: Vec<Stop>,
    /// None of a comment.
    pub(super) class: Option<Class>,
    /// The comment behind it.
    pub(super) remark: Option<&'t str>,
}

impl Row<'_> {
    /// Whether all of it is on one line.
    pub(super) fn is_line(&self) -> bool {
        matches!(self.lines.as_slice(), [line] if !line.text.contains('\n'))
    }

    /// Whether all behind the first line moves with it. An arrow may also lead to a block.
    fn can_be_aligned(&self) -> bool {
        let follows = self.lines.iter().skip(1).all(|line| line.hangs);
        let whole = !self.lines.iter().any(|line| line.text.contains('\n'));
        whole && (follows || self.class == Some(Class::Arm))
    }
}

/// Aligns rows, and puts their comments behind them.
pub(super) fn align(rows: &mut [Row<'_>]) {
    for run in rows.chunk_by_mut(|above, below| {
        !below.blank
            && above.class.is_some()
            && above.class == below.class
            && above.can_be_aligned()
            && below.can_be_aligned()
    }) {
        align_run(run);
    }
    for run in rows.chunk_by_mut(|above, below| {
        !below.blank && [above, below].iter().all(|row| row.remark.is_some() && row.is_line())
    }) {
        put_remarks(run);
    }
}

fn align_run(run: &mut [Row<'_>]) {
    let inner = |id: u8| INNER_STOPS.contains(&id) && !is_field(run);
    let all = padding(run, |_| true);
    let outer = padding(run, |id| !inner(id));
    let fitting = [all, outer].into_iter().find(|padding| fits(run, padding));
    for (row, pads) in run.iter_mut().zip(fitting.unwrap_or_default()) {
        pad(row, &pads);
    }
}

/// Fields have a stop before their labels, which is not inside a text.
fn is_field(run: &[Row<'_>]) -> bool {
    run.first().is_some_and(|row| row.class == Some(Class::CustomerField))
}

/// Blanks to put at each stop of each row.
fn padding(run: &[Row<'_>], wanted: impl Fn(u8) -> bool) -> Vec<Vec<usize>> {
    let mut pads: Vec<Vec<usize>> = run.iter().map(|row| vec![0; row.stops.len()]).collect();
    let mut ids: Vec<u8> = run.iter().flat_map(|row| row.stops.iter().map(|s| s.id)).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids.into_iter().filter(|id| wanted(*id)) {
        let places: Vec<Option<usize>> =
            run.iter().zip(&pads).map(|(row, pads)| place(row, pads, id)).collect();
        let furthest = places.iter().flatten().max().copied().unwrap_or(0);
        for ((row, pads), place) in run.iter().zip(&mut pads).zip(places) {
            let slot = row.stops.iter().position(|stop| stop.id == id);
            let missing = furthest - place.unwrap_or(furthest);
            if let Some(pad) = slot.and_then(|slot| pads.get_mut(slot))
                && missing <= PADDING_MAX
            {
                *pad = missing;
            }
        }
    }
    pads
}

/// The column of a row's stop, after what was put before it.
fn place(row: &Row<'_>, pads: &[usize], id: u8) -> Option<usize> {
    let slot = row.stops.iter().position(|stop| stop.id == id)?;
    let (stop, line) = (row.stops.get(slot)?, row.lines.first()?);
    let before: usize = pads.iter().take(slot).sum();
    Some(line.indent + columns(line.text.get(..stop.at)?) + before)
}

/// Whether no line becomes too long.
fn fits(run: &[Row<'_>], padding: &[Vec<usize>]) -> bool {
    run.iter().zip(padding).all(|(row, pads)| {
        let total: usize = pads.iter().sum();
        let moved = row.lines.iter().enumerate().filter(|(i, line)| *i == 0 || line.hangs);
        let longest = moved.map(|(_, line)| line.end()).max().unwrap_or(0);
        total == 0 || longest + total <= COLUMNS_MAX
    })
}

fn pad(row: &mut Row<'_>, pads: &[usize]) {
    let Some((first, others)) = row.lines.split_first_mut() else { return };
    for (stop, count) in row.stops.iter().zip(pads).rev() {
        first.text.insert_str(stop.at, &" ".repeat(*count));
    }
    let total: usize = pads.iter().sum();
    others.iter_mut().filter(|line| line.hangs).for_each(|line| line.indent += total);
}

fn put_remarks(run: &mut [Row<'_>]) {
    let ends = |row: &Row<'_>| row.lines.last().map_or(0, Line::end);
    let furthest = run.iter().map(ends).max().unwrap_or(0);
    for row in run {
        let Some(remark) = row.remark else { continue };
        let missing = furthest - ends(row);
        let Some(line) = row.lines.last_mut() else { continue };
        let padding = if missing <= PADDING_MAX { missing } else { 0 };
        line.text.push_str(&" ".repeat(padding + 2));
        line.text.push_str(remark);
    }
}
