// What people do on the demonstration, for the walks through it: they sign in,
// fill in forms, upload what is asked for, and answer what a case asks.
import { check, fault, visitor } from "./browser.mjs";

/** Somebody of the demonstration, signed in. */
export async function signIn(browser, email) {
  const who = await visitor(browser);
  who.email = email;
  who.page.on("dialog", (d) => d.accept());
  await who.page.goto("/sign-in");
  await who.page.locator("main [name=email]").fill(email);
  await who.page.locator("main [name=password]").fill(process.env.E2E_PASSWORD);
  await who.page.locator("main form button").first().click();
  await who.page.waitForURL((u) => !u.pathname.startsWith("/sign-in"));
  return who;
}

/** Fails the walk with what the browser of somebody complained about. */
export function quiet(who) {
  for (const c of who.complaints.splice(0)) fault(`${who.email}: ${c}`);
}

/** Waits until the script of a form has saved what was typed. */
export async function saved(page) {
  await page.locator("main h2").first().click(); // leaves the field
  await page.waitForTimeout(300);
  await page.waitForFunction(() => document.querySelector("#saved")?.dataset.state === "saved", null, { timeout: 20000 });
}

/** Fills a section of the form with what the facts have for it. */
export async function fillSection(page, facts) {
  const names = await page.locator("form.form [name]:not([type=hidden])").evaluateAll((all) => [...new Set(all.map((e) => e.name))]);
  for (const [code, value] of Object.entries(facts)) {
    const rows = Array.isArray(value) && typeof value[0] === "object" ? value : value?.rows;
    if (rows) {
      await fillRows(page, code, rows);
      if (value.complete && names.includes(`${code}/complete`)) await page.locator(`[name="${code}/complete"][type=checkbox]`).check();
    } else if (names.includes(code) && value !== "") {
      await enter(page, code, value);
    }
  }
}

/**
 * Fills a list of the form, where it is on the page: what is empty in the rows
 * that are there and may be written, in their order, then new rows.
 */
async function fillRows(page, code, rows) {
  const add = page.locator(`[data-add="${code}"]`);
  const table = page.locator(`table[data-rows="${code}"]`);
  if ((await table.count()) + (await add.count()) === 0) return;
  const last = page.locator(`a[data-last="${code}"]`); // a long list is added to on its last page
  if ((await last.count()) > 0) await last.click();
  await add.or(table).first().waitFor();
  const there = await table.locator("tbody:not([data-blank]):has([name]:enabled)").evaluateAll((all) => all.map((e) => e.dataset.field));
  for (const row of rows) {
    let field = there.shift();
    const fresh = !field;
    if (fresh) {
      if ((await table.locator("tbody[data-blank]").count()) === 0) await add.click();
      field = await table.locator("tbody[data-blank]").first().getAttribute("data-field");
    }
    for (const [column, cell] of Object.entries(row)) await enter(page, `${field}/${column}`, cell, !fresh);
    if (fresh) await table.locator(`tbody[data-field="${field}"]`).evaluate((e) => e.removeAttribute("data-blank"));
  }
}

/** Types a fact or a cell into its input, whatever its kind; it may have to be empty. */
async function enter(page, name, value, empty = false) {
  if (Array.isArray(value)) {
    for (const one of value) await page.locator(`[name="${name}"][value="${one}"]`).check();
    return;
  }
  const input = page.locator(`[name="${name}"]:not([type=hidden])`);
  if ((await input.count()) === 0 || (empty && (await input.inputValue()) !== "")) return;
  const text = typeof value === "object" ? value.code : String(value);
  if ((await input.evaluate((e) => e.tagName)) === "SELECT") await input.selectOption(text);
  else await input.fill(text);
}

/** Uploads a file as a material of an application. */
export async function upload(page, application, material, file) {
  await page.goto(application + "/files");
  const done = page.waitForResponse((r) => r.request().method() === "POST" && /\/(end|files)$/.test(new URL(r.url()).pathname), { timeout: 20000 });
  await page.locator(`main form:has([name=material][value="${material}"]) [name=file]`).first().setInputFiles(file, { noWaitAfter: true });
  check((await done).status() < 400, `${material} was uploaded`);
}

/** Opens the open case of a unit, at a step if one is named, as soon as it has come. */
export async function caseOf(page, unit, step = "") {
  const cases = page.locator("main table tbody tr", { hasText: step });
  for (let i = 0; i < 60; i++) {
    await page.goto("/queue?state=open&q=" + encodeURIComponent(unit));
    if ((await cases.count()) > 0) break;
    await page.waitForTimeout(500);
  }
  await cases.first().locator("a").first().click();
  await page.waitForURL(/\/queue\/\w+/);
}

/** Answers all that a case asks. */
export async function answer(page) {
  for (;;) {
    const open = page.locator("form.question:not(:has(.state)) input[value=yes]").first();
    if ((await open.count()) === 0) break;
    await open.check();
    await open.locator("xpath=ancestor::form").locator("button").click();
    await page.waitForLoadState();
  }
  if ((await page.locator('form[action$="/items"]').count()) > 0) {
    for (const yes of await page.locator('form[action$="/items"] input[value=yes]').all()) await yes.check();
    await page.locator('form[action$="/items"] button').click();
    await page.waitForLoadState();
  }
}
