// Starting a city, starting a browser, signing in.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const languages = ["zh", "en"];

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
const password = "tongban-demo";

export async function signIn(context, base, login) {
  const answer = await context.request.post(`${base}/login`, { form: { login, password }, headers: { Origin: base }, maxRedirects: 0 });
  if (answer.status() !== 303) throw new Error(`sign in as ${login}: ${answer.status()}`);
}

// Chromium gives each look a context of its own and starts the browser again when it falls over.
export class Chromium {
  #browser;

  async page(base, { page, lang, view }, use) {
    for (let attempt = 1; ; attempt++) {
      try {
        this.#browser ??= await chromium.launch({
          executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true,
          args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
        });
        const context = await this.#browser.newContext({ locale: lang === "en" ? "en-GB" : "zh-CN", ...view.context });
        try {
          const cookies = { ...view.cookies, tb_lang: lang };
          await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: base })));
          return await use(await context.newPage(), context);
        } finally {
          await context.close();
        }
      } catch (error) {
        const fell = /crash|closed|disconnected|Timeout/i.test(String(error));
        if (!fell || attempt === 3) return [`could not look: ${String(error).slice(0, 300)}`];
        await this.close();
      }
    }
  }

  async close() {
    await this.#browser?.close().catch(() => {});
    this.#browser = undefined;
  }
}
