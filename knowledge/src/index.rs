//! The index: articles in memory, searched with tantivy, judged by [`crate::confidence`].
//!
//! It is made of the articles anew whenever one changes: one segment, written by one thread, so that the
//! same articles in the same order give the same answers everywhere.

use std::collections::BTreeMap;

use flowright_nlu::lang::Lang;
use tantivy::collector::TopDocs;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager, WhitespaceTokenizer};
use tantivy::{DocAddress, IndexReader, Searcher, SingleSegmentIndexWriter, Term};

use crate::article::{Article, Level};
use crate::confidence::{Asked, Counts, Known, beside, nearness};
use crate::limits::{ARTICLES_MAX, ASKED_WORDS_MAX, CANDIDATES_MAX, HITS_MAX};
use crate::words::Words;

/// Memory of the writer, which is gone when the index is made.
const WRITER_BYTES: usize = 50 << 20;
/// How much more a word counts in a question or title than in the text.
const ASKED_BOOST: f32 = 3.0;
/// Splits at spaces: words are found before.
const SPACES: &str = "spaces";

/// An article as it is searched in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The knowledge base that it belongs to.
    pub base: String,
    /// That one's level.
    pub level: Level,
    /// How often it was edited; 0 as it came with the project.
    pub version: u32,
    /// The article.
    pub article: Article,
}

/// An article that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit<'i> {
    /// Which.
    pub entry: &'i Entry,
    /// BM25, for ranking.
    pub score: f32,
    /// How sure it is that it answers the question, in thousandths.
    pub confidence_thousandths: u16,
}

/// Why there is no index, or no answer.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// More than an index takes.
    #[error("there are {0} articles, more than {ARTICLES_MAX}")]
    TooMany(usize),
    /// The search engine failed.
    #[error("the articles could not be searched: {0}")]
    Engine(#[from] tantivy::TantivyError),
}

/// What is reckoned with of an article.
#[derive(Debug)]
struct Judged {
    asked: Vec<Asked>,
    text: Known,
}

/// Articles that can be searched.
pub struct Index {
    entries: Vec<Entry>,
    judged: Vec<Judged>,
    counts: BTreeMap<Lang, Counts>,
    fields: Fields,
    reader: IndexReader,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("articles", &self.entries.len()).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy)]
struct Fields {
    number: Field,
    lang: Field,
    asked: Field,
    text: Field,
}

const NUMBER: &str = "number";

impl Fields {
    fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let words = TextFieldIndexing::default()
            .set_tokenizer(SPACES)
            .set_index_option(IndexRecordOption::WithFreqs);
        let words = TextOptions::default().set_indexing_options(words);
        let fields = Self {
            number: schema.add_u64_field(NUMBER, NumericOptions::default().set_fast()),
            lang: schema.add_text_field("lang", words.clone()),
            asked: schema.add_text_field("asked", words.clone()),
            text: schema.add_text_field("text", words),
        };
        (schema.build(), fields)
    }
}

impl Index {
    /// Of articles, in the order that decides between equals.
    ///
    /// # Errors
    /// See [`IndexError`].
    pub fn new(entries: Vec<Entry>) -> Result<Self, IndexError> {
        if entries.len() > ARTICLES_MAX {
            return Err(IndexError::TooMany(entries.len()));
        }
        let (schema, fields) = Fields::schema();
        let tokenizers = TokenizerManager::default();
        tokenizers.register(SPACES, TextAnalyzer::builder(WhitespaceTokenizer::default()).build());
        let mut writer: SingleSegmentIndexWriter = tantivy::Index::builder()
            .schema(schema)
            .tokenizers(tokenizers)
            .single_segment_index_writer(RamDirectory::default(), WRITER_BYTES)?;
        let mut counts: BTreeMap<Lang, Counts> = BTreeMap::new();
        let mut judged = Vec::with_capacity(entries.len());
        for (number, Entry { article, .. }) in (0_u64..).zip(&entries) {
            let lang = article.language;
            let asked = std::iter::once(&article.title).chain(&article.questions);
            let asked: Vec<Asked> =
                asked.map(|text| Asked::of(Words::of_question(text, lang))).collect();
            let text = Words::of_text(&format!("{}\n{}", article.answer, article.text), lang);
            let terms = |words: &Words| words.terms().collect::<Vec<_>>().join(" ");
            let of_asked: Vec<String> = asked.iter().map(|asked| terms(asked.words())).collect();
            let mut document = tantivy::TantivyDocument::new();
            document.add_u64(fields.number, number);
            document.add_text(fields.lang, lang.to_string());
            document.add_text(fields.asked, of_asked.join(" "));
            document.add_text(fields.text, terms(&text));
            writer.add_document(document)?;
            let text = Known::of(&text);
            counts.entry(lang).or_default().add(&asked, &text);
            judged.push(Judged { asked, text });
        }
        let reader = writer.finalize()?.reader()?;
        Ok(Self { entries, judged, counts, fields, reader })
    }

    /// All articles.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The articles in a language that may answer a question, the surest first, those alone that
    /// `within` lets in.
    ///
    /// # Errors
    /// The search engine failed.
    pub fn search(
        &self,
        question: &str,
        lang: Lang,
        within: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<Hit<'_>>, IndexError> {
        let words = Words::of_question(question, lang);
        let Some(counts) = self.counts.get(&lang) else { return Ok(Vec::new()) };
        let searcher = self.reader.searcher();
        let mut near: Vec<(usize, f32, f64)> = Vec::new();
        for (score, at) in searcher.search(
            &self.query(&words, lang),
            &TopDocs::with_limit(CANDIDATES_MAX).order_by_score(),
        )? {
            let Some(number) = self.number(&searcher, at)? else { continue };
            let Some((entry, judged)) = self.entries.get(number).zip(self.judged.get(number))
            else {
                continue;
            };
            if within(entry) {
                let nearness = nearness(&words, &judged.asked, &judged.text, counts);
                near.push((number, score, nearness));
            }
        }
        Ok(self.judged(&near))
    }

    fn query(&self, words: &Words, lang: Lang) -> BooleanQuery {
        let mut terms: Vec<String> = words.terms().collect();
        terms.sort_unstable();
        terms.dedup();
        terms.truncate(ASKED_WORDS_MAX);
        let term = |field: Field, text: &str| -> Box<dyn Query> {
            let term = Term::from_field_text(field, text);
            Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
        };
        let any = terms.iter().flat_map(|text| {
            let asked = BoostQuery::new(term(self.fields.asked, text), ASKED_BOOST);
            let asked: Box<dyn Query> = Box::new(asked);
            [(Occur::Should, asked), (Occur::Should, term(self.fields.text, text))]
        });
        let any = BooleanQuery::new(any.collect());
        // The language decides, and scores nothing.
        let lang = BoostQuery::new(term(self.fields.lang, &lang.to_string()), 0.0);
        BooleanQuery::new(vec![(Occur::Must, Box::new(lang)), (Occur::Must, Box::new(any))])
    }

    fn number(&self, searcher: &Searcher, at: DocAddress) -> Result<Option<usize>, IndexError> {
        let column = searcher.segment_reader(at.segment_ord).fast_fields().u64(NUMBER)?;
        Ok(column.first(at.doc_id).and_then(|number| usize::try_from(number).ok()))
    }

    /// Confidences, the surest first.
    fn judged(&self, near: &[(usize, f32, f64)]) -> Vec<Hit<'_>> {
        let base = |number: usize| self.entries.get(number).map(|entry| entry.base.as_str());
        let hits = near.iter().filter_map(|(number, score, nearness)| {
            // Another level may say the same for other customers: that is no doubt.
            let others =
                near.iter().filter(|(other, ..)| other != number && base(*other) == base(*number));
            let other = others.map(|(_, _, near)| *near).fold(0.0, f64::max);
            let confidence = beside(*nearness, other);
            Some(Hit {
                entry: self.entries.get(*number)?,
                score: *score,
                confidence_thousandths: (confidence * 1_000.0).round() as u16,
            })
        });
        let mut hits: Vec<(usize, Hit<'_>)> = hits.enumerate().collect();
        hits.sort_by_key(|(rank, hit)| (std::cmp::Reverse(hit.confidence_thousandths), *rank));
        hits.truncate(HITS_MAX);
        hits.into_iter().map(|(_, hit)| hit).collect()
    }
}
