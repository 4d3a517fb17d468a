"use strict";
/* The legend beside the map: what is shown, for whom, in which classes, and why it helps. */

HalfFull.legend = (() => {
  const { data, el, named, say, sayParts, byId, replace, number } = HalfFull;
  const { beside, figures, layers, profile, symbols, twoWay, unused, who } = HalfFull;
  const { whole } = figures;

  const classRows = (category, measure) => {
    const classes = data.theme.access_classes;
    const found = data.neighbourhoods.map((_, place) => figures.figure(category.id, measure, place));
    const count = (test) => found.filter(test).length;
    const rows = classes.map((colour, n) => ({
      patch: layers.patch(colour),
      words: figures.wordsOf(n, measure),
      n: count(({ value, state }) => state === "o" && figures.classOf(value, measure) === n),
    }));
    const states = Object.keys(figures.STATES).map((letter) => ({
      patch: layers.patch(`url(#state-${letter})`),
      words: figures.stateWords(letter, "label"),
      n: count(({ state }) => state === letter),
      isState: true,
    }));
    return [...rows.reverse(), ...states.filter(({ n }) => n)];
  };

  const legendItem = ({ patch, words, n }) =>
    el(
      "li",
      {},
      patch,
      el("span", {}, words),
      n === undefined ? null : el("span", { class: "count", "aria-hidden": "true" }, number(n)),
      n === undefined ? null : el("span", { class: "unseen" }, say("counts.neighbourhoods", { n })),
    );

  const fills = (category, measure) => {
    if (twoWay?.isOn()) return twoWay.key(category.id, measure);
    return [
      el("p", { class: "count-head", "aria-hidden": "true" }, say("map.legend_count")),
      el("ul", { class: "plain" }, classRows(category, measure).map(legendItem)),
    ];
  };

  /** What lies over the fills. */
  const linesOver = () => {
    if (!byId("show-beside")?.checked) return null;
    const { title, rows } = beside.legend();
    return [el("p", { class: "legend-title" }, title), el("ul", { class: "plain" }, rows.map(legendItem))];
  };

  /** Over whom the number of the district is, where not all neighbourhoods have one. */
  const countedSentence = (category) => {
    const places = [...data.neighbourhoods.keys()];
    const known = places.filter((place) => figures.isCounted(category.id, place));
    if (!known.length || known.length === places.length) return "";
    const people = known.reduce((sum, place) => sum + data.neighbourhoods[place].people, 0);
    return ` ${say("map.counted", { people, n: known.length, of: places.length })}`;
  };

  const why = ({ why: sentence, languages: [, language] }) => named(sentence, language);

  const show = (category, measure) => {
    const inline = figures.measures.get(measure).inline;
    const title = () => sayParts("map.legend_title", { category: profile.labelled(category), measure: inline });
    const sentence = figures.sentence(category.id, measure, whole);
    const asWhole = () => sayParts("map.legend_whole", { district: named(data.district.name), sentence });
    const walker = () => (who.beside() ? el("p", { class: "walker" }, who.beside()) : null);
    replace(byId("said"), title(), ". ", who.beside(), " ", asWhole());
    replace(
      byId("legend"),
      el("h2", { class: "legend-title" }, symbols.picture(category), title()),
      walker(),
      el("p", { class: "note" }, asWhole(), countedSentence(category)),
      fills(category, measure),
      linesOver(),
      unused.legend(),
      el("p", { class: "why" }, el("strong", {}, say("map.why")), " ", why(category), " ", el("span", { class: "reference" }, named(category.reference))),
    );
  };

  return { show, why };
})();
