//! Plurals in texts: what is counted is a number, and every branch is a form that the text's
//! language has.

use flowright_nlu::lang::Lang;
use flowright_nlu::plural::{PluralForm, plural_form, plural_forms, whole_numbers_of};
use flowright_nlu::value::Decimal;

use super::cx::{Checker, quoted};
use super::hir;
use super::scope::Scope;
use super::texts::{Counted, argument};
use crate::base::Span;
use crate::diag::{Code, closest};
use crate::ir::{PluralDef, TextPart, Type};
use crate::syntax::ast::{self, BranchKey, Name};

impl Checker<'_> {
    /// A plural of a text in a language; nothing: of a text without one.
    pub(super) fn plural(
        &mut self,
        plural: &ast::Plural,
        scope: &Scope,
        lang: Option<Lang>,
        params: &mut Vec<hir::Expr>,
    ) -> Option<PluralDef> {
        let arg = self.counted(&plural.value, scope).map(|value| argument(params, value));
        let lang = lang.or_else(|| self.languages.first().copied());
        self.branches_once(plural);
        let has_other = self.has_other(plural, lang);
        let def = self.branches(plural, scope, Counted { lang, of: arg }, params)?;
        if !has_other {
            return None;
        }
        if !self.in_std {
            self.missing_forms(plural, &def, lang);
        }
        Some(def)
    }

    /// Every branch, if all are right.
    fn branches(
        &mut self,
        plural: &ast::Plural,
        scope: &Scope,
        counted: Counted,
        params: &mut Vec<hir::Expr>,
    ) -> Option<PluralDef> {
        let arg = counted.of.unwrap_or_default();
        let mut def = PluralDef { arg, exact: Vec::new(), forms: Vec::new(), other: Vec::new() };
        let mut all = counted.of.is_some();
        for branch in &plural.branches {
            let parts = self.template_parts(&branch.parts, scope, counted, params);
            let form = match &branch.key {
                BranchKey::Exact(_) => None,
                BranchKey::Form(name) => {
                    let form = self.form(name, counted.lang);
                    all &= form.is_some();
                    form
                }
            };
            match parts {
                Some(parts) => put(&mut def, &branch.key, form, parts),
                None => all = false,
            }
        }
        all.then_some(def)
    }

    /// A plural in a string that is no text: a value, an example, an address.
    pub(super) fn plural_elsewhere(&mut self, span: Span) {
        self.error(
            Code::E0502,
            span,
            "a plural stands only in texts that the bot says",
            "not here",
            "write the words, or show the number with `{…}`",
        );
    }

    fn counted(&mut self, value: &ast::Expr, scope: &Scope) -> Option<hir::Expr> {
        let checked = self.expr(value, scope, Some(&Type::Number))?;
        if checked.ty == Type::Number {
            return Some(checked);
        }
        let got = self.type_name(&checked.ty);
        let help = match &checked.ty {
            Type::List(_) => "`count(…)` says how many a list has",
            _ => "a plural goes by a number",
        };
        self.error(
            Code::E0506,
            value.span,
            format!("a {got} cannot be counted"),
            "not a number",
            help,
        );
        None
    }

    /// Each branch stands once.
    fn branches_once(&mut self, plural: &ast::Plural) {
        let mut seen: Vec<(String, Span)> = Vec::new();
        for branch in &plural.branches {
            let (key, span) = match &branch.key {
                BranchKey::Exact(number) => (format!("={}", number.value), number.span),
                BranchKey::Form(name) => (name.text.clone(), name.span),
            };
            if let Some((_, first)) = seen.iter().find(|(known, _)| *known == key) {
                let finding = self
                    .finding(Code::E0509, span, format!("`{key}` stands twice in this plural"))
                    .label("never said")
                    .related(self.at(*first), "the first one")
                    .help("keep one of the two");
                self.report(finding);
                continue;
            }
            seen.push((key, span));
        }
    }

    /// A form by its name, if the language has it.
    fn form(&mut self, name: &Name, lang: Option<Lang>) -> Option<PluralForm> {
        let form = PluralForm::parse(&name.text);
        let lang = lang.filter(|_| !self.languages_lost);
        let known = lang.map_or_else(|| PluralForm::ALL.to_vec(), plural_forms);
        if form.is_some_and(|form| known.contains(&form)) {
            return form;
        }
        let names: Vec<&str> = known.iter().map(|form| form.name()).collect();
        let message = match lang {
            Some(lang) => format!("`{lang}` has no plural form `{}`", name.text),
            None => format!("there is no plural form `{}`", name.text),
        };
        let finding = self.finding(Code::E0507, name.span, message).label("no such form");
        let finding = match closest(&name.text, names.iter().copied()) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix(
                format!("replace `{}` by `{meant}`", name.text),
                self.at(name.span),
                meant,
            ),
            None => finding.help(format!("it has {}; one number alone is `=2`", quoted(&names))),
        };
        self.report(finding);
        None
    }

    /// Whether something is said of other numbers; reports it if not.
    fn has_other(&mut self, plural: &ast::Plural, lang: Option<Lang>) -> bool {
        let forms = || {
            plural.branches.iter().filter_map(|branch| match &branch.key {
                BranchKey::Form(name) => Some(name),
                BranchKey::Exact(_) => None,
            })
        };
        if forms().any(|name| name.text == PluralForm::Other.name()) {
            return true;
        }
        // A form that is none may be meant to be `other`: that is said where it stands.
        let known = lang.map_or_else(|| PluralForm::ALL.to_vec(), plural_forms);
        let is_known = |name: &Name| known.iter().any(|form| form.name() == name.text);
        if forms().all(is_known) {
            self.error(
                Code::E0508,
                plural.span,
                "this plural does not say what stands for other numbers",
                "no `other`",
                "add `other { … }`: it is used where no other branch fits",
            );
        }
        false
    }

    /// Forms that whole numbers take in the language and that no branch has.
    fn missing_forms(&mut self, plural: &ast::Plural, def: &PluralDef, lang: Option<Lang>) {
        let Some(lang) = lang.filter(|_| !self.languages_lost) else { return };
        let written = |number: &Decimal| {
            let form = plural_form(*number, lang);
            def.exact.iter().any(|(exact, _)| exact == number)
                || def.forms.iter().any(|(own, _)| *own == form)
        };
        let lacks = |form: &PluralForm| {
            *form != PluralForm::Other && !whole_numbers_of(*form, lang).all(|n| written(&n))
        };
        let missing: Vec<PluralForm> = plural_forms(lang).into_iter().filter(lacks).collect();
        let Some(first) = missing.first() else { return };
        let example = whole_numbers_of(*first, lang).find(|number| !written(number));
        let names: Vec<&str> = missing.iter().map(|form| form.name()).collect();
        let message = format!("this plural lacks {} in `{lang}`", quoted(&names));
        let label = example.map_or_else(String::new, |n| format!("{n} is said as `other`"));
        let finding = self
            .finding(Code::W0506, plural.span, message)
            .label(label)
            .help(format!("add `{} {{ … }}`", first.name()));
        self.report(finding);
    }
}

fn put(def: &mut PluralDef, key: &BranchKey, form: Option<PluralForm>, parts: Vec<TextPart>) {
    match (key, form) {
        (BranchKey::Exact(number), _) => def.exact.push((number.value, parts)),
        (BranchKey::Form(_), Some(PluralForm::Other)) => def.other = parts,
        (BranchKey::Form(_), Some(form)) => def.forms.push((form, parts)),
        (BranchKey::Form(_), None) => {}
    }
}
