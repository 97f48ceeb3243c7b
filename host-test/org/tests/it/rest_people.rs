//! People in other things: the halves of person accounts, senders and receivers of e-mails, members of campaigns
//! ([`Extra::Campaigns`]), contacts of deals.

use demo_org::{Extra, Org};
use serde_json::{Value as Json, json};

use crate::rest_client::{column, get, id, patch, path, post, query, send};

#[test]
fn the_account_of_a_person_is_written_and_the_contact_follows() {
    let org = Org::demo();
    let contact = path(&org, "Contact", "maria_contact");
    for body in
        [json!({"Email": "m@mail.example"}), json!({"LastName": "Lima"}), json!({"AccountId": id(&org, "acme")})]
    {
        assert_eq!(patch(&org, "riley", &contact, &body).refused(), "403 INSUFFICIENT_ACCESS_OR_READONLY", "{body}");
    }
    let deleted = send(&org, "riley", "DELETE", &contact, &[], &Json::Null);
    assert_eq!((deleted.status, deleted.message()), (400, "cannot reference person contact"));
    assert_eq!(org.writes(), []);
    let account = json!({"LastName": "Lima", "PersonEmail": "lima@mail.example", "PersonMobilePhone": "+55 11 5555 0102", "PersonTitle": "Dr."});
    assert_eq!(patch(&org, "riley", &path(&org, "Account", "maria"), &account).status, 204);
    let half = get(&org, "riley", &contact).body;
    assert_eq!(
        ["Name", "Email", "MobilePhone", "Title"].map(|name| half[name].clone()),
        [json!("Maria Lima"), json!("lima@mail.example"), json!("+55 11 5555 0102"), json!("Dr.")]
    );
    assert_eq!(org.writes().len(), 1);
    assert_eq!(send(&org, "riley", "DELETE", &path(&org, "Account", "maria"), &[], &Json::Null).status, 204);
    assert_eq!(get(&org, "riley", &contact).refused(), "404 ENTITY_IS_DELETED");
}

#[test]
fn a_new_person_account_has_a_contact_of_its_own() {
    let org = Org::demo();
    let made = post(
        &org,
        "riley",
        "sobjects/Account",
        &json!({"FirstName": "Ana", "LastName": "Lima", "PersonEmail": "ana@mail.example"}),
    );
    let account = get(&org, "riley", &format!("sobjects/Account/{}", made.id())).body;
    let half =
        get(&org, "riley", &format!("sobjects/Contact/{}", account["PersonContactId"].as_str().expect("an id"))).body;
    assert_eq!(
        ["Name", "Email", "AccountId", "IsPersonAccount"].map(|name| half[name].clone()),
        [json!("Ana Lima"), json!("ana@mail.example"), json!(made.id()), json!(true)]
    );
    assert_eq!(org.writes().len(), 1);
}

#[test]
fn an_account_does_not_become_a_person_beside_other_changes() {
    let org = Org::demo();
    let person = id(&org, "Account.PersonAccount");
    let acme = path(&org, "Account", "acme");
    let got = patch(&org, "riley", &acme, &json!({"RecordTypeId": person, "Phone": "1"}));
    assert_eq!(got.refused(), "400 INVALID_FIELD_FOR_INSERT_UPDATE");
    assert_eq!(got.message(), "Cannot specify any additional fields when marrying or separating a Person-Account");
    let alone = patch(&org, "riley", &acme, &json!({"RecordTypeId": person}));
    assert_eq!(alone.refused(), "501 DEMO_ORG_UNSUPPORTED");
    assert_eq!(patch(&org, "riley", &acme, &json!({"RecordTypeId": id(&org, "Account.Business_Account")})).status, 204);
}

#[test]
fn people_of_an_email_become_relations_and_the_contact_its_activitys() {
    let org = Org::demo();
    let body = json!({"Subject": "Quote", "TextBody": "Hi", "Status": "3", "IsClientManaged": true, "RelatedToId": id(&org, "globex_deal"),
                      "FromId": id(&org, "riley"), "ToIds": [id(&org, "sarah")], "CcIds": [id(&org, "bob_globex"), id(&org, "dana")]});
    let made = post(&org, "riley", "sobjects/EmailMessage", &body);
    assert_eq!(made.status, 201, "{}", made.body);
    let soql = format!(
        "SELECT RelationType, RelationObjectType, RelationAddress, Relation.Name FROM EmailMessageRelation WHERE EmailMessageId = '{}' ORDER BY Id",
        made.id()
    );
    let rows = query(&org, "riley", &soql).body["records"].as_array().expect("records").clone();
    let shown: Vec<String> = rows
        .iter()
        .map(|row| {
            format!("{} {} {}", row["RelationType"], row["RelationObjectType"], row["Relation"]["Name"])
                .replace('"', "")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "FromAddress User Riley Reyes",
            "ToAddress Contact Sarah Chen",
            "CcAddress Contact Bob Fisher",
            "CcAddress Lead Dana Fox"
        ]
    );
    let email = get(&org, "riley", &format!("sobjects/EmailMessage/{}", made.id())).body;
    let task =
        get(&org, "riley", &format!("sobjects/Task/{}", email["ActivityId"].as_str().expect("an activity"))).body;
    assert_eq!((&task["Subject"], &task["WhatId"]), (&json!("Email: Quote"), &json!(id(&org, "globex_deal"))));
    assert_eq!(task["WhoId"], id(&org, "sarah"));
    for soql in ["SELECT ToIds FROM EmailMessage", "SELECT FromId FROM EmailMessage"] {
        assert_eq!(query(&org, "riley", soql).refused(), "400 INVALID_FIELD", "{soql}");
    }
    for (people, code) in [
        (json!({"ToIds": [id(&org, "acme")]}), "400 INVALID_CROSS_REFERENCE_KEY"),
        (json!({"ToIds": ["nobody"]}), "400 INVALID_CROSS_REFERENCE_KEY"),
        (json!({"ToIds": id(&org, "sarah")}), "400 JSON_PARSER_ERROR"),
    ] {
        assert_eq!(post(&org, "riley", "sobjects/EmailMessage", &people).refused(), code, "{people}");
    }
}

#[test]
fn an_email_of_a_case_is_about_that_case() {
    let org = Org::demo();
    let case = id(&org, "case_new_1");
    for body in [json!({"RelatedToId": case, "Status": "3"}), json!({"ParentId": case, "Status": "3"})] {
        let made = post(&org, "riley", "sobjects/EmailMessage", &body);
        let row = get(&org, "riley", &format!("sobjects/EmailMessage/{}", made.id())).body;
        assert_eq!((&row["ParentId"], &row["RelatedToId"]), (&json!(case), &json!(case)), "{body}");
    }
    for body in [
        json!({"ParentId": case, "RelatedToId": id(&org, "acme")}),
        json!({"RelatedToId": id(&org, "acme"), "ActivityId": id(&org, "call_bob")}),
    ] {
        assert_eq!(
            post(&org, "riley", "sobjects/EmailMessage", &body).refused(),
            "400 FIELD_INTEGRITY_EXCEPTION",
            "{body}"
        );
    }
    assert_eq!(
        post(&org, "vera", "sobjects/EmailMessage", &json!({"Subject": "x"})).refused(),
        "400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    );
}

#[test]
fn a_draft_is_its_writers_own_and_an_email_as_private_as_its_deal() {
    let org = Org::demo();
    let draft =
        post(&org, "riley", "sobjects/EmailMessage", &json!({"Subject": "Draft", "Status": "5"})).id().to_owned();
    let private = json!({"Subject": "Secret", "Status": "3", "RelatedToId": id(&org, "nightfall")});
    let private = post(&org, "jane_miller", "sobjects/EmailMessage", &private).id().to_owned();
    for (email, seen, unseen) in [(draft, "riley", "sam"), (private, "jane_miller", "riley")] {
        let target = format!("sobjects/EmailMessage/{email}");
        assert_eq!(get(&org, seen, &target).status, 200, "{seen}");
        assert_eq!(get(&org, "admin", &target).status, 200);
        assert_eq!(get(&org, unseen, &target).refused(), "404 NOT_FOUND", "{unseen}");
        let soql = format!("SELECT Id FROM EmailMessage WHERE Id = '{email}'");
        assert_eq!(query(&org, unseen, &soql).body["totalSize"], 0, "{unseen}");
    }
}

#[test]
fn a_campaign_knows_the_statuses_of_its_members() {
    let org = Org::demo_with([Extra::Campaigns]);
    let add = |campaign: &str, body: Json| {
        let mut member = json!({"CampaignId": id(&org, campaign)});
        member.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
        let made = post(&org, "riley", "sobjects/CampaignMember", &member);
        assert_eq!(made.status, 201, "{}", made.body);
        get(&org, "riley", &format!("sobjects/CampaignMember/{}", made.id())).body
    };
    let shown = |row: &Json| [row["Status"].clone(), row["HasResponded"].clone(), row["FirstRespondedDate"].clone()];
    let nina = add("webinar", json!({"LeadId": id(&org, "nina"), "Status": "Attended"}));
    assert_eq!(shown(&nina), [json!("Attended"), json!(true), json!("2026-05-12")]);
    let lee = add("webinar", json!({"LeadId": id(&org, "lee"), "Status": "Maybe"}));
    assert_eq!(shown(&lee), [json!("Sent"), json!(false), Json::Null]);
    let tom = add("roadshow", json!({"ContactId": id(&org, "tom")}));
    assert_eq!(shown(&tom), [json!("Invited"), json!(false), Json::Null]);
    // Of a contact and a lead, the contact is kept.
    let both = add("roadshow", json!({"ContactId": id(&org, "sarah"), "LeadId": id(&org, "nina")}));
    assert_eq!(
        (&both["ContactId"], &both["LeadId"], &both["Name"]),
        (&json!(id(&org, "sarah")), &Json::Null, &json!("Sarah Chen"))
    );
    let again = post(
        &org,
        "riley",
        "sobjects/CampaignMember",
        &json!({"CampaignId": id(&org, "roadshow"), "ContactId": id(&org, "tom")}),
    );
    assert_eq!((again.refused().as_str(), again.message()), ("400 DUPLICATE_VALUE", "Already a campaign member."));
    let made = post(&org, "riley", "sobjects/Campaign", &json!({"Name": "New"}));
    let labels =
        format!("SELECT Label FROM CampaignMemberStatus WHERE CampaignId = '{}' ORDER BY SortOrder", made.id());
    assert_eq!(column(&org, "riley", &labels, "Label"), ["Sent", "Responded"]);
}

#[test]
fn without_listed_statuses_a_member_has_the_one_it_is_given_and_is_somebody() {
    let org = Org::demo();
    assert_eq!(query(&org, "riley", "SELECT Id FROM CampaignMemberStatus").refused(), "400 INVALID_TYPE");
    let member = json!({"CampaignId": id(&org, "webinar"), "LeadId": id(&org, "nina"), "Status": "Maybe"});
    let made = post(&org, "riley", "sobjects/CampaignMember", &member);
    assert_eq!(get(&org, "riley", &format!("sobjects/CampaignMember/{}", made.id())).body["Status"], "Maybe");
    let nobody = post(&org, "riley", "sobjects/CampaignMember", &json!({"CampaignId": id(&org, "webinar")}));
    assert_eq!(nobody.refused(), "400 REQUIRED_FIELD_MISSING");
}

#[test]
fn a_deal_has_one_primary_contact() {
    let org = Org::demo();
    let role = json!({"OpportunityId": id(&org, "acme_renewal"), "ContactId": id(&org, "robert"), "Role": "Evaluator", "IsPrimary": true});
    assert_eq!(post(&org, "riley", "sobjects/OpportunityContactRole", &role).status, 201);
    let soql = format!(
        "SELECT Contact.Name, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = '{}' ORDER BY Contact.Name",
        id(&org, "acme_renewal")
    );
    assert_eq!(column(&org, "riley", &soql, "IsPrimary"), [false, true]);
}
