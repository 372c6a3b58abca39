//! `format=flowed` (RFC 3676): a line that ends in a space goes on in the next one.

/// Joins what was broken for the width of a page only. With `del_sp`, the space was no part of the
/// text: so where words have no spaces between them.
pub(super) fn join(text: &str, del_sp: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on: Option<usize> = None;
    for line in text.lines() {
        let depth = line.len() - line.trim_start_matches('>').len();
        let content = line.get(depth..).unwrap_or("");
        let content = content.strip_prefix(' ').unwrap_or(content);
        let is_signature = content == "-- ";
        let soft = content.ends_with(' ') && !is_signature;
        let kept =
            if soft && del_sp { content.strip_suffix(' ').unwrap_or(content) } else { content };
        match lines.last_mut().filter(|_| goes_on == Some(depth) && !is_signature) {
            Some(last) => last.push_str(kept),
            None if depth == 0 => lines.push(kept.to_owned()),
            None => lines.push(format!("{} {kept}", ">".repeat(depth))),
        }
        goes_on = soft.then_some(depth);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn soft_line_ends_are_joined() {
        for (text, del_sp, joined) in [
            ("one \ntwo\nthree", false, "one two\nthree"),
            ("日本 \n語", true, "日本語"),
            ("> one \n> two\nmine", false, "> one two\nmine"),
            ("> one \nmine", false, "> one \nmine"),
            ("bye \n-- \nAnn", false, "bye \n-- \nAnn"),
            (" >stuffed", false, ">stuffed"),
            ("\n\na", false, "\n\na"),
        ] {
            assert_eq!(join(text, del_sp), joined, "{text:?}");
        }
    }
}
