//! Tokens with blanks, line ends and comments between them, wherever the lexer takes those.

use super::choices::Choices;

/// Comments and empty lines between declarations.
pub(super) fn blank_between(choices: &mut Choices, text: &mut String) {
    while choices.once_in(4) {
        text.push_str(choices.pick(&[
            "// a comment\n",
            "/// what follows\n",
            "  // moved in  \n",
            "\n",
            "//\n\n",
            "//// four\r\n",
        ]));
    }
}

/// Tokens with something between them.
pub(super) fn lay_out(choices: &mut Choices, tokens: &[String], text: &mut String) {
    // Some programs are tidy, some are wild.
    let wild = 3 + choices.below(12);
    for (i, token) in tokens.iter().enumerate() {
        if let Some(before) = i.checked_sub(1).and_then(|before| tokens.get(before)) {
            let apart = must_part(before, token);
            between(choices, apart, wild, text);
        }
        text.push_str(token);
    }
}

fn between(choices: &mut Choices, apart: bool, wild: usize, text: &mut String) {
    let from = text.len();
    if text.ends_with('/') {
        // Else a comment would begin one character too early.
        text.push(' ');
    }
    if choices.once_in(wild) {
        // A word in column 0 would begin a declaration: every line end is followed by a blank.
        text.push_str(choices.pick(&[
            "\n ",
            "\n    ",
            "\n\n  ",
            " \n\n\n  ",
            "\r\n  ",
            "   ",
            "\t",
            " // why\n  ",
            "//tight\n ",
            "\n  // on a line of its own\n  ",
            "\n  /// documentation\n\n  ",
            " /// behind\n  // and\n\n  ",
        ]));
    } else if choices.below(3) > 0 {
        text.push(' ');
    }
    if apart && text.len() == from {
        text.push(' ');
    }
}

/// Whether two tokens would be another one without a blank.
fn must_part(before: &str, after: &str) -> bool {
    let (Some(last), Some(first)) = (before.chars().last(), after.chars().next()) else {
        return false;
    };
    let wordy = |c: char| c.is_alphanumeric() || c == '_' || c == '\u{301}';
    let sign = |c: char| "-+*/<>=!%".contains(c);
    (wordy(last) && wordy(first))
        || (last == '"' && first == '"')
        || last == '/'
        || first == '/'
        || (sign(last) && (sign(first) || first.is_ascii_digit()))
        || (last.is_ascii_digit() && (sign(first) || first == ':'))
        || (before == "r" && first == '"')
}
