//! A large project made up for measuring and for tests of what large projects do: flows of several
//! kinds in two languages, with the intents, actions and tests that belong to them.

use std::fmt::Write as _;
use std::sync::Arc;

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

/// A flow of one of five kinds with what belongs to it, of so many.
fn unit(n: usize, units: usize) -> String {
    let text = match n % 5 {
        0 => change(n),
        1 => menu(n, units),
        2 => list(n),
        3 => survey(n),
        _ => detail(n),
    };
    match n < WISHES {
        true => intent(n) + &text,
        // Nobody asks for it: a menu calls it.
        false => text.replace(&format!("  on intent wish_{n}\n\n"), ""),
    }
}

/// The flow of a unit.
fn flow(n: usize) -> String {
    let kind = match n % 5 {
        0 => "change",
        1 => "menu",
        2 => "list",
        3 => "survey",
        _ => "detail",
    };
    format!("area.{kind}_{n}")
}

/// More choices of a menu, as many units further on as customers can ask for: the menu there, and
/// the units beside it; with the states that they lead to.
fn further(n: usize, units: usize) -> (String, String) {
    let (mut choices, mut states) = (String::new(), String::new());
    for next in (n + WISHES - 1..n + WISHES + 4).filter(|next| *next < units) {
        let _ = writeln!(
            choices,
            "      {{ en \"Matter {next}\"  zh \"事项{next}\" }} -> matter_{next}"
        );
        let _ = writeln!(
            states,
            "  state matter_{next} {{\n    call {}()\n    end resolved\n  }}\n",
            flow(next)
        );
    }
    (choices, states)
}

fn intent(n: usize) -> String {
    format!(
        r#"intent wish_{n} {{
  title {{ en "Matter {n}"  zh "事项{n}" }}
  en "matter {n} please", "I write about matter {n}",
     "help me with matter {n}", "what about matter {n}"
  zh "我要办事项{n}", "事项{n}怎么办",
     "请处理事项{n}", "关于事项{n}"
}}

"#
    )
}

/// Slots, checks, an action with errors, a condition, a permission that is proved, an effect.
fn change(n: usize) -> String {
    format!(
        r#"action area.get_{n}(order: order_number) -> {{ due: date, owner: text personal }} {{
  get "{{env.CRM}}/area/{n}/{{order}}"
  timeout 2s  retries 2
  error not_found when status == 404
}}

/// Changing a day, number {n}
flow area.change_{n} {{
  on intent wish_{n}

  slot order: order_number {{
    ask {{ en "Which order is it?"  zh "请问订单号是多少?" }}
  }}
  slot due: date {{
    ask   {{ en "It is due on {{found.due}}. What is the new day?"  zh "当前交货日为{{found.due}},改到哪天?" }}
    check due > today else {{ en "That day has passed."  zh "该日期已过。" }}
    tries 3
  }}

  state locate {{
    fill order
    do found = area.get_{n}(order) {{
      not_found -> {{ say {{ en "I can't find {{order}}."  zh "没有找到{{order}}。" }}  clear order  -> locate }}
      failed    -> handoff because "no answer about {{order}}"
    }}
    -> collect
  }}

  state collect {{
    fill due
    when due < found.due -> earlier
    otherwise            -> authorise
  }}

  state earlier {{
    confirm {{ en "That is earlier than {{found.due}}. Go on?"  zh "早于{{found.due}},继续吗?" }} {{
      yes -> authorise
      no  -> {{ clear due  -> collect }}
    }}
  }}

  state authorise {{
    do permit = crm.permission(customer.id, order) {{ failed -> refuse }}
    when permit.granted -> update
    otherwise           -> refuse
  }}

  state update {{
    do letters.send(customer.email, order) {{ failed -> refuse }}
    say {{ en "Order {{order}} moves to {{due}}."  zh "订单{{order}}改到{{due}}。" }}
    end resolved
  }}

  state refuse {{ handoff to orders because "order {{order}}" }}

  ensure permit.granted before letters.send
}}

test "change {n}" {{
  today 2026-06-01
  customer {{ id "C-1" }}
  given area.get_{n} -> {{ due: 2026-06-10, owner: "C-1" }}
  given crm.permission -> {{ granted: true }}
  user "matter {n} please"
  bot  "Which order is it?"
}}

"#
    )
}

/// A menu, handlers, a call.
fn menu(n: usize, units: usize) -> String {
    let (choices, states) = further(n, units);
    // One that was written before, but for the first.
    let called = if n == 1 { 4 } else { n - 2 };
    format!(
        r#"flow area.menu_{n} {{
  on intent wish_{n}

  slot note: text {{ ask {{ en "What shall we tell them?"  zh "要转达什么?" }} }}

  state start {{
    choose {{ en "What is it about?"  zh "关于什么?" }} {{
      {{ en "A bill"      zh "账单" }} -> bill
      {{ en "A delivery"  zh "交货" }} -> delivery
      {{ en "A question"  zh "问题" }} -> question
{choices}      {{ en "Nothing"     zh "没事" }} -> {{ say {{ en "All right."  zh "好的。" }}  end cancelled }}
    }}

    on silence 10m {{ say {{ en "Are you still there?"  zh "您还在吗?" }} }}
  }}

  state bill {{
    say {{ en "Bills are sent on Mondays."  zh "账单每周一发送。" }}
    end resolved
  }}

  state delivery {{
    say promise(today + 2d)
    call area.detail_{called}(subject: "delivery {n}")
    end resolved
  }}

  state question {{
    fill note
    when note contains "urgent" {{ set impact = line_down }}
    say {{ en "Noted: {{note}}"  zh "已记录:{{note}}" }}
    handoff because "a question: {{note}}"
  }}

{states}  on silence 1h {{ end unresolved }}

  ensure always reaches end
}}

"#
    )
}

/// One of a list of the customer's.
fn list(n: usize) -> String {
    format!(
        r#"flow area.list_{n} {{
  on intent wish_{n}

  state start {{
    do found = orders.list(customer.id) {{
      failed -> handoff because "the CRM does not answer"
    }}
    when count(found.items) == 0 -> nothing
    choose order in found.items {{ en "Which order?"  zh "哪个订单?" }} {{
      "{{order.number}}: {{order.total}}" -> chosen
      none -> nothing
    }}
  }}

  state chosen {{
    when order.total > CNY 10_{digits:03} {{
      say {{ en "A large one: {{order.total}}."  zh "大额订单:{{order.total}}。" }}
    }}
    confirm {{ en "Order {{order.number}}, is that right?"  zh "订单{{order.number}},对吗?" }} {{
      yes -> finish
      no  -> start
    }}
  }}

  state finish {{
    mark "chosen_{n}"
    say {{ en "Thank you."  zh "谢谢。" }}
    end resolved
  }}

  state nothing {{
    say {{ en "There is no order then."  zh "没有订单。" }}
    end unresolved
  }}
}}

"#,
        digits = n % 1_000
    )
}

/// Ranges, branches over choices, sets and clears, the session's slot, a bound on turns.
fn survey(n: usize) -> String {
    format!(
        r#"flow area.survey_{n} {{
  on intent wish_{n}

  slot grade: number {{
    ask   {{ en "How did we do, from 1 to 5?"  zh "请打分,1到5分。" }}
    check grade >= 1 and grade <= 5 else {{ en "From 1 to 5, please."  zh "请填1到5。" }}
    tries 2
  }}
  slot kind: one_of {{
    service {{ en "service", "people"  zh "服务" }}
    goods   {{ en "goods", "things"    zh "商品" }}
  }} {{ ask {{ en "Was it service or goods?"  zh "是服务还是商品?" }} }}
  slot comment: text {{ ask {{ en "What went wrong?"  zh "哪里不满意?" }} }}

  state start {{
    fill kind, grade
    when grade <= 2 -> bad
    when kind is goods and grade == 3 {{ set impact = degraded }}
    -> thanks
  }}

  state bad {{
    fill comment
    when impact is line_down -> human
    when kind is service     -> human
    say {{ en "We are sorry about this: {{comment}}"  zh "抱歉:{{comment}}" }}
    -> thanks
  }}

  state human  {{ handoff to frontline because "{{kind}}: {{comment}}" }}
  state thanks {{
    say {{ en "Thank you for {{grade}} points for {{kind}}."  zh "感谢您给{{kind}}打{{grade}}分。" }}
    end resolved
  }}

  ensure at most 12 turns
}}

"#
    )
}

/// What the menus call, and what is started by itself.
fn detail(n: usize) -> String {
    format!(
        r#"flow area.detail_{n} {{
  on intent wish_{n}

  slot subject: text  {{ ask {{ en "What is it about?"  zh "是关于什么的?" }} }}
  slot words: text    {{ ask {{ en "Tell me more about {{subject}}."  zh "请说说{{subject}}。" }} }}
  slot phone: phone   {{ ask {{ en "Your number?"  zh "您的电话?" }} }}

  state start {{
    fill subject, words
    when words contains "call" -> call_back
    otherwise                  -> done
  }}

  state call_back {{
    fill phone
    say {{ en "We shall call {{phone}} about {{subject}}."  zh "我们会就{{subject}}致电{{phone}}。" }}
    -> done
  }}

  state done {{
    say {{ en "Noted: {{words}}"  zh "已记录:{{words}}" }}
    end resolved
  }}
}}

"#
    )
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
