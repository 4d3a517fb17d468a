"use strict";
/*
 * The streets under the map, laid out from the text in which the page carries them: where they run,
 * what they cost, which doors stand on them. That is done at the first question, not before.
 */

HalfFull.streets = (() => {
  const { data } = HalfFull;
  const { added, flags, numbers, summed } = HalfFull.coding;
  const coded = data.streets;
  const DM = 10;

  /** Where those of each owner begin when they are put side by side, and the order that does so. */
  const sorted = (owners, nOwners) => {
    const first = new Int32Array(nOwners + 1);
    for (const owner of owners) if (owner >= 0) first[owner + 1] += 1;
    for (let n = 0; n < nOwners; n += 1) first[n + 1] += first[n];
    const order = new Int32Array(first[nOwners]);
    const next = first.slice(0, nOwners);
    owners.forEach((owner, n) => {
      if (owner < 0) return;
      order[next[owner]] = n;
      next[owner] += 1;
    });
    return { first, order };
  };

  // --- laying out ----------------------------------------------------------------------------

  /** Metres of the district from degrees: powers of u and v, each with its own weight. */
  const project = (longitude, latitude, into, at) => {
    const { middle, half, x, y } = coded.projection;
    const u = (longitude - middle[0]) / half[0];
    const v = (latitude - middle[1]) / half[1];
    const degree = 4;
    let term = 0;
    let east = 0;
    let north = 0;
    let power = 1;
    for (let i = 0; i <= degree; i += 1) {
      let product = power;
      for (let j = 0; j <= degree - i; j += 1) {
        east += x[term] * product;
        north += y[term] * product;
        product *= v;
        term += 1;
      }
      power *= u;
    }
    into[at] = east;
    into[at + 1] = north;
  };

  /** Where streets run: of each the vertices `first[e]` to `first[e + 1] - 1`, in degrees and metres. */
  const layLines = () => {
    const [xs, ys] = coded.junctions.map(summed);
    const [stepsX, stepsY] = coded.steps.map(numbers);
    const bends = numbers(coded.bends);
    const [start, end] = [numbers(coded.start), numbers(coded.end)];
    const n = start.length;
    const first = new Int32Array(n + 1);
    const degrees = new Float64Array(2 * (2 * n + stepsX.length));
    let [vertex, step] = [0, 0];
    const put = (x, y) => {
      degrees[2 * vertex] = (coded.origin[0] + x) / coded.units;
      degrees[2 * vertex + 1] = (coded.origin[1] + y) / coded.units;
      vertex += 1;
    };
    for (let e = 0; e < n; e += 1) {
      start[e] += e ? end[e - 1] : 0;
      end[e] += start[e];
      first[e] = vertex;
      let x = xs[start[e]];
      let y = ys[start[e]];
      put(x, y);
      for (let k = 0; k < bends[e]; k += 1) {
        x += stepsX[step];
        y += stepsY[step];
        step += 1;
        put(x, y);
      }
      put(xs[end[e]], ys[end[e]]);
    }
    first[n] = vertex;
    const metres = new Float64Array(degrees.length);
    for (let v = 0; v < degrees.length; v += 2) project(degrees[v], degrees[v + 1], metres, v);
    return { n, start, end, nJunctions: xs.length, first, degrees, metres };
  };

  /** How far along its street each vertex is, as it is drawn, in metres. */
  const layLengths = ({ n, first, metres }) => {
    const before = new Float64Array(first[n]);
    for (let e = 0; e < n; e += 1) {
      for (let v = first[e] + 1; v < first[e + 1]; v += 1) {
        const dx = metres[2 * v] - metres[2 * v - 2];
        const dy = metres[2 * v + 1] - metres[2 * v - 1];
        before[v] = before[v - 1] + Math.sqrt(dx * dx + dy * dy);
      }
    }
    const drawn = Int32Array.from({ length: n }, (_, e) => Math.round(before[first[e + 1] - 1] * DM));
    return { before, length: added(coded.length, drawn) };
  };

  const layCalled = (n) => {
    const called = numbers(coded.called);
    for (let e = 0; e < n; e += 1) called[e] = called[e] ? called[e] - 1 : called[e - 1];
    return called;
  };

  /** The straight pieces of the streets that one can step onto, in squares. */
  const laySquares = ({ n, first, metres }, over) => {
    const side = coded.cap_m / 2;
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let v = 0; v < metres.length; v += 2) {
      west = Math.min(west, metres[v]);
      east = Math.max(east, metres[v]);
      south = Math.min(south, metres[v + 1]);
      north = Math.max(north, metres[v + 1]);
    }
    const columns = Math.floor((east - west) / side) + 1;
    const rows = Math.floor((north - south) / side) + 1;
    const column = (x) => Math.max(0, Math.min(columns - 1, Math.floor((x - west) / side)));
    const row = (y) => Math.max(0, Math.min(rows - 1, Math.floor((y - south) / side)));
    const columnOf = new Int32Array(first[n]);
    const rowOf = new Int32Array(first[n]);
    for (let v = 0; v < first[n]; v += 1) {
      columnOf[v] = column(metres[2 * v]);
      rowOf[v] = row(metres[2 * v + 1]);
    }
    /** Call for each square that the upright box around a piece touches. */
    const eachSquare = (call) => {
      for (let e = 0; e < n; e += 1) {
        if (over[e]) continue;
        for (let v = first[e]; v < first[e + 1] - 1; v += 1) {
          const last = Math.max(columnOf[v], columnOf[v + 1]);
          const top = Math.max(rowOf[v], rowOf[v + 1]);
          for (let r = Math.min(rowOf[v], rowOf[v + 1]); r <= top; r += 1) {
            for (let c = Math.min(columnOf[v], columnOf[v + 1]); c <= last; c += 1) call(r * columns + c, v);
          }
        }
      }
    };
    const begin = new Int32Array(rows * columns + 1);
    eachSquare((square) => {
      begin[square + 1] += 1;
    });
    for (let square = 0; square < rows * columns; square += 1) begin[square + 1] += begin[square];
    const piece = new Int32Array(begin[rows * columns]);
    const next = begin.slice();
    eachSquare((square, v) => {
      piece[next[square]] = v;
      next[square] += 1;
    });
    return { column, row, columns, first: begin, piece };
  };

  const layDoors = (n) => {
    const edge = summed(coded.doors.edge);
    const asset = new Int32Array(edge.length);
    const place = new Int32Array(edge.length);
    let door = 0;
    data.places.category.forEach((_, number) => {
      const ways = (data.places.entrances[number] ?? []).length / 3;
      for (let k = 0; k < ways; k += 1) {
        asset[door] = number;
        place[door] = k;
        door += 1;
      }
    });
    const onEdge = sorted(edge, n);
    return { edge, asset, place, along: numbers(coded.doors.along), snap: numbers(coded.doors.snap), onEdge };
  };

  /** Everything, laid out once. */
  const lay = () => {
    const lines = layLines();
    const { before, length } = layLengths(lines);
    const { n, start, end, nJunctions, first } = lines;
    const ofVertex = new Int32Array(first[n]);
    for (let e = 0; e < n; e += 1) ofVertex.fill(e, first[e], first[e + 1]);
    // What leaves each junction: 2e for street e from its start, 2e + 1 from its end.
    const ends = new Int32Array(2 * n);
    for (let e = 0; e < n; e += 1) {
      ends[2 * e] = start[e];
      ends[2 * e + 1] = end[e];
    }
    return {
      ...lines,
      before,
      length,
      ofVertex,
      ends,
      leaving: sorted(ends, nJunctions),
      forward: added(coded.forward, length),
      backward: added(coded.backward, length),
      called: layCalled(n),
      squares: laySquares(lines, flags(coded.over, n)),
      doors: layDoors(n),
    };
  };

  let town = null;
  const laid = () => {
    town ??= lay();
    return town;
  };

  /** Where paths run, as lines of latitude and longitude. */
  const pathLines = () => {
    const { first, degrees } = laid();
    return Array.from(summed(coded.paths), (e) =>
      Array.from({ length: first[e + 1] - first[e] }, (_, k) => [
        degrees[2 * (first[e] + k) + 1],
        degrees[2 * (first[e] + k)],
      ]),
    );
  };

  // --- who walks -----------------------------------------------------------------------------

  const walkers = new Map((coded.walkers ?? []).map((walker) => [walker.id, walker]));
  const grounds = new Map();

  /** What streets cost a walker, and which are closed to them. */
  const groundOf = (id) => {
    const { n, length, forward, backward } = laid();
    if (!grounds.has(id)) {
      const { is_hilly: isHilly, closed } = walkers.get(id);
      grounds.set(id, {
        forward: isHilly ? forward : length,
        backward: isHilly ? backward : length,
        closed: flags(closed, n),
      });
    }
    return grounds.get(id);
  };

  return {
    why: coded.why ?? "",
    isExact: coded.is_exact === true,
    furthest: coded.furthest_min,
    names: coded.names,
    nothing: coded.nothing,
    walkers,
    laid,
    pathLines,
    project,
    groundOf,
  };
})();
