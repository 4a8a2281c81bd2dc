// What the page adds to plain HTML: short addresses, copying, what a point of a plot says, the slider.
"use strict";
(() => {
  const say = (text) => {
    const line = document.getElementById("said");
    if (line) line.textContent = text;
  };

  // A field that is left empty asks for nothing and has no place in the address. A question that is already answered
  // is not asked again: leaving a field after typing in it would otherwise ask twice.
  const kept = (pairs) => {
    const query = new URLSearchParams();
    for (const [name, value] of pairs) if (value !== "") query.append(name, value);
    return query.toString();
  };
  let last = "";
  const remember = () => {
    const form = document.getElementById("question");
    if (form) last = kept(new FormData(form));
  };
  remember();
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { elt, formData, headers, triggeringEvent } = event.detail;
    for (const name of new Set(formData.keys())) {
      const values = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      for (const value of values) formData.append(name, value);
    }
    if (elt.id !== "question") return;
    headers["X-Changed"] = triggeringEvent?.target?.name ?? "";
    const query = kept(formData);
    if (query === last && triggeringEvent?.type !== "submit") event.preventDefault();
    last = query;
  });
  // Marks of what is wrong follow the messages beside the fields.
  const mark = () => {
    for (const box of document.querySelectorAll(".fault[id^='fault-']")) {
      const field = document.getElementById(box.id.replace("fault-", "in-"));
      if (!field) continue;
      if (box.textContent.trim()) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  };
  const reveal = () => {
    for (const one of document.querySelectorAll("[data-copy][hidden]")) one.hidden = false;
    for (const box of document.querySelectorAll("details.more")) {
      if (box.querySelector(".fault p")) box.open = true;
    }
  };
  document.body.addEventListener("htmx:afterSettle", () => {
    mark();
    reveal();
    ready();
    if (!document.querySelector("#question [aria-invalid]")) say("");
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.body.addEventListener(name, () => {
      last = "";
      say(document.body.dataset.lost);
    });
  }
  // A plot is one stop of the Tab key; arrow keys go from mark to mark, from left to right. What a mark is stands below.
  const place = (mark) => Number(mark.querySelector("circle")?.getAttribute("cx") ?? 0);
  const marksOf = (chart) =>
    [...chart.querySelectorAll(".ls-point")].sort((a, b) => place(a) - place(b));
  const ready = () => {
    for (const chart of document.querySelectorAll("[data-points]:not([data-ready])")) {
      chart.dataset.ready = "";
      marksOf(chart).forEach((mark, index) => mark.setAttribute("tabindex", index ? "-1" : "0"));
      const line = document.getElementById(chart.dataset.points);
      line.textContent = line.dataset.empty;
      // Its own title would cover the mark beside the line below.
      for (const title of chart.querySelectorAll(".ls-point > title")) title.remove();
    }
  };
  const tell = (event) => {
    const mark = event.target.closest?.(".ls-point");
    const chart = mark?.closest("[data-points]");
    if (!chart) return;
    document.getElementById(chart.dataset.points).textContent = mark.getAttribute("aria-label");
  };
  for (const name of ["focusin", "pointerover", "click"]) document.body.addEventListener(name, tell);
  document.body.addEventListener("keydown", (event) => {
    const mark = event.target.closest?.(".ls-point");
    const chart = mark?.closest("[data-points]");
    if (!chart || event.ctrlKey || event.altKey || event.metaKey) return;
    const marks = marksOf(chart);
    const at = marks.indexOf(mark);
    const to = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: marks.length - 1 };
    const next = marks[to[event.key]];
    if (!(event.key in to)) return;
    event.preventDefault();
    if (!next) return;
    mark.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
  ready();
  reveal();

  // The slider has the model's own stops; it writes into the field beside it, which is what is asked.
  for (const box of document.querySelectorAll("[data-slider]")) {
    const field = document.getElementById(box.dataset.slider);
    const slider = box.querySelector("input[type='range']");
    const stops = box.dataset.stops.split(" ").map(Number);
    const speak = () => {
      const n = stops[Number(slider.value)].toLocaleString(document.documentElement.lang);
      slider.setAttribute("aria-valuetext", box.dataset.says.replace("#", n));
    };
    slider.addEventListener("input", (event) => {
      event.stopPropagation();
      field.value = String(stops[Number(slider.value)]);
      speak();
      document.body.dispatchEvent(new CustomEvent("slide"));
    });
    field.addEventListener("input", () => {
      const typed = Number(field.value);
      const near = stops.findLastIndex((stop) => stop <= typed);
      slider.value = String(Math.max(0, near));
      speak();
    });
    speak();
    box.hidden = false;
  }

  document.body.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      say(document.body.dataset.copied);
    } catch {
      getSelection().selectAllChildren(source);
      say(document.body.dataset.select);
    }
  });
})();
