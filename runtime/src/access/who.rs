//! Who writes: what a message's proofs say, and what they do not.

use flowright_access::token::{self, Claims};
use flowright_access::v1::Proof;
use flowright_access::v1::proof::Kind;
use serde_json::Value as Json;

use super::{Access, AccessError, id_of};
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
    /// Whether the channel has made sure that the address is hers.
    pub(super) address_verified: bool,
}

impl Access {
    /// Reads a message's proofs. A name that the sender gives herself is none.
    pub(super) fn who(&self, proofs: &[Proof]) -> Result<Who, AccessError> {
        let mut who = Who::default();
        for proof in proofs.iter().filter_map(|proof| proof.kind.as_ref()) {
            match proof {
                Kind::VouchedProfile(json) => {
                    let not_json =
                        |e| AccessError::BadProof(format!("the profile is not JSON: {e}"));
                    let profile: Json = serde_json::from_str(json).map_err(not_json)?;
                    who.customer =
                        profile.as_object().and_then(id_of).map(|id| (id, Proven::Vouched));
                    who.profile = Some(profile);
                }
                Kind::SignedToken(token) => {
                    let claims = self.claims(token)?;
                    who.profile = self.profile(&claims);
                    who.customer = Some((claims.customer, Proven::Token));
                }
                // That the address is hers does not say yet who she is.
                Kind::AddressVerified(verified) => who.address_verified |= *verified,
            }
        }
        Ok(who)
    }

    fn claims(&self, token: &str) -> Result<Claims, AccessError> {
        let keys: Vec<&[u8]> =
            self.inner.token_keys.iter().map(|key| key.reveal().as_bytes()).collect();
        if keys.is_empty() {
            return Err(AccessError::BadProof("this server knows no key for tokens".to_owned()));
        }
        let bot = &self.inner.dispatch.program().bot.name;
        let verified = token::verify(token, &keys, bot, self.inner.clock.now_ms());
        verified.map_err(|refused| AccessError::BadProof(refused.to_string()))
    }

    /// What a token says of the customer, with her id where the bot declares one.
    fn profile(&self, claims: &Claims) -> Option<Json> {
        let mut profile = claims.profile.clone().unwrap_or_default();
        if self.inner.dispatch.program().customer.iter().any(|field| field.name == "id") {
            profile.insert("id".to_owned(), Json::String(claims.customer.clone()));
        }
        (!profile.is_empty()).then_some(Json::Object(profile))
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
