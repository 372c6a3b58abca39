//! The first example of routing, as it was asked for: an intent needs a skill, and among the agents
//! who have it the one with the least load takes the conversation.

use flowright_routing::{AgentId, LeftOut};

use crate::desks::{agent, chat, desk, given};

const FRONTLINE: u16 = 0;
/// What the rule `change_delivery_date -> order_ops` asks for.
const ORDER_OPS: u16 = 1;

#[test]
fn among_agents_with_the_skill_the_one_with_the_least_load_takes_it() {
    let zhang = agent(1, &[ORDER_OPS]);
    let li = agent(2, &[ORDER_OPS, FRONTLINE]);
    let wang = agent(3, &[FRONTLINE]);
    let mut desk = desk(2, [zhang, li, wang]);

    // Zhang has two conversations, Li has one, Wang has none.
    for (id, has) in [("a", 1), ("b", 1), ("c", 2)] {
        desk.enqueue(chat(id, ORDER_OPS, 0)).unwrap();
        desk.take(id, AgentId(has), 0).unwrap();
    }

    desk.enqueue(chat("我需要修改订单#12345的交货日期", ORDER_OPS, 1_000)).unwrap();
    let weighing = desk.weigh("我需要修改订单#12345的交货日期").unwrap();
    assert_eq!(given(&mut desk, 1_000), [("我需要修改订单#12345的交货日期".to_owned(), 2)]);

    let order: Vec<u32> = weighing.candidates.iter().map(|candidate| candidate.agent.0).collect();
    assert_eq!(order, [2, 1], "Li is freer than Zhang");
    assert_eq!(weighing.left_out, [(AgentId(3), LeftOut::LacksSkill)], "Wang is freest of all");
}
