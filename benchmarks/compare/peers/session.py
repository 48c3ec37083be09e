"""The model that the peers without a model format of their own run: one session with one thread."""

import os

import numpy as np
import onnxruntime


class TreesSession:
    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(os.environ["BENCH_MODEL"], options)
        self._input = self._session.get_inputs()[0].name

    def predict(self, rows):
        """Takes rows of 8 floats, gives one value for each."""
        return self._session.run(None, {self._input: np.asarray(rows, np.float32)})[0]
