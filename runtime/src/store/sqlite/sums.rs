//! A checksum in every row: a bit that flips on the disk is found when the row is read, and what it
//! spoiled is not served.

/// One column of a row, as it goes into the row's sum.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column<'c> {
    Text(&'c str),
    Bytes(&'c [u8]),
    Number(Option<i64>),
}

/// The first 8 bytes of the BLAKE3 hash of a row's table and columns, each with its length before it.
pub(super) fn sum(table: &str, columns: &[Column<'_>]) -> i64 {
    let mut hasher = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    add(table.as_bytes());
    for column in columns {
        match column {
            Column::Text(text) => add(text.as_bytes()),
            Column::Bytes(bytes) => add(bytes),
            Column::Number(Some(number)) => add(&number.to_le_bytes()),
            Column::Number(None) => add(&[]),
        }
    }
    let mut first = [0; 8];
    first.copy_from_slice(hasher.finalize().as_bytes().split_at(8).0);
    i64::from_le_bytes(first)
}

/// Number of a row, as a column. What is counted here never reaches the sign.
pub(super) fn number(value: u64) -> Column<'static> {
    Column::Number(Some(value.cast_signed()))
}

/// A number that may be absent.
pub(super) fn maybe(value: Option<u64>) -> Column<'static> {
    Column::Number(value.map(u64::cast_signed))
}

/// A yes or no that may be absent.
pub(super) fn flag(value: Option<bool>) -> Column<'static> {
    Column::Number(value.map(i64::from))
}
