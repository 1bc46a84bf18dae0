// What makes the portal quicker with JavaScript; every page works without it.

// A form sent twice by a double click goes once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if ((event.submitter?.formMethod || form.method) !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 4000);
});
// Coming back with the browser's button: the form may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// Only one menu of the top bar is open; Escape and a click elsewhere close it.
const menus = () => document.querySelectorAll("details.switcher[open]");
document.addEventListener("click", (event) => {
  menus().forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menus().forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

// After errors: the summary is read first.
const summary = document.querySelector(".govuk-error-summary");
if (summary) {
  summary.tabIndex = -1;
  summary.focus();
}

// Ticked rows are counted beside the button: how many places would be taken.
const ticks = document.querySelector("[data-ticks]");
const taken = document.querySelector("[data-taken]");
const countTicks = () => {
  const ticked = ticks.querySelectorAll("input:checked").length;
  const total = Number(taken.dataset.taken) + ticked;
  document.querySelector("[data-ticked]").textContent = ticked;
  taken.textContent = total;
  document.querySelector("[data-over]").hidden = !taken.dataset.max || total <= Number(taken.dataset.max);
};
if (ticks && taken) {
  ticks.addEventListener("change", countTicks);
  window.addEventListener("pageshow", countTicks);
}

// One box ticks all of a table, or of a set of boxes; without a script it is not there, nor what stands around it.
const showTickAll = () => {
  document.querySelectorAll("[data-tick-all][hidden], [hidden]:has(> [data-tick-all])").forEach((one) => {
    one.hidden = false;
  });
};
showTickAll();
document.addEventListener("htmx:afterSettle", showTickAll);
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tick-all]")) return;
  event.target.closest("table, fieldset").querySelectorAll('input[type="checkbox"]').forEach((box) => {
    box.checked = event.target.checked;
  });
});

// What is done with ticked rows stays in sight, with their number; those ticked on other pages of the list go along.
// A letter goes to them too, and its button says so.
const bulk = () => document.querySelector("form#bulk");
const tickedRows = () => [...document.querySelectorAll('td.tick input[form="bulk"]:checked')];
const keptRows = () => [...bulk().querySelectorAll('input[type="hidden"][name="pk"]')];
const writeToTicked = () => {
  const write = document.querySelector("[data-write]");
  if (!write) return;
  const isAll = bulk().querySelector('input[name="all"]:checked');
  const ticked = isAll ? 0 : keptRows().length + tickedRows().length;
  write.dataset.write ||= write.textContent;
  write.textContent = ticked ? `Write to the ${ticked} ticked` : write.dataset.write;
};
const countBulk = () => {
  writeToTicked();
  const kept = keptRows().length;
  const all = kept + tickedRows().length;
  bulk().classList.toggle("going", all > 0);
  bulk().querySelector("[data-count]").textContent = kept ? `${all}, ${kept} on other pages` : all || "";
  bulk().querySelector("[data-untick]").hidden = !all;
};
const startBulk = () => {
  if (!bulk() || bulk().dataset.started) return;
  bulk().dataset.started = "yes";
  const wanted = new Set(new URLSearchParams(window.location.search).getAll("pk"));
  document.querySelectorAll('td.tick input[form="bulk"]').forEach((box) => {
    box.checked = wanted.delete(box.value) || box.checked;
  });
  wanted.forEach((value) => {
    bulk().append(Object.assign(document.createElement("input"), { type: "hidden", name: "pk", value }));
  });
  countBulk();
};
startBulk();
window.addEventListener("pageshow", () => bulk() && countBulk());
document.addEventListener("htmx:afterSettle", startBulk);
document.addEventListener("change", (event) => {
  if (bulk() && event.target.closest("#results")) countBulk();
});
document.addEventListener("click", (event) => {
  if (!bulk()) return;
  if (event.target.closest("[data-untick]")) {
    keptRows().forEach((one) => one.remove());
    tickedRows().forEach((box) => {
      box.checked = false;
    });
    countBulk();
  }
  const link = event.target.closest("#results :is(.pagination, th) a");
  if (!link) return;
  const to = new URL(link.href);
  to.searchParams.delete("pk");
  [...keptRows(), ...tickedRows()].forEach((one) => to.searchParams.append("pk", one.value));
  link.href = to;
});

// A filter panel folded away on a phone is there again when the screen is turned wide.
window.matchMedia("(min-width: 801px)").addEventListener("change", (screen) => {
  if (!screen.matches) return;
  document.querySelectorAll(".filter-panel").forEach((panel) => {
    panel.open = true;
  });
});

// Tables become cards on a phone: each cell says what it is, and stays a cell for screen readers.
const roleOf = { THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TH: "columnheader", TD: "cell" };
const stack = (table) => {
  if (!table.tHead || table.querySelector("[colspan], [rowspan], tbody th")) return;
  const labels = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  // The cell that tells which one it is heads the card: the first, unless the table says another.
  const telling = Number(table.tHead.dataset.telling || 0);
  table.setAttribute("role", "table");
  table.querySelectorAll("thead, tbody, tr, th, td").forEach((part) => part.setAttribute("role", roleOf[part.tagName]));
  table.querySelectorAll("tbody tr").forEach((row) => {
    [...row.cells].forEach((cell, number) => {
      if (number === telling) cell.classList.add("telling");
      else cell.dataset.label = labels[number];
      cell.classList.toggle("bare", !cell.textContent.trim() && !cell.querySelector("input, svg, button"));
    });
  });
  table.classList.add("stacks");
};
const stackAll = () => document.querySelectorAll("table.grid:not(.stacks)").forEach(stack);
stackAll();
document.addEventListener("htmx:afterSettle", stackAll);

// On a phone the navigation and the tabs are wider than the screen: turn to where one is.
document.querySelectorAll(".portal-nav [aria-current], .tabs [aria-current]").forEach((link) => {
  const bar = link.closest("ul, .tabs");
  bar.scrollLeft = link.offsetLeft - bar.offsetLeft - (bar.clientWidth - link.offsetWidth) / 2;
});

// There a year's picture is wider than the screen, too: it opens on today, and the names of its rows stay in sight.
const turnPicture = (box) => {
  const picture = box.querySelector("svg");
  const names = picture.querySelectorAll(".row-name");
  const scale = () => picture.viewBox.baseVal.width / picture.getBoundingClientRect().width;
  const keepNames = () => names.forEach((name) => name.setAttribute("x", box.scrollLeft * scale()));
  box.addEventListener("scroll", keepNames, { passive: true });
  const today = picture.querySelector("line.today");
  if (today) box.scrollLeft = today.x1.baseVal.value / scale() - box.clientWidth / 2;
};
document.querySelectorAll("[data-picture]").forEach(turnPicture);
document.querySelectorAll("[data-from-end]").forEach((box) => {
  box.scrollLeft = box.scrollWidth;
});
