//! Actions, and questions to the company's records: what their requests are made of, and what tells
//! errors.

use super::{Checked, Role, fail, role, within};
use crate::base::limits::{
    ACTION_RETRIES_MAX, ACTION_TIMEOUT_MAX_MS, LOOKUP_TIMEOUT_MAX_MS, PROFILE_KEPT_MAX_MS,
    PROFILE_KEPT_MIN_MS,
};
use crate::ir::{
    ActionDef, BodyValue, FieldDef, PROFILE_ID, Program, RequestDef, RequestPart, Type,
};

/// The methods that a request can be made with.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

pub(super) fn verify_action(program: &Program, action: &ActionDef) -> Checked {
    action.errors.iter().try_for_each(|e| role(program, e.cond, Role::Value, &action.name))?;
    let timeouts = 1..=ACTION_TIMEOUT_MAX_MS;
    if !timeouts.contains(&action.timeout_ms) || action.retries > ACTION_RETRIES_MAX {
        return fail(&action.name, "it is waited for, or tried again, without end");
    }
    let request = action.request.as_ref();
    if request.is_some_and(RequestDef::is_own) {
        let own = request.and_then(RequestDef::own);
        if own.is_none() || !action.is_effect || program.profile.confirm.is_none() {
            return fail(&action.name, "the server is asked what it does not answer");
        }
    }
    request.map_or(Ok(()), |request| verify_request(&action.name, action.params.len(), request))
}

/// What is asked of the company's records: of a profile that has an id, in a limited time.
pub(super) fn verify_profile(program: &Program) -> Checked {
    let is_id = |field: &FieldDef| field.name == PROFILE_ID && field.ty == Type::Text;
    let place = "customer";
    for lookup in program.profile.lookups() {
        if !program.customer.iter().any(is_id) {
            return fail(place, "what is looked up has no id");
        }
        let (timeouts, keeps) =
            (1..=LOOKUP_TIMEOUT_MAX_MS, PROFILE_KEPT_MIN_MS..=PROFILE_KEPT_MAX_MS);
        if !timeouts.contains(&lookup.timeout_ms) || !keeps.contains(&lookup.keep_ms) {
            return fail(place, "it is waited for, or kept, without end");
        }
        verify_request(place, 1, &lookup.request)?;
    }
    let channels = program.profile.find.iter().flat_map(|find| &find.channels);
    let channels = channels.chain(&program.profile.confirm);
    channels.into_iter().try_for_each(|id| within(id.0, program.channels.len(), place, "channel"))
}

fn verify_request(place: &str, params: usize, request: &RequestDef) -> Checked {
    if !METHODS.contains(&request.method.as_str()) {
        return fail(place, "there is no such method");
    }
    let param = |number: u32| within(number, params, place, "parameter");
    let parts = |parts: &[RequestPart]| {
        parts.iter().try_for_each(|part| match part {
            RequestPart::Param(number) => param(*number),
            RequestPart::Literal(_) | RequestPart::Env(_) => Ok(()),
        })
    };
    parts(&request.url)?;
    request.headers.iter().try_for_each(|(_, value)| parts(value))?;
    request.body.iter().flatten().try_for_each(|(_, value)| match value {
        BodyValue::Param(number) => param(*number),
        BodyValue::Text(text) => parts(text),
        BodyValue::Constant(_) => Ok(()),
    })
}
