//! Who the customer is: by whoever vouches for her, by the company's records, by what the session knows, in
//! this order.

use std::sync::Arc;

use flowright_compiler::ir::{FieldDef, PROFILE_ID, Program};
use flowright_engine::json::value_from_json;
use flowright_engine::model::Event;
use flowright_nlu::value::Value;

use super::Actor;
use crate::access::{Profile, id_of, is_askable};
use crate::dispatch::{Answer, DispatchError, Incoming};

/// What somebody says of a customer, one a field: nothing of this one, or what it is.
type Said = Vec<Option<Option<Value>>>;

impl Actor {
    /// Learns who the customer is, when that changes anything.
    pub(super) async fn meet(&mut self, who: &Incoming) -> Result<(), DispatchError> {
        let Some(live) = &self.live else { return Ok(()) };
        let (program, current) = (Arc::clone(&live.program.program), self.inner.programs.current());
        let known = live.session.customer.clone();
        let vouched = who.customer.as_ref();
        let said =
            vouched.map(|json| read_vouched(&program, &current.program, json)).transpose()?;
        let named = vouched.and_then(|json| json.as_object().and_then(id_of));
        let known_id = id_in(&program, &known);
        // By her address alone nobody takes another's place in a conversation.
        let id = named.or_else(|| known_id.clone()).or_else(|| who.customer_id.clone());
        let Some(id) = id.filter(|id| is_askable(id)) else {
            return self.learn(said.map(whole)).await;
        };
        if current.program.profile.from.is_none() {
            // She is known by her address: what the session knows of her is all there is.
            let new = (known_id.as_deref() != Some(id.as_str())).then(|| with_id(&program, &id));
            return self.learn(said.map(whole).or(new)).await;
        }
        let records = match vouched.and_then(serde_json::Value::as_object) {
            Some(all) if says_all(&current.program, all) => None,
            _ => self.records(&current.program, &id).await,
        };
        let mut profile = match records {
            Some(records) => read_records(&program, &records),
            None if known_id.as_deref() == Some(id.as_str()) => known,
            None => with_id(&program, &id),
        };
        for (field, said) in profile.iter_mut().zip(said.into_iter().flatten()) {
            if let Some(said) = said {
                *field = said;
            }
        }
        self.learn(Some(profile)).await
    }

    /// Learns who the customer is, by what was proved elsewhere.
    pub(super) async fn introduced(&mut self, who: Incoming) -> Result<Answer, DispatchError> {
        self.load(None).await?;
        if self.live.is_none() {
            return Err(DispatchError::NoSession(self.id.clone()));
        }
        self.finish_call().await?;
        self.move_on().await?;
        self.meet(&who).await?;
        Ok(self.answer(0, Vec::new(), false))
    }

    /// What the company's records say. Where they are asked, nobody else is kept waiting.
    async fn records(&mut self, current: &Program, id: &str) -> Option<Profile> {
        let inner = Arc::clone(&self.inner);
        let profiles = inner.outside.profiles.as_ref()?;
        let kept = profiles.kept(current, id).await;
        if kept.is_fresh {
            return kept.profile;
        }
        self.place = None;
        profiles.load(current, id, kept.profile).await
    }

    async fn learn(&mut self, profile: Option<Vec<Option<Value>>>) -> Result<(), DispatchError> {
        let (Some(profile), Some(live)) = (profile, &self.live) else { return Ok(()) };
        if profile != live.session.customer {
            self.step(Event::Customer { profile }, None).await?;
        }
        Ok(())
    }
}

/// A whole profile by what was said: the rest is not known.
fn whole(said: Said) -> Vec<Option<Value>> {
    said.into_iter().map(Option::flatten).collect()
}

/// A profile of which nothing but the id is known.
fn with_id(program: &Program, id: &str) -> Vec<Option<Value>> {
    let field = |field: &FieldDef| {
        let json = (field.name == PROFILE_ID).then(|| serde_json::Value::from(id));
        json.and_then(|json| value_from_json(program, &field.ty, &json).ok().flatten())
    };
    program.customer.iter().map(field).collect()
}

/// The id in a profile.
fn id_in(program: &Program, profile: &[Option<Value>]) -> Option<String> {
    let place = program.customer.iter().position(|field| field.name == PROFILE_ID)?;
    match profile.get(place)? {
        Some(Value::Text(id)) => Some(id.clone()),
        _ => None,
    }
}

/// Whether every field that a bot declares is said.
fn says_all(program: &Program, said: &Profile) -> bool {
    program.customer.iter().all(|field| said.contains_key(&field.name))
}

/// A profile by the company's records, as the current program declares it. What the session's program
/// declares otherwise is not known.
fn read_records(program: &Program, records: &Profile) -> Vec<Option<Value>> {
    let field = |field: &FieldDef| {
        let json = records.get(&field.name)?;
        value_from_json(program, &field.ty, json).ok().flatten()
    };
    program.customer.iter().map(field).collect()
}

/// What is vouched for, by the fields that the session's program declares. What only the current one
/// declares is passed over: whoever sends it knows no other.
fn read_vouched(
    program: &Program,
    current: &Program,
    json: &serde_json::Value,
) -> Result<Said, DispatchError> {
    let bad = |cause: String| DispatchError::BadCustomer(cause);
    let object = json.as_object().ok_or_else(|| bad("expected an object".to_owned()))?;
    let declared = |by: &Program, name: &str| by.customer.iter().any(|field| field.name == name);
    let known = |name: &str| declared(program, name) || declared(current, name);
    if let Some(name) = object.keys().find(|name| !known(name)) {
        let names: Vec<&str> = program.customer.iter().map(|f| f.name.as_str()).collect();
        return Err(bad(format!("`{name}` is not a field; there are {}", names.join(", "))));
    }
    let field = |field: &FieldDef| match object.get(&field.name) {
        Some(json) => value_from_json(program, &field.ty, json)
            .map(Some)
            .map_err(|e| bad(format!("{}: {e}", field.name))),
        None => Ok(None),
    };
    program.customer.iter().map(field).collect()
}
