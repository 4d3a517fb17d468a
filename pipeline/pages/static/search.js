"use strict";
/*
 * Search by name: a neighbourhood, a place, or a kind of asset. A combobox with a list, as the
 * ARIA practices describe it: the focus stays in the box, arrows move through what was found.
 */

HalfFull.search = (() => {
  const { data, el, named, byId, replace } = HalfFull;
  const { profile, symbols, tables } = HalfFull;
  const say = (key, slots) => HalfFull.say(`search.${key}`, slots);
  const MOST_SHOWN = 8;
  // Letters that do not come apart into a letter and its accent.
  const LETTERS = { æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ß: "ss", ı: "i", ħ: "h" };

  let host = null;
  const now = { found: [], active: -1, index: null };
  const [box, list, note] = ["search-text", "search-list", "search-note"].map(byId);

  // --- names ---------------------------------------------------------------------------------

  /** A name as it is compared: no accents, no case, no apostrophes; words apart by one space. */
  const folded = (text) => {
    const plain = text
      .normalize("NFKD")
      .toLowerCase()
      .replace(/\p{M}/gu, "")
      .replace(/[æœøđðþłßıħ]/g, (letter) => LETTERS[letter]);
    return (
      plain
        .replace(/['’‘ʼ`]/g, "")
        .replace(/[^\p{L}\p{N}]+/gu, " ")
        .trim() || text.trim()
    );
  };

  /** All that has a name; places without one are found by their kind, which comes first. */
  const entries = () => [
    ...data.categories.map((category) => ({ kind: "category", category, name: category.label, also: category.one })),
    ...data.localities.name.map((name, locality) => ({ kind: "locality", locality, name })),
    ...data.neighbourhoods.map(({ name, around }, place) => ({ kind: "neighbourhood", place, name, also: around })),
    ...data.places.name.flatMap((name, asset) => (name ? [{ kind: "asset", asset, name }] : [])),
  ];
  // Kinds of assets come first, then parts of town, then all else by name.
  const ORDER = { category: 1, locality: 2 };
  const order = ({ kind }) => ORDER[kind] ?? 3;
  const compare = (a, b) => order(a) - order(b) || (a.text < b.text ? -1 : Number(a.text > b.text));
  const index = () => {
    now.index ??= entries()
      .map((entry) => ({ ...entry, text: folded(`${entry.name} ${entry.also ?? ""}`) }))
      .sort(compare);
    return now.index;
  };

  /** How well a name answers: the whole of it first, then its beginning, then the beginnings of words. */
  const rank = (text, asked, words) => {
    if (text.startsWith(asked)) return text.length === asked.length ? 0 : 1;
    const spaced = ` ${text}`;
    if (words.every((word) => spaced.includes(` ${word}`))) return 2;
    return words.every((word) => text.includes(word)) ? 3 : -1;
  };

  /** What answers to a text, the best first. */
  const find = (text) => {
    const asked = text.trim() && folded(text);
    if (!asked) return [];
    const words = asked.split(" ");
    const ranks = [[], [], [], []];
    for (const entry of index()) {
      const at = rank(entry.text, asked, words);
      if (at >= 0) ranks[at].push(entry);
    }
    return ranks.flat();
  };

  // --- the list ------------------------------------------------------------------------------

  const isOpen = () => !byId("search-found").hidden;

  const neighbourhoodOf = (locality) => data.neighbourhoods[data.localities.where[locality]];

  /** What stands under a name, to tell it from others of the same name. */
  const about = (entry) => {
    if (entry.kind === "category") return say("kind");
    if (entry.kind === "locality")
      return HalfFull.sayParts("search.locality", { where: named(neighbourhoodOf(entry.locality).name) });
    if (entry.kind === "neighbourhood") {
      const { around } = data.neighbourhoods[entry.place];
      return around
        ? HalfFull.sayParts("search.neighbourhood_around", { around: named(around) })
        : say("neighbourhood");
    }
    const category = data.categories[data.places.category[entry.asset]];
    return HalfFull.sayParts("search.place", {
      one: named(category.one, category.languages[0]),
      where: named(tables.whereOf(entry.asset)),
    });
  };

  const pictureOf = (entry) => {
    if (entry.kind === "neighbourhood" || entry.kind === "locality") return null;
    return symbols.picture(entry.category ?? data.categories[data.places.category[entry.asset]]);
  };

  const row = (entry, n) => {
    const name = entry.kind === "category" ? profile.labelled(entry.category) : named(entry.name);
    const text = el("span", {}, name, el("span", { class: "names" }, about(entry)));
    const item = el(
      "li",
      { role: "option", id: `search-${n}`, "aria-selected": "false" },
      el("span", { class: "sign" }, pictureOf(entry)),
      text,
    );
    item.addEventListener("click", () => choose(entry));
    return item;
  };

  const mark = (n) => {
    now.active = n;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === n)));
    if (n < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `search-${n}`);
    return list.children[n].scrollIntoView({ block: "nearest" });
  };

  const close = () => {
    byId("search-found").hidden = true;
    box.setAttribute("aria-expanded", "false");
    mark(-1);
  };

  /** Nothing has that name on the map, which does not say that there is no such place. */
  const nothing = (text) => {
    const isCut = data.categories.some((category) => category.is_left_out);
    return [HalfFull.sayParts("search.nothing", { text: named(text) }), isCut ? ` ${say("left_out")}` : null];
  };

  const show = () => {
    const text = box.value.trim();
    const all = find(text);
    now.found = all.slice(0, MOST_SHOWN);
    replace(list, now.found.map(row));
    list.hidden = !now.found.length;
    const more = all.length > MOST_SHOWN ? say("more", { n: all.length, shown: MOST_SHOWN }) : null;
    replace(note, now.found.length ? more : nothing(text));
    replace(
      byId("search-said"),
      !text ? null : now.found.length ? (more ?? say("found", { n: all.length })) : nothing(text),
    );
    byId("search-found").hidden = !text;
    box.setAttribute("aria-expanded", String(Boolean(text && now.found.length)));
    mark(-1);
  };

  const choose = (entry) => {
    box.value = entry.name;
    close();
    replace(byId("search-said"));
    if (entry.kind === "asset") host.onAsset(entry.asset, box);
    else if (entry.kind === "neighbourhood") host.onNeighbourhood(entry.place, box);
    else if (entry.kind === "locality") host.onLocality(entry.locality);
    else host.onCategory(entry.category);
  };

  // --- the keyboard --------------------------------------------------------------------------

  const step = (by) => {
    if (!isOpen()) show();
    const n = now.found.length;
    if (!n) return;
    const from = now.active < 0 && by < 0 ? 0 : now.active;
    mark((from + by + n) % n);
  };

  const KEYS = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => {
      if (!isOpen()) show();
      else if (now.found.length) choose(now.found[Math.max(0, now.active)]);
    },
    Escape: () => {
      if (!isOpen()) box.value = "";
      close();
      replace(byId("search-said"));
    },
  };

  const onKey = (event) => {
    if (event.isComposing || !KEYS[event.key]) return;
    // Escape closes a pop-up of the map, too, but not while there is something to close here.
    if (event.key === "Escape" && !isOpen() && !box.value) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  };

  /** Join the map: `given` opens what was chosen, as a click on it does. */
  const join = (given) => {
    host = given;
    byId("search").hidden = false;
    box.addEventListener("input", show);
    box.addEventListener("keydown", onKey);
    box.addEventListener("focus", index, { once: true });
    box.addEventListener("click", () => {
      if (box.value && !isOpen()) show();
    });
    box.addEventListener("blur", close);
    // A press on the list leaves the focus in the box, so that the list stays until it is let go.
    byId("search-found").addEventListener("mousedown", (event) => event.preventDefault());
  };

  return { join, find, folded };
})();
