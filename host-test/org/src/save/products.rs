//! Products that are sold: prices of lines, and what lines do to their opportunity.
//! <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunitylineitem.htm>

use super::{Given, accept::required_missing};
use crate::{
    refusal::Refusal,
    store::{Row, Store},
    value::Value,
};

const OTHER_BOOK: &str = "field integrity exception: unknown (pricebook entry is in a different pricebook than the one assigned to the opportunity)";
const NO_ENTRY: &str = "field integrity exception: PricebookEntryId, unknown (versions 3.0 and higher must specify pricebook entry id; others must specify product id)";

/// The name of an entry is its product's.
pub(super) fn entry(store: &Store, row: &mut Row) {
    let product = row.get("Product2Id").as_str().and_then(|id| store.get("Product2", id));
    for (field, source) in [("Name", "Name"), ("ProductCode", "ProductCode")] {
        row.set(field, product.map(|product| product.get(source).clone()).unwrap_or_default());
    }
}

/// Computes what follows from the entry, the quantity and one of the prices.
///
/// # Errors
/// `FIELD_INTEGRITY_EXCEPTION` without an entry, with one of another price book than the opportunity's, one that is
/// not active, and with two prices; `REQUIRED_FIELD_MISSING` without a price. The words for inactive entries and for
/// two prices are this org's own.
pub(super) fn line(store: &Store, row: &mut Row, old: Option<&Row>) -> Result<(), Refusal> {
    let broken = |message: &str, fields: &[&str]| Err(Refusal::save("FIELD_INTEGRITY_EXCEPTION", message, fields));
    let find =
        |row: &Row, object: &str, field: &str| row.get(field).as_str().and_then(|id| store.get(object, id)).cloned();
    let Some(entry) = find(row, "PricebookEntry", "PricebookEntryId") else {
        return broken(NO_ENTRY, &["PricebookEntryId"]);
    };
    let opportunity = find(row, "Opportunity", "OpportunityId");
    if old.is_none() {
        let chosen =
            opportunity.as_ref().map(|opportunity| opportunity.get("Pricebook2Id").clone()).unwrap_or_default();
        if !chosen.is_null() && chosen != *entry.get("Pricebook2Id") {
            return broken(OTHER_BOOK, &[]);
        }
        let book = find(&entry, "Pricebook2", "Pricebook2Id");
        if !entry.get("IsActive").is_true() || !book.is_some_and(|book| book.get("IsActive").is_true()) {
            return broken(
                "field integrity exception: PricebookEntryId (pricebook entry is not active)",
                &["PricebookEntryId"],
            );
        }
    }
    prices(row, old)?;
    let product = find(&entry, "Product2", "Product2Id");
    let name = [opportunity.as_ref(), product.as_ref()]
        .map(|row| row.and_then(|row| row.get("Name").as_str()).unwrap_or_default());
    row.set("Name", name.join(" "));
    row.set("ProductCode", product.as_ref().map(|product| product.get("ProductCode").clone()).unwrap_or_default());
    row.set("Product2Id", entry.get("Product2Id").clone());
    row.set("ListPrice", entry.get("UnitPrice").clone());
    Ok(())
}

/// The unit price or the total is given, and the other follows; a new quantity leaves the unit price.
fn prices(row: &mut Row, old: Option<&Row>) -> Result<(), Refusal> {
    let changed = |row: &Row, field: &str| {
        let value = row.get(field);
        !value.is_null() && old.is_none_or(|old| old.get(field) != value)
    };
    let quantity = row.get("Quantity").as_f64().unwrap_or_default();
    let (unit, total) = (changed(row, "UnitPrice"), changed(row, "TotalPrice"));
    if unit && total {
        let message = "field integrity exception: TotalPrice (specify the unit price or the total price, not both)";
        return Err(Refusal::save("FIELD_INTEGRITY_EXCEPTION", message, &["TotalPrice"]));
    }
    if total && quantity != 0.0 {
        let price = row.get("TotalPrice").as_f64().unwrap_or_default() / quantity;
        row.set("UnitPrice", price);
        return Ok(());
    }
    let Some(price) = row.get("UnitPrice").as_f64() else {
        return Err(required_missing(&["UnitPrice"]));
    };
    row.set("TotalPrice", price * quantity);
    Ok(())
}

/// With lines, the amount and the quantity are theirs: what is given for them is ignored. The price book stays.
/// <https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunity.htm>
///
/// # Errors
/// `FIELD_INTEGRITY_EXCEPTION`, in this org's own words, for another price book.
pub(super) fn keep_sums(given: &mut Given, old: &Row) -> Result<(), Refusal> {
    if !old.get("HasOpportunityLineItem").is_true() {
        return Ok(());
    }
    given.remove("Amount");
    given.remove("TotalOpportunityQuantity");
    if given.get("Pricebook2Id").is_some_and(|book| book != old.get("Pricebook2Id")) {
        return Err(Refusal::save(
            "FIELD_INTEGRITY_EXCEPTION",
            "field integrity exception: Pricebook2Id (the price book cannot be changed while the opportunity has products)",
            &["Pricebook2Id"],
        ));
    }
    Ok(())
}

/// Brings an opportunity in step with its lines. The first line chooses the price book where none was chosen.
pub(crate) fn sum_up(store: &mut Store, line: &Row) {
    let Some(mut opportunity) = line.get("OpportunityId").as_str().and_then(|id| store.get("Opportunity", id)).cloned()
    else {
        return;
    };
    let id = opportunity.id.clone();
    let lines = || {
        let rows = store.rows("OpportunityLineItem").filter(|row| !row.is_deleted());
        rows.filter(|row| row.get("OpportunityId").as_str() == Some(id.as_str()))
    };
    let has_lines = lines().next().is_some();
    if has_lines {
        let sum = |field: &str| lines().filter_map(|row| row.get(field).as_f64()).sum::<f64>();
        let (amount, quantity) = (sum("TotalPrice"), sum("Quantity"));
        opportunity.set("Amount", amount);
        opportunity.set("TotalOpportunityQuantity", quantity);
        let expected = opportunity.get("Probability").as_f64().map(|percent| Value::Number(amount * percent / 100.0));
        opportunity.set("ExpectedRevenue", expected.unwrap_or_default());
    }
    opportunity.set("HasOpportunityLineItem", has_lines);
    if opportunity.get("Pricebook2Id").is_null() {
        let entry = line.get("PricebookEntryId").as_str().and_then(|id| store.get("PricebookEntry", id));
        opportunity.set("Pricebook2Id", entry.map(|entry| entry.get("Pricebook2Id").clone()).unwrap_or_default());
    }
    store.put(opportunity);
}
