//! Chores of this repository. `cargo demo` builds everything, starts the example CRM, and serves
//! `flows/order_change` against it. Needs nothing but the standard library, so that it is built
//! in a second.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let result = match args.next().as_deref() {
        Some("demo") => demo(&args.collect::<Vec<_>>()),
        _ => Err("usage: cargo demo [PROJECT] [options of `flowright serve`]".to_owned()),
    };
    match result {
        Ok(code) => code,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::from(2)
        }
    }
}

/// Builds and serves an example project (`flows/order_change` unless another is named) with its
/// CRM; ends when the server does.
fn demo(args: &[String]) -> Result<ExitCode, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?.to_owned();
    let (project, options) = match args.split_first() {
        Some((first, rest)) if !first.starts_with('-') => (first.clone(), rest),
        _ => ("flows/order_change".to_owned(), args),
    };
    eprintln!("building (the first time this takes some minutes) …");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    // What Cargo tells this program of itself would make build scripts that look at it run anew.
    let of_this = std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    });
    of_this.for_each(|name| {
        build.env_remove(name);
    });
    let built = build
        .args(["build", "--release", "--package", "flowright", "--package", "flowright-crm"])
        .current_dir(&root)
        .status()
        .map_err(|e| format!("cargo cannot be run: {e}"))?;
    if !built.success() {
        return Err("the build failed".to_owned());
    }
    let binary = |name: &str| -> PathBuf { root.join("target/release").join(name) };
    let address = free_address()?;
    let crm = Command::new(binary("flowright-crm"))
        .arg(&address)
        .spawn()
        .map_err(|e| format!("the CRM cannot be started: {e}"))?;
    let _crm = Stopped(crm);
    let served = Command::new(binary("flowright"))
        .arg("serve")
        .arg(&project)
        .args(options)
        .env("CRM_URL", format!("http://{address}"))
        .current_dir(&root)
        .status()
        .map_err(|e| format!("the server cannot be started: {e}"))?;
    let code = served.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2);
    Ok(ExitCode::from(code))
}

/// The CRM's usual address, else a free one.
fn free_address() -> Result<String, String> {
    let listener =
        TcpListener::bind("127.0.0.1:8090").or_else(|_| TcpListener::bind("127.0.0.1:0"));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map(|address| address.to_string()).map_err(|e| format!("no free port: {e}"))
}

/// A process that ends with this value.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        // It may have ended by itself: Ctrl-C reaches it too.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
