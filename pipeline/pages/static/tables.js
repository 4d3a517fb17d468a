"use strict";
/* The same figures as tables, and the places as a list; sorted by buttons in the headings. */

HalfFull.tables = (() => {
  const { data, el, named, say, sayParts, byId, replace, number, capital, compareTexts } = HalfFull;
  const { figure, isCounted, isCountedFor, isKnown, brief, measures, walker, whole, byName } = HalfFull.figures;
  const { who } = HalfFull;
  const FIRST_ROWS = 100;
  const LONGEST_DETAIL = 120;

  /** Numbers rise, text follows the alphabet, and what has no figure comes last. */
  const compare = (a, b) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return typeof a === "number" ? a - b : compareTexts(a, b);
  };

  const headCell = (column, n, sorting, onSort) => {
    const direction = sorting.column === n ? (sorting.rises ? "ascending" : "descending") : "none";
    const button = el("button", { type: "button", class: "sort" }, column.named ? named(column.label) : column.label);
    button.append(
      el("span", { class: "arrow", "aria-hidden": "true" }, { ascending: " ▲", descending: " ▼", none: "" }[direction]),
    );
    button.addEventListener("click", () => onSort(n));
    return el("th", { scope: "col", "aria-sort": direction, class: column.class ?? "" }, button);
  };

  /** A table whose columns give for each row a cell and a value to sort by. */
  const sortable = (box, { caption, columns, rows, last = [], limit = Infinity, more = "" }) => {
    const sorting = { column: -1, rises: true };
    let most = limit;
    const draw = () => {
      const sorted = [...rows];
      if (sorting.column >= 0) {
        const { value } = columns[sorting.column];
        sorted.sort((a, b) => {
          const [x, y] = [value(a), value(b)];
          return x === null || y === null || sorting.rises ? compare(x, y) : compare(y, x);
        });
      }
      const body = [...sorted.slice(0, most), ...last].map((row) =>
        el(
          "tr",
          { class: last.includes(row) ? "whole" : "" },
          columns.map((column, n) => column.cell(row, n)),
        ),
      );
      const head = columns.map((column, n) => headCell(column, n, sorting, sort));
      const all = el("button", { type: "button", class: "link" }, more);
      all.addEventListener("click", () => {
        most = Infinity;
        draw();
        box.focus();
      });
      replace(
        box,
        el(
          "table",
          {},
          el("caption", {}, el("span", {}, caption)),
          el("thead", {}, el("tr", {}, head)),
          el("tbody", {}, body),
        ),
        rows.length > most ? all : null,
      );
    };
    const sort = (n) => {
      sorting.rises = sorting.column === n ? !sorting.rises : true;
      sorting.column = n;
      draw();
      box.querySelectorAll("th button")[n].focus();
    };
    draw();
  };

  const nameOf = (place) => HalfFull.profile.nameOf(place);
  const nameColumn = (onChoose) => ({
    label: say("tables.neighbourhood"),
    value: nameOf,
    cell: (place) => {
      if (place === whole) return el("th", { scope: "row" }, named(nameOf(place)));
      const button = el("button", { type: "button", class: "link" }, named(nameOf(place)));
      button.addEventListener("click", () => onChoose(place, button));
      return el("th", { scope: "row" }, button);
    },
  });
  const peopleColumn = {
    label: say("tables.people"),
    class: "number",
    value: (place) => (place === whole ? data.district.people : data.neighbourhoods[place].people),
    cell: (place) => el("td", { class: "number" }, number(peopleColumn.value(place))),
  };
  const figureColumn = (label, isNamed, category, measure) => ({
    label,
    named: isNamed,
    class: "number",
    value: (place) => figure(category, measure, place).value,
    cell: (place) => {
      const { state } = figure(category, measure, place);
      return el("td", { class: state === "o" ? "number" : "number state" }, brief(category, measure, place));
    },
  });

  /** Neighbourhoods against measures of one category, or against all categories. */
  const showFigures = ({ category, measure, mode, more, onChoose }) => {
    const words = measures.get(measure);
    const one = mode === "one";
    const numbers = one
      ? data.measures
          .filter(({ name }) => isCountedFor(walker(), name))
          .map(({ name, short }) => figureColumn(short, false, category.id, name))
      : data.categories.map(({ id, label }) => figureColumn(label, true, id, measure));
    const hasData = (place) => (one ? isCounted(category.id, place) : isKnown(place));
    const known = byName.filter(hasData);
    const others = byName.filter((place) => !hasData(place));
    const counts = { n: known.length, of: byName.length, district: named(nameOf(whole)) };
    sortable(byId("figures-table"), {
      caption: [
        one
          ? sayParts("tables.every_measure", { category: HalfFull.profile.labelled(category) })
          : say("tables.every_kind", { measure: words.label }),
        " ",
        who.beside(),
        " ",
        others.length && known.length ? sayParts("tables.some_data", counts) : null,
      ],
      columns: [
        nameColumn(onChoose),
        peopleColumn,
        ...numbers,
        ...(HalfFull.beside?.isKnown ? [HalfFull.beside.column] : []),
        ...more,
      ],
      rows: [...known, ...others],
      last: [whole],
    });
  };

  const placeName = (n) => data.places.name[n] || capital(data.categories[data.places.category[n]].one);
  const whereOf = (n) =>
    data.places.where[n] < 0 ? say("map.elsewhere") : data.neighbourhoods[data.places.where[n]].name;
  const sourcesOf = (n) => data.places.sources[n].map((source) => data.places.source_texts[source]).join("; ");
  const detailsOf = (n) => {
    const texts = data.places.detail_texts;
    const pairs = data.places.details[n];
    return pairs.filter((_, k) => k % 2 === 0).map((label, k) => [texts[label], texts[pairs[2 * k + 1]]]);
  };

  const cut = (text) => (text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL).trimEnd()}…` : text);

  const textColumn = (label, value) => ({
    label,
    value,
    cell: (n) => el("td", {}, named(value(n))),
  });

  /** One line for each detail, cut where it is long; the pop-up of the place has it whole. */
  const detailsColumn = {
    label: say("tables.details"),
    value: (n) => detailsOf(n).flat().join(" ") || null,
    cell: (n) =>
      el(
        "td",
        {},
        detailsOf(n).map(([label, text]) =>
          el("p", {}, sayParts("tables.detail", { label: named(label), text: named(cut(text)) })),
        ),
      ),
  };

  /** The places of one category, each with a button that shows it on the map. */
  const showPlaces = ({ category, onPlace }) => {
    const numberOf = data.categories.indexOf(category);
    const rows = [...data.places.category.keys()].filter((n) => data.places.category[n] === numberOf);
    rows.sort((a, b) =>
      compare(!data.places.name[a] ? null : placeName(a), !data.places.name[b] ? null : placeName(b)),
    );
    const label = HalfFull.profile.labelled;
    replace(byId("list-title"), sayParts("tables.places_of", { category: label(category) }));
    sortable(byId("list-table"), {
      caption: sayParts(category.is_left_out ? "map.left_out" : "tables.places_caption", {
        category: label(category),
        n: category.is_left_out ? category.n : rows.length,
      }),
      columns: [
        {
          label: say("tables.name"),
          value: placeName,
          cell: (n) => {
            const button = el("button", { type: "button", class: "link" }, named(placeName(n)));
            button.addEventListener("click", () => onPlace(n, button));
            return el("th", { scope: "row" }, button);
          },
        },
        textColumn(say("map.in_neighbourhood"), whereOf),
        detailsColumn,
        textColumn(say("tables.sources"), sourcesOf),
      ],
      rows,
      limit: FIRST_ROWS,
      more: say("tables.show_all", { n: rows.length }),
    });
  };

  return { sortable, showFigures, showPlaces, placeName, whereOf, sourcesOf, detailsOf };
})();
