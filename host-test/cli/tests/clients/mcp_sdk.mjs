// The official TypeScript SDK of the Model Context Protocol as a client of `salesforce-plugin mcp`: what Claude Desktop,
// Claude Code, VS Code and many others are built on. SALESFORCE_PLUGIN names the program, WORK a folder for its homes.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";

const { SALESFORCE_PLUGIN, WORK } = process.env;
const HIRE = { object: "Account", record: "Acme", fields: { Employees: 500 }, from: { Employees: 100 } };

// A home of its own, with a file of the demo org's connection.
const home = () => mkdtempSync(join(WORK, "home-"));
const write = (root, file, text) => {
  const folder = join(root, "connections", "demo");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), text);
};

const connect = async (args, root, person) => {
  const client = new Client({ name: "test", version: "1" }, { capabilities: person ? { elicitation: {} } : {} });
  if (person) client.setRequestHandler(ElicitRequestSchema, person);
  const changed = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve));
  const env = { ...process.env, SALESFORCE_PLUGIN_HOME: root, SALESFORCE_PLUGIN_NO_BROWSER: "1" };
  await client.connect(new StdioClientTransport({ command: SALESFORCE_PLUGIN, args, env, stderr: "ignore" }));
  return { client, changed, call: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options) };
};

const listsAndCalls = async (form) => {
  const root = home();
  write(root, "settings.toml", `instructions = "Say please."\nreplies = "${form}"`);
  const { client, call } = await connect(["mcp", "--demo"], root);
  assert.match(client.getInstructions(), /Salesforce[^]*Say please\./);
  const tools = new Map((await client.listTools()).tools.map((tool) => [tool.name, tool]));
  assert.equal(tools.get("salesforce_find").annotations.readOnlyHint, true);
  assert.equal(tools.get("salesforce_update").annotations.destructiveHint, true);
  // Of a tool with an output schema the SDK wants a structure that it describes.
  assert.equal([...tools.values()].every((tool) => Boolean(tool.outputSchema)), form === "structure");
  let heard = 0;
  for (const [name, args] of [
    ["salesforce_find", { text: "Acme" }],
    ["salesforce_get", { object: "Account", record: "Acme", related: ["contacts"] }],
    ["salesforce_query", { soql: "SELECT StageName, COUNT(Id) FROM Opportunity GROUP BY StageName" }],
    ["salesforce_describe", { object: "Account", search: "industry" }],
    ["salesforce_activities", {}],
    ["salesforce_create", { object: "Account", fields: { Name: "Umbrella" } }],
    ["salesforce_update", HIRE],
  ]) {
    const result = await call(name, args, { onprogress: () => { heard += 1; } });
    assert.ok(!result.isError, `${name}: ${JSON.stringify(result.content)}`);
    assert.equal(Boolean(result.structuredContent), form === "structure", name);
    assert.equal(result.content.length, form === "structure" ? 0 : 1, name);
  }
  assert.ok(heard > 0, "no progress");
  const refused = await call("salesforce_create", { object: "Account", fields: { Name: "Acme" } });
  assert.ok(refused.isError && /duplicate/.test(refused.content[0].text), JSON.stringify(refused));
  await client.close();
};

const asksFirst = async () => {
  const [root, answers, questions] = [home(), ["decline", "accept"], []];
  write(root, "settings.toml", 'confirm = ["edit"]');
  const { client, call } = await connect(["mcp", "--demo"], root, ({ params }) => {
    questions.push(params.message);
    return { action: answers.shift(), content: {} };
  });
  const refused = await call("salesforce_update", HIRE);
  assert.ok(refused.isError && /said no/.test(refused.content[0].text), JSON.stringify(refused));
  const done = await call("salesforce_update", HIRE);
  assert.match(done.content[0].text, /NumberOfEmployees: 100 → 500/);
  assert.equal(questions.length, 2);
  await client.close();
};

// Started with nothing connected, it serves what is connected while it runs.
const needsNoRestart = async () => {
  const root = home();
  const { client, changed, call } = await connect(["mcp"], root);
  assert.ok((await client.listTools()).tools.length > 3);
  const refused = await call("salesforce_find", { text: "Acme" });
  assert.ok(refused.isError && /there is no connection yet/.test(refused.content[0].text), JSON.stringify(refused));
  write(root, "connection.toml", [
    'origin = "demo"', 'consumer_key = "key"', 'username = "riley@demo.example"', 'name = "Riley Reyes"',
    'user_id = "005dM0000000010QAA"', 'organization_id = "00DdM0000000010EAA"', 'scopes = ["api"]', "",
  ].join("\n"));
  await changed;
  const found = await call("salesforce_find", { text: "Acme" });
  assert.ok(!found.isError && /Acme/.test(found.content[0].text), JSON.stringify(found));
  await client.close();
};

await listsAndCalls("text");
await listsAndCalls("structure");
await asksFirst();
await needsNoRestart();
console.log("mcp in TypeScript, over stdio: ok");
