//! What the caller of a query gives for the names after colons. They are values, and never text of the query.

use crate::error::Error;
use crate::json::Json;
use crate::sql::Statement;

/// Values by name, each a JSON text.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the argument. It has what the statement names, and nothing else, so that a slip of a name is found.
    pub(crate) fn read(text: Option<&str>, statement: &Statement) -> Result<Self, Error> {
        let wrong = || Error::argument("params", "params is an object: values by the names that follow colons");
        let mut given = Vec::new();
        if let Some(text) = text {
            let json = Json::parse(text).map_err(|_| wrong())?;
            if !json.is_object() {
                return Err(wrong());
            }
            for (name, value) in json.members() {
                given.push((name.into_owned(), value.get().to_owned()));
            }
        }
        let mut named: Vec<&str> = Vec::new();
        statement.query.parameters(&mut |name| named.push(name));
        let refuse = |message: String, names: Vec<String>| Err(Error::argument("params", message).allowing(names));
        if let Some(missing) = named.iter().find(|name| !given.iter().any(|(known, _)| known == *name)) {
            let message = format!("params has no {missing:?}, which the query names");
            return refuse(message, given.into_iter().map(|(name, _)| name).collect());
        }
        for (name, value) in &given {
            if !named.iter().any(|known| known == name) {
                let message = format!("the query names no :{name}; leave it out of params");
                return refuse(message, named.iter().map(|name| (*name).to_owned()).collect());
            }
            if value.starts_with('{') {
                return refuse(format!("params.{name} is an object; give one value or a list of values"), Vec::new());
            }
        }
        Ok(Self(given))
    }

    /// The JSON of one that the statement names.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("null", |(_, value)| value)
    }
}
