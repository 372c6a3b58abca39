//! Expressions that are watched, hovered over and typed in; values that are set.

use flowright_compiler::asked::Wanted;
use serde_json::{Value as Json, json};

use super::run::Run;
use super::values::{cells, frame_flow, shown};
use super::variables::{self, value_at};

impl Run {
    /// An expression where one is, in a flow under way.
    ///
    /// # Errors
    /// Why it has no value, in words.
    pub(super) fn evaluate(&mut self, text: &str, frame: Option<usize>) -> Result<Json, String> {
        let text = text.trim();
        let scene = self.scene();
        let target = std::rc::Rc::clone(&self.target);
        if let Some(cell) = variables::find(&target, &scene, frame, text) {
            let value = value_at(&scene, frame, cell.place);
            let one = self.lists.one(target.tables(), &cell.name, &cell.ty, value);
            return Ok(result(one));
        }
        if let Some(spread) = variables::spread(&target, &scene, frame, text) {
            return Ok(json!({ "result": spread, "type": "record", "variablesReference": 0 }));
        }
        let asked = target.ask(frame_flow(&scene, frame), text, Wanted::Value)?;
        let value = asked.value(cells(&scene, frame));
        Ok(result(self.lists.one(target.tables(), text, &asked.ty, value.as_ref())))
    }

    /// Sets a variable of a list.
    ///
    /// # Errors
    /// Why it cannot be, in words.
    pub(super) fn set_variable(
        &mut self,
        list: usize,
        name: &str,
        text: &str,
    ) -> Result<Json, String> {
        let scene = self.scene();
        let (cell, write) = self.lists.set(&self.target, &scene, list, (name, text))?;
        self.written(&cell, write)
    }

    /// Sets what an expression names.
    ///
    /// # Errors
    /// Why it cannot be, in words.
    pub(super) fn set_expression(
        &mut self,
        path: &str,
        text: &str,
        frame: Option<usize>,
    ) -> Result<Json, String> {
        let scene = self.scene();
        let cell = variables::find(&self.target, &scene, frame, path.trim());
        let cell = cell.ok_or_else(|| format!("`{path}` is no slot or result: it is not kept"))?;
        let write = variables::write(&self.target, &scene, frame, &cell, text)?;
        self.written(&cell, write)
    }

    fn written(
        &mut self,
        cell: &variables::Named,
        write: super::record::Write,
    ) -> Result<Json, String> {
        let value = write.value.clone();
        let shown = shown(self.target.tables(), &cell.ty, value.as_ref());
        self.set(&cell.name, &shown, write)?;
        let target = std::rc::Rc::clone(&self.target);
        let mut one = self.lists.one(target.tables(), &cell.name, &cell.ty, value.as_ref());
        if let Some(one) = one.as_object_mut() {
            one.remove("name");
        }
        Ok(one)
    }
}

/// A variable as the result of an expression.
fn result(mut variable: Json) -> Json {
    if let Some(variable) = variable.as_object_mut() {
        variable.remove("name");
        if let Some(value) = variable.remove("value") {
            variable.insert("result".to_owned(), value);
        }
    }
    variable
}
