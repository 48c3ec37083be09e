"""Decodes request bodies by MLflow's own scoring server: a JSON line of inputs, body and media type in, one out."""

import json
import logging
import sys

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.models.signature import ModelSignature
from mlflow.pyfunc import PyFuncModel
from mlflow.pyfunc.scoring_server import invocations

logging.disable(logging.CRITICAL)


def told(value):
    """A value in a form that JSON keeps: numbers, texts, bytes and moments apart."""
    if value is None or value is pd.NaT or (isinstance(value, (float, np.floating)) and np.isnan(value)):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return f"n{int(value)}"
    if isinstance(value, (float, np.floating)):
        return f"n{float(value)!r}".replace("inf", "Infinity")
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, (pd.Timestamp, np.datetime64)):
        return f"t{np.datetime64(value, 'ns').astype('int64')}" if not pd.isna(value) else None
    if isinstance(value, (list, np.ndarray)):
        return [told(item) for item in value]
    if isinstance(value, dict):
        return {key: told(item) for key, item in value.items()}
    return "s" + value if isinstance(value, str) else f"?{value!r}"


def values(data):
    if isinstance(data, pd.DataFrame):
        return {str(name): told(np.asarray(data[name])) for name in data.columns}
    named = data if isinstance(data, dict) else {"": data}
    return {name: told(np.asarray(array).reshape(-1)) for name, array in named.items()}


class Echo:
    def predict(self, data, params=None):
        self.seen = values(data)
        return 0


def decode(case):
    signature = ModelSignature.from_dict({"inputs": case["inputs"], "outputs": None, "params": None})
    flavors = {"python_function": {"loader_module": "echo"}}
    echo = Echo()
    model = PyFuncModel(model_meta=Model(signature=signature, flavors=flavors), model_impl=echo)
    try:
        invocations(case["body"], case["media"], model, signature.inputs)
    except MlflowException:
        return None
    return echo.seen


for line in sys.stdin:
    print(json.dumps(decode(json.loads(line))))
