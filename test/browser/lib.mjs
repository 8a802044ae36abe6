// What the browser tests share: the server, Chromium, who signs in.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const shots = join(root, "test/browser/shots");
export const languages = ["zh", "en"];
mkdirSync(shots, { recursive: true });

export function options() {
  const opt = {};
  for (let i = 2; i < process.argv.length; i++) {
    const name = process.argv[i].replace(/^--/, "");
    opt[name] = process.argv[i + 1]?.startsWith("--") || process.argv[i + 1] === undefined ? true : process.argv[++i];
  }
  return opt;
}

// serve starts bin/tongban on a free port with data of its own and waits for its line "ready http://…".
export async function serve() {
  const data = mkdtempSync(join(tmpdir(), "tongban-browser-"));
  const child = spawn(join(root, "bin/tongban"), ["serve", "--listen", "127.0.0.1:0", "--data", data, "--jurisdiction", join(root, "jurisdictions/shifan"), "--demo"], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk) => (log = (log + chunk).slice(-20000)));
  const base = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
      const ready = /^ready (http:\/\/\S+)$/m.exec(out);
      if (ready) resolve(ready[1]);
    });
    child.on("error", (error) => reject(new Error(`bin/tongban does not start, run make build first: ${error.message}`)));
    child.on("exit", (code) => reject(new Error(`bin/tongban ended with ${code} before it was ready:\n${log}`)));
  });
  return {
    base,
    stop: () => new Promise((resolve) => {
      child.removeAllListeners("exit");
      child.on("exit", () => { rmSync(data, { recursive: true, force: true }); resolve(); });
      child.kill("SIGTERM");
    }),
  };
}

// people of the demonstration city and their sign-ins.
export const password = "tongban-demo";

// sessions keeps the cookies of everybody who has signed in, so that each does so once. "wang@1" is wang
// acting for the first of those whom she may act for.
const sessions = new Map();

// enter signs somebody in and puts the session into a context.
export async function enter(context, base, who) {
  if (!sessions.has(who)) sessions.set(who, signIn(context, base, who));
  await context.addCookies(await sessions.get(who));
}

async function signIn(context, base, who) {
  const [login, other] = who.split("@");
  const post = async (path, form) => {
    const answer = await context.request.post(base + path, { form, headers: { Origin: base }, maxRedirects: 0 });
    if (answer.status() !== 303) throw new Error(`${path} as ${who}: ${answer.status()}`);
  };
  await post("/login", { login, password });
  if (other) await post("/switch", { subject: "m" + "abcdefgh"[other - 1] });
  return (await context.cookies(base)).filter((c) => c.name === "session");
}

// A browser that has looked at many pages falls over on a busy machine, so each looks at a few.
const fewLooks = 30;

// Chromium gives each look a context of its own and starts the browser again now and then, and when it
// falls over.
export class Chromium {
  #browser;
  #looks = 0;

  async page(base, { lang, view, who }, use) {
    for (let attempt = 1; ; attempt++) {
      try {
        if (++this.#looks % fewLooks === 0) await this.close();
        this.#browser ??= await chromium.launch({
          executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true,
          args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
        });
        const context = await this.#browser.newContext({ locale: lang === "en" ? "en-GB" : "zh-CN", ...view.context });
        try {
          const cookies = { ...view.cookies, tb_lang: lang };
          await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: base })));
          if (who) await enter(context, base, who);
          return await use(await context.newPage(), context);
        } finally {
          await context.close();
        }
      } catch (error) {
        // What changes a case for good is not repeated: it would find what its first half left.
        const fell = /crash|closed|disconnected|Timeout|Protocol error/i.test(String(error)) && !view.once;
        if (!fell || attempt === 3) return [`could not look: ${String(error.stack ?? error).slice(0, 900)}`];
        await this.close();
      }
    }
  }

  async close() {
    await this.#browser?.close().catch(() => {});
    this.#browser = undefined;
  }
}
