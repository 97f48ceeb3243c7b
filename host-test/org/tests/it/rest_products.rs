//! [`Extra::Products`]: price books, line items, and what they do to their opportunity; and [`Extra::TextAddresses`].

use demo_org::{Extra, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::{Got, get, id, patch, path, post, query, send};

fn shop() -> Org {
    Org::demo_with([Extra::Products])
}

/// Adds a line to a seeded deal.
fn line(org: &Org, deal: &str, entry: &str, rest: &Json) -> Got {
    let mut body = json!({"OpportunityId": id(org, deal), "PricebookEntryId": id(org, entry)});
    body.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
    post(org, "riley", "sobjects/OpportunityLineItem", &body)
}

/// Fields of a seeded deal.
fn deal(org: &Org, key: &str) -> Json {
    let row = get(org, "riley", &path(org, "Opportunity", key)).body;
    json!([row["Amount"], row["TotalOpportunityQuantity"], row["ExpectedRevenue"], row["HasOpportunityLineItem"]])
}

#[test]
fn the_plain_demo_org_sells_no_products() {
    let org = Org::demo();
    assert_eq!(query(&org, "riley", "SELECT Id FROM Product2").refused(), "400 INVALID_TYPE");
    assert_eq!(query(&org, "riley", "SELECT Pricebook2Id FROM Opportunity").refused(), "400 INVALID_FIELD");
}

#[test]
fn lines_sum_up_to_the_amount_of_their_deal() {
    let org = shop();
    assert_eq!(deal(&org, "quill_seats"), json!([3900.0, 12.0, 390.0, true]));
    let made = line(&org, "quill_seats", "meter_standard", &json!({"Quantity": 4, "UnitPrice": 80}));
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(deal(&org, "quill_seats"), json!([4220.0, 16.0, 422.0, true]));
    let row = get(&org, "riley", &format!("sobjects/OpportunityLineItem/{}", made.id())).body;
    let shown =
        ["Name", "ProductCode", "Product2Id", "ListPrice", "UnitPrice", "TotalPrice"].map(|name| row[name].clone());
    let meter = json!(id(&org, "meter"));
    assert_eq!(shown, [json!("Quill seats Meter M3"), json!("HW-3"), meter, json!(89.5), json!(80.0), json!(320.0)]);
    let path = format!("sobjects/OpportunityLineItem/{}", made.id());
    assert_eq!(patch(&org, "riley", &path, &json!({"Quantity": 5})).status, 204);
    assert_eq!(deal(&org, "quill_seats"), json!([4300.0, 17.0, 430.0, true]));
    assert_eq!(send(&org, "riley", "DELETE", &path, &[], &Json::Null).status, 204);
    assert_eq!(deal(&org, "quill_seats"), json!([3900.0, 12.0, 390.0, true]));
}

#[test]
fn a_line_takes_the_unit_price_or_the_total_and_not_both() {
    let org = shop();
    let total = line(&org, "quill_seats", "platform_standard", &json!({"Quantity": 4, "TotalPrice": 400}));
    let row = get(&org, "riley", &format!("sobjects/OpportunityLineItem/{}", total.id())).body;
    assert_eq!((&row["UnitPrice"], &row["TotalPrice"]), (&json!(100.0), &json!(400.0)));
    for (rest, refusal) in [
        (json!({"Quantity": 1, "UnitPrice": 1, "TotalPrice": 1}), "400 FIELD_INTEGRITY_EXCEPTION"),
        (json!({"Quantity": 1}), "400 REQUIRED_FIELD_MISSING"),
        (json!({"UnitPrice": 1}), "400 REQUIRED_FIELD_MISSING"),
    ] {
        assert_eq!(line(&org, "quill_seats", "platform_standard", &rest).refused(), refusal, "{rest}");
    }
}

#[test]
fn a_line_needs_an_active_entry_of_the_deals_price_book() {
    let org = shop();
    let one = json!({"Quantity": 1, "UnitPrice": 1});
    let other = line(&org, "quill_seats", "platform_partner", &one);
    assert_eq!(other.refused(), "400 FIELD_INTEGRITY_EXCEPTION");
    assert_eq!(
        other.message(),
        "field integrity exception: unknown (pricebook entry is in a different pricebook than the one assigned to the opportunity)"
    );
    for entry in ["old_meter_standard", "platform_old"] {
        assert_eq!(line(&org, "globex_deal", entry, &one).refused(), "400 FIELD_INTEGRITY_EXCEPTION", "{entry}");
    }
    let without = json!({"OpportunityId": id(&org, "quill_seats"), "Quantity": 1, "UnitPrice": 1});
    let got = post(&org, "riley", "sobjects/OpportunityLineItem", &without);
    assert_eq!(got.refused(), "400 FIELD_INTEGRITY_EXCEPTION");
    assert!(got.message().contains("must specify pricebook entry id"), "{}", got.message());
}

#[test]
fn the_first_line_chooses_the_price_book_of_a_deal_without_one() {
    let org = shop();
    assert_eq!(deal(&org, "globex_deal")[0], 250_000.0);
    let made = line(&org, "globex_deal", "platform_partner", &json!({"Quantity": 10, "UnitPrice": 99}));
    assert_eq!(made.status, 201, "{}", made.body);
    let row = get(&org, "riley", &path(&org, "Opportunity", "globex_deal")).body;
    assert_eq!((&row["Pricebook2Id"], &row["Amount"]), (&json!(id(&org, "partner_book")), &json!(990.0)));
}

#[test]
fn a_new_amount_of_a_deal_with_lines_is_ignored_without_a_word() {
    let org = shop();
    let seats = path(&org, "Opportunity", "quill_seats");
    assert_eq!(patch(&org, "jane_okafor", &seats, &json!({"Amount": 1, "NextStep": "Call"})).status, 204);
    let row = get(&org, "riley", &seats).body;
    assert_eq!((&row["Amount"], &row["NextStep"]), (&json!(3900.0), &json!("Call")));
    let book = patch(&org, "jane_okafor", &seats, &json!({"Pricebook2Id": id(&org, "partner_book")}));
    assert_eq!(book.refused(), "400 FIELD_INTEGRITY_EXCEPTION");
}

#[test]
fn without_picklists_states_and_countries_are_free_text() {
    let org = Org::demo_with([Extra::TextAddresses]);
    let acme = path(&org, "Account", "acme");
    let free = json!({"BillingCountry": "USA", "BillingState": "Calif."});
    assert_eq!(patch(&org, "riley", &acme, &free).status, 204);
    let row = get(&org, "riley", &acme).body;
    assert_eq!((&row["BillingCountry"], &row["BillingAddress"]["state"]), (&json!("USA"), &json!("Calif.")));
    assert_eq!(query(&org, "riley", "SELECT BillingCountryCode FROM Account").refused(), "400 INVALID_FIELD");
    let german = query(&org, "riley", "SELECT Id FROM Account WHERE BillingCountry = 'Germany'");
    assert_eq!(german.body["totalSize"], 5);
}
