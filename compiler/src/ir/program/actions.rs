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
