// Everything here only improves pages that already work without it.
(function () {
  "use strict";
  const words = JSON.parse(document.body.dataset.words || "{}");
  const all = (selector, root) => (root || document).querySelectorAll(selector);
  const say = (pattern, time) => (pattern || "{time}").replace("{time}", time);

  // Countdowns and moments. The server's text is right when the page arrives; the limits are those of common/times.py.
  function duration(seconds) {
    const minutes = Math.floor(seconds / 60), hours = Math.floor(seconds / 3600);
    if (hours >= 48) return `${Math.floor(hours / 24)} ${words.d} ${hours % 24} ${words.h}`;
    if (hours) return `${hours} ${words.h} ${String(minutes % 60).padStart(2, "0")} ${words.min}`;
    return minutes ? `${minutes} ${words.min}` : `${seconds} ${words.s}`;
  }
  function countdownTo(left) {
    const seconds = Math.floor(Math.abs(left) / 1000);
    if (left <= 0) return [say(words.overdue, duration(seconds)), "overdue"];
    const time = seconds < 3600
      ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : duration(seconds);
    return [say(words.left, time), left <= 300000 ? "now" : left <= 900000 ? "soon" : "calm"];
  }
  const ago = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { style: "short" });
  function relative(delta) {
    const minutes = delta / 60000, size = Math.abs(minutes);
    if (size < 1) return minutes > 0 ? words.soon : words.now;
    if (size < 90) return ago.format(Math.round(minutes), "minute");
    if (size < 36 * 60) return ago.format(Math.round(minutes / 60), "hour");
    return null; // days change too rarely to be worth a tick
  }
  // A wrong time on this machine must not move a deadline: the server says what time it is. A page that comes back
  // from the browser's history carries an old time, so that one trusts the machine.
  const [visit] = performance.getEntriesByType("navigation");
  const served = visit && visit.type === "back_forward" ? NaN : Date.parse(document.body.dataset.now);
  const skew = served ? served - Date.now() : 0;
  function tick() {
    const now = Date.now() + skew;
    for (const element of all("time[data-countdown]")) {
      const [text, urgency] = countdownTo(Date.parse(element.dateTime) - now);
      const face = element.querySelector("[data-countdown-text]");
      if (face && face.textContent !== text) face.textContent = text;
      if (!element.classList.contains("is-" + urgency)) {
        element.classList.remove("is-calm", "is-soon", "is-now", "is-overdue");
        element.classList.add("is-" + urgency);
      }
    }
    if (Math.floor(now / 1000) % 15) return;
    for (const element of all("time[data-moment]")) {
      const text = relative(Date.parse(element.dateTime) - now);
      const face = element.querySelector("[data-moment-text]");
      if (text && face && face.textContent !== text) face.textContent = text;
    }
  }
  setInterval(tick, 1000);

  // Theme: system, light or dark, remembered on this machine.
  function showTheme() {
    const theme = document.documentElement.dataset.bsTheme || "auto";
    for (const button of all("[data-theme-switch] [data-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
    }
  }
  function setTheme(theme) {
    if (theme === "auto") delete document.documentElement.dataset.bsTheme;
    else document.documentElement.dataset.bsTheme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Storage is blocked: the choice lasts for this page.
    }
    showTheme();
  }

  // Characters as people count them, for fields with data-count-limit; the count stands in the next [data-count].
  const graphemes = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
  const characters = (text) => (graphemes ? [...graphemes.segment(text)].map((one) => one.segment) : [...text]);
  // The same rules as responses/counting.py: short links on X and Mastodon, double weight on X.
  function weight(character) {
    const code = character.codePointAt(0);
    const narrow = code <= 4351 || (code >= 8192 && code <= 8205) || (code >= 8208 && code <= 8223)
      || (code >= 8242 && code <= 8247);
    return narrow ? [...character].length : 2;
  }
  function length(text, platform) {
    const links = platform === "x" || platform === "mastodon" ? text.match(/https?:\/\/\S+/gi) || [] : [];
    for (const link of links) text = text.replace(link, "");
    const parts = characters(text);
    const own = platform === "x" ? parts.reduce((sum, one) => sum + weight(one.normalize("NFC")), 0) : parts.length;
    return own + links.length * 23;
  }
  function count(field) {
    const limit = Number(field.dataset.countLimit);
    let output = document.getElementById(field.id + "_count");
    if (!output) {
      output = document.createElement("output");
      output.id = field.id + "_count";
      output.className = "counter";
      output.htmlFor = field.id;
      field.after(output);
    }
    const used = length(field.value, field.dataset.countAs);
    output.textContent = `${used} / ${limit}`;
    output.classList.toggle("is-near", used > limit * 0.9 && used <= limit);
    output.classList.toggle("is-over", used > limit);
  }

  // Typed and not saved: the browser asks before the page is left. Forms opt in with data-keep.
  const changed = new Set();
  addEventListener("beforeunload", (event) => {
    for (const form of changed) if (form.isConnected) return event.preventDefault();
  });

  function closeToast(toast) {
    if (toast) toast.remove();
  }
  function enhance(root) {
    for (const field of all("[data-count-limit]", root)) count(field);
    for (const group of all("[data-theme-switch]", root)) group.hidden = false;
    for (const button of all("[data-toast-close]", root)) button.hidden = false;
    for (const toast of all("[data-toast=success], [data-toast=info]", root)) {
      setTimeout(() => toast.matches(":hover, :focus-within") || closeToast(toast), 10000);
    }
    const focus = root.querySelector && root.querySelector("[data-focus]");
    if (focus) focus.focus();
    showTheme();
  }

  // A tab that hides the target of a link (phone) is opened first.
  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const panel = target && target.closest(".tabset-panels > *");
    if (!panel) return;
    const inputs = all(".tabset-tabs input", panel.closest(".tabset"));
    const input = inputs[[...panel.parentElement.children].indexOf(panel)];
    if (input) input.checked = true;
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-toast-close]");
    if (close) closeToast(close.closest("[data-toast]"));
    const theme = event.target.closest("[data-theme-switch] [data-theme]");
    if (theme) setTheme(theme.dataset.theme);
    for (const menu of all("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.target.matches("time.when")) event.target.blur();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-count-limit]")) count(event.target);
    const form = event.target.closest("form[data-keep]");
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => changed.delete(event.target));

  // Is what you see live? Follows the page's event stream.
  function live(state) {
    for (const sign of all("[data-live]")) {
      sign.hidden = false;
      sign.dataset.state = state;
      sign.textContent = words[state];
    }
  }
  document.addEventListener("htmx:sseOpen", () => live("live"));
  document.addEventListener("htmx:sseError", () => live("reconnecting"));
  document.addEventListener("htmx:load", (event) => event.target !== document.body && enhance(event.target));

  enhance(document);
  reveal();
  // What is wrong comes before the part of the page that the address names, to which the browser goes once it is loaded.
  const first = location.hash && document.querySelector("[data-focus]");
  if (first) addEventListener("load", () => setTimeout(() => {
    first.focus();
    first.scrollIntoView({ block: "center" });
  }, 100));
})();
