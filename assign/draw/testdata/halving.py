#!/usr/bin/env python3
"""The halving lottery of docs/assignment.md in stdlib Python, written apart from the Go and the
JavaScript. Reads cases from standard input, one JSON object a line:
{"rows": R, "experts": E, "units": W, "seed": hex, "shares": [[row, expert, units, group, local]...]}
where group is the number of the expert's unit under a cap, or -1, and local says whether the
share counts for the row's cap on local experts. Writes the panels, one JSON list a line."""
import hashlib, json, struct, sys


class Stream:
    def __init__(self, seed, rnd):
        self.prefix, self.t, self.buf = seed + struct.pack(">Q", rnd), 0, b""

    def below(self, n):
        limit = (1 << 32) // n * n
        while True:
            if not self.buf:
                self.buf = hashlib.sha256(self.prefix + struct.pack(">Q", self.t)).digest()
                self.t += 1
            v, self.buf = struct.unpack(">I", self.buf[:4])[0], self.buf[4:]
            if v < limit:
                return v % n


def network(case):
    n, arcs, flow, groups = case["rows"], [], [], []
    shares = sorted(case["shares"])
    for row in range(case["rows"]):
        mine = [s for s in shares if s[0] == row]
        number = {}
        if any(s[4] for s in mine):
            number["local"] = n
            n += 1
        for g in sorted({s[3] for s in mine if s[3] >= 0}):
            number[g] = n
            n += 1
        inflow = {}
        for _, e, units, g, local in mine:
            at = row
            for name in (["local"] if local else []) + ([g] if g >= 0 else []):
                x = number[name]
                parent, f = inflow.get(x, (at, 0))
                assert parent == at
                inflow[x] = (at, f + units)
                at = x
            arcs.append([at, ("expert", e)])
            flow.append(units)
        groups += [(x, *inflow[x]) for x in sorted(inflow)]
    pairs = len(arcs)
    for a in arcs:
        a[1] = n + a[1][1]
    for x, parent, f in groups:
        arcs.append([parent, x])
        flow.append(f)
    sink = n + case["experts"]
    for e in range(case["experts"]):
        f = sum(s[2] for s in shares if s[1] == e)
        if f:
            arcs.append([n + e, sink])
            flow.append(f)
    return shares, arcs, flow, sink + 1, pairs


def halve(arcs, flow, nodes, stream):
    inc = [[] for _ in range(nodes)]
    for k, f in enumerate(flow):
        if f & 1:
            inc[arcs[k][0]].append(k)
            inc[arcs[k][1]].append(k)
    for lst in inc:
        assert len(lst) % 2 == 0
        for i in range(len(lst) - 1, 0, -1):
            j = stream.below(i + 1)
            lst[i], lst[j] = lst[j], lst[i]
    used, half = set(), [f >> 1 for f in flow]
    for start in [nodes - 1] + list(range(nodes - 1)):
        while True:
            u, trail = start, []
            while True:
                rest = [k for k in inc[u] if k not in used]
                if not rest:
                    break
                k = rest[0]
                used.add(k)
                forward = arcs[k][0] == u
                trail.append((k, forward))
                u = arcs[k][1] if forward else arcs[k][0]
            if not trail:
                break
            bit = stream.below(2) == 1
            for k, forward in trail:
                half[k] += forward == bit
    return half


for line in sys.stdin:
    case = json.loads(line)
    shares, arcs, flow, nodes, pairs = network(case)
    units, rnd = case["units"], 0
    while units > 1:
        flow = halve(arcs, flow, nodes, Stream(bytes.fromhex(case["seed"]), rnd))
        units, rnd = units // 2, rnd + 1
    panels = [[] for _ in range(case["rows"])]
    for k in range(pairs):
        assert flow[k] in (0, 1)
        if flow[k]:
            panels[shares[k][0]].append(shares[k][1])
    print(json.dumps(panels))
