export declare function figuresText(results: Readonly<Record<string, unknown>>): string;
