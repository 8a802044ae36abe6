// Takes the pictures of the read-me files from a city in which somebody has just applied and officers have
// begun to decide: docs/images/*.png in Chinese, *.en.png in English.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { languages, root } from "./lib.mjs";

const desk = { context: { viewport: { width: 1280, height: 900 } } };
const height = 1600;

export async function pictures(chromium, base, found) {
  const { checklist, case: sent } = found;
  const pages = [
    { name: "home", path: "/" }, { name: "checklist", path: checklist }, { name: "track", path: sent.home, who: "wang@1" },
    { name: "casefile", path: `/desk/cases/${sent.id}/fire-check`, who: "fire-1" },
  ];
  const problems = [];
  for (const lang of languages) for (const page of pages) {
    const bad = await chromium.page(base, { lang, view: desk, who: page.who }, async (tab) => {
      await tab.goto(base + (lang === "en" && !page.who ? "/en" + page.path.replace(/^\/$/, "") : page.path));
      // The picture ends where a block ends, not in the middle of a line.
      const end = await tab.evaluate((most) => {
        const tops = [...document.querySelectorAll("main h2, main section, main li, main tr, .gp-check, .gp-help, footer")].map((e) => e.getBoundingClientRect().top);
        const whole = document.documentElement.scrollHeight;
        return whole <= most ? whole : Math.floor(Math.max(...tops.filter((top) => top <= most)));
      }, height);
      const path = join(root, "docs/images", `${page.name}${lang === "en" ? ".en" : ""}.png`);
      await tab.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: 1280, height: end } });
      spawnSync("convert", [path, "-strip", "+dither", "-colors", "96", "-fuzz", "1%", "-fill", "white", "-opaque", "white", "PNG8:" + path]); // smaller, where ImageMagick is
      return [];
    });
    problems.push(...bad);
  }
  return problems;
}
