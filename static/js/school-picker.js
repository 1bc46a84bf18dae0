// The school picker: suggestions while one types; without JavaScript the search button does it.
const form = document.querySelector("[data-school-picker]");
const chosen = document.querySelector("[data-school-chosen]");

// Nothing is said not to be there before the answer has come.
let isSearching = false;

const suggest = (() => {
  let waiting = 0;
  let latest = 0;
  return (query, show) => {
    window.clearTimeout(waiting);
    isSearching = true;
    const mine = ++latest;
    const answered = (found) => {
      if (mine !== latest) return;
      isSearching = false;
      show(found);
    };
    waiting = window.setTimeout(async () => {
      try {
        const answer = await fetch(`${form.dataset.schoolPicker}?q=${encodeURIComponent(query)}`);
        answered(answer.ok ? (await answer.json()).schools : []);
      } catch {
        answered([]);
      }
    }, 200);
  };
})();

const escaped = (text) => {
  const span = document.createElement("span");
  span.textContent = text;
  return span.innerHTML;
};

if (form && chosen && window.accessibleAutocomplete) {
  const plain = form.querySelector("#q");
  const isTyping = document.activeElement === plain;
  const box = document.createElement("div");
  box.className = "school-box";
  plain.replaceWith(box);
  window.accessibleAutocomplete({
    element: box,
    id: "q",
    name: "q",
    defaultValue: plain.value,
    minLength: 2,
    confirmOnBlur: false,
    displayMenu: "overlay",
    source: suggest,
    templates: {
      // What was typed before this script came is offered as it stands: words, not a school.
      inputValue: (school) => (typeof school === "string" ? school : school?.name || ""),
      suggestion: (school) =>
        typeof school === "string"
          ? escaped(school)
          : `${escaped(school.name)}<span class="place">${escaped(school.place)}</span>`,
    },
    tNoResults: () => (isSearching ? "Searching …" : "No school found. Try one word, the town or the postcode."),
    tAssistiveHint: () => "Suggestions appear while you type. Use the up and down arrows and Enter to choose your school.",
    onConfirm: (school) => {
      if (!school) return;
      if (typeof school === "string") {
        form.requestSubmit();
        return;
      }
      chosen.elements.school.value = school.id;
      chosen.requestSubmit();
    },
  });
  const input = form.querySelector("#q");
  input.setAttribute("aria-describedby", `q-hint ${input.getAttribute("aria-describedby") || ""}`.trim());
  input.maxLength = 100;
  // Somebody quicker than this script goes on typing where they were.
  if (isTyping) {
    input.focus();
    // The picker selects what is there when it is entered: the next letter would take its place.
    window.queueMicrotask(() => input.setSelectionRange(input.value.length, input.value.length));
  }
  // Enter without a suggestion picked searches, as the button does.
  form.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || event.target !== input) return;
      if (form.querySelector(".autocomplete__option--focused")) return;
      event.preventDefault();
      event.stopPropagation();
      form.requestSubmit();
    },
    true,
  );
}
