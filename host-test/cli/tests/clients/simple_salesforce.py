"""simple-salesforce (PyPI) on the demo org at $ORIGIN, with the session $TOKEN."""

import os
import sys

# This file is called like the package, and Python looks beside the script first.
sys.path.pop(0)

import requests
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

ORIGIN = os.environ["ORIGIN"]
TOKEN = os.environ["TOKEN"]


class Loopback(requests.Session):
    """The client knows only https, which nobody offers on this machine; and it goes nowhere else."""

    def __init__(self):
        super().__init__()
        self.trust_env = False

    def request(self, method, url, *args, **kwargs):
        plain = url.replace("https://", "http://", 1)
        assert plain.startswith(f"{ORIGIN}/"), f"a request to {url}"
        return super().request(method, plain, *args, **kwargs)


def connect(token):
    return Salesforce(instance_url=ORIGIN, session_id=token, version="62.0", session=Loopback())


def refused(error, call, *args, **kwargs):
    """Calls what must fail, and returns the code Salesforce gives."""
    try:
        call(*args, **kwargs)
    except error as refusal:
        return refusal.content[0]["errorCode"]
    raise AssertionError(f"{error.__name__} was expected")


def equal(found, expected):
    assert found == expected, f"{found!r} instead of {expected!r}"


sf = connect(TOKEN)

# Query, with what needs escaping, a parent, children and a sum.
name = "O'Hara \\ Sons"
found = sf.query(format_soql("SELECT Id FROM Account WHERE Name = {}", name))
equal(found["totalSize"], 0)
acme = sf.query(
    "SELECT Id, Name, NumberOfEmployees, Owner.Name, (SELECT LastName FROM Contacts ORDER BY LastName) "
    "FROM Account WHERE Name = 'Acme'"
)
equal((acme["totalSize"], acme["done"]), (1, True))
account = acme["records"][0]
equal(account["attributes"]["type"], "Account")
equal(account["NumberOfEmployees"], 100)
equal(account["Owner"]["Name"], "Riley Reyes")
equal([it["LastName"] for it in account["Contacts"]["records"]], ["Klein", "Stone"])
total = sf.query("SELECT COUNT(Id) n FROM Account WHERE Name LIKE 'Acme%'")["records"][0]["n"]
equal(total, 4)

# Update, which answers without a body; and reading back.
equal(sf.Account.update(account["Id"], {"NumberOfEmployees": 500}), 204)
equal(sf.Account.get(account["Id"])["NumberOfEmployees"], 500)

# Create, change by the id that came back, delete.
created = sf.Account.create({"Name": name, "NumberOfEmployees": 7})
equal((created["success"], created["errors"], len(created["id"])), (True, [], 18))
found = sf.query(format_soql("SELECT Name FROM Account WHERE Name = {}", name))
equal([it["Name"] for it in found["records"]], [name])

# More rows than a page holds, created many at a time and read page by page.
tasks = [{"attributes": {"type": "Task"}, "Subject": f"Paging {number:03}"} for number in range(450)]
for start in range(0, len(tasks), 200):
    saved = sf.restful(
        "composite/sobjects", method="POST", json={"allOrNone": True, "records": tasks[start : start + 200]}
    )
    assert all(it["success"] for it in saved), saved
soql = "SELECT Subject FROM Task WHERE Subject LIKE 'Paging %' ORDER BY Subject"
small = {"Sforce-Query-Options": "batchSize=200"}
page = sf.query(soql, headers={**sf.headers, **small})
equal((page["totalSize"], page["done"], len(page["records"])), (450, False, 200))
subjects = [it["Subject"] for it in page["records"]]
while not page["done"]:
    page = sf.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    subjects += [it["Subject"] for it in page["records"]]
equal(subjects, [it["Subject"] for it in tasks])
equal(len(sf.query_all(soql)["records"]), 450)

# Describe, of everything and of one object.
objects = {it["name"]: it for it in sf.describe()["sobjects"]}
equal(objects["Opportunity"]["keyPrefix"], "006")
fields = {it["name"]: it for it in sf.Opportunity.describe()["fields"]}
equal(fields["StageName"]["type"], "picklist")
assert any(it["value"] == "Negotiation/Review" for it in fields["StageName"]["picklistValues"])

# Search, in Salesforce's own language.
found = sf.search("FIND {Acme} IN NAME FIELDS RETURNING Account(Id, Name)")["searchRecords"]
assert account["Id"] in [it["Id"] for it in found], found

# Errors, each as the exception it has for it.
equal(refused(SalesforceMalformedRequest, sf.query, "SELECT Id FROM Account WHERE"), "MALFORMED_QUERY")
equal(refused(SalesforceMalformedRequest, sf.query, "SELECT Nothing__c FROM Account"), "INVALID_FIELD")
equal(refused(SalesforceMalformedRequest, sf.Account.create, {"Phone": "1"}), "REQUIRED_FIELD_MISSING")
equal(refused(SalesforceMalformedRequest, sf.Account.create, {"Name": "Acme"}), "DUPLICATES_DETECTED")
equal(refused(SalesforceResourceNotFound, sf.Nothing.describe), "NOT_FOUND")
equal(sf.Account.delete(created["id"]), 204)
equal(refused(SalesforceResourceNotFound, sf.Account.get, created["id"]), "ENTITY_IS_DELETED")
equal(refused(SalesforceExpiredSession, connect("00D!expired").query, "SELECT Id FROM Account"), "INVALID_SESSION_ID")

used = sf.api_usage["api-usage"]
assert used.used > 10 and used.total > used.used, used
print("simple-salesforce: query, pages, create, update, delete, describe, search and errors are as it expects")
