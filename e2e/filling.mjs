// The form of an application, as its script makes it: saving by itself, two
// editors at once, a network and a session that are gone for a while, rows pasted
// from a workbook. The pages and the people are those of web/filling_test.go.
import { base, check, finish, launch, look, visitor, widths } from "./browser.mjs";

const draft = process.env.E2E_DRAFT;
const browser = await launch();
const pages = [];

/** A browser in which somebody is signed in. */
async function signedIn(token, width = widths.wide) {
  const one = await visitor(browser, { width });
  await one.context.addCookies([{ name: "session", value: token, url: base }]);
  pages.push(one);
  return one;
}

const saved = (page) => page.locator("#saved.good").waitFor({ timeout: 10000 });
const field = (page, name) => page.locator(`[id="f-${name}"]`);

const first = await signedIn(process.env.E2E_FIRST_EDITOR);
const second = await signedIn(process.env.E2E_SECOND_EDITOR);
const [p, q] = [first.page, second.page];
await p.goto(`${draft}/form/centre`);
await q.goto(`${draft}/form/centre`);

// Two seconds after the last key at most, without losing the place in the text.
await field(p, "centre.name").pressSequentially("灵巧手中心");
const began = Date.now();
await saved(p);
check(Date.now() - began < 2000, `saved after ${Date.now() - began} ms`);
check(await p.evaluate(() => document.activeElement.id === "f-centre.name"), "the cursor stays in the field");
check((await p.locator("#beside").textContent()).includes("1/3"), "the progress moves");
check((await p.locator("[data-count]").first().textContent()).startsWith("5 /"), "字 are counted");

// Two editors: the second sees both texts, and takes the first's.
await field(q, "centre.name").fill("另一个名字");
await q.locator("[data-conflict]").waitFor();
check((await q.locator("[data-conflict]").textContent()).includes("灵巧手中心"), "both texts are shown");
await look(q, "filling-conflict");
await field(q, "direction").selectOption("humanoid_robot");
await saved(q);
check((await q.locator("[data-conflict]").count()) === 1, "the rest is saved while the conflict stands");
await q.getByRole("button", { name: "用对方的" }).click();
await q.waitForFunction(() => document.getElementById("f-centre.name").value === "灵巧手中心");
await field(q, "centre.name").fill("第三个名字");
await q.waitForTimeout(300);
await saved(q);
await field(p, "centre.name").fill("我的名字");
await p.locator("[data-conflict]").waitFor();
await p.getByRole("button", { name: "用我的" }).click();
await saved(p);
await q.reload();
check((await field(q, "centre.name").inputValue()) === "我的名字", "the chosen text stands");

// The network is gone: it says so, and saves when it is back.
await p.context().setOffline(true);
await field(p, "centre.fit").fill("离线时写的字");
await p.locator("#saved[data-state=unsaved]").waitFor();
await p.context().setOffline(false);
await saved(p);

// The session is over: the text stays, and is saved after signing in elsewhere.
const cookies = (await p.context().cookies()).filter((c) => c.name === "session");
await p.context().clearCookies();
await field(p, "centre.fit").fill("会话过期时写的字");
await p.locator("#saved[data-state=session] a[target=_blank]").waitFor();
await p.context().addCookies(cookies);
await saved(p);
await q.reload();
check((await field(q, "centre.fit").inputValue()) === "会话过期时写的字", "nothing is lost");

// Rows from a workbook: cells by their place, options by their names.
const rows = () => p.locator("table[data-rows=projects] tbody");
const paste = (text) => p.evaluate((text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}, text);
await p.goto(`${draft}/form/director`);
check((await rows().count()) === 0, "no blank rows beside a button that adds them");
await p.locator("[data-add=projects]").click();
await paste("灵巧手控制\t国家重点研发计划\t是\t否\t500\t2022\r\n关节减速\t其他项目\t否\t否\t80.5\t2021\r\n第三项\t国家科技重大专项\t是\t是\t1200\t2020\r\n");
await saved(p);
await look(p, "filling-pasted");
await p.reload();
check((await rows().count()) === 3, `three rows stand, not ${await rows().count()}`);
check((await rows().nth(1).locator("select").first().inputValue()) === "other", "an option by its name");
check((await rows().nth(2).locator("[name$='/grant']").inputValue()) === "1200", "cells in their order");
const drop = () => rows().nth(0).locator("[name^='drop:']");
await drop().check();
await saved(p);
await drop().uncheck();
await p.waitForTimeout(800);
await p.reload();
check((await rows().count()) === 3, "a row that was struck out comes back");
await p.locator("[data-add=projects]").click();
await paste(Array.from({ length: 60 }, (_, n) => `项目${n}\t其他项目`).join("\n"));
await p.waitForTimeout(2500);
check((await rows().count()) === 50, `rows stop at what the form takes: ${await rows().count()}`);

// Whoever leaves with something unsaved is asked.
await p.goto(`${draft}/form/host`);
await field(p, "host.place").fill("历下");
await p.locator("#o-host-place option").first().waitFor({ state: "attached" });
await p.waitForTimeout(1500);
await p.context().setOffline(true);
await field(p, "rd_expense:2021").fill("77");
let asked = "";
p.once("dialog", async (d) => {
  asked = d.type();
  await d.accept();
});
await p.close({ runBeforeUnload: true });
await new Promise((r) => setTimeout(r, 500));
check(asked === "beforeunload", "it asks before leaving");

// Every page of the form at the width of a telephone.
const narrow = await signedIn(process.env.E2E_SECOND_EDITOR, widths.narrow);
for (const name of ["", "/form/host", "/form/team", "/form/director?check=1", "/check"]) {
  await narrow.page.goto(draft + name);
  await look(narrow.page, "filling-narrow" + name.replace(/[/?=]/g, "-"));
}
for (const { complaints } of pages) {
  for (const c of complaints) check(/ERR_INTERNET_DISCONNECTED/.test(c), c);
}
await browser.close();
finish();
