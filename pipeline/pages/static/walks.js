"use strict";
/*
 * Walks from any point: where it stands on the streets, how far it is to everything, and the way.
 *
 * Everything here answers as the walking engine does that made the figures: the same street, the
 * same point on it, the same costs in whole decimetres of flat walking, the same nearest place.
 * Nothing here draws.
 */

HalfFull.walks = (() => {
  const { data } = HalfFull;
  const coded = data.streets;
  const { laid, project, walkers, groundOf } = HalfFull.streets;
  const DM = 10;
  const UM = 1e6;
  const NONE = -1;
  // Ways to have reached a junction that are no street: from the point itself.
  const FROM_START = -2;
  const FROM_END = -3;

  /** Share the cost of a street out over its length, to the nearest decimetre. */
  const costAlong = (cost, along, length) => {
    const safe = Math.max(length, 1);
    return Math.floor((2 * cost * along + safe) / (2 * safe));
  };

  // --- where a point stands ------------------------------------------------------------------

  /** How far a point is from a piece, and how far along the piece that is, in metres. */
  const away = (x, y, metres, v) => {
    const [x0, y0, x1, y1] = [metres[2 * v], metres[2 * v + 1], metres[2 * v + 2], metres[2 * v + 3]];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const squared = dx * dx + dy * dy;
    const share = squared > 0 ? ((x - x0) * dx + (y - y0) * dy) / squared : 0;
    if (share <= 0) return [Math.sqrt((x - x0) ** 2 + (y - y0) ** 2), 0];
    const length = Math.sqrt(squared);
    if (share >= 1) return [Math.sqrt((x - x1) ** 2 + (y - y1) ** 2), length];
    return [Math.abs(((y0 - y) * dx - (x0 - x) * dy) / squared) * length, share * length];
  };

  /**
   * The nearest street that one can step onto, and where: bridges and tunnels are passed over.
   * Of streets equally near, in whole micrometres, the one with the lowest number.
   */
  const attach = ([latitude, longitude]) => {
    const { metres, squares, ofVertex, before, first, length } = laid();
    const at = [0, 0];
    project(longitude, latitude, at, 0);
    const [x, y] = at;
    const { column, row, columns } = squares;
    let [nearest, found, leastAway] = [Math.round(coded.cap_m * UM) + 1, NONE, 0];
    for (let r = row(y - coded.cap_m); r <= row(y + coded.cap_m); r += 1) {
      for (let c = column(x - coded.cap_m); c <= column(x + coded.cap_m); c += 1) {
        const square = r * columns + c;
        for (let k = squares.first[square]; k < squares.first[square + 1]; k += 1) {
          const v = squares.piece[k];
          const [metresAway] = away(x, y, metres, v);
          const micrometres = Math.round(metresAway * UM);
          const isNearer =
            micrometres < nearest ||
            (micrometres === nearest &&
              found !== NONE &&
              (ofVertex[v] < ofVertex[found] ||
                (ofVertex[v] === ofVertex[found] &&
                  (metresAway < leastAway || (metresAway === leastAway && v < found)))));
          if (isNearer) [nearest, found, leastAway] = [micrometres, v, metresAway];
        }
      }
    }
    if (found === NONE) return null;
    const edge = ofVertex[found];
    const whole = before[first[edge + 1] - 1];
    const stretched = coded.is_exact || !whole ? DM : length[edge] / whole;
    const along = Math.round((before[found] + away(x, y, metres, found)[1]) * stretched);
    return { edge, along: Math.min(along, length[edge]), snap: Math.round(leastAway * DM) };
  };

  // --- where the data end --------------------------------------------------------------------

  const UNITS = 100000;
  const ringHolds = (flat, x, y) => {
    let [inside, px, py] = [false, 0, 0];
    let [cx, cy] = [0, 0];
    for (let n = 0; n < flat.length; n += 2) {
      cx += flat[n];
      cy += flat[n + 1];
      if (n && cy > y !== py > y && x < ((px - cx) * (y - cy)) / (py - cy) + cx) inside = !inside;
      [px, py] = [cx, cy];
    }
    return inside;
  };

  /** Whether an area, parts of rings as the page carries them, holds a point. */
  const holds = (parts, [latitude, longitude]) => {
    const [x, y] = [longitude * UNITS, latitude * UNITS];
    return parts.some((rings) => rings.filter((ring) => ringHolds(ring, x, y)).length % 2 === 1);
  };

  /** Whether the data cover a point. */
  const isCovered = (latLng) => coded.region.some((parts) => holds(parts, latLng));

  /** How far from a point the data end at least, in metres: nothing nearer can be missing. */
  const knownWithin = (latLng) => {
    if (!isCovered(latLng)) return 0;
    const point = [0, 0];
    project(latLng[1], latLng[0], point, 0);
    let least = Infinity;
    for (const line of coded.edge) {
      const metres = new Float64Array(line.length);
      let [x, y] = [0, 0];
      for (let n = 0; n < line.length; n += 2) {
        x += line[n];
        y += line[n + 1];
        project(x / UNITS, y / UNITS, metres, n);
      }
      for (let v = 0; v < line.length / 2 - 1; v += 1) {
        least = Math.min(least, away(point[0], point[1], metres, v)[0]);
      }
    }
    return Math.max(0, least - coded.edge_tolerance_m);
  };

  // --- the search ----------------------------------------------------------------------------

  /** A heap of whole numbers, the least first. */
  const heapOf = (most) => {
    const keys = new Float64Array(most);
    let size = 0;
    const push = (key) => {
      let at = size;
      size += 1;
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (keys[above] <= key) break;
        keys[at] = keys[above];
        at = above;
      }
      keys[at] = key;
    };
    const pop = () => {
      const least = keys[0];
      size -= 1;
      const last = keys[size];
      let at = 0;
      for (let below = 1; below < size; below = 2 * at + 1) {
        if (below + 1 < size && keys[below + 1] < keys[below]) below += 1;
        if (keys[below] >= last) break;
        keys[at] = keys[below];
        at = below;
      }
      keys[at] = last;
      return least;
    };
    return { push, pop, isEmpty: () => size === 0 };
  };

  /** What parts of a street cost a walker from either of its ends, and where they stand on it. */
  const costsOn = ({ forward, backward }, length) => ({
    fromStart: (e, along) => costAlong(forward[e], along, length[e]),
    toStart: (e, along) => costAlong(backward[e], along, length[e]),
  });

  /** Along one street, from where one stands to somewhere else on it. */
  const costBetween = (ground, length, stand, along) => {
    const { fromStart, toStart } = costsOn(ground, length);
    const e = stand.edge;
    const here = stand.snap + toStart(e, stand.along);
    const there = stand.snap + ground.forward[e] - fromStart(e, stand.along);
    return Math.max(here - toStart(e, along), there - (ground.forward[e] - fromStart(e, along)));
  };

  /**
   * Spread out from where one stands, the nearest junction first (Dijkstra 1959), until `isEnough`
   * of a cost; `onStreet` is called for each street that is entered, with the cost to its end and
   * the number of the leave, as `ends` counts them. Returns how each junction was reached.
   */
  const spread = (ground, stand, furthest, { onStreet, isEnough }) => {
    const { n, ends, leaving, nJunctions, length } = laid();
    const { forward, backward, closed } = ground;
    const { fromStart, toStart } = costsOn(ground, length);
    const cost = new Int32Array(nJunctions).fill(0x7fffffff);
    // How each junction was reached: by leaving another, as `ends` numbers that, or from the point.
    const via = new Int32Array(nJunctions);
    const heap = heapOf(2 * n + 2);
    const reach = (junction, value, by) => {
      if (value >= cost[junction] || value > furthest) return;
      cost[junction] = value;
      via[junction] = by;
      heap.push(value * nJunctions + junction);
    };
    reach(ends[2 * stand.edge], stand.snap + toStart(stand.edge, stand.along), FROM_START);
    reach(ends[2 * stand.edge + 1], stand.snap + forward[stand.edge] - fromStart(stand.edge, stand.along), FROM_END);
    while (!heap.isEmpty()) {
      const key = heap.pop();
      const junction = key % nJunctions;
      const value = (key - junction) / nJunctions;
      if (value > cost[junction]) continue;
      if (isEnough(value)) break;
      for (let k = leaving.first[junction]; k < leaving.first[junction + 1]; k += 1) {
        const leave = leaving.order[k];
        const e = leave >> 1;
        if (closed[e]) continue;
        onStreet(e, value, leave);
        reach(ends[leave ^ 1], value + (leave & 1 ? backward[e] : forward[e]), leave);
      }
    }
    return via;
  };

  /** What it costs to go along a street, from the end at which it was entered to somewhere on it. */
  const legCost = (ground, length, e, leave, along) => {
    const { fromStart, toStart } = costsOn(ground, length);
    return leave & 1 ? ground.backward[e] - toStart(e, along) : fromStart(e, along);
  };

  /**
   * Walk from a point to the nearest place of every category.
   *
   * Returns null where no street is near the point or none that is open to the walker; else where
   * the point stands, and for each category the nearest place, its door and the cost in decimetres,
   * or null where none is within the longest walk.
   */
  const walkFrom = (latLng, walkerId = coded.walkers[0].id) => {
    const { length, doors } = laid();
    const stand = attach(latLng);
    const ground = groundOf(walkerId);
    if (!stand || ground.closed[stand.edge]) return null;
    const { speed } = walkers.get(walkerId);
    const furthest = Math.floor(coded.furthest_min * speed * DM);
    const best = data.categories.map(() => null);
    let missing = best.length - Object.keys(coded.nothing).length;

    const offer = (door, cost, through) => {
      const asset = doors.asset[door];
      const category = data.places.category[asset];
      const held = best[category];
      if (cost > furthest || (held && (held.cost < cost || (held.cost === cost && held.asset <= asset)))) return;
      if (!held) missing -= 1;
      best[category] = { asset, door, cost, through };
    };

    const { first: firstDoor, order: doorAt } = doors.onEdge;
    const eachDoor = (e, call) => {
      for (let k = firstDoor[e]; k < firstDoor[e + 1]; k += 1) call(doorAt[k]);
    };
    eachDoor(stand.edge, (door) => {
      offer(door, costBetween(ground, length, stand, doors.along[door]) + doors.snap[door], NONE);
    });
    const onStreet = (e, value, leave) =>
      eachDoor(e, (door) => {
        offer(door, value + legCost(ground, length, e, leave, doors.along[door]) + doors.snap[door], leave);
      });
    const isEnough = (value) => !missing && value > Math.max(...best.map((found) => found.cost));
    const via = spread(ground, stand, furthest, { onStreet, isEnough });
    return { latLng, walker: walkerId, stand, best, via };
  };

  // --- the way -------------------------------------------------------------------------------

  /** The line of a street between two places along it, in decimetres; either may come first. */
  const stretch = (e, from, to) => {
    const { first, before, degrees, length } = laid();
    const [begin, end] = [first[e], first[e + 1] - 1];
    const scale = length[e] ? before[end] / length[e] : 0;
    const pointAt = (along) => {
      const metres = along * scale;
      let v = begin;
      while (v < end - 1 && before[v + 1] < metres) v += 1;
      const piece = before[v + 1] - before[v];
      const share = piece > 0 ? Math.min(1, Math.max(0, (metres - before[v]) / piece)) : 0;
      const mixed = (k) => degrees[2 * v + k] + share * (degrees[2 * v + 2 + k] - degrees[2 * v + k]);
      return [mixed(1), mixed(0)];
    };
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const line = [pointAt(low)];
    for (let v = begin; v <= end; v += 1) {
      if (before[v] > low * scale && before[v] < high * scale) line.push([degrees[2 * v + 1], degrees[2 * v]]);
    }
    line.push(pointAt(high));
    return from <= to ? line : line.reverse();
  };

  /** The legs from where one stands to somewhere on a street that was entered by `through`. */
  const legsTo = ({ stand, via, walker }, { edge, along, through }) => {
    const { ends, length, called } = laid();
    const { forward, backward } = groundOf(walker);
    const legs = [];
    const add = (e, from, to) => {
      const part = from <= to ? forward[e] : backward[e];
      const [a, b] = [costAlong(part, from, length[e]), costAlong(part, to, length[e])];
      legs.push({ called: called[e], length: Math.abs(to - from), cost: Math.abs(b - a), line: stretch(e, from, to) });
    };
    if (through === NONE) {
      add(edge, stand.along, along);
      return legs;
    }
    const passed = [];
    let by = via[ends[through]];
    while (by >= 0) {
      passed.push(by);
      by = via[ends[by]];
    }
    add(stand.edge, stand.along, by === FROM_START ? 0 : length[stand.edge]);
    for (const leave of passed.reverse()) {
      const e = leave >> 1;
      add(e, leave & 1 ? length[e] : 0, leave & 1 ? 0 : length[e]);
    }
    add(edge, through & 1 ? length[edge] : 0, along);
    return legs;
  };

  /** Legs put together, with the steps from the point to the street and from the street to the end. */
  const wayOf = (walk, end) => {
    const legs = legsTo(walk, end);
    const sum = (key) => legs.reduce((total, leg) => total + leg[key], 0);
    const toStreet = walk.stand.snap;
    const toDoor = end.snap;
    return {
      legs,
      toStreet,
      toDoor,
      length: toStreet + sum("length") + toDoor,
      total: toStreet + sum("cost") + toDoor,
      line: legs.flatMap((leg) => leg.line),
    };
  };

  /**
   * The way to the nearest place of a category: its legs, each a street with its name, line, length
   * and cost, and the steps from the point to the street and from the street to the door.
   */
  const wayTo = (walk, category) => {
    const found = walk.best[category];
    if (!found) return null;
    const { doors } = laid();
    const { door, through } = found;
    const edge = through === NONE ? walk.stand.edge : through >> 1;
    return {
      ...found,
      ...wayOf(walk, { edge, along: doors.along[door], snap: doors.snap[door], through }),
      door: doorAt(found),
    };
  };

  /** The way from one point to another, or null where one of them is at no street or there is none. */
  const wayBetween = (from, to, walkerId = coded.walkers[0].id) => {
    const { length } = laid();
    const [stand, end] = [attach(from), attach(to)];
    const ground = groundOf(walkerId);
    if (!stand || !end || ground.closed[stand.edge] || ground.closed[end.edge]) return null;
    let best = { cost: Infinity, through: NONE };
    const offer = (cost, through) => {
      if (cost < best.cost) best = { cost, through };
    };
    if (stand.edge === end.edge) offer(costBetween(ground, length, stand, end.along) + end.snap, NONE);
    const onStreet = (e, value, leave) => {
      if (e === end.edge) offer(value + legCost(ground, length, e, leave, end.along) + end.snap, leave);
    };
    const via = spread(ground, stand, Infinity, { onStreet, isEnough: (value) => value > best.cost });
    if (best.cost === Infinity) return null;
    return { cost: best.cost, ...wayOf({ stand, via, walker: walkerId }, { ...end, through: best.through }) };
  };

  /** Where the door of a place is, as latitude and longitude. */
  const doorAt = ({ asset, door }) => {
    const k = laid().doors.place[door];
    const [dx, dy] = data.places.entrances[asset].slice(3 * k, 3 * k + 2);
    return [(data.places.at[2 * asset + 1] + dy) / UNITS, (data.places.at[2 * asset] + dx) / UNITS];
  };

  return {
    attach,
    holds,
    isCovered,
    knownWithin,
    walkFrom,
    wayTo,
    wayBetween,
    doorAt,
    minutesOf: (cost, walkerId) => cost / DM / walkers.get(walkerId).speed,
  };
})();
