//! Reading a scenario file. What the format does not know is an error, so a slip of the pen never passes as a test.

use toml::{Table, Value};

/// A table that is read key by key; what is left at the end was not known.
#[derive(Debug)]
pub struct Fields {
    what: String,
    table: Table,
}

impl Fields {
    pub fn new(what: impl Into<String>, table: Table) -> Self {
        Self { what: what.into(), table }
    }

    pub fn of(what: impl Into<String>, value: Value) -> Result<Self, String> {
        let what = what.into();
        match value {
            Value::Table(table) => Ok(Self::new(what, table)),
            _ => Err(format!("{what} must be a table")),
        }
    }

    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.table.remove(key)
    }

    pub fn text(&mut self, key: &str) -> Result<Option<String>, String> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{}: {key} must be a text", self.what)),
        }
    }

    pub fn flag(&mut self, key: &str) -> Result<Option<bool>, String> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::Boolean(flag)) => Ok(Some(flag)),
            Some(_) => Err(format!("{}: {key} must be true or false", self.what)),
        }
    }

    pub fn number(&mut self, key: &str) -> Result<Option<f64>, String> {
        match self.take(key) {
            None => Ok(None),
            Some(value) => match number(&value) {
                Some(number) => Ok(Some(number)),
                None => Err(format!("{}: {key} must be a number", self.what)),
            },
        }
    }

    pub fn texts(&mut self, key: &str) -> Result<Option<Vec<String>>, String> {
        let wrong = format!("{}: {key} must be a text or a list of texts", self.what);
        let text = |value| match value {
            Value::String(text) => Ok(text),
            _ => Err(wrong.clone()),
        };
        match self.take(key) {
            None => Ok(None),
            Some(Value::Array(items)) => items.into_iter().map(text).collect::<Result<_, _>>().map(Some),
            Some(value) => text(value).map(|text| Some(vec![text])),
        }
    }

    /// The entries of a table of this table, in the order of the file.
    pub fn entries(&mut self, key: &str) -> Result<Vec<(String, Value)>, String> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Value::Table(table)) => Ok(table.into_iter().collect()),
            Some(_) => Err(format!("{}: {key} must be a table", self.what)),
        }
    }

    pub fn done(self) -> Result<(), String> {
        match self.table.keys().next() {
            None => Ok(()),
            Some(key) => Err(format!("{}: unknown key \"{key}\"", self.what)),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds and sizes of a test")]
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        Value::Integer(number) => Some(*number as f64),
        _ => None,
    }
}

/// A value as it is compared: texts as they are, the rest as TOML writes it.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// One step: what it is by its first key, and its other keys.
#[derive(Clone, Debug)]
pub struct Step {
    pub number: usize,
    pub line: usize,
    pub kind: String,
    pub value: Value,
    pub keys: Table,
}

/// A scenario as it was read.
#[derive(Debug)]
pub struct Scenario {
    pub watch: Option<Vec<String>>,
    /// Everything else of the file: the set-up.
    pub setup: Fields,
    pub steps: Vec<Step>,
}

impl Scenario {
    pub fn read(text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            format!("line {line}: this is no TOML: {}", error.message())
        })?;
        let mut file = Fields::new("the file", table);
        for key in ["title", "spec"] {
            let texts = file.texts(key)?.unwrap_or_default();
            if texts.is_empty() || texts.iter().any(|text| text.trim().is_empty()) {
                return Err(format!("the file: {key} is missing"));
            }
        }
        let watch = file.texts("watch")?;
        let Some(Value::Array(steps)) = file.take("steps") else {
            return Err("the file: steps must be a list of tables".to_owned());
        };
        let lines = lines_of_steps(text);
        if lines.len() != steps.len() {
            return Err("steps: each step begins on a line of its own, with {".to_owned());
        }
        let steps = steps.into_iter().zip(lines).enumerate();
        let steps = steps.map(|(place, (step, line))| read_step(place + 1, line, step));
        Ok(Self { watch, setup: file, steps: steps.collect::<Result<_, _>>()? })
    }
}

fn read_step(number: usize, line: usize, step: Value) -> Result<Step, String> {
    let Value::Table(mut keys) = step else {
        return Err("the file: steps must be a list of tables".to_owned());
    };
    let first = keys.keys().next().cloned();
    let Some(kind) = first else { return Err(format!("step {number} (line {line}): it is empty")) };
    let value = keys.remove(&kind).unwrap_or(Value::Boolean(true));
    Ok(Step { number, line, kind, value, keys })
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The lines on which steps begin: those that start with a brace, from `steps = [` on.
fn lines_of_steps(text: &str) -> Vec<usize> {
    let numbered = text.lines().enumerate().map(|(place, line)| (place + 1, line.trim_start()));
    let steps = numbered.skip_while(|(_, line)| !line.starts_with("steps = ["));
    steps.filter(|(_, line)| line.starts_with('{')).map(|(number, _)| number).collect()
}
