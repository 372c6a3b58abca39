//! What the company's records answer. What is wrong with an answer is told by its place, never by its
//! contents: they are about a customer.

use flowright_compiler::ir::{PROFILE_ID, Program};
use flowright_engine::json::value_from_json;
use serde_json::{Map, Value as Json};

/// A profile, by fields.
pub(crate) type Profile = Map<String, Json>;

/// Whom the records know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// One customer, with what they say of her.
    One(Profile),
    /// Nobody.
    Nobody,
    /// More than one.
    Several,
}

/// Reads an answer: a profile, or a list of them. Status 404 is nobody.
pub(super) fn found(status: u16, json: Json) -> Result<Found, String> {
    match (status, json) {
        (204 | 404 | 410, _) => Ok(Found::Nobody),
        (200..=299, Json::Object(profile)) => Ok(Found::One(profile)),
        (200..=299, Json::Array(mut profiles)) => match (profiles.pop(), profiles.is_empty()) {
            (None, _) => Ok(Found::Nobody),
            (Some(Json::Object(profile)), true) => Ok(Found::One(profile)),
            (Some(_), true) => Err("the only item of the list is not an object".to_owned()),
            (Some(_), false) => Ok(Found::Several),
        },
        (200..=299, _) => Err("the answer is neither an object nor a list".to_owned()),
        (status, _) => Err(format!("status {status}")),
    }
}

/// The id in a profile, as text.
pub(crate) fn id_of(profile: &Profile) -> Option<String> {
    match profile.get(PROFILE_ID)? {
        Json::String(id) if !id.is_empty() => Some(id.clone()),
        Json::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// A customer's profile by the fields that a bot declares: all of them are there, `null` where nothing
/// is known. What else the records say is nobody's business here.
///
/// # Errors
/// It is another customer's, or a field is not as declared.
pub(super) fn declared(
    program: &Program,
    customer: &str,
    profile: &Profile,
) -> Result<Profile, String> {
    if profile.get(PROFILE_ID).is_some_and(|id| !id.is_null())
        && id_of(profile).as_deref() != Some(customer)
    {
        return Err("the answer is about another customer".to_owned());
    }
    let mut own = Profile::new();
    for field in &program.customer {
        let value = profile.get(&field.name).unwrap_or(&Json::Null);
        value_from_json(program, &field.ty, value)
            .map_err(|_| format!("the field `{}` is not as declared", field.name))?;
        own.insert(field.name.clone(), value.clone());
    }
    own.insert(PROFILE_ID.to_owned(), customer.into());
    Ok(own)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_one_customer_is_one() {
        let one = json!({ "id": 7 });
        let profile = one.as_object().cloned();
        let is_one = profile.map_or(Found::Nobody, Found::One);
        for (status, answer, expected) in [
            (200, one.clone(), Some(is_one.clone())),
            (200, json!([one]), Some(is_one)),
            (200, json!([]), Some(Found::Nobody)),
            (404, json!({ "id": 7 }), Some(Found::Nobody)),
            (200, json!([{ "id": 7 }, { "id": 7 }]), Some(Found::Several)),
            (200, json!([7]), None),
            (200, json!("7"), None),
            (200, Json::Null, None),
            (302, json!({ "id": 7 }), None),
            (500, json!({ "id": 7 }), None),
        ] {
            assert_eq!(found(status, answer.clone()).ok(), expected, "{status} {answer}");
        }
    }

    #[test]
    fn an_id_is_a_text_or_a_number() {
        for (id, expected) in [
            (json!("C-1"), Some("C-1")),
            (json!(17), Some("17")),
            (json!(""), None),
            (Json::Null, None),
            (json!(["C-1"]), None),
        ] {
            let profile: Profile = [("id".to_owned(), id)].into_iter().collect();
            assert_eq!(id_of(&profile).as_deref(), expected);
        }
    }
}
