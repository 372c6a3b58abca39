//! Random flows, steps and tests: see `mod.rs`, which this is a part of.

use super::Maker;

impl Maker<'_> {
    pub(super) fn flow_member(&mut self) {
        match self.choices.below(9) {
            0 => {
                self.puts("on intent");
                self.dotted();
            }
            1 => {
                self.puts("on repair");
                self.dotted();
            }
            2 => self.one_handler(),
            3 => self.slot(),
            4 => self.fallback(),
            5 => self.ensure(),
            6 => self.puts("on start"),
            _ => {
                self.put("state");
                self.name();
                self.braces(0, 4, |m| if m.chance(6) { m.one_handler() } else { m.step() });
            }
        }
    }

    fn one_handler(&mut self) {
        match self.choices.below(3) {
            0 => {
                self.puts("on intent");
                self.dotted();
            }
            1 => self.puts("on silence 10m"),
            _ => self.puts("on failure"),
        }
        if self.chance(3) {
            self.put("->");
            self.name();
        } else {
            self.block();
        }
    }

    fn ensure(&mut self) {
        self.put("ensure");
        match self.choices.below(4) {
            0 => self.puts("always reaches end"),
            1 => self.puts("at most 5 turns"),
            2 => self.puts("a human within 1 turn from anywhere"),
            _ => {
                self.expr();
                self.put("before");
                self.dotted();
            }
        }
    }

    fn block(&mut self) {
        self.depth += 1;
        let alone = std::mem::replace(&mut self.alone, false);
        self.braces(0, 3, Self::step);
        self.alone = alone;
        self.depth -= 1;
    }

    fn target(&mut self) {
        let alone = std::mem::replace(&mut self.alone, true);
        match self.choices.below(3) {
            0 => self.name(),
            1 => self.block(),
            _ => self.step(),
        }
        self.alone = alone;
    }

    /// A step that nothing behind it could be taken for a part of.
    fn step(&mut self) {
        match self.choices.below(if self.depth > 1 { 12 } else { 17 }) {
            0 => {
                self.put("->");
                self.name();
            }
            1 | 2 => self.say(),
            3 => {
                self.put("fill");
                self.some(1, 3, true, Self::name);
            }
            4 => {
                self.put("set");
                self.dotted();
                self.put("=");
                self.expr();
            }
            5 => {
                self.put("clear");
                self.some(1, 3, true, Self::dotted);
            }
            6 => {
                self.put("call");
                self.dotted();
                self.args();
            }
            7 => {
                self.put("wait");
                self.expr();
            }
            8 => {
                self.put("mark");
                self.plain();
            }
            9 => self.handoff(),
            10 => {
                self.put("end");
                self.one(&["resolved", "unresolved", "cancelled"]);
            }
            11 => self.one(&["resume", "repeat", "abandon", "correct"]),
            12 => self.confirm(),
            13 => self.choose(),
            14 => self.do_(),
            _ => self.when(),
        }
    }

    fn say(&mut self) {
        self.put("say");
        if self.chance(4) {
            self.puts("on web");
        }
        self.text_ref();
        while self.chance(4) {
            match self.choices.below(3) {
                0 => {
                    self.put("choices");
                    self.braces(1, 3, |m| {
                        m.text_inline();
                        if m.chance(2) {
                            m.put(",");
                        }
                    });
                }
                1 => {
                    self.one(&["link", "image"]);
                    self.text();
                    self.text_inline();
                }
                _ => {
                    self.puts("card {");
                    self.put("title");
                    self.text_ref();
                    self.some(0, 2, false, |m| {
                        m.one(&["link", "image"]);
                        m.text();
                    });
                    self.put("}");
                }
            }
        }
    }

    fn handoff(&mut self) {
        self.put("handoff");
        if self.chance(2) {
            self.put("to");
            self.name();
        }
        if self.chance(2) {
            self.put("because");
            self.text_ref();
        }
    }

    fn confirm(&mut self) {
        self.put("confirm");
        self.text_inline();
        self.puts("{ yes ->");
        self.target();
        self.puts("no ->");
        self.target();
        self.put("}");
    }

    fn choose(&mut self) {
        self.put("choose");
        let from_list = self.chance(2);
        if from_list {
            self.name();
            self.put("in");
            self.dotted();
        }
        if self.chance(2) {
            self.text_inline();
        }
        let arm = |m: &mut Self| {
            m.text_inline();
            m.put("->");
            m.target();
        };
        if from_list {
            self.braces(1, 1, arm);
        } else {
            self.braces(0, 3, arm);
        }
    }

    fn do_(&mut self) {
        self.put("do");
        if self.chance(2) {
            self.name();
            self.put("=");
        }
        self.dotted();
        self.args();
        self.braces(0, 3, |m| {
            m.name();
            m.put("->");
            m.target();
        });
    }

    fn when(&mut self) {
        self.put("when");
        self.expr();
        self.branch();
        if !self.alone && self.chance(2) {
            self.put("otherwise");
            self.branch();
        }
    }

    fn branch(&mut self) {
        self.depth += 1;
        match self.choices.below(4) {
            0 => self.block(),
            1 => {
                self.put("say");
                self.text_ref();
            }
            _ => {
                self.put("->");
                self.target();
            }
        }
        self.depth -= 1;
    }

    // --- tests --------------------------------------------------------------------------------

    pub(super) fn test_line(&mut self) {
        match self.choices.below(11) {
            0 => {
                self.puts("today 2026-06-01");
                if self.chance(2) {
                    self.put("09:30");
                }
            }
            1 => self.puts("language en"),
            2 => self.puts("channel web"),
            3 => {
                self.put("customer");
                self.braces(0, 3, Self::setting);
            }
            4 => self.puts("seed 7"),
            5 => {
                self.put("given");
                self.dotted();
                if self.chance(2) {
                    self.args();
                }
                self.put("->");
                self.expr();
            }
            6 => {
                self.put("user");
                if self.chance(3) {
                    self.put("presses");
                }
                self.text();
            }
            7 => {
                self.put("bot");
                if self.chance(4) {
                    self.puts("on web");
                }
                self.text();
            }
            8 => self.puts("silence 10m"),
            9 => self.puts("reachable on web, mail"),
            _ => self.expect(),
        }
    }

    fn expect(&mut self) {
        self.put("expect");
        match self.choices.below(5) {
            0 => {
                if self.chance(2) {
                    self.put("not");
                }
                self.put("called");
                self.dotted();
                if self.chance(2) {
                    self.args();
                }
            }
            1 => self.puts("ended resolved"),
            2 => {
                self.puts("handoff to x because");
                self.text();
            }
            3 => {
                self.put("state");
                self.dotted();
            }
            _ => self.expr(),
        }
    }
}
