//! Actions: what their requests are made of, and what tells their errors.

use super::{Checked, Role, fail, role, within};
use crate::base::limits::{ACTION_RETRIES_MAX, ACTION_TIMEOUT_MAX_MS};
use crate::ir::{ActionDef, BodyValue, Program, RequestDef, RequestPart};

/// The methods that a request can be made with.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

pub(super) fn verify_action(program: &Program, action: &ActionDef) -> Checked {
    action.errors.iter().try_for_each(|e| role(program, e.cond, Role::Value, &action.name))?;
    let timeouts = 1..=ACTION_TIMEOUT_MAX_MS;
    if !timeouts.contains(&action.timeout_ms) || action.retries > ACTION_RETRIES_MAX {
        return fail(&action.name, "it is waited for, or tried again, without end");
    }
    action.request.as_ref().map_or(Ok(()), |request| verify_request(action, request))
}

fn verify_request(action: &ActionDef, request: &RequestDef) -> Checked {
    if !METHODS.contains(&request.method.as_str()) {
        return fail(&action.name, "there is no such method");
    }
    let param = |number: u32| within(number, action.params.len(), &action.name, "parameter");
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
