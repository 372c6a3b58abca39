//! How much is taken of what people write.

/// Bytes of one article.
pub const ARTICLE_BYTES_MAX: usize = 256 << 10;
/// Lines of its front matter.
pub const FRONT_LINES_MAX: usize = 300;
/// Characters of an id, a tag, a product.
pub const NAME_CHARS_MAX: usize = 100;
/// Characters of a title.
pub const TITLE_CHARS_MAX: usize = 200;
/// Characters of a question that an article answers.
pub const QUESTION_CHARS_MAX: usize = 300;
/// Questions of one article.
pub const QUESTIONS_MAX: usize = 100;
/// Tags, and products, of one article.
pub const TAGS_MAX: usize = 100;
/// Characters of a short answer.
pub const ANSWER_CHARS_MAX: usize = 2_000;
/// Characters of an address.
pub const URL_CHARS_MAX: usize = 2_000;
/// Characters of an author's name.
pub const AUTHOR_CHARS_MAX: usize = 100;
/// Articles of one project, each language for itself.
pub const ARTICLES_MAX: usize = 20_000;
/// Characters of a question that are looked at: what a customer asks stands at the beginning.
pub const ASKED_CHARS_MAX: usize = 1_000;
/// Different words of a question that are searched for.
pub const ASKED_WORDS_MAX: usize = 200;
/// Words of an article's text that are searched in.
pub const BODY_WORDS_MAX: usize = 20_000;
/// Articles whose confidence is reckoned for one question: the best by their words.
pub const CANDIDATES_MAX: usize = 32;
/// Articles that a search gives at most.
pub const HITS_MAX: usize = 20;
