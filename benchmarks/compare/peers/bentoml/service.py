from typing import List

import bentoml
from session import TreesSession


@bentoml.service(workers=1)
class Trees:
    def __init__(self):
        self._session = TreesSession()

    @bentoml.api(route="/invocations")
    def predict(self, inputs: List[List[float]]) -> List[List[float]]:
        return self._session.predict(inputs).tolist()
