//! Reads the schema's text form: `data/schema.txt`, which explains its own columns.

use std::collections::BTreeMap;

use super::{ChildRelationship, Field, FieldType, Object, PicklistValue, RecordType, Schema, Sharing};
use crate::id::Id;

/// A line of the table that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct TableError {
    /// Counted from one.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Schema {
    /// Reads the text form.
    ///
    /// # Errors
    /// The first line that makes no sense.
    pub fn parse(table: &str) -> Result<Self, TableError> {
        let mut objects: Vec<Object> = Vec::new();
        let mut children: Vec<(String, ChildRelationship)> = Vec::new();
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        let mut record_types = 0;
        let lines = table.lines().enumerate().flat_map(|(index, text)| {
            let lines = shorthand(text).unwrap_or_else(|| vec![text.to_owned()]);
            lines.into_iter().map(move |text| (index, text))
        });
        for (index, text) in lines {
            let error = |reason| TableError { line: index + 1, reason };
            let cells: Vec<&str> = text.split('|').map(str::trim).collect();
            let &[first, ..] = cells.as_slice() else {
                continue;
            };
            if first.is_empty() || first.starts_with('#') {
                continue;
            }
            if let Some(name) = first.strip_prefix('%') {
                let (name, values) = name.split_once('=').ok_or(error("a set without ="))?;
                named.insert(name.trim().to_owned(), values.trim().to_owned());
            } else if let Some(name) = first.strip_prefix('+') {
                let known = objects.iter().position(|object| object.name == name.trim());
                let object = objects.remove(known.ok_or(error("more fields of an unknown object"))?);
                objects.push(object);
            } else if !text.starts_with(' ') {
                objects.push(object(&cells).ok_or(error("an object needs name, label, plural, prefix, rights"))?);
            } else {
                let object = objects.last_mut().ok_or(error("a field before any object"))?;
                if let Some(developer_name) = first.strip_prefix('@') {
                    record_types += 1;
                    let id = Id::numbered("012", record_types);
                    object.record_types.push(record_type(developer_name, &cells, id));
                } else {
                    let flag = |flag| cells.get(3).is_some_and(|flags| flags.split(' ').any(|word| word == flag));
                    let (field, named_children) = field(&cells, &named).map_err(error)?;
                    for (parent, name) in named_children {
                        children.push((
                            parent,
                            ChildRelationship {
                                child_object: object.name.clone(),
                                field: field.name.clone(),
                                name,
                                cascade_delete: flag("cascade") || (!field.nillable && field.createable),
                                restricted_delete: flag("restrict"),
                            },
                        ));
                    }
                    object.fields.push(field);
                }
            }
        }
        for (parent, child) in children {
            if let Some(object) = objects.iter_mut().find(|object| object.name == parent) {
                object.child_relationships.push(child);
            }
        }
        Ok(Self { objects: objects.into_iter().map(|object| (object.name.to_ascii_lowercase(), object)).collect() })
    }
}

/// The lines a shorthand stands for.
fn shorthand(text: &str) -> Option<Vec<String>> {
    let words = text.strip_prefix("  =")?;
    let (name, argument) = words.split_once(' ').unwrap_or((words, ""));
    let lines: &[&str] = match name {
        "audit" => &AUDIT,
        "status" => &STATUS,
        "address" if argument.ends_with("__c") => return Some(custom_address(argument)),
        "address" => return Some(address(argument)),
        _ => return None,
    };
    Some(lines.iter().map(|&line| format!("  {line}")).collect())
}

const AUDIT: [&str; 5] = [
    "CreatedDate | | datetime | required defaulted",
    "CreatedById | | -> User as CreatedBy | required defaulted",
    "LastModifiedDate | | datetime | required defaulted",
    "LastModifiedById | | -> User as LastModifiedBy | required defaulted",
    "SystemModstamp | | datetime | required defaulted",
];

const STATUS: [&str; 6] = [
    "Id | Status ID | id |",
    "MasterLabel | | string 255 | required name",
    "ApiName | API Name | string 255 | required",
    "SortOrder | | int 8 |",
    "IsDefault | Default | boolean |",
    "SystemModstamp | | datetime | required defaulted",
];

/// `Billing` → `BillingStreet` … `BillingAddress`.
fn address(argument: &str) -> Vec<String> {
    let (prefix, plain) = match argument {
        "plain" => ("", true),
        prefix => (prefix, false),
    };
    let rights = if plain { "" } else { "rw" };
    let code = "| picklist 10 | rw restricted";
    let mut parts = vec![
        format!("Street | | textarea 255 | {rights}"),
        format!("City | | string 40 | {rights}"),
        format!("State | State/Province | string 80 | {rights}"),
        format!("PostalCode | Zip/Postal Code | string 20 | {rights}"),
        format!("Country | | string 80 | {rights}"),
        format!("Latitude | | double 18.15 | {rights}"),
        format!("Longitude | | double 18.15 | {rights}"),
        format!("GeocodeAccuracy | | picklist 40 | {rights} restricted | %GeocodeAccuracy"),
    ];
    if !plain {
        parts.push(format!("StateCode | State/Province Code {code} by:{prefix}CountryCode | %StateCode"));
        parts.push(format!("CountryCode | {code} | %CountryCode").replace("| |", "| Country Code |"));
    }
    let labelled = |part: String, tag: &str| {
        let cells: Vec<&str> = part.split('|').map(str::trim).collect();
        let &[name, label, kind, flags, ref values @ ..] = cells.as_slice() else {
            return part;
        };
        let label = match (prefix, label) {
            ("", label) | (_, label @ "") => label.to_owned(),
            (prefix, label) => format!("{prefix} {label}"),
        };
        let values = values.join("|");
        format!("  {prefix}{name} | {label} | {kind} | {flags} {tag} | {values}")
    };
    let tag = format!("part:{prefix}Address");
    parts.into_iter().map(|part| labelled(part, &tag)).chain([format!("  {prefix}Address | | address |")]).collect()
}

/// `Venue__c` → `Venue__Street__s` … An address that an administrator added has codes of state and country and never
/// their names, whether or not the standard addresses have picklists.
/// <https://developer.salesforce.com/docs/atlas.en-us.caf_dev_guide.meta/caf_dev_guide/caf_dev_limitations.htm>
fn custom_address(name: &str) -> Vec<String> {
    let stem = name.strip_suffix("__c").unwrap_or(name);
    let label = stem.replace('_', " ");
    let parts = [
        ("Street", "Street", "textarea 255", "rw", ""),
        ("City", "City", "string 40", "rw", ""),
        ("PostalCode", "Zip/Postal Code", "string 20", "rw", ""),
        ("StateCode", "State/Province Code", "picklist 10", "rw restricted by:", "%StateCode"),
        ("CountryCode", "Country/Territory Code", "picklist 10", "rw restricted", "%CountryCode"),
        ("Latitude", "Latitude", "double 18.15", "rw", ""),
        ("Longitude", "Longitude", "double 18.15", "rw", ""),
        ("GeocodeAccuracy", "Geocode Accuracy", "picklist 40", "rw restricted", "%GeocodeAccuracy"),
    ];
    let part = |(part, called, kind, flags, values): (&str, &str, &str, &str, &str)| {
        let flags = flags.replace("by:", &format!("by:{stem}__CountryCode__s"));
        format!("  {stem}__{part}__s | {label} ({called}) | {kind} | {flags} part:{name} | {values}")
    };
    let whole = format!("  {name} | {label} | address |");
    std::iter::once(whole).chain(parts.map(part)).collect()
}

fn object(cells: &[&str]) -> Option<Object> {
    let &[name, label, plural, prefix, rights] = cells else {
        return None;
    };
    let can = |right| rights.split(' ').any(|word| word == right);
    Some(Object {
        name: name.to_owned(),
        label: label.to_owned(),
        plural: plural.to_owned(),
        key_prefix: (prefix != "-").then(|| prefix.to_owned()),
        createable: can("create"),
        updateable: can("update"),
        deletable: can("delete"),
        queryable: can("query"),
        searchable: can("search"),
        sharing: if can("owned") { Sharing::Read } else { Sharing::ReadWrite },
        ..Object::default()
    })
}

fn record_type(developer_name: &str, cells: &[&str], id: Id) -> RecordType {
    RecordType {
        id,
        developer_name: developer_name.to_owned(),
        name: cells.get(1).copied().unwrap_or(developer_name).to_owned(),
        default: cells.get(2) == Some(&"default"),
        picklists: cells
            .iter()
            .skip(3)
            .filter_map(|cell| cell.split_once('='))
            .map(|(field, values)| {
                let values = values.split(';').map(|value| value.trim().to_owned());
                (field.trim().to_owned(), values.collect())
            })
            .collect(),
    }
}

/// The field, and the parents that name a relationship to it.
type FieldAndParents = (Field, Vec<(String, Option<String>)>);

fn field(cells: &[&str], named: &BTreeMap<String, String>) -> Result<FieldAndParents, &'static str> {
    let &[name, label, kind, words, ref rest @ ..] = cells else {
        return Err("a field needs name, label, type, flags");
    };
    let has = |flag| words.split(' ').any(|word| word == flag);
    let tagged = |tag: &str| words.split(' ').find_map(|word| word.strip_prefix(tag)).map(str::to_owned);
    let mut kind_words = kind.split(' ').filter(|word| !word.is_empty());
    let kind_name = kind_words.next().unwrap_or_default();
    let mut reference_to = Vec::new();
    let mut relationship_name = None;
    let mut parents = Vec::new();
    let mut length = 0;
    let (mut precision, mut scale) = (0, 0);
    let kind = if kind_name == "->" {
        let targets = kind_words.next().ok_or("a reference to nothing")?;
        reference_to = targets.split(',').map(str::to_owned).collect();
        parents = reference_to.iter().map(|parent| (parent.clone(), None)).collect();
        while let (Some(word), Some(value)) = (kind_words.next(), kind_words.next()) {
            match word {
                "as" => relationship_name = Some(value.to_owned()),
                "in" => {
                    let (child, only) = value.split_once(':').unwrap_or((value, targets));
                    for (parent, name) in &mut parents {
                        if only.split(',').any(|one| one == parent) {
                            *name = Some(child.to_owned());
                        }
                    }
                }
                _ => return Err("a reference knows only `as` and `in`"),
            }
        }
        length = 18;
        FieldType::Reference
    } else {
        let kind = FieldType::parse(kind_name).ok_or("an unknown type")?;
        if let Some(size) = kind_words.next() {
            if kind.is_number() {
                let (digits, decimals) = size.split_once('.').unwrap_or((size, "0"));
                precision = digits.parse().map_err(|_| "a bad precision")?;
                scale = decimals.parse().map_err(|_| "a bad scale")?;
            } else {
                length = size.parse().map_err(|_| "a bad length")?;
            }
        }
        if kind == FieldType::Id {
            length = 18;
        }
        kind
    };
    let long = kind == FieldType::Base64 || (kind == FieldType::Textarea && length > 255);
    let field = Field {
        name: name.to_owned(),
        label: if label.is_empty() { spaced(name) } else { label.to_owned() },
        kind,
        length,
        precision,
        scale,
        nillable: !has("required") && !matches!(kind, FieldType::Boolean | FieldType::Id),
        createable: has("rw") || has("c"),
        updateable: has("rw") || has("u"),
        defaulted_on_create: has("defaulted") || matches!(kind, FieldType::Boolean | FieldType::Id),
        filterable: !long && !has("nofilter"),
        groupable: !long
            && !has("nogroup")
            && !matches!(
                kind,
                FieldType::Currency
                    | FieldType::Double
                    | FieldType::Percent
                    | FieldType::Datetime
                    | FieldType::Time
                    | FieldType::Address
                    | FieldType::Location
                    | FieldType::Multipicklist
            ),
        sortable: (!long || has("sort"))
            && !has("nosort")
            && !matches!(kind, FieldType::Address | FieldType::Location | FieldType::Multipicklist),
        reference_to,
        relationship_name,
        picklist: match rest {
            [] | [""] => Vec::new(),
            [values, ..] => picklist(values, named)?,
        },
        restricted: has("restricted"),
        controller: tagged("by:"),
        html_formatted: has("html"),
        calculated: has("formula"),
        auto_number: has("auto"),
        unique: has("unique"),
        external_id: has("external"),
        id_lookup: has("lookup") || has("external") || kind == FieldType::Id,
        name_field: has("name"),
        compound: tagged("part:"),
    };
    Ok((field, parents))
}

/// `LastName` → `Last Name`: the label most standard fields have.
fn spaced(name: &str) -> String {
    let mut label = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && label.ends_with(|last: char| last.is_ascii_lowercase()) {
            label.push(' ');
        }
        label.push(character);
    }
    label.strip_suffix(" Id").map_or(label.clone(), |start| format!("{start} ID"))
}

/// `Value; Value=Label; Default*; Inactive!; Dependent{Controller,Controller}`, or `%Set`.
fn picklist(values: &str, named: &BTreeMap<String, String>) -> Result<Vec<PicklistValue>, &'static str> {
    let values = match values.strip_prefix('%') {
        Some(name) => named.get(name).map(String::as_str).ok_or("an unknown set")?,
        None => values,
    };
    Ok(values
        .split(';')
        .map(|item| {
            let item = item.trim();
            let (item, valid_for) = match item.strip_suffix('}').and_then(|item| item.split_once('{')) {
                Some((item, controllers)) => (item, controllers.split(',').map(str::to_owned).collect()),
                None => (item, Vec::new()),
            };
            let (item, default) = item.strip_suffix('*').map_or((item, false), |item| (item, true));
            let (item, active) = item.strip_suffix('!').map_or((item, true), |item| (item, false));
            let (value, label) = item.split_once('=').unwrap_or((item, item));
            PicklistValue { value: value.to_owned(), label: label.to_owned(), active, default, valid_for }
        })
        .collect())
}
