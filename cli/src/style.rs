//! Colours, by stream: `--color`, then `NO_COLOR`, then whether it is a terminal.

use std::io::IsTerminal as _;
use std::sync::OnceLock;

use crate::args::Color;

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

static CHOICE: OnceLock<Color> = OnceLock::new();

/// Fixes what the command line says.
pub(crate) fn choose(color: Color) {
    CHOICE.get_or_init(|| color);
}

/// Whether a stream is coloured.
pub(crate) fn colored(stream: Stream) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match CHOICE.get().copied().unwrap_or_default() {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if set("CLICOLOR_FORCE") || set("FORCE_COLOR") => true,
        Color::Auto => is_terminal(stream) && std::env::var_os("TERM").is_none_or(|t| t != "dumb"),
    }
}

/// Whether a person looks at a stream.
pub(crate) fn is_terminal(stream: Stream) -> bool {
    match stream {
        Stream::Out => std::io::stdout().is_terminal(),
        Stream::Err => std::io::stderr().is_terminal(),
    }
}

/// Text in a colour (the numbers of an ANSI sequence), where the stream has any.
pub(crate) fn paint(stream: Stream, numbers: &str, text: &str) -> String {
    if colored(stream) { painted(numbers, text) } else { text.to_owned() }
}

/// Text in a colour, wherever it goes.
pub(crate) fn painted(numbers: &str, text: &str) -> String {
    format!("\x1b[{numbers}m{text}\x1b[0m")
}
