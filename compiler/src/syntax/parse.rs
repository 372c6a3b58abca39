//! Whole files: lex, cut, parse each piece, remember the pieces by their content.

use std::collections::HashMap;
use std::sync::Arc;

use super::ast::{Decl, DeclKind, DeclNode};
use super::chunk::{self, Chunk};
use super::content::Content;
use super::explain::OPENED_HERE;
use super::lexer;
use super::recover;
use super::token::Token;
use crate::base::limits::{DIAGNOSTICS_PER_FILE_MAX, SOURCE_BYTES_MAX};
use crate::base::{FileId, FileSpan, Span};
use crate::diag::{Code, Diagnostic};

/// A parsed file. Always there, however broken the text.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// Declarations in the order of the text.
    pub decls: Vec<Decl>,
    /// Tokens that tile the text.
    pub tokens: Vec<Token>,
    /// What is wrong with its form.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings left out because there were too many.
    pub cut: usize,
}

impl Parsed {
    /// The declarations, each with where the next one begins.
    pub(crate) fn decls_with_ends(&self) -> impl Iterator<Item = (&Decl, u32)> {
        let ends = self.decls.iter().skip(1).map(|next| next.origin).chain([u32::MAX]);
        self.decls.iter().zip(ends)
    }
}

/// Parses a text.
#[must_use]
pub fn parse(text: &str, file: FileId) -> Parsed {
    ParseCache::default().parse(text, file)
}

/// Parses the text of one file again and again, and only what changed in it: declarations are known
/// by the hash of their text.
#[derive(Debug, Default)]
pub struct ParseCache {
    chunks: HashMap<blake3::Hash, Arc<CachedChunk>>,
    parsed_chunks: u64,
}

/// A parsed chunk; spans count from its start.
#[derive(Debug)]
struct CachedChunk {
    node: Option<Arc<DeclNode>>,
    content: Arc<Content>,
    findings: Vec<Diagnostic>,
}

impl ParseCache {
    /// Parses `text` as the current content of `file`.
    pub fn parse(&mut self, text: &str, file: FileId) -> Parsed {
        if text.len() > SOURCE_BYTES_MAX {
            return too_large(text, file);
        }
        let tokens = lexer::lex(text);
        let mut before = std::mem::take(&mut self.chunks);
        let mut now = HashMap::new();
        let (mut decls, mut diagnostics, mut cut) = (Vec::new(), Vec::new(), 0);
        let chunks = chunk::cut(text, &tokens);
        for (number, chunk) in chunks.iter().enumerate() {
            let piece = text.get(chunk.start as usize..chunk.end as usize).unwrap_or("");
            let hash = blake3::hash(piece.as_bytes());
            let cached = match before.remove(&hash).or_else(|| now.get(&hash).cloned()) {
                Some(cached) => cached,
                None => {
                    self.parsed_chunks += 1;
                    Arc::new(parse_chunk(piece, hash, &tokens, chunk))
                }
            };
            if let Some(node) = &cached.node {
                decls.push(Decl {
                    origin: chunk.start,
                    node: Arc::clone(node),
                    content: Arc::clone(&cached.content),
                });
            }
            let moved = cached.findings.iter().map(|d| moved(d, file, chunk.start));
            let room = DIAGNOSTICS_PER_FILE_MAX.saturating_sub(diagnostics.len());
            let next = chunks.get(number + 1).and_then(|next| first_code(&tokens, next));
            let cut_off = next.map(|span| FileSpan { file, span });
            diagnostics.extend(moved.take(room).map(|found| with_what_cut_it_off(found, cut_off)));
            cut += cached.findings.len().saturating_sub(room);
            now.insert(hash, cached);
        }
        self.chunks = now;
        hand_on_docs(&mut decls);
        Parsed { decls, tokens, diagnostics, cut }
    }

    /// Declarations parsed so far; those found in the cache do not count.
    #[must_use]
    pub const fn parsed_chunks(&self) -> u64 {
        self.parsed_chunks
    }
}

fn parse_chunk(piece: &str, hash: blake3::Hash, tokens: &[Token], chunk: &Chunk) -> CachedChunk {
    let own = tokens.get(chunk.tokens.clone()).unwrap_or(&[]);
    let relative: Vec<Token> = own
        .iter()
        .map(|t| Token {
            kind: t.kind,
            span: Span::new(t.span.start - chunk.start, t.span.end - chunk.start),
        })
        .collect();
    let parsed = recover::parse_chunk(piece, &relative);
    let content = Content::of(piece, hash, &relative, parsed.as_ref().map(|parsed| &parsed.kind));
    let content = Arc::new(content);
    match parsed {
        Some(parsed) => CachedChunk {
            content,
            node: Some(Arc::new(DeclNode {
                doc: parsed.doc,
                span: parsed.span,
                kind: parsed.kind,
                allows: parsed.allows,
                broken: parsed.findings.iter().any(Diagnostic::is_error),
            })),
            findings: parsed.findings,
        },
        None => CachedChunk { node: None, content, findings: Vec::new() },
    }
}

/// The first token of a chunk that is code.
fn first_code(tokens: &[Token], chunk: &Chunk) -> Option<Span> {
    let own = tokens.get(chunk.tokens.clone()).unwrap_or(&[]);
    own.iter().find(|token| !token.kind.is_trivia()).map(|token| token.span)
}

/// What is open at the end of a declaration is so because the next one began.
fn with_what_cut_it_off(found: Diagnostic, next: Option<FileSpan>) -> Diagnostic {
    match next.filter(|_| found.code == Code::E0104 && found.primary.text == OPENED_HERE) {
        Some(next) => found
            .related(next, "here the next declaration begins, in the first column")
            .help("if that belongs inside, indent it"),
        None => found,
    }
}

/// What an `allow` stands before keeps the documentation above both.
fn hand_on_docs(decls: &mut [Decl]) {
    let mut above: Option<String> = None;
    for decl in decls {
        if matches!(decl.node.kind, DeclKind::Allow(_)) {
            above = decl.node.doc.clone().or(above);
        } else if let Some(doc) = above.take().filter(|_| decl.node.doc.is_none()) {
            decl.content = Arc::new(decl.content.with_doc(&doc));
            Arc::make_mut(&mut decl.node).doc = Some(doc);
        }
    }
}

/// A finding moved from its chunk to its file.
fn moved(diagnostic: &Diagnostic, file: FileId, by: u32) -> Diagnostic {
    let mut moved = diagnostic.clone();
    let shift = |at: &mut FileSpan| *at = FileSpan { file, span: at.span.shifted(by) };
    shift(&mut moved.primary.at);
    moved.related.iter_mut().for_each(|label| shift(&mut label.at));
    let edits = moved.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
    edits.for_each(|edit| shift(&mut edit.at));
    moved
}

fn too_large(text: &str, file: FileId) -> Parsed {
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let message = format!("the file has {} bytes, more than {SOURCE_BYTES_MAX}", text.len());
    let at = FileSpan { file, span: Span::new(0, 0) };
    Parsed {
        decls: Vec::new(),
        tokens: vec![Token { kind: super::token::TokenKind::Unknown, span: Span::new(0, end) }],
        diagnostics: vec![
            Diagnostic::new(Code::E0109, at, message).help("split it into several files"),
        ],
        cut: 0,
    }
}
