//! A bundle ready to run.

use std::sync::Arc;

use flowright_compiler::bundle::Bundle;
use flowright_compiler::ir::interp::Interpreter;
use flowright_compiler::ir::verify::VerifiedProgram;
use flowright_compiler::ir::{Executor, compile_regexes};
use flowright_nlu::{Encoder, Model, ModelError, Understander};

/// A program with what runs it and what understands for it.
#[derive(Debug, Clone)]
pub struct LoadedProgram {
    /// The bundle's hash: sessions are pinned to it.
    pub bundle: [u8; 32],
    /// Tables and functions.
    pub program: VerifiedProgram,
    /// Interpreter or machine code.
    pub executor: Arc<dyn Executor>,
    /// The program's regular expressions, compiled.
    pub regexes: Arc<Vec<regex::Regex>>,
    /// Intents and entities.
    pub understander: Arc<Understander>,
}

impl LoadedProgram {
    /// Prepares a bundle that was read or made here, to run in the interpreter.
    ///
    /// # Errors
    /// A damaged intent model, or one that needs a sentence encoder.
    pub fn interpreted(bundle: Bundle, hash: [u8; 32]) -> Result<Self, ModelError> {
        Self::interpreted_with(bundle, hash, None)
    }

    /// The same with the sentence encoder that the project names, if any.
    ///
    /// # Errors
    /// A damaged intent model, or one that needs another sentence encoder.
    pub fn interpreted_with(
        bundle: Bundle,
        hash: [u8; 32],
        encoder: Option<Arc<dyn Encoder>>,
    ) -> Result<Self, ModelError> {
        let model = Model::from_bytes(&bundle.model)?;
        let understander = Understander::with_encoder(model, encoder)?;
        let program = bundle.program;
        Ok(Self {
            bundle: hash,
            executor: Arc::new(Interpreter::new(Arc::clone(&program))),
            regexes: compile_regexes(&program),
            program,
            understander: Arc::new(understander),
        })
    }

    /// The same program run by another executor.
    #[must_use]
    pub fn with_executor(mut self, executor: Arc<dyn Executor>) -> Self {
        self.executor = executor;
        self
    }
}
