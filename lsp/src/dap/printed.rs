//! What the console shows of a conversation, as far as one is in it.

use super::run::{Run, Told};
use super::tape::Position;

impl Run {
    /// Shows the conversation up to a moment, and what log points say on the way.
    pub(super) fn print(&mut self, to: Position, logs: &[(Position, String)]) {
        for (at, text) in logs {
            self.print_to(*at);
            let place = self.tape.point(*at).and_then(|point| point.at);
            self.told.push(Told::Output { category: "console", text: text.clone(), at: place });
        }
        self.print_to(to);
    }

    fn print_to(&mut self, to: Position) {
        while self.printed.0 <= to.entry {
            let (number, mut lines) = self.printed;
            let Some(entry) = self.tape.entries.get(number) else { return };
            let given = match self.tape.point(to).filter(|_| number == to.entry) {
                Some(point) => point.commands,
                None => usize::MAX,
            };
            let shown = entry.said.iter().skip(lines).take_while(|said| said.from <= given);
            for said in shown {
                lines += 1;
                let places = entry.points.iter().take_while(|point| point.commands < said.from);
                let at = places.filter_map(|point| point.at).last();
                let text = format!("{:<7} {}", said.who, said.text);
                self.told.push(Told::Output { category: "stdout", text, at });
            }
            self.printed.1 = lines;
            if number == to.entry {
                return;
            }
            self.printed = (number + 1, 0);
        }
    }

    /// What was shown behind a moment is shown again when it happens again.
    pub(super) fn cut_printed(&mut self, at: Position) {
        let Some(point) = self.tape.point(at) else { return };
        let given = point.commands;
        let entry = self.tape.entries.get(at.entry);
        let lines = entry.map_or(0, |e| e.said.iter().filter(|said| said.from <= given).count());
        self.printed = self.printed.min((at.entry, lines));
    }
}
