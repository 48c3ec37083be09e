export declare const TOLD: readonly string[];
export declare function figuresText(results: Readonly<Record<string, unknown>>): string;
