// Whole journeys through the city, from the first page to a decision. Each returns what was made on the
// way, so that the pages of it can be looked at afterwards.
import { deflateSync } from "node:zlib";
import { designing, keeping } from "./designer.mjs";
import { password } from "./lib.mjs";
import { Clicker, Stuck, Typist, goOn } from "./people.mjs";

// picture is a small photograph, different for each name.
function picture(name) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    let crc = ~0;
    for (const byte of body) for (let i = 0, c = (crc ^= byte); i < 8; i++) crc = c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeInt32BE(~crc, body.length + 4);
    return out;
  };
  const side = 24, rows = Buffer.alloc(side * (side * 3 + 1));
  for (let i = 0; i < rows.length; i++) rows[i] = i % (side * 3 + 1) ? (i * 7 + name.length * 31 + name.charCodeAt(i % name.length)) & 255 : 0;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return { name, mimeType: "image/png", buffer: Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]) };
}

const restaurant = { licence: "normal", prepack: "false", raw: "true", area: "120", public: "true", commit: "false", sign: "true", tobacco: "true" };
const shop = {
  premises: "示范市中心区美食街 12 号", area: "120", phone: "13900001234", food_main: "hot", cold_raw: "cold", online: "true", food_manager: "王㴋䶮", workers: "4",
  floors: "1 层", seats: "60", fire_manager: "王㴋䶮", sign_words: "鑫源餐饮", sign_width: "3.2", sign_height: "0.8", main_road: "true", tobacco_goods: "cigarettes",
};

// answers goes through the questions of a service; only those that are asked are answered. The first is
// left open once, to see the complaint.
async function answers(p, service, given) {
  if (p.at().startsWith("/en/")) p.en = "/en";
  await p.press(goOn, 422);
  if (!(await p.has(".govuk-error-summary"))) p.say("an open question is not complained about");
  for (let i = 0; p.at().includes(`/check/${service}/`); i++) {
    if (i === 20) throw new Stuck("the questions never end");
    const question = p.at().split("/").pop();
    if (!(question in given)) throw new Stuck(`unexpected question ${question}`);
    await p.fill({ [question]: given[question] });
    await p.press(goOn);
  }
  if (!p.at().includes("/checklists/")) throw new Stuck(`the questions lead to ${p.at()}`);
  return p.at();
}

async function download(p, path, type) {
  const answer = await p.tab.context().request.get(p.base + path);
  const got = answer.headers()["content-type"] ?? "";
  if (answer.status() !== 200 || !got.includes(type)) p.say(`${path}: ${answer.status()} ${got}, want ${type}`);
  return answer;
}

// signIn mistypes the password first.
async function signIn(p, login) {
  await p.fill({ login, password: "wrong" });
  await p.press(goOn, 422);
  if (!(await p.has(".govuk-error-summary"))) p.say("a wrong password is not complained about");
  await p.fill({ login, password });
  await p.press(goOn);
}

// form fills in every part of the application, the first with an error first.
async function form(p, draft, values, mistake) {
  await p.go(draft);
  const parts = await p.tab.locator('.govuk-task-list__link[href*="/form/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  await p.press(`.govuk-task-list__link[href="${parts[0]}"]`);
  await p.fill({ ...values, ...mistake });
  await p.press(goOn, 422);
  for (const [field, typed] of Object.entries(mistake)) {
    const kept = await p.tab.locator(`main [name="${field}"]`).inputValue();
    if (kept !== typed) p.say(`${field}: "${typed}" was typed and "${kept}" kept`);
  }
  for (let i = 0; p.at().includes("/form/"); i++) {
    if (i === parts.length + 2) throw new Stuck(`the form never ends: ${await p.text(".govuk-error-summary")}`);
    await p.fill(values);
    await p.press(goOn);
  }
}

// materials uses what government holds, promises what may follow, and uploads the rest.
async function materials(p, draft) {
  await p.go(draft);
  const all = await p.tab.locator('.govuk-task-list__link[href*="/materials/"]').evaluateAll((list) => list.map((a) => a.getAttribute("href")));
  for (const [i, path] of all.entries()) {
    await p.go(path);
    if (await p.has('button[name=choice][value=use]')) await p.press('button[name=choice][value=use]');
    else if (await p.has('button[name=choice][value=later]')) await p.press('button[name=choice][value=later]');
    else {
      if (i === 0) {
        await p.press("button[name=upload]", 422);
        await p.files({ name: "说明.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
        await p.press("button[name=upload]", 422);
        await p.files({ name: "空.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(0) });
        await p.press("button[name=upload]", 422);
      }
      await p.files(picture(path.split("/").pop() + ".png"));
      await p.press("button[name=upload]");
      if (!(await p.has(".gp-files__item"))) p.say(`${path}: the file is not shown after it was sent`);
    }
  }
}

// send declares and submits; forgetting the declaration is complained about first.
async function send(p, draft) {
  await p.go(draft + "/check");
  await p.press(goOn, 422);
  await p.fill({ declared: "yes" });
  await p.press(goOn);
  const path = p.at();
  if (!/^\/me\/applications\/c_\w+\/receipt$/.test(path)) throw new Stuck(`sending leads to ${path}`);
  const number = (await p.text(".gp-number")).trim();
  if (!/^\d{6}-[0-9A-Z]{6}-[0-9A-Z*]$/.test(number)) p.say(`the receipt shows the number "${number}"`);
  await download(p, path + ".pdf", "application/pdf");
  await download(p, path + ".json", "application/json");
  const home = path.replace("/receipt", "");
  await p.go(draft); // back to what was sent: there is one application and no second
  if (p.at() !== home) p.say(`the draft that was sent leads to ${p.at()}`);
  return { home, id: home.split("/").pop(), number };
}

// open takes the restaurant from the home page to the receipt.
async function open(p, { login, business, query, given, values, mistake, prefix = "" }) {
  await p.go(prefix || "/");
  await p.fill({ q: query });
  await p.press(".gp-search button");
  await p.press(".gp-best h2 a");
  if (!p.at().endsWith("/business/event/open-a-restaurant")) throw new Stuck(`the best hit leads to ${p.at()}`);
  await p.press("main .govuk-button--start");
  const checklist = await answers(p, "open-a-restaurant", given);
  await download(p, checklist + ".pdf", "application/pdf");
  await download(p, checklist + ".ics", "text/calendar");
  await p.press('form[action$="/apply"] button');
  await signIn(p, login);
  if (p.at() !== "/switch") throw new Stuck(`a business applies, but ${p.at()} is asked`);
  await p.fill({ subject: business });
  await p.press(goOn);
  if (p.at() !== checklist) p.say(`signing in leads to ${p.at()}, not back to the checklist`);
  await p.press('form[action$="/apply"] button');
  const draft = p.at();
  if (!/^\/apply\/a_\w+$/.test(draft)) throw new Stuck(`the application begins at ${draft}`);
  await form(p, draft, values, mistake);
  return { checklist, draft };
}

// withoutScript opens a restaurant on a small telephone whose browser runs no script.
async function withoutScript(tab, base, say) {
  const p = new Clicker(tab, base, say);
  const made = await open(p, { login: "wang", business: "ma", query: "我想开个小饭馆", given: restaurant, values: shop, mistake: { phone: "12" } });
  await p.go(made.draft + "/form/shop");
  await p.press('a[href$="/dispute/business_name"]');
  await p.press(goOn, 422);
  await p.fill({ text: "名称里少了“有限公司”前面的一个字。" });
  await p.press(goOn);
  if (!(await p.text()).includes("名称里少了")) say("what is disputed is not shown in the form");
  await materials(p, made.draft);
  const sent = await send(p, made.draft);
  if (!(await p.text()).includes(sent.number)) say("the application does not show its number");
  await download(p, sent.home + "/dates.ics", "text/calendar");
  return { checklist: made.checklist, case: sent };
}

// byKeys opens a smaller restaurant in English, with the keyboard alone.
async function byKeys(tab, base, say) {
  const p = new Typist(tab, base, say);
  await p.go("/en");
  await p.skip();
  const made = await open(p, {
    login: "ali", business: "ma", query: "open a restaurant", prefix: "/en", given: { ...restaurant, raw: "false", area: "40", tobacco: "false" },
    values: { ...shop, area: "40", food_manager: "阿卜杜热西提·买买提艾力" }, mistake: { phone: "12" },
  });
  await materials(p, made.draft);
  const sent = await send(p, made.draft);
  // Going back from the receipt leads to the application, and sends nothing a second time.
  await p.reached(() => tab.goBack());
  await p.reached(() => tab.goBack());
  if (p.at() !== sent.home) say(`back from the receipt is ${p.at()}`);
  return { small: sent };
}

const luhn = (digits) => {
  let sum = 0;
  [...digits].reverse().forEach((d, i) => { const n = Number(d) * (i % 2 ? 1 : 2); sum += n > 9 ? n - 9 : n; });
  return digits + ((10 - (sum % 10)) % 10);
};

// newborn applies for a child and lets the hospital's record lead from the certificate to the household.
async function newborn(tab, base, say, staff) {
  const p = new Clicker(tab, base, say);
  await p.go("/life/newborn");
  await p.press("main .govuk-button--start");
  await answers(p, "newborn", { hospital: "true", first: "true", under_one: "true", wedlock: "true", follow: "mother", hukou: "family", region: "same-city", matins: "true", card: "true" });
  await p.press('form[action$="/apply"] button');
  await signIn(p, "wang");
  await p.press('form[action$="/apply"] button');
  const draft = p.at();
  if (!/^\/apply\/a_\w+$/.test(draft)) throw new Stuck(`the application begins at ${draft}`);
  await form(p, draft, {
    applicant_role: "mother", phone: "13900001234", child_name: "李䶮", child_ethnic_group: "汉族", clinic: "中心区社区卫生服务中心", bank_card: luhn("622202000000000012"), card_bank: "shifan",
  }, { phone: "12" });
  await materials(p, draft);
  const sent = await send(p, draft);
  const desk = new Desk(await staff("health-1"), base, say, sent.id);
  await desk.take("birth-certificate");
  await desk.decide("birth-certificate", true);
  await p.go(sent.home);
  if (!(await p.has('a[href$="/matters/birth-certificate/result"]'))) say("the birth certificate is decided, and the mother does not see it");
  const police = new Desk(await staff("police-1"), base, say, sent.id);
  await police.take("household-registration");
  if (!(await police.p.text()).includes("出生医学证明")) say("the police do not see the birth certificate that the health commission issued");
  return { newborn: sent };
}

// Desk is an officer with one case.
class Desk {
  constructor(tab, base, say, id) {
    this.p = new Clicker(tab, base, say);
    this.id = id;
  }

  at(matter, rest = "") {
    return `/desk/cases/${this.id}/${matter}${rest}`;
  }

  // take claims a matter and accepts it.
  async take(matter) {
    await this.p.go(this.at(matter));
    for (const act of ["claim", "accept"]) {
      if (await this.p.has(`form[action$="/${act}"] button`)) await this.p.press(`form[action$="/${act}"] button`);
      await this.p.go(this.at(matter));
    }
  }

  // preview sends a form of the desk that shows first what the applicant will receive.
  async preview() {
    await this.p.press(goOn);
    if (!(await this.p.has("button[name=step][value=send]"))) throw new Stuck(`${this.p.at()}: no preview: ${await this.p.text(".govuk-error-summary, main")}`);
    await this.p.press("button[name=step][value=send]");
  }

  async decide(matter, approve) {
    await this.p.go(this.at(matter));
    const checks = await this.p.tab.locator('input[type=radio][name^="outcome-"][value=pass]').evaluateAll((all) => all.map((e) => e.name));
    if (checks.length > 0) {
      for (const name of checks) await this.p.tab.locator(`input[name="${name}"][value=pass]`).check({ force: true });
      await this.p.press('form[action$="/checks"] button');
    }
    await this.p.go(this.at(matter, "/decide"));
    await this.p.fill({ result: approve ? "approve" : "refuse", facts: approve ? "材料齐全，符合规定。" : "申请的地点离最近的零售点只有 12 米。", reasons: approve ? "符合条件。" : "不符合零售点合理布局的要求。" });
    if (!approve) await this.p.fill({ succeed: "换一个离最近的零售点 50 米以上的地点。" });
    await this.p.tab.locator("input[name=provisions]").first().check();
    await this.preview();
  }
}

// officers handle the restaurant: one is asked to correct, one waits, one is refused, one is approved. Then
// the owner answers, follows, shows her certificate, rates, and sees who has looked.
async function officers(tab, base, say, staff, found) {
  const { case: sent } = found;
  if (!sent) throw new Stuck("nothing was sent that officers could handle");
  const desk = async (login) => new Desk(await staff(login), base, say, sent.id);

  const sign = await desk("urban-management-1");
  await sign.p.go("/desk");
  await sign.p.go("/desk/queue");
  if (!(await sign.p.has(`a[href*="/desk/cases/${sent.id}"]`))) say("the queue does not show the case");
  await sign.take("sign-filing");
  await sign.decide("sign-filing", true);

  const food = await desk("market-1");
  await food.p.go(food.at("food-licence"));
  await food.p.press('form[action$="/claim"] button');
  await food.p.go(food.at("food-licence", "/notice"));
  const ask = { "material-layout": "布局图看不清冷食操作区在哪里，请标出并写上尺寸。", "field-workers": "人数和健康证明上的对不上，请核对。" };
  for (const [point, text] of Object.entries(ask)) {
    await food.p.tab.locator(`input[name=point][value="${point}"]`).check();
    await food.p.fill({ [`text-${point}`]: text });
  }
  await food.preview();

  await (await desk("fire-1")).take("fire-check");
  const tobacco = await desk("tobacco-1");
  await tobacco.take("tobacco-licence");
  await tobacco.decide("tobacco-licence", false);

  const p = new Clicker(tab, base, say);
  await p.go("/me");
  await p.go(sent.home);
  for (const end of ["/correct", "/sign-filing/result", "/tobacco-licence/result"]) if (!(await p.has(`main a[href$="${end}"]`))) say(`the application does not lead to ${end}`);
  const refused = await p.go(`${sent.home}/matters/tobacco-licence/result`).then(() => p.text());
  if (!refused.includes("50 米以上")) say("the refusal does not say what would make it succeed");
  await download(p, `${sent.home}/matters/tobacco-licence/decision.pdf`, "application/pdf");

  await p.comes(`${sent.home}/matters/sign-filing/result`, 'a[href^="/me/certificates/"]');
  const rate = await p.tab.locator('a[href^="/rate/"]').getAttribute("href");
  await p.press('a[href^="/me/certificates/"]');
  const certificate = p.at();
  await download(p, certificate + ".pdf", "application/pdf");
  const verify = new URL(await p.tab.locator('a[href*="/verify/"]').first().getAttribute("href")).pathname;
  await p.go(rate);
  await p.press(goOn, 422);
  await p.fill({ level: "4", text: "办得快。" });
  await p.press(goOn);

  await p.go("/me/data");
  const looks = await p.text("table");
  for (const body of ["城管局", "市场监管局", "消防", "烟草局"]) if (!looks.includes(body)) say(`the owner does not see that ${body} looked at her data`);
  await p.go("/me/data?kind=officer");
  await p.press("table a");
  const entry = p.at();
  await download(p, entry + "/receipt.json", "application/json");
  return { certificate, verify, rate, entry };
}

// correction answers what the food authority asked for, and goes on to the end: what was promised is handed
// in, a visit stops the clock, two people decide, anybody can verify the licence, and what was refused is
// applied for again. It comes last, so that the pages on the way can be looked at before.
async function correction(tab, base, say, staff, found) {
  if (!found.case) throw new Stuck("nothing was sent that could be corrected");
  const { home, id } = found.case;
  const desk = async (login) => new Desk(await staff(login), base, say, id);
  const p = new Clicker(tab, base, say);
  await p.go(`${home}/matters/food-licence/correct`);
  await p.fill({ workers: "3" });
  await p.press(goOn, 422); // no file yet
  await p.files(picture("布局图-2.png"));
  await p.fill({ workers: "3", message: "已经标出冷食操作区。" });
  await p.press(goOn);
  if (p.at() !== home) say(`the correction leads to ${p.at()}`);
  if (await p.has('main a[href$="/food-licence/correct"]')) say("the correction is still asked for");
  const food = await desk("market-1");
  await food.take("food-licence");
  if (!(await food.p.text()).includes("已经标出冷食操作区")) say("the officer does not see the correction");

  await food.p.go(food.at("food-licence", "/special"));
  await food.p.fill({ kind: "inspection", days: "5", reason: "到店里看操作区。" });
  await food.preview();
  await p.go(`${home}/matters/food-licence/how`);
  await food.p.go(food.at("food-licence", "/special"));
  await food.p.fill({ outcome: "现场看过，操作区符合要求。" });
  await food.p.press('form[action$="/special/end"] button');

  await food.p.go(food.at("food-licence", "/decide"));
  await food.p.fill({ result: "approve", facts: "材料齐全，现场符合规定。", reasons: "符合条件。" });
  await food.p.tab.locator("input[name=provisions]").first().check();
  await food.p.press(goOn, 422); // what was promised has not come
  await p.go(home);
  if ((await p.text()).includes("你现在不用做任何事")) say("the owner promised something, and is told that she need not do anything");
  for (let left = await promised(p); left.length > 0; left = await promised(p)) {
    await p.go(left[0]);
    await p.press(goOn, 422); // no file yet
    await p.files(picture("补交.png"));
    await p.press(goOn);
    if ((await promised(p)).includes(left[0])) throw new Stuck(`${left[0]} is still asked for after it was handed in`);
  }
  await food.decide("food-licence", true);
  const head = await desk("market-head");
  await head.p.go("/desk/sign");
  await head.p.press(`a[href="${head.at("food-licence", "/sign")}"]`);
  await head.p.press('form[action$="/sign"] button');
  const fire = await desk("fire-1");
  await fire.decide("fire-check", true);

  await p.comes(`${home}/matters/food-licence/result`, 'a[href^="/me/certificates/"]');
  await p.press('a[href^="/me/certificates/"]');
  await download(p, p.at() + ".pdf", "application/pdf");
  const verify = new URL(await p.tab.locator('a[href*="/verify/"]').first().getAttribute("href")).pathname;
  const stranger = await tab.context().browser().newContext({ locale: "zh-CN" });
  const page = await stranger.newPage();
  await page.goto(base + verify);
  if (!(await page.locator("main").innerText()).includes("示范市市场监督管理局")) say(`${verify} does not tell a stranger who issued the licence`);
  await stranger.close();

  await p.go(`${home}/matters/tobacco-licence/result`);
  await p.press('form[action$="/again"] button');
  const draft = p.at();
  if (!/^\/apply\/a_\w+$/.test(draft)) throw new Stuck(`applying again leads to ${draft}`);
  await form(p, draft, shop, { phone: "12" });
  await materials(p, draft);
  const second = await send(p, draft);
  const tobacco = new Desk(await staff("tobacco-1"), base, say, second.id);
  await tobacco.take("tobacco-licence");
  await tobacco.decide("tobacco-licence", true);
  await p.comes(`${second.home}/matters/tobacco-licence/result`, 'a[href^="/me/certificates/"]');
}

// promised lists where what was promised for later is handed in.
const promised = (p) => p.tab.locator('main a[href*="/materials/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))]);

const phone = { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, javaScriptEnabled: false };
const screen = { viewport: { width: 1280, height: 900 } };
const narrow = { viewport: { width: 360, height: 780 } };

// before lists the journeys that are gone before the pages are looked at, after those that change them.
export const before = [
  [{ name: "open a restaurant, without script, on a telephone", lang: "zh", context: phone, run: withoutScript }, { name: "officers decide, the owner follows", lang: "zh", who: "wang@1", context: phone, once: true, run: officers }],
  [{ name: "open a restaurant, by keyboard, in English", lang: "en", context: narrow, run: byKeys }, { name: "a child is born", lang: "zh", context: phone, run: newborn }, { name: "a benefit is offered unasked", lang: "zh", who: "hou", context: phone, once: true, run: unasked }],
];
export const after = [[{ name: "the owner corrects, and gets her licence", lang: "zh", who: "wang@1", context: phone, once: true, run: correction }], [{ name: "the designer writes a service from nothing", lang: "zh", who: "gov-service-editor", context: screen, once: true, run: designing({ form, materials, send, Desk }) }, { name: "what is typed into the catalogue is kept", lang: "zh", who: "gov-service-editor", context: screen, once: true, run: keeping }]];

// unasked has an officer agree to what a register found, and somebody ask who was not found.
async function unasked(tab, base, say, staff) {
  const officer = new Clicker(await staff("civil-affairs-1"), base, say);
  await officer.go("/desk/benefits");
  await officer.press('form[action$="/agree"] button');
  const hou = new Clicker(tab, base, say);
  await hou.comes("/me/offers", 'a[href^="/me/offers/e_"]');
  const offer = await tab.locator('a[href^="/me/offers/e_"]').first().getAttribute("href");
  const zhou = new Clicker(await staff("zhou"), base, say);
  await zhou.go("/me/offers/ask");
  await zhou.press(goOn, 422);
  if ((await zhou.tab.locator(".govuk-error-summary__list li").count()) !== 2) say("whoever says neither which benefit nor why is not told both at once");
  await zhou.fill({ service: "old-age-benefit", said: "我爸爸今年满 80 岁了，还没有领到。" });
  await zhou.press(goOn);
  await officer.comes("/desk/benefits", 'a[href^="/desk/benefits/e_"]');
  return { offer, look: await officer.tab.locator('a[href^="/desk/benefits/e_"]').first().getAttribute("href") };
}

// prepare makes, without looking, what pages are looked at besides: a draft, and checklists of two kinds.
export async function prepare(tab, base) {
  const p = new Clicker(tab, base, () => {});
  const walk = async (given) => {
    await tab.context().clearCookies({ name: "answers-open-a-restaurant" });
    await p.go("/check/open-a-restaurant");
    for (let i = 0; p.at().includes("/check/") && i < 20; i++) {
      const question = p.at().split("/").pop();
      if (given[question] === "unsure" && (await p.has("button[name=unsure]"))) await p.press("button[name=unsure]");
      else {
        await p.fill({ [question]: given[question] });
        await p.press(goOn);
      }
    }
    return p.at();
  };
  const refused = await walk({ licence: "none" });
  const unsure = await walk({ ...restaurant, licence: "unsure", area: "unsure" });
  await walk(restaurant);
  await p.press('form[action$="/apply"] button');
  return { refused, unsure, draft: p.at() };
}

// drafting makes a draft of a service whose scenarios come out otherwise, so that there is something to see.
export async function drafting(tab, base) {
  const service = "/studio/services/identity-card";
  await tab.goto(base + service);
  const open = tab.locator("form[action$='/open'] button");
  if (await open.count()) await Promise.all([tab.waitForEvent("load"), open.click()]);
  await tab.goto(`${base}${service}/draft/text`);
  const text = tab.locator("#text");
  await text.fill((await text.inputValue()).replace("promised: {n: 20, unit: working", "promised: {n: 15, unit: working"));
  await Promise.all([tab.waitForEvent("load"), tab.locator("form[data-autosave] button").click()]);
  return { service };
}
