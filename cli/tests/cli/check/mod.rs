//! `flowright check`: forms of its findings, what counts, fixes, watching, CI files.

mod ci;
mod counts;
mod fix;
mod formats;
mod thresholds;
mod watch;
mod write_test;

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{BOT, flowright, folder};

/// Three errors that have fixes, on lines 4, 5 and 7.
const BROKEN: &str = "flow a {\n  on start\n  state x {\n    say \"Hello.\";\n    -> finsh\n  }\n  \
    state finish { end resolvd }\n}\n";
/// One finding W0403 on line 3.
const UNREAD: &str = "flow a {\n  on start\n  slot note: text { ask \"Anything else?\" }\n  \
    state x {\n    fill note\n    say \"Thanks.\"\n    end resolved\n  }\n}\n";

fn check(folder: &Path, args: &[&str]) -> Output {
    flowright(folder, &[&["check"], args].concat())
}

/// A folder with a project without findings of its own in `bots`, of `BOT` and this flow.
fn project(name: &str, flow: &str) -> PathBuf {
    folder(&format!("check-{name}"), &[("bots/bot.flow", BOT), ("bots/a.flow", flow)])
}
