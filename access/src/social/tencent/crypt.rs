//! The safe mode: AES-256-CBC over a message with its receiver at the end.

use aes::Aes256;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq as _;

use super::super::refusal::{BadKey, Refusal};
use super::super::sign::Key;

/// Characters of an `EncodingAESKey`.
const KEY_CHARS: usize = 43;
/// Bytes of noise in front.
const NOISE_BYTES: usize = 16;
/// Bytes of the length behind it.
const LENGTH_BYTES: usize = 4;
/// The padding goes up to a multiple of this.
const BLOCK_BYTES: usize = 32;

/// The providers' own tools make keys whose last character has bits that belong to no byte.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// A token with its key, as the form at the provider gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeMode {
    pub(super) token: Key,
    key: AesKey,
}

#[derive(Clone, PartialEq, Eq)]
struct AesKey([u8; 32]);

impl std::fmt::Debug for AesKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

impl SafeMode {
    /// From `Token` and `EncodingAESKey`.
    ///
    /// # Errors
    /// An empty token; a key that is not 43 letters and digits.
    pub fn new(token: &str, encoding_aes_key: &str) -> Result<Self, BadKey> {
        const NAME: &str = "EncodingAESKey";
        let token = Key::new("token", token)?;
        if encoding_aes_key.is_empty() {
            return Err(BadKey::Empty(NAME));
        }
        let bad = || BadKey::Form(NAME, "43 letters and digits");
        if encoding_aes_key.len() != KEY_CHARS {
            return Err(bad());
        }
        let bytes = LENIENT.decode(format!("{encoding_aes_key}=")).map_err(|_| bad())?;
        let key = bytes.try_into().map_err(|_| bad())?;
        Ok(Self { token, key: AesKey(key) })
    }

    /// What is encrypted, if it is meant for this receiver.
    pub(super) fn open(&self, encrypted: &str, receiver: &str) -> Result<Vec<u8>, Refusal> {
        let bad = Refusal::Undecryptable;
        let mut bytes = LENIENT.decode(encrypted).map_err(|_| bad)?;
        let iv = self.key.0.first_chunk::<16>().ok_or(bad)?;
        let aes = cbc::Decryptor::<Aes256>::new(&self.key.0.into(), &(*iv).into());
        let plain = aes.decrypt_padded::<NoPadding>(&mut bytes).map_err(|_| bad)?;
        let plain = unpadded(plain).ok_or(bad)?;
        let (length, rest) = plain
            .get(NOISE_BYTES..)
            .and_then(|p| p.split_first_chunk::<LENGTH_BYTES>())
            .ok_or(bad)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| bad)?;
        let (message, to) = rest.split_at_checked(length).ok_or(bad)?;
        if bool::from(to.ct_eq(receiver.as_bytes())) {
            Ok(message.to_vec())
        } else {
            Err(Refusal::WrongReceiver)
        }
    }
}

/// Without its padding: as many bytes as each of them says.
fn unpadded(plain: &[u8]) -> Option<&[u8]> {
    let pad = usize::from(*plain.last()?);
    if pad == 0 || pad > BLOCK_BYTES {
        return None;
    }
    let (plain, padding) = plain.split_at_checked(plain.len().checked_sub(pad)?)?;
    padding.iter().all(|byte| usize::from(*byte) == pad).then_some(plain)
}
