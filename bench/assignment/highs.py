#!/usr/bin/python3
"""Solves an assignment as a linear program with HiGHS, as it comes with SciPy:
highs.py SCORES.csv PER LOAD [FLOAT]. Prints the optimum in millionths."""
import sys

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

name, per, load = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
apps, experts, score = [], [], []
with open(name) as f:
    lines = [line.rstrip("\n") for line in f if not line.startswith("#")]
if lines[0] == "application,expert,score":
    a_of, e_of = {}, {}
    for line in lines[1:]:
        a, e, s = line.split(",")
        i, j = a_of.setdefault(a, len(a_of)), e_of.setdefault(e, len(e_of))
        if s != "x":
            apps.append(i), experts.append(j), score.append(int(s))
    n, m = len(a_of), len(e_of)
else:
    rows = [line.split(",") for line in lines]
    n, m = len(rows), len(rows[0])
    for i, row in enumerate(rows):
        for j, s in enumerate(row):
            if s != "x":
                apps.append(i), experts.append(j), score.append(round(float(s) * 1e6))
k = np.arange(len(score))
one = np.ones(len(score))
result = linprog(
    -np.array(score, dtype=float) / 1e6,
    A_eq=csr_matrix((one, (apps, k)), shape=(n, len(score))), b_eq=np.full(n, per),
    A_ub=csr_matrix((one, (experts, k)), shape=(m, len(score))), b_ub=np.full(m, load),
    bounds=(0, 1), method="highs",
)
print(round(-result.fun * 1e6) if result.status == 0 else "none")
