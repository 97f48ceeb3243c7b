//! `FIND {…} [IN … FIELDS] [RETURNING …] [LIMIT n]` → [`Search`].

use super::{Returning, Search, SearchFields, find, malformed as from_query};
use crate::{refusal::Refusal, soql::located};

pub(crate) fn search(text: &str) -> Result<Search, Refusal> {
    let mut reader = Reader { text, at: 0 };
    if !reader.word("FIND") {
        return Err(reader.unexpected());
    }
    let (start, term) = reader.term()?;
    let expression = find::expression(text, start, term)?;
    let mut search = Search {
        expression,
        fields: SearchFields::All,
        returning: Vec::new(),
        default_limit: None,
        overall_limit: None,
    };
    if reader.word("IN") {
        let word = reader.peek_word();
        if word.eq_ignore_ascii_case("SIDEBAR") {
            return Err(reader.unsupported("IN SIDEBAR FIELDS"));
        }
        search.fields = SearchFields::parse(word).ok_or_else(|| reader.unexpected())?;
        reader.at += word.len();
        if !reader.word("FIELDS") {
            return Err(reader.unexpected());
        }
    }
    if reader.word("RETURNING") {
        loop {
            search.returning.push(reader.returning()?);
            if !reader.mark(',') {
                break;
            }
        }
    }
    for clause in ["WITH", "USING", "UPDATE", "OFFSET"] {
        if reader.peek_word().eq_ignore_ascii_case(clause) {
            return Err(reader.unsupported(&format!("{clause} in a search")));
        }
    }
    if reader.word("LIMIT") {
        let digits = reader.peek_word();
        search.overall_limit = Some(digits.parse().map_err(|_| reader.unexpected())?);
        reader.at += digits.len();
    }
    if reader.rest().is_empty() { Ok(search) } else { Err(reader.unexpected()) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// What is left, without the blanks in front.
    fn rest(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or("");
        let trimmed = rest.trim_start();
        self.at += rest.len() - trimmed.len();
        trimmed
    }

    fn peek_word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).unwrap_or("")
    }

    fn word(&mut self, wanted: &str) -> bool {
        let word = self.peek_word();
        let found = word.eq_ignore_ascii_case(wanted);
        if found {
            self.at += word.len();
        }
        found
    }

    fn mark(&mut self, wanted: char) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn unexpected(&mut self) -> Refusal {
        let word = self.peek_word();
        let token = match (word, self.rest().chars().next()) {
            ("", Some(c)) => c.to_string(),
            ("", None) => "<EOF>".to_owned(),
            (word, _) => word.to_owned(),
        };
        let detail = format!("unexpected token: '{token}'");
        Refusal::new(400, "MALFORMED_SEARCH", located(self.text, self.at, &detail))
    }

    fn unsupported(&self, what: &str) -> Refusal {
        let detail = format!("the demo org does not support {what}");
        Refusal::new(501, "DEMO_ORG_UNSUPPORTED", located(self.text, self.at, &detail))
    }

    /// What stands between the braces, and where it starts.
    fn term(&mut self) -> Result<(usize, &'a str), Refusal> {
        let missing = || {
            let detail = "No search term found. The search term must be enclosed in braces.";
            Refusal::new(400, "MALFORMED_SEARCH", detail)
        };
        let rest = self.rest();
        let inside = rest.strip_prefix('{').ok_or_else(missing)?;
        let mut escaped = false;
        for (index, c) in inside.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '}' => {
                    let start = self.at + 1;
                    self.at = start + index + 1;
                    let term = inside.get(..index).unwrap_or("");
                    return if term.trim().is_empty() { Err(missing()) } else { Ok((start, term)) };
                }
                _ => {}
            }
        }
        Err(missing())
    }

    /// `Account` or `Account(Id, Name WHERE … LIMIT 5)`.
    fn returning(&mut self) -> Result<Returning, Refusal> {
        let object = self.peek_word();
        if object.is_empty() {
            return Err(self.unexpected());
        }
        self.at += object.len();
        if !self.mark('(') {
            return Returning::parse(object, "Id");
        }
        let start = self.at;
        let inside = self.text.get(start..).unwrap_or("");
        let (mut depth, mut quoted, mut escaped) = (1_usize, false, false);
        for (index, c) in inside.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '\'' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at = start + index + 1;
                // Blanks in place of what stands before keep the positions of messages right.
                let clauses = format!("{}{}", " ".repeat(start), inside.get(..index).unwrap_or(""));
                let query = crate::soql::parse_returning(object, &clauses).map_err(|error| {
                    let position = error.position.unwrap_or(start);
                    let detail = error.message.rsplit('\n').next().unwrap_or_default().to_owned();
                    let refusal = from_query(error);
                    Refusal { message: located(self.text, position, &detail), ..refusal }
                })?;
                return Ok(Returning { query, text: self.text.to_owned() });
            }
        }
        self.at = self.text.len();
        Err(self.unexpected())
    }
}
