"""Trains small models and saves them with MLflow: make_models.py FOLDER"""

import sys
from pathlib import Path

import lightgbm
import mlflow
import numpy as np
import onnx
import pandas as pd
import xgboost
from mlflow.models import infer_signature
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as OnnxmlFloat
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FOLDER = Path(sys.argv[1])
KINDS = {"area": np.float32, "rooms": np.int64, "city": object}


def save(name, graph, inputs, example=None):
    signature = None if inputs is None else infer_signature(inputs)
    # Told what the model needs, MLflow starts no second Python to find out.
    options = {"signature": signature, "input_example": example, "pip_requirements": ["onnxruntime"]}
    mlflow.onnx.save_model(graph, str(FOLDER / name), **options)


def houses():
    frame = pd.DataFrame(
        {
            "area": np.array([50, 70, 90, 120, 33, 81], dtype=np.float32),
            "rooms": [2, 3, 4, 5, 1, 3],
            "city": ["Oslo", "Bergen", "Oslo", "Bergen", "Tromsø", "Tromsø"],
        }
    )
    columns = ColumnTransformer(
        [
            ("number", StandardScaler(), ["area"]),
            ("count", "passthrough", ["rooms"]),
            ("word", OneHotEncoder(handle_unknown="ignore"), ["city"]),
        ]
    )
    model = make_pipeline(columns, LinearRegression()).fit(frame, [300.0, 280.0, 520.0, 470.0, 190.0, 330.0])
    graph = to_onnx(
        model,
        initial_types=[
            ("area", FloatTensorType([None, 1])),
            ("rooms", Int64TensorType([None, 1])),
            ("city", StringTensorType([None, 1])),
        ],
    )
    save("houses", graph, {name: frame[[name]].to_numpy(dtype=kind) for name, kind in KINDS.items()})
    save("houses_columns", graph, frame)


def iris():
    frame, target = load_iris(return_X_y=True, as_frame=True)
    frame = frame.astype(np.float32).set_axis(["sl", "sw", "pl", "pw"], axis=1)
    matrix = frame.to_numpy()
    words = np.array(["setosa", "versicolor", "virginica"])[target]
    model = LogisticRegression(max_iter=500).fit(matrix, target)
    named = LogisticRegression(max_iter=500).fit(matrix, words)
    save("iris_matrix", to_onnx(model, matrix[:1], options={"zipmap": False}), matrix, matrix[:2])
    save("iris_zipmap", to_onnx(model, matrix[:1]), frame, frame.head(2))
    save("iris_words", to_onnx(named, matrix[:1]), matrix)
    onnx.save_model(to_onnx(model, matrix[:1], options={"zipmap": False}), str(FOLDER / "bare_iris.onnx"))


def boosted():
    frame, target = load_diabetes(return_X_y=True, as_frame=True)
    frame = frame.iloc[:, :4]
    matrix = frame.to_numpy(dtype=np.float32)
    types = [("input", OnnxmlFloat([None, 4]))]
    trees = xgboost.XGBRegressor(n_estimators=20, max_depth=3).fit(matrix, target)
    save("xgboost", convert_xgboost(trees, initial_types=types), frame.astype(np.float32), frame.head(2))
    save("xgboost_unsigned", convert_xgboost(trees, initial_types=types), None)
    leaves = lightgbm.LGBMRegressor(n_estimators=20, num_leaves=7, verbose=-1).fit(matrix, target)
    save("lightgbm", convert_lightgbm(leaves, initial_types=types), frame, frame.head(2))
    save("lightgbm_matrix", convert_lightgbm(leaves, initial_types=types), matrix)


houses()
iris()
boosted()
