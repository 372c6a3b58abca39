//! The answer of a model elsewhere, read and checked against a program: every field, or none of it.
//!
//! What is wrong is said with its place and never with its contents: they may be a customer's words.

use flowright_compiler::ir::Type;
use flowright_nlu::external::{External, ExternalIntent};
use flowright_nlu::lang::Lang;
use flowright_nlu::spec::EntityId;
use flowright_nlu::value::Value;
use flowright_nlu::{Context, EntityMatch};
use serde_json::{Map, Value as Json};

use crate::LoadedProgram;
use crate::json::value_from_json;
use crate::limits::{EXTERNAL_ENTITIES_MAX, EXTERNAL_INTENTS_KEPT, EXTERNAL_INTENTS_MAX};

/// An answer that can be used, with the names in it that mean nothing here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What it says.
    pub external: External,
    /// What was left out.
    pub unknown: Vec<Unknown>,
}

/// A name that the program does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// What it names.
    pub kind: UnknownKind,
    /// The name.
    pub name: String,
}

/// What a name names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnknownKind {
    /// An intent.
    Intent,
    /// An entity.
    Entity,
    /// A language that the bot does not speak.
    Language,
}

impl UnknownKind {
    /// `intent`
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Entity => "entity",
            Self::Language => "language",
        }
    }
}

/// Reads an answer to an utterance.
///
/// # Errors
/// The first thing that is not as it must be: `intents[0].confidence: must be a number from 0 to 1`.
pub fn read_answer(
    program: &LoadedProgram,
    text: &str,
    cx: &Context,
    json: &Json,
) -> Result<Read, String> {
    let answer = json.as_object().ok_or("the answer must be an object")?;
    let mut reader = Reader { program, text, cx, unknown: Vec::new() };
    let external = External {
        intents: reader.intents(list(answer, "intents", EXTERNAL_INTENTS_MAX)?)?,
        entities: reader.entities(list(answer, "entities", EXTERNAL_ENTITIES_MAX)?)?,
        lang: reader.lang(answer)?,
        sentiment_percent: sentiment(answer)?,
    };
    Ok(Read { external, unknown: reader.unknown })
}

struct Reader<'r> {
    program: &'r LoadedProgram,
    text: &'r str,
    cx: &'r Context,
    unknown: Vec<Unknown>,
}

impl Reader<'_> {
    fn leave_out(&mut self, kind: UnknownKind, name: &str) {
        self.unknown.push(Unknown { kind, name: name.to_owned() });
    }

    /// An answer that names intents, none of which there is, says nothing of intents. One that
    /// names none at all says that the utterance has none.
    fn intents(&mut self, given: &[Json]) -> Result<Option<Vec<ExternalIntent>>, String> {
        let program = self.program;
        let mut intents: Vec<ExternalIntent> = Vec::new();
        for (i, json) in given.iter().enumerate() {
            let at = |field: &str, what: &str| format!("intents[{i}]{field}: {what}");
            let object = json.as_object().ok_or_else(|| at("", "must be an object"))?;
            let name = object.get("name").and_then(Json::as_str);
            let name = name.ok_or_else(|| at(".name", "must be a text"))?;
            let confidence = object.get("confidence").and_then(Json::as_f64);
            let confidence = confidence
                .filter(|share| (0.0..=1.0).contains(share))
                .ok_or_else(|| at(".confidence", "must be a number from 0 to 1"))?;
            let known = program.program.intents.iter().position(|intent| intent.name == name);
            let Some(intent) = known.and_then(|number| u16::try_from(number).ok()) else {
                self.leave_out(UnknownKind::Intent, name);
                continue;
            };
            if intents.iter().any(|other| other.intent == intent) {
                return Err(at(".name", "this intent was named before"));
            }
            let confidence_thousandths = (confidence * 1_000.0).round() as u16;
            intents.push(ExternalIntent { intent, confidence_thousandths });
        }
        let says_something = given.is_empty() || !intents.is_empty();
        intents.sort_by_key(|i| (std::cmp::Reverse(i.confidence_thousandths), i.intent));
        intents.truncate(EXTERNAL_INTENTS_KEPT);
        Ok(says_something.then_some(intents))
    }

    fn entities(&mut self, given: &[Json]) -> Result<Vec<EntityMatch>, String> {
        let mut entities = Vec::new();
        for (i, json) in given.iter().enumerate() {
            let found = self.entity(json).map_err(|cause| format!("entities[{i}]{cause}"))?;
            entities.extend(found);
        }
        Ok(entities)
    }

    /// A value with its place; nothing for an entity that there is not.
    fn entity(&mut self, json: &Json) -> Result<Option<EntityMatch>, String> {
        let object = json.as_object().ok_or(": must be an object")?;
        let name = object.get("entity").and_then(Json::as_str).ok_or(".entity: must be a text")?;
        let (start, end) = self.place(object)?;
        let negated = match object.get("negated") {
            None | Some(Json::Null) => false,
            Some(Json::Bool(negated)) => *negated,
            Some(_) => return Err(".negated: must be true or false".to_owned()),
        };
        let json = object.get("value").filter(|json| !json.is_null());
        let json = json.ok_or(".value: is missing")?;
        // `text` is the whole of an utterance: there is nothing to find.
        let program = &self.program.program;
        let known = program.entities.iter().position(|e| e.name == name && name != "text");
        let known = known.and_then(|number| u16::try_from(number).ok()).map(EntityId);
        let Some((entity, def)) =
            known.and_then(|id| Some((id, program.entities.get(usize::from(id.0))?)))
        else {
            self.leave_out(UnknownKind::Entity, name);
            return Ok(None);
        };
        let value = self.value(entity, &def.ty, json).ok_or_else(|| {
            format!(".value: is no value of `{}`, or not in the form that the API has it", def.name)
        })?;
        Ok(Some(EntityMatch { entity, start, end, value, negated, range_end: false }))
    }

    fn value(&self, entity: EntityId, ty: &Type, json: &Json) -> Option<Value> {
        match value_from_json(&self.program.program, ty, json).ok()?? {
            Value::Text(text) => self.program.understander.text_value(entity, &text, self.cx),
            value => Some(value),
        }
    }

    /// `start` and `end` in characters, as bytes.
    fn place(&self, object: &Map<String, Json>) -> Result<(usize, usize), String> {
        let number = |name: &str| {
            let number = object.get(name).and_then(Json::as_u64);
            let number = number.and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| format!(".{name}: must be a whole number, a count of characters"))
        };
        let (start, end) = (number("start")?, number("end")?);
        if start >= end {
            return Err(".end: must be greater than `start`".to_owned());
        }
        let byte = |at: usize| {
            let ends = std::iter::once(self.text.len());
            self.text.char_indices().map(|(byte, _)| byte).chain(ends).nth(at)
        };
        let beyond = || ".end: is beyond the end of the text".to_owned();
        Ok((byte(start).ok_or_else(beyond)?, byte(end).ok_or_else(beyond)?))
    }

    fn lang(&mut self, answer: &Map<String, Json>) -> Result<Option<Lang>, String> {
        let code = match answer.get("language") {
            None | Some(Json::Null) => return Ok(None),
            Some(json) => json.as_str(),
        };
        let code = code.ok_or("language: must be a text such as \"en\"")?;
        let lang = Lang::parse(code).ok_or("language: must be two small letters such as \"en\"")?;
        if !self.program.understander.speaks(lang) {
            self.leave_out(UnknownKind::Language, code);
            return Ok(None);
        }
        Ok(Some(lang))
    }
}

fn list<'j>(answer: &'j Map<String, Json>, name: &str, most: usize) -> Result<&'j [Json], String> {
    let items = answer.get(name).ok_or_else(|| format!("{name}: is missing"))?;
    let items = items.as_array().ok_or_else(|| format!("{name}: must be a list"))?;
    if items.len() > most {
        return Err(format!("{name}: has {} items, at most {most} are read", items.len()));
    }
    Ok(items)
}

fn sentiment(answer: &Map<String, Json>) -> Result<Option<i8>, String> {
    let json = match answer.get("sentiment") {
        None | Some(Json::Null) => return Ok(None),
        Some(json) => json,
    };
    let number = json.as_f64().filter(|number| (-1.0..=1.0).contains(number));
    let number = number.ok_or("sentiment: must be a number from -1 to 1")?;
    Ok(Some((number * 100.0).round() as i8))
}
