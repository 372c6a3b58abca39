//! The stack that editors show: the flows under way, the active one first, and the test or conversation
//! below all of them.

use flowright_compiler::base::FileSpan;
use serde_json::{Value as Json, json};

use super::incidents::Trigger;
use super::record::{Scene, What};
use super::run::{Driver, Run};
use super::sources::Counting;

/// A frame of the stack. Its number is its place, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) name: String,
    at: Option<FileSpan>,
    /// The flow under way, from the bottom; nothing of the conversation itself.
    pub(super) frame: Option<usize>,
}

impl Run {
    /// What is known where one is.
    pub(super) fn scene(&self) -> Scene {
        self.tape.scene(self.at)
    }

    /// The stack where one is.
    pub(super) fn stack(&self) -> Vec<Shown> {
        let scene = self.scene();
        let point = self.tape.point(self.at);
        let flow = |(number, view): (usize, &super::record::FrameView)| {
            let state = self.target.flow(view.flow);
            let state = state.and_then(|flow| flow.states.get(view.state.index()));
            Shown {
                name: self.target.state_name(view.flow, view.state),
                at: view.at.or(state.map(|state| state.at)),
                frame: Some(number),
            }
        };
        let mut stack: Vec<Shown> = scene.frames.iter().enumerate().map(flow).collect();
        stack.reverse();
        let in_test = point.is_some_and(|point| match &point.what {
            What::Line => true,
            What::Incident(incident) => incident.trigger == Trigger::Test,
            What::Step(_) => false,
        });
        match point.filter(|_| in_test) {
            // The test is what goes on: the flows wait for it.
            Some(point) => stack.insert(0, Shown { at: point.at, ..self.bottom() }),
            None => stack.push(self.bottom()),
        }
        stack
    }

    fn bottom(&self) -> Shown {
        let name = match self.driver {
            Driver::Test { number, .. } => {
                let test = self.target.tables().tests.get(number);
                format!("test \"{}\"", test.map_or("", |test| test.name.as_str()))
            }
            Driver::Console | Driver::Server(_) => "conversation".to_owned(),
        };
        let lines = self.tape.entries.iter().take(self.at.entry.saturating_add(1)).rev();
        let mut lines = lines.filter_map(|entry| {
            let first = entry.points.first()?;
            (first.what == What::Line).then_some(first.at)?
        });
        Shown { name, at: lines.next(), frame: None }
    }

    /// A frame by its number; without one, that on top.
    pub(super) fn frame(&self, number: Option<usize>) -> Option<usize> {
        let stack = self.stack();
        match number.filter(|number| *number > 0) {
            Some(number) => stack.get(number - 1)?.frame,
            None => self.scene().frames.len().checked_sub(1),
        }
    }

    /// The stack as editors read it.
    pub(super) fn stack_trace(&self, counting: Counting, start: usize, levels: usize) -> Json {
        let stack = self.stack();
        let most = if levels == 0 { usize::MAX } else { levels };
        let frame = |(number, shown): (usize, &Shown)| {
            let mut frame = json!({ "id": number + 1, "name": shown.name, "line": 0, "column": 0 });
            if let (Some(at), Some(frame)) = (shown.at, frame.as_object_mut()) {
                frame.extend(counting.place(&self.target, at));
            }
            frame
        };
        let frames = stack.iter().enumerate().skip(start).take(most).map(frame);
        json!({ "stackFrames": frames.collect::<Vec<_>>(), "totalFrames": stack.len() })
    }
}
