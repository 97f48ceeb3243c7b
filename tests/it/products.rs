//! Products put on a deal as people say it: by the deal's name and the product's, out of the price book of the deal.

use demo_org::{Extra, Id, Org};
use serde_json::{Value, json};

use crate::bench::Bench;

fn bench() -> Bench {
    // A label, so that the list of objects is known too.
    let objects = ["Opportunity Product", "PricebookEntry", "Opportunity", "Product2", "Pricebook2"];
    Bench::on(Org::demo_with([Extra::Products]), "admin").after_describing(&objects)
}

fn line(deal: &str, product: &str) -> Value {
    let fields = json!({ "Opportunity": deal, "Product": product, "Quantity": 10, "Sales Price": 99 });
    json!({ "object": "Opportunity Product", "fields": fields })
}

fn entry(bench: &Bench, reply: &Value) -> Value {
    bench.org.row(&Id::parse(reply["id"].as_str().unwrap()).unwrap()).unwrap().get("PricebookEntryId").to_json()
}

#[test]
fn ten_seats_of_platform_at_99_are_put_on_a_deal_in_two_requests() {
    let bench = bench();
    let reply = bench.created(line("Quill seats", "Platform"));
    assert_eq!(bench.counts(), (2, 1), "{reply:#}");
    // The platform is in three price books, of which the deal has one.
    assert_eq!(entry(&bench, &reply), bench.id("platform_standard"));
    assert_eq!((&reply["fields"]["Quantity"], &reply["fields"]["UnitPrice"]), (&json!(10), &json!(99)));
    assert_eq!(reply["names"][bench.id("platform_standard")], "Platform Seat");
    // The same with the deal's id.
    let reply = bench.created(line(&bench.id("quill_seats"), "Platform Seat"));
    assert_eq!((bench.counts(), entry(&bench, &reply)), ((4, 2), json!(bench.id("platform_standard"))));
}

#[test]
fn the_price_book_of_the_deal_decides_and_where_it_has_none_the_standard_one() {
    let bench = bench();
    bench.org.set(&bench.org.id("acme_renewal").unwrap(), "Pricebook2Id", bench.id("partner_book").as_str());
    let reply = bench.created(line("Acme renewal", "Platform"));
    assert_eq!(entry(&bench, &reply), bench.id("platform_partner"));
    let reply = bench.created(line("Globex platform deal", "Platform"));
    assert_eq!(entry(&bench, &reply), bench.id("platform_standard"));
    // What the deal's book does not have is not taken out of another.
    let error = bench.err("create", line("Acme renewal", "Training Day"));
    assert_eq!((&error["kind"], &error["changed"]), (&json!("not_found"), &json!("no")), "{error:#}");
}

#[test]
fn several_products_go_on_a_deal_together() {
    let bench = bench();
    let lines = json!([
        { "Product": "Platform", "Quantity": 10, "Sales Price": 99 },
        { "Product": "Training Day", "Quantity": 1, "Sales Price": 1500 },
    ]);
    let call = json!({ "object": "OpportunityLineItem", "fields": { "Opportunity": "Quill seats" }, "records": lines });
    let reply = bench.ok("create", call);
    let entries: Vec<_> = reply["records"].as_array().unwrap().iter().map(|record| entry(&bench, record)).collect();
    assert_eq!(entries, [json!(bench.id("platform_standard")), json!(bench.id("training_standard"))]);
}

#[test]
fn a_product_of_several_deals_is_asked_about_with_the_books_it_is_in() {
    let bench = bench();
    let lines = json!([{ "Opportunity": "Quill seats" }, { "Opportunity": "Acme renewal" }]);
    let fields = json!({ "Product": "Platform", "Quantity": 1, "Sales Price": 1 });
    let error = bench.err("create", json!({ "object": "OpportunityLineItem", "fields": fields, "records": lines }));
    assert_eq!((&error["kind"], &error["changed"]), (&json!("ambiguous"), &json!("no")), "{error:#}");
    let books: Vec<_> =
        error["candidates"].as_array().unwrap().iter().map(|one| one["facts"]["Pricebook2.Name"].clone()).collect();
    // What is in a book that is not used any more is left out.
    assert_eq!(books.len(), 2, "{error:#}");
    assert!(books.contains(&json!("Standard Price Book")) && books.contains(&json!("Partners")), "{error:#}");
}

#[test]
fn what_is_not_sold_any_more_is_not_put_on_a_deal() {
    let bench = bench();
    let error = bench.err("create", line("Quill seats", "Meter M1"));
    assert_eq!((&error["kind"], &error["fields"]), (&json!("not_found"), &json!(["PricebookEntryId"])), "{error:#}");
    assert!(bench.org.writes().is_empty());
}

#[test]
fn where_the_deals_price_book_is_hidden_from_the_user_the_books_are_asked_about() {
    for described in [&["Opportunity"][..], &[]] {
        let org = Org::demo_with([Extra::Products]);
        org.change_access("admin", |access| {
            access.hidden.insert(("Opportunity".to_owned(), "Pricebook2Id".to_owned()));
        });
        let bench = Bench::on(org, "admin").after_describing(described);
        let error = bench.err("create", line("Quill seats", "Platform"));
        assert_eq!((&error["kind"], &error["changed"]), (&json!("ambiguous"), &json!("no")), "{error:#}");
        assert_eq!(error["candidates"].as_array().unwrap().len(), 2, "{error:#}");
    }
}
