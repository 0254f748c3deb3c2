// What the pages do beyond HTML. Everything works without it.
"use strict";

// A form is sent once: a second press while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000);
  }
});

// What went wrong is read out first.
document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("fault")?.focus();
});

// What a form was answered with and has an address of its own, stands at it:
// reloading shows it again and sends nothing.
document.addEventListener("DOMContentLoaded", () => {
  const address = document.getElementById("main")?.dataset.address;
  if (address) {
    history.replaceState(null, "", address);
  }
});

// A confirmation asks in the words of the page.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) {
    event.preventDefault();
  }
});

// "Print" is a link that prints.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) {
    event.preventDefault();
    window.print();
  }
});

// J and K go to the next and the previous row of a list, Enter opens it, and X
// chooses it where rows can be chosen.
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement.closest("[data-row]"));
  const door = (row) => row?.querySelector("a, .opens");
  if (event.key === "j" || event.key === "k") {
    door(rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)))])?.focus();
  } else if (event.key === "x" && at >= 0) {
    rows[at].querySelector("input[type=checkbox]")?.click();
  } else if (event.key === "Enter" && event.target.matches("[data-row] input[type=checkbox]")) {
    event.preventDefault(); // it would send the form
    door(rows[at])?.click();
  }
});

// count says how many 字 a text has, as Word counts them (rule.CountChars).
const wide = /[\p{Script=Han}\u3000-\u30ff\uff00-\uffef\uac00-\ud7a3“”‘’—…·]/u;
function count(input) {
  const p = input.dataset?.max && input.parentElement.querySelector("[data-count]");
  if (!p) {
    return;
  }
  let n = 0, run = false;
  for (const c of input.value) {
    if (/\s/u.test(c)) {
      run = false;
    } else if (wide.test(c)) {
      n++;
      run = false;
    } else if (!run) {
      n++;
      run = true;
    }
  }
  p.textContent = p.dataset.count.replace("{n}", n);
  p.classList.toggle("over", n > Number(input.dataset.max));
}

// The form of an application saves itself: what was touched is sent 1.2 seconds
// after the last key and when a field is left. Nothing typed is ever thrown
// away: while the network is gone it is tried again, and when the session is
// over the page waits for its person to sign in in another tab.
document.querySelectorAll("form[data-autosave]").forEach((form) => {
  const touched = new Set(); // names of inputs that are not saved
  let timer = 0, sending = false, waiting = 0, leaving = false;
  const line = () => document.getElementById("saved");
  const say = (state, text, link) => {
    const p = line();
    p.className = state === "saving" ? "" : "bad";
    p.dataset.state = state;
    p.textContent = link ? "" : text;
    if (link) {
      const a = p.appendChild(document.createElement("a"));
      Object.assign(a, { href: link, target: "_blank", rel: "noopener", textContent: text });
    }
  };
  const fieldOf = (name) => name.replace(/^drop:/, "").split("/").slice(0, 2).join("/");
  const says = (field) => document.getElementById("s-" + field);
  const inConflict = (name) => says(fieldOf(name))?.querySelector("[data-conflict]");
  const inputs = (name) => [...form.elements].filter((e) => e.name === name);

  const later = (after) => {
    clearTimeout(timer);
    timer = setTimeout(send, after);
  };
  const touch = (input) => {
    if (!input.name || input.type === "hidden" || input.name.startsWith("page:")) {
      return;
    }
    touched.add(input.name);
    const blank = input.closest("[data-blank]");
    if (blank) {
      blank.removeAttribute("data-blank");
    }
    if (input.name.startsWith("drop:") && !input.checked) { // the row stays after all
      input.closest("tbody").querySelectorAll("[name]").forEach((e) => e.type === "hidden" || touched.add(e.name));
      touched.delete(input.name);
    }
  };

  const body = (names) => {
    const out = new URLSearchParams();
    for (const e of form.elements) {
      const always = e.name === "form_token" || (e.type === "hidden" && e.name.startsWith("page:"));
      if (always || (names.has(e.name) && !((e.type === "checkbox" || e.type === "radio") && !e.checked))) {
        out.append(e.name, e.value);
      }
    }
    for (const field of new Set([...names].map(fieldOf))) {
      inputs("was:" + field).forEach((e) => out.set(e.name, e.value));
    }
    return out;
  };

  // most is how many inputs go in one request: a workbook pasted whole takes several.
  const most = 1500;
  async function send() {
    clearTimeout(timer);
    const names = new Set([...touched].filter((n) => !inConflict(n)).slice(0, most));
    if (sending || names.size === 0) {
      return;
    }
    sending = true;
    names.forEach((n) => touched.delete(n));
    say("saving", form.dataset.saving);
    const failed = (state, text, link, again) => {
      names.forEach((n) => touched.add(n));
      say(state, text, link);
      waiting = Math.min(30000, Math.max(2000, waiting * 2));
      later(again ?? waiting);
    };
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: body(names), redirect: "error", headers: { "HX-Request": "true", "HX-Target": "saved" },
      });
      const text = await answer.text();
      if (answer.status === 401 || answer.status === 403) {
        const renewed = await renew();
        if (renewed === "again") {
          failed("saving", form.dataset.saving, "", 0);
        } else if (renewed === "over") {
          failed("session", form.dataset.session, form.dataset.signin, 4000);
        } else {
          swap(text) || failed("failed", form.dataset.unsaved);
        }
      } else if (answer.status >= 500 || !swap(text)) {
        failed("unsaved", form.dataset.unsaved);
      } else {
        waiting = 0;
        if (line().dataset.state === "failed") { // it cannot be saved, and the page says why
          names.forEach((n) => touched.add(n));
        }
      }
    } catch {
      failed("unsaved", form.dataset.unsaved);
    }
    sending = false;
    if (line().dataset.state === "saved" && touched.size > 0) {
      later(1200);
    }
  }

  // renew gets a token for forms from whoever is signed in now.
  let renewals = 0;
  async function renew() {
    const token = await (await fetch("/api/v1/form-token")).json();
    const changed = inputs("form_token")[0].value.length > 0 && token.signed_in;
    if (!token.signed_in) {
      renewals = 0;
      return "over";
    }
    document.querySelectorAll("[name=form_token]").forEach((e) => (e.value = token.form_token));
    return changed && renewals++ < 1 ? "again" : "refused";
  }

  // swap puts the parts of an answer where they belong; false when it is none.
  function swap(text) {
    const parts = document.createElement("template");
    parts.innerHTML = text;
    if (!parts.content.getElementById("saved")) {
      return false;
    }
    renewals = 0;
    const open = new Map([...document.querySelectorAll("#beside details")].map((d) => [d.id, d.open]));
    for (const part of [...parts.content.children]) {
      const old = part.id && document.getElementById(part.id);
      if (!old || old.contains(document.activeElement)) {
        continue;
      }
      if (part.dataset.needed && part.dataset.needed !== old.dataset.needed && old.closest("details.when")) {
        old.closest("details.when").open = part.dataset.needed !== "unmet";
      }
      const scrolled = old.scrollTop;
      old.replaceWith(part);
      part.scrollTop = scrolled;
      const field = part.id.startsWith("s-") && document.getElementById("f-" + part.id.slice(2));
      if (field && field.matches("input, select, textarea")) {
        field.toggleAttribute("aria-invalid", part.querySelector(".error") !== null);
      }
    }
    document.querySelectorAll("#beside details").forEach((d) => open.has(d.id) && (d.open = open.get(d.id)));
    scripted(document);
    return true;
  }

  form.addEventListener("input", (event) => {
    touch(event.target);
    later(1200);
    count(event.target);
  });
  form.addEventListener("change", (event) => {
    touch(event.target);
    later(100);
  });
  form.addEventListener("focusout", () => later(100));
  form.addEventListener("submit", () => (leaving = true));
  window.addEventListener("online", () => later(0));
  document.addEventListener("visibilitychange", () => document.hidden || later(0));
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && (touched.size > 0 || sending)) {
      event.preventDefault();
      event.returnValue = form.dataset.leave;
    }
  });

  // Two people wrote different things: one of them stays.
  document.addEventListener("click", async (event) => {
    const mine = event.target.closest("[data-mine]")?.dataset.mine;
    const theirs = event.target.closest("[data-theirs]")?.dataset.theirs;
    const field = mine ?? theirs;
    if (!field) {
      return;
    }
    says(field).querySelector("[data-conflict]").remove();
    const names = [...new Set([...form.elements].map((e) => e.name).filter((n) => n && !n.startsWith("was:") && fieldOf(n) === field))];
    if (mine) {
      names.filter((n) => !n.startsWith("drop:") || inputs(n)[0].checked).forEach((n) => touched.add(n));
      send();
      return;
    }
    names.forEach((n) => touched.delete(n));
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    for (const name of names) {
      const now = [...page.querySelectorAll("[name]")].filter((e) => e.name === name);
      inputs(name).forEach((e, i) => {
        e.type === "checkbox" ? (e.checked = now[i]?.checked ?? false) : (e.value = now[i]?.value ?? "");
      });
    }
    const was = [...page.querySelectorAll("[name]")].find((e) => e.name === "was:" + field);
    inputs("was:" + field).forEach((e) => was && (e.value = was.value));
  });

  // Rows: one blank row is the pattern of those that are added.
  form.querySelectorAll("table[data-rows]").forEach((table) => {
    const blanks = [...table.querySelectorAll("tbody[data-blank]")];
    if (blanks.length === 0) {
      return;
    }
    const pattern = blanks[0].outerHTML, id = blanks[0].dataset.field.split("/")[1];
    blanks.forEach((b) => b.remove());
    const rowID = () => {
      const random = crypto.getRandomValues(new Uint8Array(10));
      return Date.now().toString(16).padStart(12, "0") + [...random].map((b) => b.toString(16).padStart(2, "0")).join("");
    };
    let last = "";
    const add = () => {
      const rows = table.querySelectorAll("tbody").length;
      const first = Number(table.querySelector("tbody td")?.textContent ?? 1) - (rows > 0 ? 0 : 1);
      if (rows >= Number(table.dataset.most)) {
        return null;
      }
      let next = rowID();
      next = next > last ? next : last.slice(0, 26) + (parseInt(last.slice(26), 16) + 1).toString(16).padStart(6, "0");
      last = next;
      const shape = document.createElement("template");
      shape.innerHTML = pattern.replaceAll(id, next);
      const body = shape.content.firstElementChild;
      body.querySelector("td").textContent = rows > 0 ? first + rows : 1;
      table.append(body);
      places(body);
      return body;
    };
    form.querySelector(`[data-add="${CSS.escape(table.dataset.rows)}"]`)?.addEventListener("click", () => {
      add()?.querySelector("input, select, textarea")?.focus();
    });
    table.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
      const at = event.target.closest("td");
      if (!at || !/[\t\n]/.test(text)) {
        return;
      }
      event.preventDefault();
      const column = [...at.parentElement.children].indexOf(at);
      let body = at.closest("tbody");
      text.split("\n").map((l) => l.split("\t")).forEach((cells, n) => {
        body = n === 0 ? body : (body?.nextElementSibling ?? add());
        cells.forEach((cell, i) => fill(body?.rows[0].children[column + i]?.querySelector("input:not([type=checkbox]), select, textarea"), cell));
      });
      later(100);
    });
  });

  // fill puts a cell of a workbook into an input: of an option its name will do.
  function fill(input, text) {
    text = text.trim().replace(/^"|"$/g, "");
    if (!input || text === "") {
      return;
    }
    if (input.tagName === "SELECT") {
      const found = [...input.options].find((o) => o.value === text || o.text.trim() === text);
      input.value = found ? found.value : input.value;
    } else if (input.type === "date") {
      const day = text.match(/^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/);
      input.value = day ? `${day[1]}-${day[2].padStart(2, "0")}-${day[3].padStart(2, "0")}` : "";
    } else {
      input.value = text;
    }
    touch(input);
  }

  // Places are looked up while one is typed.
  function places(within) {
    within.querySelectorAll("[data-place]").forEach((input) => {
      let wait = 0;
      input.addEventListener("input", () => {
        clearTimeout(wait);
        wait = setTimeout(async () => {
          const found = await fetch("/places?q=" + encodeURIComponent(input.value), { headers: { "HX-Request": "true", "HX-Target": "places" } });
          document.querySelector(input.dataset.place).innerHTML = await found.text();
        }, 200);
      });
    });
  }
  places(form);
});

// scripted shows what only a script can do, and hides what it does better.
function scripted(within) {
  within.querySelectorAll("[data-script]").forEach((e) => (e.hidden = false));
  within.querySelectorAll(".no-script").forEach((e) => (e.hidden = true));
}
scripted(document);

// The last day of a deadline is counted down to the second, by the server's clock.
document.querySelectorAll("[data-until][data-now]").forEach((e) => {
  const until = Date.parse(e.dataset.until), now = Date.parse(e.dataset.now), began = performance.now();
  const clock = document.createElement("span");
  clock.className = "clock";
  clock.setAttribute("aria-hidden", "true");
  const tick = () => {
    const left = Math.max(0, Math.floor((until - now - (performance.now() - began)) / 1000));
    if (left < 86400) {
      const two = (n) => String(n).padStart(2, "0");
      clock.textContent = `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
      e.after(" ", clock);
    }
    if (left > 0) {
      setTimeout(tick, left < 86400 ? 1000 : 60000);
    }
  };
  tick();
});

// Uploads of files. A file goes in parts, so that a cut line costs little: what
// has arrived stays, also after the page was loaded again. The form of each
// material becomes a box to drop files on.
(() => {
  const words = () => document.getElementById("upload-words")?.dataset ?? {};
  const lists = new Map(); // of what is under way, by material
  const queue = [];
  let working = false;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // What went wrong: worth another try, or what the server said.
  class Failure extends Error {
    constructor(text, again, status = 0) {
      super(text);
      Object.assign(this, { again, status });
    }
  }

  function failure(status, text) {
    let said = {};
    try {
      said = JSON.parse(text);
    } catch {
      // no answer of ours: a proxy's page, or nothing
    }
    if (status === 401) {
      return new Failure(words().session, false, status);
    }
    const again = status === 0 || said.key === "apply.upload_gap" || said.key === "db.busy" || status === 429 || status === 502 || status === 503 || status === 504;
    return new Failure(said.title ?? words().failed, again, status);
  }

  // send asks the server. A body that is no object is sent as bytes.
  const send = (task, method, path, body, progress) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    task.request = request;
    request.open(method, task.uploads + path);
    request.setRequestHeader("Accept", "application/json");
    if (body !== undefined) {
      request.setRequestHeader("Content-Type", body instanceof Blob ? "application/octet-stream" : "application/json");
    }
    request.upload.onprogress = (event) => progress?.(event.loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        resolve(JSON.parse(request.responseText));
      } else {
        reject(failure(request.status, request.responseText));
      }
    };
    request.onerror = () => reject(failure(0, ""));
    request.onabort = () => reject(new Failure(words().cancelled, false));
    request.send(body === undefined || body instanceof Blob ? body : JSON.stringify(body));
  });

  // pause waits, but not longer than the line is down.
  const pause = (milliseconds) => new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    addEventListener("online", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });

  // patiently tries again what a cut line spoilt, each time after a longer pause.
  async function patiently(task, what) {
    for (let tries = 0; ; tries++) {
      try {
        return await what();
      } catch (error) {
        if (!error.again || tries === 10 || task.stopped) {
          throw error;
        }
        show(task, "retrying");
        await pause(Math.min(30000, 500 * 2 ** tries));
        if (task.stopped) {
          throw new Failure(words().cancelled, false);
        }
      }
    }
  }

  function show(task, state, text) {
    task.row.dataset.state = state;
    const said = text ?? words()[state] ?? "";
    if (task.said.textContent !== said) {
      task.said.textContent = said;
    }
    task.again.hidden = state !== "failed";
    task.bar.hidden = state === "done" || state === "failed" || state === "cancelled";
    task.cancel.hidden = state === "done" || state === "cancelled";
  }

  // same reports whether a file begins with the parts that are there.
  async function same(file, upload) {
    if (!globalThis.crypto?.subtle) {
      return false;
    }
    for (const part of upload.parts ?? []) {
      const bytes = await file.slice(part.position, part.position + part.size).arrayBuffer();
      const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      if ([...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("") !== part.sum) {
        return false;
      }
    }
    return true;
  }

  // begin goes on with an upload that the page offers, or announces a new one.
  async function begin(task) {
    const { file } = task;
    const offered = [...document.querySelectorAll(`#m-${CSS.escape(task.material)} [data-upload]`)]
      .find((one) => one.dataset.name === file.name && Number(one.dataset.size) === file.size && !one.dataset.taken);
    if (offered) {
      offered.dataset.taken = "1";
      show(task, "comparing");
      const upload = await patiently(task, () => send(task, "GET", `/${offered.dataset.upload}?sums=1`));
      if (await same(file, upload)) {
        offered.remove();
        return upload;
      }
      show(task, "anew");
      await send(task, "POST", `/${offered.dataset.upload}/drop`, {});
      offered.remove();
    }
    return patiently(task, () => send(task, "POST", "", { material: task.material, name: file.name, size: file.size }));
  }

  // parts sends what is missing. Parts grow while they go fast.
  async function parts(task, upload) {
    let size = 1 << 20;
    while (upload.received < upload.size) {
      const began = Date.now();
      const from = upload.received;
      show(task, "sending");
      try {
        const part = task.file.slice(from, Math.min(from + size, upload.size));
        upload = await send(task, "POST", `/${upload.id}/parts?offset=${from}`, part, (sent) => {
          task.bar.value = Math.min(from + sent, upload.size) / upload.size;
        });
        if (Date.now() - began < 2000) {
          size = Math.min(size * 2, upload.max_part);
        }
      } catch (error) {
        if (!error.again || task.stopped) {
          throw error;
        }
        size = Math.max(size / 4, 1 << 17);
        const stands = upload.id;
        show(task, "retrying");
        await pause(1000);
        upload = await patiently(task, () => send(task, "GET", `/${stands}`));
        task.failures = upload.received > from ? 0 : (task.failures ?? 0) + 1;
        if (task.failures > 10) {
          throw new Failure(words().failed, false);
        }
      }
      task.bar.value = upload.received / upload.size;
    }
    return upload;
  }

  async function run(task) {
    try {
      task.upload ??= await begin(task);
      task.upload = await parts(task, await patiently(task, () => send(task, "GET", `/${task.upload.id}`)));
      show(task, "checking");
      await patiently(task, () => send(task, "POST", `/${task.upload.id}/end`, {}));
      show(task, "done");
      task.row.remove();
      refresh(task.material);
    } catch (error) {
      if (task.stopped) {
        show(task, "cancelled");
        if (task.upload) {
          send(task, "POST", `/${task.upload.id}/drop`, {}).catch(() => {});
        }
        return;
      }
      if (error.status === 404 || error.status === 422) {
        task.upload = undefined; // it is forgotten there
      }
      show(task, "failed", error.message || words().failed);
      task.again.hidden = error.status === 422; // the same file would be refused again
    }
  }

  function refresh(material) {
    const target = `#m-${CSS.escape(material)}`;
    if (document.querySelector(target)) {
      htmx.ajax("GET", location.pathname, { target, swap: "outerHTML" });
    }
  }

  async function work() {
    if (working) {
      return;
    }
    working = true;
    for (let task = queue.shift(); task; task = queue.shift()) {
      if (!task.stopped) {
        await run(task);
      }
    }
    working = false;
  }

  function add(form, files) {
    for (const file of files) {
      const task = { file, uploads: form.dataset.uploads, material: form.dataset.material };
      task.bar = make("progress", { max: 1, value: 0, ariaLabel: file.name });
      task.said = make("span", { role: "status" });
      task.again = make("button", { type: "button", className: "link", textContent: words().again, onclick: () => enqueue(task) });
      task.cancel = make("button", { type: "button", className: "link", textContent: words().cancel, ariaLabel: `${words().cancel} ${file.name}`, onclick: () => stop(task) });
      task.row = make("li", {}, make("span", { className: "file-name", textContent: file.name }), task.bar, task.said, task.again, task.cancel);
      lists.get(task.material).append(task.row);
      if (file.size > Number(form.dataset.most)) {
        show(task, "failed", words().large);
        task.again.hidden = true;
        continue;
      }
      enqueue(task);
    }
  }

  function enqueue(task) {
    show(task, "waiting");
    queue.push(task);
    work();
  }

  function stop(task) {
    task.stopped = true;
    if (task.row.dataset.state === "failed") {
      if (task.upload) {
        send(task, "POST", `/${task.upload.id}/drop`, {}).catch(() => {});
      }
      task.row.remove();
      return;
    }
    task.request?.abort();
    show(task, "cancelled");
  }

  // enhance turns the forms of a page into boxes to drop files on.
  function enhance() {
    for (const form of document.querySelectorAll("form[data-uploads]:not([data-ready])")) {
      form.dataset.ready = "1";
      const input = form.querySelector("input[type=file]");
      Object.assign(input, { multiple: true, required: false });
      form.querySelector("button").hidden = true;
      form.append(make("p", { className: "small hint", textContent: words().drop }));
      const material = form.dataset.material;
      if (!lists.has(material)) {
        lists.set(material, make("ul", { className: "uploads" }));
      }
      form.append(lists.get(material));
      input.addEventListener("change", () => {
        add(form, [...input.files]);
        input.value = "";
      });
      form.addEventListener("submit", (event) => event.preventDefault());
      form.addEventListener("dragover", (event) => {
        event.preventDefault();
        form.classList.add("over");
      });
      form.addEventListener("dragleave", () => form.classList.remove("over"));
      form.addEventListener("drop", (event) => {
        event.preventDefault();
        form.classList.remove("over");
        add(form, [...event.dataTransfer.files]);
      });
    }
  }

  document.addEventListener("DOMContentLoaded", enhance);
  document.addEventListener("htmx:afterSettle", enhance);
  addEventListener("beforeunload", (event) => {
    if (working && document.querySelector(".uploads [data-state=sending], .uploads [data-state=waiting], .uploads [data-state=retrying]")) {
      event.preventDefault();
    }
  });
})();

// A text that is to be sent elsewhere is copied by a button.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) {
    return;
  }
  const text = document.getElementById(button.dataset.copy);
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    button.textContent = button.dataset.copied;
  } catch { /* the text is selected: the keyboard copies it */ }
});

// Summary tables: texts are counted while they are typed; rows are dragged into
// order, and the whole order is sent when one is dropped.
document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-counts]")) {
    count(event.target);
  }
});
document.querySelectorAll("table[data-order] tbody").forEach((body) => {
  const form = document.getElementById("order");
  if (!form) {
    return;
  }
  let dragged = null, before = "";
  const order = () => [...body.rows].map((row) => row.dataset.id);
  for (const row of body.rows) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      before = order().join();
      row.classList.add("dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.id);
    });
    row.addEventListener("dragover", (event) => {
      if (!dragged || dragged === row) {
        return;
      }
      event.preventDefault();
      const box = row.getBoundingClientRect();
      body.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? row : row.nextSibling);
    });
    row.addEventListener("dragend", () => {
      dragged?.classList.remove("dragged");
      dragged = null;
      if (order().join() === before) {
        return;
      }
      for (const id of order()) {
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "row", value: id }));
      }
      form.requestSubmit();
    });
  }
  body.addEventListener("dragover", (event) => dragged && event.preventDefault());
});
