//! Who goes first, for any conversations at all: no inversions within a priority, and nobody is
//! passed for longer than is said.

use flowright_routing::{AgentId, Desk, Skill, SkillId, Waiting, head_start_ms, passed_for_ms_max};
use proptest::prelude::*;

use crate::desks::{CHAT, MAIL, agent, desk_of};

const WEIGHTS_MILLI: [u32; 3] = [500, 1_000, 3_000];

fn skills() -> Vec<Skill> {
    let skill = |weight_milli: &u32| Skill { weight_milli: *weight_milli, ..Skill::named("s") };
    WEIGHTS_MILLI.iter().map(skill).collect()
}

/// What happens at a desk.
#[derive(Debug, Clone)]
enum Move {
    Come { skill: u16, urgency: u8, is_mail: bool },
    Release(usize),
    Leave(usize),
    Urgency(usize, u8),
    Restart,
}

fn moves() -> impl Strategy<Value = Vec<(i64, Move)>> {
    let come = (0..3_u16, 0..4_u8, any::<bool>());
    let one = prop_oneof![
        6 => come.prop_map(|(skill, urgency, is_mail)| Move::Come { skill, urgency, is_mail }),
        3 => any::<usize>().prop_map(Move::Release),
        1 => any::<usize>().prop_map(Move::Leave),
        1 => (any::<usize>(), 0..4_u8).prop_map(|(which, urgency)| Move::Urgency(which, urgency)),
        1 => Just(Move::Restart),
    ];
    prop::collection::vec((0..400_000_i64, one), 1..150)
}

/// One who can do all, two who can do some: capacity for three chats or mails each.
fn begin() -> Desk {
    desk_of(skills(), [agent(1, &[0, 1, 2]), agent(2, &[0, 1]), agent(3, &[2])])
}

fn can(agent: AgentId, skill: SkillId) -> bool {
    match agent.0 {
        1 => true,
        2 => skill.0 < 2,
        _ => skill.0 == 2,
    }
}

struct World {
    desk: Desk,
    waiting: Vec<Waiting>,
    taken: Vec<String>,
    now_ms: i64,
    count: usize,
}

impl World {
    fn carry_out(&mut self, what: Move) {
        let pick = |taken: &[String], which: usize| {
            which.checked_rem(taken.len()).and_then(|at| taken.get(at)).cloned()
        };
        match what {
            Move::Come { skill, urgency, is_mail } => {
                let channel = if is_mail { MAIL } else { CHAT };
                let (id, since_ms) = (self.count.to_string(), self.now_ms);
                self.count += 1;
                let skill = SkillId(skill);
                let one =
                    Waiting { id, skill, level: 1, urgency, since_ms, channel, replied: false };
                self.desk.enqueue(one.clone()).unwrap();
                self.waiting.push(one);
            }
            Move::Release(which) => {
                if let Some(id) = pick(&self.taken, which) {
                    self.desk.release(&id, 1_000, self.now_ms).unwrap();
                    self.taken.retain(|taken| *taken != id);
                }
            }
            Move::Leave(which) => {
                if let Some(id) = pick(&self.taken, which) {
                    self.desk.remove(&id, self.now_ms).unwrap();
                    self.taken.retain(|taken| *taken != id);
                }
            }
            Move::Urgency(which, urgency) => {
                let count = self.waiting.len();
                if let Some(one) = which.checked_rem(count).and_then(|at| self.waiting.get_mut(at))
                {
                    one.urgency = urgency;
                    self.desk.set_urgency(&one.id, urgency).unwrap();
                }
            }
            Move::Restart => {
                let kept = serde_json::to_string(&self.desk).unwrap();
                self.desk = serde_json::from_str(&kept).unwrap();
            }
        }
    }

    /// Decisions of this moment, each held against all who still wait.
    fn decide(&mut self) -> Result<(), TestCaseError> {
        let skills = skills();
        let skill = |one: &Waiting| skills.get(one.skill.index()).unwrap().clone();
        while let Some(decision) = self.desk.next_decision(self.now_ms) {
            let at = self.waiting.iter().position(|one| one.id == decision.item).unwrap();
            let taken = self.waiting.remove(at);
            for passed in self.waiting.iter().filter(|one| can(decision.agent, one.skill)) {
                let head = |one: &Waiting| head_start_ms(one.urgency, &skill(one));
                if head(passed) == head(&taken) {
                    prop_assert!(passed.since_ms >= taken.since_ms, "{taken:?} before {passed:?}");
                }
                let most_ms = passed_for_ms_max(passed.urgency, &skill(passed), 3_000);
                let later_ms = taken.since_ms - passed.since_ms;
                prop_assert!(later_ms <= most_ms, "{taken:?} before {passed:?}");
                prop_assert!(later_ms <= head(&taken) - head(passed));
            }
            self.taken.push(taken.id);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_passed_for_longer_than_is_said(moves in moves()) {
        let mut world = World {
            desk: begin(),
            waiting: Vec::new(),
            taken: Vec::new(),
            now_ms: 0,
            count: 0,
        };
        for (after_ms, what) in moves {
            world.now_ms += after_ms;
            world.carry_out(what);
            world.decide()?;
            // Nobody waits whom a free agent could take.
            for one in &world.waiting {
                let weighing = world.desk.weigh(&one.id).unwrap();
                prop_assert_eq!(weighing.candidates, vec![]);
            }
            prop_assert_eq!(world.desk.waiting(), world.waiting.len());
        }
    }

    #[test]
    fn a_desk_that_was_kept_decides_as_it_would_have(moves in moves()) {
        let play = |restarts: bool| {
            let mut world =
                World { desk: begin(), waiting: Vec::new(), taken: Vec::new(), now_ms: 0, count: 0 };
            let mut told = Vec::new();
            for (after_ms, what) in moves.clone() {
                world.now_ms += after_ms;
                if restarts || !matches!(what, Move::Restart) {
                    world.carry_out(what);
                }
                told.extend(world.desk.next_decisions(world.now_ms));
            }
            told
        };
        prop_assert_eq!(play(true), play(false));
    }

    #[test]
    fn who_is_said_to_have_the_turn_has_it(moves in moves()) {
        let mut world =
            World { desk: begin(), waiting: Vec::new(), taken: Vec::new(), now_ms: 0, count: 0 };
        for (after_ms, what) in moves {
            world.now_ms += after_ms;
            world.carry_out(what);
            loop {
                let waiting: Vec<String> =
                    world.desk.in_order().iter().map(|one| one.id.clone()).collect();
                let said: Vec<_> = waiting.iter().filter_map(|id| {
                    Some((id.clone(), world.desk.weigh(id)?.candidates.first()?.agent))
                }).collect();
                let Some(decision) = world.desk.next_decision(world.now_ms) else { break };
                prop_assert_eq!(said.first(), Some(&(decision.item.clone(), decision.agent)));
                world.waiting.retain(|one| one.id != decision.item);
                world.taken.push(decision.item);
            }
        }
    }
}
