"""Serves models with MLflow's own scoring server, each under its name: serve_models.py NAME=FOLDER_OR_TAR...

NAME/graph/invocations runs the graph that mlflow.onnx.load_model gives in onnxruntime, for bodies with "inputs" only.
Prints one line with the address when it listens, and ends when its standard input does.
"""

import os
import socket
import sys
import tarfile
import tempfile
import threading

import mlflow.onnx
import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI
from mlflow.pyfunc import load_model, scoring_server

NUMPY_TYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(string)": object,
}


def unpacked(path, folder):
    """Extracts an archive with Python's own reader, and gives the folder that holds the MLmodel file."""
    if os.path.isdir(path):
        return path
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    return next(place for place, _, files in os.walk(folder) if "MLmodel" in files)


def graph_route(graph):
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def run(body: dict):
        given = body["inputs"]
        first = session.get_inputs()[0]
        values = given if isinstance(given, dict) else {first.name: given}
        feeds = {
            spec.name: np.array(values[spec.name], dtype=NUMPY_TYPES[spec.type]) for spec in session.get_inputs()
        }
        outputs = session.run(names, feeds)
        return {"predictions": {name: np.asarray(output).tolist() for name, output in zip(names, outputs)}}

    return run


def make_app(models, folder):
    app = FastAPI()
    for name, path in models:
        model = unpacked(path, os.path.join(folder, name))
        app.post(f"/{name}/graph/invocations")(graph_route(mlflow.onnx.load_model(model)))
        app.mount(f"/{name}", scoring_server.init(load_model(model)))
    return app


def end_with_input():
    sys.stdin.read()
    os.kill(os.getpid(), 15)


with tempfile.TemporaryDirectory() as folder, socket.socket() as listener:
    app = make_app([argument.split("=", 1) for argument in sys.argv[1:]], folder)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    print(f"listening at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    threading.Thread(target=end_with_input, daemon=True).start()
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
