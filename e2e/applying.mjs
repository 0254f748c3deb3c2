// An application from the question "can we apply?" to a receipt in hand, and on
// through the authorities, on the demonstration: its call is open, its units
// have profiles, its people have passwords.
import { readFileSync } from "node:fs";
import { check, fault, finish, launch, look, widths } from "./browser.mjs";
import { answer, caseOf, fillSection, quiet, saved, signIn, upload } from "./demo.mjs";

const facts = JSON.parse(readFileSync(process.env.E2E_FACTS, "utf8"));
const paper = process.env.E2E_PDF;
const browser = await launch();

const somebody = (email) => signIn(browser, email);
const { units, ...own } = facts; // its partner is invited below
const fill = (page) => fillSection(page, own);

/** Goes with the Tab key to what a person without a mouse would press. */
async function tabTo(page, selector) {
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
  }
  fault(`the Tab key does not reach ${selector}`);
}

// 1. From the check to a draft.
const admin = await somebody("unit04@demo.example");
const { page } = admin;
await page.goto("/calls");
await page.getByRole("link", { name: /2024年山东省技术创新中心/ }).first().click();
await page.getByRole("link", { name: "能不能报" }).first().click();
await page.locator('[name="host.place"]').fill("370114");
await look(page, "apply-check");
const starting = page.locator('button[formaction$="/apply"]');
await starting.dblclick({ noWaitAfter: true }).catch(() => {});
await page.waitForURL(/\/applications\/\w+/);
const application = new URL(page.url()).pathname.split("/").slice(0, 3).join("/");
await page.goto("/applications");
check((await page.locator("main table tbody tr").count()) === 2, "a double click begins one application beside the old one");
await look(page, "apply-list");

// 2. Every section is filled in; it saves itself.
await page.goto(application);
await look(page, "apply-overview");
const sections = await page.locator('main a[href*="/form/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))].filter((h) => /\/form\/\w+$/.test(h)));
check(sections.length >= 8, `${sections.length} sections`);
for (const [i, to] of sections.entries()) {
  await page.goto(to);
  await fill(page);
  await saved(page);
  if (i < 3) await look(page, `apply-form-${i + 1}`);
  await page.getByRole("button", { name: /保存并继续|下一部分/ }).first().click();
  await page.waitForLoadState();
}
quiet(admin);

// 3. A condition that is not met is seen, and mended.
await page.goto(application);
const unmet = page.locator(".condition.unmet", { hasText: "研发费用" });
check((await unmet.count()) > 0, "the unmet condition is shown");
const host = sections.find((s) => s.endsWith("/host"));
await page.goto(host);
await page.locator('[name="rd_expense:2023"]').fill("1.5亿");
await page.locator("main h2").first().click();
await page.waitForFunction(() => ![...document.querySelectorAll(".condition.unmet")].some((e) => e.textContent.includes("研发费用")), null, { timeout: 15000 });
await look(page, "apply-mended");

// 4. Two editors: what they typed differently is shown to both.
const second = await somebody("unit04@demo.example");
await second.page.goto(sections[0]);
await page.goto(sections[0]);
await page.locator('[name="centre.fit"]').fill("甲写的说明。");
await page.locator("main h2").first().click();
await page.waitForTimeout(2500);
await second.page.locator('[name="centre.fit"]').fill("乙写的说明。");
await second.page.locator("main h2").first().click();
await second.page.locator(".conflict").first().waitFor({ timeout: 15000 });
await look(second.page, "apply-conflict");
await second.page.locator("[data-theirs]").first().click();
await second.context.close();

// 5. The partner is invited, and confirms its part.
await page.goto(application + "/partners");
await page.locator('main form[action$="/invite"] [name=code]').last().fill(units[1].unit.code);
await page.locator('main form[action$="/invite"] button').last().click();
await page.getByText("待确认").first().waitFor();
await look(page, "apply-partners");
const partner = await somebody("partner@demo.example");
await partner.page.goto(application + "/partners");
await look(partner.page, "apply-partner");
await partner.page.locator('form[action$="/confirm"] button').click();
await partner.page.getByText("已确认").first().waitFor();
quiet(partner);
await partner.context.close();

// 6. Every document is uploaded.
await page.goto(application + "/files");
const materials = await page.locator('main form:has([name=file]) [name=material]').evaluateAll((all) => all.map((e) => e.value));
check(materials.length > 10, `${materials.length} materials`);
for (const m of materials) await upload(page, application, m, paper);
await page.goto(application + "/files");
await look(page, "apply-files");
await page.goto(application + "/plan");
await look(page, "apply-plan");
quiet(admin);

// 7. Checked, submitted, the receipt in hand; withdrawn and submitted again.
async function submit() {
  await page.goto(application + "/check");
  await look(page, "apply-issues");
  for (const box of await page.locator('form[action$="/submit"] input[type=checkbox]').all()) await box.check();
  await page.locator('form[action$="/submit"] button').click();
  await page.waitForURL(/\/versions\/\d+$/);
}
await submit();
check((await page.locator("main").textContent()).includes("shenbao receipt"), "the receipt is on the page");
await look(page, "apply-receipt");
for (const file of ["receipt.pdf", "print.pdf"]) {
  const answer = await page.request.get(page.url() + "/" + file);
  check(answer.ok() && (await answer.body()).subarray(0, 5).toString() === "%PDF-", `${file}: ${answer.status()}`);
}
await page.goto(application);
await page.locator('form[action$="/withdraw"]').locator("xpath=ancestor::details").locator("summary").click();
await page.locator('form[action$="/withdraw"] button').click();
await page.getByText("已撤回").first().waitFor();
await submit();
check(page.url().endsWith("/versions/2"), "submitted again");
quiet(admin);

// 8. The district returns one and passes the other.
const district = await somebody("officer.zhangqiu@demo.example");
const desk = district.page;
await desk.goto("/queue");
await look(desk, "queue");
await caseOf(desk, "绣江星链");
await desk.locator("summary", { hasText: "退回修改" }).click();
await desk.locator('form[action$="/return"] [name=reason]').fill("摘要与方案正文不一致，请统一。");
await desk.locator('form[action$="/return"] > button').click();
await desk.waitForLoadState();
await caseOf(desk, "明水协作");
await look(desk, "case");
await answer(desk);
await desk.locator('form[action$="/endorse"] [name=reason]').fill("材料属实，同意上报。");
await look(desk, "case-answered");
await desk.locator('form[action$="/endorse"] button').click();
await desk.waitForURL(/\/queue/);
quiet(district);

// 9. The city recommends, ranks, and hands its table up; the province receives.
const city = await somebody("officer.jinan@demo.example");
for (const unit of ["明水协作", "泉山智行"]) {
  await caseOf(city.page, unit);
  await answer(city.page);
  await city.page.locator('form[action$="/endorse"] [name=reason]').fill("同意推荐。");
  await city.page.locator('form[action$="/endorse"] button').click();
  await city.page.waitForURL(/\/queue/);
}
quiet(city);
const head = await somebody("head.jinan@demo.example");
await head.page.goto("/tables");
await look(head.page, "tables");
await head.page.locator("main table a, main ul a").first().click();
await head.page.waitForURL(/\/tables\/\w+/);
check((await head.page.locator("main").textContent()).includes("一体化关节与柔顺控制技术创新中心"), "the recommended centre is on the table");
await look(head.page, "table");
const ranks = () => head.page.locator("main table[data-order] tbody tr").evaluateAll((all) => all.map((e) => e.dataset.id));
const [one, two, ...others] = await ranks();
check(one && two && others.length === 0, "two applications are ranked");
await tabTo(head.page, `#row-${one} button[value=down]`);
await Promise.all([head.page.waitForNavigation(), head.page.keyboard.press("Enter")]);
check((await ranks()).join() === [two, one].join(), "the keyboard puts the first row last");
await head.page.keyboard.press("Tab");
check(await head.page.evaluate((id) => document.activeElement.closest("tr")?.id === id, `row-${one}`), "the keyboard stays at the row that was moved");
await look(head.page, "table-ranked");
await Promise.all([head.page.waitForNavigation(), head.page.locator('form[action$="/hand-up"] button').first().click()]);
check((await head.page.locator("main").textContent()).includes("已报送"), "the table was handed up");
const print = await head.page.request.get(head.page.url().split(/[?#]/)[0] + "/print.pdf");
check(print.ok() && (await print.body()).subarray(0, 5).toString() === "%PDF-", `the table to be sealed: ${print.status()}`);
await head.page.locator('form[action$="/seal"] [name=file]').setInputFiles(process.env.E2E_SEAL);
await Promise.all([head.page.waitForNavigation(), head.page.locator('form[action$="/seal"] button').click()]);
await head.page.getByRole("link", { name: "盖章页.png" }).waitFor();
await look(head.page, "table-sealed");
quiet(head);
const province = await somebody("officer.shandong@demo.example");
await province.page.goto("/tables");
await province.page.locator("main table tbody tr", { hasText: "济南市" }).locator("a").first().click();
await province.page.getByRole("link", { name: "盖章页.png" }).waitFor();
const handed = await province.page.locator("main table tbody tr").evaluateAll((all) => all.map((e) => e.id));
check(handed.join() === [`row-${two}`, `row-${one}`].join(), "the province sees the order in which they were handed up");
await look(province.page, "table-province");
for (const unit of ["明水协作", "泉山智行"]) {
  await caseOf(province.page, unit);
  if (unit === "明水协作") await look(province.page, "case-province");
  await province.page.locator('form[action$="/receive"] button').click();
  await province.page.waitForURL(/\/queue/);
}
quiet(province);

// 10. What was returned shows what to mend, also on a telephone.
const mending = await somebody("unit02@demo.example");
await mending.page.setViewportSize({ width: widths.narrow, height: 900 });
await mending.page.goto("/applications");
await look(mending.page, "apply-list-narrow");
await mending.page.locator("main table a").first().click();
await mending.page.getByText("摘要与方案正文不一致").first().waitFor();
await look(mending.page, "apply-returned-narrow");
await mending.page.goto("/inbox");
await look(mending.page, "inbox-narrow");
quiet(mending);

await browser.close();
finish();
