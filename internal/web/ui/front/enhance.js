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
  openOnWideScreens();
  printButtons();
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
