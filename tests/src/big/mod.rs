//! A large project made up for measuring and for tests of what large projects do: flows of several
//! kinds in two languages, with the intents, actions and tests that belong to them.

mod units;

use std::fmt::Write as _;
use std::sync::Arc;

use self::units::unit;

/// Files that the flows are spread over.
pub const FILES: usize = 500;

/// What the whole project shares.
const HEAD: &str = r##"/// A made-up company's support desk.
bot big {
  languages en, zh
  timezone  "Asia/Shanghai"
}

use std.repair

role agent
role supervisor includes agent

customer {
  id:       text
  tier:     one_of { standard, gold }
  email:    text   personal
  contract: money  visible to supervisor
}

channel web: websocket { path "/chat" }
channel api: rest

skill frontline
skill orders { overflow frontline after 10m }

slot impact: severity

entity severity: one_of {
  line_down { en "line is down", "production stopped"  zh "停产", "产线停机" }
  degraded  { en "slow", "unstable"                    zh "变慢", "不稳定" }
}

entity order_number: text { pattern r"#?(\d{5,10})" }

action orders.list(customer: text) -> { items: list of { number: text, total: money } } {
  get "{env.CRM}/customers/{customer}/orders"
}

action crm.permission(customer: text, order: order_number) -> { granted: bool } {
  get "{env.CRM}/customers/{customer}/orders/{order}/permission"
}

effect letters.send(to: text personal, order: order_number) {
  post "{env.CRM}/letters"  body { to, order }
}

text promise(by: date) {
  en "You will hear from us by {by}."
  zh "我们将在{by}前回复您。"
}
"##;

/// Units that customers can ask for: a model knows so many intents, with room for others.
const WISHES: usize = 1_500;

/// A project of about so many lines: label and text of each file.
#[must_use]
pub fn project(lines: usize) -> Vec<(String, Arc<str>)> {
    let mut written = HEAD.lines().count();
    let mut units = 0;
    while written < lines {
        written += unit(units, units + 1).lines().count();
        units += 1;
    }
    let mut parts: Vec<String> = Vec::new();
    for number in 0..units {
        let text = unit(number, units);
        match parts.get_mut(number % FILES) {
            Some(part) => part.push_str(&text),
            None => parts.push(text),
        }
    }
    let named = |(number, text): (usize, String)| (format!("part_{number:03}.flow"), text.into());
    let mut files: Vec<(String, Arc<str>)> = parts.into_iter().enumerate().map(named).collect();
    files.push(("head.flow".to_owned(), format!("{HEAD}\n{}", route(units)).into()));
    files
}

/// One rule for every hundred flows.
fn route(units: usize) -> String {
    let mut text = "route {\n  urgency critical when impact is line_down\n  \
                    urgency high when customer.tier is gold\n\n"
        .to_owned();
    let wishes = units.min(WISHES);
    for first in (0..wishes).step_by(100) {
        let _ = writeln!(text, "  wish_{first}, wish_{} -> orders", (first + 1).min(wishes - 1));
    }
    text + "  otherwise -> frontline\n}\n"
}

/// A state that offers so many choices.
#[must_use]
pub fn choices(count: usize) -> String {
    let mut text = "/// A very long menu\nflow wide {\n  on start\n\n  state start {\n    \
                    choose \"Which one?\" {\n"
        .to_owned();
    for n in 0..count {
        let _ = writeln!(text, "      \"Choice {n}\" -> {{ mark \"picked_{n}\"  -> done }}");
    }
    text + "    }\n  }\n\n  state done { say \"Thank you.\"  end resolved }\n}\n"
}

/// A condition and a sum in so many parentheses.
#[must_use]
pub fn parentheses(depth: usize) -> String {
    let (open, close) = ("(".repeat(depth), ")".repeat(depth));
    format!(
        "intent deep {{ pattern r\"deep\" }}\n\nflow deep {{\n  on intent deep\n\n  slot amount: number {{ ask \"How many?\" }}\n\n  state start {{\n    \
         fill amount\n    when {open}amount{close} > {open}1 + 2{close} {{ say \"Many.\" }}\n    \
         say \"Thank you.\"\n    end resolved\n  }}\n}}\n"
    )
}
