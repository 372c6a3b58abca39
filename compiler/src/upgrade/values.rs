//! Values of a type of the old program as values of one of the new.

use flowright_nlu::value::Value;

use super::plan::ValuePlan;
use crate::ir::{ChoiceId, Exit, FuncId, Heap, Inst, Program, Terminator, Type};

/// What becomes of values of a type.
pub(super) fn value_plan(old: (&Program, &Type), new: (&Program, &Type)) -> ValuePlan {
    match (old.1, new.1) {
        (Type::Choice(was), Type::Choice(is)) => choice_plan((old.0, *was), (new.0, *is)),
        (Type::List(was), Type::List(is)) => match value_plan((old.0, was), (new.0, is)) {
            ValuePlan::Never => ValuePlan::Never,
            ValuePlan::Same => ValuePlan::Same,
            item => ValuePlan::List(Box::new(item)),
        },
        (Type::Record(was), Type::Record(is)) => {
            let field = |field: &crate::ir::FieldType| {
                let number = was.iter().position(|known| known.name == field.name)?;
                let before = was.get(number)?;
                let plan = value_plan((old.0, &before.ty), (new.0, &field.ty));
                (plan != ValuePlan::Never).then_some((u32::try_from(number).ok()?, plan))
            };
            let fields: Vec<_> = is.iter().map(field).collect();
            let unchanged = |(place, field): (u32, &Option<(u32, ValuePlan)>)| {
                *field == Some((place, ValuePlan::Same))
            };
            if fields.len() == was.len() && (0..).zip(&fields).all(unchanged) {
                ValuePlan::Same
            } else {
                ValuePlan::Record(fields)
            }
        }
        (was, is) if was == is => ValuePlan::Same,
        _ => ValuePlan::Never,
    }
}

fn choice_plan(old: (&Program, ChoiceId), new: (&Program, ChoiceId)) -> ValuePlan {
    let (Some(was), Some(is)) =
        (old.0.choices.get(old.1.index()), new.0.choices.get(new.1.index()))
    else {
        return ValuePlan::Never;
    };
    let place = |name: &str| {
        let number = is.options.iter().position(|option| option.name == name)?;
        u16::try_from(number).ok()
    };
    let places: Vec<_> = was.options.iter().map(|option| place(&option.name)).collect();
    if (0..).zip(&places).all(|(number, place)| *place == Some(number)) {
        return ValuePlan::Same;
    }
    if places.iter().all(Option::is_none) { ValuePlan::Never } else { ValuePlan::Choice(places) }
}

/// Whether every value has its place.
pub(super) fn is_total(plan: &ValuePlan) -> bool {
    match plan {
        ValuePlan::Same => true,
        ValuePlan::Never => false,
        ValuePlan::Choice(places) => places.iter().all(Option::is_some),
        ValuePlan::List(item) => is_total(item),
        ValuePlan::Record(fields) => {
            fields.iter().all(|field| field.as_ref().is_some_and(|(_, plan)| is_total(plan)))
        }
    }
}

/// What a function gives that always gives the same.
pub(super) fn fixed_value(program: &Program, function: FuncId) -> Option<Value> {
    let function = program.functions.get(function.index())?;
    let [block] = function.blocks.as_slice() else { return None };
    let ([Inst::Const { dst, value }], Terminator::Exit { exit, args }) =
        (block.insts.as_slice(), &block.end)
    else {
        return None;
    };
    let gives = matches!(function.exits.get(*exit as usize), Some(Exit::Value));
    if !gives || args.as_slice() != [*dst] {
        return None;
    }
    let cell = crate::ir::interp::constant(*value);
    Heap::default().value(cell, &program.strings)
}

/// How a type is called in messages.
pub(super) fn type_words(program: &Program, ty: &Type) -> String {
    match ty {
        Type::Text => "text".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Money => "money".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::DateTime => "datetime".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Choice(id) => {
            let options = program.choices.get(id.index()).map_or(&[][..], |c| &c.options);
            let names: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
            format!("one_of {{ {} }}", names.join(", "))
        }
        Type::List(item) => format!("list of {}", type_words(program, item)),
        Type::Record(fields) => {
            let field =
                |f: &crate::ir::FieldType| format!("{}: {}", f.name, type_words(program, &f.ty));
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}
