"use strict";
// Re-computes a draw in the browser: the same steps and words as scripts/verify_draw.py.
// No network, no library: it must run from a disc handed over at the ceremony.

const K = new Uint32Array(64), H0 = new Uint32Array(8);
(function constants() { // fractional parts of the cube and square roots of the first primes
  const isPrime = (n) => { for (let d = 2; d * d <= n; d++) if (n % d === 0) return false; return true; };
  const bits = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
  for (let n = 2, i = 0; i < 64; n++) {
    if (!isPrime(n)) continue;
    if (i < 8) H0[i] = bits(Math.pow(n, 1 / 2));
    K[i++] = bits(Math.pow(n, 1 / 3));
  }
})();

const utf8 = new TextEncoder(), W = new Int32Array(64);

function words(text) { // SHA-256 (FIPS 180-4) of a text, as eight 32-bit words
  const bytes = utf8.encode(text);
  const blocks = ((bytes.length + 8) >> 6) + 1, data = new Uint8Array(blocks * 64);
  data.set(bytes);
  data[bytes.length] = 0x80;
  const view = new DataView(data.buffer);
  view.setUint32(data.length - 8, Math.floor(bytes.length / 536870912));
  view.setUint32(data.length - 4, (bytes.length << 3) >>> 0);
  const h = Int32Array.from(H0);
  for (let start = 0; start < data.length; start += 64) {
    for (let i = 0; i < 16; i++) W[i] = view.getInt32(start + 4 * i);
    for (let i = 16; i < 64; i++) {
      const a = W[i - 15], b = W[i - 2];
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, k] = h;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (k + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      k = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;
  }
  return h;
}

const hex = (h) => Array.from(h, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

function sha(value) { // of a text, or of the canonical text of anything else
  return hex(words(typeof value === "string" ? value : canon(value)));
}

function canon(value) { // RFC 8785; only text, whole numbers, true/false, lists and objects occur
  if (Array.isArray(value)) return "[" + value.map(canon).join(",") + "]";
  if (value !== null && typeof value === "object") {
    return "{" + Object.keys(value).sort().map((k) => JSON.stringify(k) + ":" + canon(value[k])).join(",") + "}";
  }
  return JSON.stringify(value);
}

const reversed = (h) => [...BigInt("0x" + hex(h)).toString().padStart(64, "0")].reverse().join("");

function ticket(seed, label, weight = 1) { // smallest of `weight` numbers in (0, 1), as text
  let best = "1";
  for (let turn = 1; turn <= weight; turn++) {
    const number = "0." + reversed(words(seed + canon([...label, turn])));
    if (number < best) best = number;
  }
  return best;
}

const byTicket = (left, right) => (left[1] < right[1] ? -1 : left[1] > right[1] ? 1 : 0);

function fraction(text) { // "0.125" -> [125n, 1000n]
  const [whole, part = ""] = text.split(".");
  return [BigInt(whole + part), 10n ** BigInt(part.length)];
}

function* orders(seed, frame) {
  for (const row of frame.strata) {
    const order = frame.objects.filter((u) => u.stratum === row.stratum && !u.excluded)
      .map((u) => [u.id, ticket(seed, ["object", row.stratum, u.id], u.weight)]).sort(byTicket);
    const [p, q] = fraction(row.ratio), units = order.length;
    const asked = Number((BigInt(units) * p + q - 1n) / q);
    yield { order, size: Math.min(units, Math.max(asked, row.minimum)), stratum: row.stratum, units };
  }
}

function selected(tickets, batches, log) {
  const rows = [], reached = new Map(), order = new Map(tickets.map((t) => [t.stratum, t.order]));
  const drawn = tickets.map((t) => ({ kind: "draw", stratum: t.stratum, added: Array(t.size).fill(0) }));
  for (const entry of [...drawn, ...log]) {
    const start = rows.length, count = entry.added.length, cause = entry.kind, stratum = entry.stratum;
    for (let number = 0; number < count; number++) {
      const position = reached.has(stratum) ? reached.get(stratum) + 1 : 0;
      reached.set(stratum, position);
      const batch = cause === "draw" ? Math.floor((number * batches) / count) + 1 : batches;
      rows.push({ batch, cause, id: order.get(stratum)[position][0], position, stratum });
    }
    const added = rows.slice(start).map((row) => row.id);
    hold("log", cause === "draw" || canon(entry.added) === canon(added), "不是下一号 not next " + added);
  }
  return rows;
}

function* inOrder(seed, role, object, people) {
  // In the order of ticket(seed, [role, object, person.id]). A ticket starts with the last decimal
  // digit of the hash (2^32 leaves 6 when divided by 10), so only the tenth reached is written out.
  const tenths = Array.from({ length: 10 }, () => []), start = seed + canon([role, object]).slice(0, -1) + ",";
  for (const person of people) {
    const h = words(start + JSON.stringify(person.id) + ",1]");
    tenths[h.reduce((digit, word) => (digit * 6 + ((word >>> 0) % 10)) % 10, 0)].push([person, h]);
  }
  for (const tenth of tenths) {
    yield* tenth.map(([person, h]) => [person, reversed(h)]).sort(byTicket).map(([person]) => person);
  }
}

function walk(seed, role, people, item, need, certified, team, load) {
  const chosen = [], skipped = [];
  for (const limit of team.max_load ? [team.max_load, 0] : [0]) {
    if (chosen.length === need) break;
    for (const person of inOrder(seed, role, item.id, people)) {
      if (chosen.length === need) break;
      if (chosen.includes(person.id)) continue;
      const why = person.on_leave ? "leave"
        : person.conflicts.includes(item.id) ? "conflict"
        : team.rotate && person.visited.includes(item.id) ? "rotation"
        : team.cross_county && person.county === item.county ? "same_county"
        : limit && (load.get(person.id) || 0) >= limit ? "load"
        : !person.certified && need - chosen.length <= certified ? "certificate" : "";
      if (!why) {
        chosen.push(person.id);
        load.set(person.id, (load.get(person.id) || 0) + 1);
        if (person.certified) certified--;
      } else if (limit === team.max_load) skipped.push([person.id, why]);
    }
  }
  hold("assignment", chosen.length === need, "人数不足 too few people [" + item.id + "]");
  return [chosen, skipped];
}

async function teams(seed, frame, selection, progress) {
  const team = frame.team, busy = new Map(), called = new Map(), rows = [];
  const items = new Map(frame.objects.map((item) => [item.id, item])), [p, q] = fraction(team.double_ratio);
  const reach = (place) => (BigInt(place) * p) / q;
  for (const drawn of selection) {
    const item = items.get(drawn.id), place = drawn.position;
    const need = team.size + Number(reach(place + 1) - reach(place));
    const [who, skipped] = walk(seed, "inspector", frame.inspectors, item, need, team.certified, team, busy);
    const [experts, passed] = walk(seed, "expert", frame.experts, item, team.experts, 0, team, called);
    rows.push({ experts, experts_skipped: passed, object: item.id, skipped, team: who });
    if (rows.length % 50 === 0) await progress("assignment", rows.length + " / " + selection.length);
  }
  return rows;
}

class Broken extends Error {}

function hold(step, holds, why) {
  if (!holds) throw Object.assign(new Broken(step + ": " + why), { step });
}

async function verify(whole, digest, commitment, progress) {
  const body = whole.body, frame = body.frame, record = body.commit, opened = body.opened || [];
  hold("digest", sha({ body }) === whole.digest, "内容被改动 the content was changed");
  hold("digest", !digest || digest === whole.digest, "与公布的不同 not the published digest");
  await progress("digest", whole.digest);
  hold("origin", body.protocol === "fundguard-draw-1", "非本系统抽取，不可复算 drawn elsewhere");
  hold("frame", sha(frame) === body.frame_sha256, "名录被改动 the frozen list was changed");
  for (const [role, rows] of Object.entries(body.private || {})) {
    const seals = frame[role].filter((row) => "seal" in row).map((row) => row.seal);
    hold("names", canon(rows.map(sha)) === canon(seals), role);
  }
  await progress("frame", body.frame_sha256);
  hold("commit", record, "尚未承诺 nothing committed yet");
  hold("commit", sha(record) === body.commit_sha256, "承诺被改动 the record was changed");
  hold("commit", !commitment || commitment === body.commit_sha256, "与公布的不同 not the published");
  hold("commit", record.frame_sha256 === body.frame_sha256, "名录不同 another list");
  hold("commit", frame.planned_on <= record.committed_at, "日期颠倒 dates reversed");
  await progress("commit", body.commit_sha256);
  for (const row of opened) hold("seals", sha([row.salt, row.row]) === body.seals[row.number], row.number);
  hold("reveal", body.reveal, "尚未揭示 not revealed; opened rows that hold: " + opened.length);
  const shown = body.reveal, nonces = shown.nonces.map((row) => row.nonce), beacon = record.beacon;
  hold("reveal", record.committed_at <= shown.revealed_at, "早于承诺 before the commitment");
  await progress("reveal", beacon.kind + ":" + beacon.id + " → " + shown.value);
  const roles = shown.nonces.map((row) => ({ role: row.role, sha256: sha(row.nonce) }));
  hold("nonces", canon(roles) === canon(record.commitments), "随机数与承诺不符 not what was committed");
  await progress("nonces", roles.map((row) => row.role).join(", "));
  const text = canon([body.protocol, body.commit_sha256, nonces, beacon.kind, beacon.id, shown.value]);
  const seed = sha(text);
  hold("seed", canon(body.seed) === canon({ sha256: seed, text }), "种子不符 another seed");
  await progress("seed", seed);
  [shown, ...body.log].slice(0, -1).forEach((last, number) => {
    hold("log", body.log[number].previous === sha(last), "记录链断开 chain broken");
  });
  await progress("log", body.log.length + " 条 entries");
  const tickets = [...orders(seed, frame)];
  compare("tickets", body.tickets, tickets);
  await progress("tickets", tickets.map((row) => row.stratum + " " + row.size + "/" + row.units).join("；"));
  const selection = selected(tickets, frame.batches, body.log);
  compare("selection", body.selection, selection);
  await progress("selection", selection.length + " 个对象 objects");
  const assignment = await teams(seed, frame, selection, progress);
  compare("assignment", body.assignment, assignment);
  await progress("assignment", assignment.length + " 组 teams");
  const seals = !frame.unannounced ? [] : assignment.map(
    (row, n) => sha([sha(["salt", nonces[0], n, row.object]), row]));
  compare("seals", body.seals, seals);
  await progress("seals", seals.length + "");
}

function compare(step, found, expected) {
  hold(step, found.length === expected.length, "行数与复算不同 another number of rows");
  const wrong = expected.flatMap((row, place) => (canon(row) === canon(found[place]) ? [] : [place]));
  hold(step, !wrong.length, "与复算不同 not the re-computation, rows " + wrong.slice(0, 9));
}
