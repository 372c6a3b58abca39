//! The flows of the large project: five kinds, each with the intent, actions and test that belong to
//! it.

use std::fmt::Write as _;

use super::WISHES;

/// A flow of one of five kinds with what belongs to it, of so many.
pub(super) fn unit(n: usize, units: usize) -> String {
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
