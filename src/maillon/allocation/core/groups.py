"""Which groups are served: an integer programme, stage after stage, as small as it can be made.

With groups that could be cut into single machines, every stage is a flow, solved in no time. Its value is a bound; and
as long as some choice of whole groups reaches it, that choice is the best, and lies where the flows of that value lie:
on a face, where most is decided. So the integer programme (HiGHS) starts on the farthest face that holds a choice of
whole groups, and takes the stages one by one from there. Its flow part is the network that is used everywhere; a whole
number counts the served groups of each kind of groups (alike in node, signature, tier, points, minimum and quantity);
the last two stages tell groups one by one.
"""

import os
import sys
from dataclasses import dataclass
from typing import Any, NamedTuple

import highspy
import numpy as np
import ortools
from numpy.typing import NDArray

from maillon.allocation.core import flow
from maillon.allocation.core.arcs import Model, model
from maillon.allocation.core.flow import Arcs
from maillon.allocation.core.network import Network
from maillon.allocation.core.rules import Stage

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

HIGHS = f"HiGHS {highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"
A_TRY = 50  # nodes of the search, before a smaller face is tried
FLOWS = f"OR-Tools {ortools.__version__}"


@dataclass(frozen=True, slots=True)
class GroupStage:
    """What was reached and the bound that `solver` proved: the best there is when they are equal."""

    stage: Stage
    value: int
    bound: int
    solver: str

    @property
    def status(self) -> str:
        return "optimal" if self.value == self.bound else "stopped"


@dataclass(frozen=True, slots=True)
class Choice:
    """The groups served (positions of requests, sorted), and how."""

    served: Int64
    stages: tuple[GroupStage, ...] = ()


class Found(NamedTuple):
    """What a solver reached, and the bound it proved: of what is made greatest."""

    value: int
    bound: int


class Face(NamedTuple):
    """The flows that are best until a stage, groups cut at will: its value, and what each arc may carry there.

    The last arcs are the kinds of groups, with their machines. decided: nothing was left to decide in that stage.
    """

    stage: Stage
    best: int
    low: Int64
    high: Int64
    reduced: Int64  # what a machine away from the face costs, on each arc
    decided: bool


def choose(network: Network, rank: Int64, seconds: float = 3600.0) -> Choice:
    """Choose the groups. seconds: given to each stage; a stage that is not proved by then says so."""
    groups = np.flatnonzero((network.signature_of >= 0) & (network.problem.requests.quantity > 1))
    if not len(groups):
        return Choice(groups)
    programme = _Programme(network, groups, seconds)
    rules, requests = network.problem.rules, network.problem.requests
    faces = programme.faces([stage for stage in rules.stages() if stage.level in ("floors", "tier", "points")])
    reached, found = programme.farthest(faces)
    stages = [programme.told(face.stage, Found(face.best, face.best), FLOWS) for face in faces[:reached]]
    for face in faces[reached:]:
        gain = programme.gain(face.stage)
        found = found or programme.solve(gain)
        stages.append(programme.told(face.stage, found, HIGHS))
        programme.keep(gain, found.value)
        if face is faces[reached]:
            programme.stay_near(face, found.value)
        found = None
    programme.tell_apart()
    for level in sorted(("waiting", "lottery"), key=rules.levels.index):
        weight = {"waiting": requests.days, "lottery": -rank}[level][groups] * requests.minimum[groups]
        gain = np.concatenate([np.zeros(programme.size - len(groups)), weight])
        found = programme.solve(gain)
        stages.append(programme.told(Stage(level), found, HIGHS))
        programme.keep(gain, found.value)
    return Choice(groups[programme.whole[-len(groups) :] > 0.5], tuple(stages))


class _Programme:
    """Columns: the arcs of the network, then machines and optional machines of each kind of groups, then groups."""

    def __init__(self, network: Network, groups: Int64, seconds: float) -> None:
        self.network, self.groups, self.seconds = network, groups, seconds
        requests, rules = network.problem.requests, network.problem.rules
        self.model: Model = model(network, groups[:0], open_groups=True)
        self.model.refine(2)
        points = rules.effective_points(requests.points, requests.days)[groups]
        columns = np.stack([
            network.anchor[requests.node[groups]], network.signature_of[groups], requests.tier[groups], points,
            requests.minimum[groups], requests.quantity[groups],
        ])  # fmt: skip
        kinds, kind_of, self.count = np.unique(columns, axis=1, return_inverse=True, return_counts=True)
        anchor, signature, self.tier, self.points, self.minimum, self.quantity = kinds
        self.kind_of: Int64 = kind_of.ravel()
        self.tail, self.head = 1 + anchor, network.first_signature + signature
        self.arcs, self.kinds = len(self.model.arcs), len(self.count)
        self.machine = slice(self.arcs, self.arcs + self.kinds)
        self.extra = slice(self.machine.stop, self.machine.stop + self.kinds)
        self.size = self.extra.stop
        self.whole = np.zeros(self.size)  # the last solution: nothing given, to start from
        self.highs = _quiet_solver()
        for option, value in (("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.999), ("random_seed", 1)):
            self.highs.setOptionValue(option, value)
        self.highs.passModel(self._rows())
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def _rows(self) -> Any:
        """What enters a node leaves it; optional machines come only with a minimum."""
        arcs, network = self.model.arcs, self.network
        optional = self.quantity - self.minimum
        column = np.arange(self.size)
        tail, head = (
            np.concatenate([arcs.tail, self.tail, self.tail]),
            np.concatenate([arcs.head, self.head, self.head]),
        )
        much = np.ones(self.size)
        much[self.machine] = self.minimum
        linked = np.flatnonzero(optional)
        link = network.nodes + np.arange(len(linked))
        extra, machine = column[self.extra][linked], column[self.machine][linked]
        lower = np.zeros(network.nodes + len(linked))
        upper = lower.copy()
        upper[[network.source, network.sink]] = highspy.kHighsInf
        lower[[network.source, network.sink]] = -highspy.kHighsInf
        lower[network.nodes :] = -highspy.kHighsInf
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.size, len(lower)
        lp.col_cost_ = np.zeros(self.size)
        lp.col_lower_ = np.zeros(self.size)
        self.most = np.concatenate([arcs.high, self.count, self.count * optional]).astype(float)
        lp.col_upper_ = self.most
        lp.row_lower_, lp.row_upper_ = lower, upper
        kind = [highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger]
        lp.integrality_ = [kind[self.machine.start <= at < self.machine.stop] for at in range(self.size)]
        _fill(
            lp,
            np.concatenate([tail, head, link, link]),
            np.concatenate([column, column, extra, machine]),
            np.concatenate([much, -much, np.ones(len(linked)), -optional[linked].astype(float)]),
        )
        return lp

    # --- With groups cut at will --------------------------------------------------------------------------------------

    def faces(self, stages: list[Stage]) -> list[Face]:
        """The best flow of each stage, those before it at their best, when groups are cut into single machines."""
        arcs, network = self.model.arcs, self.network
        most = self.count * self.quantity
        nothing = np.zeros(self.kinds, np.int64)
        cut = Arcs(
            np.concatenate([arcs.tail, self.tail]),
            np.concatenate([arcs.head, self.head]),
            np.concatenate([arcs.low, nothing]),
            np.concatenate([arcs.high, most]),
            np.concatenate([arcs.flow, nothing]),
        )
        faces = []
        for stage in stages:
            gain = self.gain(stage)
            cost = -np.concatenate([gain[: self.arcs], gain[self.extra]]).astype(np.int64)
            reduced, decided = np.zeros(len(cut), np.int64), not cost[cut.open].any()
            if not decided:
                cut.flow = flow.cheapest(cut, cost, self.model.supply)
                price = flow.prices(cut, cost, network.sink, network.nodes)
                reduced = np.where(cut.open, cost + price[cut.tail] - price[cut.head], 0)
                flow.decide(cut, cost, price)
            faces.append(Face(stage, -int(cost @ cut.flow), cut.low.copy(), cut.high.copy(), reduced, decided))
        return faces

    def farthest(self, faces: list[Face]) -> tuple[int, Found | None]:
        """How many stages a choice of whole groups brings to their bound, and what it reaches in the next one.

        The programme is then on the face of those stages. All of them are tried first, then half as many, and so on
        down to a face that holds whole groups; then up again, one by one.
        """
        at = len(faces)
        while True:
            self.bound_to(faces[at - 1] if at else None)
            self.highs.setOptionValue("mip_max_nodes", A_TRY if at else 2**31 - 1)
            gain = self.gain(faces[at].stage) if at < len(faces) else np.zeros(self.size)
            found = self.try_solve(gain) if at else self.solve(gain)
            if found is None:
                at //= 2
            elif at == len(faces) or found.value < faces[at].best:
                break
            else:
                at += 1
        self.highs.setOptionValue("mip_max_nodes", 2**31 - 1)
        return at, found if found.value == found.bound and at < len(faces) else None

    def bound_to(self, face: Face | None) -> None:
        """Keep every column within a face; None: within its own bounds alone."""
        low, high = np.zeros(self.size), self.most.copy()
        if face is not None:
            low[: self.arcs], high[: self.arcs] = face.low[: self.arcs], face.high[: self.arcs]
            least, most = face.low[self.arcs :], face.high[self.arcs :]
            none, all_of_them = most == 0, least == self.count * self.quantity
            for columns in (self.machine, self.extra):
                high[columns] = np.where(none, 0, high[columns])
                low[columns] = np.where(all_of_them, high[columns], 0)
        self._change_bounds(np.arange(self.size), low, high)

    def stay_near(self, face: Face, value: int) -> None:
        """Where a machine away from the face costs more than the value is short of its best, nothing may move."""
        far = np.abs(face.reduced) > face.best - value
        arcs, kinds = np.flatnonzero(far[: self.arcs]), np.flatnonzero(far[self.arcs :])
        self._change_bounds(arcs, face.low[arcs], face.high[arcs])
        full = face.low[self.arcs + kinds] > 0
        for columns in (self.machine, self.extra):
            at = np.arange(self.size)[columns][kinds]
            fixed = np.where(full, self.most[at], 0)
            self._change_bounds(at, fixed, fixed)

    def _change_bounds(self, at: Int64, low: NDArray[Any], high: NDArray[Any]) -> None:
        self.highs.changeColsBounds(len(at), at.astype(np.int32), low.astype(float), high.astype(float))

    # --- With whole groups --------------------------------------------------------------------------------------------

    def gain(self, stage: Stage) -> Float64:
        """What each column adds to what is made greatest."""
        nothing = np.zeros(0, np.int64)
        gain = np.zeros(self.size)
        gain[: self.arcs] = -self.model.cost(stage, nothing, nothing)
        if stage.level in ("tier", "points"):
            each = np.where(self.tier == stage.tier, self.points if stage.level == "points" else 1, 0)
            gain[self.machine], gain[self.extra] = each * self.minimum, each
        return gain

    def try_solve(self, gain: Float64) -> Found | None:
        """The most that can be gained; None when no choice of whole groups is within the bounds, or none was found."""
        highs = self.highs
        highs.changeColsCost(self.size, np.arange(self.size, dtype=np.int32), gain)
        highs.setOptionValue("time_limit", highs.getRunTime() + self.seconds)
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        self.whole = np.asarray(highs.getSolution().col_value)
        value = round(highs.getObjectiveValue())
        if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            return Found(value, value + int(np.floor(info.mip_dual_bound - value + 1e-6)))
        return Found(value, int(np.floor(min(info.mip_dual_bound, 2.0**53) + 1e-6)))

    def solve(self, gain: Float64) -> Found:
        """As `try_solve`, where there is a choice: the one of the stage before, at least."""
        start = highspy.HighsSolution()
        start.col_value = self.whole.tolist()
        self.highs.setSolution(start)
        found = self.try_solve(gain)
        if found is None:
            raise flow.NotOptimal("The integer programme lost the choice of groups it had.")
        return found

    def keep(self, gain: Float64, value: int) -> None:
        """From now on, gain no less than that."""
        columns = np.flatnonzero(gain).astype(np.int32)
        if len(columns):
            self.highs.addRow(float(value), highspy.kHighsInf, len(columns), columns, gain[columns])

    def tell_apart(self) -> None:
        """Add a column for each group: served or not."""
        count, (none, nothing) = len(self.groups), (np.zeros(0, np.int32), np.zeros(0))
        self.highs.addCols(count, np.zeros(count), np.zeros(count), np.ones(count), 0, none, none, nothing)
        own = np.arange(self.size, self.size + count, dtype=np.int32)
        self.highs.changeColsIntegrality(count, own, np.full(count, highspy.HighsVarType.kInteger))
        order = np.argsort(self.kind_of, kind="stable")
        first = np.searchsorted(self.kind_of[order], np.arange(self.kinds))
        index = np.insert(own[order], first, np.arange(self.size)[self.machine])
        value = np.insert(np.ones(count), first, -1.0)
        start = first + np.arange(self.kinds)
        self.highs.addRows(
            self.kinds, np.zeros(self.kinds), np.zeros(self.kinds), len(index), start.astype(np.int32),
            index.astype(np.int32), value,
        )  # fmt: skip
        turn = np.arange(count) - first[self.kind_of[order]]
        one_by_one = np.empty(count)
        one_by_one[order] = turn < np.round(self.whole[self.machine])[self.kind_of[order]]
        self.whole = np.concatenate([self.whole, one_by_one])
        self.size += count

    def told(self, stage: Stage, found: Found, solver: str) -> GroupStage:
        """As the certificate has it: shortfall of the floors, sum of the ranks."""
        value, bound = found
        if stage.level == "floors":  # from machines under a floor to the shortfall
            tree, promised = self.network.problem.tree, self.network.promised
            missing = int(np.maximum(0, tree.floor - promised).sum())
            value, bound = missing - value, missing - bound
        elif stage.level == "lottery":
            value, bound = -value, -bound
        return GroupStage(stage, value, bound, solver)


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
