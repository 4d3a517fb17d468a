"use strict";
/*
 * The directory as one table: narrowed by theme, kind, word and walk, sorted by its headings, with
 * minutes from a chosen place. The lists that are read without a script are joined, never copied.
 */

(() => {
  const { data, el, say, sayParts, byId, replace, compareTexts } = HalfFull;
  const NO_MINUTES = "A".charCodeAt(0);
  const COLUMNS = ["name", "kind", "where", "walk", "open", "access", "contact", "source"];
  const CHOICES = ["from", "theme", "kind", "within", "find"];

  /** Accents, capitals and apostrophes do not matter in a search. */
  const folded = (text) =>
    text
      .normalize("NFD")
      .replace(/[\u0300-\u036f’'`.]/g, "")
      .replace(/\s+/g, " ")
      .toLowerCase()
      .trim();

  const rows = [...document.querySelectorAll("#lists tbody tr")].map((row, n) => {
    const cells = Object.fromEntries(COLUMNS.map((name, place) => [name, row.children[place]]));
    return { row, n, cells, said: folded(row.textContent), ways: row.dataset.ways.split(" "), minutes: Infinity };
  });

  /** The minutes to each entry from one place; what is not written is further than is counted. */
  const minutesFrom = (coded) => {
    const found = new Array(rows.length).fill(Infinity);
    let at = 0;
    for (const [, skipped, letter] of coded.matchAll(/(\d+)|([A-~])/g)) {
      if (skipped) at += Number(skipped);
      else {
        found[at] = letter.charCodeAt(0) - NO_MINUTES;
        at += 1;
      }
    }
    return found;
  };

  // --- one table ---------------------------------------------------------------------------

  const sorting = { column: "", rises: true };
  const body = el("tbody", { role: "rowgroup" });
  const heads = new Map();

  const heading = (name, words) => {
    const arrow = el("span", { class: "arrow", "aria-hidden": "true" });
    const button = el("button", { type: "button", class: "sort" }, words, arrow);
    const head = el("th", { scope: "col", role: "columnheader", class: name, "aria-sort": "none" }, button);
    button.addEventListener("click", () => {
      sorting.rises = sorting.column === name ? !sorting.rises : true;
      sorting.column = name;
      show();
    });
    heads.set(name, { head, arrow, words });
    return head;
  };

  const join = () => {
    const words = [...document.querySelectorAll("#lists section thead")][0];
    if (!words) return;
    const named = COLUMNS.map((name, place) => heading(name, words.rows[0].children[place].textContent));
    for (const { row, cells } of rows) {
      cells.kind.hidden = false;
      body.append(row);
    }
    replace(
      byId("lists"),
      el(
        "table",
        { class: "joined", role: "table" },
        el("caption", {}, say("directory.caption")),
        el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, named)),
        body,
      ),
    );
  };

  // --- what is shown -----------------------------------------------------------------------

  const chosen = (name) => byId(name).value;
  const wordsOf = (name) => byId(name).selectedOptions[0].textContent;
  const start = () => (chosen("from") === "" ? -1 : Number(chosen("from")));

  const walkWords = ({ row, minutes }) => {
    if (row.dataset.id && row.dataset.id === data.starts[start()]) return say("directory.here");
    if (minutes === Infinity) return say("directory.far", { minutes: data.longest });
    return say("directory.minute", { n: minutes });
  };

  /** Minutes stand in every row, so that they are printed and found by a reader of tables. */
  const measure = () => {
    const isFrom = start() >= 0;
    const minutes = isFrom ? minutesFrom(data.walks[start()]) : [];
    for (const entry of rows) {
      const isHere = isFrom && entry.row.dataset.id === data.starts[start()];
      entry.minutes = isHere ? 0 : (minutes[entry.n] ?? Infinity);
      entry.cells.walk.hidden = !isFrom;
      replace(entry.cells.walk, isFrom ? walkWords(entry) : null);
    }
    heads.get("walk").head.hidden = !isFrom;
    byId("within").disabled = !isFrom;
    if (!isFrom && sorting.column === "walk") sorting.column = "";
    if (isFrom) Object.assign(sorting, { column: "walk", rises: true });
  };

  const fits = ({ row, ways, said, minutes }, text) =>
    (!chosen("theme") || ways.includes(chosen("theme"))) &&
    (!chosen("kind") || row.dataset.kind === chosen("kind")) &&
    (start() < 0 || !chosen("within") || minutes <= Number(chosen("within"))) &&
    text.every((word) => said.includes(word));

  const valueOf = (entry) => (sorting.column === "walk" ? entry.minutes : entry.cells[sorting.column].textContent);

  /** Numbers rise and text follows the alphabet; what is unsaid or too far comes last either way. */
  const compare = (a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    const isLast = (value) => value === Infinity || value === say("directory.unsaid");
    if (isLast(x) || isLast(y)) return isLast(x) - isLast(y) || a.n - b.n;
    const order = typeof x === "number" ? x - y : compareTexts(x, y);
    return (sorting.rises ? order : -order) || a.n - b.n;
  };

  const saidOf = (n) => {
    const walk = sorting.column === "walk" && sorting.rises;
    const column = sorting.column ? heads.get(sorting.column).words : "";
    const parts = [
      n === rows.length
        ? sayParts("directory.said_all", { n })
        : sayParts("directory.said_some", { n, of: rows.length }),
      chosen("theme") ? sayParts("directory.said_theme", { theme: wordsOf("theme") }) : null,
      chosen("kind") ? sayParts("directory.said_kind", { kind: wordsOf("kind") }) : null,
      chosen("find").trim() ? sayParts("directory.said_text", { text: chosen("find").trim() }) : null,
      start() >= 0 && chosen("within")
        ? sayParts("directory.said_within", { minutes: Number(chosen("within")) })
        : null,
      start() >= 0 && walk ? sayParts("directory.said_from", { place: wordsOf("from") }) : null,
      column && !walk
        ? sayParts(sorting.rises ? "directory.said_sorted_up" : "directory.said_sorted_down", { column })
        : null,
    ];
    return parts.filter(Boolean).map((part) => [part, " "]);
  };

  const show = () => {
    const text = folded(chosen("find")).split(" ").filter(Boolean);
    const ordered = sorting.column ? [...rows].sort(compare) : rows;
    let n = 0;
    for (const entry of ordered) {
      entry.row.hidden = !fits(entry, text);
      n += !entry.row.hidden;
    }
    body.append(...ordered.map(({ row }) => row));
    for (const [name, { head, arrow }] of heads) {
      const direction = sorting.column === name ? (sorting.rises ? "ascending" : "descending") : "none";
      head.setAttribute("aria-sort", direction);
      replace(arrow, { ascending: " ▲", descending: " ▼", none: "" }[direction]);
    }
    byId("nothing").hidden = n > 0;
    byId("lists").hidden = n === 0;
    replace(byId("said"), saidOf(n));
  };

  // --- the link to what is shown -----------------------------------------------------------

  const keep = () => {
    const found = CHOICES.map((name) => [name, name === "from" ? (data.starts[start()] ?? "") : chosen(name).trim()]);
    const link = new URLSearchParams(found.filter(([, value]) => value)).toString();
    try {
      window.history.replaceState(null, "", link ? `#${link}` : "#");
    } catch {
      // A page that was opened from a file may not; it works all the same.
    }
  };

  /** What a link says and the page does not know is passed over. */
  const take = () => {
    const given = new URLSearchParams(window.location.hash.slice(1));
    for (const name of CHOICES) {
      const value = (given.get(name) ?? "").slice(0, 200);
      if (name === "find") byId(name).value = value;
      else {
        const wanted = name === "from" ? String(data.starts.indexOf(value)) : value;
        const option = [...byId(name).options].find((each) => each.value === wanted && !each.disabled);
        byId(name).value = option ? option.value : "";
      }
    }
  };

  const changed = () => {
    show();
    keep();
  };

  if (!rows.length) return;
  join();
  byId("themes").remove();
  for (const each of document.querySelectorAll(".when-scripted, #choices")) each.hidden = false;
  byId("from").addEventListener("change", () => {
    measure();
    changed();
  });
  for (const name of ["theme", "kind", "within"]) byId(name).addEventListener("change", changed);
  byId("find").addEventListener("input", changed);
  byId("print").addEventListener("click", () => window.print());
  byId("clear").addEventListener("click", () => {
    for (const name of CHOICES) byId(name).value = "";
    sorting.column = "";
    measure();
    changed();
    byId("from").focus();
  });
  window.addEventListener("hashchange", () => {
    take();
    measure();
    show();
  });
  take();
  measure();
  show();
})();
