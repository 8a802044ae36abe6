// What is typed into a form of the catalogue stays in this browser until it was saved: it survives a reload, a
// connection that died and a session that ran out. The revision that the form was made from stays with it,
// so that what somebody else saved meanwhile is brought together with it as always.
const prefix = "kept ";

export function keep() {
  if (document.querySelector(".govuk-notification-banner")) forgetSent(); // the server says what became of it
  for (const form of document.querySelectorAll("form[data-keep]")) watch(form);
}

const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
};
const write = (key, kept) => {
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // No room or no permission: the form works without.
  }
};

function forgetSent() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefix) && (read(key) ?? {}).sent) localStorage.removeItem(key);
}

function watch(form) {
  const key = prefix + form.dataset.keep;
  const typed = () => [...new FormData(form)].filter(([name]) => name !== "base");
  const same = (all) => JSON.stringify(all.filter(([name, value]) => value && name !== "rows"));
  const note = (sent) => write(key, { base: form.elements.base.value, typed: typed(), sent });
  const kept = read(key);
  // A form that comes back with a complaint shows what was typed, and not what is saved.
  const saved = "unsaved" in form.dataset ? "" : same(typed());
  if (!saved) note(false);
  else if (kept && same(kept.typed) !== saved) restore(form, key, kept);
  else localStorage.removeItem(key);
  form.addEventListener("input", () => (same(typed()) === saved ? localStorage.removeItem(key) : note(false)));
  form.addEventListener("submit", () => note(true));
}

function restore(form, key, kept) {
  const fields = [...form.elements].filter((e) => e.name && e.type !== "submit");
  const rows = kept.typed.find(([name]) => name === "rows");
  if (rows && Number(rows[1]) > Number(form.elements.rows.value)) { // a table with more rows comes from the server
    const again = document.createElement("form");
    again.method = "post";
    again.action = form.getAttribute("action");
    for (const [name, value] of [["base", kept.base], ...kept.typed, ["do", "add"]]) again.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    document.body.append(again);
    again.submit();
    return;
  }
  for (const e of fields) {
    const values = kept.typed.filter(([name]) => name === e.name).map(([, value]) => value);
    if (e.type === "checkbox" || e.type === "radio") e.checked = values.includes(e.value);
    else if (e.type !== "hidden" && values.length > 0) e.value = values[0];
    if (values.join("") && e.type !== "hidden") for (let d = e.parentElement.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
  }
  form.elements.base.value = kept.base;
  write(key, { ...kept, sent: false });
  const said = form.querySelector("[data-keep-said]");
  said.hidden = false;
  said.querySelector("button").addEventListener("click", () => {
    localStorage.removeItem(key);
    location.reload();
  });
}
