//! Codes where nothing is sent: `flowright chat` shows what would be.

use std::collections::BTreeMap;

use flowright_access::code::CodeKey;
use flowright_access::email::Address;
use flowright_compiler::ir::{ActionDef, OwnRequest, RequestDef};
use flowright_engine::LoadedProgram;
use flowright_engine::model::{ActionResult, PendingCall, Session};

use super::{
    CodeAnswer, CodeState, Letter, Said, StoredCode, answer, channel, new_code, salt, text,
};
use crate::limits::CODE_TRIES_MAX;

/// Sends nothing and links nothing: what a code comes to by itself. How often one is sent is not counted.
#[derive(Debug)]
pub struct Rehearsal {
    key: CodeKey,
    codes: BTreeMap<String, StoredCode>,
}

impl Rehearsal {
    /// With a key of its own.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn new() -> Result<Self, String> {
        Ok(Self { key: CodeKey::new(&salt()?), codes: BTreeMap::new() })
    }

    /// The answer to a call that a server answers itself, and the message that would be sent; nothing
    /// for all other calls.
    pub fn carry_out(
        &mut self,
        program: &LoadedProgram,
        session: &Session,
        call: &PendingCall,
        now_ms: i64,
    ) -> Option<(ActionResult, Option<String>)> {
        let action: &ActionDef = program.program.actions.get(call.action.index())?;
        let (own, params) = action.request.as_ref().and_then(RequestDef::own)?;
        let texts: Vec<&str> = params.iter().map(|number| text(call, *number)).collect();
        let (said, letter) = match (own, texts.as_slice()) {
            (OwnRequest::SendCode, [address]) => {
                match self.send(program, session, call, address, now_ms) {
                    Ok(sent) => sent,
                    Err(cause) => return Some((ActionResult::Failed(cause), None)),
                }
            }
            (OwnRequest::CheckCode, [ticket, code]) => {
                (answer(self.check(ticket, code, now_ms)), None)
            }
            _ => return None,
        };
        Some((ActionResult::Answer { status: said.0, body: said.1 }, letter))
    }

    fn send(
        &mut self,
        program: &LoadedProgram,
        session: &Session,
        call: &PendingCall,
        address: &str,
        now_ms: i64,
    ) -> Result<(Said, Option<String>), String> {
        let channel = channel(&program.program).ok_or("the bot confirms no addresses")?;
        let Some(address) = Address::parse(address) else {
            return Ok((Said::no(422, "malformed"), None));
        };
        let code = new_code(session, call, (channel, &address), now_ms)?;
        let letter = Letter::of(program, session, &code, &address, now_ms);
        let shown = format!("to {}: {}\n{}", letter.to, letter.subject, letter.revealed(&self.key));
        let said = Said(200, serde_json::json!({ "ticket": &code.ticket }));
        self.codes.insert(code.ticket.clone(), code);
        Ok((said, Some(shown)))
    }

    fn check(&mut self, ticket: &str, written: &str, now_ms: i64) -> CodeAnswer {
        let Some(code) = self.codes.get_mut(ticket) else { return CodeAnswer::Expired };
        if code.state != CodeState::Open {
            return CodeAnswer::Spent;
        }
        if now_ms >= code.expires_at_ms {
            return CodeAnswer::Expired;
        }
        if self.key.code(&code.salt, ticket).is(written) {
            code.state = CodeState::Spent;
            return CodeAnswer::Confirmed;
        }
        code.tries += 1;
        if code.tries < CODE_TRIES_MAX {
            return CodeAnswer::Wrong;
        }
        code.state = CodeState::Spent;
        CodeAnswer::Spent
    }
}
