// Looks at every listed page as people do: on a desk and on a phone, in both languages, large and dark,
// with and without script, and fails on what nobody would notice until somebody could not go on.
//
//   node test/browser/run.mjs --serve                starts bin/tongban with a fresh demonstration city
//   node test/browser/run.mjs --base http://…:8080   looks at a running one
//   … --only gallery/home   --view phone,elder       a part of it
//
// Screens are written to test/browser/shots/. The last line is "N passed, M failed".
import { readFileSync } from "node:fs";
import { pages } from "./pages.mjs";
import { look, views } from "./look.mjs";
import { Chromium, languages, options, serve, signIn } from "./lib.mjs";

const opt = options();
const server = opt.serve ? await serve() : null;
const base = server?.base ?? opt.base;
if (!base) {
  console.error("say --serve or --base URL");
  process.exit(2);
}
const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const chromium = new Chromium();
const titles = new Map();
let passed = 0, failed = 0;

try {
  for (const page of pages) {
    if (opt.only && !page.path.includes(opt.only)) continue;
    for (const lang of page.langs ?? languages) {
      await chromium.close(); // a browser that has looked at many pages falls over on a busy machine
      for (const view of views(page)) {
        if (opt.view && !opt.view.split(",").includes(view.name)) continue;
        const name = `${page.path} ${lang} ${view.name}`;
        const problems = await chromium.page(base, { page, lang, view }, async (tab, context) => {
          if (page.as) await signIn(context, base, page.as);
          return look(tab, { base, page, lang, view, axe, titles });
        });
        if (problems.length === 0) {
          passed++;
          if (opt.verbose) console.log(`ok   ${name}`);
        } else {
          failed++;
          console.log(`FAIL ${name}`);
          for (const problem of problems) console.log(`     ${problem}`);
        }
      }
    }
  }
} finally {
  await chromium.close();
  await server?.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
