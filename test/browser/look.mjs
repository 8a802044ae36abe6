// What is looked for on one page in one view.
import { join } from "node:path";
import { shots } from "./lib.mjs";

const desk = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true };

// views lists the ways in which a page is looked at. What does not hang on the language is looked at in one.
export function views(page, lang) {
  const all = [{ name: "desk", context: desk }, { name: "phone", context: phone }];
  if (lang === "en") return all;
  all.push({ name: "noscript", context: { ...desk, javaScriptEnabled: false } });
  if (page.elder) all.push({ name: "elder", context: phone, cookies: { tb_elder: "1" }, target: 60 }, { name: "elderdesk", context: desk, cookies: { tb_elder: "1" }, target: 60 });
  if (page.staff) all.push({ name: "dark", context: { ...desk, colorScheme: "dark" }, cookies: { tb_theme: "dark" } });
  return all;
}

// A checklist carries the language in which it was made in its address.
const plain = (page) => page.path.replace(/^\/en(?=\/|$)/, "") || "/";
const address = (base, page, lang) => base + (lang === "en" && page.english !== "cookie" ? "/en" + (plain(page) === "/" ? "" : plain(page)) : plain(page));
const called = (page) => (page.name ?? page.path).replace(/^\/$/, "home").replace(/^\//, "").replace(/[^\w\u4e00-\u9fff]+/g, "-") || "home";

// followed remembers what every address of the site answered, so that each is asked once.
const followed = new Map();

// follow asks every link of the page: one that leads nowhere is worse than none.
async function follow(tab, base, page) {
  const problems = [];
  const links = await tab.evaluate(() => [...document.querySelectorAll("a[href]")].map((a) => a.href.split("#")[0]));
  for (const link of new Set(links)) {
    if (!link.startsWith(base) || link.includes("/gallery/error/")) continue;
    if (link === tab.url().split("#")[0] && page.status >= 400) continue; // a page that is missing links to its own content
    if (!followed.has(link)) {
      const answer = await tab.context().request.get(link, { maxRedirects: 0, failOnStatusCode: false });
      followed.set(link, answer.status());
    }
    if (followed.get(link) >= 400) problems.push(`a link leads to ${followed.get(link)}: ${link.slice(base.length)}`);
  }
  return problems;
}

export async function look(tab, { base, page, lang, view, axe, titles }) {
  const problems = [];
  const say = (problem) => problems.push(problem);
  let bytes = 0, asking = false; // axe tries styles that the policy rightly refuses
  tab.on("console", (m) => !asking && m.type() === "error" && !/status of [45]\d\d/.test(m.text()) && say(`console: ${m.text().slice(0, 200)}`));
  tab.on("pageerror", (e) => say(`script: ${String(e).slice(0, 200)}`));
  tab.on("request", (r) => !r.url().startsWith(base) && !r.url().startsWith("data:") && say(`a request to somebody else: ${r.url()}`));
  tab.on("requestfinished", async (r) => {
    const sizes = await r.sizes().catch(() => null);
    if (sizes) bytes += sizes.responseBodySize;
  });
  const answer = await tab.goto(address(base, page, lang), { waitUntil: "load", timeout: 30000 });
  const status = page.status ?? 200;
  if (answer.status() !== status) return [`status ${answer.status()}, want ${status}`];

  if (page.then) await page.then(tab);
  await tab.screenshot({ path: join(shots, `${called(page)}-${lang}-${view.name}.png`), fullPage: true, timeout: 30000 });
  if (view.name === "noscript") return problems.concat(await noscript(tab));

  const facts = await tab.evaluate(inspect, view.target ?? 44);
  if (facts.over) say(`wider than the window: ${facts.over}`);
  if (facts.lang !== (lang === "en" ? "en" : "zh-CN")) say(`lang is ${facts.lang}`);
  if (facts.h1 !== 1) say(`${facts.h1} h1`);
  for (const skip of facts.skips) say(`heading level skipped: ${skip}`);
  if (view.context.isMobile) for (const small of facts.small) say(small);
  for (const missing of facts.missing) say(`text missing: ${missing}`);
  // One title leads to one page; the same page with other contents may bear it again.
  const other = titles.get(facts.title), here = (page.same ?? plain(page)).split("?")[0];
  if (status === 200 && other && other !== here) say(`the title "${facts.title}" is that of ${other} too`);
  titles.set(facts.title, here);
  if (page.wrong && !/^(错误：|Error: )/.test(facts.title)) say(`the title of a page with a complaint is "${facts.title}"`);
  if (page.wrong && !(await tab.locator(".govuk-error-summary").count())) say("the complaint is not summed up at the top");
  const limit = (page.weight ?? (page.staff ? 120 : 60)) * 1024;
  if (view.name === "desk" && bytes > limit) say(`${Math.round(bytes / 1024)} KB transferred, more than ${limit / 1024}`);

  asking = true;
  await tab.evaluate(axe);
  const report = await tab.evaluate(() => window.axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } }));
  for (const v of report.violations) for (const n of v.nodes.slice(0, 3)) say(`axe ${v.id} (${v.impact}): ${n.html.slice(0, 160)} — ${(n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? ""}`);

  if (view.name === "phone") {
    await tab.setViewportSize({ width: 320, height: 640 });
    const narrow = await tab.evaluate(inspect, 44);
    if (narrow.over) say(`at 320 px wider than the window: ${narrow.over}`);
  }
  if (view.name === "desk") {
    problems.push(...(await follow(tab, base, page)));
    await tab.keyboard.press("Tab");
    const first = await tab.evaluate(() => document.activeElement?.className ?? "");
    // An error summary takes the focus first, so that it is read out.
    if (!first.includes("govuk-skip-link") && !(await tab.evaluate(() => !!document.querySelector(".govuk-error-summary")))) say(`the first Tab leads to "${first}", not to the skip link`);
  }
  return problems;
}

// noscript looks for what only a script would show.
async function noscript(tab) {
  const shown = await tab.locator("main").innerText();
  const problems = [];
  if (shown.trim().length < 20) problems.push("without script the main part is empty");
  if ((await tab.locator("h1").count()) !== 1) problems.push("without script there is not one h1");
  return problems;
}

// inspect runs in the page.
function inspect(target) {
  const doc = document.documentElement;
  const small = [];
  const seen = (e) => {
    const r = e.getBoundingClientRect();
    const s = getComputedStyle(e);
    return r.width > 1 && r.height > 1 && s.visibility !== "hidden" && s.clipPath === "none" && s.opacity !== "0" ? r : null;
  };
  const name = (e) => `${e.tagName.toLowerCase()} "${(e.innerText || e.name || e.id || "").trim().slice(0, 30)}"`;
  for (const e of document.querySelectorAll("a, button, input, select, textarea, summary")) {
    if (e.closest(".govuk-skip-link, [hidden]") || e.type === "hidden") continue;
    const r = seen(e);
    if (!r) continue;
    // A link in a sentence may be as high as its line (WCAG 2.2, 2.5.8).
    const sentence = e.tagName === "A" && getComputedStyle(e).display === "inline";
    const height = e.tagName === "INPUT" && (e.type === "radio" || e.type === "checkbox") ? Math.max(r.height, e.labels?.[0]?.getBoundingClientRect().height ?? 0) : r.height;
    const least = ["BUTTON", "INPUT", "SELECT", "TEXTAREA"].includes(e.tagName) && !e.classList.contains("gp-linkbutton") || e.classList.contains("govuk-button") ? Math.min(target, 44) : 24;
    if (height < (target === 60 && least === 44 ? 59 : least) - 0.5 && !(sentence && height >= 20)) small.push(`target too small, ${Math.round(height)} px: ${name(e)}`);
  }
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((h) => [Number(h.tagName[1]), h.innerText.trim()]);
  const skips = [];
  for (let i = 1; i < levels.length; i++) if (levels[i][0] > levels[i - 1][0] + 1) skips.push(`h${levels[i - 1][0]} → h${levels[i][0]} "${levels[i][1]}"`);
  let over = "";
  if (doc.scrollWidth > doc.clientWidth) {
    const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > doc.clientWidth + 1 && !e.closest(".gp-scroll--wide, thead")).slice(0, 2).map((e) => `${e.tagName.toLowerCase()}.${e.className}`);
    over = `${doc.scrollWidth} > ${doc.clientWidth} (${wide.join(", ")})`;
  }
  return {
    over, skips, small: small.slice(0, 6), title: document.title, lang: doc.lang, h1: document.querySelectorAll("h1").length,
    missing: document.body.innerText.match(/⟦[^⟧]*⟧/g)?.slice(0, 5) ?? [],
  };
}
