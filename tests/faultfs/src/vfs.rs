//! The file system itself: the machine's own, with four of its functions replaced.
#![expect(unsafe_code, reason = "SQLite takes a file system as a table of C functions")]

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::ffi::{
    SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE, SQLITE_OK, sqlite3_file, sqlite3_int64,
    sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};

use crate::Op;

/// A file system that is registered with SQLite under a name. It stays as long as the process does.
#[derive(Debug, Clone, Copy)]
pub struct FaultFs {
    state: &'static State,
}

/// What a file system was told and what it saw.
#[derive(Debug, Default)]
struct State {
    records: AtomicBool,
    log: Mutex<Vec<Op>>,
    /// Files by their numbers.
    paths: Mutex<Vec<PathBuf>>,
    /// Writes, truncations, syncs and deletions so far.
    count: AtomicU64,
    /// At which of them the process ends; 0: never.
    kill_at: AtomicU64,
    fail_syncs: AtomicBool,
    fail_writes: AtomicBool,
    full: AtomicBool,
}

/// Functions of files.
type Methods = &'static sqlite3_io_methods;

/// The replaced tables of functions, by the place of the machine's own: it has several.
static REPLACED: Mutex<BTreeMap<usize, Methods>> = Mutex::new(BTreeMap::new());

/// An open file.
#[derive(Debug, Clone, Copy)]
struct Open {
    state: &'static State,
    number: usize,
    real: Methods,
}

/// Open files by their place in memory.
static OPEN: Mutex<BTreeMap<usize, Open>> = Mutex::new(BTreeMap::new());

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FaultFs {
    /// Registers a file system.
    ///
    /// # Panics
    /// When SQLite has no file system of its own, or refuses this one.
    #[must_use]
    pub fn register(name: &str) -> Self {
        let state: &'static State = Box::leak(Box::default());
        let name = CString::new(name).expect("a name without zero bytes");
        // SAFETY: asks for the default file system; SQLite keeps what it returns for good.
        let real = unsafe { sqlite3_vfs_find(std::ptr::null()) };
        assert!(!real.is_null(), "SQLite has a file system");
        // SAFETY: not null, and a table that SQLite never changes while it is registered.
        let mut table: sqlite3_vfs = unsafe { std::ptr::read(real) };
        table.zName = name.into_raw();
        table.pNext = std::ptr::null_mut();
        table.pAppData = std::ptr::from_ref(state).cast_mut().cast();
        table.xOpen = Some(open);
        table.xDelete = Some(delete);
        let table = Box::leak(Box::new(table));
        // SAFETY: the table and its name live as long as the process.
        let registered = unsafe { sqlite3_vfs_register(table, 0) };
        assert_eq!(registered, SQLITE_OK, "SQLite takes the file system");
        Self { state }
    }

    /// Keeps all that happens from now on.
    pub fn record(&self) {
        self.state.records.store(true, Ordering::SeqCst);
    }

    /// That something was acknowledged.
    pub fn mark(&self, number: u64) {
        locked(&self.state.log).push(Op::Mark(number));
    }

    /// What happened since it was recorded or taken last.
    #[must_use]
    pub fn take_log(&self) -> Vec<Op> {
        std::mem::take(&mut locked(&self.state.log))
    }

    /// The files by their numbers.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        locked(&self.state.paths).clone()
    }

    /// Writes, truncations, syncs and deletions so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.state.count.load(Ordering::SeqCst)
    }

    /// Ends the process as `kill -9` does at the operation of this number, from 1: a write is half done
    /// then.
    pub fn kill_at(&self, number: u64) {
        self.state.kill_at.store(number, Ordering::SeqCst);
    }

    /// Whether syncs fail from now on.
    pub fn fail_syncs(&self, fail: bool) {
        self.state.fail_syncs.store(fail, Ordering::SeqCst);
    }

    /// Whether writes fail from now on.
    pub fn fail_writes(&self, fail: bool) {
        self.state.fail_writes.store(fail, Ordering::SeqCst);
    }

    /// Whether there is no room for writes from now on.
    pub fn fill(&self, full: bool) {
        self.state.full.store(full, Ordering::SeqCst);
    }
}

impl State {
    fn number(&self, path: PathBuf) -> usize {
        let mut paths = locked(&self.paths);
        paths.iter().position(|known| *known == path).unwrap_or_else(|| {
            paths.push(path);
            paths.len() - 1
        })
    }

    /// Counts an operation. Whether the process ends at it.
    fn ends_here(&self) -> bool {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        number == self.kill_at.load(Ordering::SeqCst)
    }

    fn keep(&self, op: impl FnOnce() -> Op) {
        if self.records.load(Ordering::SeqCst) {
            locked(&self.log).push(op());
        }
    }
}

/// As `kill -9`: nothing runs after it, nothing is flushed.
fn end() -> ! {
    // SAFETY: takes no memory, and never returns.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
    std::process::abort()
}

fn opened(file: *mut sqlite3_file) -> Open {
    *locked(&OPEN).get(&(file as usize)).expect("a file that is open")
}

fn text(name: *const c_char) -> PathBuf {
    if name.is_null() {
        return PathBuf::new();
    }
    // SAFETY: SQLite gives names that end with a zero byte.
    PathBuf::from(unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: called by SQLite with the table that was registered here, whose data is a `State`; the
    // machine's file system is the default one, and its files fit: the size was copied.
    unsafe {
        let state: &'static State = &*(*vfs).pAppData.cast::<State>();
        let machine = sqlite3_vfs_find(std::ptr::null());
        let opens = (*machine).xOpen.expect("it opens files");
        let result = opens(machine, name, file, flags, out_flags);
        if result != SQLITE_OK || (*file).pMethods.is_null() {
            return result;
        }
        let real: Methods = &*(*file).pMethods;
        let mut replaced = locked(&REPLACED);
        (*file).pMethods = *replaced.entry((*file).pMethods as usize).or_insert_with(|| {
            let mut table: sqlite3_io_methods = std::ptr::read(real);
            table.xWrite = Some(write);
            table.xTruncate = Some(truncate);
            table.xSync = Some(sync);
            table.xClose = Some(close);
            // Writes through mapped memory would not be seen.
            table.iVersion = table.iVersion.min(2);
            Box::leak(Box::new(table))
        });
        let number = state.number(text(name));
        locked(&OPEN).insert(file as usize, Open { state, number, real });
        SQLITE_OK
    }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: as in `open`.
    unsafe {
        let state: &'static State = &*(*vfs).pAppData.cast::<State>();
        if state.ends_here() {
            end();
        }
        let machine = sqlite3_vfs_find(std::ptr::null());
        let file = state.number(text(name));
        state.keep(|| Op::Delete { file });
        (*machine).xDelete.expect("it deletes files")(machine, name, sync)
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    at: sqlite3_int64,
) -> c_int {
    let Open { state, number, real } = opened(file);
    let writes = real.xWrite.expect("it writes");
    if state.ends_here() {
        // SAFETY: half of what SQLite gave.
        unsafe { writes(file, bytes, length / 2, at) };
        end();
    }
    if state.full.load(Ordering::SeqCst) {
        return SQLITE_FULL;
    }
    if state.fail_writes.load(Ordering::SeqCst) {
        return SQLITE_IOERR_WRITE;
    }
    state.keep(|| {
        let size = usize::try_from(length).unwrap_or(0);
        // SAFETY: SQLite gives so many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), size) }.to_vec();
        Op::Write { file: number, at: usize::try_from(at).unwrap_or(0), bytes }
    });
    // SAFETY: the arguments that SQLite gave.
    unsafe { writes(file, bytes, length, at) }
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    let Open { state, number, real } = opened(file);
    if state.ends_here() {
        end();
    }
    state.keep(|| Op::Truncate { file: number, length: usize::try_from(size).unwrap_or(0) });
    // SAFETY: the arguments that SQLite gave.
    unsafe { real.xTruncate.expect("it truncates")(file, size) }
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    let Open { state, number, real } = opened(file);
    if state.ends_here() {
        end();
    }
    if state.fail_syncs.load(Ordering::SeqCst) {
        return SQLITE_IOERR_FSYNC;
    }
    // SAFETY: the arguments that SQLite gave.
    let result = unsafe { real.xSync.expect("it syncs")(file, flags) };
    if result == SQLITE_OK {
        state.keep(|| Op::Sync { file: number });
    }
    result
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let open = locked(&OPEN).remove(&(file as usize)).expect("a file that is open");
    // SAFETY: the argument that SQLite gave.
    unsafe { open.real.xClose.expect("it closes")(file) }
}
