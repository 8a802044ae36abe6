// How a person goes through pages: by clicking, without any script, and by keys alone. Both find their way
// by the addresses and names of the forms, which are the same in every language.

// Stuck is thrown when a person cannot go on.
export class Stuck extends Error {}

// goOn is the button that leads on: the first of the page's form.
export const goOn = 'main form[novalidate] button.govuk-button:not([name]):not([type=button])';

// Clicker uses a page with a finger or a mouse.
export class Clicker {
  constructor(tab, base, say) {
    Object.assign(this, { tab, base, say });
    tab.on("response", (r) => {
      if (r.request().isNavigationRequest() && r.frame() === tab.mainFrame() && (r.status() < 300 || r.status() >= 400)) this.status = r.status();
    });
  }

  // seen looks at the page that was reached: it must be whole, in one language, and no wider than the window.
  async seen(status = 200) {
    const facts = await this.tab.evaluate(() => {
      const doc = document.documentElement;
      return { path: location.pathname, h1: document.querySelectorAll("h1").length, over: doc.scrollWidth - doc.clientWidth, missing: document.body.innerText.match(/⟦[^⟧]*⟧/g) ?? [], title: document.title };
    });
    if (facts.h1 !== 1) this.say(`${facts.path}: ${facts.h1} h1`);
    if (facts.over > 0) this.say(`${facts.path}: ${facts.over} pixels wider than the window`);
    for (const text of facts.missing) this.say(`${facts.path}: text missing: ${text}`);
    if (this.status !== undefined && this.status !== status) throw new Stuck(`${facts.path} answers ${this.status}, want ${status}: ${facts.title}`);
    return facts;
  }

  async reached(act, status) {
    const loaded = this.tab.waitForEvent("load", { timeout: 60000 });
    loaded.catch(() => {}); // when act fails, that is what is told
    await act();
    await loaded;
    await this.seen(status);
  }

  go(path, status) {
    return this.reached(() => this.tab.goto(this.base + path), status);
  }

  // comes opens a page again until it has something that a job of the server is to bring about.
  async comes(path, selector) {
    for (let i = 0; i < 40; i++) {
      await this.go(path);
      if (await this.has(selector)) return;
      await this.tab.waitForTimeout(250);
    }
    throw new Stuck(`${selector} does not come`);
  }

  press(selector, status) {
    return this.reached(() => this.tab.locator(selector).first().click(), status);
  }

  // fill answers whatever of the values the page asks for.
  async fill(values) {
    for (const [name, value] of Object.entries(values)) {
      const box = this.tab.locator(`input[type=checkbox][name="${name}"]`);
      const radio = this.tab.locator(`input[type=radio][name="${name}"][value="${value}"]`);
      const text = this.tab.locator(`[name="${name}"]:not([type=radio]):not([type=hidden])`);
      if (await radio.count()) await radio.check();
      else if (await box.count()) await box.first().check();
      else if ((await text.count()) === 1) {
        if (await text.evaluate((e) => e.tagName === "SELECT")) await text.selectOption(value);
        else await text.fill(value);
      }
    }
  }

  async files(...files) {
    await this.tab.locator("main input[type=file]").first().setInputFiles(files);
  }

  has(selector) {
    return this.tab.locator(selector).count().then((n) => n > 0);
  }

  at() {
    return new URL(this.tab.url()).pathname;
  }

  text(selector = "main") {
    return this.tab.locator(selector).first().innerText();
  }
}

// Typist uses a page by keys alone: Tab, Enter, the space bar, arrows, and typing.
export class Typist extends Clicker {
  constructor(tab, base, say) {
    super(tab, base, say);
    tab.on("filechooser", (chooser) => this.chooser?.(chooser)); // from now on, so that none is missed
  }

  // to moves the focus forward to an element, as somebody without a mouse must.
  async to(selector) {
    for (let i = 0; i < 150; i++) {
      const found = await this.tab.evaluate((s) => {
        const e = document.activeElement;
        if (!e || !e.matches(s)) return null;
        const r = e.getBoundingClientRect();
        return { shown: r.bottom > 0 && r.top < innerHeight, focus: e.matches(":focus-visible") || e.matches("input, textarea, select") };
      }, selector);
      if (found) {
        if (!found.shown) this.say(`${this.at()}: ${selector} has the focus out of sight`);
        if (!found.focus) this.say(`${this.at()}: the focus on ${selector} is not visible`);
        return;
      }
      await this.tab.keyboard.press("Tab");
    }
    throw new Stuck(`${this.at()}: the Tab key never reaches ${selector}`);
  }

  press(selector, status) {
    return this.reached(async () => {
      await this.to(selector);
      await this.tab.keyboard.press("Enter");
    }, status);
  }

  // skip uses the link at the top of the page that leads past everything else.
  async skip() {
    await this.tab.keyboard.press("Tab");
    const skip = await this.tab.evaluate(() => document.activeElement?.classList.contains("govuk-skip-link"));
    if (!skip) this.say(`${this.at()}: the first Tab does not lead to the skip link`);
    else await this.tab.keyboard.press("Enter");
  }

  // choose presses arrows in a group of choices until the one that is wanted is chosen.
  async choose(name, value) {
    const group = `input[type=radio][name="${name}"]`;
    await this.to(group);
    const state = () => this.tab.evaluate(() => ({ value: document.activeElement.value, chosen: document.activeElement.checked }));
    for (let i = 0; i < 30; i++) {
      const now = await state();
      if (now.value === value) {
        if (!now.chosen) await this.tab.keyboard.press("Space");
        return;
      }
      await this.tab.keyboard.press("ArrowDown");
    }
    throw new Stuck(`${this.at()}: the arrows never choose ${name}=${value}`);
  }

  async fill(values) {
    // In the order in which the page asks, for the focus only moves forward.
    const asked = await this.tab.evaluate(() => [...new Set([...document.querySelectorAll("input:not([type=hidden]):not([type=file]), select, textarea")].map((e) => e.name))]);
    for (const name of asked) {
      if (!(name in values)) continue;
      const kind = await this.tab.evaluate((n) => { const e = document.querySelector(`[name="${n}"]:not([type=hidden])`); return e.type === "radio" || e.type === "checkbox" ? e.type : e.tagName; }, name);
      if (kind === "radio") await this.choose(name, values[name]);
      else if (kind === "checkbox") {
        await this.to(`input[type=checkbox][name="${name}"]`);
        await this.tab.keyboard.press("Space");
      } else {
        await this.to(`[name="${name}"]`);
        await this.tab.keyboard.press("ControlOrMeta+a");
        await this.tab.keyboard.type(values[name]);
      }
    }
  }

  async files(...files) {
    await this.to("main .govuk-file-upload-button, main input[type=file]");
    const opened = new Promise((resolve, reject) => {
      this.chooser = resolve;
      setTimeout(() => reject(new Stuck(`${this.at()}: the Enter key opens no choice of files`)), 20000).unref();
    });
    await this.tab.keyboard.press("Enter");
    await (await opened).setFiles(files);
  }
}
