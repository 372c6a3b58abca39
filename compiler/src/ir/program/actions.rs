//! Actions: outside calls, and the requests that they make.

use flowright_nlu::value::Value;
use serde::{Deserialize, Serialize};

use super::{FieldType, FuncId, Type};

/// An outside call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionDef {
    pub name: String,
    pub is_effect: bool,
    pub params: Vec<FieldType>,
    pub result: Option<Type>,
    /// Absent: it can only be answered by tests.
    pub request: Option<RequestDef>,
    pub timeout_ms: i64,
    /// Further attempts after the first.
    pub retries: u32,
    /// Named errors, the first whose condition holds.
    pub errors: Vec<ActionErrorDef>,
}

/// `cond` reads [`super::turn::STATUS`] and [`super::turn::CODE`] and exits with
/// [`crate::ir::Exit::Value`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionErrorDef {
    pub name: String,
    pub cond: FuncId,
}

/// An HTTP request with holes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestDef {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: String,
    pub url: Vec<RequestPart>,
    pub headers: Vec<(String, Vec<RequestPart>)>,
    /// Fields of the JSON body.
    pub body: Option<Vec<(String, BodyValue)>>,
}

/// What the addresses begin with that nobody outside is asked at.
pub const OWN_SCHEME: &str = "flowright:";

/// What the server answers itself, in the place of somebody outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnRequest {
    /// A one-time code goes to an address on the channel of `confirm on`.
    SendCode,
    /// Whether that is the code which was sent.
    CheckCode,
}

impl OwnRequest {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::SendCode, Self::CheckCode];

    /// Its address.
    #[must_use]
    pub const fn address(self) -> &'static str {
        match self {
            Self::SendCode => "flowright:codes/send",
            Self::CheckCode => "flowright:codes/check",
        }
    }

    /// The fields of its body. Each is a parameter, and a text.
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::SendCode => &["address"],
            Self::CheckCode => &["ticket", "code"],
        }
    }
}

impl RequestDef {
    /// Whether nobody outside is asked.
    #[must_use]
    pub fn is_own(&self) -> bool {
        matches!(self.url.first(), Some(RequestPart::Literal(url)) if url.starts_with(OWN_SCHEME))
    }

    /// What the server is asked itself, with the numbers of the parameters of its fields.
    #[must_use]
    pub fn own(&self) -> Option<(OwnRequest, Vec<u32>)> {
        let [RequestPart::Literal(url)] = self.url.as_slice() else { return None };
        let own = OwnRequest::ALL.into_iter().find(|own| own.address() == url)?;
        let body = self.body.as_deref().unwrap_or_default();
        if self.method != "POST" || !self.headers.is_empty() || body.len() != own.fields().len() {
            return None;
        }
        let param = |field: &&str| {
            body.iter().find_map(|(name, value)| match value {
                BodyValue::Param(number) if name == field => Some(*number),
                _ => None,
            })
        };
        Some((own, own.fields().iter().map(param).collect::<Option<_>>()?))
    }
}

/// A piece of an address or header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestPart {
    Literal(String),
    /// The action's parameter of this number; percent-encoded in addresses.
    Param(u32),
    /// An environment variable.
    Env(String),
}

/// A value of a JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyValue {
    Param(u32),
    Constant(Value),
    Text(Vec<RequestPart>),
}
