//! `[attachments]`: which files of customers are taken.

use flowright_access::attachment::TypePattern;
use serde::Deserialize;
use serde::de::Error as _;

use crate::attachments::AttachmentOptions;

/// `[attachments]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttachmentsConfig {
    /// How large one may be.
    pub largest: Option<Size>,
    /// How large all of them together may be.
    pub room: Option<Size>,
    /// Their types: `image/*`, `application/pdf`.
    pub types: Option<Vec<FileType>>,
}

/// A number of bytes, as `25 MB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

/// A type of files, or all of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileType(pub TypePattern);

/// Bytes in a unit, which is a thousand times the one before.
const UNITS: [(&str, u64); 4] =
    [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)];

impl AttachmentsConfig {
    /// With what holds where nothing is said.
    #[must_use]
    pub fn options(&self) -> AttachmentOptions {
        let usual = AttachmentOptions::default();
        let types = |types: &Vec<FileType>| types.iter().map(|kind| kind.0.clone()).collect();
        AttachmentOptions {
            largest: self.largest.map_or(usual.largest, |size| size.0),
            room: self.room.map_or(usual.room, |size| size.0),
            types: self.types.as_ref().map_or(usual.types, types),
        }
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        size(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is not a size, such as \"500 kB\", \"25 MB\" or \"10 GB\""
            ))
        })
    }
}

fn size(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let unit = unit.trim_start();
    let bytes = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1;
    number.parse::<u64>().ok()?.checked_mul(bytes).filter(|bytes| *bytes > 0)
}

impl<'de> Deserialize<'de> for FileType {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        TypePattern::parse(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is not a type of files, such as \"image/png\" or \"image/*\""
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn it_is_read_and_wrong_values_are_told() {
        let text = "[attachments]\nlargest = \"5MB\"\nroom = \"2 TB\"\ntypes = [\"image/*\", \"application/pdf\"]\n";
        let options = Config::parse("f", text).unwrap().attachments.options();
        assert_eq!((options.largest, options.room), (5_000_000, 2_000_000_000_000));
        assert_eq!(options.types.len(), 2);
        let usual = Config::parse("f", "").unwrap().attachments.options();
        assert_eq!(usual.largest, 25_000_000);
        for (text, message) in [
            ("[attachments]\nlargest = \"5\"\n", "is not a size"),
            ("[attachments]\nlargest = \"0 MB\"\n", "is not a size"),
            ("[attachments]\nlargest = \"99999999999999 TB\"\n", "is not a size"),
            ("[attachments]\nlargest = 5\n", "f:2"),
            ("[attachments]\nroom = \"5 MiB\"\n", "such as \"500 kB\""),
            ("[attachments]\ntypes = [\"png\"]\n", "is not a type of files"),
            ("[attachments]\ntypes = \"image/png\"\n", "f:2"),
            ("[attachments]\nmax = \"5 MB\"\n", "f:2"),
            ("[attachment]\n", "did you mean `attachments`?"),
        ] {
            let error = Config::parse("f", text).unwrap_err().to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
