//! Machine code's memory: never writable and executable at once, given back with its program. A
//! process of its own, so that nothing else maps memory meanwhile.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use flowright_codegen::JitProgram;
use flowright_compiler::compile::MemorySources;

/// Anonymous mappings with these rights, in bytes.
#[cfg(target_os = "linux")]
fn mapped(rights: &str) -> u64 {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let size = |line: &str| {
        let mut parts = line.split_whitespace();
        let (range, has) = (parts.next()?, parts.next()?);
        let anonymous = parts.nth(2)? == "0";
        let (from, to) = range.split_once('-')?;
        let bytes = u64::from_str_radix(to, 16).ok()? - u64::from_str_radix(from, 16).ok()?;
        (anonymous && has.starts_with(rights)).then_some(bytes)
    };
    maps.lines().filter_map(size).sum()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_never_writable_and_executable_and_is_given_back() {
    let text = "bot b { languages en  timezone \"UTC\" }\nchannel web: websocket\nskill s\nroute { otherwise -> s }\n";
    let compiled = flowright_compiler::compile(&MemorySources::one("b.flow", text)).unwrap();
    let program = Arc::new(compiled.bundle.unwrap().program);
    let before = mapped("r-x");
    let held: Vec<JitProgram> =
        (0..20).map(|_| JitProgram::compile(Arc::clone(&program)).unwrap()).collect();
    assert_eq!(mapped("rwx"), 0, "no memory may be written and run");
    assert!(mapped("r-x") > before, "the code must be somewhere");
    drop(held);
    assert_eq!(mapped("r-x"), before, "the memory of dropped programs is given back");
}
