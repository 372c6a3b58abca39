//! What a check remembers for the next one.
//!
//! A result is kept under the content of everything that it was made of, and never under a place:
//! where its declaration stands now is found anew ([`layout`]), and the places in the result follow.
//! So an edit costs what depends on the declarations that it touched, wherever else they are.

mod layout;
mod standing;
mod store;

pub(crate) use flowright_nlu::hashed::Hashed;
pub(crate) use layout::{Layout, Place};
pub(crate) use standing::{Standing, View};
pub(crate) use store::{Key, Store, key};
