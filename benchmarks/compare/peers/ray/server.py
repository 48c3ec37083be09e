import os

import ray
from ray import serve
from session import TreesSession
from starlette.requests import Request


@serve.deployment(max_ongoing_requests=100)
class Trees:
    def __init__(self):
        self._session = TreesSession()

    async def __call__(self, request: Request):
        body = await request.json()
        return {"predictions": self._session.predict(body["inputs"]).tolist()}


if __name__ == "__main__":
    ray.init(include_dashboard=False)
    serve.start(http_options={"host": "127.0.0.1", "port": int(os.environ["BENCH_PORT"])})
    serve.run(Trees.bind(), blocking=True)
