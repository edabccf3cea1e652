"""A small network of sines that represents one 32x32 picture: coordinates in, colors out.

A pixel's coordinates become sines and cosines of some waves across the picture (the same waves for every picture);
one or more layers of sines follow, then three linear colors. A picture is the network's weights.

There are two forward passes. `gradients` is for fitting: float32, many pictures at once, by a matrix library that may
sum in any order. `render` is for the picture itself: float64, with a fixed order of every sum, so that sender and
receiver have equal pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..jit import kernel

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

SIDE = 32  # a picture is SIDE x SIDE pixels
NUM_PIXELS = SIDE * SIDE
_CHUNK = 4  # pictures worked on at once: their activations stay in the cache


class Layer(NamedTuple):
    """Where a layer's weights are in the vector of all weights: (outputs, inputs), then one bias per output."""

    start: int
    inputs: int
    outputs: int

    @property
    def bias(self) -> int:
        """Where its biases start."""
        return self.start + self.inputs * self.outputs

    @property
    def end(self) -> int:
        """Where the next layer starts."""
        return self.bias + self.outputs


@dataclass(frozen=True)
class Shape:
    """A network's shape: the number of waves, and the number of sines in each layer after them."""

    waves: int
    hidden: tuple[int, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """Values that enter each layer, and the three colors at the end."""
        return (2 * self.waves, *self.hidden, 3)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, first to last."""
        layers: list[Layer] = []
        for inputs, outputs in pairwise(self.widths):
            layers.append(Layer(layers[-1].end if layers else 0, inputs, outputs))
        return tuple(layers)

    @property
    def num_weights(self) -> int:
        """Weights of the network, biases among them."""
        return self.layers[-1].end


def initial_weights(shape: Shape, generator: np.random.Generator) -> Singles:
    """Initial weights, (num_weights,): the sums of a layer vary over about one wave."""
    weights = np.zeros(shape.num_weights, np.float32)
    for layer in shape.layers:
        reach = math.sqrt(6.0 / layer.inputs)
        if layer is shape.layers[-1]:
            reach *= 0.25
        else:
            weights[layer.bias : layer.end] = generator.uniform(-math.pi, math.pi, layer.outputs)
        weights[layer.start : layer.bias] = generator.uniform(-reach, reach, layer.inputs * layer.outputs)
    return weights


def initial_waves(shape: Shape, generator: np.random.Generator) -> Singles:
    """Initial waves, (waves, 2), in radians per half-width: all directions, from long to short."""
    length = np.exp(generator.uniform(math.log(1.0), math.log(30.0), shape.waves))
    angle = generator.uniform(0.0, math.pi, shape.waves)
    return np.stack((length * np.cos(angle), length * np.sin(angle)), axis=1).astype(np.float32)


def coordinates() -> Floats:
    """Centers of the pixels, row by row, in [-1, 1]; shape (NUM_PIXELS, 2), (down, across)."""
    line = (np.arange(SIDE) + 0.5) / SIDE * 2.0 - 1.0
    down, across = np.meshgrid(line, line, indexing="ij")
    return np.stack((down.ravel(), across.ravel()), axis=1)


_COORDINATES = coordinates()


def features(waves: NDArray[Any]) -> Singles:
    """Sines, then cosines, of the waves at every pixel; (2 waves, NUM_PIXELS)."""
    phases = waves.astype(np.float64) @ _COORDINATES.T
    return np.concatenate((np.sin(phases), np.cos(phases))).astype(np.float32)


def wave_gradient(at_inputs: NDArray[Any], inputs: NDArray[Any]) -> Singles:
    """Gradient with respect to the waves, (waves, 2), from the one with respect to `inputs` = features(waves)."""
    waves = len(inputs) // 2
    sines, cosines = inputs[:waves], inputs[waves:]
    at_phases = at_inputs[:waves] * cosines - at_inputs[waves:] * sines
    gradient: Singles = (at_phases @ _COORDINATES).astype(np.float32)
    return gradient


def as_targets(pictures: NDArray[np.uint8]) -> Singles:
    """uint8 pictures (B, SIDE, SIDE, 3) as outputs of the network: (B, 3, NUM_PIXELS) in [-1/2, 1/2]."""
    flat = pictures.reshape(len(pictures), NUM_PIXELS, 3).transpose(0, 2, 1)
    targets: Singles = flat.astype(np.float32, order="C") / np.float32(255.0) - np.float32(0.5)
    return targets


def gradients(
    shape: Shape, weights: NDArray[Any], inputs: NDArray[Any], targets: NDArray[Any], with_inputs: bool = False
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
    """Mean squared errors of B pictures and their gradients.

    `weights` (B, num_weights), `inputs` (2 waves, NUM_PIXELS) from `features`, `targets` (B, 3, NUM_PIXELS); all of
    one float type, which is that of the arithmetic. Returns errors (B,), their gradients (B, num_weights) and, if
    `with_inputs`, the gradient of the sum of errors with respect to `inputs`.
    """
    errors = np.empty(len(weights), weights.dtype)
    out = np.empty_like(weights)
    at_inputs = np.zeros_like(inputs) if with_inputs else None
    for first in range(0, len(weights), _CHUNK):
        part = slice(first, first + _CHUNK)
        errors[part] = _backward(shape.layers, weights[part], inputs, targets[part], out[part], at_inputs)
    return errors, out, at_inputs


def _backward(
    layers: tuple[Layer, ...],
    weights: NDArray[Any],
    inputs: NDArray[Any],
    targets: NDArray[Any],
    out: NDArray[Any],
    at_inputs: NDArray[Any] | None,
) -> NDArray[Any]:
    """Errors of a few pictures; write their gradients into `out` and add to `at_inputs`."""
    count = len(weights)
    matrices = [weights[:, a.start : a.bias].reshape(count, a.outputs, a.inputs) for a in layers]
    values: list[NDArray[Any]] = [inputs]  # what enters each layer
    slopes: list[NDArray[Any]] = []  # of the sines that made it
    for layer, matrix in zip(layers, matrices, strict=True):
        sums = matrix @ values[-1]
        sums += weights[:, layer.bias : layer.end, None]
        if layer is not layers[-1]:
            values.append(np.sin(sums))
            slopes.append(np.cos(sums))
    sums -= targets
    errors: NDArray[Any] = np.einsum("bcp,bcp->b", sums, sums) / (3 * NUM_PIXELS)
    back = sums * sums.dtype.type(2.0 / (3 * NUM_PIXELS))
    for number in range(len(layers) - 1, -1, -1):
        layer, entered = layers[number], values[number]
        np.matmul(back, entered.swapaxes(-1, -2), out=out[:, layer.start : layer.bias].reshape(matrices[number].shape))
        out[:, layer.bias : layer.end] = back.sum(axis=2)
        if number > 0:
            back = matrices[number].swapaxes(1, 2) @ back
            back *= slopes[number - 1]
        elif at_inputs is not None:
            for matrix, slope in zip(matrices[0], back, strict=True):
                at_inputs += matrix.T @ slope
    return errors


@kernel
def _render(weights: Floats, waves: Floats, places: Floats, starts: Any, widths: Any, out: Floats) -> None:
    entering, leaving = np.empty(widths.max()), np.empty(widths.max())
    for p in range(places.shape[0]):
        for k in range(waves.shape[0]):
            phase = waves[k, 0] * places[p, 0] + waves[k, 1] * places[p, 1]
            entering[k] = math.sin(phase)
            entering[waves.shape[0] + k] = math.cos(phase)
        for number in range(starts.shape[0]):
            inputs, outputs = widths[number], widths[number + 1]
            bias = starts[number] + inputs * outputs
            for o in range(outputs):
                total = weights[bias + o]
                row = starts[number] + o * inputs
                for i in range(inputs):
                    total += weights[row + i] * entering[i]
                leaving[o] = total if number + 1 == starts.shape[0] else math.sin(total)
            entering, leaving = leaving, entering
        for c in range(out.shape[1]):
            out[p, c] = entering[c]


def render(shape: Shape, weights: Floats, waves: NDArray[Any]) -> NDArray[np.uint8]:
    """The picture of these weights (num_weights,), uint8 (SIDE, SIDE, 3).

    Every sum has a fixed order in float64, without fused operations. Two machines whose libraries round a sine
    differently in the last digit still agree, unless a color is within about 1e-13 of a rounding edge.
    """
    colors = np.empty((NUM_PIXELS, 3))
    _render(
        np.ascontiguousarray(weights, dtype=np.float64),
        np.ascontiguousarray(waves, dtype=np.float64),
        _COORDINATES,
        np.array([layer.start for layer in shape.layers]),
        np.array(shape.widths),
        colors,
    )
    levels = np.clip(np.rint((colors + 0.5) * 255.0), 0.0, 255.0)
    return levels.astype(np.uint8).reshape(SIDE, SIDE, 3)
