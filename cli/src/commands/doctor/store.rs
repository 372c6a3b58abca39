//! The store and its disk: whether all is as it was written, what it holds, what waits.

use std::path::Path;

use flowright_runtime::store::{SCHEMA, StoreError, StoreReport, is_in_use, verify};

use super::{State, Thing};
use crate::progress::Progress;
use crate::project::plural;
use crate::stores::{faults, holds, size};

/// What the store's log may need before it is moved into the file.
const LOG_BYTES: u64 = 16 << 20;

/// Looks at a store. `served`: a flowright answers at the project's address.
pub(super) fn look(path: &Path, served: bool, things: &mut Vec<Thing>) {
    things.push(disk(path));
    let label = path.display();
    if !path.exists() {
        let says = format!("there is no {label} yet: the server makes it when it starts");
        things.push(Thing::ok("store", says));
        return;
    }
    let report = {
        let _progress = Progress::begin(format!("reading {label}"));
        verify(path)
    };
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            let help = match error {
                StoreError::Newer { .. } => "use the flowright that wrote it, or a newer one",
                StoreError::NoStore(_) => "look at `[store] path` in flowright.toml",
                _ => "see that the file and its folder can be read and written",
            };
            things.push(Thing::fault("store", format!("{label}: {error}"), help));
            return;
        }
    };
    let in_use = is_in_use(path);
    things.push(whose(path, &report, in_use, served));
    things.push(integrity(&report));
    if report.is_readable() {
        things.push(bundles(&report));
        things.push(sessions(&report));
        things.push(actions(&report, in_use));
        things.push(timers(&report, in_use));
        things.push(outbox(&report));
        things.push(spool(&report));
        things.push(files(&report));
    }
}

fn count(number: u64, word: &str) -> String {
    plural(usize::try_from(number).unwrap_or(usize::MAX), word)
}

/// Bytes of a store with its log.
fn bytes(store: &Path) -> u64 {
    let mut log = store.as_os_str().to_owned();
    log.push("-wal");
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
    size(store) + size(Path::new(&log))
}

/// Room on the disk of the store.
fn disk(store: &Path) -> Thing {
    let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let says = format!("the folder {} cannot be used: {error}", folder.display());
            return Thing::fault("disk", says, "make the folder, or name another for the store");
        }
    };
    let (has, used) = (size(free), bytes(store));
    let says = format!("{has} free, the store has {}", size(used));
    if free < LOG_BYTES {
        let help = "make room: without it messages are refused (R0306)";
        return Thing::fault("disk", says, help);
    }
    if free < used.saturating_add(LOG_BYTES) {
        let help = "make room: there is none for a backup or a restored copy beside the store";
        return Thing::warning("disk", says, help);
    }
    Thing::ok("disk", says)
}

fn whose(path: &Path, report: &StoreReport, in_use: bool, served: bool) -> Thing {
    let label = path.display();
    let who = if in_use { "a server has it" } else { "no server has it" };
    if served && !in_use {
        let says = format!("{label}: {who}, and one answers at the address: it has another store");
        return Thing::warning("store", says, "name the store of that server with `--store FILE`");
    }
    let version = match report.schema {
        0 => String::new(),
        SCHEMA => format!(", schema {SCHEMA}"),
        older => format!(", schema {older}: the server makes it {SCHEMA} when it starts"),
    };
    Thing::ok("store", format!("{label}{version}; {who}"))
}

fn integrity(report: &StoreReport) -> Thing {
    if report.is_whole() {
        return Thing::ok(
            "integrity",
            format!("everything is as it was written: {}", holds(report)),
        );
    }
    let number = u64::try_from(report.faults.len()).unwrap_or(u64::MAX) + report.more_faults;
    let says = format!("R0304: the store is damaged: {}", count(number, "fault"));
    let help = "what is damaged is not served, the rest is; look at the disk, then put a backup in \
                its place: `flowright restore FILE`";
    Thing { details: faults(report), ..Thing::fault("integrity", says, help) }
}

fn bundles(report: &StoreReport) -> Thing {
    let there = count(report.count("bundles"), "bundle");
    let still: Vec<_> = report.other_formats.iter().filter(|other| other.sessions > 0).collect();
    if still.is_empty() {
        return match report.other_formats.len() as u64 {
            0 => Thing::ok("bundles", there),
            others => {
                let says = format!("{there}; {others} in other formats, which no session needs");
                Thing::ok("bundles", says)
            }
        };
    }
    let sessions = count(still.iter().map(|other| other.sessions).sum(), "session");
    let says = format!("R0305: {sessions} began with bundles in other formats, and stand still");
    let help = "they go on when the flowright that wrote their bundles runs again; the page of R0305 \
                says how to give one up";
    let details =
        still.iter().map(|o| format!("{}: {}, sessions: {}", o.bundle, o.cause, o.sessions));
    Thing { details: details.collect(), ..Thing::warning("bundles", says, help) }
}

fn sessions(report: &StoreReport) -> Thing {
    let (all, human) = (report.count("sessions"), report.handed_off);
    let says = format!(
        "{}: {} with the bot, {human} with a human",
        count(all, "session"),
        all.saturating_sub(human)
    );
    Thing::ok("sessions", says)
}

fn actions(report: &StoreReport, in_use: bool) -> Thing {
    let says = format!("{} under way", count(report.calling, "action"));
    if report.calling > 0 && !in_use {
        let says = format!("{says}, and no server has the store");
        return Thing::warning("actions", says, "start the server: they go on with the same keys");
    }
    Thing::ok("actions", says)
}

fn timers(report: &StoreReport, in_use: bool) -> Thing {
    if report.late == 0 {
        return Thing::ok("timers", "none is overdue by more than a minute");
    }
    let says = format!("overdue by more than a minute: {}", count(report.late, "timer"));
    let help = if in_use {
        "the server should have seen to them: its log says what kept it"
    } else {
        "start the server: it sees to them then"
    };
    Thing::warning("timers", says, help)
}

fn spool(report: &StoreReport) -> Thing {
    let (waiting, dead) = report.spool;
    let says = format!("{} to be carried out, {dead} that cannot be", count(waiting, "message"));
    if dead == 0 {
        return Thing::new("spool", State::Ok, says);
    }
    let help = "GET /admin/spool says why; POST /admin/spool/ID/retry tries one again";
    Thing::warning("spool", says, help)
}

fn files(report: &StoreReport) -> Thing {
    let says = format!(
        "{} of customers, {}",
        count(report.count("attachments"), "file"),
        size(report.attachment_bytes)
    );
    Thing::new("files", State::Ok, says)
}

fn outbox(report: &StoreReport) -> Thing {
    let (waiting, dead) = report.outbox;
    let says = format!("{} to be sent, {dead} dead", count(waiting, "message"));
    if dead == 0 {
        return Thing::new("outbox", State::Ok, says);
    }
    let help = "GET /admin/outbox says why; POST /admin/outbox/ID/retry sends one again";
    Thing::warning("outbox", says, help)
}
