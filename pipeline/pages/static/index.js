"use strict";
/* One card for each district. */

(() => {
  const { data, el, named, byId } = HalfFull;
  const card = ({ folder, name, notice, counts, strengths, date }) =>
    el(
      "li",
      { class: "card" },
      el("h2", {}, el("a", { href: `${encodeURIComponent(folder)}/map.html` }, named(name))),
      el("p", { class: "lede" }, counts.join(" · ")),
      notice ? el("p", { class: "notice" }, named(notice)) : null,
      el("ul", { class: "strong" }, strengths.map((line) => el("li", {}, named(line)))),
      date ? el("p", { class: "note" }, "Map data of ", date) : null,
    );
  byId("cards").append(...data.cards.map(card));
  if (!data.cards.length) byId("cards").append(el("li", {}, "No district has been published yet."));
})();
