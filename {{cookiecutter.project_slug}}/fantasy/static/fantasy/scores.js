// What a poll of the scores has changed is shown and read out; one that brings nothing new is dropped,
// so that focus and selection stay where they are.
(() => {
  "use strict";
  let lastAnswer = "";
  let before = new Map();

  const scores = () =>
    new Map(
      Array.from(document.querySelectorAll("[data-match]"), (match) => [
        match.dataset.match,
        match.querySelector("[data-score]").textContent,
      ]),
    );

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.target.hasAttribute("data-scores")) return;
    if (detail.serverResponse === lastAnswer) detail.shouldSwap = false;
    lastAnswer = detail.serverResponse;
    before = scores();
  });

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (!detail.elt.hasAttribute("data-scores")) return;
    const news = [];
    for (const [id, score] of scores()) {
      if (!before.has(id) || before.get(id) === score) continue;
      const match = document.querySelector(`[data-match="${id}"]`);
      match.classList.add("has-news");
      news.push(match.dataset.teams.replace("–", score));
    }
    if (news.length) document.getElementById("score-news").textContent = news.join(". ");
  });
})();
