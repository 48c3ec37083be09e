export declare function fillPage(page: string, results: Readonly<Record<string, unknown>>): string;
export declare function placesOf(page: string): string[];
