//! Declarations without expressions of their own: bot, roles, customer, channels, entities, skills.

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Builtin, EntityKind};
use flowright_nlu::value::Decimal;

use super::cx::Checker;
use super::hir;
use super::symbols::Found;
use super::types::BUILTINS;
use crate::base::{FileSpan, Span};
use crate::channels::table::providers;
use crate::diag::{Code, Diagnostic};
use crate::ir::{BotDef, ChannelDef, FieldDef, HoursDef, SettingDef, SkillDef, SkillId, Type};
use crate::syntax::ast::{self, ExprKind, Labels, Name, TypeExpr};

const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Channel kinds and whether this version serves them.
const CHANNEL_KINDS: [(&str, bool); 5] =
    [("websocket", true), ("rest", true), ("grpc", false), ("email", false), ("webhook", false)];

/// Settings that a channel may have.
const CHANNEL_SETTINGS: [&str; 5] = ["path", "address", "provider", "secret", "token"];

impl<'a> Checker<'a> {
    /// The bot; its languages hold for everything else.
    pub(super) fn bot(&mut self) -> Option<BotDef> {
        let bots = self.symbols.bots.clone();
        let Some(found) = bots.first() else {
            self.languages_lost = true;
            if self.symbols.bot_lost {
                return None;
            }
            let at = FileSpan { file: self.file, span: Span::default() };
            let help = "begin with `bot my_bot { languages en  timezone \"Europe/London\" }`";
            self.report(Diagnostic::new(Code::E0211, at, "no bot is declared").help(help));
            return None;
        };
        for again in bots.iter().skip(1) {
            self.enter(again);
            if let Some(name) = &again.node.name {
                self.twice("bot", name);
            }
        }
        self.enter(found);
        let bot = found.node;
        let span = bot.name.as_ref().map_or(Span::default(), |name| name.span);
        for name in &bot.languages {
            match Lang::parse(&name.text) {
                Some(lang) if !self.languages.contains(&lang) => self.languages.push(lang),
                Some(_) => self.twice("language", name),
                None => self.error(
                    Code::E0210,
                    name.span,
                    format!("`{}` is not a language's code", name.text),
                    "not a code",
                    "write two lower-case letters, as `en` or `zh`",
                ),
            }
        }
        self.languages_lost = found.broken;
        if self.languages.is_empty() && !found.broken {
            self.error(
                Code::E0602,
                span,
                "the bot speaks no language",
                "no `languages`",
                "add `languages en`",
            );
        }
        Some(BotDef {
            name: bot.name.as_ref().map(|name| name.text.clone()).unwrap_or_default(),
            languages: self.languages.clone(),
            timezone: self.timezone(found, span)?,
            hours: bot.hours.iter().filter_map(|hours| self.hours(hours)).collect(),
            closed: bot.closed.iter().map(|day| day.value).collect(),
        })
    }

    fn timezone(&mut self, found: &Found<'a, ast::Bot>, span: Span) -> Option<String> {
        let Some(timezone) = &found.node.timezone else {
            if found.broken {
                return None;
            }
            self.error(
                Code::E0602,
                span,
                "the bot has no timezone",
                "no `timezone`",
                "add `timezone \"Asia/Shanghai\"`: dates depend on it",
            );
            return None;
        };
        let known = jiff::tz::db().get(&timezone.value).is_ok();
        if !known {
            let names: Vec<String> =
                jiff::tz::db().available().map(|name| name.to_string()).collect();
            let name = Name { text: timezone.value.clone(), span: timezone.span };
            let meant = crate::diag::closest(&name.text, names.iter().map(String::as_str));
            let help = meant.map_or("write a name such as `Asia/Shanghai`".to_owned(), |meant| {
                format!("did you mean `{meant}`?")
            });
            self.error(
                Code::E0602,
                name.span,
                format!("there is no timezone `{}`", name.text),
                "unknown timezone",
                help,
            );
            return None;
        }
        Some(timezone.value.clone())
    }

    fn hours(&mut self, hours: &ast::Hours) -> Option<HoursDef> {
        let from_day = self.weekday(&hours.from_day)?;
        let to_day = match &hours.to_day {
            Some(day) => self.weekday(day)?,
            None => from_day,
        };
        if hours.open_s.value >= hours.close_s.value {
            self.error(
                Code::E0602,
                hours.close_s.span,
                "it closes before it opens",
                "not after the opening",
                "write the later time second",
            );
            return None;
        }
        Some(HoursDef {
            from_day,
            to_day,
            open_s: hours.open_s.value,
            close_s: hours.close_s.value,
        })
    }

    fn weekday(&mut self, day: &Name) -> Option<u8> {
        let number = WEEKDAYS.iter().position(|known| *known == day.text);
        if number.is_none() {
            self.unknown(Code::E0208, "weekday", day, WEEKDAYS);
        }
        u8::try_from(number? + 1).ok()
    }

    /// Roles: their names and that they do not include each other in a circle.
    pub(super) fn roles(&mut self) {
        let roles = self.symbols.roles.items.clone();
        for role in &roles {
            self.enter(role);
            for included in &role.node.includes {
                self.lookup(|s| &s.roles, "role", included);
            }
        }
        for role in &roles {
            self.enter(role);
            if self.role_includes(&role.node.name.text, &role.node.name.text, &mut Vec::new()) {
                let message = format!("the role `{}` includes itself", role.node.name.text);
                self.error(
                    Code::E0214,
                    role.node.name.span,
                    message,
                    "a circle",
                    "remove one `includes`",
                );
            }
        }
    }

    fn role_includes(&self, from: &str, wanted: &str, seen: &mut Vec<String>) -> bool {
        let number = self.symbols.roles.get(from);
        let Some(role) = number.and_then(|i| self.symbols.roles.items.get(i as usize)) else {
            return false;
        };
        role.node.includes.iter().any(|included| {
            if included.text == wanted {
                return true;
            }
            if seen.contains(&included.text) {
                return false;
            }
            seen.push(included.text.clone());
            self.role_includes(&included.text, wanted, seen)
        })
    }

    /// `personal` and `visible to ROLE`.
    pub(super) fn labels(&mut self, labels: &Labels) {
        if let Some(role) = &labels.visible_to {
            self.lookup(|s| &s.roles, "role", role);
        }
    }

    /// The customer's profile.
    pub(super) fn customer(&mut self) {
        let customers = self.symbols.customers.clone();
        let fields =
            customers.iter().flat_map(|found| found.node.fields.iter().map(move |f| (found, f)));
        for (found, field) in fields {
            self.enter(found);
            self.labels(&field.labels);
            self.none_optional(std::slice::from_ref(field));
            self.no_labels_inside(&field.ty);
            let name = &field.name.text;
            if self.customer.iter().any(|known| known.name == *name) {
                self.twice("field", &field.name);
                continue;
            }
            let Some((ty, _)) = self.resolve_type(&field.ty, &format!("customer.{name}")) else {
                continue;
            };
            self.customer_at.push(self.at(field.name.span));
            self.customer.push(FieldDef {
                name: name.clone(),
                ty,
                personal: field.labels.personal.is_some(),
                visible_to: field.labels.visible_to.as_ref().map(|role| role.text.clone()),
            });
        }
    }

    /// Declared entities; they can refer to each other in any order.
    pub(super) fn declared_entities(&mut self) {
        let entities = self.symbols.entities.items.clone();
        // Entities on other entities come after what they stand on; a chain is as long as the table.
        let mut waiting: Vec<Found<'a, ast::Entity>> = entities;
        while !waiting.is_empty() {
            let before = waiting.len();
            waiting.retain(|found| !self.declare_entity(found, false));
            if waiting.len() == before {
                waiting.iter().for_each(|found| {
                    self.declare_entity(found, true);
                });
                return;
            }
        }
    }

    /// Declares one entity; whether it could be.
    fn declare_entity(&mut self, found: &Found<'a, ast::Entity>, last_try: bool) -> bool {
        self.enter(found);
        let entity = found.node;
        let (name, at) = (entity.name.text.as_str(), self.at(entity.name.span));
        let patterns: Vec<String> = entity.patterns.iter().map(|p| p.value.clone()).collect();
        let (ty, base) = match &entity.base {
            TypeExpr::Named(base) if base.text == "learned" => {
                let what = "entities learned from examples";
                self.not_built(base.span, what, "it finds nothing yet; add a `pattern`");
                (Type::Text, None)
            }
            TypeExpr::Named(base) => {
                let builtin = BUILTINS.iter().find(|(known, ..)| *known == base.text);
                let declared =
                    self.entity_by_name.get(&base.text).and_then(|i| self.entities.get(i.index()));
                match (builtin, declared) {
                    (Some((_, ty, builtin)), _) => {
                        (ty.clone(), Some(EntityKind::Builtin(*builtin)))
                    }
                    (None, Some(declared)) => (declared.ty.clone(), Some(declared.kind.clone())),
                    (None, None) if last_try => {
                        self.resolve_type(&entity.base, name);
                        return false;
                    }
                    (None, None) => return false,
                }
            }
            TypeExpr::OneOf { options, span } => match self.add_choice(name, options, *span) {
                Some(choice) => (Type::Choice(choice), Some(self.choice_kind(options))),
                None => return true,
            },
            TypeExpr::List { span, .. } | TypeExpr::Record { span, .. } => {
                self.error(
                    Code::E0309,
                    *span,
                    "an entity is one value",
                    "not one value",
                    "use a built-in type, `one_of` or `learned`",
                );
                return true;
            }
            TypeExpr::Error(_) => return true,
        };
        for pattern in &entity.patterns {
            self.pattern_compiles(&pattern.value, pattern.span);
        }
        let kind = match base {
            Some(EntityKind::Builtin(base)) if !patterns.is_empty() => {
                EntityKind::Pattern { base, regexes: patterns }
            }
            Some(kind) => kind,
            None if patterns.is_empty() => EntityKind::Learned,
            None => EntityKind::Pattern { base: Builtin::Text, regexes: patterns },
        };
        self.add_entity(name, ty, kind, at);
        true
    }

    /// A channel.
    pub(super) fn channel(&mut self, found: &Found<'a, ast::Channel>) -> ChannelDef {
        self.enter(found);
        let channel = found.node;
        match CHANNEL_KINDS.iter().find(|(kind, _)| *kind == channel.kind.text) {
            None => {
                self.unknown(
                    Code::E0208,
                    "channel kind",
                    &channel.kind,
                    CHANNEL_KINDS.map(|(kind, _)| kind),
                );
            }
            Some((kind, false)) => {
                let what = format!("channels of kind `{kind}`");
                self.not_built(
                    channel.kind.span,
                    &what,
                    "the flow compiles; nothing comes in or out there",
                );
            }
            Some(_) => {}
        }
        let mut settings = Vec::new();
        for setting in &channel.settings {
            if !CHANNEL_SETTINGS.contains(&setting.key.text.as_str()) {
                self.unknown(Code::E0208, "channel setting", &setting.key, CHANNEL_SETTINGS);
            } else if let Some(value) = self.setting(&setting.value) {
                self.provider(channel, setting, &value);
                settings.push((setting.key.text.clone(), value));
            }
        }
        ChannelDef { name: channel.name.text.clone(), kind: channel.kind.text.clone(), settings }
    }

    /// A provider whose limits are not known: nothing is checked against them.
    fn provider(&mut self, channel: &ast::Channel, setting: &ast::Setting, value: &SettingDef) {
        let (SettingDef::Word(word) | SettingDef::Text(word)) = value else { return };
        if setting.key.text != "provider"
            || channel.kind.text != "webhook"
            || providers().any(|known| known == word)
        {
            return;
        }
        let message = format!("nothing is known of the provider `{word}`");
        let finding = self
            .finding(Code::W0613, setting.value.span, message)
            .label("texts and menus are not checked for this channel");
        let finding = match crate::diag::closest(word, providers()) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix(
                format!("replace `{word}` by `{meant}`"),
                self.at(setting.value.span),
                meant,
            ),
            None => {
                let known: Vec<&str> = providers().collect();
                finding.help(format!("known: {}", super::cx::quoted(&known)))
            }
        };
        self.report(finding);
    }

    fn setting(&mut self, value: &ast::Expr) -> Option<SettingDef> {
        match &value.kind {
            ExprKind::Str(template) => Some(SettingDef::Text(super::types::plain(template))),
            ExprKind::Number(number) => Some(SettingDef::Number(*number)),
            ExprKind::Path(names) => match names.as_slice() {
                [env, name] if env.text == "env" => Some(SettingDef::Env(name.text.clone())),
                [word] => Some(SettingDef::Word(word.text.clone())),
                _ => None,
            },
            _ => None,
        }
        .or_else(|| {
            self.error(
                Code::E0602,
                value.span,
                "this cannot be a setting",
                "not a setting",
                "write a text, a number, a word or `env.NAME`",
            );
            None
        })
    }

    /// A skill.
    pub(super) fn skill(&mut self, found: &Found<'a, ast::Skill>) -> SkillDef {
        self.enter(found);
        let skill = found.node;
        let overflow = skill.overflow.as_ref().and_then(|(to, after)| {
            let to = self.lookup(|s| &s.skills, "skill", to)?;
            Some((SkillId(to), after.value))
        });
        SkillDef {
            name: skill.name.text.clone(),
            first_reply_ms: skill.first_reply_ms.as_ref().map(|time| time.value),
            overflow,
            weight: skill.weight.as_ref().map_or(Decimal::ONE, |weight| weight.value),
        }
    }

    /// Overflow that leads back to where it began.
    pub(super) fn overflow_cycles(&mut self, skills: &[SkillDef]) {
        let found = self.symbols.skills.items.clone();
        for (number, skill) in found.iter().enumerate() {
            let next = |id: usize| skills.get(id)?.overflow.map(|(to, _)| to.index());
            let mut at = next(number);
            let mut steps = 0;
            while let Some(here) = at.filter(|here| *here != number && steps <= skills.len()) {
                at = next(here);
                steps += 1;
            }
            if at == Some(number) {
                self.enter(skill);
                let message =
                    format!("the overflow of `{}` leads back to it", skill.node.name.text);
                self.error(
                    Code::E0604,
                    skill.node.name.span,
                    message,
                    "a circle",
                    "let one of the skills keep its queue",
                );
            }
        }
    }

    /// Knowledge and experiments: form and names; a plain word that they do nothing yet.
    pub(super) fn not_built_declarations(&mut self) {
        for found in self.symbols.knowledge.items.clone() {
            self.enter(&found);
            let levels = ["enterprise", "product", "scenario"];
            if let Some(level) =
                found.node.level.as_ref().filter(|l| !levels.contains(&l.text.as_str()))
            {
                self.unknown(Code::E0208, "knowledge level", level, levels);
            }
            if let Some(applies) = &found.node.applies {
                self.condition(applies, &super::scope::Scope::default());
            }
            self.not_built(
                found.node.name.span,
                "knowledge bases",
                "no article is answered with yet",
            );
        }
        for found in self.symbols.experiments.items.clone() {
            self.enter(&found);
            let shares = found.node.variants.iter().map(|(_, share)| share.value.0).sum::<i64>();
            if shares != Decimal::ONE.0 {
                self.error(
                    Code::E0605,
                    found.node.name.span,
                    "the shares do not add up to 100%",
                    "not a whole",
                    "give every variant its share",
                );
            }
            self.not_built(
                found.node.name.span,
                "experiments",
                "nobody is assigned to a variant yet",
            );
        }
    }

    /// Says that something is checked but not carried out by this version.
    pub(super) fn not_built(&mut self, span: Span, what: &str, effect: &str) {
        let message = format!("{what} are not built yet");
        let finding = self.finding(Code::W0901, span, message).label(effect.to_owned());
        self.report(finding.help("this version checks its form and names only"));
    }

    /// Examples and patterns of an intent.
    pub(super) fn intent(&mut self, found: &Found<'a, ast::Intent>) -> hir::Intent {
        self.enter(found);
        let intent = found.node;
        for pattern in &intent.patterns {
            self.pattern_compiles(&pattern.value, pattern.span);
        }
        let scope = super::scope::Scope::default();
        let title = intent.title.as_ref().and_then(|title| {
            self.text(title, &scope, super::texts::Reader::Customer).map(hir::TextRef::Inline)
        });
        let spec = flowright_nlu::spec::IntentSpec {
            name: intent.name.text.clone(),
            examples: self.examples(&intent.examples),
            negatives: self.examples(&intent.negatives),
            patterns: intent.patterns.iter().map(|pattern| pattern.value.clone()).collect(),
        };
        if spec.examples.is_empty() && spec.patterns.is_empty() && !found.broken {
            let message = format!("nothing says how `{}` sounds", intent.name.text);
            self.error(
                Code::E0503,
                intent.name.span,
                message,
                "no examples",
                "add at least three per language",
            );
        }
        hir::Intent {
            name: intent.name.text.clone(),
            title,
            spec,
            starts: None,
            is_repair: false,
            at: self.at(intent.name.span),
        }
    }
}
