//! Values as they are shown and typed in: in the language's own words where it has some, else as JSON.

use flowright_compiler::asked::Wanted;
use flowright_compiler::ir::{FlowId, Program, Type};
use flowright_engine::json::{value_from_json, value_to_json};
use flowright_engine::transcript::literal;
use flowright_nlu::value::Value;

use super::record::Scene;
use super::target::Target;

/// What stands for no value.
pub(super) const EMPTY: &str = "empty";

/// A value as it is shown.
pub(super) fn shown(program: &Program, ty: &Type, value: Option<&Value>) -> String {
    let Some(value) = value else { return EMPTY.to_owned() };
    literal(program, ty, value).unwrap_or_else(|| value_to_json(program, ty, value).to_string())
}

/// What a type is called.
pub(super) fn type_name(program: &Program, ty: &Type) -> String {
    match ty {
        Type::Text => "text".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Money => "money".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::DateTime => "datetime".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Choice(choice) => {
            let choice = program.choices.get(choice.index());
            choice.map_or_else(|| "choice".to_owned(), |choice| choice.name.clone())
        }
        Type::List(item) => format!("list of {}", type_name(program, item)),
        Type::Record(_) => "record".to_owned(),
    }
}

/// The cells of a scene that an expression in a flow under way sees, by space.
pub(super) fn cells(scene: &Scene, frame: Option<usize>) -> [&[Option<Value>]; 4] {
    let frame = frame.and_then(|frame| scene.frames.get(frame));
    let flow = frame.map_or(&[][..], |frame| &*frame.cells);
    [&*scene.turn, &*scene.customer, &*scene.slots, flow]
}

/// A value that was typed in: an expression of the language; a list or record as JSON; a text also
/// without quotes.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn typed_in(
    target: &Target,
    scene: &Scene,
    frame: Option<usize>,
    ty: &Type,
    text: &str,
) -> Result<Option<Value>, String> {
    let text = text.trim();
    if text.is_empty() || text == EMPTY {
        return Ok(None);
    }
    let program = target.tables();
    if matches!(ty, Type::List(_) | Type::Record(_) | Type::DateTime) {
        let json = serde_json::from_str(text).map_err(|e| format!("this is no JSON: {e}"))?;
        return value_from_json(program, ty, &json);
    }
    let flow = frame_flow(scene, frame);
    match target.ask(flow, text, Wanted::Of(ty)) {
        Ok(asked) => Ok(asked.value(cells(scene, frame))),
        Err(_) if *ty == Type::Text && !text.contains('"') => {
            Ok(Some(Value::Text(text.to_owned())))
        }
        Err(cause) => Err(cause),
    }
}

/// The flow of a frame.
pub(super) fn frame_flow(scene: &Scene, frame: Option<usize>) -> Option<FlowId> {
    scene.frames.get(frame?).map(|frame| frame.flow)
}
