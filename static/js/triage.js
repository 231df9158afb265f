// Adds up the score while it is being ticked; the server computes the level that counts, floors included.
(function () {
  "use strict";
  const grid = document.querySelector("[data-score]");
  const output = document.querySelector("[data-score-total]");
  const levels = JSON.parse(output.dataset.levels);
  function add() {
    let total = 0;
    let unknown = 0;
    for (const field of grid.querySelectorAll("[data-weight]")) {
      const chosen = field.querySelector("input:checked");
      const score = chosen && chosen.value !== "" ? Number(chosen.value) : 1;
      if (!chosen || chosen.value === "") unknown += 1;
      total += score * Number(field.dataset.weight);
    }
    const level = levels.find(([, lowest]) => total >= lowest)[0];
    output.textContent = output.dataset.text
      .replace("{total}", total).replace("{level}", level).replace("{unknown}", unknown);
    output.hidden = false;
  }
  grid.addEventListener("change", add);
  add();
})();
