//! Errors as callers of gRPC get them: a code, words, and when to come again.

use std::collections::HashMap;
use std::time::Duration;

use flowright_access::v1::Refusal;
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use crate::http::problem::Problem;
use crate::limits::GRPC_ERROR_CHARS_MAX;

/// Where the codes of errors belong.
const DOMAIN: &str = "flowright";

/// A problem as what a call ends with.
pub(super) fn of(problem: &Problem) -> Status {
    let mut details = ErrorDetails::new();
    if let Some(code) = problem.code {
        details.set_error_info(code, DOMAIN, HashMap::new());
    }
    let seconds = problem.retry_after_s;
    if let Some(seconds) = seconds {
        details.set_retry_info(Some(Duration::from_secs(seconds.into())));
    }
    let code = code(problem);
    let mut status = match (problem.code, seconds) {
        (None, None) => Status::new(code, text(problem)),
        _ => Status::with_error_details(code, text(problem), details),
    };
    // What clients that retry by themselves go by.
    if let Some(seconds) = seconds {
        let ms = MetadataValue::from(u64::from(seconds) * 1_000);
        status.metadata_mut().insert("grpc-retry-pushback-ms", ms);
    }
    status
}

/// A problem as what a message on a stream is answered.
pub(super) fn refusal(id: &str, problem: &Problem) -> Refusal {
    Refusal {
        id: id.to_owned(),
        code: code(problem) as i32,
        detail: cut(&problem.detail),
        help: problem.help.clone().unwrap_or_default(),
        reason: problem.code.unwrap_or_default().to_owned(),
        retry_after: problem
            .retry_after_s
            .map(|seconds| prost_types::Duration { seconds: seconds.into(), nanos: 0 }),
    }
}

/// The server goes down; what was not acknowledged is sent again to the next one.
pub(super) fn going_down() -> Status {
    of(&Problem::overloaded("the server goes down").with_help("come back and go on"))
}

/// The caller's time is over.
pub(super) fn too_late() -> Status {
    Status::deadline_exceeded(
        "the time for the answer is over; whatever was begun goes on, and the same id gets its answer",
    )
}

const fn code(problem: &Problem) -> Code {
    match (problem.status, problem.retry_after_s) {
        (400 | 413 | 415 | 422, _) => Code::InvalidArgument,
        (401, _) => Code::Unauthenticated,
        (403, _) => Code::PermissionDenied,
        (404, _) => Code::NotFound,
        (408, _) => Code::DeadlineExceeded,
        (409, _) => Code::FailedPrecondition,
        (429, _) => Code::ResourceExhausted,
        (503, _) => Code::Unavailable,
        (500, None) if problem.code.is_some() => Code::DataLoss,
        _ => Code::Internal,
    }
}

fn text(problem: &Problem) -> String {
    let detail = cut(&problem.detail);
    match &problem.help {
        Some(help) => format!("{detail}; {help}"),
        None => detail,
    }
}

/// A text may have words of the caller in it, of any length.
fn cut(text: &str) -> String {
    text.chars().take(GRPC_ERROR_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::{DispatchError, StoreError};

    #[test]
    fn errors_have_the_code_that_clients_act_on() {
        let text = String::new;
        let cases = [
            (DispatchError::SessionBusy, Code::ResourceExhausted, Some(1), None),
            (DispatchError::Overloaded, Code::Unavailable, Some(1), None),
            (DispatchError::BadCustomer(text()), Code::InvalidArgument, None, None),
            (DispatchError::NoSession(text()), Code::NotFound, None, None),
            (DispatchError::NotHandedOff, Code::FailedPrecondition, None, None),
            (DispatchError::HandedOffAgain, Code::FailedPrecondition, None, None),
            (DispatchError::NotTheOwner, Code::FailedPrecondition, None, None),
            (DispatchError::NoSkill, Code::InvalidArgument, None, None),
            (DispatchError::Engine(text()), Code::Internal, None, None),
            (StoreError::Failed(text()).into(), Code::Internal, None, None),
            (StoreError::Overloaded.into(), Code::Unavailable, Some(1), None),
            (StoreError::Full(text()).into(), Code::Unavailable, Some(5), Some("R0306")),
            (StoreError::Stopped(text()).into(), Code::Unavailable, Some(30), Some("R0307")),
            (
                StoreError::Damaged { what: "reply", cause: text() }.into(),
                Code::DataLoss,
                None,
                Some("R0304"),
            ),
        ];
        for (error, code, seconds, reason) in cases {
            let problem = Problem::from(error.clone());
            let status = of(&problem);
            assert_eq!(status.code(), code, "{error}");
            let details = status.get_error_details();
            let again = details.retry_info().and_then(|info| info.retry_delay);
            assert_eq!(again.map(|time| time.as_secs()), seconds, "{error}");
            let found = details.error_info().map(|info| info.reason.as_str());
            assert_eq!(found, reason, "{error}");
            let pushback = status.metadata().get("grpc-retry-pushback-ms").is_some();
            assert_eq!(pushback, seconds.is_some(), "{error}");
            let refused = refusal("m", &problem);
            assert_eq!(refused.code, code as i32, "{error}");
            assert_eq!(refused.reason, reason.unwrap_or_default(), "{error}");
        }
    }

    #[test]
    fn words_of_the_caller_do_not_make_a_header_long() {
        let status = of(&Problem::new(400, "ä".repeat(1 << 20)));
        assert_eq!(status.message().chars().count(), GRPC_ERROR_CHARS_MAX);
    }
}
