//! Who writes: what an envelope's proofs say, and what they do not.

use flowright_access::v1::Envelope;
use flowright_access::v1::proof::Kind;
use serde_json::Value as Json;

use super::AccessError;
use crate::store::Proven;

/// A customer by her id, and what proves that it is she.
pub(super) type Customer = (String, Proven);

/// What is known of who writes.
#[derive(Debug, Default)]
pub(super) struct Who {
    /// Her id, where something proves it.
    pub(super) customer: Option<Customer>,
    /// Her profile, where somebody vouches for it.
    pub(super) profile: Option<Json>,
}

/// Reads an envelope's proofs. A name that the sender gives herself is none.
pub(super) fn who(envelope: &Envelope) -> Result<Who, AccessError> {
    let mut who = Who::default();
    for proof in envelope.proofs.iter().filter_map(|proof| proof.kind.as_ref()) {
        match proof {
            Kind::VouchedProfile(json) => {
                let profile: Json = serde_json::from_str(json)
                    .map_err(|e| AccessError::BadProof(format!("the profile is not JSON: {e}")))?;
                who.customer = customer_id(&profile).map(|id| (id, Proven::Vouched));
                who.profile = Some(profile);
            }
            Kind::SignedToken(_) => {
                return Err(AccessError::BadProof("no key for tokens is configured".to_owned()));
            }
            // That the address is hers does not say yet who she is.
            Kind::AddressVerified(_) => {}
        }
    }
    Ok(who)
}

/// The field `id` of a profile, as text.
fn customer_id(profile: &Json) -> Option<String> {
    match profile.get("id")? {
        Json::String(id) if !id.is_empty() => Some(id.clone()),
        Json::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// A name for a session that nobody can guess: 128 bits from the operating system.
pub(super) fn random_session() -> Result<String, AccessError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|e| {
        let what = format!("the system gives no random numbers: {e}");
        AccessError::Dispatch(crate::dispatch::DispatchError::Engine(what))
    })?;
    Ok(format!("s-{}", crate::programs::hex(&bytes)))
}
