//! What every executor offers, and the state one run works on.

use std::sync::Arc;

use super::{Cell, FuncId, Heap, Place, Program};

/// Something handed to the shell by [`super::Inst::Emit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emitted {
    /// Which [`super::EmitDef`].
    pub emit: super::EmitId,
    /// Its values.
    pub args: Vec<Cell>,
}

/// Something worth recording that changed no result's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum Note {
    /// Two amounts of different currencies met in a comparison or sum (`R0101`).
    CurrencyMismatch = 1,
}

/// The state of one run: the cells it may reach, its budget, and what it hands over.
#[derive(Debug)]
pub struct RunContext {
    /// The program that runs.
    pub program: Arc<Program>,
    /// Cells by [`super::Space`] number; each at least as long as the program says.
    pub spaces: [Vec<Cell>; 4],
    /// Texts, lists and records that cells refer to.
    pub heap: Heap,
    /// Blocks that may still be entered; one is taken at each block's entry.
    pub fuel: u64,
    /// What was emitted, in order.
    pub emitted: Vec<Emitted>,
    /// The values of the exit taken.
    pub exit_args: Vec<Cell>,
    /// What was noted, in order, each kind at most once a run.
    pub notes: Vec<Note>,
    /// The program's regular expressions, compiled.
    pub regexes: Arc<Vec<regex::Regex>>,
    /// Registers of the interpreter, kept so that a run need not allocate them.
    pub(super) registers: Vec<Cell>,
}

/// A program's regular expressions, compiled: made once, shared by all contexts.
#[must_use]
pub fn compile_regexes(program: &Program) -> Arc<Vec<regex::Regex>> {
    // The verifier has made sure that all of them compile.
    let compile = |pattern: &String| regex::Regex::new(pattern).ok();
    Arc::new(program.regexes.iter().filter_map(compile).collect())
}

impl RunContext {
    /// A context with every cell empty.
    #[must_use]
    pub fn new(program: Arc<Program>, fuel: u64) -> Self {
        let regexes = compile_regexes(&program);
        Self::with_regexes(program, regexes, fuel)
    }

    /// The same with regular expressions from [`compile_regexes`].
    #[must_use]
    pub fn with_regexes(program: Arc<Program>, regexes: Arc<Vec<regex::Regex>>, fuel: u64) -> Self {
        let spaces = program.space_sizes().map(|cells| vec![Cell::EMPTY; cells as usize]);
        Self {
            program,
            spaces,
            heap: Heap::default(),
            fuel,
            emitted: Vec::new(),
            exit_args: Vec::new(),
            notes: Vec::new(),
            regexes,
            registers: Vec::new(),
        }
    }

    /// Forgets the last run and makes sure that the cells fit a program of these
    /// [`Program::space_sizes`].
    ///
    /// # Errors
    /// [`RunError::ContextTooSmall`].
    pub fn begin(&mut self, sizes: &[u32; 4]) -> Result<(), RunError> {
        self.emitted.clear();
        self.exit_args.clear();
        self.notes.clear();
        let fits = self.spaces.iter().zip(sizes).all(|(cells, size)| cells.len() >= *size as usize);
        if fits { Ok(()) } else { Err(RunError::ContextTooSmall) }
    }

    /// A cell's content.
    #[must_use]
    pub fn cell(&self, place: Place) -> Cell {
        let cells = self.spaces.get(place.space as usize);
        cells.and_then(|cells| cells.get(place.index as usize)).copied().unwrap_or(Cell::EMPTY)
    }

    /// Changes a cell.
    pub fn set_cell(&mut self, place: Place, cell: Cell) {
        let cells = self.spaces.get_mut(place.space as usize);
        if let Some(target) = cells.and_then(|cells| cells.get_mut(place.index as usize)) {
            *target = cell;
        }
    }

    /// Records a note unless it is there already.
    pub fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

/// Why a run did not reach an exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The budget of blocks is spent.
    #[error("the step budget is spent")]
    OutOfFuel,
    /// There is no such function.
    #[error("the program has no function {}", .0.0)]
    NoSuchFunction(FuncId),
    /// A space is smaller than the program needs.
    #[error("the context does not fit the program")]
    ContextTooSmall,
}

/// Runs functions of one program.
pub trait Executor: Send + Sync + std::fmt::Debug {
    /// Runs `function` on `cx` to one of its exits and gives the exit's number; its values are in
    /// `cx.exit_args`. `emitted`, `notes` and `exit_args` are cleared first.
    ///
    /// # Errors
    /// See [`RunError`]. Cells may have been changed by then.
    fn run(&self, function: FuncId, cx: &mut RunContext) -> Result<u32, RunError>;

    /// The program whose functions it runs.
    fn program(&self) -> &Arc<Program>;
}
