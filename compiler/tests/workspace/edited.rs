//! A project whose files are edited, as people edit them and as they do not.

use std::sync::Arc;

use flowright_compiler::compile::MemorySources;

/// A project whose files are edited.
pub(super) struct Edited {
    pub(super) files: Vec<(String, String)>,
    pub(super) original: Vec<(String, String)>,
    words: Vec<String>,
    random: u64,
}

impl Edited {
    pub(super) fn new(sources: &MemorySources, seed: u64) -> Self {
        let own = |(label, text): &(String, Arc<str>)| (label.clone(), text.to_string());
        let files: Vec<(String, String)> = sources.0.iter().map(own).collect();
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let words = files.iter().flat_map(|(_, text)| text.split(|c| !is_part(c)));
        let words = words.filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self { original: files.clone(), files, words, random: seed | 1 }
    }

    pub(super) fn sources(&self) -> MemorySources {
        let file = |(label, text): &(String, String)| (label.clone(), Arc::from(text.as_str()));
        MemorySources(self.files.iter().map(file).collect())
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % end.max(1) as u64).unwrap()
    }

    fn word(&mut self) -> String {
        let number = self.below(self.words.len());
        self.words[number].clone()
    }

    /// Makes an edit as people make them, and some that they do not; says which.
    pub(super) fn edit(&mut self) -> String {
        let file = self.below(self.files.len());
        let label = self.files[file].0.clone();
        let mut lines: Vec<String> = self.files[file].1.lines().map(str::to_owned).collect();
        let line = self.below(lines.len());
        let what = self.below(16);
        match what {
            0 => lines.insert(0, "\n// a line above all".to_owned()),
            1 => lines.insert(line.min(lines.len()), "// a comment".to_owned()),
            2 => lines.insert(line.min(lines.len()), String::new()),
            3 if !lines.is_empty() => drop(lines.remove(line)),
            4 if !lines.is_empty() => lines.insert(line, lines[line].clone()),
            5 => {
                let other = self.below(lines.len());
                if lines.len() > line.max(other) {
                    lines.swap(line, other);
                }
            }
            6..=8 if !lines.is_empty() => {
                let (from, to) = (self.word(), self.word());
                lines[line] = lines[line].replacen(&from, &to, 1);
                let from = lines[line].split_whitespace().last().unwrap_or("").to_owned();
                lines[line] = lines[line].replacen(&from, &to, 1);
            }
            9 => {
                // A name is another everywhere in the file.
                let (from, to) = (self.word(), format!("{}_2", self.word()));
                for line in &mut lines {
                    *line = line.replace(&from, &to);
                }
            }
            10 => {
                let signs = ["}", "{", "\"", "(", "allow(W0403, \"why\")", "use std.contact"];
                let sign = signs[self.below(signs.len())];
                lines.insert(line.min(lines.len()), sign.to_owned());
            }
            11 => {
                // A part of one file goes over into another, or is copied.
                let end = (line + 1 + self.below(30)).min(lines.len());
                let part: Vec<String> = match self.below(2) {
                    0 => lines.drain(line.min(end)..end).collect(),
                    _ => lines[line.min(end)..end].to_vec(),
                };
                let other = self.below(self.files.len());
                if other != file {
                    let text = &mut self.files[other].1;
                    text.push_str(&format!("\n{}\n", part.join("\n")));
                }
            }
            12 => {
                let slot = format!("slot extra_{}: text\n", self.below(3));
                let label = format!("a{}.flow", self.below(1_000));
                self.files.push((label, slot));
                self.files.sort();
                self.files.dedup_by(|a, b| a.0 == b.0);
                return "another file".to_owned();
            }
            13 if self.files.len() > 1 => {
                drop(self.files.remove(file));
                return format!("no {label}");
            }
            _ => {
                self.files.clone_from(&self.original);
                return "as it was".to_owned();
            }
        }
        self.files[file].1 = lines.join("\n") + "\n";
        format!("edit {what} at line {} of {label}", line + 1)
    }
}
