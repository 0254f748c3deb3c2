// Shanxi's call, on the demonstration in the spring in which it is open: an
// enterprise builds a centre with a university and an institute. Its authority
// checks and recommends, that of the university takes note, the letter goes up
// under a seal, and the paper original is received.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, finish, launch, look, widths } from "./browser.mjs";
import { answer, caseOf, fillSection, quiet, saved, signIn, upload } from "./demo.mjs";

const facts = JSON.parse(readFileSync(process.env.E2E_FACTS, "utf8"));
const [paper, seal] = [process.env.E2E_PDF, process.env.E2E_SEAL];
const browser = await launch();
const host = "汾河数擎科技有限公司";

/** What a list says of a unit: rows by the role of whom they are, in order. */
const rowsOf = (list, of) => (Array.isArray(list) ? list : list.rows).filter((r) => (r.role ?? r.employer) === of);
/** What the nth partner brings itself. */
function brought(n) {
  const part = (list, each) => ({ rows: rowsOf(list, "other").slice(n * each, (n + 1) * each) });
  return { units: [facts.units[n + 1]], staff: part(facts.staff, 8), sites: part(facts.sites, 1), equipment: part(facts.equipment, 1) };
}

/** Fills every section of an application and takes pictures of some. */
async function fillAll(who, application, what, pictures) {
  const { page } = who;
  await page.goto(application);
  const sections = await page.locator('main a[href*="/form/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))].filter((h) => /\/form\/\w+$/.test(h)));
  for (const to of sections) {
    await page.goto(to);
    await fillSection(page, what);
    await saved(page);
    const name = to.split("/").pop();
    if (name === "centre") check((await page.locator("[id='n-directions']").textContent()).includes(`${what.directions?.length ?? 4} 行`), "saving counts the rows");
    if (pictures.includes(name)) await look(page, `shanxi-${who.email.split("@")[0]}-${name}`);
  }
  quiet(who);
  return sections.length;
}

/** What a scanner types from the code on the print of what was submitted. */
async function scanned(who) {
  const dir = mkdtempSync(join(tmpdir(), "print-"));
  try {
    writeFileSync(join(dir, "print.pdf"), await (await who.page.request.get(version + "/print.pdf")).body());
    execFileSync("pdftoppm", ["-r", "150", "-png", "-f", "1", "-l", "1", "print.pdf", "page"], { cwd: dir });
    const shot = readdirSync(dir).find((name) => name.endsWith(".png"));
    return execFileSync("zbarimg", ["--raw", "-q", shot], { cwd: dir }).toString().trim();
  } finally {
    rmSync(dir, { recursive: true });
  }
}

// 1. The host begins an application, invites its partners and fills its part in.
const admin = await signIn(browser, "unit18@demo.example");
const { page } = admin;
await page.goto("/calls");
await page.getByRole("link", { name: /2024年山西省技术创新中心|山西省科学技术厅/ }).first().click();
await look(page, "shanxi-call");
await page.getByRole("link", { name: "能不能报" }).first().click();
await page.locator('button[formaction$="/apply"]').click();
await page.waitForURL(/\/applications\/\w+/);
const application = new URL(page.url()).pathname.split("/").slice(0, 3).join("/");
for (const { unit } of facts.units.slice(1)) {
  await page.goto(application + "/partners");
  await page.locator('main form[action$="/invite"] [name=code]').last().fill(unit.code);
  await page.locator('main form[action$="/invite"] button').last().click();
  await page.locator("main").getByText(unit.name).first().waitFor();
}
await look(page, "shanxi-invited");
const own = { ...facts, units: facts.units.slice(0, 1) };
for (const list of ["staff", "sites", "equipment"]) own[list] = { complete: true, rows: rowsOf(facts[list], "first") };
check((await fillAll(admin, application, own, ["centre", "host", "units", "conditions"])) >= 8, "every section of the form");

// 2. The partners fill in what they bring, and confirm their parts.
for (const [n, email] of ["unit25@demo.example", "unit28@demo.example"].entries()) {
  const partner = await signIn(browser, email);
  await fillAll(partner, application, brought(n), n === 0 ? ["units", "staff", "conditions"] : []);
  await partner.page.goto(application + "/partners");
  if (n === 0) {
    await look(partner.page, "shanxi-partner");
    check((await partner.page.locator("main").textContent()).includes("省教育厅"), "what the partner wrote is before it");
  }
  await partner.page.locator('form[action$="/confirm"] button').click();
  await partner.page.getByText("已确认").first().waitFor();
  if (n === 0) await look(partner.page, "shanxi-confirmed");
  quiet(partner);
  await partner.context.close();
}

// 3. The documents are uploaded; it is checked and submitted.
await page.goto(application + "/files");
for (const m of await page.locator("main form:has([name=file]) [name=material]").evaluateAll((all) => all.map((e) => e.value))) await upload(page, application, m, paper);
await page.goto(application + "/files");
await look(page, "shanxi-files");
await page.goto(application + "/check");
await look(page, "shanxi-check");
for (const box of await page.locator('form[action$="/submit"] input[type=checkbox]').all()) await box.check();
await page.locator('form[action$="/submit"] button').click();
await page.waitForURL(/\/versions\/\d+$/);
check((await page.locator("main").textContent()).includes("shenbao receipt"), "the receipt is on the page");
await look(page, "shanxi-receipt");
quiet(admin);

const version = page.url();

// 4. The authorities of the university and of the institute take note: they may read
// what they take note of.
const university = await signIn(browser, "officer.jyt.shanxi@demo.example");
await caseOf(university.page, host);
await look(university.page, "shanxi-filing");
check((await university.page.locator('form[action$="/endorse"]').count()) === 0, "who takes note decides nothing");
const filing = university.page.url();
await university.page.goto(application);
check((await university.page.locator("h1").textContent()).includes(facts["centre.name"]), "who takes note may read");
await look(university.page, "shanxi-filing-application");
await university.page.goto(filing);
await university.page.locator('form[action$="/file"] [name=reason]').fill("同意雁北师范学院参与共建。");
await university.page.locator('form[action$="/file"] button').click();
await university.page.waitForURL(/\/queue(\?|$)/);
await university.page.goto(filing);
check((await university.page.locator("main").textContent()).includes("已备案"), "the filing stands");
await look(university.page, "shanxi-filed");
quiet(university);
await university.context.close();
const district = await signIn(browser, "officer.xiaodian@demo.example"); // of the institute
await caseOf(district.page, host);
await district.page.locator('form[action$="/file"] button').click();
await district.page.waitForURL(/\/queue(\?|$)/);
quiet(district);
await district.context.close();

// 5. The host's authority checks, then recommends in writing: two acts, each with its
// own case; the call asks for no table, the letter under its seal stands for it.
const city = await signIn(browser, "officer.taiyuan@demo.example");
await caseOf(city.page, host);
await look(city.page, "shanxi-case");
await answer(city.page);
await city.page.locator('form[action$="/endorse"] [name=reason]').fill("材料与档案核对一致。");
await city.page.locator('form[action$="/endorse"] button').click();
await city.page.waitForURL(/\/queue/);
await caseOf(city.page, host, "书面推荐");
await answer(city.page);
await city.page.locator("summary", { hasText: "上传函件" }).click();
const letter = city.page.locator('form[action$="/letters"]');
await letter.locator("[name=file]").setInputFiles(seal);
await letter.locator("[name=number]").fill("并科推〔2024〕7号");
await letter.locator("button").click();
await city.page.getByText("推荐函.png").first().waitFor();
await look(city.page, "shanxi-recommending");
await city.page.locator('form[action$="/endorse"] [name=reason]').fill("同意推荐。");
await city.page.locator('form[action$="/endorse"] button').click();
await city.page.waitForURL(/\/queue/);
quiet(city);

// 6. The paper original: found by the code on its print, and entered.
const province = await signIn(browser, "officer.shanxi@demo.example");
const counter = province.page;
await counter.goto("/papers");
await look(counter, "shanxi-papers");
await counter.locator("[name=q]").fill(await scanned(admin));
await counter.keyboard.press("Enter");
await counter.waitForURL(/\/papers\/\w{32}/);
check((await counter.locator("h1").textContent()).includes(host), "the code on the print finds the application");
for (const box of await counter.locator("main [name=item]").all()) await box.check();
await look(counter, "shanxi-paper");
await counter.getByRole("button", { name: "登记", exact: true }).click();
await counter.getByRole("heading", { name: "更正第 1 条登记" }).waitFor();
check((await counter.locator("section[aria-labelledby=paper]").textContent()).includes("已接收"), "the paper was received");
await look(counter, "shanxi-paper-entered");

// 7. The province sees the sealed letter, and receives.
await caseOf(counter, host);
await counter.getByText("推荐函.png").first().waitFor();
await look(counter, "shanxi-case-province");
await counter.locator('form[action$="/receive"] button').click();
await counter.waitForURL(/\/queue/);
quiet(province);

// 8. The applicant sees how far it is: every step, and the paper that came; the
// partner too, and both on a telephone.
await page.goto(application);
const receipt = await page.locator("section[aria-labelledby=paper]").textContent();
check(/已接收[^]*收到，1 份[^]*已盖章/.test(receipt), `the applicant sees that its paper came: ${receipt}`);
const chain = await page.locator("ol.chain li .state").allTextContents();
check(chain.join() === "已通过,已通过,已接收,已备案,已备案", `the chain stands at ${chain}`);
await look(page, "shanxi-done");
await page.setViewportSize({ width: widths.narrow, height: 900 });
await page.reload();
await look(page, "shanxi-done-narrow");
await page.goto("/inbox");
for (const news of ["推荐上报", "纸质材料已于"]) await page.getByText(news).first().waitFor();
await look(page, "shanxi-inbox-narrow");
quiet(admin);

await browser.close();
finish();
