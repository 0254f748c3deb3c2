// What every walk through the platform needs: a browser, pictures of what it
// saw, and a judge of accessibility.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";

export const base = process.env.E2E_BASE;
export const pictures = process.env.E2E_PICTURES;
const executablePath = process.env.E2E_CHROMIUM ?? "/usr/bin/chromium";

/** The widths at which every page must be usable. */
export const widths = { narrow: 360, wide: 1280 };

mkdirSync(pictures, { recursive: true });

export async function launch() {
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
  });
}

/** A visitor: cookies of their own, and a record of what the browser complained about. */
export async function visitor(browser, { width = widths.wide, lang = "zh-CN" } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: lang, baseURL: base, acceptDownloads: true });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (m) => m.type() === "error" && !/status of 4\d\d/.test(m.text()) && complaints.push(m.text()));
  page.on("pageerror", (e) => complaints.push(String(e)));
  page.on("response", (r) => r.status() >= 500 && complaints.push(`${r.status()} ${r.url()}`));
  return { context, page, complaints };
}

const faults = [];

/** Fails the walk, at its end, with everything that was wrong. */
export function fault(text) {
  faults.push(text);
  console.log("FAULT " + text);
}

export function check(condition, text) {
  if (!condition) fault(text);
}

export function finish() {
  console.log(faults.length === 0 ? "walked without a fault" : `${faults.length} faults`);
  process.exit(faults.length === 0 ? 0 : 1);
}

/** Takes a picture and asks axe; a page may not scroll sideways. */
export async function look(page, name, accessible = true) {
  await page.screenshot({ path: join(pictures, name + ".png"), fullPage: true });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(sideways <= 0, `${name}: scrolls sideways by ${sideways} px`);
  if (!accessible) return;
  const { violations } = await new AxeBuilder({ page }).analyze();
  for (const v of violations) {
    if (v.impact === "serious" || v.impact === "critical") {
      fault(`${name}: ${v.id} (${v.impact}): ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join("; ")}`);
    }
  }
}

/** Opens one address in both widths and both languages. */
export async function survey(browser, path, name, cookies = []) {
  for (const [size, width] of Object.entries(widths)) {
    for (const lang of ["zh", "en"]) {
      const { context, page, complaints } = await visitor(browser, { width });
      await context.addCookies([...cookies, { name: "lang", value: lang, url: base }]);
      const answer = await page.goto(path);
      check(answer.ok(), `${name} ${size} ${lang}: status ${answer.status()}`);
      // What axe judges differs by width and by language, not by both at once.
      await look(page, `${name}-${size}-${lang}`, (size === "narrow") === (lang === "zh"));
      for (const c of complaints) fault(`${name} ${size} ${lang}: ${c}`);
      await context.close();
    }
  }
}
