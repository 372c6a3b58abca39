//! What is known at a moment, as editors list it: the slots and results of a flow, what the session
//! keeps, the customer, the turn.

use flowright_compiler::ir::{FieldDef, Place, Program, SlotDef, Space, Type, turn};
use flowright_nlu::value::Value;
use serde_json::{Value as Json, json};

use super::record::{Scene, Write};
use super::target::Target;
use super::values::{self, cells, shown, type_name};

/// Lists that may be open at once.
const HANDLES_MAX: usize = 10_000;
/// Scopes of one moment.
const SCOPES_MAX: usize = 5;

/// A list of variables.
#[derive(Debug, Clone, PartialEq, Eq)]
enum List {
    /// Cells of a space, of those whose names begin so; of a flow under way in the flow space.
    Cells { space: Space, frame: Option<usize>, part: Part, prefix: String },
    /// What is inside a value.
    Inside(Type, Value),
}

/// Which cells of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Slots,
    Results,
    All,
}

/// The lists of a stop, by their numbers from 1.
#[derive(Debug, Default)]
pub(super) struct Lists(Vec<List>);

/// A cell by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) place: Place,
}

impl Lists {
    fn add(&mut self, list: List) -> usize {
        if self.0.len() >= HANDLES_MAX {
            return 0;
        }
        self.0.push(list);
        self.0.len()
    }

    /// The scopes of a flow under way, or of the conversation.
    pub(super) fn scopes(&mut self, target: &Target, scene: &Scene, frame: Option<usize>) -> Json {
        // Lists that were opened before are gone then, which is said when they are asked for.
        if self.0.len() + SCOPES_MAX > HANDLES_MAX {
            self.0.clear();
        }
        let mut scopes = Vec::new();
        let mut scope = |lists: &mut Self, name: &str, space, part, hint: Option<&str>| {
            let frame = frame.filter(|_| space == Space::Flow);
            if named(target, scene, space, frame, part).is_empty() {
                return;
            }
            let prefix = String::new();
            let list = lists.add(List::Cells { space, frame, part, prefix });
            let mut scope = json!({ "name": name, "variablesReference": list, "expensive": false });
            if let (Some(hint), Some(scope)) = (hint, scope.as_object_mut()) {
                scope.insert("presentationHint".to_owned(), json!(hint));
            }
            scopes.push(scope);
        };
        if frame.is_some() {
            scope(self, "Slots", Space::Flow, Part::Slots, Some("locals"));
            scope(self, "Results", Space::Flow, Part::Results, None);
        }
        scope(self, "Session", Space::Session, Part::All, None);
        scope(self, "Customer", Space::Customer, Part::All, None);
        scope(self, "Turn", Space::Turn, Part::All, None);
        json!({ "scopes": scopes })
    }

    /// What a list has.
    pub(super) fn variables(
        &mut self,
        target: &Target,
        scene: &Scene,
        number: usize,
    ) -> Option<Vec<Json>> {
        let list = self.0.get(number.checked_sub(1)?)?.clone();
        Some(match list {
            List::Cells { space, frame, part, prefix } => {
                self.cells(target, scene, (space, frame, part), &prefix)
            }
            List::Inside(ty, value) => self.inside(target.tables(), &ty, &value),
        })
    }

    fn cells(
        &mut self,
        target: &Target,
        scene: &Scene,
        (space, frame, part): (Space, Option<usize>, Part),
        prefix: &str,
    ) -> Vec<Json> {
        let mut variables: Vec<Json> = Vec::new();
        let mut groups: Vec<String> = Vec::new();
        for cell in named(target, scene, space, frame, part) {
            let Some(rest) = cell.name.strip_prefix(prefix) else { continue };
            // A record that is spread over cells is shown as one thing.
            if let Some((group, _)) = rest.split_once('.') {
                let group = format!("{prefix}{group}");
                if groups.contains(&group) {
                    continue;
                }
                variables.push(self.group(&group, prefix, (space, frame, part)));
                groups.push(group);
                continue;
            }
            let value = value_at(scene, frame, cell.place);
            let owner = if space == Space::Customer { "customer." } else { "" };
            let path = format!("{owner}{}", cell.name);
            let mut one = self.one(target.tables(), rest, &cell.ty, value);
            if let Some(one) = one.as_object_mut() {
                one.insert("evaluateName".to_owned(), json!(path));
                if space == Space::Turn {
                    one.insert(
                        "presentationHint".to_owned(),
                        json!({ "attributes": ["readOnly"] }),
                    );
                }
            }
            variables.push(one);
        }
        variables
    }

    /// A record that is spread over cells.
    fn group(
        &mut self,
        path: &str,
        prefix: &str,
        (space, frame, part): (Space, Option<usize>, Part),
    ) -> Json {
        let name = path.strip_prefix(prefix).unwrap_or(path);
        let list = self.add(List::Cells { space, frame, part, prefix: format!("{path}.") });
        json!({
            "name": name, "value": "{…}", "type": "record", "variablesReference": list,
            "evaluateName": path,
        })
    }

    /// A variable with what is inside it.
    pub(super) fn one(
        &mut self,
        program: &Program,
        name: &str,
        ty: &Type,
        value: Option<&Value>,
    ) -> Json {
        let list = match (ty, value) {
            (Type::Record(_), Some(value @ Value::Record(_))) => {
                self.add(List::Inside(ty.clone(), value.clone()))
            }
            (Type::List(_), Some(Value::List(items))) if !items.is_empty() => {
                self.add(List::Inside(ty.clone(), Value::List(items.clone())))
            }
            _ => 0,
        };
        json!({
            "name": name, "value": shown(program, ty, value), "type": type_name(program, ty),
            "variablesReference": list,
        })
    }

    fn inside(&mut self, program: &Program, ty: &Type, value: &Value) -> Vec<Json> {
        match (ty, value) {
            (Type::Record(fields), Value::Record(values)) => {
                let fields = fields.iter().zip(values);
                fields.map(|(f, value)| self.one(program, &f.name, &f.ty, value.as_ref())).collect()
            }
            (Type::List(item), Value::List(items)) => {
                let items = (0..).zip(items).map(|(number, value): (usize, _)| {
                    self.one(program, &number.to_string(), item, Some(value))
                });
                items.collect()
            }
            _ => Vec::new(),
        }
    }

    /// What is written where a variable of a list is set.
    ///
    /// # Errors
    /// Why it cannot be set, in words.
    pub(super) fn set(
        &self,
        target: &Target,
        scene: &Scene,
        number: usize,
        (name, text): (&str, &str),
    ) -> Result<(Named, Write), String> {
        let list = number.checked_sub(1).and_then(|number| self.0.get(number));
        let Some(List::Cells { space, frame, part, prefix }) = list else {
            return Err("what is inside a value is not set by itself: set the whole".to_owned());
        };
        let path = format!("{prefix}{name}");
        let cell = named(target, scene, *space, *frame, *part).into_iter();
        let cell = cell.into_iter().find(|cell| cell.name == path);
        let cell = cell.ok_or_else(|| format!("`{path}` is not one value: set its parts"))?;
        let write = write(target, scene, *frame, &cell, text)?;
        Ok((cell, write))
    }
}

/// What sets a cell to a value that was typed in.
///
/// # Errors
/// Why not, in words.
pub(super) fn write(
    target: &Target,
    scene: &Scene,
    frame: Option<usize>,
    cell: &Named,
    text: &str,
) -> Result<Write, String> {
    if cell.place.space == Space::Turn {
        return Err(format!("`{}` is what the turn brings: it is not set", cell.name));
    }
    let value = values::typed_in(target, scene, frame, &cell.ty, text)?;
    let frame = frame.unwrap_or(scene.frames.len().saturating_sub(1));
    Ok(Write { frame, place: cell.place, value })
}

/// A cell that a flow under way sees, by its path.
pub(super) fn find(
    target: &Target,
    scene: &Scene,
    frame: Option<usize>,
    path: &str,
) -> Option<Named> {
    let of = |space, frame, path: &str| {
        let cells = named(target, scene, space, frame, Part::All);
        cells.into_iter().find(|cell| cell.name == path)
    };
    let local = frame.and_then(|_| of(Space::Flow, frame, path));
    local.or_else(|| of(Space::Session, None, path)).or_else(|| {
        let field = path.strip_prefix("customer.")?;
        of(Space::Customer, None, field)
    })
}

/// The value of a cell.
pub(super) fn value_at(scene: &Scene, frame: Option<usize>, place: Place) -> Option<&Value> {
    let spaces = cells(scene, frame);
    spaces.get(place.space as usize)?.get(place.index as usize)?.as_ref()
}

/// The record of a path that is spread over cells, as one value is shown.
pub(super) fn spread(
    target: &Target,
    scene: &Scene,
    frame: Option<usize>,
    path: &str,
) -> Option<String> {
    let prefix = format!("{path}.");
    let parts = named(target, scene, Space::Flow, Some(frame?), Part::All).into_iter();
    let shown = parts.filter_map(|cell| {
        let name = cell.name.strip_prefix(&prefix)?.to_owned();
        let value = value_at(scene, frame, cell.place);
        Some(format!("{name}: {}", shown(target.tables(), &cell.ty, value)))
    });
    let shown: Vec<String> = shown.collect();
    (!shown.is_empty()).then(|| format!("{{ {} }}", shown.join(", ")))
}

fn named(
    target: &Target,
    scene: &Scene,
    space: Space,
    frame: Option<usize>,
    part: Part,
) -> Vec<Named> {
    let program = target.tables();
    let number = |(index, (name, ty)): (u32, (String, Type))| Named {
        name,
        ty,
        place: Place { space, index },
    };
    match space {
        Space::Customer => {
            let field = |field: &FieldDef| (field.name.clone(), field.ty.clone());
            (0..).zip(program.customer.iter().map(field)).map(number).collect()
        }
        Space::Session => {
            let slot = |slot: &SlotDef| (slot.name.clone(), slot.ty.clone());
            (0..).zip(program.session_slots.iter().map(slot)).map(number).collect()
        }
        Space::Turn => {
            let cell = |(name, index, ty): (&str, u32, Type)| Named {
                name: name.to_owned(),
                ty,
                place: Place { space, index },
            };
            turn_cells().into_iter().map(cell).collect()
        }
        Space::Flow => {
            let flow = values::frame_flow(scene, frame).and_then(|flow| target.flow(flow));
            let Some(flow) = flow else { return Vec::new() };
            let cells = flow.cell_names.iter().cloned().zip(flow.cell_types.iter().cloned());
            let is_slot = |cell: &Named| flow.slots.iter().any(|slot| slot.place == cell.place);
            let wanted = |cell: &Named| match part {
                Part::All => true,
                Part::Slots => is_slot(cell),
                Part::Results => !is_slot(cell),
            };
            (0..).zip(cells).map(number).filter(wanted).collect()
        }
    }
}

/// What the turn brings, by the language's names for it.
fn turn_cells() -> [(&'static str, u32, Type); 12] {
    [
        ("utterance", turn::UTTERANCE, Type::Text),
        ("intent", turn::INTENT, Type::Text),
        ("confidence", turn::CONFIDENCE, Type::Number),
        ("runner_up", turn::RUNNER_UP, Type::Number),
        ("sentiment", turn::SENTIMENT, Type::Number),
        ("misses", turn::MISSES, Type::Number),
        ("channel", turn::CHANNEL, Type::Text),
        ("language", turn::LANGUAGE, Type::Text),
        ("today", turn::TODAY, Type::Date),
        ("now", turn::NOW, Type::DateTime),
        ("business_hours", turn::BUSINESS_HOURS, Type::Bool),
        ("reachable", turn::REACHABLE, Type::List(Box::new(Type::Text))),
    ]
}
