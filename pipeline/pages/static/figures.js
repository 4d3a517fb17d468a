"use strict";
/* What a number means: its class, its words, its state. */

HalfFull.figures = (() => {
  const { data, fill } = HalfFull;
  const measures = new Map(data.measures.map((measure) => [measure.name, measure]));
  const whole = data.neighbourhoods.length;

  /** Numbers of the neighbourhoods by name, as people look them up. */
  const byName = [...data.neighbourhoods.keys()].sort((a, b) =>
    data.neighbourhoods[a].name.localeCompare(data.neighbourhoods[b].name, "en-GB", { numeric: true }),
  );

  /** One number, or the letter of the state that stands in its place. */
  const figure = (category, measure, place) => {
    const column = data.figures[category]?.[measure];
    if (!column) return { value: null, state: "n" };
    return { value: column.values[place], state: column.states[place], certain: column.certain[place], range: column.range?.[place] };
  };

  /** Whether any number of a category is known of a neighbourhood: it counts in the district's then. */
  const isCounted = (category, place) =>
    data.measures.some(({ name }) => figure(category, name, place).state !== "n");

  /** Whether anything at all is known of a neighbourhood. */
  const isKnown = (place) => data.categories.some(({ id }) => isCounted(id, place));

  /** Which class a number is in, as it is shown, so that class and words agree; 0 is the least. */
  const classOf = (value, measure) => {
    const { kind, bounds } = measures.get(measure);
    if (kind === "minutes") return bounds.length - bounds.filter((bound) => value > bound).length;
    return bounds.filter((bound) => value >= bound).length;
  };

  /** The words of a class, whose legend runs from near to far for minutes. */
  const wordsOf = (place, measure) => {
    const { kind, legend } = measures.get(measure);
    return kind === "minutes" ? legend[legend.length - 1 - place] : legend[place];
  };

  const share = (value) => {
    if (value > 0 && value < 1) return data.words.under_one;
    if (value > 99 && value < 100) return data.words.over_99;
    return `${value} %`;
  };

  const tenths = (value) => {
    if (value > 0 && value < 0.1) return data.words.under_tenth;
    return value === 0 ? "0" : value.toFixed(1);
  };

  const minutes = (value) => {
    const rounded = Math.max(1, Math.round(value));
    return `${rounded} min`;
  };

  /** A number in a cell of a table. */
  const brief = (category, measure, place) => {
    const { value, state } = figure(category, measure, place);
    if (state !== "o") return data.states[state][0].toLowerCase();
    return measures.get(measure).kind === "share" ? share(value) : tenths(value);
  };

  /** A number in a sentence. */
  const sentence = (category, measure, place) => {
    const { value, state, certain, range } = figure(category, measure, place);
    if (state !== "o") return data.states[state][1];
    const { kind, who, minutes: within } = measures.get(measure);
    const sentences = {
      share: () => `${share(value)} of residents within ${within} minutes`,
      minutes: () => `${who} reach one in about ${minutes(value)}`,
      count: () => `${tenths(value)} within ${within} minutes, on average`,
    };
    const inUnit = { share, minutes, count: tenths }[kind];
    const notes = [
      range && inUnit(range[0]) !== inUnit(range[1])
        ? fill(data.words.range, { low: inUnit(range[0]), high: inUnit(range[1]) })
        : "",
      certain === undefined ? "" : fill(data.words.certain, { share: share(certain) }),
    ].filter(Boolean);
    return sentences[kind]() + (notes.length ? ` (${notes.join("; ")})` : "");
  };

  return { measures, whole, byName, figure, isCounted, isKnown, classOf, wordsOf, share, minutes, brief, sentence };
})();
