//! Parsing and checking a generated project of 100,000 lines, beside lexing the same text.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use flowright_bench::{grouped, seconds};
use flowright_compiler::base::FileId;
use flowright_compiler::compile::MemorySources;
use flowright_compiler::syntax;

const FILES: usize = 100;
const FLOWS_PER_FILE: usize = 40;

fn flow(out: &mut String, n: usize) {
    let _ = write!(
        out,
        "/// Flow number {n}\nflow area.flow_{n} {{\n  slot order: order_number {{\n    ask {{ en \"Which order?\"  zh \"请问订单号?\" }}\n  }}\n  \
         slot due: date {{\n    ask   {{ en \"Which day, {{today}} at the earliest?\"  zh \"哪一天?最早{{today}}。\" }}\n    \
         check due >= today else {{ en \"That day has passed.\"  zh \"该日期已过。\" }}\n    tries 3\n  }}\n  state locate {{\n    fill order, due\n    \
         do found = orders.get(order) {{\n      not_found -> {{ clear order  -> locate }}\n      failed    -> handoff because \"no answer about {{order}}\"\n    }}\n    \
         when found.due < due and customer.contract >= CNY {n} -> update\n    otherwise -> refuse\n  }}\n  state update {{\n    \
         say {{ en \"Order {{order}} moves to {{due}}.\"  zh \"订单{{order}}改到{{due}}。\" }}\n    end resolved\n  }}\n  state refuse {{ handoff because \"order {{order}}\" }}\n}}\n\n"
    );
}

fn sources() -> MemorySources {
    let head = "bot big {\n  languages en, zh\n  timezone \"Asia/Shanghai\"\n}\nchannel web: websocket\nskill s\nroute { otherwise -> s }\n\
        customer { contract: money }\nentity order_number: text { pattern r\"#?(\\d{5,10})\" }\n\
        action orders.get(order: order_number) -> { due: date } {\n  get \"{env.CRM}/orders/{order}\"\n  error not_found when status == 404\n}\n";
    let mut files = vec![("head.flow".to_owned(), Arc::from(head))];
    for file in 0..FILES {
        let mut text = String::new();
        (0..FLOWS_PER_FILE).for_each(|n| flow(&mut text, file * FLOWS_PER_FILE + n));
        files.push((format!("part_{file:03}.flow"), text.into()));
    }
    MemorySources(files)
}

fn main() {
    let sources = sources();
    let lines: usize = sources.0.iter().map(|(_, text)| text.lines().count()).sum();
    let bytes: usize = sources.0.iter().map(|(_, text)| text.len()).sum();
    println!("{} lines, {} bytes", grouped(lines as f64), grouped(bytes as f64));
    let each = |work: &dyn Fn(&str)| sources.0.iter().for_each(|(_, text)| work(text));
    let lexing = seconds(3, || each(&|text| drop(black_box(syntax::lex(text)))));
    let parsing = seconds(3, || each(&|text| drop(black_box(syntax::parse(text, FileId(0))))));
    let checking = seconds(2, || {
        let analysis = flowright_compiler::analyse(&sources).unwrap();
        assert_eq!(analysis.errors(), 0, "{:?}", analysis.diagnostics.first());
        black_box(analysis);
    });
    let compiling = seconds(1, || {
        black_box(flowright_compiler::compile(&sources).unwrap().bundle.unwrap());
    });
    for (name, took) in
        [("lex", lexing), ("parse", parsing), ("parse and check", checking), ("compile", compiling)]
    {
        let rate = grouped(lines as f64 / took);
        println!(
            "{name:<18} {:>8.0} ms  {rate:>12} lines/s  {:>6.1}x lexing",
            took * 1e3,
            took / lexing
        );
    }
}
