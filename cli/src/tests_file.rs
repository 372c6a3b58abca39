//! A file of a project that conversations are added to, as `test` blocks.

use std::collections::BTreeSet;
use std::path::Path;

use crate::failure::{Failure, write_file};

/// Its text, with what is added.
pub(crate) struct TestsFile<'p> {
    path: &'p Path,
    text: String,
    added: usize,
}

impl<'p> TestsFile<'p> {
    /// Whether tests can stand in a file of this name.
    ///
    /// # Errors
    /// When nothing would read them there.
    pub(crate) fn check_name(path: &Path) -> Result<(), Failure> {
        if path.extension().is_some_and(|ext| ext == "flow") {
            return Ok(());
        }
        Err(Failure::new(format!("`{}` is not a `.flow` file", path.display()))
            .with_help("give a file of the project, such as tests.flow"))
    }

    /// The file as it is; it need not be there.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub(crate) fn open(path: &'p Path) -> Result<Self, Failure> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::file("read", path, &error)),
        };
        Ok(Self { path, text, added: 0 })
    }

    /// Whether a block is there already.
    fn has(&self, block: &str) -> bool {
        self.text.contains(block)
    }

    /// A name for a test that is to be added: its plain one, or that with a number where `taken` or
    /// the file has another test of that name. Nothing where the test is there already.
    pub(crate) fn name_for(
        &self,
        plain: &str,
        taken: &BTreeSet<&str>,
        block: impl Fn(&str) -> String,
    ) -> Option<String> {
        let mut name = plain.to_owned();
        let mut number = 2;
        loop {
            let block = block(&name);
            if self.has(&block) {
                return None;
            }
            let head = block.lines().next();
            if !taken.contains(name.as_str()) && !self.text.lines().any(|line| Some(line) == head) {
                return Some(name);
            }
            name = format!("{plain} ({number})");
            number += 1;
        }
    }

    /// Puts a block at the end.
    pub(crate) fn add(&mut self, block: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(block);
        self.added += 1;
    }

    /// Writes it, if anything was added; gives how many blocks were.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(self) -> Result<usize, Failure> {
        if self.added > 0 {
            write_file(self.path, self.text.as_bytes())?;
        }
        Ok(self.added)
    }
}
