//! Names of files: to be shown and saved under, never to be used as a path here.

use super::Kind;
use crate::email::mime::is_odd;

/// Characters of a name.
const CHARS_MAX: usize = 200;

/// How names of texts may end besides `.txt`: none of it runs when it is opened.
const TEXTS: [&str; 11] =
    ["csv", "tsv", "log", "md", "json", "eml", "ics", "vcf", "yaml", "yml", "toml"];

/// A name without a path and without what is not seen.
pub(crate) fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let seen: String = last.chars().filter(|c| !is_odd(*c)).collect();
    seen.trim().trim_start_matches('.').chars().take(CHARS_MAX).collect()
}

/// A name under which a file of a kind is shown and saved. It ends as what the file is: what opens it goes by
/// that.
#[must_use]
pub fn shown(name: &str, kind: Kind) -> String {
    let name = clean(name);
    let name = if name.is_empty() { "file".to_owned() } else { name };
    if kind.extension.is_empty() || ends_as(&name, kind) {
        return name;
    }
    let keep = CHARS_MAX.saturating_sub(kind.extension.len() + 1);
    let kept: String = name.chars().take(keep).collect();
    format!("{kept}.{}", kind.extension)
}

fn ends_as(name: &str, kind: Kind) -> bool {
    let Some((_, end)) = name.rsplit_once('.') else { return false };
    let end = end.to_ascii_lowercase();
    let also: &[&str] = match kind.media_type {
        "text/plain" => &TEXTS,
        "image/jpeg" => &["jpeg", "jpe", "jfif"],
        "image/tiff" => &["tiff"],
        "image/heif" => &["heif", "heic"],
        "video/mp4" => &["m4v"],
        "video/quicktime" => &["qt"],
        "audio/mpeg" => &["mpga"],
        "audio/ogg" | "application/ogg" => &["oga", "opus", "ogv"],
        "application/msword" | "application/vnd.ms-excel" => &["doc", "xls", "dot", "xlt"],
        _ => &[],
    };
    end == kind.extension || also.contains(&end.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        for (name, cleaned) in [
            ("a.pdf", "a.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ann\\合同.docx", "合同.docx"),
            ("invoice\u{202E}fdp.exe", "invoicefdp.exe"),
            (".htaccess", "htaccess"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("", ""),
            ("..", ""),
        ] {
            assert_eq!(clean(name), cleaned, "{name:?}");
        }
        assert_eq!(clean(&"长".repeat(500)).chars().count(), 200);
    }

    #[test]
    fn names_end_as_what_the_file_is() {
        let pdf = Kind::of(b"%PDF-1.7\n");
        let text = Kind::of(b"hello");
        let jpeg = Kind::of(b"\xff\xd8\xff\xe0\0\x10JFIF\0");
        for (name, kind, named) in [
            ("bill.pdf", pdf, "bill.pdf"),
            ("bill.PDF", pdf, "bill.PDF"),
            ("bill.pdf.exe", pdf, "bill.pdf.exe.pdf"),
            ("", pdf, "file.pdf"),
            ("photo.JPEG", jpeg, "photo.JPEG"),
            ("photo", jpeg, "photo.jpg"),
            ("orders.csv", text, "orders.csv"),
            ("run.bat", text, "run.bat.txt"),
            ("page.html", text, "page.html.txt"),
            ("a.bin", Kind::of(&[0, 1, 2]), "a.bin"),
        ] {
            assert_eq!(shown(name, kind), named, "{name}");
        }
        assert_eq!(shown(&"长".repeat(500), pdf).chars().count(), 200);
    }
}
