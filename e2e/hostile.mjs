// Texts that are code elsewhere, typed into everything that applicants and
// officers write, and looked at on every page that shows them, on the
// demonstration: no script runs, nothing is loaded from elsewhere, the browser
// refuses nothing because nothing was there to be refused.
import { base, check, fault, finish, launch, visitor } from "./browser.mjs";

const password = process.env.E2E_PASSWORD;
const paper = process.env.E2E_PDF;
const browser = await launch();

/** What would run, each in another place of a page. */
const payloads = [
  `<script>alert('M')</script>`,
  `"><img src=x onerror=alert('M')>`,
  `' autofocus onfocus=alert('M') x='`,
  `"autofocus onfocus="alert('M')`,
  `<svg/onload=alert('M')>`,
  `</textarea><script>alert('M')</script>`,
  `</title><script>alert('M')</script>`,
  `</option></select><img src=x onerror=alert('M')>`,
  `<a href="javascript:alert('M')">M</a>`,
  `<iframe srcdoc="<script>parent.alert('M')</script>">`,
  `<style>@import'//evil.example/M'</style>`,
  `<img src=//evil.example/M>`,
  `<b hx-get=/M hx-trigger=load>M</b>`,
  `<form action=//evil.example><button>M`,
  `<meta http-equiv=refresh content=0;url=//evil.example>`,
  `{{constructor.constructor('alert("M")')()}}`,
  "${alert('M')}`<!--",
  `<details open ontoggle=alert('M')>`,
];
let typed = 0;
/** Breaks out of a text, an attribute, a box and a title: without it one field would only be tried in one of these. */
const anywhere = `'"></textarea></title><img src=x onerror=alert('M')>`;
/** The next text, with a mark of its own. */
const next = () => (anywhere + payloads[typed % payloads.length]).replaceAll("M", `m${typed++}`);

let loaded = 0;
/** Watches a visitor: whatever ran, loaded or was refused is a fault. */
async function watch(who, name) {
  const seen = (what) => fault(`${name}: ${what} at ${who.page.url()}`);
  await who.context.exposeFunction("__ran", seen);
  await who.context.addInitScript(() => {
    for (const f of ["alert", "confirm", "prompt", "print", "open"]) window[f] = (...a) => window.__ran(`${f}(${a.join()}) ran`);
    document.addEventListener("securitypolicyviolation", (e) => window.__ran(`refused ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
  who.page.on("dialog", (d) => (d.type() === "beforeunload" ? d.accept() : (seen(`a box: ${d.message()}`), d.dismiss())));
  who.page.on("popup", () => seen("a window opened"));
  who.page.on("request", (r) => {
    const u = new URL(r.url());
    if (u.protocol.startsWith("http") && u.origin !== base || /^\/m\d+$/.test(u.pathname)) seen(`asks for ${r.url()}`);
  });
  who.name = name;
  return who;
}

async function somebody(email) {
  const who = await watch(await visitor(browser), email);
  await who.page.goto("/sign-in");
  await who.page.locator("main [name=email]").fill(email);
  await who.page.locator("main [name=password]").fill(password);
  await who.page.locator("main form button").first().click();
  await who.page.waitForURL((u) => !u.pathname.startsWith("/sign-in"));
  return who;
}

const foreign = "img[src^='//'], img[src='x'], iframe, [onerror], [onload], [onfocus], [ontoggle], a[href^='javascript:'], main style, main script, meta[http-equiv=refresh], form[action*=evil], [hx-get^='/m'], svg[onload]";

/** Opens a page, touches what could have been armed, and looks at it. */
async function see(who, path) {
  const answer = await who.page.goto(path);
  loaded++;
  check(answer.status() < 500, `${who.name}: ${path}: ${answer.status()}`);
  await who.page.evaluate(() => {
    for (const d of document.querySelectorAll("details")) d.open = true;
    for (const e of document.querySelectorAll("main input, main textarea, main a")) e.dispatchEvent(new Event("mouseover", { bubbles: true }));
  });
  const found = await who.page.locator(foreign).evaluateAll((all) => all.map((e) => e.outerHTML.slice(0, 120)));
  for (const one of found) fault(`${who.name}: ${path} holds ${one}`);
  for (const c of who.complaints.splice(0)) fault(`${who.name}: ${path}: ${c}`);
  return answer;
}

/** Sends a form of a page as it stands, with other values; fields are not checked first. */
async function send(who, path, selector, values) {
  if (new URL(who.page.url()).pathname + new URL(who.page.url()).search !== path) await see(who, path);
  const form = who.page.locator(selector).first();
  if ((await form.count()) === 0) return fault(`${who.name}: ${path} has no ${selector}`);
  await Promise.all([
    who.page.waitForNavigation({ waitUntil: "domcontentloaded", timeout: 15000 }),
    form.evaluate((f, values) => {
      f.noValidate = true;
      for (const [name, value] of Object.entries(values)) {
        const old = [...f.elements].find((e) => e.name === name && e.type !== "hidden" && e.type !== "radio" && e.type !== "checkbox");
        if (old) old.removeAttribute("maxlength");
        if (old && old.tagName !== "SELECT") old.value = value;
        else f.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      }
      HTMLFormElement.prototype.submit.call(f);
    }, values),
  ]);
  loaded++;
  for (const c of who.complaints.splice(0)) fault(`${who.name}: ${path} sent: ${c}`);
}

// 1. Every text of an application that was sent back, and one whose fields take anything.
const host = await somebody("unit03@demo.example");
const filling = await somebody("unit04@demo.example");
async function of(who) {
  await see(who, "/applications");
  return (await who.page.locator('main table a[href^="/applications/"]').first().getAttribute("href")).split("?")[0];
}
const returned = await of(host);
const draft = await of(filling);
async function fill(who, application, all) {
  await see(who, application);
  const sections = await who.page.locator('main a[href*="/form/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href").split("#")[0]))].filter((h) => /\/form\/\w+$/.test(h)));
  check(sections.length >= 8, `${sections.length} sections`);
  for (const to of sections) {
    await see(who, to);
    const boxes = who.page.locator(all ? "form.form input[type=text][name], form.form input:not([type])[name], form.form textarea[name]" : "form.form textarea[name]");
    const n = Math.min(await boxes.count(), 40);
    for (let i = 0; i < n; i++) {
      await boxes.nth(i).evaluate((e, text) => {
        e.removeAttribute("maxlength");
        e.value = text;
        e.dispatchEvent(new Event("input", { bubbles: true }));
      }, next());
    }
    await send(who, to, "form.form", { "page:then": "stay" });
    await see(who, to);
  }
  return sections;
}
await fill(filling, draft, true);
for (const rest of ["", "/check", "/partners", "/plan", "/files"]) await see(filling, draft + rest);
const sections = await fill(host, returned, false);

// 2. Names of files, a plan, a partner.
const { readFileSync } = await import("node:fs");
for (const name of [`<img src=x onerror=alert('m900')>.pdf`, `"autofocus onfocus="alert('m901').pdf`, `'-alert('m902')-'.pdf`]) {
  await see(filling, draft + "/files");
  const done = filling.page.waitForResponse((r) => r.request().method() === "POST" && /\/(end|files)$/.test(new URL(r.url()).pathname), { timeout: 15000 });
  await filling.page.locator("main form:has([name=material]) [name=file]").first().setInputFiles({ name, mimeType: "application/pdf", buffer: Buffer.concat([readFileSync(paper), Buffer.from("% " + name)]) }, { noWaitAfter: true });
  await done;
}
await see(filling, draft + "/files");
check((await filling.page.locator("main").textContent()).includes("alert"), "the names of the files are shown");
for (const link of await filling.page.locator('main a[href*="/files/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))].filter((h) => h.endsWith("/view")).slice(0, 3))) await see(filling, link);
await send(filling, draft + "/partners", 'main form[action$="/invite"]', { code: next() });

// 3. It is submitted, and stands in front of its district.
await see(host, returned + "/check");
for (const box of await host.page.locator('form[action$="/submit"] input[type=checkbox]').all()) await box.check();
await Promise.all([host.page.waitForNavigation({ waitUntil: "domcontentloaded" }), host.page.locator('form[action$="/submit"] button').click()]);
check(/\/versions\/\d+$/.test(host.page.url()), `submitted: ${host.page.url()}`);
const version = new URL(host.page.url()).pathname;
for (const to of [version, version + "/print.pdf", version + "/receipt.txt"]) {
  const answer = await host.page.request.get(to);
  check(answer.ok() && (to === version || answer.headers()["content-security-policy"].includes("sandbox") || answer.headers()["x-content-type-options"] === "nosniff"), `${to}: ${answer.status()}`);
}
const district = await somebody("officer.zhangqiu@demo.example");
let step;
for (let i = 0; i < 40 && !step; i++) {
  await see(district, "/queue?q=" + encodeURIComponent("百脉低空"));
  step = await district.page.locator("main table tbody a").first().getAttribute("href", { timeout: 500 }).catch(() => null);
}
step = step?.split("?")[0];
check(step, "it is in the queue");
await see(district, step);
let shown = false;
for (const rest of ["", "/versions", "/compare", ...sections.map((s) => s.slice(returned.length))]) {
  await see(district, returned + rest);
  shown ||= (await district.page.locator("main").textContent()).includes("alert(");
}
check(shown, "the officer sees the texts");
await send(district, step, 'form[action$="/sign"]', { answer: "no", remark: next() });
await see(district, step);
await send(district, step, 'form[action$="/return"]', { reason: next(), "remark:summary.research": next(), "remark:material.audit_reports": next() });
await see(district, step);
for (const to of ["/applications", returned, returned + "/check", ...sections, "/inbox"]) await see(host, to);
check((await host.page.locator("main").textContent()).includes("alert("), "the inbox shows the reason");

// 4. The next one is refused, and its applicant asks to look again.
await see(district, "/queue");
const others = await district.page.locator('main table tbody a[href^="/queue/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href").split("?")[0]))]);
let refused;
for (const to of others.filter((o) => o !== step)) {
  await see(district, to);
  if ((await district.page.locator('form[action$="/refuse"]').count()) === 0) continue;
  const clause = await district.page.locator('form[action$="/refuse"] [name=clause] option').evaluateAll((all) => all.map((o) => o.value).find((v) => v));
  await district.page.locator('form[action$="/refuse"] [name=clause]').evaluate((e, v) => (e.value = v), clause);
  await send(district, to, 'form[action$="/refuse"]', { reason: next() });
  refused = to;
  break;
}
check(refused, "one was refused");
for (const email of ["unit02@demo.example", "unit06@demo.example"]) {
  const who = await somebody(email);
  await see(who, "/applications");
  for (const to of await who.page.locator('main table a[href^="/applications/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))])) {
    await see(who, to);
    if ((await who.page.locator('form[action$="/appeal"]').count()) > 0) {
      await send(who, to, 'form[action$="/appeal"]', { ground: next() });
      await see(who, to);
      await see(district, refused);
      check((await district.page.locator("main").textContent()).includes(`m${typed - 1}`), "the appeal is shown");
      await send(district, refused, 'form[action$="/appeal"]', { answer: next() });
      await see(who, to);
    }
  }
  await who.context.close();
}

// 5. The city's table, what comes on paper, a complaint, and every search.
const city = await somebody("officer.jinan@demo.example");
await see(city, "/tables");
const tables = await city.page.locator('main a[href^="/tables/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))]);
const opening = city.page.locator('form[action="/tables"]');
if (tables.length === 0 && (await opening.count()) > 0) {
  await Promise.all([city.page.waitForNavigation(), opening.first().locator("button").first().click()]);
  tables.push(new URL(city.page.url()).pathname);
}
check(tables.length > 0, "the city has a table");
await see(city, tables[0] + "?new=true");
const cells = await city.page.locator('form[action$="/row"] [name^="cell."]').evaluateAll((all) => all.map((e) => e.name));
if (cells.length > 0) await send(city, tables[0] + "?new=true", 'form[action$="/row"]', Object.fromEntries(cells.map((c) => [c, next()])));
await see(city, tables[0] + "?paper=" + encodeURIComponent(next()));

const papers = await somebody("officer.shanxi@demo.example");
await see(papers, "/papers");
for (const to of (await papers.page.locator('main a[href^="/papers/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))])).filter((h) => !h.includes("workbook")).slice(0, 1)) {
  await see(papers, to);
  if ((await papers.page.locator("main form:has([name=remark])").count()) > 0) await send(papers, to, "main form:has([name=remark])", { remark: next() });
  await see(papers, to);
}
await see(papers, "/papers?q=" + encodeURIComponent(next()));

const stranger = await watch(await visitor(browser), "stranger");
await see(stranger, "/complaints/new");
const call = await stranger.page.locator("[name=call] option").evaluateAll((all) => all.map((o) => o.value).find((v) => v));
await send(stranger, "/complaints/new?call=" + call, "main form[method=post]", { about: next(), story: next(), contact: next() });
const link = (await stranger.page.content()).match(/\/complaints\/mine\/[\w-]+/)?.[0];
check(link, `the complaint was filed: ${(await stranger.page.locator("main").textContent()).slice(0, 200)}`);
for (const one of [district, papers]) {
  await see(one, "/complaints");
  for (const to of await one.page.locator('main a[href^="/complaints/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))].filter((h) => /\w{32}$/.test(h)))) {
    await see(one, to);
    if ((await one.page.locator('form[action$="/reveal"]').count()) > 0) await send(one, to, 'form[action$="/reveal"]', {});
    await send(one, to, 'form[action$="/answer"]', { answer: next() });
    if (link) await see(stranger, link);
  }
}
for (const [who, path] of [[host, "/applications?q="], [host, "/inbox?after="], [district, "/queue?q="], [district, "/queue?clause="], [district, step + "?back="], [district, step + "?rule="], [city, "/papers?q="], [stranger, "/complaints/mine/"], [stranger, "/sign-in?next="]]) {
  for (const one of payloads.slice(0, 3)) await see(who, path + encodeURIComponent(one));
}

await browser.close();
check(typed >= 100, `only ${typed} texts were typed`);
console.log(`${typed} texts, ${loaded} pages`);
finish();
