"use strict";
/* How the district stands beside published standards: one table, a part for each standard. */

HalfFull.standards = (() => {
  const { data, el, named, byId, replace } = HalfFull;
  const { standards } = data;

  const head = () =>
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        [
          data.words.standard_asks,
          data.words.standard_walking,
          data.words.standard_line,
          data.words.standard_difference,
          data.words.standard_own,
        ].map((label) => el("th", { scope: "col" }, label)),
      ),
    );

  const numbers = (row) =>
    row.land
      ? [el("td", { colspan: 3 }, row.land)]
      : [row.walking, row.line, row.difference].map((text) => el("td", {}, text));

  const line = (row) =>
    el(
      "tr",
      {},
      el(
        "th",
        { scope: "row" },
        named(row.label),
        el("span", { class: "asks" }, named(row.asks), row.evidence ? ` (${row.evidence})` : null),
      ),
      numbers(row),
      el("td", {}, row.own),
    );

  const part = (standard) =>
    el(
      "tbody",
      {},
      el(
        "tr",
        { class: "standard" },
        el(
          "th",
          { scope: "rowgroup", colspan: 5 },
          el("strong", {}, named(standard.name)),
          ", ",
          named(standard.by),
          el("span", { class: "asks" }, named(standard.note), " ", named(standard.reference)),
        ),
      ),
      standard.rows.map(line),
    );

  if (standards.length) {
    byId("standards").removeAttribute("hidden");
    replace(
      byId("standards-table"),
      el(
        "table",
        {},
        el("caption", {}, el("span", {}, named(data.district.name), data.words.standard_caption)),
        head(),
        standards.map(part),
      ),
    );
  }
  return {};
})();
