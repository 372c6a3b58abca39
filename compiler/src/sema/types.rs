//! Types: names to types, and how types are called.

use flowright_nlu::lang::Lang;
use flowright_nlu::spec::{Builtin, ChoiceOption, EntityKind};

use super::cx::Checker;
use super::hir;
use super::recall::Note;
use crate::base::{FileSpan, Span};
use crate::diag::Code;
use crate::ir::{ChoiceDef, ChoiceId, EntityIndex, FieldType, OptionDef, Type};
use crate::syntax::ast::{self, LangStrings, Name, TemplatePart, TypeExpr};

/// The built-in type names, what they are, and what finds them in an utterance.
pub(super) const BUILTINS: &[(&str, Type, Builtin)] = &[
    ("text", Type::Text, Builtin::Text),
    ("number", Type::Number, Builtin::Number),
    ("percent", Type::Number, Builtin::Percent),
    ("money", Type::Money, Builtin::Money),
    ("date", Type::Date, Builtin::Date),
    ("time", Type::Time, Builtin::Time),
    ("datetime", Type::DateTime, Builtin::DateTime),
    ("duration", Type::Duration, Builtin::Duration),
    ("bool", Type::Bool, Builtin::Bool),
    ("email", Type::Text, Builtin::Email),
    ("phone", Type::Text, Builtin::Phone),
    ("url", Type::Text, Builtin::Url),
    ("reference", Type::Text, Builtin::Reference),
];

impl Checker<'_> {
    /// A type, and what finds its values in an utterance. `owner` names inline choices.
    pub(super) fn resolve_type(
        &mut self,
        ty: &TypeExpr,
        owner: &str,
    ) -> Option<(Type, Option<EntityIndex>)> {
        match ty {
            TypeExpr::Named(name) => self.named_type(name).map(|(ty, e)| (ty, Some(e))),
            TypeExpr::OneOf { .. } if self.entity_by_name.contains_key(owner) => {
                let index = *self.entity_by_name.get(owner)?;
                self.recall.note(|| Note::Entity { name: owner.to_owned(), fresh: None });
                Some((self.entities.get(index.index())?.ty.clone(), Some(index)))
            }
            TypeExpr::OneOf { options, span } => {
                let choice = self.add_choice(owner, options, *span)?;
                let at = self.at(*span);
                let entity =
                    self.add_entity(owner, Type::Choice(choice), self.choice_kind(options), at);
                Some((Type::Choice(choice), Some(entity)))
            }
            TypeExpr::List { item, .. } => {
                let (item, _) = self.resolve_type(item, owner)?;
                Some((Type::List(Box::new(item)), None))
            }
            TypeExpr::Record { fields, .. } => {
                Some((Type::Record(self.field_types("field", fields, owner)?), None))
            }
            TypeExpr::Error(_) => None,
        }
    }

    fn named_type(&mut self, name: &Name) -> Option<(Type, EntityIndex)> {
        if let Some(index) = self.entity_by_name.get(&name.text).copied() {
            self.recall.note(|| Note::Entity { name: name.text.clone(), fresh: None });
            let entity = self.entities.get(index.index())?;
            return Some((entity.ty.clone(), index));
        }
        if let Some((builtin, ty, found_by)) = BUILTINS.iter().find(|(n, ..)| *n == name.text) {
            let kind = EntityKind::Builtin(*found_by);
            let at = FileSpan::default();
            return Some((ty.clone(), self.add_entity(builtin, ty.clone(), kind, at)));
        }
        if !self.symbols.entities.lost.contains(&name.text)
            && self.symbols.entities.get(&name.text).is_none()
        {
            if self.is_foreign(name) {
                return None;
            }
            let entities: Vec<String> = self.symbols.entities.names().map(str::to_owned).collect();
            let known = BUILTINS
                .iter()
                .map(|(n, ..)| *n)
                .chain(["one_of"])
                .chain(entities.iter().map(String::as_str));
            let known: Vec<String> = known.map(str::to_owned).collect();
            let elsewhere = self.of_another_kind("type", name);
            let known = known.iter().map(String::as_str);
            self.unknown_here(Code::E0205, "type", name, known, elsewhere);
        }
        None
    }

    /// Fields of a record, or parameters: `what` they are called.
    pub(super) fn field_types(
        &mut self,
        what: &str,
        fields: &[ast::Field],
        owner: &str,
    ) -> Option<Vec<FieldType>> {
        let mut types: Vec<FieldType> = Vec::new();
        let mut all = self.all_once(what, fields.iter().map(|field| &field.name));
        for field in fields {
            self.labels(&field.labels);
            match self.resolve_type(&field.ty, &format!("{owner}.{}", field.name.text)) {
                Some((ty, _)) => types.push(FieldType {
                    name: field.name.text.clone(),
                    ty,
                    optional: field.optional.is_some(),
                }),
                None => all = false,
            }
        }
        all.then_some(types)
    }

    /// Parameters and fields of the customer are given or not; only an answer can leave out.
    pub(super) fn none_optional(&mut self, fields: &[ast::Field]) {
        for span in fields.iter().filter_map(|field| field.optional) {
            self.error(
                Code::E0407,
                span,
                "only a field of an action's result can be `optional`",
                "not here",
                "remove it",
            );
        }
    }

    /// Adds an entity, or finds the one of that name.
    pub(super) fn add_entity(
        &mut self,
        name: &str,
        ty: Type,
        kind: EntityKind,
        at: FileSpan,
    ) -> EntityIndex {
        if let Some(index) = self.entity_by_name.get(name).copied() {
            self.recall.note(|| Note::Entity { name: name.to_owned(), fresh: None });
            return index;
        }
        let index = EntityIndex(u32::try_from(self.entities.len()).unwrap_or(u32::MAX));
        let entity = hir::Entity { name: name.to_owned(), ty, kind, at };
        self.recall.note(|| Note::Entity { name: name.to_owned(), fresh: Some(entity.clone()) });
        self.entities.push(entity);
        self.entity_by_name.insert(name.to_owned(), index);
        index
    }

    /// Adds a closed set of choices.
    pub(super) fn add_choice(
        &mut self,
        owner: &str,
        options: &[ast::OptionDecl],
        span: Span,
    ) -> Option<ChoiceId> {
        if options.is_empty() && self.broken {
            return None;
        }
        if options.is_empty() {
            self.error(
                Code::E0309,
                span,
                "a choice of nothing",
                "no options",
                "name at least one option",
            );
            return None;
        }
        self.all_once("option", options.iter().map(|option| &option.name));
        let mut defs: Vec<OptionDef> = Vec::new();
        for option in options {
            self.commas(&option.words);
            self.blank_strings(&option.words, "word");
            let mut labels = Vec::new();
            for words in &option.words {
                if self.leaves_out(words.lang.as_ref()) {
                    continue;
                }
                let lang = words.lang.as_ref().and_then(|lang| self.language(lang));
                let first = words.strings.first().map(plain);
                labels.extend(lang.zip(first));
            }
            defs.push(OptionDef { name: option.name.text.clone(), labels });
        }
        self.words_missing(options);
        self.words_once(options);
        let id = ChoiceId(u32::try_from(self.choices.len()).unwrap_or(u32::MAX));
        let choice = ChoiceDef { name: owner.to_owned(), options: defs };
        self.recall.note(|| Note::Choice(choice.clone()));
        self.choices.push(choice);
        Some(id)
    }

    /// Options that have words in some languages of the bot and none in another. Where no option
    /// has any, their names are what is said.
    fn words_missing(&mut self, options: &[ast::OptionDecl]) {
        if self.in_std || self.broken || self.languages_lost {
            return;
        }
        let languages = || options.iter().flat_map(|o| &o.words).filter_map(|w| w.lang.as_ref());
        if languages().next().is_none() {
            return;
        }
        for option in options {
            let has = |lang: &&Lang| {
                let of_lang = |name: &Name| Lang::parse(&name.text) == Some(**lang);
                option.words.iter().any(|words| words.lang.as_ref().is_none_or(of_lang))
            };
            let missing: Vec<String> =
                self.languages.iter().filter(|lang| !has(lang)).map(ToString::to_string).collect();
            let Some(first) = missing.first() else { continue };
            let name = &option.name;
            let message =
                format!("`{}` has no words in {}", name.text, super::cx::quoted(&missing));
            let shown = name.text.replace('_', " ");
            let finding = self
                .finding(Code::W0504, name.span, message)
                .label(format!("shown there as `{shown}`"))
                .help(format!("add `{first} \"…\"`, the first word as it is to be shown"));
            self.report(finding);
        }
    }

    /// What finds a choice in an utterance.
    pub(super) fn choice_kind(&self, options: &[ast::OptionDecl]) -> EntityKind {
        let words = |strings: &LangStrings| {
            let lang = strings.lang.as_ref().and_then(|l| Lang::parse(&l.text));
            strings.strings.iter().map(move |s| (lang, plain(s))).collect::<Vec<_>>()
        };
        let option = |option: &ast::OptionDecl| ChoiceOption {
            name: option.name.text.clone(),
            words: option.words.iter().flat_map(words).collect(),
        };
        EntityKind::Choice(options.iter().map(option).collect())
    }

    /// How a type is called in messages.
    pub(super) fn type_name(&self, ty: &Type) -> String {
        match ty {
            Type::Text => "text".to_owned(),
            Type::Number => "number".to_owned(),
            Type::Money => "sum of money".to_owned(),
            Type::Date => "date".to_owned(),
            Type::Time => "time".to_owned(),
            Type::DateTime => "datetime".to_owned(),
            Type::Duration => "duration".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Choice(id) => {
                let name = self.choices.get(id.index()).map_or("choice", |choice| &choice.name);
                format!("choice of `{name}`")
            }
            Type::List(item) => match &**item {
                Type::Record(_) => "list of records".to_owned(),
                item => format!("list of {}", self.type_name(item)),
            },
            Type::Record(_) => "record".to_owned(),
        }
    }
}

/// The literal text of a string; placeholders leave nothing.
pub(super) fn plain(template: &ast::Template) -> String {
    let literal = |part: &TemplatePart| match part {
        TemplatePart::Literal { text, .. } => Some(text.clone()),
        _ => None,
    };
    template.parts.iter().filter_map(literal).collect()
}
