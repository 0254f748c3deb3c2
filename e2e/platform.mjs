// The platform from its first minute: the administrator's first run, an
// authority that publishes two calls, a visitor who asks whether they can apply,
// a unit that registers, is confirmed and imports its roster.
import { createHmac } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { base, check, finish, launch, look, survey, visitor } from "./browser.mjs";

const password = "湖光山色共一楼 2024";
const mail = process.env.E2E_MAIL;

/** The code of an authenticator (RFC 6238) for a key in base 32. */
function code(key, step = Math.floor(Date.now() / 30000)) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const c of key) bits += alphabet.indexOf(c).toString(2).padStart(5, "0");
  const bytes = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const h = createHmac("sha1", bytes).update(counter).digest();
  const at = h[19] & 15;
  return String((h.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

/** The newest link of a letter to an address. */
async function link(to, what) {
  for (let i = 0; i < 50; i++) {
    for (const name of readdirSync(mail).sort().reverse()) {
      const text = readFileSync(join(mail, name), "utf8");
      const [head, ...rest] = text.split(/\r?\n\r?\n/);
      const body = /base64/i.test(head) ? Buffer.from(rest.join(""), "base64").toString("utf8") : rest.join("\n");
      const found = body.match(new RegExp(`${base}/${what}/[A-Za-z0-9_-]+`));
      if (text.includes(to) && found) return found[0];
    }
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error(`no letter to ${to}`);
}

/** Sets up the second factor of whoever has just opened an account. */
async function secondFactor(page) {
  await page.getByRole("button", { name: "开始绑定" }).click();
  if (await page.getByLabel("口令", { exact: true }).isVisible()) {
    await page.getByLabel("口令", { exact: true }).fill(password);
    await page.getByRole("button", { name: "继续" }).click();
    await page.getByRole("button", { name: "开始绑定" }).click();
  }
  const key = await page.locator("p.small code").textContent();
  await page.getByLabel("验证码").fill(code(key.trim()));
  await page.getByRole("button", { name: "完成绑定" }).click();
  await page.getByText("绑定成功").waitFor();
  check((await page.locator("ul li code").count()) === 10, "ten recovery codes");
  return key.trim();
}

async function open(page, to, name) {
  await page.goto(to);
  await page.getByLabel("姓名").fill(name);
  await page.getByLabel("口令", { exact: true }).fill(password);
  await page.getByRole("button", { name: "开通账号" }).click();
}

const browser = await launch();
const people = {};
for (const who of ["admin", "officer", "head", "applicant", "visitor"]) people[who] = await visitor(browser);

// The administrator's first run.
{
  const { page } = people.admin;
  await page.goto(process.env.E2E_FIRST);
  await look(page, "01-first-run");
  await page.getByLabel("姓名").fill("周正");
  await page.getByLabel("电子邮箱").fill("admin@example.gov.cn");
  await page.getByLabel("口令", { exact: true }).fill(password);
  await page.getByRole("button", { name: "开通账号" }).click();
  await secondFactor(page);
  await look(page, "02-second-factor");
  for (const [name, level, place] of [["山东省科学技术厅", "province", "370000"], ["山西省科学技术厅", "province", "140000"], ["章丘区工业信息化和科技局", "district", "370114"]]) {
    await page.goto("/authorities/new");
    await page.getByLabel("单位名称").fill(name);
    await page.getByLabel("层级").selectOption(level);
    await page.getByLabel("注册地").fill(place);
    if (level === "district") await look(page, "03-authority");
    await page.getByRole("button", { name: "设置主管部门" }).click();
    await page.getByRole("heading", { name }).waitFor();
    await page.getByText("邀请成员").click();
    await page.getByLabel("电子邮箱").fill(`${place}@example.gov.cn`);
    await page.getByRole("button", { name: "发送邮件" }).click();
    await page.getByText("已经发往").waitFor();
  }
}

// Each authority's administrator invites an officer; the officer publishes.
const calls = {};
for (const [place, pack, title, from, until] of [
  ["370114", "shandong-tic-2024", "章丘", "system_open", "district"],
  ["140000", "shanxi-tic-2024", "山西", "", ""],
]) {
  const boss = await visitor(browser);
  await open(boss.page, await link(`${place}@example.gov.cn`, "join"), "单位管理员");
  await boss.page.goto("/unit");
  await boss.page.getByText("邀请成员").click();
  await boss.page.getByLabel("电子邮箱").fill(`officer${place}@example.gov.cn`);
  await boss.page.getByLabel("身份").selectOption("officer");
  await boss.page.getByRole("button", { name: "发送邮件" }).click();
  await boss.page.getByText("已经发往").waitFor();

  const officer = place === "370114" ? people.officer : await visitor(browser);
  const { page } = officer;
  await open(page, await link(`officer${place}@example.gov.cn`, "join"), "经办人");
  await secondFactor(page);
  await page.goto("/desk");
  if (place === "370114") await look(page, "04-desk");
  await page.getByLabel("指南包").selectOption(pack);
  await page.getByRole("button", { name: "拟一个申报通知" }).click();
  await page.getByText("拟稿：").waitFor();
  if (place === "370114") {
    const row = page.getByRole("row", { name: /系统填报/ });
    const day = (d) => new Date(Date.now() + d * 864e5 + 8 * 36e5).toISOString().slice(0, 10);
    await row.getByText("设定时间").click();
    await row.getByLabel("开始").fill(`${day(-1)}T09:00`);
    await row.getByLabel("截止").fill(`${day(5)}T17:00`);
    await row.getByRole("button", { name: "保存" }).click();
    if (process.env.E2E_NOTICE) {
      await page.getByLabel("上传通知原文").setInputFiles(process.env.E2E_NOTICE);
      await page.getByRole("button", { name: "上传", exact: true }).click();
      await page.getByText("与指南包逐条一致").waitFor();
    }
    await look(page, "05-draft");
  }
  const publish = page.getByLabel("说明");
  if (await publish.isVisible()) await publish.fill("历年通知，供核对使用");
  await page.getByRole("button", { name: "发布", exact: true }).click();
  await page.getByText("发布时间").waitFor();
  calls[pack] = new URL(page.url()).pathname;
  await boss.context.close();
}

// A visitor asks whether they can apply.
{
  const { page } = people.visitor;
  await page.goto("/");
  await look(page, "06-home");
  await page.getByLabel("搜索").fill("人形机器人");
  await page.getByRole("link", { name: /山东省技术创新中心/ }).first().click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await look(page, "07-call");
  await page.getByRole("link", { name: "能不能报" }).click();
  await page.locator('[name="host.place"]').fill("370114");
  for (const [year, sum] of [["2021", "760"], ["2022", "880"], ["2023", "1010"]]) await page.locator(`[name="rd_expense ${year}"]`).fill(sum);
  await page.getByRole("button", { name: "核验" }).click();
  await page.getByText("差 350 万元").waitFor();
  check((await page.locator(".condition.unmet").count()) >= 1, "one condition is unmet");
  check((await page.locator(".condition.unknown").count()) >= 1, "one condition is unknown");
  await look(page, "08-check");
  await page.goto(calls["shandong-tic-2024"] + "/clauses");
  await look(page, "09-clauses");
}

// A unit registers, its authority confirms it, and it imports its roster.
{
  const { page } = people.applicant;
  await page.goto("/join");
  await page.getByLabel("电子邮箱").fill("li@example.com");
  await page.getByRole("button", { name: "发送邮件" }).click();
  await page.getByText("已经发往").waitFor();
  await open(page, await link("li@example.com", "join"), "李𠅤");
  await page.getByLabel("单位名称").fill("泉山智行机器人有限公司");
  await page.getByLabel("统一社会信用代码").fill("91370181MA0000011B");
  await page.getByLabel("单位类型").selectOption("enterprise");
  await page.getByLabel("注册地").fill("370114");
  await look(page, "10-register");
  await page.getByRole("button", { name: "注册单位" }).click();
  await page.getByText("待确认").waitFor();
  const unit = new URL(page.url()).pathname;

  await people.officer.page.goto("/desk");
  await people.officer.page.getByRole("link", { name: "泉山智行机器人有限公司" }).click();
  await look(people.officer.page, "11-confirm");
  await people.officer.page.getByRole("button", { name: "核实通过" }).click();
  await people.officer.page.getByText("已确认").waitFor();

  await page.goto(unit);
  await look(page, "12-unit");
  await page.goto(unit + "/profile/staff");
  await page.locator("input[type=file]").setInputFiles(process.env.E2E_ROSTER_WRONG);
  await page.getByRole("button", { name: "预览" }).click();
  await page.getByText("处错误").waitFor();
  await look(page, "13-roster-faults");
  await page.goto(unit + "/profile/staff");
  await page.locator("input[type=file]").setInputFiles(process.env.E2E_ROSTER);
  await page.getByRole("button", { name: "预览" }).click();
  await page.getByRole("button", { name: "确认导入" }).click();
  await page.getByText("李𠅤").first().waitFor();
  check(!(await page.content()).includes("370181199003071233"), "identity numbers are masked");
  await look(page, "14-roster");
  await page.goto("/account");
  await look(page, "15-account");
  await page.goto("/api/v1" + calls["shandong-tic-2024"]);
  check((await page.content()).includes('"state"'), "the API answers with the call");
}

// Every page in both widths and both languages, two browsers at a time.
const at = calls["shandong-tic-2024"];
const pages = [["/", "home"], ["/calls", "calls"], [at, "call"], [at + "/clauses", "clauses"], [at + "/check", "check"], [calls["shanxi-tic-2024"], "call-shanxi"],
  ["/registers", "registers"], ["/help", "help"], ["/sign-in", "sign-in"], ["/join", "join"], ["/reset", "reset"]].map(([path, name]) => [path, "public-" + name, []]);
for (const [who, paths] of Object.entries({
  admin: ["/people", "/authorities/new", "/units", "/account"],
  officer: ["/desk", "/registers/platforms", "/account/password"],
  applicant: ["/unit", "/units/new"],
})) {
  const cookies = (await people[who].context.cookies()).filter((c) => c.name !== "lang");
  for (const path of paths) pages.push([path, who + path.replaceAll("/", "-"), cookies]);
}
const hands = [0, 1].map(async () => {
  for (let next = pages.shift(); next; next = pages.shift()) await survey(browser, ...next);
});
await Promise.all(hands);
for (const [who, { complaints }] of Object.entries(people)) for (const c of complaints) check(false, `${who}: ${c}`);
await browser.close();
finish();
