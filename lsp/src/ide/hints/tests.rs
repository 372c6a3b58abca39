//! Texts with their hints between `⟨` and `⟩`.

use super::*;
use crate::ide::fixture::Bench;

const AROUND: &str = "bot b {\n  languages en, zh\n  timezone  \"UTC\"\n}\n\
    entity size: one_of { small, large }\n\
    action get_it(id: text, size: size) -> { due: date, items: list of { name: text } } {\n  \
    get \"https://x/{id}/{size}\"\n}\n";

/// The text with its hints, those of the part before `$0` only.
fn shown(text: &str) -> String {
    let fixture = Bench::default().at(&format!("{text}//- around.flow\n{AROUND}"));
    let within = Span::new(0, fixture.offset);
    let mut text = text.replace("$0", "");
    for hint in hints(&fixture.snapshot, fixture.file, within).into_iter().rev() {
        text.insert_str(hint.at as usize, &format!("⟨{}⟩", hint.label));
    }
    text
}

#[test]
fn what_is_not_written_is_shown() {
    let text = r#"
slot how: size

flow f {
  on start
  slot id: text { ask { en "Which?"  zh "哪个?" } }

  state a {
    fill id
    do found = get_it(id, large) { failed -> b }
    choose item in found.items { en "Which?" } {
      { en "{item.name}"  zh "{item.name}" } -> c
      none -> c
    }
  }

  state b { end }
  state c {
    call g()
    handoff
  }
  state lost { -> lost }
}

flow g {
  slot id: text { ask { zh "哪个?" }  tries 2 }
  state a { end }
}
$0"#;
    let expected = r#"
slot how: size⟨ = one_of { small, large }⟩

flow f {
  on start
  slot id: text { ask { en "Which?"  zh "哪个?" } }

  state a {
    fill id
    do found⟨: { due: date, items: list of { name: tex…⟩ = get_it(id, ⟨size:⟩large) { failed -> b }
    choose item⟨: { name: text }⟩ in found.items { en "Which?" }⟨zh missing⟩ {
      { en "{item.name}"  zh "{item.name}" } -> c
      none -> c
    }
  }

  state b { end⟨resolved⟩ }
  state c {
    call g()
    handoff
  }
  state lost { -> lost }
}

flow g {
  slot id: text { ask { zh "哪个?" }⟨en missing⟩  tries 2 }
  state a { end⟨resolved⟩ }
}
"#;
    assert_eq!(shown(text), expected);
}

#[test]
fn what_a_sound_project_comes_to_is_shown() {
    let text = r#"
flow f {
  on start
  slot id: text { ask { en "Which?"  zh "哪个?" } }

  state a {
    fill id
    when id == "1" -> b
    say { en "{id}"  zh "{id}" }
    end resolved
  }

  state b { fill id  -> b }
  state lost { say { en "x"  zh "x" }  end resolved }
}

action b() { get "https://x" }
$0
action c() { get "https://x"  timeout 1s }
"#;
    let shown = shown(text);
    let lines: Vec<&str> = shown.lines().filter(|line| line.contains('⟨')).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "slot id: text { ask { en \"Which?\"  zh \"哪个?\" }⟨tries 3⟩ }",
            "state b⟨no way to an end⟩ { fill id  -> b }",
            "state lost⟨never entered⟩ { say { en \"x\"  zh \"x\" }  end resolved }",
            "action b() { get \"https://x\"⟨timeout 5s⟩ }",
        ]
    );
}

#[test]
fn only_the_asked_part_is_looked_at_and_names_lead_to_their_declarations() {
    let text = "slot a: size\n$0\nslot b: size\n";
    assert_eq!(shown(text), "slot a: size⟨ = one_of { small, large }⟩\n\nslot b: size\n");
    let fixture = Bench::default().at(&format!("{text}//- around.flow\n{AROUND}"));
    let all = hints(&fixture.snapshot, fixture.file, Span::new(0, 5_000));
    assert_eq!(all.len(), 2);
    for hint in all {
        let target = hint.target.unwrap();
        let source = fixture.snapshot.source(target.file).unwrap();
        assert_eq!(source.text.get(target.span.range()), Some("size"));
    }
}
