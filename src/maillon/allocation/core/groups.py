"""Which groups are served: an integer programme, solved and proved by HiGHS, stage after stage.

Its flow part is the same network as everywhere; a whole number counts the served groups of each kind of groups (alike
in node, signature, tier, points, minimum and quantity). The last two stages tell groups one by one.
"""

import os
import sys
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from maillon.allocation.core.network import Model, Network, model
from maillon.allocation.core.rules import Stage

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]

PROVED, STOPPED = "optimal", "stopped"


@dataclass(frozen=True, slots=True)
class GroupStage:
    """What the solver reached and the bound it proved: the best there is when they are equal."""

    stage: Stage
    value: int
    bound: int
    status: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The groups served (positions of requests, sorted), and how."""

    served: Int64
    stages: tuple[GroupStage, ...] = ()


def solver() -> str:
    return f"HiGHS {highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"


def choose(network: Network, rank: Int64, seconds: float = 3600.0) -> Choice:
    """Choose the groups. seconds: given to each stage; a stage that is not proved by then says so."""
    groups = np.flatnonzero((network.signature_of >= 0) & (network.problem.requests.quantity > 1))
    if not len(groups):
        return Choice(groups)
    programme = _Programme(network, groups)
    levels = network.problem.rules.levels
    stages = [
        programme.solve(stage, seconds)
        for stage in network.problem.rules.stages()
        if stage.level in ("floors", "tier", "points")
    ]
    programme.tell_apart()
    requests = network.problem.requests
    for level in sorted(("waiting", "lottery"), key=levels.index):
        weight = {"waiting": requests.days, "lottery": -rank}[level][groups] * requests.minimum[groups]
        stages.append(programme.solve(Stage(level), seconds, weight))
    return Choice(groups[programme.chosen()], tuple(stages))


class _Programme:
    """Columns: the arcs of the network, then machines and optional machines of each kind of groups, then groups."""

    def __init__(self, network: Network, groups: Int64) -> None:
        self.network, self.groups = network, groups
        requests, rules = network.problem.requests, network.problem.rules
        self.model: Model = model(network, groups[:0], open_groups=True)
        self.model.refine(2)
        points = rules.effective_points(requests.points, requests.days)[groups]
        columns = np.stack([
            network.anchor[requests.node[groups]], network.signature_of[groups], requests.tier[groups], points,
            requests.minimum[groups], requests.quantity[groups],
        ])  # fmt: skip
        kinds, self.kind_of, count = np.unique(columns, axis=1, return_inverse=True, return_counts=True)
        anchor, signature, self.tier, self.points, self.minimum, quantity = kinds
        self.kind_of = self.kind_of.ravel()
        self.arcs, self.kinds = len(self.model.arcs), len(count)
        arcs = self.model.arcs
        optional = quantity - self.minimum
        machine = self.arcs + np.arange(self.kinds)
        extra = machine + self.kinds
        one = np.ones(self.arcs + self.kinds)
        tail = np.concatenate([arcs.tail, 1 + anchor, 1 + anchor])
        head = np.concatenate([arcs.head, *[network.first_signature + signature] * 2])
        much = np.concatenate([one[: self.arcs], self.minimum, one[: self.kinds]])
        column = np.arange(self.arcs + 2 * self.kinds)
        linked = np.flatnonzero(optional)  # optional machines only with the minimum: extra - optional × served <= 0
        link = network.nodes + np.arange(len(linked))
        lower = np.zeros(network.nodes + len(linked))
        upper = lower.copy()
        upper[network.source] = upper[network.sink] = highspy.kHighsInf
        lower[network.source] = lower[network.sink] = -highspy.kHighsInf
        lower[network.nodes :] = -highspy.kHighsInf
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(column), len(lower)
        lp.col_cost_ = np.zeros(len(column))
        lp.col_lower_ = np.zeros(len(column))
        lp.col_upper_ = np.concatenate([arcs.high, count, count * optional]).astype(float)
        lp.row_lower_, lp.row_upper_ = lower, upper
        lp.integrality_ = [
            highspy.HighsVarType.kInteger
            if self.arcs <= at < self.arcs + self.kinds
            else highspy.HighsVarType.kContinuous
            for at in range(len(column))
        ]
        _fill(
            lp,
            np.concatenate([tail, head, link, link]),
            np.concatenate([column, column, extra[linked], machine[linked]]),
            np.concatenate([much, -much, np.ones(len(linked)), -optional[linked]]),
        )
        self.highs = _quiet_solver()
        for option, value in (("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.999), ("random_seed", 1)):
            self.highs.setOptionValue(option, value)
        self.highs.passModel(lp)
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.size = len(column)

    def tell_apart(self) -> None:
        """Add a column for each group: served or not."""
        count = len(self.groups)
        none, nothing = np.zeros(0, np.int32), np.zeros(0)
        self.highs.addCols(count, np.zeros(count), np.zeros(count), np.ones(count), 0, none, none, nothing)
        own = np.arange(self.size, self.size + count, dtype=np.int32)
        self.highs.changeColsIntegrality(count, own, np.full(count, highspy.HighsVarType.kInteger))
        order = np.argsort(self.kind_of, kind="stable")
        first = np.searchsorted(self.kind_of[order], np.arange(self.kinds))
        index = np.insert(own[order], first, self.arcs + np.arange(self.kinds))
        value = np.insert(np.ones(count), first, -1.0)
        start = first + np.arange(self.kinds)
        self.highs.addRows(
            self.kinds, np.zeros(self.kinds), np.zeros(self.kinds), len(index), start.astype(np.int32),
            index.astype(np.int32), value,
        )  # fmt: skip
        self.size += count

    def gain(self, stage: Stage, weight: Int64 | None) -> Float64:
        """What each column adds to what is made greatest."""
        gain = np.zeros(self.size)
        if weight is not None:
            gain[-len(weight) :] = weight
            return gain
        nothing = np.zeros(0, np.int64)
        gain[: self.arcs] = -self.model.cost(stage, nothing, nothing)
        if stage.level in ("tier", "points"):
            each = np.where(self.tier == stage.tier, self.points if stage.level == "points" else 1, 0)
            gain[self.arcs : self.arcs + self.kinds] = each * self.minimum
            gain[self.arcs + self.kinds : self.arcs + 2 * self.kinds] = each
        return gain

    def solve(self, stage: Stage, seconds: float, weight: Int64 | None = None) -> GroupStage:
        """Make a stage greatest, and keep it there."""
        highs, gain = self.highs, self.gain(stage, weight)
        columns = np.flatnonzero(gain).astype(np.int32)
        highs.changeColsCost(self.size, np.arange(self.size, dtype=np.int32), gain)
        highs.setOptionValue("time_limit", highs.getRunTime() + seconds)
        if len(columns):
            highs.run()
            value = round(highs.getObjectiveValue())
            bound = int(np.floor(highs.getInfo().mip_dual_bound + 1e-6))
            proved = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
            highs.addRow(float(value), highspy.kHighsInf, len(columns), columns, gain[columns])
            self.solution = np.asarray(highs.getSolution().col_value)
        else:
            value, bound, proved = 0, 0, True
        tree, promised = self.network.problem.tree, self.network.promised
        if stage.level == "floors":  # from machines under a floor to the shortfall
            missing = int(np.maximum(0, tree.floor - promised).sum())
            value, bound = missing - value, missing - bound
        elif stage.level == "lottery":
            value, bound = -value, -bound
        return GroupStage(stage, value, bound, PROVED if proved else STOPPED)

    def chosen(self) -> NDArray[np.bool_]:
        chosen: NDArray[np.bool_] = self.solution[-len(self.groups) :] > 0.5
        return chosen


def _quiet_solver() -> Any:
    """HiGHS prints its name where the plan may be going, before it can be asked not to."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        return highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _fill(lp: Any, row: Int64, column: Int64, value: Float64) -> None:
    """Put the matrix, column after column."""
    order = np.lexsort((row, column))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    lp.a_matrix_.start_ = np.searchsorted(column[order], np.arange(lp.num_col_ + 1)).astype(np.int32)
    lp.a_matrix_.index_ = row[order].astype(np.int32)
    lp.a_matrix_.value_ = value[order].astype(float)
