//! Types and values: nested no deeper than a source can say, and of choices that are there.
//! Everything that walks them later may do so without counting.

use flowright_nlu::value::Value;

use super::{Checked, fail, within};
use crate::base::limits::NESTING_MAX;
use crate::ir::{
    AnswerDef, BodyValue, MigrateRule, Place, Program, RecordCells, TestDef, TestStep, Type,
};

pub(super) fn verify(program: &Program) -> Checked {
    let slots = program.session_slots.iter().chain(program.flows.iter().flat_map(|f| &f.slots));
    let of_actions = program
        .actions
        .iter()
        .flat_map(|action| action.params.iter().map(|param| &param.ty).chain(&action.result));
    let types = (program.customer.iter().map(|field| &field.ty))
        .chain(slots.map(|slot| &slot.ty))
        .chain(program.flows.iter().flat_map(|flow| &flow.cell_types))
        .chain(program.entities.iter().map(|entity| &entity.ty))
        .chain(program.texts.iter().flat_map(|text| &text.params))
        .chain(of_actions);
    types.into_iter().try_for_each(|ty| verify_type(program, ty, NESTING_MAX))?;
    values(program).into_iter().try_for_each(|value| verify_value(value, NESTING_MAX))
}

/// Every value that the tables hold, but the text constants.
fn values(program: &Program) -> Vec<&Value> {
    let bodies = program.requests().filter_map(|request| request.body.as_ref()).flatten();
    let constants = bodies.filter_map(|(_, value)| match value {
        BodyValue::Constant(value) => Some(value),
        _ => None,
    });
    let lines = program.migrations.iter().flat_map(|migrate| &migrate.lines);
    let defaults = lines.filter_map(|line| match &line.rule {
        MigrateRule::SlotDefault { value, .. } => value.as_ref(),
        _ => None,
    });
    constants.chain(defaults).chain(program.tests.iter().flat_map(values_of_test)).collect()
}

fn values_of_test(test: &TestDef) -> Vec<&Value> {
    let mut values: Vec<&Value> = test.customer.iter().flatten().collect();
    for given in &test.givens {
        values.extend(given.args.iter().filter_map(|(_, value)| value.as_ref()));
        if let AnswerDef::Value(Some(value)) = &given.answer {
            values.push(value);
        }
    }
    for line in &test.lines {
        if let TestStep::Called { args, .. } = &line.kind {
            values.extend(args.iter().filter_map(|(_, value)| value.as_ref()));
        }
    }
    values
}

fn verify_type(program: &Program, ty: &Type, depth_left: usize) -> Checked {
    let Some(depth_left) = depth_left.checked_sub(1) else {
        return fail("types", "one is nested too deep");
    };
    match ty {
        Type::Choice(choice) => within(choice.0, program.choices.len(), "types", "choice"),
        Type::List(item) => verify_type(program, item, depth_left),
        Type::Record(fields) => {
            fields.iter().try_for_each(|field| verify_type(program, &field.ty, depth_left))
        }
        _ => Ok(()),
    }
}

fn verify_value(value: &Value, depth_left: usize) -> Checked {
    let Some(depth_left) = depth_left.checked_sub(1) else {
        return fail("values", "one is nested too deep");
    };
    match value {
        Value::List(items) => items.iter().try_for_each(|item| verify_value(item, depth_left)),
        Value::Record(fields) => {
            fields.iter().flatten().try_for_each(|field| verify_value(field, depth_left))
        }
        _ => Ok(()),
    }
}

/// The cells that a value is spread over lie where `place` allows, and are as many as its type has
/// fields, where that is known.
pub(super) fn verify_cells(
    cells: &RecordCells,
    ty: Option<&Type>,
    name: &str,
    place: &impl Fn(Place) -> Checked,
    depth_left: usize,
) -> Checked {
    let Some(depth_left) = depth_left.checked_sub(1) else {
        return fail(name, "a result is nested too deep");
    };
    match (cells, ty) {
        (RecordCells::One(at), _) => place(*at),
        (RecordCells::Fields(parts), Some(Type::Record(fields))) => {
            if parts.len() != fields.len() {
                return fail(name, "a result does not fit its cells");
            }
            parts.iter().zip(fields).try_for_each(|(part, field)| {
                verify_cells(part, Some(&field.ty), name, place, depth_left)
            })
        }
        (RecordCells::Fields(_), Some(_)) => fail(name, "a result does not fit its cells"),
        (RecordCells::Fields(parts), None) => {
            parts.iter().try_for_each(|part| verify_cells(part, None, name, place, depth_left))
        }
    }
}
