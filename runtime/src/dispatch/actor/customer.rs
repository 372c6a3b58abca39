//! Who the customer is, by whoever vouches for her.

use flowright_compiler::ir::{FieldDef, Program};
use flowright_engine::json::value_from_json;
use flowright_engine::model::Event;
use flowright_nlu::value::Value;

use super::Actor;
use crate::dispatch::DispatchError;

impl Actor {
    /// Learns who the customer is, when that changes anything.
    pub(super) async fn meet(
        &mut self,
        customer: Option<&serde_json::Value>,
    ) -> Result<(), DispatchError> {
        let (Some(json), Some(live)) = (customer, &self.live) else { return Ok(()) };
        let current = self.inner.programs.current();
        let profile = read_customer(&live.program.program, &current.program, json)?;
        if profile != live.session.customer {
            self.step(Event::Customer { profile }, None).await?;
        }
        Ok(())
    }
}

/// A customer's profile from JSON, by the fields that the session's program declares. What only the
/// current one declares is passed over: whoever sends it knows no other.
fn read_customer(
    program: &Program,
    current: &Program,
    json: &serde_json::Value,
) -> Result<Vec<Option<Value>>, DispatchError> {
    let bad = |cause: String| DispatchError::BadCustomer(cause);
    let object = json.as_object().ok_or_else(|| bad("expected an object".to_owned()))?;
    let declared = |by: &Program, name: &str| by.customer.iter().any(|field| field.name == name);
    let known = |name: &str| declared(program, name) || declared(current, name);
    if let Some(name) = object.keys().find(|name| !known(name)) {
        let names: Vec<&str> = program.customer.iter().map(|f| f.name.as_str()).collect();
        return Err(bad(format!("`{name}` is not a field; there are {}", names.join(", "))));
    }
    let field = |field: &FieldDef| match object.get(&field.name) {
        Some(json) => value_from_json(program, &field.ty, json)
            .map_err(|e| bad(format!("{}: {e}", field.name))),
        None => Ok(None),
    };
    program.customer.iter().map(field).collect()
}
