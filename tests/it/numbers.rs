//! Numbers by groups: what they are, in which order, in how many requests, and what is refused.

use serde_json::{Value, json};

use crate::bench::{Bench, without_place};
use crate::said::{numbers, soql};

fn rows(reply: &Value) -> &Value {
    &reply["rows"]
}

fn firsts(reply: &Value) -> Vec<&str> {
    reply["rows"].as_array().unwrap().iter().map(|row| row[0].as_str().unwrap()).collect()
}

/// The query of the last request that was sent, decoded.
fn last_query(bench: &Bench) -> String {
    let sent = bench.sent.borrow();
    let query = sent.last().unwrap().uri().query().unwrap().to_owned();
    url_decoded(query.strip_prefix("q=").unwrap())
}

fn url_decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(decoded).unwrap()
}

fn win_loss() -> Value {
    json!({
        "object": "Opportunity",
        "measures": [{ "function": "count" }, { "function": "sum", "field": "Amount" }],
        "group_by": [{ "field": "Won" }],
        "filters": [
            { "field": "Closed", "value": true },
            { "field": "Close Date", "op": "gte", "value": "2026-04-01" },
            { "field": "Close Date", "op": "lte", "value": "2026-06-30" },
        ],
    })
}

fn pipeline() -> Value {
    json!({
        "object": "deals",
        "measures": [{ "function": "count" }, { "function": "sum", "field": "Amount" }],
        "group_by": [{ "field": "Stage" }],
        "filters": [{ "field": "IsClosed", "value": false }],
    })
}

// What people ask.

#[test]
fn the_win_loss_ratio_of_a_quarter_is_one_request_and_says_which_calendar() {
    let bench = Bench::new();
    for _cold_and_warm in 0..2 {
        bench.org.forget_requests();
        let reply = bench.ok("query", numbers(win_loss()));
        assert_eq!(
            reply["columns"],
            json!(["IsWon", "count", "share of count", "sum(Amount)", "share of sum(Amount)"])
        );
        assert_eq!(*rows(&reply), json!([[true, 3, 0.6, 200_000, 0.8], [false, 2, 0.4, 50_000, 0.2]]));
        assert_eq!(reply["totals"], json!({ "count": 5, "sum(Amount)": 250_000 }));
        assert_eq!(reply["complete"], true);
        assert_eq!(reply["notices"][0], "calendar periods; the fiscal year begins in February (Q2: May to July)");
        assert_eq!(bench.counts(), (1, 0));
        assert!(reply.to_string().len() < 600, "{reply}");
    }
    // The fiscal year came along with the first answer, so the second asked for nothing but the numbers.
    assert!(last_query(&bench).starts_with("SELECT IsWon g0, COUNT(Id) m0, SUM(Amount) m1 FROM Opportunity WHERE"));
}

#[test]
fn the_win_loss_ratio_of_a_fiscal_quarter_is_that_of_other_months() {
    let bench = Bench::new();
    let reply = bench.ok("query",
        numbers(json!({
            "object": "Opportunity",
            "group_by": [{ "field": "IsWon" }],
            "filters": [{ "field": "IsClosed", "value": true }, { "field": "CloseDate", "value": "THIS_FISCAL_QUARTER" }],
        })));
    // May alone: the quarter is May to July, and it is May.
    assert_eq!(rows(&reply).as_array().unwrap().iter().map(|row| row[1].as_u64().unwrap()).sum::<u64>(), 2);
    assert_eq!(
        reply["notices"],
        json!(["fiscal periods; the year begins in February, and is called by the year it ends in"])
    );
    assert_eq!(bench.requests(), 1);
}

#[test]
fn the_pipeline_by_stage_is_in_the_order_of_the_stages_in_one_request() {
    let bench = Bench::warm(&["Opportunity"]);
    let reply = bench.ok("query", numbers(pipeline()));
    assert_eq!(
        *rows(&reply),
        json!([
            ["Prospecting", 2, 0.2857, 10_000, 0.0143],
            ["Qualification", 1, 0.1429, 50_000, 0.0714],
            ["Needs Analysis", 1, 0.1429, 90_000, 0.1286],
            ["Value Proposition", 1, 0.1429, 180_000, 0.2571],
            ["Proposal/Price Quote", 1, 0.1429, 250_000, 0.3571],
            ["Negotiation/Review", 1, 0.1429, 120_000, 0.1714],
        ])
    );
    assert_eq!(reply["totals"], json!({ "count": 7, "sum(Amount)": 700_000 }));
    assert_eq!(reply["notices"], json!(["amounts are in the org's one currency"]));
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn a_cold_cache_costs_the_pipeline_one_description_for_the_order_of_the_stages() {
    let cold = Bench::new();
    let reply = cold.ok("query", numbers(pipeline()));
    assert_eq!(firsts(&reply)[0], "Prospecting");
    assert_eq!(cold.counts(), (2, 0));
}

#[test]
fn leads_by_source_come_with_the_conversion_rate_of_each() {
    let bench = Bench::warm(&["Lead"]);
    let reply = bench.ok(
        "query",
        numbers(json!({
            "object": "Lead",
            "group_by": [{ "field": "Lead Source" }, { "field": "Converted" }],
            "filters": [{ "field": "Created Date", "value": "THIS_QUARTER" }],
        })),
    );
    assert_eq!(reply["columns"], json!(["LeadSource", "IsConverted", "count", "share of count within LeadSource"]));
    assert_eq!(
        *rows(&reply),
        json!([
            ["Web", false, 3, 0.75],
            ["Web", true, 1, 0.25],
            ["Phone Inquiry", false, 1, 1],
            ["Partner Referral", false, 1, 0.5],
            ["Partner Referral", true, 1, 0.5],
        ])
    );
    assert_eq!(reply["totals"], json!({ "count": 7 }));
    assert_eq!(bench.counts(), (1, 0));
}

#[test]
fn owners_are_told_apart_by_id_and_named_the_largest_first() {
    for said in ["Owner", "OwnerId", "Owner.Name"] {
        let bench = Bench::new();
        let reply = bench.ok(
            "query",
            numbers(json!({
                "object": "Opportunity",
                "measures": [{ "function": "sum", "field": "Amount" }, { "function": "average", "field": "Amount" }],
                "group_by": [{ "field": said }],
            })),
        );
        assert_eq!(
            reply["columns"],
            json!(["OwnerId", "Owner.Name", "sum(Amount)", "share of sum(Amount)", "average(Amount)"])
        );
        assert_eq!(
            *rows(&reply),
            json!([
                [bench.id("riley"), "Riley Reyes", 710_000, 0.6484, 71_000],
                [bench.id("jane_miller"), "Jane Miller", 235_000, 0.2146, 117_500],
                [bench.id("jonas"), "Jonas Becker", 150_000, 0.137, 75_000],
            ]),
            "{said}"
        );
        assert_eq!(bench.requests(), 1, "{said}");
    }
}

#[test]
fn numbers_that_need_no_groups_are_one_row() {
    let bench = Bench::new();
    let reply = bench.ok(
        "query",
        numbers(json!({
            "object": "Opportunity",
            "measures": [
                { "function": "count" },
                { "function": "count", "field": "Amount" },
                { "function": "count_distinct", "field": "Account" },
                { "function": "min", "field": "Amount" },
                { "function": "max", "field": "CloseDate" },
            ],
            "filters": [{ "field": "IsClosed", "value": false }],
            "mine": true,
        })),
    );
    assert_eq!(
        reply["columns"],
        json!(["count", "count(Amount)", "count_distinct(AccountId)", "min(Amount)", "max(CloseDate)"])
    );
    assert_eq!(*rows(&reply), json!([[5, 4, 5, 10_000, "2026-09-01"]]));
    assert_eq!((&reply["complete"], &reply["totals"]), (&json!(true), &Value::Null));
}

#[test]
fn nothing_adds_up_to_null_and_counts_as_zero() {
    let bench = Bench::new();
    let mut arguments = json!({
        "object": "Opportunity",
        "measures": [{ "function": "sum", "field": "Amount" }, { "function": "count" }],
        "filters": [{ "field": "Name", "value": "no such deal" }],
    });
    let reply = bench.ok("query", numbers(arguments.clone()));
    assert_eq!(*rows(&reply), json!([[null, 0]]));

    arguments["group_by"] = json!([{ "field": "IsWon" }]);
    let reply = bench.ok("query", numbers(arguments));
    assert_eq!(*rows(&reply), json!([]));
    assert_eq!(reply["totals"], json!({ "sum(Amount)": null, "count": 0 }));
    assert_eq!(reply["complete"], true);
}

// Dates.

#[test]
fn periods_are_named_with_their_year_and_come_in_order() {
    let bench = Bench::new();
    let by = |period: &str| {
        let arguments = json!({
            "object": "Opportunity",
            "group_by": [{ "field": "CloseDate", "by": period }],
            "filters": [{ "field": "IsClosed", "value": true }],
        });
        let reply = bench.ok("query", numbers(arguments));
        assert_eq!(
            reply["columns"][0],
            if period == "day" { "CloseDate".to_owned() } else { format!("CloseDate by {period}") }
        );
        firsts(&reply).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    // Those between that have no records are there too.
    assert_eq!(by("month"), ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]);
    assert_eq!(by("quarter"), ["2025-Q4", "2026-Q1", "2026-Q2"]);
    assert_eq!(by("year"), ["2025", "2026"]);
    assert_eq!(
        by("fiscal_month"),
        ["FY2026-M10", "FY2026-M11", "FY2026-M12", "FY2027-M01", "FY2027-M02", "FY2027-M03", "FY2027-M04"]
    );
    assert_eq!(by("fiscal_quarter"), ["FY2026-Q4", "FY2027-Q1", "FY2027-Q2"]);
    assert_eq!(by("fiscal_year"), ["FY2026", "FY2027"]);
    assert_eq!(by("day")[0], "2025-11-14");
}

#[test]
fn moments_are_grouped_by_the_days_of_the_users_time_zone() {
    let bench = Bench::new();
    let reply = bench.ok("query", numbers(json!({ "object": "Case", "group_by": [{ "field": "Created Date" }] })));
    assert_eq!(reply["columns"][0], "CreatedDate by day");
    assert!(last_query(&bench).contains("GROUP BY DAY_ONLY(convertTimezone(CreatedDate))"));
    bench.ok("query", numbers(json!({ "object": "Case", "group_by": [{ "field": "CreatedDate", "by": "month" }] })));
    assert!(last_query(&bench).contains("CALENDAR_MONTH(convertTimezone(CreatedDate)) g1"));
}

#[test]
fn the_fiscal_year_is_asked_for_once_and_only_where_it_matters() {
    let bench = Bench::new();
    let urls = |bench: &Bench| bench.sent.borrow().iter().map(|sent| sent.uri().path().to_owned()).collect::<Vec<_>>();
    let by = |field: &str| json!({ "object": "Case", "group_by": [{ "field": field, "by": "month" }] });
    bench.ok("query", numbers(by("CreatedDate")));
    assert_eq!(urls(&bench), ["/services/data/v65.0/query"]);
    let quarters = json!({ "object": "Case", "group_by": [{ "field": "CreatedDate", "by": "quarter" }] });
    bench.ok("query", numbers(quarters.clone()));
    bench.ok("query", numbers(quarters));
    assert_eq!(urls(&bench)[1..], ["/services/data/v65.0/composite", "/services/data/v65.0/query"]);
}

// Order, conditions and limits.

#[test]
fn picklists_keep_the_orgs_order_within_other_groups() {
    let bench = Bench::warm(&["Opportunity"]);
    let reply = bench.ok(
        "query",
        numbers(json!({ "object": "Opportunity", "group_by": [{ "field": "Owner" }, { "field": "Stage" }] })),
    );
    let shown: Vec<_> = rows(&reply)
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{}: {}", row[1].as_str().unwrap(), row[2].as_str().unwrap()))
        .collect();
    assert_eq!(
        shown,
        [
            "Jane Miller: Value Proposition",
            "Jane Miller: Closed Won",
            "Jonas Becker: Needs Analysis",
            "Jonas Becker: Closed Won",
            "Riley Reyes: Prospecting",
            "Riley Reyes: Qualification",
            "Riley Reyes: Proposal/Price Quote",
            "Riley Reyes: Negotiation/Review",
            "Riley Reyes: Closed Won",
            "Riley Reyes: Closed Lost",
        ]
    );
    assert_eq!(reply["columns"][4], "share of count within Owner.Name");
}

#[test]
fn groups_are_sorted_as_asked() {
    let bench = Bench::warm(&["Opportunity"]);
    let sorted = |key: Value| {
        let mut arguments = pipeline();
        arguments["order_by"] = json!([key]);
        let reply = bench.ok("query", numbers(arguments));
        firsts(&reply)[0].to_owned()
    };
    for name in ["sum(Amount)", "SUM(Amount)", "sum( amount )"] {
        assert_eq!(sorted(json!({ "field": name, "descending": true })), "Proposal/Price Quote", "{name}");
    }
    for name in ["count(Id)", "COUNT()"] {
        assert_eq!(sorted(json!({ "field": name, "descending": true })), "Prospecting", "{name}");
    }
    for name in ["Stage", "STAGE"] {
        assert_eq!(sorted(json!({ "field": name, "descending": true })), "Negotiation/Review", "{name}");
    }
}

#[test]
fn a_condition_on_a_measure_leaves_groups_out_and_says_what_the_shares_are_of() {
    let bench = Bench::new();
    let reply = bench.ok(
        "query",
        numbers(json!({
            "object": "Opportunity",
            "measures": [{ "function": "sum", "field": "Amount" }],
            "group_by": [{ "field": "Account" }],
            "having": [{ "field": "sum(Amount)", "op": "gt", "value": 230_000 }],
        })),
    );
    assert_eq!(
        *rows(&reply),
        json!([[bench.id("globex"), "Globex", 325_000, 0.5804], [bench.id("hooli"), "Hooli", 235_000, 0.4196],])
    );
    assert!(last_query(&bench).contains("HAVING SUM(Amount) > 230000 ORDER BY"));
    assert!(reply["notices"].to_string().contains("totals and shares are of the groups that meet HAVING"));
}

#[test]
fn a_limit_shows_fewer_groups_with_shares_of_all() {
    let bench = Bench::new();
    let reply = bench.ok(
        "query",
        numbers(json!({ "object": "Opportunity", "group_by": [{ "field": "Account.Industry" }],
                "order_by": [{ "field": "COUNT(Id)", "descending": true }], "limit": 2 })),
    );
    assert_eq!(firsts(&reply), ["Technology", "Energy"]);
    assert_eq!(reply["rows"][0], json!(["Technology", 4, 0.2667]));
    assert_eq!((&reply["complete"], &reply["totals"]["count"]), (&json!(false), &json!(15)));
    assert_eq!(reply["notices"], json!(["2 of 9 groups are shown"]));
}

#[test]
fn more_groups_than_salesforce_returns_have_no_totals() {
    let bench = Bench::warm(&["Meter_Reading__c"]);
    let reply = bench.ok("query", numbers(json!({ "object": "Meter_Reading__c", "group_by": [{ "field": "Name" }] })));
    assert_eq!(reply["columns"], json!(["Name", "count"]));
    assert_eq!((&reply["complete"], &reply["totals"]), (&json!(false), &Value::Null));
    assert!(reply["notices"].to_string().contains("at most 2000 groups"), "{}", reply["notices"]);
    assert_eq!(bench.requests(), 1);
}

#[test]
fn filters_are_those_of_a_list() {
    let bench = Bench::new();
    let reply = bench.ok("query",
        numbers(json!({
            "object": "Account",
            "group_by": [{ "field": "Billing Country" }],
            "any_of": [[{ "field": "Industry", "value": "Manufacturing" }, { "field": "Industry", "value": "Energy" }]],
            "children": [{ "object": "Opportunity", "exists": false, "filters": [{ "field": "IsClosed", "value": false }] }],
        })));
    assert_eq!(reply["rows"][0][0], "Germany");
    let query = last_query(&bench);
    assert!(query.contains("(Industry = 'Manufacturing' OR Industry = 'Energy') AND Id NOT IN (SELECT AccountId"));
    assert_eq!(bench.counts(), (1, 0));
}

// Refusals, all before any request.

#[test]
fn what_cannot_be_grouped_is_refused_with_what_can() {
    let bench = Bench::new();
    let error =
        bench.refused("query", numbers(json!({ "object": "Opportunity", "group_by": [{ "field": "Amount" }] })));
    assert_eq!(error["message"], "Salesforce can't group by Amount (a currency)");
    assert!(error["allowed"].as_array().unwrap().contains(&json!("StageName")), "{error}");

    let error = bench.refused(
        "query",
        numbers(json!({ "object": "Opportunity", "group_by": [{ "field": "StageName", "by": "month" }] })),
    );
    assert_eq!(error["message"], "only dates have parts; StageName is a picklist");
    assert!(error["allowed"].as_array().unwrap().contains(&json!("CloseDate")), "{error}");

    let four = json!([{ "field": "IsWon" }, { "field": "Type" }, { "field": "Owner" }, { "field": "LeadSource" }]);
    let error = bench.refused("query", numbers(json!({ "object": "Opportunity", "group_by": four })));
    assert!(error["message"].as_str().unwrap().starts_with("group by at most 3 fields (line 1, column "), "{error}");
}

#[test]
fn what_has_no_sum_is_refused_with_what_has() {
    let bench = Bench::new();
    let measure = |function: &str, field: Value| {
        let measure = json!({ "function": function, "field": field });
        bench.refused("query", numbers(json!({ "object": "Opportunity", "measures": [measure] })))
    };
    let error = measure("sum", json!("Stage"));
    assert_eq!(without_place(&error), "StageName is a picklist, which has no sum");
    assert!(error["allowed"].as_array().unwrap().contains(&json!("Amount")), "{error}");
    assert_eq!(without_place(&measure("average", json!("CloseDate"))), "CloseDate is a date, which has no average");
    assert_eq!(without_place(&measure("max", json!("Description"))), "Description is a textarea, which has no max");
    assert_eq!(
        without_place(&measure("count", json!("IsWon"))),
        "Salesforce computes nothing of a checkbox; group by IsWon instead"
    );
    let error = bench.refused("query", soql("SELECT SUM() FROM Opportunity"));
    assert!(error["message"].as_str().unwrap().starts_with("SUM takes a field (line 1, column 8"), "{error}");
}

#[test]
fn conditions_and_sort_keys_must_be_of_what_is_selected() {
    let bench = Bench::new();
    let with = |clause: &str| {
        let error =
            bench.refused("query", soql(format!("SELECT IsWon, COUNT(Id) FROM Opportunity GROUP BY IsWon {clause}")));
        error["message"].as_str().unwrap().to_owned()
    };
    for (clause, said) in [
        ("HAVING Amount > 5", "\"Amount\" is neither in GROUP BY nor computed"),
        ("HAVING COUNT(Id) LIKE '5%'", "records are not filtered by this"),
        ("HAVING COUNT(Id) > 'many'", "count is compared with a number"),
        ("HAVING SUM(Amount) > NULL", "null, true and false are only equal or not equal"),
        ("HAVING SUM(Amount) != NULL", "sum(Amount) needs a value"),
        ("HAVING MAX(CreatedDate) > '2026-01-01'", "is a moment; give a time with a zone"),
        ("ORDER BY Amount", "\"Amount\" is neither in GROUP BY nor computed"),
    ] {
        assert!(with(clause).contains(said), "{clause}: {}", with(clause));
    }
    let error = bench.refused("query", soql("SELECT CloseDate FROM Opportunity GROUP BY WEEK(CloseDate)"));
    assert!(error["message"].as_str().unwrap().contains("WEEK_IN_YEAR"), "{error}");
    let error = bench.refused("query", soql("SELECT COUNT(Id) FROM Opportunity HAVING COUNT(Id) > 5"));
    assert!(error["message"].as_str().unwrap().starts_with("HAVING is about groups"), "{error}");
    let error = bench
        .refused("query", json!({ "soql": "SELECT IsWon FROM Opportunity GROUP BY IsWon", "cursor": "1-0000000a" }));
    assert_eq!(error["fields"], json!(["cursor"]));
}

// What statements say of numbers, and arguments never did.

#[test]
fn a_name_is_the_columns_and_what_is_grouped_by_twice_is_one_group() {
    let bench = Bench::new();
    let reply = bench.ok(
        "query",
        soql("SELECT OwnerId, Owner.Name, COUNT(*) AS n, SUM(Amount) total FROM Opportunity GROUP BY OwnerId, Owner.Name ORDER BY total DESC LIMIT 1"),
    );
    assert_eq!(reply["columns"], json!(["OwnerId", "Owner.Name", "n", "share of n", "total", "share of total"]));
    assert_eq!(reply["rows"][0][1], "Riley Reyes");
    assert_eq!((&reply["complete"], &reply["totals"]["n"]), (&json!(false), &json!(15)));
    assert!(
        last_query(&bench).contains("GROUP BY OwnerId, Owner.Name ORDER BY SUM(Amount) DESC"),
        "{}",
        last_query(&bench)
    );
}

#[test]
fn what_is_selected_twice_is_asked_for_and_shown_once() {
    let bench = Bench::new();
    let of_groups = "SELECT StageName, stagename, COUNT(Id) n FROM Opportunity GROUP BY StageName";
    let of_rows = "SELECT Id, Subject, subject, Owner.Name, Case.Owner.Name FROM Case";
    for (text, columns) in [(of_groups, ["StageName", "n", "share of n"]), (of_rows, ["Id", "Subject", "Owner.Name"])] {
        assert_eq!(bench.ok("query", soql(text))["columns"], json!(columns), "{text}");
    }
}

#[test]
fn an_average_over_all_groups_is_that_of_the_records() {
    let bench = Bench::new();
    let groups = bench.ok("query", soql("SELECT StageName, AVG(Amount) a FROM Opportunity GROUP BY StageName"));
    let all = bench.ok("query", soql("SELECT AVG(Amount) FROM Opportunity"));
    assert_eq!(groups["columns"], json!(["StageName", "a"]));
    let (one, other) = (groups["totals"]["a"].as_f64().unwrap(), all["rows"][0][0].as_f64().unwrap());
    assert!((one - other).abs() < 0.001, "{one} {other}");
    // The mean of the groups' means is another number.
    let rows = groups["rows"].as_array().unwrap();
    let means = rows.iter().map(|row| row[1].as_f64().unwrap()).sum::<f64>() / rows.len() as f64;
    assert!((means - other).abs() > 1.0, "{means} {other}");
}

#[test]
fn a_period_without_records_is_there_with_zero_unless_it_was_left_out_on_purpose() {
    let bench = Bench::new();
    let months = "SELECT CALENDAR_YEAR(CloseDate), CALENDAR_MONTH(CloseDate), COUNT(Id), SUM(Amount), AVG(Amount) FROM Opportunity WHERE IsClosed = true GROUP BY CALENDAR_YEAR(CloseDate), CALENDAR_MONTH(CloseDate)";
    let reply = bench.ok("query", soql(months));
    assert_eq!(reply["rows"][1], json!(["2025-12", 0, 0, 0, 0, null]));
    assert!(reply["notices"].to_string().contains("2 periods between have no records"), "{reply}");
    let down = bench
        .ok("query", soql(format!("{months} ORDER BY CALENDAR_YEAR(CloseDate) DESC, CALENDAR_MONTH(CloseDate) DESC")));
    let mut expected = firsts(&reply);
    expected.reverse();
    assert_eq!(firsts(&down), expected);
    for end in ["HAVING COUNT(Id) > 0", "ORDER BY COUNT(Id)", "LIMIT 20"] {
        let reply = bench.ok("query", soql(format!("{months} {end}")));
        assert!(!firsts(&reply).contains(&"2025-12"), "{end}: {reply}");
    }
    let words = bench.ok(
        "query",
        soql("SELECT DATE_TRUNC('month', CloseDate), COUNT(*) FROM Opportunity WHERE IsClosed = true GROUP BY 1"),
    );
    assert_eq!(firsts(&words), firsts(&reply));
}

#[test]
fn a_part_of_a_date_without_its_year_is_itself() {
    let bench = Bench::new();
    let reply =
        bench.ok("query", soql("SELECT MONTH(CloseDate) m, COUNT(Id) FROM Opportunity GROUP BY MONTH(CloseDate)"));
    assert_eq!(reply["columns"][0], "CALENDAR_MONTH(CloseDate)");
    assert!(reply["rows"][0][0].is_number(), "{reply}");
    let reply = bench.ok(
        "query",
        soql("SELECT FISCAL_QUARTER(CloseDate), COUNT(Id) FROM Opportunity GROUP BY FISCAL_QUARTER(CloseDate)"),
    );
    assert!(reply["notices"].to_string().contains("fiscal periods"), "{reply}");
}

#[test]
fn conditions_on_groups_may_be_alternatives_and_of_what_is_grouped_by() {
    let bench = Bench::new();
    let stages = "SELECT StageName, COUNT(Id), SUM(Amount) s FROM Opportunity GROUP BY StageName HAVING";
    let reply =
        bench.ok("query", soql(format!("{stages} (COUNT(Id) > 4 OR s > 170000) AND NOT SUM(Amount) > 9999999")));
    assert!(!firsts(&reply).is_empty() && firsts(&reply).len() < 8, "{reply}");
    assert!(
        last_query(&bench).contains("HAVING (COUNT(Id) > 4 OR SUM(Amount) > 170000) AND (NOT SUM(Amount) > 9999999)"),
        "{}",
        last_query(&bench)
    );
    let reply = bench.ok("query", soql(format!("{stages} StageName = 'closed won' AND COUNT(Id) > 1")));
    assert_eq!(firsts(&reply), ["Closed Won"]);
    // What is only compared with is no column.
    let reply =
        bench.ok("query", soql("SELECT StageName FROM Opportunity GROUP BY StageName HAVING MAX(Amount) > 100000"));
    assert_eq!(reply["columns"], json!(["StageName", "count", "share of count"]));
}

#[test]
fn distinct_is_a_group_of_each() {
    let bench = Bench::warm(&["Account"]);
    let reply = bench.ok("query", soql("SELECT DISTINCT Industry FROM Account WHERE Industry != null"));
    assert_eq!(reply["columns"], json!(["Industry", "count", "share of count"]));
    assert_eq!(reply["notices"][0], "DISTINCT groups");
    assert!(reply["soql"].as_str().unwrap().contains("GROUP BY Industry"), "{reply}");
}
