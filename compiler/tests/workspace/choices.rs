//! Choices: a flow that only compares a slot with some of them depends on no other, and not on what they
//! are called.

use flowright_compiler::Workspace;
use flowright_compiler::compile::MemorySources;

use super::check_both;

/// Flows that ask for some choices and for all, alone and together; that set, empty, show, fill, offer
/// and compare them with each other. `ENTITY` and `MOOD` stand for lists of choices.
const PROJECT: &str = r#"bot b { languages en, zh  timezone "UTC" }
customer { id: text  kind: severity }
channel web: websocket
channel shop: webhook { provider whatsapp }
skill s
entity severity: one_of { ENTITY }
slot impact: severity { ask { en "How bad?"  zh "多糟?" } }
slot before: severity
slot at_first: severity { default down }
slot mood: one_of { MOOD } { ask { en "How are you?"  zh "您好吗?" } }
route {
  urgency critical when impact is down
  otherwise -> s
}
text done() { en "Done."  zh "完成。" }
intent some_wish { en "some of it please", "a part of it"  zh "要一部分", "给我一些" }
intent all_wish { en "all of it", "the whole thing"  zh "全部都要", "所有的" }
intent rest_wish { en "and the rest", "what is left"  zh "剩下的", "其余的" }
intent show_wish { en "show it to me", "let me see"  zh "给我看看", "让我看一下" }
intent fill_wish { en "how bad it is: {impact: severity}", "it is {impact: severity}"  zh "现在{impact: severity}", "我们这里{impact: severity}" }
intent half_wish { en "one half", "the first half"  zh "前一半", "一半就好" }
intent pair_wish { en "as before", "the same again"  zh "和以前一样", "再来一次" }
intent end_wish { en "when does it end", "the end of it"  zh "什么时候结束", "何时完" }
flow some {
  on intent some_wish
  state start {
    when impact is down -> bad
    when has impact and mood is not good { say { en "Not down."  zh "没有停。" } }
    set impact = slow
    say done()  end resolved
  }
  state bad { set mood = poor  clear impact, mood  say done()  end unresolved }
}
flow all {
  on intent all_wish
  state start {
    when not has impact -> bad
    when impact is down -> bad
    when impact is slow -> bad
    when impact is not odd { say { en "Another."  zh "其他。" } }
    say done()  end resolved
  }
  state bad { say { en "Bad."  zh "糟糕。" }  say done()  end unresolved }
}
flow rest {
  on intent rest_wish
  state start {
    when not has impact -> bad
    when impact is down -> bad
    when impact is slow -> bad
    when impact is down { say { en "Never."  zh "不会。" } }
    say done()  end resolved
  }
  state bad { say { en "Bad."  zh "糟糕。" }  say done()  end unresolved }
}
flow shown {
  on intent show_wish
  state start {
    when has impact { say { en "It is {impact}."  zh "是{impact}。" } }
    say done()  end resolved
  }
}
flow filled {
  on intent fill_wish
  state start {
    fill impact, mood
    when mood is good -> fine
    when customer.kind is slow and at_first is down -> fine
    say done()  end resolved
  }
  state fine { say { en "Fine."  zh "好。" }  say done()  end resolved }
}
flow half {
  on intent half_wish
  state start {
    when impact is down { say done()  end resolved }
    call other_half()
    say done()  end resolved
  }
}
flow other_half {
  state start {
    when not has impact -> slow
    when impact is slow -> slow
    when impact is not odd -> last
    say done()  end unresolved
  }
  state slow { say done()  end resolved }
  state last { say done()  end resolved }
}
flow pair {
  on intent pair_wish
  state start {
    when has impact and impact == before { say { en "The same."  zh "一样。" } }
    when has impact { set before = impact }
    set at_first = slow
    say done()  end resolved
  }
}
flow always {
  on intent end_wish
  state start {
    when impact is down -> again
    say done()  end resolved
  }
  state again { confirm { en "Again?"  zh "再来?" } { yes -> start  no -> over } }
  state over { when mood is poor -> again  say done()  end cancelled }
  ensure always reaches end
  ensure at most 2 turns
}
"#;

/// Lists of some of these options, in any order, now and then with other words.
fn list(options: &[&str], below: &mut impl FnMut(usize) -> usize) -> String {
    let mut left = options.to_vec();
    // Most are there most of the time: without them flows are wrong, and not looked at further.
    for _ in 0..below(3) * below(2) {
        left.remove(below(left.len()));
    }
    for number in 0..left.len() * below(2) {
        let other = below(left.len());
        left.swap(number, other);
    }
    let word = |option: &str, below: &mut dyn FnMut(usize) -> usize| match below(4) {
        0 => format!("{option} {{ en \"so {option}\" zh \"{option}的\" }}"),
        1 => {
            format!("{option} {{ en \"{option} and a lot of words behind it\" zh \"很{option}\" }}")
        }
        _ => format!("{option} {{ en \"quite {option}\" zh \"很{option}\" }}"),
    };
    let all: Vec<String> = left.iter().map(|option| word(option, below)).collect();
    all.join(" ")
}

#[test]
fn whatever_the_choices_are() {
    let mut random = 0xc401_ce5e_u64;
    let mut below = |end: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % end.max(1) as u64).unwrap()
    };
    let mut workspace = Workspace::default();
    let mut sound = 0;
    let rounds = 300;
    for _ in 0..rounds {
        let entity = list(&["down", "slow", "odd", "calm"], &mut below);
        let mood = list(&["good", "poor", "mixed"], &mut below);
        let text = PROJECT.replace("ENTITY", &entity).replace("MOOD", &mood);
        let sources = MemorySources(vec![("a.flow".to_owned(), text.into())]);
        let after = format!("{entity} / {mood}");
        sound += usize::from(check_both(&mut workspace, &sources, &after));
    }
    assert!(sound * 3 >= rounds, "{sound} of {rounds}");
    let work = workspace.work();
    // Looked at anew each time, the flows would be so many.
    let flows = PROJECT.matches("\nflow ").count() * sound;
    assert!(work.followed * 3 < flows as u64 * 2, "{work:?} of {flows}");
}
