//! The articles of knowledge bases: found where `source` says, read, and held against the project.

mod sources;

use std::collections::{BTreeMap, BTreeSet};

use flowright_knowledge::limits::ARTICLES_MAX;
use flowright_knowledge::{Article, parse};
use flowright_nlu::lang::Lang;

pub(crate) use self::sources::Sources;
use self::sources::{Named, Place};
use crate::base::{FileId, FileSpan, SourceMap, Span};
use crate::diag::{Code, Diagnostic, closest};
use crate::ir::{ArticleDef, FieldDef, PRODUCT_FIELDS, Type};
use crate::sema::hir::Project;

/// The articles of a project by knowledge base, each with its file.
#[derive(Debug, Clone, Default)]
pub struct Articles(Vec<Filed>);

#[derive(Debug, Clone)]
struct Filed {
    base: String,
    file: FileId,
    path: String,
    text: String,
    article: Article,
}

/// What articles are held against.
struct Check<'c> {
    project: &'c Project,
    sources: &'c SourceMap,
    found: Vec<Diagnostic>,
}

impl Articles {
    /// Reads the articles of a project whose names and types are right.
    pub(crate) fn read(
        project: &Project,
        sources: &SourceMap,
        named: &Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut check = Check { project, sources, found: Vec::new() };
        let mut articles = Vec::new();
        for source in &named.sources {
            articles.extend(check.source(source));
        }
        check.too_many(articles.len(), named);
        check.twice(&articles);
        check.languages(&articles);
        check.products(&articles);
        check.stale(&articles, named);
        check.answers_without();
        diagnostics.append(&mut check.found);
        Self(articles)
    }

    /// The articles of a knowledge base, by their files.
    pub(crate) fn of(&self, base: &str) -> Vec<ArticleDef> {
        let own = self.0.iter().filter(|filed| filed.base == base);
        own.map(|filed| ArticleDef { path: filed.path.clone(), text: filed.text.clone() }).collect()
    }

    /// Every article with the name of its knowledge base and its file.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, &Article)> {
        self.0.iter().map(|filed| (filed.base.as_str(), filed.path.as_str(), &filed.article))
    }
}

impl Check<'_> {
    fn report(&mut self, code: Code, at: FileSpan, message: String, label: &str, help: String) {
        self.found.push(Diagnostic::new(code, at, message).label(label).help(help));
    }

    /// The articles of one `source`.
    fn source(&mut self, named: &Named) -> Vec<Filed> {
        let path = &named.path;
        let files = match &named.place {
            Place::Files(files) if !files.is_empty() => files,
            Place::Files(_) => {
                let message = format!("there is no article in `{path}`");
                let help = "put Markdown files into it whose names end in `.md`".to_owned();
                self.report(Code::E0608, named.at, message, "holds no `.md` file", help);
                return Vec::new();
            }
            Place::Missing => {
                let message = format!("there is nothing at `{path}` in the project");
                let help =
                    "make the folder beside the `.flow` files, or correct the path".to_owned();
                self.report(Code::E0608, named.at, message, "no such folder or file", help);
                return Vec::new();
            }
            Place::Outside => {
                let message = format!("`{path}` leads out of the project");
                let help = "name a folder below the project, with `/` between its parts".to_owned();
                self.report(Code::E0608, named.at, message, "not inside the project", help);
                return Vec::new();
            }
        };
        files.iter().filter_map(|file| self.article(&named.base, *file)).collect()
    }

    fn article(&mut self, base: &str, file: FileId) -> Option<Filed> {
        let source = self.sources.get(file)?;
        match parse(&source.text) {
            Ok(article) => Some(Filed {
                base: base.to_owned(),
                file,
                path: source.label.clone(),
                text: source.text.to_string(),
                article,
            }),
            Err(error) => {
                let at = self.line(file, error.line);
                self.report(Code::E0609, at, error.cause, "in this article", error.help);
                None
            }
        }
    }

    /// A line of a file, from 1.
    fn line(&self, file: FileId, line: usize) -> FileSpan {
        let line = u32::try_from(line.saturating_sub(1)).unwrap_or(u32::MAX);
        let span = self.sources.get(file).map_or(Span::default(), |source| {
            let (start, next) = (source.lines.line_start(line), source.lines.line_start(line + 1));
            let text = source.text.get(start as usize..next as usize).unwrap_or("");
            let end = start + u32::try_from(text.trim_end().len()).unwrap_or(0);
            Span::new(start, end)
        });
        FileSpan { file, span }
    }

    /// The line of a key of the front matter.
    fn key(&self, filed: &Filed, key: &str) -> FileSpan {
        let is = |line: &str| {
            line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'))
        };
        let number = filed.text.lines().position(is).map_or(1, |number| number + 1);
        self.line(filed.file, number)
    }

    fn too_many(&mut self, count: usize, named: &Sources) {
        let last = named.sources.last().map(|source| source.at);
        if let Some(at) = last.filter(|_| count > ARTICLES_MAX) {
            let message = format!("the project has {count} articles, more than {ARTICLES_MAX}");
            self.report(Code::E0608, at, message, "with these", "leave some out".to_owned());
        }
    }

    /// One article in one language has one file.
    fn twice(&mut self, articles: &[Filed]) {
        let mut first: BTreeMap<(&str, Lang), &Filed> = BTreeMap::new();
        for filed in articles {
            let key = (filed.article.id.as_str(), filed.article.language);
            let Some(before) = first.get(&key) else {
                first.insert(key, filed);
                continue;
            };
            let message = format!("the article `{}` is there twice in `{}`", key.0, key.1);
            let finding = Diagnostic::new(Code::E0609, self.key(filed, "id"), message)
                .label("again here")
                .related(self.key(before, "id"), "first here")
                .help("give one of them another `id`, or another `language`");
            self.found.push(finding);
        }
        let mut bases: BTreeMap<&str, &Filed> = BTreeMap::new();
        for filed in articles {
            let other = *bases.entry(&filed.article.id).or_insert(filed);
            if other.base == filed.base {
                continue;
            }
            let message = format!("the article `{}` is in two knowledge bases", filed.article.id);
            let finding = Diagnostic::new(Code::E0609, self.key(filed, "id"), message)
                .label(format!("in `{}`", filed.base))
                .related(self.key(other, "id"), format!("in `{}`", other.base))
                .help("give one of them another `id`: translations belong to one knowledge base");
            self.found.push(finding);
        }
    }

    fn languages(&mut self, articles: &[Filed]) {
        let spoken = &self.project.bot.languages;
        let Some(default) = spoken.first().copied() else { return };
        let in_default = articles.iter().filter(|filed| filed.article.language == default);
        let mut told: BTreeSet<&str> = in_default.map(|filed| filed.article.id.as_str()).collect();
        for filed in articles {
            let (id, lang) = (filed.article.id.as_str(), filed.article.language);
            if !spoken.contains(&lang) {
                let message =
                    format!("the article `{id}` is in `{lang}`, which the bot does not speak");
                let help = "add the language to `bot`, or correct `language`".to_owned();
                self.report(
                    Code::W0605,
                    self.key(filed, "language"),
                    message,
                    "nobody gets this",
                    help,
                );
            }
            if spoken.contains(&lang) && told.insert(id) {
                let message = format!(
                    "the article `{id}` is not there in `{default}`, the bot's default language"
                );
                let help = format!("add a file with `id: {id}` and `language: {default}`");
                self.report(
                    Code::W0605,
                    self.key(filed, "language"),
                    message,
                    "in this language alone",
                    help,
                );
            }
        }
    }

    /// Products are compared with a field of the profile.
    fn products(&mut self, articles: &[Filed]) {
        let fields = &self.project.customer;
        let field = PRODUCT_FIELDS.iter().find_map(|name| fields.iter().find(|f| f.name == *name));
        for filed in articles.iter().filter(|filed| !filed.article.products.is_empty()) {
            match field {
                Some(field) => self.products_of(filed, field),
                None => {
                    let id = &filed.article.id;
                    let message = format!("nothing says which products a customer of `{id}` has");
                    let help = "declare `products: list of text`, or `product: text`, in `customer`, or leave `products` out";
                    self.of_product(
                        filed,
                        message,
                        "for customers with one of these",
                        help.to_owned(),
                    );
                }
            }
        }
    }

    fn products_of(&mut self, filed: &Filed, field: &FieldDef) {
        let item = match &field.ty {
            Type::List(item) => item,
            other => other,
        };
        let names: Vec<&str> = match item {
            Type::Text => return,
            Type::Choice(choice) => {
                let choice = self.project.choices.get(choice.index());
                let options = choice.map_or(&[][..], |choice| &choice.options);
                options.iter().map(|option| option.name.as_str()).collect()
            }
            _ => {
                let message =
                    format!("`{}` of the customer cannot be compared with products", field.name);
                let help = "make it a text, a `one_of`, or a list of them".to_owned();
                return self.of_product(filed, message, "for customers with one of these", help);
            }
        };
        for product in filed.article.products.iter().filter(|p| !names.contains(&p.as_str())) {
            let message = format!("`{}` of the customer is never `{product}`", field.name);
            let help = match closest(product, names.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("known: {}", names.join(", ")),
            };
            self.of_product(filed, message, "no such product", help);
        }
    }

    fn of_product(&mut self, filed: &Filed, message: String, label: &str, help: String) {
        self.report(Code::E0613, self.key(filed, "products"), message, label, help);
    }

    fn stale(&mut self, articles: &[Filed], named: &Sources) {
        let Some(today) = named.today else { return };
        for filed in articles.iter().filter(|filed| filed.article.is_stale(today)) {
            let message = format!("the review of the article `{}` is overdue", filed.article.id);
            let help = "review it and set a later day; customers are answered with it all the same"
                .to_owned();
            self.report(
                Code::W0606,
                self.key(filed, "review_by"),
                message,
                "this day is past",
                help,
            );
        }
    }

    /// `answer from knowledge` of a bot that has none.
    fn answers_without(&mut self) {
        if !self.project.knowledge.is_empty() {
            return;
        }
        let own = self.project.flows.iter().filter_map(|flow| flow.fallback.as_ref());
        let all = own.chain([&self.project.fallback]).filter_map(|fallback| fallback.knowledge);
        for knowledge in all.collect::<Vec<_>>() {
            let message = "there is no knowledge base to answer from".to_owned();
            let help =
                "declare one: `knowledge company { source \"knowledge/\" level enterprise }`";
            self.report(
                Code::E0612,
                knowledge.at,
                message,
                "no article is ever found",
                help.to_owned(),
            );
        }
    }
}
