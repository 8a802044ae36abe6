// A text that is written for long is kept while it is written. Each saving is a revision; what somebody else
// wrote meanwhile comes back with it. When a saving fails, that is said at once and the next one tries again.
const pause = 2000; // milliseconds without a key

export function autosave() {
  for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
}

function watch(form) {
  const text = form.querySelector("textarea");
  const base = form.elements.base;
  const said = form.querySelector("[data-autosave-said]");
  let kept = text.value;
  let timer = 0;
  let busy = false;

  const save = async () => {
    if (busy || text.value === kept) return;
    busy = true;
    const sent = text.value;
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(new FormData(form)), redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { revision, said: words, text: merged } = await answer.json();
      // While the answer was on its way somebody may have typed on; then the next saving brings it together.
      if (merged === undefined) {
        kept = sent;
        base.value = revision;
      } else if (text.value === sent) {
        const at = text.selectionStart;
        kept = text.value = merged;
        base.value = revision;
        text.setSelectionRange(at, at);
      }
      tell(words, false);
    } catch {
      tell(said.dataset.failed, true);
    } finally {
      busy = false;
      if (text.value !== kept) later();
    }
  };
  const tell = (words, failed) => {
    said.setAttribute("role", failed ? "alert" : "status");
    said.textContent = words;
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };
  text.addEventListener("input", later);
  let leaving = false;
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
  window.addEventListener("beforeunload", (event) => {
    if (text.value !== kept && !leaving) event.preventDefault();
  });
}
