// Runs before anything is drawn: components may hide what they unfold later.
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", () => {
  document.body.classList.add("js-enabled");
  if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
  // On a phone the list comes first; the line of the filter says what is filtered, and what is wrong stays in sight.
  if (window.matchMedia("(max-width: 800px)").matches) {
    document.querySelectorAll(".filter-panel:not([data-wrong])").forEach((panel) => {
      panel.open = false;
    });
  }
});
