// Goes the whole way through a fresh city as people do: without script on a telephone, by keyboard alone,
// and from the officers' desk; then looks at every page on a desk and on a phone, in both languages, large
// and dark, and fails on what nobody would notice until somebody could not go on.
//
//   node test/browser/run.mjs --serve                starts bin/tongban with a fresh demonstration city
//   node test/browser/run.mjs --base http://…:8080   looks at a running one
//   … --only track          pages whose name or path contains the word; journeys too, when it names one
//   … --view phone,elder    a part of the views      … --lang en    one language
//   … --pictures            only takes the pictures of the read-me files, to docs/images/
//   … --workers 1           browsers at a time (2)   … --verbose    says what passed
//
// Screens are written to test/browser/shots/. The last line is "N passed, M failed".
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, drafting, prepare } from "./journeys.mjs";
import { anybodys, desks, hers } from "./pages.mjs";
import { look, views } from "./look.mjs";
import { pictures } from "./pictures.mjs";
import { Chromium, languages, options, serve, shots } from "./lib.mjs";

const opt = options();
const server = opt.serve ? await serve() : null;
const base = server?.base ?? opt.base;
if (!base) {
  console.error("say --serve or --base URL");
  process.exit(2);
}
const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const workers = Array.from({ length: Number(opt.workers ?? 2) }, () => new Chromium());
const titles = Object.fromEntries(languages.map((lang) => [lang, new Map()]));
const found = {};
const began = Date.now();
let passed = 0, failed = 0;

function tell(name, problems) {
  if (problems.length === 0) {
    passed++;
    if (opt.verbose) console.log(`ok   ${name}`);
    return;
  }
  failed++;
  console.log(`FAIL ${name}`);
  for (const problem of problems) console.log(`     ${problem}`);
}

// spread lets the workers take one task after the other.
async function spread(tasks) {
  const queue = [...tasks];
  await Promise.all(workers.map(async (chromium) => {
    for (let task; (task = queue.shift()); ) await task(chromium);
  }));
}

// go walks one journey. Officers sit at desks of their own, in the same browser.
async function go(chromium, journey) {
  const from = Date.now();
  const view = { context: journey.context, once: journey.once };
  const problems = await chromium.page(base, { lang: journey.lang, view, who: journey.who }, async (tab, context) => {
    const problems = [];
    const desks = [];
    const staff = async (login) => {
      const desk = await context.browser().newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled: false, locale: "zh-CN" });
      desks.push(desk);
      const { enter } = await import("./lib.mjs");
      await enter(desk, base, login);
      return desk.newPage();
    };
    tab.setDefaultTimeout(60000);
    try {
      Object.assign(found, await journey.run(tab, base, (problem) => problems.push(problem), staff, found));
    } catch (error) {
      const picture = join(shots, `stuck-${journey.name.replace(/\W+/g, "-")}.png`);
      await tab.screenshot({ path: picture, fullPage: true }).catch(() => {});
      problems.push(`stuck at ${tab.url().slice(base.length)}: ${String(error.stack ?? error).slice(0, 900)}`, `see ${picture}`);
    } finally {
      for (const desk of desks) await desk.close();
    }
    return problems;
  });
  tell(`journey: ${journey.name} (${Math.round((Date.now() - from) / 1000)} s)`, problems);
}

const wanted = (page) => !opt.only || (page.name ?? "").includes(opt.only) || page.path.includes(opt.only);

function looks(pages) {
  const tasks = [];
  for (const page of pages) {
    if (!page.path || !wanted(page)) continue;
    for (const lang of page.langs ?? languages) {
      if (opt.lang && opt.lang !== lang) continue;
      for (const view of views(page, lang)) {
        if (opt.view && !opt.view.split(",").includes(view.name)) continue;
        tasks.push(async (chromium) => {
          const problems = await chromium.page(base, { lang, view, who: page.who }, (tab) => look(tab, { base, page, lang, view, axe, titles: titles[lang] }));
          tell(`${page.name ? `${page.name} ` : ""}${page.path} ${lang} ${view.name}`, problems);
        });
      }
    }
  }
  return tasks;
}

try {
  const named = [...before, ...after].flat().some((journey) => opt.only && journey.name.includes(opt.only));
  const of = (lanes) => (named ? lanes.map((lane) => lane.filter((journey) => journey.name.includes(opt.only))) : lanes);
  const walk = (lanes) => spread(of(lanes).map((lane) => async (chromium) => { for (const journey of lane) await go(chromium, journey); }));
  if (opt.pictures) {
    await walk(before.slice(0, 1));
    tell("pictures", await pictures(workers[0], base, found));
  } else {
    await walk(before);
    Object.assign(found, await workers[0].page(base, { lang: "zh", view: { context: {} }, who: "wang@1" }, (tab) => prepare(tab, base)));
    Object.assign(found, await workers[0].page(base, { lang: "zh", view: { context: {} }, who: "gov-service-editor" }, (tab) => drafting(tab, base)));
    await spread(looks([...anybodys, ...hers(found), ...desks(found)]));
    await walk(after);
  }
} finally {
  for (const chromium of workers) await chromium.close();
  await server?.stop();
}
console.log(`looked for ${Math.round((Date.now() - began) / 1000)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
