//! Assumptions that are checked by reading.

use http::Method;
use serde_json::{Value, json};

use super::{Answer, Check, DATA, Failure, Probe, Run, apart, mail, part, query_url, reports, soap, views};

pub(super) const CHECKS: &[Check] = &[
    check("v65.0 is among the API's versions", "src/rest.rs", Run::Code(version)),
    check("userinfo has the user's id and an IANA time zone", "src/rest/user_info.rs", Run::Code(user_info)),
    check("every answer says how many API calls are used", "src/rest.rs", Run::Code(limit_info)),
    check("a query's answer has totalSize, done and records with their type", "src/rest/query.rs", Run::Code(page)),
    check("a further page has an address below /services/data", "src/rest/query.rs", Run::Code(further_page)),
    check("describe says of each field what the plugin keeps", "src/rest/describe.rs", Run::Code(describe)),
    check("the list of objects says which can be queried", "src/schema/search.rs", Run::Code(objects)),
    check(
        "the User Interface API tells which picklist values a record type allows",
        "src/rest/picklist_values.rs",
        Run::Code(picklist_values),
    ),
    check("a composite request takes the list of objects", "src/tools/who_am_i.rs", Run::Code(objects_in_composite)),
    check(
        "what an object is can be a part, and says what the list of objects says",
        "src/tools/who_am_i.rs",
        Run::Code(basic_information),
    ),
    check(
        "statuses of converted leads are told apart",
        "src/write/conversion.rs",
        Run::Query("SELECT ApiName FROM LeadStatus WHERE IsConverted = true"),
    ),
    check("a record is read with the fields asked for, and no others", "src/rest/sobject.rs", Run::Code(fields)),
    check("a record that is not there is 404 NOT_FOUND", "src/rest/refusal.rs", Run::Code(missing)),
    check(
        "a field that does not exist is INVALID_FIELD",
        "src/call.rs",
        Run::Refusal("SELECT No_Such_Field__c FROM Account LIMIT 1", &["INVALID_FIELD"]),
    ),
    check(
        "an object that does not exist is INVALID_TYPE",
        "src/call.rs",
        Run::Refusal("SELECT Id FROM No_Such_Object__c LIMIT 1", &["INVALID_TYPE"]),
    ),
    // ---- SOQL ----
    check(
        "a text takes \\', \\\\, \\n and \\u2028",
        "src/soql/render.rs",
        Run::Query(r"SELECT Id FROM Account WHERE Name = 'a\'b\\c\nd\u2028e' LIMIT 1"),
    ),
    check(
        "LIKE takes \\% and \\_ as the characters themselves",
        "src/soql/render.rs",
        Run::Query(r"SELECT Id FROM Account WHERE Name LIKE '%a\%b\_c\\d%' LIMIT 1"),
    ),
    check(
        "only LIKE takes \\%",
        "src/soql/render.rs",
        Run::Refusal(r"SELECT Id FROM Account WHERE Name = 'a\%b' LIMIT 1", &["MALFORMED_QUERY"]),
    ),
    check(
        "AND and OR need parentheses between them",
        "src/soql/render.rs",
        Run::Refusal(
            "SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c' LIMIT 1",
            &["MALFORMED_QUERY"],
        ),
    ),
    check(
        "NOT stands in parentheses",
        "src/soql/render.rs",
        Run::Query("SELECT Id FROM Account WHERE Name = 'a' AND (NOT Name LIKE 'b%') LIMIT 1"),
    ),
    check(
        "relative dates: days, fiscal quarters and “ago”",
        "src/soql/date_literal.rs",
        Run::Query(
            "SELECT Id FROM Opportunity WHERE CreatedDate = LAST_N_DAYS:30 AND CloseDate = THIS_FISCAL_QUARTER \
             AND LastModifiedDate < N_WEEKS_AGO:2 LIMIT 1",
        ),
    ),
    check(
        "the day of a datetime in the user's zone can be compared",
        "src/soql/render.rs",
        Run::Query("SELECT Id FROM Account WHERE DAY_ONLY(convertTimezone(CreatedDate)) = 2026-01-31 LIMIT 1"),
    ),
    check(
        "records without a last activity can be asked for",
        "src/schema/standard.txt",
        Run::Query(
            "SELECT Id FROM Opportunity WHERE (LastActivityDate < LAST_N_DAYS:14 OR LastActivityDate = null) LIMIT 1",
        ),
    ),
    check(
        "USING SCOPE mine stands before WHERE",
        "src/write/lost_response.rs",
        Run::Query("SELECT Id FROM Account USING SCOPE mine WHERE CreatedDate >= 2026-01-31T00:00:00Z LIMIT 2"),
    ),
    check(
        "records without children of a kind, by NOT IN",
        "src/soql/condition.rs",
        Run::Query(
            "SELECT Id FROM Account WHERE Id NOT IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false \
             AND AccountId != null) LIMIT 1",
        ),
    ),
    check(
        "OFFSET goes to 2,000",
        "src/tools/query/records.rs",
        Run::Query("SELECT Id FROM Account ORDER BY Id LIMIT 1 OFFSET 2000"),
    ),
    check(
        "OFFSET goes no further",
        "src/tools/query/records.rs",
        Run::Refusal(
            "SELECT Id FROM Account ORDER BY Id LIMIT 1 OFFSET 2001",
            &["NUMBER_OUTSIDE_VALID_RANGE", "MALFORMED_QUERY"],
        ),
    ),
    check(
        "groups by a parent's field and a zoned year, with HAVING and ORDER BY of numbers",
        "src/soql/aggregate.rs",
        Run::Query(
            "SELECT Account.Industry g0, CALENDAR_YEAR(convertTimezone(CreatedDate)) g1, COUNT(Id) m0, SUM(Amount) m1 \
             FROM Opportunity GROUP BY Account.Industry, CALENDAR_YEAR(convertTimezone(CreatedDate)) \
             HAVING COUNT(Id) > 0 AND SUM(Amount) >= 0 ORDER BY SUM(Amount) DESC NULLS LAST LIMIT 2000",
        ),
    ),
    check(
        "groups by fiscal periods",
        "src/tools/query/calendar.rs",
        Run::Query(
            "SELECT FISCAL_YEAR(CloseDate) g0, FISCAL_QUARTER(CloseDate) g1, FISCAL_MONTH(CloseDate) g2, COUNT(Id) m0 \
             FROM Opportunity GROUP BY FISCAL_YEAR(CloseDate), FISCAL_QUARTER(CloseDate), FISCAL_MONTH(CloseDate) \
             ORDER BY FISCAL_YEAR(CloseDate) ASC NULLS LAST LIMIT 5",
        ),
    ),
    check(
        "groups by the day of a datetime",
        "src/soql/aggregate.rs",
        Run::Query(
            "SELECT DAY_ONLY(convertTimezone(CreatedDate)) g0, COUNT(Id) m0 FROM Account \
             GROUP BY DAY_ONLY(convertTimezone(CreatedDate)) ORDER BY COUNT(Id) DESC NULLS LAST LIMIT 5",
        ),
    ),
    check(
        "different values can be counted, and the extremes of a date found",
        "src/soql/aggregate.rs",
        Run::Query(
            "SELECT COUNT_DISTINCT(StageName) m0, MIN(CloseDate) m1, MAX(CloseDate) m2, AVG(Amount) m3 FROM Opportunity",
        ),
    ),
    check(
        "the org's fiscal year can be read by the user",
        "src/tools/query/calendar.rs",
        Run::Query("SELECT FiscalYearStartMonth, UsesStartDateAsFiscalYearName FROM Organization"),
    ),
    check(
        "users are sorted by whether they are active, and queues are groups of that type",
        "src/resolve/lookup.rs",
        Run::Code(owners),
    ),
    // ---- types ----
    check(
        "a time of day stands without quotes",
        "src/soql/time_of_day.rs",
        // Of a moment it is a value of another type, and no error of the grammar.
        Run::Refusal("SELECT Id FROM Account WHERE CreatedDate > 10:00:00.000Z LIMIT 1", &["INVALID_FIELD"]),
    ),
    check(
        "events that take whole days are told apart, and grouped by their own day",
        "src/tools/query/group.rs",
        Run::Query(
            "SELECT DAY_ONLY(convertTimezone(StartDateTime)) g0, IsAllDayEvent g1, ActivityDate g2, COUNT(Id) m0 FROM Event \
             WHERE (IsAllDayEvent = false AND DAY_ONLY(convertTimezone(StartDateTime)) = 2026-01-31) \
             OR (IsAllDayEvent = true AND ActivityDate = 2026-01-31) \
             GROUP BY DAY_ONLY(convertTimezone(StartDateTime)), IsAllDayEvent, ActivityDate LIMIT 5",
        ),
    ),
    check("an event of whole days begins at midnight UTC", "src/resolve/shown.rs", Run::Code(whole_days)),
    check("the name of a country is the label of its code", "src/schema/place.rs", Run::Code(countries)),
    // ---- activities ----
    check("what has no value includes none of a multi-select picklist's", "src/resolve/filter.rs", Run::Code(several)),
    check("archived activities can be read, without deleted ones", "src/resolve/archive.rs", Run::Code(archived)),
    check("open activities come with one record, in the one order there is", "src/resolve/related.rs", Run::Code(open)),
    check("past activities come with one record, in the one order there is", "src/resolve/related.rs", Run::Code(past)),
    check(
        "the org's closed status of tasks can be read, its default first",
        "src/tools/log_activity.rs",
        Run::Query(
            "SELECT ApiName FROM TaskStatus WHERE IsClosed = true \
             ORDER BY IsDefault DESC NULLS LAST, SortOrder ASC NULLS LAST LIMIT 1",
        ),
    ),
    check(
        "e-mails have the columns of a timeline",
        "src/tools/activities.rs",
        Run::Query(
            "SELECT Id, ActivityId, Subject, FromAddress, ToAddress, Incoming, MessageDate, TextBody FROM EmailMessage \
             LIMIT 1",
        ),
    ),
    check("notes are found by the record they are linked to", "src/tools/activities.rs", Run::Code(notes)),
    // ---- search ----
    check("a search takes fields of parents", "src/rest/search.rs", Run::Code(search)),
    check("a search for a field that is not there says so", "src/tools/find.rs", Run::Code(search_unknown)),
    // ---- composite ----
    check("a later part refers to a row of an earlier query", "src/tools/log_activity.rs", Run::Code(reference)),
    check("a part that fails spoils no other", "src/rest/composite.rs", Run::Code(independent)),
    check("five queries fit, and six do not", "src/call/exchange.rs", Run::Code(five_queries)),
    check("describe can be a part", "src/call/knowledge.rs", Run::Code(describe_part)),
    check("the limits can be a part", "src/rest/composite.rs", Run::Code(limits_part)),
    check("a query too long for an address fits in a part", "src/call/exchange.rs", Run::Code(long_query)),
    // ---- approvals and files ----
    check(
        "what waits of a record is found by the record, the longest first",
        "src/resolve/approvals.rs",
        Run::Query(
            "SELECT Id, ActorId, Actor.Name, CreatedDate, ProcessInstance.TargetObjectId, \
             ProcessInstance.TargetObject.Name, ProcessInstance.SubmittedById, ProcessInstance.SubmittedBy.Name FROM \
             ProcessInstanceWorkitem WHERE ProcessInstance.TargetObjectId = '006000000000000AAA' \
             ORDER BY ElapsedTimeInDays DESC NULLS LAST LIMIT 1",
        ),
    ),
    check(
        "what waits of a record in a flow says for whom, and how the whole stands",
        "src/resolve/approvals.rs",
        Run::Query(
            "SELECT Id, Status, AssignedToId, AssignedTo.Name, CreatedDate, RelatedRecordId, RelatedRecord.Name, \
             ApprovalSubmission.Status, ApprovalSubmission.SubmittedById, ApprovalSubmission.SubmittedBy.Name FROM \
             ApprovalWorkItem WHERE RelatedRecordId = '006000000000000AAA' ORDER BY CreatedDate DESC NULLS LAST LIMIT 1",
        ),
    ),
    check(
        "the files of a record come with where their bytes are",
        "src/tools/read_file.rs",
        Run::Query(
            "SELECT Id, (SELECT Id, ContentDocument.Id, ContentDocument.Title, ContentDocument.FileExtension, \
             ContentDocument.ContentSize, ContentDocument.LatestPublishedVersionId FROM ContentDocumentLinks LIMIT 1) \
             FROM Account LIMIT 1",
        ),
    ),
    check("a file's bytes come as they are", "src/rest/content.rs", Run::Code(apart::bytes)),
    // ---- what the demo org takes for granted of more than the plugin uses yet ----
    check("SOAP takes no token from the header alone", "src/rest/convert_lead.rs", Run::Told(soap::bearer_alone)),
    check("SOAP takes the token in the envelope", "src/rest/convert_lead.rs", Run::Told(soap::token_in_envelope)),
    check("no action converts leads", "src/rest/convert_lead.rs", Run::Told(no_conversion)),
    check(
        "a part's If-Modified-Since spares a description that is known",
        "src/rest/if_modified.rs",
        Run::Told(describe_if_changed),
    ),
    check(
        "list views can be parts, and all their values are texts",
        "src/tools/report/view.rs",
        Run::Told(views::results),
    ),
    check("a report is filtered by dates as YYYY-MM-DD", "src/tools/report/filters.rs", Run::Told(reports::dates)),
    check(
        "a report's numbers stand under the keys of its groups",
        "src/tools/report/run.rs",
        Run::Told(reports::groups),
    ),
    check(
        "the label of an amount in a report has the digits of its value",
        "src/tools/report/scale.rs",
        Run::Told(reports::labels),
    ),
    check("a report's logic has to name every filter", "src/tools/report/filters.rs", Run::Told(reports::logic)),
    check(
        "the action that sends e-mail names recipients otherwise from v65.0 on",
        "host-test/org/src/rest/email.rs",
        Run::Told(mail::inputs),
    ),
    check(
        "neither an action nor a file's bytes can be parts",
        "host-test/org/src/rest/composite.rs",
        Run::Told(apart::no_parts),
    ),
];

const fn check(name: &'static str, relied_on_by: &'static str, run: Run) -> Check {
    Check { name, relied_on_by, run }
}

fn version(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer = probe.send(Method::GET, "/services/data", &[], &Value::Null)?;
    let versions = answer.body.as_array().cloned().unwrap_or_default();
    probe.expect(versions.iter().any(|version| version["version"] == "65.0"), &answer)
}

fn user_info(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer = probe.send(Method::GET, "/services/oauth2/userinfo", &[], &Value::Null)?;
    let user = answer.body["user_id"].as_str().is_some_and(|id| id.starts_with("005") && id.len() == 18);
    let zone = answer.body["zoneinfo"].as_str().is_some_and(|zone| zone.contains('/') || zone == "GMT");
    probe.expect(user && zone, &answer)
}

fn limit_info(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer = probe.get("/limits")?;
    let usage = answer.headers.get("sforce-limit-info").and_then(|value| value.to_str().ok()).unwrap_or_default();
    probe.expect(answer.is_success() && usage.contains("api-usage=") && usage.contains('/'), &answer)
}

fn page(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer = probe.get(&query_url("SELECT Id, Name FROM User LIMIT 1"))?;
    let body = &answer.body;
    let first = &body["records"][0];
    let whole = body["totalSize"] == 1
        && body["done"] == true
        && first["attributes"]["type"] == "User"
        && first["Id"].is_string();
    probe.expect(whole, &answer)
}

/// The pages of whatever object has more than one.
fn further_page(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let counts = probe.get("/limits/recordCount")?;
    let long = counts.body["sObjects"].as_array().into_iter().flatten().find_map(|object| {
        let name = object["name"].as_str()?;
        // Not every object of the system can be queried without a filter; those people make can.
        let usual =
            ["Account", "Case", "Contact", "Lead", "Opportunity", "Task"].contains(&name) || name.ends_with("__c");
        (usual && object["count"].as_u64()? > 300).then(|| name.to_owned())
    });
    let Some(object) = long else {
        return Err(Failure::CannotTell("no usual object has more than 300 records".to_owned()));
    };
    let path = format!("{DATA}{}", query_url(&format!("SELECT Id FROM {object}")));
    let first = probe.send(Method::GET, &path, &[("sforce-query-options", "batchSize=200")], &Value::Null)?;
    let Some(next) = first.body["nextRecordsUrl"].as_str().filter(|next| next.starts_with("/services/data/v")) else {
        // The count is of all, and the user may see fewer.
        return match first.body["done"] == true {
            true => Err(Failure::CannotTell("the user sees too few records for a second page".to_owned())),
            false => Err(probe.doubt(&first)),
        };
    };
    let second = probe.send(Method::GET, next, &[], &Value::Null)?;
    probe.expect(second.body["records"].as_array().is_some_and(|records| !records.is_empty()), &second)
}

fn is_described(body: &Value) -> bool {
    let names = ["name", "label", "type", "nillable", "createable", "updateable", "defaultedOnCreate", "filterable"];
    let fields = body["fields"].as_array().cloned().unwrap_or_default();
    let children = body["childRelationships"].as_array().cloned().unwrap_or_default();
    !fields.is_empty()
        && fields.iter().all(|field| names.iter().all(|name| field.get(name).is_some()))
        && children.iter().all(|child| child.get("childSObject").is_some() && child.get("field").is_some())
}

fn describe(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer = probe.get("/sobjects/Account/describe")?;
    probe.expect(is_described(&answer.body), &answer)
}

fn objects(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer = probe.get("/sobjects")?;
    let names = ["name", "label", "labelPlural", "keyPrefix", "queryable", "custom"];
    let objects = answer.body["sobjects"].as_array().cloned().unwrap_or_default();
    let whole = objects.iter().all(|object| names.iter().all(|name| object.get(name).is_some()));
    probe.expect(whole && !objects.is_empty(), &answer)
}

fn picklist_values(probe: &mut Probe<'_>) -> Result<(), Failure> {
    // The record type that every object has.
    let answer = probe.get("/ui-api/object-info/Opportunity/picklist-values/012000000000000AAA")?;
    let stages = &answer.body["picklistFieldValues"]["StageName"]["values"];
    probe.expect(stages[0]["value"].is_string(), &answer)
}

fn objects_in_composite(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answers = probe.composite(false, &[part("GET", "objects", "/sobjects")])?;
    let Some(answer) = answers.first() else { return Err(Failure::CannotTell("no answer".to_owned())) };
    probe.expect(answer.body["sobjects"][0]["name"].is_string(), answer)
}

fn basic_information(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let parts = [part("GET", "account", "/sobjects/Account"), part("GET", "objects", "/sobjects")];
    let answers = probe.composite(false, &parts)?;
    let [basic, list] = answers.as_slice() else { return Err(Failure::CannotTell("not two answers".to_owned())) };
    let alone = &basic.body["objectDescribe"];
    let listed = list.body["sobjects"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "Account"));
    let names = ["name", "label", "labelPlural", "queryable", "createable", "updateable"];
    let is_same = listed.is_some_and(|listed| names.iter().all(|name| alone[name] == listed[name]));
    probe.expect(is_same && alone["name"].is_string(), basic)
}

/// The id of some user: there is always one.
fn some_user(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let users = probe.query("SELECT Id FROM User WHERE IsActive = true LIMIT 1")?;
    let id = users.first().and_then(|user| user["Id"].as_str()).map(str::to_owned);
    id.ok_or_else(|| Failure::CannotTell("the user sees no user".to_owned()))
}

fn fields(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let id = some_user(probe)?;
    let answer = probe.get(&format!("/sobjects/User/{id}?fields=Id%2CName"))?;
    let read = answer.body.as_object().is_some_and(|record| {
        record.keys().all(|name| ["attributes", "Id", "Name"].contains(&name.as_str())) && record.contains_key("Name")
    });
    probe.expect(read, &answer)
}

fn missing(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer = probe.get("/sobjects/Account/001000000000000AAA")?;
    probe.expect(answer.status == 404 && answer.code() == "NOT_FOUND", &answer)
}

fn owners(probe: &mut Probe<'_>) -> Result<(), Failure> {
    probe
        .query("SELECT Id, Name, IsActive FROM User ORDER BY IsActive DESC NULLS LAST, Name ASC NULLS LAST LIMIT 6")?;
    probe.query("SELECT Id, Name FROM Group WHERE Type = 'Queue' LIMIT 6").map(drop)
}

/// The activities of some account, with all columns the plugin reads of them.
fn activities(probe: &mut Probe<'_>, relationship: &str, direction: &str) -> Result<(), Failure> {
    let accounts = probe.query("SELECT Id FROM Account LIMIT 1")?;
    let Some(id) = accounts.first().and_then(|account| account["Id"].as_str()) else {
        return Err(Failure::CannotTell("the user sees no account".to_owned()));
    };
    let soql = format!(
        "SELECT Id, (SELECT Id, Subject, ActivityDate, ActivityType, ActivitySubtype, Status, IsTask, IsClosed, \
         IsAllDayEvent, StartDateTime, DurationInMinutes, CallDurationInSeconds, Who.Name, What.Name, Owner.Name, \
         Description, IsDeleted FROM {relationship} ORDER BY ActivityDate {direction} NULLS LAST, LastModifiedDate DESC NULLS LAST \
         LIMIT 200) FROM Account WHERE Id = '{id}'"
    );
    probe.query(&soql).map(drop)
}

fn whole_days(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer =
        probe.get(&query_url("SELECT StartDateTime, ActivityDate FROM Event WHERE IsAllDayEvent = true LIMIT 20"))?;
    let events = answer.body["records"].as_array().cloned().unwrap_or_default();
    if events.is_empty() {
        return Err(Failure::CannotTell("the user sees no event that takes whole days".to_owned()));
    }
    let is_midnight = |event: &Value| {
        let day = event["ActivityDate"].as_str().unwrap_or("no day");
        event["StartDateTime"] == format!("{day}T00:00:00.000+0000")
    };
    probe.expect(events.iter().all(is_midnight), &answer)
}

fn countries(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let soql =
        "SELECT BillingCountry, toLabel(BillingCountryCode) FROM Account WHERE BillingCountryCode != null LIMIT 20";
    let answer = probe.get(&query_url(soql))?;
    if answer.code() == "INVALID_FIELD" {
        return Err(Failure::CannotTell("the org keeps countries as free text".to_owned()));
    }
    let accounts = answer.body["records"].as_array().cloned().unwrap_or_default();
    let is_label = |account: &Value| account["BillingCountry"] == account["BillingCountryCode"];
    probe.expect(answer.is_success() && accounts.iter().all(is_label), &answer)
}

/// Records count that include a value, that exclude it, and that there are: whoever has no value excludes it.
fn several(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let mut lacking = "no object that was looked at has a multi-select picklist to filter by";
    for object in ["Contact", "Account", "Lead", "Opportunity", "Case"] {
        let described = probe.get(&format!("/sobjects/{object}/describe"))?;
        let fields = described.body["fields"].as_array().cloned().unwrap_or_default();
        let found = fields.iter().find(|field| field["type"] == "multipicklist" && field["filterable"] == true);
        let Some(field) = found else { continue };
        let (name, value) = (&field["name"], &field["picklistValues"][0]["value"]);
        let (Some(name), Some(value)) = (name.as_str(), value.as_str()) else { continue };
        if value.contains(['\'', '\\']) {
            lacking = "the first value of the multi-select picklist needs escapes";
            continue;
        }
        let mut counts = Vec::new();
        let conditions = [
            String::new(),
            format!(" WHERE {name} INCLUDES ('{value}')"),
            format!(" WHERE {name} EXCLUDES ('{value}')"),
        ];
        for condition in conditions {
            let answer = probe.get(&query_url(&format!("SELECT COUNT() FROM {object}{condition}")))?;
            counts.push(answer.body["totalSize"].as_u64().ok_or_else(|| probe.doubt(&answer))?);
        }
        return probe.expect(counts[0] == counts[1] + counts[2], &described);
    }
    Err(Failure::CannotTell(lacking.to_owned()))
}

fn archived(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let soql = "SELECT Id, IsArchived FROM Task WHERE IsDeleted = false AND IsArchived = true LIMIT 1";
    let answer = probe.get(&query_url(soql).replacen("/query?", "/queryAll?", 1))?;
    probe.expect(answer.is_success(), &answer)
}

fn open(probe: &mut Probe<'_>) -> Result<(), Failure> {
    activities(probe, "OpenActivities", "ASC")
}

fn past(probe: &mut Probe<'_>) -> Result<(), Failure> {
    activities(probe, "ActivityHistories", "DESC")
}

fn notes(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let id = some_user(probe)?;
    let soql = format!(
        "SELECT ContentDocumentId, ContentDocument.Title, ContentDocument.CreatedDate, ContentDocument.Owner.Name, \
         ContentDocument.LatestPublishedVersion.TextPreview FROM ContentDocumentLink WHERE LinkedEntityId = '{id}' LIMIT 1"
    );
    probe.query(&soql).map(drop)
}

fn searched(probe: &mut Probe<'_>, field: &str) -> Result<Answer, Failure> {
    let body = json!({"q": "acme", "in": "ALL", "overallLimit": 2,
        "sobjects": [{"name": "Contact", "fields": ["Id", "Name", field], "limit": 2}]});
    probe.send(Method::POST, &format!("{DATA}/parameterizedSearch"), &[], &body)
}

fn search(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer = searched(probe, "Account.Name")?;
    probe.expect(answer.body["searchRecords"].is_array(), &answer)
}

fn search_unknown(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answer = searched(probe, "No_Such_Field__c")?;
    probe.expect(["INVALID_FIELD", "INVALID_TYPE", "MALFORMED_SEARCH"].contains(&answer.code()), &answer)
}

fn query_part(name: &str, soql: &str) -> Value {
    part("GET", name, &query_url(soql))
}

fn reference(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let users = query_part("users", "SELECT Id FROM User WHERE IsActive = true LIMIT 1");
    let read = part("GET", "user", "/sobjects/User/@{users.records[0].Id}?fields=Id%2CName");
    let answers = probe.composite(true, &[users, read])?;
    match answers.as_slice() {
        [users, user] => probe.expect(user.body["Id"] == users.body["records"][0]["Id"] && user.is_success(), user),
        _ => Err(Failure::CannotTell("not two answers".to_owned())),
    }
}

fn independent(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let bad = query_part("bad", "SELECT No_Such_Field__c FROM Account LIMIT 1");
    let good = query_part("good", "SELECT Id FROM User LIMIT 1");
    let answers = probe.composite(false, &[bad, good])?;
    match answers.as_slice() {
        [bad, good] => probe.expect(bad.code() == "INVALID_FIELD" && good.is_success(), good),
        _ => Err(Failure::CannotTell("not two answers".to_owned())),
    }
}

fn five_queries(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let queries = |count: usize| -> Vec<Value> {
        (0..count).map(|number| query_part(&format!("q{number}"), "SELECT Id FROM User LIMIT 1")).collect()
    };
    let five = probe.composite(false, &queries(5))?;
    if let Some(refused) = five.iter().find(|answer| !answer.is_success()) {
        return Err(probe.doubt(refused));
    }
    let body = json!({"allOrNone": false, "compositeRequest": queries(6)});
    let six = probe.send(Method::POST, &format!("{DATA}/composite"), &[], &body)?;
    let refused = !six.is_success() || six.parts().iter().any(|answer| !answer.is_success());
    probe.expect(refused, &six)
}

fn describe_part(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let parts = [part("GET", "a", "/sobjects/Account/describe"), part("GET", "b", "/sobjects/Contact/describe")];
    let answers = probe.composite(false, &parts)?;
    for answer in &answers {
        probe.expect(is_described(&answer.body), answer)?;
    }
    Ok(())
}

fn limits_part(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let answers = probe.composite(false, &[part("GET", "limits", "/limits")])?;
    match answers.as_slice() {
        [answer] => probe.expect(answer.body["DailyApiRequests"]["Max"].is_number(), answer),
        _ => Err(Failure::CannotTell("not one answer".to_owned())),
    }
}

fn long_query(probe: &mut Probe<'_>) -> Result<(), Failure> {
    let names: Vec<String> = (0..2_000).map(|number| format!("'no such name {number}'")).collect();
    let soql = format!("SELECT Id FROM Account WHERE Name IN ({}) LIMIT 1", names.join(","));
    let alone = probe.get(&query_url(&soql))?;
    probe.expect(matches!(alone.status, 414 | 431), &alone)?;
    let answers = probe.composite(false, &[query_part("long", &soql)])?;
    match answers.as_slice() {
        [answer] => probe.expect(answer.is_success(), answer),
        _ => Err(Failure::CannotTell("not one answer".to_owned())),
    }
}

/// A conversion without a lead converts nothing, whatever the org makes of it.
/// <https://developer.salesforce.com/docs/atlas.en-us.api_action.meta/api_action/actions_obj.htm>
fn no_conversion(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let path = format!("{DATA}/actions/standard/convertLead");
    let described = probe.send(Method::GET, &path, &[], &Value::Null)?;
    let run = probe.send(Method::POST, &path, &[], &json!({"inputs": []}))?;
    for answer in [&described, &run] {
        probe.expect(answer.status == 404, answer)?;
    }
    Ok(format!("GET: {}; POST: {}", described.outcome(), run.outcome()))
}

/// <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_modified_since.htm>
fn describe_if_changed(probe: &mut Probe<'_>) -> Result<String, Failure> {
    let body = json!({"allOrNone": false, "compositeRequest": [part("GET", "a", "/sobjects/Account/describe")]});
    let whole = probe.send(Method::POST, &format!("{DATA}/composite"), &[], &body)?;
    let first = match whole.parts().pop() {
        Some(first) if is_described(&first.body) => first,
        _ => return Err(probe.doubt(&whole)),
    };
    // Without a date of its own, a description is as old as its answer at most.
    let dated = |answer: &Answer, name: &str| answer.headers.get(name)?.to_str().ok().map(str::to_owned);
    let (date, called) = match (dated(&first, "last-modified"), dated(&whole, "date")) {
        (Some(date), _) => (date, "its Last-Modified"),
        (None, Some(date)) => (date, "the answer's Date, for it has no Last-Modified"),
        (None, None) => return Err(Failure::DoesNotHold("a description has no date".to_owned())),
    };
    let since = |name: &str, date: &str| {
        let mut part = part("GET", name, "/sobjects/Account/describe");
        part["httpHeaders"] = json!({"If-Modified-Since": date});
        part
    };
    let parts = [since("a", &date), since("b", "Sat, 01 Jan 2000 00:00:00 GMT")];
    match probe.composite(false, &parts)?.as_slice() {
        [known, changed] => {
            probe.expect(known.status == 304 && known.body.is_null(), known)?;
            probe.expect(changed.status == 200 && is_described(&changed.body), changed)?;
        }
        _ => return Err(Failure::CannotTell("not two answers".to_owned())),
    }
    // The plugin asks by when it read, which is later than the change.
    let Some(read) = dated(&whole, "date") else {
        return Ok(format!("304 to {called}; 200 to a date before"));
    };
    let list = probe.send(Method::GET, &format!("{DATA}/sobjects"), &[("If-Modified-Since", &read)], &Value::Null)?;
    probe.expect(list.status == 304, &list)?;
    Ok(format!("304 to {called}; 200 to a date before; 304 of the list to the answer's Date"))
}
