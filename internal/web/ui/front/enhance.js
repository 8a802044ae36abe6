// start switches the base components on, then our own small ones.
export function start(components) {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  for (const Component of components) {
    for (const element of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
      try {
        new Component(element);
      } catch {
        // The page works without it.
      }
    }
  }
  uploadNames();
  openOnWideScreens();
  printButtons();
}

// The button of an upload is named by its label, a comma and its own text; the comma may not stand inside,
// or what is seen is not part of what is read out (WCAG 2.5.3).
function uploadNames() {
  for (const button of document.querySelectorAll(".govuk-file-upload-button")) {
    const comma = button.querySelector(".govuk-visually-hidden");
    if (comma) button.before(comma);
  }
}

// A filter is folded on a phone and open where there is room beside the list.
function openOnWideScreens() {
  if (!window.matchMedia("(min-width: 62em)").matches) return;
  for (const details of document.querySelectorAll("details[data-open-wide]")) details.open = true;
}

// A button that prints exists only where a script can do it.
function printButtons() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
