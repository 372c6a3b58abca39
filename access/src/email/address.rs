//! Addresses: what may stand in an SMTP command and in a header without being anything else.

use super::limits::{ADDRESS_BYTES_MAX, LOCAL_BYTES_MAX};

/// An address, `local@domain`. Its domain is in lower case; what stands before the `@` is as it was
/// written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    text: String,
    at: usize,
}

impl Address {
    /// Reads an address. Quoted names and addresses of machines (`a@[10.0.0.1]`) are none: nobody
    /// has them, and both are ways to smuggle other things in.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        if text.len() > ADDRESS_BYTES_MAX || !is_local(local) || !is_domain(domain) {
            return None;
        }
        Some(Self { text: format!("{local}@{}", domain.to_lowercase()), at: local.len() })
    }

    /// All of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.text.get(..self.at).unwrap_or("")
    }

    /// What stands behind it.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or("")
    }

    /// What two addresses of one mailbox have in common: no server in use tells capitals apart.
    #[must_use]
    pub fn key(&self) -> String {
        self.text.to_lowercase()
    }

    /// Whether both reach one mailbox.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

fn is_local(local: &str) -> bool {
    let fits = |c: char| {
        c.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(c)
            || (!c.is_ascii() && c.is_alphanumeric())
    };
    local.len() <= LOCAL_BYTES_MAX
        && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(fits))
}

fn is_domain(domain: &str) -> bool {
    let fits = |c: char| c == '-' || c.is_alphanumeric();
    domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(fits)
    })
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn addresses_are_told_from_what_only_looks_like_one() {
        for (text, local, domain) in [
            ("a@b", "a", "b"),
            ("Ann.Lee+x@Acme.Example", "Ann.Lee+x", "acme.example"),
            ("o'neil@mail.acme.example", "o'neil", "mail.acme.example"),
            ("张三@例子.中国", "张三", "例子.中国"),
            ("1-2_3@4-5.example", "1-2_3", "4-5.example"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.local(), address.domain()), (local, domain));
            assert_eq!(Address::parse(address.as_str()), Some(address));
        }
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a.b",
            "a@b@c",
            "a..b@c",
            ".a@c",
            "a.@c",
            "a@b..c",
            "a@-b",
            "a@b-",
            "a@b.",
            "a b@c",
            "a@b c",
            "\"a\"@b",
            "a@[127.0.0.1]",
            "a\r\nRCPT TO:<x@y>@b",
            "a@b\r\nDATA",
            "a\0@b",
            "a@b>",
            "<a@b",
            "a\u{202E}@b",
            "a@b\u{200B}c",
        ] {
            assert_eq!(Address::parse(text), None, "{text:?}");
        }
        let long = format!("{}@b", "a".repeat(65));
        assert_eq!(Address::parse(&long), None);
        let long = format!("a@{}", vec!["b".repeat(60); 5].join("."));
        assert_eq!(Address::parse(&long), None);
    }

    #[test]
    fn capitals_are_one_mailbox() {
        let (a, b) = (Address::parse("Ann@B.c").unwrap(), Address::parse("ann@b.C").unwrap());
        assert!(a.is_same(&b) && a != b);
    }
}
