// What the browser's tests share: a page that reports everything that should not happen, and waits that say what for.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const require = createRequire(process.env.DASHBOARD_TOOLS);
const { chromium } = require("playwright-core");
const AXE = require.resolve("axe-core/axe.min.js");

export const url = process.env.DASHBOARD_URL;
const origin = new URL(url).origin;

export function check(holds, what) {
  if (!holds) throw new Error(`not so: ${what}`);
}

export const acp = (...args) => execFileSync(process.env.ACP, args, { encoding: "utf8" });

export async function browser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
}

/** An open page and what went wrong on it: errors, dialogs, requests to other hosts. */
export async function open(running, { width, scheme, at = url, expected = () => false }) {
  const context = await running.newContext({ viewport: { width, height: width > 500 ? 900 : 844 }, colorScheme: scheme });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("console", (said) => {
    const bad = ["error", "warning"].includes(said.type()) && !expected(said.text());
    if (bad) wrong.push(`console: ${said.text()}`);
  });
  page.on("request", (request) => { if (new URL(request.url()).origin !== origin) wrong.push(`request: ${request.url()}`); });
  await page.goto(at);
  await page.waitForSelector("#live[data-state=on]");
  await page.waitForSelector("#history td");
  return { page, context, wrong };
}

/** Rules of accessibility that are broken in a way that keeps somebody out. */
export async function barriers(running, { width, scheme, prepare = async () => {} }) {
  // The page's own policy lets no script in, also none of a test.
  const context = await running.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector("#history td");
  await prepare(page);
  await page.addScriptTag({ path: AXE });
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  check(passes.length > 10, "the rules were looked at");
  await context.close();
  return violations
    .filter((rule) => ["serious", "critical", "moderate"].includes(rule.impact))
    .map((rule) => `${rule.impact} ${rule.id} at ${width} ${scheme}: ${rule.nodes.map((node) => node.html).join(" ")}`);
}

export const shot = (page, name) => page.screenshot({ path: `${process.env.DASHBOARD_SHOTS}/${name}.png`, fullPage: true });
