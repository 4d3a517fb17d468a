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

  /** The number of the district, as anybody would say it; what else is to be known of it stands below. */
  const plain = (category, measure) => {
    const { value, state } = figures.figure(category.id, measure, whole);
    const { kind, minutes } = figures.measures.get(measure);
    const district = named(data.district.name);
    if (kind === "share" && state === "o") {
      const one = named(category.one, category.languages[0]);
      return sayParts(countedSentence(category) ? "map.plain_known" : "map.plain", {
        share: figures.share(value),
        district,
        minutes,
        one,
      });
    }
    return sayParts("map.legend_whole", { district, sentence: figures.bare(category.id, measure, whole) });
  };

  /** How sure the number is, and whose word it is that such places help; shown when it is asked for. */
  const sure = (category, measure) => {
    const { certain, range } = figures.noted(category.id, measure, whole);
    return el(
      "details",
      { class: "sure" },
      el("summary", {}, say("map.how_sure")),
      range ? el("p", {}, say("map.sure_range", { low: range[0], high: range[1] })) : null,
      certain ? el("p", {}, say("map.sure_certain", { share: certain })) : null,
      el("p", { class: "reference" }, named(category.reference)),
    );
  };

  const show = (category, measure) => {
    const inline = figures.measures.get(measure).inline;
    const title = () => sayParts("map.legend_title", { category: profile.labelled(category), measure: inline });
    const walker = () => (who.beside() ? el("p", { class: "walker" }, who.beside()) : null);
    const isOpen = Boolean(byId("legend").querySelector(".sure")?.open);
    const asked = sure(category, measure);
    asked.open = isOpen;
    replace(byId("said"), title(), ". ", who.beside(), " ", plain(category, measure));
    replace(
      byId("legend"),
      el("h2", { class: "legend-title" }, symbols.picture(category), title()),
      walker(),
      el(
        "p",
        { class: "plain-words" },
        plain(category, measure),
        el("span", { class: "note" }, countedSentence(category)),
      ),
      fills(category, measure),
      linesOver(),
      unused.legend(),
      el("p", { class: "why" }, el("strong", {}, say("map.why")), " ", why(category)),
      asked,
    );
  };

  return { show, why };
})();
