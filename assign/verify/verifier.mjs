// Checks a bundle of an assignment and its draw (复核) in the browser or under
// node: the second implementation beside package verify, written apart from it
// and without dependencies. docs/assignment.md is the specification of both.
//
//   import { unzip, verify } from "./verifier.mjs";
//   const report = verify(await unzip(bytes));  // {ok, steps, fault, open, direct, panels, …}

// ---- bytes -----------------------------------------------------------------

const utf8 = new TextEncoder();
const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

function unhex(s, length) {
  if (typeof s !== "string" || s.length !== 2 * length || !/^[0-9a-f]*$/.test(s)) throw new Fault("hex", s);
  return Uint8Array.from({ length }, (_, i) => parseInt(s.slice(2 * i, 2 * i + 2), 16));
}

function join(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

const word = (n) => Uint8Array.of(n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);

/** What is wrong with a bundle: a code and what it is about. */
export class Fault extends Error {
  constructor(code, about) {
    super(about === undefined ? code : code + ": " + about);
    this.code = code;
  }
}

// ---- SHA-256, HMAC, HKDF (FIPS 180-4, RFC 2104, RFC 5869) -------------------

const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
// The first 32 bits of the fractional part of a root, by whole numbers alone.
function fraction(n, power) {
  let lo = 0n, hi = 1n << 40n;
  const target = BigInt(n) << (32n * BigInt(power));
  while (hi - lo > 1n) {
    const mid = (lo + hi) >> 1n;
    if (mid ** BigInt(power) <= target) lo = mid;
    else hi = mid;
  }
  return Number(lo & 0xffffffffn);
}
const K = Uint32Array.from(primes, (p) => fraction(p, 3));
const H0 = Uint32Array.from(primes.slice(0, 8), (p) => fraction(p, 2));
const W = new Uint32Array(64);

function compress(h, b, at) {
  for (let t = 0; t < 16; t++, at += 4) W[t] = (b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3];
  for (let t = 16; t < 64; t++) {
    const x = W[t - 15], y = W[t - 2];
    W[t] = W[t - 16] + W[t - 7] + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) +
      (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10));
  }
  let [a, c, d, e, f, g, i, j] = h;
  for (let t = 0; t < 64; t++) {
    const s1 = ((f >>> 6) | (f << 26)) ^ ((f >>> 11) | (f << 21)) ^ ((f >>> 25) | (f << 7));
    const t1 = (j + s1 + ((f & g) ^ (~f & i)) + K[t] + W[t]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & c) ^ (a & d) ^ (c & d))) | 0;
    j = i; i = g; g = f; f = (e + t1) | 0; e = d; d = c; c = a; a = (t1 + t2) | 0;
  }
  h[0] += a; h[1] += c; h[2] += d; h[3] += e; h[4] += f; h[5] += g; h[6] += i; h[7] += j;
}

export function sha256(bytes) {
  const h = Uint32Array.from(H0);
  const whole = bytes.length - (bytes.length % 64);
  for (let at = 0; at < whole; at += 64) compress(h, bytes, at);
  const rest = bytes.subarray(whole);
  const tail = new Uint8Array(rest.length < 56 ? 64 : 128);
  tail.set(rest);
  tail[rest.length] = 128;
  tail.set(word(Math.floor(bytes.length / 2 ** 29)), tail.length - 8);
  tail.set(word((bytes.length * 8) >>> 0), tail.length - 4);
  for (let at = 0; at < tail.length; at += 64) compress(h, tail, at);
  return join(...Array.from(h, word));
}

function hmac(key, bytes) {
  const k = new Uint8Array(64);
  k.set(key.length > 64 ? sha256(key) : key);
  return sha256(join(k.map((x) => x ^ 0x5c), sha256(join(k.map((x) => x ^ 0x36), bytes))));
}

const hkdf = (input, salt, info) => hmac(hmac(salt, input), join(utf8.encode(info), Uint8Array.of(1)));

const digest = (bytes) => hex(sha256(bytes));

// ---- the archive -------------------------------------------------------------

/** Reads the files of a ZIP archive. */
export async function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Fault("zip");
  const files = new Map();
  let at = view.getUint32(end + 16, true);
  for (let n = view.getUint16(end + 10, true); n > 0; n--) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Fault("zip");
    const method = view.getUint16(at + 10, true), packed = view.getUint32(at + 20, true), size = view.getUint32(at + 24, true);
    const nameSize = view.getUint16(at + 28, true), local = view.getUint32(at + 42, true);
    const name = text(bytes.subarray(at + 46, at + 46 + nameSize));
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const raw = bytes.subarray(from, from + packed);
    const data = method === 0 ? raw : await inflate(raw);
    if (files.has(name) || data.length !== size || (method !== 0 && method !== 8)) throw new Fault("zip", name);
    files.set(name, data);
    at += 46 + nameSize + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

async function inflate(raw) {
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// ---- reading ------------------------------------------------------------------

const order = ["batch.json", "solution.json", "announcement.json", "reveal.json", "result.json", "changes.json"];

function read(files, name) {
  if (!files.has(name)) throw new Fault("missing", name);
  const source = text(files.get(name));
  let value;
  try {
    value = JSON.parse(source);
  } catch {
    throw new Fault("json", name);
  }
  // Keys in alphabetical order, no spaces, no number that is not exact.
  if (canonical(value) !== source) throw new Fault("canonical", name);
  return value;
}

function canonical(v) {
  if (Array.isArray(v)) return "[" + v.map(canonical).join(",") + "]";
  if (v !== null && typeof v === "object") {
    return "{" + Object.keys(v).sort().map((k) => quoted(k) + ":" + canonical(v[k])).join(",") + "}";
  }
  if (typeof v === "number" && !Number.isSafeInteger(v)) throw new Fault("large", v);
  return typeof v === "string" ? quoted(v) : JSON.stringify(v);
}

// The two line separators are written as escapes.
const quoted = (s) => JSON.stringify(s).replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029");

function checkLog(files) {
  const log = read(files, "log.json");
  let previous = "", last = -1;
  const seen = new Set(["log.json", "scores.csv"]);
  log.forEach((e, i) => {
    if (e.previous !== previous) throw new Fault("chain", i + 1);
    previous = digest(utf8.encode(canonical(e)));
    const at = order.indexOf(e.file);
    if (at < 0 || at < last || (i === 0 && at !== 0) || (at === last && e.file !== "changes.json")) throw new Fault("steps", e.file);
    last = at;
    seen.add(e.file);
    const later = log.slice(i + 1).some((x) => x.file === e.file);
    if (!files.has(e.file) || (!later && digest(files.get(e.file)) !== e.digest)) throw new Fault("digest", e.file);
  });
  if (last < 0) throw new Fault("steps", "batch.json");
  for (const name of files.keys()) if (!seen.has(name)) throw new Fault("unlogged", name);
  return previous;
}

/** A batch as numbers: rows, and for every row its allowed experts. */
function readBatch(files) {
  const b = read(files, "batch.json");
  if (b.version !== "assign/1") throw new Fault("version", b.version);
  if (digest(files.get("scores.csv") ?? new Uint8Array()) !== b.scores) throw new Fault("digest", "scores.csv");
  const p = { ...b, rows: [], scoreOf: b.applications.map(() => new Map()), unit: [], recused: new Map() };
  b.applications.forEach((a, i) => a.needs.forEach((need, seat) => need > 0 && p.rows.push({ application: i, seat, need })));
  const units = new Map();
  for (const e of b.experts) {
    if (e.unit !== "" && !units.has(e.unit)) units.set(e.unit, units.size);
    p.unit.push(e.unit === "" ? -1 : units.get(e.unit));
    if (!(e.load >= 0) || !(e.seat >= 0 && e.seat < b.seats.length)) throw new Fault("expert", e.id);
  }
  p.units_ = units.size;
  readScores(files.get("scores.csv"), p);
  for (const r of b.recusals) {
    if (!r.rule || !b.applications[r.application] || !b.experts[r.expert]) throw new Fault("recusal");
    p.recused.set(r.application + "," + r.expert, r.rule);
    if (p.scoreOf[r.application].has(r.expert)) throw new Fault("recusal", r.rule);
  }
  return p;
}

function readScores(bytes, p) {
  let at = 0, lastA = 0, lastE = -1;
  const number = (end) => {
    let n = 0, digits = 0;
    for (; bytes[at] >= 48 && bytes[at] <= 57 && digits < 8; at++, digits++) n = 10 * n + bytes[at] - 48;
    if (digits === 0 || bytes[at] !== end) throw new Fault("scores");
    at++;
    return n;
  };
  while (at < bytes.length) {
    const a = number(44), e = number(44), s = number(10);
    if (a < lastA || a >= p.scoreOf.length || (a === lastA && e <= lastE) || e >= p.experts.length || s > 1000000) throw new Fault("scores");
    p.scoreOf[a].set(e, s);
    lastA = a;
    lastE = e;
  }
}

const isLocal = (p, a, e) => p.experts[e].place !== "" && p.experts[e].place === p.applications[a].place;

// ---- the plan and its proofs ---------------------------------------------------

function readPlan(files, p) {
  const s = read(files, "solution.json");
  if (s.batch !== digest(files.get("batch.json"))) throw new Fault("digest", "batch.json");
  if (s.units !== p.units || s.most !== p.most) throw new Fault("policy");
  if (![1, 2, 4, 8, 16, 32, 64].includes(s.units) || s.most < 1 || s.most > s.units) throw new Fault("units");
  return s;
}

/** Checks shares [row, expert, units]: recusals, floor, seats, loads, caps. */
function checkRules(p, shares, units, most, floor) {
  const seats = p.rows.map(() => 0), local = p.rows.map(() => 0), load = p.experts.map(() => 0), perUnit = new Map();
  let lastRow = -1, lastExpert = -1;
  for (const [r, e, n] of shares) {
    const row = p.rows[r];
    if (!row || !p.experts[e] || r < lastRow || (r === lastRow && e <= lastExpert)) throw new Fault("order", r);
    lastRow = r;
    lastExpert = e;
    const score = p.scoreOf[row.application].get(e);
    if (p.recused.has(row.application + "," + e)) throw new Fault("rule", p.recused.get(row.application + "," + e));
    if (score === undefined) throw new Fault("recused", r + "," + e);
    if (score < floor) throw new Fault("floor", score);
    if (p.experts[e].seat !== row.seat) throw new Fault("seat", r + "," + e);
    if (!(n >= 1 && n <= most)) throw new Fault("chance", n);
    seats[r] += n;
    load[e] += n;
    if (isLocal(p, row.application, e)) local[r] += n;
    if (p.unit[e] >= 0) perUnit.set(r + "," + p.unit[e], (perUnit.get(r + "," + p.unit[e]) ?? 0) + n);
  }
  load.forEach((n, e) => { if (n > p.experts[e].load * units) throw new Fault("load", p.experts[e].id); });
  p.rows.forEach((row, r) => {
    const seat = p.seats[row.seat];
    if (seats[r] !== row.need * units) throw new Fault("need", r);
    if (seat.local >= 0 && local[r] > seat.local * units) throw new Fault("local", r);
  });
  for (const [key, n] of perUnit) {
    const seat = p.seats[p.rows[Number(key.split(",")[0])].seat];
    if (seat.per_unit >= 0 && n > seat.per_unit * units) throw new Fault("unit", key);
  }
}

const worth = (w, score, local, kept) => w.score * score + w.one + (local ? w.local : 0) + (kept ? w.kept : 0);

/** What no plan can be worth more than, by the prices of a proof. */
function bound(p, s, proof, kept) {
  if (proof.rows.length !== p.rows.length || proof.experts.length !== p.experts.length) throw new Fault("price");
  let sum = 0n;
  const pay = (price, times) => { sum += BigInt(price) * BigInt(times); };
  proof.rows.forEach((x, r) => pay(x, p.rows[r].need * s.units));
  proof.experts.forEach((x, e) => {
    if (x < 0) throw new Fault("price");
    pay(x, p.experts[e].load * s.units);
  });
  const caps = (list, name, key) => {
    const prices = new Map();
    for (const x of list) {
      const cap = p.rows[x.row] && p.seats[p.rows[x.row].seat][name];
      if (!(cap >= 0) || x.price < 0 || prices.has(key(x)) || x.unit < 0 || x.unit >= Math.max(1, p.units_)) throw new Fault("price");
      prices.set(key(x), x.price);
      pay(x.price, cap * s.units);
    }
    return prices;
  };
  const locals = caps(proof.locals, "local", (x) => x.row);
  const groups = caps(proof.units, "per_unit", (x) => x.row + "," + x.unit);
  p.rows.forEach((row, r) => {
    for (const [e, score] of p.scoreOf[row.application]) {
      const expert = p.experts[e];
      if (score < proof.floor || expert.seat !== row.seat || expert.load === 0) continue;
      const here = isLocal(p, row.application, e);
      if (here && p.seats[row.seat].local === 0) continue;
      const value = worth(proof.weights, score, here, kept.has(r + "," + e)) - proof.rows[r] - proof.experts[e];
      if (value <= 0) continue;
      const gain = value - (here ? locals.get(r) ?? 0 : 0) - (groups.get(r + "," + p.unit[e]) ?? 0);
      if (!Number.isSafeInteger(gain)) throw new Fault("large", gain);
      if (gain > 0) pay(gain, s.most);
    }
  });
  return sum;
}

const own = { kept: { kept: 1, local: 0, one: 0, score: 0 }, local: { kept: 0, local: -1, one: 0, score: 0 }, total: { kept: 0, local: 0, one: 0, score: 1 } };
const fields = ["kept", "local", "one", "score"];
const same = (a, b) => fields.every((f) => a[f] === b[f]);

/** Whether weights are a goal's own plus a positive multiple of those before. */
function follows(w, goal, base) {
  const rest = Object.fromEntries(fields.map((f) => [f, w[f] - own[goal][f]]));
  if (base === null) return fields.every((f) => rest[f] === 0);
  const by = fields.find((f) => base[f] !== 0);
  const times = rest[by] / base[by];
  return Number.isSafeInteger(times) && times > 0 && fields.every((f) => rest[f] === times * base[f]);
}

function checkProofs(p, s) {
  const kept = new Set((p.before ?? []).map(([r, e]) => r + "," + e));
  const goals = [...(p.before ? ["kept"] : []), ...(p.remote_first ? ["local"] : []), ...(p.floor ? ["floor"] : []), "total"];
  if (s.proofs.map((x) => x.goal).join() !== goals.join()) throw new Fault("goals");
  let base = null, target = 0n;
  for (const proof of s.proofs) {
    const most = bound(p, s, proof, kept);
    if (proof.goal === "floor") {
      const filled = same(proof.weights, { kept: 0, local: 0, one: 1, score: 0 });
      if (filled && proof.rows.some((x) => x < 0)) throw new Fault("price");
      if (!filled && (base === null || !same(proof.weights, base))) throw new Fault("weights");
      const needed = filled ? BigInt(p.rows.reduce((n, r) => n + r.need, 0) * s.units) : target;
      if (proof.floor !== s.floor + 1 || most >= needed) throw new Fault("bound", "floor");
      continue;
    }
    if (!follows(proof.weights, proof.goal, base) || proof.floor !== (proof.goal === "total" ? s.floor : 0)) throw new Fault("weights");
    let value = 0n;
    for (const [r, e, n] of s.shares) {
      const a = p.rows[r].application;
      value += BigInt(n) * BigInt(worth(proof.weights, p.scoreOf[a].get(e), isLocal(p, a, e), kept.has(r + "," + e)));
    }
    if (most !== value || BigInt(proof.bound) !== value) throw new Fault("bound", proof.goal);
    base = proof.weights;
    target = value;
  }
}

// ---- the draw -------------------------------------------------------------------

function stream(seed, round) {
  let t = 0, buffer = new Uint8Array(), at = 0;
  return (n) => {
    const limit = Math.floor(2 ** 32 / n) * n;
    for (;;) {
      if (at === buffer.length) {
        buffer = sha256(join(seed, word(0), word(round), word(0), word(t++)));
        at = 0;
      }
      const v = ((buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3]) >>> 0;
      at += 4;
      if (v < limit) return v % n;
    }
  };
}

/** The network of a plan: arcs [from, to] with flows, in canonical order. */
function network(p, shares) {
  let nodes = p.rows.length;
  const arcs = [], groups = [], loads = p.experts.map(() => 0);
  const byRow = p.rows.map(() => []);
  for (const s of shares) byRow[s[0]].push(s);
  byRow.forEach((list, r) => {
    const { application, seat } = p.rows[r];
    const here = (e) => p.seats[seat].local >= 0 && isLocal(p, application, e);
    const group = (e) => (p.seats[seat].per_unit >= 0 ? p.unit[e] : -1);
    const node = new Map();
    const make = (name, from) => {
      node.set(name, groups.length);
      groups.push({ node: nodes++, from, flow: 0 });
    };
    if (list.some(([, e]) => here(e))) make("local", r);
    for (const u of [...new Set(list.map(([, e]) => group(e)))].filter((u) => u >= 0).sort((a, b) => a - b)) make(u, -1);
    for (const [, e, n] of list) {
      let from = r;
      for (const name of [here(e) ? "local" : null, group(e) >= 0 ? group(e) : null]) {
        if (name === null) continue;
        const g = groups[node.get(name)];
        g.from = from;
        g.flow += n;
        from = g.node;
      }
      loads[e] += n;
      arcs.push({ from, to: e, flow: n });
    }
  });
  for (const a of arcs) a.to += nodes;
  for (const g of groups) arcs.push({ from: g.from, to: g.node, flow: g.flow });
  const sink = nodes + p.experts.length;
  loads.forEach((n, e) => { if (n > 0) arcs.push({ from: nodes + e, to: sink, flow: n }); });
  return { arcs, nodes: sink + 1 };
}

function halve(arcs, nodes, below) {
  const lists = Array.from({ length: nodes }, () => []);
  arcs.forEach((a, k) => {
    if (a.flow % 2) {
      lists[a.from].push(k);
      lists[a.to].push(k);
    }
  });
  for (const list of lists) {
    for (let i = list.length - 1; i > 0; i--) {
      const j = below(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
  }
  const used = new Uint8Array(arcs.length), next = new Uint32Array(nodes);
  const half = arcs.map((a) => Math.floor(a.flow / 2));
  for (let i = 0; i < nodes; i++) {
    const start = i === 0 ? nodes - 1 : i - 1;
    for (;;) {
      const trail = [];
      let at = start;
      for (;;) {
        const list = lists[at];
        while (next[at] < list.length && used[list[next[at]]]) next[at]++;
        if (next[at] === list.length) break;
        const k = list[next[at]];
        used[k] = 1;
        const forwards = arcs[k].from === at;
        trail.push([k, forwards]);
        at = forwards ? arcs[k].to : arcs[k].from;
      }
      if (trail.length === 0) break;
      const coin = below(2) === 1;
      for (const [k, forwards] of trail) if (forwards === coin) half[k]++;
    }
  }
  half.forEach((f, k) => { arcs[k].flow = f; });
}

/** Draws panels: for every row its experts. */
export function lottery(p, shares, units, seed) {
  const { arcs, nodes } = network(p, shares);
  for (let round = 0, left = units; left > 1; round++, left /= 2) halve(arcs, nodes, stream(seed, round));
  const panels = p.rows.map(() => []);
  shares.forEach(([r, e], k) => { if (arcs[k].flow > 0) panels[r].push(e); });
  return panels;
}

function commitment(batch, party, secret) {
  const name = utf8.encode(party);
  return hex(sha256(join(unhex(batch, 32), word(name.length), name, secret)));
}

function derive(a, reveal) {
  if (a.commitments.length < 3 || a.values.length < 1) throw new Fault("parties");
  if (new Set(a.commitments.map((c) => c.party)).size !== a.commitments.length) throw new Fault("parties");
  if (reveal.secrets.length !== a.commitments.length || reveal.values.length !== a.values.length) throw new Fault("revealed");
  const secrets = a.commitments.map((c, i) => {
    const secret = unhex(reveal.secrets[i].secret, 32);
    if (reveal.secrets[i].party !== c.party || commitment(a.batch, c.party, secret) !== c.commitment) throw new Fault("commitment", c.party);
    return secret;
  });
  a.values.forEach((v, i) => { if (reveal.values[i].name !== v.name || !reveal.values[i].value) throw new Fault("value", v.name); });
  return hkdf(join(...secrets, utf8.encode(canonical(reveal.values))), unhex(a.solution, 32), "draw/v1");
}

// ---- alternates -------------------------------------------------------------------

function queue(p, floor, seed, r) {
  const row = p.rows[r], list = [];
  for (const [e, score] of p.scoreOf[row.application]) {
    if (score < floor || p.experts[e].seat !== row.seat || p.experts[e].load === 0) continue;
    list.push([hex(sha256(join(seed, utf8.encode("alt"), word(r), word(e)))), e]);
  }
  return list.sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([, e]) => e);
}

/** Carries out changes one by one; each must seat the next who may. */
function replay(p, floor, seed, drawn, changes) {
  const panels = drawn.map((x) => [...x]), load = p.experts.map(() => 0), gone = new Set();
  panels.flat().forEach((e) => load[e]++);
  changes.forEach((c, i) => {
    const at = panels[c.row]?.indexOf(c.out) ?? -1;
    if (at < 0 || !c.reason) throw new Fault("change", i + 1);
    const panel = panels[c.row].filter((_, k) => k !== at), { application, seat } = p.rows[c.row];
    load[c.out]--;
    gone.add(c.row + "," + c.out);
    const fits = (e) => {
      const with_ = [...panel, e], s = p.seats[seat];
      const unit = with_.filter((x) => p.unit[x] === p.unit[e]).length;
      const local = with_.filter((x) => isLocal(p, application, x)).length;
      return (s.per_unit < 0 || p.unit[e] < 0 || unit <= s.per_unit) && (s.local < 0 || !isLocal(p, application, e) || local <= s.local);
    };
    const next = queue(p, floor, seed, c.row).find((e) =>
      !panel.includes(e) && !gone.has(c.row + "," + e) && load[e] < p.experts[e].load && fits(e)) ?? -1;
    if (next !== c.in) throw new Fault("change", i + 1);
    if (next >= 0) {
      panel.push(next);
      load[next]++;
    }
    panels[c.row] = panel.sort((a, b) => a - b);
  });
  return panels;
}

// ---- all of it -----------------------------------------------------------------------

/** Checks a bundle's files, as far as the protocol has gone. */
export function verify(files) {
  const report = { ok: false, steps: [], fault: null, head: "", open: false, direct: false, redraw: null, panels: [], changes: [] };
  const pass = (step) => report.steps.push(step);
  try {
    report.head = checkLog(files);
    pass("log");
    const p = readBatch(files);
    report.redraw = p.redraw;
    pass("batch");
    const has = (name) => files.has(name);
    if (!has("solution.json")) return Object.assign(report, { ok: true, open: true });
    const s = readPlan(files, p);
    checkRules(p, s.shares, s.units, s.most, s.floor);
    pass("plan");
    checkProofs(p, s);
    pass("proof");
    let derived = null;
    if (has("announcement.json")) {
      const a = read(files, "announcement.json");
      if (a.batch !== digest(files.get("batch.json")) || a.solution !== digest(files.get("solution.json"))) throw new Fault("digest", "announcement.json");
      if (has("result.json")) {
        derived = derive(a, read(files, "reveal.json"));
        pass("commitment");
      }
    }
    if (!has("result.json")) return Object.assign(report, { ok: true, open: true });
    const result = read(files, "result.json"), seed = unhex(result.seed, 32);
    if (derived) {
      if (hex(derived) !== result.seed) throw new Fault("seed");
      pass("seed");
    }
    report.direct = derived === null;
    if (result.solution !== digest(files.get("solution.json"))) throw new Fault("digest", "solution.json");
    if (canonical(lottery(p, s.shares, s.units, seed)) !== canonical(result.panels)) throw new Fault("draw");
    pass("draw");
    checkRules(p, result.panels.flatMap((panel, r) => panel.map((e) => [r, e, 1])), 1, 1, s.floor);
    pass("panel");
    report.panels = result.panels;
    if (has("changes.json")) {
      report.changes = read(files, "changes.json");
      report.panels = replay(p, s.floor, seed, result.panels, report.changes);
      if (report.changes.length > 0) pass("change");
    }
    report.ok = true;
  } catch (e) {
    if (!(e instanceof Fault)) e = new Fault("malformed", e.message);
    report.fault = { code: e.code, text: e.message };
  }
  return report;
}
