"use strict";
/* What a number means: its class, its words, its state. */

HalfFull.figures = (() => {
  const { data, fill, say, decimal, compareTexts } = HalfFull;
  const measures = new Map(data.measures.map((measure) => [measure.name, measure]));
  const whole = data.neighbourhoods.length;

  // --- who walks -----------------------------------------------------------------------------

  // The figures of the first walker are those of every page; those of the others travel as text.
  const walkers = new Map(data.walkers.map((walker) => [walker.id, walker]));
  const first = data.walkers[0];
  let walker = first;
  const decoded = new Map();

  const hasFigures = ({ measures: counted }) => counted.length > 0;
  const isCountedFor = ({ measures: counted }, measure) => counted.includes(measure);
  /** Choose who walks; where nothing was counted for them, figures stay those of the first. */
  const walkAs = (id) => {
    walker = hasFigures(walkers.get(id)) ? walkers.get(id) : first;
  };

  const columnOf = (category, measure) => {
    const own = data.figures[category]?.[measure];
    if (walker === first || !own) return own;
    const at = walker.measures.indexOf(measure);
    if (at < 0) return undefined;
    const key = [walker.id, category, measure].join("/");
    if (!decoded.has(key)) {
      const { values, states = own.states, certain = own.certain } = walker.figures[category][at];
      const parts = measures.get(measure).kind === "share" ? 2 : 20;
      const numbers = Array.from(HalfFull.coding.numbers(values), (n) => n / parts);
      decoded.set(key, { values: numbers, states, certain });
    }
    return decoded.get(key);
  };

  // --- numbers -------------------------------------------------------------------------------

  /** Numbers of the neighbourhoods by name, as people look them up. */
  const byName = [...data.neighbourhoods.keys()].sort((a, b) =>
    compareTexts(data.neighbourhoods[a].name, data.neighbourhoods[b].name),
  );

  /** One number, or the letter of the state that stands in its place. */
  const figure = (category, measure, place) => {
    const column = columnOf(category, measure);
    if (!column) return { value: null, state: "n" };
    const state = column.states[place];
    return {
      value: state === "o" ? column.values[place] : null,
      state,
      certain: column.certain[place],
      range: column.range?.[place],
    };
  };

  /** Whether any number of a category is known of a neighbourhood: it counts in the district's then. */
  const isCounted = (category, place) => data.measures.some(({ name }) => figure(category, name, place).state !== "n");

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
    if (value > 0 && value < 1) return say("numbers.under_one");
    if (value > 99 && value < 100) return say("numbers.over_99");
    return say("numbers.share", { n: value });
  };

  const tenths = (value) => {
    if (value > 0 && value < 0.1) return say("numbers.under_tenth", { tenth: 0.1 });
    return decimal(value, value === 0 ? 0 : 1);
  };

  const minutes = (value) => say("numbers.minutes", { n: Math.max(1, Math.round(value)) });

  /** What stands in the place of a number that is none: its name, in short, as a sentence. */
  const STATES = { n: "no_data", u: "unreachable", s: "suppressed" };
  const stateWords = (letter, part) => say(`states.${STATES[letter]}.${part}`);

  /** A number in a cell of a table. */
  const brief = (category, measure, place) => {
    const { value, state } = figure(category, measure, place);
    if (state !== "o") return stateWords(state, "brief");
    return measures.get(measure).kind === "share" ? share(value) : tenths(value);
  };

  const unitOf = (measure) => ({ share, minutes, count: tenths })[measures.get(measure).kind];

  /** A number in a sentence, by itself. */
  const bare = (category, measure, place) => {
    const { value, state } = figure(category, measure, place);
    if (state !== "o") return stateWords(state, "sentence");
    return fill(measures.get(measure).sentence, { value: unitOf(measure)(value) });
  };

  /** What is to be known of a number: its range under other choices, and for how many it is certain. */
  const noted = (category, measure, place) => {
    const { state, certain, range } = figure(category, measure, place);
    const ends = state === "o" && range ? range.map(unitOf(measure)) : [];
    return {
      range: ends[0] === ends[1] ? null : ends,
      certain: state !== "o" || certain === undefined ? null : share(certain),
    };
  };

  /** A number in a sentence, with what is to be known of it. */
  const sentence = (category, measure, place) => {
    const { range, certain } = noted(category, measure, place);
    const notes = [
      range ? say("figures.range", { low: range[0], high: range[1] }) : "",
      certain ? say("figures.certain", { share: certain }) : "",
    ].filter(Boolean);
    return bare(category, measure, place) + (notes.length ? ` (${notes.join("; ")})` : "");
  };

  return {
    measures,
    whole,
    walkers,
    walkAs,
    isCountedFor,
    hasFigures,
    byName,
    figure,
    isCounted,
    isKnown,
    classOf,
    wordsOf,
    share,
    minutes,
    brief,
    sentence,
    bare,
    noted,
    STATES,
    stateWords,
    isFirst: () => walker === first,
    walker: () => walker,
    first,
  };
})();
