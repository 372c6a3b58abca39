//! The compiled artifact: one file with everything that a runtime needs, and no machine code.
//!
//! Layout: 8 bytes magic, 4 bytes format version (little endian), 8 bytes length of the body,
//! 32 bytes blake3 of the body, the body in postcard. The hash is also the bundle's name:
//! sessions are pinned to it.

mod depth;

use serde::{Deserialize, Serialize};

use crate::base::limits::BUNDLE_BYTES_MAX;
use crate::ir::Program;
use crate::ir::verify::VerifiedProgram;

/// First bytes of every bundle. The last one catches a transfer in text mode.
const MAGIC: [u8; 8] = *b"FLOWB\r\n\x1a";
/// The format that this compiler writes and reads.
pub const FORMAT_VERSION: u32 = 13;
const HEADER_BYTES: usize = 8 + 4 + 8 + 32;

/// A compiled project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Version of the compiler that wrote it.
    pub compiler: String,
    /// Tables and functions.
    pub program: VerifiedProgram,
    /// The intent model and entity patterns, serialised by `flowright-nlu`.
    pub model: Vec<u8>,
}

/// The body of a bundle as it is written.
#[derive(Serialize)]
struct Written<'b> {
    compiler: &'b str,
    program: &'b Program,
    model: &'b [u8],
}

/// The body of a bundle as it is read: nobody has looked at the program yet.
#[derive(Deserialize)]
struct Read {
    compiler: String,
    program: Program,
    model: Vec<u8>,
}

/// Why bytes are not a bundle that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not written by `flowright build`.
    #[error("this is not a flowright bundle")]
    NotABundle,
    /// Written in a format of the past.
    #[error(
        "the bundle has the older format {found}, this flowright reads format {FORMAT_VERSION}"
    )]
    Older {
        /// Its format version.
        found: u32,
    },
    /// Written in a format of the future.
    #[error(
        "the bundle has the newer format {found}, this flowright reads format {FORMAT_VERSION}"
    )]
    Newer {
        /// Its format version.
        found: u32,
    },
    /// Bytes are missing at the end.
    #[error("the bundle is truncated: {found} of {expected} bytes")]
    Truncated {
        /// Bytes there should be.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },
    /// Bytes are left over at the end.
    #[error("the bundle has {0} bytes too many at its end")]
    Trailing(u64),
    /// The bytes are not those that were written.
    #[error("the bundle was altered: its checksum does not match")]
    Altered,
    /// Larger than any bundle.
    #[error("the bundle is larger than {BUNDLE_BYTES_MAX} bytes")]
    TooLarge,
    /// The checksum is right, the content is not.
    #[error("the bundle's content is not valid: {0}")]
    Invalid(String),
}

impl BundleError {
    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::NotABundle => "give a project folder, or a file made by `flowright build`",
            Self::Older { .. } => "build it again from its sources with this version",
            Self::Newer { .. } => "use the version of flowright that made it, or a later one",
            Self::Truncated { .. } | Self::Trailing(_) | Self::Altered => {
                "copy the file again, or build it again from its sources"
            }
            Self::TooLarge => "split the project",
            Self::Invalid(_) => "build it again from its sources with this version",
        }
    }
}

/// A bundle's bytes and name.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// blake3 of the body.
    pub hash: [u8; 32],
}

/// The file for a bundle. The same bundle gives the same bytes.
///
/// # Errors
/// [`BundleError::TooLarge`], or [`BundleError::Invalid`] when it cannot be serialised.
pub fn write(bundle: &Bundle) -> Result<Encoded, BundleError> {
    let Bundle { compiler, program, model } = bundle;
    let written = Written { compiler, program, model };
    let body = postcard::to_stdvec(&written).map_err(|e| BundleError::Invalid(e.to_string()))?;
    if body.len() > BUNDLE_BYTES_MAX {
        return Err(BundleError::TooLarge);
    }
    let hash = *blake3::hash(&body).as_bytes();
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&hash);
    bytes.extend_from_slice(&body);
    Ok(Encoded { bytes, hash })
}

/// Reads a bundle and its hash, and checks everything that can be checked: form, version, length,
/// checksum, and that the program is sound ([`crate::ir::verify`]).
///
/// # Errors
/// See [`BundleError`].
pub fn read(bytes: &[u8]) -> Result<(Bundle, [u8; 32]), BundleError> {
    let (body, hash) = checked_body(bytes)?;
    let invalid = |e: &dyn std::fmt::Display| BundleError::Invalid(e.to_string());
    let Read { compiler, program, model } = depth::read(body).map_err(|e| invalid(&e))?;
    let program = VerifiedProgram::new(program).map_err(|e| invalid(&e))?;
    Ok((Bundle { compiler, program, model }, hash))
}

/// Why bytes are a bundle of another format; nothing where they are of this one, or no bundle at all.
#[must_use]
pub fn other_format(bytes: &[u8]) -> Option<BundleError> {
    let version = bytes.strip_prefix(&MAGIC)?.first_chunk::<4>()?;
    match u32::from_le_bytes(*version) {
        FORMAT_VERSION => None,
        found @ ..FORMAT_VERSION => Some(BundleError::Older { found }),
        found => Some(BundleError::Newer { found }),
    }
}

/// Whether the bytes begin like a bundle, whatever follows.
#[must_use]
pub fn is_bundle(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

fn checked_body(bytes: &[u8]) -> Result<(&[u8], [u8; 32]), BundleError> {
    let found = bytes.len() as u64;
    let short = BundleError::Truncated { expected: HEADER_BYTES as u64, found };
    let Some(rest) = bytes.strip_prefix(&MAGIC) else {
        let is_start = MAGIC.starts_with(bytes) && !bytes.is_empty();
        return Err(if is_start { short } else { BundleError::NotABundle });
    };
    let (_, rest) = rest.split_first_chunk::<4>().ok_or_else(|| short.clone())?;
    if let Some(other) = other_format(bytes) {
        return Err(other);
    }
    let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(|| short.clone())?;
    let (hash, body) = rest.split_first_chunk::<32>().ok_or(short)?;
    let length = u64::from_le_bytes(*length);
    let body_length = body.len() as u64;
    if length > BUNDLE_BYTES_MAX as u64 {
        return Err(BundleError::TooLarge);
    }
    if body_length < length {
        return Err(BundleError::Truncated { expected: HEADER_BYTES as u64 + length, found });
    }
    if body_length > length {
        return Err(BundleError::Trailing(body_length - length));
    }
    if blake3::hash(body).as_bytes() != hash {
        return Err(BundleError::Altered);
    }
    Ok((body, *hash))
}
