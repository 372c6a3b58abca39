//! Bundles that nobody wrote: other versions, bytes that were changed with the checksum made right
//! again, parts nested without end. Each is refused in words, none is a panic.
#![expect(clippy::unwrap_used, reason = "tests")]

use flowright_compiler::bundle::{self, BundleError, FORMAT_VERSION};
use flowright_compiler::compile::MemorySources;
use flowright_compiler::ir::verify::VerifiedProgram;
use flowright_compiler::ir::{ChannelId, Program, RequestPart, Type};
use flowright_nlu::Model;

const SOURCE: &str = include_str!("../../tests/conformance/slots.flow");
const HEADER_BYTES: usize = 52;

fn written() -> Vec<u8> {
    let compiled = flowright_compiler::compile(&MemorySources::one("a.flow", SOURCE)).unwrap();
    bundle::write(&compiled.bundle.unwrap()).unwrap().bytes
}

/// The file of a body: length and checksum are right.
fn sealed(body: &[u8]) -> Vec<u8> {
    let mut bytes = b"FLOWB\r\n\x1a".to_vec();
    bytes.extend(FORMAT_VERSION.to_le_bytes());
    bytes.extend((body.len() as u64).to_le_bytes());
    bytes.extend(blake3::hash(body).as_bytes());
    bytes.extend(body);
    bytes
}

#[test]
fn a_bundle_of_another_version_is_refused() {
    for version in [0, FORMAT_VERSION - 1, FORMAT_VERSION + 1, u32::MAX] {
        let mut bytes = written();
        bytes[8..12].copy_from_slice(&version.to_le_bytes());
        let error = bundle::read(&bytes).unwrap_err();
        let (expected, help) = match version < FORMAT_VERSION {
            true => (BundleError::Older { found: version }, "build it again"),
            false => {
                (BundleError::Newer { found: version }, "use the version of flowright that made it")
            }
        };
        assert_eq!(error, expected);
        let said = error.to_string();
        assert!(said.contains(&format!("format {version}, this flowright reads")), "{said}");
        assert!(error.help().contains(help), "{}", error.help());
    }
}

/// A bundle of this format, written once. Stores keep bundles for the sessions that began with them:
/// a format that has changed needs another number, or they would be taken for damaged. After raising
/// it: `cargo run -p flowright -- build flows/order_change -o compiler/tests/fixtures/format.flowb`.
#[test]
fn what_was_written_in_this_format_is_still_read_and_written_so() {
    let written = include_bytes!("fixtures/format.flowb");
    assert_eq!(written[8..12], FORMAT_VERSION.to_le_bytes(), "write it anew: see above");
    let (read, hash) = bundle::read(written).unwrap_or_else(|error| {
        panic!("the format has changed: raise FORMAT_VERSION ({error})");
    });
    let again = bundle::write(&read).unwrap();
    assert!(again.bytes == written && again.hash == hash, "the format has changed");
    let model = Model::from_bytes(&read.model).unwrap_or_else(|error| {
        panic!("the model's format has changed: raise FORMAT_VERSION ({error})");
    });
    assert!(model.to_bytes() == read.model, "the model's format has changed");
}

/// Operators read there which format this flowright reads.
#[test]
fn the_page_for_operators_names_this_format() {
    let page = include_str!("../../docs/operations.md");
    assert!(page.contains(&format!("reads its own format only (now {FORMAT_VERSION})")));
}

#[test]
fn what_is_written_is_read() {
    let bytes = written();
    let (read, hash) = bundle::read(&bytes).unwrap();
    let again = bundle::write(&read).unwrap();
    assert_eq!((again.bytes, again.hash), (bytes, hash));
}

#[test]
fn changed_bytes_with_a_right_checksum_are_refused_or_sound() {
    let bytes = written();
    let body = &bytes[HEADER_BYTES..];
    assert!(bundle::read(&sealed(body)).is_ok());
    let (mut seed, mut refused) = (7_u64, 0);
    let mut next = |end: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % end
    };
    for round in 0..3_000 {
        let mut changed = body.to_vec();
        for _ in 0..=next(3) {
            let at = next(changed.len());
            match round % 4 {
                0 => changed[at] ^= 1 << next(8),
                1 => changed[at] = [0, 1, 0x7f, 0x80, 0xff][next(5)],
                2 => {
                    changed.remove(at);
                }
                _ => changed.insert(at, changed[at]),
            }
        }
        refused += usize::from(bundle::read(&sealed(&changed)).is_err());
    }
    assert!(refused > 1_000, "{refused} refused");
}

/// A list of lists of lists … is one byte a level: a reader that calls itself for each would spend
/// its stack.
#[test]
fn parts_that_are_nested_without_end_are_refused() {
    let bytes = written();
    let body = &bytes[HEADER_BYTES..];
    let mut deepest = 0;
    // Wherever a type may stand: `9` is a list of what follows.
    for at in (0..body.len().min(4_000)).step_by(7) {
        let mut deep = body[..at].to_vec();
        deep.resize(at + 2_000_000, 9);
        let error = bundle::read(&sealed(&deep)).unwrap_err().to_string();
        deepest += usize::from(error.contains("nested too deep"));
        if at % 21 == 0 {
            let small = std::thread::Builder::new().stack_size(2 << 20);
            let read = small.spawn(move || bundle::read(&sealed(&deep)).is_err()).unwrap();
            assert!(read.join().unwrap());
        }
    }
    assert!(deepest > 0, "no place was found where a type stands");
}

/// What a bundle asks the company's records is limited as what a source asks.
#[test]
fn questions_to_the_records_that_no_source_asks_are_refused() {
    const ASKING: &str = r#"
bot b { languages en  timezone "UTC" }
channel mail: rest
skill s
route { otherwise -> s }
customer {
  from get "{env.CRM_URL}/customers/{id}"
  find on mail get "{env.CRM_URL}/customers?email={address}"
  id: text
}
"#;
    let compiled = flowright_compiler::compile(&MemorySources::one("a.flow", ASKING)).unwrap();
    let sound = (**compiled.bundle.unwrap().program).clone();
    assert!(VerifiedProgram::new(sound.clone()).is_ok());
    let changes: [fn(&mut Program); 9] = [
        |p| p.profile.from.as_mut().unwrap().timeout_ms = 0,
        |p| p.profile.from.as_mut().unwrap().timeout_ms = 10_001,
        |p| p.profile.from.as_mut().unwrap().keep_ms = 999,
        |p| p.profile.find[0].lookup.keep_ms = i64::MAX,
        |p| p.profile.find[0].lookup.request.url.push(RequestPart::Param(1)),
        |p| p.profile.find[0].channels.push(ChannelId(1)),
        |p| p.profile.from.as_mut().unwrap().request.method = "FETCH".to_owned(),
        |p| p.customer[0].name = "ident".to_owned(),
        |p| p.customer[0].ty = Type::Number,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = sound.clone();
        change(&mut changed);
        assert!(VerifiedProgram::new(changed).is_err(), "change {number}");
    }
}
