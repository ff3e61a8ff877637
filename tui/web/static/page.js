"use strict";
// Makes the page answer while one types. Without it the form and the links do the same by loading.
(() => {
  const TYPING_MS = 220;
  const form = document.querySelector("form[role=search]");
  const question = form.elements.q;
  const results = document.getElementById("results");
  const preview = document.getElementById("preview");
  const status = document.getElementById("status");
  const keys = document.getElementById("keys");
  const wide = matchMedia("(min-width: 60rem)");
  const start = question.value ? "" : results.innerHTML;
  let asking = new AbortController();
  let reading = new AbortController();
  let typing = 0;
  let asked = address();

  // The parameters of the form that say something.
  function address() {
    const given = new URLSearchParams();
    for (const [name, text] of new FormData(form)) if (text) given.append(name, text);
    return given.toString();
  }

  function busy(is) {
    document.body.classList.toggle("busy", is);
    results.setAttribute("aria-busy", is);
  }

  function tell(text) {
    status.textContent = text;
  }

  function fail(message) {
    const note = document.createElement("p");
    note.className = "note error";
    note.setAttribute("role", "alert");
    note.textContent = message;
    results.replaceChildren(note);
  }

  async function messageOf(response) {
    try {
      const { error } = await response.json();
      return error.hint ? `${error.message}; ${error.hint}` : error.message;
    } catch {
      return `the service answers ${response.status}`;
    }
  }

  // The events of a response, one by one: [name, data].
  async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const [name, data] = block.split("\n");
        yield [name.slice("event: ".length), JSON.parse(data.slice("data: ".length))];
      }
    }
  }

  async function ask(again) {
    clearTimeout(typing);
    const given = address();
    if (given === asked && !again) return;
    asked = given;
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    history.replaceState(null, "", given ? `/?${given}` : "/");
    if (!question.value.trim()) {
      busy(false);
      document.title = "docsearch";
      results.innerHTML = start;
      tell("");
      return;
    }
    busy(true);
    document.title = `${question.value} · docsearch`;
    try {
      const response = await fetch(`/results?${given}`, { signal });
      if (!response.ok) return fail(await messageOf(response));
      for await (const [name, data] of events(response)) {
        if (name === "error") return fail(`${data.error.message}; ${data.error.hint}`);
        show(data.html);
        if (name === "answer") tell(data.summary);
      }
    } catch (error) {
      if (error.name !== "AbortError") fail("the service does not answer; is it still running?");
    } finally {
      if (!signal.aborted) busy(false);
    }
  }

  // The list anew; the passage that was chosen stays chosen.
  function show(html) {
    const chosen = results.querySelector("[aria-current]")?.getAttribute("href");
    const hadFocus = results.contains(document.activeElement);
    const opened = results.querySelectorAll("details[open]").length > 0;
    results.innerHTML = html;
    if (opened) results.querySelectorAll("details").forEach((each) => { each.open = true; });
    const same = links().find((link) => link.getAttribute("href") === chosen);
    if (same) choose(same, hadFocus);
  }

  function links() {
    return [...results.querySelectorAll("a[data-hit]")].filter((link) => link.offsetParent);
  }

  function choose(link, focus) {
    results.querySelectorAll("[aria-current]").forEach((each) => each.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    if (focus) link.focus();
  }

  // Open the document of a link beside the list.
  async function open(href, focus) {
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    const url = new URL(href, location.href);
    try {
      const response = await fetch(`/preview${url.search}`, { signal });
      if (!response.ok) return tell(await messageOf(response));
      preview.innerHTML = await response.text();
    } catch (error) {
      if (error.name !== "AbortError") tell("the service does not answer; is it still running?");
      return;
    }
    document.body.classList.add("open");
    history.replaceState(null, "", url.pathname + url.search);
    ready();
    if (focus) preview.querySelector(".document").focus({ preventScroll: true });
  }

  function ready() {
    preview.querySelector("[data-copy]")?.removeAttribute("hidden");
    const spot = preview.querySelector("#answer") ?? preview.querySelector(".row.passage");
    spot?.scrollIntoView({ block: "center" });
  }

  function close() {
    reading.abort();
    document.body.classList.remove("open");
    preview.replaceChildren();
    const given = address();
    history.replaceState(null, "", given ? `/?${given}` : "/");
    (results.querySelector("[aria-current]") ?? question).focus();
  }

  function step(by) {
    const all = links();
    if (!all.length) return;
    const at = all.findIndex((link) => link.hasAttribute("aria-current"));
    const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
    choose(next, true);
    next.scrollIntoView({ block: "nearest" });
    if (wide.matches) open(next.getAttribute("href"), false);
  }

  async function copy() {
    const path = preview.querySelector("[data-path]");
    if (!path) return;
    try {
      await navigator.clipboard.writeText(path.dataset.path);
      tell("copied");
      preview.querySelector("[data-copy]").textContent = "Copied";
    } catch {
      tell("the browser does not let the page copy");
    }
  }

  const ACTIONS = {
    "/": () => { question.focus(); question.select(); },
    "j": () => step(1),
    "ArrowDown": () => step(1),
    "k": () => step(-1),
    "ArrowUp": () => step(-1),
    "ArrowLeft": () => preview.querySelector("[data-open=previous]")?.click(),
    "ArrowRight": () => preview.querySelector("[data-open=next]")?.click(),
    "c": copy,
    "?": () => keys.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
    const at = document.activeElement;
    const inText = at === question;
    if (event.key === "Escape") {
      if (document.body.classList.contains("open")) close();
      else question.focus();
    } else if (inText && event.key === "ArrowDown") {
      step(1);
    } else if (inText || at.tagName === "SELECT") {
      return;
    } else if (preview.contains(at) && event.key.startsWith("Arrow") && !/Left|Right/.test(event.key)) {
      return;
    } else if (ACTIONS[event.key]) {
      ACTIONS[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(true);
  });
  form.addEventListener("change", (event) => {
    if (event.target !== question) ask(false);
  });
  question.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(ask, TYPING_MS);
  });
  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-hit], a[data-open], a[data-close]");
    if (!link) {
      if (event.target.closest("[data-copy]")) copy();
      if (event.target.closest("[data-help]")) keys.showModal();
      return;
    }
    event.preventDefault();
    if (link.dataset.close !== undefined) return close();
    if (link.dataset.hit !== undefined) choose(link, false);
    open(link.getAttribute("href"), true);
  });

  document.querySelector("[data-help]").hidden = false;
  const here = location.pathname + location.search;
  const current = links().find((link) => link.getAttribute("href").split("#")[0] === here);
  if (current) choose(current, false);
  if (preview.childElementCount) ready();
})();
