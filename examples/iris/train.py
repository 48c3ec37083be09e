"""How the model in this folder was made. Serving it needs none of this.

    pip install mlflow scikit-learn skl2onnx && python train.py
"""

import shutil
from pathlib import Path

import mlflow.onnx
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

flowers = load_iris(as_frame=True)
classifier = LogisticRegression(max_iter=500, random_state=0).fit(flowers.data.values, flowers.target)

# The converter ends a classifier in ZipMap, a map from class to probability for each row; mlserve answers it as such.
model = to_onnx(classifier, initial_types=[("X", FloatTensorType([None, 4]))], target_opset=17)

folder = Path(__file__).parent / "model"
shutil.rmtree(folder, ignore_errors=True)
mlflow.onnx.save_model(
    model,
    folder,
    signature=infer_signature(flowers.data),
    input_example=flowers.data[:2],
    save_as_external_data=False,
)
