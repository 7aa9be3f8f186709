// Acting: with the token of the address, with one that is typed, and not without.
import { barriers, browser, check, open, shot, url } from "./page.mjs";

const running = await browser();
const troubles = [];
const bare = new URL(url).origin;
const token = new URL(url).hash.replace("#token=", "");
check(/^[0-9a-f]{32}$/.test(token), "the address ends in a token");

// From the address: it goes from there at once.
const { page, wrong } = await open(running, { width: 1280, scheme: "light" });
check(!page.url().includes("token"), "the token is not left in the address");
await page.locator("#hold").click();
await page.fill("#hold-name", "freeze");
await page.keyboard.press("Enter");
check((await page.locator("#ask-trouble").innerText()).includes("reason"), "a hold has a reason");
await page.fill("#hold-reason", "deploy day");
await shot(page, "1280-hold");
await page.keyboard.press("Enter");
await page.waitForFunction(() => document.getElementById("banners").textContent.includes("deploy day"));
await shot(page, "1280-held");
await page.locator("#banners button").click();
await page.locator("#ask-yes").click();
await page.waitForFunction(() => document.getElementById("banners").textContent === "");
troubles.push(...wrong);

// Typed, on a phone: a wrong one is refused and asked for again.
const phone = await open(running, {
  width: 390, scheme: "dark", at: bare, expected: (text) => text.includes("401"),
});
const approve = phone.page.locator("#you button", { hasText: "Approve" });
await approve.click();
await phone.page.fill("#token", "0".repeat(32));
await shot(phone.page, "390-ask");
await phone.page.locator("#ask-yes").click();
await phone.page.waitForFunction(() => document.getElementById("ask-trouble").textContent.includes("not the token"));
await phone.page.fill("#token", token);
await phone.page.keyboard.press("Enter");
await phone.page.waitForSelector("#toast:not([hidden])");
check((await phone.page.locator("#toast").innerText()).includes("approved"), "what was done is said");
await phone.page.waitForSelector("#ask", { state: "hidden" });
troubles.push(...phone.wrong);

for (const scheme of ["light", "dark"]) {
  troubles.push(...await barriers(running, { width: 390, scheme, prepare: async (on) => { await on.locator("#hold").click(); } }));
}
await running.close();
check(troubles.length === 0, troubles.join("\n"));
console.log("all is well");
