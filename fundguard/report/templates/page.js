(function () {
  "use strict";
  var root = document.documentElement, button = document.getElementById("language");
  function show(language) {
    root.setAttribute("data-language", language);
    root.lang = language === "en" ? "en" : "zh-CN";
    button.textContent = language === "en" ? "中文" : "English";
    button.setAttribute("aria-pressed", String(language === "en"));
  }
  button.addEventListener("click", function () {
    show(root.getAttribute("data-language") === "en" ? "zh" : "en");
  });
  show(location.hash === "#en" ? "en" : "zh");
  var cards = Array.prototype.slice.call(document.querySelectorAll("article.lead"));
  function go(step) {
    var here = cards.indexOf(document.activeElement);
    if (here < 0) {
      here = cards.findIndex(function (card) { return card.getBoundingClientRect().bottom > 80; });
      here = here < 0 ? cards.length : here;
      // The card that already stands at the top is the current one; one further down is the next.
      if (step > 0 && (here === cards.length || cards[here].getBoundingClientRect().top > 100)) { here -= 1; }
    }
    var card = cards[Math.min(cards.length - 1, Math.max(0, here + step))];
    if (card) { card.focus({ preventScroll: true }); card.scrollIntoView({ block: "start" }); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "j") { go(1); } else if (event.key === "k") { go(-1); }
    else if (event.key === "e") { button.click(); }
    else if (event.key === "o" && document.activeElement.matches("article.lead")) {
      document.activeElement.querySelectorAll("details").forEach(function (each) { each.open = !each.open; });
    }
  });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (each) { each.open = true; });
  });
}());
