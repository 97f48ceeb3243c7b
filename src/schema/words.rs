//! Words: labels made of API names, names compared as people compare them, and how near two of them are.

/// The label Salesforce would give to an API name: "BillingCity" is "Billing City", "npsp__Batch_Id__c" "Batch ID".
pub(super) fn label(name: &str) -> String {
    let mut label = String::with_capacity(name.len() + 4);
    for word in split(local_name(name)) {
        if !label.is_empty() {
            label.push(' ');
        }
        label.push_str(if word == "Id" { "ID" } else { word });
    }
    label
}

/// The path name of a lookup's parent: `OwnerId` goes through `Owner`, `Plan__c` through `Plan__r`.
pub(super) fn relationship(field: &str) -> Option<String> {
    match field.strip_suffix("__c") {
        Some(custom) => Some(format!("{custom}__r")),
        None => field.strip_suffix("Id").map(str::to_owned),
    }
}

/// A name without the namespace of its package and without the suffix that says what is custom.
fn local_name(name: &str) -> &str {
    // `Name`, `Local__c` or `ns__Local__c`.
    let Some((rest, _suffix)) = name.rsplit_once("__") else { return name };
    rest.split_once("__").map_or(rest, |(_, local)| local)
}

/// The words of a name or label: between spaces and punctuation, and where lower case turns to upper.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).flat_map(Camel)
}

struct Camel<'a>(&'a str);

impl<'a> Iterator for Camel<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let mut chars = self.0.char_indices().peekable();
        let (_, mut last) = chars.next()?;
        while let Some((at, c)) = chars.next() {
            let next_is_lower = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
            // "AccountId" breaks before "Id"; "SICDesc" before "Desc".
            if c.is_uppercase() && (!last.is_uppercase() || next_is_lower) {
                let (word, rest) = self.0.split_at(at);
                self.0 = rest;
                return Some(word);
            }
            last = c;
        }
        Some(std::mem::take(&mut self.0))
    }
}

/// What two names must share to be the same for people: letters and digits in lower case.
pub(super) fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of a name or label, folded, each in the singular.
pub(super) fn tokens(text: &str) -> Vec<String> {
    split(text).map(|word| singular(fold(word))).collect()
}

/// English plurals only: elsewhere it folds both sides alike, which does no harm.
fn singular(mut word: String) -> String {
    if word.len() > 4 && word.ends_with("ies") {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if word.len() > 4 && ["sses", "xes", "ches", "shes"].iter().any(|end| word.ends_with(end)) {
        word.truncate(word.len() - 2);
    } else if word.len() > 3 && word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
        word.truncate(word.len() - 1);
    }
    word
}

/// Text on one line, without space at its ends.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// What was typed, prepared for comparing with many names.
pub(super) struct Typed {
    folded: Vec<char>,
    tokens: Vec<String>,
}

impl Typed {
    pub(super) fn new(text: &str) -> Self {
        // Of "Plans__c" only "Plans" says anything.
        let local = if text.contains("__") { label(text) } else { text.to_owned() };
        let mut tokens = tokens(&local);
        // Every lookup has "ID" in its label.
        if tokens.len() > 1 {
            tokens.retain(|token| token != "id");
        }
        Self { folded: fold(&local).chars().collect(), tokens }
    }

    /// How near a name is, 0 to 100; below 40 nobody would call it near.
    pub(super) fn likeness(&self, name: &str) -> u32 {
        self.shared_words(name).max(self.spelling(name))
    }

    /// Shared words: "employees" is near "Number Of Employees".
    fn shared_words(&self, name: &str) -> u32 {
        let theirs = tokens(name);
        let most = self.tokens.len().max(theirs.len()) as u32;
        if most == 0 {
            return 0;
        }
        let mut shared = 0;
        for token in &self.tokens {
            let best = theirs.iter().map(|their| affinity(token, their)).max().unwrap_or(0);
            shared += best;
        }
        // A word of ours that is missing counts more than one of theirs.
        let ours = self.tokens.len().max(1) as u32;
        (shared / ours * 2 + shared / most) / 3
    }

    /// Nearly the same letters.
    fn spelling(&self, name: &str) -> u32 {
        let theirs: Vec<char> = fold(name).chars().collect();
        let longest = self.folded.len().max(theirs.len());
        // Names whose lengths differ by half can't be near, and most can be dropped so.
        if longest == 0 || self.folded.len().abs_diff(theirs.len()) * 2 > longest {
            return 0;
        }
        let likeness = (longest - distance(&self.folded, &theirs)) * 100 / longest;
        // Short words share half their letters by chance.
        if likeness < 60 { 0 } else { likeness as u32 }
    }
}

/// How near two words are: the same, the beginning of the other, or nothing.
fn affinity(ours: &str, theirs: &str) -> u32 {
    if ours == theirs {
        return 100;
    }
    let (short, long) = if ours.len() < theirs.len() { (ours, theirs) } else { (theirs, ours) };
    if short.len() >= 3 && long.starts_with(short) { 70 } else { 0 }
}

/// Letters to insert, drop, replace or swap with their neighbour (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// The five nearest of some names, nearest first; among equals the first stays first.
pub(super) fn nearest<T>(candidates: impl Iterator<Item = (u32, T)>) -> Vec<T> {
    let mut near: Vec<(u32, T)> = candidates.filter(|(likeness, _)| *likeness >= 40).collect();
    near.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
    near.truncate(5);
    near.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_made_of_an_api_name() {
        for (name, expected) in [
            ("BillingCity", "Billing City"),
            ("AccountId", "Account ID"),
            ("NumberOfEmployees", "Number Of Employees"),
            ("npsp__Batch_Id__c", "Batch ID"),
            ("Level__c", "Level"),
            ("SICDesc", "SIC Desc"),
            ("Id", "ID"),
        ] {
            assert_eq!(label(name), expected, "{name}");
        }
    }

    #[test]
    fn names_compare_without_case_space_and_punctuation() {
        assert_eq!(fold("Billing State/Province"), "billingstateprovince");
        assert_eq!(fold("D-U-N-S Größe"), "dunsgröße");
    }

    #[test]
    fn plurals_fold_to_the_singular_and_other_words_stay() {
        assert_eq!(tokens("Employees companies boxes matches"), ["employee", "company", "box", "match"]);
        assert_eq!(tokens("Address status SicDesc bus"), ["address", "status", "sic", "desc", "bus"]);
    }

    #[test]
    fn a_distance_counts_inserted_dropped_replaced_and_swapped_letters() {
        let distance =
            |a: &str, b: &str| super::distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(distance("industry", "industry"), 0);
        assert_eq!(distance("indsutry", "industry"), 1);
        assert_eq!(distance("industy", "industry"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_shared_word_makes_names_near() {
        assert!(Typed::new("employees").likeness("Number Of Employees") >= 40);
        assert!(Typed::new("headcount").likeness("Number Of Employees") < 40);
        assert!(Typed::new("Indutry").likeness("Industry") > 80);
    }
}
