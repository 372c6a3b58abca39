//! What each request does.

use std::io::Write;
use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::{Adapter, Begun, FILES_MAX, THREAD};
use crate::dap::arguments::{
    Attach, BreakpointLocations, Completions, Evaluate, Initialize, Launch, Scopes, SetBreakpoints,
    SetExceptionBreakpoints, SetExpression, SetFunctionBreakpoints, SetVariable, Source,
    SourceAsked, StackTrace, Variables, read,
};
use crate::dap::attached::Attached;
use crate::dap::breakpoints::{Asks, Breaks};
use crate::dap::console;
use crate::dap::http::Client;
use crate::dap::incidents::Trigger;
use crate::dap::launch::launch;
use crate::dap::motion::Motion;
use crate::dap::run::{Doing, Driver, Run, Stops, Told};
use crate::dap::sources::{self, Counting};
use crate::dap::target::Target;

type Answer = Result<Json, String>;

impl<W: Write> Adapter<'_, W> {
    pub(super) fn request(&mut self, command: &str, arguments: &Json) -> Answer {
        match command {
            "initialize" => self.initialize(arguments),
            "launch" => self.launch(read(arguments)?),
            "attach" => self.attach(read(arguments)?),
            "configurationDone" => self.configuration_done(),
            "setBreakpoints" => self.set_breakpoints(read(arguments)?),
            "setFunctionBreakpoints" => self.set_function_breakpoints(read(arguments)?),
            "setExceptionBreakpoints" => self.set_exception_breakpoints(read(arguments)?),
            "breakpointLocations" => self.breakpoint_locations(&read(arguments)?),
            "threads" => Ok(json!({ "threads": [{ "id": THREAD, "name": "conversation" }] })),
            "stackTrace" => self.stack_trace(&read(arguments)?),
            "scopes" => self.scopes(&read(arguments)?),
            "variables" => self.variables(&read(arguments)?),
            "setVariable" => self.set_variable(&read(arguments)?),
            "setExpression" => self.set_expression(&read(arguments)?),
            "evaluate" => self.evaluate(&read(arguments)?),
            "completions" => self.completions(&read(arguments)?),
            "exceptionInfo" => self.exception_info(),
            "loadedSources" => Ok(sources::all(&self.begun_run()?.target)),
            "source" => self.source(&read(arguments)?),
            "restart" => self.restart(arguments),
            "terminate" | "disconnect" => {
                self.done = command == "disconnect";
                self.finish();
                Ok(json!({}))
            }
            "pause" => {
                self.begun_run()?.pause();
                Ok(json!({}))
            }
            _ => self.motion(command),
        }
    }

    fn begun_run(&mut self) -> Result<&mut Run, String> {
        self.run.as_mut().ok_or_else(|| "nothing is debugged: launch or attach first".to_owned())
    }

    /// The conversation where it is stopped.
    fn stopped_run(&mut self) -> Result<&mut Run, String> {
        let run = self.begun_run()?;
        match run.doing {
            Doing::Stopped(_) => Ok(run),
            Doing::Waiting(_) => Err("the conversation is not stopped: it waits".to_owned()),
            Doing::Over => Err("the conversation is over".to_owned()),
        }
    }

    fn initialize(&mut self, arguments: &Json) -> Answer {
        let about: Initialize = read(arguments)?;
        self.counting = Counting::of(about);
        self.invalidates = about.supports_invalidated_event;
        Ok(json!({
            "supportsConfigurationDoneRequest": true,
            "supportsFunctionBreakpoints": true,
            "supportsConditionalBreakpoints": true,
            "supportsHitConditionalBreakpoints": true,
            "supportsLogPoints": true,
            "supportsEvaluateForHovers": true,
            "supportsStepBack": true,
            "supportsSetVariable": true,
            "supportsSetExpression": true,
            "supportsRestartRequest": true,
            "supportsCompletionsRequest": true,
            "supportsExceptionInfoRequest": true,
            "supportsLoadedSourcesRequest": true,
            "supportsBreakpointLocationsRequest": true,
            "supportsTerminateRequest": true,
            "completionTriggerCharacters": ["/"],
            "exceptionBreakpointFilters": Trigger::filters(),
        }))
    }

    fn launch(&mut self, wanted: Launch) -> Answer {
        let target = Rc::new(Target::open(&wanted.project, self.shell)?);
        self.run = Some(launch(target, &wanted, self.shell.now_ms())?);
        self.begun = Some(Begun::Launched(wanted));
        Ok(json!({}))
    }

    fn attach(&mut self, wanted: Attach) -> Answer {
        let target = Rc::new(Target::open(&wanted.project, self.shell)?);
        let token = match &wanted.token_env {
            None => None,
            Some(name) => Some(self.shell.variable(name).ok_or_else(|| {
                format!("the environment variable `{name}` of `tokenEnv` is not set")
            })?),
        };
        let client = Client::new(&wanted.server, token)?;
        let attached = Attached::new(client, &target, wanted.session.as_deref())?;
        let tape = Attached::tape(&target);
        self.run = Some(Run::new(target, tape, Driver::Server(Box::new(attached))));
        self.begun = Some(Begun::Attached(wanted));
        Ok(json!({}))
    }

    fn configuration_done(&mut self) -> Answer {
        self.configured = true;
        let (stop_on_entry, debugs) = match &self.begun {
            Some(Begun::Launched(launch)) => {
                (launch.stop_on_entry && !launch.no_debug, !launch.no_debug)
            }
            Some(Begun::Attached(attach)) => (attach.stop_on_entry, true),
            None => return Err("nothing is debugged: launch or attach first".to_owned()),
        };
        if !debugs {
            self.stops = Stops::default();
        }
        if let Some(run) = &mut self.run {
            run.start(&self.stops, stop_on_entry);
        }
        Ok(json!({}))
    }

    fn set_breakpoints(&mut self, asked: SetBreakpoints) -> Answer {
        let SetBreakpoints { source, mut breakpoints } = asked;
        self.number(&mut breakpoints);
        self.asked_files.retain(|(of, _)| *of != source);
        if self.asked_files.len() >= FILES_MAX {
            return Err(format!("breakpoints in more than {FILES_MAX} files"));
        }
        self.asked_files.push((source, breakpoints));
        let Some(run) = &self.run else { return Err("launch or attach first".to_owned()) };
        let (breaks, first) = (&mut self.stops.breaks, self.counting.line);
        let told = self
            .asked_files
            .last()
            .map(|(source, asks)| set_in_file(breaks, run, source, asks, first));
        Ok(json!({ "breakpoints": told.unwrap_or_default() }))
    }

    /// Gives each breakpoint its number, which it keeps.
    fn number(&mut self, asks: &mut [Asks]) {
        for ask in asks {
            self.last_id += 1;
            ask.id = self.last_id;
        }
    }

    fn set_function_breakpoints(&mut self, asked: SetFunctionBreakpoints) -> Answer {
        let mut breakpoints = asked.breakpoints;
        self.number(&mut breakpoints);
        self.asked_states = breakpoints;
        let Some(run) = &self.run else { return Err("launch or attach first".to_owned()) };
        let told = self.stops.breaks.set_states(&run.target, &self.asked_states);
        Ok(json!({ "breakpoints": told }))
    }

    fn set_exception_breakpoints(&mut self, asked: SetExceptionBreakpoints) -> Answer {
        let known = asked.filters.iter().filter_map(|name| Trigger::parse(name));
        self.stops.filters = known.map(Trigger::name).collect();
        Ok(json!({}))
    }

    fn breakpoint_locations(&mut self, asked: &BreakpointLocations) -> Answer {
        let (first, first_column) = (self.counting.line, self.counting.column);
        let run = self.begun_run()?;
        let Some(file) = sources::file(&run.target, &asked.source) else {
            return Ok(json!({ "breakpoints": [] }));
        };
        let line = |line: i64| u32::try_from(line.saturating_sub(first)).unwrap_or(u32::MAX);
        let (from, to) = (line(asked.line), line(asked.end_line.unwrap_or(asked.line)));
        let place = |(line, column): (u32, u32)| json!({ "line": i64::from(line) + first, "column": i64::from(column) + first_column });
        let places: Vec<Json> = run.spots.lines(file, from, to).into_iter().map(place).collect();
        Ok(json!({ "breakpoints": places }))
    }

    fn stack_trace(&mut self, asked: &StackTrace) -> Answer {
        let counting = self.counting;
        let run = self.stopped_run()?;
        Ok(run.stack_trace(counting, asked.start_frame, asked.levels))
    }

    fn scopes(&mut self, asked: &Scopes) -> Answer {
        let run = self.stopped_run()?;
        let frame = run.frame(Some(asked.frame_id));
        let scene = run.scene();
        Ok(run.lists.scopes(&run.target, &scene, frame))
    }

    fn variables(&mut self, asked: &Variables) -> Answer {
        let run = self.stopped_run()?;
        let scene = run.scene();
        let found = run.lists.variables(&run.target, &scene, asked.variables_reference);
        let found = found.ok_or("there are no such variables any more")?;
        let most = if asked.count == 0 { usize::MAX } else { asked.count };
        let part: Vec<Json> = found.into_iter().skip(asked.start).take(most).collect();
        Ok(json!({ "variables": part }))
    }

    fn set_variable(&mut self, asked: &SetVariable) -> Answer {
        let run = self.stopped_run()?;
        run.set_variable(asked.variables_reference, &asked.name, &asked.value)
    }

    fn set_expression(&mut self, asked: &SetExpression) -> Answer {
        let run = self.stopped_run()?;
        let frame = run.frame(asked.frame_id);
        run.set_expression(&asked.expression, &asked.value, frame)
    }

    fn evaluate(&mut self, asked: &Evaluate) -> Answer {
        let Some(run) = &mut self.run else { return Err("launch or attach first".to_owned()) };
        let text = asked.expression.trim();
        if asked.context.as_deref() != Some("repl") {
            let run = self.stopped_run()?;
            let frame = run.frame(asked.frame_id);
            return run.evaluate(text, frame);
        }
        if text == "/help" {
            return Ok(json!({ "result": console::HELP, "variablesReference": 0 }));
        }
        if run.waits() {
            run.enter(text, &self.stops)?;
            return Ok(json!({ "result": "", "variablesReference": 0 }));
        }
        match (&run.doing, &run.driver) {
            (Doing::Stopped(_), _) if !text.starts_with('/') => {
                let frame = run.frame(asked.frame_id);
                run.evaluate(text, frame).map_err(|cause| {
                    format!("{cause} (stopped: the bot hears nothing until it waits again)")
                })
            }
            (_, Driver::Test { .. }) => Err("the test speaks for the customer".to_owned()),
            (_, Driver::Server(_)) => {
                Err("the conversation is the server's: say it there".to_owned())
            }
            (_, Driver::Console) => {
                Err("go on first: the bot hears nothing while it is stopped".to_owned())
            }
        }
    }

    fn completions(&mut self, asked: &Completions) -> Answer {
        let first = usize::try_from(self.counting.column).unwrap_or(1);
        let run = self.begun_run()?;
        let begun: String = asked.text.chars().take(asked.column.saturating_sub(first)).collect();
        let found = console::completions(&run.target, &run.tape, &begun);
        let length = begun.encode_utf16().count();
        let target = |label: String| json!({ "label": label, "start": 0, "length": length });
        Ok(json!({ "targets": found.into_iter().map(target).collect::<Vec<_>>() }))
    }

    fn exception_info(&mut self) -> Answer {
        let run = self.stopped_run()?;
        let incident = run.incident().ok_or("nothing has happened that is stopped at")?;
        Ok(json!({
            "exceptionId": incident.trigger.name(),
            "description": incident.text,
            "breakMode": "always",
            "details": { "message": incident.details },
        }))
    }

    fn source(&mut self, asked: &Source) -> Answer {
        let run = self.begun_run()?;
        let mut of = asked.source.clone();
        if of.source_reference == 0 {
            of.source_reference = asked.source_reference;
        }
        let file = sources::file(&run.target, &of).ok_or("there is no such source")?;
        let file = run.target.analysis.sources.get(file).ok_or("there is no such source")?;
        Ok(json!({ "content": &*file.text }))
    }

    fn motion(&mut self, command: &str) -> Answer {
        let known = ["continue", "next", "stepIn", "stepOut", "stepBack", "reverseContinue"];
        if !known.contains(&command) {
            return Err(format!("there is no request `{command}`"));
        }
        let depth = self.stopped_run()?.depth();
        let Some(run) = &mut self.run else { return Ok(json!({})) };
        match command {
            "continue" => run.resume(Motion::On, &self.stops),
            "next" => run.resume(Motion::Over(depth), &self.stops),
            "stepIn" => run.resume(Motion::Into, &self.stops),
            "stepOut" => run.resume(Motion::Out(depth), &self.stops),
            "stepBack" => run.step_back(&self.stops),
            _ => run.back(&self.stops),
        }
        Ok(json!({ "allThreadsContinued": true }))
    }

    /// Begins again, with the sources as they are now.
    fn restart(&mut self, arguments: &Json) -> Answer {
        let begun = self.begun.clone().ok_or("nothing is debugged: launch or attach first")?;
        let new = arguments.get("arguments").filter(|new| new.is_object());
        let was_stopped =
            self.run.as_ref().is_some_and(|run| matches!(run.doing, Doing::Stopped(_)));
        match (begun, new) {
            (Begun::Launched(_), Some(new)) => self.launch(read(new)?)?,
            (Begun::Attached(_), Some(new)) => self.attach(read(new)?)?,
            (Begun::Launched(launch), None) => self.launch(launch)?,
            (Begun::Attached(attach), None) => self.attach(attach)?,
        };
        let told = self.set_all_again();
        if let Some(run) = &mut self.run {
            // An editor does not take for granted that what was stopped goes on.
            let going = was_stopped.then_some(Told::Continued);
            run.told.extend(going.into_iter().chain(told.into_iter().map(Told::Breakpoint)));
        }
        self.configuration_done()
    }

    /// Finds all breakpoints in sources that may have changed. Gives what became of each.
    fn set_all_again(&mut self) -> Vec<Json> {
        let Some(run) = &self.run else { return Vec::new() };
        let filters = std::mem::take(&mut self.stops.filters);
        self.stops = Stops { filters, ..Stops::default() };
        let (breaks, first) = (&mut self.stops.breaks, self.counting.line);
        let mut told = Vec::new();
        for (source, asks) in &self.asked_files {
            told.extend(set_in_file(breaks, run, source, asks, first));
        }
        told.extend(breaks.set_states(&run.target, &self.asked_states));
        told
    }

    /// Whoever debugs has seen enough.
    fn finish(&mut self) {
        if let Some(run) = &mut self.run
            && run.doing != Doing::Over
        {
            run.doing = Doing::Over;
            run.told.push(Told::Terminated { exit_code: 0 });
        }
    }
}

/// Takes the breakpoints of a file, and says what became of each.
fn set_in_file(
    breaks: &mut Breaks,
    run: &Run,
    source: &SourceAsked,
    asks: &[Asks],
    first: i64,
) -> Vec<Json> {
    let Some(file) = sources::file(&run.target, source) else {
        let message = "this file is not of the project that is debugged";
        let none = |ask: &Asks| json!({ "id": ask.id, "verified": false, "line": ask.line, "message": message });
        return asks.iter().map(none).collect();
    };
    breaks.set_in_file(&run.target, &run.spots, file, asks, first)
}
