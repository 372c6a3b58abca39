//! Expressions that somebody asks about a session of a compiled project, evaluated over its cells: the
//! conditions of breakpoints, what is watched, values that are typed in.

use std::sync::Arc;

use flowright_nlu::value::Value;

pub use crate::sema::asked::Wanted;

use crate::base::is_standard;
use crate::compile::Analysis;
use crate::diag::Diagnostic;
use crate::ir::interp::Interpreter;
use crate::ir::lower::lower_asked;
use crate::ir::{Executor as _, FlowId, FuncId, Program, RunContext, Type, compile_regexes};
use crate::project::Files;
use crate::sema::{self, File};
use crate::syntax::literal::expression;

/// Blocks that an expression may take.
const FUEL: u64 = 10_000;

/// Takes expressions for one project.
#[derive(Debug)]
pub struct Asker {
    files: Vec<File>,
    /// The program without what expressions do not need.
    tables: Program,
}

impl Asker {
    /// For a project and what it was compiled to.
    #[must_use]
    pub fn new(analysis: &Analysis, program: &Program) -> Self {
        let texts = analysis.sources.iter().map(|(_, file)| file);
        let own = texts.filter(|file| !is_standard(&file.label) && file.label.ends_with(".flow"));
        let own = own.map(|file| (file.label.clone(), Arc::clone(&file.text))).collect();
        let files = Files::default().load(own).files;
        let mut tables = program.clone();
        tables.functions = Vec::new();
        tables.texts = Vec::new();
        tables.emits = Vec::new();
        tables.intents = Vec::new();
        tables.tests = Vec::new();
        tables.knowledge = Vec::new();
        Self { files, tables }
    }

    /// Takes an expression in the scope of a flow of that project, or of none.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn ask(
        &self,
        analysis: &Analysis,
        flow: Option<FlowId>,
        text: &str,
        wanted: Wanted<'_>,
    ) -> Result<Asked, String> {
        let compiled = analysis.project.as_ref().zip(analysis.model.as_ref());
        let (project, model) = compiled.ok_or("the project has errors")?;
        let expr = expression(text.trim()).ok_or_else(|| format!("`{text}` is no expression"))?;
        let flow = flow.and_then(|flow| project.flows.get(flow.index()));
        let checked =
            sema::asked::expression(project, &self.files, flow.map(|f| &**f), &expr, wanted);
        let (expr, regexes) = checked.map_err(|findings| in_words(&findings))?;
        let (function, strings) = lower_asked(project, model, &expr);
        let program = Arc::new(Program {
            functions: vec![function],
            strings,
            regexes,
            ..self.tables.clone()
        });
        let regexes = compile_regexes(&program);
        Ok(Asked { ty: expr.ty, interpreter: Interpreter::new(program), regexes })
    }
}

/// The first error, with what helps.
fn in_words(findings: &[Diagnostic]) -> String {
    let Some(finding) = findings.iter().find(|finding| finding.is_error()) else {
        return "this has no value".to_owned();
    };
    match finding.help.first() {
        Some(help) => format!("{}; {help}", finding.message),
        None => finding.message.clone(),
    }
}

/// An expression that was taken.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Of what type its value is.
    pub ty: Type,
    interpreter: Interpreter,
    regexes: Arc<Vec<regex::Regex>>,
}

impl Asked {
    /// Its value over cells, by the number of their [`crate::ir::Space`].
    #[must_use]
    pub fn value(&self, cells: [&[Option<Value>]; 4]) -> Option<Value> {
        let program = self.interpreter.program();
        let regexes = Arc::clone(&self.regexes);
        let mut cx = RunContext::with_regexes(Arc::clone(program), regexes, FUEL);
        for (space, values) in cx.spaces.iter_mut().zip(cells) {
            for (cell, value) in space.iter_mut().zip(values) {
                *cell = cx.heap.cell(value.as_ref());
            }
        }
        self.interpreter.run(FuncId(0), &mut cx).ok()?;
        cx.heap.value(*cx.exit_args.first()?, &program.strings)
    }
}
