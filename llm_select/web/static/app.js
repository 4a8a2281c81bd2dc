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
    const { elt, formData, triggeringEvent } = event.detail;
    for (const name of new Set(formData.keys())) {
      const values = formData.getAll(name).filter((value) => value !== "");
      formData.delete(name);
      for (const value of values) formData.append(name, value);
    }
    if (elt.id !== "question") return;
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
    if (!document.querySelector("#question [aria-invalid]")) say("");
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.body.addEventListener(name, () => {
      last = "";
      say(document.body.dataset.lost);
    });
  }
  reveal();

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
