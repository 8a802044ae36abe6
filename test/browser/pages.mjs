// The pages to look at. path is without language; english says how the page is reached in English: by a
// prefix for public pages, by a "cookie" behind a sign-in. status is 200 when absent. who signs in (see
// lib.mjs). name is for the picture. then does something on the page first, and leads to another. weight is
// the most kilobytes, compressed, that a first visit may transfer.
import { goOn } from "./people.mjs";

const gallery = ["", "/home", "/question", "/checklist", "/tasks", "/consent", "/track", "/mydata", "/base", "/blocks", "/fields", "/states"];

// anybodys pages need nobody.
export const anybodys = [
  { path: "/", elder: true },
  { path: "/search?q=开个小饭馆", name: "search", elder: true },
  { path: "/search?q=yyzz", name: "search-initials" },
  { path: "/search?q=公积金&audience=business&online=1", name: "search-filter" },
  { path: "/search?q=火星移民", name: "search-none", elder: true },
  { path: "/search", name: "search-empty" },
  { path: "/life", elder: true },
  { path: "/business" },
  { path: "/life-cycle", elder: true },
  { path: "/life-cycle", name: "life-cycle-answered", then: press("main form button[type=submit]") },
  { path: "/life-cycle/business" },
  { path: "/topics" },
  { path: "/departments" },
  { path: "/departments/market" },
  { path: "/offices" },
  { path: "/business/event/open-a-restaurant", elder: true },
  { path: "/life/newborn" },
  { path: "/life/start-a-business" },
  { path: "/services/11990100DEM000014J3990131002001" },
  { path: "/services/11990100DEM000014J3990131002001/guide" },
  { path: "/business/event/open-a-restaurant/guide" },
  { path: "/check/open-a-restaurant/licence", elder: true },
  { path: "/check/open-a-restaurant/area" },
  { path: "/check/open-a-restaurant/prepack", name: "question-wrong", then: press(goOn), wrong: true },
  { path: "/help", elder: true },
  { path: "/accessibility" },
  { path: "/privacy" },
  { path: "/site-map" },
  { path: "/log" },
  { path: "/verify" },
  { path: "/verify/0123456789", name: "verify-none", status: 404, wrong: true },
  { path: "/login", elder: true },
  { path: "/login", name: "login-wrong", then: press(goOn), wrong: true },
  { path: "/nothing-here", status: 404 },
  ...gallery.map((name) => ({ path: `/gallery${name}`, elder: true })),
  { path: "/gallery/queue", staff: true },
  { path: "/gallery/case", staff: true },
  { path: "/gallery/staff-states", staff: true },
  ...[403, 404, 409, 410, 422, 429, 500, 503].map((status) => ({ path: `/gallery/error/${status}`, status })),
];

function press(selector) {
  return async (tab) => {
    await Promise.all([tab.waitForEvent("load"), tab.locator(selector).first().click()]);
  };
}

// hers are the pages of somebody who has done something: what the journeys have found.
export function hers(found) {
  const wang = "wang@1";
  const own = (path, more) => ({ path, who: wang, english: "cookie", name: path.replace(/[ac]e?r?t?_\w{20,}/g, "x"), ...more });
  const home = found.case?.home;
  const pages = [
    own("/me", { elder: true }), own("/me/applications", { elder: true }), own("/me/applications?tab=drafts"), own("/me/applications?tab=done"), own("/me/certificates"), own("/me/data", { elder: true }),
    own("/me/data?kind=self"), own("/me/security"), own("/me/life", { elder: true, name: "life-business" }), { path: "/me/life", who: "li", english: "cookie", name: "life" }, { path: "/switch", who: wang, english: "cookie" },
    { path: "/me", who: "zhou", english: "cookie", name: "me-nothing" }, { path: "/me/applications", who: "zhou", english: "cookie", name: "applications-nothing" },
    { path: "/me/certificates", who: "zhou", english: "cookie", name: "certificates-nothing" }, { path: "/me/data", who: "zhou", english: "cookie", name: "data-nothing" },
    { path: "/switch", who: "zhou", english: "cookie", name: "switch-alone" }, { path: "/me/offers", who: "zhou", english: "cookie", name: "offers-nothing" },
  ];
  if (found.checklist) {
    pages.push(...["checklist", "unsure", "refused"].map((kind) => ({ path: found[kind], name: kind === "checklist" ? kind : `checklist-${kind}`, same: "/checklists", elder: kind === "checklist" })));
  }
  if (home) {
    pages.push(
      own(home, { name: "track", elder: true }), own(home + "/receipt", { name: "receipt", elder: true }), own(home + "/withdraw", { name: "withdraw" }),
      own(home + "/withdraw", { name: "withdraw-wrong", then: press(goOn), wrong: true }), own(home + "/matters/food-licence/correct", { name: "correct", elder: true }),
      own(home + "/matters/food-licence/correct", { name: "correct-wrong", then: press(goOn), wrong: true }), own(home + "/matters/fire-check/how", { name: "how" }),
      own(home + "/matters/sign-filing/result", { name: "result" }), own(home + "/matters/tobacco-licence/result", { name: "result-refused" }), own("/me/data?case=" + found.case.id, { name: "data-case" }),
    );
  }
  if (found.draft) {
    const at = found.draft;
    pages.push(
      own(at, { name: "tasks", elder: true }), own(at + "/form/shop", { name: "form", elder: true }), own(at + "/form/food", { name: "form-empty" }),
      own(at + "/form/food", { name: "form-wrong", then: press(goOn), wrong: true }), own(at + "/dispute/business_name", { name: "dispute" }), own(at + "/dispute/business_name", { name: "dispute-wrong", then: press(goOn), wrong: true }),
      own(at + "/materials/business-licence", { name: "material-held", elder: true }), own(at + "/materials/layout", { name: "material-upload" }), own(at + "/materials/safety-system", { name: "material-later" }),
      own(at + "/materials/layout", { name: "material-wrong", then: press("button[name=upload]"), wrong: true }), own(at + "/check", { name: "check" }), own(at + "/check", { name: "check-wrong", then: press(goOn), wrong: true }),
    );
  }
  if (found.certificate) {
    pages.push(own(found.certificate, { name: "certificate", elder: true }), { path: found.verify, name: "verify" }, own(found.rate, { name: "rate" }), own(found.entry, { name: "entry" }));
  }
  if (found.offer) {
    const hou = (path, name, more) => ({ path, who: "hou", english: "cookie", name, ...more });
    pages.push(hou("/me/offers", "offers", { elder: true }), hou(found.offer, "offer", { elder: true }), hou("/me/offers/ask", "offers-ask"), hou("/me/offers/ask", "offers-ask-wrong", { then: press(goOn), wrong: true }));
  }
  if (found.newborn) pages.push({ path: found.newborn.home, who: "wang", english: "cookie", name: "track-newborn" });
  return pages;
}

// desks are the pages of the staff.
export function desks(found) {
  const at = (path, name, who = "market-1") => ({ path, who, english: "cookie", staff: true, name });
  const pages = [at("/desk", "desk"), at("/desk/queue", "queue"), at("/desk/sign", "sign", "market-head"), at("/desk/wishes", "wishes", "gov-service-counter"), at("/desk/benefits", "benefits", "health-1")];
  if (found.case) pages.push(at(`/desk/cases/${found.case.id}/food-licence`, "casefile"), at(`/desk/cases/${found.case.id}/fire-check`, "casefile-fire", "fire-1"), at(`/desk/cases/${found.case.id}/fire-check/decide`, "decide", "fire-1"));
  if (found.look) {
    pages.push(at("/desk/benefits", "benefits-again", "civil-affairs-1"), at(found.look, "benefit-look", "civil-affairs-1"), { ...at(found.look, "benefit-look-wrong", "civil-affairs-1"), then: press(goOn), wrong: true });
  }
  if (found.service) {
    const studio = (path, name) => at(path, `studio-${name}`, "gov-service-editor");
    const draft = (path) => studio(`${found.service}/draft/${path}`, path.split("?")[0]);
    pages.push(
      studio("/studio", "home"), studio("/studio/services", "list"), studio(found.service, "service"), studio(`${found.service}/draft`, "form"), draft("event"), draft("questions"), draft("text"), draft("text?file=scenarios.yaml"),
      draft("simulate"), draft("simulate?a.purpose=first&a.child=false&a.region=city&a.temporary=false"), draft("tests"), draft("diff"), draft("publish"), draft("history?from=0"),
      { ...studio(found.service, "head"), who: "police-head" }, { ...draft("publish"), name: "studio-review", who: "police-head" },
    );
  }
  return pages;
}
