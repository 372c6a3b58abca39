//! Random declarations: see `mod.rs`, which this is a part of.

use super::Maker;
use super::values::TYPES;

impl Maker<'_> {
    pub(super) fn decl(&mut self) {
        match self.choices.below(24) {
            0 => self.bot(),
            1 => {
                self.put("use");
                self.dotted();
            }
            2 => self.role(),
            3 => {
                self.put("customer");
                self.braces(0, 4, Self::customer_part);
            }
            4 => {
                self.put("channel");
                self.name();
                self.puts(": websocket");
                self.settings();
            }
            5 => self.entity(),
            6 => {
                self.put("intent");
                self.dotted();
                self.braces(0, 4, Self::intent_member);
            }
            7 => self.slot(),
            8 | 9 => self.action(),
            10 => {
                self.put("skill");
                self.name();
                if self.chance(2) {
                    self.braces(0, 3, Self::skill_member);
                }
            }
            11 => {
                self.put("route");
                self.braces(0, 4, Self::route_rule);
            }
            12 => self.fallback(),
            13 => {
                self.put("knowledge");
                self.name();
                self.braces(0, 3, Self::knowledge_member);
            }
            14 => {
                self.put("experiment");
                self.name();
                self.braces(0, 3, Self::experiment_member);
            }
            15 => {
                self.put("text");
                self.dotted();
                if self.chance(2) {
                    self.params();
                }
                self.text_inline();
            }
            16..=18 => {
                self.put("test");
                self.plain();
                self.braces(0, 5, Self::test_line);
            }
            _ => {
                self.put("flow");
                self.dotted();
                self.braces(0, 4, Self::flow_member);
            }
        }
    }

    fn customer_part(&mut self) {
        match self.choices.below(7) {
            0 => self.put("from"),
            6 => {
                self.puts("confirm on");
                return self.name();
            }
            1 => {
                self.puts("find on");
                self.some(1, 3, true, Self::name);
            }
            _ => return self.field(),
        }
        self.one(&["get", "post"]);
        self.text();
        if self.chance(2) {
            self.braces(0, 4, |m| match m.choices.below(4) {
                0 => m.puts("timeout 1s"),
                1 => m.puts("keep 10m"),
                2 => m.body(),
                _ => m.header(),
            });
        }
    }

    fn settings(&mut self) {
        if self.chance(2) {
            self.braces(0, 3, Self::setting);
        }
    }

    fn bot(&mut self) {
        self.put("bot");
        self.name();
        self.braces(0, 4, |m| match m.choices.below(4) {
            0 => {
                m.put("languages");
                m.some(1, 3, true, |m| m.one(super::LANGUAGES));
            }
            1 => {
                m.put("timezone");
                m.plain();
            }
            2 => m.puts("hours monday to friday 09:00 to 18:00"),
            _ => {
                m.put("closed");
                m.some(1, 3, true, |m| m.one(&["2026-10-01", "2026-1-2"]));
            }
        });
    }

    fn role(&mut self) {
        self.put("role");
        self.name();
        if self.chance(2) {
            self.put("includes");
            self.some(1, 3, true, Self::name);
        }
    }

    fn regex(&mut self) {
        self.one(&["r\"#?(\\d{5,10})\"", "r\"a b  c\"", "r\"\\w+//\""]);
    }

    fn pattern(&mut self) {
        self.put("pattern");
        self.some(1, 3, true, Self::regex);
    }

    fn entity(&mut self) {
        self.put("entity");
        self.dotted();
        self.put(":");
        self.type_expr();
        if self.chance(2) {
            self.braces(0, 2, Self::pattern);
        }
    }

    fn intent_member(&mut self) {
        match self.choices.below(6) {
            0 => self.pattern(),
            1 => {
                self.put("not");
                self.lang_strings();
            }
            2 => {
                self.put("title");
                self.text_inline();
            }
            _ => self.lang_strings(),
        }
    }

    pub(super) fn slot(&mut self) {
        self.put("slot");
        self.name();
        self.put(":");
        self.one(TYPES);
        self.labels();
        if self.chance(2) {
            self.braces(0, 4, Self::slot_member);
        }
    }

    fn slot_member(&mut self) {
        match self.choices.below(4) {
            0 => {
                self.put("ask");
                self.text_ref();
            }
            1 => {
                self.put("check");
                self.expr();
                if self.chance(2) {
                    self.put("else");
                    self.text_ref();
                }
            }
            2 => self.puts("tries 3"),
            _ => {
                self.put("default");
                self.expr();
            }
        }
    }

    fn action(&mut self) {
        self.one(&["action", "effect"]);
        self.dotted();
        self.params();
        if self.chance(2) {
            self.put("->");
            self.type_expr();
        }
        self.braces(0, 4, Self::action_member);
    }

    fn action_member(&mut self) {
        match self.choices.below(5) {
            0 => self.puts("timeout 2s"),
            1 => self.puts("retries 2"),
            2 => {
                self.put("error");
                self.name();
                self.put("when");
                self.expr();
            }
            _ => {
                self.one(&["get", "post", "put", "patch", "delete"]);
                self.text();
                while self.chance(3) {
                    self.header();
                }
                if self.chance(2) {
                    self.body();
                }
            }
        }
    }

    fn header(&mut self) {
        self.put("header");
        self.plain();
        self.text();
    }

    fn body(&mut self) {
        self.puts("body {");
        self.some(0, 3, true, Self::field_value);
        self.put("}");
    }

    fn skill_member(&mut self) {
        match self.choices.below(3) {
            0 => self.puts("first_reply 15m"),
            1 => {
                self.put("overflow");
                self.name();
                self.puts("after 10m");
            }
            _ => self.puts("weight 3"),
        }
    }

    fn route_rule(&mut self) {
        match self.choices.below(4) {
            0 => {
                self.puts("urgency high when");
                self.expr();
                return;
            }
            1 => self.put("otherwise"),
            2 => {
                self.put("when");
                self.expr();
            }
            _ => {
                self.some(1, 3, true, Self::dotted);
                if self.chance(2) {
                    self.put("when");
                    self.expr();
                }
            }
        }
        self.put("->");
        self.name();
    }

    pub(super) fn fallback(&mut self) {
        self.put("fallback");
        self.braces(0, 4, |m| match m.choices.below(5) {
            0 => m.puts("accept above 70%"),
            1 => m.puts("clarify above 40%"),
            2 => m.puts("margin 10%"),
            3 => m.puts("answer from knowledge at 80%"),
            _ => {
                m.puts("handoff after 2 misses");
                if m.chance(2) {
                    m.put("to");
                    m.name();
                }
            }
        });
    }

    fn knowledge_member(&mut self) {
        match self.choices.below(3) {
            0 => {
                self.put("source");
                self.some(1, 3, true, Self::plain);
            }
            1 => self.puts("level product"),
            _ => {
                self.puts("applies when");
                self.expr();
            }
        }
    }

    fn experiment_member(&mut self) {
        match self.choices.below(3) {
            0 => self.puts("goal resolved"),
            1 => {
                self.puts("goal mark");
                self.plain();
            }
            _ => {
                self.put("variant");
                self.name();
                self.put("50%");
            }
        }
    }
}
