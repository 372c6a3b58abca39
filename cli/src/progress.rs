//! A sign of life for whatever takes longer than a second.

use std::io::Write as _;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::style::{Stream, is_terminal};

/// Silence before the first sign.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows that something is being done, until it is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// `doing`: `compiling flows/order_change`.
    pub(crate) fn begin(doing: impl Into<String>) -> Self {
        let (stop, stopped) = channel::<()>();
        let doing = doing.into();
        let thread = std::thread::spawn(move || {
            let (begun, terminal) = (Instant::now(), is_terminal(Stream::Err));
            let mut shown = false;
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(PATIENCE) {
                let mut err = std::io::stderr().lock();
                // A log gets one line, a terminal a line that counts.
                let _ = match (terminal, shown) {
                    (true, _) => write!(err, "\r\x1b[K{doing}… {} s", begun.elapsed().as_secs()),
                    (false, false) => writeln!(err, "{doing}…"),
                    (false, true) => Ok(()),
                };
                let _ = err.flush();
                shown = true;
            }
            if shown && terminal {
                let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It does nothing that could fail but writing.
            let _ = thread.join();
        }
    }
}
