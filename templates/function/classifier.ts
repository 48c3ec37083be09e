/** A logistic regression that was trained on the flowers of R. A. Fisher's "iris" (1936). */
const SPECIES = [
  { name: "setosa", weights: [-0.42023936, 0.96693057, -2.5189443, -1.0845946], bias: 9.841689 },
  { name: "versicolor", weights: [0.5318695, -0.3152688, -0.20410553, -0.9427618], bias: 2.2245059 },
  { name: "virginica", weights: [-0.1116301, -0.65166175, 2.7230496, 2.0273564], bias: -12.0661945 },
];

export interface Guess {
  readonly species: string;
  /** From 0 to 1. */
  readonly probability: number;
}

/** The likeliest species for sepal length, sepal width, petal length and petal width in centimetres. */
export function classify(flower: readonly number[]): Guess {
  const scores = SPECIES.map(({ weights, bias }) =>
    weights.reduce((sum, weight, i) => sum + weight * (flower[i] ?? 0), bias),
  );
  const best = Math.max(...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - best), 0);
  return { species: SPECIES[scores.indexOf(best)]?.name ?? "", probability: 1 / total };
}
