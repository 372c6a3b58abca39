//! What a page is told besides replies.

use serde_json::{Value as Json, json};

use crate::dispatch::{DispatchError, StoreError, Typing};
use crate::http::problem::Problem;
use crate::http::sessions::status_word;

/// Who has the conversation.
pub(super) fn status(handed_off: bool) -> Json {
    json!({ "type": "status", "status": status_word(handed_off) })
}

/// Who is writing.
pub(in crate::http) fn writing(who: &Typing) -> Json {
    match who {
        Typing::Bot => json!({ "who": "bot" }),
        Typing::Customer { .. } => json!({ "who": "customer" }),
        Typing::Agent { name } => json!({ "who": "agent", "agent": name }),
    }
}

/// Whether what kept something from being done is over soon by itself.
pub(super) const fn passes_soon(error: &DispatchError) -> bool {
    matches!(
        error,
        DispatchError::Overloaded
            | DispatchError::SessionBusy
            | DispatchError::Store(StoreError::Overloaded | StoreError::Full(_))
    )
}

/// What went wrong, with what the page calls it.
pub(in crate::http) fn error(id: Option<&str>, problem: &Problem) -> Json {
    json!({ "type": "error", "id": id, "problem": problem.json() })
}
