//! The demo org's tests, in one binary.

mod soql_corpus;
mod soql_grammar;
mod soql_parse;
