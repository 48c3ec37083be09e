/** Questions to another process that are under way, by their numbers. */
export class Answers<T> {
  private readonly open = new Map<number, (answer: T) => void>();
  private last = 0;

  /** Numbers a question, has it sent, and waits for its answer. */
  ask(send: (id: number) => void): Promise<T> {
    this.last++;
    const id = this.last;
    return new Promise((resolve) => {
      this.open.set(id, resolve);
      send(id);
    });
  }

  settle(id: number, answer: T): void {
    this.open.get(id)?.(answer);
    this.open.delete(id);
  }
}
