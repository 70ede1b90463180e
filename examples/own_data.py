"""Data of your own, twice: colour images from a file with a head in the middle of the network, and vectors without a network.

The file holds 20 x 20 colour images of three classes, a bright square in a corner or in the middle. The vectors have two
features, which are the angles of a circuit. Run it: python own_data.py
"""

import numpy as np

import harness

IMAGES = """
name = "own-images"
seeds = [0, 1]
[data]
path = "own_images.npz"
[model]
readout = "linear"  # the head returns values, and a linear layer turns them into the scores of the classes
head_width = 4
[training]
epochs = 5
[comparison]
control = "tanh"
[[runs]]
head = "tanh"
[[runs]]
label = "four qubits"
head = "statevector"
circuit = "dressed(n_qubits=4, n_layers=2)"
"""
VECTORS = """
name = "own-vectors"
seeds = [0, 1]
[data]
path = "own_vectors.npz"
pixel_scaling = "none"  # they are radians already
[model]
features = "none"
angle_layer = "none"
readout = "linear"
head_width = 2
[training]
epochs = 5
learning_rate = 0.05
[[runs]]
label = "two qubits"
head = "statevector"
circuit = "basic_entangler(n_qubits=2, n_layers=2)"
"""
CLASSES = np.array(["left", "middle", "right"])


def images(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy images, uint8, shape (n, 3, 20, 20), and where each one is bright: 0, 1 or 2."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    pixels = rng.integers(0, 120, (n, 3, 20, 20))
    for image, label in zip(pixels, labels, strict=True):
        image[:, 7:13, 1 + 6 * label : 7 + 6 * label] += 100
    return pixels.astype(np.uint8), labels


def vectors(n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points, radians, shape (n, 2), and whether the two are near to each other."""
    points = np.random.default_rng(seed).uniform(-1.5, 1.5, (n, 2))
    return points, (np.abs(points[:, 0] - points[:, 1]) < 0.9).astype(int)


if __name__ == "__main__":
    pixels, labels = images(300, seed=0)
    np.savez("own_images.npz", images=pixels, labels=labels, class_names=CLASSES)
    points, near = vectors(300, seed=1)
    np.savez("own_vectors.npz", vectors=points, labels=near, class_names=np.array(["far", "near"]))
    results = harness.run(IMAGES)
    print(results)
    print(results.classes().groupby(["label", "class_name"], sort=False)["f1"].mean())
    print(harness.run(VECTORS))
