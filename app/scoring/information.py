"""Fisher information of a scale: fed by a fit's pairs and weights; feeds Newton steps and standard errors.

For weights v of the pairs the information is the weighted Laplacian L of the comparison graph (v on both
diagonal entries, -v across) plus ridge * I. L knows nothing of the mean of the scale, so everything here is
taken under the constraint sum(theta) = 0: solutions and covariances are those of the subspace of centred
vectors. This is done by adding shift/n to every entry, which moves only the direction (1, ..., 1), and taking
that part out again.

Up to `DENSE_SOLVES` items a Cholesky factor is used for solutions, above it conjugate gradients with the
diagonal as preconditioner. Variances come from the factor up to `DENSE_ITEMS` items; above that they come
from the conjugate-gradient energies (Hestenes and
Stiefel 1952, theorem 6:1; Golub and Meurant 2010, chapter 4), right to about 1e-6 of the variance.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_array

from app.scoring.data import FloatArray, IndexArray, tally
from app.scoring.errors import NotConverged, NotEstimable

DENSE_ITEMS = 2_500
DENSE_SOLVES = 300
ENERGY_TOLERANCE = 1e-7
STEP_TOLERANCE = 1e-11
MOST_ROUNDS = 10_000
BLOCK = 64
_SINGULAR = "the information matrix is singular: some items are tied to the rest by nothing"


@dataclass(frozen=True, eq=False)
class Information:
    """L(v) + ridge * I for `size` items; `low`, `high`, `weight` (v >= 0) have one entry a pair."""

    size: int
    low: IndexArray
    high: IndexArray
    weight: FloatArray
    ridge: float = 0.0

    @cached_property
    def diagonal(self) -> FloatArray:
        """Diagonal of L + ridge * I: each item's own information, plus the ridge; shape (n,)."""
        sums = tally(self.low, self.weight, self.size) + tally(self.high, self.weight, self.size)
        return sums + self.ridge

    @cached_property
    def shift(self) -> float:
        """The amount put on the direction (1, ..., 1); of the size of the diagonal, for good conditioning."""
        return float(self.diagonal.mean()) or 1.0

    def solve(self, right: FloatArray) -> FloatArray:
        """Return the centred x with (L + ridge I) x = right, for a centred `right`, shape (n,).

        Raises `NotEstimable` where the information is singular, `NotConverged` for a hopeless condition.
        """
        solution = self._dense(right) if self._has_cheap_factor else self._iterated(right)
        centred: FloatArray = solution - solution.mean()
        return centred

    @property
    def _has_cheap_factor(self) -> bool:
        return self.size <= DENSE_SOLVES or "_factor" in vars(self)

    def _dense(self, right: FloatArray) -> FloatArray:
        solution, _ = lapack.dpotrs(self._factor, right, lower=1)
        return np.asarray(solution)

    def _iterated(self, right: FloatArray) -> FloatArray:
        """Solve by conjugate gradients; where they do not settle and a factor fits in memory, by that."""
        try:
            return self._conjugate_gradients(right)
        except NotConverged:
            if self.size > DENSE_ITEMS:
                raise
            return self._dense(right)

    def covariance(self) -> FloatArray:
        """Return the covariance of the centred scale, shape (n, n); rows sum to zero."""
        inverse, failed = lapack.dpotri(self._factor, lower=1)
        if failed:
            raise NotEstimable(_SINGULAR)
        inverse = np.tril(inverse)
        inverse += np.tril(inverse, -1).T
        inverse -= self._constant
        return np.asarray(inverse)

    def variances(self) -> FloatArray:
        """Return the diagonal of the covariance, shape (n,), without an n x n table for many items."""
        if self.size == 1:
            return np.zeros(1)
        if self.size > DENSE_ITEMS:
            return np.maximum(self._energies() - self._constant, 0.0)
        inverse, failed = lapack.dpotri(self._factor, lower=1)
        if failed:
            raise NotEstimable(_SINGULAR)
        return np.maximum(np.diagonal(inverse) - self._constant, 0.0)

    @property
    def _constant(self) -> float:
        """The part of the shifted inverse that belongs to the direction (1, ..., 1), in every entry."""
        return 1.0 / (self.size * (self.ridge + self.shift))

    @cached_property
    def _factor(self) -> FloatArray:
        matrix = np.full((self.size, self.size), self.shift / self.size, order="F")
        matrix[self.low, self.high] -= self.weight
        matrix[self.high, self.low] -= self.weight
        matrix[np.diag_indices(self.size)] += self.diagonal
        factor, failed = lapack.dpotrf(matrix, lower=1, clean=0, overwrite_a=1)
        if failed:
            raise NotEstimable(_SINGULAR)
        return np.asarray(factor)

    @cached_property
    def _crossings(self) -> "csr_array[np.float64]":
        """The weights v as a symmetric sparse matrix: L = diag(row sums) - crossings."""
        rows, columns = np.concatenate([self.low, self.high]), np.concatenate([self.high, self.low])
        values = np.concatenate([self.weight, self.weight])
        return csr_array((values, (rows, columns)), shape=(self.size, self.size))

    def _times(self, block: FloatArray) -> FloatArray:
        """Return (L + ridge I + shift/n) @ block for a block of columns, shape (n, k)."""
        product: FloatArray = self.diagonal[:, None] * block
        product -= np.asarray(self._crossings @ block)
        product += block.sum(axis=0) * (self.shift / self.size)
        return product

    def _conjugate_gradients(self, right: FloatArray) -> FloatArray:
        """Solve for one centred right side; stops when the residual is `STEP_TOLERANCE` of the start."""
        scale = self._usable_diagonal()
        residual = right[:, None].copy()
        solution = np.zeros_like(residual)
        direction = residual / scale
        power = float((residual * direction).sum())
        goal = STEP_TOLERANCE**2 * power
        for _ in range(MOST_ROUNDS):
            if power <= goal:
                return solution[:, 0]
            image = self._times(direction)
            length = power / float((direction * image).sum())
            solution += length * direction
            residual -= length * image
            preconditioned = residual / scale
            power, before = float((residual * preconditioned).sum()), power
            direction = preconditioned + (power / before) * direction
        raise NotConverged("the comparisons form too long a chain for the iterative solver")

    def _energies(self) -> FloatArray:
        """Return the diagonal of the inverse of the shifted matrix, block by block of unit vectors."""
        blocks = [np.arange(at, min(at + BLOCK, self.size)) for at in range(0, self.size, BLOCK)]
        return np.concatenate([self._energies_of(block) for block in blocks])

    def _energies_of(self, items: IndexArray) -> FloatArray:
        """Sum the conjugate-gradient energies of the unit vectors of `items` until they stop growing."""
        scale = self._usable_diagonal()
        residual = np.zeros((self.size, items.size))
        residual[items, np.arange(items.size)] = 1.0
        direction = residual / scale
        power = np.einsum("ij,ij->j", residual, direction)
        energy = np.zeros(items.size)
        for _ in range(MOST_ROUNDS):
            image = self._times(direction)
            length = power / np.einsum("ij,ij->j", direction, image)
            gain = length * power
            energy += gain
            if (gain <= ENERGY_TOLERANCE * energy).all():
                return energy
            image *= length
            residual -= image
            np.divide(residual, scale, out=image)
            before, power = power, np.einsum("ij,ij->j", residual, image)
            direction *= power / before
            direction += image
        raise NotConverged("the comparisons form too long a chain for the iterative solver")

    def _usable_diagonal(self) -> FloatArray:
        if (self.diagonal <= 0).any():
            raise NotEstimable(_SINGULAR)
        column: FloatArray = self.diagonal[:, None]
        return column
