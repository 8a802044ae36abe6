// The sitting of a service designer: she writes a service of four matters from nothing, by forms alone and
// with script on, tries it, has it published by a second person, and changes a rule of it while somebody is
// on her way. The provisions are those that the city has; figures that are not the law's say so.
import { password } from "./lib.mjs";
import { Clicker, Stuck, goOn } from "./people.mjs";

const service = "open-a-supermarket";
const draft = `/studio/services/${service}/draft`;
const t = (zh, en) => ({ zh, en });
const law = (provision) => ({ "cite.provision": provision, "cite.certainty": "V" });
const unverified = t("示例，未核实，以当地办事指南为准", "An example, not verified; the local guide applies");
const example = { "cite.certainty": "K", "cite.source": unverified };
const limit = (name, n, provision) => ({
  [`${name}.n`]: String(n), [`${name}.unit`]: "working",
  ...(provision ? { [`${name}.cite.provision`]: provision, [`${name}.cite.certainty`]: "V" } : { [`${name}.cite.certainty`]: "K", [`${name}.cite.source`]: unverified }),
});

const basics = {
  catalogue: "X01", name: t("开办超市", "Open a supermarket"),
  summary: t("一次申请，办好开超市要的食品、卫生、消防和卖烟的手续。", "Apply once for the food, hygiene, fire safety and tobacco matters of a supermarket."),
  for: t("已经有营业执照，准备开超市、便利店的企业和个体户。", "Businesses that have a business licence and want to open a supermarket."),
  not_for: t("做饭菜卖的，办“开办餐饮店”。", "Whoever cooks meals uses Open a restaurant."),
  audience: "business", stage: "entry", batch: t("示例，不在“高效办成一件事”清单里", "An example that is on no list of the State Council"), ...example,
  lead: "market", level: "2", keywords: "超市、便利店、supermarket", checked: "2026-11-24",
};

const questions = [
  {
    id: "licence", type: "enum", text: t("营业执照现在是什么状态？", "What is the status of the business licence?"), why: t("没有正常的执照，别的都办不了。", "Nothing else can be done without it."),
    "fact.register": "business", "fact.field": "status",
    options: [["normal", "正常", "In good standing"], ["abnormal", "在经营异常名录里", "On the list of irregular businesses"], ["ended", "吊销或者注销了", "Revoked or struck off"]],
  },
  { id: "loose", type: "boolean", text: t("卖不卖散装的、现做的食品？", "Will you sell food loose or made on the spot?"), why: t("只卖包装好的食品，备案就行。", "Selling only pre-packed food needs no more than a filing.") },
  { id: "area", type: "integer", text: t("店面一共多大？", "How large are the premises?"), why: t("大的店开业前要做消防检查。这条线是示例，以当地办事指南为准。", "A large shop needs a fire safety check. Where the line is, is an example; the local guide applies."), unit: t("平方米", "square metres"), min: "1", max: "100000" },
  { id: "tobacco", type: "boolean", text: t("卖不卖烟？", "Will you sell tobacco?"), why: t("卖烟要单独的许可证。", "Tobacco needs a licence of its own.") },
];

const refusals = [
  { id: "irregular", rows: [{ licence: ["abnormal", "ended"] }], text: t("现在不能办，因为营业执照不是正常状态。", "Not now, because the business licence is not in good standing."), instead: t("先到市场监管局移出名录，或者办“企业开办”。", "First leave the list with market regulation, or do Start a business."), ...law("market-entity-rules.3") },
  { id: "needs-food-licence", rows: [{ loose: "true" }], text: t("不能在这里办，因为卖散装、现做的食品要食品经营许可。", "Not here, because food sold loose or made on the spot needs a food business licence."), instead: t("办“开办餐饮店”里的食品经营许可。", "Get the food business licence in Open a restaurant."), ...law("food-safety-law.35") },
];

const matters = [
  {
    id: "food-filing", code: "991031993001", name: t("仅销售预包装食品备案", "Filing for selling only pre-packed food"), plain: t("把店名、地址和怎么卖报给市场监管局。", "Tell market regulation your name, address and way of selling."), body: "market", type: "10", handling: "system",
    topics: ["permits"], why: t("超市都卖包装好的食品，要备案。", "Every supermarket sells pre-packed food, which is filed."), cite: law("food-safety-law.35"), line: "0990-1234001",
    limits: limit("promised", 0),
    result: { "result.kind": "record", "result.name": t("备案信息", "Entry in the register"), "result.register": "food-filing" }, fields: [["number", "make", "number"], ["business_name", "from", "business_name"], ["address", "from", "premises"], ["channel", "value", "shop"], ["filed_on", "make", "today"]],
    check: { text: t("营业执照状态正常", "The business licence is in good standing"), kind: "system", register: "business", field: "status", equals: "normal", ...law("market-entity-rules.8") },
  },
  {
    id: "hygiene-licence", code: "990111991001", name: t("公共场所卫生许可", "Hygiene licence for a public place"), plain: t("卫健委看图、看店，合格就发证。", "The health commission looks at plan and shop and gives the licence."), body: "health", type: "01", handling: "officer",
    topics: ["permits", "medical"], why: t("商场营业前要有卫生许可。", "A shop needs the hygiene licence before it opens."), cite: law("public-place-hygiene-rules.8"), line: "0990-1234011",
    faq: { ask: t("没证先开业会怎样？", "What if I open without it?"), answer: t("会被警告、罚款。", "A warning or a fine.") },
    limits: { ...limit("statutory", 20, "licence-law.42"), ...limit("promised", 10) },
    result: { "result.kind": "certificate", "result.name": t("公共场所卫生许可证", "Hygiene licence"), "result.certificate": "hygiene-licence" }, fields: [["number", "make", "number"], ["business_name", "from", "business_name"], ["uscc", "from", "uscc"], ["address", "from", "premises"], ["kind", "value", "超市"]],
    check: { text: t("布局合理", "The layout is sensible"), kind: "hand", material: "floor-plan", ...law("public-place-hygiene-rules.8") },
  },
  {
    id: "fire-check", code: "990109991001", name: t("开业前消防安全检查", "Fire safety check before opening"), plain: t("消防救援支队看着火时人跑不跑得出去。", "The fire service makes sure that people can get out."), body: "fire", type: "01", handling: "officer",
    topics: ["fire", "permits"], why: t("店面不小，开业前要先过消防安全检查。", "The shop is not small, so it needs a fire safety check before it opens."), cite: law("fire-law.15"), line: "0990-1234009", rows: [{ area: "≥ 50" }],
    faq: { ask: t("检查收钱吗？", "Does the check cost anything?"), answer: t("不收。", "No.") },
    limits: limit("statutory", 10, "fire-law.15"), fee: { name: t("消防安全检查", "Fire safety check"), fen: "0", ...law("fire-law.56") },
    result: { "result.kind": "certificate", "result.name": t("消防安全检查意见书", "Fire safety inspection opinion"), "result.certificate": "fire-opinion" }, fields: [["number", "make", "number"], ["business_name", "from", "business_name"], ["address", "from", "premises"], ["area", "from", "area"], ["floors", "from", "floors"], ["manager", "from", "fire_manager"]],
    check: { text: t("安全出口够用", "There are enough exits"), kind: "hand", material: "floor-plan", ...law("fire-law.15") },
  },
  {
    id: "tobacco-licence", code: "990116991001", name: t("烟草专卖零售许可", "Tobacco retail licence"), plain: t("烟草局看你能不能在这里卖烟。", "The tobacco administration decides whether you may sell tobacco here."), body: "tobacco", type: "01", handling: "officer",
    topics: ["permits", "trade"], why: t("你要卖烟。", "You want to sell tobacco."), cite: law("tobacco-law.16"), line: "0990-1234016", rows: [{ tobacco: "true" }],
    faq: { ask: t("没批准，还能再申请吗？", "If it is refused, can I apply again?"), answer: t("可以，改好以后只申请这一件。", "Yes, for this matter alone.") },
    limits: limit("statutory", 20, "licence-law.42"),
    result: { "result.kind": "certificate", "result.name": t("烟草专卖零售许可证", "Tobacco retail licence"), "result.certificate": "tobacco-licence" }, fields: [["number", "make", "number"], ["business_name", "from", "business_name"], ["uscc", "from", "uscc"], ["legal_representative", "from", "legal_representative"], ["address", "from", "premises"], ["scope", "value", "both"]],
    check: { text: t("经营场所固定", "The premises are fixed"), kind: "hand", material: "premises-proof", ...law("tobacco-rules.9") },
  },
];
const every = matters.map((m) => m.id);

const materials = [
  { id: "application-form", name: t("开办超市申请表", "Application form"), what: t("平台按你填的内容写好，你确认就行。", "The platform writes it; you confirm it."), for: every, ...law("licence-law.29"), source: "made" },
  { id: "business-licence", name: t("营业执照", "Business licence"), what: t("店叫什么、谁负责、地址。", "The name, who is in charge, where."), for: every, ...law("online-service-rules.7"), source: "register", "source.register": "business", "source.fields": "name、uscc、legal_representative、address、status", accept: ["pdf", "jpg", "png"] },
  { id: "floor-plan", name: t("场所平面布置图", "Floor plan"), what: t("看得出货架、门、出口在哪里。", "It shows shelves, doors and exits."), for: ["hygiene-licence", "fire-check"], ...law("public-place-hygiene-rules.8"), source: "applicant", accept: ["pdf", "jpg", "png"] },
  { id: "premises-proof", name: t("经营场所证明", "Proof of the premises"), what: t("租赁合同或者房产证。", "A lease or a title."), for: ["tobacco-licence"], ...law("tobacco-rules.9"), source: "applicant", accept: ["pdf", "jpg", "png"] },
];

const held = (field) => ({ "prefill.register": "business", "prefill.field": field });
const fields = [
  { id: "business_name", type: "text", text: t("营业执照上的名称", "Name on the business licence"), for: every, max: "100", ...held("name"), locked: true, element: "business-name" },
  { id: "uscc", type: "uscc", text: t("统一社会信用代码", "Unified social credit code"), for: every, ...held("uscc"), locked: true, element: "business-uscc" },
  { id: "legal_representative", type: "name", text: t("法定代表人（负责人）", "Legal representative"), for: every, ...held("legal_representative"), locked: true, element: "business-representative-name" },
  { id: "premises", type: "address", text: t("店的地址", "Address of the shop"), for: every, ...held("address"), element: "premises-address" },
  { id: "phone", type: "phone", text: t("联系电话", "Telephone"), for: every, element: "contact-phone" },
  { id: "area", type: "integer", text: t("店面大小", "Size of the premises"), for: ["fire-check"], unit: t("平方米", "square metres"), least: "1", most: "100000", question: "area", element: "premises-area", when: "area >= 50" },
  { id: "floors", type: "text", text: t("店在第几层", "On which floors"), for: ["fire-check"], max: "50", element: "premises-floors", when: "area >= 50" },
  { id: "fire_manager", type: "name", text: t("消防安全责任人", "Person who answers for fire safety"), for: ["fire-check"], element: "fire-manager-name", when: "area >= 50" },
];

// Designer fills in the forms of a draft with the mouse and keys, as somebody who knows no YAML.
export class Designer extends Clicker {
  // part opens a part of the service at the left.
  part(name) {
    return this.press(`.gp-editor__parts a[href="${draft}?part=${name}"]`);
  }

  // add presses the button below a list.
  add(list) {
    return this.press(`a.govuk-button[href*="/add?"][href*="to=${encodeURIComponent(list)}"]`);
  }

  // write fills in a form by the names of its fields; a text in two languages is {zh, en}, ticks are a list.
  async write(values) {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      if (value?.zh) {
        await this.put(name + ".zh", value.zh);
        await this.put(name + ".en", value.en);
      } else await this.put(name, value);
    }
  }

  async put(name, value) {
    // A field may be called as a method of its form is (matches), so a selector must not ask the form.
    const box = this.tab.locator(`[name="${name}"]:not([type=hidden])`);
    if ((await box.count()) === 0) throw new Stuck(`${this.at()} has no field ${name}`);
    const folded = this.tab.locator("details:not([open])", { has: this.tab.locator(`[name="${name}"]`) }).locator("summary");
    while (await folded.count()) await folded.first().click();
    const kind = await box.first().evaluate((e) => (e.type === "radio" || e.type === "checkbox" ? "tick" : e.tagName));
    if (kind === "tick") {
      for (const one of [value].flat()) await this.tab.locator(`[name="${name}"][value="${one}"]`).check();
    } else if (kind === "SELECT") await box.selectOption(value);
    else await box.fill(value);
  }

  // several adds things to a list, one after the other.
  async several(list, all) {
    await this.add(list);
    for (const [i, values] of all.entries()) {
      await this.write(values);
      if (i < all.length - 1) await this.press("button[name=do][value=another]");
      else await this.save();
    }
  }

  save(status) {
    return this.press("button.govuk-button:not([name])", status);
  }

  // open goes to the form of something that a list shows.
  open(path) {
    return this.press(`.gp-editor__main a[href*="/edit?at=${encodeURIComponent(path)}&"]`);
  }

  // rule says in a table when something is: one row for each way.
  async rule(path, rows) {
    const at = `/condition?at=${encodeURIComponent(path)}`;
    if (!this.tab.url().endsWith(at)) await this.press(`.gp-editor__main a[href$="${at}"]`);
    for (const [i, row] of rows.entries()) await this.write(Object.fromEntries(Object.entries(row).map(([q, v]) => [`r${i}.${q}`, v])));
    await this.save();
    await this.press(".gp-editor__main a[href]"); // back to what the rule is about
  }
}

async function begin(p) {
  await p.go("/studio/services");
  await p.put("service", service);
  await p.press('form[method=post][action="/studio/services"] button.govuk-button');
  if (p.at() !== draft) throw new Stuck(`a new service begins at ${p.at()}`);
  await p.write(basics);
  await p.save();
}

async function ask(p) {
  for (const { options, ...q } of questions) {
    await p.part("questions");
    await p.add("questions");
    await p.write(q);
    await p.save();
    if (options) await p.several(`questions/${q.id}/options`, options.map(option));
  }
  for (const { rows, ...x } of refusals) {
    await p.part("questions");
    await p.add("refusals");
    await p.write(x);
    await p.save();
    await p.rule(`refusals/${x.id}/when`, rows);
  }
}

const option = ([value, zh, en]) => ({ value, text: t(zh, en) });

const common = {
  visits: "0", "remedy.review": t("示范市人民政府", "Shifan City People's Government"), "remedy.court": t("示范市人民法院", "Shifan City People's Court"),
  "contact.place": t("示范市市民中心 1 楼综合窗口", "Citizens' Centre, general counters, ground floor"), "contact.hours": t("周一至周五 9:00–17:00", "Monday to Friday 9:00–17:00"),
};

// list adds the matters, then the materials and the form that serve several of them.
async function list(p) {
  await p.part("matters");
  await p.several("matters", matters.map(({ cite, line, rows, limits, fee, result, fields, check, faq, ...m }) => ({ ...m, ...common, ...cite, "contact.ask": line, "contact.complain": line.replace("1234", "1239") })));
  await p.part("materials");
  await p.several("materials", materials);
  await p.part("form");
  await p.several("sections", [{ id: "shop", title: t("你的店", "Your shop") }]);
  await p.several("sections/shop/fields", fields);
}

async function detail(p) {
  for (const { id, rows, limits, fee, result, fields, check, faq } of matters) {
    const at = `matters/${id}`;
    const side = async (part) => { await p.part(part); await p.open(at); };
    if (rows) {
      await p.part("cases");
      await p.rule(`${at}/when`, rows);
    }
    if (faq) {
      await side("matters");
      await p.several(`${at}/faq`, [faq]);
    }
    await side("limits");
    await p.write(limits);
    await p.save();
    if (fee) {
      await side("fees");
      await p.several(`${at}/fees`, [{ id: "fee", ...fee }]);
    }
    await side("results");
    await p.write(result);
    await p.save();
    await p.several(`${at}/result/fields`, fields.map(([field, how, value]) => ({ field, [how]: value })));
    await side("flow");
    if (id !== "food-filing") await p.several(`${at}/after`, [{ matter: "food-filing", kind: "data" }]);
    await p.several(`${at}/checks`, [{ id: "look", ...check }]);
  }
}

const large = { licence: "normal", loose: "false", area: "60", tobacco: "true" };
const small = { ...large, area: "30", tobacco: "false" };

// simulate walks an invented person through the draft and keeps her as a scenario; the names of the matters
// that come out are returned.
async function simulate(p, given, name) {
  await p.press(`a[href="${draft}/simulate"]`);
  while (await p.has("input[name=q]")) {
    const question = await p.tab.locator("input[name=q]").inputValue();
    await p.put(question, given[question]);
    await p.press("form:has(input[name=q]) button.govuk-button");
  }
  const said = await p.text();
  await p.write({ "name-zh": name.zh, "name-en": name.en });
  await p.press("form[method=post]:has([name=name-zh]) button");
  return matters.filter((m) => said.includes(m.name.zh)).map((m) => m.id);
}

// propose sends the draft to review; every warning that stays gets a reason.
async function propose(p, reason) {
  await p.press(`a[href="${draft}/publish"]`);
  for (const name of await p.tab.locator("textarea[name^=waive-]").evaluateAll((all) => all.map((e) => e.name))) await p.put(name, "下一次改生命周期时加上。");
  await p.put("reason", reason);
  await p.press("button[name=do][value=submit]");
}

// approve is the second person's part.
async function approve(p) {
  await p.go("/studio");
  await p.press(`main a[href="${draft}/publish"]`);
  const words = await p.text();
  await p.press("button[name=do][value=publish]");
  return words;
}

const shop = { premises: "示范市中心区幸福路 8 号", phone: "13900001234", floors: "1 层", fire_manager: "王㴋䶮" };

// begun answers the questions and begins an application.
async function begun(p, given) {
  await p.go(`/check/${service}`);
  while (p.at().includes(`/check/${service}/`)) {
    const question = p.at().split("/").pop();
    await p.fill({ [question]: given[question] });
    await p.press(goOn);
  }
  const checklist = await p.text();
  await p.press('form[action$="/apply"] button');
  return { checklist, at: p.at() };
}

const namesIn = (text) => matters.filter((m) => text.includes(m.name.zh)).map((m) => m.id);
const same = (p, what, got, want) => { if (got.join() !== want.join()) p.say(`${what}: ${got.join(", ")}; want ${want.join(", ")}`); };

// designing is the whole sitting. steps are those that other journeys take as well.
export function designing(steps) {
  return async (tab, base, say, staff) => {
    const p = new Designer(tab, base, say);
    await begin(p);
    await ask(p);
    await list(p);
    await detail(p);
    same(p, "who opens a large shop needs", await simulate(p, large, t("60 平方米，卖烟", "60 square metres, sells tobacco")), every);
    same(p, "who opens a small shop needs", await simulate(p, small, t("30 平方米，不卖烟", "30 square metres, no tobacco")), ["food-filing", "hygiene-licence"]);
    await propose(p, "试点街区要开一家超市。");
    if (await p.has("button[value=publish]")) say("the author is offered to publish her own draft");

    const second = new Clicker(await staff("gov-service-head"), base, say);
    await approve(second);
    const wang = new Clicker(await staff("wang@1"), base, say);
    const { checklist, at } = await begun(wang, large);
    same(p, "the first checklist shows", namesIn(checklist), every);
    await steps.form(wang, at, shop, { phone: "12" });
    await steps.materials(wang, at);
    const first = await steps.send(wang, at);

    // The rule changes while that case is on its way: smaller shops need no fire safety check any more.
    await p.go(`/studio/services/${service}`);
    await p.press('form[action$="/open"] button');
    await p.part("cases");
    await p.rule("matters/fire-check/when", [{ area: "≥ 100" }]);
    await p.press(`a[href="${draft}/tests"]`);
    await p.press("button[name=do][value=accept]"); // the person of 60 square metres comes out otherwise, as she should
    await propose(p, "小店不再查。");
    const words = await approve(second);
    for (const part of ["36 种情形里有 2 种结果不同", "店面一共多大？——50 平方米", "正在办的 1 件：按申请时的版本办完"]) if (!words.includes(part)) say(`the change in words does not say "${part}": ${words}`);
    if (!/开业前消防安全检查\s+要办\s+没有\s+2 种情形/.test(words)) say(`the change in words does not say that the fire safety check goes: ${words}`);
    const next = await begun(wang, large);
    same(wang, "the checklist after the change shows", namesIn(next.checklist), ["food-filing", "hygiene-licence", "tobacco-licence"]);

    // The case that was begun before ends under the rules of before.
    await wang.go(first.home);
    same(wang, "the old case still has", namesIn(await wang.text()), every);
    for (const [login, matter] of [["health-1", "hygiene-licence"], ["fire-1", "fire-check"], ["tobacco-1", "tobacco-licence"]]) {
      const desk = new steps.Desk(await staff(login), base, say, first.id);
      await desk.take(matter);
      await desk.decide(matter, true);
    }
    await wang.comes(`${first.home}/matters/fire-check/result`, 'a[href^="/me/certificates/"]');
    await wang.go(first.home);
    return { supermarket: first };
  };
}

// keeping types into a form while everything goes wrong: the page is loaded again, somebody else saves, the
// connection dies, the session runs out, the text is too long to be kept elsewhere. Nothing is lost.
export async function keeping(tab, base, say, staff) {
  const p = new Designer(tab, base, say);
  const at = "/studio/services/marriage/draft";
  const name = "plain.zh";
  const expect = async (want, when) => {
    const got = await tab.locator(`[name="${name}"]`).inputValue();
    if (got !== want) say(`${when}: the form shows ${got.slice(0, 40)}… (${got.length}), want ${want.slice(0, 40)}…`);
    if (!(await tab.locator("[data-keep-said]").isVisible())) say(`${when}: it is not said that what was typed is back`);
  };
  await p.go("/studio/services/marriage");
  await p.press('form[action$="/open"] button');
  await p.press(`.gp-editor__parts a[href="${at}?part=matters"]`);
  const matter = await tab.locator('.gp-editor__main a[href*="/edit?at=matters"]').first().getAttribute("href");
  await p.go(matter);
  await p.put(name, "当场办好，当场拿证。");
  await p.reached(() => tab.reload());
  await expect("当场办好，当场拿证。", "after a reload");

  const other = new Designer(await staff("gov-service-editor-2"), base, say);
  await other.go(matter);
  await other.put("contact.ask", "0990-1230000");
  await other.press("button.govuk-button:not([name])");
  await p.reached(() => tab.reload());
  await expect("当场办好，当场拿证。", "after somebody else saved");
  await p.save();
  if ((await tab.locator('[name="contact.ask"]').inputValue()) !== "0990-1230000") say("what the other editor saved was overwritten");
  if ((await tab.locator(`[name="${name}"]`).inputValue()) !== "当场办好，当场拿证。") say("what was put back was not saved");
  if (await tab.locator("[data-keep-said]").isVisible()) say("what is saved is said to be put back");

  await p.put(name, "断了线也还在。");
  await tab.context().setOffline(true);
  await tab.locator("button.govuk-button:not([name])").click();
  await tab.waitForURL("chrome-error://**").catch(() => {});
  await tab.context().setOffline(false);
  await p.go(matter);
  await expect("断了线也还在。", "after the connection died");

  const long = Array.from({ length: 6000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20000))).join("");
  await p.put(name, long);
  await tab.context().clearCookies({ name: "session" });
  await p.press("button.govuk-button:not([name])");
  await p.fill({ login: "gov-service-editor", password });
  await p.press(goOn);
  await p.go(matter);
  await expect(long, "after the session ran out");
  await p.press("[data-keep-said] button");
  if ((await tab.locator(`[name="${name}"]`).inputValue()) !== "当场办好，当场拿证。") say("what was discarded is still there");
}
