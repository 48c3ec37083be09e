import numpy as np
from mosec import Server, Worker
from session import TreesSession


class Trees(Worker):
    def __init__(self):
        self._session = TreesSession()

    def forward(self, requests):
        rows = np.concatenate([np.asarray(request["inputs"], np.float32) for request in requests])
        return [{"predictions": [float(value)]} for value in self._session.predict(rows)[:, 0]]


if __name__ == "__main__":
    server = Server()
    server.append_worker(Trees, num=1, max_batch_size=32, max_wait_time=1)
    server.run()
