"use strict";
/* How the district stands beside published standards: one table, a part for each standard. */

HalfFull.standards = (() => {
  const { data, el, named, say, sayParts, byId, replace, theirs } = HalfFull;
  const { standards } = data;

  const head = () =>
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        [
          say("standards.asks"),
          say("standards.walking"),
          say("standards.line"),
          say("standards.difference"),
          say("standards.own"),
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
        named(row.label, row.language),
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
          el("strong", {}, named(standard.name, theirs)),
          ", ",
          named(standard.by),
          el(
            "span",
            { class: "asks" },
            named(standard.note, standard.note_language),
            " ",
            named(standard.reference, theirs),
          ),
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
        el("caption", {}, el("span", {}, sayParts("standards.caption", { district: named(data.district.name) }))),
        head(),
        standards.map(part),
      ),
    );
  }
  return {};
})();
