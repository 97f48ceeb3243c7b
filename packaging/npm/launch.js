#!/usr/bin/env node
// Starts the program of the package for this platform, which npm has installed beside this one.
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `@salesforce-plugin/${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "salesforce-plugin.exe" : "salesforce-plugin";
let program;
try {
  program = require.resolve(`${name}/bin/${file}`);
} catch {
  console.error(`salesforce-plugin: the package ${name} is not installed: either npm left optional packages out ` +
    "(--omit=optional), or there is none for this platform; docs/install.md lists them");
  process.exit(1);
}
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.kill(signal));
}
child.on("error", (error) => {
  console.error(`salesforce-plugin: ${program}: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  // As a shell says it of a program that a signal ended.
  process.exit(signal ? 128 + constants.signals[signal] : code);
});
