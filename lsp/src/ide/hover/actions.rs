//! Actions and what belongs to them.

use flowright_compiler::syntax::ast::{Action, Decl};
use flowright_compiler::syntax::write::duration;

use super::md::{Md, plain, tick};
use crate::ide::describe::cut;
use crate::ide::model::Model;
use crate::ide::snapshot::Snapshot;
use crate::ide::symbols::Kind;

/// Characters of an address that are shown.
const ADDRESS_SHOWN: usize = 200;

/// What an action does: its request, and what may go wrong.
pub(super) fn action(snapshot: &Snapshot, decl: &Decl, action: &Action, page: &mut Md) {
    page.par(match action.is_effect {
        true => "An effect: it changes the world, and is carried out once.",
        false => "Asks the outside world, and changes nothing.",
    });
    let source = |span| {
        let file = snapshot.model.decl(Kind::Action, &action.name.text).map(|(file, _)| file)?;
        Some(snapshot.analysis.sources.one_line(Model::at(file, decl, span)))
    };
    let mut lines = Vec::new();
    if let Some(request) = &action.request {
        let address = source(request.url.span).unwrap_or_default();
        let method = request.method.text.to_uppercase();
        lines.push(format!("{method} {}", plain(&cut(&address, ADDRESS_SHOWN))));
    }
    if let Some(timeout) = &action.timeout_ms {
        lines.push(format!("answers within {}", tick(&duration(timeout.value))));
    }
    if let Some(retries) = &action.retries {
        lines.push(format!("asked again up to {} times", retries.value));
    }
    for error in &action.errors {
        let cond = source(error.cond.span).unwrap_or_default();
        lines.push(format!("error {} when {}", tick(&error.name.text), tick(&cond)));
    }
    page.list(&lines);
}
