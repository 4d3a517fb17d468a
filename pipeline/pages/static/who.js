"use strict";
/*
 * Who walks: colours, tables and minutes from any point are those of one walker at a time. What is
 * not counted for a walker stays among the choices and says so.
 */

HalfFull.who = (() => {
  const { data, el, named, byId, replace } = HalfFull;
  const { figures } = HalfFull;
  const say = (key, slots) => HalfFull.say(`who.${key}`, slots);
  const sayParts = (key, slots) => HalfFull.sayParts(`who.${key}`, slots);
  const { first } = figures;

  const now = () => figures.walkers.get(byId("walker").value);
  const label = ({ label: text, languages: [language] }) => named(text, language);
  const listed = (texts) => texts.join(" · ");

  /** Options of measures that are not counted for a walker cannot be chosen, and say why. */
  const markMeasures = (walker) => {
    for (const option of byId("measure").options) {
      const measure = figures.measures.get(option.value);
      const isCounted = figures.isCountedFor(figures.walker(), measure.name);
      option.disabled = !isCounted;
      option.textContent = isCounted ? measure.label : say("only_for", { measure: measure.label, walker: first.label });
    }
    return figures.hasFigures(walker);
  };

  /** Show something else where what was shown is not counted for a walker. */
  const changed = () => {
    const asked = byId("measure").value;
    if (figures.isCountedFor(figures.walker(), asked)) return null;
    const other = `within_${data.minutes[Math.floor(data.minutes.length / 2)]}_min_pct`;
    byId("measure").value = figures.isCountedFor(figures.walker(), other) ? other : figures.walker().measures[0];
    const [measure, shown] = [asked, byId("measure").value].map((name) => figures.measures.get(name).label);
    return el("p", {}, el("strong", {}, say("changed", { measure, other: shown })));
  };

  /** How fast they walk and over what, and what is counted for them. */
  const about = (walker) => {
    const {
      languages: [, language],
      note,
      speed,
    } = walker;
    const lines = [[say("speed", { speed }), " ", named(note, language)]];
    const missing = data.measures.filter(({ name }) => !figures.isCountedFor(walker, name));
    if (!figures.hasFigures(walker)) lines.push([sayParts("no_figures", { walker: label(first) })]);
    else if (missing.length)
      lines.push([
        sayParts("missing", { measures: listed(missing.map((measure) => measure.label)), walker: label(first) }),
      ]);
    return lines.map((line) => el("p", {}, line));
  };

  const show = () => {
    const walker = now();
    figures.walkAs(walker.id);
    markMeasures(walker);
    const note = changed();
    replace(byId("walker-about"), note, about(walker));
    replace(byId("walker-said"), note?.textContent);
  };

  /** Join the map: `onChange` shows everything anew. */
  const join = (onChange) => {
    byId("walker").append(
      ...data.walkers.map((walker) =>
        el("option", { value: walker.id, lang: walker.languages[0] || null }, walker.label),
      ),
    );
    show();
    byId("walker").addEventListener("change", () => {
      show();
      onChange();
    });
  };

  /** Whose figures are shown, to stand beside them; nothing for the walker of all other pages. */
  const beside = () => (figures.isFirst() ? null : sayParts("for", { walker: label(figures.walker()) }));

  return { join, now, label, beside };
})();
