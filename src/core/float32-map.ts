/** A map whose numbers are float32, which JavaScript itself has no type for: class labels to probabilities, say. */
export class Float32Map<Key> extends Map<Key, number> {}
