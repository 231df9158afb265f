// Runs before the first paint. Without a remembered choice (or without this script) the stylesheet follows the system.
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // Storage is blocked: the system's theme it is.
  }
  if (theme === "light" || theme === "dark") root.dataset.bsTheme = theme;
})();
