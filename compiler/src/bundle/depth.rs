//! Reads postcard no deeper than the stack has room for. Types and values hold types and values;
//! bytes that say so often enough would have the reader call itself until the stack is spent.

use postcard::de_flavors::{Flavor, Slice};
use serde::de::DeserializeOwned;

/// Bytes of stack that reading may take. Half a megabyte is far more than any source needs (see
/// [`crate::base::limits::NESTING_MAX`]), and any thread has it.
const STACK_BYTES_MAX: usize = 512 << 10;

/// Given by [`Measured`] alone: postcard keeps it for a form that is not used here.
const TOO_DEEP: postcard::Error = postcard::Error::DeserializeBadEncoding;

/// Reads all of `bytes`.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let source = Measured { bytes: Slice::new(bytes), top: stack_pointer() };
    let mut reader = postcard::Deserializer::from_flavor(source);
    let value = T::deserialize(&mut reader).map_err(|e| match e {
        TOO_DEEP => "its parts are nested too deep".to_owned(),
        e => e.to_string(),
    })?;
    match reader.finalize() {
        Ok([]) => Ok(value),
        Ok(rest) => Err(format!("{} bytes are left over", rest.len())),
        Err(e) => Err(e.to_string()),
    }
}

/// Bytes that are no longer given once the stack has grown too far.
struct Measured<'de> {
    bytes: Slice<'de>,
    /// Where the stack was at first.
    top: usize,
}

impl<'de> Flavor<'de> for Measured<'de> {
    type Remainder = &'de [u8];
    type Source = &'de [u8];

    fn pop(&mut self) -> postcard::Result<u8> {
        if self.top.abs_diff(stack_pointer()) > STACK_BYTES_MAX {
            return Err(TOO_DEEP);
        }
        self.bytes.pop()
    }

    fn size_hint(&self) -> Option<usize> {
        self.bytes.size_hint()
    }

    fn try_take_n(&mut self, count: usize) -> postcard::Result<&'de [u8]> {
        self.bytes.try_take_n(count)
    }

    fn finalize(self) -> postcard::Result<&'de [u8]> {
        self.bytes.finalize()
    }
}

/// About where the stack ends now.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    (&raw const here).addr()
}
