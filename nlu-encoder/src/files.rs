//! Reading files within limits.

use std::io::ErrorKind;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::error::OpenError;

/// Largest file that describes something.
const TEXT_BYTES_MAX: u64 = 64 << 20;

/// The bytes of a file; nothing where there is none.
pub(crate) fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>, OpenError> {
    let failed = |e: std::io::Error| OpenError::new(path, format!("cannot be read: {e}"));
    let size = match std::fs::metadata(path) {
        Ok(meta) => meta.len(),
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    if size > most {
        let cause = format!("it has {size} bytes, more than {most}");
        return Err(OpenError::new(path, cause));
    }
    std::fs::read(path).map(Some).map_err(failed)
}

/// The text of a file; nothing where there is none.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>, OpenError> {
    let text =
        |bytes| String::from_utf8(bytes).map_err(|_| OpenError::new(path, "it is not UTF-8"));
    read(path, TEXT_BYTES_MAX)?.map(text).transpose()
}

/// A file of JSON; nothing where there is none.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, OpenError> {
    let parse = |text: String| {
        serde_json::from_str(&text)
            .map_err(|e| OpenError::new(path, format!("it is not as expected: {e}")))
    };
    read_text(path)?.map(parse).transpose()
}
