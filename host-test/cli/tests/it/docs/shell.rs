//! Command lines as a shell splits them, as far as the pages need it.

/// The words of each command of a script: comments are gone, quotes are undone.
pub(super) fn commands(script: &str) -> Vec<Vec<String>> {
    let script = script.replace("\\\n", " ");
    script.lines().map(words).filter(|words| !words.is_empty()).collect()
}

/// The words of one line.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for char in line.chars() {
        match (quote, char) {
            (None, '#') if word.is_none() => break,
            (None, '\'' | '"') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (Some(open), _) if open == char => quote = None,
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    assert!(quote.is_none(), "a quote is not closed: {line}");
    words.extend(word);
    words
}

/// The arguments this project's program is given in a command, if it is called there: by its name, by a path, behind
/// another program's `--`, or by `cargo run --`.
pub(super) fn program_arguments(words: &[String]) -> Option<&[String]> {
    let called = words.iter().position(|word| word == "salesforce-plugin" || word.ends_with("/salesforce-plugin"));
    let run = matches!(words, [cargo, run, dashes, ..] if cargo == "cargo" && run == "run" && dashes == "--");
    let start = called.or(run.then_some(2))?;
    // Not the name of a package, `-p salesforce-plugin`.
    (start == 0 || words[start - 1] != "-p").then(|| &words[start + 1..])
}
