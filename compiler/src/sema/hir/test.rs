//! Tests: what is said, what the outside answers, and what is expected.

use super::Expr;
use crate::ir::{TestDef, TestLineDef, TestStep as Step};

pub use crate::ir::GivenDef as Given;

/// A test.
pub type Test = TestDef<Expr>;

/// A line of a test.
pub type TestLine = TestLineDef<Expr>;

/// What a line says.
pub type TestStep = Step<Expr>;
