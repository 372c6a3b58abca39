//! Programs that were replaced leave memory with their last session, and their machine code with
//! them. A process of its own: nothing else is compiled meanwhile.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, Instant};

use flowright_codegen::programs_in_memory;
use flowright_tests::{World, bundle_of_text};

fn source(number: usize) -> String {
    format!(
        r#"
bot b {{ languages en  timezone "UTC" }}
channel api: rest
skill s
route {{ otherwise -> s }}
intent hello {{ pattern r"^hello$"  en "hello", "good morning", "hi there", "hey you", "good evening" }}
flow greet {{
  on intent hello
  slot name: text {{ ask "What is your name?" }}
  state start{number} {{ fill name  say "{{name}}: {number}."  end resolved }}
}}
"#
    )
}

/// Bytes that can be run and that no file lies behind.
#[cfg(target_os = "linux")]
fn machine_code() -> u64 {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let bytes = |line: &str| {
        let mut parts = line.split_whitespace();
        let (range, rights) = (parts.next()?, parts.next()?);
        let of_no_file = parts.nth(2)? == "0";
        let (from, to) = range.split_once('-')?;
        let bytes = u64::from_str_radix(to, 16).ok()? - u64::from_str_radix(from, 16).ok()?;
        (of_no_file && rights.starts_with("r-x")).then_some(bytes)
    };
    maps.lines().filter_map(bytes).sum()
}

async fn until_in_memory(count: usize) {
    let until = Instant::now() + Duration::from_secs(30);
    while programs_in_memory() != count {
        assert!(Instant::now() < until, "{} instead of {count}", programs_in_memory());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machine_code_goes_with_the_last_session_that_runs_it() {
    const VERSIONS: usize = 12;
    let bundles: Vec<Vec<u8>> = (0..VERSIONS).map(|n| bundle_of_text(&source(n))).collect();
    let world = World::start_bundle(bundles[0].clone(), |options| options).await;
    assert_eq!(programs_in_memory(), 1);
    #[cfg(target_os = "linux")]
    let code = machine_code();
    let dispatch = world.server.dispatch();
    // Every version has a session that waits in a state that the next one does not have.
    for (number, bundle) in bundles.iter().enumerate() {
        dispatch.reload(bundle.clone()).await.unwrap();
        world.say_plain(&format!("s{number}"), "1", "hello").await;
    }
    assert_eq!(programs_in_memory(), VERSIONS, "each is run by a session");
    #[cfg(target_os = "linux")]
    assert!(machine_code() > code);
    world.clock.advance_ms(61_000);
    until_in_memory(1).await;
    #[cfg(target_os = "linux")]
    assert_eq!(machine_code(), code, "the memory is given back");
    // They come back when they are touched, and go again.
    for number in 0..VERSIONS {
        let said = world.say_plain(&format!("s{number}"), "2", "Ann").await;
        assert_eq!(said, [format!("Ann: {number}.")]);
    }
    assert_eq!(programs_in_memory(), VERSIONS);
    world.clock.advance_ms(61_000);
    until_in_memory(1).await;
    // Versions that nobody has begun with are not held at all.
    for bundle in bundles.iter().rev() {
        dispatch.reload(bundle.clone()).await.unwrap();
    }
    until_in_memory(1).await;
    // The sessions are over and move when they are touched: then nobody needs the bundles.
    for number in 0..VERSIONS {
        world.say_plain(&format!("s{number}"), "3", "hello").await;
    }
    dispatch.reload(bundles[1].clone()).await.unwrap();
    let kept = dispatch.bundles().await.unwrap();
    assert_eq!(kept.len(), 2, "{kept:?}");
    world.server.stop().await;
}
