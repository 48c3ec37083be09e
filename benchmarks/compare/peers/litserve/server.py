import os

import litserve
import numpy as np
from session import TreesSession


class Trees(litserve.LitAPI):
    def setup(self, device):
        self._session = TreesSession()

    def decode_request(self, request):
        return np.asarray(request["inputs"], np.float32)[0]

    def predict(self, rows):
        return self._session.predict(rows)

    def encode_response(self, output):
        return {"predictions": np.asarray(output).tolist()}


if __name__ == "__main__":
    api = Trees(max_batch_size=32, batch_timeout=0.002, api_path="/invocations")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1)
    server.run(port=int(os.environ["BENCH_PORT"]), host="127.0.0.1", generate_client_file=False, num_api_servers=1)
