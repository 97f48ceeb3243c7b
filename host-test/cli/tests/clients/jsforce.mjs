// @jsforce/jsforce-node (npm) on the demo org at $ORIGIN, with the session $TOKEN.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { Connection } = createRequire(import.meta.url)("@jsforce/jsforce-node");

const { ORIGIN, TOKEN } = process.env;
const connect = (accessToken) => new Connection({ instanceUrl: ORIGIN, accessToken, version: "62.0" });
const conn = connect(TOKEN);

/** What must fail, fails with this code of Salesforce's. */
const refused = (errorCode, promise) => assert.rejects(promise, (error) => {
  assert.equal(error.errorCode ?? error.name, errorCode, error);
  return true;
});

// Who this is.
const identity = await conn.identity();
assert.equal(identity.username ?? identity.preferred_username, "riley@demo.example");

// Query, with a parent, children and a sum.
const acme = await conn.query(
  "SELECT Id, Name, NumberOfEmployees, Owner.Name, (SELECT LastName FROM Contacts ORDER BY LastName) " +
    "FROM Account WHERE Name = 'Acme'",
);
assert.deepEqual([acme.totalSize, acme.done], [1, true]);
const [account] = acme.records;
assert.equal(account.attributes.type, "Account");
assert.equal(account.NumberOfEmployees, 100);
assert.equal(account.Owner.Name, "Riley Reyes");
assert.deepEqual(account.Contacts.records.map((it) => it.LastName), ["Klein", "Stone"]);
const counted = await conn.query("SELECT COUNT(Id) n FROM Account WHERE Name LIKE 'Acme%'");
assert.equal(counted.records[0].n, 4);

// Its own query builder, which writes the SOQL.
const built = await conn
  .sobject("Account")
  .find({ Name: { $like: "Acme%" }, NumberOfEmployees: { $gte: 100 } }, ["Id", "Name"])
  .sort({ Name: 1 })
  .limit(2);
assert.deepEqual(built.map((it) => it.Name), ["Acme", "Acme Corporation"]);

// Update and read back.
const updated = await conn.sobject("Account").update({ Id: account.Id, NumberOfEmployees: 500 });
assert.deepEqual([updated.success, updated.id], [true, account.Id]);
assert.equal((await conn.sobject("Account").retrieve(account.Id)).NumberOfEmployees, 500);

// Create, and find it by what needs escaping.
const name = "O'Hara \\ Sons";
const created = await conn.sobject("Account").create({ Name: name, NumberOfEmployees: 7 });
assert.deepEqual([created.success, created.errors, created.id.length], [true, [], 18]);
const [found] = await conn.query(`SELECT Name FROM Account WHERE Id = '${created.id}'`).then((it) => it.records);
assert.equal(found.Name, name);

// More rows than a page holds: created many at a time, read page by page and all at once.
const tasks = Array.from({ length: 450 }, (_, number) => ({ Subject: `Paging ${String(number).padStart(3, "0")}` }));
const saved = await conn.sobject("Task").create(tasks, { allowRecursive: true });
assert.ok(saved.length === 450 && saved.every((it) => it.success), JSON.stringify(saved.find((it) => !it.success)));
const soql = "SELECT Subject FROM Task WHERE Subject LIKE 'Paging %' ORDER BY Subject";
const headers = { "Sforce-Query-Options": "batchSize=200" };
let page = await conn.query(soql, { headers });
assert.deepEqual([page.totalSize, page.done, page.records.length], [450, false, 200]);
const subjects = page.records.map((it) => it.Subject);
while (!page.done) {
  page = await conn.queryMore(page.nextRecordsUrl);
  subjects.push(...page.records.map((it) => it.Subject));
}
assert.deepEqual(subjects, tasks.map((it) => it.Subject));
const all = await conn.query(soql, { headers, autoFetch: true, maxFetch: 1000 });
assert.equal(all.records.length, 450);

// Several at a time: updated and deleted.
const some = (await conn.query("SELECT Id FROM Task WHERE Subject LIKE 'Paging 00%'")).records;
const changed = await conn.sobject("Task").update(some.map(({ Id }) => ({ Id, Priority: "High" })));
assert.ok(changed.length === 10 && changed.every((it) => it.success));
const deleted = await conn.sobject("Task").destroy(some.map((it) => it.Id));
assert.ok(deleted.length === 10 && deleted.every((it) => it.success));

// Describe, of everything and of one object.
const objects = (await conn.describeGlobal()).sobjects;
assert.equal(objects.find((it) => it.name === "Opportunity").keyPrefix, "006");
const fields = (await conn.sobject("Opportunity").describe()).fields;
const stages = fields.find((it) => it.name === "StageName").picklistValues.map((it) => it.value);
assert.ok(stages.includes("Negotiation/Review"));

// Search, in Salesforce's own language.
const { searchRecords } = await conn.search("FIND {Acme} IN NAME FIELDS RETURNING Account(Id, Name)");
assert.ok(searchRecords.some((it) => it.Id === account.Id));

// Errors.
await refused("MALFORMED_QUERY", conn.query("SELECT Id FROM Account WHERE"));
await refused("INVALID_FIELD", conn.query("SELECT Nothing__c FROM Account"));
await refused("REQUIRED_FIELD_MISSING", conn.sobject("Account").create({ Phone: "1" }));
await refused("DUPLICATES_DETECTED", conn.sobject("Account").create({ Name: "Acme" }));
await refused("NOT_FOUND", conn.sobject("Nothing").describe());
assert.equal((await conn.sobject("Account").destroy(created.id)).success, true);
await refused("ENTITY_IS_DELETED", conn.sobject("Account").retrieve(created.id));
await refused("INVALID_SESSION_ID", connect("00D!expired").query("SELECT Id FROM Account"));

assert.ok(conn.limitInfo.apiUsage.used > 10, JSON.stringify(conn.limitInfo));
console.log("jsforce: identity, query, pages, create, update, delete, describe, search and errors are as it expects");
