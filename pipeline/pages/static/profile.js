"use strict";
/* One neighbourhood, or the district: what is within reach first, then what stands beside it. */

HalfFull.profile = (() => {
  const { data, el, named, say, sayParts, compareTexts, replace, byId } = HalfFull;
  const { figure, figures, isKnown, share, minutes, whole } = { ...HalfFull.figures, figures: HalfFull.figures };
  const middle = data.minutes[Math.floor(data.minutes.length / 2)];
  const NEARLY_ALL = 80;
  const namesShown = 4;

  const nameOf = (place) => (place === whole ? data.district.name : data.neighbourhoods[place].name);
  /** Where a neighbourhood is, after its name. */
  const around = (place) => {
    const text = place === whole ? "" : data.neighbourhoods[place].around;
    return text ? el("small", { class: "where" }, " ", named(text)) : null;
  };
  const fullName = (place) => {
    const { name, around: where } = data.neighbourhoods[place];
    return where ? say("whereabouts.name", { name, where }) : name;
  };
  const peopleOf = (place) => (place === whole ? data.district.people : data.neighbourhoods[place].people);
  const residentsWords = () => {
    if (data.district.people_raster) return "counts.residents_raster";
    return data.district.is_estimated ? "counts.residents_estimated" : "counts.residents";
  };
  const residents = (place) => say(residentsWords(), { n: peopleOf(place), raster: data.district.people_raster });

  /** The label of a category, in its language. */
  const labelled = ({ label, languages: [language] }) => named(label, language);

  const within = (category, minute, place) => figure(category.id, `within_${minute}_min_pct`, place);

  /** Labels of what nearly everyone has within so many minutes, the largest share first. */
  const strengths = (place, minute) =>
    data.categories
      .filter((category) => !category.is_potential)
      .map((category) => ({ category, found: within(category, minute, place) }))
      .filter(({ found }) => found.state === "o" && found.value >= NEARLY_ALL)
      .sort((a, b) => b.found.value - a.found.value)
      .map(({ category }) => labelled(category));

  const strengthsSentence = (place) => {
    const labels = strengths(place, middle);
    if (!labels.length) return null;
    const lead = say("profile.strengths", { minutes: middle, share: NEARLY_ALL });
    return el("p", { class: "strengths" }, el("strong", {}, lead), " ", listed(labels));
  };

  const listed = (labels) => labels.flatMap((label, n) => [n ? " · " : "", label]);

  /** Three steps of one bar: the share of residents within each number of minutes. */
  const bar = (category, place) => {
    const found = data.minutes.map((minute) => within(category, minute, place));
    // What is not known has no bar at all: an empty one would say that nobody is within reach.
    if (found.some(({ state }) => state !== "o")) return null;
    const steps = found.map(({ value }) => value);
    const box = el("span", { class: "bar", "aria-hidden": "true" });
    [...steps].reverse().forEach((value, n) => {
      const step = el("span", { class: `step step-${steps.length - n}` });
      step.style.width = `${Math.min(100, value)}%`;
      box.append(step);
    });
    return box;
  };

  const wordsFor = (category, place) => {
    const near = within(category, middle, place);
    if (near.state !== "o") return figures.stateWords(near.state, "sentence");
    const walk = figure(category.id, "nearest_median_min", place);
    const reach = { share: share(near.value), minutes: middle };
    if (walk.state !== "o") return say("profile.reach", reach);
    return say("profile.reach_nearest", { ...reach, walk: minutes(walk.value) });
  };

  const namesHere = (category, place) => {
    const number_ = data.categories.indexOf(category);
    const names = data.places.name.filter(
      (name, n) => name && data.places.category[n] === number_ && data.places.where[n] === place,
    );
    const distinct = [...new Set(names)].sort(compareTexts);
    if (!distinct.length) return null;
    const shown = distinct.slice(0, namesShown).flatMap((name, n) => [n ? ", " : "", named(name)]);
    const left = distinct.length - namesShown;
    return el(
      "p",
      { class: "names" },
      say("profile.here"),
      " ",
      shown,
      left > 0 ? ` ${say("profile.and_more", { n: left })}` : "",
    );
  };

  const row = (category, place) =>
    el(
      "li",
      {},
      el("p", { class: "row-label" }, HalfFull.symbols.picture(category), labelled(category)),
      bar(category, place),
      el("p", { class: "row-words" }, wordsFor(category, place)),
      place === whole ? null : namesHere(category, place),
    );

  const kindCard = (kind, place) => {
    const order = (category) => {
      const found = within(category, middle, place);
      return found.state === "o" ? found.value : -1;
    };
    const inKind = data.categories.filter((category) => category.kind === kind.id).sort((a, b) => order(b) - order(a));
    if (!inKind.length) return null;
    return el(
      "section",
      { class: "card" },
      el("h3", {}, kind.label),
      el(
        "ul",
        { class: "plain" },
        inKind.map((category) => row(category, place)),
      ),
    );
  };

  const besideCard = (place) => HalfFull.beside?.card(place) ?? null;

  const key = () =>
    el(
      "p",
      { class: "bar-key" },
      say("profile.bars"),
      " ",
      data.minutes.flatMap((minute, n) => [
        n ? " " : "",
        el(
          "span",
          { class: "key" },
          el("span", { class: `dot step-${n + 1}`, "aria-hidden": "true" }),
          minutes(minute),
        ),
      ]),
    );

  const everything = (place) => [
    strengthsSentence(place),
    key(),
    el(
      "div",
      { class: "cards" },
      data.kinds.map((kind) => kindCard(kind, place)),
      besideCard(place),
    ),
  ];
  const nothingKnown = (place) => [
    el("p", { class: "strengths" }, say("profile.all_no_data")),
    el("div", { class: "cards" }, besideCard(place)),
  ];

  /** Fill the section about one neighbourhood, or about the district. */
  const show = (place) => {
    replace(byId("profile-title"), sayParts("profile.title_of", { place: named(nameOf(place)) }), around(place));
    replace(
      byId("profile-body"),
      el("p", { class: "lede" }, residents(place), HalfFull.who.beside() ? [". ", HalfFull.who.beside()] : null),
      isKnown(place) ? everything(place) : nothingKnown(place),
    );
  };

  /** The same in short, for a pop-up on the map. */
  const popup = (place, { category, measure, onMore }) => {
    const more = el("button", { type: "button", class: "link" }, say("profile.see_everything"));
    more.addEventListener("click", onMore);
    return el(
      "div",
      { class: "pop" },
      el("h2", {}, named(nameOf(place)), around(place)),
      el("p", { class: "lede" }, residents(place)),
      el("p", {}, el("strong", {}, labelled(category)), `: ${figures.sentence(category.id, measure, place)}.`),
      HalfFull.who.beside() ? el("p", { class: "note" }, HalfFull.who.beside()) : null,
      strengthsSentence(place),
      HalfFull.beside ? el("p", { class: "beside" }, HalfFull.beside.first(place)) : null,
      more,
    );
  };

  return { show, popup, nameOf, fullName, around, labelled, middle };
})();
