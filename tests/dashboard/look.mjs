// Looking: at the width of a screen and of a phone, in light and dark, with the keyboard, and while things change.
import { acp, barriers, browser, check, open, shot } from "./page.mjs";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HOSTILE = '<img src=x onerror=alert(1)> & "quotes"';
const running = await browser();
const troubles = [];

for (const [width, scheme] of [[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]]) {
  const { page, context, wrong } = await open(running, { width, scheme });
  const text = (selector) => page.locator(selector).innerText();

  check((await page.title()).includes("web"), "the title names the profile");
  check((await text("#you")).includes(HOSTILE), "a title is text");
  check((await page.locator("main img").count()) === 0, "and no picture");
  check((await text("#you")).includes("needs a decision"), "what blocks is said");
  check((await text("#lanes")).includes("implement"), "lanes are there");
  check((await text("#history")).includes("failed"), "history is there");
  check((await page.locator("#usage svg rect").count()) === 30, "a bar for each day");
  const cooling = await text("#cooldowns");
  check(cooling.includes("agent:claude:work") && cooling.includes(HOSTILE), "what cools down is named, with why");
  check(/ends in (1|2) h/.test(cooling), `and until when: ${cooling}`);
  const unsent = await page.locator("#outbox li").allInnerTexts();
  check(unsent.length === 2 && unsent.every((row) => row.includes("comment → issue/1")), "both writes are there");
  check(unsent.filter((row) => row.includes("the forge said") && row.includes("failed") && row.includes("2 tries")).length === 1, "one has failed");
  check(unsent.filter((row) => row.includes("waiting")).length === 1, "one waits");
  check((await page.locator("#you button, #outbox button, #hold:visible").count()) === 0, "without --actions nothing can be done");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `nothing sticks out at ${width}: ${wide} px`);
  await shot(page, `${width}-${scheme}`);

  // The keyboard alone: to the filter, through what it leaves, into a log and back to where one was.
  await page.keyboard.press("/");
  await page.keyboard.type("tuesdays");
  await page.waitForFunction(() => document.getElementById("filtered").textContent.includes(" of "));
  check(!(await text("#you")).includes(HOSTILE), "the filter leaves out");
  check((await text("#lanes")).includes("Tuesdays"), "and keeps");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.getElementById("filtered").textContent === "");
  check((await text("#you")).includes(HOSTILE), "all is back");
  const log = page.locator("#history button").first();
  await log.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("log-text").textContent.includes("<b>issue/"));
  check((await page.locator("#log b").count()) === 0, "a log is text");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#log", { state: "hidden" });
  check(await log.evaluate((button) => button === document.activeElement), "the focus is back where it was");
  await page.locator("body").press("Control+Home");
  troubles.push(...wrong.map((what) => `${width} ${scheme}: ${what}`));
  await context.close();

  const openAll = async (on) => {
    for (const part of await on.locator("details").all()) await part.evaluate((details) => { details.open = true; });
  };
  troubles.push(...await barriers(running, { width, scheme, prepare: openAll }));
  troubles.push(...await barriers(running, { width, scheme, prepare: async (on) => {
    await on.locator("#history button").first().click();
    await on.waitForFunction(() => document.getElementById("log-text").textContent.includes("issue/"));
  } }));
}

// A run begins and ends while somebody looks: the page follows without a reload, says so, and keeps the focus.
const { page, wrong } = await open(running, { width: 1280, scheme: "light" });
await page.evaluate(() => { globalThis.same = true; });
acp("issue", "create", "--title", "A long task");
await page.waitForFunction(() => document.getElementById("lanes").textContent.includes("implement"));
const summary = page.locator("#lanes summary").first();
await summary.focus();
acp("heartbeat");
await page.waitForFunction(() => document.querySelector("#runs table")?.textContent.includes("A long task"));
const heard = await page.locator("#news").innerText();
check(heard.includes("began issue/"), `who hears the page is told: ${heard}`);
await shot(page, "1280-at-work");
const run = await page.locator("#runs button").first().getAttribute("aria-label");
const id = run.split(", ")[1];
const trees = join(process.env.ACP_HOME, "state");
const tree = readdirSync(trees, { recursive: true }).find((path) => path.includes(id) && path.endsWith("/README.md"));
const give = (name, text) => writeFileSync(join(trees, tree.replace(/README\.md$/, name)), text);

// Its log follows while it is open, without a touch, and says when the run is over.
await page.locator("#runs button").first().click();
await page.waitForFunction(() => document.getElementById("log-text").textContent.includes("<b>issue/7</b>"));
check((await page.locator("#log-note").innerText()).includes("at work"), "the log says that the run is at work");
give("SAY", `${"a line\n".repeat(200)}half way <i>there</i>\n`);
await page.waitForFunction(() => document.getElementById("log-text").textContent.includes("half way <i>there</i>"));
const below = () => { const text = document.getElementById("log-text"); return text.scrollHeight - text.scrollTop - text.clientHeight; };
check(await page.evaluate(below) < 2, "the last line is in sight");
give("GO", "");
await page.waitForFunction(() => { const note = document.getElementById("log-note").textContent; return note.includes(" · ") && !note.includes("at work"); });
await page.keyboard.press("Escape");
await page.waitForSelector("#log", { state: "hidden" });
await page.waitForFunction(() => document.getElementById("runs").textContent.includes("No agent is at work"));
check(await page.evaluate(() => globalThis.same === true), "the page was not loaded again");
troubles.push(...wrong);

await running.close();
check(troubles.length === 0, troubles.join("\n"));
console.log("all is well");
