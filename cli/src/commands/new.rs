//! `flowright new`.

use std::path::Path;

use crate::Outcome;
use crate::args::NewArgs;
use crate::failure::{Failure, print, write_file};

/// The files of a new project; `BOT` stands for its name.
const FILES: [(&str, &str); 4] = [
    ("bot.flow", include_str!("../../templates/bot.flow")),
    ("callback.flow", include_str!("../../templates/callback.flow")),
    ("tests.flow", include_str!("../../templates/tests.flow")),
    ("flowright.toml", include_str!("../../templates/flowright.toml")),
];

pub(crate) fn run(args: &NewArgs) -> Result<Outcome, Failure> {
    let folder = &args.path;
    let name = bot_name(folder)?;
    match std::fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(Failure::new(format!("`{}` is not empty", folder.display()))
                    .with_help("give the name of a folder that does not exist yet"));
            }
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            std::fs::create_dir_all(folder).map_err(|e| Failure::file("make", folder, &e))?;
        }
        Err(e) => return Err(Failure::file("use", folder, &e)),
    }
    for (file, text) in FILES {
        write_file(&folder.join(file), text.replace("BOT", &name).as_bytes())?;
    }
    write_file(&folder.join(".gitignore"), b"*.flowb\n*.sqlite\n*.sqlite-*\n*.sqlite.lock\n")?;
    let shown = folder.display().to_string();
    let shown = if shown.contains(char::is_whitespace) { format!("'{shown}'") } else { shown };
    print(&format!(
        "made {shown}\n\n  flowright test {shown}     runs its tests\n  flowright chat {shown}     talks to it here\n  flowright serve {shown}    serves it, with a web chat\n"
    ))?;
    Ok(Outcome::Fine)
}

/// The last part of the path as an identifier.
fn bot_name(folder: &Path) -> Result<String, Failure> {
    let last = folder.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let name: String = last
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' })
        .collect();
    if name.chars().next().is_some_and(char::is_alphabetic) {
        return Ok(name);
    }
    Err(Failure::new(format!("`{}` does not give a name for the bot", folder.display()))
        .with_help("begin the folder's name with a letter: flowright new support_desk"))
}
